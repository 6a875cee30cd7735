"""From a column of a sweep's table to the outcome of every seed in every cell, gaps filled."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

MOST_GAPS = 0.1
"""Share of trials without an outcome up to which gaps are filled; beyond it there are no shares."""


class NoShares(Exception):
    """Why an outcome's variance cannot be split; the message is a sentence for people."""


def seed_numbers(seed: ndarray) -> tuple[int, Int[ndarray, " n"]]:
    """How many seeds there are, and each trial's number among them."""
    distinct, number = np.unique(seed, return_inverse=True)
    return len(distinct), number.reshape(-1)


def tabulate(
    values: Float[ndarray, " n"],
    seed: Int[ndarray, " n"],
    cell: Int[ndarray, " n"],
    shape: tuple[int, int],
) -> Float[ndarray, "S C"]:
    """The outcome by seed and cell; NaN where there is none.

    Raises ValueError if two trials are the same seed in the same cell.
    """
    if len(np.unique(seed * shape[1] + cell)) != len(cell):
        raise ValueError("two trials of the table have the same factors and the same seed")
    table = np.full(shape, np.nan)
    table[seed, cell] = values
    return table


def fill_gaps(table: Float[ndarray, "S C"]) -> Float[ndarray, "S C"]:
    """Replace each gap by its cell's mean plus its seed's deviation (Yates 1933).

    The cell's residuals are then stretched, so that their variance is that of the trials there are.

    Raises NoShares if there is nothing to split, only one seed, or too much is missing.
    """
    seeds, cells = table.shape
    gaps = np.isnan(table)
    if seeds < 2:
        raise NoShares(
            "With one seed there is no telling what the factors do from luck: give at least two."
        )
    if gaps.mean() > MOST_GAPS:
        raise NoShares(
            f"{gaps.sum():,} of {gaps.size:,} trials have no value here, too many to split the "
            "variance fairly."
        )
    empty = int((2 * gaps.sum(axis=0) > seeds).sum())
    if empty:
        raise NoShares(
            f"In {empty:,} of {cells:,} cells more than half of the trials have no value here, so "
            "the variance cannot be split fairly."
        )
    if gaps.any():
        table = _filled(table, gaps)
    if np.ptp(table) == 0:
        raise NoShares("It was the same in every trial, so there is nothing to explain.")
    return table


def _filled(table: Float[ndarray, "S C"], gaps: ndarray) -> Float[ndarray, "S C"]:
    present = (~gaps).sum(axis=0)
    cell_means = np.nanmean(table, axis=0)
    residuals = np.where(gaps, 0.0, table - cell_means)
    by_seed = residuals.sum(axis=1) / np.maximum((~gaps).sum(axis=1), 1)
    filled = np.where(gaps, by_seed[:, None], residuals)
    centre = filled.mean(axis=0)
    stretch = np.sqrt((len(table) - 1) / np.maximum(present - 1, 1))
    return np.where(gaps.any(axis=0), cell_means + centre + (filled - centre) * stretch, table)
