"""Which folder a config's run has: done already, to be gone on with, or new."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Unpack

from ganrun.config import Experiment, run_id
from ganrun.store import layout
from ganrun.store.folder import RunFolder, run_at
from ganrun.store.lock import RunLockedError
from ganrun.store.reading import DamagedError, RunFolderError
from ganrun.store.run import NumericsError, Run, RunFinishedError, Session
from ganrun.store.run_json import INTERACTIVE


def find_complete(
    runs_dir: Path, experiment: Experiment, *, folders: layout.RunsById | None = None
) -> RunFolder | None:
    """The finished (complete or diverged) run of this experiment and seed, under whatever name.

    `folders` is what `scan_runs` gave, for who looks up many. Raises `StoreError` where the folder
    that has this id is damaged or holds another config.
    """
    return _finished(_begun(runs_dir, experiment, folders), experiment)


def find_shorter(
    runs_dir: Path, experiment: Experiment, *, numerics: Mapping[str, Any] | None = None
) -> RunFolder | None:
    """The longest complete run that differs from this experiment only by fewer `training.steps`.

    A run that diverged, is damaged, or was trained under other `numerics` (None: any will do) is
    passed over.
    """
    for relative in layout.shorter_relatives(runs_dir, experiment):
        for path in _paths(runs_dir, relative):
            if _can_be_taken_over(path, experiment, numerics):
                return RunFolder(path)
    return None


def _can_be_taken_over(
    path: Path, experiment: Experiment, numerics: Mapping[str, Any] | None
) -> bool:
    try:
        folder = RunFolder(path)
        if folder.run["status"] != "complete":
            return False
        if numerics is not None and (
            folder.run.get("numerics") != numerics or folder.run.get("numerics_changes")
        ):
            return False
        if folder.differences(layout.with_steps(experiment, folder.config.training.steps)):
            return False
        checkpoint = folder.checkpoint()
        folder.metrics()
        folder.snapshots()
    except RunFolderError:
        return False
    return checkpoint is not None and checkpoint.round == folder.config.training.steps


def finished_at(path: Path, experiment: Experiment) -> RunFolder | None:
    """The finished run of this experiment in this folder and no other; None if there is none yet.

    Raises `StoreError` where the folder is damaged or holds another config.
    """
    folder = run_at(path)
    return None if folder is None else _finished([folder], experiment)


def open_at(path: Path, experiment: Experiment, **session: Unpack[Session]) -> Run | RunFolder:
    """Claim this folder and no other to train this experiment in, or give back its finished run."""
    if (done := finished_at(path, experiment)) is not None:
        return done
    try:
        return Run(path, experiment, **session)
    except RunFinishedError:  # finished by another process since we looked
        return RunFolder(path)


def open_run(
    runs_dir: Path, experiment: Experiment, *, again: bool = False, **session: Unpack[Session]
) -> Run | RunFolder:
    """Claim the folder to train this experiment (one seed) in, or give back its finished run.

    Without `again`: a finished run is given back, an unfinished one is opened where it stands
    (under whatever name), else a new folder is made. With `again` a new folder is made beside those
    that are there, `-2`, `-3`, ...; one that was itself begun with `again` and not finished is
    opened, so that the same command resumes it.
    """
    if again:
        return _open_again(runs_dir, experiment, session)
    begun = _begun(runs_dir, experiment)
    if (done := _finished(begun, experiment)) is not None:
        return done
    path = begun[0].path if begun else layout.run_path(runs_dir, experiment)
    return open_at(path, experiment, **session)


def _open_again(runs_dir: Path, experiment: Experiment, session: Session) -> Run:
    attempt = 0
    while True:
        attempt += 1
        path = layout.run_path(runs_dir, experiment, attempt)
        # What is there stays there, damaged or not.
        with suppress(RunFinishedError, RunLockedError, NumericsError, RunFolderError):
            if not os.path.exists(path / layout.RUN) or RunFolder(path).run.get("again"):
                return Run(path, experiment, again=True, **session)


def _begun(
    runs_dir: Path, experiment: Experiment, folders: layout.RunsById | None = None
) -> list[RunFolder]:
    """Every folder of this experiment in which a run has begun, first attempts first."""
    begun: list[RunFolder] = []
    damaged: list[DamagedError] = []
    for path in _paths(runs_dir, run_id(experiment), folders):
        try:
            if (folder := run_at(path)) is not None:
                begun.append(folder)
        except DamagedError as error:
            damaged.append(error)
    if damaged and not any(folder.finished for folder in begun):
        raise damaged[0]
    # One that somebody renamed as if it were a run's is passed over: it is no result of its config.
    return [folder for folder in begun if folder.run["status"] != INTERACTIVE]


def _paths(runs_dir: Path, identity: str, folders: layout.RunsById | None = None) -> list[Path]:
    folders = layout.scan_runs(runs_dir, identity) if folders is None else folders
    return [runs_dir / name for name in folders.get(identity, ())]


def _finished(begun: Sequence[RunFolder], experiment: Experiment) -> RunFolder | None:
    for folder in begun:
        if folder.finished:
            folder.check_config(experiment)
            return folder
    return None
