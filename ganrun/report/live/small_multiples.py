"""All members beside each other: of each its map, its count, and how it came to that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Span, Text

from ganrun.playing.progress import MemberProgress
from ganrun.report.live.courses import Courses
from ganrun.report.live.live_map import LiveMaps
from ganrun.report.live.seed_words import covered_words, how_all_do, in_view, is_playing, labels_of
from ganrun.report.live.sparkline import sparkline
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION

LEAST_ROWS, MOST_ROWS = 6, 20
"""Lines of a map."""
AROUND = 2
"""Lines of a panel besides its map: its words and its course."""
GAP = 2
LEAST_SHOWN = 6
"""Fewer panels than this, if that is not all, say less than a row of numbers for each."""
UNSHOWN_LINES = 1
"""What is said where not all have room."""


@dataclass(frozen=True)
class Grid:
    """How many panels there are beside and below each other, with maps of so many lines."""

    rows: int
    across: int
    down: int

    @property
    def panels(self) -> int:
        """How many have room."""
        return self.across * self.down

    @property
    def width(self) -> int:
        """Cells of a panel."""
        return 2 * self.rows


def grid_for(members: int, width: int, height: int) -> Grid | None:
    """The largest panels that have room for all, else the most; None where rows say more."""
    for rows in range(MOST_ROWS, LEAST_ROWS - 1, -1):
        if (grid := _grid(rows, width, height)).panels >= members:
            return grid
    grid = _grid(LEAST_ROWS, width, height - UNSHOWN_LINES)
    return grid if grid.panels >= LEAST_SHOWN else None


def _grid(rows: int, width: int, height: int) -> Grid:
    across = width // (2 * rows + GAP)
    return Grid(rows, max(across, 0), max((height + 1) // (rows + AROUND + 1), 0))


def draw_multiples(
    members: Sequence[MemberProgress],
    maps: LiveMaps,
    courses: Courses,
    grid: Grid,
    *,
    ascii_only: bool,
) -> list[Text]:
    """The panels, and below them what is not shown."""
    labels = labels_of(members)
    shown = in_view(members, grid.panels)
    panels = [
        _panel(label, member, maps, courses, grid, ascii_only)
        for label, member in zip(labels[shown], members[shown], strict=True)
    ]
    lines: list[Text] = []
    for first in range(0, len(panels), grid.across):
        beside = panels[first : first + grid.across]
        lines += [_side_by_side(row) for row in zip(*beside, strict=True)]
        lines.append(Text(""))
    lines.pop()
    if len(panels) < len(members):
        lines.append(Text("  ") + Text("   ").join(how_all_do(members, len(members) - len(panels))))
    return lines


def _side_by_side(parts: Sequence[Text]) -> Text:
    """One line of several panels, put together at once: there may be hundreds in a frame."""
    words, spans, at = [" " * GAP], [], GAP
    for part in parts:
        spans.append(Span(at, at + len(part.plain), part.style))
        spans += [span.move(at) for span in part.spans]
        words += [part.plain, " " * GAP]
        at += len(part.plain) + GAP
    return Text("".join(words[:-1]), spans=spans, end="")


def _panel(
    label: str,
    member: MemberProgress,
    maps: LiveMaps,
    courses: Courses,
    grid: Grid,
    ascii_only: bool,
) -> list[Text]:
    """Lines of exactly the panel's width: words, map, course."""
    width = grid.width
    covered = courses.of(member).of("modes_covered", width)
    scale = (0.0, float(member.modes_total))
    course = sparkline(covered, scale, style=SCREEN_BLUE, ascii_only=ascii_only)
    lines = maps.view(member, grid.rows, ascii_only).lines
    return [_caption(label, member, width), *lines, *course]


def _caption(label: str, member: MemberProgress, width: int) -> Text:
    """Whose it is and what it covers, at the two ends of the line."""
    right = covered_words(member)
    if member.diverged:
        right = Text("diverged", SCREEN_VERMILLION)
    elif member.round == 0:
        right = Text("waiting", "dim")
    room = width - cell_len(right.plain) - 1
    seed = f"seed {label}" if label.isdecimal() and len(label) + 5 <= room else label
    left = Text(set_cell_size(seed, max(room, 0)), "bold" if is_playing(member) else "dim", end="")
    return left.append(" ").append_text(right)
