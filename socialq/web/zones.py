"""Time zones by the names of their cities, in the reader's language: what she picks or types becomes an IANA name."""

from collections import Counter
from functools import lru_cache
from zoneinfo import available_timezones

from babel.core import get_global

from socialq.services.i18n import Words


def label(words: Words, zone: str) -> str:
    """What the field shows: "Amsterdam"; two cities of one name have their region behind them."""
    return next((one for one, name in _labels(words.language).items() if name == zone), zone)


def labels(words: Words) -> list[str]:
    """All of them, by name."""
    return list(_labels(words.language))


def named(words: Words, typed: str) -> str:
    """The IANA name of what was picked or typed (a city or the name itself); else what was typed, which no zone has."""
    by_city = {one.casefold(): name for one, name in _labels(words.language).items()}
    by_name = {name.casefold(): name for name in available_timezones()}
    return by_city.get(typed.casefold()) or by_name.get(typed.casefold(), typed)


@lru_cache(maxsize=4)
def _labels(language: str) -> dict[str, str]:
    words = Words(language)
    zones = sorted(name for name in get_global("zone_territories") if name in available_timezones() and "/" in name)
    cities = {name: words.city(name) for name in zones if not name.startswith("Etc/")}
    often = Counter(cities.values())
    found = {city if often[city] == 1 else f"{city} ({name})": name for name, city in cities.items()}
    return {city: found[city] for city in sorted(found, key=str.casefold)} | {"UTC": "UTC"}
