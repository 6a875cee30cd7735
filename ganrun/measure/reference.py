"""What perfect samples would score: every metric on draws from the target itself.

No finite sample has a divergence of 0 or a precision of 1, so a run's metrics are shown beside
those of as many samples from the target. They depend on the target and the number of samples
alone, and take a second or more, so they are kept in the user's cache folder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from ganrun.config.metrics import SUMMARY_METRICS
from ganrun.machine import foreign_arithmetic, machine_type
from ganrun.measure.evaluation import evaluate_samples
from ganrun.measure.final import final_metrics, finite_or_none
from ganrun.measure.showable import BY_MODE
from ganrun.mixture import Mixture
from ganrun.user_cache import keep, read_kept, user_cache

DRAWS = 20
SEED = 71928
"""Seed of the perfect samples; draw `i` is the generator's stream `[SEED, i]`."""

Reference = dict[str, dict[str, Any]]
Watch = Callable[[int, int], None]
"""Is told before each draw how many are measured, of how many; what it raises ends it."""


def _nobody(done: int, total: int) -> None:
    """Watch nothing."""


def reference_metrics(
    mixture: Mixture, n: int, cache_folder: Path | None = None, *, watch: Watch = _nobody
) -> Reference:
    """Every summary metric of `n` perfect samples: `mean`, `p5` and `p95` over 20 draws.

    `modes_covered` and `modes_recovered` have besides, under `by_mode`, the share of the draws in
    which each mode is (`measure.showable` reads it). Percentiles are interpolated linearly. Draws
    for which a metric is undefined are left out; all three numbers are None if every one is. The
    result is the same, to the bit, whether it comes from the cache or not: JSON holds a float's
    shortest exact decimal. A cache that is damaged or cannot be written costs time, nothing else.
    """
    path = (cache_folder or user_cache()) / f"reference-{_key(mixture, n)}.json"
    reference = _read(path)
    if reference is None:
        reference = measure_reference(mixture, n, watch)
        keep(path, reference)
    return reference


def measure_reference(mixture: Mixture, n: int, watch: Watch = _nobody) -> Reference:
    """The same, without the cache."""
    draws = []
    for draw, samples in enumerate(perfect_draws(mixture, n)):
        watch(draw, DRAWS)
        draws.append(perfect_metrics(mixture, samples))
    watch(DRAWS, DRAWS)
    reference = {
        name: summarised([metrics[name] for metrics, _ in draws]) for name in SUMMARY_METRICS
    }
    for name, points in reference.items():
        if name in draws[0][1]:
            points[BY_MODE] = np.mean([modes[name] for _, modes in draws], axis=0).tolist()
    return reference


def perfect_draws(mixture: Mixture, n: int) -> Iterator[Float[ndarray, "N 2"]]:
    """The sets of perfect samples that a reference is over, one after another."""
    for draw in range(DRAWS):
        yield mixture.sample(n, np.random.default_rng([SEED, draw]))[0]


def perfect_metrics(
    mixture: Mixture, samples: Float[ndarray, "N 2"]
) -> tuple[dict[str, float | None], dict[str, Bool[ndarray, " K"]]]:
    """Every summary metric of one set of samples; and which modes the counts among them count.

    None stands for what is undefined or infinite.
    """
    parts = mixture.gaussians
    evaluation = evaluate_samples(
        samples, parts.means, parts.whitening, parts.weights, mixture.owner
    )
    final = final_metrics(samples, mixture)
    metrics = {
        name: final[name] if name in final else finite_or_none(evaluation[name])
        for name in SUMMARY_METRICS
    }
    recovered = np.isin(np.arange(mixture.modes), final["recovered_modes"])
    return metrics, {"modes_covered": evaluation["covered"], "modes_recovered": recovered}


def summarised(values: list[float | None]) -> dict[str, Any]:
    """Mean, 5 % and 95 % points of those that are defined; None where none is."""
    defined = np.array([value for value in values if value is not None], dtype=np.float64)
    if not len(defined):
        return {"mean": None, "p5": None, "p95": None}
    p5, p95 = np.percentile(defined, [5, 95])
    return {"mean": float(defined.mean()), "p5": float(p5), "p95": float(p95)}


def _key(mixture: Mixture, n: int) -> str:
    """A name for the target, the number of samples, and the code and libraries that measure."""
    code = hashlib.sha256()
    folder = Path(__file__).parent
    for source in (*sorted(folder.glob("*.py")), folder.parent / "mixture.py"):
        code.update(source.read_bytes())
    identity = {
        "means": mixture.means.tolist(),
        "covariances": mixture.covariances.tolist(),
        "weights": mixture.weights.tolist(),
        "samples": n,
        "code": code.hexdigest(),
        **_chains(mixture),
        "libraries": [version(name) for name in ("numpy", "scipy", "scikit-learn")],
        "machine": machine_type(),
        **foreign_arithmetic(),
    }
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]


def _chains(mixture: Mixture) -> dict[str, Any]:
    """What else names a target whose modes are chains."""
    if mixture.beads is None or mixture.mode_of is None:
        return {}
    arrays = (mixture.beads.means, mixture.beads.covariances, mixture.beads.weights)
    return {"beads": [array.tolist() for array in (*arrays, mixture.mode_of)]}


def _read(path: Path) -> Reference | None:
    """The stored reference; None if there is none, or what is there is not what was written."""
    stored = read_kept(path)
    whole = isinstance(stored, dict) and set(stored) == set(SUMMARY_METRICS)
    return stored if whole else None
