"""What a report needs of one sweep, read once: tables and figures are drawn from this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ganrun.influence import HEADLINES, MISSED, MODES_MISSING, Trials, by_verdict
from ganrun.influence.levels import Levels, levels_of
from ganrun.influence.paragraph import headline_outcome
from ganrun.influence.points import CASE
from ganrun.influence.rates import Outcome
from ganrun.influence.table import blocks
from ganrun.store import RunFolder, Snapshots, StoreError
from ganrun.store.sweep_folder import SweepFolder
from ganrun.sweep.answer import Row, results_and_influence, trials_of
from ganrun.sweep.designs import Design
from ganrun.sweep.precision import Precision, precision_of, seeds_begun

Numbers = Mapping[str, Any]
"""`value`, `low` and `high` of a share or a rate."""

BY = {"share": "by itself", "total": "with interactions"}
"""The two numbers of an effect, and the headings of their columns."""
TIMES = " \N{MULTIPLICATION SIGN} "
CHANCE = "the seed alone, all factors fixed"


@dataclass(frozen=True)
class Effect:
    """What one or more factors explain: by themselves, with all their interactions, or both.

    `kind` is `factor`, `pair`, `higher` (all of three factors and more), `foretold` (what a forest
    can tell from all the factors) or `chance`.
    """

    kind: str
    label: str
    share: Numbers | None
    total: Numbers | None

    @property
    def leading(self) -> Numbers:
        """The number that it is ranked by: with interactions where that is known."""
        numbers = self.total or self.share
        assert numbers is not None
        return numbers


@dataclass(frozen=True, eq=False)
class SweepRecord:
    """A sweep, what became of each of its trials, and what that says about influence."""

    folder: SweepFolder
    design: Design
    rows: Sequence[Row]
    influence: Mapping[str, Any]
    unreadable: dict[int, str] = field(default_factory=dict)
    """By the trial's number, what is wrong with snapshots that were asked for."""

    @property
    def path(self) -> Path:
        """The sweep's folder."""
        return self.folder.path

    @property
    def name(self) -> str:
        """The sweep's name."""
        return self.design.sweep.name

    @cached_property
    def trials(self) -> Trials:
        """The table in columns."""
        return trials_of(self.design, self.rows)

    @cached_property
    def varied(self) -> tuple[str, ...]:
        """Factors that take more than one value, the most influential first."""
        return tuple(field for field in self.influence["ranking"] if len(self.levels[field]) > 1)

    @cached_property
    def levels(self) -> Mapping[str, Levels]:
        """The levels or bins of every factor, and each trial's number among them."""
        return {field: levels_of(self.trials, field) for field in self.trials.factors}

    @property
    def ranked(self) -> bool:
        """Whether the cases are ranked, so that they need not be told level by level."""
        return self.influence["cases"] is not None

    @property
    def leveled(self) -> tuple[str, ...]:
        """Factors that are told level by level, the most influential first."""
        return tuple(field for field in self.varied if not (self.ranked and field == CASE))

    @property
    def precision(self) -> Precision | None:
        """How precise it is, unknown while trials are to come; None where none was asked for."""
        found = precision_of(self.design, self.influence)
        to_come = any(not row.has_result and row.status != "failed" for row in self.rows)
        return replace(found, widest=None) if found and to_come else found

    @property
    def finished(self) -> int:
        """Trials with a result."""
        return sum(row.has_result for row in self.rows)

    @cached_property
    def verdicts(self) -> Counter[str]:
        """How many trials there are of each verdict."""
        return Counter(row.verdict for row in self.rows if row.has_result)

    @property
    def judged(self) -> str:
        """Whose verdicts they are: `by the quick verdict`."""
        return by_verdict(self.influence["verdicts"])

    @property
    def extreme(self) -> str | None:
        """What to say where all trials miss a mode, or none does."""
        if self.finished and self.verdicts["diverged"] == self.finished:
            return "Every GAN diverged"
        missed = self.influence["outcomes"][MISSED]["overall"]
        if not missed["trials"] or 0 < missed["count"] < missed["trials"]:
            return None
        return "Every GAN misses a mode" if missed["count"] else "No GAN misses a mode"

    @property
    def modes_total(self) -> int | None:
        """Modes of the target, if all trials have equally many."""
        return self.influence["modes"]

    def called(self, field: str) -> str:
        """A factor in plain words, as in "the learning-rate ratio"."""
        return next(f["name"] for f in self.influence["factors"] if f["field"] == field)

    def rates(self, outcome: str, field: str) -> Sequence[Numbers]:
        """An outcome's rate at every level of a factor."""
        return self.influence["outcomes"][outcome]["levels"][field]

    def recovered_by_level(self, field: str) -> Sequence[Numbers]:
        """Mean share of modes recovered at every level, with its interval over the seeds."""
        shares = np.array([row.recovered_share for row in self.rows], dtype=float)
        column = Outcome(
            shares, *blocks(self.trials, self.levels), rate=False, steps=self.modes_total or 1
        )
        return column.by_level(self.levels[field])

    @cached_property
    def headline(self) -> str | None:
        """The outcome that the ranking is by; None where none has shares."""
        return headline_outcome(self.influence["outcomes"])

    @property
    def note(self) -> str:
        """Why nothing can be explained, where that is so."""
        return self.influence["outcomes"][MODES_MISSING]["note"] or "There is nothing to explain."

    @cached_property
    def effects(self) -> list[Effect]:
        """Everything that explains something of the headline outcome, in the order to show it."""
        if self.headline is None:
            return []
        shares = self.influence["outcomes"][self.headline]["shares"]
        effects = [
            Effect(one["kind"], self._label(one), one["share"], one["total"])
            for one in shares["effects"]
        ]
        kinds = ("factor", "pair", "higher")
        effects.sort(key=lambda effect: (kinds.index(effect.kind), -effect.leading["value"]))
        if "foretold" in shares:
            words = "all of them, as a forest sees it"
            effects.append(Effect("foretold", words, None, shares["foretold"]))
        return [*effects, Effect("chance", CHANCE, shares["chance"], None)]

    @property
    def factors(self) -> list[Effect]:
        """What single factors explain."""
        return [effect for effect in self.effects if effect.kind == "factor"]

    @property
    def explained_by(self) -> list[str]:
        """What is known of the factors: their `share`, their `total` or both."""
        return [kind for kind in BY if any(getattr(factor, kind) for factor in self.factors)]

    @property
    def explained(self) -> str:
        """The outcome that the effects explain: `how many modes are missing`."""
        return HEADLINES[self.headline or MODES_MISSING]

    def _label(self, effect: Mapping[str, Any]) -> str:
        if effect["kind"] == "higher":
            return "three factors and more"
        return TIMES.join(self.called(field) for field in effect["fields"])

    def snapshots(self, index: int) -> Snapshots | None:
        """A trial's snapshots; None where its folder holds none, or `unreadable` ones."""
        experiment = self.design.trial(index).experiment
        try:
            found = RunFolder(self.folder.trial_path(experiment)).snapshots(experiment)
        except StoreError as error:
            self.unreadable[index] = str(error)
            return None
        return found if found and len(found.steps) else None

    def without_result(self) -> Iterator[Row]:
        """Trials that failed, were interrupted, or are not there yet."""
        return (row for row in self.rows if not row.has_result)


def read_sweep(path: Path) -> SweepRecord:
    """Read a sweep's folder, and bring `results.csv` and `influence.json` up to date.

    Raises `StoreError`, one clear line, where the folder is no sweep's, is damaged, or cannot be
    written; `ConfigError` where a Sobol design needs SALib and it is not there.
    """
    folder = SweepFolder(path)
    design = Design(folder.sweep, seeds_begun(folder))
    rows, influence = results_and_influence(folder, design)
    return SweepRecord(folder, design, rows, influence)
