"""Damaged run folders, kept aside so that their runs can be trained again, and never deleted."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ganrun.config import Experiment, run_id
from ganrun.store import layout
from ganrun.store.atomic import make_folder, refused, sync_folder
from ganrun.store.folder import run_at
from ganrun.store.lock import claim
from ganrun.store.reading import DamagedError

DAMAGED = ".damaged"
"""The hidden folder, beside them, that damaged folders are moved into."""


def repair(folders: Iterable[Path]) -> Iterator[str]:
    """Set aside those of these run folders that are damaged, and those of their branches.

    Yields a line for each: what was wrong with it, and where it is now. Raises `RunLockedError` if
    a process writes one of them, `StoreError` if it cannot be read or moved.
    """
    for folder in folders:
        for path in (folder, *sorted(folder.glob("*/*"))):
            if layout.id_in_name(path) is not None and (error := _damage(path)) is not None:
                yield f"{error}; it is kept as {set_aside(path)}"


def run_folders(runs_dir: Path, experiment: Experiment) -> list[Path]:
    """The folders of every run of an experiment, all of its seeds, under whatever name."""
    known = layout.scan_runs(runs_dir)
    ids = (run_id(experiment.with_seed(seed)) for seed in experiment.seeds)
    return [runs_dir / name for identity in ids for name in known.get(identity, ())]


def set_aside(path: Path) -> Path:
    """Move a damaged run's folder away, whole, and say where it is."""
    lock = claim(path)
    try:
        make_folder(path.parent / DAMAGED)
        for attempt in itertools.count(1):
            name = path.name if attempt == 1 else f"{path.name}.{attempt}"
            place = path.parent / DAMAGED / name
            with refused(path, "moved"):
                if not place.exists():
                    os.rename(path, place)
                    sync_folder(place.parent)
                    sync_folder(path.parent)
                    return place
    finally:
        lock.release()
    raise AssertionError("there is always another name")


def _damage(path: Path) -> str | None:
    """What is wrong with a run's folder; None if it is whole, or none was begun."""
    try:
        if (folder := run_at(path)) is not None:
            folder.check()
    except DamagedError as error:
        return str(error).partition("; ")[0]
    return None
