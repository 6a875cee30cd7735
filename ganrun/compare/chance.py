"""How often luck alone would set two groups as far apart, looked at in all metrics at once.

Were two groups alike, it would be luck which run stands in which: so runs are exchanged, and it is
counted how often a difference comes out at least as large. Where groups are paired by seed, the two
runs of a seed change places (Fisher 1935); else all runs are dealt out anew (Pitman 1937). All
choices are tried where they are no more than `MOST_TRIED`, else so many drawn ones, the observed
among them (Phipson and Smyth 2010): neither needs any shape of the numbers, ties or long tails.

A run's metrics change places together, so that how they hang together is allowed for. The largest
of the differences, each over its standard deviation among the exchanges, is held against the
largest in every exchange, the next against the largest of those that are left, and so on (Westfall
and Young 1993, steps down). That any of the metrics is told apart where there is nothing to tell
has a chance of 5 % at most; Holm's steps, which know nothing of how metrics hang together, would
need nine seeds to tell anything of fifteen. Over several pairs of groups, chances are multiplied by
how many pairs there are. `python -m benchmarks.comparison` is the evidence.
"""

from __future__ import annotations

from itertools import combinations, count
from math import comb

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from ganrun.influence.comparisons import ERROR, seeds_needed

MOST_TRIED = 40_000
"""Exchanges, of which the mirror images are not counted again."""
DRAWN = 20_000
"""Where there are more."""
_ROUNDING = 1e-9


def sign_choices(pairs: int) -> Float[ndarray, "R n"]:
    """Signs of the differences of so many pairs, the observed ones first.

    The first pair's stays: the mirror image of a choice sets groups as far apart.
    """
    free = max(pairs - 1, 0)
    if 2**free <= MOST_TRIED:
        bits = (np.arange(2**free)[:, None] >> np.arange(free)) & 1
    else:
        bits = np.random.default_rng(pairs).integers(0, 2, (DRAWN, free))
        bits[0] = 0
    first = np.ones((len(bits), pairs - free))
    return np.concatenate([first, 1.0 - 2.0 * bits], axis=1)


def dealings(first: int, second: int) -> Bool[ndarray, "R n"]:
    """Which of all runs stand in the first group, the observed ones first."""
    runs = first + second
    if comb(runs, first) <= MOST_TRIED:
        chosen = np.array(list(combinations(range(runs), first)), dtype=int)
    else:
        random = np.random.default_rng([first, second])
        order = random.permuted(np.tile(np.arange(runs), (DRAWN, 1)), axis=1)
        chosen = order[:, :first]
        chosen[0] = np.arange(first)
    dealt = np.zeros((len(chosen), runs), dtype=bool)
    np.put_along_axis(dealt, chosen.reshape(len(chosen), first), True, axis=1)
    return dealt


def exchanged_pairs(differences: Float[ndarray, "n M"]) -> Float[ndarray, "R M"]:
    """The mean difference of every metric in every exchange; NaN: not known of both runs."""
    known = np.maximum((~np.isnan(differences)).sum(axis=0), 1)
    return sign_choices(len(differences)) @ np.nan_to_num(differences) / known


def exchanged_runs(
    first: Float[ndarray, "a M"], second: Float[ndarray, "b M"]
) -> Float[ndarray, "R M"]:
    """The same where runs are in no pairs; 0 where nothing is known of one of the groups."""
    values = np.concatenate([first, second])
    known = ~np.isnan(values)
    dealt = dealings(len(first), len(second))
    with np.errstate(invalid="ignore", divide="ignore"):
        here, there = (
            one @ np.nan_to_num(values) / (one @ known.astype(float))
            for one in (dealt.astype(float), (~dealt).astype(float))
        )
    return np.nan_to_num(there - here)


def chances(exchanged: Float[ndarray, "R M"]) -> Float[ndarray, " M"]:
    """Of each metric by itself, how often it comes out as far apart as in the first row."""
    apart = _apart(exchanged)
    return (apart >= apart[0] - _ROUNDING).mean(axis=0)


def chances_of_any(exchanged: Float[ndarray, "R M"]) -> Float[ndarray, " M"]:
    """The same, allowing for how many metrics there are: by steps down from the largest.

    >>> together = np.repeat(exchanged_pairs(np.ones((6, 1))), 15, axis=1)
    >>> float(chances_of_any(together).max())
    0.03125
    """
    apart = _apart(exchanged)
    order = np.argsort(-apart[0], kind="stable")
    largest = np.maximum.accumulate(apart[:, order[::-1]], axis=1)[:, ::-1]
    by_step = (largest >= apart[0, order] - _ROUNDING).mean(axis=0)
    found = np.empty(len(order))
    found[order] = np.maximum.accumulate(by_step)
    return found


def _apart(exchanged: Float[ndarray, "R M"]) -> Float[ndarray, "R M"]:
    """Differences over their standard deviations among the exchanges, without their signs."""
    spread = np.sqrt((exchanged**2).mean(axis=0))
    return np.abs(exchanged) / np.where(spread > 0, spread, np.inf)


def runs_needed(pairs: int, *, paired: bool) -> int:
    """The fewest seeds of both groups that can show a difference, among so many pairs of groups.

    >>> runs_needed(1, paired=True), runs_needed(1, paired=False)
    (6, 4)
    """
    if paired:
        return seeds_needed(pairs)
    return next(runs for runs in count(1) if 2 * pairs / comb(2 * runs, runs) <= ERROR)


def least_chance(first: int, second: int, *, paired: bool) -> float:
    """The least that a difference between groups of so many runs can come to, in one pair."""
    if paired:
        return 2.0 ** (1 - first)
    return (2 if first == second else 1) / comb(first + second, first)
