"""Polynomials that are orthonormal under a design: what a surrogate is a sum of.

Averages over the design of products of two of them are 0, and of a square 1. So the variance of a
sum of them is the sum of its squared coefficients, and Sobol indices are read off it (Sudret 2008).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

MOST_DEGREE = 6


@dataclass(frozen=True, eq=False)
class Basis:
    """A factor's polynomials at every point in every case, by rising degree."""

    columns: Float[ndarray, "P K D"]
    nominal: bool = False
    """The factor's values have no order: none of the columns goes without the others."""

    def up_to(self, degree: int) -> Float[ndarray, "P K d"]:
        """Those of at most this degree; of a factor without order, all."""
        return self.columns if self.nominal else self.columns[..., :degree]

    def degree(self, column: int) -> int:
        """A column's degree; contrasts between values without order are all of the first."""
        return 1 if self.nominal else column + 1


def legendre(place: Float[ndarray, "P K"]) -> Basis:
    """Legendre polynomials, of a factor that is spread evenly from 0 to 1."""
    degrees = np.arange(1, MOST_DEGREE + 1)
    columns = np.polynomial.legendre.legvander(2 * place - 1, MOST_DEGREE)[..., 1:]
    return Basis(columns * np.sqrt(2 * degrees + 1))


def contrasts(level: Int[ndarray, "P K"], *, ordered: bool) -> Basis:
    """Polynomials in the levels' ranks, each level weighing what its share of the points is."""
    levels = int(level.max()) + 1
    weights = np.sqrt(np.bincount(level.ravel(), minlength=levels) / level.size)
    ranks = np.arange(levels) - (levels - 1) / 2
    degrees = levels - 1 if not ordered else min(levels - 1, MOST_DEGREE)
    powers = np.polynomial.polynomial.polyvander(ranks / max(levels, 2), degrees)
    orthonormal, _ = np.linalg.qr(powers * weights[:, None])
    by_level = orthonormal / np.where(weights > 0, weights, np.inf)[:, None]
    return Basis(by_level[level][..., 1:], nominal=not ordered)
