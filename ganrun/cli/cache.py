"""`ganrun cache`."""

from __future__ import annotations

from typing import Annotated

import typer

from ganrun.cli.commands import app
from ganrun.cli.ends import clear_errors, exit_with


@app.command(
    short_help="Show what is kept to save time, or clear it.",
    epilog="Example: ganrun cache --clear",
)
def cache(
    clear: Annotated[
        bool, typer.Option("--clear", help="Delete it all; what is needed again is made again.")
    ] = False,
) -> None:
    """Show where compiled programs, measured references and fits are kept, and what they take.

    A program that is kept saves seconds of compiling. Those that have not been used for longest
    make room for new ones, at 1,000 MB or what GANRUN_CACHE_MB says; 0 keeps none.
    """
    with clear_errors():
        from ganrun import user_cache
        from ganrun.wording import plural, size

        programs, references = user_cache.kept_programs(), user_cache.kept_references()
        fits = user_cache.kept_fits()
        most = size(user_cache.most_bytes())
        said = (
            f"{plural(len(programs), 'compiled program')}, "
            f"{size(sum(one.size for one in programs))} of at most {most}; "
            f"{plural(len(references), 'reference')}, "
            f"{size(sum(one.size for one in references))}; "
            f"{plural(len(fits), 'fit')} to points, {size(sum(one.size for one in fits))}"
        )
        typer.echo(f"{user_cache.user_cache()}: {said}")
        if clear:
            left = [one for one in (*programs, *references, *fits) if not one.drop()]
            exit_with([f"{one.path}: cannot be deleted" for one in left])
            typer.echo("Cleared.")
