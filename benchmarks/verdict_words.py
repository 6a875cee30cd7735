"""The words of a run of the experiment: both truths, and what each way of judging says of it.

What is made of one set of continuations is held against the truth of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numpy import ndarray

from benchmarks.verdict_runs import LESSON, ROUNDS, SETS, Case, branches
from ganrun.diagnose.confirm import PLAN
from ganrun.diagnose.judgement import DIVERGED, Judgement, judgement
from ganrun.diagnose.run import LONGER
from ganrun.mixture import mixture_of
from ganrun.store import RunFolder
from ganrun.verdict import Verdict, Word, quick_verdict
from ganrun.verdict.continued import Continued, continued, plurality


@dataclass(frozen=True)
class Lesson:
    """A run, and what is true of it."""

    case: Case
    truth: Word


@dataclass(frozen=True)
class Scored:
    """A run, what is true of it, and what was said of it."""

    case: Case
    truths: tuple[Word, Word]
    quick: Verdict
    confirmed: tuple[tuple[Word, Word], ...]
    """What a continuation to three times the rounds says, and the other set's truth; one pair for
    each continuation of either set."""
    diagnosed: tuple[tuple[Judgement, Word], ...]
    """What `diagnose` makes of a set, looking further where the first look leaves doubt, and the
    other set's truth."""


def scored(cases: Sequence[Case]) -> list[Scored]:
    """All that is known of every run."""
    return [_scored(case) for case in cases]


def lesson(case: Case) -> Lesson:
    """What the one continuation of a lesson shows."""
    if case.run.status == "diverged":
        return Lesson(case, "diverged")
    return Lesson(case, _judged(case.run, LESSON, ROUNDS)[0].word)


def _scored(case: Case) -> Scored:
    quick = _quick(case.run)
    if case.run.status == "diverged":
        return Scored(case, ("diverged", "diverged"), quick, (), ((DIVERGED, "diverged"),) * 2)
    truths = tuple(plurality(_words(case.run, name, ROUNDS))[0] for name in SETS)
    confirmed, diagnosed = [], []
    for name, truth in zip(SETS, reversed(truths), strict=True):
        confirmed += [(word, truth) for word in _words(case.run, name, PLAN.rounds)]
        look = judgement(_judged(case.run, name, LONGER.rounds))
        if not look.settled:
            look = judgement(_judged(case.run, name, ROUNDS))
        diagnosed.append((look, truth))
    return Scored(case, (truths[0], truths[1]), quick, tuple(confirmed), tuple(diagnosed))


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


def _until(metrics: Mapping[str, ndarray], last: float) -> dict[str, ndarray]:
    kept = metrics["step"] <= last
    return {name: column[kept] for name, column in metrics.items()}
