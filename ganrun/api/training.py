"""Training, from a program."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

from ganrun import store
from ganrun.api.configs import (
    Overrides,
    Pieces,
    Source,
    each_of,
    give_pieces,
    is_one,
    load_configs,
)
from ganrun.api.options import Folder, options_for, runs_folder
from ganrun.api.run import Run
from ganrun.api.watching import OnProgress, watcher
from ganrun.errors import GanrunError
from ganrun.playing.jobs import Options, Outcome
from ganrun.report.live.confirming import PlayingOn
from ganrun.report.live.training import Training, title_of
from ganrun.train import train_all

Trained = Run | list[Run]
"""The run of a config with one seed, or those of its seeds."""


class TrainingError(GanrunError):
    """Something could not be trained or played on; a line for each run."""


def train(
    configs: Source | Iterable[Source],
    overrides: Overrides = None,
    *,
    pieces: Pieces = None,
    runs_dir: Folder = None,
    again: bool = False,
    confirm: bool = False,
    repair: bool = False,
    allow_numerics_change: bool = False,
    checkpoint_every: float = 10.0,
    progress: OnProgress = None,
) -> Trained | list[Trained]:
    """Train a config's GANs, one for each seed, as `ganrun train` does.

    A run that is there already is not trained again, one that was interrupted goes on where it
    stood, and one that asks only for more steps goes on from the shorter run. Several configs are
    trained at once.

    Args:
        configs: one config or several, each as `load_config` takes it, or a pattern of names.
        overrides: put on each of them.
        pieces: files with pieces of one's own that are named, one or several.
        runs_dir: where run folders go; by default `$GANRUN_RUNS_DIR`, else `./runs`.
        again: train afresh beside a run that is there already.
        confirm: then play each run on to 3 times its rounds, and judge it by that.
        repair: keep damaged folders aside, and train what they held again.
        allow_numerics_change: go on with a run that was begun on another kind of machine.
        checkpoint_every: seconds between checkpoints of a run.
        progress: whether it is shown (None: on a terminal and in a notebook alone), or a function
            that is told of it some ten times a second, from whatever thread.

    Returns:
        The `Run` of a config with one seed, a list of runs of one with several; of several
        configs a list with that of each. A run that diverged is a result like any other.

    Raises:
        ConfigError: a config cannot be used; nothing is trained.
        TrainingError: some of it could not be trained; the other runs are in their folders.
        KeyboardInterrupt: after Ctrl-C, once everything is saved. The same call goes on.
    """
    give_pieces(pieces)
    experiments = load_configs(each_of(configs), overrides)
    options = options_for(
        runs_folder(runs_dir),
        "train",
        again=again,
        allow_numerics_change=allow_numerics_change,
        checkpoint_every=checkpoint_every,
    )
    if repair:
        for one in experiments:
            keep_aside(store.run_folders(options.runs_dir, one))
    with watcher(Training(experiments), progress) as watching:
        of_each = train_all(experiments, watching.update, options)
    outcomes = [one for ended in of_each for one in ended]
    if any(one.how == "interrupted" for one in outcomes):
        raise KeyboardInterrupt("everything is saved; the same call goes on")
    problems = [
        f"{experiment.name}, seed {one.seed} failed: {one.error}"
        for experiment, ended in zip(experiments, of_each, strict=True)
        for one in ended
        if one.how == "failed"
    ]
    if confirm:
        paths = [one.path for one in outcomes if one.path is not None]
        problems += play_on(paths, options, title_of(experiments), progress)
    if problems:
        raise TrainingError("\n".join(problems))
    trained = [_runs_of(ended) for ended in of_each]
    return trained[0] if is_one(configs) else trained


def _runs_of(outcomes: Sequence[Outcome]) -> Trained:
    runs = [Run(one.path) for one in outcomes if one.path is not None]
    return runs if len(runs) > 1 else runs[0]


def keep_aside(folders: Iterable[Path]) -> None:
    """Keep damaged run folders aside, and warn of it."""
    for line in store.repair(folders):
        warnings.warn(line, stacklevel=3)


def play_on(paths: Sequence[Path], options: Options, title: str, progress: OnProgress) -> list[str]:
    """Play finished runs on and judge them by that; a line for each that could not be."""
    from ganrun.diagnose.confirm import confirm

    with watcher(PlayingOn(title=title), progress) as watching:
        return confirm(map(store.RunFolder, paths), options, watching.update)
