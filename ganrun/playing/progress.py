"""What a training in progress tells whoever watches it: plain data, no screen and no JAX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal

from jaxtyping import Float
from numpy import ndarray

from ganrun.config import Experiment, run_id
from ganrun.config.targets import Target

Phase = Literal["compiling", "training", "measuring"]
Measured = tuple[int, int]
"""How much is measured of all that is to be: pieces that take about as long each."""


@dataclass(frozen=True, eq=False)
class MemberProgress:
    """One GAN at its latest evaluation; what has not been measured yet is `None`."""

    run: str
    """The run's id, which tells it from all others."""
    name: str
    seed: int
    steps: int
    target: Target
    begun_at: int = 0
    """The round that it was at when this command took it on."""
    round: int = 0
    loss_d: float | None = None
    loss_g: float | None = None
    modes_covered: int | None = None
    high_quality: float | None = None
    diverged: bool = False
    samples: Float[ndarray, "N 2"] | None = None
    measured: Measured | None = None
    """What is measured while none of its rounds are played: of itself, when they are over, or of
    the perfect samples that it is held against."""

    @classmethod
    def of(cls, experiment: Experiment, **latest: Any) -> MemberProgress:
        """An experiment of one seed, and the latest of it."""
        (seed,) = experiment.seeds
        steps, target = experiment.training.steps, experiment.target
        return cls(run_id(experiment), experiment.name, seed, steps, target, **latest)

    @property
    def modes_total(self) -> int:
        """`K`, the number of modes of the target."""
        return self.target.mode_count


OnProgress = Callable[[Sequence[MemberProgress]], None]
"""What is told of the members whose progress is new."""


class Rate:
    """How fast something is done, from when the first of it was seen, and how long the rest takes.

    What is done together ends together: all of the first second is where counting starts, or else
    it would look like a torrent. Until more has followed, work that `counts_its_start` is told by
    the time that the first of it took.
    """

    def __init__(self, *, counts_its_start: bool = False) -> None:
        self._begun = monotonic() if counts_its_start else None
        self._first: tuple[float, int] | None = None
        self._second_ends = 0.0

    def at(
        self, done: int, total: int, *, here: int | None = None
    ) -> tuple[float | None, float | None]:
        """How many a second, and seconds that the rest will take; None where not known yet.

        `here` are those that were done by this command, where others had been done before.
        """
        now, count = monotonic(), done if here is None else here
        if count and (self._first is None or now < self._second_ends):
            self._second_ends = self._second_ends or now + 1
            self._first = (now, count)
        rate = self._rate(now, count)
        if not rate:
            return rate, None
        return rate, (total - done) / rate if total > done else None

    def _rate(self, now: float, count: int) -> float | None:
        if self._first is None:
            return None
        (since, before), begun = self._first, self._begun
        if count == before and begun is not None:
            since, before = begun, 0
        return (count - before) / (now - since) if now > since else None


@dataclass(frozen=True)
class Measuring:
    """What is being measured while no rounds are played; `seconds_left` is None at first."""

    done: int
    total: int
    seconds_left: float | None


class Measurements:
    """What is being measured of all members, and how long it takes yet."""

    def __init__(self) -> None:
        self._measured: dict[str, Measured] = {}
        self._playing: set[str] = set()
        self._rate = Rate()

    def post(self, members: Sequence[MemberProgress]) -> Measuring | None:
        """Take note of some members' newest state; None while rounds are played, or at the end."""
        for one in members:
            if one.measured is None:
                self._measured.pop(one.run, None)
                self._playing.add(one.run)
            else:
                self._measured[one.run] = one.measured
                self._playing.discard(one.run)
        if self._playing:  # what was measured meanwhile is no news
            self._measured = {run: one for run, one in self._measured.items() if one[0] < one[1]}
        done, total = (sum(column) for column in zip((0, 0), *self._measured.values(), strict=True))
        if self._playing or done == total:
            self._rate = Rate()
            return None
        return Measuring(done, total, self._rate.at(done, total)[1])


@dataclass(frozen=True, eq=False)
class Progress:
    """A population at one moment; rounds are summed over its members."""

    phase: Phase
    rounds_done: int
    rounds_total: int
    rounds_per_second: float | None
    seconds_left: float | None
    members: tuple[MemberProgress, ...]
    measuring: Measuring | None = None
    """In that phase."""
