"""Metrics from outside: measured once, at the end of a run, and of perfect samples beside it.

At the end and not at every evaluation, since those are part of the compiled program, whose numbers
nobody's metric may touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config.metrics import OWN_METRICS, own_key
from ganrun.config.outside import given
from ganrun.measure.final import finite_or_none
from ganrun.measure.reference import Reference, perfect_draws, summarised
from ganrun.mixture import Mixture


def own_metrics(
    names: Sequence[str], samples: Float[ndarray, "N 2"], mixture: Mixture
) -> dict[str, float | None]:
    """What metrics, by their full names, say of samples; None for what is undefined or infinite.

    Each is handed a copy, so that none changes what another measures. Raises `PieceError` where one
    raises, or answers no number or one that it is declared not to answer.
    """
    return {own_key(name): _measured(name, samples.copy(), mixture) for name in names}


def own_reference(names: Sequence[str], mixture: Mixture, n: int) -> Reference:
    """The same of `n` perfect samples: `mean`, `p5` and `p95` over 20 draws."""
    return _reference(tuple(names), mixture, n) if names else {}


@lru_cache(maxsize=16)
def _reference(names: tuple[str, ...], mixture: Mixture, n: int) -> Reference:
    draws = [own_metrics(names, samples, mixture) for samples in perfect_draws(mixture, n)]
    return {name: summarised([draw[name] for draw in draws]) for name in map(own_key, names)}


def _measured(name: str, samples: Any, mixture: Mixture) -> float | None:
    metric = given("metric", name)
    found = metric(samples, mixture)
    if found is None:
        return None
    try:
        number = finite_or_none(np.asarray(found, np.float64).item())
    except (TypeError, ValueError):
        raise metric.wrong(f"answered {type(found).__name__}, not one number") from None
    declared = OWN_METRICS[name]
    if number is not None and not declared.is_possible(number):
        ends = f"its least {declared.least:g} and its most {declared.most:g}"
        raise metric.wrong(f"answered {number:g}, outside {ends}")
    return number
