"""A month that was counted by hand: what the report must say, and the rows that it is made from."""

import re

from socialq.db import Database
from socialq.models import Report
from socialq.reports.build import build
from socialq.reports.orders import order
from tests.usecases.numbers import Brand

TRUTH = {
    "posts": 5,
    "engagements": 38,
    "likes": 28,
    "comments": 6,
    "shares": 4,
    "saves": None,
    "views": 900,
    "views_from": 1,
    "rate": 18 / 900,
    "rate_of": "views",
    "followers": 512,
    "followers_change": 13,
    "followers_from": 1,
    "channels": 2,
}


def october(db: Database, **client: str) -> Brand:
    """One channel that gives views but no followers, one that gives followers but no views; September before it."""
    brand = Brand(db, **client)
    seen, followed = brand.channel("fake", "@seen"), brand.channel("other", "@followed")
    old = brand.post(seen, "Uit september", "2026-09-20 09:00")
    brand.count(old, "2026-09-21 09:00", likes=10, views=500)
    brand.count(old, "2026-10-02 09:00", likes=12, views=600)
    for day, likes, views in ((3, 9, 200), (5, 7, 100)):
        post = brand.post(seen, f"Bericht van {day} oktober", f"2026-10-{day:02} 09:00", f"https://example.org/{day}")
        brand.count(post, f"2026-10-{day:02} 20:00", likes=likes - 2, views=views)
        brand.count(post, f"2026-10-{day + 1:02} 20:00", likes=likes, views=views + 250)
        brand.count(post, "2026-11-01 09:00", likes=1000, views=1000)  # not October any more
    for day, numbers in ((7, {"likes": 10, "comments": 6, "shares": 4}), (9, {"likes": 0, "comments": 0, "shares": 0})):
        post = brand.post(followed, f"Bericht van {day} oktober", f"2026-10-{day:02} 09:00")
        brand.count(post, f"2026-10-{day:02} 12:00", **numbers)
    brand.post(followed, "Nooit geteld", "2026-10-31 23:30")
    for at, followers in (("2026-09-30 23:00", 499), ("2026-10-10 12:00", 505), ("2026-10-31 23:00", 512)):
        brand.follow(followed, at, followers)
    for channel in (seen, followed):
        brand.rebuild(channel, "2026-09-01", "2026-11-30")
    return brand


def built(brand: Brand, month: str = "2026-10") -> Report:
    with brand.db.begin() as session:
        report_id = order(session, brand.id, month).id
    return build(brand.db, report_id)


def text_of(report: Report) -> str:
    """What a reader sees: the page without scripts, style and tags."""
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", report.html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", bare.replace("\u00a0", " "))
