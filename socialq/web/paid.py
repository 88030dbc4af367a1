"""What paid networks cost, as pages say it: a post before it is scheduled, a client's month so far, her cap. Saves nothing."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy.orm import Session

from socialq.errors import BadInput
from socialq.models import Channel, Client
from socialq.networks.quotas import prices
from socialq.services import money
from socialq.services.i18n import mark
from socialq.web import reach
from socialq.web.shown import called

CAP = mark("The most a month is an amount like 25 or 25.50.")
MOST = 1_000_000  # no assistant spends more


def concerns(client: Client, networks: Iterable[str]) -> bool:
    """Whether one of her channels' networks is paid for, or she has a cap; else no page speaks of money."""
    known = reach.parts().networks
    return client.monthly_cap is not None or any(prices(known.get(one)) for one in networks)


def written(micros: int, currency: str) -> str:
    """At least two digits behind the point, and no more than there are."""
    digits = max(2, len(f"{micros % money.MICROS:06d}".rstrip("0")))
    return f"{'$' if currency == 'USD' else currency + ' '}{reach.words().number(micros / money.MICROS, digits)}"


def of_post(
    session: Session, client: Client, channels: Sequence[Channel], texts: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """(tone, sentence) for each paid channel: about how much, and whether this month's money allows it."""
    words, parts = reach.words(), reach.parts()
    wanted: dict[str, int] = {}
    for channel in channels:
        price = prices(parts.networks.get(channel.network))
        if price is None:
            continue
        cost = sum(price.of_post(text) for text in texts)
        wanted[price.currency] = wanted.get(price.currency, 0) + cost
        name = called(channel.network, parts.networks, words)
        yield (
            "",
            words.text(
                "About %(amount)s for this post on %(network)s", amount=written(cost, price.currency), network=name
            ),
        )
    for currency, cost in wanted.items():
        left = money.left(session, client, currency)
        if left is not None and cost > left:
            amount = written(max(0, left), currency)
            yield (
                "wait",
                words.text("Of this month's money %(amount)s is left: the post waits for a higher cap.", amount=amount),
            )


def month(session: Session, client: Client, networks: Iterable[str]) -> str:
    """What is spent, and of how much; empty where nothing is paid for."""
    if not concerns(client, networks):
        return ""
    spent = money.spent(session, client) or {"USD": 0}
    words = reach.words()
    told = words.list(written(micros, currency) for currency, micros in spent.items())
    if client.monthly_cap is None:
        return words.text("%(amount)s this month", amount=told)
    cap = written(client.monthly_cap * money.CENT, next(iter(spent)))
    return words.text("%(amount)s this month, %(cap)s at most", amount=told, cap=cap)


def cap(typed: str) -> int | None:
    """In hundredths; None for no cap. Raises BadInput."""
    typed = typed.strip().replace(",", ".")
    if not typed:
        return None
    whole, _, rest = typed.partition(".")
    if not (
        whole.isascii() and whole.isdigit() and len(whole) <= 7 and len(rest) <= 2 and (not rest or rest.isdigit())
    ):
        raise BadInput(CAP)
    found = int(whole) * 100 + int(rest.ljust(2, "0") or 0)
    if found > MOST * 100:
        raise BadInput(CAP)
    return found


def typed(client: Client) -> str:
    """The cap as the field holds it."""
    return "" if client.monthly_cap is None else f"{client.monthly_cap / 100:.2f}"
