"""Sweeps' tables that were made up so that the truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy import ndarray

from ganrun.influence import Trials

RATIO = "optimizer.learning_rate_ratio"
STEPS = "training.discriminator_steps"


def trials_of(
    columns: Mapping[str, Sequence[Any]],
    seeds: int,
    verdict: Sequence[str],
    *,
    design: Any = "factorial",
    modes_missing: Sequence[float] | None = None,
) -> Trials:
    """A table of points (one entry per point and column), each with all seeds, seed fastest."""
    values = {}
    for field, levels in columns.items():
        column = np.empty(len(levels) * seeds, dtype=object)
        for i, level in enumerate(levels):
            column[i * seeds : (i + 1) * seeds] = [level] * seeds
        values[field] = column
    points = len(next(iter(columns.values())))
    words = np.array(verdict, dtype=object)
    if modes_missing is None:
        lost = np.where(words == "collapsed", 2.0, 0.0)
        modes_missing = list(np.where(np.isin(words, ["", "diverged"]), np.nan, lost))
    return Trials(
        design=design,
        factors=tuple(columns),
        values=values,
        log=frozenset(),
        seed=np.tile(np.arange(seeds), points),
        verdict=words,
        modes_missing=np.array(modes_missing, dtype=float),
    )


def grid(**levels: Sequence[Any]) -> dict[str, list[Any]]:
    """Columns of a full factorial design; `__` in a name is a dot."""
    rows = list(product(*levels.values()))
    return {name.replace("__", "."): [row[i] for row in rows] for i, name in enumerate(levels)}


def words(happened: ndarray, word: str = "collapsed", otherwise: str = "converged") -> list[str]:
    return [word if each else otherwise for each in np.asarray(happened).ravel()]


def sweep(seeds: int = 8, *, seed: int = 0) -> Trials:
    """Collapse goes by the ratio, steeply; the steps do nothing."""
    columns = grid(
        optimizer__learning_rate_ratio=[0.1, 0.3, 1.0, 3.0, 10.0],
        training__discriminator_steps=[1, 2, 5],
    )
    rng = np.random.default_rng(seed)
    chance = np.array(
        [{0.1: 0.02, 0.3: 0.1, 1.0: 0.4, 3.0: 0.8, 10.0: 0.98}[r] for r in columns[RATIO]]
    )
    return trials_of(columns, seeds, words(rng.random((len(chance), seeds)) < chance[:, None]))
