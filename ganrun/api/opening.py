"""What there is already: a run, a sweep, or all runs of a folder."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from ganrun.api.options import Folder, runs_folder
from ganrun.api.run import Run
from ganrun.api.sweep import Sweep
from ganrun.report.folders_inside import folders_inside
from ganrun.store import StoreError
from ganrun.store.sweep_folder import is_sweep_folder


def open_run(path: str | os.PathLike[str]) -> Run:
    """The run of a folder; raises `StoreError`, one line, if it is no run's or damaged."""
    folder = Path(os.path.expanduser(path))
    if is_sweep_folder(folder):
        raise StoreError(f"{folder}: is a sweep's folder, which open_sweep opens")
    return Run(folder)


def open_sweep(path: str | os.PathLike[str]) -> Sweep:
    """The sweep of a folder; brings its `results.csv` and `influence.json` up to date.

    Raises `StoreError`, one line, if it is no sweep's, is damaged, or cannot be written.
    """
    return Sweep(Path(os.path.expanduser(path)))


def runs(folder: Folder = None, where: str | None = None) -> list[Run]:
    """The runs in a folder, by default that of all runs; numbers in names are sorted as numbers.

    `where` keeps those that fit a filter, as `ganrun list --where` takes it:
    `"verdict=collapsed high_quality<0.5"`; raises `ArgumentError` for one that cannot be used.
    A run that cannot be read is left out, with a warning that says why. Trials are a sweep's: see
    `Sweep.runs`.
    """
    found = []
    for path in _fitting(runs_folder(folder), where):
        try:
            found.append(Run(path))
        except StoreError as error:
            warnings.warn(str(error), stacklevel=2)
    return found


def _fitting(folder: Path, where: str | None) -> list[Path]:
    inside = folders_inside(folder)
    if where is None or not inside:
        return inside
    from ganrun.report.list_reading import list_runs

    kept = {one.path for one in list_runs(folder).where(where).entries}
    return [path for path in inside if path in kept]
