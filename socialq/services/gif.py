"""Counting the frames and pixels of a GIF from its blocks. Decodes nothing: Pillow would decode frames to find out."""

_IMAGE, _EXTENSION = 0x2C, 0x21
_MOST_BLOCKS = 300_000  # an ordinary one of 20 MB has 80,000; smaller blocks only keep us busy


def measure(data: bytes, enough: int) -> tuple[int, int]:
    """Frames, and pixels over all of them (a frame counts as the canvas or, where it reaches beyond, as itself).

    Stops one frame after `enough`. Raises IndexError or ValueError on a damaged file."""
    walk = _Walk(data)
    width, height = walk.pair(6)
    frames = pixels = 0
    while frames <= enough and walk.next_image():
        left, top = walk.pair(walk.place)
        wide, high = walk.pair(walk.place + 4)
        frames += 1
        pixels += max(width, left + wide) * max(height, top + high)
        walk.skip_image()
    if not frames:
        raise ValueError("a GIF without a picture")
    return frames, pixels


class _Walk:
    """A place in the file that only moves forward, block by block."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.place = 13 + _table(data[10])
        self._blocks = 0

    def pair(self, at: int) -> tuple[int, int]:
        return self.data[at] | self.data[at + 1] << 8, self.data[at + 2] | self.data[at + 3] << 8

    def next_image(self) -> bool:
        """To just behind the mark of the next image. False: there is none (every reader stops here)."""
        while self.place < len(self.data) and self.data[self.place] == _EXTENSION:
            self._skip_blocks(self.place + 2)
        self.place += 1
        return self.place <= len(self.data) and self.data[self.place - 1] == _IMAGE

    def skip_image(self) -> None:
        self._skip_blocks(self.place + 9 + _table(self.data[self.place + 8]) + 1)

    def _skip_blocks(self, place: int) -> None:
        while place < len(self.data) and self.data[place]:
            place += self.data[place] + 1
            self._count()
        self._count()
        self.place = place + 1

    def _count(self) -> None:
        self._blocks += 1
        if self._blocks > _MOST_BLOCKS:
            raise ValueError("a GIF of very many blocks")


def _table(flags: int) -> int:
    """Bytes of a colour table."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
