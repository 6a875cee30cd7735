"""JSON documents beside a run, each read strictly by its model, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ganrun.store.folder import RunFolderError, read_file
from ganrun.store.formats import read_json

T = TypeVar("T")


def read_document(
    path: Path, adapter: TypeAdapter[T], *, number: int, what: str, run: str | None = None
) -> T | None:
    """What a document holds; None if there is none, or its `format` is another `number`.

    None as well if the id of a `run` is given and it is another run's.

    Raises `RunFolderError`, one line that names the field, if it is damaged.
    """
    if not path.exists():
        return None
    content = read_file(path, read_json)
    if content.get("format") != number or run not in (None, content.get("id")):
        return None
    try:
        return adapter.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RunFolderError(f"{path}: is no {what}: {where}: {first['msg']}") from None
