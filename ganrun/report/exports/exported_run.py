"""A run as it leaves the house: names, numbers and words, checked as a report checks them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from ganrun.config import Experiment
from ganrun.report.best_verdict import best_verdict
from ganrun.report.run_record import final_metrics
from ganrun.store import RunFolder
from ganrun.store.layout import CONFIG, SUMMARY

Scalar = bool | int | float | str | None

PAPERS = (CONFIG, SUMMARY, "report.html")
"""Files of a run that people read; its figures besides."""


@dataclass(frozen=True, eq=False)
class ExportedRun:
    """One run, without its samples and weights, which `snapshots.npz` and the checkpoint hold."""

    path: Path
    id: str
    config: Experiment
    status: str
    verdict: str | None
    verdict_kind: str | None
    """`quick`, `confirmed` or `tested`."""
    confidence: float | None
    final: Mapping[str, float | None]
    """Every metric at the end; empty of a run that has not ended."""
    metrics: Mapping[str, ndarray]
    """The columns of `metrics.csv`, NaN where a metric does not apply."""
    started: datetime
    ended: datetime

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.config.name

    @property
    def seed(self) -> int:
        """The run's one seed."""
        return self.config.seeds[0]

    @property
    def fields(self) -> dict[str, Scalar]:
        """Its config by dotted names; a list is its JSON. Neither name nor seed."""
        document = self.config.model_dump(mode="json", exclude={"name", "seeds"})
        return dict(_leaves("", document))

    @property
    def papers(self) -> list[Path]:
        """The files of its folder that are for people, so far as they are there."""
        named = [self.path / name for name in PAPERS]
        return [path for path in (*named, *self.figures) if path.is_file()]

    @property
    def figures(self) -> list[Path]:
        """Its figures, so far as they are drawn."""
        return sorted((self.path / "figures").glob("*.png"))

    def points(self) -> Iterator[tuple[str, int, float]]:
        """Metric, round and value of all that were evaluated and apply; rounds ascend."""
        for row, step in enumerate(self.metrics["step"]):
            for name, column in self.metrics.items():
                if name != "step" and np.isfinite(column[row]):
                    yield name, int(step), float(column[row])


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, Scalar]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(f"{prefix}.{name}" if prefix else name, inner)
    elif isinstance(value, dict | list):
        yield prefix, json.dumps(value)
    else:
        yield prefix, value


def read_for_export(path: Path) -> ExportedRun:
    """Read a run folder; raises `RunFolderError`, one clear line, if it is damaged or no run's."""
    folder = RunFolder(path)
    best = best_verdict(folder)
    started = datetime.fromisoformat(folder.run["started"])
    ended = folder.run.get("ended")
    return ExportedRun(
        path=path,
        id=folder.id,
        config=folder.final_config,
        status=folder.status,
        verdict=best.word if best else None,
        verdict_kind=best.kind if best else None,
        confidence=best.confidence if best else None,
        final=final_metrics(folder.summary or {}),
        metrics=folder.metrics(),
        started=started,
        ended=datetime.fromisoformat(ended) if ended else started,
    )
