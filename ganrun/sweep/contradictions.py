"""Levels of a sweep that do not go together: which ones they are, in as few words as possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ganrun.config import ConfigError, Experiment, Factor, Sweep
from ganrun.config.errors import Place, Problem, in_order, shortened
from ganrun.config.explain import explained
from ganrun.config.identity import canonical_json
from ganrun.config.targets import LAYOUTS
from ganrun.config.write import flow
from ganrun.config.yaml_tree import tree_of
from ganrun.sweep.variants import Variants
from ganrun.wording import listed

MANY = 10
SOME = 20

Culprits = tuple[str | None, tuple[tuple[int, Any], ...]]
"""A case, or None for no case's fault, and the indices and values of the fields at fault."""


class Contradictions:
    """Collects the cells of a design that make no experiment, and tells each kind of fault once."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._found: dict[Culprits, Problem] = {}
        self._placed: dict[Any, str | None] = {}

    @property
    def are_many(self) -> bool:
        """Whether there are so many that nobody would read more."""
        return len(self._found) >= MANY

    def raise_if_any(self) -> None:
        """Raise ConfigError with one line per contradiction, if there are any."""
        if self._found:
            problems = in_order(list(self._found.values()))
            lines = [str(problem) for problem in problems]
            if self.are_many:
                lines.append(f"{problems[-1].place.source}: and there may be more")
            raise ConfigError(lines)

    def add(self, case: str | None, values: Sequence[Any]) -> None:
        """Take note of a cell whose levels contradict each other.

        At fault are the case and the fields whose other levels would make a difference.
        """
        if any(_is_within(culprits, case, values) for culprits in self._found):
            return
        axes = dict(enumerate(values))
        problem = self._problem(case, axes)
        assert problem is not None
        if case is not None and all(
            self._is_same(problem, self._problem(other, axes))
            for other in (None, *list(self._sweep.cases)[:SOME])
        ):
            case = None
        for i in list(axes):
            fewer = {other: value for other, value in axes.items() if other != i}
            others = [fewer, *(fewer | {i: value} for value in _some_of(self._sweep.factors[i]))]
            if all(self._is_same(problem, self._problem(case, other)) for other in others):
                axes = fewer
        self._tell((case, tuple(axes.items())), f"{problem.field}: {problem.message}")

    def compare_cases(self, contents: Mapping[str | None, Any]) -> None:
        """Take note of cases that are the same in another's name."""
        first: dict[str, str | None] = {}
        for name, content in contents.items():
            other = first.setdefault(canonical_json(content), name)
            if name is not None and other != name:
                place = self._sweep.case_places.get(name, Place(""))
                message = f"the same as case {other!r}"
                self._found[name, ()] = Problem(place, f"cases.{name}", message)

    def place_modes(self, experiment: Experiment, case: str | None, values: Sequence[Any]) -> None:
        """Take note of a cell whose target's modes find no place."""
        target = experiment.target
        if not LAYOUTS[target.layout].may_not_fit:
            return
        if target not in self._placed:
            from ganrun.mixture import mixture_of

            try:
                mixture_of(target)
                self._placed[target] = None
            except ValueError as error:
                self._placed[target] = str(error)
        message = self._placed[target]
        if message is None or any(_is_within(found, case, values) for found in self._found):
            return
        at_fault = [
            (i, values[i])
            for i, factor in enumerate(self._sweep.factors)
            if factor.field.startswith("target.")
        ]
        in_case = case if case and "target" in self._sweep.cases[case] else None
        self._tell((in_case, tuple(at_fault)), message)

    def _tell(self, culprits: Culprits, message: str) -> None:
        case, axes = culprits
        factors = self._sweep.factors
        names = [f"{factors[i].field} = {shortened(flow(value))}" for i, value in axes]
        places = [factors[i].place for i, _ in axes]
        if case is not None:
            names.append(f"case {case!r}")
            places.append(self._sweep.case_places.get(case, Place("")))
        if not names:  # the base's own modes find no place
            places = [*(factor.place for factor in factors), *self._sweep.case_places.values()]
            self._found[culprits] = Problem(Place(places[0].source), "base", message)
            return
        if len(names) > 1:
            what = f"{listed(names)} do not go together"
        else:
            what = f"{names[0]} does not go with the base"
        self._found[culprits] = Problem(places[0], "", f"{what}: {message}")

    def _problem(self, case: str | None, axes: dict[int, Any]) -> Problem | None:
        """Return what is wrong with the base with that case and those values alone."""
        columns = [self._sweep.factors[i].field for i in axes]
        overrides = self._sweep.cases[case] if case is not None else {}
        variants = Variants(self._sweep.base, overrides, columns)
        values = list(axes.values())
        try:
            variants.experiment(values)
        except ValidationError as error:
            tree = tree_of(variants.content | variants.changed(values))
            return explained(error, tree)[0]
        return None

    @staticmethod
    def _is_same(one: Problem, other: Problem | None) -> bool:
        return other is not None and (one.field, one.message) == (other.field, other.message)


def _some_of(factor: Factor) -> Sequence[Any]:
    return (factor.low, factor.high) if factor.levels is None else factor.levels[:SOME]


def _is_within(culprits: Culprits, case: str | None, values: Sequence[Any]) -> bool:
    """Return whether a cell holds all that was found to contradict itself."""
    at_fault, axes = culprits
    return at_fault in (None, case) and all(values[i] == value for i, value in axes)
