"""Sweeps made up and written through the store, for the tests of what people look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from report_examples import NUMERICS, forged

from ganrun.config import load_sweep
from ganrun.config.metrics import AVERAGED, SUMMARY_METRICS, own_key
from ganrun.mixture import mixture_of
from ganrun.store import Run, Snapshot, open_run
from ganrun.store.sweep_folder import SweepFolder, open_sweep
from ganrun.sweep.designs import Design, Trial
from ganrun.verdict import Verdict

BASE = """
base:
  name: tiny
  target: {layout: ring, modes: 5}
  generator: {hidden: [8]}
  discriminator: {hidden: [8]}
  training: {batch_size: 16, steps: 10}
  evaluation: {every: 10, samples: 100}
  snapshots: {count: 1, samples: 32, grid: 4}
"""

GRID = """
name: grid
seeds: 3
vary:
  optimizer.learning_rate_ratio: [0.1, 1.0, 10.0]
  training.discriminator_steps: [1, 5]
"""

Fate = Callable[[Trial], str]
"""What becomes of a trial: a verdict, with the modes that it covers where those are not the usual
(`collapsed 3`), `failed`, `interrupted`, or `missing`."""


def by_ratio(trial: Trial) -> str:
    """High first values collapse, low ones do not learn, those between do well."""
    ratio = trial.values[0]
    return "collapsed" if ratio > 1 else "converged" if ratio == 1 else "undertrained"


def stored_sweep(folder: Path, text: str = GRID, fate: Fate = by_ratio) -> SweepFolder:
    """A sweep whose trials have come to these ends; nothing is trained."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "sweep.yaml"
    path.write_text(text + BASE)
    sweep = load_sweep(path)
    opened = open_sweep(folder / "runs", sweep)
    design = Design(sweep)
    for index in range(design.trials):
        trial = design.trial(index)
        if (end := fate(trial)) != "missing":
            store_trial(opened, trial, end)
    return opened


def store_trial(folder: SweepFolder, trial: Trial, end: str) -> None:
    """One trial's run folder."""
    path = folder.trial_path(trial.experiment)
    if path.exists():  # the same experiment stands twice in the design
        return
    run = open_run(folder.trials, trial.experiment, numerics=NUMERICS)
    assert isinstance(run, Run)
    with run:
        if end == "interrupted":
            return
        if end == "failed":
            run.close("failed", error="OSError: no space left on device")
            return
        _play(run, trial, end)


def _play(run: Run, trial: Trial, end: str) -> None:
    mixture = mixture_of(trial.experiment.target)
    end, _, counted = end.partition(" ")
    usual = {"converged": mixture.modes, "undertrained": 0, "diverged": 0}.get(end, 2)
    covered = int(counted or usual)
    rng = np.random.default_rng(trial.index)
    samples = 3 * rng.standard_normal((32, 2))
    if covered:
        samples = forged(mixture, range(covered), 32, rng)
    steps = trial.experiment.training.steps
    at = steps if end != "diverged" else 3
    blob = 0.3 * rng.standard_normal((32, 2))
    field = np.zeros((4, 4), np.float32)
    run.commit(
        {"kernel": np.zeros((2, 2), np.float32)},
        round=at,
        rows=[{"step": 0}],
        snapshots=[
            Snapshot(round_, (blob + share * (samples - blob)).astype(np.float32), field)
            for round_, share in ((0, 0.0), (at // 2, 0.5), (at, 1.0))
        ],
        extent=mixture.extent,
    )
    own = {own_key(name): trial.seed + covered / 8 for name in trial.experiment.evaluation.metrics}
    if trial.experiment.generator.average is not None:
        own |= {AVERAGED + name: number for name, number in own.items()}
        own |= {"averaged_high_quality": 0.95, "averaged_modes_recovered": covered}
    ended = "diverged" if end == "diverged" else "complete"
    run.finish(ended, _summary(end, covered, mixture) | own)


def _summary(end: str, covered: int, mixture: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(SUMMARY_METRICS),
        "modes_total": mixture.modes,
        "modes_recovered": covered,
        "modes_covered": covered,
        "high_quality": 0.9 if covered else 0.0,
        **Verdict({end: 1.0}, "made up").as_summary(),
        "recovered_modes": list(range(covered)),
        "diverged_at": 3 if end == "diverged" else None,
        "reference": {},
    }
