"""A sweep's answer on a terminal: the paragraph, the ranking, the rates, and what is missing."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ganrun import wording
from ganrun.influence import COLLAPSED, MISSED, MODES_MISSING, OTHER_ENDINGS, paragraphs
from ganrun.influence.levels import Levels
from ganrun.report.case_ranking import rows_json
from ganrun.report.commands_to_copy import sweep_command
from ganrun.report.design_words import about_design
from ganrun.report.fitting_columns import GAP, FittingColumns
from ganrun.report.notes import print_cut, print_whole, print_wrapped
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION
from ganrun.report.run_story import unverified
from ganrun.report.sweep_record import BY, TIMES, Effect, Numbers, SweepRecord
from ganrun.report.sweep_story import (
    beyond_perfect,
    completeness,
    confirmed,
    fates_without_result,
    of_targets,
    remarks,
)
from ganrun.report.tables.cases import case_lines
from ganrun.store.sweep_folder import INFLUENCE, RESULTS
from ganrun.sweep.precision import Precision
from ganrun.sweep.run import described

MOST_PAIRS = 3
"""Tables of two factors that are shown; the file holds all."""
MOST_LEVELS = 24
"""Levels of a factor that get a row."""
BAR = 16

Cells = Sequence[str]
Table = list[tuple[str, Cells]]
"""Rows, each with its name; the first row is the heading."""


def print_sweep(record: SweepRecord, console: Console) -> None:
    """Print all there is to say of a sweep in words and tables."""
    rounds = wording.plural(record.design.sweep.base.training.steps, "round")
    title = Text(record.name, "bold")
    title.append(f"{GAP}{about_design(record.design)}, {rounds}", "not bold dim")
    parts = map(Text, paragraphs(record.influence))
    for words in filter(None, (title, *parts, Text(remarks(record)))):
        print_wrapped(console, words)
        console.print()
    width = console.width
    tables = [case_lines(record, width), ranking_lines(record, width)]
    tables += [*level_tables(record, width), *pair_tables(record, width)]
    for lines in filter(None, tables):
        for line in lines:
            line.truncate(width, overflow="ellipsis")
        print_cut(console, lines)
        console.print()
    _print_completeness(record, console)
    print_whole(console, f"{record.path / RESULTS}: every trial", "dim")
    print_whole(console, f"{record.path / INFLUENCE}: every number of this report", "dim")


def ranking_lines(record: SweepRecord, width: int) -> list[Text]:
    """Who explains how much of the headline outcome's variance."""
    if record.headline is None:
        title = wrapped(f"what explains {record.explained}", width, "bold")
        return [*title, *wrapped(record.note, width, "dim")]
    table: Table = [("", [BY[kind] for kind in record.explained_by])]
    table += [(effect.label, _ranking_cells(record, effect)) for effect in record.effects]
    if not _all_fit(table, width):
        table = [row for named in table for row in _in_two(*named)]
    lines = _aligned(table, width)
    numbers = iter(record.effects)
    for line, (_, row) in zip(lines[1:], table[1:], strict=True):
        if any(row):
            effect = next(numbers)
            shown = effect.share or effect.total
            assert shown is not None
            style = "dim" if effect.kind == "chance" else SCREEN_BLUE
            _append_bar(line, shown["value"], style, width)
    lines[0].stylize("dim")
    words = f"what explains {record.explained}, in shares of its variance"
    return [*wrapped(words, width, "bold"), *lines]


def _ranking_cells(record: SweepRecord, effect: Effect) -> Cells:
    """The cells of the columns that there are."""
    if record.explained_by == ["total"]:
        # Chance has no interactions, and stands in the one column that there is.
        return [_shown(effect.total or effect.share)]
    return [_shown(getattr(effect, kind)) for kind in record.explained_by]


def _in_two(name: str, cells: Cells) -> list[tuple[str, Cells]]:
    """The row of two factors as two rows, the numbers in the second."""
    first, times, second = name.partition(TIMES)
    if not times:
        return [(name, cells)]
    return [(first + TIMES.rstrip(), ["" for _ in cells]), (f"{GAP}{second}", cells)]


def _shown(numbers: Numbers | None) -> str:
    return wording.interval(numbers) if numbers else ""


def _append_bar(line: Text, share: float | None, style: str, width: int) -> None:
    """A bar behind a row, where there is room for the longest one: no bar is cut."""
    if cell_len(line.plain) + len(GAP) + BAR <= width:
        length = round(BAR * min(max(share or 0.0, 0.0), 1.0))
        line.append(GAP)
        line.append("━" * length, style)


def level_tables(record: SweepRecord, width: int) -> list[list[Text]]:
    """For every factor, the most influential first, how its levels do; verdicts say whose.

    Cases are left to their ranking, where there is one.
    """
    if not record.leveled:
        return []
    words = "what happens at each level"
    if endings := _endings(record):
        words += f"; {wording.listed(endings)} {record.judged}"
    title = wrapped(words, width, "bold")
    return [title, *(_level_table(record, field, width) for field in record.leveled)]


def _endings(record: SweepRecord) -> list[str]:
    """Verdicts that get a column: those that there are."""
    return [name for name in (COLLAPSED, *OTHER_ENDINGS) if record.verdicts[name]]


def _level_table(record: SweepRecord, field: str, width: int) -> list[Text]:
    """What is counted first, then what the verdicts make of it."""
    missing, missed = record.rates(MODES_MISSING, field), record.rates(MISSED, field)
    recovered = record.recovered_by_level(field)
    endings = _endings(record)
    heads = ["trials", "modes missing", "miss any", "recovered", *endings]
    table: Table = [("", heads)]
    for level, name in enumerate(record.levels[field].labels):
        cells = [
            f"{missed[level]['trials']:,}",
            wording.interval_of_mean(missing[level]),
            wording.interval(missed[level]),
            _recovered(record, recovered[level]),
            *(wording.percent(record.rates(one, field)[level]["value"]) for one in endings),
        ]
        table.append((name, cells))
    lines = _aligned(table[: MOST_LEVELS + 1], width)
    lines[0].stylize("dim")
    for line, rate in zip(lines[1:], missed, strict=False):
        _append_bar(line, rate["value"], SCREEN_VERMILLION, width)
    if len(missed) > MOST_LEVELS:
        lines.append(Text(f"... and {len(missed) - MOST_LEVELS:,} more levels", "dim"))
    return [Text(record.called(field), "bold"), *lines]


def _recovered(record: SweepRecord, numbers: Numbers) -> str:
    if numbers["value"] is None:
        return "-"
    total = record.modes_total
    if total is None:
        return wording.percent(numbers["value"])
    mean = round(numbers["value"] * total, 4)  # a tie that the share's digits hide stays one
    return f"{mean:.1f} of {total}"


def pair_tables(record: SweepRecord, width: int) -> list[list[Text]]:
    """How many modes are missing by two factors at once, for the leading ones."""
    order = {field: place for place, field in enumerate(record.varied)}
    pairs = [
        pair
        for pair in record.influence["outcomes"][MODES_MISSING]["pairs"]
        if all(field in order for field in pair["fields"])
    ]
    pairs.sort(key=lambda pair: sorted(order[field] for field in pair["fields"]))
    tables = [_pair_table(record, pair, width) for pair in pairs[:MOST_PAIRS]]
    if len(pairs) > MOST_PAIRS:
        words = f"the other {len(pairs) - MOST_PAIRS} pairs of factors are in {INFLUENCE}"
        tables.append([Text(words, "dim")])
    return tables


def _pair_table(record: SweepRecord, pair: Mapping[str, Any], width: int) -> list[Text]:
    down, across = pair["fields"]
    cells = {tuple(cell["levels"]): cell for cell in pair["cells"]}
    if len(record.levels[across]) > len(record.levels[down]):
        down, across = across, down
        cells = {(j, i): cell for (i, j), cell in cells.items()}
    names = record.levels[down].labels[:MOST_LEVELS]
    heads = _pair_heads(record.levels[across])
    title = f"modes missing: {record.called(down)} (down), {record.called(across)} (across)"
    for show in (
        wording.interval_of_mean,
        lambda cell: wording.interval_of_mean({**cell, "low": None}),
    ):
        table: Table = [("", row) for row in heads]
        for i, name in enumerate(names):
            table.append((name, [show(cells[i, j]) for j in range(len(heads[0]))]))
        if _all_fit(table, width):
            break
    lines = _aligned(table, width)
    for line in lines[: len(heads)]:
        line.stylize("dim")
    return [*wrapped(title, width, "bold"), *lines]


def _pair_heads(levels: Levels) -> list[Cells]:
    """The levels' names in a line; of bins, whose names are long, in two."""
    if not levels.binned:
        return [levels.labels]
    ends = [label.partition(" to ") for label in levels.labels]
    return [[f"{low} to" for low, _, _ in ends], [high for _, _, high in ends]]


def _aligned(table: Table, width: int) -> list[Text]:
    """Names at the left, cells at the right of their columns, as many as there is room for."""
    breadth = max(cell_len(name) for name, _ in table)
    columns = FittingColumns([row for _, row in table], width - breadth)
    lines = [
        Text(name + " " * (breadth - cell_len(name)) + columns.line(row), end="")
        for name, row in table
    ]
    lines[0].append(columns.more)
    return lines


def wrapped(words: str, width: int, style: str) -> list[Text]:
    """Words in as many lines as they take."""
    return [Text(line, style) for line in textwrap.wrap(words, width)]


def _all_fit(table: Table, width: int) -> bool:
    """Whether there is room for all columns."""
    return cell_len(_aligned(table, 100_000)[0].plain) <= width


def _print_completeness(record: SweepRecord, console: Console) -> None:
    """How many trials have a result, which failed and why, and how to go on."""
    first, *failures = completeness(record)
    whole = record.finished == len(record.rows)
    print_whole(console, first, "" if whole else SCREEN_VERMILLION)
    if record.precision is not None:
        print_wrapped(console, Text(precision_words(record.precision)))
    for line in failures:
        print_whole(console, line, "dim" if line.startswith("...") else "")
    if words := unverified(sum(not row.verified for row in record.rows), "trial"):
        print_whole(console, words, "dim")
    if not whole:
        print_whole(console, f"to go on: {sweep_command(record)}", "dim")


def precision_words(precision: Precision) -> str:
    """Whether the intervals are as narrow as was asked for, and which is the widest."""
    if precision.reached:
        return f"The precision is reached: {precision.words()}."
    if precision.widest is None:
        return f"How precise it is cannot be told: {precision.words()}."
    if not precision.more_seeds():
        return f"The precision was not reached: {precision.words()}, the most that it may have."
    return f"The precision is not reached yet: {precision.words()}."


def _precision_json(record: SweepRecord) -> dict[str, Any] | None:
    found = record.precision
    if found is None:
        return None
    return {
        "asked": found.asked,
        "widest": found.widest and found.widest.half,
        "of": found.widest and found.widest.of,
        "reached": found.reached,
        "seeds": found.seeds,
        "most_seeds": found.most_seeds,
    }


def sweep_json(record: SweepRecord) -> dict[str, Any]:
    """All that the tables know, as plain data."""
    failed = [row for row in record.without_result() if row.status == "failed"]
    return {
        "path": str(record.path),
        "name": record.name,
        "id": record.folder.id,
        "trials": len(record.rows),
        "finished": record.finished,
        "without_result": fates_without_result(record),
        "failed": [
            {
                "trial": row.index,
                "cell": described(record.design, row.cell),
                "seed": row.seed,
                "error": row.error,
            }
            for row in failed
        ],
        "verified": all(row.verified for row in record.rows),
        "verdicts": dict(sorted(record.verdicts.items())),
        "results": str(record.path / RESULTS),
        "precision": _precision_json(record),
        "confirmed": confirmed(record),
        "beyond_perfect": len(beyond_perfect(record)),
        "paragraph": record.influence["paragraph"],
        "remarks": of_targets(record),
        "cases": rows_json(record),
        "influence": dict(record.influence),
    }
