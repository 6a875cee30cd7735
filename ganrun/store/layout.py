"""Where runs are: the runs folder, the name of a run's folder, and who is related to whom.

A run's folder is `<name>-s<seed>-<id>`; a run trained again beside it has `-2`, `-3`, ... after
that. The id leaves out the experiment's name, so one id may stand under several names, and it is
one run all the same.

Which runs differ only in `training.steps` cannot be read off an id. So every run is also entered,
when it begins, as an empty file `.families/<family>/<steps>-<id>` of the runs folder, where its
family is the id that its config has with `steps` set to 1. An entry is a hint and no more: what it
points to is opened and compared in full, and without the entry a longer run just starts from round
0.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from ganrun.config import Experiment, run_id
from ganrun.config.find import CONFIG, runs_folder
from ganrun.store.atomic import StoreError, make_folder, refused

RUN = "run.json"
METRICS = "metrics.csv"
SUMMARY = "summary.json"
SNAPSHOTS = "snapshots.npz"
CHECKPOINT = "checkpoint.safetensors"
EVENTS = "events.csv"
PIECES = "pieces.json"
PIECES_TEXT = "pieces.py.txt"
KEPT = (PIECES, PIECES_TEXT)
"""What is kept of pieces from outside, in folders of runs and of sweeps."""
TRIALS = "trials"
"""The runs of a sweep, in its folder."""
BRANCHES = "diagnosis"
"""The runs that play a run on, in its folder."""
LOCK = ".lock"
RESULTS = (METRICS, SNAPSHOTS, CHECKPOINT, SUMMARY)
"""What a training makes, in the order in which it is written."""
PROMISED = (CONFIG, *RESULTS)
"""Files that hold the same bytes, however a run was trained."""
FILES = (*PROMISED, RUN, EVENTS, *KEPT)

FAMILIES = ".families"

RunsById = Mapping[str, tuple[str, ...]]

_FOLDER_NAME = re.compile(
    r"(?P<name>.+)-s(?P<seed>\d+)-(?P<id>[0-9a-f]{16})(?:-(?P<attempt>[2-9]|[1-9]\d+))?"
)
_FAMILY_ENTRY = re.compile(r"(?P<steps>\d+)-(?P<id>[0-9a-f]{16})")


def choose_runs_dir(argument: Path | None = None) -> Path:
    """The runs folder: the argument, else `GANRUN_RUNS_DIR`, else `./runs`; `~` is the home.

    Raises `StoreError` where it is the home of somebody who is not known.
    """
    folder = str(runs_folder(argument))
    if folder.startswith("~"):
        whose = folder.split("/")[0]
        raise StoreError(f"{folder}: there is no home of {whose} (a folder here is ./{whose})")
    return Path(folder)


def run_path(
    runs_dir: Path, experiment: Experiment, attempt: int = 1, *, identity: str | None = None
) -> Path:
    """The folder of an experiment with one seed; `attempt` counts its runs side by side.

    `identity` is its id, where that is not the `run_id`.
    """
    (seed,) = experiment.seeds
    suffix = "" if attempt == 1 else f"-{attempt}"
    return runs_dir / f"{experiment.name}-s{seed}-{identity or run_id(experiment)}{suffix}"


def id_in_name(folder: Path) -> str | None:
    """The id that a folder's name claims; None if it is not named like a run."""
    match = _FOLDER_NAME.fullmatch(folder.name)
    return match["id"] if match else None


def name_and_seed(folder: Path) -> tuple[str, int] | None:
    """The experiment and the seed that a folder's name claims; None if it is no run's."""
    match = _FOLDER_NAME.fullmatch(folder.name)
    return (match["name"], int(match["seed"])) if match else None


def scan_runs(runs_dir: Path, identity: str = "") -> RunsById:
    """The names of all run folders by id, first attempts first; of one id only, if it is given.

    Reads one listing and opens nothing.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for name in _names(runs_dir):
        if identity in name and (match := _FOLDER_NAME.fullmatch(name)):
            found.setdefault(match["id"], []).append((int(match["attempt"] or 1), name))
    return {key: tuple(name for _, name in sorted(runs)) for key, runs in found.items()}


def _names(folder: Path) -> list[str]:
    with refused(folder, "read"), suppress(FileNotFoundError):
        return os.listdir(folder)
    return []


def with_steps(experiment: Experiment, steps: int) -> Experiment:
    """The same experiment, played for another number of rounds."""
    training = experiment.training.model_copy(update={"steps": steps})
    return experiment.model_copy(update={"training": training})


def family_of(experiment: Experiment) -> str:
    """The id that all experiments share which differ in `training.steps` (and name) only."""
    return run_id(with_steps(experiment, 1))


def enter_into_family(runs_dir: Path, experiment: Experiment) -> None:
    """Let longer runs of the same config find this one."""
    family = runs_dir / FAMILIES / family_of(experiment)
    make_folder(family)
    entry = family / f"{experiment.training.steps}-{run_id(experiment)}"
    with refused(entry, "written"):
        entry.touch()


def shorter_relatives(runs_dir: Path, experiment: Experiment) -> list[str]:
    """Ids of runs entered with fewer steps and otherwise the same config, the longest first."""
    names = _names(runs_dir / FAMILIES / family_of(experiment))
    entries = [match for name in names if (match := _FAMILY_ENTRY.fullmatch(name))]
    shorter = [entry for entry in entries if int(entry["steps"]) < experiment.training.steps]
    return [entry["id"] for entry in sorted(shorter, key=lambda e: int(e["steps"]), reverse=True)]
