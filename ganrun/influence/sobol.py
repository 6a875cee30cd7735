"""Sobol designs where a surrogate does not fit: indices by the scheme's own estimators.

The indices are those of the expected outcome at a point, as shares of the outcome's whole variance
over points *and* seeds: so luck has a share too, and they compare with a factorial design's. What
the plain estimators make of luck (Jansen's total index takes all of it for influence) is removed by
multiplying different seeds only.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.influence.crossed import Estimate, cross_product, ratio, total_variance
from ganrun.influence.replicates import NoShares
from ganrun.influence.share_intervals import Share


def sobol_shares(
    y: Float[ndarray, "S P K"], factors: int
) -> tuple[list[tuple[Share, Share]], tuple[Share, Share] | None]:
    """First-order and total shares of each factor, and of the cases if there are several.

    Args:
        y: outcome of every seed at every point, in SALib's order of Saltelli's scheme without
            second-order points (`P = N (factors + 2)`), and in every case.
        factors: number of factors, without the cases.

    Raises:
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
    """Saltelli's first-order (2010) and Jansen's total (1999) estimator."""
    over_cases = [part.mean(axis=2, keepdims=True) for part in (a, moved, b)]
    main = cross_product(over_cases[2], over_cases[1] - over_cases[0])
    return main, cross_product((moved - a) / np.sqrt(2), (moved - a) / np.sqrt(2))


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
