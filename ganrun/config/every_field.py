"""Every field of an experiment by its dotted name, and the words that may be its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic.fields import FieldInfo

from ganrun.config.choices import choice_of
from ganrun.config.declarations import Declaration
from ganrun.config.fields import OneOf, types_of
from ganrun.config.schema import section_model
from ganrun.config.targets import LAYOUTS


def every_field(section: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield the fields of a section, and of those in it, as they are declared.

    Of the target those of every layout, each once; of a piece its parameters are not.
    """
    layouts = LAYOUTS if section == "target" else ("",)
    models = [section_model(section, layout) for layout in layouts]
    fields = {name: field for one in models if one for name, field in one.model_fields.items()}
    for name, field in fields.items():
        whole = f"{section}.{name}" if section else name
        if choice_of(field) is None and section_model(whole) is not None:
            yield from every_field(whole)
        else:
            yield whole, field


def words_of(name: str, field: FieldInfo) -> dict[str, str]:
    """The words that a field may hold, and what each of them means; empty for one of numbers."""
    declared: Mapping[str, Declaration] | None = None
    if name == "target.layout":
        declared = LAYOUTS
    elif choice := choice_of(field):
        declared = choice.pieces
    else:
        tables = (one.names for one in field.metadata if isinstance(one, OneOf))
        declared = next((table for table in tables if isinstance(table, Mapping)), None)
    if declared is not None:
        return {one.name: one.description for one in declared.values()}
    kinds = types_of(field.annotation)
    words = {"true": "", "false": ""} if bool in kinds else {}
    return words | ({"null": ""} if type(None) in kinds else {})
