"""A bar on a terminal for what is counted and takes a while: pages, runs that are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ganrun.report.live.watcher import screen


@contextmanager
def counted(what: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """What is given is to be told how many are done, and of how many; the bar goes at the end."""
    from rich.progress import MofNCompleteColumn, Progress

    console = screen()
    words, bar, _, left = Progress.get_default_columns()
    columns, unseen = (words, bar, MofNCompleteColumn(), left), quiet or not console.is_interactive
    with Progress(*columns, console=console, transient=True, disable=unseen) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
