"""A sweep's table: what became of every trial, as `results.csv` and as columns."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganrun.config.metrics import final_names, share_columns
from ganrun.measure.coverage import is_covered
from ganrun.measure.showable import showable_modes
from ganrun.mixture import mixture_of
from ganrun.store import DamagedError, RunFolder, StoreError
from ganrun.store.confirmed import read_confirmed
from ganrun.store.sweep_folder import SweepFolder
from ganrun.sweep.designs import Design, Trial

VERDICT = ("verdict", "verdict_confidence", "verdict_rule", "diverged_at")


@dataclass(frozen=True)
class Result:
    """What became of one trial; a trial without a result has no summary.

    Its status is that of its run (`complete`, `diverged`, `failed`, `interrupted`, `running`), or
    `missing` where there is none; one whose folder is damaged has failed.
    """

    trial: Trial
    id: str
    status: str
    summary: Mapping[str, Any] | None
    confirmed: str = ""
    """What it came to when it was played on; empty where it was not."""
    missing: int | None = None
    """Modes that it does not cover at the end, of those that perfect samples cover."""
    error: str = ""
    """Why it has no result, in one line; a file is named from within the folder of trials."""
    damaged: bool = False
    """Whether it has none because its files are not what was written."""
    verified: bool = True
    """Whether its files are known to be what was written, as far as there are any."""
    seconds: float | None = None
    """What its rounds take to train, at the pace that was recorded."""
    machine: str = ""
    """What it was trained on; empty where that is not known, or was not one throughout."""

    @property
    def verdict(self) -> str:
        """The quick verdict's word; empty without a result."""
        return str(self.summary["verdict"]) if self.summary else ""


def result_of(folder: SweepFolder, trial: Trial) -> Result:
    """Read what became of a trial."""
    path, identity = folder.trial_path(trial.experiment), folder.trial_id(trial.experiment)
    if not os.path.isdir(path):
        return Result(trial, identity, "missing", None)
    try:
        run = RunFolder(path)
        run.check_modes(trial.experiment.target.mode_count)
        verdict, confirmed = run.verdict, read_confirmed(run)
        if verdict is None:
            reason = run.run.get("error") or run.status
            return Result(trial, identity, run.status, None, error=str(reason))
        summary = {**(run.summary or {}), **verdict.as_summary()}
        return Result(
            trial,
            identity,
            run.status,
            summary,
            confirmed.verdict if confirmed else "",
            missing_modes(run, summary),
            verified=run.verified is not False,
            seconds=_seconds(run),
            machine=_machine(run),
        )
    except StoreError as error:
        # The same words wherever the sweep's folder is.
        words = str(error).replace(f"{folder.trials}{os.sep}", "")
        damaged = isinstance(error, DamagedError)
        return Result(trial, identity, "failed", None, error=words, damaged=damaged)


def _seconds(run: RunFolder) -> float | None:
    pace = run.run.get("rounds_per_second")
    return run.config.training.steps / pace if pace else None


def _machine(run: RunFolder) -> str:
    numerics = run.run.get("numerics") or {}
    changed = bool(run.run.get("numerics_changes"))
    return "" if changed else " ".join(str(numerics.get(key, "")) for key in ("machine", "device"))


def missing_modes(run: RunFolder, summary: Mapping[str, Any]) -> int | None:
    """Modes that are missing at the end; the shares are asked only where some cannot be shown."""
    total, covered = summary.get("modes_total"), summary.get("modes_covered")
    if total is None or covered is None:
        return None
    showable = showable_modes(summary.get("reference"), total)
    if len(showable) == total:
        return int(total - covered)
    metrics, target = run.metrics(), run.config.target
    columns = np.array([metrics[name] for name in share_columns(total)])
    if not columns.size:
        return None
    shares = columns[:, -1]
    there = is_covered(shares, mixture_of(target).weights)
    return sum(not there[mode] for mode in showable)


def results(folder: SweepFolder, design: Design) -> Iterator[Result]:
    """Every trial's result, in the order of the design."""
    for index in range(design.trials):
        yield result_of(folder, design.trial(index))


def results_text(design: Design, rows: Iterator[Result]) -> bytes:
    """`results.csv`: a row per trial; what a trial does not have is empty, a level `null`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    cases = bool(design.sweep.cases)
    header = [*design.columns, *(["case"] if cases else []), "seed", "id", "status"]
    measured = final_names(design.sweep.own_metrics, averages=design.sweep.averages)
    writer.writerow([*header, *VERDICT, "confirmed_verdict", *measured, "error"])
    for row in rows:
        trial = row.trial
        summary = row.summary or {}
        writer.writerow(
            [
                *("null" if value is None else _cell(value) for value in trial.values),
                *([trial.case] if cases else []),
                trial.seed,
                row.id,
                row.status,
                *(_cell(summary.get(name)) for name in VERDICT),
                row.confirmed,
                *(_cell(summary.get(name)) for name in measured),
                row.error if row.status == "failed" else "",
            ]
        )
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    """A value as CSV has it: words bare, floats to the last bit, lists and mappings as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, default=dict)
