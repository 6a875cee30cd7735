"""What one sees while runs are played on so that their verdicts are confirmed: one bar."""

from __future__ import annotations

from rich.text import Text

from ganrun.diagnose.progress import Confirming
from ganrun.report.live.frame_parts import (
    assembled,
    bar,
    heading,
    how_far,
    measuring_words,
    pace,
    paced_bar,
    rounds_a_second,
    staged,
)
from ganrun.report.live.watcher import Moment, Subject

STAGE = "playing on, to confirm verdicts"


class PlayingOn(Subject[Confirming]):
    """Continuations of a training's or a sweep's runs."""

    def __init__(self, *, title: str, number: int = 0, stages: int = 0) -> None:
        """It may be one stage of several."""
        self._title = title
        self._number, self._stages = number, stages

    def draw(self, progress: Confirming | None, moment: Moment) -> Text:
        """How many runs are confirmed, and how far all of it is."""
        if progress is None:
            lines = [
                heading(self._title, self._doing(None), "starting", moment),
                bar(0.0, "", moment),
            ]
            return assembled(lines, moment)
        far = self.done_and_total(progress)
        # What is measured has a time of its own.
        speed, left = "", None
        if progress.measuring is None:
            speed, left = rounds_a_second(progress.rounds_per_second), progress.seconds_left
        right = moment.ending or _runs(progress)
        lines = [
            heading(self._title, self._doing(progress), right, moment),
            paced_bar(*far, speed, left, moment),
        ]
        return assembled(lines, moment)

    def line(self, progress: Confirming) -> str:
        """Runs, rounds, speed and time left."""
        far = how_far(*self.done_and_total(progress), "rounds", self.outlook)
        speed = rounds_a_second(progress.rounds_per_second)
        parts = [f"{self._title}: {self._doing(progress)}", _runs(progress), far]
        return ", ".join([*parts, *pace(speed, progress.seconds_left)])

    def done_and_total(self, progress: Confirming) -> tuple[int, int]:
        """Rounds of all continuations."""
        return progress.rounds_done, progress.rounds_total

    def _doing(self, progress: Confirming | None) -> str:
        measuring = progress.measuring if progress else None
        words = measuring_words(measuring) if measuring else ""
        return staged(self._number, self._stages, STAGE, words)


def _runs(progress: Confirming) -> str:
    return f"{progress.finished:,} of {progress.runs:,} runs"
