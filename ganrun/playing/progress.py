"""What a training in progress tells whoever watches it: plain data, no screen and no JAX."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from jaxtyping import Float
from numpy import ndarray

Phase = Literal["compiling", "training", "measuring"]


@dataclass(frozen=True, eq=False)
class MemberProgress:
    """One GAN at its latest evaluation; what has not been measured yet is `None`."""

    name: str
    seed: int
    steps: int
    modes_total: int
    round: int = 0
    loss_d: float | None = None
    loss_g: float | None = None
    modes_covered: int | None = None
    high_quality: float | None = None
    diverged: bool = False
    samples: Float[ndarray, "N 2"] | None = None


OnProgress = Callable[[Sequence[MemberProgress]], None]
"""What is told of the members whose progress is new."""


class RoundRate:
    """How fast rounds are played, from when the first of them were seen."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def at(self, done: int, total: int) -> tuple[float | None, float | None]:
        """Rounds per second, and seconds that the rest will take; None where not known yet."""
        now = time.monotonic()
        if self._first is None and done:
            self._first = (now, done)
        if self._first is None or now <= self._first[0]:
            return None, None
        since, before = self._first
        rate = (done - before) / (now - since)
        return rate, (total - done) / rate if rate > 0 else None


@dataclass(frozen=True, eq=False)
class Progress:
    """A population at one moment; rounds are summed over its members."""

    phase: Phase
    rounds_done: int
    rounds_total: int
    rounds_per_second: float | None
    seconds_left: float | None
    members: tuple[MemberProgress, ...]
