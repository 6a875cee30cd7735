"""`ganrun export`: runs and the trials of sweeps, written for other programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from rich.console import Console

from ganrun import wording
from ganrun.config import ConfigError
from ganrun.extras import missing
from ganrun.report.export_kinds import PLACES, Kind
from ganrun.report.folders_inside import folders_inside, is_run_folder, sweeps_inside
from ganrun.report.notes import Notes, print_whole
from ganrun.store import StoreError
from ganrun.store.layout import TRIALS
from ganrun.store.run_json import INTERACTIVE
from ganrun.store.sweep_folder import is_sweep_folder

if TYPE_CHECKING:
    from ganrun.report.exports.exported_run import ExportedRun


T = TypeVar("T")


class Exported(NamedTuple):
    """What became of an export."""

    written: list[str]
    """Paths of files, or the store."""
    runs: int
    """How many runs were written."""
    known: int = 0
    """How many were there already and left alone."""


def export_runs(
    paths: Sequence[Path], kind: Kind, place: str | None, console: Console, *, as_json: bool = False
) -> list[str]:
    """Export runs, each once.

    Args:
        paths: run folders, sweeps' folders, or folders that hold some of them.
        kind: what to export to.
        place: a folder, or MLflow's tracking URI; None for the one of `PLACES`.
        console: where it is said what was written.
        as_json: say so in one JSON document.

    Returns:
        One line for every run that could not be read.

    Raises:
        ConfigError: the extra is missing.
        StoreError: there is no run, or it cannot be written.
    """
    if line := missing(kind, f"ganrun export --to {kind}"):
        raise ConfigError([line])
    place = place or PLACES[kind]
    runs, problems = _read(_run_folders(paths))
    if not runs:
        raise StoreError(problems[0] if problems else f"{paths[0]}: there is no run to export")
    done = EXPORTERS[kind](runs, place)
    if as_json:
        document = {"to": kind, **done._asdict(), "problems": problems}
        print_whole(console, json.dumps(document, indent=2))
    else:
        notes = Notes(console, quiet=False)
        known = f"; {done.known:,} were there already" if done.known else ""
        notes.say(f"{wording.plural(done.runs, 'run')} exported{known}")
        for path in done.written:
            notes.say(path)
    return problems


def _run_folders(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if is_run_folder(path):
            yield path
        elif is_sweep_folder(path):
            yield from folders_inside(path / TRIALS)
        elif path.is_dir():
            yield from folders_inside(path)
            for sweep in sweeps_inside(path):
                yield from folders_inside(sweep / TRIALS)
        else:
            raise StoreError(f"{path}: no such folder")


def _read(folders: Iterable[Path]) -> tuple[list[ExportedRun], list[str]]:
    """The runs, those of equal id once, and a line for each that is damaged."""
    from ganrun.report.exports.exported_run import read_for_export

    runs: dict[object, ExportedRun] = {}
    problems = []
    for folder in _watched([*folders], "read"):
        try:
            run = read_for_export(folder)
        except StoreError as error:
            problems.append(str(error))
        else:
            # A game that was played by hand is no other's copy.
            runs.setdefault(run.path if run.status == INTERACTIVE else run.id, run)
    return [*runs.values()], problems


def _watched(items: Sequence[T], what: str) -> Iterator[T]:
    """The items one by one, with a bar on a terminal."""
    from ganrun.report.live.bar import counted

    with counted(what) as progress:
        for done, item in enumerate(items):
            progress(done, len(items))
            yield item


def _to_parquet(runs: Sequence[ExportedRun], place: str) -> Exported:
    from ganrun.report.exports.parquet import write_parquet

    return Exported([*map(str, write_parquet(runs, Path(place)))], len(runs))


def _to_tensorboard(runs: Sequence[ExportedRun], place: str) -> Exported:
    from ganrun.report.exports.tensorboard import write_events

    for run in _watched(runs, "written"):
        write_events(run, Path(place))
    return Exported([place], len(runs))


def _to_mlflow(runs: Sequence[ExportedRun], place: str) -> Exported:
    from ganrun.report.exports.mlflow import Tracking

    store = Tracking(place)
    new = sum(store.add(run) for run in _watched(runs, "logged"))
    return Exported([place], new, len(runs) - new)


EXPORTERS: dict[Kind, Callable[[Sequence[ExportedRun], str], Exported]] = {
    Kind.PARQUET: _to_parquet,
    Kind.TENSORBOARD: _to_tensorboard,
    Kind.MLFLOW: _to_mlflow,
}
