"""The Dirac-GAN (Mescheder et al. 2018, section 2) as a game of ganrun's: a point and a slope."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from game_examples import experiment, hyper_of

from ganrun.game.members import game_of
from ganrun.game.players import Game, Hyperparameters, TrainingState
from ganrun.game.rounds import initial_state, remembered

RATE = 0.3


def dirac_gan(updates: Any, theta: float) -> tuple[Game, Hyperparameters, TrainingState]:
    """A generator that is the point `(theta, 0)`, a critic `0 x`, and real points that are all 0.

    Both networks are linear, since what leaks wholly is no unit. All of the generator's kernels are
    0, so that its last bias alone has a slope; of the critic the first kernel moves.
    """
    linear = {"hidden": [1], "activation": {"leaky_relu": {"slope": 1.0}}}
    one = experiment(
        target={"layout": "custom", "means": [[0.0, 0.0]], "stds": [1e-4]},
        generator=linear,
        discriminator=linear,
        objective="wasserstein",
        optimizer={"name": "sgd", "learning_rate": RATE},
        training={"updates": updates, "batch_size": 2},
    )
    game, hyper = game_of(one), hyper_of(one)
    target = hyper.target._replace(cholesky=jnp.zeros_like(hyper.target.cholesky))
    hyper = hyper._replace(target=target)
    begun = initial_state(game, hyper)
    forger = jax.tree.map(jnp.zeros_like, game.generator.unravel(begun.generator.params))
    forger["layers"][1]["bias"] = jnp.array([theta, 0.0])
    critic = jax.tree.map(jnp.zeros_like, game.discriminator.unravel(begun.discriminator.params))
    critic["layers"][1]["kernel"] = jnp.ones((1, 1))
    generator = begun.generator._replace(params=game.generator.ravel(forger))
    discriminator = begun.discriminator._replace(params=game.discriminator.ravel(critic))
    state = begun._replace(
        generator=generator,
        discriminator=discriminator,
        memory=remembered(game, generator, discriminator),
    )
    return game, hyper, state
