"""`ganrun diagnose`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.configs import give_pieces
from ganrun.cli.ends import clear_errors, end_interrupted, exit_with, termination_as_interrupt
from ganrun.cli.folders import named_folders, newest_folder
from ganrun.cli.games import job_options, repair_folders
from ganrun.cli.options import (
    CheckpointOption,
    JsonOption,
    NumericsOption,
    PiecesOption,
    QuietOption,
    RepairOption,
)

if TYPE_CHECKING:
    from ganrun.diagnose.diagnosis import Diagnosis
    from ganrun.playing.jobs import Options


@app.command(
    short_help="Find out by experiment what runs suffer from.",
    epilog="Example: ganrun diagnose runs/five_gaussians-s0-*",
)
def diagnose(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RUN_DIR]...",
            help="Finished runs' folders, or patterns of them [default: the newest finished run].",
            autocompletion=completion.runs,
        ),
    ] = None,
    pieces: PiecesOption = None,
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

    Several runs are diagnosed one after another; one that cannot be is told at the end, and keeps
    none of the others. With --json they are one list.
    """
    with clear_errors(), termination_as_interrupt():
        give_pieces(pieces)
        options_in = partial(
            job_options,
            allow_numerics_change=allow_numerics_change,
            commit_every=checkpoint_every,
        )
        named = named_folders(folders) if folders else [newest_folder(finished=True)]
        if len(named) == 1:
            from rich.console import Console

            from ganrun.report.diagnosis_command import report_diagnosis

            found = _diagnosed(named[0], options_in, "", repair=repair, quiet=quiet)
            report_diagnosis(named[0], found, Console(), as_json=as_json)
        else:
            _diagnose_all(named, options_in, repair=repair, quiet=quiet, as_json=as_json)


def _diagnose_all(
    folders: list[Path],
    options_in: Callable[[Path], Options],
    *,
    repair: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Diagnose runs one after another and report on each; exit with what went wrong."""
    from rich.console import Console

    from ganrun.report.diagnosis_command import report_as_list, report_diagnosis
    from ganrun.store import StoreError

    found, problems = [], []
    for place, folder in enumerate(folders, start=1):
        try:
            which = f" ({place} of {len(folders)})"
            one = _diagnosed(folder, options_in, which, repair=repair, quiet=quiet)
            if not as_json:
                report_diagnosis(folder, one, Console())
                typer.echo()
        except StoreError as error:
            problems.append(str(error))
        else:
            found.append((folder, one))
    if as_json:
        report_as_list(found, Console())
    exit_with(problems)


def _diagnosed(
    folder: Path, options_in: Callable[[Path], Options], which: str, *, repair: bool, quiet: bool
) -> Diagnosis:
    """Diagnose one run; `which` of several is said behind its name. Exits if interrupted."""
    from ganrun.report.live.diagnosis import Diagnosing
    from ganrun.report.live.watcher import screen, watcher_for
    from ganrun.store import RunFolder

    run = RunFolder(folder)
    if repair:
        repair_folders(sorted(folder.glob("*/*")))
    seed = f", seed {run.config.seeds[0]}{which}" if which else ""
    try:
        diagnosing = Diagnosing(title=f"{run.config.name}{seed}")
        with watcher_for(screen(), diagnosing, quiet=quiet) as watcher:
            from ganrun.diagnose.run import diagnose

            return diagnose(run, options_in(folder.parent), watcher.update)
    except KeyboardInterrupt:
        end_interrupted()
