"""The typography that all figures share, and how a figure becomes a file.

Figures are made for about 900 pixels across, the width of a README: 9.6 inches at 150 dots per
inch are 1,440 pixels there, so that 9 points show as 12 pixels.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal, TypeVar

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ganrun.report.figures_wanted import PLAIN, Style, Wanted
from ganrun.report.palette import FAINT, INK, PAPER, QUIET
from ganrun.store.atomic import make_folder, replace_file
from ganrun.wording import percent

R = TypeVar("R")
"""What a figure is drawn of: the record of a run or of a sweep, or a diagnosis."""

WIDTH_INCHES = 9.6
MARGIN = 0.035
"""Left and right margin, as a share of the width."""

HEADLINE_SIZE, SUBTITLE_SIZE, TITLE_SIZE, LABEL_SIZE, SMALL_SIZE = 14.0, 10.0, 10.0, 9.0, 8.0

_SETTINGS: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": LABEL_SIZE,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.7,
    "axes.labelcolor": QUIET,
    "axes.labelsize": LABEL_SIZE,
    "axes.facecolor": PAPER,
    "axes.unicode_minus": True,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelsize": SMALL_SIZE,
    "ytick.labelsize": SMALL_SIZE,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    # Text stays text in a PDF, as publishers ask; in an SVG it is outlines, equal everywhere.
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "ganrun",
}

_WANTED: ContextVar[Wanted] = ContextVar("wanted", default=PLAIN)
"""How the figure that is being drawn is wanted."""

_NOTHING_OF_THE_DAY: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
    "svg": {"Creator": None, "Date": None},
}
"""Neither date nor version: equal figures are equal bytes."""
_PAPER_EDGE = 0.04
"""Inches around what is drawn, in a figure for a paper."""


@contextmanager
def house_style(wanted: Wanted = PLAIN) -> Iterator[None]:
    """Draw by these settings alone, whatever the reader's own matplotlibrc says."""
    before = _WANTED.set(wanted)
    try:
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(_SETTINGS)
            yield
    finally:
        _WANTED.reset(before)


def new_figure(height_inches: float) -> Figure:
    """An empty figure of the common width, with a canvas of its own: no pyplot, no window."""
    figure = Figure(figsize=(WIDTH_INCHES, height_inches), dpi=_WANTED.get().dots_per_inch)
    FigureCanvasAgg(figure)
    return figure


def headline(figure: Figure, title: str, subtitle: str) -> tuple[Text, Text]:
    """Title and subtitle at the top left; the subtitle may hold newlines.

    A figure for a paper has neither: its caption says what is to be said.
    """
    if _WANTED.get().style == Style.PAPER:
        title = subtitle = ""
    height = figure.get_figheight()
    words = figure.text(
        MARGIN, 1 - 0.16 / height, title, size=HEADLINE_SIZE, weight="bold", va="top", color=INK
    )
    below = figure.text(
        MARGIN, 1 - 0.46 / height, subtitle, size=SUBTITLE_SIZE, va="top", color=QUIET
    )
    return words, below


def write_in_line(figure: Figure, words: Sequence[tuple[str, str]], y: float) -> None:
    """Words in their colours, one behind the other; those that are not quiet are bold."""
    left = MARGIN
    for text, color in words:
        weight = "normal" if color == QUIET else "bold"
        written = figure.text(left, y, text, size=LABEL_SIZE, color=color, weight=weight, va="top")
        left += (written.get_window_extent().width / figure.dpi + 0.25) / WIDTH_INCHES


def add_axes(
    figure: Figure, left: float, bottom: float, wide: float, tall: float, label: str = ""
) -> Axes:
    """Axes that stand, and are as large, as these inches say."""
    height = figure.get_figheight()
    box = (left / WIDTH_INCHES, bottom / height, wide / WIDTH_INCHES, tall / height)
    return figure.add_axes(box, label=label)


def write_near(
    axes: Axes,
    words: str,
    place: tuple[float, float],
    points: tuple[float, float],
    *,
    within: Any = "axes fraction",
    **style: Any,
) -> None:
    """Words so many points right of and above a place; they may stand outside the axes."""
    axes.annotate(
        words,
        place,
        xycoords=within,
        xytext=points,
        textcoords="offset points",
        annotation_clip=False,
        **style,
    )


def draw_dot(
    axes: Axes, x: float, y: float, color: str, *, filled: bool, size: float, **style: Any
) -> None:
    """A dot, or a ring, that is not cut off at the edge of the axes."""
    face = color if filled else PAPER
    colours: dict[str, Any] = {"markerfacecolor": face, "markeredgecolor": color}
    axes.plot([x], [y], marker="o", markersize=size, clip_on=False, **colours, **style)


def bare(axes: Axes, grid: Literal["both", "x", "y"] = "both") -> None:
    """Leave out the frame's top and right, and draw a faint grid behind the data.

    Where its lines go up alone, the frame's left is left out as well.
    """
    axes.spines[["top", "right", *(["left"] if grid == "x" else [])]].set_visible(False)
    axes.grid(True, axis=grid, color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def wrapped(name: str, letters: int) -> str:
    """A name on as many lines as it takes, broken at spaces and after underscores."""
    lines = [""]
    for part in re.findall(r"[^_\s]+_*|\s+|_+", name):
        if lines[-1] and len(lines[-1] + part.rstrip()) > letters:
            lines.append("")
        lines[-1] += part if lines[-1] else part.lstrip()
    return "\n".join(line.rstrip() for line in lines)


def first_sentence(paragraph: str) -> str:
    """The first sentence of a paragraph."""
    return f"{paragraph.split('. ')[0].rstrip('.')}."


def write_drawn(
    drawn: Mapping[str, Callable[[R], Figure]],
    record: R,
    folder: Path,
    wanted: Wanted = PLAIN,
) -> list[Path]:
    """Draw these figures, by their names, into a folder; returns the paths of the files.

    Each is written whole or not at all; raises `StoreError` where it cannot be.
    """
    make_folder(folder)
    paths: list[Path] = []
    for name, draw in drawn.items():
        for kind in wanted.formats:
            paths.append(folder / f"{name}.{kind}")
            with house_style(wanted):
                # Drawn anew for each kind: a backend may change what it was given.
                content = saved(draw(record), kind)
            replace_file(paths[-1], content)
    return paths


def saved(figure: Figure, kind: str) -> bytes:
    """The bytes of a figure's file, in the style of the house that is drawn in."""
    content = io.BytesIO()
    cut: dict[str, Any] = {}
    if _WANTED.get().style == Style.PAPER:
        cut = {"bbox_inches": "tight", "pad_inches": _PAPER_EDGE}
    figure.savefig(content, format=kind, metadata=_NOTHING_OF_THE_DAY[kind], **cut)
    return content.getvalue()


def few_ticks(axis: Axis, *, whole: bool = False) -> None:
    """Four ticks or so at round numbers."""
    axis.set_major_locator(MaxNLocator(4, integer=whole, steps=[1, 2, 2.5, 5, 10]))


def ticks_in_rounds(axis: Axis) -> None:
    """A few ticks, labelled as rounds are."""
    few_ticks(axis, whole=True)
    axis.set_major_formatter(FuncFormatter(lambda value, _: short_round(value)))


def ticks_in_percent(axis: Axis) -> None:
    """Label an axis of shares in per cent, as finely as its ticks are."""
    axis.set_major_formatter(FuncFormatter(lambda share, _: percent(share, exact=True)))


def short_round(value: float) -> str:
    """A round on an axis: `0`, `250`, `7.5k`, `10k` or `1.5M`."""
    for unit, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= unit:
            return f"{value / unit:g}{letter}"
    return f"{value:g}"


def colour_bar(axes: Axes, norm: Normalize, colours: Colormap, **options: Any) -> Colorbar:
    """Fill these axes with a scale of colours, from left to right."""
    scale = ScalarMappable(norm, colours)
    bar = axes.figure.colorbar(scale, cax=axes, orientation="horizontal", **options)
    bar.outline.set_linewidth(0.5)
    bar.outline.set_edgecolor(QUIET)
    return bar
