"""As many columns of a table as there is room for, the same in all tables of a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

GAP = "  "
MOST_HIDDEN = 99
"""Columns without room that the heading has room to count."""


class FittingColumns:
    """The first columns of a table, as many as fit, each as wide as its widest cell."""

    def __init__(
        self,
        rows: Sequence[Sequence[str]],
        room: int,
        *,
        gap: str = GAP,
        at_least: int = 1,
        counts_hidden: bool = True,
    ) -> None:
        """Measure the columns.

        Args:
            rows: all cells that may stand in the table, its headings among them.
            room: cells of a line that the columns may take, the gap before each of them included.
            gap: what stands before every cell.
            at_least: columns that stand even where there is no room for them.
            counts_hidden: keep room for the words `+ 6 more` where not all columns fit.
        """
        breadths = [max(map(cell_len, cells)) for cells in zip(*rows, strict=True)]
        needed = [len(gap) + breadth for breadth in breadths]
        if sum(needed) > room and counts_hidden:
            room -= len(_more(MOST_HIDDEN))
        fitting = sum(sum(needed[: place + 1]) <= room for place in range(len(needed)))
        self.shown = min(max(fitting, at_least), len(needed))
        self.hidden = len(needed) - self.shown
        self._gap, self._breadths = gap, breadths[: self.shown]

    @property
    def more(self) -> str:
        """What stands in the heading for columns without room; empty where all have it."""
        return _more(self.hidden) if self.hidden else ""

    @property
    def width(self) -> int:
        """Cells of a line."""
        return sum(len(self._gap) + breadth for breadth in self._breadths)

    def line(self, cells: Sequence[str]) -> str:
        """A row's cells at the right of their columns, those without room left out."""
        shown = zip(cells[: self.shown], self._breadths, strict=True)
        return "".join(self._gap + " " * (wide - cell_len(cell)) + cell for cell, wide in shown)


def in_two(name: str) -> tuple[str, str]:
    """A heading's words on two lines, neither longer than it must be."""
    words = name.replace("_", " ").split()
    splits = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(len(words))]
    return min(splits, key=lambda lines: max(map(len, lines)))


def _more(number: int) -> str:
    return f"{GAP}+ {number} more"
