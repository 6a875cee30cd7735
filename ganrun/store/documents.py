"""JSON documents of a run, each read strictly by its model, or not at all.

A model says of every field its type, its range and how long it may be; nothing is converted, and
nothing that is not finite is taken.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from ganrun.store.formats import FormatError, read_sealed
from ganrun.store.reading import DamagedError, read_file

MOST = 2**53
"""The largest count, which is exact as a float as well."""

Count = Annotated[int, Field(ge=0, le=MOST)]
Share = Annotated[float, Field(ge=0, le=1)]
Identity = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}\z")]
_SHOWN = r"^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*\z"
Words = Annotated[str, StringConstraints(pattern=_SHOWN, max_length=100_000)]
"""Text that is shown as it is: without what a terminal would obey."""


def _is_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("is no text")
    return value


Argument = Annotated[Any, AfterValidator(_is_text)]
"""Text that a system gave, such as a path: of any bytes, so that not all of it need be letters."""

STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class Document(BaseModel):
    """A strict model; fields that it does not know are those of another version, and left alone."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)


def check(model: type[BaseModel], value: Any) -> None:
    """Raise `FormatError`, which names the field, if a document is not as the model says."""
    try:
        model.model_validate(value)
    except ValidationError as error:
        raise FormatError(_first(error)) from None


def read_document(
    path: Path, adapter: TypeAdapter[T], *, number: int, what: str, run: str | None, writer: str
) -> T | None:
    """What a document beside a run holds; None if there is none, or its `format` is older.

    Args:
        path: the file.
        adapter: its model.
        number: the `format` of today.
        what: what it is, in words.
        run: the id of the run that it must be of, if it must.
        writer: the command that writes it again.

    Raises `DamagedError`, one line that names the field, if it is damaged or another run's.
    """
    if not path.exists():
        return None
    try:
        content, _ = read_file(path, read_sealed)
        if content.get("format") != number:
            return None
        if run not in (None, content.get("id")):
            raise DamagedError(f"{path}: belongs to another run than {run}")
        return adapter.validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        raise DamagedError(f"{path}: is no {what}: {_first(error)}; {_anew(writer)}") from None
    except DamagedError as error:
        raise DamagedError(f"{error}; {_anew(writer)}") from None


def _anew(writer: str) -> str:
    return f"{writer} writes it anew"


def _first(error: ValidationError) -> str:
    """What is wrong with the first field that is wrong, in one line."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])).encode("unicode_escape").decode()
    return f"{where[:200]}: {first['msg']}" if where else first["msg"]
