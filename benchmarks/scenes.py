"""Samples with known modes: a target's own, bent, shifted, thinned out, bridged and littered.

The truth of a scene follows from how it is made, by the rule of `Scene.truth`; no fit is involved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from ganrun.mixture import Mixture

Points = Float[ndarray, "N 2"]
Shape = Callable[[np.random.Generator, int], Points]
LEAST_SAMPLES = 15
"""With fewer samples, a mode is not clear-cut..."""
LEAST_AMID_OTHERS = 30
"""...and with fewer than this, if there are bridges, blobs or background to hide in."""


def gaussian(rng: np.random.Generator, n: int) -> Points:
    """A mode as it should be, in its own std."""
    return rng.standard_normal((n, 2))


def circle(rng: np.random.Generator, n: int) -> Points:
    """A thin ring of radius 1.4."""
    angle = rng.uniform(0, 2 * np.pi, n)
    return 1.4 * np.stack([np.cos(angle), np.sin(angle)], 1) + 0.1 * rng.standard_normal((n, 2))


def banana(rng: np.random.Generator, n: int) -> Points:
    """A bent sausage."""
    angle = rng.uniform(-1.2, 1.2, n)
    arc = 1.7 * np.stack([np.cos(angle) - 0.78, np.sin(angle)], 1)
    return arc + 0.25 * rng.standard_normal((n, 2))


def two_clumps(rng: np.random.Generator, n: int) -> Points:
    """Two clumps, 2.4 std apart."""
    side = rng.choice([-1.2, 1.2], n)
    return np.stack([side, np.zeros(n)], 1) + 0.35 * rng.standard_normal((n, 2))


def thread(rng: np.random.Generator, n: int) -> Points:
    """A straight thread, as a generator folds its latent plane."""
    along = rng.uniform(-2, 2, n)
    return np.stack([along, 0.3 * along], 1) + 0.02 * rng.standard_normal((n, 2))


def disc(rng: np.random.Generator, n: int) -> Points:
    """An even disc of radius 2."""
    angle, radius = rng.uniform(0, 2 * np.pi, n), 2 * np.sqrt(rng.uniform(0, 1, n))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def heavy_tails(rng: np.random.Generator, n: int) -> Points:
    """A core and a halo: one sample in ten is drawn twice as wide."""
    return rng.standard_normal((n, 2)) * rng.choice([0.8, 2.0], n, p=[0.9, 0.1])[:, None]


SHAPES: dict[str, Shape] = {
    "rings": circle,
    "bananas": banana,
    "two clumps": two_clumps,
    "threads": thread,
    "discs": disc,
    "heavy tails": heavy_tails,
}


@dataclass
class Scene:
    """Samples under construction: for every mode how much, how wide, where and of what shape."""

    mixture: Mixture
    n: int
    rng: np.random.Generator

    def __post_init__(self) -> None:
        k = self.mixture.modes
        self.shares = self.mixture.weights.copy()
        self.widths = np.ones(k)
        self.shifts = np.zeros(k)
        self.shapes: list[Shape] = [gaussian] * k
        self.extras: list[Points] = []

    def keep(self, kept: Iterable[int]) -> None:
        """Lose every other mode."""
        lost = np.ones(self.mixture.modes, bool)
        lost[list(kept)] = False
        self.shares[lost] = 0

    def background(self, share: float) -> None:
        """Uniform noise over the whole window."""
        x_min, x_max, y_min, y_max = self.mixture.extent
        m = round(share * self.n)
        self.extras.append(self.rng.uniform([x_min, y_min], [x_max, y_max], (m, 2)))

    def bridges(self, share: float, pairs: Sequence[tuple[int, int]], width: float) -> None:
        """Straight filaments between the centres of pairs of modes."""
        m = round(share * self.n)
        which = np.asarray(pairs)[self.rng.integers(len(pairs), size=m)]
        start, stop = self.mixture.means[which[:, 0]], self.mixture.means[which[:, 1]]
        points = start + self.rng.uniform(0, 1, (m, 1)) * (stop - start)
        self.extras.append(points + width * self.unit * self.rng.standard_normal((m, 2)))

    def blob(self, share: float, between: tuple[int, int], width: float) -> None:
        """A clump half-way between two modes."""
        m = round(share * self.n)
        middle = self.mixture.means[list(between)].mean(axis=0)
        self.extras.append(middle + width * self.unit * self.rng.standard_normal((m, 2)))

    @property
    def unit(self) -> float:
        """A typical std of the modes."""
        return float(np.sqrt(np.median(np.trace(self.mixture.covariances, axis1=1, axis2=2)) / 2))

    @cached_property
    def counts(self) -> Int[ndarray, " K"]:
        """How many samples each mode has; drawn when it is first asked for."""
        left = self.n - sum(len(extra) for extra in self.extras)
        return self.rng.multinomial(left, self.shares / self.shares.sum())

    def samples(self) -> Points:
        """All of it, in random order."""
        modes = [self._mode(k, int(m)) for k, m in enumerate(self.counts)]
        return self.rng.permutation(np.concatenate([*self.extras, *modes]))

    def _mode(self, k: int, m: int) -> Points:
        angle = self.rng.uniform(0, 2 * np.pi)
        shift = self.shifts[k] * np.array([np.cos(angle), np.sin(angle)])
        standard = shift + self.widths[k] * self.shapes[k](self.rng, m)
        return self.mixture.means[k] + standard @ self.mixture.cholesky[k].T

    def truth(self) -> tuple[frozenset[int], frozenset[int]]:
        """The modes that are there, and those of which that is not clear-cut.

        A mode is there if it has at least half its weight, and enough samples; if it is shifted by
        at most 1.2 std; and if it is 0.4 to 1.5 times as wide. It is not there if it has at most a
        tenth of its weight, is shifted by 3 std or more, is shrunk to a tenth or less, or swollen
        threefold or more. All between is not clear-cut. What lies between the modes is no mode.
        """
        relative = self.counts / self.n / self.mixture.weights
        least = LEAST_AMID_OTHERS if self.extras else LEAST_SAMPLES
        there = (relative >= 0.5) & (self.counts >= least)
        there &= (self.shifts <= 1.2) & (self.widths >= 0.4) & (self.widths <= 1.5)
        gone = (relative <= 0.1) | (self.shifts >= 3) | (self.widths <= 0.1) | (self.widths >= 3)
        unclear = ~(there | gone)
        return (
            frozenset(np.flatnonzero(there).tolist()),
            frozenset(np.flatnonzero(unclear).tolist()),
        )
