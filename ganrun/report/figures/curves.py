"""`curves.png`: losses, logits, gradients and metrics over the rounds.

What the game would come to rest at, and what perfect samples would score, are drawn in: as dashed
lines that are named at the right edge, outside the data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ganrun.report import run_story
from ganrun.report.curve_panels import Panel, choose_panels, robust_limits
from ganrun.report.figures.style import (
    MARGIN,
    SMALL_SIZE,
    TITLE_SIZE,
    WIDTH_INCHES,
    add_axes,
    bare,
    few_ticks,
    headline,
    new_figure,
    ticks_in_rounds,
    write_near,
)
from ganrun.report.palette import FAINT, INK, PAPER, QUIET, VERMILLION
from ganrun.report.run_record import RunRecord

COLUMNS = 3
FEW_ROWS = 15
"""With fewer evaluations than this each is marked by a dot."""

_PANEL, _GAP, _TOP, _BOTTOM = 1.42, 0.62, 1.14, 0.48
_LEFT, _RIGHT, _BETWEEN = 0.56, 0.56, 0.92
"""Inches: a panel's height, between rows, above, below, left, right, between columns."""
_DASH = 3.5
"""A line's dashes and the gaps between them, in line widths."""
_LEAST_LABEL_GAP = 0.115
"""Between two labels at the right edge, as a share of the panel's height."""


def curves_figure(run: RunRecord) -> Figure:
    """Draw all panels; a run without an evaluation gets empty ones."""
    panels = choose_panels(run)
    rows = math.ceil(len(panels) / COLUMNS)
    height = _TOP + rows * _PANEL + (rows - 1) * _GAP + _BOTTOM
    figure = new_figure(height)
    title = "The game and the samples, round by round"
    headline(figure, title, f"{run_story.whose(run)}: {run_story.outcome(run)}")
    note = (
        "dashed: where the game comes to rest (a loss in its player's colour), or the mean score "
        "of perfect samples (grey: 5-95 %)"
    )
    if run.diverged_at is not None:
        note += f"; dotted: diverged at round {run.diverged_at:,}"
    figure.text(MARGIN, 1 - 0.70 / height, note, size=SMALL_SIZE, color=QUIET, va="top")
    wide = (WIDTH_INCHES - _LEFT - _RIGHT - (COLUMNS - 1) * _BETWEEN) / COLUMNS
    for number, panel in enumerate(panels):
        row, column = divmod(number, COLUMNS)
        left = _LEFT + column * (wide + _BETWEEN)
        bottom = height - _TOP - (row + 1) * _PANEL - row * _GAP
        axes = add_axes(figure, left, bottom, wide, _PANEL)
        _draw(axes, panel, run)
        if row == rows - 1 or number + COLUMNS >= len(panels):
            axes.set_xlabel("round", labelpad=2)
    return figure


def _draw(axes: Axes, panel: Panel, run: RunRecord) -> None:
    bare(axes)
    _scale(axes, panel, run)
    steps = run.metrics["step"]
    marker = "o" if len(steps) <= FEW_ROWS else None
    if panel.band:
        axes.axhspan(*panel.band, color=FAINT, alpha=0.8, linewidth=0, zorder=1)
    values_before: list[float] = []
    for line, curve in panel.levels:
        color = curve.color if curve else QUIET
        # Of two lines at one height the dashes of one fall into the gaps of the other.
        dashes = (_DASH * values_before.count(line.value), (_DASH, _DASH))
        axes.axhline(line.value, color=color, linewidth=1.0, linestyle=dashes, zorder=2)
        values_before.append(line.value)
    for curve in panel.curves:
        values = run.metrics[curve.column]
        axes.plot(
            steps,
            np.where(np.isfinite(values), values, np.nan),
            color=curve.color,
            linewidth=1.3,
            marker=marker,
            markersize=3,
            drawstyle="steps-post" if panel.whole else "default",
            zorder=3,
            # A curve that runs along the edge is not cut in half.
            clip_on=panel.limits is None,
        )
    if run.diverged_at is not None:
        axes.axvline(run.diverged_at, color=VERMILLION, linewidth=1.1, linestyle=":", zorder=2)
    if not any(np.isfinite(run.metrics[curve.column]).any() for curve in panel.curves):
        style = {"size": SMALL_SIZE, "color": QUIET, "backgroundcolor": PAPER}
        write_near(axes, "no value yet", (0.5, 0.5), (0, 0), ha="center", va="center", **style)
    _head(axes, panel)
    _name_lines(axes, panel)


def _scale(axes: Axes, panel: Panel, run: RunRecord) -> None:
    steps = run.metrics["step"]
    last = max([1, *steps[-1:].tolist(), 1.03 * (run.diverged_at or 0)])
    axes.set_xlim(0, last)
    ticks_in_rounds(axes.xaxis)
    values = np.concatenate([run.metrics[curve.column] for curve in panel.curves])
    if panel.logarithmic:
        positive = values[np.isfinite(values) & (values > 0)]
        decades = np.log10(positive.max() / positive.min()) if positive.size else 1.0
        axes.set_yscale("log")
        subs = (1.0,) if decades > 1.5 else (1.0, 2.0, 5.0)
        axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=6))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
        if positive.size:
            axes.set_ylim(positive.min() / 1.5, positive.max() * 1.5)
        return
    few_ticks(axes.yaxis, whole=panel.whole)
    anchors = [*panel.at_least, *(line.value for line, _ in panel.levels)]
    axes.set_ylim(*(panel.limits or robust_limits(values, anchors, panel.at_most)))


def _head(axes: Axes, panel: Panel) -> None:
    """The panel's title at the left; the names of its curves, in their colours, at the right."""
    axes.set_title(panel.title, loc="left", size=TITLE_SIZE, color=INK, pad=5)
    right = 1.0
    for curve in reversed(panel.curves):
        if not curve.label:
            continue
        style = {"size": SMALL_SIZE + 0.5, "weight": "bold", "color": curve.color}
        write_near(axes, curve.label, (right, 1.0), (0, 5), ha="right", **style)
        right -= 0.02 + 0.034 * len(curve.label)


def _name_lines(axes: Axes, panel: Panel) -> None:
    """Name every line outside the right edge, at its height, without one name on another."""
    low, high = axes.get_ylim()
    heights = [(line.value - low) / (high - low) for line, _ in panel.levels]
    places = spread_out(heights, _LEAST_LABEL_GAP)
    for (line, curve), height in zip(panel.levels, places, strict=True):
        style = {"size": SMALL_SIZE, "color": curve.color if curve else QUIET}
        write_near(axes, line.label, (1.0, height), (4, 0), va="center", **style)


def spread_out(heights: Sequence[float], gap: float) -> list[float]:
    """The heights, moved apart as little as it takes for neighbours to be `gap` apart."""
    order = np.argsort(heights, kind="stable")
    moved = np.array([heights[index] for index in order], dtype=float)
    for _ in range(20 * len(moved)):
        overlaps = gap - np.diff(moved)
        if not len(overlaps) or overlaps.max() <= 1e-9:
            break
        worst = int(overlaps.argmax())
        moved[worst] -= overlaps[worst] / 2
        moved[worst + 1] += overlaps[worst] / 2
    placed = np.empty(len(moved))
    placed[order] = moved
    return placed.tolist()
