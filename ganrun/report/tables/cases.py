"""The ranking of a sweep's cases on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from ganrun import wording
from ganrun.config.metrics import METRICS
from ganrun.report.case_ranking import (
    BEST_MEANS,
    COLUMNS,
    NOT_TOLD,
    CaseRow,
    case_rows,
    not_timed,
    perfect_words,
)
from ganrun.report.fitting_columns import GAP, FittingColumns, in_two
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION
from ganrun.report.run_story import AVERAGED_MEANS
from ganrun.report.sweep_record import SweepRecord

PERFECT = f"{GAP}perfect samples"
BEST = "="
_HUES = {"better": SCREEN_BLUE, "worse": SCREEN_VERMILLION}


def case_lines(record: SweepRecord, width: int) -> list[Text]:
    """Every case in a line, from the best to the worst; empty where the sweep has no ranking."""
    rows = case_rows(record)
    if not rows:
        return []
    plain = record.influence["cases"]["plain"]
    names = [_name(row) for row in rows]
    breadth = max(map(cell_len, [PERFECT, *names]))
    heads = [*([f"than {plain}"] if plain else []), *map(_head, COLUMNS), "verdicts"]
    above, below = zip(*map(in_two, heads), strict=True)
    cells = [[*([row.than_plain] if plain else []), *_numbers(row), row.verdicts] for row in rows]
    perfect = [*([""] if plain else []), *(perfect_words(record, name) for name in COLUMNS), ""]
    table = [above, below, *cells, perfect]
    columns = FittingColumns(table, width - breadth, counts_hidden=False)

    def line(name: str, cells: Sequence[str], style: str = "") -> Text:
        return Text(name + " " * (breadth - cell_len(name)) + columns.line(cells), style, end="")

    lines = [line("", above, "dim"), line("", below, "dim")]
    for name, row, row_cells in zip(names, rows, cells, strict=True):
        shown = line(name, row_cells, "dim" if row.entry["averaged"] else "")
        shown.highlight_words([f"{GAP}{row.than_plain}{GAP}"], _HUES.get(row.than_plain, ""))
        lines.append(shown)
    lines.append(line(PERFECT, perfect, "dim"))
    seeds = wording.plural(record.influence["cases"]["seeds"], "seed")
    title = f"the cases, by modes recovered: means over {seeds}, with 95 % intervals"
    notes = _notes(record, rows, heads[columns.shown :])
    told = [Text(one, "dim") for words in notes for one in textwrap.wrap(f"({words})", width)]
    return [*(Text(one, "bold") for one in textwrap.wrap(title, width)), *lines, *told]


def _name(row: CaseRow) -> str:
    """The case behind a mark where it may be the best; a moving average is set in."""
    mark = BEST if row.entry["may_be_best"] else " "
    return f"{mark} {GAP if row.entry['averaged'] else ''}{row.name}"


def _head(name: str) -> str:
    return METRICS[name].called if name in METRICS else name


def _numbers(row: CaseRow) -> list[str]:
    return [row.words(name) for name in COLUMNS]


def _notes(record: SweepRecord, rows: Sequence[CaseRow], unseen: Sequence[str]) -> Iterator[str]:
    """What the marks mean, and what is not there."""
    yield f"{BEST} {BEST_MEANS}"
    if record.influence["cases"]["plain"]:
        yield f"- {NOT_TOLD}"
    if averaged := next((row.name for row in rows if row.entry["averaged"]), None):
        yield f"{averaged}: {AVERAGED_MEANS}"
    if others := not_timed(record):
        yield f"the seconds leave out {wording.plural(others, 'run')} of other machines"
    if unseen:
        yield f"no room for {wording.listed(unseen)}"
