"""The likelihoods of the quick verdict, learned: prints the end of `likelihoods.py`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchmarks.calibration import calibration_error, log_loss
from benchmarks.verdict_words import Lesson
from ganrun.measure.dynamics import LEAST_EVALUATIONS
from ganrun.verdict import WORDS
from ganrun.verdict.likelihoods import FARTHEST, SIGNS, signs_of, told_apart
from ganrun.verdict.signs import Signs

INVERSE_PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0)
TIED = 0.005
"""Of penalties whose log losses differ by less, the strongest is taken."""
FOLDS = 10
RARE = 0.5
"""So many runs of each word are supposed to have been seen at the mean of all signs."""
EARLIER = 0.6
"""What a run as it was before its end counts, beside the run as it ended."""


def learn(lessons: Sequence[Lesson]) -> None:
    """Fit the regression on the lessons that show something, and print its table.

    Its penalty is the strongest of those that have about the least log loss on runs at points of
    the design that were left out.
    """
    seen = [
        (signs_of(signs), WORDS.index(one.truth), one.point, one.whole, signs)
        for one in lessons
        for signs in [Signs(one.run)]
        if one.run.trained >= LEAST_EVALUATIONS and not one.run.is_dead(one.run.window)
    ]
    x, y, points, whole = (np.array(column) for column in list(zip(*seen, strict=True))[:4])
    ends = [signs for *_, is_whole, signs in seen if is_whole]
    centre, scale = x[whole].mean(axis=0), np.maximum(x[whole].std(axis=0), 1e-3)
    x = np.clip((x - centre) / scale, -FARTHEST, FARTHEST)
    told = {
        c: np.array(list(map(told_apart, _left_out(x, y, points, whole, c), ends)))
        for c in INVERSE_PENALTIES
    }
    truths = y[whole]
    losses = {c: log_loss(p[np.arange(len(p)), truths]) for c, p in told.items()}
    best = min(c for c, loss in losses.items() if loss < min(losses.values()) + TIED)
    error = calibration_error(told[best].max(axis=1), told[best].argmax(axis=1) == truths)
    print(
        f"{len(y)} lessons, {whole.sum()} of them whole runs; these, when their point is left out:"
    )
    print(f"log loss by inverse penalty: {', '.join(f'{c:g}: {losses[c]:.3f}' for c in losses)}")
    print(f"calibration error at {best:g}: {error:.1%}")
    model = _fitted(x, y, whole, best)
    print("CENTRE = np.array(", _numbers(centre), ")")
    print("SCALE = np.array(", _numbers(scale), ")")
    print("INTERCEPTS = np.array(", _numbers(model.intercept_), ")")
    print("WEIGHTS = np.array([")
    for row in model.coef_:
        print(f"    {_numbers(row)},")
    print("])")


def _fitted(x: np.ndarray, y: np.ndarray, whole: np.ndarray, c: float) -> LogisticRegression:
    """The model of lessons, and a little of each word, so that none is impossible."""
    extra = np.arange(len(WORDS))
    weights = np.concatenate([np.where(whole, 1, EARLIER), np.full(len(extra), RARE)])
    x = np.concatenate([x, np.zeros((len(extra), x.shape[1]))])
    return LogisticRegression(C=c, max_iter=5000).fit(x, np.append(y, extra), weights)


def _left_out(
    x: np.ndarray, y: np.ndarray, points: np.ndarray, whole: np.ndarray, c: float
) -> np.ndarray:
    """Probabilities of the words for every whole run, by lessons at other points."""
    found = np.zeros((len(y), len(WORDS)))
    for taught, asked in GroupKFold(FOLDS).split(x, y, points):
        found[asked] = _fitted(x[taught], y[taught], whole[taught], c).predict_proba(x[asked])
    return found[whole]


def _numbers(values: np.ndarray) -> str:
    assert len(values) in (len(SIGNS), len(WORDS))
    return f"[{', '.join(f'{value:.3f}' for value in values)}]"
