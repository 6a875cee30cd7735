"""What the arena's menus, switches and sliders are made of: all that is declared of a game's rules.

Nothing is said of a piece here but what its declaration says: one that is declared is offered.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from types import NoneType
from typing import Any, Literal

from pydantic.fields import FieldInfo

from ganrun.arena.protocol import CAN, LONGEST_LABEL, MOST_GAMES
from ganrun.arena.settings import (
    MOST_MODES,
    STAGE_ONLY,
    STD_RANGE,
    VIEW,
    largest,
    may_be_set,
    value_of,
)
from ganrun.config import Experiment
from ganrun.config.choices import as_plain, choice_of
from ganrun.config.declarations import Declaration, Parameter, Piece
from ganrun.config.dotted_fields import declared, path_of
from ganrun.config.fields import SEED_END, Section, mark_of, types_of, unit_of
from ganrun.config.metrics import METRICS
from ganrun.config.penalties import Penalties
from ganrun.config.pieces import OPTIMIZERS, PENALTIES, REMEDIES
from ganrun.config.remedies import Remedy, kind_of, label_of, named_in, rules
from ganrun.config.schema import MOST_DECAY
from ganrun.config.targets import LAYOUTS
from ganrun.verdict import MEANINGS, WORDS

Scale = Literal["linear", "log", "decay"]


@dataclass(frozen=True)
class Slider:
    """The part of a range that a slider covers; `least` and `most` narrow what is admitted.

    On the scale `decay` equal ways are equal factors of what is left to 1.
    """

    low: float
    high: float
    scale: Scale = "linear"
    least: float | None = None
    most: float | None = None

    @property
    def sent(self) -> dict[str, Any]:
        """What a page is told of it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


SLIDERS: Mapping[str, Slider] = {
    "optimizer.learning_rate": Slider(1e-5, 1e-1, "log"),
    "optimizer.learning_rate_ratio": Slider(0.05, 20.0, "log"),
    "optimizer.b1": Slider(0.0, 0.99),
    "optimizer.discriminator_b1": Slider(0.0, 0.99),
    "training.discriminator_steps": Slider(1, 10),
    "target.std": Slider(0.02, 1.0, "log", *STD_RANGE),
    "penalties.gradient_penalty.target": Slider(0.0, 4.0),
    "penalties.lipschitz.target": Slider(0.0, 4.0),
}
"""Where the part of a range that is worth a slider does not follow from range and default."""

LAYOUT_SLIDERS = {
    "modes": Slider(1, 16, most=MOST_MODES),
    "rows": Slider(1, 5),
    "columns": Slider(1, 5),
    "radius": Slider(0.5, 5.0),
    "spacing": Slider(0.5, 4.0),
    "length": Slider(1.0, 10.0),
    "turns": Slider(0.25, 4.0),
    "std": SLIDERS["target.std"],
    "seed": Slider(0, 100),
    "least_distance": Slider(0.0, 2.0),
}

FIRST: Mapping[str, Any] = {
    **{f"penalties.{name}": {"weight": 0.1} for name in ("gradient_penalty", "r1", "r2")},
    "penalties.zero_centered": {"weight": 0.1},
    "penalties.lipschitz": {"weight": 5.0},
    "discriminator.weight_clip": 0.01,
    "discriminator.dropout": 0.5,
    "generator.average": 0.999,
    "training.label_smoothing": 0.1,
    "training.instance_noise": {"std": 0.5, "until": 10_000},
    "training.top_k": {"share": 0.5, "until": 5_000},
}
"""What is begun with where it is switched on, if not its defaults: as in the shipped configs."""

LABELS: Mapping[str, str] = {
    "optimizer.learning_rate": "Forger's learning rate",
    "optimizer.learning_rate_ratio": "Ratio, detective to forger",
    "training.discriminator_steps": "Detective's steps a round",
    "optimizer.b1": "Momentum (b1)",
    "optimizer.b2": "Memory of squared slopes (b2)",
    "optimizer.decay": "Memory of squared slopes (decay)",
    "optimizer.discriminator_b1": "Detective's own b1",
    "optimizer.discriminator_b2": "Detective's own b2",
    "optimizer.discriminator_eps": "Detective's own eps",
    "optimizer.name": "Optimizer",
    "optimizer.schedule": "Learning rates over time",
    "training.updates": "Update rule",
    "training.data": "Where real points come from",
    "generator.latent": "Latent points",
    "discriminator.minibatch": "Minibatch feature",
    "target.std": "Width of the modes (std)",
}
"""What people call a field, where that is not its own name."""

NULL = " Null: "
"""Begins what a field's description says of it when it is null."""


def schema() -> dict[str, Any]:
    """What a page needs to build its menus and sliders."""
    return {
        "groups": _groups(),
        "fields": [_number("target.std"), _target()],
        "layouts": [
            _named(one)
            | {
                "by_hand": one.by_hand,
                "from_file": one.from_file,
                "fields": [
                    _of_layout(name, field)
                    for name, field in one.model.model_fields.items()
                    if field.annotation in (int, float) and not one.from_file
                ],
            }
            for one in LAYOUTS.values()
        ],
        "metrics": [
            _named(one) | {"plain": one.plain, "better": one.better, "perfect": one.perfect}
            for one in METRICS.values()
        ],
        "verdicts": [
            {"word": word, "description": MEANINGS[word].description, "tone": MEANINGS[word].tone}
            for word in WORDS
        ],
        "stage_fields": list(STAGE_ONLY),
        "can": list(CAN),
        "limits": {
            "games": MOST_GAMES,
            "modes": MOST_MODES,
            "view": VIEW,
            "seed": SEED_END - 1,
            "label": LONGEST_LABEL,
        },
    }


def _groups() -> list[dict[str, Any]]:
    """All controls, by the kind of change that they make."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, info, _ in rules():
        if may_be_set(name):
            groups.setdefault(kind_of(name) or "", []).extend(_controls(name, info))
    return [{"title": title, "fields": fields} for title, fields in groups.items()]


def _controls(name: str, info: FieldInfo) -> Iterator[dict[str, Any]]:
    if info.annotation is Penalties:
        yield from (_penalty(one) for one in PENALTIES.values())
    elif choice := choice_of(info):
        chosen = {one: as_plain(choice(one).written) for one in choice.pieces}
        yield _known(name, info) | {
            "kind": "choice",
            "choices": [_chosen(one, name, chosen[one.name]) for one in choice.pieces.values()],
        }
    elif names := named_in(info):
        choices = [_chosen(one, name, one.name) for one in names.values()]
        yield _known(name, info) | {"kind": "choice", "choices": choices}
    elif info.annotation is bool:
        yield _known(name, info) | {"kind": "switch"}
    elif section := _section_in(info):
        numbers = [_number(f"{name}.{inner}") for inner in section.model_fields]
        yield _optional(name, info, numbers, FIRST.get(name, {}))
    elif name in REMEDIES and info.get_default() is None:
        yield _optional(name, info, [_number(name)], FIRST[name])
    else:
        yield _number(name)


def _section_in(info: FieldInfo) -> type[Section] | None:
    kinds = (one for one in types_of(info.annotation) if isinstance(one, type))
    return next((one for one in kinds if issubclass(one, Section)), None)


def _penalty(one: Piece) -> dict[str, Any]:
    field = f"penalties.{one.name}"
    return _piece(one, field) | {
        "field": field,
        "chosen": FIRST.get(field, {}),
        "kind": "optional",
        "traced": False,
        "default": None,
    }


def _optional(
    name: str, info: FieldInfo, numbers: list[dict[str, Any]], chosen: Any
) -> dict[str, Any]:
    """The control of what is there or not; `chosen` is what it begins with."""
    return _known(name, info) | {"kind": "optional", "parameters": numbers, "chosen": chosen}


def _chosen(one: Declaration, field: str, chosen: Any) -> dict[str, Any]:
    """One of the choices of a menu, and what its field is given when it is chosen."""
    if not isinstance(one, Piece):
        return _named(one) | {"chosen": chosen}
    told = _piece(one, f"{field}.{one.name}") | {"called": Remedy(field, one).label}
    return told | {"chosen": chosen}


def _piece(one: Piece, field: str) -> dict[str, Any]:
    """A piece with its parameters, which are fields within its own."""
    numbers = [_parameter(f"{field}.{number.name}", number) for number in one.parameters]
    return _named(one) | {"parameters": numbers}


def _parameter(field: str, one: Parameter) -> dict[str, Any]:
    return _number(field) | {"label": one.label.capitalize()}


def _known(name: str, info: FieldInfo) -> dict[str, Any]:
    """What is told of any field that a game has; of a remedy, its paper and story too."""
    remedy = REMEDIES.get(name)
    description, _ = _told(info.description or "")
    return {
        "field": name,
        "label": LABELS.get(name) or label_of(name),
        "description": description,
        "traced": mark_of(info) == "traced",
        "default": value_of(Experiment(), name),
        **(_of_remedy(remedy) if remedy else {}),
    }


def _of_remedy(one: Piece) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("description", "paper", "story")}


def _number(name: str) -> dict[str, Any]:
    """The control of a number, by its dotted name; a parameter of a piece is one too."""
    info = declared(path_of(name))
    default = info.get_default(call_default_factory=True)
    bounds = _bounds(info)
    whole = int in types_of(info.annotation)
    most = largest(name)
    if most is not None:
        bounds["most"] = most
    start = _first(name) or default or 0
    slider = SLIDERS.get(name) or _slider(start, whole=whole, **bounds)
    section, _, number = name.partition(".")
    users = _users(number) if section == "optimizer" else []
    remedy = REMEDIES.get(name)
    return {
        **_numeric(name, LABELS.get(name) or label_of(name), info, bounds, slider),
        "traced": mark_of(info) in ("traced", "optional"),
        **({"users": users} if users else {}),
        **(_of_remedy(remedy) if remedy else {}),
    }


def _numeric(
    name: str, label: str, info: FieldInfo, bounds: Mapping[str, float], slider: Slider
) -> dict[str, Any]:
    description, empty = _told(info.description or "")
    types, unit = types_of(info.annotation), unit_of(info)
    return {
        "field": name,
        "label": label,
        "description": description,
        "kind": "whole" if int in types else "number",
        "traced": mark_of(info) == "traced",
        "default": info.get_default(call_default_factory=True),
        "nullable": NoneType in types,
        **({"empty": empty} if empty else {}),
        **({"unit": unit} if unit else {}),
        **bounds,
        **slider.sent,
    }


def _first(name: str) -> float | None:
    """What a number begins with that is switched on, or is null at first; None: its default."""
    section, _, number = name.rpartition(".")
    if number.startswith("discriminator_"):
        return _first(f"{section}.{number.removeprefix('discriminator_')}")
    first = FIRST[name] if name in FIRST else FIRST.get(section, {}).get(number)
    return value_of(Experiment(), name) if first is None else first


def _users(number: str) -> list[str]:
    """The optimizers that use a number of a config's `optimizer`; empty: all do."""
    shared = number.removeprefix("discriminator_")
    return [name for name, one in OPTIMIZERS.items() if shared in one.uses]


def _told(description: str) -> tuple[str, str]:
    """A description for who has no config before them, and what it says of an empty field."""
    words, _, empty = description.partition(NULL)
    return words, empty.rstrip(".")


def _target() -> dict[str, Any]:
    return _known("target", declared(path_of("target"))) | {"kind": "target"}


def _of_layout(name: str, info: FieldInfo) -> dict[str, Any]:
    bounds, whole = _bounds(info), info.annotation is int
    slider = LAYOUT_SLIDERS.get(name) or _slider(info.default, whole=whole, **bounds)
    return _numeric(name, name.replace("_", " ").capitalize(), info, bounds, slider)


def _bounds(info: FieldInfo) -> dict[str, Any]:
    return {
        name: getattr(part, bound) - beyond
        for part in info.metadata
        for name, bound, beyond in (("least", "ge", 0), ("most", "le", 0), ("most", "lt", 1))
        if getattr(part, bound, None) is not None
    }


def _slider(
    start: float, least: float = -math.inf, most: float = math.inf, *, whole: bool = False
) -> Slider:
    """The slider of a number for which nobody has chosen one, around where it begins.

    A range that is short as seen from there is covered whole; of a wide one, a hundredth to a
    hundred times of the start.
    """
    if most == MOST_DECAY:
        return Slider(0.0, 0.9999, "decay")
    if start == 0:
        return Slider(max(least, 0), min(most, 10_000 if whole else 1))
    if most <= 20 * start:
        return Slider(max(least, 0.0), most)
    low, high = max(least, start / 100), min(most, start * 100)
    if whole:
        return Slider(math.ceil(low), math.floor(high), "log")
    return Slider(float(f"{low:.2g}"), float(f"{high:.2g}"), "log")


def _named(one: Declaration) -> dict[str, Any]:
    told = {"name": one.name, "label": one.label, "description": one.description}
    if isinstance(one, Piece):
        told |= {"paper": one.paper, "story": one.story}
    return told
