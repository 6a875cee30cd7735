"""How many seeds a sweep has, where it was told a precision instead.

It begins with its seeds, all of its trials are trained, and the intervals are looked at; as long as
one is too wide, a quarter more seeds are added, in every cell. How many there are at each look
follows from the trials alone, so that a sweep that was killed goes the same way again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ganrun.config import Sweep
from ganrun.influence.precision import Interval, widest
from ganrun.store.sweep_folder import SweepFolder
from ganrun.sweep.designs import Design

_TRIAL = re.compile(r".+-s(?P<seed>\d+)-[0-9a-f]{16}")


@dataclass(frozen=True)
class Precision:
    """How precise a sweep is, and was asked to be."""

    asked: float
    widest: Interval | None
    seeds: int
    most_seeds: int

    @property
    def reached(self) -> bool:
        """Whether every main interval is as narrow as was asked for."""
        return self.widest is not None and self.widest.half <= self.asked

    def more_seeds(self) -> int:
        """How many to add now: a quarter of those there are, up to the most; 0 at the end.

        None either where nothing is known, since too many trials failed.
        """
        if self.reached or self.widest is None:
            return 0
        return min(max(1, self.seeds // 4), self.most_seeds - self.seeds)

    def words(self) -> str:
        """`0.071 of 0.05 (the batch size's share) with 8 seeds`."""
        if self.widest is None:
            return f"unknown, of {self.asked:g} with {self.seeds:,} seeds"
        half, of = self.widest.half, self.widest.of
        return f"{half:.3f} of {self.asked:g} ({of}) with {self.seeds:,} seeds"


def precision_of(design: Design, influence: Mapping[str, Any]) -> Precision | None:
    """How precise the answer is; None where none was asked for."""
    sweep = design.sweep
    if sweep.precision is None or sweep.most_seeds is None:
        return None
    return Precision(sweep.precision, widest(influence), len(design.seeds), sweep.most_seeds)


def seeds_begun(folder: SweepFolder) -> int:
    """How many of a sweep's seeds have a trial, at least those to begin with."""
    sweep: Sweep = folder.sweep
    begun = len(sweep.seeds)
    if sweep.precision is None:
        return begun
    names = filter(None, map(_TRIAL.fullmatch, os.listdir(folder.trials)))
    found = {int(name["seed"]) for name in names}
    last = max((n for n, seed in enumerate(sweep.every_seed, 1) if seed in found), default=begun)
    return max(begun, last)
