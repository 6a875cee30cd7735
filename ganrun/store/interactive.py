"""Interactive runs: games that were played with in the arena, as folders of their own.

Such a folder holds what a run's does, but for the checkpoint, and `events.csv` besides. It is
written in one go, when the game has been played again from its seed and its events: under a hidden
name first, so that it is whole or not there.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ganrun.config import Experiment, run_id, to_yaml
from ganrun.store import layout
from ganrun.store.atomic import make_folder, refused, replace_file, sync_folder
from ganrun.store.events import Event, configs_along, events_bytes
from ganrun.store.folder import RunFolder
from ganrun.store.formats import Snapshot, json_text, sealed, snapshots_bytes
from ganrun.store.metrics_table import MetricRow, MetricsTable
from ganrun.store.pieces_kept import kept_files
from ganrun.store.run_json import (
    INTERACTIVE,
    begin_session,
    digests_of,
    end_session,
    new_record,
)


@dataclass(frozen=True, kw_only=True)
class Interactive:
    """All of an interactive run; `experiment` is the config at the start, with one seed.

    Its `training.steps` are the rounds that were played. A row of the metrics has as many shares as
    the target had modes at that time.
    """

    experiment: Experiment
    events: Sequence[Event]
    rows: Sequence[MetricRow]
    snapshots: Sequence[Snapshot]
    extent: Sequence[float]
    summary: Mapping[str, Any]


def write_interactive(
    runs_dir: Path,
    run: Interactive,
    *,
    numerics: Mapping[str, Any],
    command: Sequence[str],
    training_seconds: float | None,
    when: datetime,
) -> RunFolder:
    """Write `<name>-arena-<time>/`; where that is there already, `-2`, `-3`, ... is added."""
    make_folder(runs_dir)
    hidden = runs_dir / f".arena-{secrets.token_hex(4)}.tmp"
    make_folder(hidden)
    try:
        for name, content in _files(run, numerics, command, training_seconds).items():
            replace_file(hidden / name, content)
        path = _moved(hidden, runs_dir, f"{run.experiment.name}-arena-{when:%Y%m%d-%H%M%S}")
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    return RunFolder(path)


def _moved(hidden: Path, runs_dir: Path, name: str) -> Path:
    attempt = 0
    while True:
        attempt += 1
        path = runs_dir / (name if attempt == 1 else f"{name}-{attempt}")
        with refused(path, "created"):
            try:
                if not path.exists():
                    os.rename(hidden, path)  # fails if a folder with files was made there since
                    sync_folder(runs_dir)
                    return path
            except OSError:
                if not path.exists():
                    raise


def _files(
    run: Interactive,
    numerics: Mapping[str, Any],
    command: Sequence[str],
    training_seconds: float | None,
) -> dict[str, bytes]:
    one = run.experiment
    record = new_record(one, run_id(one), again=False)
    begin_session(record, numerics=numerics, command=command, at_round=0)
    end_session(record, at_round=one.training.steps, training_seconds=training_seconds)
    record["status"] = INTERACTIVE
    modes = max(config.target.mode_count for config in configs_along(one, run.events))
    files = {
        layout.CONFIG: to_yaml(one).encode(),
        layout.EVENTS: events_bytes(run.events),
        layout.METRICS: MetricsTable.of(modes, run.rows).content(),
        layout.SNAPSHOTS: snapshots_bytes(run.snapshots, run.extent, one.snapshots),
        layout.SUMMARY: json_text(run.summary, sort_keys=True),
    }
    files |= kept_files(to_yaml(one))
    return files | {layout.RUN: sealed(record | {"digests": digests_of(files)})}
