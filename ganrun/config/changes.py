"""A config with some fields changed, checked as if it had been written so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ganrun.config.errors import ConfigError
from ganrun.config.explain import explained
from ganrun.config.overrides import experiment_on_top, nested
from ganrun.config.schema import Experiment, choices, section_model
from ganrun.config.yaml_tree import tree_of


def with_changes(experiment: Experiment, changes: Mapping[str, Any]) -> Experiment:
    """Return the experiment with other values (plain JSON) in fields, named with dots.

    All are checked together. A whole section may be given too, on which its fields then lie:
    `penalties` as `{"r1": {"weight": 1.0}}`, `target` with its layout; what such a value leaves out
    has its default. A piece's parameter is set where that piece is in use. Raises `ConfigError`,
    one line per problem, each beginning with the field's name.
    """
    content = experiment.model_dump(mode="json")
    for field in sorted(changes, key=_turn):
        value, path = changes[field], field.split(".")
        _see_that_it_has(content, path[:-1])
        # A mapping lies on nothing, so that it is the whole section.
        layers: list[Any] = [None, value] if isinstance(value, dict) else [value]
        for layer in layers:
            content = experiment_on_top(content, nested(path, layer))
    try:
        return Experiment.model_validate(content)
    except ValidationError as error:
        problems = explained(error, tree_of(content))
        raise ConfigError([f"{one.field}: {one.message}" for one in problems]) from None


def _turn(field: str) -> tuple[int, bool]:
    """Return what fields are sorted by: what replaces others comes before them."""
    return field.count("."), field != "target.layout"


def _see_that_it_has(content: Mapping[str, Any], sections: list[str]) -> None:
    """Raise `ConfigError` if one of the sections, each within the one before, is not there."""
    for depth, section in enumerate(sections, start=1):
        inside = content.get(section)
        if isinstance(inside, str) and tuple(sections[:depth]) in choices():
            inside = {inside: {}}  # a piece whose parameters are all neutral
        if not isinstance(inside, dict):
            name = ".".join(sections[:depth])
            is_known = section_model(name) is not None
            raise ConfigError([f"{name}: {'not in use' if is_known else 'no such section'}"])
        content = inside
