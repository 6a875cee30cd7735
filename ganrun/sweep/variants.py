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
        whole = _validated(self.content)
        if whole is not None:  # in the one form, however the case has it
            self.content = whole.model_dump(exclude={"seeds"})
        paths = [path_of(name) for name in columns]
        self._places = [(path[:-1], path[-1]) for path in paths]
        self._touched = {path[0]: self.content[path[0]] for path in paths}
        self._parts: Content = self.content
        if whole is not None:
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


def _validated(content: Content) -> Experiment | None:
    """The experiment, or None: alone it may contradict itself where no cell does."""
    try:
        return Experiment.model_validate(content)
    except ValidationError:
        return None
