"""Large files that take no room: zeros, and a mark here and there so that a missing or doubled piece changes the checksum."""

from pathlib import Path

EVERY = 1_000_000


def sparse(path: Path, size: int) -> Path:
    """So many bytes."""
    with path.open("wb") as file:
        for place in range(0, size, EVERY):
            file.seek(place)
            file.write(place.to_bytes(8, "big"))
        file.truncate(size)
    return path
