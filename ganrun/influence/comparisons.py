"""Which of several cases recover more modes than another: tests of pairs, for many at once.

Two cases are compared by the seeds that both were played with. Were there nothing between them,
each seed's difference could as well have had the other sign, so all signs are tried: the chance of
a sum at least as far out is known exactly, whatever the counts are like (Fisher 1935; Pitman 1937).
Counts are whole numbers, so the sums' distribution is built up seed by seed.

Compared with one case, all others are allowed for by Holm's steps (1979): that any of them is told
apart where there is nothing to tell has a chance of 5 % at most, however they hang together. A case
may be the best unless some other is better by that test at 5 % over the number of the others: the
true best is left out in 5 % of sweeps at most, since only the tests against it can do so.

It is the price of many comparisons that few seeds can show nothing (`seeds_needed`); Student's test
would, and would be wrong too often where a game fails seldom. `python -m benchmarks.coverage
--cases` is the evidence.
"""

from __future__ import annotations

from itertools import count

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

ERROR = 0.05
"""The chance that is taken of any false difference at all."""
_ROUNDING = 1e-9


def chances(differences: Int[ndarray, " S"]) -> tuple[float, float]:
    """Of a sum at least as large as that of these, and of one at most as large, by signs alone.

    >>> chances(np.array([1, 2, 1, 3]))
    (0.0625, 1.0)
    """
    likely = np.ones(1)  # by the sum of those whose sign is plus
    for size in np.abs(differences[differences != 0]):
        longer = np.zeros(len(likely) + size)
        longer[: len(likely)] += likely / 2
        longer[size:] += likely / 2
        likely = longer
    found = int(differences[differences > 0].sum())
    return float(likely[found:].sum()), float(likely[: found + 1].sum())


def differences_from(counts: Float[ndarray, "E S P"], which: int) -> list[Int[ndarray, " S"]]:
    """By how much each case's counts differ from one's, by seed; where both have them."""
    both = counts - counts[which]
    return [np.nansum(one, axis=-1).astype(int) for one in both]


def told_apart(differences: list[Int[ndarray, " S"]]) -> Bool[ndarray, " E"]:
    """Which of so many differences are more than luck, by Holm's steps."""
    found = np.array([min(2 * min(chances(one)), 1.0) for one in differences])
    order = np.argsort(found, kind="stable")
    left = len(found) - np.arange(len(found))
    adjusted = np.maximum.accumulate(found[order] * left)
    told = np.zeros(len(found), dtype=bool)
    told[order] = adjusted <= ERROR + _ROUNDING
    return told


def may_be_best(counts: Float[ndarray, "E S P"]) -> Bool[ndarray, " E"]:
    """Which cases no other is better than: by counts of each case, seed and point of the design."""
    others = len(counts) - 1
    best = np.ones(len(counts), dtype=bool)
    for case in range(len(counts)):
        better = min((chances(one)[0] for one in differences_from(counts, case)), default=1.0)
        best[case] = better * others > ERROR + _ROUNDING
    return best if others else ~np.zeros(1, dtype=bool)


def seeds_needed(comparisons: int) -> int:
    """The fewest seeds with which a difference could be shown, among so many comparisons.

    >>> seeds_needed(1), seeds_needed(38)
    (6, 11)
    """
    return next(seeds for seeds in count(1) if 2 * comparisons / 2**seeds <= ERROR)
