"""What one sees while a sweep goes on: a live display, plain lines, or only what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType

from rich.console import Console
from rich.text import Text

from ganrun import wording
from ganrun.report.live.sweep_frame import (
    MOST_CELLS,
    CellRow,
    Pace,
    collapse_words,
    draw_sweep,
    extreme_cells,
    per_minute,
)
from ganrun.report.live.watcher import Display, Moment, PacedLines, Silence, is_live, say
from ganrun.sweep.designs import Design
from ganrun.sweep.run import SweepProgress

MOST_TOLD = 20
"""Failed and diverged trials that get a line of their own; the others are counted."""
SECONDS_BETWEEN_RANKINGS = 1.0


class Pacer:
    """How fast trials come, counted from the first that this command trained.

    Trials that advance together end together: those of the first second are where counting starts,
    or else the first few would look like a torrent.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started_at = clock()
        self._first: tuple[float, int] | None = None
        self._latest = (self._started_at, 0)

    def update(self, progress: SweepProgress) -> None:
        """Take note of how many there are now."""
        now, trained = self._clock(), progress.trained
        if trained == self._latest[1]:
            return
        self._latest = (now, trained)
        if self._first is None or now - self._first[0] < 1:
            self._first = (self._first[0] if self._first else now, trained)

    def pace(self, progress: SweepProgress) -> Pace:
        """The pace so far, and how long the rest takes at this pace."""
        (latest, trained), first = self._latest, self._first
        if first is None:
            return Pace()
        seconds, count = latest - first[0], trained - first[1]
        if not count:
            seconds, count = latest - self._started_at, trained
        if seconds <= 0:
            return Pace()
        left = progress.trials - progress.finished - progress.failed
        return Pace(60 * count / seconds, left * seconds / count if left else None)


class Notices:
    """Tells what happens to single trials, in a line each, but does not flood."""

    def __init__(self, console: Console, most: int = MOST_TOLD) -> None:
        self._console = console
        self._most = most
        self._told = 0

    def tell(self, message: str) -> None:
        """Say it, unless too much has been said already."""
        self._told += 1
        if self._told <= self._most:
            say(self._console, message)
        elif self._told == self._most + 1:
            words = "more like these are counted from here on; `ganrun report` names them all"
            say(self._console, words)

    def close(self) -> None:
        """Say how many were not told."""
        if self._told > self._most:
            say(self._console, f"{self._told - self._most:,} more were not named")


class _TellsOfTrials:
    """What every watcher of a sweep does besides: it tells what goes wrong, and counts the rest.

    Comes before the watcher among the bases, so that the count is told after its last words.
    """

    _notices: Notices

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        super().__exit__(kind, error, traceback)  # type: ignore[misc]
        self._notices.close()

    def tell(self, message: str) -> None:
        """Print a line at once; a display stays below it."""
        self._notices.tell(message)


class SweepDisplay(_TellsOfTrials, Display[SweepProgress]):
    """A sweep's progress on a terminal; what goes wrong is printed above it."""

    def __init__(
        self,
        design: Design,
        *,
        title: str,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
        own_thread: bool = True,
    ) -> None:
        super().__init__(console=console, clock=clock, own_thread=own_thread)
        self._design = design
        self._title = title
        self._pacer = Pacer(clock)
        self._notices = Notices(console)
        self._cells: tuple[Sequence[CellRow], Sequence[CellRow]] = ((), ())
        self._ranked_at = -SECONDS_BETWEEN_RANKINGS

    def update(self, progress: SweepProgress) -> None:
        """Take note of the newest state; it is drawn at the next refresh."""
        super().update(progress)
        self._pacer.update(progress)

    def draw(self, progress: SweepProgress | None, moment: Moment) -> Text:
        """How far it is, and the worst and the best cells."""
        pace = Pace()
        if progress is not None:
            pace = self._pacer.pace(progress)
            self._rank(progress, moment)
        return draw_sweep(progress, self._design, pace, self._cells, moment, title=self._title)

    def is_whole(self, progress: SweepProgress) -> bool:
        """Whether every trial has ended, if only by failing."""
        return progress.finished + progress.failed >= progress.trials

    def _rank(self, progress: SweepProgress, moment: Moment) -> None:
        """Sort the cells now and then: there may be many thousands of them."""
        now = moment.seconds_elapsed
        if now - self._ranked_at >= SECONDS_BETWEEN_RANKINGS or moment.ending:
            seeds = len(self._design.sweep.seeds)
            self._cells = extreme_cells(progress.cells, seeds, MOST_CELLS)
            self._ranked_at = now


class SweepLines(_TellsOfTrials, PacedLines[SweepProgress]):
    """A sweep's progress in lines."""

    def __init__(
        self, *, title: str, console: Console, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(console=console, clock=clock)
        self._title = title
        self._pacer = Pacer(clock)
        self._notices = Notices(console)

    def update(self, progress: SweepProgress) -> None:
        """Print a line if one is due."""
        self._pacer.update(progress)
        super().update(progress)

    def line(self, progress: SweepProgress) -> str:
        """Trials, pace, time left and the collapse rate."""
        return sweep_line(self._title, progress, self._pacer.pace(progress))

    def done_and_total(self, progress: SweepProgress) -> tuple[int, int]:
        """Trials."""
        return progress.finished + progress.failed, progress.trials


class SweepQuiet(_TellsOfTrials, Silence[SweepProgress]):
    """Shows no progress, but says what goes wrong."""

    def __init__(self, console: Console) -> None:
        self._notices = Notices(console)


def sweep_line(title: str, progress: SweepProgress, pace: Pace) -> str:
    """All there is to say of a moment in one line of ASCII."""
    done, total = progress.finished + progress.failed, progress.trials
    share = f" ({wording.percent(done / total)})" if total else ""
    parts = [f"{title}: {done:,} of {total:,} GANs{share}"]
    if progress.found:
        parts.append(f"{progress.found:,} found before")
    if pace.per_minute is not None:
        parts.append(per_minute(pace.per_minute))
    if pace.seconds_left is not None:
        parts.append(f"{wording.duration(pace.seconds_left)} left")
    if progress.collapse_rate is not None:
        parts.append(f"collapsed {collapse_words(progress)}")
    for number, what in (
        (progress.failed, "failed"),
        (progress.diverged, "diverged"),
        (progress.waiting, "being trained by another process"),
    ):
        if number:
            parts.append(f"{number:,} {what}")
    return ", ".join(parts)


def sweep_watcher_for(
    console: Console, design: Design, *, title: str, quiet: bool = False
) -> SweepDisplay | SweepLines | SweepQuiet:
    """The watcher that suits where the output goes: live on a terminal, plain lines elsewhere."""
    if quiet:
        return SweepQuiet(console)
    if is_live(console):
        return SweepDisplay(design, title=title, console=console)
    return SweepLines(title=title, console=console)
