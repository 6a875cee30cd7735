"""What one sees while it trains: a live display on a terminal, plain lines elsewhere, nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from rich.console import Console
from rich.text import Text

from ganrun.mixture import Mixture
from ganrun.playing.progress import Progress
from ganrun.report.live.training_frame import LiveMap, draw_frame
from ganrun.report.live.training_words import progress_line
from ganrun.report.live.watcher import Display, Moment, PacedLines, Silence, is_live


class LiveDisplay(Display[Progress]):
    """A progress display with a map of the samples over the true modes."""

    def __init__(
        self,
        mixture: Mixture,
        *,
        title: str,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
        own_thread: bool = True,
    ) -> None:
        super().__init__(console=console, clock=clock, own_thread=own_thread)
        self._title = title
        self._map = LiveMap(mixture)

    def draw(self, progress: Progress | None, moment: Moment) -> Text:
        """The map of one member, and the numbers of all."""
        return draw_frame(progress, self._map, moment, title=self._title)

    def is_whole(self, progress: Progress) -> bool:
        """Whether every round has been played."""
        return progress.rounds_done >= progress.rounds_total


class PlainLines(PacedLines[Progress]):
    """The progress of a training in lines."""

    def __init__(
        self, *, title: str, console: Console, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(console=console, clock=clock)
        self._title = title

    def line(self, progress: Progress) -> str:
        """Rounds, speed, losses and modes."""
        return progress_line(self._title, progress)

    def done_and_total(self, progress: Progress) -> tuple[int, int]:
        """Rounds of all members."""
        return progress.rounds_done, progress.rounds_total

    def phase(self, progress: Progress) -> Hashable:
        """Compiling, training or measuring."""
        return progress.phase


class Quiet(Silence[Progress]):
    """Shows nothing; a context manager."""


def watcher_for(
    console: Console, mixture: Mixture, *, title: str, quiet: bool = False
) -> LiveDisplay | PlainLines | Quiet:
    """The watcher that suits where the output goes: live on a terminal, plain lines elsewhere."""
    if quiet:
        return Quiet()
    if is_live(console):
        return LiveDisplay(mixture, title=title, console=console)
    return PlainLines(title=title, console=console)
