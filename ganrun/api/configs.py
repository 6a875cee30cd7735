"""Configs from files, from dictionaries and from other configs: all of them by the same rules."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard, cast

from ganrun.config import ConfigError, Experiment, load_experiment, to_yaml
from ganrun.config.find import find_config, find_configs, is_pattern
from ganrun.config.giving import give
from ganrun.config.sources import Written
from ganrun.config.targets import LAYOUTS, Target
from ganrun.config.unused_numbers import unused_numbers

Source = str | os.PathLike[str] | Mapping[str, Any] | Experiment
"""A path or the name of a shipped config, a dictionary of fields, or a config."""
Overrides = Mapping[str, Any] | Sequence[str] | None
"""Fields by their dotted names: a dictionary, or texts such as `training.steps=2000`."""
Pieces = str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None
"""Python files with pieces of one's own, one or several (docs/extending.md)."""


def load_config(
    source: Source, overrides: Overrides = None, *, pieces: Pieces = None
) -> Experiment:
    """Read and check a config, with overrides on top of it.

    Args:
        source: the path of a YAML file or of a run's folder, or the name of one that ships with
            ganrun; a dictionary of fields, nested as in YAML, with `extends` if it extends a file;
            or a config that is to be changed.
        overrides: fields by their dotted names, as a dictionary or as `--set` takes them.
        pieces: files with pieces of one's own that it names; they stay known to this process.

    Returns:
        The config in full, frozen: every field that was not given has its default.

    Raises:
        ConfigError: with all that is wrong with it, a line each.

    >>> config = load_config("five_gaussians", {"training.steps": 2000, "seeds": 1})
    >>> config.name, config.training.steps, config.seeds
    ('five_gaussians', 2000, (0,))
    >>> load_config({"optimizer": {"betta1": 0.5}})
    Traceback (most recent call last):
    ganrun.config.errors.ConfigError: config: optimizer.betta1: unknown field; did you mean 'b1'?
    """
    give_pieces(pieces)
    experiment = load_experiment(located(source, "config"), as_options(overrides), place_modes)
    warn_of(notes_on(experiment), experiment.name)
    return experiment


def give_pieces(pieces: Pieces) -> None:
    """Let the pieces of some files be known. Raises `ConfigError` with all that is wrong."""
    if pieces is not None:
        give([pieces] if isinstance(pieces, str | os.PathLike) else pieces)


def notes_on(experiment: Experiment) -> list[str]:
    """What is no mistake in a config, and may not be meant."""
    from ganrun.measure.showable import warnings_of

    return [*unused_numbers(experiment), *warnings_of(experiment)]


def warn_of(lines: Iterable[str], called: str) -> None:
    """Warn of such lines, of a config of that name."""
    for line in lines:
        warnings.warn(f"{called}: {line}", stacklevel=3)


def load_configs(sources: Iterable[Source], overrides: Overrides) -> list[Experiment]:
    """Read several configs. Raises `ConfigError` with all that is wrong with any of them."""
    experiments: list[Experiment] = []
    problems: list[str] = []
    for source in sources:
        try:
            experiments.append(load_config(source, overrides))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return experiments


def located(source: Source, called: str) -> Path | Written:
    """Where a config is to be read: its file, or its text where it has none."""
    if isinstance(source, Experiment):
        return Written(called, to_yaml(source))
    if isinstance(source, Mapping):
        return Written(called, _as_text(source, called))
    return find_config(Path(source))


def is_one(sources: Source | Iterable[Source]) -> TypeGuard[Source]:
    """Whether it is one config, and not several of them or a pattern of their names."""
    if isinstance(sources, str | os.PathLike):
        return not is_pattern(Path(sources))
    return isinstance(sources, Mapping | Experiment)


def each_of(sources: Source | Iterable[Source]) -> Iterator[Source]:
    """The configs, be it one or several; a pattern of names stands for all that are like it."""
    alone = isinstance(sources, str | os.PathLike | Mapping | Experiment)
    for one in cast("Iterable[Source]", [sources] if alone else sources):
        yield from find_configs(Path(one)) if isinstance(one, str | os.PathLike) else [one]


def as_options(overrides: Overrides) -> Sequence[str]:
    """Overrides as `--set` takes them."""
    if isinstance(overrides, str):
        return [overrides]
    if isinstance(overrides, Mapping):
        return [f"{name}={_as_text(value, name)}" for name, value in overrides.items()]
    return overrides or ()


def _as_text(value: Any, called: str) -> str:
    """A value as JSON, which is YAML as well."""
    try:
        return json.dumps(value, default=_plain, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConfigError([f"{called}: {error}"]) from error


def _plain(value: Any) -> Any:
    """A path as text, numbers and arrays of NumPy as Python's own."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a config has no place for a {type(value).__name__}")


def place_modes(target: Target) -> None:
    """Raise `ValueError` if the modes of a target do not fit."""
    if LAYOUTS[target.layout].may_not_fit:  # of the others NumPy need not be asked
        from ganrun.mixture import mixture_of

        mixture_of(target)
