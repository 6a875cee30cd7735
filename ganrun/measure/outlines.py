"""The line around a mode at 3 std, for whoever draws it: an ellipse, or around a chain of beads."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from ganrun.measure.coverage import HIGH_QUALITY_DISTANCE
from ganrun.mixture import Mixture

_ANGLES = 2 * np.pi * np.arange(60) / 60
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)
GAP = 1.5
"""Points on a line are less than so many std of a bead apart."""

Loop = Float[ndarray, "P 2"]


def outline_of(mixture: Mixture, mode: int) -> list[Loop]:
    """The closed lines around a chain, where it is at distance 3; a circle has two.

    Of the circles around its beads, what lies in none of the others, from point to nearest point.
    """
    beads, mode_of = mixture.beads, mixture.mode_of
    assert beads is not None
    assert mode_of is not None
    own = mode_of == mode
    means, cholesky, whitening = beads.means[own], beads.cholesky[own], beads.whitening[own]
    rings = means[:, None] + HIGH_QUALITY_DISTANCE * np.einsum("mij,pj->mpi", cholesky, _CIRCLE)
    points = rings.reshape(-1, 2)
    offsets = points[:, None] - means
    ways = np.linalg.norm(np.einsum("mij,nmj->nmi", whitening, offsets), axis=2)
    outside = ways.min(axis=1) >= HIGH_QUALITY_DISTANCE * (1 - 1e-6)
    std = float(np.sqrt(beads.covariances[own][0, 0, 0]))
    return _loops(points[outside], GAP * std)


def _loops(points: Float[ndarray, "N 2"], gap: float) -> list[Loop]:
    """Closed loops through points, from each to the nearest that is left, while one is near."""
    left: Bool[ndarray, " N"] = np.ones(len(points), dtype=bool)
    loops = []
    while left.any():
        walk = _walk(points, left, int(left.argmax()), gap)
        if len(walk) > 2:
            loops.append(points[[*walk, walk[0]]])
    return loops


def _walk(
    points: Float[ndarray, "N 2"], left: Bool[ndarray, " N"], at: int, gap: float
) -> list[int]:
    walk = []
    while True:
        walk.append(at)
        left[at] = False
        others: Int[ndarray, " M"] = np.flatnonzero(left)
        if not len(others):
            return walk
        ways = np.hypot(*(points[others] - points[at]).T)
        if ways.min() > gap:
            return walk
        at = int(others[ways.argmin()])
