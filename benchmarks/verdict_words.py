"""The words of a run of the experiment: both truths, the quick verdict, and what diagnose says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numpy import ndarray

from benchmarks.verdict_runs import LESSON, ROUNDS, SETS, Case, branches
from ganrun.diagnose.judgement import DIVERGED, Judgement, judgement
from ganrun.diagnose.run import LONGER
from ganrun.mixture import mixture_of
from ganrun.store import RunFolder
from ganrun.verdict import Verdict, Word, quick_verdict
from ganrun.verdict.continued import Continued, continued, plurality


@dataclass(frozen=True)
class Lesson:
    """A run, and what is true of it, once or more."""

    case: Case
    truths: tuple[Word, ...]


@dataclass(frozen=True)
class Scored:
    """A run, what is true of it, and what was said of it."""

    case: Case
    truths: tuple[Word, Word]
    quick: Verdict
    short: Judgement
    """Of diagnose's continuations as far as its first look."""
    long: Judgement
    """Of the same as far as the truth goes."""

    @property
    def diagnosed(self) -> Judgement:
        """What diagnose says: it looks further where the first look leaves doubt."""
        return self.short if self.short.settled else self.long


def scored(cases: Sequence[Case]) -> list[Scored]:
    """All that is known of every run."""
    return [_scored(case) for case in cases]


def lesson(case: Case) -> Lesson:
    """What the one continuation of a lesson shows."""
    if case.run.status == "diverged":
        return Lesson(case, ("diverged",))
    return Lesson(case, tuple(one.word for one in _judged(case.run, LESSON, ROUNDS)))


def _scored(case: Case) -> Scored:
    quick = _quick(case.run)
    if case.run.status == "diverged":
        return Scored(case, ("diverged", "diverged"), quick, DIVERGED, DIVERGED)
    a, b, own = (_judged(case.run, name, ROUNDS) for name in SETS)
    first_look = _judged(case.run, SETS[2], LONGER.rounds)
    truths = (plurality([one.word for one in a])[0], plurality([one.word for one in b])[0])
    return Scored(case, truths, quick, judgement(first_look), judgement(own))


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
