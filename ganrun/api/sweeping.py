"""Sweeping, from a program."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganrun import config
from ganrun.api.configs import Overrides, Pieces, as_options, give_pieces, located, warn_of
from ganrun.api.options import Folder, options_for, runs_folder
from ganrun.api.sweep import Sweep
from ganrun.api.training import TrainingError, keep_aside, play_on
from ganrun.api.watching import OnProgress, watcher
from ganrun.config import load_sweep, sweep_yaml
from ganrun.config.shipped import default_sweep
from ganrun.config.sources import Written
from ganrun.config.unused_numbers import unused_in_sweep
from ganrun.errors import ArgumentError
from ganrun.report.live.sweep import Sweeping
from ganrun.store.layout import TRIALS
from ganrun.store.sweep_folder import open_sweep, sweep_path
from ganrun.sweep.chosen import chosen_runs
from ganrun.sweep.designs import Design
from ganrun.sweep.run import run_sweep

Plan = str | os.PathLike[str] | Mapping[str, Any] | config.Sweep
"""A path or the name of a shipped sweep, a dictionary of fields, or a plan."""


def sweep(
    plan: Plan | None = None,
    overrides: Overrides = None,
    *,
    pieces: Pieces = None,
    runs_dir: Folder = None,
    fail_fast: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    repair: bool = False,
    allow_numerics_change: bool = False,
    checkpoint_every: float = 10.0,
    progress: OnProgress = None,
) -> Sweep:
    """Train every trial of a sweep and say which settings matter, as `ganrun sweep` does.

    A trial that this or another sweep in the same runs folder has finished is not trained again.

    Args:
        plan: a YAML file, one that ships with ganrun, a dictionary of its fields, or the plan of
            another sweep; by default `configs/sweeps/influence.yaml`.
        overrides: put on it.
        pieces: files with pieces of one's own that are named, one or several.
        runs_dir: where the sweep's folder goes; by default `$GANRUN_RUNS_DIR`, else `./runs`.
        fail_fast: stop at the first trial that fails or diverges.
        workers: train on a local dask cluster of so many processes (needs the extra `cluster`).
        scheduler: train on the dask cluster at this address.
        repair: keep damaged trials aside, and train them again.
        allow_numerics_change: go on with trials that were begun on another kind of machine.
        checkpoint_every: seconds between checkpoints of a trial.
        progress: whether it is shown, or a function that is told of it, as in `train`.

    Returns:
        The sweep, to the last trial; one that failed has its reason in the table.

    Raises:
        ConfigError: the plan cannot be used; nothing is trained.
        TrainingError: a finished trial could not be played on, where the plan asks for that.
        KeyboardInterrupt: after Ctrl-C, once everything is saved. The same call goes on.
    """
    from ganrun.executors import executor_for

    if workers is not None and scheduler is not None:
        raise ArgumentError("workers starts a cluster, scheduler names one: not both")
    give_pieces(pieces)
    found = _plan_of(default_sweep() if plan is None else plan, overrides)
    design = Design(found)
    design.validate()
    warn_of([*unused_in_sweep(found), *design.warnings()], found.name)
    folder = runs_folder(runs_dir)
    if repair:
        keep_aside(sorted(sweep_path(folder, found).glob(f"{TRIALS}/*")))
    options = options_for(
        folder,
        "sweep",
        allow_numerics_change=allow_numerics_change,
        checkpoint_every=checkpoint_every,
    )
    with (
        watcher(Sweeping(design, title=found.name), progress) as watching,
        executor_for(design.trials, scheduler=scheduler, workers=workers) as executor,
    ):
        opened = open_sweep(folder, found)
        ended = run_sweep(opened, design, options, executor, watching, fail_fast=fail_fast)
    paths = [] if ended.stopped else [run.path for run in chosen_runs(opened)]
    if paths and (problems := play_on(paths, options, found.name, progress)):
        raise TrainingError("\n".join(problems))
    return Sweep(opened.path)


def _plan_of(plan: Plan | Path, overrides: Overrides) -> config.Sweep:
    if isinstance(plan, config.Sweep):
        if not overrides:
            return plan
        return load_sweep(Written("sweep", sweep_yaml(plan)), as_options(overrides))
    return load_sweep(located(plan, "sweep"), as_options(overrides))
