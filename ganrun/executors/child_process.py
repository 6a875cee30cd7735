"""What every process that ganrun starts does first: it leaves its end to its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType

INTERRUPTS = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]
"""What a terminal sends to all that runs in it, of which only the parent knows what to do."""


@contextmanager
def main_unread() -> Iterator[None]:
    """Processes that are begun in here do not read the program's main module again.

    They need nothing of it; and a script that trains without `if __name__ == "__main__"` would
    begin to train anew in each of them.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class _Child(SpawnProcess):
    def start(self) -> None:
        with main_unread():
            super().start()


class Children(SpawnContext):
    """How ganrun starts processes: afresh, since a copy of this one would hold its locks."""

    Process = _Child

    def __init__(self) -> None:
        with spared_interrupts():
            pass  # Python's own helper has begun, and nothing that this shares begins another


def _begin_cleaner() -> None:
    """Begin Python's helper that frees what processes share, and have it keep to itself.

    Who is ended while it frees a thing would have it complain that the thing is gone already.
    """
    silent = "ignore::UserWarning:multiprocessing.resource_tracker"
    sys.warnoptions.append(silent)
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.remove(silent)


@contextmanager
def spared_interrupts() -> Iterator[None]:
    """Processes that this thread begins in here hear nothing of a terminal's signals.

    They inherit what it blocks, and so are spared before they can ignore anything themselves.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        # Python's own helper lifts a part of that when it begins, so it comes first.
        _begin_cleaner()
        signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def follow_parent(*ignored: int) -> None:
    """Ignore a terminal's signals, and others that are named; die with the parent."""
    for one in (*INTERRUPTS, *ignored):
        signal.signal(one, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)  # one without a parent would hold its runs' locks for nobody

    threading.Thread(target=follow, daemon=True).start()
