"""Which experiments are the same: run ids, and what may share a compiled program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from ganrun.config.choices import Choice
from ganrun.config.fields import Section, mark_of, number_of
from ganrun.config.pieces import OPTIMIZERS
from ganrun.config.schema import Experiment

# A field that is added after the first release goes in here, with the value that leaves every
# result as it was: {"training.packing": 1}. While it has that value it is left out of the hash, so
# that old ids stay; but a number that the run's optimizer has always used is never left out.
NEUTRAL: dict[str, Any] = {
    "optimizer.decay": 0.99,
    "optimizer.eps": 1e-8,
    "generator.bias_initializer": "zeros",
    "discriminator.bias_initializer": "zeros",
    "generator.latent": "normal",
    "generator.norm": "none",
    "generator.biases": "all",
    "generator.spectral_norm": False,
    "generator.average": None,
    "discriminator.norm": "none",
    "discriminator.biases": "all",
    "discriminator.dropout": None,
    "discriminator.packing": 1,
    "discriminator.minibatch": "none",
    "optimizer.weight_decay": 0.01,
    "optimizer.discriminator_b1": None,
    "optimizer.discriminator_b2": None,
    "optimizer.discriminator_eps": None,
    "optimizer.schedule": "constant",
    "training.instance_noise": None,
    "training.label_smoothing": None,
    "training.top_k": None,
    "training.data": "fresh",
}


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, floats by their repr."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_as_dict
    )


def labels_of(experiment: Experiment) -> dict[str, Any]:
    """Return the fields that only name things, as pydantic's `exclude` takes them."""
    of_target = type(experiment.target).model_fields.items()
    return {
        "name": True,
        "target": {name for name, field in of_target if mark_of(field) == "label"},
    }


def _as_dict(value: Any) -> dict[str, Any]:
    """Return a mapping that cannot be changed as JSON knows it; raise TypeError for all else."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is nothing that a config holds")


def run_id(experiment: Experiment) -> str:
    """Return the 16 hex digits that name a run: SHA-256 of its config, one seed, without `name`.

    Raises ValueError if the experiment has more than one seed.
    """
    if len(experiment.seeds) != 1:
        raise ValueError(f"a run has one seed, not {len(experiment.seeds)}")
    return digest(_content(experiment))


def run_ids(experiment: Experiment) -> list[str]:
    """Return the `run_id` of each of the experiment's seeds, in their order."""
    content = _content(experiment)
    return [digest(content | {"seeds": [seed]}) for seed in experiment.seeds]


def earlier_id(experiment: Experiment) -> str:
    """Return the id that a run had while RMSprop had `b2` for its decay and eps inside the root.

    Of all other runs it is the `run_id`.
    """
    return digest(_content(experiment, optimizers=()))


def as_trained(stored: Experiment, identity: str) -> Experiment | None:
    """Return what a stored config stands for, by the id it was trained under; None if not by it.

    Where that is an `earlier_id`, no experiment of today's has it: such a run is read and no more.
    """
    if identity == run_id(stored):
        return stored
    if identity != earlier_id(stored):
        return None
    optimizer = stored.optimizer.model_copy(update={"decay": stored.optimizer.b2})
    return stored.model_copy(update={"optimizer": optimizer})


def content_of(experiment: Experiment, optimizers: Collection[str] | None = None) -> dict[str, Any]:
    """Return all that decides an experiment's results but its seeds, as plain JSON values.

    `optimizers` are those that its variants may have, where that is not its own alone.
    """
    content = _content(experiment, optimizers)
    del content["seeds"]
    return content


def _content(experiment: Experiment, optimizers: Collection[str] | None = None) -> dict[str, Any]:
    content = experiment.model_dump(mode="json", exclude=labels_of(experiment))
    content["target"].pop("points", None)  # their digest stands for them
    names = [experiment.optimizer.name] if optimizers is None else optimizers
    used = {
        f"optimizer.{number}"
        for name in names
        for number in OPTIMIZERS[name].uses
        if number not in OPTIMIZERS[name].later
    }
    for field, neutral in NEUTRAL.items():
        if field not in used:
            _leave_out(content, field.split("."), neutral)
    return content


def digest(content: Any) -> str:
    """Return the first 16 hex digits of the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical_json(content).encode("ascii")).hexdigest()[:16]


def _leave_out(content: dict[str, Any], path: list[str], neutral: Any) -> None:
    *sections, name = path
    for section in sections:
        content = content.get(section, {})
    if name in content and content[name] == neutral:
        del content[name]


def _marked_fields(experiment: Experiment) -> Iterator[tuple[str, FieldInfo, Any]]:
    """Yield dotted name, declaration and value of every field outside target and penalties."""
    for name, field in type(experiment).model_fields.items():
        value = getattr(experiment, name)
        if mark_of(field) is not None:
            yield name, field, value
        elif isinstance(value, Section) and name != "target":
            for inner_name, inner in type(value).model_fields.items():
                assert mark_of(inner) is not None, f"{name}.{inner_name} has no mark"
                yield f"{name}.{inner_name}", inner, getattr(value, inner_name)


def optional_fields() -> tuple[str, ...]:
    """Return the fields, by dotted name, whose pieces are in a program unless they are null."""
    fields = _marked_fields(Experiment())
    return tuple(name for name, field, _ in fields if mark_of(field) == "optional")


def traced_values(experiment: Experiment) -> dict[str, int | float]:
    """Return the traced values by dotted name, except the seeds and the target's arrays.

    `discriminator.weight_clip` is infinity where there is none: clipping to it changes nothing,
    so that one program serves both. The target's arrays come from `ganrun.mixture`.
    """
    values: dict[str, int | float] = {}
    for name, field, value in _marked_fields(experiment):
        if isinstance(value, Choice):
            numbers = value.traced_numbers
            values |= {f"{name}.{value.name}.{one}": number for one, number in numbers.items()}
        elif isinstance(value, Section):
            inside = type(value).model_fields
            values |= {
                f"{name}.{one}": number_of(field, getattr(value, one))
                for one, field in inside.items()
            }
        elif mark_of(field) == "traced" or (mark_of(field) == "optional" and value is not None):
            values[name] = number_of(field, value)
    del values["seeds"]
    for number in ("b1", "b2", "eps"):
        own = f"optimizer.discriminator_{number}"
        values[own] = values[f"optimizer.{number}"] if values[own] is None else values[own]
    for penalty, parameters in experiment.penalties.items():
        values |= {f"penalties.{penalty}.{name}": value for name, value in parameters.items()}
    return values


def static_key(experiment: Experiment) -> str:
    """Return canonical JSON of all static values: members with equal keys share a compiled program.

    Of the target only numbers are static, of modes, of beads, and of given points to draw from; of
    the penalties only which there are.
    """
    values: dict[str, Any] = {}
    for name, field, value in _marked_fields(experiment):
        if isinstance(value, Choice):
            numbers = value.static_numbers
            values[name] = {value.name: numbers} if numbers else value.name
        elif mark_of(field) == "static":
            values[name] = value
        elif mark_of(field) == "optional":
            values[name] = value is not None
    values["target.modes"] = experiment.target.mode_count
    if experiment.target.components != experiment.target.mode_count:
        values["target.components"] = experiment.target.components
    if drawn := experiment.target.drawn_points:
        values["target.points"] = drawn
    values["penalties"] = list(experiment.penalties)
    return canonical_json(values)
