"""Where a run's numbers come from: versions, the code's commit, the machine."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from ganrun.game import backend as game_backend
from ganrun.machine import foreign_arithmetic, machine_type, what_it_says

PACKAGES = ("ganrun", "jax", "jaxlib", "flax", "optax", "numpy", "scikit-learn")

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_CHECKOUT = Path(__file__).resolve().parents[2]


def now() -> str:
    """The time in UTC, as ISO 8601 to the second, so that the later of two is the larger text."""
    return datetime.now(UTC).strftime(_TIME)


def later(time: str, seconds: float) -> str:
    """So many whole seconds after a time."""
    since = datetime.strptime(time, _TIME).replace(tzinfo=UTC)
    return (since + timedelta(seconds=int(seconds))).strftime(_TIME)


@cache
def versions() -> dict[str, str | None]:
    """Of Python and of every package that may touch a number; None where not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found


@cache
def git() -> dict[str, Any]:
    """Commit and dirtiness of ganrun's own checkout; None if it is none, or without git."""
    if not (_CHECKOUT / ".git").exists():
        return {"commit": None, "dirty": None}
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain")
    return {"commit": commit or None, "dirty": None if changes is None else changes != ""}


def _git(*arguments: str) -> str | None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    return what_it_says(["git", "-C", str(_CHECKOUT), *arguments], environment)


def numerics(*, backend: str, device: str, lanes: int) -> dict[str, Any]:
    """All that a run's bits may depend on besides its config; `device` is the kind's name.

    Variables that change arithmetic are in it where they are set, by their own names.
    """
    found = {
        "machine": machine_type(),
        "backend": backend,
        "device": device,
        "jaxlib": versions()["jaxlib"],
        "lanes": lanes,
    }
    if game_backend.begun_elsewhere():
        found["xla"] = "set up by another program"
    return found | foreign_arithmetic()
