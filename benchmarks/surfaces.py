"""Response surfaces whose shares are known, and tables of 0/1 outcomes drawn from them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from numpy import ndarray

FACTORS = 8
LEVELS = (0, 5, 0, 3, 0, 0, 0, 0)
"""Levels of each factor; 0 where it is drawn from a range."""

Chance = Callable[[ndarray], ndarray]


def logistic(x: ndarray) -> ndarray:
    """The probability that belongs to a logit."""
    return 1 / (1 + np.exp(-x))


def _smooth(x: ndarray) -> ndarray:
    return logistic(5 * (x[:, 0] - 0.5) + 2 * (x[:, 1] - 0.5) + 1.5 * (x[:, 2] - 0.5) - 0.5)


def _hump(x: ndarray) -> ndarray:
    return logistic(3 - 28 * np.abs(x[:, 0] - 0.55) ** 1.5 + (x[:, 1] - 0.5))


def _interaction(x: ndarray) -> ndarray:
    return logistic(20 * (x[:, 0] - 0.5) * (x[:, 2] - 0.4) + 2 * (x[:, 1] - 0.5))


def _cliff(x: ndarray) -> ndarray:
    return np.where(x[:, 0] + 0.3 * x[:, 2] > 0.75, 0.95, 0.05)


def _nothing(x: ndarray) -> ndarray:
    return np.full(len(x), 0.4)


SURFACES: dict[str, Chance] = {
    "smooth": _smooth,
    "hump": _hump,
    "interaction": _interaction,
    "cliff": _cliff,
    "nothing": _nothing,
}
SMOOTH = ("smooth", "hump", "interaction", "nothing")
"""Surfaces on which intervals have to hold."""


def in_levels(unit: Float[ndarray, "P F"]) -> Float[ndarray, "P F"]:
    """Each factor's value from 0 to 1: the middle of its level, or its place in its range."""
    values = unit.copy()
    for i, levels in enumerate(LEVELS):
        if levels:
            number = np.minimum((unit[:, i] * levels).astype(int), levels - 1)
            values[:, i] = (number + 0.5) / levels
    return values


def expected(surface: str, values: Float[ndarray, "P F"], luck: float) -> Float[ndarray, " P"]:
    """The probability over all seeds, of which each moves every logit by so much."""
    points, weights = np.polynomial.hermite_e.hermegauss(21)
    logits = _logits(surface, values)[:, None] + luck * points
    return logistic(logits) @ (weights / weights.sum())


def _logits(surface: str, values: Float[ndarray, "P F"]) -> Float[ndarray, " P"]:
    chance = np.clip(SURFACES[surface](values), 1e-9, 1 - 1e-9)
    return np.log(chance / (1 - chance))


@lru_cache
def truth(surface: str, luck: float) -> Float[ndarray, "2 F"]:
    """Own and total shares of every factor, of the variance of a 0/1 outcome."""
    from scipy.stats import qmc

    unit = in_levels(qmc.Sobol(2 * FACTORS, seed=1).random(2**15).reshape(-1, FACTORS))
    a, b = unit[::2], unit[1::2]
    of_a, of_b = expected(surface, a, luck), expected(surface, b, luck)
    mean = (of_a.mean() + of_b.mean()) / 2
    shares = []
    for i in range(FACTORS):
        moved = b.copy()
        moved[:, i] = a[:, i]
        of_moved = expected(surface, moved, luck)
        own = np.mean((of_a - mean) * (of_moved - of_b))
        shares.append((own, np.mean((of_b - of_moved) ** 2) / 2))
    found = np.array(shares).T / (mean * (1 - mean))
    # A total of nothing is exact, and an own share is no larger.
    return np.clip(np.where(found[1] < 1e-12, 0.0, found), 0.0, 1.0)


def latin_hypercube(points: int, rng: np.random.Generator) -> Float[ndarray, "P F"]:
    """Points of a random design."""
    from scipy.stats import qmc

    return qmc.LatinHypercube(FACTORS, seed=rng).random(points)


def saltelli(base: int, rng: np.random.Generator) -> Float[ndarray, "P F"]:
    """Points of a Sobol design, in SALib's order."""
    from scipy.stats import qmc

    both = qmc.Sobol(2 * FACTORS, seed=rng).random(base)
    a, b = both[:, :FACTORS], both[:, FACTORS:]
    scheme = np.repeat(a[:, None], FACTORS + 2, axis=1)
    for i in range(FACTORS):
        scheme[:, i + 1, i] = b[:, i]
    scheme[:, -1] = b
    return scheme.reshape(-1, FACTORS)


def outcomes(
    surface: str, values: Float[ndarray, "P F"], seeds: int, luck: float, rng: np.random.Generator
) -> Float[ndarray, "S P 1"]:
    """0 or 1 for every seed at every point; `luck` is how much a seed moves every logit."""
    logits = _logits(surface, values) + luck * rng.normal(size=(seeds, 1))
    return (rng.random((seeds, len(values))) < logistic(logits)).astype(float)[:, :, None]
