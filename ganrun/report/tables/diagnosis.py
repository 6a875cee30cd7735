"""A diagnosis on a terminal: the verdict, its evidence, the branches, and what to try next."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ganrun.diagnose.diagnosis import NAME, Branch, Diagnosis
from ganrun.report.branch_table import branch_columns, branch_note, branch_table
from ganrun.report.diagnosis_story import FIGURE, how_sure, probes, whose
from ganrun.report.fitting_columns import GAP, FittingColumns
from ganrun.report.notes import print_cut, print_whole, print_wrapped
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION, screen_hue
from ganrun.store.formats import json_text
from ganrun.store.layout import BRANCHES

LEAST_TITLE = 20
"""Cells that a branch's title gets; where it needs more, it goes on below."""


def print_diagnosis(diagnosis: Diagnosis, console: Console, *, path: Path) -> None:
    """Print all there is to say of a run.

    Args:
        diagnosis: what was found.
        console: where it goes.
        path: the run's folder; of the diagnosis's files those are named that are there.
    """
    print_wrapped(console, Text(whose(diagnosis), "bold"))
    print_wrapped(console, verdict_line(diagnosis))
    console.print()
    print_wrapped(console, Text(diagnosis.evidence))
    console.print()
    print_cut(console, branch_lines(diagnosis, console.width))
    console.print()
    for _, words in probes(diagnosis):
        print_wrapped(console, Text(words))
        console.print()
    print_wrapped(console, Text("What to try next", "bold"))
    print_wrapped(console, Text(diagnosis.advice.words))
    if diagnosis.advice.command:
        print_whole(console, diagnosis.advice.command, SCREEN_BLUE)
    if places := _places(path):
        console.print()
    for place in places:
        print_whole(console, place, "dim")


def diagnosis_json(diagnosis: Diagnosis, path: Path) -> str:
    """The whole document and the run's folder as strict JSON."""
    return _as_json(_content(diagnosis, path))


def diagnoses_json(found: Sequence[tuple[Path, Diagnosis]]) -> str:
    """Likewise, of several runs one list."""
    return _as_json([_content(diagnosis, path) for path, diagnosis in found])


def _content(diagnosis: Diagnosis, path: Path) -> dict[str, Any]:
    return {"path": str(path), **asdict(diagnosis)}


def _as_json(content: Any) -> str:
    return json_text(content, sort_keys=False).decode().rstrip("\n")


def verdict_line(diagnosis: Diagnosis) -> Text:
    """`collapsed  (confidence 93 %; the quick verdict: likely undertrained 61 %)`."""
    word = diagnosis.verdict
    line = Text().append(word, f"bold {screen_hue(word)}".strip())
    return line.append(f"{GAP}({how_sure(diagnosis)})", "dim")


def branch_lines(diagnosis: Diagnosis, width: int) -> list[Text]:
    """The table of the run, its branches and perfect samples, of at most `width` cells a line."""
    names = branch_columns(diagnosis)
    for before in (True, False):
        table = branch_table(diagnosis, before=before)
        columns = FittingColumns([row for _, row in table], width - LEAST_TITLE)
        if not columns.hidden:
            break
    taken = columns.width + len(columns.more)
    longest = max(cell_len(title) for title, _ in table)
    breadth = min(longest, max(width - taken, LEAST_TITLE))
    lines = []
    for place, (title, row) in enumerate(table, start=-2):  # 0 is the run
        first, *rest = textwrap.wrap(title, breadth, subsequent_indent=GAP) or [""]
        line = Text(first + " " * (breadth - cell_len(first)) + columns.line(row), end="")
        if 0 < place <= len(diagnosis.branches):
            _colour(line, row[0], diagnosis.branches[place - 1], breadth)
        elif place:
            line.stylize("dim")
        lines += [line, *map(Text, rest)]
    lines[1].append(columns.more)
    note = f"({branch_note(diagnosis, names[: columns.shown])})"
    lines += [Text(words, "dim") for words in textwrap.wrap(note, width)]
    for text in lines:
        text.truncate(width, overflow="ellipsis")
    return lines


def _colour(line: Text, cell: str, branch: Branch, before: int) -> None:
    """Colour how many are without fault; the number says the same."""
    if branch.cured in (0, len(branch.runs)):
        start = line.plain.index(cell, before)
        hue = SCREEN_BLUE if branch.cured else SCREEN_VERMILLION
        line.stylize(hue, start, start + len(cell))


def _places(path: Path) -> list[str]:
    """The files that a diagnosis left in the run's folder."""
    places = {
        path / NAME: "every number of this diagnosis",
        path / FIGURE: "each mode over the rounds",
        path / BRANCHES: "the branches, run folders like any other",
    }
    return [f"{place}: {what}" for place, what in places.items() if place.exists()]
