"""Sobol designs: first-order and total indices, of the variance over all trials.

The indices are those of the expected outcome at a point, as shares of the outcome's whole variance
over points *and* seeds: so luck has a share too, and they compare with a factorial design's. What
the plain estimators make of luck (Jansen's total index takes all of it for influence) is removed by
multiplying different seeds only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.extras import how_to_install
from ganrun.influence.crossed import Estimate, cross_product, ratio, total_variance
from ganrun.influence.replicates import NoShares
from ganrun.influence.share_intervals import Share

Index = Callable[[ndarray, ndarray, ndarray], ndarray]


class SALibMissing(Exception):
    """SALib is not installed; the message says how to get it."""


def sobol_shares(
    y: Float[ndarray, "S P K"], factors: int
) -> tuple[list[tuple[Share, Share]], tuple[Share, Share] | None]:
    """First-order and total shares of each factor, and of the cases if there are several.

    Args:
        y: outcome of every seed at every point, in SALib's order of Saltelli's scheme without
            second-order points (`P = N (factors + 2)`), and in every case.
        factors: number of factors, without the cases.

    Raises:
        SALibMissing: where it is not installed.
        NoShares: if the outcome is the same at all random points.
        ValueError: if the number of points does not fit the scheme.
    """
    seeds, points, cases = y.shape
    if points % (factors + 2):
        raise ValueError(f"{points} points are no Sobol design of {factors} factors")
    scheme = y.reshape(seeds, points // (factors + 2), factors + 2, cases)
    random_points = np.concatenate([scheme[:, :, 0], scheme[:, :, -1]], axis=1)
    total = total_variance(random_points)
    if total.value == 0:
        raise NoShares("It was the same at all random points, so there is nothing to explain.")
    # Two random points share a row of the scheme; so do their contributions.
    rows = total.contributions.shape[0] // 2
    total = Estimate(total.value, total.contributions.reshape(2, rows, seeds).mean(axis=0))
    scheme = scheme - random_points.mean(axis=(1, 2))[:, None, None, None]
    shares = []
    for i in range(factors):
        a, b, moved = scheme[:, :, 0], scheme[:, :, -1], scheme[:, :, i + 1]
        first, whole = _estimates(a, moved, b)
        shares.append((ratio(first, total), ratio(whole, total)))
    return shares, _case_shares(random_points, total) if cases > 1 else None


def _estimates(
    a: Float[ndarray, "S N K"], moved: Float[ndarray, "S N K"], b: Float[ndarray, "S N K"]
) -> tuple[Estimate, Estimate]:
    """Saltelli's first-order (2010) and Jansen's total (1999) estimator, values by SALib."""
    first_order, total_order = _salib()
    over_cases = [part.mean(axis=2, keepdims=True) for part in (a, moved, b)]
    main = cross_product(over_cases[2], over_cases[1] - over_cases[0])
    whole = cross_product((moved - a) / np.sqrt(2), (moved - a) / np.sqrt(2))
    return (
        Estimate(_between_seeds(first_order, *over_cases), main.contributions),
        Estimate(_between_seeds(total_order, a, moved, b), whole.contributions),
    )


def _between_seeds(
    index: Index,
    a: Float[ndarray, "S N K"],
    moved: Float[ndarray, "S N K"],
    b: Float[ndarray, "S N K"],
) -> float:
    """A part of the variance as SALib has it, less what is of one and the same seed twice."""

    def variance(a: ndarray, moved: ndarray, b: ndarray) -> ndarray:
        both = np.concatenate([a, b])
        constant = np.ptp(both) <= np.finfo(float).eps  # of which SALib would warn
        return np.zeros(1) if constant else index(a, moved, b) * both.var(axis=0)

    seeds = len(a)
    of_mean = variance(*(part.mean(axis=0) for part in (a, moved, b))).mean()
    per_seed = [variance(a[s], moved[s], b[s]).mean() for s in range(seeds)]
    return float((seeds * of_mean - np.mean(per_seed)) / (seeds - 1))


def _case_shares(y: Float[ndarray, "S R K"], total: Estimate) -> tuple[Share, Share]:
    """The cases' own share, and with their interactions, from the random points of a scheme."""
    from_mean = y - y.mean(axis=2, keepdims=True)
    rows, seeds = total.contributions.shape

    def paired(estimate: Estimate, value: float, slope: float = 1.0) -> Estimate:
        contributions = estimate.contributions.reshape(2, rows, seeds).mean(axis=0)
        return Estimate(value, slope * contributions - (slope - 1) * value)

    everywhere = np.broadcast_to(from_mean.mean(axis=1, keepdims=True), y.shape)
    # A product of two means over points: each point counts in both factors.
    main = cross_product(everywhere, from_mean)
    whole = cross_product(from_mean, from_mean)
    return (
        ratio(paired(main, main.value, 2.0), total),
        ratio(paired(whole, whole.value), total),
    )


def _salib() -> tuple[Index, Index]:
    try:
        from SALib.analyze.sobol import first_order, total_order
    except ImportError:
        raise SALibMissing(
            f"a Sobol design's indices need SALib: {how_to_install('sobol')}"
        ) from None
    return first_order, total_order
