"""What comes only with an extra of the package, and the command that installs one."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from pathlib import Path

_CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"
"""The versions that are tested; there in a checkout alone."""


def how_to_install(extra: str) -> str:
    """Return the command that adds an extra to the installation that is running."""
    pinned = ["-c", str(_CONSTRAINTS)] if _CONSTRAINTS.is_file() else []
    command = shlex.join([sys.executable, "-m", "pip", "install", *pinned])
    return f"{command} 'ganrun[{extra}]'"


MODULES = {
    "arena": ("starlette", "uvicorn", "websockets"),
    "mlflow": ("mlflow", "sqlalchemy", "alembic"),
    "parquet": ("pyarrow",),
    "tensorboard": ("tensorboard",),
}
"""What each of these extras brings."""


def missing(extra: str, what: str) -> str | None:
    """The line that says what needs an extra which is not there; None if it is."""
    if all(map(importlib.util.find_spec, MODULES[extra])):
        return None
    return f"{what} needs the extra '{extra}': {how_to_install(extra)}"
