"""Which game the process beside measures next, and whose its findings are.

A thread would hold Python's lock while it fits mixtures, and the training would wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import NamedTuple

from ganrun.arena.measuring_process import Found, Task, begin_beside, measure
from ganrun.arena.slot import Slot
from ganrun.executors.child_process import Children

LEAST_SECONDS = 1.0
"""Between two measurements of all games."""


class _Measurement(NamedTuple):
    """What is being found of a slot's game, as it stood at a round; `age` is the slot's then."""

    slot: Slot
    age: int
    round: int
    found: Future[Found]


class Measurer:
    """Has the games measured one after another, each as often as its turn comes."""

    def __init__(self) -> None:
        self._context = Children()
        self._pool: ProcessPoolExecutor | None = None
        self._current: _Measurement | None = None
        self._begun_at = 0.0

    def news(self, slots: Sequence[Slot]) -> tuple[Slot, int, Found] | None:
        """What was found of a slot's game as it stood at a round, once.

        None while it is not known, or if it cannot be, or holds no more.
        """
        if self._current is None or not self._current.found.done():
            return None
        (slot, age, round_, found), self._current = self._current, None
        error = found.exception()
        if isinstance(error, BrokenProcessPool):
            self._let_go()
        if error or slot.age != age or slot not in slots:
            return None
        return slot, round_, found.result()

    def begin(self, slots: Sequence[Slot], now: float) -> None:
        """If it is time, have that game measured that was measured longest ago and has moved on."""
        if self._current is not None or now - self._begun_at <= LEAST_SECONDS:
            return
        waiting = [slot for slot in slots if slot.is_to_be_measured]
        if not waiting:
            return
        slot = min(waiting, key=lambda one: one.measured_round)
        game = slot.ready
        measured = game.measure()
        task = Task(game.target, measured.samples, game.history.columns(), game.diverged_at)
        self._begun_at = now
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, self._context, initializer=begin_beside)
        try:
            found = self._pool.submit(measure, task)
            self._current = _Measurement(slot, slot.age, measured.round, found)
        except BrokenProcessPool:  # it was killed; another one is made for the next task
            self._let_go()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._current = None
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.terminate()
            self._let_go()

    def _let_go(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = None
