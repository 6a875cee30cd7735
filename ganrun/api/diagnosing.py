"""Diagnosing, from a program."""

from __future__ import annotations

import os
from pathlib import Path

from ganrun.api.configs import Pieces, give_pieces
from ganrun.api.options import options_for
from ganrun.api.run import Run
from ganrun.api.training import keep_aside
from ganrun.api.watching import OnProgress, watcher
from ganrun.diagnose.diagnosis import Diagnosis
from ganrun.diagnose.run import diagnose as diagnosed
from ganrun.report.live.diagnosis import Diagnosing
from ganrun.store import RunFolder


def diagnose(
    run: Run | str | os.PathLike[str],
    *,
    pieces: Pieces = None,
    repair: bool = False,
    allow_numerics_change: bool = False,
    checkpoint_every: float = 10.0,
    progress: OnProgress = None,
) -> Diagnosis:
    """Find out by experiment what a finished run suffers from, as `ganrun diagnose` does.

    What is known already is read. The run's folder gets `diagnosis.json` and the branches that were
    played, and is else left as it is; `run.figure("diagnosis")` shows what was found.

    Args:
        run: a run, or its folder.
        pieces: files with the pieces of one's own that the run names.
        repair: keep damaged branches aside, and play them again.
        allow_numerics_change: go on with branches that were begun on another kind of machine.
        checkpoint_every: seconds between checkpoints of a branch.
        progress: whether it is shown, or a function that is told of it, as in `train`.

    Returns:
        The verdict, how sure it is, the evidence in words, what may be done about it, and each
        branch.

    Raises:
        StoreError: the run has not come to its end, is damaged, or is being diagnosed elsewhere.
        KeyboardInterrupt: after Ctrl-C, once everything is saved. The same call goes on.
    """
    give_pieces(pieces)
    folder = RunFolder(run.path if isinstance(run, Run) else Path(os.path.expanduser(run)))
    if repair:
        keep_aside(sorted(folder.path.glob("*/*")))
    options = options_for(
        folder.path.parent,
        "diagnose",
        allow_numerics_change=allow_numerics_change,
        checkpoint_every=checkpoint_every,
    )
    with watcher(Diagnosing(title=folder.config.name), progress) as watching:
        return diagnosed(folder, options, watching.update)
