"""`cases.png`: the cases of a sweep from the best to the worst, by modes recovered."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganrun import wording
from ganrun.influence.case_words import called, case_headline
from ganrun.influence.cases import RECOVERED
from ganrun.report.case_ranking import CaseRow, case_rows
from ganrun.report.design_words import about_design
from ganrun.report.figures.style import (
    LABEL_SIZE,
    SMALL_SIZE,
    WIDTH_INCHES,
    add_axes,
    bare,
    draw_dot,
    headline,
    new_figure,
    write_near,
)
from ganrun.report.palette import BLUE, INK, QUIET, VERMILLION
from ganrun.report.sweep_record import SweepRecord

_TOP, _ROW, _BOTTOM = 0.98, 0.235, 0.62
_LEFT, _RIGHT = 2.75, 2.9
"""Inches: above all, a row, below; left of the axis, and right of it for numbers."""
_HUES = {"better": BLUE, "worse": VERMILLION}


def cases_figure(record: SweepRecord) -> Figure:
    """Draw the ranking; only of a sweep that has one."""
    rows = case_rows(record)
    inside = len(rows) * _ROW
    figure = new_figure(_TOP + inside + _BOTTOM)
    seeds = wording.plural(record.influence["cases"]["seeds"], "seed")
    words = f"{record.name}: {about_design(record.design)}\nbold: cannot be told from the best"
    if plain := record.influence["cases"]["plain"]:
        words += f"; blue: better than {plain}, red: worse, grey: no difference can be shown"
    headline(figure, case_headline(record.influence["cases"]), words)
    axes = add_axes(figure, _LEFT, _BOTTOM, WIDTH_INCHES - _LEFT - _RIGHT, inside)
    _frame(axes, record, len(rows))
    axes.set_xlabel(f"modes recovered: means over {seeds}, with 95 % intervals", labelpad=5)
    for place, row in enumerate(rows):
        _draw_row(axes, row, place)
    return figure


def _frame(axes: Axes, record: SweepRecord, rows: int) -> None:
    modes = record.modes_total or 1
    axes.set_xlim(0, modes)
    axes.set_ylim(rows - 0.5, -0.5)
    bare(axes, "x")
    axes.set_yticks([])
    if modes <= 10:
        axes.set_xticks(range(modes + 1))
    plain = next((row for row in case_rows(record) if row.is_plain), None)
    if plain is not None and (mean := plain.entry["measured"][RECOVERED]["value"]) is not None:
        axes.axvline(mean, color=QUIET, linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)


def _hue(row: CaseRow) -> Any:
    return _HUES.get(row.than_plain, INK if row.is_plain else QUIET)


def _draw_row(axes: Axes, row: CaseRow, place: int) -> None:
    numbers = row.entry["measured"][RECOVERED]
    hue = _hue(row)
    if numbers["value"] is not None:
        if numbers["low"] is not None:
            ends = (numbers["low"], numbers["high"])
            axes.hlines(place, *ends, color=hue, linewidth=3, alpha=0.35, zorder=2, clip_on=False)
        draw_dot(axes, numbers["value"], place, hue, filled=True, size=6, zorder=3)
    beside = axes.get_yaxis_transform()
    best = row.entry["may_be_best"]
    write_near(
        axes,
        called(row.entry),
        (0, place),
        (-10, 0),
        within=beside,
        ha="right",
        va="center",
        size=LABEL_SIZE,
        weight="bold" if best else "normal",
        color=INK if best or row.is_plain else QUIET,
    )
    told = [row.words(RECOVERED), f"{row.words('high_quality')} high quality"]
    write_near(
        axes,
        "   ".join(told),
        (1, place),
        (12, 0),
        within=beside,
        ha="left",
        va="center",
        size=SMALL_SIZE,
        color=INK if row.is_plain or row.than_plain in _HUES else QUIET,
    )
