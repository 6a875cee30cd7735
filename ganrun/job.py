"""How a training is asked for, and what became of each seed: plain data, no JAX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Outcome:
    """What became of one seed."""

    seed: int
    how: Literal["trained", "found", "interrupted", "failed"]
    path: Path | None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to train; none of it changes a number."""

    runs_dir: Path
    command: Sequence[str] = ()
    again: bool = False
    allow_numerics_change: bool = False
    commit_every: float = 10.0
    """Seconds between checkpoints."""
