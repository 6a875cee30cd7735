"""The target as arrays on the device: drawing real points from a mixture inside compiled code."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from ganrun.mixture import Mixture


class Target(NamedTuple):
    """A mixture of `M` Gaussians in float32; traced, so that members may differ in all of it.

    They are the modes, or the beads of modes that are chains.
    """

    means: Float[Array, "M 2"]
    cholesky: Float[Array, "M 2 2"]
    whitening: Float[Array, "M 2 2"]
    """Inverse Cholesky factors: they turn an offset into Mahalanobis coordinates."""
    weights: Float[Array, " M"]
    keep: Float[Array, " M"]
    """Walker's alias table: having drawn one of them, k, keep it with probability `keep[k]`..."""
    alias: Int[Array, " M"]
    """...and take `alias[k]` otherwise."""
    extent: Float[Array, " 4"]
    """The window (x_min, x_max, y_min, y_max) on which the discriminator's field is drawn."""
    points: Float[Array, "N 2"] | None = None
    """Points that are given, if real ones are drawn from them and not from the mixture."""
    owner: Bool[Array, "K M"] | None = None
    """Whether a bead belongs to a mode; None where the modes are the Gaussians."""


def target_of(mixture: Mixture, points: Float[np.ndarray, "N 2"] | None = None) -> Target:
    """The mixture's truth as float32 arrays (still in NumPy: nothing is put on a device here).

    `points` are those that real ones are drawn from; None: from the mixture.
    """
    gaussians = mixture.gaussians
    keep, alias = alias_table(gaussians.weights)
    arrays: dict[str, Any] = {
        "means": gaussians.means,
        "cholesky": gaussians.cholesky,
        "whitening": gaussians.whitening,
        "weights": gaussians.weights,
        "keep": keep,
        "extent": np.array(mixture.extent),
    }
    return Target(
        **{name: array.astype(np.float32) for name, array in arrays.items()},
        alias=cast(Any, alias),
        owner=cast(Any, mixture.owner),
        points=cast(Any, points),
    )


def alias_table(
    weights: Float[np.ndarray, " K"],
) -> tuple[Float[np.ndarray, " K"], Int[np.ndarray, " K"]]:
    """Walker's alias table of a discrete distribution (Vose 1991): one look-up draws from it."""
    count = len(weights)
    scaled = np.asarray(weights, np.float64) * count / np.sum(weights)
    keep, alias = np.ones(count), np.arange(count)
    small = [k for k in range(count) if scaled[k] < 1]
    large = [k for k in range(count) if scaled[k] >= 1]
    while small and large:
        poor, rich = small.pop(), large.pop()
        keep[poor], alias[poor] = scaled[poor], rich
        scaled[rich] -= 1 - scaled[poor]
        (small if scaled[rich] < 1 else large).append(rich)
    return keep.astype(np.float32), alias.astype(np.int32)


def sample_target(key: PRNGKeyArray, target: Target, count: int) -> Float[Array, "N 2"]:
    """Draw `count` real points: a mode by its weight, then a point of that mode's Gaussian.

    Where points are given, draw from them, with replacement.
    """
    if target.points is not None:
        return target.points[jax.random.randint(key, (count,), 0, len(target.points))]
    mode_key, noise_key = jax.random.split(key)
    modes = target.keep.shape[0]
    scaled = jax.random.uniform(mode_key, (count,)) * modes
    first = jnp.minimum(scaled.astype(jnp.int32), modes - 1)
    left = scaled - first.astype(jnp.float32)
    mode = jnp.where(left < target.keep[first], first, target.alias[first])
    x, y = jax.random.normal(noise_key, (2, count))
    (a, b, c) = (target.cholesky[mode, i, j] for i, j in ((0, 0), (1, 0), (1, 1)))
    return target.means[mode] + jnp.stack([a * x, b * x + c * y], axis=-1)
