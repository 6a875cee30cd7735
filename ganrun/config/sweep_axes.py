"""What a sweep's `vary` says of one field: a list of levels, or a range."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from ganrun.config import suggest
from ganrun.config.dotted_fields import WRONG, fault_of, is_section, value_of
from ganrun.config.errors import Problem, shortened
from ganrun.config.explain import explained_value, written
from ganrun.config.fields import Whole
from ganrun.config.identity import canonical_json
from ganrun.config.sweep_schema import LEVELS_LIMIT, Factor
from ganrun.config.yaml_tree import Entry, Node

SCALES = {
    "linear": ("lin", "uniform", "range", "linspace"),
    "log": ("logarithmic", "logspace", "geomspace", "geometric", "loguniform"),
}
WORDS = SCALES | {"points": ("num", "n", "count", "steps", "levels")}

_POINTS = TypeAdapter(Annotated[Whole, Field(ge=2, le=LEVELS_LIMIT)])


def factor_of(
    name: str,
    entry: Entry,
    is_factorial: bool,
    layouts: Sequence[str],
    problems: list[Problem],
) -> Factor | None:
    """Return one entry of `vary` as a factor, or None and what is wrong with it."""
    label = f"vary.{name}"
    path, node = tuple(name.split(".")), entry.node
    fault = fault_of(path, layouts)
    if fault is None and is_section(path, layouts):
        fault = "a section, not a field; vary its fields by their dotted names, or use 'cases'"
    elif fault is None and not isinstance(node.value, list | dict):
        fault = f"expected a list of levels or a range such as {{log: [a, b]}}, not {written(node)}"
    if fault is not None:
        problems.append(Problem(entry.place, label, fault))
        return None
    factor = Factor(name, place=entry.place)
    parse = _range if isinstance(node.value, dict) else _levels
    return parse(factor, node, is_factorial, layouts, problems)


def _levels(
    factor: Factor,
    node: Node,
    is_factorial: bool,
    layouts: Sequence[str],
    problems: list[Problem],
) -> Factor | None:
    label, path = f"vary.{factor.field}", tuple(factor.field.split("."))
    assert isinstance(node.value, list)
    if not node.value or len(node.value) > LEVELS_LIMIT:
        what = f"expected 1 to {LEVELS_LIMIT} levels, not {len(node.value)}"
        problems.append(Problem(node.place, label, what))
        return None
    levels = []
    seen: dict[str, Node] = {}
    for i, item in enumerate(node.value):
        level = value_of(path, item, f"{label}[{i}]", layouts, problems)
        if level is WRONG:
            continue
        key = canonical_json(level)
        if key in seen:
            what = f"level {shortened(key)} is listed twice"
            problems.append(Problem(item.place, f"{label}[{i}]", what))
        seen[key] = item
        levels.append(level)
    return Factor(factor.field, tuple(levels), whole=_are_whole(levels), place=factor.place)


def _are_whole(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int) and not isinstance(value, bool) for value in values)


def _range(
    factor: Factor,
    node: Node,
    is_factorial: bool,
    layouts: Sequence[str],
    problems: list[Problem],
) -> Factor | None:
    label = f"vary.{factor.field}"
    before = len(problems)
    assert isinstance(node.value, dict)

    def problem(message: str, entry: Entry | None = None, word: str = "") -> None:
        place = entry.place if entry else factor.place
        problems.append(Problem(place, f"{label}.{word}" if word else label, message))

    for word, entry in node.value.items():
        if word not in WORDS:
            meant = suggest.near(word, WORDS, WORDS, cutoff=0.6)
            hint = f"did you mean {meant!r}?" if meant else "a range has linear or log, and points"
            problem(f"unknown field; {hint}", entry, word)
    scales = [word for word in SCALES if word in node.value]
    points = node.value.get("points")
    if len(scales) != 1:
        if len(problems) == before:
            problem("give the range's ends as either 'linear' or 'log'")
    elif points is None and is_factorial:
        problem("a range in a factorial design needs 'points': {log: [a, b], points: 5}")
    elif points is not None and not is_factorial:
        problem("a range has points of its own in a factorial design only", points, "points")
    number = _points_of(points, label, problems) if points else None
    if len(problems) > before:
        return None
    low_high = _ends(factor, node.value[scales[0]], scales[0], layouts, problems)
    if low_high is None:
        return None
    low, high = low_high
    is_log, is_whole = scales[0] == "log", _are_whole(low_high)
    levels = spread(low, high, is_log, is_whole, number) if number else None
    return Factor(
        factor.field, levels, low, high, is_log, is_whole, points=number, place=factor.place
    )


def _points_of(entry: Entry, label: str, problems: list[Problem]) -> int | None:
    from ganrun.config.yaml_tree import plain

    try:
        return _POINTS.validate_python(plain(entry.node))
    except ValidationError as error:
        problems.extend(explained_value(error, entry.node, ("points",), f"{label}.points"))
        return None


def _ends(
    factor: Factor, entry: Entry, scale: str, layouts: Sequence[str], problems: list[Problem]
) -> tuple[float, float] | None:
    """Return both ends of a range, as the field holds them."""
    label, path = f"vary.{factor.field}.{scale}", tuple(factor.field.split("."))
    node = entry.node

    def problem(message: str) -> None:
        problems.append(Problem(node.place, label, message))

    if not isinstance(node.value, list) or len(node.value) != 2:
        problem("expected the two ends of the range, as in [0.1, 10]")
        return None
    ends = [
        value_of(path, item, f"{label}[{i}]", layouts, problems)
        for i, item in enumerate(node.value)
    ]
    if any(end is WRONG for end in ends):
        return None
    low, high = ends
    if any(isinstance(end, bool) or not isinstance(end, int | float) for end in ends):
        problem("this field holds no number; give a list of levels")
    elif not low < high:
        problem(f"must go up, not from {written(node.value[0])} to {written(node.value[1])}")
    elif scale == "log" and low <= 0:
        problem(f"a logarithmic range lies above 0, not at {written(node.value[0])}")
    else:
        return low, high
    return None


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
