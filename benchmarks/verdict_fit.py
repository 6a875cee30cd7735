"""The likelihoods of the quick verdict, learned: prints the end of `likelihoods.py`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from benchmarks.verdict_words import Lesson
from ganrun.measure.dynamics import LEAST_EVALUATIONS, Trajectory
from ganrun.mixture import mixture_of
from ganrun.store import RunFolder
from ganrun.verdict import WORDS
from ganrun.verdict.likelihoods import SIGNS, signs_of
from ganrun.verdict.signs import Signs

INVERSE_PENALTIES = (0.03, 0.1, 0.3, 1.0, 3.0)
FOLDS = 10
RARE = 0.5
"""So many runs of each word are supposed to have been seen at the mean of all signs."""


def learn(lessons: Sequence[Lesson]) -> None:
    """Fit the regression on the lessons that did not end at once, and print its table.

    Its penalty is the one of least log loss on points of the design that were left out.
    """
    known = [
        (signs_of(signs), WORDS.index(one.truth), one.case.point)
        for one in lessons
        if one.case.run.status != "diverged"
        for signs in [Signs(_trajectory(one.case.run))]
        if signs.trajectory.trained >= LEAST_EVALUATIONS
    ]
    x, y, points = (np.array(column) for column in zip(*known, strict=True))
    centre, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-3)
    x = (x - centre) / scale
    losses = {c: _left_out(x, y, points, c) for c in INVERSE_PENALTIES}
    best = min(losses, key=losses.__getitem__)
    told = ", ".join(f"{c:g}: {loss:.3f}" for c, loss in losses.items())
    print(f"{len(y)} lessons; log loss by inverse penalty: {told}")
    model = _model(best).fit(*_with_rare(x, y))
    print("CENTRE = np.array(", _numbers(centre), ")")
    print("SCALE = np.array(", _numbers(scale), ")")
    print("INTERCEPTS = np.array(", _numbers(model.intercept_), ")")
    print("WEIGHTS = np.array([")
    for row in model.coef_:
        print(f"    {_numbers(row)},")
    print("])")


def _model(c: float) -> LogisticRegression:
    return LogisticRegression(C=c, max_iter=5000)


def _with_rare(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lessons with their weights, and a little of each word, so that none is impossible."""
    extra = np.arange(len(WORDS))
    weights = np.concatenate([np.ones(len(y)), np.full(len(extra), RARE)])
    return np.concatenate([x, np.zeros((len(extra), x.shape[1]))]), np.append(y, extra), weights


def _left_out(x: np.ndarray, y: np.ndarray, points: np.ndarray, c: float) -> float:
    losses = []
    for taught, asked in GroupKFold(FOLDS).split(x, y, points):
        model = _model(c).fit(*_with_rare(x[taught], y[taught]))
        losses += [-model.predict_log_proba(x[asked])[np.arange(len(asked)), y[asked]]]
    return float(np.concatenate(losses).mean())


def _numbers(values: np.ndarray) -> str:
    assert len(values) in (len(SIGNS), len(WORDS))
    return f"[{', '.join(f'{value:.3f}' for value in values)}]"


def _trajectory(folder: RunFolder) -> Trajectory:
    summary = folder.summary or {}
    weights = mixture_of(folder.config.target).weights
    return Trajectory(folder.metrics(), summary, summary["reference"], weights)
