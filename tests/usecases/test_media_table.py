"""Eighty real-world and hostile files: what each network gets of them, or the sentence she sees, within 200 MB of memory."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.structure.tree import ROOT

BLUESKY_NO = "socialq cannot post videos on Bluesky."
MOST = 200  # MB
REFUSED = {
    "PNG of 27 MB": "a picture may have 20 MB at most",
    "WebP that moves": "only GIF may move",
    "GIF of 400 frames": "at most 300 frames",
    "JPEG cut off": "is damaged",
    "HEIC cut off": "is damaged",
    "JPEG named png": "it is a JPEG picture",
    "AVIF": "save it as jpg, png, gif, webp or heic, or as mp4",
    "GIF and script (polyglot)": "it is no picture",
    "empty file": "it is no picture",
    "bomb, 400 megapixels": "too many pixels",
    "bomb, HEIC of 900 megapixels": "too many pixels",
    "video of 8K": "4K (3840 × 2160) at most",
    "video of 10 hours": "a video may last 4 hours at most",
    "video of 600 MB": "a video may have 512 MB at most",
    "MP4 without its index": "is damaged",
    "MP4 cut off": "it is shorter than it says itself",
    "playlist (m3u8) named mp4": "it is no video",
    "ffmpeg concat script named mp4": "it is no video",
    "sound without pictures": "holds no moving picture",
    "Matroska named webm": "it is no video",
    "AVI named mp4": "it is no video",
    "JPEG named mp4": "it is no video",
    "empty video": "it is no video",
}
KEPT = {
    "photo, 48 megapixels": "jpeg 4000 × 3000",
    "photo lying on its side": "jpeg 1200 × 1600",
    "photo for print (CMYK)": "jpeg 1600 × 1200",
    "iPhone photo (HEIC)": "jpeg 4000 × 3000",
    "iPhone photo upright (HEIC)": "jpeg 1200 × 1600",
    "PNG, 16 bits a colour": "jpeg 300 × 200",
    "logo that shows through": "png 600 × 400",
    "GIF that moves": "gif 200 × 200",
    "JPEG and zip (polyglot)": "jpeg 400 × 300",
    "iPhone video, upright, with its place": "mp4 180 × 320, 4.0 s",
    "video, HEVC": "mp4 320 × 180",
    "video, MOV with plain sound": "quicktime 320 × 180",
    "video, WebM": "webm 320 × 180",
    "video of 400 MB": "mp4 320 × 180, 8.0 s, 0.01 MB",
    "MP4 and HTML (polyglot)": "mp4 320 × 180",
}
GETS = {
    ("photo, 12 megapixels", "Bluesky"): "Picture 1 is made smaller for Bluesky, to 1 MB at most.",
    ("photo, 12 megapixels", "Instagram"): "as it is",
    ("story", "Instagram"): "Instagram shows picture 1 cropped to 4:5.",
    ("panorama, 8:1", "Instagram"): "Instagram shows only the middle of picture 1: 1.91:1, 23% of it.",
    ("panorama, 8:1", "Mastodon"): "as it is",
    ("exactly 4:5", "Instagram"): "as it is",
    ("logo that shows through", "Instagram"): "What shows through in picture 1 becomes white on Instagram.",
    ("GIF that moves", "Bluesky"): "Picture 1 moves, and Bluesky would show it standing still.",
    ("video, 16:9, H.264 and AAC", "Mastodon"): "as it is",
    ("video, 16:9, H.264 and AAC", "Bluesky"): BLUESKY_NO,
    ("video, WebM", "X"): "X does not take video 1 (video/webm).",
    ("video, HEVC", "X"): "Video 1 is encoded as HEVC, which X does not take: save it as H.264.",
    ("video, HEVC", "Instagram"): "as it is",
    ("video, 4:1", "X"): "Video 1 is too wide for X: at most 3:1.",
    ("video of half a second", "Instagram"): "Video 1 lasts 0.4 seconds, Instagram takes at least 3.",
    ("video of 3 hours", "LinkedIn"): "Video 1 lasts 10800 seconds, LinkedIn takes at most 1800.",
    ("video of 400 MB", "X"): "as it is",
}


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, Any]]:
    """As `python -m tests.tools.media_table` prints it: in a process of its own, for its memory is looked at."""
    command = [sys.executable, "-m", "tests.tools.media_table", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return {row["what"].removeprefix("9:16, as a "): row for row in json.loads(done.stdout)}


def test_every_file_is_kept_or_refused_in_one_sentence(table: dict[str, dict[str, Any]]) -> None:
    assert len(table) >= 60
    for what, row in table.items():
        assert bool(row["kept"]) != bool(row["no"]), what
        assert not row["no"] or (row["no"].endswith(".") and "\n" not in row["no"] and row["file"] in row["no"]), what
        assert not row["kept"] or all(row["gets"].values()), what


@pytest.mark.abuse(27)
def test_abuse_27_what_is_refused(table: dict[str, dict[str, Any]]) -> None:
    assert {what: told in table[what]["no"] for what, told in REFUSED.items()} == dict.fromkeys(REFUSED, True)


def test_what_is_kept(table: dict[str, dict[str, Any]]) -> None:
    assert {what: table[what]["kept"].startswith(shape) for what, shape in KEPT.items()} == dict.fromkeys(KEPT, True)


def test_what_each_network_gets(table: dict[str, dict[str, Any]]) -> None:
    found = {(what, network): table[what]["gets"][network] for what, network in GETS}
    assert {key: value.endswith(GETS[key]) for key, value in found.items()} == dict.fromkeys(GETS, True)


def test_abuse_26_27_neither_this_process_nor_one_for_videos_takes_200_mb_more(
    table: dict[str, dict[str, Any]],
) -> None:
    assert max(row["grown"] for row in table.values()) < MOST
    films = [row for row in table.values() if row["file"].lower().endswith((".mp4", ".mov", ".webm"))]
    assert max(row["child"] for row in films) < MOST
