"""The configs that come with ganrun, wherever it is installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_configs() -> Path:
    """The folder of shipped configs: inside the installed package, or beside it in a checkout."""
    installed = _PACKAGE / "_configs"
    return installed if installed.is_dir() else _PACKAGE.parent / "configs"


def shipped_files() -> list[Path]:
    """Every config and sweep that ships, sorted."""
    return sorted(shipped_configs().rglob("*.yaml"))


def default_config() -> Path:
    """The shipped config that loses modes: what the arena opens with."""
    return shipped_configs() / "five_gaussians.yaml"


def default_sweep() -> Path:
    """The shipped sweep that answers which hyperparameters cause collapse."""
    return shipped_configs() / "sweeps" / "influence.yaml"
