"""When a run is measured and when a snapshot is kept: pure functions of a config."""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain


def evaluation_rounds(steps: int, every: int) -> range | tuple[int, ...]:
    """Rounds at which metrics are written: 0, every multiple of `every`, and the last."""
    return _with_last(range(0, steps + 1, every), steps)


def snapshot_rounds(steps: int, count: int) -> range | tuple[int, ...]:
    """Rounds at which a snapshot is kept: at most `count` evenly spaced ones from 0, and the last.

    The spacing is a power of two, so that a longer run's rounds are among a shorter one's: then a
    run that goes on from a shorter one has all the snapshots that it would have made itself.

    >>> snapshot_rounds(100, 5), snapshot_rounds(200, 5)
    ((0, 32, 64, 96, 100), (0, 64, 128, 192, 200))
    """
    spacing = 1
    while steps // spacing + 1 > count:
        spacing *= 2
    return _with_last(range(0, steps + 1, spacing), steps)


def _with_last(rounds: range, last: int) -> range | tuple[int, ...]:
    return rounds if rounds[-1] == last else (*rounds, last)


def next_round(round_: int, *schedules: range | tuple[int, ...]) -> int:
    """The first round after `round_` that any schedule names; each schedule is ascending."""
    return min(chain.from_iterable(rounds_after(round_, one)[:1] for one in schedules))


def rounds_after(round_: int, schedule: range | tuple[int, ...]) -> range | tuple[int, ...]:
    """What is left of an ascending schedule after a round."""
    return schedule[bisect_right(schedule, round_) :]
