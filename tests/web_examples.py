"""Runs for the tests of a run's page, made up so that their story is known beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from report_examples import fake_run, ring

from ganrun.config import Experiment
from ganrun.report.run_record import RunRecord
from ganrun.store import Event

EVERY = 100


def run_with_shares(
    shares: Sequence[Sequence[float]], changes: Mapping[str, Any] | None = None, **options: Any
) -> RunRecord:
    """A run whose modes have these shares (`[R][K]`) at rounds 0, 100, 200 and so on."""
    table = np.array(shares, dtype=float)
    rows, modes = table.shape
    last = (rows - 1) * EVERY
    run = fake_run(ring(modes), **{"steps": max(last, 1), "snapshots": 5, **options})
    metrics = {name: np.full(rows, np.nan) for name in run.metrics}
    metrics |= {f"share_{mode}": table[:, mode] for mode in range(modes)}
    metrics["step"] = np.arange(rows) * EVERY
    metrics["high_quality"] = table.sum(axis=1)
    metrics["modes_covered"] = (table >= 1 / modes / 5).sum(axis=1).astype(float)
    return replace(run, metrics=metrics, **(changes or {}))


def with_origin(run: RunRecord, **changes: Any) -> RunRecord:
    """A made-up run that says where it comes from."""
    content = {
        "started": "2026-01-01T00:00:00Z",
        "training_seconds": 4.2,
        "rounds_per_second": 2380.9,
        "numerics": {"machine": "Linux x86_64", "backend": "cpu", "lanes": 1},
        "versions": {"python": "3.11", "jax": "0.10"},
        "git": {"commit": "0123456789abcdef0123", "dirty": True},
        "command": ["ganrun", "train", "configs/five_gaussians.yaml"],
    }
    return replace(run, **{"run_json": {**content, **run.run_json}, **changes})


def never_evaluated() -> RunRecord:
    """A run that was killed before its first evaluation."""
    run = fake_run(verdict=None, status="interrupted", snapshots=0, steps=1000)
    empty = {name: column[:0] for name, column in run.metrics.items()}
    return replace(run, metrics=empty, final={}, reference=None)


def played_by_hand(path: Path = Path("runs/mine-arena-20260101-120000")) -> RunRecord:
    """An interactive run whose target changed on the way."""
    run = fake_run(ring(3), [0, 1], verdict="undertrained", name="mine", steps=1000, snapshots=9)
    run = replace(run, status="interactive", path=path)
    config = Experiment.model_validate({"name": "mine", "training": {"steps": 1000}})
    target = {"layout": "ring", "modes": 3, "radius": 2.0, "std": 0.05, "weights": None}
    events = (
        Event(250, "optimizer.learning_rate", 0.01),
        Event(400, "target", target),
        Event(600, "step", "discriminator"),
    )
    return with_origin(run, config=config, events=events)
