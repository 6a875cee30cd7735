"""The front door: parses the command line, calls one function, prints. No logic, no heavy imports.

Exit codes: 0 done, 1 some run failed, 2 bad usage or config, 130 interrupted (after saving).
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperGroup

from ganrun import streams

if TYPE_CHECKING:
    from ganrun.config import Experiment
    from ganrun.playing.jobs import Options

UsageError: Any = typer.BadParameter.__bases__[0]
"""What Typer raises for a mistake on the command line; it has no public name for it."""


class Commands(TyperGroup):
    """The commands; a mistake on the command line is one line, as every other error is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, unless something is given as nothing, as by a variable that is not set."""
        for before, word in pairwise(["", *args]):
            if not word or re.fullmatch("--[a-z-]+=", word):
                what = word.rstrip("=") or (before if before.startswith("-") else "an argument")
                ctx.fail(f"{what} is empty")
        return super().parse_args(ctx, args)

    def main(self, *args: Any, **options: Any) -> NoReturn:
        """Run a command and exit with its code."""
        options["standalone_mode"] = False
        try:
            code = super().main(*args, **options)
        except UsageError as error:
            command = error.ctx.command_path if error.ctx else "ganrun"
            message = _one_at_a_time(error) or error.format_message().rstrip(".")
            message = message[:1].lower() + message[1:]
            _say(f"{command}: {message} (see {command} --help)")
            sys.exit(2)
        except typer.Abort:
            sys.exit(130)
        sys.exit(code or 0)


def _one_at_a_time(error: Any) -> str | None:
    """What to say where a command was given more than it takes, as by a pattern of the shell."""
    extra = re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", error.message)
    if extra is None or error.ctx is None:
        return None
    taken = [one for one in error.ctx.command.params if one.param_type_name == "argument"]
    what = f"one {taken[0].metavar.strip('[]')}" if taken else "no arguments"
    return f"takes {what}, and was given more: {extra[1]}"


app = typer.Typer(
    name="ganrun",
    cls=Commands,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    help="Train GANs on 2D mixtures, count the modes they recover, see when and why they collapse.",
    epilog="Begin with: ganrun train configs/five_gaussians.yaml",
)

LONGEST_PART = 800
"""Characters of a line on standard error, at its beginning and at its end."""
MOST_NAMED = 5
"""Folders that a note names."""
A_DAY = 86_400
MOST_WORKERS = 1024


def _number(least: float, most: float, *, metavar: str, help: str) -> Any:
    """An option that takes a number within bounds; every option that takes one is made by this."""

    def within(value: float | None) -> float | None:
        if value is not None and not least <= value <= most:  # NaN is within no bounds
            raise typer.BadParameter(f"expected a number from {least:,} to {most:,}")
        return value

    return typer.Option(callback=within, metavar=metavar, help=help)


ConfigArgument = Annotated[
    Path,
    typer.Argument(
        metavar="CONFIG", help="A YAML file; those that ship with ganrun are configs/NAME.yaml."
    ),
]
ConfigsArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="CONFIG...",
        help="YAML files; those that ship with ganrun are configs/NAME.yaml.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Override a field by its dotted name; may be repeated.",
    ),
]
RunsDirOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Where run folders go [default: $GANRUN_RUNS_DIR, else ./runs]."
    ),
]
NumericsOption = Annotated[
    bool,
    typer.Option(
        "--allow-numerics-change",
        help="Resume a run that was begun on another kind of machine, and record it.",
    ),
]
RepairOption = Annotated[
    bool,
    typer.Option(
        "--repair", help="Keep damaged folders aside, in .damaged/, and train what they held again."
    ),
]
CheckpointOption = Annotated[
    float,
    _number(0, A_DAY, metavar="SECONDS", help="Seconds between checkpoints of a run."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]


@app.command(
    short_help="Train a config's GAN and say what became of it.",
    epilog="Examples: ganrun train configs/five_gaussians.yaml --set seeds=8; "
    "ganrun train configs/cures/*.yaml",
)
def train(
    configs: ConfigsArgument,
    overrides: SetOption = None,
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
    with _clear_errors(), _termination_as_interrupt():
        experiments = _load_all(configs, overrides)

        from ganrun.report.live.training import Training, title_of
        from ganrun.report.live.watcher import screen, watcher_for
        from ganrun.store import choose_runs_dir, run_folders
        from ganrun.train import train_all

        folder = choose_runs_dir(runs_dir)
        if repair:
            for experiment in experiments:
                _repair(run_folders(folder, experiment))
        options = _options(folder, allow_numerics_change, checkpoint_every, again=again)
        with watcher_for(screen(), Training(experiments), quiet=quiet) as watcher:
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
            confirmed = _confirm(paths, options, title_of(experiments), quiet=quiet)
        _report_outcomes(named, confirmed, as_json=as_json)


@app.command(
    short_help="Train many variants and say which settings cause collapse.",
    epilog="Example: ganrun sweep configs/sweeps/influence.yaml --set seeds=4 --dry-run",
)
def sweep(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[SWEEP]",
            help="A sweep's YAML file; those that ship with ganrun are configs/sweeps/NAME.yaml "
            "[default: configs/sweeps/influence.yaml].",
        ),
    ] = None,
    overrides: SetOption = None,
    runs_dir: RunsDirOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would cost, and train nothing.")
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Stop at the first trial that fails or diverges.")
    ] = False,
    workers: Annotated[
        int | None,
        _number(1, MOST_WORKERS, metavar="N", help="Train on a local dask cluster of N processes."),
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
    with _clear_errors(), _termination_as_interrupt():
        if workers is not None and scheduler is not None:
            raise typer.BadParameter("--workers starts a cluster, --scheduler names one: not both")

        from rich.console import Console

        from ganrun.config import load_sweep
        from ganrun.config.shipped import default_sweep, find_config
        from ganrun.config.unused_numbers import unused_in_sweep
        from ganrun.game.backend import cores
        from ganrun.store import choose_runs_dir
        from ganrun.sweep.designs import Design

        plan = load_sweep(find_config(config) if config else default_sweep(), overrides or ())
        design = Design(plan)
        design.validate()
        found = (*unused_in_sweep(plan), *design.warnings())
        _note(f"{config or default_sweep()}: {line}" for line in found)
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
            _repair(sorted(sweep_path(folder, plan).glob(f"{TRIALS}/*")))
        options = _options(folder, allow_numerics_change, checkpoint_every)
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
            confirmed = _confirm(paths, options, plan.name, quiet=quiet)
        if opened is not None:
            report_sweep(opened.path, Console(), page=False, figures=False, as_json=as_json)
        if interrupted or confirmed.interrupted:
            _end_interrupted()
        _exit_with(confirmed.problems)
        if progress is not None and (progress.failed or progress.stopped):
            raise typer.Exit(1)


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
    with _clear_errors(), _termination_as_interrupt():
        from rich.console import Console

        from ganrun.report.diagnosis_command import report_diagnosis
        from ganrun.report.live.diagnosis import Diagnosing
        from ganrun.report.live.watcher import screen, watcher_for
        from ganrun.store import RunFolder

        run = RunFolder(folder)
        if repair:
            _repair(sorted(folder.glob("*/*")))
        options = _options(folder.parent, allow_numerics_change, checkpoint_every)
        try:
            diagnosing = Diagnosing(title=run.config.name)
            with watcher_for(screen(), diagnosing, quiet=quiet) as watcher:
                from ganrun.diagnose.run import diagnose

                found = diagnose(run, options, watcher.update)
        except KeyboardInterrupt:
            _end_interrupted()
        report_diagnosis(folder, found, Console(), as_json=as_json)


@app.command(
    short_help="Watch GANs train in the browser, and play with them.",
    epilog="Example: ganrun arena configs/ring8.yaml --set objective=hinge",
)
def arena(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG]",
            help="A YAML file; those that ship with ganrun are configs/NAME.yaml "
            "[default: configs/five_gaussians.yaml].",
        ),
    ] = None,
    overrides: SetOption = None,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Where to listen; others than this machine's own "
            "let anyone play who can reach it.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        _number(
            0,
            65535,
            metavar="N",
            help="Port, 0 for any that is free [default: 8765, or the next one that is free].",
        ),
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
    runs_dir: RunsDirOption = None,
    quiet: QuietOption = False,
) -> None:
    """Train GANs live in a local page, and change their settings while they train.

    Only this machine is served, unless --host says otherwise. Nothing is saved unasked: a game that
    was left alone is saved as the run that ganrun train would make of it, one that was played with
    in a folder <name>-arena-<time>, with what was done to it. Ctrl-C ends the arena. Needs the
    extra arena.
    """
    with _clear_errors(), _termination_as_interrupt():
        from importlib.util import find_spec

        if not all(find_spec(name) for name in ("starlette", "uvicorn", "websockets")):
            from ganrun.extras import how_to_install

            typer.echo(f"ganrun arena needs the extra 'arena': {how_to_install('arena')}", err=True)
            raise typer.Exit(2)

        from ganrun.config.shipped import default_config
        from ganrun.store import choose_runs_dir

        experiment = _load(config or default_config(), overrides)

        from ganrun.arena.serve import Arena, leave
        from ganrun.arena.serve import open_page as show

        served = Arena(
            experiment,
            runs_dir=choose_runs_dir(runs_dir),
            host=host,
            port=port,
            command=tuple(sys.argv),
            say=(lambda _: None) if quiet else _say,
        )

        def opened(address: str) -> None:
            typer.echo(f"The arena is at {address} (Ctrl-C ends it)")
            if open_page:
                show(address)

        try:
            served.run(opened)
        except KeyboardInterrupt:
            leave(130)


@app.command(
    short_help="Validate a config and print it in full.",
    epilog="Example: ganrun check configs/five_gaussians.yaml --set objective=hinge",
)
def check(config: ConfigArgument, overrides: SetOption = None, as_json: JsonOption = False) -> None:
    """Validate a config without training, and print it with every default filled in."""
    with _clear_errors():
        from ganrun.config import to_yaml

        experiment = _load(config, overrides)
        if as_json:
            typer.echo(experiment.model_dump_json(indent=2))
        else:
            typer.echo(to_yaml(experiment), nl=False)


@app.command(
    short_help="Print the JSON Schema of a config.",
    epilog="Example: ganrun schema > ganrun.schema.json",
)
def schema(
    sweeps: Annotated[bool, typer.Option("--sweep", help="Of a sweep instead.")] = False,
) -> None:
    """Print the JSON Schema of a config, for editors that complete and check YAML."""
    import json

    from ganrun.config import json_schema, sweep_json_schema

    typer.echo(json.dumps(sweep_json_schema() if sweeps else json_schema(), indent=2))


@app.command(
    short_help="Show what is kept to save time, or clear it.",
    epilog="Example: ganrun cache --clear",
)
def cache(
    clear: Annotated[
        bool, typer.Option("--clear", help="Delete it all; what is needed again is made again.")
    ] = False,
) -> None:
    """Show where compiled programs and measured references are kept, and how much they take.

    A program that is kept saves seconds of compiling. Those that have not been used for longest
    make room for new ones, at 1,000 MB or what GANRUN_CACHE_MB says; 0 keeps none.
    """
    with _clear_errors():
        from ganrun import user_cache
        from ganrun.wording import plural, size

        programs, references = user_cache.kept_programs(), user_cache.kept_references()
        most = size(user_cache.most_bytes())
        said = (
            f"{plural(len(programs), 'compiled program')}, "
            f"{size(sum(one.size for one in programs))} of at most {most}; "
            f"{plural(len(references), 'reference')}, "
            f"{size(sum(one.size for one in references))}"
        )
        typer.echo(f"{user_cache.user_cache()}: {said}")
        if clear:
            left = [one for one in (*programs, *references) if not one.drop()]
            _exit_with([f"{one.path}: cannot be deleted" for one in left])
            typer.echo("Cleared.")


@app.command(
    short_help="Say what became of runs or a sweep; make pages and figures.",
    epilog="Example: ganrun report runs",
)
def report(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR", help="Run folders, a folder that holds run folders, or a sweep's folder."
        ),
    ],
    figures: Annotated[
        bool, typer.Option("--figures/--no-figures", help="Draw the figures into the folders.")
    ] = True,
    open_page: Annotated[
        bool, typer.Option("--open", help="Show the page in a browser when it is made.")
    ] = False,
    trial_pages: Annotated[
        bool, typer.Option("--all", help="Of a sweep: make the page of every trial too.")
    ] = False,
    gif: Annotated[
        bool, typer.Option("--gif", help="Draw figures/progression.gif too, for slides and chats.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what became of a run or a sweep, from its folder alone.

    Writes report.html, a page to be opened in any browser, and figures.
    """
    with _clear_errors():
        from rich.console import Console

        from ganrun.store.sweep_folder import is_sweep_folder
        from ganrun.wording import listed

        if any(is_sweep_folder(folder) for folder in folders):
            if len(folders) > 1:
                raise typer.BadParameter("a sweep's folder is reported on its own")
            if gif:
                raise typer.BadParameter("--gif draws a run, not a sweep")
            from ganrun.report.sweep_command import report_sweep

            problems = report_sweep(
                folders[0],
                Console(),
                figures=figures,
                trial_pages=trial_pages,
                open_page=open_page,
                as_json=as_json,
            )
            _exit_with(problems)
            return
        if trial_pages:
            raise typer.BadParameter("--all makes the pages of a sweep's trials")
        from ganrun.report.command import report_run, sweeps_inside

        problems = report_run(
            folders, Console(), figures=figures, gif=gif, open_page=open_page, as_json=as_json
        )
        if passed := [sweep for folder in folders for sweep in sweeps_inside(folder)]:
            names = listed(map(str, passed), at_most=MOST_NAMED)
            _note([f"of a sweep, the report is made on its own: {names}"])
        _exit_with(problems)


def _exit_with(problems: Sequence[str]) -> None:
    """Say what could not be done, if anything; that is exit code 1."""
    for problem in problems:
        _say(problem)
    if problems:
        raise typer.Exit(1)


def _say(line: str) -> None:
    """Say what is no result: on standard error, in one line that a terminal prints as it is.

    Of one that quotes a name at length, the middle is left out: its end says what is wrong.
    """
    from ganrun.config.errors import one_line

    line = one_line(line)
    if len(line) > 2 * LONGEST_PART:
        line = f"{line[:LONGEST_PART]} ... {line[-LONGEST_PART:]}"
    typer.echo(line, err=True)


def _version(wanted: bool) -> None:
    if wanted:
        from ganrun import __version__

        typer.echo(f"ganrun {__version__}")
        raise typer.Exit


@app.callback()
def _ganrun(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def _load(path: Path, overrides: list[str] | None) -> Experiment:
    """Load a config, wherever it is, and see that its target can be made. Raises `ConfigError`."""
    from ganrun.config import load_experiment
    from ganrun.config.shipped import find_config
    from ganrun.config.targets import LAYOUTS
    from ganrun.config.unused_numbers import unused_numbers

    def place_modes(target: Any) -> None:
        if LAYOUTS[target.layout].may_not_fit:
            # For the others, NumPy need not be imported.
            from ganrun.mixture import mixture_of

            mixture_of(target)

    experiment = load_experiment(find_config(path), overrides or (), place_modes)
    from ganrun.measure.showable import warnings_of

    _note(f"{path}: {line}" for line in (*unused_numbers(experiment), *warnings_of(experiment)))
    return experiment


def _load_all(paths: Sequence[Path], overrides: list[str] | None) -> list[Experiment]:
    """Load some configs. Raises `ConfigError` with all that is wrong with any of them."""
    from ganrun.config.errors import ConfigError
    from ganrun.config.shipped import find_configs

    experiments: list[Experiment] = []
    problems: list[str] = []
    for path in (file for pattern in paths for file in find_configs(pattern)):
        try:
            experiments.append(_load(path, overrides))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return experiments


def _note(lines: Iterable[str]) -> None:
    """Say what is no mistake and may not be meant."""
    for line in lines:
        _say(f"note: {line}")


def _repair(folders: Iterable[Path]) -> None:
    """Set damaged run folders aside, and say so."""
    from ganrun.store import repair

    _note(repair(folders))


def _options(
    runs_dir: Path, allow_numerics_change: bool, commit_every: float, *, again: bool = False
) -> Options:
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


def _confirm(paths: Sequence[Path], options: Options, name: str, *, quiet: bool) -> Confirmed:
    """Play finished runs on, and judge them by that."""
    if not paths:
        return Confirmed()

    from ganrun.report.live.confirming import PlayingOn
    from ganrun.report.live.watcher import screen, watcher_for
    from ganrun.store import RunFolder

    try:
        with watcher_for(screen(), PlayingOn(title=name), quiet=quiet) as watcher:
            from ganrun.diagnose.confirm import confirm

            return Confirmed(confirm(map(RunFolder, paths), options, watcher.update))
    except KeyboardInterrupt:
        return Confirmed(interrupted=True)


def _report_outcomes(
    named: Sequence[tuple[str, Any]], confirmed: Confirmed, *, as_json: bool
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
        report_run(paths, Console(), pages=False, figures=False, as_json=as_json)
    if found := sum(one.how == "found" for one in outcomes):
        which = "Complete already" if found == len(outcomes) else f"{found} complete already"
        _say(f"{which}, not trained again (--again trains afresh).")
    if others := sorted({RunFolder(path).run["name"] for path in paths} - names):
        kept = " and ".join(map(repr, others))
        asked = repr(*names) if len(names) == 1 else "the names of the configs"
        _say(f"There as {kept} already, and not renamed to {asked}.")
    for name, one in named:
        if one.how == "failed":
            whose = f"{name}, " if len(names) > 1 else ""
            _say(f"{whose}seed {one.seed} failed: {one.error}")
    if confirmed.interrupted or any(one.how == "interrupted" for one in outcomes):
        _end_interrupted()
    _exit_with(confirmed.problems)
    if any(one.how == "failed" for one in outcomes):
        raise typer.Exit(1)


def _end_interrupted() -> NoReturn:
    """Say how to go on; that is exit code 130."""
    same = shlex.join(["ganrun", *sys.argv[1:]])
    _say(f"Interrupted; everything is saved. To go on, run it again: {same}")
    raise typer.Exit(130)


@contextmanager
def _clear_errors() -> Iterator[None]:
    """Turn what a user can mend into one line each on stderr and the right exit code."""
    try:
        yield
    except KeyboardInterrupt:
        _say("Interrupted.")
        raise typer.Exit(130) from None
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        lines, code = told
        for line in lines:
            _say(line)
        raise typer.Exit(code) from None


def _told(error: Exception) -> tuple[Sequence[str], int] | None:
    """Lines for the user and the exit code; None for what only a programmer can mend."""
    from ganrun.config import ConfigError
    from ganrun.machine import UnfitEnvironment

    if isinstance(error, ConfigError):
        return error.problems, 2
    if isinstance(error, UnfitEnvironment):
        return [str(error)], 2
    if isinstance(error, OSError) and error.filename is not None:
        return [f"{os.fsdecode(error.filename)}: {error.strerror}"], 1
    # Not before, since a config's mistake need not wait for the store.
    from ganrun.store import StoreError

    return ([str(error)], 1) if isinstance(error, StoreError) else None


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """Let SIGTERM, which batch systems send before they kill, save like Ctrl-C.

    So does SIGHUP, which comes when the terminal is closed, unless it is ignored (nohup). A second
    one of them does not disturb the saving.
    """

    def interrupt(*_: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    def hang_up(*_: Any) -> None:
        signal.raise_signal(signal.SIGTERM)

    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt)}
    hangs_up = getattr(signal, "SIGHUP", None)
    if hangs_up is not None and signal.getsignal(hangs_up) is not signal.SIG_IGN:
        before[hangs_up] = signal.signal(hangs_up, hang_up)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def main() -> None:
    """Run the command line."""
    streams.hold()
    try:
        app()
    except SystemExit as end:
        if lost := streams.printed():
            _say(f"{lost}, so not all was printed")
            raise SystemExit(end.code or 1) from None
        raise
