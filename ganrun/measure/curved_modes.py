"""Which modes that are chains of beads a set of samples recovers.

A curve has no one place and no one width, so the rule for Gaussians (`measure.modes`) does not fit.
It is asked instead, of a mode that is cut into eight stretches of as many beads:

- is it fitted? Of the components, those that lie on the mode by half or more hold a fifth of its
  weight together;
- is it all there? Stretches with three quarters of its weight have a fifth of their samples each,
  within distance 3 of their beads;
- does it stand out? Within distance 2 of its beads the samples are denser than on a moat around it,
  at distance 3 to 5 where no other mode is nearer: 1.6 times by 1.3 standard errors on the whole
  (the limits of `measure.contrast`), and 1.6 times on each stretch that counts as there.

So a half of a mode is none, nor is a thread that crosses it, nor a haze that lies over everything.
What the rule cannot see: whether the samples on a mode are as wide as it is, since a line along a
curve has its share of every stretch; where all modes are so close that no moat is left between
them, and the samples outside of them are few, whether they stand out. `benchmarks.battery` counts
how often it is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from ganrun.measure.contrast import LEAST_CONTRAST, STANDARD_ERRORS
from ganrun.measure.coverage import COVERED_FRACTION, HIGH_QUALITY_DISTANCE
from ganrun.measure.fitting import Components
from ganrun.mixture import Mixture

STRETCHES = 8
LEAST_EXTENT = 3 / 4
"""Of a mode's weight, so much lies in stretches that are there."""
MOST_OUTSIDE = 1 / 2
"""A component of which more lies elsewhere does not belong to a mode."""
INSIDE = 2.0
"""Distance from a bead within which samples are on the mode..."""
MOAT = (3.0, 5.0)
"""...and between which they are around it."""
LEAST_MOAT = 1 / 4
"""Of the area inside: a stretch with a smaller moat is hemmed in, and not compared with it."""
LATTICE = 0.4
"""Way between the points by which areas are measured, in std of a bead."""
AT_ONCE = 4000

_UNIT = np.random.default_rng(20140610).standard_normal((64, 2))
"""A component is looked at by so many of its points."""


@dataclass(frozen=True, eq=False)
class Around:
    """How much there is of each stretch of each mode, inside and on the moat, `[K, 8]` each.

    Of samples it is a number, of the plane an area.
    """

    good: Float[ndarray, "K 8"]
    inside: Float[ndarray, "K 8"]
    moat: Float[ndarray, "K 8"]


def recovered_chains(
    components: Components, samples: Float[ndarray, "N 2"], mixture: Mixture
) -> tuple[int, ...]:
    """The modes that are fitted, all there and stand out, by the rule at the head of this file.

    The components must be fitted to these samples; what is not finite lies on no mode.
    """
    finite = samples[np.isfinite(samples).all(axis=1)]
    found, area = _around(finite, mixture), _areas(mixture)
    is_there = _is_there(found, area, mixture, len(samples))
    extent = is_there.mean(axis=1)
    fitted = _fitted_weight(components, mixture) >= COVERED_FRACTION * mixture.weights
    whole = fitted & (extent >= LEAST_EXTENT) & (_surplus(found, area) >= STANDARD_ERRORS)
    return tuple(int(mode) for mode in np.flatnonzero(whole))


def _is_there(found: Around, area: Around, mixture: Mixture, count: int) -> Bool[ndarray, "K 8"]:
    enough = found.good >= COVERED_FRACTION * count * mixture.weights[:, None] / STRETCHES
    hemmed_in = area.moat < LEAST_MOAT * area.inside
    denser = found.inside * area.moat >= LEAST_CONTRAST * found.moat * area.inside
    return enough & (denser | hemmed_in)


def _surplus(found: Around, area: Around) -> Float[ndarray, " K"]:
    """By how many standard errors the inside of a mode exceeds what it must, as in `contrast`."""
    inside, moat = found.inside.sum(axis=1), found.moat.sum(axis=1)
    wide, narrow = area.inside.sum(axis=1), area.moat.sum(axis=1)
    ratio = LEAST_CONTRAST * wide / np.maximum(narrow, LEAST_MOAT * wide)
    roots = np.sqrt(inside + 3 / 8) - np.sqrt(ratio * (moat + 3 / 8))
    return np.asarray(2 * roots / np.sqrt(1 + ratio))


def _fitted_weight(components: Components, mixture: Mixture) -> Float[ndarray, " K"]:
    """The weight of the components that lie on each mode by half or more."""
    if components.size == 0:
        return np.zeros(mixture.modes)
    shape = np.linalg.cholesky(components.covariances)
    points = components.means[:, None] + np.einsum("cij,pj->cpi", shape, _UNIT)
    ways = np.concatenate(
        [mixture.mahalanobis(some) for some in np.array_split(points.reshape(-1, 2), 8)]
    )
    nearest = ways.argmin(axis=1)[:, None] == np.arange(mixture.modes)
    on = nearest & (ways <= HIGH_QUALITY_DISTANCE)
    share = on.reshape(components.size, len(_UNIT), -1).mean(axis=1)
    return np.asarray(components.weights @ (share >= 1 - MOST_OUTSIDE))


def _around(points: Float[ndarray, "N 2"], mixture: Mixture) -> Around:
    """How many points lie on the stretches of each mode, and around them."""
    beads, stretch = mixture.gaussians, _stretch_of_bead(mixture)
    total = np.zeros((3, mixture.modes * STRETCHES))
    for start in range(0, len(points), AT_ONCE):
        with np.errstate(over="ignore", invalid="ignore"):  # samples may be huge
            ways = beads.mahalanobis(points[start : start + AT_ONCE])
        at, way = stretch[ways.argmin(axis=1)], ways.min(axis=1)
        for row, chosen in enumerate(
            (way <= HIGH_QUALITY_DISTANCE, way <= INSIDE, (way > MOAT[0]) & (way <= MOAT[1]))
        ):
            total[row] += np.bincount(at[chosen], minlength=total.shape[1])
    return Around(*total.reshape(3, mixture.modes, STRETCHES))


@lru_cache(maxsize=4)
def _areas(mixture: Mixture) -> Around:
    """The areas of the same, in points of a lattice."""
    means = mixture.gaussians.means
    std = float(np.sqrt(np.linalg.eigvalsh(mixture.gaussians.covariances).min()))
    reach = (MOAT[1] + LATTICE) * std
    low, high = means.min(axis=0) - reach, means.max(axis=0) + reach
    x, y = (np.arange(low[axis], high[axis], LATTICE * std) for axis in (0, 1))
    lattice = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return _around(lattice, mixture)


def _stretch_of_bead(mixture: Mixture) -> Int[ndarray, " M"]:
    """The stretch of each bead, of all stretches of all modes."""
    assert mixture.mode_of is not None
    lengths = np.bincount(mixture.mode_of)
    along = np.concatenate([np.arange(length) * STRETCHES // length for length in lengths])
    return mixture.mode_of * STRETCHES + along
