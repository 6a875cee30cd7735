"""The runs and the sweeps that lie in a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from ganrun.store.atomic import refused
from ganrun.store.layout import CONFIG, RUN
from ganrun.store.sweep_folder import is_sweep_folder


def is_run_folder(path: Path) -> bool:
    """Whether a folder claims to be a run's, whole or damaged."""
    return any(os.path.exists(path / name) for name in (RUN, CONFIG))


def folders_inside(path: Path) -> list[Path]:
    """The run folders directly inside a folder, numbers in their names sorted as numbers."""
    return _inside(path, is_run_folder)


def _inside(path: Path, is_wanted: Callable[[Path], bool]) -> list[Path]:
    if not os.path.isdir(path):
        return []
    with refused(path, "read"):
        children = [child for child in path.iterdir() if is_wanted(child)]
    return sorted(children, key=lambda child: _natural(child.name))


def sweeps_inside(path: Path) -> list[Path]:
    """The sweeps' folders directly inside a folder that is no run's."""
    return [] if is_run_folder(path) else _inside(path, is_sweep_folder)


def holds_runs(path: Path) -> bool:
    """Whether a folder is no run's, and holds those of runs or sweeps."""
    return not is_run_folder(path) and bool(folders_inside(path) or sweeps_inside(path))


def _natural(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
