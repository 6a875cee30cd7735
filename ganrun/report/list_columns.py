"""The columns of a list of runs, as terminals, pages, filters and JSON know them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from ganrun.config.metrics import BY_WORTH, metric_called
from ganrun.config.written import default_fields


@dataclass(frozen=True)
class ListColumn:
    """One column; it holds numbers, or else words."""

    name: str
    title: str
    """What it holds, in words."""
    numeric: bool = False
    label: str = ""
    """What heads it; its name, if nothing else does."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.name)


GO_WITHOUT_SAYING = ("target", "optimizer", "training", "penalties")
"""Sections whose fields are known without them."""


def metric_column(name: str) -> ListColumn:
    """The column of a metric, from outside too."""
    return ListColumn(name, metric_called(name).description, numeric=True)


COLUMNS = (
    ListColumn("name", "the experiment's name, or the sweep's"),
    ListColumn("kind", "run, sweep, trial (of a sweep), or game (played by hand in the arena)"),
    ListColumn("seed", "the run's seed", numeric=True),
    ListColumn("verdict", "the best verdict that there is"),
    metric_column("modes_recovered"),
    ListColumn("age", "days since it ended, or began where it has not", numeric=True),
    ListColumn("differs", "what differs from the defaults; what a sweep's trials came to"),
    ListColumn("rounds", "rounds that were played", numeric=True),
    ListColumn("status", "complete, diverged, running, interrupted, failed or damaged"),
    ListColumn("by", "how the verdict was come by: quick, confirmed or tested"),
    ListColumn("confidence", "how often such a verdict is right", numeric=True),
    *(metric_column(name) for name in BY_WORTH if name != "modes_recovered"),
    metric_column("modes_total"),
    ListColumn("trials", "trials of a sweep that have begun", numeric=True),
    ListColumn("sweep", "the folder of the sweep that a trial is of"),
    ListColumn("verified", "whether its files are known to be what was written: yes or no"),
    ListColumn("id", "the hash of the config, or of the sweep"),
)


def field_columns(fields: Iterable[str], is_numeric: Callable[[str], bool]) -> list[ListColumn]:
    """A column for each of these fields of a config, by dotted name."""
    return [
        ListColumn(name, f"{name} of the config", is_numeric(name), short_field(name))
        for name in fields
    ]


def is_number(value: Any) -> bool:
    """Whether a value is a number, and no switch."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def short_field(name: str) -> str:
    """A config's field, without its section where that goes without saying.

    >>> short_field("optimizer.learning_rate"), short_field("penalties.r1.weight")
    ('learning_rate', 'r1.weight')
    >>> short_field("generator.hidden"), short_field("optimizer.name"), short_field("objective")
    ('generator.hidden', 'optimizer.name', 'objective')
    """
    section, _, rest = name.partition(".")
    return rest if section in GO_WITHOUT_SAYING and rest not in _taken() else name


@cache
def _taken() -> frozenset[str]:
    """What would not tell fields of two sections apart, or a field from another column."""
    counts = Counter(name.partition(".")[2] for name in default_fields(""))
    return frozenset(
        {rest for rest, count in counts.items() if count > 1} | {one.name for one in COLUMNS}
    )
