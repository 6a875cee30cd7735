"""A config's fields as it would stand in a file, and those in which several configs differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ganrun.config.choices import Choice
from ganrun.config.encoded_points import in_short
from ganrun.config.fields import mark_of
from ganrun.config.penalties import Penalties, penalty_model
from ganrun.config.schema import Experiment
from ganrun.config.write import flow
from ganrun.wording import setting

NAMES = ("name", "seeds")
"""Fields that say which run this is: no difference worth marking."""


@dataclass(frozen=True)
class Field:
    """One line of a config; values as YAML has them, pieces in words."""

    path: tuple[str, ...]
    value: str
    default: str | None
    """`None` where there is no default."""
    description: str

    @property
    def differs(self) -> bool:
        """Whether someone chose this value."""
        return self.value != self.default and self.path[0] not in NAMES


def differing_fields(configs: Sequence[Experiment]) -> dict[str, tuple[str | None, ...]]:
    """The fields, by dotted names, in which not all configs are alike, and what each has there.

    None where a config has no such field: a parameter of a penalty that it does without, say.
    """
    written = [
        {".".join(one.path): one.value for one in config_fields(config) if _can_differ(one)}
        for config in configs
    ]
    fields = dict.fromkeys(field for one in written for field in one)
    found = {field: tuple(one.get(field) for one in written) for field in fields}
    return {field: values for field, values in found.items() if len(set(values)) > 1}


def _can_differ(field: Field) -> bool:
    """Whether a field says anything of a game: that there are no penalties is said by theirs, and
    which points there are by their digest."""
    told_by_others = (field.path, field.value) == (("penalties",), "{}")
    return not (told_by_others or field.path[0] in NAMES or field.path == ("target", "points"))


def config_fields(section: BaseModel, path: tuple[str, ...] = ()) -> Iterator[Field]:
    """Every field of a config, in the order of the schema.

    Of penalties those that are used, with their parameters. `path` leads to a section inside.
    """
    for name, declared in type(section).model_fields.items():
        value = getattr(section, name)
        here = (*path, name)
        if isinstance(value, Penalties):
            yield from _penalties(here, value)
        elif isinstance(value, BaseModel) and mark_of(declared) is None:
            yield from config_fields(value, here)
        else:
            default: str | None = None
            if not declared.is_required():
                default = _in_words(declared.get_default(call_default_factory=True))
            if here == ("target", "layout"):
                default = Experiment().target.layout
            yield Field(here, in_short(_in_words(value)), default, declared.description or "")


def _in_words(value: Any) -> str:
    """A value as YAML has it; a piece, or a section that may be null, as a phrase."""
    if isinstance(value, Choice):
        return setting(value.written)
    if isinstance(value, BaseModel):
        return ", ".join(f"{name} {flow(number)}" for name, number in value if number is not None)
    return flow(value)


def _penalties(path: tuple[str, ...], penalties: Mapping[str, Any]) -> Iterator[Field]:
    if not penalties:
        yield Field(path, "{}", "{}", "Penalties on the discriminator: none.")
    for name, parameters in penalties.items():
        model = penalty_model(name)
        if not parameters:
            yield Field((*path, name), "{}", None, model.__doc__ or "")
        for parameter, value in parameters.items():
            declared = model.model_fields[parameter]
            # A penalty is there because someone chose it, whatever its parameters.
            yield Field((*path, name, parameter), flow(value), None, declared.description or "")
