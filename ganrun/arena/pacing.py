"""The arena's clocks: how many rounds a turn has, and when the next pictures are due."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

TURN_SECONDS = 0.012
"""How long all games together are played between two looks at what was asked for."""
PICTURES_PER_SECOND = 33.0


class RoundClock:
    """Deals out rounds: as many as a turn has time for, and no more per second than allowed."""

    def __init__(self) -> None:
        self.limit: float | None = None
        """Rounds per second that are allowed; None: any number."""
        self._credit = 0.0
        self._credited_at = monotonic()

    def allow(self, limit: float | None) -> None:
        """Set the limit; what was saved up under the one before is gone."""
        self.limit = limit
        self._credit = 0.0

    @property
    def seconds_to_the_next_round(self) -> float:
        """Until the limit allows one, from when rounds were last dealt out."""
        return max(0.0, (1 - self._credit) / self.limit) if self.limit else 0.0

    def rounds_of_a_turn(self, seconds_per_round: Iterable[float | None]) -> int:
        """Rounds for every game, of which each takes so long; one where a game's time is unknown.

        With a limit they are taken from what it has allowed since, and may be none.
        """
        known = list(seconds_per_round)
        seconds = sum(one or 0.0 for one in known)
        rounds = 1 if None in known else max(1, int(TURN_SECONDS / max(seconds, 1e-9)))
        if self.limit is None:
            return rounds
        now = monotonic()
        self._credit += (now - self._credited_at) * self.limit
        self._credited_at = now
        self._credit = min(self._credit, max(1.0, 0.1 * self.limit))
        rounds = min(rounds, int(self._credit))
        self._credit -= rounds
        return rounds


class PictureClock:
    """Says when pictures of all games are due: some times a second, if anything was played."""

    def __init__(self) -> None:
        self._shown_at = 0.0
        self._unshown = False

    def played(self) -> None:
        """There is something that was not shown yet."""
        self._unshown = True

    def is_due(self, now: float) -> bool:
        """Whether it is time to show it."""
        return self._unshown and now >= self._shown_at + 1 / PICTURES_PER_SECOND

    def shown(self, now: float) -> None:
        """All games were shown."""
        self._unshown = False
        # At the right number of pictures in the mean, whatever a turn takes.
        self._shown_at = max(self._shown_at + 1 / PICTURES_PER_SECOND, now - 0.1)
