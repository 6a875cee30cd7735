"""What may be changed in a game while it is played, and within which limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from pydantic import BaseModel

from ganrun.config import ConfigError, Experiment
from ganrun.config.changes import with_changes
from ganrun.config.choices import Choice, as_plain
from ganrun.config.dotted_fields import declared, path_of
from ganrun.config.fields import mark_of
from ganrun.config.remedies import rules
from ganrun.config.targets import LAYOUTS
from ganrun.mixture import Mixture, mixture_of
from ganrun.page.scene_target import scene_target

MOST_MODES = 32
LARGEST_COORDINATE = 20.0
STD_RANGE = (0.01, 5.0)
WIDEST_LAYER, DEEPEST_NETWORK = 256, 4
VIEW = 3.0
"""Half the side of the window on a target drawn by hand, at least: it must not jump with a mode."""

STAGE_ONLY = (
    "generator.hidden",
    "generator.latent_dim",
    "discriminator.hidden",
    "training.batch_size",
    "evaluation.every",
    "evaluation.samples",
)
"""What a scene may set besides what may be set while a game is played."""
OF_THE_START = (
    "training.steps",
    *(
        f"{player}.{name}"
        for player in ("generator", "discriminator")
        for name in ("initializer", "initializer_gain", "bias_initializer")
    ),
)
"""What no page sets: it is of no meaning for a game that has no end, or has begun."""

LARGEST: Mapping[str, int] = {
    "generator.latent_dim": 64,
    "discriminator.packing": 8,
    "training.batch_size": 1024,
    "evaluation.samples": 10_000,
}
"""The most that a page may set: it must not freeze the arena."""
TIMES_THE_DEFAULT = 4
"""The most of a piece's number that is part of the program, as `LARGEST` is."""
MOST_COMPARISONS = 2**25
"""Numbers that a round may compare to find how much the points of its batches are alike."""


def may_be_set(field: str) -> bool:
    """Whether a field, or one inside it, may be changed while a game is played."""
    if field in ("target", "target.std"):
        return True
    section, _, inside = field.partition(".")
    return section in _settable() or f"{section}.{inside.partition('.')[0]}" in _settable()


@cache
def _settable() -> frozenset[str]:
    return frozenset(name for name, _, _ in rules()).difference(STAGE_ONLY, OF_THE_START)


def with_setting(experiment: Experiment, field: str, value: Any) -> Experiment:
    """The experiment with a field set from the page. Raises `ConfigError`, one line or more."""
    if not may_be_set(field):
        raise ConfigError([f"{field[:80]}: is not set while a game is played"])
    changed = with_changes(experiment, {field: value})
    check_size(changed, experiment)
    if field == "target":
        check_target(changed)
    elif field == "target.std":
        mixture_of(changed.target)
    return changed


def with_overrides(base: Experiment, overrides: Mapping[str, Any]) -> Experiment:
    """A staged game's config. Raises `ConfigError`."""
    for field in overrides:
        if not may_be_set(field) and field not in STAGE_ONLY:
            raise ConfigError([f"{field[:80]}: is not set on a stage"])
    staged = with_changes(base, overrides)
    check_size(staged, base)
    for network in (staged.generator, staged.discriminator):
        if len(network.hidden) > DEEPEST_NETWORK or max(network.hidden) > WIDEST_LAYER:
            raise ConfigError(
                [f"hidden: at most {DEEPEST_NETWORK} layers of {WIDEST_LAYER} on a stage"]
            )
    if "target" in overrides:
        check_target(staged)
    return staged


def largest(field: str) -> int | None:
    """The most that a page may set a number to, where that is less than a config may have."""
    if field in LARGEST:
        return LARGEST[field]
    info = declared(path_of(field))
    if field.count(".") < 3 or mark_of(info) != "static" or info.annotation is not int:
        return None
    (most,) = (one.le for one in info.metadata if hasattr(one, "le"))
    return min(most, TIMES_THE_DEFAULT * info.get_default())


def check_size(changed: Experiment, before: Experiment) -> None:
    """See that a change from a page asks for no more than the arena can do while one waits.

    What a game had before, as from the config that the arena was started with, it may keep.
    """
    had = _static_numbers(before)
    problems = [
        f"{field}: must be at most {most:,} in the arena"
        for field, value in _static_numbers(changed).items()
        if (most := largest(field)) is not None and value > most and value != had.get(field)
    ]
    compared = _comparisons(changed)
    if compared > max(MOST_COMPARISONS, _comparisons(before)):
        problems.append(
            "discriminator.minibatch: compares too many points in a round for the arena; fewer "
            "kernels, dimensions, discriminator steps or unrolled steps, or a smaller batch, would "
            "do"
        )
    if problems:
        raise ConfigError(problems)


def _static_numbers(experiment: Experiment) -> dict[str, float]:
    """The numbers that are part of the program, by dotted name."""
    numbers: dict[str, float] = {"evaluation.samples": experiment.evaluation.samples}
    for name, _, value in rules(experiment):
        if isinstance(value, Choice):
            inside = value.static_numbers
            numbers |= {f"{name}.{value.name}.{one}": inside[one] for one in inside}
        elif name in LARGEST:
            numbers[name] = value
    return numbers


def _comparisons(experiment: Experiment) -> float:
    feature, training = experiment.discriminator.minibatch, experiment.training
    if feature.name != "discrimination":
        return 0
    each = math.prod(feature.parameters.values())
    steps = training.discriminator_steps + training.updates.parameters.get("steps", 0)
    return float(training.batch_size**2 * each * steps)


def check_target(experiment: Experiment) -> None:
    """See that a target from the page is of a size that the arena can show, and names no file."""
    if getattr(experiment.target, "path", None) is not None:
        raise ConfigError(["target: a file of points is read from a config, not from a page"])
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
    """A field's present value, as plain JSON; whole sections, pieces and their numbers too."""
    value: Any = experiment
    for part in field.split("."):
        if isinstance(value, Choice):
            value = value.parameters if part == value.name else None
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            value = getattr(value, part, None)
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, Choice):
        return as_plain(value.written)
    if isinstance(value, Mapping):
        return {name: _plain(inside) for name, inside in value.items()}
    return list(value) if isinstance(value, tuple) else value


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
