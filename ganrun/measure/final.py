"""What is measured once, at the end of a run, on the samples of its last finite state."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.measure.distances import project, sliced_wasserstein
from ganrun.measure.modes import count_modes
from ganrun.measure.neighbours import Neighbourhoods, neighbour_metrics, neighbourhoods
from ganrun.mixture import Mixture

REAL_SEED = 20140610
"""Seed of the real samples that runs are compared with: one set per target and size."""


def final_metrics(samples: Float[ndarray, "N 2"], mixture: Mixture) -> dict[str, Any]:
    """Every metric of `summary.json` that no evaluation measures, ready for JSON.

    Args:
        samples: generator samples; they may be anything, NaN and infinity included.
        mixture: the target.

    Returns:
        Those metrics, by name, and `recovered_modes`, the list of the modes that
        `modes_recovered` counts. What is undefined or infinite is None.
    """
    count = count_modes(samples, mixture)
    projections, real = _real(mixture, len(samples))
    return {
        "modes_total": mixture.modes,
        "modes_recovered": count.recovered,
        "recovered_modes": list(count.recovered_modes),
        "mixture_components": count.components,
        "mixture_reached_bound": count.reached_bound,
        "sliced_wasserstein": _distance(samples, projections),
        **neighbour_metrics(real, samples),
    }


def finite_or_none(value: Any) -> float | None:
    """The number as a Python float; None if it is not finite, as JSON has no word for it."""
    number = float(value)
    return number if math.isfinite(number) else None


@lru_cache(maxsize=4)
def _real(mixture: Mixture, n: int) -> tuple[Float[ndarray, "D N"], Neighbourhoods | None]:
    """What there is to know of the `n` real samples that this target's runs are compared with."""
    points, _ = mixture.sample(n, np.random.default_rng([REAL_SEED, n]))
    return project(points), neighbourhoods(points)


def _distance(samples: Float[ndarray, "N 2"], real: Float[ndarray, "D N"]) -> float | None:
    if not np.isfinite(samples).all():
        return None
    with np.errstate(over="ignore"):  # squares of huge, finite samples
        return finite_or_none(sliced_wasserstein(project(samples), real))
