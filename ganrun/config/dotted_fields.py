"""An experiment's fields by their dotted names: whether there is one, and what it may hold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from ganrun.config import suggest
from ganrun.config.errors import Problem, dotted
from ganrun.config.explain import explained_value
from ganrun.config.fields import OneOf, Section, mark_of
from ganrun.config.schema import choices, section_model
from ganrun.config.targets import DEFAULT_LAYOUT, LAYOUTS
from ganrun.config.yaml_tree import Node, plain

Path = tuple[str, ...]

WRONG = object()
"""Stands for a value that was found wrong."""

NOT_AN_EXPERIMENTS_PART = {
    "name": "a name decides no result; only the sweep itself has one",
    "seeds": "every point of a design has the same seeds; they stand in the sweep's own 'seeds'",
    "extends": "only a config can extend another",
}


def path_of(name: str) -> Path:
    """Return the parts of a dotted name."""
    return tuple(name.split("."))


def fault_of(path: Path, layouts: Sequence[str]) -> str | None:
    """Return what is wrong with a field's name, or None if there is such a field or section.

    `layouts` are those that the target may have, the base's first.
    """
    if path[0] in NOT_AN_EXPERIMENTS_PART:
        return NOT_AN_EXPERIMENTS_PART[path[0]]
    for depth, part in enumerate(path):
        section = dotted(path[:depth])
        names = _names(section, layouts)
        if part not in names:
            if not names:
                return f"unknown field; {section!r} holds a value, not fields"
            but = tuple(NOT_AN_EXPERIMENTS_PART)
            return "unknown field" + suggest.field(part, section, layouts[0], but)
    return None


def is_section(path: Path, layouts: Sequence[str]) -> bool:
    """Return whether a name that exists is that of a section rather than of a single field."""
    return not is_choice(path) and bool(_names(dotted(path), layouts))


def is_choice(path: Path) -> bool:
    """Return whether a field holds a piece with its parameters, whose own names go on from it."""
    return path in choices()


def _names(section: str, layouts: Sequence[str]) -> tuple[str, ...]:
    if section == "target":
        return tuple(name for layout in layouts for name in suggest.fields_of(section, layout))
    return suggest.fields_of(section, layouts[0])


def may_be_null(path: Path) -> bool:
    """Return whether a section that exists may be null: penalties, and what is not always there."""
    return path[0] == "penalties" or mark_of(declared(path)) == "optional"


def overlap(one: Path, other: Path) -> bool:
    """Return whether two fields set the same: one is inside the other, or each is another piece's.

    Of a choice, the parameters of two pieces are never there together.
    """
    common = min(len(one), len(other))
    return one[:common] == other[:common] or (
        one[:2] == other[:2] and is_choice(one[:2]) and one[:3] != other[:3]
    )


def value_of(
    path: Path, node: Node, label: str, layouts: Sequence[str], problems: list[Problem]
) -> Any:
    """Return a value as the field at `path` holds it, or WRONG and what is wrong with it.

    Whether it goes with the values of other fields is not asked.
    """
    having = (name for name in layouts if path[-1] in LAYOUTS[name].model.model_fields)
    layout = next(having, DEFAULT_LAYOUT)
    try:
        found = _type_of(path, layout).validate_python(plain(node))
    except ValidationError as error:
        problems.extend(explained_value(error, node, path, label))
        return WRONG
    # A penalty without parameters is a value, and no section to go into.
    return dict(found) if path[0] == "penalties" and isinstance(found, Section) else found


@cache
def _type_of(path: Path, layout: str) -> TypeAdapter[Any]:
    if path == ("target", "layout"):
        return TypeAdapter(Annotated[str, OneOf(LAYOUTS)])
    field = declared(path, layout)
    kind: Any = field.annotation
    if field.metadata:
        kind = Annotated[(kind, *field.metadata)]
    return TypeAdapter(kind)


def declared(path: Path, layout: str = DEFAULT_LAYOUT) -> FieldInfo:
    """Return the declaration of a field that exists; `layout` is the target's."""
    model = section_model(dotted(path[:-1]), layout)
    assert model is not None
    return model.model_fields[path[-1]]


def may_change_the_program(path: Path) -> bool:
    """Return whether another value of a field may need another compiled program.

    Of the target that is all but its lengths and weights, since the number of modes is part of
    the program.
    """
    if path[0] == "target":
        models = [one.model for one in LAYOUTS.values() if path[-1] in one.model.model_fields]
        return path[-1] in ("layout", "means") or any(
            mark_of(model.model_fields[path[-1]]) != "traced" for model in models
        )
    return mark_of(declared(path)) != "traced"
