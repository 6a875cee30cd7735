"""`ganrun report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli.commands import app
from ganrun.cli.ends import clear_errors, exit_with, note
from ganrun.cli.options import JsonOption

MOST_NAMED = 5
"""Folders that a note names."""


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
    with clear_errors():
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
            exit_with(problems)
            return
        if trial_pages:
            raise typer.BadParameter("--all makes the pages of a sweep's trials")
        from ganrun.report.command import report_run, sweeps_inside

        problems = report_run(
            folders, Console(), figures=figures, gif=gif, open_page=open_page, as_json=as_json
        )
        if passed := [sweep for folder in folders for sweep in sweeps_inside(folder)]:
            names = listed(map(str, passed), at_most=MOST_NAMED)
            note([f"of a sweep, the report is made on its own: {names}"])
        exit_with(problems)
