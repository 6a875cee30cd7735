"""The final table, beside what perfect samples score; as text and, for programs, as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from rich.console import Console
from rich.text import Text

from ganrun import wording
from ganrun.config.identity import canonical_json, content_of
from ganrun.config.metrics import AVERAGED, BY_WORTH, metric_called, own_keys
from ganrun.config.write import flow
from ganrun.measure.showable import beyond
from ganrun.report import run_story
from ganrun.report.commands_to_copy import train_command
from ganrun.report.fitting_columns import GAP, FittingColumns, in_two
from ganrun.report.notes import print_cut, print_whole, print_wrapped
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION, screen_hue
from ganrun.report.run_record import Reference, RunRecord, metric_words
from ganrun.report.tables.side_by_side import comparison_lines

MOST_ROWS = 40
"""More seeds than this are summed up by their median alone; all are in the JSON."""
REFERENCE_ROWS = (("perfect samples", "mean"), ("  from 5 %", "p5"), ("  to 95 %", "p95"))
MOST_PATHS = 10
MOST_TABLES = 3
"""Of more experiments than this none has a table of its own: they are compared, a line each."""
USUAL_WIDTH = 80
"""Columns that have room on a screen of this width are named where there is none for them."""


def print_results(runs: Sequence[RunRecord], console: Console) -> None:
    """Print, for the runs of every experiment: the table, a sentence, the paths.

    Several experiments are compared at the end, many are only compared.
    """
    groups = grouped(runs)
    apart = [set_apart(one[0], [other[0] for other in groups]) for one in groups]
    if len(groups) <= MOST_TABLES:
        for group, fields in zip(groups, apart, strict=True):
            _print_group(group, fields, console)
            if len(groups) > 1:
                console.print()
    if len(groups) > 1:
        names = [_named(*one) for one in zip(groups, apart, strict=True)]
        print_cut(console, comparison_lines(groups, names, console.width))
    if len(groups) > MOST_TABLES:
        for group in groups:
            for words in [*_beside(group), *_how_to_go_on(group)]:
                print_whole(console, words, "dim")
        print_whole(console, f"more of one of them: ganrun report {groups[0][0].path}", "dim")


def _print_group(group: Sequence[RunRecord], apart: Sequence[str], console: Console) -> None:
    print_cut(console, result_lines(group, console.width, apart))
    console.print()
    print_wrapped(console, Text(run_story.sentences(group), "bold"))
    for words in _evidence(group):
        print_wrapped(console, Text(words, "dim"))
    for words in [*_paths(group), *_beside(group), *_how_to_go_on(group)]:
        print_whole(console, words, "dim")


def _named(group: Sequence[RunRecord], apart: Sequence[str]) -> str:
    return f"{group[0].name} ({', '.join(apart)})" if apart else group[0].name


def grouped(runs: Sequence[RunRecord]) -> list[list[RunRecord]]:
    """Runs that belong in one table: of one name, and of configs that differ by their seeds alone.

    Of games that were played with, the target as it was at the end must be the same too.
    """
    groups: dict[tuple[object, ...], list[RunRecord]] = {}
    for run in runs:
        mixture = run.mixture
        arrays = (mixture.means, mixture.covariances, mixture.weights)
        config = canonical_json(content_of(run.config))
        key = (run.name, config, run.earlier_rule, *(array.tobytes() for array in arrays))
        groups.setdefault(key, []).append(run)
    return list(groups.values())


def set_apart(run: RunRecord, others: Sequence[RunRecord]) -> list[str]:
    """The fields by which a config differs from others of its name; the rounds are not told."""
    told = [list(_fields(content_of(one.config))) for one in others if one.name == run.name]
    shared = set(told[0]).intersection(*told)
    own = _fields(content_of(run.config))
    return [one for one in own if one not in shared and not one.startswith("training.steps=")]


def _fields(content: Mapping[str, Any], section: str = "") -> Iterator[str]:
    """A config's fields, each as `--set` takes it."""
    for name, value in content.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{section}{name}.")
        else:
            yield f"{section}{name}={flow(value)}"


def result_lines(runs: Sequence[RunRecord], width: int, apart: Sequence[str] = ()) -> list[Text]:
    """The table of one group in lines of at most `width` cells, headed by the runs' name.

    `apart` holds the fields by which the group differs from others of its name.
    """
    shown = runs if len(runs) <= MOST_ROWS else runs[: MOST_ROWS - 1]
    ended = [run for run in runs if run.ended]
    reference = next((run.reference for run in runs if run.reference), None) or {}
    labels = [(str(run.seed), _sure_word(run)) for run in shown]
    seed_width = max(len("seed"), *(len(seed) for seed, _ in labels))
    word_width = max(len("verdict"), *(len(word) for _, word in labels))
    averaged = [_cells(run, _names(runs), AVERAGED) for run in shown if run.has_average]
    # The reference's labels stand below both columns.
    word_width = max(word_width, len(REFERENCE_ROWS[0][0]) - seed_width - len(GAP))
    if averaged:
        word_width = max(word_width, len(run_story.AVERAGED_ROW))
    room = width - seed_width - len(GAP) - word_width
    names = _names(runs)
    cells = [_cells(run, names) for run in runs]
    medians = _medians(ended or runs, names)
    perfect = [_perfect_cells(reference, point, names) for _, point in REFERENCE_ROWS]
    heads = list(zip(*(in_two(metric_called(name).called) for name in names), strict=True))
    rows = [*heads, *cells, *averaged, medians, *perfect]
    columns = _columns(rows, room)

    def line(label: str, cells: Sequence[str], style: str = "") -> Text:
        breadth = seed_width + len(GAP) + word_width
        return Text(f"{label:<{breadth}}{columns.line(cells)}", style=style, end="")

    def two(seed: str, word: str) -> str:
        return f"{seed:>{seed_width}}{GAP}{word}"

    first = runs[0]
    modes = wording.plural(first.modes_total, "mode")
    rounds = wording.plural(first.steps, "round")
    title = Text(first.name, "bold")
    title.append(f"{GAP}{', '.join([modes, rounds, *apart])}", "not bold dim")
    lines = [title, Text("")]
    lines += [line("", heads[0], "dim"), line(two("seed", "verdict"), heads[1], "dim")]
    for (seed, word), run, row_cells in zip(labels, shown, cells, strict=False):
        row = line(two(seed, word), row_cells)
        _colour(row, run)
        lines.append(row)
        if run.has_average:
            lines.append(
                line(two("", run_story.AVERAGED_ROW), _cells(run, _names(runs), AVERAGED), "dim")
            )
    if len(shown) < len(runs):
        lines.append(Text(two("...", f"{len(runs) - len(shown):,} more"), "dim"))
    if len(ended) > 2:
        lines.append(line(two("", "median"), medians))
    if reference:
        lines.append(Text(""))
        for (label, _), row_cells in zip(REFERENCE_ROWS, perfect, strict=True):
            lines.append(line(label, row_cells, "dim"))
        drawn = first.config.evaluation.samples
        lines += _below(f"(mean and 5-95 % range of 20 draws of {drawn:,})", width)
    for remark in first.remarks:
        lines += _below(f"({remark})", width)
    if averaged:
        lines += _below(f"({run_story.AVERAGED_ROW}: {run_story.AVERAGED_MEANS})", width)
    if any(cell.endswith(run_story.MARK) for one in (*cells, *averaged) for cell in one):
        lines += _below(f"({run_story.MARK} {run_story.BEYOND})", width)
    if unseen := names[columns.shown : _columns(rows, room + USUAL_WIDTH - width).shown]:
        named = wording.listed(metric_called(name).called for name in unseen)
        lines += _below(f"(no room for {named})", width)
    for rule in sorted({run.earlier_rule for run in runs if run.earlier_rule}):
        lines += _below(f"(trained when {rule})", width)
    for text in lines:
        text.truncate(width, overflow="ellipsis")
    return lines


def results_json(runs: Sequence[RunRecord]) -> str:
    """All that the table knows, and the metrics it had no room for, as strict JSON."""
    return json.dumps(
        {
            "sentence": run_story.sentences(runs) if runs else "",
            "runs": [_as_json(r) for r in runs],
        },
        indent=2,
        allow_nan=False,
    )


def _as_json(run: RunRecord) -> dict[str, Any]:
    metrics = run.final or {name: run.metric(name) for name in BY_WORTH}
    whole = {
        name: int(number)
        for name, number in metrics.items()
        if metric_called(name).counts and number is not None
    }
    return {
        "path": str(run.path),
        "name": run.name,
        "seed": run.seed,
        "status": run.status,
        "verified": run.verified,
        "copies": [str(path) for path in run.copies],
        "verdict": run.verdict,
        "verdict_kind": run.best.kind if run.best else None,
        "verdict_confidence": run.best.confidence if run.best else None,
        "verdict_probabilities": dict(run.best.probabilities) if run.best else None,
        "sentence": run_story.sentence(run),
        "evidence": run.evidence,
        "steps": run.steps,
        "last_round": run.last_round,
        "diverged_at": run.diverged_at,
        "modes_total": run.modes_total,
        "remarks": list(run.remarks),
        "recovered_modes": None if run.recovered_modes is None else list(run.recovered_modes),
        "missing_modes": list(run.missing),
        "metrics": {**metrics, **whole},
        "beyond_perfect": [name for name in metrics if run.beyond(name) is not None],
        "reference": {name: dict(points) for name, points in (run.reference or {}).items()},
    }


def _word(run: RunRecord) -> str:
    return run.verdict or run.status


def _sure_word(run: RunRecord) -> str:
    """The verdict and how it was come by: `likely collapsed 60 %` or `collapsed (confirmed)`."""
    return run.best.short if run.best else run.status


def _columns(rows: Sequence[Sequence[str]], room: int) -> FittingColumns:
    """As many columns as fit, closer together where more of them do."""
    wide, tight = (FittingColumns(rows, room, gap=gap, counts_hidden=False) for gap in (GAP, " "))
    return tight if tight.shown > wide.shown else wide


def _names(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """The metrics that there are columns of: one's own after the three of most worth."""
    own = [name for name in own_keys() if any(name in run.final for run in runs)]
    return (*BY_WORTH[:3], *own, *BY_WORTH[3:])


def _cells(run: RunRecord, names: Sequence[str], of: str = "") -> list[str]:
    return [_cell(run, name, run.metric(of + name)) for name in names]


def _cell(run: RunRecord, name: str, number: float | None) -> str:
    """A metric of a run, or its median over the run's group, marked where it is no success."""
    words = metric_words(name, number, run.modes_total)
    return words + run_story.MARK * (beyond(run.reference, name, number) is not None)


def _medians(runs: Sequence[RunRecord], names: Sequence[str]) -> list[str]:
    cells = []
    for name in names:
        known = [number for run in runs if (number := run.metric(name)) is not None]
        middle = median(known) if known else None
        cells.append(_cell(runs[0], name, middle))
    return cells


def _perfect_cells(reference: Reference, point: str, names: Sequence[str]) -> list[str]:
    """What perfect samples score; a mean count keeps its tenth."""
    numbers = {name: reference.get(name, {}).get(point) for name in names}
    return [
        wording.count(number)
        if number is not None and metric_called(name).of_modes
        else wording.value(number)
        for name, number in numbers.items()
    ]


def _colour(row: Text, run: RunRecord) -> None:
    """Colour the verdict and the headline count; the words say the same."""
    word, recovered = _word(run), run.metric("modes_recovered")
    if hue := screen_hue(word):
        row.highlight_words([word], hue)
    if recovered is not None:
        count = wording.of_total(recovered, run.modes_total)
        start = row.plain.index(count)
        whole = recovered >= run.least_recoverable and run.beyond("modes_recovered") is None
        hue = SCREEN_BLUE if whole else SCREEN_VERMILLION
        row.stylize(hue, start, start + len(count))


def _below(words: str, width: int) -> list[Text]:
    """What is said of a table below it, in lines no wider than the table may be."""
    return [Text(line, "dim") for line in textwrap.wrap(words, width)]


def _evidence(runs: Sequence[RunRecord]) -> list[str]:
    """What the verdict rests on, where there is but one."""
    return [runs[0].evidence] if len(runs) == 1 and runs[0].evidence else []


def _paths(runs: Sequence[RunRecord]) -> list[str]:
    if len(runs) <= MOST_PATHS:
        return [str(run.path) for run in runs]
    hidden = len(runs) - MOST_PATHS + 1
    return [*(str(run.path) for run in runs[: MOST_PATHS - 1]), f"... and {hidden:,} more runs"]


def _beside(runs: Sequence[RunRecord]) -> list[str]:
    """What else must be known of the folders: copies, and what could not be verified."""
    copies = [path for run in runs for path in run.copies]
    lines = []
    if copies:
        has = wording.form_for(len(copies), "has", "have")
        which = wording.listed(copies, MOST_PATHS)
        lines = [f"counted once: {which} {has} the config and seed of a run above"]
    believed = [run.ended for run in runs if run.verified is False]
    told = (
        run_story.unverified(believed.count(ended), "run", ended=ended) for ended in (True, False)
    )
    return [*lines, *filter(None, told)]


def _how_to_go_on(runs: Sequence[RunRecord]) -> list[str]:
    """The command that takes up an interrupted run where its last checkpoint left it."""
    left = [run for run in runs if run.status in ("interrupted", "failed")]
    if not left:
        return []
    whose = "" if len(runs) == 1 else f" with seed {left[0].seed}"
    return [f"to go on{whose}: {train_command(left[0])}"]
