"""`ganrun check`."""

from __future__ import annotations

import json

import typer

from ganrun.cli.commands import app
from ganrun.cli.configs import load_all, settings
from ganrun.cli.ends import clear_errors
from ganrun.cli.options import (
    ConfigsArgument,
    JsonOption,
    NameOption,
    SeedsOption,
    SetOption,
    StepsOption,
)


@app.command(
    short_help="Validate a config and print it in full.",
    epilog="Example: ganrun check five_gaussians --set objective=hinge",
)
def check(
    configs: ConfigsArgument,
    overrides: SetOption = None,
    seeds: SeedsOption = None,
    steps: StepsOption = None,
    name: NameOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate a config without training, and print it with every default filled in.

    Several are printed one after another, as YAML documents, or as one JSON list.
    """
    with clear_errors():
        from ganrun.config import to_yaml

        experiments = load_all(configs, settings(overrides, seeds=seeds, steps=steps, name=name))
        if as_json:
            documents = [one.model_dump(mode="json") for one in experiments]
            shown = documents if len(documents) > 1 else documents[0]
            typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        else:
            typer.echo("---\n".join(map(to_yaml, experiments)), nl=False)
