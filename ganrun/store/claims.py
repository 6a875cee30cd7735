"""Who may train a run, among everything that shares one runs folder; and where its result lies.

A run's folder has a lock of its own (`store.lock`), but one config may be wanted in several places:
two sweeps that overlap have a folder each for the same trial. So a trial is claimed by its id, in
the hidden folder `.trials` of the runs folder: `<id>.lock` is locked while it is trained and the
claim dies with its process; `<id>` holds the path of the finished run, relative to the runs folder.
That path is a hint: what it points to is opened and compared in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ganrun.config import Experiment, run_id
from ganrun.store.atomic import StoreError, make_folder, replace_file
from ganrun.store.folder import RunFolder
from ganrun.store.lock import Lock

TRIALS = ".trials"


class Claim:
    """The right to train one run, among all that use the same runs folder."""

    def __init__(self, runs_dir: Path, experiment: Experiment) -> None:
        self._runs_dir = runs_dir
        self._experiment = experiment
        self._note = runs_dir / TRIALS / run_id(experiment)

    def finished_run(self) -> RunFolder | None:
        """The finished run of this experiment that the last holder noted, if it is there yet."""
        try:
            folder = RunFolder(self._runs_dir / self._note.read_text(encoding="utf-8"))
            folder.check_config(self._experiment)
        except (OSError, UnicodeDecodeError, ValueError, StoreError):
            return None
        return folder if folder.finished else None

    def note(self, path: Path) -> None:
        """Say where the finished run lies."""
        relative = path.absolute().relative_to(self._runs_dir.absolute())
        replace_file(self._note, relative.as_posix().encode())


@contextmanager
def claimed(runs_dir: Path, experiment: Experiment) -> Iterator[Claim]:
    """Hold the claim on an experiment with one seed.

    Raises `RunLockedError` if another process holds it.
    """
    make_folder(runs_dir / TRIALS)
    path = runs_dir / TRIALS / f"{run_id(experiment)}.lock"
    lock = Lock(path, path, "trial", patience=0)
    try:
        yield Claim(runs_dir, experiment)
    finally:
        lock.release()
