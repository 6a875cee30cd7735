"""Many runs and sweeps, a line each, filtered and sorted as the tables of pages are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from ganrun import wording
from ganrun.config.metrics import BY_WORTH
from ganrun.config.written import default_fields, value_of
from ganrun.filters import Column, Value, column_called, conditions, fits_nothing
from ganrun.report.best_verdict import BestVerdict
from ganrun.report.list_columns import (
    COLUMNS,
    ListColumn,
    field_columns,
    is_number,
    metric_column,
    short_field,
)
from ganrun.store.glance import Glance

Kind = Literal["run", "game", "trial", "sweep"]
"""A game is one that was played by hand in the arena; a trial is a run of a sweep."""


@dataclass(frozen=True, eq=False)
class Listed:
    """One line: a run, a sweep, or a folder of one that cannot be read."""

    path: Path
    kind: Kind
    age: float | None
    """Days since it ended, or began where it has not."""
    sweep: str = ""
    """The name of the folder of the sweep that a trial is of."""
    told: Mapping[str, Value] = field(default_factory=dict)
    """What is known of one without a glance, by the name of a column of `COLUMNS`."""
    glance: Glance | None = None
    """Of a run that could be read."""
    best: BestVerdict | None = None
    fates: Mapping[str, int] = field(default_factory=dict)
    """Of a sweep, how many of its trials came to which verdict, or to a status without one."""
    planned: int | None = None
    """Of a sweep, how many trials it asks for."""
    problem: str = ""
    """Why it could not be read, in one line."""

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """By the name of a column of `COLUMNS`; what it does not have is left out."""
        known = {"kind": self.kind, "age": self.age, "sweep": self.sweep}
        seen, best = self.glance, self.best
        if seen is None:
            return {**self.told, **known}
        values: dict[str, Value] = {
            "name": seen.name,
            **known,
            "seed": seen.seed,
            "id": seen.id,
            "status": seen.status,
            "rounds": seen.rounds_played,
            "when": seen.when,
            "verified": self.verified,
        }
        if best is not None:
            values |= {"verdict": best.word, "by": best.kind, "confidence": best.confidence}
        metrics = ("modes_total", *BY_WORTH, *self.own_metrics)
        return values | {name: seen.summary.get(name) for name in metrics}

    @property
    def verified(self) -> str:
        """Whether a run's files are known to be what was written, `yes` or `no`."""
        return {True: "yes", False: "no", None: ""}[self.glance.verified if self.glance else None]

    @property
    def own_metrics(self) -> Sequence[str]:
        """What a run's metrics from outside are called."""
        return self.glance.own_metrics if self.glance else ()

    @property
    def chosen(self) -> Mapping[str, Any]:
        """The fields of a run's config that are not the defaults."""
        return self.glance.chosen if self.glance else {}

    def value(self, column: Column) -> Value:
        """What stands in a column, to be compared."""
        if column.name == "differs":
            return self.differs
        if column.name in self.values or self.glance is None:
            return self.values.get(column.name)
        value = self._field(column.name)
        if value is None or (column.numeric and is_number(value)):
            return value
        return wording.setting(value)

    @cached_property
    def differs(self) -> str:
        """What it was given that is not the default: `objective=hinge steps=2000`.

        Of a sweep, what its trials came to; of a folder that cannot be read, why.
        """
        if self.kind == "sweep" and not self.problem:
            fates = Counter(self.fates).most_common()
            return ", ".join(f"{count:,} {word}" for word, count in fates)
        if self.problem:
            return self.problem
        fields = self.chosen.items()
        return " ".join(f"{short_field(name)}={wording.setting(value)}" for name, value in fields)

    def _field(self, name: str) -> Any:
        """The value of a config's field; None where its target has no such field."""
        if name in self.chosen:
            return self.chosen[name]
        usual = default_fields(str(self.chosen.get("target.layout", ""))).get(name)
        return None if usual is None else value_of(usual)

    @cached_property
    def words(self) -> str:
        """All its words in small letters, to be searched."""
        said = [value for value in self.values.values() if isinstance(value, str)]
        fields = (f"{name}={wording.setting(value)}" for name, value in self.chosen.items())
        return " ".join([*said, self.path.name, *fields]).lower()


@dataclass(frozen=True, eq=False)
class RunList:
    """What lies in a folder of runs, the newest first."""

    folder: Path
    entries: Sequence[Listed]
    fits_nothing: str = ""
    """Of a filter that has left nothing: the term that fits no entry by itself, in words."""

    @property
    def counted(self) -> str:
        """How many there are: `12 runs and 1 sweep`."""
        kinds = Counter("sweep" if one.kind == "sweep" else "run" for one in self.entries)
        told = [wording.plural(kinds[kind], kind) for kind in ("run", "sweep") if kinds[kind]]
        return wording.listed(told) or "no run"

    @property
    def problems(self) -> list[str]:
        """A line for each folder that could not be read."""
        return [one.problem for one in self.entries if one.problem]

    @cached_property
    def columns(self) -> list[ListColumn]:
        """Those of every list, and the fields in which a run here differs from the defaults."""
        own = dict.fromkeys(name for one in self.entries for name in one.own_metrics)
        chosen = {name: None for one in self.entries for name in one.chosen}
        fields = field_columns(chosen, self._holds_numbers)
        return [*COLUMNS, *map(metric_column, own), *fields]

    def _holds_numbers(self, name: str) -> bool:
        held = [one.chosen[name] for one in self.entries if name in one.chosen]
        return all(map(is_number, held))

    @property
    def filterable(self) -> list[ListColumn]:
        """These columns, and the fields that are the default in all of the runs."""
        known = {column.name for column in self.columns}
        others = {
            name: value_of(text) for name, text in default_fields("").items() if name not in known
        }
        return [*self.columns, *field_columns(others, lambda name: is_number(others[name]))]

    def where(self, text: str) -> RunList:
        """Those that a filter keeps; raises `FilterError`, one line, if it cannot be used."""
        if not text.strip():
            return self
        wanted = conditions(text, self.filterable)

        def fits(one: Listed) -> bool:
            return all(condition.holds(one.value, lambda: one.words) for condition in wanted)

        kept = list(filter(fits, self.entries))
        nothing = "" if kept else fits_nothing(wanted, self.entries)
        return replace(self, entries=kept, fits_nothing=nothing)

    def sorted_by(self, order: str) -> RunList:
        """In the order of a column, falling where `-` stands before it; without a value: last.

        Raises `FilterError`, one line, if there is no such column.
        """
        column = column_called(order.removeprefix("-"), self.filterable)
        values = [(one.value(column), one) for one in self.entries]
        known: list[tuple[Any, Listed]] = [pair for pair in values if pair[0] not in (None, "")]
        known.sort(key=lambda pair: pair[0], reverse=order.startswith("-"))
        rest = [one for value, one in values if value in (None, "")]
        return replace(self, entries=[*(one for _, one in known), *rest])
