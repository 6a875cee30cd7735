"""What the pages have asked for and was not done yet: so much of each page, and no more."""

from __future__ import annotations

import threading

from ganrun.arena.hub import Client
from ganrun.arena.protocol import Message, Set

MOST_WAITING = 64
"""Of one page."""

Command = tuple[Message, Client | None]


class Commands:
    """Put down from any thread, taken by the one that trains."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[Command] = []
        self._closed = False

    def put(self, message: Message, client: Client | None) -> bool:
        """Ask for something; whether there was room for it.

        One that sets the same as the one before it, to another value, takes its place: a slider
        that is being moved.
        """
        with self._changed:
            if self._waiting and _sets_the_same(self._waiting[-1][0], message):
                self._waiting.pop()
            elif sum(whose is client for _, whose in self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append((message, client))
            self._changed.notify()
            return True

    def take(self, seconds: float) -> list[Command]:
        """All that waits, in its order; if there is nothing, what comes within so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, seconds)
            taken, self._waiting = self._waiting, []
            return taken

    def close(self) -> None:
        """Wait for no more."""
        with self._changed:
            self._closed = True
            self._changed.notify()


def _sets_the_same(before: Message, message: Message) -> bool:
    return (
        isinstance(before, Set)
        and isinstance(message, Set)
        and (before.game, before.field) == (message.game, message.field)
    )
