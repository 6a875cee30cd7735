"""The columns of `metrics.csv` that come from samples, written once for NumPy and compiled JAX.

The array library is the one that the samples belong to (`samples.__array_namespace__()`), so the
same lines measure perfect samples in NumPy float64 and run inside the compiled training program on
float32 tracers, under `vmap`. Hence no shape depends on the data, and nothing is larger than
`[K, N]`.
"""

from __future__ import annotations

import math
from typing import Any

LARGEST = 1e12
"""A coordinate beyond this counts as not finite: its square would leave float32 behind."""
HIGH_QUALITY_DISTANCE = 3.0
"""Mahalanobis distance within which a sample is high-quality (PacGAN, VEEGAN)."""
COVERED_FRACTION = 1 / 5
"""A mode is covered if its high-quality share is at least this fraction of its weight."""

METRICS = (
    "high_quality",
    "modes_captured",
    "modes_covered",
    "reverse_kl",
    "kl",
    "js",
    "mode_tv",
    "spread",
    "nll",
)
"""The scalar metrics that `evaluate_samples` returns."""


def evaluate_samples(samples: Any, means: Any, whitening: Any, weights: Any) -> dict[str, Any]:
    """Measure generator samples against the modes they should cover.

    Args:
        samples: `[N, 2]`, NumPy or JAX; all arrays must be of one library and one float type.
        means: `[K, 2]`, the modes' centres.
        whitening: `[K, 2, 2]`, lower-triangular inverse Cholesky factors (`Mixture.whitening`).
        weights: `[K]`, positive, summing to 1.

    Returns:
        Every name in `METRICS` as a scalar (counts as integers), and per mode `shares [K]`
        (high-quality share) and `covered [K]` (bool). A sample belongs to the mode of least
        Mahalanobis distance and is high-quality within 3. Samples that are not finite, or beyond
        1e12, belong to no mode and make `nll` infinite; if there are no others, the divergences
        are NaN. `spread` is NaN if no mode is covered.
    """
    xp = samples.__array_namespace__()
    dtype = samples.dtype
    n, k = samples.shape[0], means.shape[0]
    inside = xp.all(xp.abs(samples) <= LARGEST, axis=1)
    finite = xp.where(inside[:, None], samples, xp.zeros_like(samples))

    # Rows are modes, so that sums over samples run along memory.
    dx = finite[:, 0][None, :] - means[:, 0][:, None]
    dy = finite[:, 1][None, :] - means[:, 1][:, None]
    along = whitening[:, 0, 0][:, None] * dx
    across = whitening[:, 1, 0][:, None] * dx + whitening[:, 1, 1][:, None] * dy
    squared = along * along + across * across
    nearest = xp.argmin(squared, axis=0)
    belongs = (xp.arange(k)[:, None] == nearest[None, :]) & inside[None, :]
    good = belongs & (squared <= HIGH_QUALITY_DISTANCE**2)

    members = xp.sum(belongs, axis=1).astype(dtype)
    counts = xp.sum(good, axis=1).astype(dtype)
    shares = counts / n
    # The slack keeps a share of exactly a fifth of the weight covered, in float32 as in float64.
    covered = counts >= weights * (COVERED_FRACTION * n * (1 - 1e-5))
    high_quality = xp.sum(counts) / n
    return {
        "high_quality": high_quality,
        "modes_captured": xp.sum(counts > 0),
        "modes_covered": xp.sum(covered),
        **_divergences(xp, members, weights),
        "mode_tv": (xp.sum(xp.abs(shares - weights)) + (1 - high_quality)) / 2,
        "spread": _median_where(
            xp, _relative_variance(xp, good, counts, dx, dy, whitening), covered
        ),
        "nll": _negative_log_likelihood(xp, squared, inside, whitening, weights),
        "shares": shares,
        "covered": covered,
    }


def _divergences(xp: Any, members: Any, weights: Any) -> dict[str, Any]:
    """`reverse_kl`, `kl` and `js`, in nats, of the shares of all samples by nearest mode."""
    total = xp.sum(members)
    p = members / xp.where(total > 0, total, math.nan)
    smoothed = (members + 0.5) / (xp.where(total > 0, total, math.nan) + members.shape[0] / 2)
    middle = (p + weights) / 2
    return {
        "reverse_kl": _relative_entropy(xp, p, weights),
        "kl": xp.sum(weights * xp.log(weights / smoothed)),
        "js": (_relative_entropy(xp, p, middle) + _relative_entropy(xp, weights, middle)) / 2,
    }


def _relative_entropy(xp: Any, p: Any, q: Any) -> Any:
    """`sum p log(p / q)` with `0 log 0 = 0`; NaN where `p` is NaN."""
    empty = p == 0
    return xp.sum(p * xp.log(xp.where(empty, xp.ones_like(p), p / q)))


def _relative_variance(xp: Any, good: Any, counts: Any, dx: Any, dy: Any, whitening: Any) -> Any:
    """Per mode, trace of its high-quality samples' covariance (divisor n - 1) over the true trace.

    Offsets are taken from the mode's own mean, so that float32 loses nothing; the variance of a
    single sample is 0.
    """
    zero = xp.zeros_like(dx)
    sum_x = xp.sum(xp.where(good, dx, zero), axis=1)
    sum_y = xp.sum(xp.where(good, dy, zero), axis=1)
    sum_squares = xp.sum(xp.where(good, dx * dx + dy * dy, zero), axis=1)
    one = xp.ones_like(counts)
    scatter = sum_squares - (sum_x * sum_x + sum_y * sum_y) / xp.maximum(counts, one)
    trace = xp.maximum(scatter, xp.zeros_like(scatter)) / xp.maximum(counts - 1, one)
    (a, b, c) = (whitening[:, 0, 0], whitening[:, 1, 0], whitening[:, 1, 1])
    true_trace = (1 + (b / c) ** 2) / a**2 + 1 / c**2
    return trace / true_trace


def _median_where(xp: Any, values: Any, mask: Any) -> Any:
    """Median of the values under the mask; NaN if there are none."""
    ordered = xp.sort(xp.where(mask, values, xp.full_like(values, math.inf)))
    found = xp.sum(mask)
    middle = (ordered[(found - 1) // 2] + ordered[found // 2 % values.shape[0]]) / 2
    return xp.where(found > 0, middle, math.nan)


def _negative_log_likelihood(
    xp: Any, squared: Any, inside: Any, whitening: Any, weights: Any
) -> Any:
    """Mean negative log density under the mixture, in nats; infinite if any is not finite."""
    log_peak = (
        xp.log(weights) + xp.log(whitening[:, 0, 0] * whitening[:, 1, 1]) - math.log(2 * math.pi)
    )
    terms = log_peak[:, None] - squared / 2
    largest = xp.max(terms, axis=0)
    log_density = largest + xp.log(xp.sum(xp.exp(terms - largest[None, :]), axis=0))
    return xp.where(xp.all(inside), -xp.mean(log_density), math.inf)
