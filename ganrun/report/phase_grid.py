"""Which trials stand in which cell of the phase diagram: by the two leading factors, or by one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from ganrun.report.sweep_record import SweepRecord

MOST_COLUMNS, MOST_ROWS = 9, 12
"""More levels than this are put together, neighbours with neighbours; more names are left out."""
GALLERY_COLUMNS = 5
"""Cells side by side where there is only one factor."""


@dataclass(frozen=True, eq=False)
class Axis:
    """One direction of the grid: what its places are called, and each trial's place.

    A trial whose level is not shown has the place -1.
    """

    field: str
    labels: tuple[str, ...]
    number: Int[ndarray, " n"]
    rising: bool
    """Whether the places are in the order of numbers."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One place of the picture, counted from the top left, and the trials that belong to it."""

    row: int
    column: int
    trials: Int[ndarray, " m"]
    name: str = ""
    """What the cell is called, where its place does not say it."""


@dataclass(frozen=True, eq=False)
class Grid:
    """All cells; the names of the columns, and of the rows from the top, if there are any."""

    columns: int
    rows: int
    cells: tuple[Cell, ...]
    across: Axis | None
    down: Axis | None
    left_out: int = 0
    """Levels that there is no room for."""


def phase_grid(record: SweepRecord) -> Grid:
    """The two leading factors across and up; a lone one in lines, from the left to the right."""
    leading = record.varied[:2]
    if len(leading) < 2:
        return _gallery(record, leading)
    first, second = leading
    if len(record.levels[second]) > len(record.levels[first]):
        first, second = second, first
    if not record.levels[first].ordered and len(record.levels[first]) > MOST_COLUMNS:
        first, second = second, first  # rows are cheaper than columns
    across = axis_of(record, first, MOST_COLUMNS)
    down = axis_of(record, second, MOST_ROWS)
    rows = len(down.labels)
    cells = tuple(
        Cell(
            rows - 1 - j if down.rising else j,
            i,
            np.flatnonzero((across.number == i) & (down.number == j)),
        )
        for j in range(rows)
        for i in range(len(across.labels))
    )
    hidden = _levels_left_out(record, across) + _levels_left_out(record, down)
    return Grid(len(across.labels), rows, cells, across, down, hidden)


def _gallery(record: SweepRecord, fields: Sequence[str]) -> Grid:
    if not fields:
        everything = np.arange(len(record.rows))
        return Grid(1, 1, (Cell(0, 0, everything, "all trials"),), None, None)
    axis = axis_of(record, fields[0], GALLERY_COLUMNS * MOST_ROWS)
    count = len(axis.labels)
    columns = gallery_columns(count, axis.rising)
    cells = tuple(
        Cell(*divmod(i, columns), np.flatnonzero(axis.number == i), label)
        for i, label in enumerate(axis.labels)
    )
    rows = math.ceil(count / columns)
    return Grid(columns, rows, cells, axis, None, _levels_left_out(record, axis))


def gallery_columns(count: int, ordered: bool) -> int:
    """Columns for a lone factor: one line if it is in the order of numbers, else even lines."""
    if ordered and count <= MOST_COLUMNS:
        return count
    return math.ceil(count / math.ceil(count / GALLERY_COLUMNS))


def axis_of(record: SweepRecord, field: str, most: int) -> Axis:
    """A factor's levels as so many places at most: put together where they have an order."""
    levels = record.levels[field]
    count = len(levels)
    if count <= most:
        return Axis(field, tuple(levels.labels), levels.number, levels.ordered)
    if not levels.ordered:
        number = np.where(levels.number < most, levels.number, -1)
        return Axis(field, tuple(levels.labels[:most]), number, False)
    parts = np.array_split(levels.labels, most)
    group = np.repeat(np.arange(most), [len(part) for part in parts])
    labels = tuple(" to ".join(dict.fromkeys((part[0], part[-1]))) for part in parts)
    return Axis(field, labels, group[levels.number], True)


def _levels_left_out(record: SweepRecord, axis: Axis) -> int:
    return len(np.unique(record.levels[axis.field].number[axis.number < 0]))
