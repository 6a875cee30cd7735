"""`ganrun diagnose`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli.commands import app
from ganrun.cli.ends import clear_errors, end_interrupted, termination_as_interrupt
from ganrun.cli.games import job_options, repair_folders
from ganrun.cli.options import (
    CheckpointOption,
    JsonOption,
    NumericsOption,
    QuietOption,
    RepairOption,
)


@app.command(
    short_help="Find out by experiment what a run suffers from.",
    epilog="Example: ganrun diagnose runs/five_gaussians-s0-*",
)
def diagnose(
    folder: Annotated[Path, typer.Argument(metavar="RUN_DIR", help="A finished run's folder.")],
    repair: RepairOption = False,
    allow_numerics_change: NumericsOption = False,
    checkpoint_every: CheckpointOption = 10.0,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find out by experiment what a run suffers from, and what would cure it.

    Its game is played on from its last checkpoint, in branches: as it was, with fresh noise, to 4
    times its rounds, and to 10 times where that leaves doubt; with a new discriminator; and with
    what may cure it: R1, another pace of the discriminator, lower learning rates. The best cure is
    then played from scratch. A run that converged needs no cure; one that diverged is not played
    on, and its cures begin from scratch.

    The verdict is what most of the longer games show, and its confidence how sure they make it.
    Besides, unless the run diverged, a fresh discriminator is trained on its samples, and the
    game's local dynamics and duality gap are measured.

    All of it goes into the run's folder, in which nothing else changes: diagnosis.json is what was
    found, figures/diagnosis.png shows it, and diagnosis/ holds the branches, which are run folders
    like any other. The same command goes on after an interrupt, and shows again what is known.
    """
    with clear_errors(), termination_as_interrupt():
        from rich.console import Console

        from ganrun.report.diagnosis_command import report_diagnosis
        from ganrun.report.live.diagnosis import Diagnosing
        from ganrun.report.live.watcher import screen, watcher_for
        from ganrun.store import RunFolder

        run = RunFolder(folder)
        if repair:
            repair_folders(sorted(folder.glob("*/*")))
        options = job_options(folder.parent, allow_numerics_change, checkpoint_every)
        try:
            diagnosing = Diagnosing(title=run.config.name)
            with watcher_for(screen(), diagnosing, quiet=quiet) as watcher:
                from ganrun.diagnose.run import diagnose

                found = diagnose(run, options, watcher.update)
        except KeyboardInterrupt:
            end_interrupted()
        report_diagnosis(folder, found, Console(), as_json=as_json)
