"""A video of 400 MB into the composer, in a real browser before the real web process: progress in the page, memory flat, called off."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from socialq.models import Media
from tests.browser.chromium import Window, context
from tests.browser.worlds import World, world
from tests.films import film, padded
from tests.workers.installation import until

MB = 1_000_000
WATCH = """() => {
  window.seen = [];
  const list = document.querySelector("[data-shots]");
  const note = () => window.seen.push([...list.querySelectorAll("progress")].at(-1).value);
  new MutationObserver(note).observe(list, { subtree: true, attributes: true, attributeFilter: ["value"] });
}"""


def most(pid: int) -> int:
    """MB of memory that the process ever had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) // 1024


@contextmanager
def served(made: World) -> Iterator[tuple[World, int]]:
    """By the web process as it is shipped; its number."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-m", "socialq.web.serve", str(listener.fileno()), "8", "5"]
        settings = {"SOCIALQ_DATA_DIR": str(made.parts.settings.data_dir), "SOCIALQ_LOG_LEVEL": "WARNING"}
        process = subprocess.Popen(command, pass_fds=[listener.fileno()], env=os.environ | settings)
        port = listener.getsockname()[1]
    try:
        yield replace(made, address=f"http://127.0.0.1:{port}", port=port), process.pid
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def desk(browser: Browser, tmp_path: Path) -> Iterator[tuple[Page, World, int]]:
    """The composer, open."""
    window = Window("desktop", "light", "en")
    with (
        world("begun", tmp_path) as made,
        served(made) as (there, pid),
        context(browser, window, there.cookies("en")) as windows,
    ):
        page = windows.new_page()
        page.goto(f"{there.address}/posts/new")
        yield page, there, pid


def lying(there: World) -> list[str]:
    return sorted(one.name for one in there.parts.media.rglob("*") if one.is_file())


def test_400_mb_with_progress_and_flat_memory(desk: tuple[Page, World, int], tmp_path: Path) -> None:
    page, there, pid = desk
    film(tmp_path / "warm.mp4", seconds=1)
    page.set_input_files("#files", tmp_path / "warm.mp4")
    expect(page.locator("[data-shots] input[name=media]").first).to_have_value("1", timeout=60_000)
    before = most(pid)
    page.evaluate(WATCH)
    page.set_input_files("#files", padded(film(tmp_path / "long.mp4", seconds=2), 400 * MB))
    expect(page.locator("[data-shots] input[name=media]").nth(1)).to_have_value("2", timeout=300_000)
    grown = most(pid) - before
    print(f"the web process grew by {grown} MB, from {before} MB")
    assert grown < 100
    seen = page.evaluate("window.seen")
    moved = [one for one in seen if 0 < one < 1]  # at the end nobody knows how far it is
    assert len(moved) > 2 and moved == sorted(moved), seen
    with there.parts.db.read() as session:
        assert session.get_one(Media, 2).media_type == "video/mp4"
    assert not [one for one in lying(there) if one.endswith(".part")]


def test_called_off_it_leaves_nothing_and_meanwhile_nothing_is_saved(
    desk: tuple[Page, World, int], tmp_path: Path
) -> None:
    page, there, _ = desk
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 2 * MB},
    )
    page.set_input_files("#files", padded(film(tmp_path / "long.mp4", seconds=2), 400 * MB))
    until(lambda: bool([one for one in lying(there) if one.endswith(".part")]))
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.locator("[data-files-error]")).to_contain_text("still on its way")
    assert page.url.endswith("/posts/new")
    page.locator("[data-shots] [data-remove]").click()
    expect(page.locator("[data-shots] .shot")).to_have_count(0)
    until(lambda: lying(there) == [])
    expect(page.locator("[data-files-error]")).to_be_hidden()


def test_what_is_too_large_is_said_before_it_is_sent(desk: tuple[Page, World, int], tmp_path: Path) -> None:
    page, there, _ = desk
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    limits = json.loads(page.get_attribute("[data-compose]", "data-limits") or "")
    assert [limits[kind][0] for kind in ("picture", "video")] == [20 * MB, 512 * MB]
    with (tmp_path / "huge.mp4").open("wb") as file:
        file.truncate(512 * MB + 1)
    page.set_input_files("#files", tmp_path / "huge.mp4")
    expect(page.locator("[data-files-error]")).to_have_text(re.compile("huge.mp4 is too large: .* 512 MB"))
    assert asked == [] and lying(there) == []
