"""What each network gets of 80 real-world and hostile files, or the sentence she sees: `python -m tests.tools.media_table`.

The files are made anew in a process of their own (`--make FOLDER`); none is kept in the tree."""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from socialq import clock
from socialq.domain.fitting import fits
from socialq.domain.objecting import objections
from socialq.errors import BadInput
from socialq.networks.base import Attachment, Limits, discover
from socialq.services.media import Accepted, keeping
from socialq.services.storage import Storage
from socialq.services.variants import variant
from tests.factories import image_bytes

# Networks that are not built yet, as /docs of theirs had it in August 2026. Each will declare its own.
MP4 = ("video/mp4", "video/quicktime")
COMING = {
    "X": Limits(
        280, image_bytes=5_000_000, gifs=1, gif_bytes=15_000_000, videos=1, video_types=MP4, video_bytes=512_000_000,
        video_codecs=("h264",),
        video_seconds=(0.5, 140), video_ratio=(1 / 3, 3),
    ),
    "Instagram": Limits(
        2200, images=10, image_types=("image/jpeg",), image_ratio=(0.8, 1.91), videos=1, video_types=MP4,
        video_bytes=300_000_000, video_seconds=(3, 900), mixed=True,
    ),
    "LinkedIn": Limits(
        3000, images=20, image_types=("image/jpeg", "image/png", "image/gif"), image_bytes=5_000_000,
        image_pixels=36_152_320, videos=1, video_bytes=500_000_000, video_codecs=("h264",), video_seconds=(3, 1800),
    ),
    "Threads": Limits(
        500, images=20, image_types=("image/jpeg", "image/png"), videos=1, video_types=MP4, video_bytes=1_000_000_000,
        video_seconds=(0, 300), mixed=True,
    ),
}  # fmt: skip


@dataclass
class Row:
    """One file. `kept` is what lies in storage afterwards, `no` the sentence when nothing does."""

    what: str
    file: str
    kept: str = ""
    no: str = ""
    gets: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    grown: int = 0  # MB that this process ever took more than before the first file
    child: int = 0  # MB that a process for videos took at most; as much as its maker when it took less


def make(folder: Path) -> list[tuple[str, str]]:
    """All files, each in a folder of its own; what it is and where it lies."""
    from tests.tools.media_films import FILMS
    from tests.tools.media_pictures import HOSTILE, REAL

    found = []
    for number, (what, (name, maker)) in enumerate((FILMS | REAL | HOSTILE).items()):
        path = folder / str(number) / name
        path.parent.mkdir()
        if what in FILMS:
            FILMS[what][1](path)
        else:
            path.write_bytes(maker())  # type: ignore[call-arg]
        found.append((what, str(path)))
    return found


def rows(files: list[tuple[str, str]], folder: Path) -> list[Row]:
    """Every file through the door that the composer and the command line use, then through what each network takes."""
    storage, takes = Storage(folder), COMING | {one.name: one.limits for one in discover().values()}
    (folder / "warm.png").write_bytes(image_bytes())
    with keeping(storage) as intake:
        intake.accept(folder / "warm.png")
    before, found = most(resource.RUSAGE_SELF), []
    for what, file in files:
        row, begun = Row(what, Path(file).name), clock.boottime()
        try:
            with keeping(storage) as intake:
                accepted = intake.accept(Path(file))
            row.kept = shape(accepted.media_type, accepted.width, accepted.height, accepted.size, accepted.seconds)
            row.gets = {name: got(storage, accepted, limits, name) for name, limits in takes.items()}
        except BadInput as error:
            row.no = str(error)
        row.seconds, row.grown = round(clock.boottime() - begun, 2), most(resource.RUSAGE_SELF) - before
        row.child = most(resource.RUSAGE_CHILDREN)
        found.append(row)
    return found


def got(storage: Storage, one: Accepted, limits: Limits, network: str) -> str:
    shot = Attachment(
        storage.path(one.name), one.media_type, "", one.sha256, one.width, one.height, one.size, one.seconds, one.codecs
    )
    if found := objections([shot], limits, network):
        return " ".join(map(str, found))
    (fit,) = fits([shot], limits, network)
    if fit.recipe is None:
        return "as it is"
    made = variant(storage, one.name, fit.recipe)
    assert made.size <= limits.image_bytes and made.width * made.height <= limits.image_pixels
    return f"{shape(made.media_type, made.width, made.height, made.size)}: {' '.join(map(str, fit.notices))}"


def shape(media_type: str, width: int, height: int, size: int, seconds: float = 0) -> str:
    lasts = f", {seconds:.1f} s" if seconds else ""
    return f"{media_type.partition('/')[2]} {width} × {height}{lasts}, {size / 1e6:.2f} MB"


def most(whose: int) -> int:
    """MB at most until now."""
    return round(resource.getrusage(whose).ru_maxrss / 1024)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--make", type=Path, metavar="FOLDER")
    arguments.add_argument("--look", type=Path, metavar="FOLDER", help="at what was made there")
    arguments.add_argument("--json", action="store_true")
    given = arguments.parse_args()
    if given.make:
        (given.make / "made.json").write_text(json.dumps(make(given.make)))
    elif given.look:
        with tempfile.TemporaryDirectory() as kept:
            found = rows(json.loads((given.look / "made.json").read_text()), Path(kept))
        print(json.dumps([asdict(one) for one in found]))
    else:
        told = [Row(**one) for one in json.loads(both())]
        print(json.dumps([asdict(one) for one in told]) if given.json else table(told))


def both() -> str:
    """Made, then looked at, each in a fresh process: what making takes is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        for step in ("--make", "--look"):
            command = [sys.executable, "-m", "tests.tools.media_table", step, folder]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return done.stdout


def table(found: list[Row]) -> str:
    """In Markdown; networks that get it as it is stand together."""
    lines = ["| file | kept, or what she is told | what a network gets |", "|---|---|---|"]
    for row in found:
        same = [name for name, what in row.gets.items() if what == "as it is"]
        cells = [f"as it is: {', '.join(same)}"] if same else []
        cells += [f"{name}: {what}" for name, what in row.gets.items() if what != "as it is"]
        lines.append(f"| {row.what} (`{row.file}`) | {row.kept or row.no} | {'<br>'.join(cells)} |")
    films = max(row.child for row in found if row.file.endswith((".mp4", ".MOV", ".mov", ".webm")))
    grown, taken = max(row.grown for row in found), sum(row.seconds for row in found)
    told = f"{len(found)} files in {taken:.0f} s; memory at most +{grown} MB, of a process for videos {films} MB."
    return "\n".join([*lines, "", told])


if __name__ == "__main__":
    main()
