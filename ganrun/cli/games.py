"""What commands that play games have in common: their options, repairs, and playing on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ganrun.cli.ends import note

if TYPE_CHECKING:
    from ganrun.playing.jobs import Options


def repair_folders(folders: Iterable[Path]) -> None:
    """Set damaged run folders aside, and say so."""
    from ganrun.store import repair

    note(repair(folders))


def job_options(
    runs_dir: Path, allow_numerics_change: bool, commit_every: float, *, again: bool = False
) -> Options:
    """How the jobs of this command are played and recorded."""
    from ganrun.playing.jobs import Options

    return Options(
        runs_dir=runs_dir,
        command=tuple(sys.argv),
        again=again,
        allow_numerics_change=allow_numerics_change,
        commit_every=commit_every,
    )


class Confirmed(NamedTuple):
    """How the playing on of finished runs went."""

    problems: Sequence[str] = ()
    """A line for each run that could not be played on."""
    interrupted: bool = False


def confirm_runs(
    paths: Sequence[Path],
    options: Options,
    name: str,
    *,
    number: int = 0,
    stages: int = 0,
    quiet: bool,
) -> Confirmed:
    """Play finished runs on, and judge them by that; it may be one stage of several."""
    if not paths:
        return Confirmed()

    from ganrun.report.live.confirming import PlayingOn
    from ganrun.report.live.watcher import screen, watcher_for
    from ganrun.store import RunFolder

    try:
        playing_on = PlayingOn(title=name, number=number, stages=stages)
        with watcher_for(screen(), playing_on, quiet=quiet) as watcher:
            from ganrun.diagnose.confirm import confirm

            return Confirmed(confirm(map(RunFolder, paths), options, watcher.update))
    except KeyboardInterrupt:
        return Confirmed(interrupted=True)
