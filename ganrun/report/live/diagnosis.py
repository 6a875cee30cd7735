"""What one sees while a diagnosis goes on: a bar for every branch."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace

from jaxtyping import Float
from numpy import ndarray
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ganrun import wording
from ganrun.diagnose.progress import BranchProgress, DiagnosisProgress
from ganrun.report.fitting_columns import GAP
from ganrun.report.live.courses import Course
from ganrun.report.live.frame_parts import (
    assembled,
    bar,
    heading,
    how_far,
    inner_height,
    inner_width,
    measuring_words,
    pace,
    paced_bar,
    rounds_a_second,
    staged,
)
from ganrun.report.live.sparkline import sparkline
from ganrun.report.live.watcher import Moment, Subject
from ganrun.report.palette import SCREEN_BLUE

LEAST_TITLE = 16
ROOM_FOR_COURSES = 100
"""Cells of a line in which each branch's covered modes are drawn too."""
TITLE_SHARE = 0.4
"""Of a line, at most, for a branch's title."""


class Diagnosing(Subject[DiagnosisProgress]):
    """A diagnosis, with a bar for every branch."""

    def __init__(self, *, title: str) -> None:
        self._title = title
        self._courses: dict[str, Course] = {}

    def note(self, progress: DiagnosisProgress) -> None:
        """Keep how the covered modes of every branch go."""
        for branch in progress.branches:
            course = self._courses.setdefault(branch.name, Course())
            share = branch.rounds_done / branch.rounds_total if branch.rounds_total else 0.0
            course.note(share, {"modes_covered": branch.covered})

    def draw(self, progress: DiagnosisProgress | None, moment: Moment) -> Text:
        """How far all of it is, and every branch."""
        if progress is None:
            lines = [heading(self._title, "", "starting", moment), bar(0.0, "", moment)]
            return assembled(lines, moment)
        about = "" if moment.ending else _doing(progress, moment.seconds_since_update)
        far = self.done_and_total(progress)
        # What is measured has a time of its own.
        speed, left = "", None
        if progress.measuring is None:
            speed, left = rounds_a_second(progress.rounds_per_second), progress.seconds_left
        lines = [
            heading(self._title, about, moment.ending or gans_of(progress), moment),
            paced_bar(*far, speed, left, moment, at_most=bool(progress.rounds_to_come)),
        ]
        room = inner_height(moment) - len(lines) - 1
        if progress.branches and room > 0:
            lines += [Text(""), *_branch_lines(progress, self._courses, room, moment)]
        return assembled(lines, moment)

    def line(self, progress: DiagnosisProgress) -> str:
        """Stage, GANs, rounds, speed, time left and covered modes."""
        parts = [f"{self._title}: {_doing(progress)}"]
        if progress.rounds_total:
            far = how_far(*self.done_and_total(progress), "rounds", self.outlook)
            parts += [gans_of(progress), far]
        parts += pace(
            rounds_a_second(progress.rounds_per_second),
            progress.seconds_left,
            at_most=bool(progress.rounds_to_come),
        )
        parts += [
            f"{branch.name} covers {_covered(branch, progress.modes_total)}"
            for branch in progress.branches
            if branch.covered is not None and branch.finished < branch.gans
        ]
        return ", ".join(parts)

    def done_and_total(self, progress: DiagnosisProgress) -> tuple[int, int]:
        """Rounds of all branches."""
        return progress.rounds_done, progress.rounds_total

    def phase(self, progress: DiagnosisProgress) -> Hashable:
        """The stage, and whether something is being measured."""
        return progress.stage, progress.measuring is not None

    def is_whole(self, progress: DiagnosisProgress) -> bool:
        """Always: a diagnosis that does not come to its end leaves by an error."""
        return True


def _doing(progress: DiagnosisProgress, seconds_since: float = 0.0) -> str:
    measuring = progress.measuring
    words = "" if measuring is None else measuring_words(measuring, seconds_since)
    return staged(progress.number, progress.stages, progress.stage, words)


def gans_of(progress: DiagnosisProgress) -> str:
    """How many GANs have ended, of all that are known of; empty where none is."""
    ended = sum(branch.finished for branch in progress.branches)
    gans = sum(branch.gans for branch in progress.branches)
    return f"{ended:,} of {gans:,} GANs" if gans else ""


def _branch_lines(
    progress: DiagnosisProgress, courses: Mapping[str, Course], room: int, moment: Moment
) -> list[Text]:
    """A line for every branch; where there is no room for all, finished ones go first."""
    branches = _chosen(progress.branches, room)
    width = inner_width(moment)
    # As wide for all branches there are, so that nothing jumps when some are left out.
    longest = max(cell_len(branch.title) for branch in progress.branches)
    breadth = min(longest, max(LEAST_TITLE, int(TITLE_SHARE * width)))
    course = width // 5 if width >= ROOM_FOR_COURSES else 0
    rest = moment.width - breadth - len(GAP) - (course + len(GAP) if course else 0)
    right = replace(moment, width=max(rest, 1))
    # The longest words there will be: all bars are equally long, and remain so.
    modes = progress.modes_total
    fullest = [replace(one, finished=one.gans, covered=modes - 0.1) for one in progress.branches]
    words_breadth = max(len(_branch_words(branch, modes)) for branch in fullest)
    lines = []
    for branch in branches:
        style = "dim" if not branch.rounds_done else ""
        line = Text(_cut(branch.title, breadth, moment) + GAP, style, end="")
        words = _branch_words(branch, modes).ljust(words_breadth)
        share = branch.rounds_done / branch.rounds_total if branch.rounds_total else 0.0
        line.append_text(bar(share, words, right))
        if course and branch.name in courses:
            covered = courses[branch.name].of("modes_covered", course)
            line.append(GAP)
            line.append_text(_drawn(covered, modes, moment))
        line.rstrip()
        lines.append(line)
    return lines


def _drawn(covered: Float[ndarray, " W"], modes: int, moment: Moment) -> Text:
    """How a branch's covered modes went, in one line."""
    (line,) = sparkline(
        covered, (0.0, float(modes)), style=SCREEN_BLUE, ascii_only=moment.ascii_only
    )
    return line


def _branch_words(branch: BranchProgress, modes: int) -> str:
    words = f"{GAP}{branch.finished} of {branch.gans} GANs"
    if branch.covered is not None:
        words += f"{GAP}{_covered(branch, modes)} modes"
    return words


def _chosen(branches: Sequence[BranchProgress], room: int) -> list[BranchProgress]:
    """As many branches as there is room for, in their order, those that go on before others."""
    ranked = sorted(range(len(branches)), key=lambda i: branches[i].finished >= branches[i].gans)
    return [branches[place] for place in sorted(ranked[:room])]


def _cut(title: str, breadth: int, moment: Moment) -> str:
    """A title in exactly so many cells."""
    if cell_len(title) <= breadth:
        return title + " " * (breadth - cell_len(title))
    dots = "..." if moment.ascii_only else "\N{HORIZONTAL ELLIPSIS}"
    return set_cell_size(title, breadth - len(dots)) + dots


def _covered(branch: BranchProgress, total: int) -> str:
    return wording.of_total(branch.covered, total)
