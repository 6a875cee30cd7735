"""The parameters of a piece, as a model that reads them and as the mapping that holds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import create_model

from ganrun.config.declarations import Parameter, Piece
from ganrun.config.fields import Number, Section, Whole, static, traced


class Frozen(Mapping[str, Any]):
    """A mapping that cannot be changed, and can be hashed and pickled."""

    def __init__(self, entries: Mapping[str, Any] | None = None) -> None:
        self._entries = dict(entries or {})

    def __getitem__(self, name: str) -> Any:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __hash__(self) -> int:
        return hash(frozenset(self._entries.items()))

    def __repr__(self) -> str:
        return repr(self._entries)


@cache
def parameters_model(piece: Piece, name: str) -> type[Section]:
    """Return the model that reads a piece's parameters; `name` is what editors' schemas call it."""
    fields: dict[str, Any] = {one.name: field_of(one) for one in piece.parameters}
    return create_model(name, __base__=Section, __doc__=piece.description, **fields)


def field_of(one: Parameter) -> tuple[Any, Any]:
    """Return the type and the declaration of a parameter, as a field of a model."""
    declare = static if one.static else traced
    default = int(one.default) if one.whole else one.default
    bounds = {"ge": one.least, "le": one.most}
    if one.whole:
        bounds = {name: int(bound) for name, bound in bounds.items()}
    kind = Whole if one.whole else Number
    return kind, declare(default, one.description, one.unit, **bounds)
