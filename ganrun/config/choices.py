"""A field that holds one declared piece and its parameters: by name, or as a mapping of that name.

updates: alternating
updates: {consensus: {weight: 3.0}}
updates: {consensus: 3.0}             # of a piece with one parameter
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import GetCoreSchemaHandler, create_model
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ganrun.config import pieces
from ganrun.config.declarations import Piece, Table
from ganrun.config.fields import Section, static
from ganrun.config.outside_sources import in_full
from ganrun.config.parameters import Frozen, parameters_model
from ganrun.wording import setting

Written = str | Mapping[str, Any]
"""A piece as it stands in a config: its name, or a mapping of its name to its parameters."""


@dataclass(frozen=True)
class Choice:
    """A piece that was chosen; `parameters` holds all that it has, name -> number."""

    piece: Piece
    parameters: Frozen

    def __repr__(self) -> str:
        return f"<{setting(self.written)}>"

    @property
    def name(self) -> str:
        """The piece's name."""
        return self.piece.name

    @property
    def static_numbers(self) -> dict[str, int | float]:
        """Those of its parameters that belong to the compiled program."""
        return {p.name: self.parameters[p.name] for p in self.piece.parameters if p.static}

    @property
    def traced_numbers(self) -> dict[str, int | float]:
        """Those of its parameters that may differ between members of a cohort."""
        return {p.name: self.parameters[p.name] for p in self.piece.parameters if not p.static}

    @property
    def written(self) -> Written:
        """How a config has it: without the parameters that are neutral, a bare name if all are."""
        told = {
            p.name: self.parameters[p.name]
            for p in self.piece.parameters
            if p.neutral is None or self.parameters[p.name] != p.neutral
        }
        return Frozen({self.name: Frozen(told)}) if told else self.name


@cache
def _by_default(piece: Piece, model: type[Section]) -> Choice:
    return Choice(piece, Frozen(dict(model())))


_AS_WRITTEN = core_schema.plain_serializer_function_ser_schema(
    lambda choice: as_plain(choice.written)
)


def as_plain(written: Written) -> str | dict[str, dict[str, Any]]:
    """Return a piece as it is written in plain dictionaries."""
    if isinstance(written, str):
        return written
    return {name: dict(parameters) for name, parameters in written.items()}


@dataclass(frozen=True, eq=False)
class ChoiceOf:
    """Annotation of a field that holds one of the declared pieces; `kind` is what they are."""

    kind: str
    pieces: Table[Piece]

    def __call__(self, name: str) -> Choice:
        """Return the piece of that name with the defaults of all its parameters."""
        return _by_default(self.pieces[name], self.model_of(name))

    def model_of(self, name: str) -> type[Section]:
        """The model of a piece's parameters. Raises `KeyError` where there is no such piece."""
        return parameters_model(self.pieces[name], f"{self.kind}_{name}")

    @property
    def models(self) -> dict[str, type[Section]]:
        """The model of each piece's parameters, by the piece's name."""
        return {name: self.model_of(name) for name in self.pieces}

    @property
    def table(self) -> type[Section]:
        """The model whose fields are the pieces that there are, of which one is there."""
        return self._table_of(tuple(self.pieces))

    @cache  # noqa: B019 - there are as many of these as fields of a config, for good
    def _table_of(self, names: tuple[str, ...]) -> type[Section]:
        fields: dict[str, Any] = {
            name: (
                self.model_of(name),
                static(None, f"{self.pieces[name].description.rstrip('.')}."),
            )
            for name in names
        }
        return create_model(self.kind, __base__=Section, **fields)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self._validated,
            handler.generate_schema(self._table_of(tuple(self.pieces.house))),
            serialization=_AS_WRITTEN,
        )

    def _validated(self, value: Any, handler: Callable[[Any], Any]) -> Choice:
        if isinstance(value, str) and (name := in_full(self.pieces, value)) in self.pieces:
            return self(name)
        ((name, given),) = self._as_mapping(value).items()
        is_house = name in self.pieces.house
        read = handler if is_house else self.table.model_validate
        parameters = getattr(read({name: given}), name)
        return Choice(self.pieces[name], Frozen(dict(parameters)))

    def _as_mapping(self, value: Any) -> dict[str, Any]:
        """Return what was written as a mapping of one piece's name to its parameters."""
        if isinstance(value, Choice):
            return {value.name: dict(value.parameters)}
        if isinstance(value, str):
            raise PydanticCustomError("unknown_piece", "no such piece", {"word": value})
        if not isinstance(value, Mapping):
            raise PydanticCustomError("not_a_piece", "expected a piece")
        if len(value) != 1:
            names = [str(name) for name in value]
            raise PydanticCustomError("not_one_piece", "expected one piece", {"names": names})
        ((word, given),) = value.items()
        name = in_full(self.pieces, word) if isinstance(word, str) else word
        if name not in self.pieces:
            word = {"word": str(name), "inside": True}
            raise PydanticCustomError("unknown_piece", "no such piece", word)
        if isinstance(given, Mapping):
            return {name: dict(given)}
        own = self.pieces[name].parameters
        if given is not None and not own:
            raise PydanticCustomError("no_parameters", "has no parameters", {"word": name})
        is_short = given is not None and not isinstance(given, list | tuple) and len(own) == 1
        return {name: {own[0].name: given} if is_short else given}


ACTIVATION = ChoiceOf("activation", pieces.ACTIVATIONS)
LATENT = ChoiceOf("latent", pieces.LATENTS)
FEATURE = ChoiceOf("minibatch", pieces.MINIBATCH)
SCHEDULE = ChoiceOf("schedule", pieces.SCHEDULES)
UPDATE = ChoiceOf("updates", pieces.UPDATES)
DATA = ChoiceOf("data", pieces.DATA)


def choice_of(field: FieldInfo) -> ChoiceOf | None:
    """Return which pieces a field may hold; None if it holds something else."""
    return next((one for one in field.metadata if isinstance(one, ChoiceOf)), None)
