"""The penalties of an experiment: an immutable mapping name -> parameters, as they are declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema, core_schema

from ganrun.config.declarations import Penalty
from ganrun.config.fields import Number, Section, static, traced
from ganrun.config.pieces import PENALTIES


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


def _parameters_model(penalty: Penalty) -> type[Section]:
    fields: dict[str, Any] = {
        parameter.name: (
            Number,
            traced(parameter.default, parameter.description, ge=parameter.least, le=parameter.most),
        )
        for parameter in penalty.parameters
    }
    return create_model(penalty.name, __base__=Section, __doc__=penalty.description, **fields)


PARAMETERS = {name: _parameters_model(penalty) for name, penalty in PENALTIES.items()}

_fields: dict[str, Any] = {
    name: (model | None, static(None, PENALTIES[name].description))
    for name, model in PARAMETERS.items()
}
PenaltyTable = create_model("Penalties", __base__=Section, **_fields)


class Penalties(Frozen):
    """Penalties on the discriminator: name -> parameters, in the order of their declarations.

    `experiment.penalties["r1"]["weight"]` is a float; a penalty that is not there is not used.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        table = handler.generate_schema(PenaltyTable)
        return core_schema.no_info_before_validator_function(
            _as_plain,
            core_schema.no_info_after_validator_function(cls._of_table, table),
            serialization=core_schema.plain_serializer_function_ser_schema(_as_plain),
        )

    @classmethod
    def _of_table(cls, table: Section) -> Penalties:
        used = {name: value for name, value in table if value is not None}
        return cls({name: Frozen(dict(value)) for name, value in used.items()})


def _as_plain(value: Any) -> Any:
    """Return mappings as plain dictionaries and null as none at all; leave the rest as it is."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {k: dict(v) if isinstance(v, Mapping) else v for k, v in value.items()}
    return value
