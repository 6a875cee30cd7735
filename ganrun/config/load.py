"""YAML files and `--set` options to one validated `Experiment`, or all that is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from ganrun.config.errors import ConfigError, Place, Problem
from ganrun.config.explain import explained
from ganrun.config.overrides import experiment_on_top, merged, nested
from ganrun.config.schema import Experiment
from ganrun.config.sources import (
    EXPERIMENT,
    in_order,
    read_file,
    read_option,
)
from ganrun.config.yaml_tree import Node, plain


def load_experiment(path: Path, overrides: Sequence[str] = ()) -> Experiment:
    """Read a config, what it extends, and the overrides on top of it (`dotted.name=yaml value`).

    Raises ConfigError with every problem found, each one line that begins with the file, line and
    column or with the override it is about.
    """
    problems: list[Problem] = []
    tree = read_file(Path(path), EXPERIMENT, problems)
    options = _read_options(overrides, problems)
    experiment = None
    if tree is not None:
        # The whole is the file's, whatever the options put in it.
        whole = Node(tree.place, experiment_on_top(tree, options).value)
        experiment = validated(whole, problems)
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


def _read_options(overrides: Sequence[str], problems: list[Problem]) -> Node:
    """Return the overrides as one tree, later ones on top; what cannot be read is left out."""
    tree = Node(Place("--set"), {})
    for override in overrides:
        if option := read_option(override, problems):
            tree = merged(tree, nested(*option))
    return tree
