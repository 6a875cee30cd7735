"""A sweep's answer, from its trials' folders: `results.csv` and `influence.json`, kept up to date.

The trials are read every time, since they are the truth; only what costs more than reading is kept
while nothing has changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy import ndarray

from ganrun.config.declarations import SUMMARY_METRICS
from ganrun.influence import Trials, influence_of
from ganrun.influence.points import CASE
from ganrun.influence.table import FORMAT
from ganrun.measure.showable import beyond, showable_modes
from ganrun.store import RunFolderError, replace_file
from ganrun.store.folder import read_file
from ganrun.store.formats import json_text, read_json
from ganrun.store.sweep_folder import INFLUENCE, RESULTS, SweepFolder
from ganrun.sweep.designs import Design
from ganrun.sweep.results import Result, results, results_text

RECOVERED = "modes_recovered"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one trial, in little room; numbers are None where it has no result."""

    index: int
    cell: int
    seed: int
    status: str
    verdict: str
    modes_total: int | None = None
    modes_recovered: int | None = None
    missing: int | None = None
    """Modes that are not covered at the end but can be."""
    mode_tv: float | None = None
    confirmed: str = ""
    showable: tuple[int, ...] = ()
    """The modes that perfect samples show; of a trial without a result, none."""
    beyond: int | None = None
    """What perfect samples reach at most, where it recovers more modes than that."""

    @property
    def has_result(self) -> bool:
        """Whether the trial came to its end; one that diverged did."""
        return bool(self.verdict)

    @property
    def recovered_share(self) -> float:
        """Share of the modes that were recovered; NaN where it is not known."""
        if self.modes_recovered is None or not self.modes_total:
            return math.nan
        return self.modes_recovered / self.modes_total

    @property
    def modes_missing(self) -> float:
        """Modes missing at the end; NaN where a trial diverged or has no result."""
        if self.verdict == "diverged" or self.missing is None:
            return math.nan
        return float(self.missing)


Answer = tuple[Sequence[Row], dict[str, Any]]


def results_and_influence(folder: SweepFolder, design: Design) -> Answer:
    """What became of every trial, in the design's order, and what that says about influence.

    Writes `results.csv` and `influence.json` where they are missing or no longer what the trials
    say; what is written depends on the trials alone, byte for byte. Raises `StoreError` where they
    cannot be written.
    """
    rows: list[Row] = []

    def noted() -> Iterator[Result]:
        for result in results(folder, design):
            rows.append(row_of(result))
            yield result

    content = results_text(design, noted())
    unchanged = _stored_results(folder) == content
    influence = _stored_influence(folder) if unchanged else None
    if influence is None:
        influence = influence_of(trials_of(design, rows))
        # The table goes last: if it is there and right, the answer beside it was made from it.
        replace_file(folder.path / INFLUENCE, json_text(influence, sort_keys=False))
    if not unchanged:
        replace_file(folder.path / RESULTS, content)
    return rows, influence


def _stored_results(folder: SweepFolder) -> bytes | None:
    try:
        return (folder.path / RESULTS).read_bytes()
    except OSError:
        return None


def _stored_influence(folder: SweepFolder) -> dict[str, Any] | None:
    """What stands in the folder, if it is whole and of today's form."""
    try:
        influence = read_file(folder.path / INFLUENCE, read_json)
    except RunFolderError:
        return None
    return influence if influence.get("format") == FORMAT else None


def row_of(result: Result) -> Row:
    """The few numbers of a trial that the whole sweep's pictures are made of."""
    trial, summary = result.trial, result.summary or {}
    reference = summary.get("reference")
    return Row(
        index=trial.index,
        cell=trial.cell,
        seed=trial.seed,
        status=result.status,
        verdict=result.verdict,
        confirmed=result.confirmed,
        missing=result.missing,
        showable=showable_modes(reference, summary.get("modes_total") or 0),
        beyond=beyond(reference, RECOVERED, summary.get(RECOVERED)),
        **{one.name: summary.get(one.name) for one in fields(Row) if one.name in SUMMARY_METRICS},
    )


def trials_of(design: Design, rows: Sequence[Row]) -> Trials:
    """The table of a sweep as influence is computed from it; `case` is the last factor."""
    seeds = len(design.seeds)
    by_cell = [design.values(cell) for cell in range(design.cells)]
    values = {
        name: _column([point[place] for point in by_cell], seeds)
        for place, name in enumerate(design.columns)
    }
    if design.sweep.cases:
        values[CASE] = _column([design.case(cell) for cell in range(design.cells)], seeds)
    return Trials(
        design=design.sweep.design,
        factors=tuple(values),
        values=values,
        log=frozenset(factor.field for factor in design.sweep.factors if factor.log),
        seed=np.array([row.seed for row in rows]),
        verdict=np.array([row.verdict for row in rows], dtype=np.str_),
        modes_missing=np.array([row.modes_missing for row in rows], dtype=float),
        modes_total=np.array([row.modes_total for row in rows], dtype=float),
        rounds=_rounds(design),
        ends={factor.field: factor.ends for factor in design.sweep.factors if factor.ends},
    )


def _rounds(design: Design) -> int | None:
    """The rounds of all trials; None where they differ."""
    if "training.steps" in design.columns:
        return None
    first = {design.case(cell): cell * len(design.sweep.seeds) for cell in range(design.cells)}
    rounds = {design.trial(index).experiment.training.steps for index in first.values()}
    return rounds.pop() if len(rounds) == 1 else None


def _column(by_cell: Sequence[Any], seeds: int) -> ndarray:
    """One value per trial, each as it is: a list stays one value."""
    column = np.empty(len(by_cell), dtype=object)
    for cell, value in enumerate(by_cell):
        column[cell] = list(value) if isinstance(value, tuple) else value
    return np.repeat(column, seeds)
