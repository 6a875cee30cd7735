"""One run while it is played: what is measured of it when, and what is committed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config import Experiment
from ganrun.config.metrics import (
    AVERAGED,
    AVERAGED_EVALUATION,
    AVERAGED_SUMMARY,
    EVALUATION_METRICS,
    SUMMARY_METRICS,
)
from ganrun.measure.final import final_metrics
from ganrun.measure.own_metrics import own_metrics, own_reference
from ganrun.mixture import Mixture, mixture_of
from ganrun.playing.progress import Measured, MemberProgress
from ganrun.playing.schedule import evaluation_rounds, next_round, rounds_after, snapshot_rounds
from ganrun.store import Run, RunFolder, Snapshot
from ganrun.verdict import quick_verdict

Reference = Mapping[str, Mapping[str, Any]]


class Evaluated(Protocol):
    """What was measured at one round, in NumPy: `game.population.Evaluation`."""

    @property
    def samples(self) -> Any:
        """Generator samples `[N, 2]`."""

    @property
    def metrics(self) -> Mapping[str, Any]:
        """What `measure.evaluation` says of them, and of those of a moving average."""

    @property
    def averaged_samples(self) -> Any:
        """Samples `[N, 2]` of the generator's moving average, where there is one."""


class Recorder:
    """Collects a run's rows and snapshots, commits them with its state, and finishes it.

    How often it commits goes by the clock and never affects what the files hold in the end.
    """

    def __init__(
        self,
        run: Run,
        *,
        commit_every: float,
        begins_at: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take on a run; one that `begins_at` a later round records nothing up to it."""
        experiment = run.experiment
        self.run = run
        self.experiment: Experiment = experiment
        self.mixture = mixture_of(experiment.target)
        # The rounds whose metrics belong into `metrics.csv`, and those of which a snapshot is kept.
        self.evaluated = evaluation_rounds(experiment.training.steps, experiment.evaluation.every)
        self.snapped = snapshot_rounds(experiment.training.steps, experiment.snapshots.count)
        if begins_at is not None:
            self.evaluated = rounds_after(begins_at, self.evaluated)
            self.snapped = rounds_after(begins_at, self.snapped)
        self.training_seconds = 0.0
        begun_at = run.checkpoint.round if run.checkpoint is not None else begins_at or 0
        self._begun = MemberProgress.of(experiment, begun_at=begun_at)
        self._rows: list[dict[str, Any]] = []
        self._snapshots: list[Snapshot] = []
        self._clock = clock
        self._commit_every = commit_every
        self._commit_due = clock() + commit_every
        self._latest: dict[str, Any] = {}
        self._samples: Float[ndarray, "N 2"] | None = None

    def next_round(self, round_: int) -> int:
        """The next round at which there is something to record."""
        return next_round(round_, self.evaluated, self.snapped)

    def add_row(self, round_: int, trace: Mapping[str, Any], evaluation: Evaluated) -> None:
        """Record an evaluation."""
        self._latest = row_of(round_, trace, evaluation.metrics)
        self._samples = np.asarray(evaluation.samples)
        self._rows.append(self._latest)

    def add_snapshot(
        self, round_: int, samples: ndarray, field: ndarray, manifold: ndarray | tuple[()] = ()
    ) -> None:
        """Record a snapshot."""
        self._snapshots.append(Snapshot(round_, samples, field, manifold))

    @property
    def commit_is_due(self) -> bool:
        """Whether the clock asks for a commit."""
        return self._clock() >= self._commit_due

    def commit(self, round_: int, state: Mapping[str, ndarray]) -> None:
        """Make everything up to this round durable."""
        started = self._clock()
        self.run.commit(
            state,
            round=round_,
            rows=self._rows,
            snapshots=self._snapshots,
            extent=self.mixture.extent,
        )
        self._rows, self._snapshots = [], []
        # A slow disk must not eat the training: commits take at most a twentieth of the time.
        now = self._clock()
        self._commit_due = now + max(self._commit_every, 20 * (now - started))

    def finish(
        self,
        evaluation: Evaluated,
        reference: Reference,
        diverged_at: int | None,
    ) -> RunFolder:
        """Measure the last (or last finite) state, say what happened, and close the run."""
        return self.run.finish(
            "complete" if diverged_at is None else "diverged",
            summary_of(
                self.run.metrics(),
                evaluation,
                self.mixture,
                reference,
                diverged_at,
                own=self.experiment.evaluation.metrics,
            ),
            training_seconds=self.training_seconds,
        )

    def progress(
        self, round_: int, diverged: bool, measured: Measured | None = None
    ) -> MemberProgress:
        """The latest evaluation, for whoever watches."""
        return replace(
            self._begun,
            round=round_,
            loss_d=_float(self._latest.get("loss_d")),
            loss_g=_float(self._latest.get("loss_g")),
            modes_covered=_whole(self._latest.get("modes_covered")),
            high_quality=_float(self._latest.get("high_quality")),
            diverged=diverged,
            samples=self._samples,
            measured=measured,
        )


def row_of(round_: int, trace: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    """An evaluation as a row of `metrics.csv`."""
    columns = (*EVALUATION_METRICS, "shares", *AVERAGED_EVALUATION)
    quality = {name: _plain(metrics[name]) for name in columns if name in metrics}
    return {"step": round_, **trace, **quality}


def summary_of(
    columns: Mapping[str, ndarray],
    evaluation: Evaluated,
    mixture: Mixture,
    reference: Reference,
    diverged_at: int | None,
    *,
    own: Sequence[str] = (),
) -> dict[str, Any]:
    """What `summary.json` holds, from the columns of `metrics.csv` and the last evaluation.

    `own` are metrics from outside, by their full names, that are measured too.
    """
    metrics = evaluation.metrics
    names = (*SUMMARY_METRICS, *AVERAGED_SUMMARY)
    summary: dict[str, Any] = {name: _plain(metrics[name]) for name in names if name in metrics}
    samples = np.asarray(evaluation.samples, np.float64)
    summary |= final_metrics(samples, mixture)
    summary |= own_metrics(own, samples, mixture)
    if len(evaluation.averaged_samples):
        averaged = np.asarray(evaluation.averaged_samples, np.float64)
        beside = final_metrics(averaged, mixture)
        named = {AVERAGED + name: value for name, value in beside.items()}
        summary |= {name: named[name] for name in AVERAGED_SUMMARY if name in named}
        measured = own_metrics(own, averaged, mixture)
        summary |= {AVERAGED + name: value for name, value in measured.items()}
    reference = {**reference, **own_reference(own, mixture, len(samples))}
    verdict = quick_verdict(columns, summary, reference, mixture.weights, diverged_at=diverged_at)
    summary |= verdict.as_summary()
    return summary | {"diverged_at": diverged_at, "reference": reference}


def _plain(value: Any) -> Any:
    array = np.asarray(value)
    return array if array.ndim else array.item()


def _float(value: Any) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
