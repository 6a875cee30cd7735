"""Who may write a run folder: one process at a time, and none that is dead.

The claim is the operating system's lock on the hidden file `.lock`, which goes with the process
however that ends. The file itself stays; it is empty and means nothing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from ganrun.store.atomic import StoreError, refused
from ganrun.store.layout import LOCK

PATIENCE = 0.5
"""Seconds that a claim is tried for: a reader's `is_claimed` holds the lock for a moment."""
MOST_FILES = 1 << 17


class RunLockedError(StoreError):
    """Another process is writing this run."""


@cache
def allow_many_files() -> None:
    """Raise the process's limit of open files: a population holds a lock for each of its runs."""
    if os.name != "posix":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # a system may allow less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def claim(folder: Path) -> FileLock:
    """Take the folder's lock, until `release()` or the end of the process."""
    return locked(folder / LOCK, folder, "run", patience=PATIENCE)


def locked(path: Path, place: Path, what: str, *, patience: float) -> FileLock:
    """Take the lock on a file, until `release()` or the end of the process.

    Raises `RunLockedError`, which names the place and what is trained there, where another process
    has it for so many seconds.
    """
    allow_many_files()
    lock = FileLock(path, timeout=patience, thread_local=False)
    with refused(place, "locked"):
        try:
            lock.acquire(poll_interval=0.02)
        except Timeout:
            raise RunLockedError(f"{place}: another process is training this {what}") from None
    return lock


def is_claimed(folder: Path) -> bool:
    """Whether a living process holds the folder's lock; writes nothing."""
    path = folder / LOCK
    if os.name != "posix":
        return _is_claimed_elsewhere(path)
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return False


def _is_claimed_elsewhere(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except (Timeout, OSError):
        return True
