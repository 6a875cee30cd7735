"""A training's progress in words."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ganrun.playing.progress import MemberProgress, Progress
from ganrun.wording import duration, of_total, percent, value

PHASES = {
    "compiling": "compiling the game",
    "training": "training",
    "measuring": "measuring",
}
"""What a phase is called on screen."""


def covered_words(members: Sequence[MemberProgress]) -> str:
    """`modes covered 3 of 5`, or its median and range over several members; empty if unknown."""
    known = [member for member in members if member.modes_covered is not None]
    if not known:
        return ""
    counts = sorted(member.modes_covered or 0 for member in known)
    words = f"modes covered {of_total(median(counts), known[0].modes_total)}"
    return words if len(members) == 1 else f"{words} (min {counts[0]}, max {counts[-1]})"


def diverged_words(members: Sequence[MemberProgress]) -> str:
    """How many members diverged; empty if none has."""
    diverged = sum(member.diverged for member in members)
    if not diverged:
        return ""
    return "diverged" if len(members) == 1 else f"{diverged} diverged"


def progress_line(title: str, progress: Progress) -> str:
    """All there is to say of a moment in one line of ASCII."""
    done, total = progress.rounds_done, progress.rounds_total
    share = f" ({percent(done / total)})" if total else ""
    parts = [f"{title}: {PHASES[progress.phase]}", f"{done:,} of {total:,} rounds{share}"]
    if progress.phase == "training":
        if progress.rounds_per_second:
            parts.append(f"{progress.rounds_per_second:,.0f} rounds/s")
        if progress.seconds_left is not None:
            parts.append(f"{duration(progress.seconds_left)} left")
    members = progress.members
    if len(members) == 1 and members[0].loss_d is not None:
        parts.append(f"loss D {value(members[0].loss_d)}, loss G {value(members[0].loss_g)}")
    parts += [words for words in (covered_words(members), diverged_words(members)) if words]
    return ", ".join(parts)
