"""What takes too long to be measured between two pictures, as a process beside does it."""

from __future__ import annotations

import contextlib
import os
from typing import Any, NamedTuple

from numpy import ndarray

from ganrun.config.targets import Target
from ganrun.executors.child_process import follow_parent


class Task(NamedTuple):
    """A game's latest samples and its evaluations so far."""

    target: Target
    samples: ndarray
    columns: dict[str, ndarray]
    diverged_at: int | None


class Found(NamedTuple):
    """The modes that are recovered, the verdict so far, and what perfect samples would score."""

    recovered: tuple[int, ...]
    verdict: dict[str, Any] | None
    reference: dict[str, Any]


def begin_beside() -> None:
    """Set a new process up: it leaves every end to its parent, and the cores to who plays."""
    follow_parent()
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)  # type: ignore[attr-defined,unused-ignore]


def measure(task: Task) -> Found:
    """Fit a mixture, and judge."""
    import numpy as np

    from ganrun.measure.modes import count_modes
    from ganrun.measure.reference import reference_metrics
    from ganrun.mixture import mixture_of
    from ganrun.verdict import likely, likely_short, quick_verdict

    mixture = mixture_of(task.target)
    reference: Any = reference_metrics(mixture, len(task.samples))
    count = count_modes(np.asarray(task.samples, np.float64), mixture)
    verdict = None
    if len(task.columns["step"]) and (task.columns["step"][-1] > 0 or task.diverged_at):
        found = quick_verdict(
            task.columns, {}, reference, mixture.weights, diverged_at=task.diverged_at
        )
        verdict = {
            "word": found.word,
            "short": likely_short(found.word, found.confidence),
            "words": likely(found.word, found.probabilities),
            "evidence": found.evidence,
        }
    return Found(count.recovered_modes, verdict, reference)
