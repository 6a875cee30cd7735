"""`ganrun remove`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.ends import clear_errors, exit_with, note, say
from ganrun.cli.options import JsonOption, RunsDirOption, WhereOption


@app.command(
    short_help="Delete runs or sweeps, after it has said which.",
    epilog="Example: ganrun remove --where 'status=interrupted age>7' --dry-run",
)
def remove(
    given: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="Folders of runs or sweeps, or their ids in the runs folder.",
            autocompletion=completion.runs_and_sweeps,
        ),
    ] = None,
    where: WhereOption = None,
    runs_dir: RunsDirOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete the folders of runs and sweeps, whole, after it has said which and asked.

    It names each folder with its size, what is inside, and what depends on it: the sweep that it is
    a trial of, and the runs that were begun with what it had made, which are whole without it. With
    --where it takes what ganrun list shows with the same filter.

    What a process uses is kept, and is exit code 1. A folder that is no run's and no sweep's, and a
    link, are never touched. Each folder is moved into .removed beside it before it is deleted, so
    that it is there whole or not at all.
    """
    with clear_errors():
        from rich.console import Console

        from ganrun.filters import FilterError
        from ganrun.report.list_reading import list_runs
        from ganrun.report.removal_plan import carry_out, folder_called, removal_plan
        from ganrun.report.tables.removal import print_plan, removal_json, total
        from ganrun.store import choose_runs_dir

        if bool(given) == bool(where):
            raise typer.BadParameter("name the runs, or say which by --where")
        if as_json and not (yes or dry_run):
            raise typer.BadParameter("--json does not ask: add --yes or --dry-run")
        folder = choose_runs_dir(runs_dir)
        try:
            fitting = None if given else list_runs(folder).where(where or "")
        except FilterError as error:
            raise typer.BadParameter(str(error)) from None
        if fitting is None:
            plan = removal_plan([folder_called(word, folder) for word in given or ()])
        else:
            note([fitting.fits_nothing] if fitting.fits_nothing else [])
            plan = removal_plan([one.path for one in fitting.entries])
        if not as_json:
            print_plan(plan, Console())
        going = any(not one.kept for one in plan)
        asked = yes or (going and not dry_run and typer.confirm("Delete them?", err=True))
        if going and not dry_run and asked:
            plan = carry_out(plan)
            if not as_json:
                say(f"Deleted: {total(plan)}.")
        if as_json:
            typer.echo(removal_json(plan, removed=not dry_run))
        exit_with([one.kept for one in plan if one.kept])
