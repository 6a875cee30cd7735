"""The evaluations of a live game so far: as much as its verdict needs, in bounded memory."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config.metrics import metrics_columns, share_columns

MOST_ROWS = 4096
"""When there are so many, every second one is dropped, and from then on every second one made."""


class History:
    """A table of evaluations at multiples of `every` rounds, since the target was last changed."""

    def __init__(self, every: int, modes: int, since: int = 0) -> None:
        self.every = every
        """Rounds between evaluations; doubled whenever the table is full."""
        self.since = since
        """The round at which it begins."""
        self._names = metrics_columns(modes)
        self._table: Float[ndarray, "M C"] = np.zeros((64, len(self._names)))
        self._rows = 0

    def copied(self) -> History:
        """The same table once more, to be added to by itself."""
        other = self.kept()
        other._table = self._table.copy()
        return other

    def kept(self) -> History:
        """The table as it stands, not to be added to: what is added here is not seen there."""
        return copy(self)

    def __len__(self) -> int:
        return self._rows

    def next_round(self, round_: int) -> int:
        """The next round after this one that is to be evaluated."""
        return (round_ // self.every + 1) * self.every

    def add(self, round_: int, trace: Mapping[str, Any], metrics: Mapping[str, Any]) -> None:
        """Take in an evaluation, with its `shares`."""
        if self._rows == MOST_ROWS:
            self._thin()
        if self._rows == len(self._table):
            self._table = np.concatenate([self._table, np.zeros_like(self._table)])
        values: dict[str, Any] = {"step": round_, **trace, **metrics}
        values |= zip(share_columns(len(metrics["shares"])), metrics["shares"], strict=True)
        self._table[self._rows] = [values[name] for name in self._names]
        self._rows += 1

    def columns(self) -> dict[str, ndarray]:
        """The columns, each `[R]`, as those of `metrics.csv`; rounds count from where it begins."""
        table = self._table[: self._rows]
        columns = {name: table[:, i].copy() for i, name in enumerate(self._names)}
        columns["step"] = columns["step"].astype(np.int64) - self.since
        return columns

    def _thin(self) -> None:
        self.every *= 2
        steps = self._table[: self._rows, 0].astype(np.int64)
        kept = (steps % self.every == 0) | (steps == self.since)
        # In a table of its own: one that was kept before the thinning still shows the old one.
        table = np.zeros_like(self._table)
        self._rows = int(kept.sum())
        table[: self._rows] = self._table[: len(steps)][kept]
        self._table = table
