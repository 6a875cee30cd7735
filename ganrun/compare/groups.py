"""What is compared: groups of runs that differ in nothing but their seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config import Experiment

Numbers = Mapping[str, float | None]


@dataclass(frozen=True)
class Member:
    """One run of a group."""

    seed: int
    metrics: Numbers
    """Every metric at its end, None where it is undefined or infinite; empty without a result."""
    verdict: str = ""
    """The best verdict that there is; empty without a result."""
    kind: str = ""
    """How it was come by: `quick`, `confirmed` or `tested`."""
    status: str = "complete"

    @property
    def has_result(self) -> bool:
        """Whether the run came to its end; one that diverged did."""
        return bool(self.metrics)


@dataclass(frozen=True)
class Group:
    """Runs of one config; raises ValueError if two of them have one seed."""

    name: str
    config: Experiment
    """Of any of them: they differ by their seeds alone."""
    members: tuple[Member, ...]

    def __post_init__(self) -> None:
        seeds = [one.seed for one in self.members]
        if len(set(seeds)) != len(seeds):
            raise ValueError(f"two runs of {self.name} have the same seed")

    @property
    def with_result(self) -> tuple[Member, ...]:
        """The members that came to their end, by seed."""
        ended = (one for one in self.members if one.has_result)
        return tuple(sorted(ended, key=lambda one: one.seed))

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of the members with a result."""
        return tuple(one.seed for one in self.with_result)

    @property
    def verdicts(self) -> Counter[tuple[str, str]]:
        """How many runs there are of each verdict and kind."""
        return Counter((one.verdict, one.kind) for one in self.with_result if one.verdict)

    @property
    def diverged(self) -> int:
        """Runs whose numbers are those of their last finite state."""
        return sum(one.status == "diverged" for one in self.with_result)

    @property
    def without_result(self) -> Counter[str]:
        """Runs that take no part, by their status."""
        return Counter(one.status for one in self.members if not one.has_result)

    def values(self, metric: str) -> Float[ndarray, " n"]:
        """A metric of every member with a result, by seed; NaN where it is not known."""
        found = [one.metrics.get(metric) for one in self.with_result]
        return np.array([np.nan if one is None else one for one in found], dtype=float)
