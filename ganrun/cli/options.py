"""Arguments and options that several commands take, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

A_DAY = 86_400


def number(least: float, most: float, *, metavar: str, help: str) -> Any:
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
    number(0, A_DAY, metavar="SECONDS", help="Seconds between checkpoints of a run."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document for scripts.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
