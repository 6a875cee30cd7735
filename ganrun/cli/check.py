"""`ganrun check`."""

from __future__ import annotations

import typer

from ganrun.cli.commands import app
from ganrun.cli.configs import load
from ganrun.cli.ends import clear_errors
from ganrun.cli.options import ConfigArgument, JsonOption, SetOption


@app.command(
    short_help="Validate a config and print it in full.",
    epilog="Example: ganrun check configs/five_gaussians.yaml --set objective=hinge",
)
def check(config: ConfigArgument, overrides: SetOption = None, as_json: JsonOption = False) -> None:
    """Validate a config without training, and print it with every default filled in."""
    with clear_errors():
        from ganrun.config import to_yaml

        experiment = load(config, overrides)
        if as_json:
            typer.echo(experiment.model_dump_json(indent=2))
        else:
            typer.echo(to_yaml(experiment), nl=False)
