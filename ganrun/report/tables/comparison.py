"""Groups of runs beside each other on a terminal: every metric of a pair, or a line per group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ganrun import wording
from ganrun.compare import MetricPair, Pair, finding
from ganrun.compare.sentences import amount, decimals, in_order
from ganrun.config.metrics import BY_WORTH, name_of
from ganrun.report.comparison_record import ComparisonRecord
from ganrun.report.fitting_columns import GAP, FittingColumns, in_two
from ganrun.report.notes import print_cut, print_wrapped
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION

NOT_TOLD = "-"
MARKS = {"higher": "+", "lower": "-", None: " "}
"""Behind a group's mean: it is told apart from the first group's, and how."""
HUES = {"better": SCREEN_BLUE, "worse": SCREEN_VERMILLION}
LONGEST_NAME = 16
"""Letters of a group's name above its column."""
PLACES = ("first", "second")
"""What stands there instead of longer ones."""
MOST_FIELDS = 30
"""Fields of the configs that are shown; all are in the JSON."""


def print_comparison(record: ComparisonRecord, console: Console) -> None:
    """Print the finding, the numbers, the sentences, and what differs in the configs."""
    print_wrapped(console, Text(finding(record.comparison), "bold"))
    console.print()
    if len(record.pairs) == 1:
        (pair,) = record.pairs
        print_cut(console, pair_lines(record, pair, console.width))
        if _are_long(pair):
            for place, group in zip(PLACES, (pair.first, pair.second), strict=True):
                print_wrapped(console, Text(f"({place}: {group.name})", "dim"))
    else:
        print_cut(console, group_lines(record, console.width))
    console.print()
    for _, words in record.told:
        print_wrapped(console, Text(words))
    console.print()
    print_cut(console, difference_lines(record, console.width))


def pair_lines(record: ComparisonRecord, pair: Pair, width: int) -> list[Text]:
    """Every metric of a pair in a line; means have intervals where there is room for them."""
    shown = [one for one in in_order(pair) if one.adjusted is not None]
    labels = [name_of(one.metric) for one in shown]
    breadth = max(map(cell_len, labels), default=0)
    for spans in (True, False):
        heads = _heads(pair)
        cells = [_cells(record, pair, one, spans=spans) for one in shown]
        columns = FittingColumns([*heads, *cells], width - breadth, at_least=4)
        if not columns.hidden:
            break
    lines = [Text(" " * breadth + columns.line(head), "dim", end="") for head in heads]
    for label, one, row in zip(labels, shown, cells, strict=True):
        line = Text(f"{label:<{breadth}}{columns.line(row)}", end="")
        line.highlight_words([f" {row[3]}"], HUES.get(one.worth or "", ""))
        lines.append(line)
    return lines


def _heads(pair: Pair) -> list[tuple[str, ...]]:
    of = "seeds" if pair.paired else "draws"
    first, second = PLACES if _are_long(pair) else (pair.first.name, pair.second.name)
    return [
        (first, second, "", "told", "larger in", "perfect"),
        ("", "", "difference", "apart", of, "samples"),
    ]


def _are_long(pair: Pair) -> bool:
    """Whether the groups' names would leave no room for the numbers."""
    return max(len(pair.first.name), len(pair.second.name)) > LONGEST_NAME


def _cells(record: ComparisonRecord, pair: Pair, one: MetricPair, *, spans: bool) -> list[str]:
    means = [record.comparison.means[group.name, one.metric] for group in (pair.first, pair.second)]
    if not spans:
        means = [{**mean, "low": None} for mean in means]
    return [
        *(amount(one.metric, mean) for mean in means),
        amount(one.metric, one.difference, signed=True),
        told_words(one),
        wording.interval(one.larger),
        wording.value(record.perfect(one.metric), decimals(one.metric)),
    ]


def told_words(one: MetricPair) -> str:
    """`better`, `worse`, or without a better direction `higher` or `lower`; else a dash."""
    return one.worth or one.told or NOT_TOLD


def group_lines(record: ComparisonRecord, width: int) -> list[Text]:
    """A line per group: means of the metrics there is room for, marked where told apart."""
    groups = record.comparison.groups
    breadth = min(max(cell_len(name) for name in record.names), width // 2)
    heads = [*zip(*(in_two(name_of(name)) for name in BY_WORTH), strict=True)]
    against = {pair.second.name: pair for pair in record.pairs if pair.first.name == groups[0].name}
    cells = [
        [_marked(record, group.name, name, against.get(group.name)) for name in BY_WORTH]
        for group in groups
    ]
    columns = FittingColumns([*heads, *cells], width - breadth, counts_hidden=False)
    lines = [Text(" " * breadth + columns.line(head), "dim", end="") for head in heads]
    for group, row in zip(groups, cells, strict=True):
        line = Text(group.name, end="")
        line.truncate(breadth, overflow="ellipsis", pad=True)
        lines.append(line.append(columns.line(row)))
    note = f"means; + and - behind one: told apart from {groups[0].name}, higher or lower"
    lines.append(Text(f"({note})", "dim"))
    return lines


def _marked(record: ComparisonRecord, group: str, metric: str, pair: Pair | None) -> str:
    mean = record.comparison.means[group, metric]["value"]
    told = pair.metric(metric).told if pair else None
    return wording.value(mean, decimals(metric)) + MARKS[told]


def difference_lines(record: ComparisonRecord, width: int) -> list[Text]:
    """What differs in the configs, a field in a line: `objective  non_saturating -> hinge`."""
    differences = record.differences
    if not differences:
        return [Text("The configs do not differ.", "dim")]
    fields = [*differences][:MOST_FIELDS]
    breadth = max(map(len, fields))
    lines = [Text("what differs in the configs", "bold")]
    lines += [Text(f"{name:<{breadth}}{GAP}{_change(differences[name])}") for name in fields]
    if more := len(differences) - len(fields):
        lines.append(Text(f"and {wording.plural(more, 'other field')}", "dim"))
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines


def _change(values: Sequence[str | None]) -> str:
    """What a field comes to from group to group; a dash where it is not there."""
    shown = list(_written(values))
    return " -> ".join(shown) if len(shown) == 2 else ", ".join(shown)


def _written(values: Sequence[str | None]) -> Iterator[str]:
    return ("-" if one is None else one for one in values)
