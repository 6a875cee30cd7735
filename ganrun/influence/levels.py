"""A factor's levels: what its values are called, and which of them each trial has."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from ganrun.influence.trials import Trials
from ganrun.wording import setting

BINS = 5
"""Into so many equally full bins a factor is cut that was drawn from a range."""
MOST_LEVELS = 8
"""A factor with more values than this is shown in bins, unless the design is factorial."""


@dataclass(frozen=True, eq=False)
class Levels:
    """The levels, or bins, of one factor, and each trial's number among them."""

    field: str
    entries: tuple[dict[str, Any], ...]
    """`label` and `value` of each level, or `label`, `low` and `high` of each bin, JSON-ready."""
    binned: bool
    number: Int[ndarray, " n"]

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def labels(self) -> list[str]:
        """What the levels are called."""
        return [entry["label"] for entry in self.entries]

    @property
    def ordered(self) -> bool:
        """Whether they follow one another as numbers do, and can be joined or put together."""
        return self.binned or all(is_number(entry["value"]) for entry in self.entries)


def levels_of(trials: Trials, field: str) -> Levels:
    """Levels in ascending order where they are numbers, else as they first appear."""
    values = [_plain(value) for value in trials.values[field]]
    keys = [json.dumps(value) for value in values]
    distinct = list(dict(zip(keys, values, strict=True)).values())
    if all(map(is_number, distinct)):
        distinct.sort()
        if trials.design != "factorial" and len(distinct) > MOST_LEVELS:
            return _bins(field, np.array(values, dtype=float))
    order = {json.dumps(value): i for i, value in enumerate(distinct)}
    labels = number_labels(distinct) if all(map(is_number, distinct)) else map(_words, distinct)
    entries = tuple(
        {"label": label, "value": value} for label, value in zip(labels, distinct, strict=True)
    )
    return Levels(field, entries, False, np.array([order[key] for key in keys], dtype=int))


def cell_numbers(levels: Sequence[Levels]) -> Int[ndarray, " n"]:
    """The number of each trial's cell in the full factorial design of these factors."""
    return np.ravel_multi_index(tuple(factor.number for factor in levels), tuple(map(len, levels)))


def _bins(field: str, values: ndarray) -> Levels:
    """Bins between quantiles; a value on an inner edge belongs to the upper bin."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)))
    names = number_labels(list(map(float, edges)))
    number = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    entries = tuple(
        {"label": f"{names[i]} to {names[i + 1]}", "low": float(edges[i]), "high": float(above)}
        for i, above in enumerate(edges[1:])
    )
    return Levels(field, entries, True, number)


def is_number(value: Any) -> bool:
    """Whether a level can be put on an axis of numbers: true and false cannot."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def number_labels(values: Sequence[float]) -> list[str]:
    """Short names of numbers: three digits, or as many as keep different ones apart."""
    for digits in range(3, 18):
        labels = [
            f"{value:,}" if isinstance(value, int) else f"{value:.{digits}g}" for value in values
        ]
        if len(set(labels)) == len(set(values)):
            break
    return labels


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "x".join(map(_words, value))
    if isinstance(value, dict):
        return setting(value)
    return value if isinstance(value, str) else json.dumps(value)


def _plain(value: Any) -> Any:
    """A cell of a table as JSON knows it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple | ndarray):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
