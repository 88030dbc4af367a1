"""How the product speaks: texts, dates, numbers and lists in a reader's language. msgids are English; Dutch stands in locale/nl/*.po."""

import datetime as calendar
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Literal

import structlog
from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal

from socialq.services.catalog import Catalog, load

LANGUAGES = ("nl", "en")
PSEUDO = "xx"  # wraps every text in ⟦…⟧, so that a test can find what was not translated
MISSING = "–"
MINUS = "\u2212"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NO_LARGER = 1e9  # of a unit: 40 days stay 40 days
_LOCALES = {"nl": "nl_NL", "en": "en_GB", PSEUDO: "en_GB"}

log = structlog.get_logger()


class MissingTranslation(LookupError):
    """A text without a Dutch translation. Only while tests run: a reader gets the English text, and the log a line."""


def mark(msgid: str) -> str:
    """The text itself. It tells the extraction that this text is handed to `Words.text` elsewhere."""
    return msgid


class Words:
    """One language: "nl", "xx" (for tests), or English for any other. Zones are IANA names or tzinfo."""

    strict = False  # tests set it: what has no translation raises

    def __init__(self, language: str) -> None:
        found = language.lower()[:2]
        self.language = found if found in _LOCALES else "en"
        self._locale = _LOCALES[self.language]
        self._spans = "nl_NL" if self.language == "nl" else "en_US"  # "4 min"; the British locale writes "4 mins"

    def text(self, msgid: str, **values: object) -> str:
        """The text with `%(name)s` filled in; without values a % stands for itself."""
        return self.wrapped(filled(self.raw(msgid), values))

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """`one` or `many`, by the language's rule; `%(n)s` is the number as it is written in that language."""
        return self.wrapped(filled(self.raw_plural(one, many, n), {"n": self.number(n), **values}))

    def within(self, context: str, msgid: str, **values: object) -> str:
        """For an English word that has two translations: `context` ("button", "verb") tells which."""
        return self.wrapped(filled(self.raw(msgid, context), values))

    def knows(self, msgid: str) -> bool:
        """Whether there is a translation: for sentences that come from elsewhere (a network, an error)."""
        return self.language != "nl" or _dutch().text(msgid) is not None

    def raw(self, msgid: str, context: str | None = None) -> str:
        """The translation with its `%(name)s` unfilled. For the templates, which escape before they fill."""
        if self.language != "nl":
            return msgid
        return self._found(_dutch().text(msgid, context), msgid, msgid)

    def raw_plural(self, one: str, many: str, n: int) -> str:
        """See `raw`."""
        english = one if n == 1 else many
        if self.language != "nl":
            return english
        return self._found(_dutch().plural(one, n), one, english)

    def date(
        self,
        value: calendar.date,
        zone: str | tzinfo | None = None,
        *,
        long: bool = False,
        weekday: bool = True,
        year: bool = False,
    ) -> str:
        """ "do 3 dec"; long "donderdag 3 december". An instant needs the zone whose day is meant."""
        pattern = ("EEEE d MMMM" if long else "EEE d MMM") if weekday else ("d MMMM" if long else "d MMM")
        return self.wrapped(format_date(_day(value, zone), pattern + (" y" if year else ""), self._locale))

    def month(self, value: calendar.date, *, year: bool = True) -> str:
        """ "december 2026"."""
        return self.wrapped(format_date(value, "LLLL y" if year else "LLLL", self._locale))

    def weekday(self, number: int, *, short: bool = False) -> str:
        """Monday is 0: "maandag", short "ma"."""
        return self.wrapped(format_date(calendar.date(2024, 1, 1 + number), "EEE" if short else "EEEE", self._locale))

    def time(self, value: datetime, zone: str | tzinfo, *, named: bool = True) -> str:
        """ "09:00 (Amsterdam)". `named=False` only where the zone stands beside it (a list with the zone in its heading)."""
        clock = f"{value.astimezone(_zone(zone)):%H:%M}"
        return f"{clock} ({self.city(zone)})" if named else clock

    def moment(self, value: datetime, zone: str | tzinfo, *, long: bool = False, named: bool = True) -> str:
        """ "do 3 dec, 09:00 (Amsterdam)"."""
        return self.wrapped(f"{self.date(value, zone, long=long)}, {self.time(value, zone, named=named)}")

    def city(self, zone: str | tzinfo) -> str:
        """What people call the zone: "Amsterdam", "Wenen", "UTC"."""
        return self.wrapped(_city(str(zone), self._locale))

    def span(self, length: timedelta, *, short: bool = False) -> str:
        """ "6 dagen", short "4 min": the largest unit up to days, rounded."""
        unit: Literal["day", "hour", "minute"] = (
            "day" if abs(length) >= DAY else "hour" if abs(length) >= HOUR else "minute"
        )
        size: Literal["short", "long"] = "short" if short else "long"
        return self.wrapped(format_timedelta(length, unit, threshold=NO_LARGER, format=size, locale=self._spans))

    def number(self, value: float | None, digits: int | None = None) -> str:
        """ "31.480"; None is a dash: missing is not zero. `digits` behind the point, else as many as there are."""
        if value is None:
            return MISSING
        pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, pattern, locale=self._locale).replace("-", MINUS)

    def signed(self, value: float | None) -> str:
        """ "+12"."""
        return f"+{self.number(value)}" if value is not None and value > 0 else self.number(value)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """0.059 as "5,9 %" (with a space that does not break) or "5.9%"."""
        if share is None:
            return MISSING
        return self.number(share * 100, digits) + ("\u00a0%" if self.language == "nl" else "%")

    def list(self, items: Iterable[str], *, either: bool = False) -> str:
        """ "Instagram, Facebook en X"; with `either` "… of X"."""
        return self.wrapped(format_list([*items], "or" if either else "standard", self._locale))

    def _found(self, translation: str | None, msgid: str, english: str) -> str:
        if translation is not None:
            return translation
        if self.strict:
            raise MissingTranslation(f"locale/nl has no translation of {msgid!r}")
        _say(msgid)
        return english

    def wrapped(self, text: str) -> str:
        """The text as the pseudo-language shows it; in every other language as it is."""
        return f"⟦{text}⟧" if self.language == PSEUDO else text


def filled(text: str, values: dict[str, Any]) -> str:
    """The text with its values; without any it stays as it is."""
    return text % values if values else text


@lru_cache(maxsize=1)
def _dutch() -> Catalog:
    return load("nl")


@lru_cache(maxsize=1024)
def _say(msgid: str) -> None:
    """Once a text and process."""
    log.warning("a text has no translation", language="nl", msgid=msgid)


def _zone(zone: str | tzinfo) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(zone) if isinstance(zone, str) else zone


def _day(value: calendar.date, zone: str | tzinfo | None) -> calendar.date:
    if not isinstance(value, datetime):
        return value
    if zone is None:
        raise ValueError("an instant without the zone whose day is meant")
    return value.astimezone(_zone(zone)).date()


@lru_cache(maxsize=1024)
def _city(zone: str, locale: str) -> str:
    if zone in ("UTC", "Etc/UTC", str(UTC)):
        return "UTC"
    known = Locale.parse(locale).time_zones
    found = known.get(get_global("zone_aliases").get(zone, zone), {}).get("city") or known.get(zone, {}).get("city")
    return str(found) if found else zone.rsplit("/", 1)[-1].replace("_", " ")
