"""Which game the process beside measures next, and whose its findings are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ganrun.arena.measuring_process import LEAST_SECONDS, Aside, Found, Task
from ganrun.arena.slot import Place


class Answer(NamedTuple):
    """What was found of a place's game as it stood at a round."""

    place: Place
    round: int
    found: Found


class Asker:
    """Has the games measured one after another, each as often as its turn comes."""

    def __init__(self) -> None:
        self._aside = Aside()
        self._asked: tuple[Place, int, int] | None = None
        self._asked_at = 0.0

    def answer(self, places: Sequence[Place]) -> Answer | None:
        """What was found, once; None if there is nothing new, or if it holds no more."""
        found = self._aside.taken()
        if found is None or self._asked is None:
            return None
        (place, age, round_), self._asked = self._asked, None
        if place.age != age or place not in places:
            return None
        return Answer(place, round_, found)

    def ask(self, places: Sequence[Place], now: float) -> None:
        """If it is time, have that game measured that was measured longest ago and has moved on."""
        if not self._aside.free or now - self._asked_at <= LEAST_SECONDS:
            return
        for place in sorted(places, key=lambda one: one.measured_round):
            game = place.game
            if game is None or place.is_measured(game):
                continue
            measured = game.measure()
            task = Task(game.target, measured.samples, game.history.columns(), game.diverged_at)
            self._asked = (place, place.age, measured.round)
            self._asked_at = now
            self._aside.give(task)
            return

    def close(self) -> None:
        """End the process beside."""
        self._aside.close()
