"""The folder of a sweep: `<name>-sweep-<id>`, with the sweep in full, its trials and its table."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ganrun.config import ConfigError, Experiment, Sweep, load_sweep, run_id, sweep_yaml
from ganrun.config.find import SWEEP
from ganrun.config.identity import earlier_id
from ganrun.store import layout
from ganrun.store.atomic import StoreError, make_folder, refused, replace_file
from ganrun.store.lock import check_same, share
from ganrun.store.pieces_kept import admit_kept, kept_files

RESULTS = "results.csv"
INFLUENCE = "influence.json"

_NAME = re.compile(r".+-sweep-(?P<id>[0-9a-f]{16})")


def is_sweep_name(path: Path) -> bool:
    """Whether a folder is named as a sweep's is."""
    return _NAME.fullmatch(path.name) is not None


class SweepFolder:
    """A sweep's folder; reading anything damaged raises `StoreError` with one line."""

    def __init__(self, path: Path) -> None:
        if not is_sweep_folder(path):
            raise StoreError(f"{path}: not a sweep's folder: it has no {SWEEP}")
        self.path = path
        self.trials = path / layout.TRIALS
        admit_kept(path)
        try:
            self.sweep: Sweep = load_sweep(path / SWEEP)
        except ConfigError as error:
            raise StoreError(error.problems[0]) from error
        match = _NAME.fullmatch(path.absolute().name)
        self.id = match["id"] if match else self.sweep.id
        if self.id not in (self.sweep.id, self.sweep.earlier_id):
            raise StoreError(
                f"{path / SWEEP}: is sweep {self.sweep.id}, not {self.id}: it was changed"
            )

    def trial_id(self, experiment: Experiment) -> str:
        """The id that the trial of an experiment with one seed has here."""
        return run_id(experiment) if self.id == self.sweep.id else earlier_id(experiment)

    def trial_path(self, experiment: Experiment) -> Path:
        """Where the trial of an experiment with one seed belongs."""
        return layout.run_path(self.trials, experiment, identity=self.trial_id(experiment))

    @contextmanager
    def kept(self) -> Iterator[Callable[[], None]]:
        """What is given raises `FolderLostError` once the folder is another one, while in here."""
        path = self.path / SWEEP
        with refused(path, "read"):
            file = path.open("rb")
        with file:
            share(file.fileno(), self.path)
            there = os.fstat(file.fileno())
            yield lambda: check_same(there, path, self.path)


def is_sweep_folder(path: Path) -> bool:
    """Whether a sweep has begun here."""
    return os.path.isfile(path / SWEEP)


def sweep_path(runs_dir: Path, sweep: Sweep) -> Path:
    """The folder of a sweep."""
    return runs_dir / f"{sweep.name}-sweep-{sweep.id}"


def open_sweep(runs_dir: Path, sweep: Sweep) -> SweepFolder:
    """Make a sweep's folder, unless it is there already, and read it back."""
    path = sweep_path(runs_dir, sweep)
    make_folder(path / layout.TRIALS)
    if not os.path.exists(path / SWEEP):
        for name, content in kept_files(sweep_yaml(sweep)).items():
            replace_file(path / name, content)
        replace_file(path / SWEEP, sweep_yaml(sweep).encode())
    folder = SweepFolder(path)
    if folder.sweep != sweep:
        raise StoreError(f"{path / SWEEP}: holds another sweep under the same id")
    return folder
