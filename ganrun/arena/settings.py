"""What may be changed in a game while it is played, within which limits, and how menus show it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import NoneType
from typing import Any, Literal

import numpy as np
from pydantic.fields import FieldInfo

from ganrun.arena.protocol import LONGEST_LABEL, MOST_GAMES
from ganrun.config import ConfigError, Experiment
from ganrun.config.changes import with_changes
from ganrun.config.declarations import Declaration
from ganrun.config.dotted_fields import declared, path_of
from ganrun.config.fields import SEED_END, mark_of, types_of, unit_of
from ganrun.config.metrics import METRICS
from ganrun.config.pieces import OBJECTIVES, OPTIMIZERS, PENALTIES
from ganrun.config.targets import LAYOUTS
from ganrun.mixture import Mixture, mixture_of
from ganrun.page.scene_target import scene_target
from ganrun.verdict import MEANINGS, WORDS

MOST_MODES = 32
LARGEST_COORDINATE = 20.0
STD_RANGE = (0.01, 5.0)
WIDEST_LAYER, DEEPEST_NETWORK = 256, 4
VIEW = 3.0
"""Half the side of the window on a target drawn by hand, at least: it must not jump with a mode."""

Scale = Literal["linear", "log"]


@dataclass(frozen=True)
class Slider:
    """The part of a range that a slider covers; `least` and `most` narrow what is admitted."""

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
    "training.discriminator_steps": Slider(1, 10),
    "target.std": Slider(0.02, 1.0, "log", *STD_RANGE),
    "optimizer.b1": Slider(0.0, 0.99),
    "optimizer.b2": Slider(0.0, 0.9999),
    "discriminator.weight_clip": Slider(1e-3, 1.0, "log"),
}
"""The numbers that act at once, since they are data to the compiled program."""
CHOICES = ("objective", "discriminator.spectral_norm")
"""What belongs to the program, which is then compiled anew."""
WHOLE = ("penalties", "target")
"""Sections that are given whole."""

STAGE_ONLY: Mapping[str, float | None] = {
    "generator.hidden": None,
    "generator.activation": None,
    "generator.latent_dim": 64,
    "discriminator.hidden": None,
    "discriminator.activation": None,
    "optimizer.name": None,
    "training.batch_size": 1024,
    "training.updates": None,
    "evaluation.every": None,
    "evaluation.samples": 10_000,
}
"""What a scene may set besides, and the most that it may be: a page must not freeze the arena."""

PARAMETER = ("name", "label", "description", "default", "least", "most")
"""What a page is told of a penalty's number."""
PENALTY_SLIDERS = {"weight": Slider(1e-3, 100.0, "log"), "target": Slider(0.0, 4.0)}
FIRST_PARAMETERS = {"weight": 0.1}
"""Of a penalty just chosen, where they are not its defaults: as in the shipped configs."""
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


def may_be_set(field: str) -> bool:
    """Whether a field may be changed while a game is played."""
    penalty = field.split(".")[0] == "penalties" and field.count(".") == 2
    return field in SLIDERS or field in CHOICES or field in WHOLE or penalty


def with_setting(experiment: Experiment, field: str, value: Any) -> Experiment:
    """The experiment with a field set from the page. Raises `ConfigError`, one line or more."""
    if not may_be_set(field):
        raise ConfigError([f"{field[:80]}: is not set while a game is played"])
    changed = with_changes(experiment, {field: value})
    if field == "target":
        check_target(changed)
    elif field == "target.std":
        mixture_of(changed.target)
    return changed


def with_overrides(base: Experiment, overrides: Mapping[str, Any]) -> Experiment:
    """A staged game's config. Raises `ConfigError`."""
    for field, value in overrides.items():
        if not may_be_set(field) and field not in STAGE_ONLY:
            raise ConfigError([f"{field[:80]}: is not set on a stage"])
        most = STAGE_ONLY.get(field)
        if most is not None and isinstance(value, int | float) and value > most:
            raise ConfigError([f"{field}: must be at most {most:,.12g} here"])
    staged = with_changes(base, overrides)
    for network in (staged.generator, staged.discriminator):
        if len(network.hidden) > DEEPEST_NETWORK or max(network.hidden) > WIDEST_LAYER:
            raise ConfigError(
                [f"hidden: at most {DEEPEST_NETWORK} layers of {WIDEST_LAYER} on a stage"]
            )
    if "target" in overrides:
        check_target(staged)
    return staged


def check_target(experiment: Experiment) -> None:
    """See that a target from the page is of a size that the arena can show."""
    modes = experiment.target.mode_count
    if modes > MOST_MODES:
        raise ConfigError([f"target: has {modes} modes; at most {MOST_MODES} in the arena"])
    try:
        mixture = mixture_of(experiment.target)
    except ValueError as error:
        raise ConfigError([str(error)]) from None
    if np.abs(mixture.means).max() > LARGEST_COORDINATE:
        raise ConfigError([f"target: a mode lies beyond {LARGEST_COORDINATE:g} in the arena"])
    stds = np.sqrt(np.linalg.eigvalsh(mixture.covariances))
    low, high = STD_RANGE
    if stds.min() < low * (1 - 1e-6) or stds.max() > high * (1 + 1e-6):
        raise ConfigError([f"target: a mode's std must be from {low:g} to {high:g} in the arena"])


def value_of(experiment: Experiment, field: str) -> Any:
    """A field's present value, as plain JSON; whole sections too."""
    value: Any = experiment.model_dump(mode="json")
    for part in field.split("."):
        value = value[part]
    return value


def window_of(experiment: Experiment, mixture: Mixture) -> tuple[float, float, float, float]:
    """The part of the plane that is shown: `(x_min, x_max, y_min, y_max)`."""
    if not LAYOUTS[experiment.target.layout].by_hand:
        return mixture.extent
    half = max(VIEW, *(abs(edge) for edge in mixture.extent))
    return (-half, half, -half, half)


def target_drawn(experiment: Experiment) -> dict[str, Any]:
    """The target as a page draws it: its window, and the 3-std ellipse of every mode."""
    mixture = mixture_of(experiment.target)
    return scene_target(mixture) | {"extent": list(window_of(experiment, mixture))}


def schema() -> dict[str, Any]:
    """What a page needs to build its menus and sliders."""
    return {
        "fields": _fields(),
        "penalties": [
            _named(one)
            | {
                "parameters": [
                    {name: getattr(parameter, name) for name in PARAMETER}
                    | (
                        PENALTY_SLIDERS.get(parameter.name)
                        or _around(parameter.default, parameter.least, parameter.most)
                    ).sent
                    for parameter in one.parameters
                ],
                "chosen": {
                    parameter.name: FIRST_PARAMETERS[parameter.name]
                    for parameter in one.parameters
                    if parameter.name in FIRST_PARAMETERS
                },
            }
            for one in PENALTIES.values()
        ],
        "layouts": [
            _named(one)
            | {
                "by_hand": one.by_hand,
                "fields": [
                    _field(
                        name,
                        field,
                        LAYOUT_SLIDERS.get(name) or _around(field.default, **_bounds(field)),
                    )
                    for name, field in one.model.model_fields.items()
                    if field.annotation in (int, float)
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
        "optimizers": [{"name": one.name, "uses": list(one.uses)} for one in OPTIMIZERS.values()],
        "stage_fields": list(STAGE_ONLY),
        "limits": {
            "games": MOST_GAMES,
            "modes": MOST_MODES,
            "view": VIEW,
            "seed": SEED_END - 1,
            "label": LONGEST_LABEL,
        },
    }


def _fields() -> list[dict[str, Any]]:
    choices = [_named(one) for one in OBJECTIVES.values()]
    return [
        *(_known(field, slider) for field, slider in SLIDERS.items()),
        _known("objective") | {"kind": "choice", "choices": choices},
        _known("discriminator.spectral_norm") | {"kind": "switch"},
        *(_known(one) | {"kind": one, "default": value_of(Experiment(), one)} for one in WHOLE),
    ]


def _known(field: str, slider: Slider | None = None) -> dict[str, Any]:
    return _field(field, declared(path_of(field)), slider)


def _field(field: str, info: FieldInfo, slider: Slider | None) -> dict[str, Any]:
    unit, types = unit_of(info), types_of(info.annotation)
    name = field.rpartition(".")[2]
    return {
        "field": field,
        "label": name.replace("_", " ").capitalize(),
        "description": info.description,
        "kind": "whole" if int in types else "number",
        "traced": mark_of(info) == "traced",
        "default": info.get_default(call_default_factory=True),
        "nullable": NoneType in types,
        **({"unit": unit} if unit else {}),
        **_bounds(info),
        **(slider.sent if slider else {}),
    }


def _bounds(info: FieldInfo) -> dict[str, Any]:
    return {
        name: getattr(part, bound) - beyond
        for part in info.metadata
        for name, bound, beyond in (("least", "ge", 0), ("most", "le", 0), ("most", "lt", 1))
        if getattr(part, bound, None) is not None
    }


def _around(default: float, least: float = -math.inf, most: float = math.inf) -> Slider:
    """The slider of a number for which nobody has chosen one."""
    return Slider(max(least, min(0, 3 * default)), min(most, max(1, 3 * default)))


def _named(one: Declaration) -> dict[str, Any]:
    return {"name": one.name, "label": one.label, "description": one.description}
