"""`ganrun export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.ends import clear_errors, exit_with
from ganrun.cli.folders import named_folders
from ganrun.cli.options import JsonOption
from ganrun.report.export_kinds import Kind


@app.command(
    short_help="Write runs for pandas, TensorBoard or MLflow.",
    epilog="Examples: ganrun export runs --to parquet; "
    "ganrun export runs --to mlflow --out sqlite:///mlflow.db",
)
def export(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...",
            help="Run folders, sweeps' folders, folders that hold some of them, or patterns.",
            autocompletion=completion.runs_and_sweeps,
        ),
    ],
    to: Annotated[Kind, typer.Option(help="What to write; each needs the extra of its name.")],
    out: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="A folder, or MLflow's tracking URI "
            "[default: ganrun-export, or sqlite:///mlflow.db].",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write runs for other programs; the folders stay as they are.

    parquet: a row per run in runs.parquet, a row per evaluation in metrics.parquet. tensorboard:
    curves, config and figures of each run, to be seen by tensorboard --logdir ganrun-export.
    mlflow: a run with params, metrics and artifacts for each that is not there already, to be seen
    by mlflow ui.
    """
    with clear_errors():
        from rich.console import Console

        from ganrun.report.export_command import export_runs

        exit_with(export_runs(named_folders(folders), to, out, Console(), as_json=as_json))
