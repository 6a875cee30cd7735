"""The penalties of an experiment: an immutable mapping name -> parameters, as they are declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema, core_schema

from ganrun.config.fields import Section, static
from ganrun.config.outside_sources import in_full
from ganrun.config.parameters import Frozen, parameters_model
from ganrun.config.pieces import PENALTIES


def penalty_model(name: str) -> type[Section]:
    """The model of a penalty's parameters. Raises `KeyError` where there is no such penalty."""
    return parameters_model(PENALTIES[name], name)


def penalty_table() -> type[Section]:
    """The model whose fields are the penalties that there are, null where one is not used."""
    return _table_of(tuple(PENALTIES))


@cache
def _table_of(names: tuple[str, ...]) -> type[Section]:
    fields: dict[str, Any] = {
        name: (penalty_model(name) | None, static(None, PENALTIES[name].description))
        for name in names
    }
    return create_model("Penalties", __base__=Section, **fields)


class Penalties(Frozen):
    """Penalties on the discriminator: name -> parameters, in the order of their declarations.

    `experiment.penalties["r1"]["weight"]` is a float; a penalty that is not there is not used.
    Those from outside come last, by name, whenever they were given.
    """

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            cls._validated,
            handler.generate_schema(_table_of(tuple(PENALTIES.house))),
            serialization=core_schema.plain_serializer_function_ser_schema(_as_plain),
        )

    @classmethod
    def _validated(cls, value: Any, handler: Callable[[Any], Section]) -> Penalties:
        given = _as_plain(value)
        if isinstance(given, dict):
            given = {_in_full(name): parameters for name, parameters in given.items()}
        if not isinstance(given, dict) or PENALTIES.house.keys() >= given.keys():
            table = handler(given)
        else:
            table = penalty_table().model_validate(given)
        used = {name: value for name, value in table if value is not None}
        others = sorted(used.keys() - PENALTIES.house.keys())
        names = [*(name for name in used if name in PENALTIES.house), *others]
        return cls({name: Frozen(dict(used[name])) for name in names})


def _in_full(name: Any) -> Any:
    return in_full(PENALTIES, name) if isinstance(name, str) else name


def _as_plain(value: Any) -> Any:
    """Return mappings as plain dictionaries and null as none at all; leave the rest as it is."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {k: dict(v) if isinstance(v, Mapping) else v for k, v in value.items()}
    return value
