"""What one sees while it trains: a map of the samples and the numbers of all seeds."""

from __future__ import annotations

from collections.abc import Hashable

from rich.text import Text

from ganrun.mixture import Mixture
from ganrun.playing.progress import Progress
from ganrun.report.live.training_frame import LiveMap, draw_frame
from ganrun.report.live.training_words import progress_line
from ganrun.report.live.watcher import Moment, Subject


class Training(Subject[Progress]):
    """A training, with a map of one member's samples over the true modes."""

    def __init__(self, mixture: Mixture, *, title: str) -> None:
        self._title = title
        self._map = LiveMap(mixture)

    def draw(self, progress: Progress | None, moment: Moment) -> Text:
        """The map of one member, and the numbers of all."""
        return draw_frame(progress, self._map, moment, title=self._title)

    def line(self, progress: Progress) -> str:
        """Rounds, speed, losses and modes."""
        return progress_line(self._title, progress)

    def done_and_total(self, progress: Progress) -> tuple[int, int]:
        """Rounds of all members."""
        return progress.rounds_done, progress.rounds_total

    def phase(self, progress: Progress) -> Hashable:
        """Compiling, training or measuring."""
        return progress.phase
