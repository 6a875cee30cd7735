"""Objectives: every loss is the textbook's number, and stays one where textbook code overflows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ganrun.config import pieces
from ganrun.game.objectives import OBJECTIVES, SMOOTHED

pytestmark = pytest.mark.usefixtures("quick_xla")

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


CRITICS = {"wasserstein", "relativistic_pairing", "relativistic_average"}


@every_objective
def test_the_decision_threshold_lies_between_what_real_and_fake_logits_are_pushed_to(
    name: str,
) -> None:
    """A critic has none; for the others an ideal pair of logits lies on both sides of it."""
    threshold = pieces.OBJECTIVES[name].decision_threshold
    if name in CRITICS:
        assert np.isnan(threshold)
        return
    grid = jnp.linspace(-1, 1, 21)
    zeros = jnp.zeros(1)
    losses = OBJECTIVES[name].discriminator_loss
    best_real = grid[np.argmin([losses(x[None], zeros) for x in grid])]
    best_fake = grid[np.argmin([losses(zeros, x[None]) for x in grid])]
    assert best_fake < threshold < best_real


@every_objective
def test_only_to_a_critic_the_level_of_its_answers_means_nothing(name: str) -> None:
    real, fake = jax.random.normal(jax.random.key(0), (2, 16))
    loss = OBJECTIVES[name].discriminator_loss
    as_it_is, higher = (float(loss(real + level, fake + level)) for level in (0.0, 0.25))
    assert (abs(higher - as_it_is) < 1e-6) == (name in CRITICS)


@every_objective
def test_the_losses_of_who_cannot_tell_are_those_that_are_declared(name: str) -> None:
    declared = pieces.OBJECTIVES[name]
    answers = jnp.full(8, 0.0 if declared.undecided is None else declared.undecided.value)
    for level, loss in (
        (declared.loss_d, OBJECTIVES[name].discriminator_loss),
        (declared.loss_g, OBJECTIVES[name].generator_loss),
    ):
        if level is not None:
            np.testing.assert_allclose(float(loss(answers, answers)), level.value, atol=1e-6)


@every_objective
def test_each_fakes_own_loss_is_what_the_generators_is_the_mean_of(name: str) -> None:
    """So that it may heed some of them and not others; the real batch may have another size."""
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=16).astype(np.float32), rng.normal(size=16).astype(np.float32)
    losses = OBJECTIVES[name].generator_losses(jnp.asarray(real), jnp.asarray(fake))
    assert losses.shape == fake.shape
    wanted = TEXTBOOK[name].generator_loss(real.astype(float), fake.astype(float))
    np.testing.assert_allclose(float(losses.mean()), wanted, rtol=3e-6)


def test_a_pair_is_a_real_point_and_the_fake_beside_it() -> None:
    """Of pairs that are all told apart the loss is small, of the same points in other pairs not."""
    real, fake = jnp.asarray([0.0, 20.0]), jnp.asarray([-20.0, 0.0])
    paired = OBJECTIVES["relativistic_pairing"]
    assert float(paired.discriminator_loss(real, fake)) < 1e-6
    assert float(paired.discriminator_loss(real[::-1], fake)) > 0.3
    np.testing.assert_allclose(
        paired.generator_losses(real[::-1], fake), [40.0, np.log(2)], rtol=1e-6
    )


# What label smoothing makes of the real points' part


def of_labels(name: str, real: Logits, label: float) -> float:
    """The loss of real points with that label, as the objective's authors have it for 1."""
    if name == "least_squares":
        return float(((real - label) ** 2).mean() / 2)
    return float(-(label * np.log(sigmoid(real)) + (1 - label) * np.log(1 - sigmoid(real))).mean())


def test_an_objective_is_smoothed_if_it_has_labels() -> None:
    assert set(SMOOTHED) == {name for name, one in pieces.OBJECTIVES.items() if one.labels}


@pytest.mark.parametrize("name", list(SMOOTHED))
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_smoothed_labels_are_labels_of_one_minus_that(name: str, smoothing: float) -> None:
    """Salimans et al. 2016, section 3.4: those of fake points stay at 0."""
    rng = np.random.default_rng(2)
    real, fake = 4 * rng.normal(size=(2, 64)).astype(np.float32)
    added = SMOOTHED[name](jnp.asarray(real), jnp.float32(smoothing))
    found = float(OBJECTIVES[name].discriminator_loss(jnp.asarray(real), jnp.asarray(fake)) + added)
    of_fake = of_labels(name, fake.astype(float), 0.0)
    np.testing.assert_allclose(
        found, of_labels(name, real.astype(float), 1 - smoothing) + of_fake, rtol=3e-6
    )
    if smoothing == 0:
        assert float(added) == 0


@pytest.mark.parametrize("name", list(SMOOTHED))
def test_a_smoothed_discriminator_is_content_with_its_label(name: str) -> None:
    """Where cross-entropy would have it answer infinity, `log((1 - s) / s)` is best."""
    best = 0.8 if name == "least_squares" else np.log(0.8 / 0.2)

    def of_real(logit: jax.Array) -> jax.Array:
        nothing = jnp.full(1, -90.0)
        loss = OBJECTIVES[name].discriminator_loss(logit[None], nothing)
        return loss + SMOOTHED[name](logit[None], jnp.float32(0.2))

    assert abs(float(jax.grad(of_real)(jnp.float32(best)))) < 1e-6
