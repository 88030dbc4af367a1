"""What the property tests of the domain draw from: zones with odd clocks, instants, outcomes, facts."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from socialq.domain.delivery import Facts
from socialq.domain.outcomes import (
    Deferred,
    Disconnected,
    NotSent,
    Outcome,
    Processing,
    Published,
    Rejected,
    Unknown,
)
from socialq.domain.slots import WeeklySlot

ODD_ZONES = (
    "Europe/Amsterdam",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Apia",  # left out 30 December 2011
    "America/Santiago",  # midnight is in the gap
    "America/Havana",  # midnight comes twice
    "America/New_York",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Antarctica/Troll",  # two hours
    "UTC",
)
zones = st.sampled_from(ODD_ZONES).map(ZoneInfo)
instants = st.integers(1_100_000_000, 2_080_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
dates = st.dates(date(2005, 1, 1), date(2036, 1, 1))
wall_times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
weekly_slots = st.builds(WeeklySlot, st.integers(0, 6), wall_times)

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
moments = st.integers(-200_000, 200_000).map(lambda seconds: NOW + timedelta(seconds=seconds))
reasons = st.text(max_size=20)
ids = st.text("abc123", min_size=1, max_size=8)

published = st.builds(Published, ids, st.just("https://example.org/1"))
not_out: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(NotSent, reasons),
    st.builds(Deferred, moments, reasons),
    st.builds(Rejected, reasons),
    st.builds(Disconnected, reasons),
)
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    published, not_out, st.builds(Processing, ids, moments), st.builds(Unknown, reasons)
)
facts = st.builds(
    Facts,
    now=st.just(NOW),
    deadline_at=moments,
    stop_at=st.none() | moments,
    setbacks=st.integers(0, 1000),
    jitter=st.floats(0.8, 1.2),
)
