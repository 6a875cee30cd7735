"""Small sweeps for the tests, and workers that die of some of their jobs."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

from ganrun.config import Sweep, load_sweep
from ganrun.executors import Executor, executor_for
from ganrun.executors.cluster import _play
from ganrun.executors.processes import _play_in_worker
from ganrun.playing.jobs import Job, Options
from ganrun.store.sweep_folder import SweepFolder, open_sweep
from ganrun.sweep.designs import Design
from ganrun.sweep.results import results, results_text
from ganrun.sweep.run import SweepProgress, run_sweep

TEXT = """
name: small
design: factorial
seeds: 2
vary:
  training.discriminator_steps: [1, 3]
  optimizer.learning_rate: [1e-3, 1e-2]
base:
  name: tiny
  target: {layout: ring, modes: 3}
  generator: {hidden: [8]}
  discriminator: {hidden: [8]}
  training: {batch_size: 16, steps: 60}
  evaluation: {every: 25, samples: 100}
  snapshots: {count: 4, samples: 8, grid: 4}
"""

POISON = 666
"""The least of the seeds whose jobs kill their workers."""


def small(folder: Path, *overrides: str, text: str = TEXT) -> Sweep:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "small.yaml"
    path.write_text(text)
    return load_sweep(path, overrides)


class Listener:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.finished: list[int] = []

    def update(self, progress: SweepProgress) -> None:
        self.finished.append(progress.finished)

    def tell(self, message: str) -> None:
        self.told.append(message)


def swept(
    runs: Path,
    sweep: Sweep,
    *,
    executor: Executor | None = None,
    listener: Any = None,
    fail_fast: bool = False,
) -> tuple[SweepFolder, SweepProgress]:
    """Run a sweep to its end."""
    design = Design(sweep)
    folder = open_sweep(runs, sweep)
    with executor or executor_for(design.trials) as chosen:
        progress = run_sweep(
            folder,
            design,
            Options(runs_dir=runs),
            chosen,
            listener or Listener(),
            fail_fast=fail_fast,
        )
    return folder, progress


def table(folder: SweepFolder) -> bytes:
    design = Design(folder.sweep)
    return results_text(design, results(folder, design))


def _die_of_poison(job: Job) -> None:
    if any(one.seed >= POISON for one in job.members):
        os.kill(os.getpid(), signal.SIGKILL)


def play_or_die(job: Job) -> Any:
    """As a worker of a pool of processes does, unless the job is poisoned."""
    _die_of_poison(job)
    return _play_in_worker(job)


def play_remotely_or_die(job: Job) -> Any:
    """As a worker of a cluster does, unless the job is poisoned."""
    _die_of_poison(job)
    return _play(job)
