"""`ganrun sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.configs import fitting_shown, give_pieces, settings
from ganrun.cli.ends import (
    clear_errors,
    end_interrupted,
    exit_with,
    note,
    termination_as_interrupt,
)
from ganrun.cli.games import Confirmed, confirm_runs, job_options, repair_folders
from ganrun.cli.options import (
    CheckpointOption,
    JsonOption,
    NameOption,
    NumericsOption,
    PiecesOption,
    QuietOption,
    RepairOption,
    RunsDirOption,
    SeedsOption,
    SetOption,
    number,
)

MOST_WORKERS = 1024


@app.command(
    short_help="Train many variants and say which settings cause collapse.",
    epilog="Example: ganrun sweep influence --seeds 4 --steps 2000 --dry-run",
)
def sweep(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SWEEP]",
            help="A sweep's YAML file, its folder, or the name of one that ships with ganrun "
            "[default: influence].",
            autocompletion=completion.sweeps,
        ),
    ] = None,
    overrides: SetOption = None,
    seeds: SeedsOption = None,
    steps: Annotated[
        str | None,
        typer.Option(
            metavar="N", help="Short for --set base.training.steps=N: rounds of every training."
        ),
    ] = None,
    name: NameOption = None,
    pieces: PiecesOption = None,
    runs_dir: RunsDirOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would cost, and train nothing.")
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first trial that fails or diverges.")
    ] = False,
    workers: Annotated[
        int | None,
        number(1, MOST_WORKERS, metavar="N", help="Train on a local dask cluster of N processes."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Train on the dask cluster at this address."),
    ] = None,
    repair: RepairOption = False,
    allow_numerics_change: NumericsOption = False,
    checkpoint_every: CheckpointOption = 10.0,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train every trial of a sweep, and say which hyperparameters influence collapse.

    The same command goes on after an interrupt. A trial that this or another sweep in the same runs
    folder has finished is never trained again.
    """
    with clear_errors(), termination_as_interrupt():
        give_pieces(pieces)
        if workers is not None and scheduler is not None:
            raise typer.BadParameter("--workers starts a cluster, --scheduler names one: not both")

        from rich.console import Console

        from ganrun.config import load_sweep
        from ganrun.config.find import find_config
        from ganrun.config.shipped import default_sweep
        from ganrun.config.unused_numbers import unused_in_sweep
        from ganrun.game.backend import cores
        from ganrun.store import choose_runs_dir
        from ganrun.sweep.designs import Design

        path = find_config(config) if config else default_sweep()
        given = settings(overrides, seeds=seeds, steps=steps, name=name, base="base.")
        with fitting_shown():
            plan = load_sweep(path, given)
        design = Design(plan)
        design.validate()
        found = (*unused_in_sweep(plan), *design.warnings())
        note(f"{config or default_sweep()}: {line}" for line in found)
        folder = choose_runs_dir(runs_dir)
        if dry_run:
            from ganrun.report.tables.sweep_plan import report_plan

            report_plan(design, folder, Console(), cores=workers or cores(), as_json=as_json)
            return

        from ganrun.executors import executor_for
        from ganrun.report.live.sweep import Sweeping
        from ganrun.report.live.watcher import screen, watcher_for
        from ganrun.report.sweep_command import report_sweep
        from ganrun.store.layout import TRIALS
        from ganrun.store.sweep_folder import open_sweep, sweep_path
        from ganrun.sweep.run import run_sweep

        if repair:
            repair_folders(sorted(sweep_path(folder, plan).glob(f"{TRIALS}/*")))
        options = job_options(folder, allow_numerics_change, checkpoint_every)
        interrupted, progress, opened = False, None, None
        sweeping = Sweeping(design, title=plan.name)
        with watcher_for(screen(), sweeping, quiet=quiet) as watcher:
            try:
                with executor_for(design.trials, scheduler=scheduler, workers=workers) as executor:
                    opened = open_sweep(folder, plan)
                    progress = run_sweep(
                        opened, design, options, executor, watcher, fail_fast=fail_fast
                    )
            except KeyboardInterrupt:
                interrupted = True
        confirmed = Confirmed()
        if opened is not None and progress is not None and not progress.stopped:
            from ganrun.sweep.chosen import chosen_runs

            paths = [run.path for run in chosen_runs(opened)]
            confirmed = confirm_runs(paths, options, plan.name, quiet=quiet)
        if opened is not None:
            report_sweep(opened.path, Console(), page=False, figures=None, as_json=as_json)
        if interrupted or confirmed.interrupted:
            end_interrupted()
        exit_with(confirmed.problems)
        if progress is not None and (progress.failed or progress.stopped):
            raise typer.Exit(1)
