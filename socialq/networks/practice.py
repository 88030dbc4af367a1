"""Practice: a network of its own that writes posts into a folder, for trying everything out. It calls nobody."""

import json
import math
import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from socialq import clock
from socialq.domain.message import Wanted
from socialq.domain.outcomes import Absent, Found, Look, LookFailed, Metrics, NotSent, Outcome, Prepared, Published
from socialq.domain.shots import Said
from socialq.networks.base import (
    Account,
    AccountMetrics,
    Connected,
    ConnectFailed,
    Content,
    Limits,
    ReadFailed,
    Remember,
)
from socialq.networks.call import not_out
from socialq.networks.problems import problems

HIGHEST = {"views": 4000, "likes": 300, "comments": 40, "shares": 60}
SETTLED = timedelta(days=3)  # by then a post has two thirds of all it will get
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Practice:
    """`account.server` is the folder of all practice accounts, `remote_id` the folder of this one in it."""

    key: str = "practice"
    name: str = "Practice"
    limits: Limits = Limits(
        characters=500, videos=1, video_types=("video/mp4", "video/quicktime", "video/webm"), video_bytes=2_000_000_000,
        video_seconds=(0, 86_400),
    )  # fmt: skip
    asks_server: bool = False
    asks_handle: bool = True
    chains: bool = True
    metrics_given: frozenset[str] = frozenset({*HIGHEST, "followers"})

    def connect(self, account: Account) -> Connected:
        """Makes the account's folder; any token will do. Raises ConnectFailed for a handle that cannot name a folder."""
        name = account.handle.strip().lstrip("@").lower()
        if not NAME.fullmatch(name):
            raise ConnectFailed(
                "Give the practice account a handle of letters, digits, dots and dashes, for example vera."
            )
        try:
            _folder(account.server, name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConnectFailed(f"The practice folder cannot be written: {error.strerror}.") from None
        return Connected(name, name, account.server)

    def problems(self, post: Content, limits: Limits) -> list[Said]:
        """From the limits, as a real network would refuse it."""
        return problems(post, limits, self.name)

    def prepare(self, post: Content, account: Account, remember: Remember) -> Prepared | Outcome:
        """Nothing is sent ahead; what will be written is remembered."""
        reply_to = post.reply_to.get("remote_id") if post.reply_to else None
        media = [asdict(one) | {"path": one.path.name} for one in post.media]
        memory = {"text": post.text, "language": post.language, "media": media, "reply_to": reply_to}
        remember(memory)
        return Prepared(post.key, memory)

    def publish(self, prepared: Prepared, account: Account) -> Outcome:
        """One file, named by the identity: the same call again finds it there. NotSent when it cannot be written."""
        account.call.arm()
        try:
            path = _post(account, prepared.identity)
            draft = _write(
                path, {"id": prepared.identity, **prepared.memory, "published_at": clock.host_now().isoformat()}
            )
        except OSError as error:
            return NotSent(f"the practice folder cannot be written: {error.strerror}")
        try:
            account.call.first_byte()
            _link(draft, path)
        except Exception as error:
            return not_out(account.call, error)
        finally:
            draft.unlink(missing_ok=True)
        return Published(prepared.identity, path.absolute().as_uri())

    def recognize(self, link: str, server: str, account_id: str, handle: str) -> Published | None:
        """The file of one of its posts."""
        account = _folder(server, account_id).absolute().as_uri()
        found = re.fullmatch(rf"{re.escape(account)}/([A-Za-z0-9_-]{{1,200}})\.json", link.strip())
        return Published(found[1], link.strip()) if found else None

    def find(self, prepared: Prepared, wanted: Wanted, account: Account) -> Look:
        """Exact: the file is there or it is not."""
        path = _post(account, prepared.identity)
        if path.is_file():
            return Found(prepared.identity, path.absolute().as_uri())
        return Absent() if path.parent.is_dir() else LookFailed("the practice folder is gone")

    def repeatable(self, prepared: Prepared, started_at: datetime, now: datetime) -> bool:
        """For ever: the file's name is the identity."""
        return True

    def metrics(self, remote_ids: list[str], account: Account) -> dict[str, Metrics | None]:
        """Made up from id and age: the same at the same age, never smaller later. None for a file that is gone."""
        ages = {one: _age(_post(account, one)) for one in remote_ids}
        return {one: None if age is None else numbers(one, age) for one, age in ages.items()}

    def account_metrics(self, account: Account) -> AccountMetrics:
        """Made up from the account's name and its number of posts."""
        try:
            posts = len(list(_folder(account.server, account.remote_id).glob("[!.]*.json")))
        except OSError as error:
            raise ReadFailed(f"the practice folder cannot be read: {error.strerror}") from None
        return followers(account.remote_id, posts)


NETWORK = Practice()


def numbers(remote_id: str, age: timedelta) -> Metrics:
    """What the post of that id has at that age."""
    grown = 1 - math.exp(-age / SETTLED)
    found = {name: int(grown * (_share(remote_id, name, most) + 1)) for name, most in HIGHEST.items()}
    return Metrics(found, {"practice": True, **found})


def followers(name: str, posts: int) -> AccountMetrics:
    """What the account of that name has after so many posts."""
    count = 150 + _share(name, "followers", 900) + 3 * posts
    return AccountMetrics(count, {"practice": True, "followers": count, "posts": posts})


def backdate(folder: Path, identity: str, text: str, published_at: datetime) -> str:
    """A post of the past in the account's folder, for demo data; returns its address. Raises OSError."""
    path = folder / f"{identity}.json"
    post: dict[str, Any] = {
        "id": identity,
        "text": text,
        "media": [],
        "reply_to": None,
        "published_at": published_at.isoformat(),
    }
    path.write_text(json.dumps(post, ensure_ascii=False, indent=1), encoding="utf-8")
    return path.absolute().as_uri()


def _folder(server: str, name: str) -> Path:
    if not NAME.fullmatch(name):
        raise ValueError("not the name of a practice account")
    return Path(server) / name


def _post(account: Account, identity: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,200}", identity):
        raise ValueError("not the identity of a practice post")
    return _folder(account.server, account.remote_id) / f"{identity}.json"


def _write(path: Path, post: Mapping[str, Any]) -> Path:
    """A complete file under a name that nobody reads, safe on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}")
    try:
        with draft.open("x", encoding="utf-8") as file:
            json.dump(post, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _link(draft: Path, path: Path) -> None:
    """Gives the file its name, unless a post has it already: that is the same post."""
    with suppress(FileExistsError):
        os.link(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _age(path: Path) -> timedelta | None:
    try:
        post = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        raise ReadFailed("a practice post cannot be read") from None
    return max(timedelta(), clock.host_now() - datetime.fromisoformat(post["published_at"]))


def _share(name: str, what: str, most: int) -> int:
    """A number from 0 to `most` that belongs to this name."""
    return int.from_bytes(sha256(f"{name} {what}".encode()).digest()[:4]) % (most + 1)
