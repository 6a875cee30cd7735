"""Which trial stands for a cell: its trials from the best to the worst, the median and the last.

Figures and page choose by the same order, so that both show the same GAN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ganrun.sweep.answer import Row


def from_best_to_worst(rows: Sequence[Row]) -> list[Row]:
    """Trials with a result by modes missing, then `mode_tv`; those that diverged come last.

    What ties stays in the design's order.
    """
    return sorted((row for row in rows if row.has_result), key=_badness)


def median_trial(rows: Sequence[Row]) -> Row | None:
    """The trial in the middle; of two in the middle the worse. None without any result."""
    ordered = from_best_to_worst(rows)
    return ordered[len(ordered) // 2] if ordered else None


def worst_trial(rows: Sequence[Row]) -> Row | None:
    """The last of the order; None without any result."""
    ordered = from_best_to_worst(rows)
    return ordered[-1] if ordered else None


def _badness(row: Row) -> tuple[bool, float, float, int]:
    missing = math.inf if math.isnan(row.modes_missing) else row.modes_missing
    apart = math.inf if row.mode_tv is None else row.mode_tv
    return row.verdict == "diverged", missing, apart, row.index
