"""Shares of an outcome's variance, with 95 % intervals that hold near zero too.

The table is `y[s, c]`: seed `s` in cell `c`. The rows are independent draws of one random vector
with any mean `m` and any covariance, since the same seeds are in every cell: seeds are blocks. The
total variance `V`, over a cell chosen at random and a seed that is new, is the sum of `|P m|^2 / C`
over the parts `P` of the design, and of what changes with the seed alone; a part's share is
`|P m|^2 / (C V)`. Its estimate is `|P mean(y)|^2`, less what chance puts there (which the spread of
`P y[s]` over seeds tells without bias whatever the covariance), over an unbiased estimate of `V`.
So the estimate of a share that is zero is as often below zero as above.

An interval holds the shares that a test does not reject. The test compares `S |P mean(y)|^2` with
its distribution were the share `r`: that of `(a + e)^2 + Q`, `a` the part's length at that share,
`e` the noise along the part's estimated direction, `Q` that in its other dimensions. The noise's
variances, the variance within a seed and that of the seeds' means are known from few seeds only:
the distribution is averaged over their fiducial ones (generalised confidence intervals, Tsui and
Weerahandi 1989; Weerahandi 1993), with as many degrees of freedom as independent seeds give them.
A length that luck alone would seldom leave so short, as where levels tie to the last bit, excludes
no share that longer ones would not (power-constrained limits, Cowan et al. 2011).
`benchmarks/coverage.py` is the evidence that such intervals hold the truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from numpy import ndarray

DRAWS = 512
"""Draws of what is unknown beside the share; they are the same in every call."""
LEVEL = 0.95
TAIL = (1 - LEVEL) / 2
LEAST_POWER = 0.16
"""A part counts as no shorter than luck alone makes it with this probability."""


@dataclass(frozen=True)
class Share:
    """An unbiased estimate, which may be a little below 0, and a 95 % interval within [0, 1]."""

    value: float
    low: float
    high: float
    p_value: float = 1.0
    """How likely luck alone makes it at least so large; 1 where that was not asked."""


@dataclass(frozen=True, eq=False)
class Replicates:
    """An outcome of every seed in every cell, `[S, C]`, complete; two seeds or more."""

    y: Float[ndarray, "S C"]

    @cached_property
    def seed_means(self) -> Float[ndarray, " S"]:
        """Each seed's mean over the cells."""
        return self.y.mean(axis=1)

    @cached_property
    def within(self) -> Float[ndarray, " S"]:
        """Each seed's variance over the cells: the design's and luck's."""
        return self.y.var(axis=1)

    @cached_property
    def between(self) -> float:
        """Variance of the seeds' means."""
        return float(self.seed_means.var(ddof=1))

    @property
    def total(self) -> float:
        """Unbiased estimate of the variance over cells and seeds."""
        return float(self.within.mean()) + self.between

    @cached_property
    def residuals(self) -> Float[ndarray, "S C"]:
        """What neither the cell's mean nor the seed's explains."""
        return self.y - self.y.mean(axis=0) - (self.seed_means - self.y.mean())[:, None]

    @cached_property
    def square_residuals(self) -> Float[ndarray, "S C"]:
        """By how much each trial's part of the variance within its seed is out of the ordinary."""
        squares = (self.y - self.seed_means[:, None]) ** 2
        return squares - squares.mean(axis=0)

    @property
    def seeds(self) -> int:
        """How many rows there are."""
        return self.y.shape[0]

    @property
    def cells(self) -> int:
        """How many columns there are."""
        return self.y.shape[1]


class PartTest:
    """The test of a part's share: `z` is the part `P y[s]` `[S, C]`, of so many dimensions.

    Unless it `varies`, the part's factors make no difference in any trial, not even by luck.
    """

    def __init__(
        self, table: Replicates, z: Float[ndarray, "S C"], dimensions: int, *, varies: bool = True
    ) -> None:
        seeds, cells = table.y.shape
        mean = z.mean(axis=0)
        squared, noise = float(np.sum(mean**2)), z - mean
        size = float(np.sum(noise**2)) / (seeds - 1)
        self.share = (squared - size / seeds) / cells / table.total
        self.observed, self.scale = seeds * squared, seeds * cells

        direction = _direction(mean, noise)
        along = np.sum(noise * direction, axis=1)
        across = noise - along[:, None] * direction
        rng, free = np.random.default_rng(20), seeds - 1
        uncertain = free / rng.chisquare(free, DRAWS)
        sizes = float(along.var(ddof=1)) * uncertain
        # Where the mean decides the noise (0/1), a seed that lengthens the part makes its noise
        # less, so that less is taken off: the estimate moves by more than the length.
        taken_off = np.sum(noise**2, axis=1) / (2 * free) * (squared > 0)
        lengthened = along - taken_off / np.sqrt(squared or 1.0)
        variance = float(lengthened.var(ddof=1))
        alone = float(direction**2 @ table.residuals.var(axis=0, ddof=1))
        if varies and variance <= 1e-9 * alone:
            variance = alone  # seeds agree to the last bit by chance, as where things happen once
        self.deviation = np.sqrt(np.maximum(variance * uncertain, 1e-12 * table.total))
        self.across = np.zeros(DRAWS)
        if dimensions > 1:
            effective = effective_dimensions(across, dimensions - 1)
            all_across = max(size - float(along.var(ddof=1)), 0.0)
            all_across = all_across * effective * free / rng.chisquare(effective * free, DRAWS)
            self.across = all_across / effective * rng.chisquare(effective, DRAWS)
            sizes = sizes + all_across
        luck = variance * uncertain * np.random.default_rng(23).chisquare(1, DRAWS)
        least = float(np.quantile(luck + self.across, LEAST_POWER))
        self.observed = max(self.observed, least)
        self.radius = np.sqrt(np.maximum(self.observed - self.across, 0))

        self.between = table.between * free / rng.chisquare(free, DRAWS)
        # Of the variance within seeds: what moves with the part and its noise, and what does not.
        self.slope = _slope(table, mean)
        steady = table.within - self.slope * np.sum(z**2, axis=1) / cells
        error = float(steady.std(ddof=1)) / np.sqrt(seeds)
        rest = steady.mean() + error * rng.standard_t(free, DRAWS) + self.slope * sizes / cells
        self.rest = np.maximum(rest, 1e-3 * table.total)

    def exceedance(self, share: float, *, within: bool = False) -> float:
        """Probability of at least the observed length, were this the share. Ascending in it.

        The share is of the total variance, or of that within a seed.
        """
        from scipy.special import ndtr

        base = self.rest if within else self.rest + self.between
        length = np.sqrt(self.scale * share * base / max(1 - share * self.slope, 1e-9))
        inside = ndtr((self.radius - length) / self.deviation)
        inside -= ndtr((-self.radius - length) / self.deviation)
        return float(np.where(self.across >= self.observed, 1.0, 1 - inside).mean())

    def limit(self, probability: float, *, within: bool = False) -> float:
        """The share at which the exceedance is so; 0 or 1 where it is that already there."""
        from scipy.optimize import brentq

        def excess(root: float) -> float:
            return self.exceedance(root**2, within=within) - probability

        low, high = 0.0, 1 - 1e-9
        if excess(low) >= 0:
            return 0.0
        if excess(high) <= 0:
            return 1.0
        return float(brentq(excess, low, high, xtol=1e-5)) ** 2  # a root is nearly linear in it

    def interval(self) -> Share:
        """The part's share, with the shares that the test does not reject."""
        return Share(self.share, self.limit(TAIL), self.limit(1 - TAIL), self.exceedance(0.0))


def _direction(mean: Float[ndarray, " C"], noise: Float[ndarray, "S C"]) -> Float[ndarray, " C"]:
    """Of length 1, where the mean points; where that is nothing, where a seed's noise does.

    If that is nothing either, any direction does.
    """
    rows = np.stack([mean, *noise, np.ones_like(mean)])
    lengths = np.sqrt(np.sum(rows**2, axis=1))
    chosen = int(np.argmax(lengths > 1e-6 * max(float(lengths[:-1].max()), 1e-12)))
    return rows[chosen] / lengths[chosen]


def _slope(table: Replicates, mean: Float[ndarray, " C"]) -> float:
    """By how much the variance within seeds moves if luck adds 1 to the part's.

    1 where the noise is Gaussian; 0 for a 0/1 outcome at a rate of a half, whose variance only the
    rate decides.
    """
    luck = 2 * mean * table.residuals
    power = float(np.sum(luck**2))
    slope = float(np.sum(luck * table.square_residuals)) / power if power > 0 else 0.0
    return min(max(slope, -1.0), 1.0)


def effective_dimensions(noise: Float[ndarray, "S C"], most: int) -> float:
    """Satterthwaite's `tr(A)^2 / tr(A A)`, `A` the noise's covariance; from 1 to `most`.

    The second trace as Bai and Saranadasa (1996) have it: the plain one is too large with few rows.
    """
    n = len(noise) - 1
    gram = noise @ noise.T
    trace = float(np.trace(gram)) / n
    square = float(np.sum(gram**2)) / n**2 - trace**2 / n
    square *= n**2 / ((n + 2) * (n - 1)) if n > 1 else 1.0
    return float(np.clip(trace**2 / square, 1, most)) if square > 0 else float(most)


def chance_shares(table: Replicates) -> tuple[Share, Share, Share, Share]:
    """Shares of all factors together, of the seed, of luck, and of the last two together.

    The seed's is what two trials in different cells have in common if their seed is the same (the
    covariance); luck is what changes with the seed otherwise than in all cells alike. The first
    three shares sum to 1.
    """
    design = table.y - table.seed_means[:, None]
    test = PartTest(table, design, table.cells - 1)
    factors = test.interval()
    per_cell = float(table.y.var(axis=0, ddof=1).mean())
    more = table.cells / (table.cells - 1)
    seed = (table.between - per_cell / table.cells) * more / table.total
    luck = (per_cell - table.between) * more / table.total

    within = _within_draws(table)
    lucks = (1 - _draws_within(test)) * within * more
    seeds = 1 - within - lucks / table.cells
    chance = Share(1 - factors.value, 1 - factors.high, 1 - factors.low)
    return factors, _percentiles(seed, seeds * more), _percentiles(luck, lucks), chance


def _within_draws(table: Replicates) -> Float[ndarray, " D"]:
    """Fiducial draws of the variance within seeds as a share of the total."""
    free, within = table.seeds - 1, float(table.within.mean())
    between = table.between * free / np.random.default_rng(21).chisquare(free, DRAWS)
    return within / (within + between)


def _draws_within(test: PartTest) -> Float[ndarray, " D"]:
    """Draws of the part's share of the variance within seeds, as the test has its distribution."""
    lowest, highest = (test.limit(probability, within=True) for probability in (1e-3, 1 - 1e-3))
    shares = np.linspace(lowest, highest, 65)
    known = np.array([test.exceedance(share, within=True) for share in shares])
    even = (np.arange(DRAWS) + 0.5) / DRAWS
    return np.random.default_rng(22).permutation(np.interp(even, known, shares))


def _percentiles(value: float, draws: Float[ndarray, " D"]) -> Share:
    low, high = np.quantile(np.clip(draws, 0, 1), [TAIL, 1 - TAIL])
    return Share(value, float(low), float(high), float(np.mean(draws <= 0)))
