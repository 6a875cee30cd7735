"""How a file of a run folder is read: whole, of a size that it may have, or one clear error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ganrun.store.atomic import StoreError, refused
from ganrun.store.formats import FormatError

_LARGEST_FILE = 1 << 30
"""Bytes; a run of the largest config that the schema allows stays below."""

T = TypeVar("T")


class RunFolderError(StoreError):
    """A folder that is damaged or no run folder; one line that names the file."""


class DamagedError(RunFolderError):
    """A file is missing, or other than what was written there."""


def read_file(path: Path, parse: Callable[[bytes], T]) -> T:
    """What a file of a run folder holds.

    Raises `DamagedError` if it is missing or cannot be parsed, `RunFolderError` if the system does
    not let it be read.
    """
    with refused(path, "read", RunFolderError):
        try:
            if path.exists() and not path.is_file():
                raise DamagedError(f"{path}: is not a file")
            if path.stat().st_size > _LARGEST_FILE:
                raise DamagedError(f"{path}: is too large to be a run's")
            return parse(path.read_bytes())
        except FileNotFoundError:
            raise DamagedError(f"{path}: is missing") from None
        except FormatError as error:
            raise DamagedError(f"{path}: {error}") from error
