"""The Gaussian mixture that BIC wants for a set of points: scikit-learn's, warm-started by merging.

A scan over sizes fits each from its own k-means start, and each may end in a poor optimum of its
own. Here one mixture of the largest size is fitted; then, over and over, its two most redundant
components are merged (Runnalls 2007, "Kullback-Leibler approach to Gaussian mixture reduction",
eq. 21) and the rest refitted. The size of least BIC is the warm start of scikit-learn's
`GaussianMixture`, whose fit is the result. The refits on the way are the same EM, with the same
regularisation and the same BIC, written for the plane: a sixth of the time.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from ganrun.threads import one_thread

FIRST_ROUNDS = 60
"""Rounds of EM for the largest mixture, at most."""
REFIT_ROUNDS = 12
"""Rounds of EM after every merge, at most."""
TOLERANCE = 1e-3
"""EM stops when a round gains less than this in mean log likelihood, as in scikit-learn."""
FINE_BELOW = 16
"""Of more components than this, one in so many is merged at a time; the best size is then sought
again one by one, from just above it."""
WHOLE = 1 << 22
"""Components times points that are looked at in one go; of more, only as many as are..."""
CACHED = 1 << 17
"""...together in a processor's cache."""
PATIENCE = 3
"""Merging stops once BIC has been worse than its best for so many sizes on end."""

Features = Float[ndarray, "6 N"]

_warnings_lock = Lock()


@dataclass(frozen=True, eq=False)
class Components:
    """A mixture of `C` Gaussian components; the weights need not sum to 1."""

    weights: Float[ndarray, " C"]
    means: Float[ndarray, "C 2"]
    covariances: Float[ndarray, "C 2 2"]

    @property
    def size(self) -> int:
        """How many components there are: `C`."""
        return len(self.weights)


def fit_mixture(points: Float[ndarray, "N 2"], bound: int, finest: float) -> Components:
    """Fit Gaussian mixtures of up to `bound` components and return the one of least BIC.

    Args:
        points: finite, and with at least `bound` distinct ones among them.
        bound: the largest size, at least 1.
        finest: variance below `finest ** 2` is not resolved: so much is added to the covariances
            during the fit (`reg_covar`) and taken off the result.

    The result is the same, to the bit, on any number of threads.
    """
    with one_thread():
        components = _polish(points, _best_size(points, bound, finest**2), finest**2)
    covariances = components.covariances - finest**2 * np.eye(2)
    return Components(components.weights, components.means, covariances)


def _best_size(points: Float[ndarray, "N 2"], bound: int, added: float) -> Components:
    features = _features(points)
    components = _expectation_maximisation(
        features, _first_guess(points, features, bound, added), added, FIRST_ROUNDS
    )
    best, above = _descend(features, components, added, FINE_BELOW)
    if above.size - best.size > 1:
        best, _ = _descend(features, above, added, above.size + 1)
    return best


def _descend(
    features: Features, components: Components, added: float, fine_below: int
) -> tuple[Components, Components]:
    """Merge until BIC has its least behind it; return the best mixture and the one before it.

    Below `fine_below` components one pair is merged at a time, above it one in so many.
    """
    best = above = components
    least, rises = _bic(features, components), 0
    while components.size > 1 and rises < PATIENCE:
        before, rises = components, rises + 1
        components = _merge(components, max(1, components.size // fine_below))
        components = _expectation_maximisation(features, components, added, REFIT_ROUNDS)
        bic = _bic(features, components)
        if bic < least:
            best, above, least, rises = components, before, bic, 0
    return best, above


def _polish(points: Float[ndarray, "N 2"], start: Components, added: float) -> Components:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    model = GaussianMixture(
        start.size,
        reg_covar=added,
        tol=TOLERANCE,
        max_iter=100,
        weights_init=start.weights / start.weights.sum(),
        means_init=start.means,
        precisions_init=np.linalg.inv(start.covariances),
        random_state=0,
    )
    with _warnings_lock, warnings.catch_warnings():  # the filters are the whole process's
        # A fit that still creeps after 100 rounds is as good as any for counting.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(points)
    return Components(model.weights_, model.means_, model.covariances_)


def _first_guess(
    points: Float[ndarray, "N 2"], features: Features, bound: int, added: float
) -> Components:
    """Every point to the nearest of `bound` k-means++ seeds."""
    from sklearn.cluster import kmeans_plusplus

    seeds, _ = kmeans_plusplus(points, bound, random_state=0)
    round_seeds = Components(np.ones(bound), seeds, np.tile(np.eye(2), (bound, 1, 1)))
    nearest = (_log_density_coefficients(round_seeds) @ features).argmax(axis=0)
    return _from_moments(np.eye(bound)[:, nearest] @ features.T, len(points), added)


def _expectation_maximisation(
    features: Features, components: Components, added: float, rounds: int
) -> Components:
    before = -math.inf
    for _ in range(rounds):
        sums, log_likelihood = _sums(features, components)
        components = _from_moments(sums, features.shape[1], added)
        if log_likelihood - before < TOLERANCE:
            break
        before = log_likelihood
    return components


def _expectation(features: Features, components: Components) -> tuple[Float[ndarray, "C N"], float]:
    """The components' shares in each point, and the mean log likelihood."""
    joint = _log_density_coefficients(components) @ features
    largest = joint.max(axis=0)
    joint -= largest
    # Shares below e^-60 count for nothing, but denormal numbers would take fifty times as long.
    np.exp(np.maximum(joint, -60.0, out=joint), out=joint)
    total = joint.sum(axis=0)
    joint /= total
    return joint, float(np.mean(largest + np.log(total)))


def _sums(features: Features, components: Components) -> tuple[Float[ndarray, "C 6"], float]:
    """The features' sums over the points by the components' shares, and the log likelihood."""
    points = features.shape[1]
    at_once = points if components.size * points <= WHOLE else max(1, CACHED // components.size)
    sums, log_likelihood = np.zeros((components.size, 6)), 0.0
    for start in range(0, points, at_once):
        some = features[:, start : start + at_once]
        shares, mean = _expectation(some, components)
        if at_once == points:
            return shares @ some.T, mean
        sums += shares @ some.T
        log_likelihood += mean * (some.shape[1] / points)
    return sums, log_likelihood


def _bic(features: Features, components: Components) -> float:
    """Schwarz's criterion; a component has six free numbers, but the weights sum to 1."""
    _, log_likelihood = _sums(features, components)
    n = features.shape[1]
    return -2 * n * log_likelihood + (6 * components.size - 1) * math.log(n)


def _features(points: Float[ndarray, "N 2"]) -> Features:
    """Monomials up to the second degree: densities and moments are matrix products with them."""
    x, y = points.T
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _log_density_coefficients(components: Components) -> Float[ndarray, "C 6"]:
    """Coefficients of every component's log weighted density as a polynomial in `x` and `y`."""
    xx, xy, yy = _entries(components.covariances)
    determinant = xx * yy - xy * xy
    a, b, c = yy / determinant, -xy / determinant, xx / determinant
    x, y = components.means.T
    at_origin = (
        np.log(components.weights)
        - math.log(2 * math.pi)
        - np.log(determinant) / 2
        - (a * x * x + 2 * b * x * y + c * y * y) / 2
    )
    columns = [at_origin, a * x + b * y, b * x + c * y, -a / 2, -b, -c / 2]
    return np.stack(columns, axis=1)


def _from_moments(sums: Float[ndarray, "C 6"], n: int, added: float) -> Components:
    """Components from weighted sums of the features of `n` points."""
    total = sums[:, 0] + 1e-12
    _, x, y, xx, xy, yy = (sums / total[:, None]).T
    variance_x, variance_y = np.maximum(xx - x * x, 0), np.maximum(yy - y * y, 0)
    # Rounding may push a covariance beyond what the variances allow.
    limit = np.sqrt(variance_x * variance_y)
    covariances = np.empty((len(total), 2, 2))
    covariances[:, 0, 0] = variance_x + added
    covariances[:, 1, 1] = variance_y + added
    covariances[:, 0, 1] = covariances[:, 1, 0] = np.clip(xy - x * y, -limit, limit)
    return Components(total / n, np.stack([x, y], axis=1), covariances)


def _merge(components: Components, times: int) -> Components:
    """Merge so many pairs by their moments, each time the one that costs least."""
    cost = _merging_cost(components, np.arange(components.size))
    cost[np.tril_indices(components.size)] = math.inf
    left = np.ones(components.size, bool)
    for _ in range(min(times, components.size - 1)):
        i, j = np.unravel_index(cost.argmin(), cost.shape)
        components = _merged(components, int(i), int(j))
        left[j] = False
        # Of all other pairs, what they cost has not changed.
        anew = _merging_cost(components, np.array([i]))[0]
        cost[i, i + 1 :], cost[:i, i] = anew[i + 1 :], anew[:i]
        cost[~left, :] = cost[:, ~left] = math.inf
    return Components(
        components.weights[left], components.means[left], components.covariances[left]
    )


def _merging_cost(components: Components, of: Int[ndarray, " R"]) -> Float[ndarray, "R C"]:
    """What merging adds to Runnalls' bound on the divergence, of some components with each."""
    own = components.weights * _log_determinant(components.covariances)
    weight, _, covariance = _moments(components, of[:, None], np.arange(components.size))
    return np.asarray(weight * _log_determinant(covariance) - own[of][:, None] - own)


def _merged(components: Components, i: int, j: int) -> Components:
    """The same components, but that what is `i` and `j` together stands in the place of `i`."""
    weights, means, covariances = components.weights, components.means, components.covariances
    weights, means, covariances = weights.copy(), means.copy(), covariances.copy()
    weights[i], means[i], covariances[i] = _moments(components, i, j)
    return Components(weights, means, covariances)


def _moments(components: Components, one: Any, other: Any) -> tuple[Any, Any, Any]:
    """Weight, mean and covariance of pairs of components, given by their indices, as one."""
    weights, means, covariances = components.weights, components.means, components.covariances
    pair = weights[one] + weights[other]
    share = np.asarray(weights[one] / pair)[..., None]
    mean = share * means[one] + (1 - share) * means[other]
    offset = means[one] - means[other]
    share = share[..., None]
    covariance = (
        share * covariances[one]
        + (1 - share) * covariances[other]
        + share * (1 - share) * offset[..., :, None] * offset[..., None, :]
    )
    return pair, mean, covariance


def _log_determinant(covariances: Float[ndarray, "*shape 2 2"]) -> Float[ndarray, "*shape"]:
    xx, xy, yy = _entries(covariances)
    return np.log(xx * yy - xy * xy)


def _entries(covariances: Float[ndarray, "*shape 2 2"]) -> tuple[ndarray, ndarray, ndarray]:
    return covariances[..., 0, 0], covariances[..., 0, 1], covariances[..., 1, 1]
