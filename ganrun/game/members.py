"""From a config to what the game needs: its static half (`Game`) and its traced half."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from ganrun.config import Experiment, traced_values
from ganrun.config.choices import Choice
from ganrun.config.identity import optional_fields
from ganrun.game.chosen import Chosen
from ganrun.game.networks import Network
from ganrun.game.players import Descent, Game, Hyperparameters
from ganrun.game.targets import target_of
from ganrun.mixture import given_points, mixture_of

OPTIONAL = optional_fields()


def game_of(experiment: Experiment) -> Game:
    """What is compiled in; equal for all experiments with an equal `config.static_key`."""
    generator, discriminator = experiment.generator, experiment.discriminator
    training = experiment.training
    return Game(
        generator=Network(
            inputs=generator.latent_dim,
            outputs=2,
            latent=chosen(generator.latent),
            **_of_either(generator),
        ),
        discriminator=Network(
            inputs=2 * discriminator.packing,
            outputs=1,
            minibatch=chosen(discriminator.minibatch),
            **_of_either(discriminator),
        ),
        objective=experiment.objective,
        penalties=tuple(experiment.penalties),
        optimizer=experiment.optimizer.name,
        schedule=chosen(experiment.optimizer.schedule),
        updates=chosen(training.updates),
        batch_size=training.batch_size,
        packing=discriminator.packing,
        data=chosen(training.data),
        present=frozenset(field for field in OPTIONAL if _at(experiment, field) is not None),
    )


def _of_either(network: Any) -> dict[str, Any]:
    """What both players' networks have, from a config's `generator` or `discriminator`."""
    alike = ("hidden", "initializer", "initializer_gain", "bias_initializer", "biases", "norm")
    own = {name: getattr(network, name) for name in (*alike, "spectral_norm")}
    return own | {"activation": chosen(network.activation)}


def chosen(choice: Choice) -> Chosen:
    """A choice as it is compiled in: what is traced of it is left out."""
    return Chosen(choice.name, tuple(sorted(choice.static_numbers.items())))


def _at(experiment: Experiment, field: str) -> Any:
    section, name = field.split(".")
    return getattr(getattr(experiment, section), name)


def hyperparameters_of(experiment: Experiment) -> Hyperparameters:
    """What is data to the program, as NumPy scalars and arrays; the experiment has one seed.

    Raises `ValueError` if the target's modes cannot be placed.
    """
    (seed,) = experiment.seeds
    values = traced_values(experiment)
    rate = values["optimizer.learning_rate"]
    return Hyperparameters(
        seed=_scalar(np.uint32, seed),
        discriminator_steps=_scalar(np.int32, values["training.discriminator_steps"]),
        generator=_descent(values, rate),
        discriminator=_descent(
            values, rate * values["optimizer.learning_rate_ratio"], "discriminator_"
        ),
        weight_clip=_scalar(np.float32, values["discriminator.weight_clip"]),
        penalties={
            name: {
                parameter: _scalar(np.float32, values[f"penalties.{name}.{parameter}"])
                for parameter in parameters
            }
            for name, parameters in experiment.penalties.items()
        },
        strengths=_strengths(experiment, values),
        target=target_of(mixture_of(experiment.target), given_points(experiment.target)),
    )


def _descent(values: dict[str, int | float], rate: float, prefix: str = "") -> Descent:
    """How one player descends; what it has no number of its own for, it shares."""
    numbers = {
        name: values.get(f"optimizer.{prefix}{name}", values[f"optimizer.{name}"])
        for name in Descent._fields
        if name != "learning_rate"
    }
    return Descent(
        learning_rate=_scalar(np.float32, rate),
        **{name: _scalar(np.float32, value) for name, value in numbers.items()},
    )


def _strengths(experiment: Experiment, values: dict[str, int | float]) -> dict[str, dict[str, Any]]:
    """The traced numbers of the pieces in use, by the dotted fields that hold them."""
    strengths: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in values.items():
        if name in OPTIONAL:
            strengths[name]["value"] = _scalar(np.float32, value)
            continue
        field, _, number = name.rpartition(".")
        choice, _, _ = field.rpartition(".")
        if field in OPTIONAL:
            strengths[field][number] = _scalar(np.float32, value)
        elif "." in choice:
            strengths[choice][number] = _scalar(np.float32, value)
    return dict(strengths)


def _scalar(dtype: Any, value: float) -> Any:
    """A NumPy scalar where the program will see a traced one."""
    return dtype(value)
