"""How often something happened: per level, and per pair of levels, with intervals.

A rate is over all trials with that level, whatever their other factors: the seeds of a cell are its
replicates, and the interval says what other seeds could have given in the same design. Wilson's
takes each trial as an independent draw at one rate. Where the cells' rates differ it is a little
too wide; it would be too narrow if some seeds were good everywhere, which the shares tell.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from ganrun.influence.levels import Levels

NORMAL_QUANTILE = 1.959963984540054
"""The normal distribution's 97.5 % point."""
DIGITS = 6
"""Decimals that are kept of a number: far more than is known of it."""


def wilson(count: float, trials: float) -> tuple[float, float]:
    """The 95 % score interval of a proportion (Wilson 1927; Brown, Cai and DasGupta 2001).

    Without any trial nothing is known: 0 to 1.

    >>> [round(end, 2) for end in wilson(0, 3)]
    [0.0, 0.56]
    """
    if trials == 0:
        return 0.0, 1.0
    z2 = NORMAL_QUANTILE**2
    rate = count / trials
    centre = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    half = np.sqrt(rate * (1 - rate) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    half *= NORMAL_QUANTILE
    low = 0.0 if count == 0 else float(centre - half)
    high = 1.0 if count == trials else float(centre + half)
    return max(0.0, low), min(1.0, high)


def summarise(
    values: Float[ndarray, " m"], seeds: Int[ndarray, " m"], *, rate: bool
) -> dict[str, Any]:
    """Mean of an outcome over trials that have one, with a 95 % interval.

    For a rate the interval is Wilson's, the trials being taken as independent; for a count it is
    Student's, over the means of the seeds. `value`, `low` and `high` are None where unknown.
    """
    n = len(values)
    if n == 0:
        return {"trials": 0, "count": 0 if rate else None, "value": None, "low": None, "high": None}
    value = float(np.mean(values))
    low: float | None
    high: float | None
    low, high = wilson(float(np.sum(values)), n) if rate else _between_seeds(values, seeds)
    return {
        "trials": n,
        "count": int(np.sum(values)) if rate else None,
        "value": round(value, DIGITS),
        "low": None if low is None else round(min(low, value), DIGITS),
        "high": None if high is None else round(max(high, value), DIGITS),
    }


def _between_seeds(
    values: Float[ndarray, " m"], seeds: Int[ndarray, " m"]
) -> tuple[float, float] | tuple[None, None]:
    """Student's interval over seeds; none with fewer than two of them. A count is never below 0.

    Linearised, since a seed may have lost some of its trials: what each adds to the mean.
    """
    _, number = np.unique(seeds, return_inverse=True)
    blocks = int(number.max()) + 1
    if blocks < 2:
        return None, None
    from scipy.special import stdtrit

    mean = float(np.mean(values))
    part = np.bincount(number, weights=values - mean) * blocks / len(values)
    error = np.sqrt(np.sum(part**2) / (blocks - 1) / blocks)
    half = float(stdtrit(blocks - 1, 0.975) * error)
    return max(0.0, mean - half), mean + half


def rates_by_level(
    values: Float[ndarray, " n"], seeds: Int[ndarray, " n"], levels: Levels, *, rate: bool
) -> list[dict[str, Any]]:
    """One summary per level, in the levels' order; NaN is left out."""
    known = ~np.isnan(values)
    return [
        {"level": i, **summarise(values[mask], seeds[mask], rate=rate)}
        for i in range(len(levels))
        for mask in [known & (levels.number == i)]
    ]


def rates_by_pair(
    values: Float[ndarray, " n"], seeds: Int[ndarray, " n"], factors: list[Levels], *, rate: bool
) -> list[dict[str, Any]]:
    """For every two factors one summary per pair of levels, the second factor's running fastest."""
    known = ~np.isnan(values)
    return [
        {
            "fields": [first.field, second.field],
            "cells": [
                {"levels": [i, j], **summarise(values[mask], seeds[mask], rate=rate)}
                for i in range(len(first))
                for j in range(len(second))
                for mask in [known & (first.number == i) & (second.number == j)]
            ],
        }
        for first, second in combinations(factors, 2)
    ]
