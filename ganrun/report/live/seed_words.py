"""What is said of members that are trained at once: what tells them apart, and how they do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from statistics import median

from rich.text import Text

from ganrun import wording
from ganrun.playing.progress import MemberProgress
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION

LONGEST_NAME = 16


def labels_of(members: Sequence[MemberProgress]) -> list[str]:
    """What tells each from the others: its seed, its name, or both."""
    count = len(members)
    if len({member.seed for member in members}) == count:
        return [str(member.seed) for member in members]
    if len({member.name for member in members}) == count:
        return [member.name[-LONGEST_NAME:] for member in members]
    return [f"{member.name[-LONGEST_NAME:]} {member.seed}" for member in members]


def is_playing(member: MemberProgress) -> bool:
    """Whether it has begun, and has rounds to play yet."""
    return 0 < member.round < member.steps and not member.diverged


def in_view(members: Sequence[MemberProgress], room: int) -> slice:
    """So many of the members in their order: those that are at it, where not all have room."""
    # Members may be trained one after another.
    ended = (m.diverged or m.round >= m.steps for m in members)
    first_unfinished = sum(takewhile(bool, ended))
    start = max(min(first_unfinished - room // 2, len(members) - room), 0)
    return slice(start, start + room)


def covered_words(member: MemberProgress) -> Text:
    """`3 of 5`, in colour; a dash where it is not known yet."""
    if member.modes_covered is None:
        return Text("-")
    everything = member.modes_covered == member.modes_total
    style = SCREEN_BLUE if everything else SCREEN_VERMILLION
    return Text(wording.of_total(member.modes_covered, member.modes_total), style)


def how_all_do(members: Sequence[MemberProgress], hidden: int) -> list[Text]:
    """Two lines where not all are shown: how many are not, and how all of them do."""
    lines = [Text(f"... and {hidden:,} more", "dim")]
    counts = [member.modes_covered for member in members if member.modes_covered is not None]
    if counts:
        middle = wording.count(median(counts))
        words = f"all: median {middle}, min {min(counts)}, max {max(counts)}"
        diverged = diverged_words(members)
        lines.append(Text(words + (f"; {diverged}" if diverged else "")))
    return lines


def diverged_words(members: Sequence[MemberProgress]) -> str:
    """How many members diverged; empty if none has."""
    diverged = sum(member.diverged for member in members)
    if not diverged:
        return ""
    return "diverged" if len(members) == 1 else f"{diverged} diverged"


def resumed_words(members: Sequence[MemberProgress]) -> str:
    """From which round they are played here; empty where that is the first."""
    rounds = sorted(member.begun_at for member in members if member.begun_at)
    if not rounds:
        return ""
    first, last = f"{rounds[0]:,}", f"{rounds[-1]:,}"
    where = f"round {first}" if first == last else f"rounds {first} to {last}"
    if len(members) == 1:
        return f"resuming from {where}"
    return f"{len(rounds):,} resuming from {where}"
