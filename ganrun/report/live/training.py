"""What one sees while it trains: a map of the samples and the numbers of all seeds."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from statistics import median

from rich.text import Text

from ganrun.config import Experiment
from ganrun.config.metrics import METRICS
from ganrun.playing.progress import MemberProgress, Progress
from ganrun.report.live.courses import Courses
from ganrun.report.live.frame_parts import how_far, measuring_words, pace, rounds_a_second, staged
from ganrun.report.live.live_map import LiveMaps
from ganrun.report.live.seed_words import diverged_words, resumed_words
from ganrun.report.live.training_frame import PHASES, draw_frame
from ganrun.report.live.watcher import Moment, Subject
from ganrun.wording import of_total, value


def title_of(experiments: Sequence[Experiment]) -> str:
    """What is above a display of some experiments."""
    count = len(experiments)
    return experiments[0].name if count == 1 else f"{count} configs"


class Training(Subject[Progress]):
    """A training, with maps of the members' samples over the true modes."""

    def __init__(self, experiments: Sequence[Experiment], *, stages: int = 1) -> None:
        """Of these experiments, all seeds of them; the first of so many stages."""
        self._title = title_of(experiments)
        self._stage = staged(1, stages, "training") if stages > 1 else ""
        self._maps = LiveMaps(experiments[0].target)
        self._courses = Courses()

    def note(self, progress: Progress) -> None:
        """Keep how the numbers go."""
        self._courses.add(progress.members)

    def draw(self, progress: Progress | None, moment: Moment) -> Text:
        """The maps of the members, and their numbers."""
        stage = self._stage
        return draw_frame(
            progress, self._maps, self._courses, moment, title=self._title, stage=stage
        )

    def line(self, progress: Progress) -> str:
        """Rounds, speed, losses and modes."""
        far = how_far(*self.done_and_total(progress), "rounds", self.outlook)
        measuring = progress.measuring
        phase = PHASES[progress.phase] if measuring is None else measuring_words(measuring)
        resumed = resumed_words(progress.members)
        parts = [f"{self._title}: {phase}", *([resumed] if resumed else []), far]
        if progress.phase == "training":
            parts += pace(rounds_a_second(progress.rounds_per_second), progress.seconds_left)
        members = progress.members
        if len(members) == 1 and members[0].loss_d is not None:
            losses = {"loss_d": members[0].loss_d, "loss_g": members[0].loss_g}
            parts += [f"{METRICS[name].called} {value(loss)}" for name, loss in losses.items()]
        parts += [words for words in (_covered(members), diverged_words(members)) if words]
        return ", ".join(parts)

    def done_and_total(self, progress: Progress) -> tuple[int, int]:
        """Rounds of all members."""
        return progress.rounds_done, progress.rounds_total

    def phase(self, progress: Progress) -> Hashable:
        """Compiling, training or measuring."""
        return progress.phase


def _covered(members: Sequence[MemberProgress]) -> str:
    """`modes covered 3 of 5`, or its median and range over several members; empty if unknown."""
    counts = [member.modes_covered for member in members if member.modes_covered is not None]
    if not counts:
        return ""
    totals = {member.modes_total for member in members}
    if len(totals) > 1:
        return ""
    words = f"{METRICS['modes_covered'].called} {of_total(median(counts), totals.pop())}"
    return words if len(members) == 1 else f"{words} (min {min(counts)}, max {max(counts)})"
