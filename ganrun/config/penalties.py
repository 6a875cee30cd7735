"""The penalties of an experiment: an immutable mapping name -> parameters, as they are declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema, core_schema

from ganrun.config.fields import Section, static
from ganrun.config.parameters import Frozen, parameters_model
from ganrun.config.pieces import PENALTIES

PARAMETERS = {name: parameters_model(penalty, name) for name, penalty in PENALTIES.items()}

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
