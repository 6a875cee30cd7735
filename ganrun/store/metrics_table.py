"""`metrics.csv`: a row per evaluation, the same bytes for the same numbers.

A file may have other columns than today's: those that it lacks read as empty, and those that are
not known are kept as they are. Only the rounds and the modes' shares must be there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy import ndarray

from ganrun.config.metrics import (
    AVERAGED,
    METRICS,
    metrics_columns,
    share_columns,
)
from ganrun.store.formats import FormatError

MetricRow = Mapping[str, Any]


@dataclass(frozen=True)
class MetricsTable:
    """The lines of a run's `metrics.csv`: in today's columns, and after them the unknown ones."""

    modes: int
    lines: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    averages: bool = False
    """Whether the generator's moving average has columns of its own."""

    @classmethod
    def of(cls, modes: int, rows: Sequence[MetricRow]) -> MetricsTable:
        """The table of these rows, as `metric_line` takes them."""
        averages = any(name.startswith(AVERAGED) for row in rows for name in row)
        return cls(modes, averages=averages).with_rows(rows)

    @property
    def known(self) -> tuple[str, ...]:
        """Today's columns."""
        return metrics_columns(self.modes, self.averages)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the header."""
        return (*self.known, *self.unknown)

    @property
    def steps(self) -> list[int]:
        """The round of every line."""
        return [int(line.split(",", 1)[0]) for line in self.lines]

    def with_rows(self, rows: Sequence[MetricRow]) -> MetricsTable:
        """The table with more rows, as `metric_line` takes them."""
        rest = "," * len(self.unknown)
        lines = (metric_line(row, self.modes, self.averages) + rest for row in rows)
        return replace(self, lines=(*self.lines, *lines))

    def first(self, rows: int) -> MetricsTable:
        """The first rows alone."""
        return replace(self, lines=self.lines[:rows])

    def of_rounds(self, rounds: Collection[int]) -> MetricsTable:
        """The rows of these rounds alone."""
        pairs = zip(self.steps, self.lines, strict=True)
        return replace(self, lines=tuple(line for step, line in pairs if step in rounds))

    def content(self) -> bytes:
        """The bytes of the file."""
        return "".join(f"{line}\n" for line in (",".join(self.columns), *self.lines)).encode()

    def arrays(self) -> dict[str, ndarray]:
        """Today's columns, each `[R]`: `step` int64, the others float64, NaN where empty.

        Raises `FormatError` where they hold other than numbers, or rounds that do not increase.
        """
        cells = [line.split(",") for line in self.lines]
        arrays: dict[str, ndarray] = {}
        for index, column in enumerate(self.known):
            texts = [row[index] for row in cells]
            try:
                if column == "step":
                    arrays[column] = np.array([int(text) for text in texts], dtype=np.int64)
                else:
                    arrays[column] = np.array([_number(text) for text in texts], dtype=float)
            except (ValueError, OverflowError):
                raise FormatError(f"column {column} holds something that is not a number") from None
        if np.any(np.diff(arrays["step"], prepend=-1) <= 0):
            raise FormatError("its steps do not increase")
        return arrays


def read_metrics(content: bytes, modes: int) -> MetricsTable:
    """The table in the bytes of a `metrics.csv`, checked; `FormatError` if they are damaged."""
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        raise FormatError("is not plain text") from None
    if not text.endswith("\n"):
        raise FormatError("ends in the middle of a line")
    header, *lines = text[:-1].split("\n")
    found = header.split(",")
    if {name for name in found if re.fullmatch(r"share_\d+", name)} != set(share_columns(modes)):
        raise FormatError(f"its header is not that of a run with {modes} modes")
    if "step" not in found:
        raise FormatError("its header has no column step")
    if "" in found:
        raise FormatError("its header has a column without a name")
    if twice := [name for name in found if found.count(name) > 1]:
        raise FormatError(f"its header has column {twice[0]} more than once")
    table = MetricsTable(modes, averages=any(name.startswith(AVERAGED) for name in found))
    table = replace(table, unknown=tuple(name for name in found if name not in table.known))
    table = replace(table, lines=tuple(_arranged(lines, found, table.columns)))
    table.arrays()
    return table


def _arranged(lines: Sequence[str], found: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The lines in another order of columns; empty where a wanted one was not found."""
    cells = [line.split(",") for line in lines]
    for number, row in enumerate(cells, start=2):
        if len(row) != len(found):
            raise FormatError(f"line {number} has {len(row)} cells instead of {len(found)}")
    place = {column: index for index, column in enumerate(found)}
    places = [place.get(column) for column in wanted]
    return [",".join("" if i is None else row[i] for i in places) for row in cells]


def metric_line(row: MetricRow, modes: int, averages: bool = False) -> str:
    """One line of `metrics.csv` in today's columns, without its newline.

    Floats are the shortest text that gives the same float32 back. What does not apply (None, NaN,
    or a key that is not there) is empty, and so is what is infinite: the rule of `summary.json`'s
    null. The shares may be given as one array under `shares`, of as many modes as there are or
    fewer, or one by one.
    """
    values = dict(row)
    columns, shares = metrics_columns(modes, averages), values.pop("shares", ())
    values |= zip(share_columns(len(shares)), shares, strict=True)
    if unknown := set(values) - set(columns):
        raise ValueError(f"metrics.csv has no column {', '.join(sorted(unknown))}")
    return ",".join(_cell(column, values.get(column)) for column in columns)


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    with np.errstate(over="ignore"):
        number = np.float32(value) if column != "step" else int(value)
    if not math.isfinite(number):
        return ""
    metric = METRICS.get(column.removeprefix(AVERAGED))
    whole = column == "step" or (metric is not None and metric.counts)
    return str(int(number)) if whole else str(number)


def _number(text: str) -> float:
    if text == "":
        return math.nan
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
