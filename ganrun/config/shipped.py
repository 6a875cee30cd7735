"""The configs that come with ganrun, wherever it is installed."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_configs() -> Path:
    """The folder of shipped configs: inside the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "_configs"
    return installed if installed.is_dir() else _PACKAGE.parent / "configs"


def find_configs(pattern: Path) -> list[Path]:
    """The shipped files that a pattern such as `configs/cures/*.yaml` means; else the path itself.

    Where such files are here a shell has put their names in its place already.
    """
    if pattern.parts[:1] != ("configs",) or "*" not in pattern.name:
        return [pattern]
    found = sorted(shipped_configs().joinpath(*pattern.parts[1:-1]).glob(pattern.name))
    return [Path(*pattern.parts[:-1], path.name) for path in found] or [pattern]


def find_config(path: Path) -> Path:
    """The path itself, or the shipped file that `configs/...` means where no such file is here.

    A `~` at its beginning is the home folder, which no shell has put in behind an `=`.
    """
    path = Path(os.path.expanduser(path))
    if path.parts[:1] == ("configs",) and not os.path.exists(path):
        shipped = shipped_configs().joinpath(*path.parts[1:])
        if os.path.isfile(shipped):
            return shipped
    return path


def named_in(folder: Path, name: str) -> Path:
    """The file that a config in a folder names, or the shipped one that is meant where none is."""
    path, shipped = folder / os.path.expanduser(name), find_config(Path(name))
    return path if os.path.exists(path) or shipped == Path(name) else shipped


def default_config() -> Path:
    """The shipped config that loses modes: what the arena opens with."""
    return shipped_configs() / "five_gaussians.yaml"


def default_sweep() -> Path:
    """The shipped sweep that answers which hyperparameters cause collapse."""
    return shipped_configs() / "sweeps" / "influence.yaml"
