"""The posts of the fake X: what it takes, how it shows them, how it counts them, under its old names or its new ones."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from socialq.networks.text import weigh
from tests.networks.fake_server import Reply

JSON = dict[str, Any]
EPOCH_MS = 1_288_834_974_657
LINK = re.compile(r"https?://[^\s<>()\"]+[^\s<>()\".,:;!?]")
SAME_TEXT = timedelta(days=1)
PRIVATE_FOR = timedelta(days=30)
NEW_NAMES = {"retweet_count": "repost_count", "tweet_count": "post_count"}
PROBLEMS = "https://api.twitter.com/2/problems"


def problem(status: int, title: str, detail: str, kind: str = "about:blank", **more: Any) -> Reply:
    """As X writes a refusal."""
    kind = kind if kind == "about:blank" else f"{PROBLEMS}/{kind}"
    return Reply(status, {"title": title, "detail": detail, "type": kind, "status": status, **more})


def invalid(message: str, **parameters: Any) -> Reply:
    """As X writes that a request cannot be understood."""
    return problem(
        400, "Invalid Request", "One or more parameters to your request was invalid.", "invalid-request",
        errors=[{"parameters": parameters, "message": message}],
    )  # fmt: skip


class Posts:
    """`fields`: the name by which it knows the parameter; `new_names`: how it calls what it counts."""

    def __init__(self) -> None:
        self.kept: list[JSON] = []
        self.fields, self.new_names, self.hidden = "tweet.fields", False, 0
        self._serial, self._short = itertools.count(1), itertools.count(1)

    def add(self, text: str, at: datetime, media: list[str], author: str, reply_to: str | None = None) -> JSON:
        """One more, as somebody made it; ids hold their time."""
        number = (int(at.timestamp() * 1000) - EPOCH_MS << 22) + next(self._serial)
        urls = [self._url(found[0]) for found in LINK.finditer(text)]
        shown = text.strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for url in urls:
            shown = shown.replace(url["expanded_url"].replace("&", "&amp;"), url["url"], 1)
        if media:
            urls.append(self._url(f"https://x.com/vera/status/{number}/photo/1") | {"media_key": f"3_{media[0]}"})
            shown = f"{shown} {urls[-1]['url']}".strip()
        post = {
            "id": str(number), "text": shown, "raw": text, "at": at, "media": media, "author": author, "urls": urls,
            "reply_to": reply_to, "counts": dict.fromkeys(("retweet_count", "reply_count", "like_count", "quote_count",
            "bookmark_count", "impression_count"), 0), "own": {"url_link_clicks": 2, "user_profile_clicks": 1, "engagements": 5,
            "impression_count": 0}, "views": 0,
        }  # fmt: skip
        self.kept.append(post)
        return post

    def create(self, form: JSON, media: JSON, author: str, at: datetime) -> Reply:
        text, ids = form.get("text", ""), form.get("media", {}).get("media_ids", [])
        reply_to = form.get("reply", {}).get("in_reply_to_tweet_id")
        if not text and not ids:
            return invalid("text or media is required", text=[""])
        if text and not weigh(text).fits:
            return invalid("Your Tweet text is too long.", text=[text])
        if any(one not in media or media[one]["state"] != "succeeded" for one in ids):
            return invalid("Your media IDs are invalid.", **{"media.media_ids": ids})
        if reply_to and reply_to not in {one["id"] for one in self.kept}:
            return problem(403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you.")
        if any(one["raw"] == text and one["author"] == author and at - one["at"] < SAME_TEXT for one in self.kept):
            return problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        post = self.add(text, at, ids, author, reply_to)
        told = {"id": post["id"], "text": post["text"], "edit_history_tweet_ids": [post["id"]]}
        return Reply(201, {"data": told})

    def timeline(self, author: str, query: Any) -> Reply:
        """Newest first, pages by token; `hidden`: so many of the newest are not in it yet."""
        if refused := self._wrong_name(query):
            return refused
        since = datetime.fromisoformat(query.get("start_time", ["2010-11-06T00:00:00Z"])[0])
        mine = [one for one in self.kept if one["author"] == author and one["at"].replace(microsecond=0) >= since]
        mine = mine[::-1][self.hidden :]
        size, start = int(query.get("max_results", ["10"])[0]), int(query.get("pagination_token", ["0"])[0])
        page = mine[start : start + size]
        meta: JSON = {"result_count": len(page)}
        if start + size < len(mine):
            meta["next_token"] = str(start + size)
        shown = [self._shown(one, query) for one in page]
        return Reply(200, {"meta": meta} | ({"data": shown} if shown else {}))

    def lookup(self, query: Any, at: datetime) -> Reply:
        """Those that are there; for the others an error beside them. Too old for its own numbers: the field fails, and the post."""
        if refused := self._wrong_name(query):
            return refused
        wanted, known = query["ids"][0].split(","), {one["id"]: one for one in self.kept}
        own = "non_public_metrics" in query.get(self.fields, [""])[0]
        errors = [_not_found(one) for one in wanted if one not in known]
        old = [one for one in wanted if own and one in known and at - known[one]["at"] > PRIVATE_FOR]
        errors += [_not_for_you(one) for one in old]
        posts = [known[one] for one in wanted if one in known and one not in old]
        body: JSON = {"errors": errors} if errors else {}
        if posts:
            body["data"] = [self._shown(one, query) for one in posts]
            media = [_medium(one) for one in posts if one["media"] and "expansions" in query]
            body |= {"includes": {"media": media}} if media else {}
        return Reply(200, body)

    def _wrong_name(self, query: Any) -> Reply | None:
        other = {"tweet.fields": "post.fields", "post.fields": "tweet.fields"}[self.fields]
        if other in query:
            return invalid(f"The query parameter [{other}] is not one of [ids,{self.fields}]", **{other: query[other]})
        return None

    def _shown(self, post: JSON, query: Any) -> JSON:
        asked = set(query.get(self.fields, [""])[0].split(","))
        names = NEW_NAMES if self.new_names else {}
        found: JSON = {"id": post["id"], "text": post["text"], "edit_history_tweet_ids": [post["id"]]}
        if "created_at" in asked:
            found["created_at"] = post["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        if "entities" in asked and post["urls"]:
            found["entities"] = {"urls": post["urls"]}
        if "attachments" in asked and post["media"]:
            found["attachments"] = {"media_keys": [f"3_{one}" for one in post["media"]]}
        if "public_metrics" in asked:
            found["public_metrics"] = {names.get(name, name): count for name, count in post["counts"].items()}
        if "non_public_metrics" in asked:
            found["non_public_metrics"] = post["own"]
        return found

    def _url(self, meant: str) -> JSON:
        return {
            "start": 0,
            "end": 23,
            "url": f"https://t.co/s{next(self._short):09d}",
            "expanded_url": meant,
            "display_url": meant[8:],
        }


def _medium(post: JSON) -> JSON:
    counts = {"public_metrics": {"view_count": post["views"]}} if post["views"] else {}
    return {"media_key": f"3_{post['media'][0]}", "type": "video" if post["views"] else "photo", **counts}


def _not_found(remote_id: str) -> JSON:
    return {
        "value": remote_id, "resource_id": remote_id, "parameter": "ids", "resource_type": "tweet",
        "detail": f"Could not find tweet with ids: [{remote_id}].", "title": "Not Found Error",
        "type": f"{PROBLEMS}/resource-not-found",
    }  # fmt: skip


def _not_for_you(remote_id: str) -> JSON:
    return {
        "resource_id": remote_id, "parameter": "ids", "resource_type": "tweet", "section": "data", "title": "Field Authorization Error",
        "field": "non_public_metrics", "detail": f"Sorry, you are not authorized to access 'non_public_metrics' on the Tweet: {remote_id}.",
        "type": f"{PROBLEMS}/not-authorized-for-field",
    }  # fmt: skip
