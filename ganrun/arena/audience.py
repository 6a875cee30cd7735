"""Whether anybody looks: while no page is open, the games stand still."""

from __future__ import annotations

from collections.abc import Callable

from ganrun.arena.hub import Hub

PATIENCE = 3.0
"""Seconds without a page after which the games stand still."""


class Audience:
    """The pages that look, seen from the thread that trains."""

    def __init__(self, hub: Hub, say: Callable[[str], None]) -> None:
        self._hub = hub
        self._say = say
        self._alone_since: float | None = None
        self.gone = False
        """Whether there has been no page for so long that the games stand still."""

    def look(self, playing: bool, now: float) -> None:
        """See who is there; where games would be played, say that they wait or go on."""
        if len(self._hub):
            if self.gone and playing:
                self._say("Somebody looks again: the games go on.")
            self._alone_since, self.gone = None, False
        elif self._alone_since is None:
            self._alone_since = now
        elif not self.gone and now - self._alone_since > PATIENCE:
            self.gone = True
            if playing:
                self._say("Nobody is looking: the games wait.")
