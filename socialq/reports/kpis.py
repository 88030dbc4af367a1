"""The numbers of a report, as one plain object: counted from the tables, None where a network gives nothing."""

import re
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from socialq.domain.engagement import KINDS, rate_of_post, rate_over_posts, total
from socialq.domain.period import Period
from socialq.reports.dataset import Dataset

PRACTICE = "practice"
BEST = 3
ACCENT = "#0B5C63"
Numbers = dict[str, Any]


def numbers(data: Dataset, names: Mapping[str, str], *, complete: bool) -> Numbers:
    """`names`: networks by key as people call them. `complete`: the period is over, so it may be compared with the one before."""
    channels = [_channel(data, row, names) for row in _rows(data.channels)]
    channels = [one for one in channels if one["connected"] or one["known"]]
    counted = _counted(channels)
    ids = [one["id"] for one in counted]
    days = data.days[data.days["channel_id"].isin(ids)]
    now, before = _within(days, data.period), _within(days, data.period.previous())
    posts = [_post(row, channels) for row in _rows(data.posts[data.posts["channel_id"].isin(ids)])]
    ranked = _ranked(posts)
    return {
        "client": {"id": data.client.id, "name": data.client.name, "language": data.client.language},
        "zone": data.client.timezone,
        "colour": data.client.colour if re.fullmatch(r"#[0-9A-Fa-f]{6}", data.client.colour) else ACCENT,
        "starts_on": data.period.starts_on.isoformat(),
        "ends_on": data.period.ends_on.isoformat(),
        "data_until": data.data_until.isoformat() if data.data_until else None,
        "complete": complete,
        "practice": any(one["practice"] for one in counted),
        "practice_apart": len(counted) < len(channels),
        "totals": _totals(now, counted, len(posts)),
        "before": _before(before, sum(data.posts_before.get(one, 0) for one in ids)) if complete else None,
        "days": _days(now, data.period),
        "channels": channels,
        "best": ranked[:BEST],
        "weakest": ranked[-1] if len(ranked) > BEST else None,
    }


def _counted(channels: list[Numbers]) -> list[Numbers]:
    """What totals are made of: made-up numbers are never added to real ones."""
    return [one for one in channels if not one["practice"]] or channels


def _within(days: pd.DataFrame, period: Period) -> pd.DataFrame:
    return days[(days["on"] >= period.starts_on) & (days["on"] <= period.ends_on)]


def _channel(data: Dataset, row: Mapping[Hashable, Any], names: Mapping[str, str]) -> Numbers:
    mine = _within(data.days[data.days["channel_id"] == row["channel_id"]], data.period)
    done, views = _sum(mine, "engagements"), _sum(mine, "views")
    posts = int((data.posts["channel_id"] == row["channel_id"]).sum())
    rate = rate_over_posts(done, views)
    return {
        "id": int(row["channel_id"]),
        "network": names.get(row["network"], row["network"].capitalize()),
        "handle": row["handle"],
        "practice": row["network"] == PRACTICE,
        "connected": bool(pd.isna(row["disconnected_at"])),
        "known": posts > 0 or len(mine) > 0,
        "posts": posts,
        "engagements": done,
        **{kind: _sum(mine, kind) for kind in KINDS},
        "views": views,
        "rate": rate.value if rate else None,
        **_followers(data, row["channel_id"]),
    }


def _followers(data: Dataset, channel_id: int) -> Numbers:
    """At the end of the period, and the change since before it (else since the first day that is known)."""
    given = data.days[(data.days["channel_id"] == channel_id) & data.days["followers"].notna()]
    inside = _within(given, data.period)
    if inside.empty:
        return {"followers": None, "followers_change": None, "followers_days": []}
    earlier = given[given["on"] < data.period.starts_on]
    base = earlier.iloc[-1] if not earlier.empty else inside.iloc[0]
    last = inside.iloc[-1]
    known = base["on"] != last["on"]
    return {
        "followers": int(last["followers"]),
        "followers_change": int(last["followers"] - base["followers"]) if known else None,
        "followers_days": [
            [day.isoformat(), int(count)] for day, count in zip(inside["on"], inside["followers"], strict=True)
        ],
    }


def _totals(now: pd.DataFrame, channels: list[Numbers], posts: int) -> Numbers:
    """Over all channels. The rate counts only channels that give views, or it would be a share of nothing known."""
    seen = [one for one in channels if one["views"] is not None]
    rate = rate_over_posts(total(one["engagements"] for one in seen), total(one["views"] for one in seen))
    return {
        "posts": posts,
        "engagements": _sum(now, "engagements"),
        **{kind: _sum(now, kind) for kind in KINDS},
        "views": _sum(now, "views"),
        "views_from": len(seen),
        "rate": rate.value if rate else None,
        "rate_of": rate.of if rate else None,
        "followers": total(one["followers"] for one in channels),
        "followers_change": total(one["followers_change"] for one in channels),
        "followers_from": sum(one["followers"] is not None for one in channels),
        "channels": len(channels),
    }


def _before(before: pd.DataFrame, posts: int) -> Numbers:
    return {"posts": posts, "engagements": _sum(before, "engagements"), "views": _sum(before, "views")}


def _days(now: pd.DataFrame, period: Period) -> list[Numbers]:
    """Every day of the period; None on days of which nothing is known."""
    sums = now.groupby("on")["engagements"].sum(min_count=1)
    return [{"on": day.on.isoformat(), "engagements": _whole(sums.get(day.on))} for day in period.days()]


def _post(row: Mapping[Hashable, Any], channels: list[Numbers]) -> Numbers:
    channel = next(one for one in channels if one["id"] == row["channel_id"])
    found = {name: _whole(row[name]) for name in ("engagements", "views", "reach", *KINDS)}
    rate = rate_of_post(found, channel["followers"])
    return {
        "id": int(row["id"]),
        "network": channel["network"],
        "handle": channel["handle"],
        "practice": channel["practice"],
        "published_at": row["published_at"].isoformat(),
        "text": row["text"],
        "url": row["url"],
        **found,
        "rate": rate.value if rate else None,
        "rate_of": rate.of if rate else None,
    }


def _ranked(posts: list[Numbers]) -> list[Numbers]:
    """Most engagements first, then most views, then the earlier one; posts without numbers are not ranked."""
    known = [post for post in posts if post["engagements"] is not None]
    return sorted(known, key=lambda post: (-post["engagements"], -(post["views"] or 0), post["id"]))


def _rows(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return table.to_dict("records")


def _sum(table: pd.DataFrame, name: str) -> int | None:
    return _whole(table[name].sum(min_count=1))


def _whole(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
