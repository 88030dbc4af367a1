"""A Mastodon server for measuring: every answer after 20 ms, at most 100 requests at once, nothing looked at twice.

`python -m tests.bench.peer HOSTS`: prints so many addresses; GET /_bench gives [[text, seconds since the epoch], …] of what arrived."""

import asyncio
import itertools
import json
import sys
from urllib.parse import parse_qs

from socialq import clock

WORKS = 0.02  # seconds for a post
SLOTS = 100
IDS = itertools.count(1)


class Peer:
    """`arrived` is every post in the order of its arrival."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, float]] = []
        self.slots = asyncio.Semaphore(SLOTS)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                body = await reader.readexactly(_length(head))
                answer = json.dumps(await self._answer(head, body)).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(answer), answer))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, head: bytes, body: bytes) -> object:
        if head.startswith(b"POST /api/v1/statuses"):
            at = clock.host_now().timestamp()
            async with self.slots:
                await asyncio.sleep(WORKS)
            self.arrived.append((parse_qs(body.decode()).get("status", [""])[0], at))
            number = str(next(IDS))
            return {
                "id": number,
                "content": "",
                "url": f"http://127.0.0.1/@vera/{number}",
                "created_at": "2026-01-01T00:00:00Z",
            }
        return self.arrived if head.startswith(b"GET /_bench") else []


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def main(hosts: int) -> None:
    servers = [await asyncio.start_server(Peer().serve, "127.0.0.1", 0, backlog=1024) for _ in range(hosts)]
    for server in servers:
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
