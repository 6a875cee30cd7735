"""How a field of a config is declared: its mark, unit and range, and the strict kinds of number."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ganrun.config.declarations import Table
from ganrun.config.outside_sources import in_full

Mark = Literal["traced", "static", "optional", "label"]

SEED_END = 2**31
"""Every seed is below it."""


class Section(BaseModel):
    """A part of a config: immutable, and without room for unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _declared(mark: Mark, default: Any, description: str, unit: str | None, **options: Any) -> Any:
    extra: dict[str, Any] = {"x-mark": mark} | ({"x-unit": unit} if unit else {})
    if callable(default):
        options["default_factory"] = default
    else:
        options["default"] = default
    return Field(description=description, json_schema_extra=extra, **options)


def traced(default: Any, description: str, unit: str | None = None, **options: Any) -> Any:
    """Declare a field whose value may differ between members that share a compiled program."""
    return _declared("traced", default, description, unit, **options)


def static(default: Any, description: str, unit: str | None = None, **options: Any) -> Any:
    """Declare a field whose value belongs to the compiled program."""
    return _declared("static", default, description, unit, **options)


def optional(description: str, unit: str | None = None, **options: Any) -> Any:
    """Declare a field that may be null: whether it is belongs to the program, its value is data."""
    return _declared("optional", None, description, unit, **options)


def label(default: Any, description: str, **options: Any) -> Any:
    """Declare a field that names things and has no influence on any result."""
    return _declared("label", default, description, None, **options)


def mark_of(field: FieldInfo) -> Mark | None:
    """Return the mark a field was declared with; a field that holds a section has none."""
    return _said(field, "x-mark")


def unit_of(field: FieldInfo) -> str | None:
    """Return the unit a field was declared with, if it has one."""
    return _said(field, "x-unit")


def _said(field: FieldInfo, key: str) -> Any:
    extra = field.json_schema_extra
    return extra.get(key) if isinstance(extra, dict) else None


def types_of(kind: Any) -> set[Any]:
    """Return the bare types that an annotation allows, as `{int, NoneType}`."""
    if get_origin(kind) is Annotated:
        return types_of(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return set().union(*map(types_of, get_args(kind)))
    return {kind}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("not_a_number", "expected a number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise PydanticCustomError("not_finite", "must be finite")
    return number + 0.0  # -0.0 becomes 0.0, so that equal configs have equal text and equal ids


def whole_number(value: object) -> int:
    """Return a whole number, however it is written; raises pydantic's error for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("not_whole", "expected a whole number")
    if isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise PydanticCustomError("not_finite", "must be finite")
    if not value.is_integer():
        raise PydanticCustomError("not_whole", "expected a whole number")
    return int(value)  # 1e4 is a natural way to write ten thousand rounds


Number = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(whole_number)]
Switch = Annotated[bool, Field(strict=True)]


@dataclass(frozen=True)
class NullIs:
    """Annotation of a traced field that may be null: the number that the program is then given."""

    number: float


def number_of(field: FieldInfo, value: Any) -> Any:
    """Return the number that stands for a traced field's value."""
    if value is not None:
        return value
    return next((one.number for one in field.metadata if isinstance(one, NullIs)), None)


@dataclass(frozen=True)
class OneOf:
    """Annotation of a string field that holds a declared name, of the house or from outside."""

    names: Iterable[str]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        if isinstance(self.names, Table) and self.names.kind:
            return core_schema.no_info_plain_validator_function(self._known)
        return core_schema.literal_schema(list(self.names))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        words = self.names.words() if isinstance(self.names, Table) else [*self.names]
        return handler(core_schema.literal_schema(words or [""]))

    def _known(self, value: Any) -> str:
        """Return what a word stands for in a table that pieces from outside may be in."""
        assert isinstance(self.names, Table)
        if isinstance(value, str) and (name := in_full(self.names, value)) in self.names:
            return name
        raise PydanticCustomError("literal_error", "no such name")


def contradiction(message: str, *fields: tuple[str | int, ...]) -> PydanticCustomError:
    """Return the error of fields that do not fit together.

    `fields` are paths relative to the model whose validator raises the error: first the one that is
    at fault, then those to point at where that one has its default and so is not in the text.
    """
    # Passed as context, since pydantic would take braces in the message for its placeholders.
    context = {"fields": fields, "message": message}
    return PydanticCustomError("contradiction", "{message}", context)
