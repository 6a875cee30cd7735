"""Who may write a run folder: one process at a time, and none that is dead.

The claim is the operating system's lock on the hidden file `.lock`, which goes with the process
however that ends. The file itself stays; it is empty and means nothing.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from ganrun.store.atomic import StoreError, refused
from ganrun.store.layout import LOCK

PATIENCE = 0.5
"""Seconds that a claim is tried for: a reader's `is_claimed` holds the lock for a moment."""
MOST_FILES = 1 << 17
WITHOUT_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP)
"""What a file system says that knows no locks, or cannot ask for one."""


class RunLockedError(StoreError):
    """Another process is writing this run."""


class FolderLostError(StoreError):
    """A folder is not the one any more that was claimed: it was replaced, moved or removed."""


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


class Lock:
    """A lock on a file, until `release()` or the end of the process.

    Raises `RunLockedError`, which names the place and what is trained there, where another process
    has it for so many seconds; `StoreError` where the file system has no locks.
    """

    def __init__(self, path: Path, place: Path, what: str, *, patience: float) -> None:
        allow_many_files()
        self._path, self._place = path, place
        self._lock = FileLock(path, timeout=patience, thread_local=False, fallback_to_soft=False)
        with refused(place, "locked"):
            try:
                self._lock.acquire(poll_interval=0.02)
                self._file = os.stat(path)
            except Timeout:
                raise RunLockedError(f"{place}: another process is training this {what}") from None
            except OSError as error:
                self._lock.release()
                if error.errno not in WITHOUT_LOCKS:
                    raise
                raise StoreError(
                    f"{place}: is on a file system without locks (flock), so that two trainings "
                    "could write it at once; choose another one with --runs-dir"
                ) from None

    @property
    def is_held(self) -> bool:
        """Whether it was not released yet."""
        return self._lock.is_locked

    def check(self) -> None:
        """Raise `FolderLostError` if the place is not what was locked."""
        check_same(self._file, self._path, self._place)

    def release(self) -> None:
        """Let others have it; releasing again does nothing."""
        self._lock.release()


def check_same(file: os.stat_result, path: Path, place: Path) -> None:
    """Raise `FolderLostError`, which names the place, if the file at a path is another one now.

    The file must be open since, so that no other can have its number.
    """
    with refused(place, "looked at"), suppress(FileNotFoundError):
        if os.path.samestat(file, os.stat(path)):
            return
    raise FolderLostError(
        f"{place}: was replaced, moved or removed while it was trained, so nothing more is written "
        "there"
    )


def claim(folder: Path) -> Lock:
    """Take the folder's lock."""
    return Lock(folder / LOCK, folder, "run", patience=PATIENCE)


def is_claimed(folder: Path) -> bool:
    """Whether a living process holds the folder's lock, or may: some file systems have no locks.

    Writes nothing.
    """
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
    except OSError:  # it is held, or nobody can tell
        return True
    finally:
        os.close(descriptor)
    return False


def share(descriptor: int, folder: Path) -> None:
    """Let `alone` know, while a file of a folder is open, that the folder is in use.

    Raises `RunLockedError` if a process is removing it. Where a system has no such locks, or none
    on this file system, nobody is told.
    """
    if os.name != "posix":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunLockedError(f"{folder}: another process is removing it") from None
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise


@contextmanager
def alone(path: Path, folder: Path) -> Iterator[None]:
    """Hold a file of a folder that others `share`; raises `RunLockedError` if one of them does."""
    if os.name != "posix":
        yield
        return
    import fcntl

    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunLockedError(f"{folder}: a process is running this sweep") from None
        except OSError as error:
            if error.errno not in WITHOUT_LOCKS:
                raise
        yield


def _is_claimed_elsewhere(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except (Timeout, OSError):
        return True
