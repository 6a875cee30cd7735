"""Experiments that differ from one in a few fields, made by the hundred thousand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ganrun.config import Experiment
from ganrun.config.dotted_fields import path_of
from ganrun.config.overrides import experiment_on_top

Content = dict[str, Any]


class Variants:
    """An experiment with a case's overrides, and any values in some fields on top of both.

    What the values leave untouched is validated once, and shared.
    """

    def __init__(self, base: Experiment, overrides: Mapping[str, Any], columns: Sequence[str]):
        self.content: Content = experiment_on_top(
            base.model_dump(exclude={"seeds"}), dict(overrides)
        )
        paths = [path_of(name) for name in columns]
        self._places = [(path[:-1], path[-1]) for path in paths]
        self._touched = {path[0]: self.content[path[0]] for path in paths}
        self._parts: Content = self.content
        try:
            whole = Experiment.model_validate(self.content)
        except ValidationError:
            return  # alone it may contradict itself where no cell does
        self._parts = {name: getattr(whole, name) for name in self.content}

    def changed(self, values: Sequence[Any]) -> Content:
        """Return the sections that the values, one per column, change, as plain data."""
        over: Content = {}
        for (sections, name), value in zip(self._places, values, strict=True):
            inside = over
            for section in sections:
                inside = inside.setdefault(section, {})
            inside[name] = value
        return experiment_on_top(self._touched, over)

    def experiment(self, values: Sequence[Any]) -> Experiment:
        """Return the experiment with these values, one per column; its seeds are the default."""
        return Experiment.model_validate(self._parts | self.changed(values))
