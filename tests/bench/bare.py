"""The limit: the network module alone, on as many threads, without a database. `python -m tests.bench.bare THREADS EACH ADDRESS…`"""

import secrets
import sys
from concurrent.futures import ThreadPoolExecutor

from socialq import clock
from socialq.domain.outcomes import Prepared, Published
from socialq.networks.base import Account, Content
from socialq.networks.call import Call
from socialq.networks.mastodon import NETWORK
from tests.bench.house import TOKEN


def publish_one(server: str) -> None:
    """Prepares and publishes one post. Raises when it did not go out."""
    account = Account(
        server, "1", "vera", {"access_token": TOKEN}, Call(connect_within=15, total=60, allow_private=True)
    )
    prepared = NETWORK.prepare(
        Content(secrets.token_hex(20), language="nl", key=secrets.token_hex(16)), account, lambda _: None
    )
    account.call.close()
    if not isinstance(prepared, Prepared):
        raise RuntimeError(f"not prepared: {prepared}")
    if not isinstance(outcome := NETWORK.publish(prepared, account), Published):
        raise RuntimeError(f"not published: {outcome}")
    account.call.close()


def main(threads: int, each: int, servers: list[str]) -> None:
    """Prints the seconds that it took, once the SDK is loaded and a line on stdin has come: processes begin together."""
    publish_one(servers[0])
    print("ready", flush=True)
    sys.stdin.readline()
    started = clock.boottime()
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(publish_one, servers[number % len(servers)]) for number in range(each)]:
            done.result()
    print(clock.boottime() - started, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
