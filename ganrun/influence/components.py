"""Factorial designs: the outcome's variance, split into effects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.influence.share_intervals import PartTest, Replicates, Share


@dataclass(frozen=True)
class Effect:
    """What one or two factors explain by themselves (`higher`: three and more together)."""

    axes: tuple[int, ...]
    """Numbers of the factors; empty for `higher`."""
    share: Share


def effect(y: Float[ndarray, " S *L"], axes: Iterable[int]) -> Float[ndarray, " S *L"]:
    """The part of each seed's table that belongs to these factors and no others.

    The mean over all other factors, less what fewer of these factors explain: the functional
    ANOVA with equal weights on the levels (Sobol 1993; Box, Hunter and Hunter 2005, chapter 5).
    """
    chosen = set(axes)
    for axis in range(y.ndim - 1):
        mean = y.mean(axis=axis + 1, keepdims=True)
        y = y - mean if axis in chosen else mean
    return y


def main_and_pair_effects(y: Float[ndarray, " S *L"]) -> Iterator[Effect]:
    """Variance components of every factor, every pair, and all higher interactions together."""
    levels = y.shape[1:]
    table = Replicates(y.reshape(len(y), -1))
    remainder, left = y - y.mean(axis=tuple(range(1, y.ndim)), keepdims=True), prod(levels) - 1
    for size in (1, 2):
        for axes in combinations(range(len(levels)), size):
            part = np.broadcast_to(effect(y, axes), y.shape)
            dimensions = prod(levels[axis] - 1 for axis in axes)
            varies = all(np.ptp(y, axis=axis + 1).any() for axis in axes)
            test = PartTest(table, part.reshape(table.y.shape), dimensions, varies=varies)
            yield Effect(axes, test.interval())
            remainder, left = remainder - part, left - dimensions
    if left:
        yield Effect((), PartTest(table, remainder.reshape(table.y.shape), left).interval())


def total_effects(y: Float[ndarray, " S *L"]) -> Iterator[Share]:
    """Of each factor: its own part and all its interactions with the others."""
    levels = y.shape[1:]
    table = Replicates(y.reshape(len(y), -1))
    for axis, count in enumerate(levels):
        part = y - y.mean(axis=axis + 1, keepdims=True)
        dimensions = table.cells // count * (count - 1)
        varies = bool(part.any())
        yield PartTest(table, part.reshape(table.y.shape), dimensions, varies=varies).interval()
