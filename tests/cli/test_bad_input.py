"""Whatever is wrong is said in exactly one line on stderr, with exit 2; and what is stored is what was stored before."""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from mastodon_mock.testing import DEFAULT_TEST_SEED, MockServer
from PIL import Image

from tests.cli.desk import Inside, Said, Terminal, closed_port, inside, terminal
from tests.factories import image_bytes

AT = ("--at", "2031-10-07T09:00:00+02:00")
POST = ("post", "add", "--client", "1", "--channel", "1")
CANARY = "canary-9f3b"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    made = MockServer(seed=DEFAULT_TEST_SEED).start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def vera(tmp_path_factory: pytest.TempPathFactory, server: MockServer) -> Terminal:
    """A client with a practice channel and one on mastodon-mock. No test here changes anything, so one will do for all."""
    made = inside(tmp_path_factory.mktemp("bad") / "data", allow_private_hosts="true")
    made.ok("client", "add", "Bakkerij")
    made.ok(
        "channel", "add", "--client", "1", "--network", "practice", "--handle", "vera", "--token-stdin", stdin="any"
    )
    at = ("--network", "mastodon", "--server", server.base_url)
    made.ok("channel", "add", "--client", "1", *at, "--token-stdin", stdin="alice_token")
    made.ok("user", "add", "vera@example.com", "--role", "owner")
    return made


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "good.png").write_bytes(image_bytes())
    (folder / "page.png").write_bytes(b"<!doctype html><script>alert(1)</script>")
    (folder / "photo.png").write_bytes(image_bytes(form="JPEG"))
    (folder / "shell.php").write_bytes(image_bytes())
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(20_000_000), 9)), (b"IEND", b"")]
    packed = (struct.pack(">I", len(b)) + k + b + struct.pack(">I", zlib.crc32(k + b)) for k, b in chunks)
    (folder / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(packed))
    return folder


def refused(said: Said) -> str:
    """The one line."""
    assert said.code == 2, (said.out, said.err)
    assert said.out == ""
    assert len(said.err.splitlines()) == 1, said.err
    assert "Traceback" not in said.err
    assert len(said.err) > 20
    return said.err.strip()


BAD = {
    "unknown zone": (("client", "add", "Nieuw", "--timezone", "Mars/Base"), "no time zone"),
    "unknown language": (("client", "add", "Nieuw", "--language", "xx"), "nl or en"),
    "no slot": (("client", "add", "Nieuw", "--slot", "tue 25:00"), "not a slot"),
    "name taken": (("client", "add", "Bakkerij"), "already a client"),
    "empty name": (("client", "add", " "), "empty"),
    "past": ((*POST, "--text", "Hallo", "--at", "2020-10-07T09:00:00+02:00"), "past"),
    "naive": ((*POST, "--text", "Hallo", "--at", "2031-10-07T09:00"), "2031-10-07T09:00:00+02:00"),
    "naive in the gap": ((*POST, "--text", "Hallo", "--at", "2031-03-30T02:30"), "2031-03-30T03:00:00+02:00"),
    "no time": ((*POST, "--text", "Hallo", "--at", "tomorrow"), "not a time"),
    "far time": ((*POST, "--text", "Hallo", "--at", "9999-12-31T23:59:59-14:00"), "time"),
    "two times": ((*POST, "--text", "Hallo", "--now", "--draft"), "exactly one"),
    "no time at all": ((*POST, "--text", "Hallo"), "exactly one"),
    "no slots": ((*POST, "--text", "Hallo", "--next-slot"), "no slots"),
    "empty text": ((*POST, "--text", " \u200b ", *AT), "empty"),
    "long text": ((*POST, "--text", "é" * 501, *AT), "501 characters"),
    "long text there": (
        ("post", "add", "--client", "1", "--channel", "1", "--channel", "2", "--text", "é" * 501, *AT), "501 characters"
    ),
    "more alts": ((*POST, "--text", "Hallo", "--alt", "x", *AT), "--alt"),
    "a page": ((*POST, "--text", "Hallo", "--media", "page.png", *AT), "page.png is not what its name says"),
    "another kind": ((*POST, "--text", "Hallo", "--media", "photo.png", *AT), "it is a JPEG picture"),
    "php": ((*POST, "--text", "Hallo", "--media", "shell.php", *AT), "shell.php is not a picture"),
    "bomb": ((*POST, "--text", "Hallo", "--media", "bomb.png", *AT), "too many pixels"),
    "no file": ((*POST, "--text", "Hallo", "--media", "none.png", *AT), "none.png cannot be read"),
    "a folder": ((*POST, "--text", "Hallo", "--media", "/", *AT), "is not a file"),
    "good, then bad": ((*POST, "--text", "Hallo", "--media", "good.png", "--media", "page.png", *AT), "page.png"),
    "good, but long": ((*POST, "--text", "é" * 501, "--media", "good.png", *AT), "501 characters"),
    "unknown client": (("post", "add", "--client", "77", "--channel", "1", "--text", "Hallo", *AT), "no client 77"),
    "unknown channel": (("post", "add", "--client", "1", "--channel", "77", "--text", "Hallo", *AT), "no channel 77"),
    "id too large": (("post", "add", "--client", str(2**70), "--channel", "1", "--text", "Hallo", *AT), "range"),
    "id no number": (("post", "list", "--client", "x"), "not a valid integer"),
    "unknown delivery": (("delivery", "resolve", "77", "retry"), "no delivery 77"),
    "url missing": (("delivery", "resolve", "77", "published"), "--url"),
    "unknown state": (("delivery", "list", "--state", "lost"), "no state"),
    "unknown noun": (("posts",), "No such command"),
    "unknown option": (("post", "list", "--nope"), "No such option"),
    "no e-mail": (("user", "add", "vera", "--role", "owner"), "not an e-mail address"),
    "no such member": (("user", "reset", "omar@example.com"), "no member"),
    "member twice": (("user", "add", "VERA@example.com", "--role", "owner"), "already a member"),
    "unknown role": (("user", "add", "a@example.com", "--role", "king"), "not one of"),
    "no month": (("report", "build", "--client", "1", "--month", "october"), "2026-10"),
    "month to come": (("report", "build", "--client", "1", "--month", "2099-10"), "not begun"),
    "report of nobody": (("report", "build", "--client", "77", "--month", "2020-10"), "no client 77"),
    "numbers of nobody": (("metrics", "pull", "--client", "77"), "no client 77"),
    "lone surrogate": ((*POST, "--text", "half \udcff", *AT), "half a character"),
    "surrogate name": (("client", "add", "half \udcff"), "half a character"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_sentence_and_nothing_is_stored(vera: Terminal, files: Path, case: str) -> None:
    arguments, told = BAD[case]
    named = [str(files / word) if word.endswith((".png", ".php")) else word for word in arguments]
    before = vera.holds()
    assert told in refused(vera.run(*named))
    assert vera.holds() == before


@pytest.mark.parametrize("text", ["\x1b[31mred", "bell\x07", "back\x08space", "\x7f"])
def test_abuse_20_control_characters_on_the_command_line(vera: Terminal, text: str) -> None:
    before = vera.holds()
    assert "control character" in refused(vera.run(*POST, "--text", text, *AT))
    assert vera.holds() == before


CHANNEL = ("channel", "add", "--client", "1", "--network", "mastodon", "--token-stdin")


def test_a_wrong_token(vera: Terminal, server: MockServer) -> None:
    before = vera.holds()
    said = refused(vera.run(*CHANNEL, "--server", server.base_url, stdin=CANARY))
    assert "does not accept this token" in said
    assert CANARY not in said
    assert vera.holds() == before


def test_the_same_account_twice(vera: Terminal, server: MockServer) -> None:
    before = vera.holds()
    assert "connected already" in refused(vera.run(*CHANNEL, "--server", server.base_url, stdin="alice_token"))
    assert vera.holds() == before


def test_an_instance_that_cannot_be_reached(vera: Terminal) -> None:
    before = vera.holds()
    assert "cannot be reached" in refused(
        vera.run(*CHANNEL, "--server", f"http://127.0.0.1:{closed_port()}", stdin=CANARY)
    )
    assert vera.holds() == before


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1",
        "https://10.0.0.1",
        "https://[::1]",
        "https://169.254.169.254",
        "https://localhost",
        "https://2130706433",
    ],
)
def test_a_private_address(vera: Terminal, address: str) -> None:
    strict = Inside(vera.folder, {**vera.environment, "SOCIALQ_ALLOW_PRIVATE_HOSTS": "false"})
    before = vera.holds()
    said = refused(strict.run(*CHANNEL, "--server", address, stdin=CANARY))
    assert "private" in said or "spelling" in said
    assert vera.holds() == before


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("", "empty"),
        (f"{CANARY} two words", "one line without spaces"),
        (f'{{"access_token": "{CANARY}"', "JSON"),
        (f'{{"token": "{CANARY}"}}', "not known"),
        (f'{{"refresh_token": "{CANARY}"}}', "access_token"),
        (f'{{"access_token": "{CANARY}", "expires_at": "2030-01-01"}}', "expires_at"),
        (f'{{"access_token": "{CANARY}", "expires_at": 1e400}}', "expires_at"),
        (f'{{"access_token": ["{CANARY}"]}}', "plain texts"),
        ("[" * 30_000, "too long"),
        ("x\x00y", "one line"),
        ("\udcff", "one line"),
    ],
)
def test_a_token_that_is_none_is_not_repeated(vera: Terminal, server: MockServer, token: str, told: str) -> None:
    before = vera.holds()
    said = refused(vera.run(*CHANNEL, "--server", server.base_url, stdin=token.replace("\udcff", "\u20ac")))
    assert told in said
    assert CANARY not in said
    assert vera.holds() == before


def test_a_network_that_is_none(vera: Terminal) -> None:
    before = vera.holds()
    said = vera.run("channel", "add", "--client", "1", "--network", "myspace", "--token-stdin", stdin="x")
    assert "mastodon, practice" in refused(said)
    said = vera.run("channel", "add", "--client", "1", "--network", "practice", "--token-stdin", stdin="x")
    assert "handle" in refused(said)
    said = vera.run(
        "channel", "add", "--client", "77", "--network", "practice", "--handle", "x", "--token-stdin", stdin="x"
    )
    assert "no client 77" in refused(said)
    assert vera.holds() == before


FULL = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}));"


def test_a_full_disk_while_a_picture_is_stored(vera: Terminal, tmp_path: Path) -> None:
    """A file may not grow beyond a size: the kernel refuses the write in the middle, as on a full disk."""
    noise = Image.frombytes("RGB", (900, 700), os.urandom(900 * 700 * 3))
    noise.save(tmp_path / "noise.png")
    before = vera.holds()
    said = vera.run(*POST, "--text", "Hallo", "--media", str(tmp_path / "noise.png"), *AT, before=FULL.format(300_000))
    assert "The disk is full" in refused(said)
    assert vera.holds() == before


@pytest.mark.parametrize("limit", [4096, 36_000])  # when the database is opened, and in the middle of the transaction
def test_a_full_disk_while_rows_are_stored(vera: Terminal, files: Path, limit: int) -> None:
    before = vera.holds()
    said = vera.run(*POST, "--text", "Hallo", "--media", str(files / "good.png"), *AT, before=FULL.format(limit))
    assert "The disk is full" in refused(said)
    assert vera.holds() == before


def test_a_data_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "data folder" in refused(terminal(tmp_path / "file").run("client", "list"))


def test_settings_that_do_not_fit_and_a_database_that_is_away(tmp_path: Path) -> None:
    assert "LEASE" in refused(terminal(tmp_path / "a", lease="20").run("client", "list"))
    away = f"postgresql+psycopg://nobody:{CANARY}@127.0.0.1:{closed_port()}/none"
    said = refused(terminal(tmp_path / "b", database_url=away).run("client", "list"))
    assert "does not answer" in said
    assert CANARY not in said
