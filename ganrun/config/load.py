"""YAML files and `--set` options to one validated `Experiment`, or all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ganrun.config.errors import ConfigError, Problem, in_order
from ganrun.config.explain import explained
from ganrun.config.schema import Experiment
from ganrun.config.sources import EXPERIMENT, Written, read_tree
from ganrun.config.targets import Target
from ganrun.config.yaml_tree import Node, plain


def load_experiment(
    source: Path | Written,
    overrides: Sequence[str] = (),
    place_modes: Callable[[Target], Any] = lambda _: None,
) -> Experiment:
    """Read a config, what it extends, and the overrides on top of it (`dotted.name=yaml value`).

    `place_modes` tries what takes NumPy: it raises `ValueError` if the target's modes do not fit.
    Raises ConfigError with every problem found, each one line that begins with the file, line and
    column or with the override it is about.
    """
    problems: list[Problem] = []
    tree = read_tree(source, EXPERIMENT, overrides, problems)
    experiment = validated(tree, problems) if tree else None
    if tree and experiment and not problems:
        try:
            place_modes(experiment.target)
        except ValueError as error:
            place = tree.entries.get("target", tree).place
            problems.append(Problem(place, "target", str(error).removeprefix("target: ")))
    if problems or experiment is None:
        raise ConfigError([str(problem) for problem in in_order(problems)])
    return experiment


def validated(tree: Node, problems: list[Problem]) -> Experiment | None:
    """Return the experiment that the tree stands for, or None and what is wrong with it."""
    try:
        return Experiment.model_validate(plain(tree))
    except ValidationError as error:
        problems.extend(explained(error, tree))
        return None
