"""What a run's trajectory shows of where it is going: the numbers that a quick verdict rests on."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ganrun.measure.dynamics import Part, Trajectory, scatter

UNKNOWN_WIDTH = 3.0
"""What stands for the log of a variance where no mode is covered."""
UNKNOWN_EXCESS = 1e6
"""What stands for a distance that is nowhere finite."""


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
        self.change_rate = float(changed.mean()) if len(changed) else 0.0
        """Share of the window's evaluations with another set of covered modes than before."""
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

    @property
    def swing(self) -> float:
        """Scatter of the share of samples where they belong about its trend over the window."""
        return scatter(self.placed[self.trajectory.window])

    @property
    def covered(self) -> float:
        """Share of the modes that are covered at a time, over the window; 1 if none can be."""
        sought = self.trajectory.sought[self.trajectory.window]
        return float(sought.mean()) if sought.size else 1.0

    @cached_property
    def approach(self) -> float:
        """Fall of the log of the excess `nll` from the second quarter to the last; -3 to 3."""
        before, now = map(self._excess, self.trajectory.quarters)
        return float(np.clip(np.log(max(before, 1e-3) / max(now, 1e-3)), -3, 3))

    @property
    def union(self) -> float:
        """Share of the modes that are covered at some time of the window, less those at a time."""
        present = self.trajectory.present[self.trajectory.window][:, self.trajectory.showable]
        return float(present.any(axis=0).mean() - present.mean()) if present.size else 0.0

    @property
    def excess(self) -> float:
        """Log of the excess `nll` over perfect samples' in the last quarter; at least of .01."""
        return float(np.log(max(self._excess(self.trajectory.quarters[1]), 1e-2)))

    @property
    def width(self) -> float:
        """Log of the modes' relative variance in the last tenth; that of .001 at least."""
        spread = self.trajectory.column("spread")[self.trajectory.last_tenth]
        known = spread[np.isfinite(spread)]
        return float(np.log(max(known.mean(), 1e-3))) if len(known) else UNKNOWN_WIDTH

    def level(self, column: str) -> float:
        """Mean of a column in the last quarter; what is empty counts as nothing."""
        values = self.trajectory.column(column)[self.trajectory.quarters[1]]
        return float(np.mean(np.nan_to_num(values)))

    @property
    def late_rise(self) -> float:
        """How much more of the samples is in its place in the window's last third than before."""
        thirds = np.array_split(self.placed[self.trajectory.window], 3)
        return float(np.mean(thirds[2]) - np.mean(thirds[1])) if len(thirds[1]) else 0.0

    @property
    def within(self) -> float:
        """Share of the last evaluations that are within tolerance."""
        return float(self.trajectory.within_tolerance[self.trajectory.last_tenth].mean())

    def _excess(self, part: Part) -> float:
        """How much more `nll` is than perfect samples', in the mean; much, where it is unknown."""
        excess = self.trajectory.column("nll")[part] - self.trajectory.perfect("nll")
        known = excess[np.isfinite(excess)]
        return float(known.mean()) if len(known) else UNKNOWN_EXCESS
