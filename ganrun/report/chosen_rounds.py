"""Which of a run's snapshots or evaluations to show, where there is no room for all."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray


def evenly(count: int, most: int) -> Int[ndarray, " M"]:
    """Indices of at most so many of `count` things, evenly spread, the first and last among them.

    `most` is 2 or more.
    """
    if count <= most:
        return np.arange(count)
    return np.unique(np.rint(np.linspace(0, count - 1, most)).astype(np.int64))


def choose_rounds(steps: Int[ndarray, " S"], at_most: int) -> list[int]:
    """Indices of the snapshots to show: the first, the last, and closer together at the start.

    Much happens early, so the rounds aimed at grow as the square of the picture's number.
    """
    if len(steps) <= at_most:
        return list(range(len(steps)))
    first, last = float(steps[0]), float(steps[-1])
    chosen: list[int] = []
    for picture in range(at_most):
        aim = first + (last - first) * (picture / (at_most - 1)) ** 2
        nearest = int(np.abs(steps - aim).argmin())
        # Every picture shows a round of its own, and leaves one for each of those that follow.
        least = chosen[-1] + 1 if chosen else 0
        most = len(steps) - (at_most - picture)
        chosen.append(min(max(nearest, least), most))
    return chosen
