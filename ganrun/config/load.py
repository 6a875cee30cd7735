"""YAML files and `--set` options to one validated `Experiment`, or all that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ganrun.config.errors import ConfigError, Problem, in_order
from ganrun.config.explain import explained
from ganrun.config.full_names import tree_in_full
from ganrun.config.own_points import settled
from ganrun.config.schema import Experiment
from ganrun.config.sources import EXPERIMENT, Written, read_tree
from ganrun.config.target_fields import Target
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
    """Return the experiment that the tree stands for, or None and what is wrong with it.

    Points of one's own are read from their file, and fitted.
    """
    tree = tree_in_full(tree)
    try:
        experiment = Experiment.model_validate(plain(tree))
        return _with_points(experiment, tree, problems)
    except ValidationError as error:
        problems.extend(explained(error, tree))
        return None


def _with_points(experiment: Experiment, tree: Node, problems: list[Problem]) -> Experiment | None:
    target = tree.entries.get("target", tree)
    named = target.entries.get("path", target)
    if (read := settled_at(experiment.target, named, "target.path", problems)) is None:
        return None
    if read is experiment.target:
        return experiment
    # Once more, since now it is known how many modes there are.
    return Experiment.model_validate(dict(experiment) | {"target": read})


def settled_at(target: Target, named: Node, field: str, problems: list[Problem]) -> Target | None:
    """Return a target with its points read, or None and what is wrong with their file."""
    try:
        return settled(target, named.place)
    except ValidationError as error:
        # Of what was written, all has been checked: what does not fit is what was found.
        first = error.errors(include_url=False)[0]
        problems.append(
            Problem(named.place, field, str(first.get("ctx", {}).get("message") or first["msg"]))
        )
    except ValueError as error:
        problems.append(Problem(named.place, field, str(error)))
    return None
