"""The columns of `metrics.csv` that come from samples, written once for NumPy and compiled JAX.

The array library is the one that the samples belong to (`samples.__array_namespace__()`), so the
same lines measure perfect samples in NumPy float64 and run inside the compiled training program on
float32 tracers, under `vmap`. Hence no shape depends on the data, and nothing is larger than
`[K, N]`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ganrun.measure.coverage import Nearness, by_mode, is_covered, mode_distance, nearness


@dataclass(frozen=True, eq=False)
class Measured:
    """What the metrics of `N` samples beside `K` modes share, computed once."""

    xp: Any
    """The array library."""
    near: Nearness
    whitening: Any
    densities: Any
    """`[M, 2, 2]` and `[M]`: inverse Cholesky factors and weights of modes, or of their beads."""
    chains: bool
    """Whether modes are chains of beads."""
    weights: Any
    """`[K]`: the modes' weights."""
    members: Any
    """`[K]`: samples by nearest mode."""
    counts: Any
    """`[K]`: high-quality samples."""
    shares: Any
    """`[K]`: the same over `N`."""
    covered: Any
    """`[K]`, bool."""

    @cached_property
    def high_quality(self) -> Any:
        """Share of high-quality samples."""
        return self.xp.sum(self.counts) / self.near.inside.shape[0]

    @cached_property
    def by_nearest(self) -> tuple[Any, Any, Any]:
        """`[K]` each: shares of all samples by nearest mode, plain, smoothed, and half weights."""
        xp, members = self.xp, self.members
        total = xp.sum(members)
        p = members / xp.where(total > 0, total, math.nan)
        smoothed = (members + 0.5) / (xp.where(total > 0, total, math.nan) + members.shape[0] / 2)
        return p, smoothed, (p + self.weights) / 2


def evaluate_samples(
    samples: Any, means: Any, whitening: Any, weights: Any, owner: Any = None
) -> dict[str, Any]:
    """Measure generator samples against the modes they should cover.

    Args:
        samples: `[N, 2]`, NumPy or JAX; all arrays must be of one library and one float type.
        means: `[K, 2]`, the modes' centres.
        whitening: `[K, 2, 2]`, lower-triangular inverse Cholesky factors (`Mixture.whitening`).
        weights: `[K]`, positive, summing to 1.
        owner: of modes that are chains of beads, whether a bead belongs to a mode, `[K, M]`; the
            other arrays are then the beads', `[M]`. `spread` is NaN: a curve has no one width.

    Returns:
        Every name in `METRICS` as a scalar (counts as integers), and per mode `shares [K]`
        (high-quality share) and `covered [K]` (bool). A sample belongs to the mode of least
        Mahalanobis distance and is high-quality within 3. Samples that are not finite, or beyond
        1e12, belong to no mode and make `nll` infinite; if there are no others, the divergences
        are NaN. `spread` is NaN if no mode is covered.
    """
    xp = samples.__array_namespace__()
    near = nearness(samples, means, whitening)
    members = by_mode(xp.sum(near.belongs, axis=1).astype(samples.dtype), owner)
    counts = by_mode(xp.sum(near.good, axis=1).astype(samples.dtype), owner)
    shares = counts / samples.shape[0]
    of_modes = by_mode(weights, owner)
    covered = is_covered(counts, of_modes, samples.shape[0])
    measured = Measured(
        xp,
        near,
        whitening,
        weights,
        owner is not None,
        of_modes,
        members,
        counts,
        shares,
        covered,
    )
    metrics = {name: metric(measured) for name, metric in METRICS.items()}
    return metrics | {"shares": shares, "covered": covered}


def modes_captured(measured: Measured) -> Any:
    """Modes with a high-quality sample."""
    return measured.xp.sum(measured.counts > 0)


def modes_covered(measured: Measured) -> Any:
    """Modes that are covered."""
    return measured.xp.sum(measured.covered)


def reverse_kl(measured: Measured) -> Any:
    """`sum p log(p / w)`, in nats, of the shares of all samples by nearest mode."""
    return _relative_entropy(measured.xp, measured.by_nearest[0], measured.weights)


def kl(measured: Measured) -> Any:
    """`sum w log(w / p)`, in nats, of smoothed shares: `(n_k + 1/2) / (N + K/2)`."""
    weights, smoothed = measured.weights, measured.by_nearest[1]
    return measured.xp.sum(weights * measured.xp.log(weights / smoothed))


def js(measured: Measured) -> Any:
    """Jensen-Shannon divergence between shares by nearest mode and weights, in nats."""
    p, _, middle = measured.by_nearest
    there = _relative_entropy(measured.xp, p, middle)
    return (there + _relative_entropy(measured.xp, measured.weights, middle)) / 2


def mode_tv(measured: Measured) -> Any:
    """Total variation between high-quality shares and weights, off-mode samples included."""
    return mode_distance(measured.shares, measured.weights, measured.high_quality)


def spread(measured: Measured) -> Any:
    """Median over covered modes of the variance of their samples over their own."""
    if measured.chains:
        return measured.xp.full_like(measured.high_quality, math.nan)
    return _median_where(measured.xp, _relative_variance(measured), measured.covered)


def _relative_entropy(xp: Any, p: Any, q: Any) -> Any:
    """`sum p log(p / q)` with `0 log 0 = 0`; NaN where `p` is NaN."""
    empty = p == 0
    return xp.sum(p * xp.log(xp.where(empty, xp.ones_like(p), p / q)))


def _relative_variance(measured: Measured) -> Any:
    """Per mode, trace of its high-quality samples' covariance (divisor n - 1) over the true trace.

    Offsets are taken from the mode's own mean, so that float32 loses nothing; the variance of a
    single sample is 0.
    """
    xp, counts, whitening = measured.xp, measured.counts, measured.whitening
    good, dx, dy = measured.near.good, measured.near.dx, measured.near.dy
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


def nll(measured: Measured) -> Any:
    """Mean negative log density under the mixture, in nats; infinite if any is not finite."""
    xp, near, weights, whitening = (
        measured.xp,
        measured.near,
        measured.densities,
        measured.whitening,
    )
    log_peak = (
        xp.log(weights) + xp.log(whitening[:, 0, 0] * whitening[:, 1, 1]) - math.log(2 * math.pi)
    )
    terms = log_peak[:, None] - near.squared / 2
    largest = xp.max(terms, axis=0)
    log_density = largest + xp.log(xp.sum(xp.exp(terms - largest[None, :]), axis=0))
    return xp.where(xp.all(near.inside), -xp.mean(log_density), math.inf)


METRICS: Mapping[str, Callable[[Measured], Any]] = {
    "high_quality": lambda measured: measured.high_quality,
    "modes_captured": modes_captured,
    "modes_covered": modes_covered,
    "reverse_kl": reverse_kl,
    "kl": kl,
    "js": js,
    "mode_tv": mode_tv,
    "spread": spread,
    "nll": nll,
}
"""The implementations of `ganrun.config`'s metrics of an evaluation, under the same names."""
