"""Folders of runs as a command is given them: by name, by a pattern, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from glob import glob
from pathlib import Path

from ganrun.cli.ends import note


def named_folders(given: Sequence[Path]) -> list[Path]:
    """The folders that were given, each once, with what patterns in quotes mean in their place."""
    from ganrun.config.find import is_pattern

    found = []
    for folder in given:
        alike = sorted(map(Path, glob(str(folder)))) if is_pattern(folder) else []
        found += alike or [folder]
    return list(dict.fromkeys(found))


def newest_folder(*, finished: bool) -> Path:
    """The newest run or sweep of the runs folder, or only a `finished` run; says which is taken.

    Raises `StoreError` where there is none.
    """
    from ganrun.store import StoreError, choose_runs_dir
    from ganrun.store.newest import newest

    runs_dir = choose_runs_dir()
    what = "finished run" if finished else "run or sweep"
    found = newest(runs_dir, sweeps=not finished, finished=finished)
    if found is None:
        begin = "name one, or train one first: ganrun train five_gaussians"
        raise StoreError(f"{runs_dir}: there is no {what} in it; {begin}")
    note([f"the newest {what} is taken: {found}"])
    return found
