"""One frame of a sweep's live display: how far it is, and which cells do worst and best so far.

Every frame of a terminal is equally high, so that nothing jumps; where there is no room for the
cells they are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from ganrun import wording
from ganrun.config.metrics import METRICS
from ganrun.influence.trials import QUICK, by_verdict
from ganrun.report.design_words import about_design, short_names
from ganrun.report.fitting_columns import FittingColumns, in_two
from ganrun.report.live.frame_parts import (
    assembled,
    bar,
    heading,
    inner_height,
    inner_width,
    measuring_words,
    paced_bar,
)
from ganrun.report.live.sweep_field import FIELD_AROUND, LiveField, Slowest, field_of
from ganrun.report.live.watcher import Moment
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION
from ganrun.sweep.designs import Design
from ganrun.sweep.run import CellTally, SweepProgress

MOST_CELLS = 8
"""Worst cells that are shown, and as many best ones."""
TABLE_AROUND = 5
"""Lines of the table of cells besides those of its cells, and the one before it."""
NUMBERS = (in_two(METRICS["modes_recovered"].called), ("", "collapsed"))


@dataclass(frozen=True)
class Pace:
    """How fast this command trains; None where nothing is known yet."""

    per_minute: float | None = None
    seconds_left: float | None = None

    @property
    def words(self) -> str:
        """`72 GANs/min`; slow ones keep a decimal."""
        number = self.per_minute
        return "" if number is None else f"{number:,.{0 if number >= 10 else 1}f} GANs/min"


@dataclass(frozen=True)
class CellRow:
    """A cell of which trials are finished, with what came of them; `recovered` is a mean share."""

    cell: int
    trials: int
    collapsed: int
    recovered: float


def extreme_cells(
    cells: Mapping[int, CellTally], seeds: int, at_most: int
) -> tuple[list[CellRow], list[CellRow]]:
    """The worst and the best cells, by the share of modes that they recover and by collapse.

    Cells with all their seeds go before cells with few: one seed says little. No cell is in both
    lists.
    """
    rows = [
        CellRow(cell, tally.trials, tally.collapsed, tally.recovered / tally.trials)
        for cell, tally in list(cells.items())
        if tally.trials
    ]
    whole = [row for row in rows if row.trials >= seeds]
    rows = whole if len(whole) >= 2 * at_most else rows
    rows.sort(key=lambda row: (row.recovered, -row.collapsed / row.trials, row.cell))
    half = min(at_most, (len(rows) + 1) // 2)
    best = rows[half:][-at_most:]
    return rows[:half], best[::-1]


def draw_sweep(
    progress: SweepProgress | None,
    design: Design,
    pace: Pace,
    cells: tuple[Sequence[CellRow], Sequence[CellRow]],
    live_field: LiveField,
    moment: Moment,
    *,
    title: str,
) -> Text:
    """The whole display as lines of at most `width - 1` cells, at most `height - 1` of them."""
    about = about_design(design)
    if progress is None:
        return assembled([heading(title, about, "starting", moment), bar(0.0, "", moment)], moment)
    done = progress.finished + progress.failed
    right = moment.ending or f"{done:,} of {progress.trials:,} GANs"
    if progress.measuring is not None and not moment.ending:
        about = measuring_words(progress.measuring)
    lines = [
        heading(title, about, right, moment),
        paced_bar(done, progress.trials, pace.words, pace.seconds_left, moment),
        Text(""),
        _counts(progress, inner_width(moment)),
        _collapse(progress, inner_width(moment)),
    ]
    room = inner_height(moment) - len(lines)
    width, seeds = inner_width(moment), len(design.seeds)
    lines_left = room // 2 - FIELD_AROUND
    field = field_of(design.cells, levels_of(design), width, lines_left, slowest_of(design))
    if field is not None:
        lines += [Text(""), *live_field.lines(progress.cells, seeds, field, moment)]
    rows = (inner_height(moment) - len(lines) - TABLE_AROUND) // 2
    if rows > 0:
        lines += [Text(""), *_cells_table(design, cells, min(rows, MOST_CELLS), moment)]
    return assembled(lines, moment)


def levels_of(design: Design) -> int:
    """Levels of the field that varies fastest, whose cells stand beside each other."""
    levels = design.sweep.factors[-1].levels if design.sweep.factors else None
    return len(levels) if levels and design.sweep.design == "factorial" else 0


def slowest_of(design: Design) -> Slowest | None:
    """The cases, or the levels of the first field, which stand in lines of their own."""
    if cases := tuple(design.sweep.cases):
        return Slowest("case", cases)
    factors = design.sweep.factors
    if not levels_of(design) or len(factors) < 2:
        return None
    name = short_names(design.columns)[0].replace("_", " ")
    return Slowest(name, tuple(map(wording.setting, factors[0].levels or ())))


def collapse_words(progress: SweepProgress) -> str:
    """`34 % (79 of 231) by the quick verdict`, or a dash."""
    rate = wording.percent(progress.collapse_rate)
    if progress.collapse_rate is None:
        return rate
    return f"{rate} ({progress.collapsed:,} of {progress.finished:,}) {by_verdict(QUICK)}"


def _counts(progress: SweepProgress, width: int) -> Text:
    """Trials by what became of them; where there is no room for all, those that there are."""
    counts = [
        ("trained now", progress.trained, ""),
        ("found before", progress.found, ""),
        ("failed", progress.failed, SCREEN_VERMILLION),
        ("diverged", progress.diverged, SCREEN_VERMILLION),
        ("elsewhere", progress.waiting, ""),
    ]
    told = [one for one in counts if one[1] or one[0] != "elsewhere"]
    line = _counted(told)
    return line if cell_len(line.plain) <= width else _counted([one for one in told if one[1]])


def _counted(told: Sequence[tuple[str, int, str]]) -> Text:
    line = Text()
    for label, number, style in told:
        line.append(f"{label} ", "dim")
        line.append(f"{number:,}", style if number else "dim")
        line.append("   ")
    line.rstrip()
    return line


def _collapse(progress: SweepProgress, width: int) -> Text:
    line = Text("collapsed so far ", "dim", end="")
    words = collapse_words(progress)
    if cell_len(line.plain) + len(words) > width:
        words = words.removesuffix(f" {by_verdict(QUICK)}")
    line.append_text(Text(words, "not dim bold"))
    if progress.precision is not None:
        line.append_text(Text("   precision ")).append(progress.precision.words(), "not dim")
    return line


def _cells_table(
    design: Design,
    cells: tuple[Sequence[CellRow], Sequence[CellRow]],
    rows: int,
    moment: Moment,
) -> list[Text]:
    """Always `2 * rows + 4` lines: a heading of two, and two groups, each under its name.

    What came of a cell stands before what it is, so that where there is no room for all its levels
    the last ones are left out.
    """
    worst, best = (list(group)[:rows] for group in cells)
    fields = [*(["case"] if design.sweep.cases else []), *design.columns]
    heads = list(zip(*[*NUMBERS, *map(in_two, short_names(fields))], strict=True))
    table = [
        [
            wording.percent(row.recovered),
            f"{row.collapsed} of {row.trials}",
            *_values(design, row.cell),
        ]
        for row in [*worst, *best]
    ]
    columns = FittingColumns([*heads, *table], inner_width(moment), at_least=len(NUMBERS))
    lines = [Text(columns.line(words), "dim") for words in heads]
    lines[1].append(columns.more)
    for label, first, count, hue in (
        ("worst cells so far", 0, len(worst), SCREEN_VERMILLION),
        ("best cells so far", len(worst), len(best), SCREEN_BLUE),
    ):
        lines.append(Text(label, hue))
        lines += [Text(columns.line(words)) for words in table[first : first + count]]
        lines += [Text("") for _ in range(rows - count)]
    return lines


def _values(design: Design, cell: int) -> list[str]:
    case = design.case(cell)
    return [*([] if case is None else [case]), *map(wording.setting, design.values(cell))]
