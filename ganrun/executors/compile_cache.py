"""Where compiled programs are kept, and what is done where they cannot be."""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import version
from multiprocessing import parent_process
from pathlib import Path
from tempfile import TemporaryFile

from ganrun.config.errors import one_line
from ganrun.machine import machine_type
from ganrun.user_cache import most_bytes, programs_folder, trim_programs


def compile_cache() -> Path | None:
    """The folder for compiled programs; a program fits one jaxlib and one kind of processor.

    Once in a process it is trimmed to its size. None where nothing is to be kept, and where it
    cannot be used, which a line says, but not of the processes that another has begun. Raises
    `UnfitEnvironment` over a size that is none.
    """
    machine = "".join(c if c.isalnum() else "-" for c in machine_type())
    folder = programs_folder() / f"jaxlib-{version('jaxlib')}-{machine}"
    return folder if most_bytes() and _usable(folder) else None


@cache
def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    except OSError as error:
        where = one_line(str(folder))
        reason = error.strerror or error
        line = f"{where}: cannot be used ({reason}), so programs are compiled anew each time"
        if parent_process() is None:  # else that one has said it
            print(f"note: {line}", file=sys.stderr)
        return False
    trim_programs()
    return True
