"""What configs may name is what there is: every declaration has its implementation."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import all_finite, experiment, hyper_of, traced_once, without_compiling

from ganrun.config import metrics, pieces, targets, traced_values
from ganrun.game.layers import ACTIVATIONS, BIAS_INITIALIZERS, INITIALIZERS
from ganrun.game.members import game_of
from ganrun.game.objectives import OBJECTIVES
from ganrun.game.optimizers import OPTIMIZERS, Optimizer
from ganrun.game.penalties import PENALTIES
from ganrun.game.population import state_as_dict
from ganrun.game.rounds import initial_state, is_finite, play_round
from ganrun.game.spectrum import local_spectrum
from ganrun.measure import evaluation
from ganrun.measure.final import final_metrics
from ganrun.mixture import LAYOUTS, mixture_of

DECLARED = pieces.OPTIMIZERS
DETAILS = ("recovered_modes", "mixture_reached_bound")
"""What `summary.json` says besides metrics of the fit that counts the modes."""


@pytest.mark.parametrize(
    ("declared", "implemented"),
    [
        pytest.param(pieces.OBJECTIVES, OBJECTIVES, id="objectives"),
        pytest.param(pieces.PENALTIES, PENALTIES, id="penalties"),
        pytest.param(pieces.OPTIMIZERS, OPTIMIZERS, id="optimizers"),
        pytest.param(pieces.ACTIVATIONS, ACTIVATIONS, id="activations"),
        pytest.param(pieces.INITIALIZERS, INITIALIZERS, id="initializers"),
        pytest.param(pieces.BIAS_INITIALIZERS, BIAS_INITIALIZERS, id="bias initializers"),
        pytest.param(targets.LAYOUTS, LAYOUTS, id="layouts"),
    ],
)
def test_declared_and_implemented_names_are_the_same(
    declared: Collection[str], implemented: Collection[str]
) -> None:
    assert set(declared) == set(implemented)


@pytest.mark.parametrize("piece", ["objective", "penalties", "optimizer"])
def test_a_piece_that_nobody_declared_is_neither_played_nor_studied(piece: str) -> None:
    one = experiment(generator={"hidden": [4]}, discriminator={"hidden": [4]})
    game, hyper = game_of(one), hyper_of(one)
    unheard: Any = {piece: ("unheard_of",) if piece == "penalties" else "unheard_of"}
    other = dataclasses.replace(game, **unheard)
    with without_compiling():
        state = initial_state(game, hyper)
        with pytest.raises(KeyError, match="unheard_of"):
            play_round(other, hyper, state)
        with pytest.raises(KeyError, match="unheard_of"):
            local_spectrum(other, hyper, state, batch=4)


@pytest.mark.parametrize("part", ["activation", "initializer", "bias_initializer"])
def test_a_network_of_a_part_that_nobody_declared_is_not_built(part: str) -> None:
    game, hyper = game_of(experiment()), hyper_of(experiment())
    unheard: Any = {part: "unheard_of"}
    other = dataclasses.replace(game, generator=dataclasses.replace(game.generator, **unheard))
    with pytest.raises(KeyError, match="unheard_of"):
        play_round(other, hyper, initial_state(other, hyper))


NUMBERS = {"b1": 0.5, "b2": 0.75, "decay": 0.75, "eps": 0.125}


def with_its_numbers(name: str, **changed: float) -> Optimizer:
    numbers = NUMBERS | changed
    uses = pieces.OPTIMIZERS[name].uses
    return OPTIMIZERS[name](**{number: numbers[number] for number in uses})


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_an_optimizers_first_step_is_its_preconditioner_times_the_slopes(name: str) -> None:
    """That is how `spectrum` sees it; a mean of slopes over one step is that step's slope."""
    optimizer = with_its_numbers(name)
    slopes = jnp.asarray([0.25, -3.0, 1e-3])
    moved, after = optimizer.transform.update(slopes, optimizer.transform.init(slopes))
    np.testing.assert_allclose(moved, optimizer.preconditioner(after, slopes) * slopes, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "number"), [(name, use) for name, one in DECLARED.items() for use in one.uses]
)
def test_an_optimizer_makes_use_of_the_numbers_that_it_takes(name: str, number: str) -> None:
    def second_step(**changed: float) -> np.ndarray:
        transform = with_its_numbers(name, **changed).transform
        state = transform.init(jnp.zeros(2))
        _, state = transform.update(jnp.asarray([1.0, 2.0]), state)
        return np.asarray(transform.update(jnp.asarray([-0.5, 3.0]), state)[0])

    assert not np.array_equal(second_step(), second_step(**{number: 0.9}))
    with pytest.raises(TypeError):
        OPTIMIZERS[name](**{use: NUMBERS[use] for use in NUMBERS if use not in DECLARED[name].uses})


def test_every_declared_metric_of_samples_is_measured_once_and_no_other() -> None:
    mixture = mixture_of(targets.Ring())
    at_the_end = set(final_metrics(mixture.means, mixture)) - {*DETAILS}
    assert set(metrics.EVALUATION_METRICS) <= set(evaluation.METRICS)
    assert not at_the_end & set(evaluation.METRICS)
    assert set(metrics.SUMMARY_METRICS) == set(evaluation.METRICS) | at_the_end


@pytest.mark.parametrize("name", list(pieces.PENALTIES))
def test_every_declared_parameter_of_a_penalty_reaches_the_game(name: str) -> None:
    parameters = {p.name: p.default for p in pieces.PENALTIES[name].parameters}
    hyper = hyper_of(experiment(penalties={name: {}}))
    assert hyper.penalties[name] == {p: np.float32(x) for p, x in parameters.items()}


def test_every_traced_value_reaches_the_game_as_itself() -> None:
    one = experiment(
        seed=7,
        discriminator={"weight_clip": 0.25},
        optimizer={
            "learning_rate": 0.5,
            "learning_rate_ratio": 3.0,
            "b1": 0.125,
            "b2": 0.75,
            "decay": 0.625,
            "eps": 0.25,
        },
        training={"discriminator_steps": 4},
    )
    hyper = hyper_of(one)
    given = traced_values(one)
    assert set(given) == {
        "discriminator.weight_clip",
        "optimizer.learning_rate",
        "optimizer.learning_rate_ratio",
        "optimizer.b1",
        "optimizer.b2",
        "optimizer.decay",
        "optimizer.eps",
        "training.steps",
        "training.discriminator_steps",
    }, "a traced field that this test does not know may not reach the game"
    assert int(hyper.seed) == 7
    assert int(hyper.discriminator_steps) == 4
    assert float(hyper.generator.learning_rate) == 0.5
    assert float(hyper.discriminator.learning_rate) == 1.5
    for descent in (hyper.generator, hyper.discriminator):
        assert (float(descent.b1), float(descent.b2)) == (0.125, 0.75)
        assert (float(descent.decay), float(descent.eps)) == (0.625, 0.25)
    assert float(hyper.weight_clip) == 0.25
    assert np.isinf(hyper_of(experiment()).weight_clip)


@pytest.mark.parametrize("updates", list(pieces.UPDATES))
@pytest.mark.parametrize("optimizer", list(pieces.OPTIMIZERS))
@pytest.mark.parametrize("penalty", ["none", *pieces.PENALTIES])
@pytest.mark.parametrize("objective", list(pieces.OBJECTIVES))
def test_every_combination_trains_three_rounds(
    objective: str, penalty: str, optimizer: str, updates: str
) -> None:
    one = experiment(
        objective=objective,
        penalties={} if penalty == "none" else {penalty: {"weight": 0.5}},
        optimizer={"name": optimizer, "learning_rate": 1e-2},
        training={"batch_size": 4, "updates": updates},
        generator={"hidden": [4]},
        discriminator={"hidden": [4]},
    )
    game, hyper = game_of(one), hyper_of(one)
    hyper = hyper._replace(discriminator_steps=np.int32(1))  # no tracer, where a round is traced
    with without_compiling():
        first = state = initial_state(game, hyper)
        next_round = traced_once(partial(play_round, game, hyper), state)
        for _ in range(3):
            state = next_round(state)
        assert is_finite(state)
    assert int(state.round) == 3
    before, after = state_as_dict(first), state_as_dict(state)
    assert all_finite({name: x for name, x in after.items() if name != "trace"})
    trace = dict(zip(metrics.ROUND_METRICS, after["trace"], strict=True))
    assert all_finite({name: x for name, x in trace.items() if name != "accuracy_d"})
    for player in ("generator", "discriminator"):
        weights = f"{player}/params"
        assert not np.array_equal(before[weights], after[weights]), f"the {player} stands still"
