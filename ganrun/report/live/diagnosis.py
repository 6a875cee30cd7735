"""What one sees while a diagnosis goes on: a bar for every branch."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from ganrun import wording
from ganrun.diagnose.progress import BranchProgress, DiagnosisProgress
from ganrun.report.live.frame_parts import assembled, bar, heading, inner_height, inner_width
from ganrun.report.live.watcher import Moment, Subject

GAP = "  "
LEAST_TITLE = 16
TITLE_SHARE = 0.4
"""Of a line, at most, for a branch's title."""


class Diagnosing(Subject[DiagnosisProgress]):
    """A diagnosis, with a bar for every branch."""

    def __init__(self, *, title: str) -> None:
        self._title = title

    def draw(self, progress: DiagnosisProgress | None, moment: Moment) -> Text:
        """How far all of it is, and every branch."""
        return draw_diagnosis(progress, moment, title=self._title)

    def line(self, progress: DiagnosisProgress) -> str:
        """Stage, GANs, rounds, speed, time left and covered modes."""
        return diagnosis_line(self._title, progress)

    def done_and_total(self, progress: DiagnosisProgress) -> tuple[int, int]:
        """Rounds of all branches."""
        return progress.rounds_done, progress.rounds_total

    def phase(self, progress: DiagnosisProgress) -> Hashable:
        """The stage."""
        return progress.stage

    def is_whole(self, progress: DiagnosisProgress) -> bool:
        """Always: a diagnosis that does not come to its end leaves by an error."""
        return True


def draw_diagnosis(progress: DiagnosisProgress | None, moment: Moment, *, title: str) -> Text:
    """The whole display as lines of at most `width - 1` cells, at most `height - 1` of them."""
    if progress is None:
        return assembled([heading(title, "", "starting", moment), bar(0, "", moment)], moment)
    finished, gans = gans_of(progress)
    right = moment.ending or (f"{finished:,} of {gans:,} GANs" if gans else "")
    about = "" if moment.ending else progress.stage
    lines = [
        heading(title, about, right, moment),
        bar(_share(progress.rounds_done, progress.rounds_total), _pace(progress, moment), moment),
    ]
    room = inner_height(moment) - len(lines) - 1
    if progress.branches and room > 0:
        lines += [Text(""), *_branch_lines(progress, room, moment)]
    return assembled(lines, moment)


def diagnosis_line(title: str, progress: DiagnosisProgress) -> str:
    """All there is to say of a moment in one line of ASCII."""
    done, total = progress.rounds_done, progress.rounds_total
    parts = [f"{title}: {progress.stage}"]
    if total:
        finished, gans = gans_of(progress)
        parts.append(f"{finished:,} of {gans:,} GANs")
        parts.append(f"{done:,} of {total:,} rounds ({wording.percent(done / total)})")
    if progress.rounds_per_second:
        parts.append(f"{progress.rounds_per_second:,.0f} rounds/s")
    if progress.seconds_left is not None:
        parts.append(f"{wording.duration(progress.seconds_left)} left")
    parts += [
        f"{branch.name} covers {_covered(branch, progress.modes_total)}"
        for branch in progress.branches
        if branch.covered is not None and branch.finished < branch.gans
    ]
    return ", ".join(parts)


def gans_of(progress: DiagnosisProgress) -> tuple[int, int]:
    """GANs that have ended, and all that are known of."""
    branches = progress.branches
    return sum(branch.finished for branch in branches), sum(branch.gans for branch in branches)


def _pace(progress: DiagnosisProgress, moment: Moment) -> str:
    words = ""
    if progress.rounds_per_second:
        words += f"{GAP}{progress.rounds_per_second:,.0f} rounds/s"
    if progress.seconds_left is not None and not moment.ending:
        left = wording.duration(progress.seconds_left - moment.seconds_since_update)
        words += f"{GAP}{left} left"
    return words


def _branch_lines(progress: DiagnosisProgress, room: int, moment: Moment) -> list[Text]:
    """A line for every branch; where there is no room for all, finished ones go first."""
    branches = _chosen(progress.branches, room)
    width = inner_width(moment)
    # As wide for all branches there are, so that nothing jumps when some are left out.
    longest = max(cell_len(branch.title) for branch in progress.branches)
    breadth = min(longest, max(LEAST_TITLE, int(TITLE_SHARE * width)))
    right = replace(moment, width=max(moment.width - breadth - len(GAP), 1))
    # The longest words there will be: all bars are equally long, and remain so.
    fullest = progress.modes_total - 0.1
    words_breadth = max(
        len(
            _branch_words(
                replace(branch, finished=branch.gans, covered=fullest), progress.modes_total
            )
        )
        for branch in progress.branches
    )
    lines = []
    for branch in branches:
        style = "dim" if not branch.rounds_done else ""
        line = Text(_cut(branch.title, breadth, moment) + GAP, style, end="")
        share = _share(branch.rounds_done, branch.rounds_total)
        words = _branch_words(branch, progress.modes_total).ljust(words_breadth)
        line.append_text(bar(share, words, right)).rstrip()
        lines.append(line)
    return lines


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


def _share(done: int, total: int) -> float:
    return done / total if total else 0.0
