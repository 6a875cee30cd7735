"""Precision, recall, density and coverage by nearest neighbours (Naeem et al. 2020)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from ganrun.measure.coverage import LARGEST

NEIGHBOURS = 5
"""k: a point's neighbourhood reaches to its k-th nearest neighbour in its own set."""
NEAREST_TRIED = (4, 16)
"""Neighbourhoods that are tried first in looking for one that holds a point: most are soon held."""
CHUNK = 256
"""Rows of a distance matrix that are looked at together: they fit in a processor's cache."""


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """Finite points, the radius of each one's neighbourhood, and a tree to find them by."""

    points: Float[ndarray, "N 2"]
    radii: Float[ndarray, " N"]
    tree: Any

    def holding(self, queries: Float[ndarray, "Q 2"]) -> Bool[ndarray, " Q"]:
        """Which of the queries lie in at least one neighbourhood."""
        inside = np.zeros(len(queries), bool)
        left = np.arange(len(queries))
        for most in NEAREST_TRIED:
            tried = np.arange(1, min(most, len(self.points)) + 1)
            distances, index = self.tree.query(queries[left], k=tried)
            inside[left] = (distances <= self.radii[index]).any(axis=1)
            left = np.flatnonzero(~inside)
        # A wide neighbourhood may hold a point without its centre being near.
        for start in range(0, len(left), CHUNK):
            rows = left[start : start + CHUNK]
            dx = queries[rows, 0][:, None] - self.points[:, 0]
            dy = queries[rows, 1][:, None] - self.points[:, 1]
            inside[rows] = (dx * dx + dy * dy <= self.radii**2).any(axis=1)
        return inside


def neighbourhoods(points: Float[ndarray, "N 2"]) -> Neighbourhoods | None:
    """The neighbourhoods of a set's finite points; None where they are too few to have any."""
    from scipy.spatial import cKDTree

    finite = points[(np.abs(points) <= LARGEST).all(axis=1)]
    if len(finite) <= NEIGHBOURS:
        return None
    tree = cKDTree(finite)
    distances, _ = tree.query(finite, k=[NEIGHBOURS + 1])
    # A hair more, lest rounding drop the very neighbour that the radius reaches to.
    return Neighbourhoods(finite, distances[:, 0] * (1 + 1e-9), tree)


def neighbour_metrics(
    real: Neighbourhoods | None, fake: Float[ndarray, "F 2"]
) -> dict[str, float | None]:
    """`precision`, `recall`, `density` and `coverage` of fake points, with k = 5.

    Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative Models", ICML 2020,
    sections 2 and 3; neighbourhoods are closed balls. A fake point that is not finite, or beyond
    1e12, lies in no neighbourhood and has none. All are None where either set has too few finite
    points for a k-th neighbour.
    """
    of_fake = neighbourhoods(fake)
    if real is None or of_fake is None:
        return dict.fromkeys(("precision", "recall", "density", "coverage"))
    fakes_held = of_fake.tree.query_ball_point(real.points, real.radii, return_length=True)
    return {
        "precision": int(real.holding(of_fake.points).sum()) / len(fake),
        "recall": int(of_fake.holding(real.points).sum()) / len(real.points),
        "density": int(fakes_held.sum()) / (NEIGHBOURS * len(fake)),
        "coverage": int((fakes_held > 0).sum()) / len(real.points),
    }
