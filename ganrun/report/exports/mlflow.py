"""Runs as MLflow keeps them: in a local database, or on a tracking server."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

logging.getLogger("mlflow").setLevel(logging.WARNING)  # how it makes its tables is its own affair

from mlflow.entities import Metric, Param, RunTag  # noqa: E402
from mlflow.exceptions import MlflowException  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402
from sqlalchemy.exc import SQLAlchemyError  # noqa: E402

from ganrun.report.exports.exported_run import ExportedRun  # noqa: E402
from ganrun.store.atomic import StoreError  # noqa: E402

T = TypeVar("T")

LOCAL = "sqlite:///"
MOST_METRICS, MOST_PARAMS = 1000, 100
"""What MLflow takes at a time."""
IDENTITY = "ganrun.id"
"""The tag by which a run that is there already is known."""


class Tracking:
    """An MLflow store. Raises `StoreError`, one clear line, where it cannot be used."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        with _refused(uri):
            self._client = MlflowClient(tracking_uri=uri)
            self._client.search_experiments(max_results=1)

    def add(self, run: ExportedRun) -> bool:
        """Log a run under the experiment of its name; False if it is there already.

        Its config become parameters, its evaluations metrics with their rounds as steps, the
        metrics at the end `final/...`, its pages and figures artifacts.
        """
        with _refused(self._uri):
            experiment = self._experiment(run.name)
            same = f"tags.`{IDENTITY}` = '{run.id}' and attributes.status = 'FINISHED'"
            if self._client.search_runs([experiment], same, max_results=1):
                return False
            self._log(run, experiment)
            return True

    def _experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        beside = None
        if self._uri.startswith(LOCAL):
            folder = Path(self._uri.removeprefix(LOCAL)).absolute().parent
            beside = (folder / "mlartifacts" / name).as_uri()
        return str(self._client.create_experiment(name, artifact_location=beside))

    def _log(self, run: ExportedRun, experiment: str) -> None:
        began, ended = _milliseconds(run.started), _milliseconds(run.ended)
        name = run.path.absolute().name
        logged = self._client.create_run(experiment, start_time=began, run_name=name).info.run_id
        params = [Param(field, str(value)) for field, value in run.fields.items()]
        params.append(Param("seed", str(run.seed)))
        for some in _batches(params, MOST_PARAMS):
            self._client.log_batch(logged, params=some)
        for points in _batches(_metrics(run, ended), MOST_METRICS):
            self._client.log_batch(logged, metrics=points)
        words = {
            IDENTITY: run.id,
            "ganrun.path": str(run.path.absolute()),
            "ganrun.status": run.status,
            "ganrun.verdict": run.verdict,
            "ganrun.verdict_kind": run.verdict_kind,
        }
        tags = [RunTag(key, value) for key, value in words.items() if value is not None]
        self._client.log_batch(logged, tags=tags)
        for path in run.papers:
            self._client.log_artifact(logged, str(path))
        # Last, so that a run which was cut short is logged again.
        self._client.set_terminated(logged, "FINISHED", end_time=ended)


def _metrics(run: ExportedRun, ended: int) -> Iterator[Metric]:
    for name, step, value in run.points():
        yield Metric(name, value, ended, step)
    for name, final in run.final.items():
        if final is not None:
            yield Metric(f"final/{name}", final, ended, run.config.training.steps)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _batches(items: Iterator[T] | list[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while some := list(islice(remaining, size)):
        yield some


@contextmanager
def _refused(uri: str) -> Iterator[None]:
    """Say in one line what MLflow says in many."""
    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:
        first = str(error).strip().split("\n")[0]
        raise StoreError(f"{uri}: cannot be used by MLflow: {first}") from error
