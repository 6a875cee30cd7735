"""`influence.png`: which factors explain how much, ranked, with intervals."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganrun import wording
from ganrun.report import sweep_story as story
from ganrun.report.design_words import about_design
from ganrun.report.figures.style import (
    LABEL_SIZE,
    MARGIN,
    SMALL_SIZE,
    WIDTH_INCHES,
    add_axes,
    bare,
    draw_dot,
    first_sentence,
    headline,
    new_figure,
    ticks_in_percent,
    write_near,
)
from ganrun.report.palette import BLUE, INK, QUIET
from ganrun.report.sweep_record import BY, TIMES, Effect, Numbers, SweepRecord
from ganrun.report.sweep_story import chosen_effects

MOST_LETTERS = 34
"""In a line of a row's name."""

_TOP, _HEAD, _ROW, _GAP, _BOTTOM = 0.80, 0.30, 0.34, 0.16, 0.62
_LEFT, _RIGHT, _RIGHT_OF_ONE = 3.05, 2.78, 1.60
"""Inches: above all, the columns' heads, a row, between groups, below; left of the axis, and right
of it where there are two columns of numbers, or one."""
_COLUMNS = (1.60, 0.30)
"""Inches from the right edge at which the two columns of numbers end."""


def influence_figure(record: SweepRecord) -> Figure:
    """Draw the ranking; where nothing can be explained, say why."""
    effects = chosen_effects(record)
    if not effects:
        return _nothing_to_explain(record)
    groups = _grouped(effects)
    inside = len(effects) * _ROW + (len(groups) - 1) * _GAP
    height = _TOP + _HEAD + inside + _BOTTOM
    figure = new_figure(height)
    headline(figure, story.headline(record), _subtitle(record))
    in_two = len(record.explained_by) == 2
    wide = WIDTH_INCHES - _LEFT - (_RIGHT if in_two else _RIGHT_OF_ONE)
    axes = add_axes(figure, _LEFT, _BOTTOM, wide, inside)
    _frame(axes, inside, record)
    top = inside
    columns = _columns(axes, record, inside)
    for group in groups:
        for effect in group:
            _draw_row(axes, effect, top - _ROW / 2, columns)
            top -= _ROW
        top -= _GAP
    return figure


def _subtitle(record: SweepRecord) -> str:
    words = f"{record.name}: {about_design(record.design)}"
    if record.finished < len(record.rows):
        words += f"; {record.finished:,} of {len(record.rows):,} trials have a result"
    return words


def _grouped(effects: Sequence[Effect]) -> list[list[Effect]]:
    """Factors; what they do together; what is left to chance."""
    kinds = (("factor",), ("pair", "higher", "foretold"), ("chance",))
    groups = [[effect for effect in effects if effect.kind in kind] for kind in kinds]
    return [group for group in groups if group]


def _frame(axes: Axes, height: float, record: SweepRecord) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, height)
    bare(axes, "x")
    axes.set_yticks([])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ticks_in_percent(axes.xaxis)
    words = f"share of the variance in {record.explained}, with 95 % intervals"
    axes.set_xlabel(words, labelpad=5)


def _draw_row(axes: Axes, effect: Effect, y: float, columns: Mapping[str, float]) -> None:
    is_chance, is_factor = effect.kind == "chance", effect.kind == "factor"
    color = QUIET if is_chance else BLUE
    both = effect.share is not None and effect.total is not None
    if effect.share is not None:
        _draw_numbers(axes, effect.share, y + (0.055 if both else 0), color, filled=True)
    if effect.total is not None:
        _draw_numbers(axes, effect.total, y - (0.055 if both else 0), INK, filled=False)
    name = "\n".join(_lines(effect.label))
    write_near(
        axes,
        name,
        (0, y),
        (-10, 0),
        within=axes.get_yaxis_transform(),
        ha="right",
        va="center",
        size=LABEL_SIZE + 1 if is_factor else SMALL_SIZE if "\n" in name else LABEL_SIZE,
        weight="bold" if is_factor else "normal",
        color=INK if is_factor else QUIET,
        linespacing=1.05,
    )
    for kind, numbers in (("share", effect.share), ("total", effect.total)):
        if numbers is not None:
            # Chance stands in whichever column there is.
            column = columns.get(kind, min(columns.values()))
            _write(axes, wording.interval(numbers), y, column, INK if is_factor else QUIET)


def _lines(name: str) -> list[str]:
    """A row's name; one of two factors is broken between them."""
    if len(name) <= MOST_LETTERS:
        return [name]
    first, times, second = name.partition(TIMES)
    return [first + TIMES.rstrip(), second] if times else textwrap.wrap(name, MOST_LETTERS)


def _draw_numbers(axes: Axes, numbers: Numbers, y: float, color: str, *, filled: bool) -> None:
    """A dot on a line as long as the interval."""
    value = min(max(numbers["value"], 0.0), 1.0)
    axes.hlines(
        y,
        numbers["low"],
        numbers["high"],
        color=color,
        linewidth=3.4 if filled else 1.0,
        alpha=0.35 if filled else 1.0,
        zorder=2,
        clip_on=False,
        capstyle="butt",
    )
    size = 6.5 if filled else 5
    draw_dot(axes, value, y, color, filled=filled, size=size, markeredgewidth=1.0, zorder=3)


def _columns(axes: Axes, record: SweepRecord, height: float) -> dict[str, float]:
    """Name the columns of numbers that there are; returns where each ends."""
    marks = {"share": ("\N{BLACK CIRCLE}", BLUE), "total": ("\N{WHITE CIRCLE}", INK)}
    kinds = record.explained_by
    places = dict(zip(kinds, _COLUMNS[-len(kinds) :], strict=True))
    for kind, column in places.items():
        mark, color = marks[kind]
        _write(axes, f"{mark} {BY[kind]}", height + 0.15, column, color)
    return places


def _write(axes: Axes, words: str, y: float, from_right: float, color: str) -> None:
    box = axes.get_position()
    right = (1 - from_right / WIDTH_INCHES - box.x0) / box.width
    axes.text(right, y, words, ha="right", va="center", size=SMALL_SIZE + 0.5, color=color)


def _nothing_to_explain(record: SweepRecord) -> Figure:
    figure = new_figure(1.7)
    headline(figure, story.headline(record), _subtitle(record))
    first = first_sentence(record.influence["paragraph"])
    words = "\n".join(textwrap.wrap(f"{first} {record.note}", 120))
    figure.text(MARGIN, 1 - 0.86 / 1.7, words, va="top", size=LABEL_SIZE, color=INK)
    return figure
