"""The verdict by experiment: what happens to a finished run when its game is played on.

A run of `T` rounds is judged by continuations with fresh noise, several times as long. Of a
continuation, the *late* part is its second half and the *end* its last quarter. The words are those
of the design, in its order:

1. `diverged`: the run did, or this continuation does.
2. `stuck`: the generator has no slope at all, by the run's end and late; or hardly a sample is on a
   mode, then and late, and neither 3 nor 5 would hold.
3. `undertrained`: the run is not within tolerance by its own end, modes are missing or most samples
   are off the modes, and later it is materially better: `1 - mode_tv`, the share of samples where
   they belong, is higher by 0.05 or more, or one more mode is covered, in the mean over the late
   part against the run's own last tenth or second half, whichever is the better. High quality alone
   does not count: where modes are lost it still rises, as the samples gather on the others. Where
   hardly a sample is on a mode, before or late, the distance has to have shrunk: the excess of
   `nll` over perfect samples' halved.
4. `sharpening`: the same, of a run by whose end nothing is missing, with most samples on the modes.
5. `oscillating`: in at least half of the late part, cut into stretches about as long as the run,
   modes come and go (`coming_and_going`).
6. `collapsed`: at the end a mode is covered at fewer than half of the evaluations.
7. `imprecise`: at the end the metrics are within tolerance at fewer than half of the evaluations.
8. `converged`: none of this.

Modes that perfect samples do not show either are not looked for. These rules and their numbers were
fixed before the experiment on how often they are right (`benchmarks/verdicts.py`), which uses them
at ten times the rounds as the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from ganrun.measure.dynamics import MATERIAL, Reference, Trajectory, coming_and_going
from ganrun.verdict.words import WORDS, Word

HALVED = 0.5
"""What is left of the excess nll of samples that are on their way to the modes."""


@dataclass(frozen=True)
class Ending:
    """Where a game that was played on came to: means over the evaluations of its end."""

    covered: float
    """Covered modes."""
    high_quality: float
    mode_tv: float
    missing: tuple[int, ...]
    """The modes that are missing at more than half of them."""
    good: bool
    """Whether nothing is missing, and the metrics are within tolerance at half of them or more."""


@dataclass(frozen=True)
class Continued:
    """What one continuation shows of a run."""

    word: Word
    well_placed: tuple[float, float]
    """`1 - mode_tv` of the run by its end, and in the late part of the continuation."""
    covered: tuple[float, float]
    """Covered modes, likewise."""
    ending: Ending


def ending(
    branch: Mapping[str, ndarray],
    reference: Reference,
    weights: Float[ndarray, " K"],
    *,
    from_round: int,
) -> Ending | None:
    """Where a game came to that was played on from a round; None if it was never evaluated."""
    if not len(branch["step"]):
        return None
    trajectory, _, end = _parts(Trajectory(branch, {}, reference, weights), from_round)
    return _ending(trajectory, end)


def continued(
    run: Mapping[str, ndarray],
    branch: Mapping[str, ndarray],
    reference: Reference,
    weights: Float[ndarray, " K"],
    *,
    diverged: bool = False,
) -> Continued:
    """Judge a run by one continuation.

    Args:
        run: columns of the run's `metrics.csv`, by name, each `[R]`.
        branch: those of the continuation, which begin after the run's last round; one row or more,
            unless it `diverged` at once.
        reference: metric -> `mean` and more, of perfect samples.
        weights: of the target's modes, summing to 1.
        diverged: whether the continuation did.
    """
    before = Trajectory(run, {}, reference, weights)
    length = int(before.steps[-1])
    played = branch if len(branch["step"]) else run
    after, late, end = _parts(Trajectory(played, {}, reference, weights), length)
    placed = (_now(before, before.placed), _mean(after.placed[late]))
    covered = (_now(before, before.sought.sum(axis=1)), _mean(after.sought[late].sum(axis=1)))
    came_to = _ending(after, end)
    better = _rose(placed, covered) or _approached(before, after, late)
    hopping = _oscillates(after, late, length)
    if diverged:
        word: Word = "diverged"
    elif _is_dead(before, after, late) or (
        before.is_off(before.last_tenth) and after.is_off(late) and not better and not hopping
    ):
        word = "stuck"
    elif better and not before.is_good(before.last_tenth):
        word = "undertrained" if before.lacks(before.last_tenth) else "sharpening"
    elif hopping:
        word = "oscillating"
    elif came_to.missing:
        word = "collapsed"
    elif not came_to.good:
        word = "imprecise"
    else:
        word = "converged"
    return Continued(word, placed, covered, came_to)


def plurality(words: Sequence[Word]) -> tuple[Word, float]:
    """The commonest word, the first in the verdicts' order of equals, and its share."""
    counts = Counter(words)
    word = max(WORDS, key=lambda one: (counts[one], -WORDS.index(one)))
    return word, counts[word] / len(words)


_Rows = Bool[ndarray, " R"]


def _parts(trajectory: Trajectory, from_round: int) -> tuple[Trajectory, _Rows, _Rows]:
    """A continuation, and which of its rows are late and at the end."""
    span = int(trajectory.steps[-1]) - from_round
    late = trajectory.steps > from_round + span / 2
    end = trajectory.steps > from_round + span * 3 / 4
    if not end.any():  # it diverged before it was evaluated
        late = end = np.ones(len(trajectory.steps), dtype=bool)
    return trajectory, late, end


def _ending(trajectory: Trajectory, end: _Rows) -> Ending:
    missing = trajectory.missing(end)
    return Ending(
        covered=_mean(trajectory.covered[end].sum(axis=1)),
        high_quality=_mean(trajectory.column("high_quality")[end]),
        mode_tv=_mean(trajectory.column("mode_tv")[end]),
        missing=missing,
        good=not missing and trajectory.is_good(end),
    )


def _now(trajectory: Trajectory, values: ndarray) -> float:
    """Where a run stands by its end: the mean of its last tenth or of its half, the better."""
    return max(_mean(values[trajectory.last_tenth]), _mean(values[trajectory.window]))


def _rose(placed: tuple[float, float], covered: tuple[float, float]) -> bool:
    return placed[1] - placed[0] >= MATERIAL or covered[1] - covered[0] >= 1


def _is_dead(before: Trajectory, after: Trajectory, late: _Rows) -> bool:
    """Whether the generator has no slope at all any more."""
    return before.is_dead(before.last_tenth) and after.is_dead(late)


def _approached(before: Trajectory, after: Trajectory, late: _Rows) -> bool:
    """Whether samples that are on no mode have come much nearer to them."""
    if not (before.is_off(before.last_tenth) and after.is_off(late)):
        return False
    # NaN where nothing is finite, and then not nearer.
    excess = before.column("nll")[before.last_tenth].mean() - before.perfect("nll")
    later = after.column("nll")[late].mean() - before.perfect("nll")
    return bool(later <= HALVED * excess)


def _oscillates(after: Trajectory, late: _Rows, length: int) -> bool:
    """Whether modes come and go in most stretches, each about as long as the run was."""
    rows = np.flatnonzero(late)
    stretches = max(1, int((after.steps[rows[-1]] - after.steps[rows[0]]) // max(length, 1)))
    parts = np.array_split(rows, stretches)
    busy = [
        coming_and_going(after.present[part][:, after.showable], after.sought[part]) is not None
        for part in parts
    ]
    return sum(busy) * 2 >= len(busy)


def _mean(values: ndarray) -> float:
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else 0.0
