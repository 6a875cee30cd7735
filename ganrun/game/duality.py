"""The duality gap: how much each player could still gain if the other one stood still.

Grnarova et al. 2019 ("A domain agnostic measure for monitoring and evaluating GANs"), equation 2:
`max_D' M(G, D') - min_G' M(G', D)`, which is never below 0, and 0 exactly at an equilibrium. As
there, each inner optimum is approached by some steps from the present players; so what comes out
is a lower bound. It says nothing of a player that cannot learn any more, such as a discriminator
whose units are all dead: for that there is `detectives.py`.

`M` is minus what the discriminator minimises, penalties and dropout left out, smoothed labels and
noise on the points not: with BCE
`E log D(x) + E log(1 - D(G(z)))`, in [-2 ln 2, 0] at the best answer to any generator; with the
Wasserstein critic `E f(x) - E f(G(z))`; with hinge and least squares minus their losses. The
generator's own loss need not be `M` (in the non-saturating, hinge and least-squares games it is
not): the better forger learns as the run's own does, by its own loss, and is scored by `M`.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from ganrun.game.chosen import CONSTANT
from ganrun.game.players import (
    Game,
    Hyperparameters,
    Player,
    TrainingState,
    blurred,
    in_batches,
    optimizer_of,
    sampled,
    whole_batches,
)
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import in_round
from ganrun.game.slopes import (
    discriminator_objective,
    discriminator_step,
    forger_of,
    generator_slopes,
)
from ganrun.game.targets import sample_target
from ganrun.game.updates import generator_moved

STEPS = 300
"""Inner steps of each player."""
LEARNING_RATE = 1e-3
B1, B2, EPS = 0.9, 0.999, 1e-8
"""The inner players learn by Adam at these, whatever the run does, so that runs compare."""
BATCH = 2048
"""Held-out points on each side."""
_EVERY = 10
"""Inner steps between two looks at the held-out points."""


class DualityGap(NamedTuple):
    """How far a state is from an equilibrium, in units of the discriminator's objective."""

    gap: float
    """The sum of both gains."""
    detective_gain: float
    """`M` gained by a better detective against the present forger."""
    forger_gain: float
    """`M` taken by a better forger from the present detective."""


def duality_gap(
    game: Game,
    hyper: Hyperparameters,
    state: TrainingState,
    *,
    steps: int = STEPS,
    learning_rate: float = LEARNING_RATE,
    batch: int = BATCH,
) -> DualityGap | None:
    """How much better players gain; None if the present value is not finite.

    Both gains are at least 0: each is the best of all looks on the way, the first one before any
    step. Penalties, weight clip and spectral norm bind the better detective as they bind the run's.
    The inner batches have the run's size; all points are the same for all states of a seed.
    """
    inner = dataclasses.replace(game, optimizer="adam", schedule=CONSTANT)
    numbers = {"learning_rate": learning_rate, "b1": B1, "b2": B2, "eps": EPS}
    scalars: Any = {name: np.float32(x) for name, x in numbers.items()}
    descent = hyper.generator._replace(**scalars)
    by_adam = in_round(inner, hyper, jnp.int32(state.round + 1))
    by_adam = by_adam._replace(generator=descent, discriminator=descent)
    looks = np.int32(max(1, math.ceil(steps / _EVERY)))
    gains = _gains(inner, by_adam, state, looks, whole_batches(game, batch))
    detective, forger = (float(gain) for gain in gains)
    if not (math.isfinite(detective) and math.isfinite(forger)):
        return None
    return DualityGap(detective + forger, detective, forger)


@functools.partial(jax.jit, static_argnums=(0, 4))
def _gains(
    game: Game, hyper: Hyperparameters, state: TrainingState, looks: Int[Array, ""], batch: int
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    held_out, of_detective, of_forger = (
        round_key(hyper.seed, Stream.DIAGNOSIS, purpose) for purpose in (1, 2, 3)
    )
    fresh = optimizer_of(game, hyper.generator).transform
    forger, detective = (
        player._replace(opt_state=fresh.init(player.params))
        for player in (state.generator, state.discriminator)
    )

    real_key, latent_key = jax.random.split(held_out)
    real = sample_target(real_key, hyper.target, batch)

    def value(forger: Player, detective: Player) -> Float[Array, ""]:
        """`M` on the held-out points."""
        fake = sampled(game, forger, latent_key, batch)
        seen = [
            blurred(game, hyper, points, held_out, is_real)
            for points, is_real in ((real, True), (fake, False))
        ]
        layers = game.discriminator.unravel(detective.params)
        # No batch holds both kinds.
        looked = dataclasses.replace(game, batch_size=min(game.batch_size, batch))
        logits = in_batches(looked, layers, detective.vectors, jnp.concatenate(seen))
        half = len(logits) // 2
        return -discriminator_objective(game, hyper, logits[:half], logits[half:])

    def better_detective(i: Array, player: Player) -> Player:
        key = jax.random.fold_in(of_detective, i)
        return discriminator_step(game, hyper, forger_of(game, forger), player, key)[0]

    def better_forger(i: Array, player: Player) -> Player:
        key = jax.random.fold_in(of_forger, i)
        found = generator_slopes(game, hyper, forger_of(game, player), detective, key)
        return generator_moved(game, hyper, player, found)

    present = value(forger, detective)

    def best(start: Player, move: Any, gain: Any) -> Float[Array, ""]:
        def look(i: Array, carry: tuple[Player, Array]) -> tuple[Player, Array]:
            player, most = carry
            player = jax.lax.fori_loop(i * _EVERY, (i + 1) * _EVERY, move, player)
            found = gain(player)
            # What is not finite is not better.
            return player, jnp.where(found > most, found, most)

        # Not 0: a present value that is not finite is to be seen.
        return jax.lax.fori_loop(0, looks, look, (start, present - present))[1]

    return (
        best(detective, better_detective, lambda player: value(forger, player) - present),
        best(forger, better_forger, lambda player: present - value(player, detective)),
    )
