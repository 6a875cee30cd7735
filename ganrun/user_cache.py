"""Where ganrun keeps what it can make again: compiled programs and measured references."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ganrun.machine import UnfitEnvironment

SIZE_VARIABLE = "GANRUN_CACHE_MB"
MOST_MEGABYTES = 1000
"""How much is kept where the variable is not set; a config's programs take about one."""
MEGABYTE = 1_000_000


def user_cache() -> Path:
    """The user's folder for it, which may not be there yet."""
    from platformdirs import user_cache_path

    return user_cache_path("ganrun", appauthor=False)


def programs_folder() -> Path:
    """The folder in it for compiled programs, one folder for each jaxlib and kind of processor."""
    return user_cache() / "xla"


def most_bytes() -> int:
    """How large compiled programs may grow together; raises `UnfitEnvironment`."""
    text = os.environ.get(SIZE_VARIABLE) or str(MOST_MEGABYTES)
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise UnfitEnvironment(f"{SIZE_VARIABLE}={text}: expected a whole number of megabytes")
    return int(text) * MEGABYTE


@dataclass(frozen=True)
class Kept:
    """A file of the cache."""

    path: Path
    size: int
    used: float
    """When it was last read or written, as far as the file system notes that."""

    def drop(self) -> bool:
        """Delete it; whether it is gone, by whomever."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
            return True
        return False


def kept_programs() -> list[Kept]:
    """Every compiled program."""
    return list(_kept(programs_folder(), "*/*"))


def kept_references() -> list[Kept]:
    """Every measured reference."""
    return list(_kept(user_cache(), "reference-*.json"))


def _kept(folder: Path, pattern: str) -> Iterator[Kept]:
    for path in folder.glob(pattern):
        with suppress(OSError):  # another process may be trimming too
            found = path.stat()
            yield Kept(path, found.st_size, max(found.st_atime, found.st_mtime))


def trim_programs() -> None:
    """Drop the programs that have not been used for longest, until the rest is small enough.

    Who reads one meanwhile has it whole already, or compiles it again.
    """
    left = most_bytes()
    for one in sorted(kept_programs(), key=lambda one: one.used, reverse=True):
        left -= one.size
        if left < 0:
            one.drop()
