"""How a program wants something trained, as the rooms below are told it."""

from __future__ import annotations

import os
from pathlib import Path

from ganrun.errors import ArgumentError
from ganrun.playing.jobs import Options
from ganrun.store import choose_runs_dir

Folder = str | os.PathLike[str] | None
"""Where runs are: None is `$GANRUN_RUNS_DIR`, else `./runs`."""
A_DAY = 86_400


def runs_folder(folder: Folder) -> Path:
    """The folder of runs that is meant."""
    return choose_runs_dir(None if folder is None else Path(folder))


def options_for(
    runs_dir: Path,
    function: str,
    *,
    allow_numerics_change: bool,
    checkpoint_every: float,
    again: bool = False,
) -> Options:
    """Options of a function of the package's face, which stands for the command in `run.json`."""
    if not 0 <= checkpoint_every <= A_DAY:
        raise ArgumentError(f"checkpoint_every: expected seconds from 0 to {A_DAY:,}")
    return Options(
        runs_dir=runs_dir,
        command=(f"ganrun.{function}",),
        again=again,
        allow_numerics_change=allow_numerics_change,
        commit_every=checkpoint_every,
    )
