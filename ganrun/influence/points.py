"""Random and Sobol designs: from a sweep's table to the outcome by seed, point and case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from ganrun.influence.levels import Levels, is_number
from ganrun.influence.polynomials import Basis, contrasts, legendre
from ganrun.influence.replicates import MOST_GAPS, NoShares, fill_gaps, seed_numbers, tabulate
from ganrun.influence.trials import Trials

CASE = "case"


@dataclass(frozen=True, eq=False)
class Points:
    """An outcome at the points of a design, without gaps."""

    y: Float[ndarray, "S P K"]
    """By seed, point and case."""
    columns: Float[ndarray, "P K F"]
    """The factors' values, choices as their level's number."""
    bases: tuple[Basis, ...]
    """Each factor's polynomials."""
    left_out: int
    """Points of the design that were left out for want of trials."""


def points_of(
    trials: Trials,
    values: Float[ndarray, " n"],
    levels: Mapping[str, Levels],
    *,
    together: int = 1,
) -> Points:
    """Arrange the outcome; points that lack more than half of their trials are left out.

    A point is known by its place, which is the same for every seed and case, whichever of them
    runs fastest. Its values would not do, since rounding makes different points equal. So many
    successive points belong `together` and are left out together.

    Raises NoShares if too much is missing.
    """
    seeds, seed = seed_numbers(trials.seed)
    cases = len(levels[CASE]) if CASE in trials.factors else 1
    case = levels[CASE].number if CASE in trials.factors else np.zeros(len(trials), dtype=int)
    place = places(seed * cases + case)
    points = int(place.max(initial=-1)) + 1
    if len(trials) != seeds * points * cases or points % together:
        raise NoShares("The table does not hold every seed at every point of the design.")
    table = tabulate(values, seed, place * cases + case, (seeds, points * cases))
    if np.isnan(table).mean() > MOST_GAPS:
        fill_gaps(table)  # which says so
    numbers = np.stack([_as_numbers(trials, levels[field]) for field in trials.factors], axis=-1)
    columns = np.empty((points, cases, len(trials.factors)))
    columns[place, case] = numbers

    by_point = table.reshape(seeds, points, cases)
    sparse = (2 * np.isnan(by_point).sum(axis=0) > seeds).any(axis=1)
    dropped = np.repeat(sparse.reshape(-1, together).any(axis=1), together)
    kept = by_point[:, ~dropped]
    if kept.shape[1] < 2 * together:
        raise NoShares("Hardly a point of the design has all its trials.")
    filled = fill_gaps(kept.reshape(seeds, -1)).reshape(kept.shape)
    kept_columns = columns[~dropped]
    bases = (
        _basis(trials, levels[field], kept_columns[..., place])
        for place, field in enumerate(trials.factors)
    )
    return Points(filled, kept_columns, tuple(bases), int(dropped.sum()))


def places(group: Int[ndarray, " n"]) -> Int[ndarray, " n"]:
    """How many of the same group come before each entry."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    places = np.empty(len(group), dtype=int)
    places[order] = np.arange(len(group)) - np.repeat(
        starts, np.diff(np.append(starts, len(group)))
    )
    return places


def _basis(trials: Trials, levels: Levels, values: Float[ndarray, "P K"]) -> Basis:
    """A factor's polynomials: in its place within its range, or over its levels."""
    if levels.binned:
        low, high = trials.ends.get(levels.field, (values.min(), values.max()))
        if levels.field in trials.log:
            low, high, values = np.log(low), np.log(high), np.log(values)
        return legendre((values - low) / (high - low))
    _, level = np.unique(values, return_inverse=True)
    return contrasts(level.reshape(values.shape), ordered=levels.ordered)


def _as_numbers(trials: Trials, levels: Levels) -> Float[ndarray, " n"]:
    if levels.binned or all(is_number(entry["value"]) for entry in levels.entries):
        return np.asarray(trials.values[levels.field], dtype=float)
    return levels.number.astype(float)
