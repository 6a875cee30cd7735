"""Numbers, durations and lists as people write them; shared by every screen and figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from ganrun.playing.progress import MemberProgress, Progress

PHASES = {
    "compiling": "compiling the game",
    "training": "training",
    "measuring": "measuring",
}
"""What a phase is called on screen."""

_SMALL = "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905


def duration(seconds: float) -> str:
    """`8 s`, `2 min 05 s` or `1 h 02 min`; negative times count as zero."""
    whole = max(0, math.ceil(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def count(number: float) -> str:
    """A whole number with thousands separated, and a half kept where a median has one."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def in_words(number: int) -> str:
    """A small count as a word, as in running text; `no` for none, a larger one in digits."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"


def value(number: float | None, decimals: int = 3, absent: str = "-") -> str:
    """A metric or a loss in a fixed number of decimals, or in powers of ten where it is huge."""
    if number is None or math.isnan(number):
        return absent
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    if abs(number) >= 1000:
        return f"{number:.1e}"
    return f"{number:.{decimals}f}"


def percent(share: float | None, absent: str = "-") -> str:
    """A share as whole per cent; only a true 1 is 100 % and only a true 0 is 0 %."""
    if share is None or not math.isfinite(share):
        return absent
    rounded = round(100 * share)
    if rounded == 100 and share < 1:
        return f"{math.floor(1000 * share) / 10:.1f} %"
    if rounded == 0 and share > 0:
        return "< 1 %"
    return f"{rounded} %"


def interval(numbers: Mapping[str, Any]) -> str:
    """A share with its 95 % interval, `54 % [48, 60]`, from its `value`, `low` and `high`."""
    if numbers["value"] is None:
        return "-"
    inside = min(max(numbers["value"], 0.0), 1.0)
    low, high = (percent(numbers[end]).removesuffix(" %") for end in ("low", "high"))
    return f"{percent(inside)} [{low}, {high}]".replace("< ", "<")


def plural(number: int, noun: str) -> str:
    """`1 seed` or `1,024 seeds`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def of_total(number: float | None, total: int, absent: str = "-") -> str:
    """`3 of 5`."""
    return absent if number is None else f"{count(number)} of {total}"


def listed(names: Sequence[object], at_most: int = 8) -> str:
    """`1`, `1 and 4`, `1, 2 and 4`, or the first few `and 17 others`."""
    words = [str(name) for name in names]
    if len(words) > at_most:
        words = [*words[: at_most - 1], f"{len(words) - at_most + 1} others"]
    if len(words) <= 1:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


def covered_words(members: Sequence[MemberProgress]) -> str:
    """`modes covered 3 of 5`, or its median and range over several members; empty if unknown."""
    known = [member for member in members if member.modes_covered is not None]
    if not known:
        return ""
    counts = sorted(member.modes_covered or 0 for member in known)
    total = known[0].modes_total
    if len(members) == 1:
        return f"modes covered {counts[0]} of {total}"
    return f"modes covered {count(median(counts))} of {total} (min {counts[0]}, max {counts[-1]})"


def diverged_words(members: Sequence[MemberProgress]) -> str:
    """How many members diverged; empty if none has."""
    diverged = sum(member.diverged for member in members)
    if not diverged:
        return ""
    return "diverged" if len(members) == 1 else f"{diverged} diverged"


def progress_line(title: str, progress: Progress) -> str:
    """All there is to say of a moment in one line of ASCII."""
    done, total = progress.rounds_done, progress.rounds_total
    share = f" ({100 * done // total} %)" if total else ""
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
