"""Folders of runs and sweeps that are to go: what they hold, whether they are in use, the deleting.

A folder goes in three steps. All locks inside it are taken, so that no process writes there; it is
renamed into the hidden folder `.removed` beside it, where nothing looks for runs; then it is
deleted. Whatever is killed on the way leaves it whole where it was, or in `.removed`, which the
next removal empties.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ganrun.store import layout
from ganrun.store.atomic import StoreError, make_folder, refused, sync_folder
from ganrun.store.folder import RunFolder
from ganrun.store.lock import FolderLostError, RunLockedError, alone, claim, is_claimed
from ganrun.store.sweep_folder import SWEEP, is_sweep_folder, is_sweep_name

REMOVED = ".removed"
"""The hidden folder, beside them, that folders are moved into before they are deleted."""


@dataclass(frozen=True)
class Removable:
    """The folder of a run or a sweep, as it was found."""

    path: Path
    kind: Literal["run", "sweep"]
    files: int
    size: int
    """Bytes of all its files."""
    number: tuple[int, int]
    """What the file system tells it by from one that may take its place."""


def removable(path: Path) -> Removable:
    """What would go with a folder; raises `StoreError`, one line, if it is no run's or sweep's."""
    path = Path(os.path.abspath(path))
    with refused(path, "looked at"):
        if os.path.islink(path):
            raise StoreError(f"{path}: is a link, which is not followed; name what it leads to")
        if not os.path.isdir(path):
            raise StoreError(f"{path}: {'not a folder' if path.exists() else 'no such folder'}")
        there = os.stat(path, follow_symlinks=False)
    kind = _kind(path)
    sizes = [entry.stat(follow_symlinks=False).st_size for entry in _files(path)]
    return Removable(path, kind, len(sizes), sum(sizes), (there.st_dev, there.st_ino))


def _kind(path: Path) -> Literal["run", "sweep"]:
    """What a folder is; one that is damaged is what its name and its files say."""
    if is_sweep_folder(path) and is_sweep_name(path):
        return "sweep"
    named = layout.id_in_name(path) is not None
    if named and any(os.path.isfile(path / name) for name in (layout.RUN, layout.CONFIG)):
        return "run"
    try:
        RunFolder(path)
    except StoreError as error:
        reason = str(error).removeprefix(f"{path}: ")
        raise StoreError(f"{path}: is no run or sweep of ganrun's: {reason}") from None
    return "run"


def _files(path: Path) -> Iterator[os.DirEntry[str]]:
    """All that is no folder, in a folder and those inside it; links are not followed."""
    with refused(path, "read"), os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            else:
                yield entry


def in_use(found: Removable) -> str | None:
    """Which process uses a folder, in one line; None if none does. Writes nothing."""
    for place in sorted(set(_written(found.path))):
        if is_claimed(place):
            return f"{place}: another process is writing there"
    try:
        with alone(found.path / SWEEP, found.path) if found.kind == "sweep" else nullcontext():
            return None
    except RunLockedError as error:
        return str(error)


@contextmanager
def held(found: Removable) -> Iterator[None]:
    """Hold every lock inside a folder, so that nothing writes there.

    Raises `RunLockedError` if a process does, `FolderLostError` if another folder is there now.
    """
    with ExitStack() as locks:
        if found.kind == "sweep":
            locks.enter_context(alone(found.path / SWEEP, found.path))
        for place in sorted(set(_written(found.path))):
            locks.callback(claim(place).release)
        there = os.stat(found.path, follow_symlinks=False)
        if (there.st_dev, there.st_ino) != found.number:
            raise FolderLostError(f"{found.path}: was replaced since it was looked at")
        yield


def _written(path: Path) -> Iterator[Path]:
    """The folders in which a process may write, or has."""
    for entry in _files(path):
        if entry.name in (layout.RUN, layout.CONFIG, layout.LOCK):
            yield Path(entry.path).parent


def remove(found: Removable) -> None:
    """Delete a folder, whole.

    Raises `RunLockedError` if a process writes in it, `StoreError` if it cannot be deleted: before
    it is moved nothing of it is lost, and after that it says where the rest of it is.
    """
    hidden = found.path.parent / REMOVED
    with refused(found.path, "removed"), held(found):
        if os.path.islink(hidden):
            raise StoreError(f"{hidden}: is a link, into which nothing is moved")
        make_folder(hidden)
        aside = hidden / f"{found.path.name}.{secrets.token_hex(4)}"
        os.rename(found.path, aside)
        sync_folder(found.path.parent)
    for left in sorted(hidden.iterdir()):  # what was moved here now, and before a crash
        shutil.rmtree(left, ignore_errors=True)
    if aside.exists():
        raise StoreError(f"{found.path}: was moved to {aside}, and cannot be deleted there")
    with suppress(OSError):  # another removal may be using it
        os.rmdir(hidden)
