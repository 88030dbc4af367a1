"""The times of publishing, in seconds, and what must hold between them (an installation that breaks one does not start)."""

from dataclasses import dataclass

LATENESS_AT_LEAST = 600.0


@dataclass(frozen=True)
class Times:
    start: float = 15
    hard: float = 20
    record: float = 15
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
            "QUARANTINE must be at least NETWORK_ACTS + NETWORK_LAGS": self.quarantine
            >= self.network_acts + self.network_lags,
            "GAP must be at least NETWORK_LAGS": self.gap >= self.network_lags,
            "TICK must be at most a tenth of START": self.tick <= self.start / 10,
            "RERING must be at least HARD": self.rering >= self.hard,
        }
        return [sentence for sentence, holds in rules.items() if not holds]

    @property
    def shortest_limit(self) -> float:
        """A client's lateness limit must leave room for one loss and its recovery."""
        return self.lease + self.quarantine + self.gap + self.hard

    @property
    def grace(self) -> float:
        """A worker that is asked to stop needs this long to bring home what it has sent."""
        return self.start + self.hard + self.record
