"""What a report needs of one run, read and checked once: all media are drawn from this."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from ganrun import wording
from ganrun.config import Experiment
from ganrun.config.metrics import (
    AVERAGED,
    SUMMARY_METRICS,
    final_names,
    metric_called,
    own_keys,
    share_columns,
)
from ganrun.measure.coverage import is_covered
from ganrun.measure.showable import beyond, recoverable_modes, seen, showable_modes
from ganrun.mixture import Mixture, mixture_of
from ganrun.report.best_verdict import BestVerdict, best_verdict
from ganrun.store import Event, RunFolder, Snapshots
from ganrun.store.events import configs_along
from ganrun.verdict import Word

Reference = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class RunRecord:
    """One run: `K` modes, `R` rows of metrics, `S` snapshots.

    `status` is that of `RunFolder.status`; `metrics` has a row per evaluation, NaN where a metric
    does not apply. What is below `snapshots` is known only of a run that has ended.
    """

    path: Path
    status: str
    config: Experiment
    """The run's own, as it began."""
    mixture: Mixture
    """The target, as the events have left it."""
    metrics: Mapping[str, ndarray]
    snapshots: Snapshots | None
    final: Mapping[str, float | None]
    """Every metric of `docs/metrics.md` at the end; `None` where it is undefined or infinite."""
    best: BestVerdict | None = None
    """The best verdict that there is."""
    recovered_modes: tuple[int, ...] | None = None
    diverged_at: int | None = None
    reference: Reference | None = None
    """Metric -> `mean`, `p5` and `p95` of perfect samples; `by_mode` of what counts modes."""
    run_json: Mapping[str, Any] = field(default_factory=dict)
    """Where it comes from: code, machine and time."""
    events: tuple[Event, ...] = ()
    """What was done to an interactive run, in order of rounds."""
    earlier_rule: str | None = None
    """What was other about the game by which it was trained (see `RunFolder`)."""
    verified: bool | None = None
    """Whether its files are known to be what was written; None while they are being written."""
    copies: tuple[Path, ...] = ()
    """Other folders that hold the same run, which is counted once."""

    @property
    def verdict(self) -> Word | None:
        """The word of the best verdict."""
        return self.best.word if self.best else None

    @property
    def diverged(self) -> bool:
        """Whether the run itself did, and not only its game when it was played on."""
        return self.diverged_at is not None or self.status == "diverged"

    @property
    def evidence(self) -> str | None:
        """What that rests on."""
        return self.best.evidence if self.best else None

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.config.name

    @property
    def seed(self) -> int:
        """The run's one seed."""
        return self.config.seeds[0]

    @property
    def steps(self) -> int:
        """How many rounds it was meant to be played for."""
        return self.config.training.steps

    @cached_property
    def configs(self) -> list[Experiment]:
        """The config at the start and after each event."""
        return configs_along(self.config, self.events)

    @property
    def objective(self) -> str:
        """The objective, as the events have left it."""
        return self.configs[-1].objective

    @property
    def target_since(self) -> int:
        """The round after which the target is what it is at the end; -1: it has always been."""
        changed = [
            event.round
            for event, before, after in zip(
                self.events, self.configs, self.configs[1:], strict=False
            )
            if before.target != after.target
        ]
        return max(changed, default=-1)

    @property
    def ended(self) -> bool:
        """Whether the run came to its end and was measured; a run that diverged did."""
        return bool(self.final)

    @property
    def modes_total(self) -> int:
        """`K`, the number of modes of the target."""
        return self.mixture.modes

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of its metrics should know of the target."""
        return self.configs[-1].target.remarks

    @property
    def last_round(self) -> int | None:
        """The last round that was evaluated; `None` where none was."""
        steps = self.metrics["step"]
        return int(steps[-1]) if len(steps) else None

    @property
    def has_average(self) -> bool:
        """Whether a moving average of the generator was measured beside it."""
        return any(name.startswith(AVERAGED) for name in (*self.metrics, *self.final))

    @property
    def least_recoverable(self) -> int:
        """How few modes perfect samples of that number recover: `K` if none tell."""
        points = (self.reference or {}).get("modes_recovered")
        return self.modes_total if points is None else math.floor(points["p5"])

    def beyond(self, name: str) -> int | None:
        """What perfect samples reach at most, of a count of modes that is above it; else None."""
        return beyond(self.reference, name.removeprefix(AVERAGED), self.metric(name))

    def metric(self, name: str) -> float | None:
        """A metric at the end, or at the last evaluation of a run that has not ended."""
        if self.ended:
            return self.final.get(name)
        column = self.metrics.get(name)
        if column is None or not len(column) or not np.isfinite(column[-1]):
            return None
        return float(column[-1])

    @cached_property
    def shares(self) -> Float[ndarray, " K"] | None:
        """High-quality share of every mode at the last evaluation."""
        if self.last_round is None:
            return None
        shares = np.array([self.metrics[name][-1] for name in share_columns(self.modes_total)])
        return shares if np.isfinite(shares).all() else None

    @cached_property
    def covered(self) -> Bool[ndarray, " K"] | None:
        """Which modes are covered at the last evaluation."""
        return None if self.shares is None else is_covered(self.shares, self.mixture.weights)

    @property
    def missing(self) -> tuple[int, ...]:
        """The modes that are not covered but can be; empty as well where nothing was evaluated."""
        if self.covered is None:
            return ()
        return tuple(mode for mode in self.showable if not self.covered[mode])

    @property
    def hidden(self) -> tuple[int, ...]:
        """The modes that are not covered, and could not be: perfect samples do not show them."""
        seen_modes = () if self.covered is None else seen(self.covered, self.showable)
        return tuple(mode for mode, one in enumerate(seen_modes) if one is None)

    @cached_property
    def showable(self) -> tuple[int, ...]:
        """The modes that as many perfect samples cover."""
        return showable_modes(self.reference, self.modes_total)

    @property
    def recoverable(self) -> tuple[int, ...]:
        """The modes that as many perfect samples recover."""
        return recoverable_modes(self.reference, self.modes_total)


def metric_words(name: str, number: float | None, modes: int, absent: str = "-") -> str:
    """A metric as tables show it: `3 of 5`, `7` or `0.935`."""
    metric = metric_called(name)
    if metric.of_modes:
        return wording.of_total(number, modes, absent)
    if metric.counts and number is not None:
        return wording.count(number)
    return wording.value(number, absent=absent)


def read_record(path: Path) -> RunRecord:
    """Read a run folder; raises `RunFolderError`, one clear line, if it is damaged or no run's."""
    folder = RunFolder(path)
    target = folder.final_config.target
    folder.check_modes(target.mode_count)
    summary = folder.summary or {}
    snapshots = folder.snapshots()
    recovered = summary.get("recovered_modes")
    return RunRecord(
        path=path,
        status=folder.status,
        config=folder.config,
        mixture=mixture_of(target),
        metrics=folder.metrics(),
        snapshots=snapshots if snapshots and len(snapshots.steps) else None,
        final=final_metrics(summary),
        best=best_verdict(folder),
        recovered_modes=None if recovered is None else tuple(recovered),
        diverged_at=summary.get("diverged_at"),
        reference=_reference(summary),
        run_json=folder.run,
        events=tuple(folder.events()),
        earlier_rule=folder.earlier_rule,
        verified=folder.verified,
    )


def final_metrics(summary: Mapping[str, Any]) -> dict[str, float | None]:
    """The metrics at the end, by `summary.json`, also those of a moving average
    and of one's own if it has any."""
    names = final_names(own_keys(), averages=True)
    told = [name for name in names if name in summary or name in SUMMARY_METRICS]
    return {name: _float(summary.get(name)) for name in told if summary}


def _float(number: float | None) -> float | None:
    return None if number is None else float(number)


def _reference(summary: Mapping[str, Any]) -> Reference | None:
    """The metrics that perfect samples have."""
    stored = summary.get("reference")
    if stored is None:
        return None
    return {
        name: {point: number for point, number in points.items() if number is not None}
        for name, points in stored.items()
        if None not in map(points.get, ("mean", "p5", "p95"))
    }
