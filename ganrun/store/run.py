"""A run folder as its one writer sees it: claimed, resumed, committed to, finished."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Literal, Required, TypedDict

from numpy import ndarray

from ganrun.config import Experiment, run_id, to_yaml
from ganrun.store import layout
from ganrun.store.atomic import StoreError, make_folder, remove_leftovers, replace_file
from ganrun.store.folder import RunFolder, run_at
from ganrun.store.formats import (
    Checkpoint,
    Snapshot,
    Snapshots,
    checkpoint_bytes,
    digest_of,
    json_text,
    read_json,
    sealed,
    snapshots_bytes,
)
from ganrun.store.lock import claim
from ganrun.store.metrics_table import MetricRow, MetricsTable
from ganrun.store.pieces_kept import kept_files
from ganrun.store.reading import DamagedError, RunFolderError, read_file
from ganrun.store.run_json import (
    INTERACTIVE,
    Record,
    begin_session,
    digests_of,
    end_session,
    new_record,
    note_branching,
    note_numerics_change,
    note_takeover,
)
from ganrun.store.transfer import run_files


class RunFinishedError(StoreError):
    """The run is complete or diverged; nothing is written over it."""


class NumericsError(StoreError):
    """The run was begun where arithmetic may give other bits."""


class Session(TypedDict, total=False):
    """How a run is trained from here on; none of it changes a number, or it is told."""

    numerics: Required[Mapping[str, Any]]
    command: Sequence[str]
    allow_numerics_change: bool


class Run:
    """One run, locked for this process. Use it in a `with`: leaving it releases the lock.

    `checkpoint` is what to go on from (None: from round 0), and `metrics()` what has been measured
    so far.
    """

    path: Path
    experiment: Experiment
    checkpoint: Checkpoint | None

    def __init__(
        self,
        path: Path,
        experiment: Experiment,
        *,
        numerics: Mapping[str, Any],
        command: Sequence[str] = (),
        again: bool = False,
        allow_numerics_change: bool = False,
    ) -> None:
        """Claim the folder and make it ready; `store.find` decides which folder that is.

        Raises `RunLockedError` if another process writes it, `NumericsError` if it was begun under
        other numerics, `RunFinishedError` if the run is finished, `RunFolderError` if it is
        damaged, and `StoreError` if its config is another one or it cannot be written.
        """
        self.path = path
        self.experiment = experiment
        self.id = run_id(experiment)
        averages = experiment.generator.average is not None
        self._table = MetricsTable(experiment.target.mode_count, averages=averages)
        self._snapshots: list[Snapshot] = []
        self._extent: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
        self._in_doubt = True  # whether the two files may hold other than the last commit
        self._digests: dict[str, str] = {}  # of the files as they were written
        self.checkpoint = None
        numerics = read_json(json_text(numerics, sort_keys=False))  # as it will be read back
        make_folder(path)
        self._lock = claim(path)
        try:
            remove_leftovers(path, layout.FILES)
            self._record = self._resumed(numerics, allow_numerics_change) or self._new(again)
            self._began = monotonic()
            begin_session(self._record, numerics=numerics, command=command, at_round=self.round)
            self._write_record()
            layout.enter_into_family(path.parent, experiment)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception):
            self.close("failed", error=f"{type(error).__name__}: {error}")
        else:
            self.close()

    @property
    def round(self) -> int:
        """Rounds that are committed."""
        return self.checkpoint.round if self.checkpoint else 0

    def metrics(self) -> dict[str, ndarray]:
        """The columns of `metrics.csv` as committed, as `RunFolder.metrics` gives them."""
        return self._table.arrays()

    def commit(
        self,
        state: Mapping[str, Any],
        *,
        round: int,
        rows: Sequence[MetricRow] = (),
        snapshots: Sequence[Snapshot] = (),
        extent: Sequence[float] | None = None,
    ) -> None:
        """Make the state after `round` rounds durable, with the rows and snapshots since the last.

        The checkpoint is written last and says how many rows and snapshots are its own, so that a
        crash at any moment leaves the commit before or this one. What the files hold at the end
        does not depend on how the commits were spaced. `state` is arrays by name; `extent` is the
        window of the snapshots' fields, wanted with the first of them.
        """
        table = self._table.with_rows(rows)
        kept = [*self._snapshots, *snapshots]
        if extent is not None:
            self._extent = tuple(float(edge) for edge in extent)
        self._check_order(table, kept, round)
        checkpoint = Checkpoint(self.id, round, len(table.lines), len(kept), dict(state))
        rewrite, self._in_doubt = self._in_doubt, True
        if rows or rewrite:
            self._write(layout.METRICS, table.content())
        if snapshots or rewrite:
            self._write_snapshots(kept)
        self._write(layout.CHECKPOINT, checkpoint_bytes(checkpoint))
        self._table, self._snapshots, self.checkpoint = table, kept, checkpoint
        self._in_doubt = False

    def start_from(
        self, shorter: RunFolder, *, evaluated: Collection[int], snapped: Collection[int]
    ) -> None:
        """Take over a complete shorter run of this config, as if its rounds had been played here.

        Of its rows and snapshots only those of the rounds given are taken: those of its own last
        round do not belong to a longer run unless that would evaluate there too. Both may name
        later rounds.
        """
        source = shorter.checkpoint()
        snapshots = shorter.snapshots()
        if self.checkpoint is not None or source is None or snapshots is None:
            raise ValueError("only a run without a commit can start from another, complete one")
        table = shorter.metrics_table()
        drawn = {one.step: one for one in snapshots.each()}
        rows = sorted(r for r in evaluated if r <= source.round)
        kept = sorted(r for r in snapped if r <= source.round)
        lacking = [*sorted({*rows} - {*table.steps}), *(r for r in kept if r not in drawn)]
        for missing in lacking:
            raise RunFolderError(f"{shorter.path}: has nothing of round {missing}")
        folder, at_round = str(shorter.path), source.round
        note_takeover(self._record, shorter.run, folder=folder, at_round=at_round)
        self._write_record()
        self._table = table.of_rounds(rows)
        self.commit(
            source.state,
            round=source.round,
            snapshots=[drawn[r] for r in kept],
            extent=snapshots.extent.tolist(),
        )

    def branch_off(self, source: RunFolder, *, at_round: int) -> None:
        """Note whose state after which round this run begins with; it is not taken over here."""
        note_branching(self._record, source.run, folder=str(source.path), at_round=at_round)
        self._write_record()

    def finish(
        self,
        status: Literal["complete", "diverged"],
        summary: Mapping[str, Any],
        *,
        training_seconds: float | None = None,
    ) -> RunFolder:
        """Write `summary.json`, then the status, and release the lock.

        `training_seconds` is what this session spent on training, without compiling and measuring.
        """
        if self.checkpoint is None:
            raise ValueError("a run without a commit cannot be finished")
        if status == "complete" and self.round != self.experiment.training.steps:
            raise ValueError(f"round {self.round} is not the last of a run that is complete")
        self._write(layout.SUMMARY, json_text(summary, sort_keys=True))
        self.close(status, training_seconds=training_seconds)
        return RunFolder(self.path)

    def close(
        self,
        status: Literal["complete", "diverged", "failed"] | None = None,
        *,
        training_seconds: float | None = None,
        error: str | None = None,
    ) -> None:
        """Note the end of this session and release the lock; closing again does nothing.

        Without a status the run is interrupted, and may be gone on with.
        """
        if not self._lock.is_held:
            return
        try:
            lasted = monotonic() - self._began
            end_session(
                self._record,
                at_round=self.round,
                training_seconds=training_seconds,
                lasted=lasted,
            )
            self._record["status"] = status or "interrupted"
            self._record["error"] = error
            self._record["digests"] = None if self._in_doubt else self._digests
            try:
                self._write_record()
            except StoreError:
                if error is None:  # else the first error is the one to hear of
                    raise
        finally:
            self._lock.release()

    # opening

    def _new(self, again: bool) -> Record:
        """Begin a run in a folder in which at most `config.yaml` was written."""
        path, config = self.path / layout.CONFIG, to_yaml(self.experiment).encode()
        if os.path.exists(path) and read_file(path, bytes) != config:
            raise DamagedError(f"{path}: is not the config of this run")
        for name, content in kept_files(config.decode()).items():
            self._write(name, content)
        self._write(layout.CONFIG, config)
        return new_record(self.experiment, self.id, again=again)

    def _resumed(self, numerics: Mapping[str, Any], allowed: bool) -> Record | None:
        """The record of the run that is here already; None if the folder is blank."""
        folder = run_at(self.path)
        if folder is None:
            return None
        folder.check_config(self.experiment)
        if folder.run["status"] == INTERACTIVE:
            raise RunFolderError(f"{self.path}: is an interactive run, which is not gone on with")
        if folder.finished:
            raise RunFinishedError(f"{self.path}: is {folder.run['status']} already")
        before = folder.run.get("numerics")
        if (committed := folder.committed()) is not None:
            self.checkpoint = committed[0]
            if before != numerics and not allowed:
                raise NumericsError(_numerics_message(self.path, before or {}, numerics))
            self._truncate(*committed)
        else:
            folder.run |= {"reused_from": None, "numerics_changes": []}
        note_numerics_change(folder.run, before, numerics, at_round=self.round)
        return folder.run

    def _truncate(self, checkpoint: Checkpoint, table: MetricsTable, snapshots: Snapshots) -> None:
        """Take the rows and snapshots that are the checkpoint's; later ones were not committed."""
        self._digests = digests_of(run_files(self.path))
        self._table = table.first(checkpoint.rows)
        self._snapshots = snapshots.each()[: checkpoint.snapshots]
        self._extent = tuple(snapshots.extent.tolist())
        if len(table.lines) > checkpoint.rows:
            self._write(layout.METRICS, self._table.content())
        if len(snapshots.steps) > checkpoint.snapshots:
            self._write_snapshots(self._snapshots)
        self._in_doubt = False

    # writing

    def _write_record(self) -> None:
        self._write(layout.RUN, sealed(self._record))

    def _write(self, name: str, content: bytes) -> None:
        self._lock.check()
        replace_file(self.path / name, content)
        if name != layout.RUN:
            self._digests[name] = digest_of(content)

    def _write_snapshots(self, snapshots: Sequence[Snapshot]) -> None:
        content = snapshots_bytes(snapshots, self._extent, self.experiment.snapshots)
        self._write(layout.SNAPSHOTS, content)

    def _check_order(self, table: MetricsTable, snapshots: Sequence[Snapshot], round: int) -> None:
        for what, steps in (
            ("rows", table.steps),
            ("snapshots", [int(one.step) for one in snapshots]),
        ):
            if any(b <= a for a, b in zip([-1, *steps], steps, strict=False)):
                raise ValueError(f"{what} are not in the order of their rounds: {steps}")
            if steps and steps[-1] > round:
                raise ValueError(f"{what} of round {steps[-1]} come before that round's state")
        if round < self.round:
            raise ValueError(f"round {round} was committed before")


def _numerics_message(path: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    changed = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    changes = ", ".join(
        f"{key} was {before.get(key, 'not set')} and is {now.get(key, 'not set')}"
        for key in changed
    )
    return (
        f"{path}: was begun under other numerics ({changes}), so its numbers would differ from an "
        "unbroken run's; --allow-numerics-change goes on and records it, --again starts afresh"
    )
