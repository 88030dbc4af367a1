"""How a report speaks: numbers, dates and labels in the client's language. The catalogue of the whole product replaces it later."""

from datetime import date, datetime, tzinfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

MISSING = "–"
MINUS = "\u2212"
ENOUGH_FOR_PERCENT = 100
TEXTS = {
    "nl": {
        "report": "Maandrapport", "as_of": "Stand {moment}.", "until_now": "De maand loopt nog.", "no_data": "Nog geen cijfers",
        "practice": "Oefening: dit netwerk is nagebootst, deze cijfers zijn verzonnen.", "practice_short": "oefening",
        "published": "Geplaatst", "views": "Weergaven", "engagements": "Interacties", "rate": "Interactiegraad",
        "followers": "Volgers", "likes": "Likes", "comments": "Reacties", "shares": "Gedeeld", "saves": "Bewaard",
        "rate_note": "interacties ÷ weergaven", "rate_of_views": "van de weergaven",
        "rate_of_reach": "van het bereik", "rate_of_followers": "van de volgers",
        "kinds": "likes, reacties, delen, bewaren", "from_channels": "van {n} van {of} kanalen", "was": "{month}: {n}",
        "not_given": "Geen van deze netwerken geeft dit.", "by_day": "Interacties per dag",
        "by_day_unit": "Aantal dat er die dag bij kwam",
        "followers_unit": "Aan het eind van de dag; de as begint niet bij nul", "too_few": "Te weinig om te tekenen.",
        "best": "De beste berichten", "best_of": "Op aantal interacties", "weakest": "Het zwakste",
        "per_channel": "Per kanaal", "channel": "Kanaal",
        "all_days": "Alle dagen als tabel", "day": "Dag", "look": "Bekijk het bericht", "no_text": "(zonder tekst)",
        "practice_apart": "Oefenkanalen tellen niet mee in de totalen.",
        "note": "– betekent: het netwerk geeft dit niet, of het is nog niet gemeten. Dat is niet nul.",
        "figures": "Cijfers tot en met {day}.", "change": "{n} deze periode",
        "seen_1": "1 keer bekeken", "seen": "{n} keer bekeken", "done_1": "1 interactie", "done": "{n} interacties",
        "out_1": "1 bericht geplaatst", "out": "{n} berichten geplaatst", "out_0": "Geen berichten geplaatst",
        "more": ", {n} meer dan in {month}", "less": ", {n} minder dan in {month}", "same": ", evenveel als in {month}",
    },
    "en": {
        "report": "Monthly report", "as_of": "As of {moment}.", "until_now": "The month is not over yet.", "no_data": "No numbers yet",
        "practice": "Practice: this network is simulated, these numbers are made up.", "practice_short": "practice",
        "published": "Published", "views": "Views", "engagements": "Engagements", "rate": "Engagement rate",
        "followers": "Followers", "likes": "Likes", "comments": "Comments", "shares": "Shares", "saves": "Saves",
        "rate_note": "engagements ÷ views", "rate_of_views": "of views",
        "rate_of_reach": "of reach", "rate_of_followers": "of followers",
        "kinds": "likes, comments, shares, saves", "from_channels": "from {n} of {of} channels", "was": "{month}: {n}",
        "not_given": "None of these networks gives it.", "by_day": "Engagements by day",
        "by_day_unit": "Gained on that day",
        "followers_unit": "At the end of the day; the axis does not begin at zero", "too_few": "Too little to draw.",
        "best": "The best posts", "best_of": "By engagements", "weakest": "The weakest",
        "per_channel": "By channel", "channel": "Channel",
        "all_days": "All days as a table", "day": "Day", "look": "See the post", "no_text": "(no text)",
        "practice_apart": "Practice channels do not count in the totals.",
        "note": "– means: the network does not give this, or it is not measured yet. It is not zero.",
        "figures": "Numbers up to and including {day}.", "change": "{n} in this period",
        "seen_1": "Seen once", "seen": "Seen {n} times", "done_1": "1 engagement", "done": "{n} engagements",
        "out_1": "1 post published", "out": "{n} posts published", "out_0": "No posts published",
        "more": ", {n} more than in {month}", "less": ", {n} fewer than in {month}", "same": ", as many as in {month}",
    },
}  # fmt: skip


class Words:
    """One language: "nl", or English for any other. Missing numbers are a dash."""

    def __init__(self, language: str) -> None:
        self.language = "nl" if language.lower().startswith("nl") else "en"
        self.locale = "nl_NL" if self.language == "nl" else "en_GB"
        self.separators = ",." if self.language == "nl" else ".,"

    def __call__(self, key: str, **filled: object) -> str:
        return TEXTS[self.language][key].format(**filled)

    def number(self, value: int | None) -> str:
        return MISSING if value is None else format_decimal(value, locale=self.locale).replace("-", MINUS)

    def signed(self, value: int | None) -> str:
        return f"+{self.number(value)}" if value is not None and value > 0 else self.number(value)

    def percent(self, share: float | None, digits: int = 1) -> str:
        """0.059 as "5,9 %" or "5.9%"."""
        if share is None:
            return MISSING
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        return format_decimal(share * 100, pattern, locale=self.locale) + ("\u00a0%" if self.language == "nl" else "%")

    def day(self, on: date) -> str:
        return format_date(on, "d MMM", self.locale)

    def long_day(self, on: date) -> str:
        return format_date(on, "d MMMM", self.locale)

    def month(self, on: date, *, year: bool = True) -> str:
        return format_date(on, "LLLL y" if year else "LLLL", self.locale)

    def moment(self, at: datetime, zone: tzinfo) -> str:
        return format_datetime(at.astimezone(zone), "EEE d MMM, HH:mm", locale=self.locale)

    def compared(self, now: int, before: int | None, month: str) -> str:
        """The end of a sentence: in per cent only where that says something, else as a count; empty with nothing before."""
        if before is None:
            return ""
        if now == before:
            return self("same", month=month)
        gap = abs(now - before)
        told = (
            self.percent(gap / before, 0) if before >= ENOUGH_FOR_PERCENT and gap * 100 >= before else self.number(gap)
        )
        return self("more" if now > before else "less", n=told, month=month)

    def headline(self, found: dict[str, int | None], before: dict[str, int | None], month: str) -> str:
        """The finding, in one sentence: views if anybody gives them, else engagements, else posts."""
        for name, key in (("views", "seen"), ("engagements", "done"), ("posts", "out")):
            value = found[name]
            if value is not None and (value > 0 or name == "posts"):
                counted = (
                    self(f"{key}_1") if value == 1 else self(f"{key}_0" if value == 0 else key, n=self.number(value))
                )
                return counted + self.compared(value, before.get(name), month)
        raise ValueError("a report without a count of posts")
