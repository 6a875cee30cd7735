"""Two tables that any program for data opens: a row per run, and a row per evaluation."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
from pyarrow import parquet

from ganrun.config.metrics import share_columns
from ganrun.report.exports.exported_run import ExportedRun, Scalar
from ganrun.store.atomic import make_folder, replace_file

RUNS, METRICS = "runs.parquet", "metrics.parquet"


def write_parquet(runs: Sequence[ExportedRun], out: Path) -> list[Path]:
    """Write `runs.parquet` and `metrics.parquet` into a folder; returns their paths.

    `runs.parquet` has a row per run: where it is, its verdict, every metric at the end, and its
    config as columns `config.SECTION.FIELD`. `metrics.parquet` has a row per run and evaluation,
    with the columns of `metrics.csv`; the shares of the modes are one column of lists. What does
    not apply is null. Each file is written whole or not at all; raises `StoreError` where it cannot
    be.
    """
    make_folder(out)
    tables = {RUNS: _table([_row(run) for run in runs]), METRICS: _evaluations(runs)}
    for name, table in tables.items():
        content = io.BytesIO()
        parquet.write_table(table, content)
        replace_file(out / name, content.getvalue())
    return [out / name for name in tables]


def _row(run: ExportedRun) -> dict[str, Scalar]:
    return {
        "path": str(run.path),
        "id": run.id,
        "name": run.name,
        "seed": run.seed,
        "status": run.status,
        "verdict": run.verdict,
        "verdict_kind": run.verdict_kind,
        "confidence": run.confidence,
        **run.final,
        **{f"config.{name}": value for name, value in run.fields.items()},
    }


def _table(rows: Sequence[Mapping[str, Scalar]]) -> Any:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pyarrow.table({name: _column([row.get(name) for row in rows]) for name in names})


def _column(values: Sequence[Scalar]) -> Any:
    """Numbers as numbers where all are; words, and what is of several kinds, as words."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {bool} or kinds <= {int}:
        return pyarrow.array(values)
    if kinds <= {int, float}:
        return pyarrow.array([None if one is None else float(one) for one in values])
    return pyarrow.array([None if one is None else str(one) for one in values])


def _evaluations(runs: Sequence[ExportedRun]) -> Any:
    """The evaluations of all runs, one below the other."""
    parts = [_evaluations_of(run) for run in runs]
    return pyarrow.concat_tables(parts, promote_options="default") if parts else _table([])


def _evaluations_of(run: ExportedRun) -> Any:
    steps = run.metrics["step"]
    shares = [name for name in share_columns(run.config.target.mode_count) if name in run.metrics]
    columns: dict[str, Any] = {
        "id": pyarrow.array([run.id] * len(steps), pyarrow.string()),
        "name": pyarrow.array([run.name] * len(steps), pyarrow.string()),
        "seed": pyarrow.array([run.seed] * len(steps), pyarrow.int64()),
        "step": pyarrow.array(steps.astype(np.int64)),
    }
    for name, column in run.metrics.items():
        if name != "step" and name not in shares:
            columns[name] = pyarrow.array(column.astype(float), from_pandas=True)
    of_modes = np.stack([run.metrics[name] for name in shares], axis=1).astype(float)
    columns["shares"] = pyarrow.array(of_modes.tolist(), pyarrow.list_(pyarrow.float64()))
    return pyarrow.table(columns)
