"""Which mode a sample belongs to, what share each mode gets, and which are covered: one rule.

The array library is the one that the arrays belong to, so that the compiled evaluation, the verdict
and the pictures all decide by the same lines. Hence no shape depends on the data.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.mixture import Mixture

LARGEST = 1e12
"""A coordinate beyond this counts as not finite: its square would leave float32 behind."""
HIGH_QUALITY_DISTANCE = 3.0
"""Mahalanobis distance within which a sample is high-quality (PacGAN, VEEGAN)."""
COVERED_FRACTION = 1 / 5
"""A mode is covered if its high-quality share is at least this fraction of its weight."""
SLACK = 1e-5
"""By so much of the threshold a share may fall short of it, so that exactly a fifth of the weight
is covered in float32 as in float64."""
ENOUGH, TOO_MUCH = 0.7, 1.4
"""Share over weight from which a covered mode is well served, and from which it gets too much."""
SERVED = {
    "missing": "missing",
    "few": "too few",
    "right": "as many as it should",
    "many": "too many",
}
"""How a mode is served, from nothing to too much, and the words for it."""


class Nearness(NamedTuple):
    """Where `N` samples lie beside `K` modes; rows are modes, so that sums run along memory.

    Where the modes are chains, it is told of their beads.
    """

    inside: Any
    """`[N]`: finite, as far as counts here."""
    dx: Any
    dy: Any
    """`[K, N]`: offsets from the modes' centres, of samples that are not inside as if at 0."""
    squared: Any
    """`[K, N]`: squared Mahalanobis distances."""
    belongs: Any
    """`[K, N]`: whether the mode is the sample's nearest; one that is not inside has none."""
    good: Any
    """`[K, N]`: whether, besides, it is a high-quality sample of that mode."""


def nearness(samples: Any, means: Any, whitening: Any) -> Nearness:
    """Place `samples [N, 2]` beside modes of `means [K, 2]` and `whitening [K, 2, 2]`."""
    xp = samples.__array_namespace__()
    inside = xp.all(xp.abs(samples) <= LARGEST, axis=1)
    finite = xp.where(inside[:, None], samples, xp.zeros_like(samples))
    dx = finite[:, 0][None, :] - means[:, 0][:, None]
    dy = finite[:, 1][None, :] - means[:, 1][:, None]
    along = whitening[:, 0, 0][:, None] * dx
    across = whitening[:, 1, 0][:, None] * dx + whitening[:, 1, 1][:, None] * dy
    squared = along * along + across * across
    nearest = xp.argmin(squared, axis=0)
    belongs = (xp.arange(means.shape[0])[:, None] == nearest[None, :]) & inside[None, :]
    good = belongs & (squared <= HIGH_QUALITY_DISTANCE**2)
    return Nearness(inside, dx, dy, squared, belongs, good)


def by_mode(counts: Any, owner: Any) -> Any:
    """Counts of modes, `[K]`, from those of Gaussians, `[M]`; the same where the modes are these.

    `owner [K, M]` says whose each bead is; None where there are no beads.
    """
    if owner is None:
        return counts
    xp = counts.__array_namespace__()
    return xp.sum(xp.where(owner, counts[None, :], xp.zeros_like(counts)[None, :]), axis=1)


def is_covered(counts: Any, weights: Any, total: int = 1) -> Any:
    """Which modes are covered: by `counts` high-quality samples of `total`, or by shares of 1.

    Shapes are those that `counts` and `weights` have together; `K` is the last axis of both.
    """
    return counts >= weights * (COVERED_FRACTION * total * (1 - SLACK))


def mode_distance(shares: Any, weights: Any, high_quality: Any) -> Any:
    """Total variation between shares and weights, `[..., K]`, off-mode samples included."""
    xp = shares.__array_namespace__()
    return (xp.sum(xp.abs(shares - weights), axis=-1) + (1 - high_quality)) / 2


def mode_shares(samples: Float[ndarray, "*F N 2"], mixture: Mixture) -> Float[ndarray, "*F K"]:
    """High-quality share of every mode among `N` samples, of each of `F` sets; of no samples, 0."""
    *sets, count, _ = samples.shape
    points = samples.reshape(-1, 2).astype(np.float64)
    gaussians = mixture.gaussians
    good = nearness(points, gaussians.means, gaussians.whitening).good
    counts = good.reshape(gaussians.modes, *sets, count).sum(axis=-1)
    if mixture.owner is not None:
        counts = np.tensordot(mixture.owner, counts, axes=1)
    return np.moveaxis(counts, 0, -1) / max(count, 1)


def how_served(shares: Float[ndarray, "*F K"], weights: Float[ndarray, " K"]) -> ndarray:
    """The place in `SERVED` of how each mode is served, `[*F, K]`."""
    bounds = (is_covered(shares, weights), shares >= weights * ENOUGH, shares >= weights * TOO_MUCH)
    return np.sum(bounds, axis=0)
