"""The cells of a sweep as they fill: a column for each, as high as it recovers modes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from rich.text import Text

from ganrun.report.live.frame_parts import inner_width
from ganrun.report.live.sparkline import ASCII_EIGHTHS, EIGHTHS
from ganrun.report.live.watcher import Moment
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION
from ganrun.sweep.run import CellTally

FIELD_AROUND = 2
"""Lines besides those of the cells: the key, and one before it."""
FILLED, HALF = 0.95, 0.5
"""Mean shares of modes recovered from which a cell is blue, and below which it is red."""
SECONDS_BETWEEN_DRAWINGS = 1.0
TEN = 10
GROUPS = range(2, 21)
"""Levels of the field that varies fastest by which cells are grouped; else they are by tens."""


@dataclass(frozen=True)
class Slowest:
    """What varies slowest in a design: a field or the case, and its levels in words."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Field:
    """How cells are laid out: by groups, so many to a line; a column may be of several cells.

    Where every line is a level of what varies `slowest`, it is named.
    """

    cells: int
    together: int
    group: int
    groups_to_a_line: int
    slowest: Slowest | None = None

    @property
    def lines(self) -> int:
        """How many there are."""
        return math.ceil(self._groups / self.groups_to_a_line)

    @property
    def _groups(self) -> int:
        return math.ceil(math.ceil(self.cells / self.together) / self.group)


def field_of(
    cells: int, levels: int, width: int, lines: int, slowest: Slowest | None = None
) -> Field | None:
    """The layout of so many cells; `levels` of them in a row differ in one field alone.

    Where there are too many, several share a column; None where there is no room at all.
    """
    group = levels if levels in GROUPS else TEN
    if slowest is not None and (field := _by_lines(cells, group, width, lines, slowest)):
        return field
    room = (width - 2 + 1) // (group + 1)
    if lines < 1 or room < 1 or not cells:
        return None
    field = Field(cells, 1, group, room)
    if field.lines > lines:
        room = max((width - 2 + 1) // (TEN + 1), 1)
        field = Field(cells, math.ceil(cells / (room * TEN * lines)), TEN, room)
    # Lines of one length, rather than a full one and a rest.
    return replace(field, groups_to_a_line=math.ceil(field._groups / field.lines))


def _by_lines(cells: int, group: int, width: int, lines: int, slowest: Slowest) -> Field | None:
    """A line for each of the slowest levels; None where they have no room."""
    count = len(slowest.levels)
    each = cells // count
    group = group if each % group == 0 else each
    needed = len(_label(slowest, 0)) + each + each // group - 1
    if count > lines or each < 2 or needed > width:
        return None
    return Field(cells, 1, group, each // group, slowest)


def _label(slowest: Slowest | None, line: int) -> str:
    """What stands before the cells of a line."""
    if slowest is None:
        return "  "
    breadth = max(map(len, slowest.levels))
    return f"  {slowest.levels[line]:>{breadth}}  "


def draw_field(
    tallies: Mapping[int, CellTally], seeds: int, field: Field, width: int, ascii_only: bool
) -> list[Text]:
    """The key, and the lines of cells in the design's order."""
    a_line = field.group * field.groups_to_a_line
    marks = list(_marks(tallies, seeds, field, ascii_only))
    lines = [_key(field, width, ascii_only)]
    for number, first in enumerate(range(0, len(marks), a_line)):
        line = Text().append(_label(field.slowest, number), "dim")
        here = marks[first : first + a_line]
        for place in range(0, len(here), field.group):
            line.append(" " if place else "")
            for style, signs in groupby(here[place : place + field.group], itemgetter(1)):
                line.append("".join(sign for sign, _ in signs), style)
        lines.append(line)
    return lines


def _marks(
    tallies: Mapping[int, CellTally], seeds: int, field: Field, ascii_only: bool
) -> Iterator[tuple[str, str]]:
    """The sign and the style of every column."""
    signs = ASCII_EIGHTHS if ascii_only else EIGHTHS
    for first in range(0, field.cells, field.together):
        cells = range(first, min(first + field.together, field.cells))
        known = [tallies[cell] for cell in cells if cell in tallies]
        trials = sum(one.trials for one in known)
        if not trials:
            yield "." if ascii_only else "·", "dim"
            continue
        share = sum(one.recovered for one in known) / trials
        style = SCREEN_BLUE if share >= FILLED else SCREEN_VERMILLION if share < HALF else ""
        whole = trials >= seeds * len(cells)
        yield signs[1 + round(7 * min(share, 1.0))], style if whole else f"dim {style}".strip()


def _key(field: Field, width: int, ascii_only: bool) -> Text:
    each = "every cell" if field.together == 1 else f"every {field.together:,} cells"
    by = f"{each} by {field.slowest.name}" if field.slowest else each
    signs, none = (ASCII_EIGHTHS, ".") if ascii_only else (EIGHTHS, "·")
    text = Text("", "dim", end="").append(signs[1], f"not dim {SCREEN_VERMILLION}")
    text.append(" none to ").append(signs[8], f"not dim {SCREEN_BLUE}").append(
        " all modes recovered"
    )
    for words in (f"{by}   {none} to come   ", f"{each}   {none} to come   ", f"{each}   ", ""):
        if len(words) + len(text.plain) <= width:
            return Text(words, "dim", end="").append_text(text)
    return Text(each, "dim", end="")


class LiveField:
    """The cells as they are shown: drawn anew now and then, as there may be many thousands."""

    def __init__(self) -> None:
        self._drawn_for: tuple[object, ...] = ()
        self._drawn_at = 0.0
        self._lines: list[Text] = []

    def lines(
        self, tallies: Mapping[int, CellTally], seeds: int, field: Field, moment: Moment
    ) -> list[Text]:
        """As `draw_field` has them, not older than a second."""
        wanted = (field, seeds, moment.width, moment.ascii_only, moment.ending)
        old = moment.seconds_elapsed - self._drawn_at >= SECONDS_BETWEEN_DRAWINGS
        if old or wanted != self._drawn_for:
            width = inner_width(moment)
            self._lines = draw_field(tallies, seeds, field, width, moment.ascii_only)
            self._drawn_for, self._drawn_at = wanted, moment.seconds_elapsed
        return self._lines
