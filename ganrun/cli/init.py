"""`ganrun init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli.commands import app
from ganrun.cli.ends import clear_errors


@app.command(
    short_help="Write a config with every field to begin with.",
    epilog="Example: ganrun init mine.yaml",
)
def init(
    file: Annotated[
        Path, typer.Argument(metavar="[FILE]", help="The file to write [default: mine.yaml].")
    ] = Path("mine.yaml"),
) -> None:
    """Write a config that names every field, with what it means and its default.

    Nearly all of it is commented out: take the sign away from what is to be another. A file that is
    there already is left as it is, and is an error.
    """
    with clear_errors():
        from ganrun.config.template import template
        from ganrun.store.atomic import new_file

        new_file(file, template(file.stem).encode())
        typer.echo(f"{file}: every field of a config. Next: ganrun train {file}")
