"""What a sweep's `vary` says of one field: a list of levels, or a range."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from ganrun.config import suggest
from ganrun.config.choices import Choice
from ganrun.config.dotted_fields import WRONG, fault_of, is_section, value_of
from ganrun.config.errors import Place, Problem, shortened
from ganrun.config.explain import explained_value, list_hint, written
from ganrun.config.fields import Whole
from ganrun.config.identity import canonical_json
from ganrun.config.sweep_schema import LEVELS_LIMIT, Factor
from ganrun.config.yaml_tree import Node, plain

SCALES = {
    "linear": ("lin", "uniform", "range", "linspace"),
    "log": ("logarithmic", "logspace", "geomspace", "geometric", "loguniform"),
}
WORDS = SCALES | {"points": ("num", "n", "count", "steps", "levels")}

_POINTS = TypeAdapter(Annotated[Whole, Field(ge=2, le=LEVELS_LIMIT)])


def factor_of(
    name: str, node: Node, is_factorial: bool, layouts: Sequence[str], problems: list[Problem]
) -> Factor | None:
    """Return one entry of `vary` as a factor, or None and what is wrong with it."""
    return _Axis(name, tuple(name.split(".")), node, is_factorial, layouts, problems).factor()


@dataclass(frozen=True)
class _Axis:
    """Reads what is written of one field, and collects what is wrong."""

    field: str
    path: tuple[str, ...]
    node: Node
    is_factorial: bool
    layouts: Sequence[str]
    problems: list[Problem]

    def factor(self) -> Factor | None:
        fault = fault_of(self.path, self.layouts)
        if fault is not None:
            self._problem(fault)
        elif is_section(self.path, self.layouts):
            self._problem(
                "a section, not a field; vary its fields by their dotted names, or use 'cases'"
            )
        elif isinstance(self.node.value, dict):
            return self._range(self.node.value)
        elif isinstance(self.node.value, list):
            return self._levels(self.node.value)
        else:
            what = f"a list of levels or a range such as {{log: [a, b]}}, not {written(self.node)}"
            what += list_hint(self.node)
            self._problem(f"expected {what}")
        return None

    def _problem(self, message: str, inside: str = "", place: Place | None = None) -> None:
        label = f"vary.{self.field}{inside}"
        self.problems.append(Problem(place or self.node.key, label, message))

    def _values(self, items: Sequence[Node], inside: str = "") -> Iterator[Any]:
        """Yield the values of a list as the field holds them, or WRONG."""
        for i, item in enumerate(items):
            label = f"vary.{self.field}{inside}[{i}]"
            value = value_of(self.path, item, label, self.layouts, self.problems)
            yield value.written if isinstance(value, Choice) else value

    def _levels(self, items: Sequence[Node]) -> Factor | None:
        if not 1 <= len(items) <= LEVELS_LIMIT:
            what = f"expected 1 to {LEVELS_LIMIT} levels, not {len(items)}"
            self._problem(what, place=self.node.place)
            return None
        levels, seen = [], set()
        for i, (item, level) in enumerate(zip(items, self._values(items), strict=True)):
            if level is WRONG:
                continue
            key = canonical_json(level)
            if key in seen:
                self._problem(f"level {shortened(key)} is listed twice", f"[{i}]", item.place)
            seen.add(key)
            levels.append(level)
        return Factor(self.field, tuple(levels), whole=_are_whole(levels), place=self.node.key)

    def _range(self, entries: Mapping[str, Node]) -> Factor | None:
        before = len(self.problems)
        for word, node in entries.items():
            if word not in WORDS:
                meant = suggest.near(word, WORDS, WORDS, cutoff=0.6)
                hint = (
                    f"did you mean {meant!r}?" if meant else "a range has linear or log, and points"
                )
                self._problem(f"unknown field; {hint}", f".{word}", node.key)
        scales = [word for word in SCALES if word in entries]
        points = entries.get("points")
        if len(scales) != 1:
            if len(self.problems) == before:
                self._problem("give the range's ends as either 'linear' or 'log'")
        elif points is None and self.is_factorial:
            self._problem("a range in a factorial design needs 'points': {log: [a, b], points: 5}")
        elif points is not None and not self.is_factorial:
            what = "a range has points of its own in a factorial design only"
            self._problem(what, ".points", points.key)
        number = self._points(points) if points else None
        if len(self.problems) > before:
            return None
        (scale,) = scales
        ends = self._ends(entries[scale], scale)
        if ends is None:
            return None
        is_log, is_whole = scale == "log", _are_whole(ends)
        return Factor(
            self.field,
            spread(*ends, is_log, is_whole, number) if number else None,
            *ends,
            is_log,
            is_whole,
            points=number,
            place=self.node.key,
        )

    def _points(self, node: Node) -> int | None:
        try:
            return _POINTS.validate_python(plain(node))
        except ValidationError as error:
            label = f"vary.{self.field}.points"
            self.problems.extend(explained_value(error, node, ("points",), label))
            return None

    def _ends(self, node: Node, scale: str) -> tuple[float, float] | None:
        """Return both ends of a range, as the field holds them."""
        inside = f".{scale}"
        if not isinstance(node.value, list) or len(node.value) != 2:
            what = "expected the two ends of the range, as in [0.1, 10]"
            self._problem(what, inside, node.place)
            return None
        low, high = ends = tuple(self._values(node.value, inside))
        first, last = map(written, node.value)
        if low is WRONG or high is WRONG:
            return None
        if any(isinstance(end, bool) or not isinstance(end, int | float) for end in ends):
            what = "this field holds no number; give a list of levels"
        elif not low < high:
            what = f"must go up, not from {first} to {last}"
        elif scale == "log" and low <= 0:
            what = f"a logarithmic range lies above 0, not at {first}"
        else:
            return low, high
        self._problem(what, inside, node.place)
        return None


def _are_whole(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int) and not isinstance(value, bool) for value in values)


def spread(
    low: float, high: float, is_log: bool, is_whole: bool, points: int
) -> tuple[int | float, ...]:
    """Return so many values from `low` to `high`, evenly spread; whole ones that coincide once."""
    values = [between(low, high, is_log, i / (points - 1)) for i in range(points)]
    if is_whole:
        values = [round(value) for value in values]
    return tuple(dict.fromkeys(values))


def between(low: float, high: float, is_log: bool, share: float) -> float:
    """Return the value that far from `low` (0) to `high` (1).

    Twelve digits: the last ones of a power may differ from one machine to another, and with them
    the ids of all that is trained.
    """
    if share in (0, 1):
        return high if share else low
    value = low * math.exp(share * math.log(high / low)) if is_log else low + share * (high - low)
    return min(max(float(f"{value:.12g}"), low), high)
