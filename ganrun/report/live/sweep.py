"""What one sees while a sweep goes on: how far and how fast it is, its worst and best cells."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from rich.text import Text

from ganrun.playing.progress import Rate
from ganrun.report.live.frame_parts import how_far, measuring_words, pace
from ganrun.report.live.outlook import Outlook
from ganrun.report.live.sweep_field import LiveField
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
    """How fast trials come: looked at whenever this command has trained one more."""

    def __init__(self) -> None:
        self._rate = Rate(counts_its_start=True)
        self._trained = 0
        self._pace = Pace()

    def update(self, progress: SweepProgress) -> Pace:
        """Take note of how many there are now; the pace so far, and how long the rest takes."""
        if progress.trained != self._trained:
            self._trained = progress.trained
            done = progress.finished + progress.failed
            rate, left = self._rate.at(done, progress.trials, here=progress.trained)
            self._pace = Pace(None if rate is None else 60 * rate, left)
        return self._pace


class Sweeping(Subject[SweepProgress]):
    """A sweep: its cells as they fill, the worst and the best of them."""

    def __init__(self, design: Design, *, title: str) -> None:
        self._design = design
        self._title = title
        self._pacer = Pacer()
        self._field = LiveField()
        self._cells: tuple[Sequence[CellRow], Sequence[CellRow]] = ((), ())
        self._ranked_at = -SECONDS_BETWEEN_RANKINGS

    def note(self, progress: SweepProgress) -> None:
        """Count the trials, for their pace."""
        self._pacer.update(progress)

    def draw(self, progress: SweepProgress | None, moment: Moment) -> Text:
        """How far it is, and the worst and the best cells."""
        pace = Pace()
        if progress is not None:
            pace = self._pacer.update(progress)
            self._rank(progress, moment)
        cells, field = self._cells, self._field
        return draw_sweep(progress, self._design, pace, cells, field, moment, title=self._title)

    def line(self, progress: SweepProgress) -> str:
        """Trials, pace, time left and the collapse rate."""
        return sweep_line(self._title, progress, self._pacer.update(progress), self.outlook)

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


def sweep_line(title: str, progress: SweepProgress, so_far: Pace, outlook: Outlook) -> str:
    """All there is to say of a moment in one line of ASCII."""
    far = how_far(progress.finished + progress.failed, progress.trials, "GANs", outlook)
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
