"""`ganrun report`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.configs import give_pieces
from ganrun.cli.ends import clear_errors, exit_with, note
from ganrun.cli.folders import named_folders, newest_folder
from ganrun.cli.options import JsonOption, PiecesOption, number
from ganrun.report.figures_wanted import (
    DOTS_PER_INCH,
    LEAST_DOTS,
    MOST_DOTS,
    OF_RUNS,
    OF_SWEEPS,
    Format,
    Style,
    Wanted,
)

MOST_NAMED = 5
"""Folders that a note names."""


@app.command(
    short_help="Say what became of runs or a sweep; make pages and figures.",
    epilog="Examples: ganrun report runs; "
    "ganrun report RUN_DIR --only modes --format pdf --style paper",
)
def report(
    given: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DIR]...",
            help="Run folders, a folder that holds run folders, a sweep's folder, or patterns "
            "[default: the newest run or sweep].",
            autocompletion=completion.runs_and_sweeps,
        ),
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures/--no-figures", help="Draw the figures into the folders.")
    ] = True,
    formats: Annotated[
        list[Format] | None,
        typer.Option(
            "--format", help="Of the figures; may be repeated [default: png].", show_default=False
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Draw this figure alone; may be repeated. Of a run: {', '.join(OF_RUNS)}; of a "
            f"sweep: {', '.join(OF_SWEEPS)}.",
        ),
    ] = None,
    style: Annotated[
        Style,
        typer.Option(help="Of the figures: for a paper without headlines, and cut to their edges."),
    ] = Style.PAGE,
    dpi: Annotated[
        int,
        number(
            LEAST_DOTS,
            MOST_DOTS,
            metavar="N",
            help="Dots per inch of a PNG; figures are 9.6 inches wide.",
        ),
    ] = DOTS_PER_INCH,
    open_page: Annotated[
        bool, typer.Option("--open", help="Show the page in a browser when it is made.")
    ] = False,
    trial_pages: Annotated[
        bool, typer.Option("--all", help="Of a sweep: make the page of every trial too.")
    ] = False,
    gif: Annotated[
        bool, typer.Option("--gif", help="Draw figures/progression.gif too, for slides and chats.")
    ] = False,
    pieces: PiecesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what became of a run or a sweep, from its folder alone.

    Writes report.html, a page to be opened in any browser, and figures.
    """
    with clear_errors():
        give_pieces(pieces)
        from rich.console import Console

        from ganrun.store.sweep_folder import is_sweep_folder
        from ganrun.wording import listed

        wanted = Wanted(tuple(formats or [Format.PNG]), dpi, style, tuple(only or ()))
        if not figures and wanted != Wanted():
            raise typer.BadParameter("--no-figures draws none, and it is said how to draw them")
        drawn = wanted if figures else None

        folders = named_folders(given) if given else [newest_folder(finished=False)]
        if any(is_sweep_folder(folder) for folder in folders):
            if len(folders) > 1:
                raise typer.BadParameter("a sweep's folder is reported on its own")
            if gif:
                raise typer.BadParameter("--gif draws a run, not a sweep")
            _check_names(wanted, OF_SWEEPS, "sweep")
            from ganrun.report.sweep_command import report_sweep

            problems = report_sweep(
                folders[0],
                Console(),
                figures=drawn,
                trial_pages=trial_pages,
                open_page=open_page,
                as_json=as_json,
            )
            exit_with(problems)
            return
        if trial_pages:
            raise typer.BadParameter("--all makes the pages of a sweep's trials")
        _check_names(wanted, OF_RUNS, "run")
        from ganrun.report.command import report_run
        from ganrun.report.folders_inside import sweeps_inside

        problems = report_run(
            folders, Console(), figures=drawn, gif=gif, open_page=open_page, as_json=as_json
        )
        if passed := [sweep for folder in folders for sweep in sweeps_inside(folder)]:
            names = listed(map(str, passed), at_most=MOST_NAMED)
            note([f"of a sweep, the report is made on its own: {names}"])
        exit_with(problems)


def _check_names(wanted: Wanted, known: Sequence[str], of_what: str) -> None:
    for name in wanted.strangers(known):
        names = ", ".join(known)
        raise typer.BadParameter(f"there is no figure {name!r} of a {of_what}: expected {names}")
