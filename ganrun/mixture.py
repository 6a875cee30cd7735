"""The target's truth in NumPy: means, covariances and weights of every layout. No JAX here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from ganrun.chains import CHAINS, Beads, bead_std
from ganrun.config.curved_targets import Curved
from ganrun.config.encoded_points import unpacked
from ganrun.config.outside_layouts import OutsideTarget
from ganrun.config.points_target import Points
from ganrun.config.targets import Custom, Grid, Line, Random, Ring, Spiral, Target

DARTS_PER_MODE = 500
"""Random layout: places drawn for a mode; if none is free, the whole layout is begun again.

As many are drawn whichever is free, so another number here would move every layout's modes."""
RESTARTS = 20
"""Random layout: how often it is begun again before giving up."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of `K` modes in the plane, in float64; the weights sum to 1.

    A mode is a Gaussian, or a chain of small ones, its beads. Of a chain, mean and covariance are
    those of the bead in its middle.
    """

    means: Float[ndarray, "K 2"]
    covariances: Float[ndarray, "K 2 2"]
    weights: Float[ndarray, " K"]
    beads: Mixture | None = None
    """The `M` beads of all modes, mode by mode; None where the modes are Gaussians."""
    mode_of: Int[ndarray, " M"] | None = None
    """The mode that each bead belongs to."""

    @property
    def gaussians(self) -> Mixture:
        """The Gaussians that it is made of: the modes, or their beads."""
        return self if self.beads is None else self.beads

    @cached_property
    def owner(self) -> Bool[ndarray, "K M"] | None:
        """Whether a bead belongs to a mode; None where the modes are Gaussians."""
        if self.mode_of is None:
            return None
        owner: Bool[ndarray, "K M"] = np.arange(self.modes)[:, None] == self.mode_of
        return owner

    @cached_property
    def _starts(self) -> Int[ndarray, " K"]:
        """The first bead of each mode."""
        assert self.mode_of is not None
        return np.searchsorted(self.mode_of, np.arange(self.modes))

    @property
    def modes(self) -> int:
        """How many modes there are: `K`."""
        return len(self.means)

    @cached_property
    def cholesky(self) -> Float[ndarray, "K 2 2"]:
        """Lower-triangular `L_k` with `L_k L_k^T = S_k`: gives a standard normal a mode's shape."""
        return np.linalg.cholesky(self.covariances)

    @cached_property
    def whitening(self) -> Float[ndarray, "K 2 2"]:
        """Lower-triangular `L_k^-1`; `|L_k^-1 (x - mu_k)|` is the distance of `x` to mode `k`."""
        (a, b, c) = (self.cholesky[:, 0, 0], self.cholesky[:, 1, 0], self.cholesky[:, 1, 1])
        whitening = np.zeros_like(self.cholesky)
        whitening[:, 0, 0] = 1 / a
        whitening[:, 1, 0] = -b / (a * c)
        whitening[:, 1, 1] = 1 / c
        return whitening

    @cached_property
    def apart(self) -> Float[ndarray, "K K"]:
        """How far apart any two modes are, in std of both: by the mean of their covariances.

        Of chains it is the way between the two beads that are nearest.
        """
        if self.beads is not None:
            across = np.minimum.reduceat(self.beads.apart, self._starts, axis=0)
            return np.minimum.reduceat(across, self._starts, axis=1)
        offset = self.means[:, None] - self.means
        inverse = np.linalg.inv((self.covariances[:, None] + self.covariances) / 2)
        return np.sqrt(np.einsum("ija,ijab,ijb->ij", offset, inverse, offset))

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """A square window `(x_min, x_max, y_min, y_max)` around the modes, with room to stray."""
        means = self.gaussians.means
        lowest, highest = means.min(axis=0), means.max(axis=0)
        centre = (lowest + highest) / 2
        half_range = float((highest - lowest).max()) / 2
        widest = math.sqrt(float(np.linalg.eigvalsh(self.gaussians.covariances).max()))
        half = 1.35 * half_range + 6 * widest
        x, y = float(centre[0]), float(centre[1])
        return (x - half, x + half, y - half, y + half)

    def sample(
        self, n: int, rng: np.random.Generator
    ) -> tuple[Float[ndarray, "N 2"], Int[ndarray, " N"]]:
        """Draw `n` points and the mode that each came from."""
        if self.beads is not None and self.mode_of is not None:
            points, which = self.beads.sample(n, rng)
            return points, self.mode_of[which]
        labels = rng.choice(self.modes, size=n, p=self.weights)
        noise = rng.standard_normal((n, 2))
        points = self.means[labels] + np.einsum("nij,nj->ni", self.cholesky[labels], noise)
        return points, labels

    def mahalanobis(self, x: Float[ndarray, "N 2"]) -> Float[ndarray, "N K"]:
        """Mahalanobis distance of every point to every mode; NaN for NaN points.

        The way to a chain is that to its nearest bead.
        """
        if self.beads is not None:
            return np.minimum.reduceat(self.beads.mahalanobis(x), self._starts, axis=1)
        offset = x[:, None, :] - self.means
        along = offset[..., 0] * self.whitening[:, 0, 0]
        across = offset[..., 0] * self.whitening[:, 1, 0] + offset[..., 1] * self.whitening[:, 1, 1]
        return np.hypot(along, across)


def mixture_of(target: Target) -> Mixture:
    """The mixture that a config's `target` section describes, whatever its layout.

    Raises `ValueError`, with a message for people, if a random layout does not fit in its square,
    or a file of points has not been read.
    """
    if isinstance(target, Points) and target.means is None:
        raise ValueError("target: the file of its points is read where a config is loaded")
    if isinstance(target, Curved):
        return _of_chains(target)
    placed = LAYOUTS.get(target.layout, from_outside)
    means = np.asarray(placed(target), dtype=np.float64)
    fields = dict(target)
    given = fields.get("weights")
    weights = np.ones(len(means)) if given is None else np.asarray(given, float)
    covariances = _covariances(fields, len(means))
    return Mixture(means, covariances, weights / weights.sum())


def _of_chains(target: Curved) -> Mixture:
    chains = CHAINS[target.layout](target)
    lengths = np.array([len(chain) for chain in chains])
    mode_of = np.repeat(np.arange(len(chains)), lengths)
    weights = np.array(target.shares)
    covariance = bead_std(target) ** 2 * np.eye(2)
    beads = Mixture(
        np.concatenate(chains),
        np.tile(covariance, (len(mode_of), 1, 1)),
        (weights / lengths)[mode_of],
    )
    middles = np.array([chain[len(chain) // 2] for chain in chains])
    return Mixture(
        middles, np.tile(covariance, (len(chains), 1, 1)), weights, beads=beads, mode_of=mode_of
    )


def ring(target: Ring) -> Float[ndarray, "K 2"]:
    """`K` modes on a circle at angles `2 pi k / K`, so that the last never falls on the first."""
    angles = 2 * np.pi * np.arange(target.modes) / target.modes
    return target.radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid(target: Grid) -> Float[ndarray, "K 2"]:
    """`rows` x `columns` modes, `spacing` apart, centred; row by row from the lowest."""
    rows = target.spacing * (np.arange(target.rows) - (target.rows - 1) / 2)
    columns = target.spacing * (np.arange(target.columns) - (target.columns - 1) / 2)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], axis=1)


def line(target: Line) -> Float[ndarray, "K 2"]:
    """`K` modes along the x axis, `length` from first to last, centred; a lone one at 0."""
    x = np.linspace(-target.length / 2, target.length / 2, target.modes)
    if target.modes == 1:
        x = np.zeros(1)
    return np.stack([x, np.zeros_like(x)], axis=1)


def spiral(target: Spiral) -> Float[ndarray, "K 2"]:
    """`K` modes along an Archimedean spiral that reaches `radius` after `turns` turns.

    The arm's length grows as the square of the angle, hence the square root: so the modes lie
    about evenly along the arm.
    """
    fraction = np.sqrt((np.arange(target.modes) + 1) / target.modes)
    angles = 2 * np.pi * target.turns * fraction
    distance = target.radius * fraction
    return np.stack([distance * np.cos(angles), distance * np.sin(angles)], axis=1)


def random(target: Random) -> Float[ndarray, "K 2"]:
    """`K` modes uniform in the square of half-width `radius`, no two closer than `least_distance`.

    Places are drawn one after another from the target's own seed; one that is too close to an
    earlier one is drawn again. Raises `ValueError` if the modes do not fit.
    """
    rng = np.random.Generator(np.random.PCG64(target.seed))
    for _ in range(RESTARTS):
        means = _throw_darts(target.modes, target.radius, target.least_distance, rng)
        if means is not None:
            return means
    raise ValueError(
        f"target: cannot place {target.modes} modes at least {target.least_distance:g} apart "
        f"in a square of half-width {target.radius:g}; use fewer modes, a smaller least_distance "
        "or a larger radius"
    )


def given_points(target: Target) -> Float[ndarray, "N 2"] | None:
    """The points that real batches are drawn from; None where they are fresh draws."""
    if not target.drawn_points or not isinstance(target, Points) or target.points is None:
        return None
    points: Float[ndarray, "N 2"] = unpacked(target.points)
    return points


def custom(target: Custom | Points) -> Float[ndarray, "K 2"]:
    """The means as the config lists them."""
    return np.asarray(target.means, dtype=np.float64)


def from_outside(target: OutsideTarget) -> Float[ndarray, "K 2"]:
    """The means where a layout from outside has placed them already."""
    return np.asarray(target.means, dtype=np.float64)


LAYOUTS: Mapping[str, Callable[..., Float[ndarray, "K 2"] | Beads]] = {
    "ring": ring,
    "grid": grid,
    "line": line,
    "spiral": spiral,
    "random": random,
    "custom": custom,
    "points": custom,
    **CHAINS,
}
"""Layout name -> the means of its modes, where they are Gaussians; those of the others are chains
(`ganrun.chains`). Together the names are those that `ganrun.config` declares."""


def _throw_darts(
    modes: int, half_width: float, least_distance: float, rng: np.random.Generator
) -> Float[ndarray, "K 2"] | None:
    means = np.empty((modes, 2))
    for k in range(modes):
        darts = half_width * (2 * rng.random((DARTS_PER_MODE, 2)) - 1)
        gaps = np.linalg.norm(darts[:, None, :] - means[:k], axis=2)
        free = np.flatnonzero((gaps >= least_distance).all(axis=1))
        if free.size == 0:
            return None
        means[k] = darts[free[0]]
    return means


def _covariances(fields: Mapping[str, Any], modes: int) -> Float[ndarray, "K 2 2"]:
    """From a layout's `covariances`, one per mode, else its `stds`, else the `std` of all."""
    if fields.get("covariances") is not None:
        return np.asarray(fields["covariances"], dtype=np.float64)
    if fields.get("stds") is not None:
        return np.asarray(fields["stds"], dtype=np.float64)[:, None, None] ** 2 * np.eye(2)
    return np.tile(fields["std"] ** 2 * np.eye(2), (modes, 1, 1))
