"""`phase.png`: where modes go missing, over the two leading factors, and what that looks like.

Each cell is coloured by how many modes its trials miss on average, and holds the samples at the end
of its median trial, over the true modes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from ganrun import wording
from ganrun.influence import OTHER_ENDINGS
from ganrun.report.cell_trials import median_trial
from ganrun.report.figures.style import (
    LABEL_SIZE,
    MARGIN,
    SMALL_SIZE,
    WIDTH_INCHES,
    add_axes,
    colour_bar,
    headline,
    new_figure,
    wrapped,
)
from ganrun.report.figures.thumbnails import draw_thumbnail
from ganrun.report.palette import (
    BLUE,
    FAINT,
    FIELD_WHITE,
    INK,
    PAPER,
    QUIET,
    SCREEN_VERMILLION,
)
from ganrun.report.phase_grid import Grid, phase_grid
from ganrun.report.run_story import BEYOND, MARK
from ganrun.report.sweep_record import SweepRecord
from ganrun.report.sweep_story import beyond_perfect
from ganrun.sweep.answer import Row

MISSING_COLOURS = LinearSegmentedColormap.from_list(
    "missing", [FIELD_WHITE, "#f6c9a6", SCREEN_VERMILLION]
)
"""Light to dark in one hue, so that it reads without colour as well."""

LEAST_STAMPED = 0.8
"""Inches below which there is no room for that."""

_TOP, _BOTTOM = 0.98, 0.62
_NAME, _NAME_LINE, _XLABELS = 0.40, 0.17, 0.62
"""Inches: above all, below; for the name of the rows' factor, each further line of it, and below
the columns."""
NAME_LETTERS = 11
"""Letters of the rows' factor's name beside each row, before it is broken."""
_GAP, _FRAME, _STRIP, _METER = 0.06, 0.055, 0.20, 0.045
"""Inches: between cells, around the samples, of a line of text, of the meter below the samples."""
LARGEST_CELL, LEAST_CELL = 2.6, 0.9
"""Inches: sides, the last of a cell that is small for the sake of `MOST_HEIGHT`."""
MOST_HEIGHT = 10.5
_LETTER = 0.073
"""Inches that a letter of a name takes."""
MOST_LETTERS = 12
"""In a line of a row's name, if it can be broken."""


def phase_figure(record: SweepRecord) -> Figure:
    """Draw all cells."""
    grid = phase_grid(record)
    named = any(cell.name for cell in grid.cells)
    margin = MARGIN * WIDTH_INCHES
    left = margin
    if grid.down is not None:
        name = record.called(grid.down.field)
        left += _NAME + _longest_line(grid.down.labels)
        left += _NAME_LINE * (len(name) > NAME_LETTERS * grid.rows)
    side = min(
        (WIDTH_INCHES - left - margin + _GAP) / grid.columns - _GAP,
        LARGEST_CELL,
        max(MOST_HEIGHT / grid.rows - 2 * _STRIP, LEAST_CELL),
    )
    spare = WIDTH_INCHES - left - margin - grid.columns * (side + _GAP) + _GAP
    left += spare / 2  # few columns stand in the middle
    strip = _STRIP * (2 if named else 1)
    tall = side - 2 * _FRAME + strip + 3 * _FRAME + _METER
    below = _XLABELS if grid.down is not None else 0.05
    inside = grid.rows * (tall + _GAP) - _GAP
    height = _TOP + inside + below + _BOTTOM
    figure = new_figure(height)
    headline(figure, record.extreme or "Where modes go missing", _subtitle(record, grid))
    page = add_axes(figure, 0, 0, WIDTH_INCHES, height)
    page.set_xlim(0, WIDTH_INCHES)
    page.set_ylim(0, height)
    page.axis("off")
    for cell in grid.cells:
        x = left + cell.column * (side + _GAP)
        y = height - _TOP - (cell.row + 1) * tall - cell.row * _GAP
        rows = [record.rows[index] for index in cell.trials]
        _draw_cell(page, record, rows, cell.name, (x, y, side, tall))
    if grid.down is not None:
        corner = (left, height - _TOP, side, tall)
        _name_places(page, record, grid, corner, margin + spare / 2)
    _legend(figure, page, record)
    return figure


def _longest_line(labels: Sequence[str]) -> float:
    lines = [line for label in labels for line in wrapped(label, MOST_LETTERS).split("\n")]
    return max(map(len, lines)) * _LETTER


def _subtitle(record: SweepRecord, grid: Grid) -> str:
    names = [f"the {record.called(axis.field)}" for axis in (grid.across, grid.down) if axis]
    where = f" by {wording.listed(names)}" if names else ""
    sizes = sorted({len(cell.trials) for cell in grid.cells})
    each = f"{sizes[0]:,}" if sizes[0] == sizes[-1] else f"{sizes[0]:,} to {sizes[-1]:,}"
    trials = wording.noun_for(sizes[-1], "trial")
    words = f"{record.name}: missing and recovered modes{where}\n{each} {trials} in each cell"
    others = [record.called(field) for field in record.varied[2:]]
    if others:
        words += f", over all levels of the {wording.listed(others, at_most=4)}"
    if record.finished < len(record.rows):
        lacking = len(record.rows) - record.finished
        has = wording.form_for(lacking, "has", "have")
        words += f"; {wording.plural(lacking, 'trial')} {has} no result"
    if grid.left_out:
        are = wording.form_for(grid.left_out, "level is", "levels are")
        words += f"; {grid.left_out} more {are} not shown"
    if any(record.verdicts[word] for word in OTHER_ENDINGS):
        words += f"; how most ended is told {record.judged}"
    return words


def _draw_cell(
    page: Axes,
    record: SweepRecord,
    rows: list[Row],
    name: str,
    box: tuple[float, float, float, float],
) -> None:
    x, y, wide, tall = box
    ended = [row for row in rows if row.has_result]
    inner = wide - 2 * _FRAME
    picture = (x + _FRAME, y + 2 * _FRAME + _METER, inner)
    top = y + 2 * _FRAME + _METER + inner
    middle = median_trial(rows)
    if middle is None:
        page.add_patch(Rectangle((x, y), wide, tall, facecolor=PAPER, edgecolor=FAINT, hatch="///"))
        _write_name(page, name, x, y + tall, wide)
        words = "no result" if rows else "no trial"
        page.text(x + wide / 2, y + tall / 2, words, ha="center", size=SMALL_SIZE, color=QUIET)
        return
    missing = [row.modes_missing for row in ended if not math.isnan(row.modes_missing)]
    mean = fmean(missing) if missing else None
    colour = MISSING_COLOURS((mean or 0.0) / record.trials.most_missing)
    page.add_patch(Rectangle((x, y), wide, tall, facecolor=colour, edgecolor=FAINT, linewidth=0.7))
    page.add_patch(Rectangle(picture[:2], inner, inner, facecolor=PAPER, linewidth=0, zorder=2))
    snapshots = record.snapshots(middle.index)
    samples = None if snapshots is None else snapshots.samples[-1]
    target = record.design.trial(middle.index).experiment.target
    draw_thumbnail(page, samples, target, picture)
    _write_name(page, name, x, y + tall, wide)
    _write_rates(page, mean, ended, (x + _FRAME, top, inner))
    _draw_meter(page, ended, (x + _FRAME, y + _FRAME, inner))
    _stamp(page, ended, picture)


def _write_name(page: Axes, name: str, x: float, top: float, wide: float) -> None:
    if name:
        letters = int((wide - 2 * _FRAME) / _LETTER)
        size = max(LABEL_SIZE if len(name) <= letters else LABEL_SIZE * letters / len(name), 6.0)
        y = top - _FRAME - _STRIP / 2
        page.text(x + _FRAME, y, name, size=size, weight="bold", va="center")


def _write_rates(
    page: Axes, missing: float | None, ended: list[Row], line: tuple[float, float, float]
) -> None:
    """The modes missing at the left, on average, the modes recovered at the right."""
    x, bottom, wide = line
    middle = bottom + _FRAME / 2 + _STRIP / 2
    size = SMALL_SIZE if wide >= 0.9 else max(5.5, SMALL_SIZE * wide / 0.9)
    words = "-" if missing is None else f"{missing:.1f}"
    page.text(x, middle, words, size=size, weight="bold", va="center")
    page.text(x + wide, middle, recovered_words(ended), size=size, ha="right", va="center")


def recovered_words(ended: list[Row]) -> str:
    """`2.3 of 5`, marked where a count is no success; a share where the targets differ."""
    if len({row.modes_total for row in ended}) > 1:
        return wording.percent(_recovered(ended))
    counts = [row.modes_recovered for row in ended if row.modes_recovered is not None]
    mark = MARK * any(row.beyond is not None for row in ended)
    return f"{fmean(counts or [0]):.1f} of {ended[0].modes_total}{mark}"


def _recovered(ended: list[Row]) -> float:
    known = [row.recovered_share for row in ended if not math.isnan(row.recovered_share)]
    return sum(known) / len(known) if known else 0.0


def _draw_meter(page: Axes, ended: list[Row], line: tuple[float, float, float]) -> None:
    x, y, wide = line
    page.add_patch(Rectangle((x, y), wide, _METER, facecolor=PAPER, edgecolor=FAINT, linewidth=0.5))
    filled = wide * _recovered(ended)
    page.add_patch(Rectangle((x, y), filled, _METER, facecolor=BLUE, linewidth=0, zorder=3))


def _stamp(page: Axes, ended: list[Row], picture: tuple[float, float, float]) -> None:
    """What became of most trials, where that is neither collapse nor success."""
    x, y, wide = picture
    verdict, count = Counter(row.verdict for row in ended).most_common(1)[0]
    if verdict not in OTHER_ENDINGS or 2 * count < len(ended) or wide < LEAST_STAMPED:
        return
    words = f"{wording.percent(count / len(ended))} {verdict}"
    stamp = page.text(x + wide / 2, y + 0.025, words, ha="center", va="bottom", size=6.2, zorder=6)
    stamp.set_path_effects([withStroke(linewidth=2.2, foreground=PAPER)])


def _name_places(
    page: Axes,
    record: SweepRecord,
    grid: Grid,
    corner: tuple[float, float, float, float],
    outermost: float,
) -> None:
    """The levels below the columns and left of the rows, and the factors' names beside them."""
    left, top, side, tall = corner
    assert grid.across is not None
    assert grid.down is not None
    bottom = top - grid.rows * (tall + _GAP) + _GAP
    names = [wrapped(label, max(int(side / _LETTER), 6)) for label in grid.across.labels]
    lines = max(name.count("\n") + 1 for name in names)
    for i, name in enumerate(names):
        x = left + i * (side + _GAP) + side / 2
        page.text(x, bottom - 0.07, name, ha="center", va="top", size=SMALL_SIZE)
    middle = left + (grid.columns * (side + _GAP) - _GAP) / 2
    name, below = record.called(grid.across.field), bottom - (0.30 if lines == 1 else 0.42)
    page.text(middle, below, name, ha="center", va="top", size=LABEL_SIZE + 0.5, weight="bold")
    labels = grid.down.labels[::-1] if grid.down.rising else grid.down.labels
    for j, label in enumerate(labels):
        y = top - j * (tall + _GAP) - tall / 2
        words = wrapped(label, MOST_LETTERS)
        page.text(left - 0.09, y, words, ha="right", va="center", size=SMALL_SIZE)
    page.text(
        outermost,
        (top + bottom) / 2,
        wrapped(record.called(grid.down.field), NAME_LETTERS * grid.rows),
        rotation=90,
        ha="left",
        va="center",
        multialignment="center",
        size=LABEL_SIZE + 0.5,
        weight="bold",
    )


def _legend(figure: Figure, page: Axes, record: SweepRecord) -> None:
    """What colour, meter, dots and rings are, at the foot."""
    y = 0.24
    text: dict[str, Any] = {"va": "center", "size": LABEL_SIZE, "color": INK}
    left = MARGIN * WIDTH_INCHES
    page.text(left, y, "0", **text)
    axes = add_axes(figure, left + 0.16, y - 0.05, 0.15 * WIDTH_INCHES, 0.1)
    colour_bar(axes, Normalize(0, 1), MISSING_COLOURS).set_ticks([])
    page.text(left + 1.68, y, f"{record.trials.most_missing} modes missing (bold: mean)", **text)
    page.add_patch(Rectangle((left + 3.88, y - _METER / 2), 0.32, _METER, facecolor=BLUE, lw=0))
    page.text(left + 4.28, y, "modes recovered", **text)
    words = ["dots: samples of the median trial", "rings: true modes, orange if missing"]
    if beyond_perfect(record):
        words.insert(0, f"{MARK}: {BEYOND}")
    for line, told in enumerate(reversed(words)):
        page.text(WIDTH_INCHES - left, y + line * _STRIP, told, ha="right", **text)
