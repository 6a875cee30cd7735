"""A round is the textbook's round, whatever the updates, the steps and the optimizer."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import (
    experiment,
    hyper_of,
    layers_of,
    quickly_compiled,
    trace_of,
    traced_once,
    without_compiling,
)
from plain_game import RULES, PlainGame, flat

from ganrun.config import Experiment, pieces
from ganrun.config.metrics import ROUND_METRICS
from ganrun.game.members import game_of
from ganrun.game.players import Game, TrainingState, forge, sampled
from ganrun.game.population import state_as_dict, state_from_dict
from ganrun.game.rounds import initial_state, is_finite, is_playable, play_round, play_until

pytestmark = pytest.mark.usefixtures("quick_xla")

ROUNDS = 3


def textbook_game(**sections: Any) -> Experiment:
    """A game that `plain_game.py` plays too."""
    network = {"hidden": [6, 5], "activation": "tanh"}
    return experiment(
        seed=4,
        generator=network | {"latent_dim": 3},
        discriminator=network | sections.pop("discriminator", {}),
        **sections,
    )


@functools.cache
def compiled(game: Game) -> Callable[..., TrainingState]:
    return jax.jit(functools.partial(play_until, game))


def played(one: Experiment, rounds: int = ROUNDS, *, compile_it: bool = False) -> TrainingState:
    game, hyper = game_of(one), hyper_of(one)
    state = initial_state(game, hyper)
    if compile_it:
        return compiled(game)(hyper, state, jnp.int32(rounds))
    # No tracer, where a round is traced.
    hyper = hyper._replace(discriminator_steps=np.int32(one.training.discriminator_steps))
    with without_compiling():
        next_round = traced_once(functools.partial(play_round, game, hyper), state)
        for _ in range(rounds):
            state = next_round(state)
    return state


def assert_is_the_textbooks(one: Experiment, state: TrainingState) -> None:
    game = game_of(one)
    plain = PlainGame(one, initial_state(game, hyper_of(one)))
    for _ in range(ROUNDS):
        plain.play_round()
    trace = trace_of(state)
    assert plain.trace.keys() == trace.keys() == set(ROUND_METRICS)
    for name, value in plain.trace.items():
        np.testing.assert_allclose(trace[name], value, rtol=2e-4, atol=2e-5, err_msg=name)
    for network, player, wanted in (
        (game.generator, state.generator, plain.forger),
        (game.discriminator, state.discriminator, plain.detective),
    ):
        found = flat(layers_of(network, player.params))
        for a, b in zip(found, flat(wanted), strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-4)


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("updates", RULES)
def test_compiled_rounds_are_the_textbooks(updates: str, steps: int) -> None:
    one = textbook_game(
        training={"updates": updates, "discriminator_steps": steps, "batch_size": 8},
        optimizer={"learning_rate": 0.01, "learning_rate_ratio": 2.0, "b1": 0.5, "b2": 0.9},
        penalties={"gradient_penalty": {"weight": 0.3, "target": 0.7}},
    )
    assert_is_the_textbooks(one, played(one, compile_it=True))


@pytest.mark.parametrize("optimizer", list(pieces.OPTIMIZERS))
@pytest.mark.parametrize("updates", RULES)
def test_every_optimizer_steps_as_its_paper_says(optimizer: str, updates: str) -> None:
    one = textbook_game(
        training={"updates": updates, "discriminator_steps": 2},
        optimizer={
            "name": optimizer,
            "learning_rate": 0.01,
            "learning_rate_ratio": 0.5,
            "b1": 0.6,
            "b2": 0.9,
            "decay": 0.8,
            "eps": 0.01,
            "weight_decay": 0.7,
        },
    )
    with without_compiling():
        assert_is_the_textbooks(one, played(one))


def test_clipped_rounds_are_the_textbooks() -> None:
    one = textbook_game(discriminator={"weight_clip": 0.1}, training={"discriminator_steps": 2})
    with without_compiling():
        assert_is_the_textbooks(one, played(one))


def test_weights_of_the_discriminator_alone_are_clipped() -> None:
    one = experiment(discriminator={"weight_clip": 0.05}, objective="wasserstein")
    state = played(one)
    assert np.abs(state.discriminator.params).max() == np.float32(0.05)
    assert np.abs(state.generator.params).max() > 0.05


def test_no_clip_is_a_clip_that_changes_nothing() -> None:
    free, wide = (played(experiment(discriminator={"weight_clip": clip})) for clip in (None, 100.0))
    np.testing.assert_array_equal(free.discriminator.params, wide.discriminator.params)


def test_the_loss_in_the_trace_leaves_the_penalty_out() -> None:
    """The discriminator has not moved when its first loss is taken."""
    weights = (0.0, 100.0)
    none, much = (
        trace_of(played(experiment(penalties={"r1": {"weight": w}}), rounds=1)) for w in weights
    )
    assert none["loss_d"] == much["loss_d"]
    assert none["penalty"] == 0
    assert much["penalty"] > 0


def test_spectral_vectors_move_once_in_every_discriminator_step() -> None:
    still = {"learning_rate": 1e-8}  # so that the kernels stay where they are
    one = experiment(
        discriminator={"hidden": [6, 6], "spectral_norm": True},
        training={"discriminator_steps": 3},
        optimizer=still,
    )
    game = game_of(one)
    state = initial_state(game, hyper_of(one))
    layers = game.discriminator.unravel(state.discriminator.params)
    vectors = state.discriminator.vectors
    for _ in range(2 * 3):
        vectors = game.discriminator.power_step(layers, vectors)
    found = played(one, rounds=2).discriminator.vectors
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(vectors), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)


def test_a_round_counts_itself_and_nothing_else() -> None:
    one = experiment(training={"discriminator_steps": 4})
    assert int(played(one, rounds=2).round) == 2


# Finite or not


WITH_EVERYTHING = experiment(discriminator={"spectral_norm": True})


def with_one_number_replaced(name: str, value: float) -> TrainingState:
    """A fresh state with losses, in which the last number of an array is another."""
    game, hyper = game_of(WITH_EVERYTHING), hyper_of(WITH_EVERYTHING)
    arrays = state_as_dict(fresh()) | {"trace": np.zeros(len(ROUND_METRICS), np.float32)}
    array = arrays[name].copy()
    array.reshape(-1)[-1 if name != "trace" else ROUND_METRICS.index("loss_g")] = value
    return state_from_dict(game, arrays | {name: array}, hyper)


@functools.cache
def fresh() -> TrainingState:
    return initial_state(game_of(WITH_EVERYTHING), hyper_of(WITH_EVERYTHING))


def test_one_number_that_is_not_finite_makes_a_state_not_finite() -> None:
    check = jax.jit(is_finite)
    for name, array in state_as_dict(fresh()).items():
        if array.dtype == np.float32:
            for value in (np.nan, np.inf, -np.inf):
                assert not check(with_one_number_replaced(name, value)), name
            assert check(with_one_number_replaced(name, 1.0)), name


@pytest.mark.parametrize("value", [3e38, -3e38, 1e-45])
def test_numbers_at_the_ends_of_float32_are_finite(value: float) -> None:
    floats = jax.tree.map(lambda x: x.dtype == jnp.float32, fresh())
    full = jax.tree.map(
        lambda x, is_float: jnp.full_like(x, value) if is_float else x, fresh(), floats
    )
    assert jax.jit(is_finite)(full)


NORMED = experiment(generator={"norm": "batch", "hidden": [4, 4]})


def test_a_generator_that_overflows_only_where_it_is_measured_is_not_played_on() -> None:
    game, hyper = game_of(NORMED), hyper_of(NORMED)
    key = jax.random.key(0)

    @quickly_compiled
    def asked(by: jax.Array) -> tuple[jax.Array, ...]:
        """What is finite with steeper weights: state, fakes of a round, samples; what is said."""
        begun = initial_state(game, hyper)._replace(trace=jnp.zeros(len(ROUND_METRICS)))
        generator = begun.generator._replace(params=by * begun.generator.params)
        state = begun._replace(generator=generator)
        layers = game.generator.unravel(generator.params)
        played = forge(game, layers, generator.vectors, key, 16).fake
        measured = sampled(game, generator, key, 100)
        whole = (jnp.isfinite(points).all() for points in (played, measured))
        return is_finite(state), *whole, is_playable(game, begun, state)

    # Such weights multiply, layer by layer; in training batch norm divides by what they make.
    for by, measurable in ((1.0, True), (1e6, True), (1e9, False)):
        assert [bool(one) for one in asked(by)] == [True, True, measurable, measurable]


# Numbers that are kept, so that a change which moves them is noticed


GOLDEN = Path(__file__).parent / "golden" / "rounds.json"
GAMES = [
    pytest.param(objective, updates, id=f"{objective} {updates}")
    for objective in pieces.OBJECTIVES
    for updates in pieces.UPDATES
    if updates in RULES or objective == "non_saturating"
]


def golden_trace(objective: str, updates: str) -> dict[str, float | None]:
    one = experiment(
        seed=1,
        objective=objective,
        training={"updates": updates, "discriminator_steps": 2},
        penalties={"gradient_penalty": {"weight": 0.1}},
        discriminator={"spectral_norm": True},
        # The level of a relativistic critic's answers has no slope but rounding, which a small eps
        # would make into steps.
        optimizer={"eps": 1e-3} if objective.startswith("relativistic") else {},
    )
    trace = trace_of(played(one))
    return {name: x if np.isfinite(x) else None for name, x in trace.items()}


@pytest.mark.parametrize(("objective", "updates"), GAMES)
def test_the_third_round_is_the_one_on_record(objective: str, updates: str) -> None:
    """If it moved on purpose, `python tests/test_game_rounds.py` writes it anew."""
    wanted = json.loads(GOLDEN.read_text())[f"{objective} {updates}"]
    found = golden_trace(objective, updates)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        if value is None:
            assert found[name] is None
        else:
            np.testing.assert_allclose(found[name], value, rtol=1e-3, atol=1e-4, err_msg=name)


if __name__ == "__main__":
    traces = {str(game.id): golden_trace(*map(str, game.values)) for game in GAMES}
    GOLDEN.parent.mkdir(exist_ok=True)
    GOLDEN.write_text(json.dumps(traces, indent=1) + "\n")
