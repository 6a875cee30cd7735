"""A run folder as its readers see it: checked, never changed, one clear message if damaged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from numpy import ndarray

from ganrun.config import ConfigError, Experiment, load_experiment, run_id, to_yaml
from ganrun.config.identity import as_trained, labels_of
from ganrun.store import layout
from ganrun.store.atomic import StoreError, refused
from ganrun.store.events import Event, configs_along, read_events
from ganrun.store.formats import (
    NOT_AS_WRITTEN,
    Checkpoint,
    FormatError,
    Snapshots,
    digest_of,
    read_checkpoint,
    read_snapshots,
)
from ganrun.store.lock import is_claimed
from ganrun.store.metrics_table import MetricsTable, read_metrics
from ganrun.store.pieces_kept import admit_kept
from ganrun.store.reading import DamagedError, RunFolderError, read_file
from ganrun.store.run_json import FINISHED, INTERACTIVE, Status, is_verified, read_record
from ganrun.store.summary_json import Summary, read_summary
from ganrun.verdict import Verdict, can_judge, quick_verdict

EARLIER_RMSPROP = "RMSprop had b2 for its decay and its eps inside the root"
REMEDY = "ganrun {command} --repair keeps the damaged folder aside and trains the run again"
WRITERS = {layout.TRIALS: "sweep", layout.BRANCHES: "diagnose"}
"""By the name of the folder that runs are in, the command that trains them; else `train`."""
NO_REMEDY = "a game that was played by hand cannot be trained again"

T = TypeVar("T")


def run_at(path: Path) -> RunFolder | None:
    """The run that has begun in this folder; None where at most its `config.yaml` was written.

    Raises `RunFolderError` if it is damaged.
    """
    return RunFolder(path) if _begun(path) else None


def _begun(path: Path) -> bool:
    """Whether a folder holds a run's files, its config aside."""
    return any(os.path.exists(path / name) for name in layout.FILES if name != layout.CONFIG)


class RunFolder:
    """A read-only view of one run.

    Opening it reads `run.json` alone; every other file is read when it is first asked for, and
    believed only if it is what `run.json` says that was written. All of it raises `DamagedError`
    where a file is missing, damaged, or belongs to another run.
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
                if layout.id_in_name(path.absolute()) is None or not _begun(path):
                    raise RunFolderError(f"{path}: not a run folder: it has no {name}")
                raise self._damaged(name, "is missing")
        self.run = self._read(layout.RUN, read_record)
        claimed = layout.id_in_name(path.absolute())
        if claimed not in (None, self.id):
            raise self._damaged(layout.RUN, f"belongs to run {self.id}, not to {claimed}")

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

    @property
    def verified(self) -> bool | None:
        """Whether its files are known to be what was written; None while they are being written.

        An earlier ganrun noted no digests, and a process that was killed came to note none, so that
        what they wrote is taken as it is.
        """
        return None if self.status == "running" else is_verified(self.run)

    @cached_property
    def config(self) -> Experiment:
        """The experiment of this run, with its one seed."""
        self._read(layout.CONFIG, len)  # missing, unreadable, absurdly large
        admit_kept(self.path)
        try:
            config = load_experiment(self.path / layout.CONFIG)
        except ConfigError as error:
            raise DamagedError(f"{error.problems[0]}; {self._remedy}") from error
        if len(config.seeds) != 1:
            raise self._damaged(layout.CONFIG, f"a run has one seed, not {len(config.seeds)}")
        trained = as_trained(config, self.id)
        if trained is None:
            what = f"is the config of run {run_id(config)}, not of {self.id}: it was changed"
            raise self._damaged(layout.CONFIG, what)
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
    def summary(self) -> Summary | None:
        """The content of `summary.json`; None until the run has come to its end."""
        if not self.ended:
            return None
        summary = self._read(layout.SUMMARY, read_summary)
        diverged = summary.get("diverged_at") is not None
        if self.finished and diverged != (self.run["status"] == "diverged"):
            raise self._damaged(layout.SUMMARY, "says otherwise than run.json whether it diverged")
        return summary

    def check_modes(self, modes: int) -> None:
        """Raise `DamagedError` if the summary is not of a target with so many modes."""
        if (self.summary or {}).get("modes_total", modes) not in (None, modes):
            raise self._damaged(layout.SUMMARY, f"is not of a target with {modes:,} modes")

    def events(self) -> list[Event]:
        """What was done to an interactive run while it was played; none for any other."""
        if self._not_noted(layout.EVENTS):
            return []
        return list(self._events)

    @cached_property
    def _events(self) -> list[Event]:
        events = self._read(layout.EVENTS, read_events)
        try:
            self._configs = configs_along(self.config, events)
        except ConfigError as error:
            what = f"does not fit the config: {error.problems[0]}"
            raise self._damaged(layout.EVENTS, what) from None
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
        table = self._read(layout.METRICS, lambda content: read_metrics(content, modes))
        self._check_rounds(layout.METRICS, table.steps, self.config)
        return table

    def snapshots(self, config: Experiment | None = None) -> Snapshots | None:
        """What `snapshots.npz` holds; None if nothing has been written yet.

        Who knows the run's config may say so; then the file need not be read.
        """
        if self._not_written_yet(layout.SNAPSHOTS):
            return None
        config = config or self.config
        sizes = config.snapshots
        found = self._read(layout.SNAPSHOTS, lambda content: read_snapshots(content, sizes))
        self._check_rounds(layout.SNAPSHOTS, found.steps.tolist(), config)
        return found

    def checkpoint(self) -> Checkpoint | None:
        """The last committed training state; None if nothing has been committed yet."""
        if self._not_written_yet(layout.CHECKPOINT) or self.run["status"] == INTERACTIVE:
            return None
        checkpoint = self._read(layout.CHECKPOINT, read_checkpoint)
        if checkpoint.id != self.id:
            what = f"belongs to run {checkpoint.id}, not to {self.id}"
            raise self._damaged(layout.CHECKPOINT, what)
        return checkpoint

    def committed(self) -> tuple[Checkpoint, MetricsTable, Snapshots] | None:
        """The last commit, and the tables that hold what is its own or more; None before it.

        Raises `DamagedError` where they hold less.
        """
        if (checkpoint := self.checkpoint()) is None:
            return None
        table, snapshots = self.metrics_table(), self.snapshots()
        if snapshots is None:
            raise self._damaged(layout.SNAPSHOTS, "is missing")
        for name, count, wanted in (
            (layout.METRICS, len(table.lines), checkpoint.rows),
            (layout.SNAPSHOTS, len(snapshots.steps), checkpoint.snapshots),
        ):
            if count < wanted:
                what = f"holds {count} entries, but the checkpoint counts {wanted}"
                raise self._damaged(name, what)
        return checkpoint, table, snapshots

    def check(self) -> None:
        """Read everything that there is; raises `DamagedError` if any of it is damaged."""
        self.check_modes(self.final_config.target.mode_count)
        for whole in (self.metrics, self.snapshots, self.committed, lambda: self.verdict):
            whole()

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
            raise self._damaged(layout.SUMMARY, "holds no verdict") from None
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
            raise self._damaged(layout.SUMMARY, "is no run's summary") from None

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
        stored, wanted = (one.model_dump(exclude=labels_of(one)) for one in (self.config, renamed))
        rules = [f"it was trained when {rule}"] if (rule := self.earlier_rule) else []
        return [*rules, *_differences("", stored, wanted)]

    def _not_written_yet(self, name: str) -> bool:
        return not self.ended and self._not_noted(name)

    def _not_noted(self, name: str) -> bool:
        """Whether a file is neither there nor noted to have been."""
        return not os.path.exists(self.path / name) and name not in (self.run.get("digests") or {})

    def _check_rounds(self, name: str, rounds: Sequence[int], config: Experiment) -> None:
        if rounds and rounds[-1] > config.training.steps:
            raise self._damaged(name, f"holds round {rounds[-1]}, which is after the last")

    def _read(self, name: str, parse: Callable[[bytes], T]) -> T:
        """What one of its files holds, which must be what was written there."""

        def checked(content: bytes) -> T:
            self._check_digest(name, content)
            return parse(content)

        try:
            return read_file(self.path / name, checked)
        except DamagedError as error:
            raise DamagedError(f"{error}; {self._remedy}") from error

    def _check_digest(self, name: str, content: bytes) -> None:
        if name == layout.RUN:  # it is sealed
            return
        noted = (self.run.get("digests") or {}).get(name)
        if noted in (None, digest_of(content)):
            return
        if self.ended or self._read(layout.RUN, read_record) == self.run:
            raise FormatError(NOT_AS_WRITTEN)
        # Else somebody has gone on with the run since it was opened here.

    def _damaged(self, name: str, what: str) -> DamagedError:
        return DamagedError(f"{self.path / name}: {what}; {self._remedy}")

    @property
    def _remedy(self) -> str:
        run = self.__dict__.get("run") or {}  # not there yet while it is read
        if run.get("status") == INTERACTIVE:
            return NO_REMEDY
        return REMEDY.format(command=WRITERS.get(self.path.absolute().parent.name, "train"))


def _differences(prefix: str, stored: Any, wanted: Any) -> Iterator[str]:
    if isinstance(stored, dict) and isinstance(wanted, dict):
        for key in sorted(set(stored) | set(wanted)):
            yield from _differences(f"{prefix}.{key}", stored.get(key), wanted.get(key))
    elif stored != wanted:
        yield f"{prefix.lstrip('.')} is {stored!r} there and {wanted!r} here"
