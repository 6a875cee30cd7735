"""The sliced 2-Wasserstein distance between two sets of as many points."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

DIRECTIONS = 64
"""Directions of projection, evenly over the half circle: fixed, so that the number is too."""


def project(points: Float[ndarray, "N 2"]) -> Float[ndarray, "D N"]:
    """The points' sorted coordinates along every direction: all that the distance needs to know."""
    angles = np.pi * (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS
    x, y = np.asarray(points, dtype=np.float64).T
    # Sums of products, not a matrix product, whose bits could depend on the number of threads.
    along = np.cos(angles)[:, None] * x + np.sin(angles)[:, None] * y
    return np.sort(along, axis=1)


def sliced_wasserstein(a: Float[ndarray, "D A"], b: Float[ndarray, "D B"]) -> float:
    """Sliced 2-Wasserstein distance of two projected point sets, in plane units.

    The root of the mean, over directions, of the squared 2-Wasserstein distance of the projections,
    which for as many points on a line is the mean squared difference in sorted order (Bonneel et
    al. 2015, section 3.1; Kolouri et al. 2018). NaN or infinite if a point is not finite.

    Raises `ValueError` if the two are not equally many.
    """
    if a.shape != b.shape:
        raise ValueError(f"equally many points are needed, not {a.shape[1]} and {b.shape[1]}")
    return float(np.sqrt(np.mean((a - b) ** 2)))
