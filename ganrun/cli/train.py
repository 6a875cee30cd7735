"""`ganrun train`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from ganrun.cli.commands import app
from ganrun.cli.configs import give_pieces, load_all, settings
from ganrun.cli.ends import (
    clear_errors,
    end_interrupted,
    exit_with,
    say,
    termination_as_interrupt,
)
from ganrun.cli.games import Confirmed, confirm_runs, job_options, repair_folders
from ganrun.cli.options import (
    CheckpointOption,
    ConfigsArgument,
    JsonOption,
    NameOption,
    NumericsOption,
    PiecesOption,
    QuietOption,
    RepairOption,
    RunsDirOption,
    SeedsOption,
    SetOption,
    StepsOption,
)

MOST_NAMED = 5
"""Runs that the command to report on them names; of more it names their folder."""


@app.command(
    short_help="Train a config's GAN and say what became of it.",
    epilog="Examples: ganrun train five_gaussians --seeds 8 --steps 2000; "
    "ganrun train configs/cures/*.yaml --set objective=hinge",
)
def train(
    configs: ConfigsArgument,
    overrides: SetOption = None,
    seeds: SeedsOption = None,
    steps: StepsOption = None,
    name: NameOption = None,
    pieces: PiecesOption = None,
    runs_dir: RunsDirOption = None,
    again: Annotated[
        bool, typer.Option("--again", help="Train afresh beside a run that is there already.")
    ] = False,
    repair: RepairOption = False,
    allow_numerics_change: NumericsOption = False,
    confirm: Annotated[
        bool,
        typer.Option(
            "--confirm", help="Then play each run on to 3 times its rounds, and judge it by that."
        ),
    ] = False,
    checkpoint_every: CheckpointOption = 10.0,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Train a config's GAN, one run folder per seed, and say what became of it.

    Of several configs all are trained at once, and --set holds for each of them. A run that is
    complete already is shown, not trained again; one that was interrupted goes on where it stood;
    one that asks only for more steps goes on from the shorter run. A run whose files are not what
    was written is an error; with --repair it is trained again.

    The verdict is read off the run's course, and says how likely each word is. With --confirm every
    finished run is played on once, in a branch with fresh noise under diagnosis/ of its folder, and
    the verdict is what that shows.
    """
    with clear_errors(), termination_as_interrupt():
        give_pieces(pieces)
        given = settings(overrides, seeds=seeds, steps=steps, name=name)
        experiments = load_all(configs, given)

        from ganrun.report.live.training import Training, title_of
        from ganrun.report.live.watcher import screen, watcher_for
        from ganrun.store import choose_runs_dir, run_folders
        from ganrun.train import train_all

        folder = choose_runs_dir(runs_dir)
        if repair:
            for experiment in experiments:
                repair_folders(run_folders(folder, experiment))
        options = job_options(folder, allow_numerics_change, checkpoint_every, again=again)
        training = Training(experiments, stages=2 if confirm else 1)
        with watcher_for(screen(), training, quiet=quiet) as watcher:
            of_each = train_all(experiments, watcher.update, options)
        named = [
            (experiment.name, one)
            for experiment, ended in zip(experiments, of_each, strict=True)
            for one in ended
        ]
        outcomes = [one for _, one in named]
        confirmed = Confirmed()
        if confirm and all(one.how in ("trained", "found", "failed") for one in outcomes):
            paths = [one.path for one in outcomes if one.path is not None]
            title = title_of(experiments)
            confirmed = confirm_runs(paths, options, title, number=2, stages=2, quiet=quiet)
        _report_outcomes(named, confirmed, as_json=as_json, says_next=not (quiet or as_json))


def _report_outcomes(
    named: Sequence[tuple[str, Any]], confirmed: Confirmed, *, as_json: bool, says_next: bool
) -> None:
    """Print the table of all runs that have a folder, then what went wrong; exit accordingly.

    `named` are outcomes and what their experiments are called.
    """
    from rich.console import Console

    from ganrun.report.command import report_run
    from ganrun.store import RunFolder

    outcomes, names = [one for _, one in named], {name for name, _ in named}
    paths = [one.path for one in outcomes if one.path is not None]
    if paths:
        report_run(paths, Console(), pages=False, figures=None, as_json=as_json)
    if found := sum(one.how == "found" for one in outcomes):
        which = "Complete already" if found == len(outcomes) else f"{found} complete already"
        say(f"{which}, not trained again (--again trains afresh).")
    if others := sorted({RunFolder(path).run["name"] for path in paths} - names):
        kept = " and ".join(map(repr, others))
        asked = repr(*names) if len(names) == 1 else "the names of the configs"
        say(f"There as {kept} already, and not renamed to {asked}.")
    for name, one in named:
        if one.how == "failed":
            whose = f"{name}, " if len(names) > 1 else ""
            say(f"{whose}seed {one.seed} failed: {one.error}")
    if confirmed.interrupted or any(one.how == "interrupted" for one in outcomes):
        end_interrupted()
    ended = [one.path for one in outcomes if one.path and one.how in ("trained", "found")]
    if ended and says_next:
        _say_what_is_next(ended)
    exit_with(confirmed.problems)
    if any(one.how == "failed" for one in outcomes):
        raise typer.Exit(1)


def _say_what_is_next(paths: Sequence[Path]) -> None:
    """Name the commands that show more of these runs, and that find out more of one."""
    from ganrun.report.commands_to_copy import diagnose_command, report_command

    shown = paths if len(paths) <= MOST_NAMED else [paths[0].parent]
    say(f"To see how it came to that: {report_command(shown)}")
    say(f"To test it by experiment: {diagnose_command(_most_telling(paths))}")


def _most_telling(paths: Sequence[Path]) -> Path:
    """The first run that did not converge, for it has something to be diagnosed; else the first."""
    from ganrun.store import RunFolder

    for path in paths:
        verdict = RunFolder(path).verdict
        if verdict is not None and verdict.word != "converged":
            return path
    return paths[0]
