"""A diagnosis as strips of time: the run itself, and every branch after what it begins with.

`diagnosis.png` draws them, and the page plays them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganrun.diagnose.diagnosis import Branch, Diagnosis, Track
from ganrun.report import diagnosis_story


@dataclass(frozen=True)
class TimePanel:
    """One strip of time: what is written over it, and the GANs in it."""

    title: str
    outcome: diagnosis_story.Outcome
    tracks: tuple[Track, ...]
    whole: tuple[bool, ...]
    """Which of them came to their end; the others diverged."""
    from_round: int
    to_round: int
    before: Track | None
    """What was played before a branch begins."""


def panels_of(diagnosis: Diagnosis) -> list[TimePanel]:
    """The run, then its branches."""
    lost, before = diagnosis_story.lost_modes(diagnosis), diagnosis.before
    last = max(diagnosis.rounds, 1)
    whole = not diagnosis_story.run_diverged(diagnosis)
    ending = diagnosis_story.run_outcome(diagnosis)
    first = TimePanel("the run itself", ending, (before,), (whole,), 0, last, None)
    return [first, *(_branch_panel(one, lost, diagnosis) for one in diagnosis.branches)]


def _branch_panel(branch: Branch, lost: Sequence[int], diagnosis: Diagnosis) -> TimePanel:
    return TimePanel(
        branch.title,
        diagnosis_story.outcome(branch, lost, diagnosis),
        tuple(run.track for run in branch.runs),
        tuple(run.status == "complete" for run in branch.runs),
        branch.from_round,
        max(branch.to_round, branch.from_round + 1),
        diagnosis.before if branch.from_round else None,
    )
