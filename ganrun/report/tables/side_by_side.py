"""Several experiments side by side: the runs of each in one line."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from rich.text import Text

from ganrun.config.metrics import METRICS
from ganrun.measure.showable import beyond
from ganrun.report.fitting_columns import FittingColumns
from ganrun.report.run_record import RunRecord, metric_words
from ganrun.report.run_story import BEYOND, MARK

COMPARED_BY = ("modes_recovered", "high_quality")
HEADS = ("seeds", *(METRICS[name].called for name in COMPARED_BY), "verdicts")


def comparison_lines(
    groups: Sequence[Sequence[RunRecord]], names: Sequence[str], width: int
) -> list[Text]:
    """The runs of every experiment under its name, in the order given, cut to `width` cells."""
    rows = [("", HEADS), *zip(names, map(_summed_up, groups), strict=True)]
    breadth = min(max(map(len, names)), width // 2)
    columns = FittingColumns([cells for _, cells in rows], width - breadth, at_least=2)
    lines = []
    for name, cells in rows:
        line = Text(name, end="")
        line.truncate(breadth, overflow="ellipsis", pad=True)
        line.append(columns.line(cells))
        lines.append(line)
    lines[0].append(columns.more)
    lines[0].stylize("dim")
    title = f"{len(groups)} configs side by side, by the mean over the seeds that have ended"
    if any(cell.endswith(MARK) for _, cells in rows for cell in cells):
        lines.append(Text(f"({MARK} {BEYOND})", "dim"))
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return [*(Text(line, "bold") for line in textwrap.wrap(title, width)), *lines]


def _summed_up(group: Sequence[RunRecord]) -> list[str]:
    """How many runs there are, what those that have ended reach, and how all of them ended."""
    counts = Counter(run.verdict or run.status for run in group)
    words = [f"{number:,} {word}" for word, number in counts.most_common()]
    return [f"{len(group):,}", *(_mean(group, name) for name in COMPARED_BY), ", ".join(words)]


def _mean(group: Sequence[RunRecord], name: str) -> str:
    """The mean of a metric, marked where a run has more than perfect samples reach."""
    found = [(run, run.metric(name)) for run in group if run.ended]
    known = [number for _, number in found if number is not None]
    mark = MARK if any(beyond(run.reference, name, number) for run, number in found) else ""
    return metric_words(name, fmean(known) if known else None, group[0].modes_total) + mark
