"""`ganrun check`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import UsageError, app
from ganrun.cli.configs import give_pieces, load_all, settings
from ganrun.cli.ends import clear_errors, exit_with
from ganrun.cli.options import (
    A_CONFIG,
    JsonOption,
    NameOption,
    PiecesOption,
    SeedsOption,
    SetOption,
    StepsOption,
)


@app.command(
    short_help="Validate a config, or check pieces of your own.",
    epilog="Examples: ganrun check five_gaussians --set objective=hinge; "
    "ganrun check --pieces mine.py",
)
def check(
    context: typer.Context,
    configs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[CONFIG]...",
            help=f"{A_CONFIG}, such as five_gaussians; or a pattern.",
            autocompletion=completion.configs,
        ),
    ] = None,
    overrides: SetOption = None,
    pieces: PiecesOption = None,
    seeds: SeedsOption = None,
    steps: StepsOption = None,
    name: NameOption = None,
    as_json: JsonOption = False,
) -> None:
    """Validate a config without training, and print it with every default filled in.

    Several are printed one after another, as YAML documents, or as one JSON list.

    With --pieces alone, see whether what must hold of every piece holds of those in the files: that
    each is played and stays finite, that its parameters are data and not part of the program, that
    gradients come of it, that it leaves others alone, and that its neutral strength is neutral.
    """
    with clear_errors():
        if not configs and not pieces:
            raise UsageError("Missing argument 'CONFIG...', or --pieces FILE", context)
        if not configs:
            _check_pieces(pieces or (), as_json=as_json)
            return
        give_pieces(pieces)

        from ganrun.config import to_yaml
        from ganrun.config.encoded_points import in_short

        experiments = load_all(configs, settings(overrides, seeds=seeds, steps=steps, name=name))
        if as_json:
            documents = [one.model_dump(mode="json") for one in experiments]
            shown = documents if len(documents) > 1 else documents[0]
            typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        else:
            typer.echo("---\n".join(in_short(to_yaml(one)) for one in experiments), nl=False)


def _check_pieces(paths: Sequence[Path], *, as_json: bool) -> None:
    """Say of every property whether it holds, as soon as that is known."""
    from ganrun.config.giving import give

    given = give(paths)

    from ganrun.executors.compile_cache import compile_cache
    from ganrun.game import backend

    backend.prepare(compile_cache())

    from ganrun.game.checked_pieces import looked_at

    found = []
    for one in looked_at(given):
        found.append(one)
        if not as_json:
            held = "no" if one.fault else "ok"
            typer.echo(f"{held}  {one.piece.own.kind} {one.piece.full_name}: {one.words}")
    if as_json:
        told = [
            {
                "piece": one.piece.full_name,
                "kind": one.piece.own.kind,
                "property": one.words,
                "fault": one.fault or None,
            }
            for one in found
        ]
        typer.echo(json.dumps(told, indent=2))
    exit_with([one.fault for one in found if one.fault])
