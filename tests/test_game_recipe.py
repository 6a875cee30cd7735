"""The recipe of a training: what is drawn, shown, smoothed and heeded, and how fast it is learned.

Each part by itself is compared with the obvious: closed forms, sorting, loops in float64. How they
act in a whole game over twenty rounds, `test_replays` compares with PyTorch.
"""

from __future__ import annotations

import math
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import experiment, hyper_of, quickly_compiled

from benchmarks.combinations import played
from ganrun.config import Experiment
from ganrun.game.members import game_of
from ganrun.game.optimizers import OPTIMIZERS
from ganrun.game.players import Game, Hyperparameters, draw_real, see
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import in_round
from ganrun.game.schedules import SCHEDULES, faded, narrowed
from ganrun.game.slopes import loss_of_fakes

pytestmark = pytest.mark.usefixtures("quick_xla")

KEY = jax.random.key(3)

# Optimizers


def test_adamw_is_adam_on_weights_that_shrink_by_themselves() -> None:
    """As `torch.optim.AdamW`: first `w -= rate * decay * w`, then Adam's step from there."""
    rate, b1, b2, eps, decay = 0.1, 0.6, 0.9, 1e-3, 0.5
    optimizer = OPTIMIZERS["adamw"](b1=b1, b2=b2, eps=eps, weight_decay=decay)
    rng = np.random.default_rng(0)
    found = wanted = rng.normal(size=5)
    m = v = np.zeros(5)
    state = optimizer.transform.init(jnp.asarray(found, jnp.float32))
    for t in range(1, 21):
        slopes = rng.normal(size=5)
        updates, state = optimizer.transform.update(
            jnp.asarray(slopes, jnp.float32), state, jnp.asarray(found, jnp.float32)
        )
        found = found - rate * np.asarray(updates)
        m, v = b1 * m + (1 - b1) * slopes, b2 * v + (1 - b2) * slopes**2
        wanted = wanted - rate * decay * wanted
        wanted = wanted - rate * m / (1 - b1**t) / (np.sqrt(v / (1 - b2**t)) + eps)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_momentum_sums_slopes_and_damps_none() -> None:
    """As `torch.optim.SGD(momentum=b1)`: the first step is the whole slope."""
    optimizer, rng, v = OPTIMIZERS["momentum"](b1=0.7), np.random.default_rng(0), np.zeros(4)
    state = optimizer.transform.init(jnp.zeros(4))
    for t in range(20):
        slopes = rng.normal(size=4)
        updates, state = optimizer.transform.update(jnp.asarray(slopes, jnp.float32), state)
        v = 0.7 * v + slopes
        np.testing.assert_allclose(updates, v, rtol=1e-5, atol=1e-6)
        if t == 0:
            np.testing.assert_allclose(updates, slopes, rtol=1e-6)


def test_weight_decay_alone_shrinks_weights_by_its_share() -> None:
    optimizer = OPTIMIZERS["adamw"](b1=0.5, b2=0.9, eps=1e-8, weight_decay=0.25)
    weights = jnp.asarray([2.0, -4.0])
    updates, _ = optimizer.transform.update(
        jnp.zeros(2), optimizer.transform.init(weights), weights
    )
    np.testing.assert_allclose(weights - 0.1 * updates, [2 * 0.975, -4 * 0.975], rtol=1e-6)


# Schedules


def in_words(name: str, done: int, until: int, final: float, warmup: int) -> float:
    """The factor on the rates after so many rounds, by cases."""
    if done >= until:
        fallen = final
    elif name == "linear":
        fallen = 1 - (1 - final) * done / until
    else:
        fallen = final + (1 - final) * 0.5 * (1 + math.cos(math.pi * done / until))
    if done + 1 < warmup:
        return fallen * (done + 1) / warmup
    return fallen


@pytest.mark.parametrize("warmup", [0, 1, 4])
@pytest.mark.parametrize("final", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_a_schedule_is_its_closed_form_in_every_round(name: str, final: float, warmup: int) -> None:
    until = 12
    numbers = {"until": until, "final": final, "warmup": warmup}
    traced = {number: jnp.float32(value) for number, value in numbers.items()}
    for done in (0, 1, 3, 6, 11, 12, 13, 100, 9_999_999):
        found = SCHEDULES[name](jnp.float32(done), traced)
        np.testing.assert_allclose(float(found), in_words(name, done, **numbers), atol=1e-6)
    assert float(SCHEDULES[name](jnp.float32(until), traced)) == np.float32(final)


def test_a_schedule_knows_every_one_of_ten_million_rounds() -> None:
    numbers = {"until": jnp.float32(1e7), "final": jnp.float32(0), "warmup": jnp.float32(0)}
    last, last_but_one = (
        float(SCHEDULES["linear"](jnp.float32(1e7 - rounds), numbers)) for rounds in (1, 2)
    )
    assert 0 < last < last_but_one < 1e-6


def test_a_schedule_slows_both_players_and_nothing_else() -> None:
    schedule = {"linear": {"until": 10, "final": 0.5, "warmup": 2}}
    one = experiment(optimizer={"learning_rate": 0.1, "schedule": schedule})
    game, hyper = game_of(one), hyper_of(one)
    for round_, factor in ((1, 0.5), (2, 0.95), (6, 0.75), (11, 0.5), (99, 0.5)):
        now = in_round(game, hyper, jnp.int32(round_))
        for slowed, descent in (
            (now.generator, hyper.generator),
            (now.discriminator, hyper.discriminator),
        ):
            np.testing.assert_allclose(
                float(slowed.learning_rate), factor * float(descent.learning_rate), rtol=1e-6
            )
            assert slowed._replace(learning_rate=descent.learning_rate) == descent


def test_what_fades_is_gone_in_time_or_never_fades() -> None:
    for until, done, left in ((10, 0, 1), (10, 5, 0.5), (10, 10, 0), (10, 11, 0), (math.inf, 9, 1)):
        found = faded(jnp.float32(0.3), jnp.float32(until), jnp.float32(done))
        np.testing.assert_allclose(float(found), 0.3 * left, atol=1e-7)


def test_what_narrows_has_its_share_in_time_or_at_once() -> None:
    for until, done, share in ((10, 0, 1), (10, 5, 0.6), (10, 10, 0.2), (10, 99, 0.2), (0, 0, 0.2)):
        found = narrowed(jnp.float32(0.2), jnp.float32(until), jnp.float32(done))
        np.testing.assert_allclose(float(found), share, atol=1e-6)


# The fakes that a generator heeds


def heeding(share: float, objective: str = "non_saturating") -> tuple[Game, Hyperparameters]:
    one = experiment(objective=objective, training={"top_k": {"share": share}})
    return game_of(one), hyper_of(one)


def softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, x)


@pytest.mark.parametrize(
    ("share", "count"), [(0.3, 3), (0.25, 2), (0.5, 5), (0.96, 10), (0.01, 1), (1.0, 10)]
)
def test_the_generator_heeds_the_fakes_that_sorting_puts_first(share: float, count: int) -> None:
    logits = np.random.default_rng(0).normal(size=10).astype(np.float32)
    best = np.argsort(-logits)[:count]
    loss = partial(loss_of_fakes, *heeding(share), jnp.zeros(10))
    found, slopes = jax.value_and_grad(loss)(jnp.asarray(logits))
    np.testing.assert_allclose(float(found), softplus(-logits[best].astype(float)).mean(), 1e-6)
    wanted = np.zeros(10)
    wanted[best] = -1 / (1 + np.exp(logits[best].astype(float))) / count
    np.testing.assert_allclose(slopes, wanted, atol=1e-7)


def test_of_fakes_that_look_equally_real_the_first_are_heeded() -> None:
    logits = jnp.asarray([1.0, 0.0, 1.0, 1.0, -1.0])
    slopes = np.asarray(jax.grad(partial(loss_of_fakes, *heeding(0.4), jnp.zeros(5)))(logits))
    assert (slopes != 0).tolist() == [True, False, True, False, False]
    assert slopes[0] == slopes[2]


def test_the_one_fake_that_is_heeded_is_found_by_compiled_code_too() -> None:
    """Which may compute a logit twice, and not to the same last bit."""
    one = experiment(
        generator={"hidden": [4], "norm": "batch", "spectral_norm": True},
        discriminator={"hidden": [1], "activation": {"maxout": {"pieces": 3}}},
        optimizer={"discriminator_b1": 0.0},
        training={"batch_size": 8, "discriminator_steps": 3, "top_k": {"share": 0.01}},
    )
    assert played(one).word == "played"


def test_nobody_learns_from_unheeded_fakes_by_way_of_a_mean() -> None:
    """In the relativistic average game every loss is of the mean of all fakes."""
    logits = jnp.asarray([2.0, 0.5, -1.0, -3.0])
    slopes = jax.grad(partial(loss_of_fakes, *heeding(0.5, "relativistic_average"), jnp.ones(4)))(
        logits
    )
    assert (np.asarray(slopes)[:2] < 0).all()
    assert (np.asarray(slopes)[2:] == 0).all()


def test_a_share_of_one_is_all() -> None:
    logits = jnp.asarray(np.random.default_rng(1).normal(size=7), jnp.float32)
    plain = experiment()
    without = loss_of_fakes(game_of(plain), hyper_of(plain), jnp.zeros(7), logits)
    np.testing.assert_allclose(
        float(loss_of_fakes(*heeding(1.0), jnp.zeros(7), logits)), float(without), rtol=1e-6
    )


def test_the_share_narrows_round_by_round() -> None:
    one = experiment(training={"top_k": {"share": 0.2, "until": 8}})
    game, hyper = game_of(one), hyper_of(one)
    shares = [
        float(in_round(game, hyper, jnp.int32(r)).strengths["training.top_k"]["share"])
        for r in (1, 5, 9, 50)
    ]
    np.testing.assert_allclose(shares, [1.0, 0.6, 0.2, 0.2], rtol=1e-6)


# Noise on what the discriminator sees


def noisy(**discriminator: Any) -> Experiment:
    noise = {"std": 0.5, "until": 10}
    return experiment(discriminator=discriminator, training={"instance_noise": noise})


def added(one: Experiment, round_: int, real: bool, points: Any = None) -> np.ndarray:
    """What is added to points in a step of that round."""
    game, hyper = game_of(one), hyper_of(one)
    points = jnp.zeros((400, 2)) if points is None else points
    return np.asarray(see(game, in_round(game, hyper, jnp.int32(round_)), points, KEY, real=real))


def test_noise_is_normal_fades_in_a_line_and_differs_between_real_and_fake() -> None:
    first = added(noisy(), 1, real=True)
    np.testing.assert_allclose(first.std(axis=0), 0.5, rtol=0.1)
    np.testing.assert_allclose(first.mean(axis=0), 0.0, atol=0.08)
    np.testing.assert_allclose(added(noisy(), 6, real=True), first / 2, rtol=1e-5)
    assert not added(noisy(), 11, real=True).any()
    assert abs(np.corrcoef(first.ravel(), added(noisy(), 1, real=False).ravel())[0, 1]) < 0.15


def test_noise_is_on_the_points_before_they_are_packed() -> None:
    points = jnp.arange(800.0).reshape(400, 2)
    alone = added(noisy(), 1, True, points)
    np.testing.assert_array_equal(added(noisy(packing=2), 1, True, points), alone.reshape(200, 4))


def test_without_noise_points_are_seen_as_they_are() -> None:
    points = jnp.arange(800.0).reshape(400, 2)
    still = experiment(training={"instance_noise": {"std": 0.0}})
    for one in (experiment(), still):
        np.testing.assert_array_equal(added(one, 1, True, points), points)


# A fixed set of real points


@cache
def pool_of(seed: int, size: int) -> Any:
    """Draws of a pool, as a function of the round: 64 points each."""
    one = experiment(seed=seed, training={"data": {"pool": size}})
    game, hyper = game_of(one), hyper_of(one)
    key = partial(round_key, jnp.uint32(9), Stream.ROUND)
    return quickly_compiled(lambda round_: draw_real(game, hyper, key(round_), 64))


def seen_of_pool(seed: int, size: int, rounds: range = range(1, 9)) -> set[bytes]:
    draw = pool_of(seed, size)
    return {point.tobytes() for r in rounds for point in np.asarray(draw(jnp.int32(r)))}


def test_a_pool_has_as_many_points_as_it_says_and_they_stay_the_same() -> None:
    early, late = (seen_of_pool(1, 20, rounds) for rounds in (range(1, 9), range(500, 508)))
    assert len(early) == 20
    assert early == late


def test_a_pool_of_one_is_one_point_again_and_again() -> None:
    assert len(seen_of_pool(1, 1)) == 1


def test_another_seed_has_another_pool_and_a_larger_one_begins_with_the_smaller() -> None:
    assert not seen_of_pool(1, 20) & seen_of_pool(2, 20)
    assert seen_of_pool(1, 20) < seen_of_pool(1, 25)


def test_points_of_a_large_pool_are_spread_as_fresh_ones_and_hardly_repeat() -> None:
    draw = pool_of(3, 100_000)
    points = np.concatenate([np.asarray(draw(jnp.int32(r))) for r in range(1, 33)])
    assert len(np.unique(points, axis=0)) > 0.97 * len(points)
    # Three modes on a ring of radius 2.
    np.testing.assert_allclose(np.linalg.norm(points, axis=1).mean(), 2.0, atol=0.01)
    angles = np.round(np.arctan2(points[:, 1], points[:, 0]) / (2 * np.pi / 3)) % 3
    np.testing.assert_allclose(np.bincount(angles.astype(int)) / len(points), 1 / 3, atol=0.03)


def test_the_size_of_a_pool_is_data() -> None:
    sizes = [hyper_of(experiment(training={"data": {"pool": size}})) for size in (5, 2**24)]
    assert [int(x.strengths["training.data"]["size"]) for x in sizes] == [5, 2**24]
