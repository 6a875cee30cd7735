"""Files that are whole or not there: written under another name, made durable, then renamed.

A process may be killed, or the disk may fill, at any step of `replace_file`: the file of that name
holds either its old content or all of its new content, never a part of it.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ganrun.errors import GanrunError

WITHOUT_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)
"""What a file system says that has no hard links."""


class StoreError(GanrunError):
    """A run folder cannot be written, read or claimed; one line that names the place."""


@contextmanager
def refused(path: Path, what: str, kind: type[StoreError] = StoreError) -> Iterator[None]:
    """Say in one line that a place `cannot be <what>`, and why, where the system refuses it."""
    try:
        yield
    except OSError as error:
        raise kind(f"{path}: cannot be {what}: {error.strerror or error}") from error


def replace_file(path: Path, content: bytes) -> None:
    """Give `path` this content at once; a `StoreError` leaves the old file as it was."""
    temporary = _beside(path)
    with refused(path, "written"):
        try:
            _write_durably(temporary, content)
            os.replace(temporary, path)
            sync_folder(path.parent)
        except OSError:
            with suppress(OSError):
                os.unlink(temporary)
            raise


def new_file(path: Path, content: bytes) -> None:
    """Make a file with this content at once; a `StoreError` if there is one of that name."""
    temporary = _beside(path)
    with refused(path, "written"):
        try:
            _write_durably(temporary, content)
            _name(temporary, path)
            sync_folder(path.parent)
        finally:
            with suppress(OSError):
                os.unlink(temporary)


def _name(temporary: Path, path: Path) -> None:
    """Give a file its name, unless another has it: a link, unlike a renaming, replaces none."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if os.path.lexists(path) or error.errno not in WITHOUT_LINKS:
            raise
        os.replace(temporary, path)  # a file system without links


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def make_folder(path: Path) -> None:
    """Create a folder, and those above it, unless it is there already."""
    with refused(path, "created"):
        path.mkdir(parents=True, exist_ok=True)
        sync_folder(path.parent)


def remove_leftovers(folder: Path, names: Collection[str]) -> None:
    """Remove what killed writers of these files left; only for who holds the folder's lock."""
    beginnings = tuple(f".{name}." for name in names)
    with refused(folder, "tidied"):
        for name in os.listdir(folder):
            if name.startswith(beginnings) and name.endswith(".tmp"):
                os.unlink(folder / name)


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder durable, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems
            raise
    finally:
        os.close(descriptor)


def _write_durably(path: Path, content: bytes) -> None:
    binary = getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | binary, 0o666)
    try:
        remaining = memoryview(content)
        while remaining:
            remaining = remaining[os.write(descriptor, remaining) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
