"""What a training in progress tells whoever watches it: plain data, no screen and no JAX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from jaxtyping import Float
from numpy import ndarray

Phase = Literal["compiling", "training", "measuring"]


@dataclass(frozen=True, eq=False)
class MemberProgress:
    """One GAN at its latest evaluation; what has not been measured yet is `None`."""

    name: str
    seed: int
    round: int
    steps: int
    loss_d: float | None
    loss_g: float | None
    modes_covered: int | None
    modes_total: int
    high_quality: float | None
    diverged: bool
    samples: Float[ndarray, "N 2"] | None


OnProgress = Callable[[Sequence[MemberProgress]], None]
"""What is told of the members whose progress is new."""


@dataclass(frozen=True, eq=False)
class Progress:
    """A population at one moment; rounds are summed over its members."""

    phase: Phase
    rounds_done: int
    rounds_total: int
    rounds_per_second: float | None
    seconds_left: float | None
    members: tuple[MemberProgress, ...]


class Watcher(Protocol):
    """Something that is told of progress: a live display, plain lines, or nothing at all."""

    def update(self, progress: Progress) -> None:
        """Take note of the newest state; must return quickly and never raise."""
