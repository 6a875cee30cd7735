"""A run folder as its readers see it: checked, never changed, one clear message if damaged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from numpy import ndarray

from ganrun.config import ConfigError, Experiment, load_experiment, run_id, to_yaml
from ganrun.config.identity import as_trained
from ganrun.store import layout
from ganrun.store.atomic import StoreError, refused
from ganrun.store.events import Event, configs_along, read_events
from ganrun.store.formats import (
    Checkpoint,
    FormatError,
    Snapshots,
    read_checkpoint,
    read_json,
    read_snapshots,
)
from ganrun.store.lock import is_claimed
from ganrun.store.metrics_table import MetricsTable, read_metrics
from ganrun.store.run_json import FORMAT
from ganrun.verdict import Verdict, can_judge, quick_verdict

Status = Literal["running", "interrupted", "complete", "diverged", "failed", "interactive"]

FINISHED = ("complete", "diverged")
INTERACTIVE = "interactive"
"""Of a game played in the arena: it ended, but is no result of its config and never reused."""
STATUSES = ("running", "interrupted", *FINISHED, "failed", INTERACTIVE)

RECORD_FIELDS = {"format": int, "id": str, "name": str, "sessions": list, "numerics_changes": list}
"""What must be in every `run.json`, and its type."""

EARLIER_RMSPROP = "RMSprop had b2 for its decay and its eps inside the root"

_LARGEST_FILE = 1 << 30
"""Bytes; a run of the largest config that the schema allows stays below."""

T = TypeVar("T")


class RunFolderError(StoreError):
    """A folder that is damaged or no run folder; one line that names the file."""


def run_at(path: Path) -> RunFolder | None:
    """The run that has begun in this folder; None where at most its `config.yaml` was written.

    Raises `RunFolderError` if it is damaged.
    """
    if os.path.exists(path / layout.RUN):
        return RunFolder(path)
    if any(os.path.exists(path / name) for name in layout.FILES if name != layout.CONFIG):
        raise RunFolderError(f"{path / layout.RUN}: is missing")
    return None


class RunFolder:
    """A read-only view of one run.

    Opening it reads `run.json` alone; every other file is read when it is first asked for. All
    of it raises `RunFolderError` where a file is missing, damaged, or belongs to another run.
    """

    path: Path
    run: dict[str, Any]
    """The content of `run.json`; for the status use `status`, which knows a dead process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with refused(path, "read", RunFolderError):
            try:
                names = os.listdir(path)
            except FileNotFoundError:
                raise RunFolderError(f"{path}: no such folder") from None
            except NotADirectoryError:
                raise RunFolderError(f"{path}: not a folder") from None
        for name in (layout.CONFIG, layout.RUN):
            if name not in names:
                raise RunFolderError(f"{path}: not a run folder: it has no {name}")
        self.run = self._read(layout.RUN, read_json)
        self._check_run()

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    @property
    def id(self) -> str:
        """The run's id: the hash of its config."""
        return self.run["id"]

    @property
    def finished(self) -> bool:
        """Whether the run came to its end; a run that diverged did."""
        return self.run["status"] in FINISHED

    @property
    def ended(self) -> bool:
        """Whether there is a summary: the run is finished, or interactive."""
        return self.finished or self.run["status"] == INTERACTIVE

    @property
    def status(self) -> Status:
        """What `run.json` says, but `interrupted` for a run whose process is gone."""
        status = self.run["status"]
        return "interrupted" if status == "running" and not is_claimed(self.path) else status

    @cached_property
    def config(self) -> Experiment:
        """The experiment of this run, with its one seed."""
        path = self.path / layout.CONFIG
        self._read(layout.CONFIG, len)  # missing, unreadable, absurdly large
        try:
            config = load_experiment(path)
        except ConfigError as error:
            raise RunFolderError(error.problems[0]) from error
        if len(config.seeds) != 1:
            raise RunFolderError(f"{path}: a run has one seed, not {len(config.seeds)}")
        trained = as_trained(config, self.id)
        if trained is None:
            raise RunFolderError(
                f"{path}: is the config of run {run_id(config)}, not of {self.id}: it was changed"
            )
        return trained

    @property
    def earlier_rule(self) -> str | None:
        """What was other about the game by which this was trained, a clause; None if nothing was.

        Such a run is read and reported, but neither gone on with nor taken for a result of today's.
        """
        return None if run_id(self.config) == self.id else EARLIER_RMSPROP

    def check_rule(self) -> None:
        """Raise a `StoreError` if the game of today is not the one by which this was trained."""
        if rule := self.earlier_rule:
            raise StoreError(
                f"{self.path}: was trained when {rule}, so it is shown and not gone on with; "
                "train its config afresh"
            )

    @cached_property
    def summary(self) -> dict[str, Any] | None:
        """The content of `summary.json`; None until the run has come to its end."""
        return self._read(layout.SUMMARY, read_json) if self.ended else None

    def events(self) -> list[Event]:
        """What was done to an interactive run while it was played; none for any other."""
        if not (self.path / layout.EVENTS).exists():
            return []
        return list(self._events)

    @cached_property
    def _events(self) -> list[Event]:
        events = self._read(layout.EVENTS, read_events)
        try:
            self._configs = configs_along(self.config, events)
        except ConfigError as error:
            where = self.path / layout.EVENTS
            raise RunFolderError(f"{where}: does not fit the config: {error.problems[0]}") from None
        return events

    @property
    def final_config(self) -> Experiment:
        """The config as the events have left it; of most runs, `config`."""
        return self._configs[-1] if self.events() else self.config

    @property
    def modes_recorded(self) -> int:
        """How many modes `metrics.csv` has shares of: those of the target that has had most."""
        configs = self._configs if self.events() else [self.config]
        return max(one.target.mode_count for one in configs)

    def metrics(self) -> dict[str, ndarray]:
        """The columns of `metrics.csv`, each `[R]`: `step` int64, others float64, NaN if empty.

        A run without an evaluation yet has columns of length 0.
        """
        if self._not_written_yet(layout.METRICS):
            return MetricsTable(self.modes_recorded).arrays()
        return self.metrics_table().arrays()

    def metrics_table(self) -> MetricsTable:
        """`metrics.csv` line by line."""
        modes = self.modes_recorded
        return self._read(layout.METRICS, lambda content: read_metrics(content, modes))

    def snapshots(self) -> Snapshots | None:
        """What `snapshots.npz` holds; None if nothing has been written yet."""
        if self._not_written_yet(layout.SNAPSHOTS):
            return None
        sizes = self.config.snapshots
        return self._read(layout.SNAPSHOTS, lambda content: read_snapshots(content, sizes))

    def checkpoint(self) -> Checkpoint | None:
        """The last committed training state; None if nothing has been committed yet."""
        if self._not_written_yet(layout.CHECKPOINT) or self.run["status"] == INTERACTIVE:
            return None
        checkpoint = self._read(layout.CHECKPOINT, read_checkpoint)
        if checkpoint.id != self.id:
            raise RunFolderError(
                f"{self.path / layout.CHECKPOINT}: belongs to run {checkpoint.id}, not to {self.id}"
            )
        return checkpoint

    @cached_property
    def verdict(self) -> Verdict | None:
        """The quick verdict, by today's rule if the stored one is older.

        None before the end, and where a column is missing that today's rule would need.
        """
        summary = self.summary
        if summary is None:
            return None
        try:
            stored = Verdict.from_summary(summary)
        except (KeyError, TypeError, ValueError):
            raise RunFolderError(f"{self.path / layout.SUMMARY}: holds no verdict") from None
        if stored is not None:
            return stored
        from ganrun.mixture import mixture_of

        weights = mixture_of(self.final_config.target).weights
        diverged_at = summary.get("diverged_at")
        reference = summary.get("reference") or {}
        try:
            metrics = self.metrics()
            if diverged_at is None and not can_judge(metrics, reference, weights):
                return None
            return quick_verdict(metrics, summary, reference, weights, diverged_at=diverged_at)
        except (AttributeError, IndexError, TypeError, ValueError):
            raise RunFolderError(f"{self.path / layout.SUMMARY}: is no run's summary") from None

    def check_config(self, experiment: Experiment) -> None:
        """Raise a `StoreError` if this is not a run of that experiment, as its id says it is."""
        if differences := self.differences(experiment):
            raise StoreError(
                f"{self.path}: holds another config under the same id: {'; '.join(differences)}"
            )

    def differences(self, experiment: Experiment) -> list[str]:
        """Fields in which the stored config differs from another's, one line each; not `name`."""
        renamed = experiment.model_copy(update={"name": self.run["name"]})
        if self._read(layout.CONFIG, bytes) == to_yaml(renamed).encode():
            return []
        stored, wanted = (one.model_dump(exclude={"name"}) for one in (self.config, renamed))
        rules = [f"it was trained when {rule}"] if (rule := self.earlier_rule) else []
        return [*rules, *_differences("", stored, wanted)]

    def _not_written_yet(self, name: str) -> bool:
        return not self.ended and not os.path.exists(self.path / name)

    def _check_run(self) -> None:
        path = self.path / layout.RUN
        if self.run.get("status") not in STATUSES:
            raise RunFolderError(f"{path}: has no status that ganrun knows")
        for field, kind in RECORD_FIELDS.items():
            if not isinstance(self.run.get(field), kind):
                raise RunFolderError(f"{path}: has no {field}, or one of the wrong type")
        if self.run["format"] > FORMAT:
            raise RunFolderError(f"{path}: was written by a newer ganrun")
        claimed = layout.id_in_name(self.path.absolute())
        if claimed not in (None, self.id):
            raise RunFolderError(f"{path}: belongs to run {self.id}, not to {claimed}")

    def _read(self, name: str, parse: Callable[[bytes], T]) -> T:
        return read_file(self.path / name, parse)


def read_file(path: Path, parse: Callable[[bytes], T]) -> T:
    """What a file of a run folder holds; `RunFolderError` if it cannot be read or parsed."""
    with refused(path, "read", RunFolderError):
        try:
            if path.exists() and not path.is_file():
                raise RunFolderError(f"{path}: is not a file")
            if path.stat().st_size > _LARGEST_FILE:
                raise RunFolderError(f"{path}: is too large to be a run's")
            return parse(path.read_bytes())
        except FileNotFoundError:
            raise RunFolderError(f"{path}: is missing") from None
        except FormatError as error:
            raise RunFolderError(f"{path}: {error}") from error


def _differences(prefix: str, stored: Any, wanted: Any) -> Iterator[str]:
    if isinstance(stored, dict) and isinstance(wanted, dict):
        for key in sorted(set(stored) | set(wanted)):
            yield from _differences(f"{prefix}.{key}", stored.get(key), wanted.get(key))
    elif stored != wanted:
        yield f"{prefix.lstrip('.')} is {stored!r} there and {wanted!r} here"
