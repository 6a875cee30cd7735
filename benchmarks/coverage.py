"""How often the 95 % intervals of `ganrun.influence` hold the truth, where the truth is known.

    python -m benchmarks.coverage               about half an hour on two cores
    python -m benchmarks.coverage --tables 200  a quick look
    python -m benchmarks.coverage --rates       rates instead of shares, a quarter of an hour
    python -m benchmarks.coverage --surrogates  Sobol and random designs, half an hour for 200
    python -m benchmarks.coverage --cases       the ranking of cases, ten minutes
    python -m benchmarks.coverage --precision   GANs per answer, and stopping at a precision

Tables of a factorial design with 8 seeds are drawn again and again: Gaussian outcomes whose shares
are set, and 0/1 outcomes from a threshold on such a sum, whose shares follow from the cells'
probabilities. Some have seeds that are good or bad everywhere, or in some levels of a factor. The
third factor never has an effect. Printed are, for each share: the truth, the mean estimate (which
should be the truth), how often the interval held the truth, lay wholly below or wholly above it,
and its mean width. Exit code 1 if a share from 0.02 to 0.8 is held in less than 93 % or more than
97 % of tables, or a factor without effect has an interval without 0 in more than 5 %; both are
given two standard errors of so many tables. Of rates, `benchmarks.rate_coverage` says what is drawn
and judged.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod, sqrt

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from benchmarks.case_coverage import print_cases
from benchmarks.held import print_table, summary, verdict_of
from benchmarks.rate_coverage import print_rates
from benchmarks.stopping import print_precision
from benchmarks.surrogates import print_surrogates
from ganrun.influence.components import effect, main_and_pair_effects, total_effects
from ganrun.influence.share_intervals import Replicates, Share, chance_shares

TARGETS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
OTHERS = (0.02, 0.03)
"""Shares of the second factor, and of its interaction with the first or, where that leads, of the
first factor (Gaussian outcomes)."""
SEEDS = 8
FEWEST_CELLS = 10
"""Smaller designs are shown, but not judged: 64 trials are too few for exact tails."""

Truth = dict[str, float]


@dataclass(frozen=True)
class Scene:
    """What a table is drawn from."""

    outcome: str
    """`gaussian` or `0/1`."""
    levels: tuple[int, int, int]
    share: float
    """The leading part's share."""
    seed: float = 0.0
    """Share of seeds that are good or bad everywhere; for 0/1 outcomes, of what the threshold sees
    beside the factors."""
    by_level: float = 0.0
    """The same, of seeds that are good or bad in some levels of the first factor."""
    leading: tuple[int, ...] = (0,)
    """The part with the share that was asked for: a factor, or a pair (Gaussian outcomes)."""

    def __str__(self) -> str:
        shape = "x".join(map(str, self.levels))
        return f"{self.outcome:8} {shape:6} seed {self.seed:4.2f} by level {self.by_level:4.2f}"


def scenes() -> Iterator[Scene]:
    """All that is tried."""
    for outcome in ("gaussian", "0/1"):
        for share in TARGETS:
            yield Scene(outcome, (7, 3, 3), share)
        for share in TARGETS[::2]:
            room = 1 - share - sum(OTHERS)
            yield Scene(outcome, (7, 3, 3), share, seed=min(0.1, room / 2))
            yield Scene(outcome, (7, 3, 3), share, by_level=min(0.05, room / 3))
    for share in (0.02, 0.2, 0.6):
        yield Scene("gaussian", (7, 3, 3), share, leading=(0, 1))
        for outcome in ("gaussian", "0/1"):
            yield Scene(outcome, (7, 3, 5), share)
            yield Scene(outcome, (2, 2, 2), share)


def axes_of(levels: Sequence[int]) -> list[tuple[int, ...]]:
    """The factors and their pairs, as the package orders them."""
    return [axes for size in (1, 2) for axes in combinations(range(len(levels)), size)]


def letters(axes: Sequence[int]) -> str:
    """`AB` for the first two factors."""
    return "".join("ABC"[axis] for axis in axes)


def pattern(levels: tuple[int, ...], axes: tuple[int, ...]) -> Float[ndarray, "*L"]:
    """A fixed effect of these factors, with variance 1 over the cells."""
    rng = np.random.default_rng([*levels, *axes])
    part = effect(rng.normal(size=(1, *levels)), axes)[0]
    return part / sqrt(np.mean(part**2)) * np.ones(levels)


def noise(scene: Scene, luck: float, rng: np.random.Generator) -> Float[ndarray, " S *L"]:
    """Seeds that are good everywhere, seeds that are good in a level, and luck."""
    everywhere = rng.normal(size=(SEEDS, 1, 1, 1)) * sqrt(scene.seed)
    in_a_level = rng.normal(size=(SEEDS, scene.levels[0], 1, 1)) * sqrt(scene.by_level)
    return everywhere + in_a_level + rng.normal(size=(SEEDS, *scene.levels)) * sqrt(luck)


Draw = Callable[[np.random.Generator], ndarray]


def gaussian(scene: Scene) -> tuple[Draw, Truth]:
    """Means with the shares that were asked for, and Gaussian noise."""
    levels, (second, together) = scene.levels, OTHERS
    means = (
        sqrt(scene.share) * pattern(levels, scene.leading)
        + sqrt(second) * pattern(levels, (1,))
        + sqrt(together) * pattern(levels, (0, 1) if scene.leading == (0,) else (0,))
    )
    luck = 1 - scene.share - second - together - scene.seed - scene.by_level

    def draw(rng: np.random.Generator) -> ndarray:
        return means + noise(scene, luck, rng)

    # Cells of one level share what their seed is good for there.
    cells = prod(levels)
    alike = (cells / levels[0] - 1) / (cells - 1)
    return draw, truth_of(means, 1.0, scene.seed + scene.by_level * alike)


def binary(scene: Scene) -> tuple[Draw, Truth]:
    """1 where a sum of effects and noise is above a threshold; the first effect is a slope.

    The slope is as steep as the share asks for, and the threshold such that 40 % are 1.
    """
    slope = np.linspace(-1, 1, scene.levels[0])[:, None, None]
    other = 0.3 * np.linspace(-1, 1, scene.levels[1])[None, :, None] * (1 + slope)
    luck = 1 - scene.seed - scene.by_level

    def latent(steepness: float) -> ndarray:
        sum_ = (steepness * slope + other) * np.ones(scene.levels)
        return sum_ - bisect(lambda at: float(normal_cdf(sum_ - at).mean()) - 0.4, -60, 60)

    def share(steepness: float) -> float:
        q = normal_cdf(latent(steepness))
        return float(np.mean(effect(q[None], (0,)) ** 2)) / (0.4 * 0.6)

    means = latent(bisect(lambda steepness: scene.share - share(steepness), 0.0, 60.0))

    def draw(rng: np.random.Generator) -> ndarray:
        return (means + noise(scene, luck, rng) > 0).astype(float)

    return draw, truth_of(normal_cdf(means), 0.4 * 0.6, seed_share(scene, means))


def seed_share(scene: Scene, means: ndarray) -> float:
    """Covariance of two cells of a seed, over the variance: Gauss-Hermite quadrature."""
    points, weights = np.polynomial.hermite_e.hermegauss(31)
    weights = weights / weights.sum()
    cells, q = means.size, normal_cdf(means).ravel()

    def covariance(group: ndarray, shared: float) -> float:
        if shared == 0:
            return 0.0
        given = normal_cdf((group[:, None] + sqrt(shared) * points) / sqrt(1 - shared))
        excess = given - normal_cdf(group)[:, None]
        return float(weights @ (excess.sum(axis=0) ** 2 - (excess**2).sum(axis=0)))

    everywhere = covariance(means.ravel(), scene.seed)
    for level in means:
        more = covariance(level.ravel(), scene.seed + scene.by_level)
        everywhere += more - covariance(level.ravel(), scene.seed)
    return everywhere / (cells * (cells - 1)) / float(q.mean() * (1 - q.mean()))


def truth_of(means: ndarray, variance: float, seed: float) -> Truth:
    """Shares of everything the package names."""
    parts = {axes: effect(means[None], axes) for axes in axes_of(means.shape)}
    truth = {letters(axes): float(np.mean(part**2)) for axes, part in parts.items()}
    for axis in range(means.ndim):
        own = means - means.mean(axis=axis, keepdims=True)
        truth[f"all of {letters([axis])}"] = float(np.mean(own**2))
    truth["factors"] = float(means.var())
    truth = {name: part / variance for name, part in truth.items()}
    return {**truth, "seed": seed, "luck": 1 - truth["factors"] - seed}


def estimates(y: Float[ndarray, " S *L"]) -> dict[str, Share]:
    """What the package says of a table."""
    found = {letters(part.axes): part.share for part in main_and_pair_effects(y) if part.axes}
    for axis, share in enumerate(total_effects(y)):
        found[f"all of {letters([axis])}"] = share
    factors, seed, luck, _ = chance_shares(Replicates(y.reshape(len(y), -1)))
    return {**found, "factors": factors, "seed": seed, "luck": luck}


def bisect(ascending: Callable[[float], float], low: float, high: float) -> float:
    """Where a function changes its sign."""
    sign = 1 if ascending(high) > ascending(low) else -1
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if sign * ascending(middle) > 0 else (middle, high)
    return low


def normal_cdf(x: ndarray) -> ndarray:
    """The standard normal distribution function."""
    from scipy.special import ndtr

    return ndtr(x)


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    scene: Scene
    name: str
    truth: float
    shares: Float[ndarray, "T 3"]
    """Estimate, low and high of every table."""

    @property
    def below(self) -> float:
        """How often the interval lies wholly below the truth."""
        return float(np.mean(self.shares[:, 2] < self.truth - 1e-9))

    @property
    def above(self) -> float:
        """How often the interval lies wholly above the truth."""
        return float(np.mean(self.shares[:, 1] > self.truth + 1e-9))

    @property
    def covered(self) -> float:
        """How often the interval holds the truth."""
        return 1 - self.below - self.above

    def verdict(self) -> str:
        """Empty where all is well, or nothing is promised."""
        if prod(self.scene.levels) < FEWEST_CELLS:
            return ""
        has_effect = self.truth >= 1e-9
        if has_effect and not self.is_promised:
            return ""
        return verdict_of(self.covered, len(self.shares), effect=has_effect)

    @property
    def is_promised(self) -> bool:
        """Whether a share is such that its interval is to hold it."""
        return 0.0199 <= self.truth <= 0.8001

    def __str__(self) -> str:
        estimate, low, high = self.shares.mean(axis=0)
        return (
            f"{self.scene}  {self.name:8} {self.truth:6.3f} {estimate:8.3f} {self.covered:7.1%} "
            f"{self.below:6.1%} {self.above:6.1%} {high - low:6.3f}  {self.verdict()}"
        )


def rows_of(scene: Scene, tables: int) -> list[Row]:
    """Draw the tables of a scene, and compare."""
    draw, truth = (gaussian if scene.outcome == "gaussian" else binary)(scene)
    rng = np.random.default_rng(list(str(scene).encode()))
    found = [estimates(draw(rng)) for _ in range(tables)]
    return [
        Row(
            scene,
            name,
            0.0 if truth[name] < 1e-12 else truth[name],
            np.array([[each[name].value, each[name].low, each[name].high] for each in found]),
        )
        for name in found[0]
    ]


HEAD = (
    f"{'outcome, design and seeds':40}  {'share of':8} {'truth':>6} {'estimate':>8} {'held':>7} "
    f"{'below':>6} {'above':>6} {'width':>6}"
)


def main() -> int:
    """Print the table; 0 if the intervals are what they say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--tables", type=int, default=1000, help="tables of each kind")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rates", action="store_true", help="intervals of rates, not of shares")
    parser.add_argument("--surrogates", action="store_true", help="Sobol and random designs")
    parser.add_argument("--precision", action="store_true", help="stopping at a precision")
    parser.add_argument("--cases", action="store_true", help="the ranking of cases")
    options = parser.parse_args()
    if options.cases:
        return print_cases(options.tables, options.workers)
    if options.rates:
        return print_rates(options.tables, options.workers)
    if options.surrogates:
        return print_surrogates(options.tables, options.workers)
    if options.precision:
        return print_precision(options.tables, options.workers)
    return print_table(HEAD, scenes(), rows_of, options.tables, options.workers, _summaries)


def _summaries(rows: Sequence[Row]) -> Iterator[str]:
    judged = [row for row in rows if prod(row.scene.levels) >= FEWEST_CELLS]
    within = [row for row in judged if row.is_promised]
    without = [row for row in judged if row.truth == 0]
    for title, some in (("shares from 0.02 to 0.8", within), ("without effect", without)):
        rows_told = f"{title}: {len(some)} rows of {len(some[0].shares):,} tables"
        yield summary(rows_told, (row.covered for row in some))


if __name__ == "__main__":
    sys.exit(main())
