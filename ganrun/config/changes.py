"""A config with one field changed, checked as if it had been written so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ganrun.config.errors import ConfigError, Place
from ganrun.config.explain import explained
from ganrun.config.schema import Experiment
from ganrun.config.yaml_tree import Entry, Node


def changed(experiment: Experiment, field: str, value: Any) -> Experiment:
    """Return the experiment with another value (plain JSON) in a field, named with dots.

    A whole section may be given too: `penalties` as `{"r1": {"weight": 1.0}}`, `target` with its
    layout; what such a value leaves out has its default. Raises `ConfigError`, one line per
    problem, each beginning with the field's name.
    """
    return with_changes(experiment, {field: value})


def with_changes(experiment: Experiment, changes: Mapping[str, Any]) -> Experiment:
    """Return the experiment with several fields changed, which are checked together."""
    content = experiment.model_dump(mode="json")
    for field, value in changes.items():
        *sections, name = field.split(".")
        inside = content
        for depth, section in enumerate(sections, start=1):
            below = inside.get(section)
            if not isinstance(below, dict):
                where = ".".join(sections[:depth])
                problem = "not in use" if sections[0] == "penalties" else "no such section"
                raise ConfigError([f"{where}: {problem}"])
            inside = below
        inside[name] = value
    try:
        return Experiment.model_validate(content)
    except ValidationError as error:
        problems = explained(error, _node(content))
        raise ConfigError([f"{one.field}: {one.message}" for one in problems]) from None


def _node(value: Any) -> Node:
    """The value as the tree that complaints are explained by; it has no places."""
    nowhere = Place("")
    if isinstance(value, dict):
        entries = {str(name): Entry(nowhere, _node(below)) for name, below in value.items()}
        return Node(nowhere, entries)
    if isinstance(value, list | tuple):
        return Node(nowhere, [_node(below) for below in value])
    return Node(nowhere, value, value if isinstance(value, str) else json.dumps(value))
