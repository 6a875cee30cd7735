"""`ganrun arena`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.configs import give_pieces, load, load_all, settings
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

if TYPE_CHECKING:
    from ganrun.config import Experiment


@app.command(
    short_help="Watch GANs train in the browser, and play with them.",
    epilog="Examples: ganrun arena ring8 --set objective=hinge; "
    "ganrun arena --export arena.html five_gaussians five_gaussians_r1",
)
def arena(
    configs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[CONFIG]...",
            help=f"{A_CONFIG}; several only with --export [default: five_gaussians].",
            autocompletion=completion.configs,
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the arena as one HTML file that trains its games by itself, without Python "
            "or a network, each CONFIG a game; nothing is served.",
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
    extra arena, but for --export.
    """
    with clear_errors(), termination_as_interrupt():
        give_pieces(pieces)
        from ganrun.config.shipped import default_config

        given = settings(overrides, seeds=seeds, steps=steps, name=name)
        paths = configs or [default_config()]
        if export is not None:
            write_page(export, load_all(paths, given), quiet=quiet)
            return
        if len(paths) > 1:
            raise typer.BadParameter(
                "one alone is served; --export takes several", param_hint="CONFIG"
            )

        from ganrun.extras import missing

        if line := missing("arena", "ganrun arena"):
            typer.echo(line, err=True)
            raise typer.Exit(2)

        from ganrun.store import choose_runs_dir

        experiment = load(paths[0], given)

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


def write_page(path: Path, experiments: Sequence[Experiment], *, quiet: bool) -> None:
    """Write the arena as a file. Raises `ConfigError` where it cannot play one of the configs."""
    from ganrun.arena.export import exported_page
    from ganrun.page.html_page import encoded
    from ganrun.store.atomic import replace_file
    from ganrun.wording import size

    page = encoded(exported_page(experiments))
    replace_file(path, page)
    if not quiet:
        typer.echo(f"{path}: {size(len(page))}, complete: it opens in any browser, offline.")
