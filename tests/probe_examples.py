"""States whose truth is known, for the probes: perfect and collapsed forgers, blind detectives."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from game_examples import experiment, hyper_of

from ganrun.config import Experiment
from ganrun.game.members import game_of, hyperparameters_of
from ganrun.game.players import Game, Hyperparameters, TrainingState
from ganrun.game.rounds import initial_state
from ganrun.game.targets import target_of
from ganrun.mixture import Mixture

Setting = tuple[Game, Hyperparameters, TrainingState]


def start_of(one: Experiment) -> Setting:
    """A game with its untrained players."""
    game = game_of(one)
    state = jax.tree.map(np.asarray, initial_state(game, hyper_of(one)))
    return game, hyperparameters_of(one), state


def with_generator(state: TrainingState, params: Any) -> TrainingState:
    params = np.asarray(params, np.float32)
    return state._replace(generator=state.generator._replace(params=params))


def with_discriminator(state: TrainingState, params: Any) -> TrainingState:
    params = np.asarray(params, np.float32)
    return state._replace(discriminator=state.discriminator._replace(params=params))


def perfect_forger() -> Setting:
    """One Gaussian, and a generator that is its affine map: `relu(z) - relu(-z) = z`."""
    game, hyper, state = start_of(
        experiment(
            generator={"hidden": [4], "latent_dim": 2, "activation": "relu"},
            discriminator={"hidden": [16]},
        )
    )
    mean, std = np.array([0.5, -1.0]), 0.7
    mixture = Mixture(mean[None], (std**2 * np.eye(2))[None], np.ones(1))
    one_target = jax.tree.map(np.asarray, target_of(mixture))
    layers = game.generator.unravel(jnp.asarray(state.generator.params))
    mirror = np.concatenate([np.eye(2), -np.eye(2)], axis=1)
    arrays = (
        {"kernel": mirror, "bias": np.zeros(4)},
        {"kernel": std * mirror.T, "bias": mean},
    )
    exact = {"layers": dict(zip(sorted(layers["layers"]), arrays, strict=True))}
    state = with_generator(state, game.generator.ravel(exact))
    return game, hyper._replace(target=one_target), state


def collapsed_forger(**sections: Any) -> Setting:
    """Every fake at the origin, where no mode of the ring is."""
    game, hyper, state = start_of(experiment(discriminator={"hidden": [16]}, **sections))
    return game, hyper, with_generator(state, 0 * state.generator.params)


def silent_detective(game: Game, hyper: Hyperparameters, state: TrainingState) -> Setting:
    """A last layer of zeros: a logit of 0 everywhere, from which it can still learn."""
    layers = game.discriminator.unravel(jnp.asarray(state.discriminator.params))
    last = max(layers["layers"])
    layers["layers"][last] = {name: 0 * x for name, x in layers["layers"][last].items()}
    return game, hyper, with_discriminator(state, game.discriminator.ravel(layers))
