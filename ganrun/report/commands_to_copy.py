"""Commands that go on with what is there, or repeat it, as a terminal and the pages show them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from ganrun.report.run_record import RunRecord
from ganrun.report.sweep_record import SweepRecord
from ganrun.store import RunFolder, StoreError
from ganrun.store.layout import CONFIG, PIECES, TRIALS
from ganrun.store.pieces_kept import pieces_options
from ganrun.store.sweep_folder import SWEEP


def train_command(run: RunRecord, *, again: bool = False) -> str:
    """What goes on from a run's last checkpoint, or trains it afresh."""
    words = ["ganrun", "train", str(run.path / CONFIG)]
    options = ["--again"] if again else []
    return _in_their_place(words, run.path.parent, [*options, *pieces_of(run.path)])


def sweep_command(record: SweepRecord) -> str:
    """What trains that which a sweep lacks, and shows one that is complete."""
    words = ["ganrun", "sweep", str(record.path / SWEEP)]
    repair = ["--repair"] if any(row.damaged for row in record.rows) else []
    return _in_their_place(words, record.path.parent, [*repair, *pieces_of(record.path)])


def report_command(folders: Sequence[Path]) -> str:
    """What makes the pages and figures of runs, or of a folder of them."""
    return shlex.join(["ganrun", "report", *map(str, folders)])


def diagnose_command(folder: Path) -> str:
    """What finds out by experiment what a run suffers from."""
    return shlex.join(["ganrun", "diagnose", str(folder), *pieces_of(folder)])


def pieces_of(folder: Path) -> list[str]:
    """The options that give the pieces of a run or a sweep; none where nothing can be told."""
    if not (folder / PIECES).exists():
        return []
    for run in (folder, *islice((folder / TRIALS).glob("*"), 1)):
        with suppress(StoreError):
            return pieces_options(folder, RunFolder(run).run.get("command") or ())
    with suppress(StoreError):
        return pieces_options(folder)
    return []


def _in_their_place(words: Sequence[str], runs_dir: Path, options: Sequence[str] = ()) -> str:
    """A command for these runs, wherever they are."""
    place = [] if runs_dir == Path("runs") else ["--runs-dir", str(runs_dir)]
    return shlex.join([*words, *place, *options])
