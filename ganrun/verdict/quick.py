"""The quick verdict: how likely each word is, read off a run's metrics alone.

The words are the design's; the truth they aim at is what more rounds would show (`continued.py`),
which a trajectory only hints at. So the answer is a probability for each of the words: a
multinomial logistic regression on a few numbers of the trajectory (`likelihoods.py`), learned from
runs that were played on to ten times their rounds (`benchmarks/verdicts.py`). Where there is little
to see, or nothing moves, it is how such runs ended. Only that a run diverged is told for certain.

The one word for a run is the likeliest of those that are true of it so far: a run that covers every
mode may be likely to lose some, but has not collapsed, and one that is finite has not diverged.

All is told from the *window*, the evaluations of the run's second half, and from its last tenth.
Modes are numbered from 0, as the columns `share_0`, `share_1`, ... are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.measure.dynamics import LEAST_EVALUATIONS, Reference, Trajectory
from ganrun.verdict.evidence import divergence, evidence_for, standstill, too_few
from ganrun.verdict.likelihoods import DEAD, EARLY, NEEDED, likelihoods, rounded
from ganrun.verdict.signs import Signs
from ganrun.verdict.words import WORDS, Verdict, Word, likeliest


def quick_verdict(
    metrics: Mapping[str, ndarray],
    final: Mapping[str, Any],
    reference: Reference,
    weights: Float[ndarray, " K"] | Sequence[float],
    *,
    diverged_at: int | None,
) -> Verdict:
    """Say how likely each word is, from the columns of `metrics.csv` and the metrics at the end.

    Args:
        metrics: columns by name, each `[R]`, NaN where empty; one row or more.
        final: `high_quality`, `mode_tv` and `spread` at the end; the last row's where absent.
        reference: metric -> `mean` and more, of perfect samples.
        weights: of the target's modes, summing to 1.
        diverged_at: the round in which something stopped being finite; None if nothing did.
    """
    if diverged_at is not None:
        return Verdict({"diverged": 1.0}, divergence(diverged_at))
    trajectory = Trajectory(metrics, final, reference, np.asarray(weights, dtype=float))
    signs = Signs(trajectory)
    if trajectory.trained < LEAST_EVALUATIONS:
        return Verdict(EARLY[bool(signs.missing)], too_few(signs))
    if trajectory.is_dead(trajectory.window):
        return Verdict(DEAD, standstill(signs))
    chances = likelihoods(signs)
    word = likeliest(chances, _true_so_far(signs))
    return Verdict(rounded(chances, word), evidence_for(word, signs), word)


def _true_so_far(signs: Signs) -> list[Word]:
    """The words that are no mere forecast: what would come true of them is there already."""
    trajectory = signs.trajectory
    untrue: set[Word] = {"diverged"}
    if signs.missing:
        untrue |= {"sharpening", "imprecise", "converged"}
    else:
        off = trajectory.lacks(trajectory.last_tenth)
        untrue |= {"collapsed", "sharpening" if off else "undertrained"}
    if not trajectory.is_off(trajectory.last_tenth):
        untrue.add("stuck")
    return [word for word in WORDS if word not in untrue]


def can_judge(
    metrics: Mapping[str, ndarray], reference: Reference, weights: Float[ndarray, " K"]
) -> bool:
    """Whether the columns of `metrics.csv` are there that the probabilities rest on.

    `spread` is empty where no mode is covered, and `accuracy_d` where there is nothing to be
    accurate about.
    """
    trajectory = Trajectory(metrics, {}, reference, np.asarray(weights, dtype=float))
    known = all(np.isfinite(trajectory.column(name)).any() for name in NEEDED)
    widthless = "spread" in reference and reference["spread"].get("mean") is None
    wide = np.isfinite(trajectory.column("spread")) | ~trajectory.covered.any(axis=1) | widthless
    return known and bool(wide.all())
