"""`progression.png`: the samples over the discriminator's field, as the training goes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from numpy import ndarray

from ganrun.config.company import briefly_in_company
from ganrun.config.pieces import OBJECTIVES
from ganrun.report import run_story
from ganrun.report.chosen_rounds import choose_rounds
from ganrun.report.figures.style import (
    LABEL_SIZE,
    MARGIN,
    SMALL_SIZE,
    TITLE_SIZE,
    WIDTH_INCHES,
    add_axes,
    colour_bar,
    headline,
    new_figure,
)
from ganrun.report.figures.window import draw_rings, draw_samples, frame_window, rings_at
from ganrun.report.geometry import Extent
from ganrun.report.palette import FAINT, FIELD_BLUE, FIELD_ORANGE, FIELD_WHITE, INK, QUIET
from ganrun.report.run_record import RunRecord

MOST_PANELS = 8
SAMPLE_SIZE = 4.0
LARGEST_LOGIT = 5.0
"""Beyond this a probability is within 1 % of certain, and the field's colour says no more."""

_GAP, _TITLE, _TOP, _BOTTOM = 0.14, 0.26, 0.80, 0.78
"""Inches between panels, above each, above all and below all."""

FIELD_COLOURS = LinearSegmentedColormap.from_list(
    "detective", [FIELD_ORANGE, FIELD_WHITE, FIELD_BLUE]
).with_extremes(bad=FAINT)


@dataclass(frozen=True)
class FieldScale:
    """How the field is coloured: white at `centre`, full colour `limit` above and below it.

    `centre` is `None` for a critic, whose level means nothing: each panel's median is white.
    """

    centre: float | None
    limit: float
    label: str

    def shifted(self, field: Float[ndarray, "G G"]) -> Float[ndarray, "G G"]:
        """The field with its white at zero; NaN where it is not finite."""
        finite = np.where(np.isfinite(field), field, np.nan)
        return finite - (_median(finite) if self.centre is None else self.centre)


def progression_figure(run: RunRecord) -> Figure:
    """Draw up to eight rounds; raises `ValueError` for a run without snapshots."""
    if run.snapshots is None:
        raise ValueError(f"{run.path}: there are no snapshots to draw")
    shown = choose_rounds(run.snapshots.steps, MOST_PANELS)
    scale = field_scale(run.objective, run.snapshots.field[shown])
    columns = len(shown) if len(shown) <= 4 else math.ceil(len(shown) / 2)
    rows = math.ceil(len(shown) / columns)
    # One or two panels are drawn as large as three would be.
    wide = max(columns, 3)
    side = (WIDTH_INCHES * (1 - 2 * MARGIN) - _GAP * (wide - 1)) / wide
    height = _TOP + rows * (side + _TITLE) + _GAP * (rows - 1) + _BOTTOM
    figure = new_figure(height)
    title = "The forger's samples over the detective's field"
    headline(figure, title, f"{run_story.whose(run)}: {run_story.outcome(run)}")
    for panel, index in enumerate(shown):
        row, column = divmod(panel, columns)
        left = MARGIN * WIDTH_INCHES + column * (side + _GAP)
        bottom = height - _TOP - (row + 1) * (side + _TITLE) - row * _GAP
        axes = add_axes(figure, left, bottom, side, side)
        draw_panel(axes, run, index, scale)
    words = [scale.label, briefly_in_company(run.configs[-1].discriminator)]
    _colour_bar(figure, scale, "; ".join(filter(None, words)), height)
    return figure


def field_scale(objective: str, fields: Float[ndarray, "S G G"]) -> FieldScale:
    """The common colour scale of all panels, robust to the few values that stick out."""
    declared = OBJECTIVES[objective]
    finite = np.where(np.isfinite(fields), fields, np.nan).astype(np.float64)
    if declared.undecided is None:
        centres = np.array([_median(field) for field in finite])
        limit = _robust_limit(finite - centres[:, None, None])
        return FieldScale(None, limit, "critic's score, from each panel's median")
    limit = _robust_limit(finite - declared.undecided.value)
    if declared.probability:
        limit = min(max(limit, 0.5), LARGEST_LOGIT)
    return FieldScale(declared.undecided.value, limit, "discriminator's logit; white: cannot tell")


def _median(field: Float[ndarray, "*shape"]) -> float:
    finite = field[np.isfinite(field)]
    return float(np.median(finite)) if finite.size else 0.0


def _robust_limit(offsets: Float[ndarray, "*shape"]) -> float:
    finite = np.abs(offsets[np.isfinite(offsets)])
    limit = float(np.quantile(finite, 0.9)) if finite.size else 1.0
    # Two digits are enough for a scale, and read better beside it.
    return float(f"{limit:.2g}") if limit > 1e-12 else 1.0


def pixel_edges(extent: Extent, grid: int) -> Extent:
    """The window's edges, moved out by half a cell.

    The field's first and last points lie on the window's edges, and an image's edges are half a
    cell beyond its outer points.
    """
    x_min, x_max, y_min, y_max = extent
    half_x, half_y = (x_max - x_min) / (grid - 1) / 2, (y_max - y_min) / (grid - 1) / 2
    return (x_min - half_x, x_max + half_x, y_min - half_y, y_max + half_y)


def draw_panel(axes: Axes, run: RunRecord, index: int, scale: FieldScale) -> None:
    """One snapshot: the field, the rings of the true modes, the samples, and the round."""
    assert run.snapshots is not None
    extent = run.snapshots.window
    axes.imshow(
        np.ma.masked_invalid(scale.shifted(run.snapshots.field[index].astype(np.float64))),
        origin="lower",
        extent=pixel_edges(extent, run.snapshots.field.shape[1]),
        cmap=FIELD_COLOURS,
        norm=Normalize(-scale.limit, scale.limit),
        interpolation="bilinear",
        zorder=1,
    )
    frame_window(axes, extent)  # an image moves the limits
    draw_rings(axes, rings_at(run.mixture, axes, extent))
    draw_samples(axes, run.snapshots.samples[index], SAMPLE_SIZE)
    words = f"round {int(run.snapshots.steps[index]):,}"
    axes.set_title(words, loc="left", size=TITLE_SIZE, color=INK, pad=4)


def _signed(value: float) -> str:
    return f"{value:.3g}".replace("-", "\N{MINUS SIGN}")


def _colour_bar(figure: Figure, scale: FieldScale, words: str, height: float) -> None:
    axes = figure.add_axes((0.36, 0.44 / height, 0.28, 0.12 / height))
    bar = colour_bar(axes, Normalize(-scale.limit, scale.limit), FIELD_COLOURS, extend="both")
    ticks, centre = (-scale.limit, 0.0, scale.limit), scale.centre or 0.0
    bar.set_ticks(ticks, labels=[_signed(centre + offset) for offset in ticks])
    axes.tick_params(length=2, labelsize=SMALL_SIZE)
    middle = 0.50 / height
    side: dict[str, Any] = {"va": "center", "size": LABEL_SIZE, "color": INK}
    figure.text(0.345, middle, "looks forged", ha="right", **side)
    figure.text(0.655, middle, "looks real", ha="left", **side)
    figure.text(0.5, 0.10 / height, words, ha="center", size=SMALL_SIZE, color=QUIET)
    figure.text(MARGIN, middle, "rings: the true modes", ha="left", **side)
    figure.text(1 - MARGIN, middle, "dots: samples", ha="right", **side)
