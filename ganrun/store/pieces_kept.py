"""What a run folder keeps of pieces from outside: their declarations as data, their source as text.

`pieces.json` is what readers need to show the run, and `pieces.py.txt` is for people. Neither is
ever executed: whoever plays the game on gives its source (`ganrun.config.outside`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

from ganrun.config.declarations import (
    OPEN,
    Declaration,
    Metric,
    Objective,
    Optimizer,
    Penalty,
    Piece,
)
from ganrun.config.metrics import is_free, own_key
from ganrun.config.outside import DIGITS, FULL_NAME, Source, admit_known, given, pieces_in
from ganrun.store import layout
from ganrun.store.documents import Document, check
from ganrun.store.formats import FormatError, json_text, read_json
from ganrun.store.reading import read_file

FORMAT = 1
DECLARED: Mapping[str, type[Declaration]] = {
    "objective": Objective,
    "penalty": Penalty,
    "optimizer": Optimizer,
    "metric": Metric,
}
"""By kind, what a piece is declared by, where that is not a `Piece`."""

_LONGEST = 1000


def _shown(value: Any) -> Any:
    """Raise ValueError where text is not fit to be shown, however deep in a declaration it is."""
    if isinstance(value, str) and (not value.isprintable() or len(value) > _LONGEST):
        raise ValueError("is no text to be shown")
    for inner in value.values() if isinstance(value, dict) else ():
        _shown(inner)
    for inner in value if isinstance(value, list) else ():
        _shown(inner)
    return value


class _Kept(Document):
    kind: str
    name: Annotated[str, StringConstraints(pattern=rf"^{FULL_NAME.pattern}\z")]
    declaration: Annotated[dict[str, Any], AfterValidator(_shown)]
    source: Annotated[str, StringConstraints(max_length=2**20)]


class _Pieces(Document):
    format: int
    pieces: list[_Kept]


def kept_files(config: str) -> dict[str, bytes]:
    """The files that tell of a config's pieces from outside, by name; none where it has none.

    `config` is its text in full. Raises `KeyError` for a piece whose source was not given.
    """
    found = [(kind, name, given(kind, name)) for kind, name in pieces_in(config)]
    if not found:
        return {}
    pieces = [
        {
            "kind": kind,
            "name": name,
            "declaration": _facts(piece.own.declaration),
            "source": piece.source.digest,
        }
        for kind, name, piece in found
    ]
    sources = {piece.source.digest: piece.source for _, _, piece in found}
    told = [
        {"name": Path(one.name).name, "digest": one.digest, "text": one.text}
        for one in sources.values()
    ]
    document = {"format": FORMAT, "pieces": pieces, "sources": told}
    return {
        layout.PIECES: json_text(document, sort_keys=True),
        layout.PIECES_TEXT: _text([*sources.values()]).encode(),
    }


def _facts(declaration: Declaration) -> dict[str, Any]:
    """What a declaration says beyond the defaults, as JSON has it."""
    said = asdict(declaration)
    return {
        one.name: str(said[one.name]) if said[one.name] in (math.inf, -math.inf) else said[one.name]
        for one in fields(declaration)
        if getattr(declaration, one.name) != one.default
    }


def _text(sources: list[Source]) -> str:
    """The source as it was; of several, each after a line that names it."""
    if len(sources) == 1:
        return sources[0].text
    return "\n".join(f"# ==== {Path(one.name).name}\n{one.text}" for one in sources)


def admit_kept(folder: Path) -> None:
    """Let the pieces that a folder tells of be known, by their declarations, so that it is read.

    Raises `DamagedError` if what it tells is damaged.
    """
    path = folder / layout.PIECES
    if not path.exists():
        return
    for kind, name, declaration in read_file(path, read_pieces):
        admit_known(kind, name, declaration)


def pieces_options(folder: Path, command: Sequence[Any] = ()) -> list[str]:
    """The `--pieces FILE` that playing a folder's game on takes; none where it is all ganrun's own.

    A folder keeps the files' names alone: the `command` that made it may have them with their
    places. Raises `DamagedError` if what it tells is damaged.
    """
    path = folder / layout.PIECES
    if not path.exists():
        return []
    options: list[str] = []
    for name in read_file(path, _files_in):
        words = (str(word).removeprefix("--pieces=") for word in command)
        place = next((word for word in words if Path(word).name == name), name)
        options += ["--pieces", place]
    return options


def _files_in(content: bytes) -> list[str]:
    """The names of the files that pieces are from; those of installed packages have no such."""
    read_pieces(content)
    names = (str(one.get("name")) for one in read_json(content).get("sources", []))
    return [name for name in names if name.endswith(".py") and name.isprintable()]


def read_pieces(content: bytes) -> list[tuple[str, str, Declaration]]:
    """Kind, full name and declaration of each piece that a `pieces.json` tells of.

    Raises `FormatError` if it is damaged.
    """
    document = read_json(content)
    check(_Pieces, document)
    digests = {one.get("digest", ""): one.get("text", "") for one in document.get("sources", [])}
    found = []
    for one in document["pieces"]:
        kind, name, digest = one["kind"], one["name"], one["source"]
        if kind not in OPEN or name.partition("@")[2] != digest[:DIGITS] or _is_taken(kind, name):
            raise FormatError(f"{name}: is not told as it was")
        if digest not in digests or Source("", str(digests[digest])).digest != digest:
            raise FormatError(f"{name}: its source is not what was written")
        found.append((kind, name, _declaration(kind, one["declaration"])))
    return found


def _is_taken(kind: str, name: str) -> bool:
    return kind == "metric" and not is_free(own_key(name))


def _declaration(kind: str, facts: dict[str, Any]) -> Declaration:
    try:
        adapter = TypeAdapter(DECLARED.get(kind, Piece))
        return adapter.validate_json(json.dumps(facts))
    except ValidationError as error:
        raise FormatError(f"{kind}: {error.errors()[0]['msg']}") from None
