"""`ganrun schema`."""

from __future__ import annotations

from typing import Annotated

import typer

from ganrun.cli.commands import app
from ganrun.cli.configs import give_pieces
from ganrun.cli.ends import clear_errors
from ganrun.cli.options import PiecesOption


@app.command(
    short_help="Print the JSON Schema of a config.",
    epilog="Example: ganrun schema > ganrun.schema.json",
)
def schema(
    sweeps: Annotated[bool, typer.Option("--sweep", help="Of a sweep instead.")] = False,
    pieces: PiecesOption = None,
) -> None:
    """Print the JSON Schema of a config, for editors that complete and check YAML."""
    with clear_errors():
        give_pieces(pieces)

        import json

        from ganrun.config import json_schema, sweep_json_schema

        typer.echo(json.dumps(sweep_json_schema() if sweeps else json_schema(), indent=2))
