"""Configs as a command is given them: found, loaded, and what may not be meant noted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganrun.cli.ends import note

if TYPE_CHECKING:
    from ganrun.config import Experiment


def load(path: Path, overrides: list[str] | None) -> Experiment:
    """Load a config, wherever it is, and see that its target can be made. Raises `ConfigError`."""
    from ganrun.config import load_experiment
    from ganrun.config.shipped import find_config
    from ganrun.config.targets import LAYOUTS
    from ganrun.config.unused_numbers import unused_numbers

    def place_modes(target: Any) -> None:
        if LAYOUTS[target.layout].may_not_fit:
            # For the others, NumPy need not be imported.
            from ganrun.mixture import mixture_of

            mixture_of(target)

    experiment = load_experiment(find_config(path), overrides or (), place_modes)
    from ganrun.measure.showable import warnings_of

    note(f"{path}: {line}" for line in (*unused_numbers(experiment), *warnings_of(experiment)))
    return experiment


def load_all(paths: Sequence[Path], overrides: list[str] | None) -> list[Experiment]:
    """Load some configs. Raises `ConfigError` with all that is wrong with any of them."""
    from ganrun.config.errors import ConfigError
    from ganrun.config.shipped import find_configs

    experiments: list[Experiment] = []
    problems: list[str] = []
    for path in (file for pattern in paths for file in find_configs(pattern)):
        try:
            experiments.append(load(path, overrides))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return experiments
