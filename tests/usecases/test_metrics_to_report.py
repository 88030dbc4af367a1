"""Numbers made on a network, pulled, and read on the report: the whole way, with the truth kept beside it."""

from socialq.db import Database
from socialq.domain.outcomes import Metrics
from socialq.metrics.pull import pull
from socialq.models import Channel
from socialq.networks.base import Account
from socialq.networks.call import Call
from tests.fakes import FakeNetwork
from tests.reports.months import built
from tests.usecases.numbers import Brand


def open_account(channel: Channel) -> Account:
    return Account(channel.server, channel.remote_id, channel.handle, {}, Call(connect_within=5, total=5))


def test_what_changes_on_the_network_changes_on_the_report(db: Database) -> None:
    network, brand = FakeNetwork(), Brand(db)
    channel, moment = brand.channel(), db.now()
    month = f"{moment.astimezone(brand.zone):%Y-%m}"
    post = brand.post(channel, "Vers brood", moment)
    for likes, comments, fans in ((0, 0, 70), (3, 1, 72), (2, 5, 71)):
        network.numbers[f"r{post}"] = Metrics({"likes": likes, "comments": comments}, {})
        network.followers["@jansen"] = fans
        assert pull(db, {"fake": network}, open_account, channel, everything=True).posts == 1
        totals = built(brand, month).numbers["totals"]
        assert (totals["likes"], totals["comments"], totals["engagements"]) == (likes, comments, likes + comments)
        assert (totals["followers"], totals["shares"], totals["views"], totals["rate"]) == (fans, None, None, None)
        assert totals["posts"] == 1
