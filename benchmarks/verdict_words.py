"""The words of a run of the experiment: both truths, and what each way of judging says of it.

What is made of one set of continuations is held against the truth of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from benchmarks.verdict_runs import LESSON, ROUNDS, SEEDS, SETS, Case, branches
from ganrun.diagnose.confirm import PLAN
from ganrun.diagnose.judgement import DIVERGED, Judgement, judgement
from ganrun.diagnose.run import LONGER
from ganrun.measure.dynamics import Trajectory
from ganrun.mixture import mixture_of
from ganrun.store import RunFolder
from ganrun.verdict import Verdict, Word, quick_verdict
from ganrun.verdict.continued import Continued, continued, plurality

STAGES = (0.25, 0.35, 0.5, 0.7, 1.0)
"""A run teaches also as the shorter runs that it was, of which more is known than their length."""


@dataclass(frozen=True)
class Lesson:
    """A run, or the beginning of one, and what is true of it."""

    point: int
    run: Trajectory
    truth: Word
    whole: bool
    """Whether it is the run as it ended, not as it was before."""


@dataclass(frozen=True)
class Scored:
    """A run, what is true of it, and what was said of it."""

    case: Case
    truths: tuple[Word, Word]
    quick: Verdict
    confirmed: tuple[tuple[Word, Word], ...]
    """What a continuation to three times the rounds says, and the other set's truth; one pair for
    each continuation of either set."""
    longest: tuple[tuple[Word, Word], ...]
    """Likewise of each whole continuation, as long as those that are the truth."""
    diagnosed: tuple[tuple[Judgement, Word], ...]
    """What `diagnose` makes of a set, looking further where the first look leaves doubt, and the
    other set's truth."""


def scored(cases: Sequence[Case]) -> list[Scored]:
    """All that is known of every run."""
    return [_scored(case) for case in cases]


def lessons_of(case: Case) -> list[Lesson]:
    """What the one continuation of a run shows of it, and of what it was before its end.

    A run that diverged teaches only by its stages before that.
    """
    game, diverged_at = _game(case.run)
    reference = (case.run.summary or {})["reference"]
    weights = mixture_of(case.run.config.target).weights
    found = []
    for stage in STAGES:
        run = _until(game, stage * case.run.config.training.steps)
        length = int(run["step"][-1])
        last = ROUNDS * length
        if diverged_at is not None and diverged_at <= stage * case.run.config.training.steps:
            continue
        after = _until(game, last, above=length)
        diverged = diverged_at is not None and diverged_at <= last
        truth = continued(run, after, reference, weights, diverged=diverged).word
        trajectory = Trajectory(run, {}, reference, weights)
        found.append(Lesson(case.point, trajectory, truth, stage == 1))
    return found


def _game(run: RunFolder) -> tuple[dict[str, ndarray], int | None]:
    """The evaluations of a lesson's run and its continuation, and when it diverged."""
    metrics = run.metrics()
    if run.status == "diverged":
        return metrics, (run.summary or {})["diverged_at"]
    (branch,) = branches(run, LESSON)
    after = branch.metrics()
    joined = {name: np.concatenate([metrics[name], after[name]]) for name in metrics}
    return joined, (branch.summary or {})["diverged_at"]


def _scored(case: Case) -> Scored:
    quick = _quick(case.run)
    if case.run.status == "diverged":
        known: tuple[tuple[Word, Word], ...] = (("diverged", "diverged"),) * (len(SETS) * SEEDS)
        tested: tuple[tuple[Judgement, Word], ...] = ((DIVERGED, "diverged"),) * len(SETS)
        return Scored(case, ("diverged", "diverged"), quick, known, known, tested)
    truths = tuple(plurality(_words(case.run, name, ROUNDS))[0] for name in SETS)
    confirmed, longest, diagnosed = [], [], []
    for name, truth in zip(SETS, reversed(truths), strict=True):
        confirmed += [(word, truth) for word in _words(case.run, name, PLAN.rounds)]
        longest += [(word, truth) for word in _words(case.run, name, ROUNDS)]
        look = judgement(_judged(case.run, name, LONGER.rounds))
        if not look.settled:
            look = judgement(_judged(case.run, name, ROUNDS))
        diagnosed.append((look, truth))
    return Scored(
        case, (truths[0], truths[1]), quick, tuple(confirmed), tuple(longest), tuple(diagnosed)
    )


def _quick(run: RunFolder) -> Verdict:
    """By today's rule, whatever the run's own summary holds."""
    summary = run.summary or {}
    return quick_verdict(
        run.metrics(),
        summary,
        summary["reference"],
        mixture_of(run.config.target).weights,
        diverged_at=summary["diverged_at"],
    )


def _words(run: RunFolder, name: str, rounds: float) -> list[Word]:
    return [one.word for one in _judged(run, name, rounds)]


def _judged(run: RunFolder, name: str, rounds: float) -> list[Continued]:
    """A set of continuations, as far as a round; lengths are in those of the run."""
    last = rounds * run.config.training.steps
    reference = (run.summary or {})["reference"]
    weights = mixture_of(run.config.target).weights
    found = []
    for branch in branches(run, name):
        at = (branch.summary or {}).get("diverged_at")
        metrics = _until(branch.metrics(), last)
        diverged = at is not None and at <= last
        found.append(continued(run.metrics(), metrics, reference, weights, diverged=diverged))
    return found


def _until(metrics: Mapping[str, ndarray], last: float, *, above: float = -1) -> dict[str, ndarray]:
    kept = (metrics["step"] <= last) & (metrics["step"] > above)
    return {name: column[kept] for name, column in metrics.items()}
