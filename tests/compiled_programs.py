"""Compiled programs that the processes of a test session share, though JAX's cache is not for two.

JAX writes an entry of its cache in place, where another process may read half of it. So each worker
has a folder of its own, which the commands that its tests start use too, one after another. Between
two tests it passes on what is new in it, and takes what the others have passed on: by links, which
appear whole.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

SETTLED_SECONDS = 2.0
"""No entry takes so long to write; one that is younger may be half there."""


class Exchange:
    """Passes a worker's compiled programs on, and takes those of the others."""

    def __init__(self, own: Path, shared: Path) -> None:
        for folder in (own, shared):
            folder.mkdir(parents=True, exist_ok=True)
        self._own, self._shared = own, shared
        self._known: set[str] = set()
        self._seen = (0, 0)

    def meet(self) -> None:
        """Pass on and take what is new; nearly free where nothing is."""
        stamps = (self._own.stat().st_mtime_ns, self._shared.stat().st_mtime_ns)
        if stamps == self._seen:
            return
        self._seen = stamps
        for name in self._new(self._shared):
            self._link(self._shared / name, self._own / name)
        before = time.time() - SETTLED_SECONDS
        for name in self._new(self._own):
            if (self._own / name).stat().st_mtime < before:
                self._link(self._own / name, self._shared / name)
            else:
                self._seen = (0, 0)  # look again

    def _new(self, folder: Path) -> list[str]:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.name not in self._known]

    def _link(self, source: Path, target: Path) -> None:
        if not target.exists():
            with contextlib.suppress(FileExistsError):
                os.link(source, target)
        self._known.add(source.name)
