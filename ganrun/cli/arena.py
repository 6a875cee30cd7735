"""`ganrun arena`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.configs import give_pieces, load, settings
from ganrun.cli.ends import clear_errors, say, termination_as_interrupt
from ganrun.cli.options import (
    A_CONFIG,
    NameOption,
    PiecesOption,
    QuietOption,
    RunsDirOption,
    SeedsOption,
    SetOption,
    StepsOption,
    number,
)


@app.command(
    short_help="Watch GANs train in the browser, and play with them.",
    epilog="Example: ganrun arena ring8 --set objective=hinge",
)
def arena(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG]",
            help=f"{A_CONFIG} [default: five_gaussians].",
            autocompletion=completion.configs,
        ),
    ] = None,
    overrides: SetOption = None,
    seeds: SeedsOption = None,
    steps: StepsOption = None,
    name: NameOption = None,
    pieces: PiecesOption = None,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Where to listen; others than this machine's own "
            "let anyone play who can reach it.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        number(
            0,
            65535,
            metavar="N",
            help="Port, 0 for any that is free [default: 8765, or the next one that is free].",
        ),
    ] = None,
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
    runs_dir: RunsDirOption = None,
    quiet: QuietOption = False,
) -> None:
    """Train GANs live in a local page, and change their settings while they train.

    Only this machine is served, unless --host says otherwise. Nothing is saved unasked: a game that
    was left alone is saved as the run that ganrun train would make of it, one that was played with
    in a folder <name>-arena-<time>, with what was done to it. Ctrl-C ends the arena. Needs the
    extra arena.
    """
    with clear_errors(), termination_as_interrupt():
        give_pieces(pieces)
        from ganrun.extras import missing

        if line := missing("arena", "ganrun arena"):
            typer.echo(line, err=True)
            raise typer.Exit(2)

        from ganrun.config.shipped import default_config
        from ganrun.store import choose_runs_dir

        given = settings(overrides, seeds=seeds, steps=steps, name=name)
        experiment = load(config or default_config(), given)

        from ganrun.arena.serve import Arena, leave
        from ganrun.arena.serve import open_page as show

        served = Arena(
            experiment,
            runs_dir=choose_runs_dir(runs_dir),
            host=host,
            port=port,
            command=tuple(sys.argv),
            say=(lambda _: None) if quiet else say,
        )

        def opened(address: str) -> None:
            typer.echo(f"The arena is at {address} (Ctrl-C ends it)")
            if open_page:
                show(address)

        try:
            served.run(opened)
        except KeyboardInterrupt:
            leave(130)
