"""Where ganrun keeps what it can make again: compiled programs, measured references, fits."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def kept_fits() -> list[Kept]:
    """Every mixture that was fitted to points."""
    return list(_kept(user_cache(), "fit-*.json"))


def read_kept(path: Path) -> Any:
    """The value of a file of the cache; None if there is none, or it is not what was written."""
    try:
        text, _, digest = path.read_text("ascii").rstrip("\n").rpartition("\n")
        return json.loads(text) if digest == _digest(text) else None
    except (OSError, ValueError, RecursionError):
        return None


def keep(path: Path, value: Any) -> None:
    """Write a value as JSON with its digest; where that cannot be, nothing is kept."""
    text = json.dumps(value, allow_nan=False)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(f"{text}\n{_digest(text)}\n", "ascii")
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


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
