"""Estimates that are means over points and seeds at once: shares and their intervals.

In random and Sobol designs the points are a sample, and the same seeds are at every point. What an
estimate would have been with other points and other seeds is told from each trial's contribution
to it, `[R, S]`: the variance of a mean of such a table is that between its rows plus that between
its columns, less what both hold of the rest (Owen 2007, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.influence.share_intervals import LEVEL, Share


@dataclass(frozen=True, eq=False)
class Estimate:
    """A number, and to first order what each point and seed contributes: their mean is it."""

    value: float
    contributions: Float[ndarray, "R S"]


def cross_product(b: Float[ndarray, "S R K"], d: Float[ndarray, "S R K"]) -> Estimate:
    """Mean of `b[s] d[t]` over points, cases and all pairs of *different* seeds.

    Luck is not the same in two seeds, so it adds nothing to the expectation, whereas in `b[s] d[s]`
    it would: a U-statistic, with its Hajek projection over the seeds as contributions.
    """
    seeds = len(b)
    same = (b * d).sum(axis=0)
    value = (b.sum(axis=0) * d.sum(axis=0) - same) / (seeds * (seeds - 1))
    crossed = b * (d.sum(axis=0) - d) + d * (b.sum(axis=0) - b)
    contributions = (crossed / (seeds - 1) - value).mean(axis=2).T
    return Estimate(float(value.mean()), contributions)


def total_variance(y: Float[ndarray, "S R K"]) -> Estimate:
    """Variance of the outcome over points, cases and seeds, without bias by the number of seeds."""
    squares = ((y - y.mean()) ** 2).mean(axis=2).T
    between = y.mean(axis=(1, 2)).var(ddof=1)
    return Estimate(float(squares.mean() + between / len(y)), squares)


def ratio(part: Estimate, total: Estimate) -> Share:
    """The share of a part, with Student's interval, degrees of freedom by Satterthwaite."""
    from scipy.special import stdtr, stdtrit

    value = part.value / total.value
    table = (part.contributions - value * total.contributions) / total.value
    variance, freedom = variance_of_mean(table)
    half = float(stdtrit(freedom, (1 + LEVEL) / 2) * np.sqrt(variance)) if variance else 0.0
    low, high = (min(max(limit, 0.0), 1.0) for limit in (value - half, value + half))
    by_luck = stdtr(freedom, -value / np.sqrt(variance)) if variance else value <= 0
    return Share(value, low, high, float(by_luck))


def variance_of_mean(table: Float[ndarray, "R S"]) -> tuple[float, float]:
    """Of the mean over points and seeds, and its degrees of freedom by Satterthwaite."""
    rows, seeds = table.shape
    by_row, by_seed = table.mean(axis=1), table.mean(axis=0)
    rest = table - by_row[:, None] - by_seed + table.mean()
    of_rest = float(np.sum(rest**2)) / ((rows - 1) * (seeds - 1)) / (rows * seeds)
    of_rows = float(by_row.var(ddof=1)) / rows
    of_seeds = max(float(by_seed.var(ddof=1)) / seeds - of_rest, 0.0)
    variance = of_rows + of_seeds
    if not variance:
        return 0.0, float(rows - 1)
    return variance, variance**2 / (of_rows**2 / (rows - 1) + of_seeds**2 / (seeds - 1))
