"""A bar on a terminal for what is counted and takes a while: pages, runs that are read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.text import Text

from ganrun.playing.progress import Rate
from ganrun.report.live.frame_parts import assembled, heading, paced_bar
from ganrun.report.live.watcher import Display, Moment, Subject, screen

A_MOMENT = 0.7
"""Seconds before anything is shown: most of what is counted has ended by then."""


@dataclass(frozen=True)
class Count:
    """How many are done, of how many."""

    done: int
    total: int
    seconds_left: float | None


class Counting(Subject[Count]):
    """Something that is done one by one; `what` and how many of it."""

    def __init__(self, what: str) -> None:
        self._what = what

    def draw(self, progress: Count | None, moment: Moment) -> Text:
        """What it is, how many are done, and a bar."""
        if progress is None or moment.ending:
            return Text("")
        far = f"{progress.done:,} of {progress.total:,}"
        lines = [
            heading(self._what, "", far, moment),
            paced_bar(progress.done, progress.total, "", progress.seconds_left, moment),
        ]
        return assembled(lines, moment)

    def done_and_total(self, progress: Count) -> tuple[int, int]:
        """As they were counted."""
        return progress.done, progress.total


@contextmanager
def counted(what: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """What is given is to be told how many are done, and of how many; the bar goes at the end."""
    console = screen()
    if quiet or not console.is_interactive:
        yield lambda done, total: None
        return
    begun, rate = time.monotonic(), Rate()
    display = Display(Counting(what), console=console, stays=False)
    shown = False

    def on_progress(done: int, total: int) -> None:
        nonlocal shown
        if not shown and time.monotonic() - begun > A_MOMENT:
            shown = True
            display.__enter__()
        _, left = rate.at(done, total)
        display.update(Count(done, total, left))

    try:
        yield on_progress
    finally:
        if shown:
            display.__exit__(None, None, None)
