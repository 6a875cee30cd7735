"""What a run's trajectory shows of where it is going: the numbers that a quick verdict rests on."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.measure.dynamics import Part, Trajectory, scatter

UNKNOWN_EXCESS = 1e6
"""What stands for a distance that is nowhere finite."""
LEAST_EXCESS = 1e-2
"""A distance counts as at least this, in logs."""
MOST_STEP = 5.0
"""A change of the log of the distance from one evaluation to the next counts as at most this."""


class Signs:
    """The signs of one trajectory, from its window, its last tenth, and two of its quarters.

    At an evaluation a mode is covered if its share is at least a fifth of its weight, and missing
    otherwise; modes that perfect samples do not show either are not looked for.
    """

    def __init__(self, trajectory: Trajectory) -> None:
        self.trajectory = trajectory
        self.placed = np.nan_to_num(trajectory.placed)
        """Share of samples where they belong; what is empty counts as nothing."""
        present = trajectory.present[trajectory.window]
        changed = np.any(present[1:] != present[:-1], axis=1)
        self.changes = int(changed.sum())
        self.before, self.now = (float(np.mean(self.placed[q])) for q in trajectory.quarters)
        """Share of samples where they belong, in the run's second quarter and in its last."""
        self.best = 1 - trajectory.perfect("mode_tv")
        """What the share of samples where they belong is, of perfect ones."""
        self.missing = trajectory.missing(trajectory.last_tenth)
        """The numbers of the modes that are missing at most of the last evaluations."""

    @property
    def rise(self) -> float:
        """How much more of the samples is where it belongs."""
        return self.now - self.before

    @cached_property
    def approach(self) -> float:
        """Fall of the log of the excess `nll` from the second quarter to the last; -3 to 3."""
        before, now = map(self._excess, self.trajectory.quarters)
        return float(np.clip(np.log(max(before, 1e-3) / max(now, 1e-3)), -3, 3))

    def level(self, column: str) -> float:
        """Mean of a column in the last quarter; what is empty counts as nothing."""
        return self._mean(column, self.trajectory.quarters[1])

    def earlier(self, column: str) -> float:
        """The same, in the second quarter."""
        return self._mean(column, self.trajectory.quarters[0])

    def at_first(self, column: str) -> float:
        """The same, in the first quarter, once the generator had been trained at all."""
        trained = self.trajectory.steps > 0
        first = trained & (self.trajectory.steps <= self.trajectory.steps[-1] / 4)
        return self._mean(column, first if first.any() else trained)

    def _mean(self, column: str, part: Part) -> float:
        return float(np.mean(np.nan_to_num(self.trajectory.column(column)[part])))

    def in_the_window(self, column: str) -> Float[ndarray, " W"]:
        """A column over the window; what is empty counts as nothing."""
        return np.nan_to_num(self.trajectory.column(column)[self.trajectory.window])

    @property
    def moving(self) -> float:
        """Share of the samples that are on other modes than at the evaluation before, at least."""
        shares = self.trajectory.shares[self.trajectory.window]
        moved = np.abs(np.diff(shares, axis=0)).sum(axis=1) / 2
        return float(moved.mean()) if len(moved) else 0.0

    @property
    def straying(self) -> float:
        """Scatter of the log of the excess `nll` about its trend over the window."""
        return scatter(self._log_excess)

    @property
    def stepping(self) -> float:
        """Change of the log of the excess `nll` from one evaluation of the window to the next."""
        steps = np.minimum(np.abs(np.diff(self._log_excess)), MOST_STEP)
        return float(steps.mean()) if len(steps) else 0.0

    @property
    def loudness(self) -> float:
        """Mean size of the discriminator's answer to real samples, in the last quarter."""
        answers = np.nan_to_num(self.trajectory.column("real_logit"))
        return float(np.abs(answers[self.trajectory.quarters[1]]).mean())

    @property
    def gaps(self) -> Float[ndarray, " W"]:
        """How much more real the discriminator takes real samples for, over the window."""
        return self.in_the_window("real_logit") - self.in_the_window("fake_logit")

    @property
    def settled(self) -> float:
        """Share of the window's evaluations at which the very modes are missing that are now."""
        now = ~np.isin(np.arange(self.trajectory.modes), self.missing)
        same = self.trajectory.present[self.trajectory.window] == now
        return float(same[:, self.trajectory.showable].all(axis=1).mean())

    @property
    def found(self) -> float:
        """Share of the modes that were missing in the second quarter, and no longer are."""
        before = self.trajectory.missing(self.trajectory.quarters[0])
        return len(set(before) - set(self.missing)) / self.trajectory.modes

    @property
    def within(self) -> float:
        """Share of the last evaluations that are within tolerance."""
        return float(self.trajectory.within_tolerance[self.trajectory.last_tenth].mean())

    def _excess(self, part: Part) -> float:
        """How much more `nll` is than perfect samples', in the mean; much, where it is unknown."""
        excess = self.trajectory.column("nll")[part] - self.trajectory.perfect("nll")
        known = excess[np.isfinite(excess)]
        return float(known.mean()) if len(known) else UNKNOWN_EXCESS

    @cached_property
    def _log_excess(self) -> Float[ndarray, " W"]:
        column = self.trajectory.column("nll")[self.trajectory.window]
        excess = np.nan_to_num(column - self.trajectory.perfect("nll"), nan=UNKNOWN_EXCESS)
        return np.log(np.clip(excess, LEAST_EXCESS, UNKNOWN_EXCESS))
