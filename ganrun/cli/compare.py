"""`ganrun compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.ends import clear_errors, exit_with
from ganrun.cli.options import JsonOption, QuietOption, RunsDirOption


@app.command(
    short_help="Hold groups of runs against each other.",
    epilog="Example: ganrun compare 'runs/five_gaussians-s*' 'runs/wgan_gp-s*'",
)
def compare(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="RUNS",
            help="Run folders, a folder of runs, patterns of such names, a sweep's folder, or "
            "cells of one: SWEEP_DIR:case=wgan_gp, SWEEP_DIR:FIELD=VALUE.",
            autocompletion=completion.runs_and_sweeps,
        ),
    ],
    all_pairs: Annotated[
        bool,
        typer.Option(
            "--all-pairs", help="Hold each group against each, not all against the first."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where page, figure and JSON go [default: a folder among the runs, named after "
            "the groups].",
        ),
    ] = None,
    runs_dir: RunsDirOption = None,
    figures: Annotated[
        bool, typer.Option("--figures/--no-figures", help="Draw figures/comparison.png.")
    ] = True,
    open_page: Annotated[
        bool, typer.Option("--open", help="Show the page in a browser when it is made.")
    ] = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say what sets groups of runs apart: every metric, the verdicts and the configs.

    Runs that differ in nothing but their seed are a group, and the first group is what the others
    are held against, run against run of the same seed. Means and differences have 95 % intervals
    over the seeds. What is told apart allows for all metrics and groups at once; of what is not, it
    is said how large a difference may still be.

    Writes report.html, on which two games run in step.
    """
    with clear_errors():
        from rich.console import Console

        from ganrun.report.comparison_command import report_comparison
        from ganrun.store import choose_runs_dir

        problems = report_comparison(
            sources,
            out,
            choose_runs_dir(runs_dir),
            Console(),
            all_pairs=all_pairs,
            figures=figures,
            open_page=open_page,
            as_json=as_json,
            quiet=quiet,
        )
        exit_with(problems)
