"""`ganrun list`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.ends import clear_errors, exit_with, note
from ganrun.cli.options import JsonOption, WhereOption, number

ON_A_SCREEN = 40
"""Lines that a terminal is shown unasked."""
MOST_LINES = 10**9


@app.command(
    short_help="List runs and sweeps, and what became of each.",
    epilog="Example: ganrun list --where 'verdict=collapsed high_quality<0.5' --sort -age",
)
def list(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]",
            help="A folder of runs, or a sweep's folder, whose trials are listed "
            "[default: $GANRUN_RUNS_DIR, else ./runs].",
            autocompletion=completion.runs_and_sweeps,
        ),
    ] = None,
    where: WhereOption = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--sort", metavar="COLUMN", help="Sort by a column; -COLUMN for the largest first."
        ),
    ] = None,
    trials: Annotated[
        bool, typer.Option("--all", help="List the trials of the sweeps too, one by one.")
    ] = False,
    lines: Annotated[
        int | None,
        number(
            0,
            MOST_LINES,
            metavar="N",
            help=f"How many lines; 0 for all [default: {ON_A_SCREEN} on a terminal, else all].",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the runs and sweeps of a folder, the newest first.

    Of a run: its name and seed; the best verdict there is on it, or its status while it has none;
    the modes it recovered; how long ago it ended; how many rounds it was played for; its id; and
    what its config has that is not the default. Of a sweep: how many trials it has, and what they
    came to. A damaged folder costs one line on standard error, and exit code 1.

    --where takes the language of the filters on pages: words, and comparisons of a column with a
    value, all of which must hold. Columns are those that --json shows, the metrics, and the fields
    of a config, by their dotted names or without the section; age is in days.
    """
    with clear_errors():
        from ganrun.report.list_reading import without_collecting

        with without_collecting(at_the_end=True):
            found = _show(folder, where, order, trials=trials, lines=lines, as_json=as_json)
        exit_with(found)


def _show(
    folder: Path | None,
    where: str | None,
    order: str | None,
    *,
    trials: bool,
    lines: int | None,
    as_json: bool,
) -> Sequence[str]:
    """Print the list; gives back a line for each folder that could not be read."""
    from rich.console import Console

    from ganrun.filters import FilterError
    from ganrun.report.list_reading import list_runs
    from ganrun.report.live.bar import counted
    from ganrun.report.tables.runs import print_runs, runs_json
    from ganrun.store import choose_runs_dir

    console = Console()
    with counted("reading runs") as on_progress:
        whole = list_runs(choose_runs_dir(folder), trials=trials, on_progress=on_progress)
    try:
        found = whole.where(where or "")
        found = found.sorted_by(order) if order else found
    except FilterError as error:
        raise typer.BadParameter(str(error)) from None
    if lines is None and console.is_terminal and not as_json:
        lines = ON_A_SCREEN
    if as_json:
        typer.echo(runs_json(found, at_most=lines or None))
    else:
        print_runs(found, console, at_most=lines or None, of=whole)
    note([found.fits_nothing] if found.fits_nothing else [])
    return found.problems
