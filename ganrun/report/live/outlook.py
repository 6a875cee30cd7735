"""How far work is and how long it takes yet: what every bar and every line says of it.

The share never falls, though more may turn out to be needed, and it is whole only once the work has
ended, as it may be measured or written after its last round. A time left ticks down between two
news; a little more time than was said is no news, and where it has run out nothing is promised.
"""

from __future__ import annotations

ALMOST = 0.999
"""The most that is shown of work that goes on."""
LITTLE_MORE, SECONDS_MORE = 1.1, 2.0
"""How much more time than was said is no news: a tenth, and some seconds."""


class Outlook:
    """Of one piece of work, from its beginning to its end."""

    def __init__(self) -> None:
        self._share = 0.0
        self._ends_at: float | None = None
        self._ended = False

    def end(self) -> None:
        """The work has come to its end: what is done now is what there was to do."""
        self._ended = True

    def share(self, done: float, total: float) -> float:
        """The share that is done, from 0 to 1."""
        now = min(max(done / total, 0.0), 1.0) if total else 0.0
        if self._ended:
            return max(now, self._share)
        self._share = max(self._share, min(now, ALMOST))
        return self._share

    def seconds_left(self, estimated: float | None, now: float, since: float) -> float | None:
        """How long it takes yet; None where that is not known, or was thought to be over.

        Args:
            estimated: seconds left, as the newest news had it.
            now: the clock.
            since: seconds that have passed since that news.
        """
        if estimated is None or self._ended:
            self._ends_at = None
            return None
        left = estimated - since
        said = None if self._ends_at is None else self._ends_at - now
        if said is not None and 0 < said < left <= LITTLE_MORE * said + SECONDS_MORE:
            left = said
        self._ends_at = now + left
        return left if left > 0 else None
