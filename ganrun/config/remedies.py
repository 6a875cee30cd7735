"""The kinds of remedy, and which ones a config makes use of: for menus and for stories."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ganrun.config.choices import Choice
from ganrun.config.declarations import Declaration, Piece
from ganrun.config.fields import OneOf
from ganrun.config.penalties import Penalties
from ganrun.config.pieces import PENALTIES, REMEDIES
from ganrun.config.schema import Experiment
from ganrun.wording import capital, setting, with_numbers

KINDS: Mapping[str, tuple[str, ...]] = {
    "Objective": ("objective",),
    "Penalties": ("penalties",),
    "Update rule": ("training.updates",),
    "What the detective sees": (
        "discriminator.packing",
        "discriminator.minibatch",
        "training.instance_noise",
        "training.label_smoothing",
        "training.top_k",
    ),
    "Latent points": ("generator.latent", "generator.latent_dim"),
    "Networks": ("generator", "discriminator"),
    "Recipe": ("optimizer", "generator.average", "training"),
}
"""What a field changes in the game: the first kind that names it, or the section that it is in."""

PLAYERS = {"generator": "Forger's", "discriminator": "Detective's"}


@dataclasses.dataclass(frozen=True)
class Remedy:
    """A remedy that a config makes use of: the field that says so, and its numbers by name.

    The number of a field that holds one alone has no name: `""`.
    """

    field: str
    piece: Piece
    numbers: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def label(self) -> str:
        """What people call it; of a part that either network may have, whose it is too."""
        section, _, name = self.field.partition(".")
        if self.piece.title or section not in PLAYERS:
            return self.piece.label
        words = self.piece.label.lower()
        noun = f"{words} {name}" if name == "norm" else words
        return f"{PLAYERS[section]} {noun}"

    @property
    def words(self) -> str:
        """What it is called, with its numbers: `Consensus, weight 10`, `Packing 4`."""
        numbers = {name: number for name, number in self.numbers.items() if number is not None}
        alone = numbers.pop("", None)
        label = self.label if alone is None else f"{self.label} {setting(alone)}"
        return with_numbers(label, numbers)


def kind_of(name: str) -> str | None:
    """Return the kind of change that a field is, by its dotted name; None if of no game's rules."""
    section = name.partition(".")[0]
    named = (kind for kind, fields in KINDS.items() if name in fields)
    return next(named, None) or next(
        (kind for kind, fields in KINDS.items() if section in fields), None
    )


def rules(experiment: Experiment | None = None) -> Iterator[tuple[str, FieldInfo, Any]]:
    """Yield dotted name, declaration and value of every field that says how a game is played.

    They come kind by kind; `penalties` is one field. Without an experiment, those of the defaults.
    """
    found = list(_fields(experiment or Experiment()))
    for kind in KINDS:
        yield from (one for one in found if kind_of(one[0]) == kind)


def _fields(experiment: Experiment) -> Iterator[tuple[str, FieldInfo, Any]]:
    for name, info in type(experiment).model_fields.items():
        value = getattr(experiment, name)
        if not isinstance(value, BaseModel):
            yield name, info, value
        elif kind_of(name):
            for inner_name, inner in type(value).model_fields.items():
                yield f"{name}.{inner_name}", inner, getattr(value, inner_name)


def named_in(info: FieldInfo) -> Mapping[str, Declaration] | None:
    """Return the declarations of which a field holds a name; None if it holds something else."""
    for one in info.metadata:
        if isinstance(one, OneOf) and isinstance(one.names, Mapping):
            return one.names
    return None


def remedies_in(experiment: Experiment) -> list[Remedy]:
    """Return what the experiment does against mode collapse and why, kind by kind.

    That is every piece with a story; what is there but acts on nothing is among them.
    """
    found = []
    for name, info, value in rules(experiment):
        if isinstance(value, Penalties):
            found += [Remedy(f"{name}.{one}", PENALTIES[one], value[one]) for one in value]
        elif isinstance(value, Choice):
            told = {} if isinstance(value.written, str) else value.written[value.name]
            found.append(Remedy(name, value.piece, told))
        elif (names := named_in(info)) and isinstance(piece := names[value], Piece):
            found.append(Remedy(name, piece))
        elif name in REMEDIES and value != info.get_default():
            found.append(Remedy(name, REMEDIES[name], _numbers(value)))
    return [one for one in found if one.piece.story]


def _numbers(value: Any) -> dict[str, Any]:
    if isinstance(value, BaseModel):
        return dict(value)
    return {} if isinstance(value, bool) else {"": value}


def label_of(name: str) -> str:
    """Return what people call a field, by its dotted name."""
    if name in REMEDIES:
        return REMEDIES[name].label
    section, _, last = name.rpartition(".")
    words = last.replace("_", " ")
    return f"{PLAYERS[section]} {words}" if section in PLAYERS else capital(words)
