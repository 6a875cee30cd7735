"""Runs that came to be elsewhere: read as bytes, and written into a folder of their own.

That is how a sweep takes over what another has trained, and how a cluster's results come home.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ganrun.config import Experiment, run_id, to_yaml
from ganrun.store import layout
from ganrun.store.atomic import make_folder, remove_leftovers, replace_file
from ganrun.store.folder import RunFolder, read_file
from ganrun.store.formats import json_text, read_json
from ganrun.store.lock import claim

RESULTS = (layout.METRICS, layout.SNAPSHOTS, layout.CHECKPOINT, layout.SUMMARY)
"""Files besides config and record, in the order in which a run writes them."""

Files = Mapping[str, bytes]


def run_files(path: Path) -> dict[str, bytes]:
    """The files of a run, finished or not, by name."""
    return {name: read_file(path / name, bytes) for name in layout.FILES if (path / name).exists()}


def install_run(path: Path, experiment: Experiment, files: Files) -> RunFolder:
    """Write the files of a finished run of this experiment (whatever its name was) into `path`.

    The order is that of a run which is trained there, so that a crash leaves what can be gone on
    with. Raises `RunLockedError` if another process writes that folder, `StoreError` if it cannot
    be written.
    """
    record: dict[str, Any] = read_json(files[layout.RUN])
    record |= {"name": experiment.name, "again": False}
    make_folder(path)
    lock = claim(path)
    try:
        remove_leftovers(path, layout.FILES)
        replace_file(path / layout.CONFIG, to_yaml(experiment).encode())
        unfinished = record | {"status": "running"}
        replace_file(path / layout.RUN, json_text(unfinished, sort_keys=False))
        for name in RESULTS:
            replace_file(path / name, files[name])
        replace_file(path / layout.RUN, json_text(record, sort_keys=False))
    finally:
        lock.release()
    layout.enter_into_family(path.parent, experiment)
    return RunFolder(path)


def take_over(source: RunFolder, path: Path, experiment: Experiment) -> RunFolder:
    """Copy a finished run of this experiment into `path`; its record says where it came from.

    Raises `RunFolderError` if it is damaged.
    """
    for whole in (source.metrics, source.snapshots, source.checkpoint, lambda: source.verdict):
        whole()
    files = run_files(source.path)
    record = read_json(files[layout.RUN])
    steps = record["sessions"][-1]["to_round"]
    record["reused_from"] = {"folder": str(source.path), "id": run_id(experiment), "round": steps}
    files[layout.RUN] = json_text(record, sort_keys=False)
    return install_run(path, experiment, files)
