"""From a config to what the game needs: its static half (`Game`) and its traced half."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganrun.config import Experiment, traced_values
from ganrun.game.networks import Network
from ganrun.game.rounds import Game, Hyperparameters
from ganrun.game.targets import target_of
from ganrun.mixture import mixture_of


def game_of(experiment: Experiment) -> Game:
    """What is compiled in; equal for all experiments with an equal `config.static_key`."""
    generator, discriminator = experiment.generator, experiment.discriminator
    return Game(
        generator=Network(
            inputs=generator.latent_dim,
            hidden=generator.hidden,
            outputs=2,
            activation=generator.activation.name,
            initializer=generator.initializer,
            initializer_gain=generator.initializer_gain,
            bias_initializer=generator.bias_initializer,
        ),
        discriminator=Network(
            inputs=2,
            hidden=discriminator.hidden,
            outputs=1,
            activation=discriminator.activation.name,
            initializer=discriminator.initializer,
            initializer_gain=discriminator.initializer_gain,
            bias_initializer=discriminator.bias_initializer,
            spectral_norm=discriminator.spectral_norm,
        ),
        objective=experiment.objective,
        penalties=tuple(experiment.penalties),
        optimizer=experiment.optimizer.name,
        batch_size=experiment.training.batch_size,
        simultaneous=experiment.training.updates.name == "simultaneous",
    )


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
        learning_rate_g=_scalar(np.float32, rate),
        learning_rate_d=_scalar(np.float32, rate * values["optimizer.learning_rate_ratio"]),
        b1=_scalar(np.float32, values["optimizer.b1"]),
        b2=_scalar(np.float32, values["optimizer.b2"]),
        decay=_scalar(np.float32, values["optimizer.decay"]),
        eps=_scalar(np.float32, values["optimizer.eps"]),
        weight_clip=_scalar(np.float32, values["discriminator.weight_clip"]),
        penalties={
            name: {
                parameter: _scalar(np.float32, values[f"penalties.{name}.{parameter}"])
                for parameter in parameters
            }
            for name, parameters in experiment.penalties.items()
        },
        target=target_of(mixture_of(experiment.target)),
    )


def _scalar(dtype: Any, value: float) -> Any:
    """A NumPy scalar where the program will see a traced one."""
    return dtype(value)
