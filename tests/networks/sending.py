"""Sends a file in pieces to a sink, as a network would, and prints what it cost: `… URL FILE MEMORY put|json EACH`. For a process of
its own: `MEMORY` is the file in which it remembers."""

import base64
import json
import resource
import sys
from pathlib import Path
from typing import Any

from socialq.networks.call import Call
from socialq.networks.call.pieces import Piece, send_pieces


def main(url: str, file: str, memory: str, how: str, each: str) -> None:
    call = Call(connect_within=5, total=60, allow_private=True)
    kept = Path(memory)

    def put(piece: Piece) -> None:
        headers = {"Content-Range": piece.range}
        call.session().put(url, data=piece.stream(), headers=headers).raise_for_status()

    def wrapped(piece: Piece) -> None:
        body = {"media": base64.b64encode(piece.data()).decode(), "start": piece.start}
        call.session().post(url, json=body).raise_for_status()

    def remember(step: dict[str, Any]) -> None:
        fresh = kept.with_suffix(".new")
        fresh.write_text(json.dumps(step))
        fresh.replace(kept)

    known = json.loads(kept.read_text()) if kept.exists() else {}
    call.session().get(url).raise_for_status()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    send = put if how == "put" else wrapped
    ended = send_pieces(Path(file), int(each), send, memory=known, remember=remember)
    print(ended, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)


if __name__ == "__main__":
    main(*sys.argv[1:6])
