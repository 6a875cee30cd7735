"""What comes only with an extra of the package, and the command that installs one."""

from __future__ import annotations

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
