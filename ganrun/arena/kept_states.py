"""States of a live game from which it can be played again: some of its past, in bounded memory."""

from __future__ import annotations

from typing import NamedTuple

import jax

from ganrun.arena.history import History
from ganrun.config import Experiment
from ganrun.game.players import TrainingState

FIRST_EVERY = 100
"""Rounds between two kept states, at least; doubled whenever there are too many."""
MOST_STATES = 256
MOST_BYTES = 48 * 2**20
"""Of one game's kept states, but that the latest is kept whatever it takes."""


class Kept(NamedTuple):
    """A game as it came to a round, before anything was done to it there."""

    round: int
    config: Experiment
    """By which it was played."""
    state: TrainingState
    history: History
    """Not to be added to."""
    singles: int
    """Single steps that had been taken."""


class KeptStates:
    """Those of one game, in the order of their rounds."""

    def __init__(self) -> None:
        self._states: list[Kept] = []
        self._every = FIRST_EVERY

    def __len__(self) -> int:
        return len(self._states)

    @property
    def latest(self) -> Kept | None:
        """The last one; None if there is none but the beginning."""
        return self._states[-1] if self._states else None

    def is_due(self, round_: int) -> bool:
        """Whether a game that has come to this round is to be kept."""
        before = self.latest.round if self.latest else 0
        return round_ >= before + self._every

    def add(self, kept: Kept) -> None:
        """Keep one more; where that is too much, every second one is let go."""
        self._states.append(kept)
        while len(self) > 1 and self._is_too_much:
            self._states = self._states[1::2] if len(self) % 2 == 0 else self._states[::2]
            self._every *= 2

    def until(self, round_: int) -> KeptStates:
        """Those up to a round, to be added to by themselves."""
        other = KeptStates()
        other._states = [one for one in self._states if one.round <= round_]
        other._every = self._every
        return other

    @property
    def _is_too_much(self) -> bool:
        each = max(_bytes_of(self._states[0].state), _bytes_of(self._states[-1].state))
        return len(self) > MOST_STATES or len(self) * each > MOST_BYTES


def _bytes_of(state: TrainingState) -> int:
    return sum(leaf.nbytes for leaf in jax.tree.leaves(state))
