"""The duality gap: nothing to gain at an equilibrium, and what plain loops gain elsewhere."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import experiment, hyper_of, quickly_compiled
from plain_game import adam, flat, forward, layers_of, paired
from probe_examples import (
    perfect_forger,
    silent_detective,
    start_of,
    with_discriminator,
    with_generator,
)

from ganrun.config.schema import Optimizer
from ganrun.game.duality import DualityGap, duality_gap
from ganrun.game.objectives import OBJECTIVES
from ganrun.game.randomness import Stream, round_key
from ganrun.game.targets import sample_target

pytestmark = pytest.mark.usefixtures("quick_xla")


def gap_of(game: Any, hyper: Any, state: Any, **options: Any) -> DualityGap:
    found = duality_gap(game, hyper, state, **{"steps": 100, "batch": 512, **options})
    assert found is not None
    return found


def test_neither_player_gains_at_the_equilibrium() -> None:
    """A perfect forger against a detective who says 'who knows' everywhere."""
    game, hyper, state = silent_detective(*perfect_forger())
    at_rest = gap_of(game, hyper, state, batch=4096)
    assert at_rest.forger_gain == 0  # a flat detective moves no forger
    assert at_rest.detective_gain < 0.01
    assert at_rest.gap == at_rest.detective_gain + at_rest.forger_gain


def test_a_detective_who_is_behind_has_much_to_gain() -> None:
    blind = gap_of(*silent_detective(*start_of(experiment())), steps=300)
    assert blind.detective_gain > 0.2
    assert blind.forger_gain == 0


def test_a_forger_who_is_behind_has_much_to_gain() -> None:
    """The untrained detective slopes somewhere, and nobody answers it yet."""
    assert gap_of(*start_of(experiment())).forger_gain > 0.05


def test_a_detective_who_is_dead_is_where_the_lower_bound_is_empty() -> None:
    game, hyper, state = start_of(experiment())
    dead = with_discriminator(state, 0 * state.discriminator.params)
    assert gap_of(game, hyper, dead).gap == 0


@pytest.mark.parametrize("objective", list(OBJECTIVES))
def test_no_gain_is_below_nothing_and_all_are_the_same_again(objective: str) -> None:
    game, hyper, state = start_of(experiment(objective=objective))
    first, again = (gap_of(game, hyper, state, steps=20) for _ in range(2))
    assert first == again
    assert min(first) >= 0
    assert np.isfinite(first).all()


def test_the_gains_are_those_of_plain_loops() -> None:
    steps, batch, rate = 30, 64, 0.02
    network = {"hidden": [6], "activation": "tanh"}
    one = experiment(seed=2, generator=network | {"latent_dim": 2}, discriminator=network)
    game, _, state = start_of(one)
    hyper = hyper_of(one)
    forger = layers_of(game.generator, jnp.asarray(state.generator.params))
    detective = layers_of(game.discriminator, jnp.asarray(state.discriminator.params))

    @partial(quickly_compiled, static_argnums=(1, 2))
    def points(key: Any, parts: int, count: int) -> tuple[Any, Any]:
        real_key, latent_key, *_ = jax.random.split(key, parts)
        return sample_target(real_key, hyper.target, count), jax.random.normal(
            latent_key, (count, 2)
        )

    def loss_d(detective: Any, forger: Any, real: Any, latents: Any) -> Any:
        on_real, on_fake = forward(detective, real), forward(detective, forward(forger, latents))
        return jnp.log1p(jnp.exp(-on_real)).mean() + jnp.log1p(jnp.exp(on_fake)).mean()

    def loss_g(forger: Any, detective: Any, latents: Any) -> Any:
        return jnp.log1p(jnp.exp(-forward(detective, forward(forger, latents)))).mean()

    loss_of_both = quickly_compiled(loss_d)
    slopes_d, slopes_g = quickly_compiled(jax.grad(loss_d)), quickly_compiled(jax.grad(loss_g))
    keys = [round_key(hyper.seed, Stream.DIAGNOSIS, purpose) for purpose in (1, 2, 3)]
    held_out = points(keys[0], 2, batch)
    present = best_d = best_g = -float(loss_of_both(detective, forger, *held_out))
    players, steppers = [detective, forger], [adam(rate, Optimizer(b1=0.9)) for _ in range(2)]
    for i in range(steps):
        key = jax.random.fold_in(keys[1], i)
        slopes = slopes_d(players[0], forger, *points(key, 3, game.batch_size))
        players[0] = paired(steppers[0](flat(players[0]), flat(slopes)))
        latents = jax.random.normal(jax.random.fold_in(keys[2], i), (game.batch_size, 2))
        slopes = slopes_g(players[1], detective, latents)
        players[1] = paired(steppers[1](flat(players[1]), flat(slopes)))
        if i % 10 == 9:
            best_d = max(best_d, -float(loss_of_both(players[0], forger, *held_out)))
            best_g = min(best_g, -float(loss_of_both(detective, players[1], *held_out)))
    found = gap_of(game, hyper, state, steps=steps, batch=batch, learning_rate=rate)
    np.testing.assert_allclose(found.detective_gain, best_d - present, atol=2e-5)
    np.testing.assert_allclose(found.forger_gain, present - best_g, atol=2e-5)
    assert best_d > present + 0.01


def test_the_better_detective_obeys_the_runs_clip_and_penalties() -> None:
    one = experiment(objective="wasserstein")
    game, hyper, state = start_of(one)
    free = gap_of(game, hyper, state)
    clipped = gap_of(game, hyper._replace(weight_clip=np.float32(0.01)), state)
    assert clipped.detective_gain < 0.1 * free.detective_gain
    flat_slopes = {"gradient_penalty": {"weight": 100.0, "target": 0.0}}
    one = experiment(objective="wasserstein", penalties=flat_slopes)
    assert gap_of(*start_of(one)).detective_gain < 0.5 * free.detective_gain


def test_the_runs_own_optimizer_and_momenta_do_not_matter() -> None:
    game, hyper, state = start_of(experiment())
    by_sgd = dataclasses.replace(game, optimizer="sgd")
    of_sgd = start_of(experiment(optimizer={"name": "sgd"}))[2]
    assert gap_of(by_sgd, hyper, of_sgd) == gap_of(game, hyper, state)


def test_what_is_not_finite_has_no_gap() -> None:
    game, hyper, state = start_of(experiment())
    lost = with_generator(state, np.nan * state.generator.params)
    assert duality_gap(game, hyper, lost, steps=20, batch=512) is None
