"""The Gaussian mixture that points are taken to come from: scikit-learn's, its size chosen by BIC.

Done once, when a config is read; what was found stands in the config from then on, so that no run
depends on how it was found.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.points.watching import tell
from ganrun.threads import one_thread

MOST_MODES = 20
"""Sizes that BIC chooses from: 1 to so many."""
PATIENCE = 3
"""The search ends once BIC has been worse than its best for so many sizes on end."""
STARTS = 3
"""A size is fitted from so many starts, and the best is kept."""
SEED = 20140610
MOST_FITTED = 5000
"""Of more points, so many are fitted, drawn without replacement: the fit takes seconds, no more."""
POINTS_PER_MODE = 10
"""No size is tried for which there are fewer points per mode."""
FINEST = 2e-3
"""Of the points' own spread: structure finer than this is not resolved, so that points that
coincide do not make a mode of no width."""
DIGITS = 7
"""Significant digits that are kept: more would be those of one machine's arithmetic."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A mixture of `K` Gaussians and how it was come by."""

    means: Float[ndarray, "K 2"]
    covariances: Float[ndarray, "K 2 2"]
    weights: Float[ndarray, " K"]
    bic: tuple[float, ...]
    """Schwarz's criterion of sizes 1, 2 and so on, of the points that were fitted; empty where the
    size was given. The least is the best."""


def fit_points(points: Float[ndarray, "N 2"], modes: int | None = None) -> Fit:
    """Fit a mixture of `modes` Gaussians, or of as many as BIC chooses from 1 to 20.

    Modes are numbered from left to right. Raises `ValueError`, with a message for people, if the
    points are too few for `modes`, or all the same.
    """
    most = len(points) // POINTS_PER_MODE
    if modes is not None and modes > most:
        least = POINTS_PER_MODE * modes
        raise ValueError(f"{len(points)} points are too few for {modes} modes; at least {least}")
    scale = float(np.sqrt(points.var(axis=0).sum()))
    if not scale > 1e-3:
        raise ValueError("the points are all but the same")
    unit = (_some(points) - points.mean(axis=0)) / scale
    with one_thread():
        if modes is None:
            found, bic = _by_bic(unit, min(most, MOST_MODES))
        else:
            found, bic = _fitted(unit, modes), ()
    means, covariances = found.means_ * scale + points.mean(axis=0), found.covariances_ * scale**2
    means, covariances, weights = _in_order(means, covariances, found.weights_)
    return Fit(means, covariances, weights, bic)


def _some(points: Float[ndarray, "N 2"]) -> Float[ndarray, "M 2"]:
    if len(points) <= MOST_FITTED:
        return points
    chosen = np.random.default_rng(SEED).choice(len(points), MOST_FITTED, replace=False)
    return points[np.sort(chosen)]


def _by_bic(points: Float[ndarray, "N 2"], most: int) -> tuple[Any, tuple[float, ...]]:
    """The fit of least BIC, and the BIC of every size that was tried."""
    tried: list[tuple[float, Any]] = []
    for model in _sizes(points, most):
        tried.append((float(model.bic(points)), model))
        best = min(range(len(tried)), key=lambda size: tried[size][0])
        if len(tried) - 1 - best >= PATIENCE:
            break
    return tried[best][1], tuple(round(bic, 1) for bic, _ in tried)


def _sizes(points: Float[ndarray, "N 2"], most: int) -> Iterator[Any]:
    for size in range(1, most + 1):
        tell(size - 1, most)
        yield _fitted(points, size)


def _fitted(points: Float[ndarray, "N 2"], size: int) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    model = GaussianMixture(
        size, reg_covar=FINEST**2, max_iter=200, n_init=STARTS, init_params="k-means++",
        random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        # A fit that still creeps is as good an estimate as any.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(points)


def _in_order(means: ndarray, covariances: ndarray, weights: ndarray) -> tuple[ndarray, ...]:
    """From left to right, in digits that any machine finds."""
    order = np.lexsort((means[:, 1], means[:, 0]))
    covariances = (covariances + covariances.transpose(0, 2, 1)) / 2
    return tuple(_rounded(array[order]) for array in (means, covariances, weights))


def _rounded(numbers: ndarray) -> ndarray:
    return np.vectorize(lambda number: float(f"{number:.{DIGITS}g}"))(numbers)
