"""A run's metrics over time: its window, which modes it covers when, and whether it still rises.

The window is the second half of a run's rounds. At an evaluation a mode is missing if it is not
covered, but would be by most sets of as many perfect samples.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from ganrun.config.metrics import METRICS, share_columns
from ganrun.measure.coverage import is_covered, mode_distance
from ganrun.measure.showable import showable_modes

Reference = Mapping[str, Mapping[str, Any]]
Part = slice | Bool[ndarray, " R"]
"""Some of a run's evaluations."""

LEAST_EVALUATIONS = 4
"""Fewer in the window show no trend and no coming and going."""
MATERIAL = 0.05
"""A rise of this much in the share of samples where they belong is worth more rounds."""
HIGH_QUALITY_BELOW = 0.05
"""Out of tolerance if `high_quality` is further below the reference."""
MODE_TV_ABOVE = 0.10
"""Out of tolerance if `mode_tv` is further above the reference."""
SPREAD_RANGE = (0.25, 2.0)
"""Out of tolerance if `spread` is outside."""
ON_THE_MODES = 0.2
"""High-quality share below which hardly a sample is on a mode."""
MOST_ON_THE_MODES = 0.5
"""High-quality share, of perfect samples' own, below which most samples are off the modes."""
LEAST_CHANGES = 3
"""So often the set of covered modes must change before modes come and go."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """The evaluations of a run, and its window: `R` evaluations, `W` of them in the window."""

    metrics: Mapping[str, ndarray]
    final: Mapping[str, Any]
    reference: Reference
    weights: Float[ndarray, " K"]

    @property
    def modes(self) -> int:
        """`K`, the number of modes."""
        return len(self.weights)

    @cached_property
    def steps(self) -> Int[ndarray, " R"]:
        """The rounds of the evaluations."""
        return np.asarray(self.metrics["step"], dtype=np.int64)

    @cached_property
    def trained(self) -> int:
        """Evaluations of a generator that had been trained at all."""
        return int(np.sum(self.steps > 0))

    @cached_property
    def window(self) -> slice:
        """The second half of the rounds, but at least the last few evaluations."""
        half = int(np.sum(self.steps * 2 >= self.steps[-1]))
        wanted = max(half, min(LEAST_EVALUATIONS, self.trained), 1)
        return slice(len(self.steps) - wanted, None)

    @property
    def last_tenth(self) -> slice:
        """The last tenth of the rounds, but at least the last three evaluations."""
        tenth = int(np.sum(self.steps > 0.9 * self.steps[-1]))
        return slice(-max(tenth, 3), None)

    @cached_property
    def quarters(self) -> tuple[Bool[ndarray, " R"], Bool[ndarray, " R"]]:
        """Which evaluations are in the second quarter of the rounds, and which in the last."""
        place = self.steps / max(int(self.steps[-1]), 1)
        second, last = (place > 1 / 4) & (place <= 1 / 2), place > 3 / 4
        # Of a run with few evaluations, the first and the last will do.
        first, final = np.arange(len(place)) == 0, np.arange(len(place)) == len(place) - 1
        return (second if second.any() else first, last if last.any() else final)

    @property
    def rounds(self) -> str:
        """The window in words."""
        return self.in_words(self.window)

    def in_words(self, part: slice) -> str:
        """How long ago a last part of the evaluations began: `over the last 5,000 rounds`."""
        span = int(self.steps[-1] - self.steps[part][0])
        return f"over the last {span:,} rounds" if span else f"at round {self.steps[-1]:,}"

    def column(self, name: str) -> Float[ndarray, " R"]:
        """A metric at every evaluation; NaN where there is none, or none that is finite.

        What follows from the shares need not have been recorded.
        """
        missing = np.full(len(self.steps), np.nan)
        values = np.asarray(self.metrics.get(name, missing), float)
        if name in ("high_quality", "mode_tv"):
            missing = self._from_shares[name]
        return np.where(np.isfinite(values), values, missing)

    @cached_property
    def _recorded_shares(self) -> Float[ndarray, "R K"]:
        return np.stack([self.column(name) for name in share_columns(self.modes)], axis=1)

    @cached_property
    def _from_shares(self) -> dict[str, Float[ndarray, " R"]]:
        quality = self._recorded_shares.sum(axis=1)
        distance = mode_distance(self._recorded_shares, self.weights, quality)
        return {"high_quality": quality, "mode_tv": distance}

    @cached_property
    def shares(self) -> Float[ndarray, "R K"]:
        """High-quality shares; what is empty counts as nothing."""
        return np.nan_to_num(self._recorded_shares)

    @cached_property
    def covered(self) -> Bool[ndarray, "R K"]:
        """Which modes are covered at which evaluations."""
        covered: Bool[ndarray, "R K"] = is_covered(self.shares, self.weights)
        return covered

    @cached_property
    def present(self) -> Bool[ndarray, "R K"]:
        """Like `covered`, but a mode is gone only below half of that share.

        So that a mode whose share lies about the border does not come and go with the luck of
        the samples.
        """
        present = self.covered.copy()
        kept = is_covered(2 * self.shares, self.weights)
        for row in range(1, len(present)):
            present[row] |= present[row - 1] & kept[row]
        return present

    @cached_property
    def showable(self) -> Bool[ndarray, " K"]:
        """The modes that perfect samples of the same size show; others cannot be missed."""
        return np.isin(np.arange(self.modes), showable_modes(self.reference, self.modes))

    @property
    def sought(self) -> Bool[ndarray, "R k"]:
        """Which of the modes that can be shown are covered at which evaluations."""
        return self.covered[:, self.showable]

    def missing(self, part: Part) -> tuple[int, ...]:
        """The numbers of the modes that are missing at more than half of the evaluations."""
        seldom = self.covered[part].mean(axis=0) < 1 / 2
        return tuple(np.flatnonzero(seldom & self.showable).tolist())

    @property
    def missing_at_the_end(self) -> tuple[int, ...]:
        """The numbers of the modes that the last evaluation does not cover."""
        return self.missing(slice(-1, None))

    @cached_property
    def placed(self) -> Float[ndarray, " R"]:
        """Share of samples where they belong: as many on each mode as it weighs."""
        return 1 - self.column("mode_tv")

    def quality(self, part: Part) -> float:
        """Mean high-quality share; what is empty counts as nothing."""
        return float(np.mean(np.nan_to_num(self.column("high_quality")[part])))

    def is_off(self, part: Part) -> bool:
        """Whether hardly a sample is on a mode."""
        return self.quality(part) < ON_THE_MODES

    def lacks(self, part: Part) -> bool:
        """Whether modes are missing, or most samples are off the modes."""
        enough = MOST_ON_THE_MODES * self.perfect("high_quality")
        return bool(self.missing(part)) or self.quality(part) < enough

    def is_dead(self, part: Part) -> bool:
        """Whether the generator has no slope at all."""
        return bool(np.all(self.column("grad_norm_g")[part] == 0))

    def perfect(self, name: str) -> float:
        """What perfect samples score on average; in the limit where the reference has no mean."""
        mean = self.reference.get(name, {}).get("mean")
        if mean is None:
            limit = METRICS[name].perfect
            mean = self.modes if limit == "modes" else limit
        return math.nan if mean is None else float(mean)

    def at_the_end(self, name: str) -> float:
        """A final metric, NaN if undefined or infinite."""
        value = self.final.get(name, self.column(name)[-1])
        return float("nan") if value is None or not np.isfinite(value) else float(value)

    @cached_property
    def within_tolerance(self) -> Bool[ndarray, " R"]:
        """At which evaluations nothing was missing and all was as precise as it should be."""
        quality, distance, spread = map(self.column, ("high_quality", "mode_tv", "spread"))
        low, high = SPREAD_RANGE
        return (
            self.sought.all(axis=1)
            & (quality >= self.perfect("high_quality") - HIGH_QUALITY_BELOW)
            & (distance <= self.perfect("mode_tv") + MODE_TV_ABOVE)
            & ~((spread < low) | (spread > high))
        )

    def is_good(self, part: Part) -> bool:
        """Whether half of a part of the evaluations or more are within tolerance."""
        return bool(self.within_tolerance[part].mean() >= 1 / 2)


@dataclass(frozen=True)
class ComingAndGoing:
    """How modes come and go in a stretch of evaluations."""

    union: int
    """Modes that were covered at some time."""
    most: int
    """Modes that were covered at once, at most."""
    changes: int
    """Evaluations at which another set was covered than before."""
    complete: int
    """Evaluations at which every mode was covered."""


def coming_and_going(
    present: Bool[ndarray, "W K"], covered: Bool[ndarray, "W K"]
) -> ComingAndGoing | None:
    """Whether modes come and go: the set of covered modes changes again and again.

    Either more modes are covered at some time than ever at once, or every mode is covered at some
    time, but all of them at the last evaluation not, or at fewer than half of all. None otherwise.
    """
    changes = int(np.any(present[1:] != present[:-1], axis=1).sum())
    if changes < LEAST_CHANGES:
        return None
    complete: Bool[ndarray, " W"] = np.all(covered, axis=1)
    found = ComingAndGoing(
        union=int(present.any(axis=0).sum()),
        most=int(present.sum(axis=1).max()),
        changes=changes,
        complete=int(complete.sum()),
    )
    comes_and_goes = found.union > found.most
    every_mode = bool(covered.any(axis=0).all())
    unsettled = every_mode and (not complete[-1] or complete.mean() < 1 / 2)
    return found if comes_and_goes or unsettled else None


def scatter(values: Float[ndarray, " W"]) -> float:
    """Standard deviation about the straight line that fits best."""
    place = np.arange(len(values))
    return float(np.std(values - np.polyval(np.polyfit(place, values, 1), place)))


def is_rising(values: Float[ndarray, " W"], best: float) -> bool:
    """Whether values rise over a window, and will go on to.

    The rise, from the window's first third to its last, is material, well above the scatter, not
    yet over in the last third, and has room before the best.
    """
    values = values[np.isfinite(values)]
    if len(values) < LEAST_EVALUATIONS:
        return False
    first, middle, last = (float(np.mean(part)) for part in np.array_split(values, 3))
    rise = last - first
    is_over = last - middle < rise / 4 or best - last < MATERIAL
    return not (rise < max(MATERIAL, 2 * scatter(values)) or is_over)
