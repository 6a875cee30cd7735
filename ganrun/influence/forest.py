"""Random designs: a forest's permutation importance, on points that it has not seen."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.influence.crossed import Estimate, ratio, total_variance
from ganrun.influence.replicates import NoShares
from ganrun.influence.share_intervals import Share

TREES = 100
FOLDS = 5
PERMUTATIONS = 10
LEAST_LEAF = 3
"""Points in a leaf: a leaf of one point would learn that point's luck."""
LEAST_POINTS = 2 * FOLDS


def forest_importance(
    y: Float[ndarray, "S P K"], columns: Float[ndarray, "P K F"]
) -> tuple[list[Share], Share]:
    """Importance of every factor, and what the forest foretells at all, as shares of the variance.

    Importance is half the rise of the mean squared error when a factor's values are dealt out anew
    among the points, over the outcome's variance: for a perfect forest that is the factor's total
    Sobol index (Breiman 2001; Gregorutti, Michel and Saint-Pierre 2017), for a real one less. A
    fold holds out points with all their seeds and cases, so no point is judged by a forest that
    has seen it. The interval is over points and seeds, the forests being what they are.

    Args:
        y: outcome of every seed at every point in every case.
        columns: the factors' values at every point in every case, choices as numbers.

    Raises NoShares where there are too few points to try a forest on others.
    """
    _, points, cases = y.shape
    if points < LEAST_POINTS:
        raise NoShares(
            f"{points} points are too few to try a forest on unseen ones: give at least "
            f"{LEAST_POINTS}."
        )
    factors = columns.shape[2]
    plain = np.empty((points, cases))
    dealt = np.empty((factors, PERMUTATIONS, points, cases))
    rng = np.random.default_rng(30)
    orders = [rng.permutation(points * cases) for _ in range(PERMUTATIONS)]
    for held_out in _folds(points):
        forest = _fitted(np.delete(y, held_out, axis=1), np.delete(columns, held_out, axis=0))
        questions = _questions(columns, held_out, orders)
        answers = forest.predict(questions.reshape(-1, factors)).reshape(questions.shape[:-1])
        plain[held_out] = answers[0]
        dealt[:, :, held_out] = answers[1:].reshape(factors, PERMUTATIONS, -1, cases)
    total = total_variance(y)
    loss = (y - plain) ** 2
    importances = []
    for i in range(factors):
        rise = ((y[None] - dealt[i][:, None]) ** 2 - loss).mean(axis=0) / 2
        importances.append(ratio(_estimate(rise), total))
    foretold = (y - y.mean()) ** 2 - loss
    return importances, ratio(_estimate(foretold), total)


def _estimate(contributions: Float[ndarray, "S P K"]) -> Estimate:
    table = contributions.mean(axis=2).T
    return Estimate(float(table.mean()), table)


def _folds(points: int) -> list[ndarray]:
    from sklearn.model_selection import GroupKFold

    # Neighbours in the table may be neighbours in the design; shuffled, folds are alike.
    number = np.arange(points)
    folds = GroupKFold(FOLDS, shuffle=True, random_state=0).split(number, groups=number)
    return [held_out for _, held_out in folds]


def _fitted(y: Float[ndarray, "S T K"], columns: Float[ndarray, "T K F"]):  # type: ignore[no-untyped-def]
    from sklearn.ensemble import RandomForestRegressor

    forest = RandomForestRegressor(TREES, min_samples_leaf=LEAST_LEAF, random_state=0)
    # All seeds of a point have the same factors: their mean tells a tree all that they do.
    return forest.fit(columns.reshape(-1, columns.shape[2]), y.mean(axis=0).reshape(-1))


def _questions(
    columns: Float[ndarray, "P K F"], held_out: ndarray, orders: list[ndarray]
) -> Float[ndarray, "Q H K F"]:
    """The held-out points as they are, then with each factor dealt out anew in each order."""
    as_they_are = columns[held_out]
    questions = [as_they_are]
    for factor in range(columns.shape[2]):
        for order in orders:
            # Over points and cases at once: a case is dealt out as well as a point's own factors.
            other = columns.reshape(-1, columns.shape[2])[order].reshape(columns.shape)[held_out]
            dealt = as_they_are.copy()
            dealt[..., factor] = other[..., factor]
            questions.append(dealt)
    return np.stack(questions)
