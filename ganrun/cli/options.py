"""Arguments and options that several commands take, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ganrun.cli import completion

A_DAY = 86_400


def number(least: float, most: float, *, metavar: str, help: str) -> Any:
    """An option that takes a number within bounds; every option that takes one is made by this."""

    def within(value: float | None) -> float | None:
        if value is not None and not least <= value <= most:  # NaN is within no bounds
            raise typer.BadParameter(f"expected a number from {least:,} to {most:,}")
        return value

    return typer.Option(callback=within, metavar=metavar, help=help)


A_CONFIG = "A YAML file, a run's folder, or the name of a config that ships with ganrun"
ConfigsArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="CONFIG...",
        help=f"{A_CONFIG}, such as five_gaussians; or a pattern.",
        autocompletion=completion.configs,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Override a field by its dotted name; may be repeated.",
        autocompletion=completion.settings,
    ),
]
SHORT_FORMS = {"seeds": "seeds", "steps": "training.steps", "name": "name"}
"""Options that set a field as `--set` does, and which."""
SeedsOption = Annotated[
    str | None,
    typer.Option(
        metavar="SEEDS", help="Short for --set seeds=SEEDS: how many, or which, such as 0,1,2."
    ),
]
StepsOption = Annotated[
    str | None,
    typer.Option(metavar="N", help="Short for --set training.steps=N: rounds of every training."),
]
NameOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Short for --set name=NAME: how folders are called."),
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
    number(0, A_DAY, metavar="SECONDS", help="Seconds between checkpoints of a run."),
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        metavar="FILTER",
        help="Only those that fit, as in 'verdict=collapsed high_quality<0.5 ring'.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
PiecesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--pieces",
        metavar="FILE",
        help="A Python file with pieces of your own; may be repeated (docs/extending.md).",
    ),
]
