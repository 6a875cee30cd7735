"""The list of many runs and sweeps: a line each, as text and, for programs, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ganrun import wording
from ganrun.config.errors import shortened
from ganrun.config.metrics import SUMMARY_METRICS
from ganrun.report import run_story
from ganrun.report.fitting_columns import GAP, FittingColumns
from ganrun.report.notes import print_cut, print_whole
from ganrun.report.palette import screen_hue
from ganrun.report.run_list import Listed, RunList

HEADS = ("name", "seed", "verdict", "modes", "age", "rounds", "id")
LEFT = ("name", "verdict", "id")
"""Columns whose cells begin where their headings do."""
CHOSEN = "differs from the defaults"
ROOM_FOR_CHOSEN = 18
"""Cells of a line that are kept for what differs."""
AT_LEAST = 3
"""Columns that stand wherever there is less room."""
LONGEST_NAME = 32


def print_runs(found: RunList, console: Console, *, at_most: int | None, of: RunList) -> None:
    """Print a line for each entry, and below them what else is to be known.

    `found` is what a filter has left `of` the whole; at most so many lines are printed.
    """
    shown = found.entries[:at_most]
    if shown:
        print_cut(console, run_lines(shown, console.width))
        console.print()
    for words in _below(found, of, len(shown)):
        print_whole(console, words, "dim")


def run_lines(entries: Sequence[Listed], width: int) -> list[Text]:
    """The heading and a line for each entry, of at most `width` cells."""
    cells = _aligned([HEADS, *map(_cells, entries)])
    chosen = ["" if one.problem else one.differs for one in entries]
    room = width + len(GAP) - (ROOM_FOR_CHOSEN if any(chosen) else 0)
    columns = FittingColumns(cells, room, at_least=AT_LEAST, counts_hidden=False)
    heading = [columns.line(cells[0]) + (f"{GAP}{CHOSEN}" if any(chosen) else "")]
    lines = [Text(heading[0][len(GAP) :], "dim", end="")]
    for one, row, words in zip(entries, cells[1:], chosen, strict=True):
        line = Text(columns.line(row)[len(GAP) :], end="")
        if hue := screen_hue(_word(one)):
            line.highlight_words([_word(one)], hue)
        lines.append(line.append(f"{GAP}{words}", "dim"))
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines


def runs_json(found: RunList, *, at_most: int | None) -> str:
    """All that is known of every entry, or of the first so many, as strict JSON."""
    entries = [_as_json(one) for one in found.entries[:at_most] if not one.problem]
    content = {"folder": str(found.folder), "runs": entries, "problems": found.problems}
    return json.dumps(content, indent=2, allow_nan=False)


def _as_json(one: Listed) -> dict[str, Any]:
    metrics = (*SUMMARY_METRICS, *one.own_metrics)
    words = {name: value for name, value in one.values.items() if name not in metrics}
    content = {"path": str(one.path), **words}
    if one.glance is None:
        return {**content, "planned": one.planned, "fates": dict(one.fates)}
    seen = one.glance
    return {
        **content,
        "verdict": one.best.word if one.best else None,
        "steps": seen.rounds,
        "ended": seen.when,
        "verified": seen.verified,
        "metrics": {name: seen.summary.get(name) for name in metrics} if one.best else {},
        "differs": dict(one.chosen),
    }


def _cells(one: Listed) -> tuple[str, ...]:
    values = one.values
    name = shortened(str(values["name"]), LONGEST_NAME)
    age = values.get("age")
    return (
        f"{GAP}{name}" if one.kind == "trial" else name,
        _text(values.get("seed")),
        _state(one),
        _modes(values),
        "" if age is None else wording.age(float(age)),
        _rounds(one),
        _text(values.get("id")),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _state(one: Listed) -> str:
    """What became of it: a run's verdict, or its status while it has none; a sweep's trials."""
    if one.best:
        return f"{one.best.short}, by hand" if one.kind == "game" else one.best.short
    if one.kind != "sweep" or one.problem:
        return _word(one)
    begun = int(one.values["trials"] or 0)
    if begun == one.planned:
        return f"sweep, {wording.plural(begun, 'trial')}"
    return f"sweep, {wording.of_total(begun, one.planned or 0)} trials"


def _word(one: Listed) -> str:
    return str(one.values.get("verdict") or one.values["status"])


def _modes(values: Mapping[str, Any]) -> str:
    total = values.get("modes_total")
    return "" if total is None else wording.of_total(values.get("modes_recovered"), int(total))


def _rounds(one: Listed) -> str:
    if one.glance is None:
        return ""
    played, asked = one.glance.rounds_played, one.glance.rounds
    if played == asked:
        return f"{asked:,}"
    return f"{'-' if played is None else f'{played:,}'} of {asked:,}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The cells of columns of words filled up, so that they begin below each other."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        [
            cell + " " * (width - cell_len(cell)) if head in LEFT else cell
            for cell, width, head in zip(row, widths, HEADS, strict=True)
        ]
        for row in rows
    ]


def _below(found: RunList, of: RunList, shown: int) -> list[str]:
    """How many there are, of how many, and what could not be verified."""
    lines = [found.counted]
    if len(found.entries) < len(of.entries):
        lines = [f"{found.counted} of {len(of.entries):,}"]
    if shown < len(found.entries):
        first = wording.form_for(shown, "the first is", f"the first {shown:,} are")
        lines = [f"{lines[0]}; {first} shown (--lines 0 shows all)"]
    believed = [one.best is not None for one in found.entries if one.verified == "no"]
    for ended in (True, False):
        lines.append(run_story.unverified(believed.count(ended), "run", ended=ended))
    return list(filter(None, lines))
