"""`marginals.png`: how often modes are missing, and how many are recovered, by level and factor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganrun.influence import MISSED
from ganrun.influence.levels import Levels
from ganrun.report.design_words import about_design
from ganrun.report.figures.style import (
    SMALL_SIZE,
    TITLE_SIZE,
    WIDTH_INCHES,
    add_axes,
    bare,
    headline,
    new_figure,
    ticks_in_percent,
    wrapped,
    write_in_line,
)
from ganrun.report.palette import BLUE, INK, QUIET, VERMILLION
from ganrun.report.sweep_record import Numbers, SweepRecord

MOST_PANELS = 12
MOST_LABELS = 12
"""Levels that are all named; of more, only every second, third, ... is."""
MOST_LETTERS = 14
"""In a line of a level's name, if it can be broken."""

_TOP, _PANEL, _GAP, _BOTTOM = 1.36, 1.75, 0.92, 0.52
_LEFT, _RIGHT, _BETWEEN = 0.66, 0.30, 0.36
"""Inches: above all, a panel, between rows, below; left, right, between panels."""
_LETTER, _TITLE_LETTER, _AIR = 0.071, 0.094, 0.14
"""Inches that a letter takes in a level's name and in a panel's title; between two names."""
_LEAST, _MOST_GROWTH, _GROWTH_OF_ONE = 1.6, 1.5, 3.0
"""A panel is at least so wide, in inches, and grows by so much to fill its row, or the only row."""
_SHIFT = 0.045
"""Inches by which the two rates stand beside their level."""


def marginals_figure(record: SweepRecord) -> Figure:
    """Draw a panel for every factor, the most influential first."""
    fields = record.leveled[:MOST_PANELS]
    rows = arranged([(field, _width_needed(record, field)) for field in fields])
    height = _TOP + len(rows) * _PANEL + (len(rows) - 1) * _GAP + _BOTTOM
    figure = new_figure(height)
    words = f"{record.name}: {about_design(record.design)}"
    if len(record.leveled) > MOST_PANELS:
        words += f"; the {MOST_PANELS} most influential of {len(record.leveled)} factors"
    headline(figure, "What happens at each level", words)
    _legend(figure, record, height)
    for number, row in enumerate(rows):
        bottom = height - _TOP - (number + 1) * _PANEL - number * _GAP
        left = _LEFT
        for place, (field, wide) in enumerate(row):
            axes = add_axes(figure, left, bottom, wide, _PANEL)
            _draw(axes, record, field, wide)
            if place:
                axes.tick_params(axis="y", labelleft=False)
            left += wide + _BETWEEN
    return figure


def arranged(needs: Sequence[tuple[str, float]]) -> list[list[tuple[str, float]]]:
    """Rows of panels with their widths in inches: in order, each row as full as may be."""
    room = WIDTH_INCHES - _LEFT - _RIGHT
    rows: list[list[tuple[str, float]]] = []
    for field, need in needs:
        taken = sum(wide + _BETWEEN for _, wide in rows[-1]) if rows else room
        if taken + need > room:
            rows.append([])
        rows[-1].append((field, min(need, room)))
    most = _MOST_GROWTH if len(rows) > 1 else _GROWTH_OF_ONE
    return [_stretched(row, room - (len(row) - 1) * _BETWEEN, most) for row in rows]


def _stretched(row: list[tuple[str, float]], room: float, most: float) -> list[tuple[str, float]]:
    growth = min(room / sum(wide for _, wide in row), most)
    return [(field, wide * growth) for field, wide in row]


def _width_needed(record: SweepRecord, field: str) -> float:
    """Inches in which the title and the levels' names have room."""
    levels = record.levels[field]
    labels = [_in_lines(label, levels, MOST_LETTERS) for label in levels.labels[_named(levels)]]
    names = len(labels) * (max(map(len, "\n".join(labels).split("\n"))) * _LETTER + _AIR)
    return max(names, len(record.called(field)) * _TITLE_LETTER, _LEAST)


def _in_lines(label: str, levels: Levels, letters: int) -> str:
    """A level's name; all bins have their upper end on a line of its own."""
    return label.replace(" to ", " to\n") if levels.binned else wrapped(label, letters)


def _named(levels: Levels) -> slice:
    """The levels that are named; of many, every second, third, ..."""
    return slice(None, None, -(-len(levels) // MOST_LABELS))


def _draw(axes: Axes, record: SweepRecord, field: str, wide: float) -> None:
    levels = record.levels[field]
    places = np.arange(len(levels))
    bare(axes, "y")
    axes.set_xlim(-0.6, len(levels) - 0.4)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ticks_in_percent(axes.yaxis)
    if record.verdicts["undertrained"]:
        numbers = record.rates("undertrained", field)
        _series(axes, places, numbers, QUIET, joined=levels.ordered, marker="s", faint=True)
    recovered = record.recovered_by_level(field)
    shift = _SHIFT * len(levels) / wide
    missed = record.rates(MISSED, field)
    _series(axes, places + shift, recovered, BLUE, joined=levels.ordered, marker="D")
    _series(axes, places - shift, missed, VERMILLION, joined=levels.ordered)
    named = _named(levels)
    letters = max(int((wide / len(levels.labels[named]) - _AIR) / _LETTER), MOST_LETTERS)
    names = [_in_lines(label, levels, letters) for label in levels.labels[named]]
    axes.set_xticks(places[named], names, size=SMALL_SIZE, linespacing=1.2)
    axes.tick_params(axis="x", length=0)
    axes.set_title(record.called(field), loc="left", size=TITLE_SIZE, weight="bold", color=INK)


def _series(
    axes: Axes,
    places: np.ndarray,
    numbers: Sequence[Numbers],
    color: str,
    *,
    joined: bool,
    marker: str = "o",
    faint: bool = False,
) -> None:
    """Points with their intervals; joined where the levels have an order."""
    # A number that is not known becomes NaN.
    values, low, high = (
        np.array([one[key] for one in numbers], dtype=float) for key in ("value", "low", "high")
    )
    axes.plot(
        places,
        values,
        color=color,
        marker=marker,
        markersize=3.0 if faint else 4.5,
        linewidth=1.0 if faint else 1.4,
        linestyle=((0, (2, 2)) if faint else "-") if joined else "none",
        zorder=2 if faint else 4,
        clip_on=False,
    )
    if not faint:
        axes.vlines(places, low, high, color=color, linewidth=1.4, alpha=0.55, zorder=3)


def _legend(figure: Figure, record: SweepRecord, height: float) -> None:
    """What the marks are, in their colours, in one line under the headline."""
    of = f" (of {record.modes_total})" if record.modes_total else ""
    words = [
        ("\N{BLACK CIRCLE} trials that miss any mode", VERMILLION),
        (f"\N{BLACK DIAMOND} modes recovered, mean share{of}", BLUE),
    ]
    if record.verdicts["undertrained"]:
        words.append((f"\N{BLACK SQUARE} undertrained {record.judged}", QUIET))
    words.append(("lines: 95 % intervals", QUIET))
    write_in_line(figure, words, 1 - 0.80 / height)
