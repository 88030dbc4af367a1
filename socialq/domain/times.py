"""The times of publishing, in seconds, and what must hold between them (an installation that breaks one does not start)."""

from dataclasses import dataclass

LATENESS_AT_LEAST = 600.0
KEY_LIVES = 3600.0  # the shortest life of a key by which a network knows a repeated call: Mastodon's
KEY_USED = 3000.0  # and how old it may be when it is used again: see the network
KEY_SPARE = 300.0
TOKEN_SPARE = 60.0
STOP_WITHIN = 60.0  # units and containers kill after that: see docs/operating.md
KILL_AFTER = 5.0  # what a supervisor adds to the grace


@dataclass(frozen=True)
class Times:
    start: float = 15
    hard: float = 20
    record: float = 15
    journal_after: float = 5
    lease: float = 60
    quarantine: float = 90
    gap: float = 30
    rering: float = 30
    backoff: float = 15
    read_limit: float = 3600
    prepare_lead: float = 900
    upload: float = 60
    tick: float = 0.25
    network_acts: float = 60
    network_lags: float = 30
    heartbeat: float = 5
    ping_every: float = 30

    def broken(self) -> list[str]:
        """The inequalities that do not hold, as sentences. Shrinking all values by one factor keeps them."""
        slack = self.lease / 6
        rules = {
            "LEASE must be at least START + HARD + RECORD + a sixth of itself": self.lease
            >= self.start + self.hard + self.record + slack,
            "JOURNAL_AFTER must be at most RECORD": self.journal_after <= self.record,
            "QUARANTINE must be at least NETWORK_ACTS + NETWORK_LAGS": self.quarantine
            >= self.network_acts + self.network_lags,
            "GAP must be at least NETWORK_LAGS": self.gap >= self.network_lags,
            "TICK must be at most a tenth of START": self.tick <= self.start / 10,
            "RERING must be at least HARD": self.rering >= self.hard,
            "LEASE must be so short that a key of 50 minutes is used 5 minutes before it ends": KEY_LIVES
            - self.lease
            - KEY_SPARE
            >= KEY_USED,
            "START + HARD + RECORD must end 5 s before a stop becomes a kill, 60 s after it was asked for": self.grace
            + KILL_AFTER
            <= STOP_WITHIN,
        }
        return [sentence for sentence, holds in rules.items() if not holds]

    @property
    def shortest_limit(self) -> float:
        """A client's lateness limit must leave room for one loss and its recovery."""
        return self.lease + self.quarantine + self.gap + self.hard

    @property
    def least_limit(self) -> float:
        """The least that a client may allow: ten minutes, shrunk when all times are shrunk, and never too short for a recovery."""
        return max(min(LATENESS_AT_LEAST, 10 * self.lease), self.shortest_limit)

    @property
    def token_lasts(self) -> float:
        """A token must be valid for so long when a delivery is claimed."""
        return self.lease + min(TOKEN_SPARE, self.lease)

    @property
    def grace(self) -> float:
        """A worker that is asked to stop needs this long to bring home what it has sent."""
        return self.start + self.hard + self.record
