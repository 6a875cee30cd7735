"""A sweep's answer, from its trials' folders: `results.csv` and `influence.json`, kept up to date.

The trials are read every time, since they are the truth; only what costs more than reading is kept
while nothing has changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from ganrun.config.metrics import AVERAGED, AVERAGED_SUMMARY, SUMMARY_METRICS, metric_called
from ganrun.influence import Trials, influence_of
from ganrun.influence.cases import RANKED_BY, RECOVERED
from ganrun.influence.points import CASE
from ganrun.influence.table import FORMAT
from ganrun.influence.trials import Measured
from ganrun.measure.showable import beyond, showable_modes
from ganrun.store import StoreError, replace_file
from ganrun.store.formats import digest_of, read_sealed, sealed
from ganrun.store.reading import read_file
from ganrun.store.sweep_folder import INFLUENCE, RESULTS, SweepFolder
from ganrun.sweep.designs import Design
from ganrun.sweep.results import Result, results, results_text

_MEASURED = {*SUMMARY_METRICS, *AVERAGED_SUMMARY}


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
    error: str = ""
    damaged: bool = False
    verified: bool = True
    seconds: float | None = None
    machine: str = ""
    high_quality: float | None = None
    reverse_kl: float | None = None
    averaged_modes_recovered: int | None = None
    averaged_high_quality: float | None = None
    averaged_reverse_kl: float | None = None
    perfect: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What perfect samples score on what cases are ranked by."""

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
    stored = _stored(folder, content)
    if stored is None:
        stored = {"results": digest_of(content), **influence_of(trials_of(design, rows))}
        replace_file(folder.path / INFLUENCE, sealed(stored))
    if _content(folder.path / RESULTS) != content:
        replace_file(folder.path / RESULTS, content)
    del stored["results"]
    return rows, stored


def _stored(folder: SweepFolder, table: bytes) -> dict[str, Any] | None:
    """The answer that stands in the folder, if it is whole and was made from this table."""
    try:
        found, whole = read_file(folder.path / INFLUENCE, read_sealed)
    except StoreError:
        return None
    current = found.get("format") == FORMAT and found.get("results") == digest_of(table)
    return found if whole and current else None


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def row_of(result: Result) -> Row:
    """The few numbers of a trial that the whole sweep's pictures are made of."""
    trial, summary = result.trial, result.summary or {}
    reference = summary.get("reference") or {}
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
        error=result.error,
        damaged=result.damaged,
        verified=result.verified,
        seconds=result.seconds,
        machine=result.machine,
        perfect={name: reference[name] for name in RANKED_BY if name in reference},
        **{one.name: summary.get(one.name) for one in fields(Row) if one.name in _MEASURED},
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
        **(_compared(design, rows) if design.sweep.cases else {}),
    )


def _compared(design: Design, rows: Sequence[Row]) -> dict[str, Any]:
    """What the cases of a sweep are compared by."""
    cells = range(0, design.cells, design.sweep.points_per_case)
    experiments = [design.cell(cell).experiment for cell in cells]
    samples = max(one.evaluation.samples for one in experiments)
    rarest = min(min(one.target.shares) for one in experiments)
    modes = max(one.target.mode_count for one in experiments)
    scale = {
        RECOVERED: (modes, 0),
        "high_quality": (1, samples),
        "reverse_kl": (-math.log(rarest), samples),
    }
    averages = (AVERAGED,) if design.sweep.averages else ()
    measured = {
        average + name: Measured(_column_of(rows, average + name), *scale[name])
        for average in ("", *averages)
        for name in RANKED_BY
    }
    perfect = [row.perfect for row in rows if row.has_result]
    alike = all(one == perfect[0] for one in perfect)
    plain = next((name for name, changes in design.sweep.cases.items() if not changes), None)
    return {
        "measured": measured,
        "plain": plain,
        "perfect": dict(perfect[0]) if perfect and perfect[0] and alike else None,
    }


def _column_of(rows: Sequence[Row], name: str) -> ndarray:
    """A metric of every trial; a count above what perfect samples reach counts as that."""
    found = [getattr(row, name) for row in rows]
    if metric_called(name).of_modes:
        most = [beyond(row.perfect, RECOVERED, one) for row, one in zip(rows, found, strict=True)]
        found = [one if cap is None else cap for one, cap in zip(found, most, strict=True)]
    return np.array(found, dtype=float)


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
