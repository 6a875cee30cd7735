"""What one sees while a sweep goes on: how far and how fast it is, its worst and best cells."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence

from rich.text import Text

from ganrun.report.live.frame_parts import how_far, measuring_words, pace
from ganrun.report.live.sweep_frame import (
    MOST_CELLS,
    CellRow,
    Pace,
    collapse_words,
    draw_sweep,
    extreme_cells,
)
from ganrun.report.live.watcher import Moment, Subject
from ganrun.sweep.designs import Design
from ganrun.sweep.run import SweepProgress

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


class Sweeping(Subject[SweepProgress]):
    """A sweep, with its worst and its best cells."""

    def __init__(
        self, design: Design, *, title: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._design = design
        self._title = title
        self._pacer = Pacer(clock)
        self._cells: tuple[Sequence[CellRow], Sequence[CellRow]] = ((), ())
        self._ranked_at = -SECONDS_BETWEEN_RANKINGS

    def note(self, progress: SweepProgress) -> None:
        """Count the trials, for their pace."""
        self._pacer.update(progress)

    def draw(self, progress: SweepProgress | None, moment: Moment) -> Text:
        """How far it is, and the worst and the best cells."""
        pace = Pace()
        if progress is not None:
            pace = self._pacer.pace(progress)
            self._rank(progress, moment)
        return draw_sweep(progress, self._design, pace, self._cells, moment, title=self._title)

    def line(self, progress: SweepProgress) -> str:
        """Trials, pace, time left and the collapse rate."""
        return sweep_line(self._title, progress, self._pacer.pace(progress))

    def done_and_total(self, progress: SweepProgress) -> tuple[int, int]:
        """Trials; one that failed has ended too."""
        return progress.finished + progress.failed, progress.trials

    def phase(self, progress: SweepProgress) -> Hashable:
        """Whether something is being measured."""
        return progress.measuring is not None

    def _rank(self, progress: SweepProgress, moment: Moment) -> None:
        """Sort the cells now and then: there may be many thousands of them."""
        now = moment.seconds_elapsed
        if now - self._ranked_at >= SECONDS_BETWEEN_RANKINGS or moment.ending:
            seeds = len(self._design.seeds)
            self._cells = extreme_cells(progress.cells, seeds, MOST_CELLS)
            self._ranked_at = now


def sweep_line(title: str, progress: SweepProgress, so_far: Pace) -> str:
    """All there is to say of a moment in one line of ASCII."""
    far = how_far(progress.finished + progress.failed, progress.trials, "GANs")
    parts = [f"{title}: {far}"]
    if progress.measuring is not None:
        parts.append(measuring_words(progress.measuring))
    if progress.found:
        parts.append(f"{progress.found:,} found before")
    parts += pace(so_far.words, so_far.seconds_left)
    if progress.collapse_rate is not None:
        parts.append(f"collapsed {collapse_words(progress)}")
    if progress.precision is not None:
        parts.append(f"precision {progress.precision.words()}")
    for number, what in (
        (progress.failed, "failed"),
        (progress.diverged, "diverged"),
        (progress.waiting, "being trained by another process"),
    ):
        if number:
            parts.append(f"{number:,} {what}")
    return ", ".join(parts)
