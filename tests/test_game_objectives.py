"""Objectives: every loss is the textbook's number, and stays one where textbook code overflows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ganrun.config import pieces
from ganrun.game.objectives import OBJECTIVES

Logits = np.ndarray


class Textbook(NamedTuple):
    discriminator_loss: Callable[[Logits, Logits], float]
    generator_loss: Callable[[Logits, Logits], float]


def sigmoid(x: Logits) -> Logits:
    return 1 / (1 + np.exp(-x))


def cross_entropy(real: Logits, fake: Logits) -> float:
    return float(-np.log(sigmoid(real)).mean() - np.log(1 - sigmoid(fake)).mean())


def hinge(real: Logits, fake: Logits) -> float:
    return float(np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean())


TEXTBOOK = {
    "non_saturating": Textbook(cross_entropy, lambda real, fake: -np.log(sigmoid(fake)).mean()),
    "minimax": Textbook(cross_entropy, lambda real, fake: np.log(1 - sigmoid(fake)).mean()),
    "wasserstein": Textbook(
        lambda real, fake: fake.mean() - real.mean(), lambda real, fake: -fake.mean()
    ),
    "relativistic_pairing": Textbook(
        lambda real, fake: -np.log(sigmoid(real - fake)).mean(),
        lambda real, fake: -np.log(sigmoid(fake - real)).mean(),
    ),
    "relativistic_average": Textbook(
        lambda real, fake: cross_entropy(real - fake.mean(), fake - real.mean()),
        lambda real, fake: cross_entropy(fake - real.mean(), real - fake.mean()),
    ),
    "hinge": Textbook(hinge, lambda real, fake: -fake.mean()),
    "least_squares": Textbook(
        lambda real, fake: ((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2,
        lambda real, fake: ((fake - 1) ** 2).mean() / 2,
    ),
}

every_objective = pytest.mark.parametrize("name", list(OBJECTIVES))


@every_objective
@pytest.mark.parametrize("scale", [0.1, 1.0, 8.0])
def test_losses_are_the_textbook_formulas(name: str, scale: float) -> None:
    rng = np.random.default_rng(0)
    real, fake = (scale * rng.normal(size=(2, 64))).astype(np.float32)
    wanted = TEXTBOOK[name]
    real64, fake64 = real.astype(np.float64), fake.astype(np.float64)
    objective = OBJECTIVES[name]
    loss_d = float(objective.discriminator_loss(jnp.asarray(real), jnp.asarray(fake)))
    loss_g = float(objective.generator_loss(jnp.asarray(real), jnp.asarray(fake)))
    np.testing.assert_allclose(loss_d, wanted.discriminator_loss(real64, fake64), 3e-6, 3e-7)
    np.testing.assert_allclose(loss_g, wanted.generator_loss(real64, fake64), 3e-6, 3e-7)


@every_objective
@pytest.mark.parametrize("size", [30.0, 200.0, 1e4, 1e18])
@pytest.mark.parametrize("signs", [(1, 1), (1, -1), (-1, 1), (-1, -1)])
def test_extreme_logits_give_finite_losses_and_gradients(
    name: str, size: float, signs: tuple[int, int]
) -> None:
    real, fake = (jnp.full(4, sign * size, jnp.float32) for sign in signs)
    objective = OBJECTIVES[name]
    loss_d, slopes = jax.value_and_grad(objective.discriminator_loss, (0, 1))(real, fake)
    loss_g, slope = jax.value_and_grad(objective.generator_loss, 1)(real, fake)
    for value in (loss_d, *slopes, loss_g, slope):
        assert np.isfinite(value).all()


@pytest.mark.parametrize("name", ["non_saturating", "minimax"])
def test_cross_entropy_of_a_sure_discriminator_is_exact_where_probabilities_round(
    name: str,
) -> None:
    """Through `sigmoid`, float32 says log(1 - 1) from logit 17 on."""
    real, fake = np.float32([-90.0, 40.0]), np.float32([90.0, -40.0])
    wanted = (
        np.logaddexp(0, -real.astype(float)).mean() + np.logaddexp(0, fake.astype(float)).mean()
    )
    found = OBJECTIVES[name].discriminator_loss(jnp.asarray(real), jnp.asarray(fake))
    np.testing.assert_allclose(float(found), wanted, rtol=1e-6)


@every_objective
def test_the_discriminator_is_pushed_to_tell_and_the_generator_to_be_taken_for_real(
    name: str,
) -> None:
    objective, undecided = OBJECTIVES[name], jnp.full(4, 0.3)
    for_real, for_fake = jax.grad(objective.discriminator_loss, (0, 1))(undecided, undecided)
    assert (for_real < 0).all()
    assert (for_fake > 0).all()
    assert (jax.grad(objective.generator_loss, 1)(undecided, undecided) < 0).all()


def test_the_generator_still_learns_from_a_sure_discriminator_unless_the_game_saturates() -> None:
    caught = jnp.full(4, -30.0)
    slope = {
        name: jax.grad(one.generator_loss, 1)(-caught, caught) for name, one in OBJECTIVES.items()
    }
    assert (abs(slope["non_saturating"]) > 0.2).all()
    assert (abs(slope["minimax"]) < 1e-10).all()


def test_at_the_equilibrium_the_cross_entropy_is_two_ln_two() -> None:
    loss = OBJECTIVES["non_saturating"].discriminator_loss(jnp.zeros(8), jnp.zeros(8))
    np.testing.assert_allclose(float(loss), 2 * np.log(2), rtol=1e-6)


def test_minimax_is_zero_sum() -> None:
    real, fake = jax.random.normal(jax.random.key(0), (2, 16))
    minimax = OBJECTIVES["minimax"]
    of_real = jnp.mean(jax.nn.softplus(-real))
    total = minimax.discriminator_loss(real, fake) + minimax.generator_loss(real, fake)
    np.testing.assert_allclose(float(total), float(of_real), rtol=1e-6)


@every_objective
def test_the_decision_threshold_lies_between_what_real_and_fake_logits_are_pushed_to(
    name: str,
) -> None:
    """A critic has none; for the others an ideal pair of logits lies on both sides of it."""
    threshold = pieces.OBJECTIVES[name].decision_threshold
    if name == "wasserstein":
        assert np.isnan(threshold)
        return
    grid = jnp.linspace(-1, 1, 21)
    zeros = jnp.zeros(1)
    losses = OBJECTIVES[name].discriminator_loss
    best_real = grid[np.argmin([losses(x[None], zeros) for x in grid])]
    best_fake = grid[np.argmin([losses(zeros, x[None]) for x in grid])]
    assert best_fake < threshold < best_real
