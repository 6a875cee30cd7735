"""How large a metric is in a group, and by how much two groups differ: with 95 % intervals.

Numbers with two bounds, counts of modes and shares, have the score intervals that a sweep's rates
have (`ganrun.influence.rates`): they stay within the bounds and are never empty, not even where all
runs agree. The others have Student's. The differences of pairs are numbers with bounds like their
members; between groups that are not paired, a difference's interval is put together from theirs
(Zou and Donner 2008).

The effect's size is how likely a run of the second group is to have more than one of the first,
ties by half (McGraw and Wong 1992; Vargha and Delaney 2000). Over pairs that is a rate; over groups
its variance is at most that of a rate over the smaller group (Birnbaum and Klose 1957), whose score
interval it is given.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import hypot

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.influence.cases import NOTHING, means
from ganrun.influence.rates import DIGITS, Summary, score_interval, student_interval
from ganrun.influence.trials import Measured

Bounds = tuple[float, float]


def mean_intervals(
    groups: Sequence[Float[ndarray, " n"]], bounds: Bounds, steps: int
) -> list[Summary]:
    """The mean of what is known of each group, and its interval; None with fewer than two numbers.

    How far numbers with bounds vary is learned from all groups together where one has few.

    Args:
        groups: NaN where a number is not known.
        bounds: between which they lie; infinite ones have none.
        steps: into so many the range between them is divided; 0 where they count.
    """
    known = [values[~np.isnan(values)] for values in groups]
    there = [values for values in known if len(values)]
    low, high = bounds
    if math.isfinite(high - low) and there:
        found = iter(_within_bounds(there, low, high, steps))
    else:
        found = iter([student_interval(values) for values in there])
    return [next(found) if len(values) else dict(NOTHING) for values in known]


def _within_bounds(
    groups: Sequence[Float[ndarray, " n"]], low: float, high: float, steps: int
) -> list[Summary]:
    sizes = [len(values) for values in groups]
    group = np.repeat(np.arange(len(groups)), sizes)
    seed = np.concatenate([np.arange(size) for size in sizes])
    measured = Measured(np.concatenate(groups) - low, high - low, steps)
    found = means(measured, (seed, group), group, len(groups))
    return [
        one | {end: one[end] + low for end in ("value", "low", "high") if one[end] is not None}
        for one in found
    ]


def difference_of_pairs(differences: Float[ndarray, " n"], bounds: Bounds, steps: int) -> Summary:
    """The mean difference of pairs whose members lie within these bounds."""
    width = bounds[1] - bounds[0]
    steps = 2 * (steps or round(width)) if math.isfinite(width) else 0
    (found,) = mean_intervals([differences], (-width, width), steps)
    return found


def difference_of_means(first: Summary, second: Summary) -> Summary:
    """By how much the second mean is larger, of groups that have nothing in common."""
    trials = min(first["trials"], second["trials"])
    if first["value"] is None or second["value"] is None:
        return {**NOTHING, "trials": trials}
    value = second["value"] - first["value"]
    ends: dict[str, float | None] = {"low": None, "high": None}
    if first["low"] is not None and second["low"] is not None:
        below = hypot(second["value"] - second["low"], first["high"] - first["value"])
        above = hypot(second["high"] - second["value"], first["value"] - first["low"])
        ends = {"low": round(value - below, DIGITS), "high": round(value + above, DIGITS)}
    return {"trials": trials, "count": None, "value": round(value, DIGITS), **ends}


def larger_in_pairs(differences: Float[ndarray, " n"]) -> Summary:
    """In which share of the pairs the second is larger, ties by half."""
    known = differences[~np.isnan(differences)]
    return _likely(((known > 0) + (known == 0) / 2).ravel(), len(known))


def larger_in_groups(first: Float[ndarray, " a"], second: Float[ndarray, " b"]) -> Summary:
    """In which share of all choices of one run each the second is larger, ties by half."""
    here, there = first[~np.isnan(first)], second[~np.isnan(second)]
    gaps = there[:, None] - here
    return _likely(((gaps > 0) + (gaps == 0) / 2).ravel(), min(len(here), len(there)))


def _likely(larger: Float[ndarray, " m"], trials: int) -> Summary:
    if not len(larger):
        return dict(NOTHING)
    share = float(larger.mean())
    low, high = score_interval(share, trials) if trials > 1 else (None, None)
    return {"trials": trials, "count": None, "value": share, "low": low, "high": high}
