"""`diagnosis.png`: which modes the forger serves, round by round, in the run and in every branch.

A panel is a strip of time. Each mode has a band in it, and in a branch each GAN has a line of its
own in the band of every mode, so that a glance tells in how many of them a mode is found. Colour
says how much of its weight a mode gets.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy import ndarray

from ganrun import wording
from ganrun.diagnose.diagnosis import Detective, Diagnosis, Track
from ganrun.measure.coverage import COVERED_FRACTION, ENOUGH, SERVED, TOO_MUCH, how_served
from ganrun.report import diagnosis_story
from ganrun.report.figures.style import (
    LABEL_SIZE,
    MARGIN,
    SMALL_SIZE,
    TITLE_SIZE,
    WIDTH_INCHES,
    add_axes,
    draw_dot,
    headline,
    new_figure,
    ticks_in_rounds,
    write_drawn,
    write_near,
)
from ganrun.report.palette import BLUE, FAINT, INK, QUIET, VERMILLION
from ganrun.report.time_panels import TimePanel, panels_of

MISSING, PALE_BLUE, NAVY = "#f6e3d6", "#b9d7ec", "#06263f"
"""The occupancy's colours besides blue: nothing there, a little, far too much."""
LEVELS = (0.0, COVERED_FRACTION, ENOUGH, TOO_MUCH, 3.0)
"""Shares over weights at which the quarters of the scale begin and end."""
OCCUPANCY = LinearSegmentedColormap.from_list(
    "occupancy",
    [(0.0, MISSING), (0.25, MISSING), (0.25, PALE_BLUE), (0.5, BLUE), (0.75, BLUE), (1.0, NAVY)],
)
"""Each of the four has a quarter of the scale; missing is told from a little by a leap."""

MOST_NUMBERED = 12
"""More modes than this are numbered in fives."""
MOST_LETTERS = 116
"""In a line below the headline."""
MOST_LINES = 2
"""Of the evidence, which is told as far as whole sentences go."""
MOST_WORD_LETTERS = 10
"""In a line below the scale."""
WIDEST_LETTER = 0.079
"""Inches that a letter of a panel's head takes, on average, or less."""

_LEFT, _RIGHT, _BETWEEN = 0.86, 0.36, 0.32
_TOP, _LINE, _NOTE, _HEAD = 0.50, 0.19, 0.24, 0.12
_TICKS, _BETWEEN_ROWS, _LABEL, _FOOT = 0.24, 0.16, 0.34, 1.34
"""Inches: left and right of the panels and between them; the headline, a line of text, a line of
small text, above a panel; its tick labels, between rows, the word `round`, and what stands below
all panels."""
_BAND, _LEAST_PANEL, _MOST_PANEL, _OVERHANG = 0.25, 0.55, 2.6, 0.045
"""Inches: a mode's band where there are few, the lowest and highest panel, and what the line where
a branch begins is longer than its panel at both ends."""
_SCALE_WIDTH, _SCALE_HEIGHT, _DETECTIVES_LEFT, _DETECTIVES_WIDTH = 3.5, 1.06, 5.1, 4.14
_STRIP = 0.15
_LEAST_BESIDE, _LEAST_FOOT = 1.5, 0.12
"""Inches: the scale of colours and the detectives' line, and how high a last row must be for both
to stand beside it."""

_HEADING: dict[str, Any] = {"loc": "left", "size": LABEL_SIZE, "color": INK}
Place = tuple[float, float]
"""The left and the upper edge on the page, in inches."""

DIAGNOSIS = diagnosis_story.FIGURE.stem
"""What the figure is called."""


def write_diagnosis_figure(folder: Path, diagnosis: Diagnosis) -> Path:
    """Draw `figures/diagnosis.png` in a run's folder; raises `StoreError` where it cannot be."""
    place = (folder / diagnosis_story.FIGURE).parent
    (path,) = write_drawn({DIAGNOSIS: diagnosis_figure}, diagnosis, place)
    return path


def diagnosis_figure(diagnosis: Diagnosis) -> Figure:
    """Draw the run, its branches, the scale of colours, and what the detectives say."""
    panels = panels_of(diagnosis)
    page = _page(diagnosis, panels)
    figure = new_figure(page.height)
    headline(figure, diagnosis_story.headline(diagnosis), "\n".join(page.subtitle))
    note = 1 - (page.top - _NOTE + 0.02) / page.height
    figure.text(MARGIN, note, _note(panels), size=SMALL_SIZE, color=QUIET, va="top")
    for number, panel in enumerate(panels):
        axes = add_axes(figure, *page.box(number), panel.title)
        _draw(axes, panel, diagnosis)
        _write_head(axes, panel, page.heads[number])
        if number % page.columns == 0:
            _number_modes(axes, diagnosis)
        if number + page.columns >= len(panels):
            axes.set_xlabel("round", labelpad=1)
    below, beside = page.places
    _draw_scale(figure, below)
    if diagnosis.detective is not None:
        _draw_detectives(figure, beside, diagnosis.detective)
    return figure


Head = tuple[list[str], list[str]]
"""The lines over a panel: its title's, and its outcome's."""


@dataclass(frozen=True)
class _Page:
    """Where everything stands, in inches."""

    subtitle: list[str]
    heads: list[Head]
    columns: int
    wide: float
    high: float
    """Of a panel."""

    @property
    def top(self) -> float:
        """All that stands above the panels."""
        return _TOP + _LINE * len(self.subtitle) + _NOTE

    @cached_property
    def above(self) -> list[float]:
        """Room for the heads of each row of panels."""
        lines = [len(title) + len(ending) for title, ending in self.heads]
        rows = range(0, len(lines), self.columns)
        return [_HEAD + _LINE * max(lines[first : first + self.columns]) for first in rows]

    @property
    def inside(self) -> float:
        """The rows of panels, from the first head to the last tick labels."""
        rows = len(self.above)
        return sum(self.above) + rows * (self.high + _TICKS + _BETWEEN_ROWS) - _BETWEEN_ROWS

    @property
    def has_room_beside(self) -> bool:
        """Whether the scale and the detectives find room beside a lone last panel."""
        alone = len(self.heads) % self.columns == 1 < self.columns
        return alone and self.above[-1] + self.high >= _LEAST_BESIDE

    @property
    def height(self) -> float:
        """Of the page."""
        return self.top + self.inside + _LABEL + (_LEAST_FOOT if self.has_room_beside else _FOOT)

    def box(self, number: int) -> tuple[float, float, float, float]:
        """The left and the lower edge of a panel, its width and its height."""
        row, column = divmod(number, self.columns)
        left = _LEFT + column * (self.wide + _BETWEEN)
        down = sum(self.above[: row + 1]) + (row + 1) * self.high + row * (_TICKS + _BETWEEN_ROWS)
        return left, self.height - self.top - down, self.wide, self.high

    @property
    def places(self) -> tuple[Place, Place]:
        """Where the scale of colours and the detectives stand."""
        if not self.has_room_beside:
            return (_LEFT, _FOOT), (_DETECTIVES_LEFT, _FOOT)
        left = _LEFT + self.wide + _BETWEEN
        upper = self.height - self.top - self.inside + _TICKS + self.high + self.above[-1] - _HEAD
        return (left, upper), (left, upper - _SCALE_HEIGHT)


def _page(diagnosis: Diagnosis, panels: Sequence[TimePanel]) -> _Page:
    columns = panel_columns(len(panels))
    wide = (WIDTH_INCHES - _LEFT - _RIGHT - (columns - 1) * _BETWEEN) / columns
    high = min(max(_BAND * diagnosis.modes, _LEAST_PANEL), _MOST_PANEL)
    return _Page(_subtitle(diagnosis), [_head(one, wide) for one in panels], columns, wide, high)


def panel_columns(panels: int) -> int:
    """How many panels stand side by side."""
    return 2 if panels == 4 else min(panels, 3)


def occupancy_levels(
    shares: Float[ndarray, "*R K"], weights: Float[ndarray, " K"]
) -> Float[ndarray, "*R K"]:
    """Shares on the scale of colours, from 0 to 1, a quarter for each way to be served."""
    served, bounds = how_served(shares, weights), np.array(LEVELS)
    low, high = bounds[served], bounds[served + 1]
    levels: Float[ndarray, "*R K"] = served + np.clip((shares / weights - low) / (high - low), 0, 1)
    return levels / len(SERVED)


def _head(panel: TimePanel, wide: float) -> Head:
    """A panel's title and its outcome, in as many lines as they take."""
    letters = int(wide / WIDEST_LETTER)
    # A number stays with what it counts.
    ending = panel.outcome.words.replace(" without fault", "\N{NO-BREAK SPACE}without fault")
    return textwrap.wrap(panel.title, letters), textwrap.wrap(ending, letters)


def _subtitle(diagnosis: Diagnosis) -> list[str]:
    """The run, how sure the verdict is, and what most speaks for it."""
    run = f"{diagnosis_story.whose(diagnosis)}; confidence {wording.percent(diagnosis.confidence)}"
    sentences = diagnosis.evidence.split(". ")
    told = [". ".join(sentences[:count]) + "." for count in range(1, len(sentences))]
    fitting = [textwrap.wrap(words, MOST_LETTERS) for words in [*told, diagnosis.evidence]]
    whole = [lines for lines in fitting if len(lines) <= MOST_LINES]
    cut = textwrap.wrap(diagnosis.evidence, MOST_LETTERS, max_lines=MOST_LINES, placeholder=" ...")
    return [*textwrap.wrap(run, MOST_LETTERS), *(whole[-1] if whole else cut)]


def _note(panels: Sequence[TimePanel]) -> str:
    """How to read the panels."""
    words = "one band per mode"
    if any(len(panel.tracks) > 1 for panel in panels):
        words += ", in it one line per GAN"
    if any(panel.before is not None for panel in panels):
        words += "; black line: where a branch leaves the run"
    if not all(all(panel.whole) for panel in panels):
        words += "; grey: diverged"
    return words


def _draw(axes: Axes, panel: TimePanel, diagnosis: Diagnosis) -> None:
    modes = diagnosis.modes
    axes.set_xlim(0, panel.to_round)
    axes.set_ylim(modes, 0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
    axes.set_yticks([])
    ticks_in_rounds(axes.xaxis)
    weights = np.array(diagnosis.weights)
    if panel.before is not None:
        _draw_track(axes, panel.before, weights, (0, panel.from_round), (0, 1))
        over = _OVERHANG / (axes.bbox.height / axes.figure.dpi)
        style: dict[str, Any] = {"color": INK, "linewidth": 1.3, "clip_on": False, "zorder": 3}
        up_and_down = axes.get_xaxis_transform()
        axes.vlines(panel.from_round, -over, 1 + over, transform=up_and_down, **style)
    span = (panel.from_round, panel.to_round)
    for place, (track, whole) in enumerate(zip(panel.tracks, panel.whole, strict=True)):
        line = (place, len(panel.tracks))
        _draw_track(axes, track, weights, span, line, whole=whole)
    if not any(track.steps for track in panel.tracks):
        middle = (panel.from_round + panel.to_round) / 2
        style = {"ha": "center", "va": "center", "size": SMALL_SIZE, "color": QUIET}
        axes.text(middle, modes / 2, "never evaluated", **style)


def _draw_track(
    axes: Axes,
    track: Track,
    weights: Float[ndarray, " K"],
    span: tuple[int, int],
    line: tuple[int, int],
    *,
    whole: bool = True,
) -> None:
    """One GAN's lines: the `line[0]`-th of `line[1]` in every mode's band; grey where it ended."""
    modes, (which, lines) = len(weights), line
    gap = 0.12 if modes <= MOST_NUMBERED else 0.06
    thick = (1 - gap) / lines
    upper = np.arange(modes) + gap / 2 + which * thick
    if not (whole and track.steps):
        axes.barh(upper, span[1] - span[0], thick, span[0], align="edge", color=FAINT)
    if not track.steps:
        return
    levels = occupancy_levels(diagnosis_story.shares_of(track, modes), weights).T
    # Every other row of the mesh is what lies between two lines of this GAN.
    edges = np.stack([upper, upper + thick], axis=1).ravel()
    rows = np.full((2 * modes - 1, levels.shape[1]), np.nan)
    rows[::2] = levels
    axes.pcolormesh(
        time_edges(track.steps, *span, whole=whole),
        edges,
        np.ma.masked_invalid(rows),
        cmap=OCCUPANCY,
        vmin=0,
        vmax=1,
        zorder=1,
    )


def time_edges(
    steps: Sequence[int], first: int, last: int, *, whole: bool
) -> Float[ndarray, " R+1"]:
    """Where each evaluation's piece begins and ends: half-way to its neighbours, in the span.

    The last piece of a course that is not whole is as long after its evaluation as before it.
    """
    places = np.clip(np.array(steps, dtype=float), first, last)
    middles = (places[:-1] + places[1:]) / 2
    half = places[-1] - (middles[-1] if len(middles) else first)
    return np.array([first, *middles, last if whole else min(places[-1] + half, last)])


def _write_head(axes: Axes, panel: TimePanel, head: Head) -> None:
    """The title, and under it what became of the GANs."""
    title, ending = head
    hue = {"all": BLUE, "some": INK, "none": VERMILLION}[panel.outcome.good]
    styles: list[dict[str, Any]] = [{"size": TITLE_SIZE, "color": INK}] * len(title)
    styles += [{"size": LABEL_SIZE, "color": hue, "weight": "bold"}] * len(ending)
    for up, (line, style) in enumerate(zip([*title, *ending][::-1], styles[::-1], strict=True)):
        write_near(axes, line, (0, 1), (0, 7 + up * 72 * _LINE), **style)


def _number_modes(axes: Axes, diagnosis: Diagnosis) -> None:
    """Each mode's number at its band; those that the run had lost stand out."""
    modes, lost = diagnosis.modes, diagnosis_story.lost_modes(diagnosis)
    named = range(0, modes, 1 if modes <= MOST_NUMBERED else 5 if modes <= 60 else 20)
    axes.set_yticks([mode + 0.5 for mode in named], [f"mode {mode}" for mode in named])
    axes.tick_params(axis="y", length=0, pad=3)
    for mode, label in zip(named, axes.get_yticklabels(), strict=True):
        if mode in lost:
            label.set(color=VERMILLION, weight="bold")


def _draw_scale(figure: Figure, place: Place) -> None:
    """What the colours mean, in words."""
    axes = _strip(figure, place, 0.36, _SCALE_WIDTH, "scale")
    axes.set_title("share of the samples that a mode gets, against its weight", pad=6, **_HEADING)
    colours = np.linspace(0, 1, 400)[None, :]
    axes.imshow(colours, cmap=OCCUPANCY, aspect="auto", extent=(0, len(SERVED), 0, 1))
    marks = [wording.percent(level) for level in LEVELS[1:]]
    axes.set_xticks(
        range(1, len(LEVELS)), [*marks[:-1], f"\N{GREATER-THAN OR EQUAL TO} {marks[-1]}"]
    )
    axes.tick_params(axis="x", length=2, pad=2)
    for part, words in enumerate(SERVED.values()):
        for down, line in enumerate(textwrap.wrap(words, MOST_WORD_LETTERS)):
            style = {"within": "data", "ha": "center", "size": SMALL_SIZE, "color": INK}
            write_near(axes, line, (part + 0.5, 0), (0, -25 - 11 * down), **style)


def _draw_detectives(figure: Figure, place: Place, detective: Detective) -> None:
    """Both detectives' AUCs on one line, the run's own above and a fresh one below, and words."""
    axes = _strip(figure, place, 0.54, _DETECTIVES_WIDTH, "detectives")
    axes.set_title("how well a detective tells real from forged (AUC)", pad=19, **_HEADING)
    known = [auc for auc in (detective.live_auc, detective.fresh_auc) if auc is not None]
    low = 0.5 if min(known, default=1.0) >= 0.45 else 0.0
    # The words at both ends have their place on the line as well.
    reach = 1 - low
    axes.set_xlim(low - 0.30 * reach, 1 + 0.20 * reach)
    axes.set_ylim(0, 1)
    axes.hlines(0.5, low, 1, color=FAINT, linewidth=3, zorder=1, capstyle="round")
    axes.vlines(0.5, 0.2, 0.8, color=QUIET, linewidth=1, zorder=2)
    ends: dict[str, Any] = {"va": "center", "size": SMALL_SIZE, "color": QUIET}
    axes.text(low - 0.03 * reach, 0.5, "by chance" if low else "always wrong", ha="right", **ends)
    axes.text(1 + 0.03 * reach, 0.5, "always", ha="left", **ends)
    if detective.fresh_auc is not None:
        if detective.fresh_interval is not None:
            axes.hlines(0.5, *detective.fresh_interval, color=BLUE, linewidth=6, alpha=0.35)
        words = f"a fresh one {diagnosis_story.fresh_words(detective)}"
        _mark(axes, detective.fresh_auc, low, words, above=False)
    if detective.live_auc is not None:
        _mark(axes, detective.live_auc, low, f"the run's own {detective.live_auc:.2f}", above=True)
    words = diagnosis_story.detective_words(detective)
    words = textwrap.fill(words, int(_DETECTIVES_WIDTH / 0.065))
    write_near(axes, words, (0, 0), (0, -20), va="top", size=SMALL_SIZE, color=INK)


def _mark(axes: Axes, auc: float, low: float, words: str, *, above: bool) -> None:
    """One detective on the line: the run's own is hollow and named above, a fresh one filled."""
    place, color = max(auc, low), INK if above else BLUE
    edge: dict[str, Any] = {"markeredgewidth": 1.3, "zorder": 4 if above else 3}
    draw_dot(axes, place, 0.5, color, filled=not above, size=7, **edge)
    share = (place - low) / (1 - low)
    write_near(
        axes,
        words,
        (place, 0.5),
        (0, 6 if above else -6),
        within="data",
        ha="left" if share < 0.25 else "right" if share > 0.75 else "center",
        va="bottom" if above else "top",
        size=SMALL_SIZE,
        color=color,
        weight="bold",
    )


def _strip(figure: Figure, place: Place, down: float, wide: float, label: str) -> Axes:
    """Low axes without a frame, so many inches below a place on the page."""
    left, upper = place
    axes = add_axes(figure, left, upper - down, wide, _STRIP, label)
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes
