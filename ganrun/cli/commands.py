"""The command line itself: the group of commands, and how a mistake on it is told."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from ganrun.cli.ends import say

UsageError: Any = typer.BadParameter.__bases__[0]
"""What Typer raises for a mistake on the command line; it has no public name for it."""


class Commands(TyperGroup):
    """The commands; a mistake on the command line is one line, as every other error is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse, unless something is given as nothing, as by a variable that is not set."""
        if ctx.resilient_parsing:  # for a shell that completes what is not written yet
            return super().parse_args(ctx, args)
        for before, word in pairwise(["", *args]):
            if not word or re.fullmatch("--[a-z-]+=", word):
                what = word.rstrip("=") or (before if before.startswith("-") else "an argument")
                ctx.fail(f"{what} is empty")
        return super().parse_args(ctx, args)

    def main(self, *args: Any, **options: Any) -> NoReturn:
        """Run a command and exit with its code."""
        options["standalone_mode"] = False
        given = args[0] if args else options.get("args")
        words = sys.argv[1:] if given is None else list(given)
        try:
            code = super().main(*args, **options)
        except UsageError as error:
            command = error.ctx.command_path if error.ctx else "ganrun"
            message = (
                _one_at_a_time(error) or _no_such_option(error, words) or error.format_message()
            )
            message = message.rstrip(".")
            message = message[:1].lower() + message[1:]
            say(f"{command}: {message} (see {command} --help)")
            sys.exit(2)
        except typer.Abort:
            sys.exit(130)
        sys.exit(code or 0)


def _one_at_a_time(error: Any) -> str | None:
    """What to say where a command was given more than it takes, as by a pattern of the shell."""
    extra = re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", error.message)
    if extra is None or error.ctx is None:
        return None
    taken = [one for one in error.ctx.command.params if one.param_type_name == "argument"]
    what = f"one {taken[0].metavar.strip('[]')}" if taken else "no arguments"
    return f"takes {what}, and was given more: {extra[1]}"


def _no_such_option(error: Any, words: Sequence[str]) -> str | None:
    """What to say where there is no such option: which was meant, if one is near."""
    if (
        error.ctx is None
        or not hasattr(error, "possibilities")
        or not hasattr(error, "option_name")
    ):
        return None
    from ganrun.cli.wrong_option import meant

    command = error.ctx.command
    options = [one for param in command.params for one in (*param.opts, *param.secondary_opts)]
    found = meant(
        error.option_name,
        words,
        [one for one in options if one.startswith("--")],
        in_sweep=command.name == "sweep",
    )
    return f"no such option: {error.option_name}{found}"


app = typer.Typer(
    name="ganrun",
    cls=Commands,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Train GANs on 2D mixtures, count the modes they recover, see when and why they collapse.",
    epilog="Begin with: ganrun train five_gaussians",
)


def _version(wanted: bool) -> None:
    if wanted:
        from ganrun import __version__

        typer.echo(f"ganrun {__version__}")
        raise typer.Exit


@app.callback()
def _ganrun(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)
