"""Runs that came to be elsewhere: read as bytes, and written into a folder of their own.

That is how a sweep takes over what another has trained, and how a cluster's results come home.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ganrun.config import Experiment, to_yaml
from ganrun.store import layout
from ganrun.store.atomic import make_folder, remove_leftovers, replace_file
from ganrun.store.folder import RunFolder
from ganrun.store.formats import FormatError, digest_of, sealed
from ganrun.store.lock import claim
from ganrun.store.reading import RunFolderError, read_file
from ganrun.store.run_json import digests_of, origin_in, read_record

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
    try:
        record = read_record(files[layout.RUN])
    except FormatError as error:
        raise RunFolderError(f"{path / layout.RUN}: was to be written, but {error}") from error
    config, found = to_yaml(experiment).encode(), digests_of(files)
    for name, noted in (record.get("digests") or {}).items():
        if found.get(name) != noted:
            raise RunFolderError(f"{path / name}: came as other than what was written elsewhere")
    if record.get("digests"):
        record["digests"] |= {layout.CONFIG: digest_of(config)}
    record |= {"name": experiment.name, "again": False}
    make_folder(path)
    lock = claim(path)
    try:
        remove_leftovers(path, layout.FILES)
        replace_file(path / layout.CONFIG, config)
        unfinished = record | {"status": "running", "digests": None}
        replace_file(path / layout.RUN, sealed(unfinished))
        for name in (*layout.KEPT, *layout.RESULTS):
            if name in files or name in layout.RESULTS:
                replace_file(path / name, files[name])
        replace_file(path / layout.RUN, sealed(record))
    finally:
        lock.release()
    layout.enter_into_family(path.parent, experiment)
    return RunFolder(path)


def take_over(source: RunFolder, path: Path, experiment: Experiment) -> RunFolder:
    """Copy a finished run of this experiment into `path`; its record says where it came from.

    It is to be checked before.
    """
    end = source.checkpoint()
    assert end is not None
    origin = origin_in(source.run, folder=str(source.path), at_round=end.round)
    record = {layout.RUN: sealed(source.run | {"reused_from": origin})}
    return install_run(path, experiment, run_files(source.path) | record)
