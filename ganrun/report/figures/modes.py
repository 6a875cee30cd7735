"""`modes.png`: mode collapse in one drawing.

At the left the true modes as rings with the samples over them, at the right the share of the
samples that each mode got, against the share that it should have got.
"""

from __future__ import annotations

import textwrap

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy import ndarray

from ganrun import wording
from ganrun.report import run_story
from ganrun.report.figures.style import (
    LABEL_SIZE,
    MARGIN,
    SMALL_SIZE,
    TITLE_SIZE,
    WIDTH_INCHES,
    add_axes,
    bare,
    few_ticks,
    headline,
    new_figure,
    ticks_in_percent,
    write_near,
)
from ganrun.report.figures.window import draw_rings, draw_samples, frame_window, rings_at
from ganrun.report.geometry import share_outside
from ganrun.report.palette import BLUE, INK, PAPER, QUIET, VERMILLION
from ganrun.report.run_record import RunRecord

SAMPLE_SIZE = 6.0
MOST_NAMED_MODES = 40
"""More modes than this are not numbered one by one."""
MOST_VALUES = 14
"""More bars than this carry no percentage."""

NUMBER_OFFSET, NUMBER_ROOM = 9.0, 8.0
"""Points from a ring to the middle of its number, and from there to anything else."""
MOST_LETTERS = 120
"""In a line of the subtitle."""

_MAP, _TOP, _LINE, _BOTTOM = 4.4, 0.62, 0.19, 0.44
_BARS_LEFT, _BARS_RIGHT, _BARS_BOTTOM = 6.2, 0.72, 0.62
"""Inches; the map is a square of side `_MAP`, `_LINE` is the height of a line of the subtitle."""


def modes_figure(run: RunRecord) -> Figure:
    """Draw the end of a run; raises `ValueError` for one without snapshots."""
    if run.snapshots is None:
        raise ValueError(f"{run.path}: there are no snapshots to draw")
    # A number and its unit stay on one line.
    lines = textwrap.wrap(subtitle(run).replace(" %", "\N{NO-BREAK SPACE}%"), MOST_LETTERS)
    height = _TOP + _LINE * len(lines) + _MAP + _BOTTOM
    figure = new_figure(height)
    headline(figure, run_story.title(run), "\n".join(lines))
    _draw_map(add_axes(figure, MARGIN * WIDTH_INCHES, _BOTTOM, _MAP, _MAP, "map"), run)
    wide = WIDTH_INCHES - _BARS_LEFT - _BARS_RIGHT
    tall = _BOTTOM + _MAP - _BARS_BOTTOM - 0.2
    _draw_shares(add_axes(figure, _BARS_LEFT, _BARS_BOTTOM, wide, tall, "shares"), run)
    return figure


def subtitle(run: RunRecord) -> str:
    """The run, the round of the samples and the run's one sentence."""
    assert run.snapshots is not None
    return f"{run.name}, round {int(run.snapshots.steps[-1]):,}. {run_story.sentence(run)}"


def _draw_map(axes: Axes, run: RunRecord) -> None:
    assert run.snapshots is not None
    extent, samples = run.snapshots.window, run.snapshots.samples[-1]
    frame_window(axes, extent)
    rings = rings_at(run.mixture, axes, extent)
    lost = list(run.missing)
    hidden = run.hidden
    found = [mode for mode in range(run.modes_total) if mode not in {*lost, *hidden}]
    if found:
        draw_rings(axes, rings, modes=found, color=BLUE, linewidth=1.4).set_gid("covered")
    if hidden:
        draw_rings(axes, rings, modes=hidden, color=QUIET, linewidth=1.4).set_gid("hidden")
    if lost:
        lines = draw_rings(axes, rings, modes=lost, color=VERMILLION, dashed=True, linewidth=1.6)
        lines.set_gid("missing")
    draw_samples(axes, samples, SAMPLE_SIZE)
    _number_modes(axes, run, rings)
    outside = share_outside(samples, extent)
    note = f"rings: true modes at 3 std; dots: {wording.plural(len(samples), 'sample')}"
    if lost:
        note = note.replace(";", ", dashed: missing;", 1)
    if hidden:
        note = note.replace(";", ", grey: not shown by perfect samples either;", 1)
    if outside > 0:
        note += f", {wording.percent(outside)} of them outside"
    write_near(axes, note, (0, 0), (0, -5), va="top", size=SMALL_SIZE, color=QUIET)


def _number_modes(axes: Axes, run: RunRecord, rings: Float[ndarray, "K P 2"]) -> None:
    """Each mode's number beside its ring; where it is a chain, on the bead in its middle."""
    if run.modes_total > MOST_NAMED_MODES:
        return
    is_chain = run.mixture.beads is not None
    rings = run.mixture.means[:, None] if is_chain else rings
    to_points = axes.transData.transform(rings.reshape(-1, 2)) * 72 / axes.figure.dpi
    in_points = to_points.reshape(rings.shape)
    away = place_numbers(in_points) - in_points.mean(axis=1)
    away = np.zeros_like(away) if is_chain else away
    # From the ring's middle, so that a figure which is cut to its edges takes its numbers along.
    for mode, (middle, offset) in enumerate(zip(rings.mean(axis=1), away, strict=True)):
        lost = mode in run.missing
        axes.annotate(
            str(mode),
            tuple(middle),
            xytext=tuple(offset),
            textcoords="offset points",
            annotation_clip=False,
            ha="center",
            va="center_baseline",
            size=LABEL_SIZE if run.modes_total <= 12 else SMALL_SIZE,
            weight="bold" if lost else "normal",
            color=VERMILLION if lost else QUIET,
            path_effects=[withStroke(linewidth=2.5, foreground=PAPER)],
            zorder=5,
        )


def place_numbers(rings: Float[ndarray, "K P 2"]) -> Float[ndarray, "K 2"]:
    """Where to write each mode's number, all in points: the first of eight sides that is free.

    The sides are tried from the one away from all modes' centre. Free is one whose number keeps
    `NUMBER_ROOM` from every other ring and number; where none is, the roomiest is taken.
    """
    centres = rings.mean(axis=1)
    radii = np.linalg.norm(rings - centres[:, None], axis=2).max(axis=1)
    placed: list[Float[ndarray, " 2"]] = []
    for mode, centre in enumerate(centres):
        outwards = np.arctan2(*(centre - centres.mean(axis=0))[::-1])
        if np.allclose(centre, centres.mean(axis=0)):
            outwards = np.pi / 2
        others = np.arange(len(centres)) != mode
        best, most_room = centre, -np.inf
        for turn in (0, 1, -1, 2, -2, 3, -3, 4):
            angle = outwards + turn * np.pi / 4
            direction = np.array([np.cos(angle), np.sin(angle)])
            edge = ((rings[mode] - centre) @ direction).max()
            spot = centre + (edge + NUMBER_OFFSET) * direction
            gaps = np.linalg.norm(centres[others] - spot, axis=1) - radii[others]
            gaps_to_numbers = [np.linalg.norm(other - spot) - NUMBER_ROOM for other in placed]
            room = min([*gaps.tolist(), *gaps_to_numbers], default=np.inf)
            if room > most_room:
                best, most_room = spot, room
            if room >= NUMBER_ROOM:
                break
        placed.append(best)
    return np.array(placed)


def _draw_shares(axes: Axes, run: RunRecord) -> None:
    axes.set_title("share of the samples", loc="left", size=TITLE_SIZE, color=INK, pad=6)
    bare(axes, "x")
    shares, weights = run.shares, run.mixture.weights
    if shares is None:
        axes.set_yticks([])
        axes.set_xticks([])
        axes.text(0, 0.5, "nothing evaluated yet", size=LABEL_SIZE, color=QUIET)
        return
    off = max(0.0, 1.0 - float(shares.sum()))
    total = run.modes_total
    places = np.arange(total)
    axes.barh(places, shares, height=0.62, color=BLUE, zorder=2)
    axes.barh([total + 0.3], [off], height=0.62, color=QUIET, zorder=2)
    axes.vlines(weights, places - 0.42, places + 0.42, color=INK, linewidth=1.4, zorder=3)
    longest = max(float(shares.max()), float(weights.max()), off)
    axes.set_xlim(0, longest * 1.02)
    axes.set_ylim(total + 0.9, -0.6)
    few_ticks(axes.xaxis)
    ticks_in_percent(axes.xaxis)
    axes.set_xlabel("black mark: the mode's true weight", size=SMALL_SIZE, labelpad=4)
    axes.tick_params(axis="y", length=0)
    _name_bars(axes, run)
    if total <= MOST_VALUES:
        for place, share in zip([*places, total + 0.3], [*shares, off], strict=True):
            _write_value(axes, float(place), float(share))


def _name_bars(axes: Axes, run: RunRecord) -> None:
    total, missing = run.modes_total, set(run.missing)
    named = range(0, total, 1 if total <= MOST_NAMED_MODES else 10)
    names = [f"mode {mode} missing" if mode in missing else f"mode {mode}" for mode in named]
    size = LABEL_SIZE if total <= MOST_VALUES else max(5.5, SMALL_SIZE - max(0, total - 25) / 6)
    axes.set_yticks([*named, total + 0.3], [*names, "off every mode"], size=size)
    for mode, label in zip(named, axes.get_yticklabels(), strict=False):
        if mode in missing:
            label.set(color=VERMILLION, weight="bold")


def _write_value(axes: Axes, place: float, share: float) -> None:
    """The share in a column of its own at the right, where no bar and no mark can reach it."""
    style = {"ha": "right", "va": "center_baseline", "size": LABEL_SIZE, "color": INK}
    beside = axes.get_yaxis_transform()
    write_near(axes, wording.percent(share), (1.0, place), (40, 0), within=beside, **style)
