"""How far what one is sure of is from how often one is right, and how far by luck alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BINS = 10
"""Of confidence (Naeini et al. 2015): equally many in each."""
DRAWS = 400
LEAST_LIKELY = 1e-3
"""What happened counts as at least so likely, in the log loss."""


def calibration_error(sure: Sequence[float], right: Sequence[bool]) -> float:
    """Mean distance of how sure one is from how often one is right, over bins of confidence."""
    order = np.argsort(sure, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    confidence, hits = np.asarray(sure, float), np.asarray(right, float)
    errors = [abs(confidence[part].mean() - hits[part].mean()) * len(part) for part in parts]
    return float(sum(errors) / len(order))


def log_loss(told: Sequence[float]) -> float:
    """Mean negative log of the probabilities that were given to what happened, in nats."""
    return float(-np.log(np.maximum(told, LEAST_LIKELY)).mean())


def by_luck(sure: Sequence[float], agree: float) -> float:
    """What that error is on average of who is right exactly as often as he is sure.

    Args:
        sure: of one judgement of every run.
        agree: share of the runs whose two truths are the same; each judgement is held against both.
    """
    random = np.random.default_rng(0)
    chances = np.asarray(sure, float)
    errors = []
    for _ in range(DRAWS):
        first, other = random.random((2, len(chances))) < chances
        second = np.where(random.random(len(chances)) < agree, first, other)
        errors.append(calibration_error([*sure, *sure], [*first, *second]))
    return float(np.mean(errors))
