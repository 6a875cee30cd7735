"""The run or the sweep that was played last, for who does not say which is meant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ganrun.store import layout
from ganrun.store.atomic import refused
from ganrun.store.folder import RunFolder
from ganrun.store.sweep_folder import is_sweep_folder


def newest(runs_dir: Path, *, sweeps: bool = False, finished: bool = False) -> Path | None:
    """The newest run folder directly inside a folder, or, with `sweeps`, sweep's folder.

    With `finished` runs that did not come to their end are passed over. Of each folder the time of
    one file is read. Raises `StoreError` if the folder cannot be read, or the newest run is
    damaged.
    """
    by_age = sorted(_played(runs_dir, sweeps=sweeps), reverse=True)
    fit = (path for _, path in by_age if not finished or RunFolder(path).finished)
    return next(fit, None)


def _played(runs_dir: Path, *, sweeps: bool) -> Iterator[tuple[float, Path]]:
    """Every folder, and when its run was last written, or its last trial begun."""
    if not os.path.isdir(runs_dir):
        return
    with refused(runs_dir, "read"):
        names = os.listdir(runs_dir)
    for name in names:
        path = runs_dir / name
        with suppress(OSError):  # no run's folder
            yield os.stat(path / layout.RUN).st_mtime, path
        if sweeps and is_sweep_folder(path):
            with suppress(OSError):
                yield os.stat(path / layout.TRIALS).st_mtime, path
