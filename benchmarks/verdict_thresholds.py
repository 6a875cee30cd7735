"""The thresholds that one half of the runs favors, and how often each ground of a verdict is right.

One threshold at a time is set to the middle of the best stretch of a grid, until none changes; one
that is as good as any other is left as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from benchmarks.verdict_words import Lesson, Scored
from ganrun.measure.dynamics import Trajectory
from ganrun.mixture import mixture_of
from ganrun.store import RunFolder
from ganrun.verdict import Word
from ganrun.verdict.quick import THRESHOLDS, Thresholds, grounded

GRID = np.round(np.arange(0.01, 0.96, 0.01), 2)
ROUNDS = 4
PRIOR = (1.0, 2.0)
"""Of each ground, one right verdict of two is supposed to have been seen before."""


def choose(lessons: Sequence[Lesson], runs: Sequence[Scored]) -> None:
    """Print thresholds and confidences for `verdict/quick.py` and `diagnose/judgement.py`.

    The quick verdict's are chosen on lessons and runs alike, `diagnose`'s on the runs alone.
    """
    known = [*lessons, *(Lesson(run.case, run.truths) for run in runs)]
    alive = [one for one in known if one.case.run.status != "diverged"]
    courses = [(_trajectory(one.case.run), one.truths) for one in alive]

    def score(limits: Thresholds) -> float:
        return float(
            np.mean(
                [_right(grounded(trajectory, limits)[0], truths) for trajectory, truths in courses]
            )
        )

    best = THRESHOLDS
    print(f"score of today's: {score(best):.4f} of {len(alive)} runs that did not diverge")
    for _ in range(ROUNDS):
        before = best
        for field in fields(Thresholds):
            scores = np.array([score(replace(best, **{field.name: float(x)})) for x in GRID])
            if score(best) < scores.max() - 1e-9:
                best = replace(best, **{field.name: _middle(scores)})
        if best == before:
            break
    print(f"score of the best: {score(best):.4f}: {best}")
    right: dict[str, list[float]] = defaultdict(list)
    for trajectory, truths in courses:
        word, ground, _ = grounded(trajectory, best)
        right[ground].append(_right(word, truths))
    for ground, hits in right.items():
        print(f"  {ground}: {sum(hits):g} of {len(hits)}, sure {_sure(hits):.2f}")
    agreement: dict[int, list[float]] = defaultdict(list)
    for run in runs:
        if run.case.run.status != "diverged":
            agreement[run.diagnosed.agree].append(_right(run.diagnosed.word, run.truths))
    for agree, hits in sorted(agreement.items()):
        print(f"  diagnose, {agree} of 5 agree: {sum(hits):g} of {len(hits)}, {_sure(hits):.2f}")


def _right(word: Word, truths: Sequence[Word]) -> float:
    return float(np.mean([word == truth for truth in truths]))


def _sure(hits: Sequence[float]) -> float:
    return (sum(hits) + PRIOR[0]) / (len(hits) + PRIOR[1])


def _middle(scores: np.ndarray) -> float:
    """The middle of the longest stretch of the grid with the best score."""
    top = scores >= scores.max() - 1e-9
    edges = np.flatnonzero(np.diff(np.concatenate([[False], top, [False]])))
    begins, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - begins))
    return float(GRID[(begins[longest] + ends[longest] - 1) // 2])


def _trajectory(folder: RunFolder) -> Trajectory:
    summary = folder.summary or {}
    weights = mixture_of(folder.config.target).weights
    return Trajectory(folder.metrics(), summary, summary["reference"], weights)
