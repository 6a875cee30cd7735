"""Penalties: what they measure is the slope, by finite differences and loops over points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ganrun.config import pieces
from ganrun.game.penalties import PENALTIES, Batch, gradient_penalty, r1, r2

pytestmark = pytest.mark.usefixtures("quick_xla")

KEY = jax.random.key(3)
RNG = np.random.default_rng(0)
WEIGHTS = {
    "first": RNG.normal(size=(2, 6)),
    "shift": RNG.normal(size=6),
    "last": RNG.normal(size=6),
}


def critic_of(weights: Any, xp: Any) -> Callable[[Any], Any]:
    """A smooth critic with slopes of all sizes, in NumPy or in JAX."""

    def critic(x: Any) -> Any:
        inner = x @ weights["first"]
        return xp.tanh(inner + xp.broadcast_to(weights["shift"], inner.shape)) @ weights["last"]

    return critic


def slope_by_differences(point: np.ndarray, weights: Any = WEIGHTS) -> np.ndarray:
    critic, step = critic_of(weights, np), 1e-6
    return np.array(
        [(critic(point + step * e) - critic(point - step * e)) / (2 * step) for e in np.eye(2)]
    )


def batch(seed: int, count: int = 12) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)


SOME_ARE_STEEPER = 0.6
"""Than this slope the critic is at about half of the points, and nowhere steeper than 1."""
TRIED = {"lipschitz": {"target": SOME_ARE_STEEPER}}
"""Parameters, where with the library's default there would be nothing to see."""


def parameters_of(name: str, **values: float) -> dict[str, jnp.ndarray]:
    declared = {p.name: p.default for p in pieces.PENALTIES[name].parameters}
    tried = declared | TRIED.get(name, {}) | values
    return {p: jnp.float32(x) for p, x in tried.items()}


def penalised(name: str, real: Any, fake: Any, weights: Any = WEIGHTS, **values: float) -> float:
    weights = jax.tree.map(jnp.float32, weights)
    parameters = parameters_of(name, **values)
    seen = Batch(jnp.asarray(real), jnp.asarray(fake), KEY)
    return PENALTIES[name](critic_of(weights, jnp), seen, parameters)


every_penalty = pytest.mark.parametrize("name", list(PENALTIES))


def steepness(point: np.ndarray, weights: Any) -> float:
    return float(np.linalg.norm(slope_by_differences(point, weights)))


def by_loops(name: str, real: np.ndarray, fake: np.ndarray, weights: Any = WEIGHTS) -> float:
    """The penalties in plain loops, with the parameters that `penalised` tries."""
    real, fake = real.astype(float), fake.astype(float)
    mix = np.asarray(jax.random.uniform(KEY, (len(real), 1)), float)
    noise_key, mix_key = jax.random.split(KEY)
    ahead = 0.5 * real.std() * np.asarray(jax.random.uniform(noise_key, real.shape), float)
    way = np.asarray(jax.random.uniform(mix_key, (len(real), 1)), float)
    total = 0.0
    for i in range(len(real)):
        between = (1 - mix[i]) * real[i] + mix[i] * fake[i]
        near = (1 - way[i]) * real[i] + way[i] * (real[i] + ahead[i])
        if name == "gradient_penalty":
            total += 10 * (steepness(between, weights) - 1) ** 2
        elif name == "lipschitz":
            total += 10 * max(0.0, steepness(between, weights) - SOME_ARE_STEEPER) ** 2
        elif name == "zero_centered":
            total += 10 * steepness(between, weights) ** 2
        elif name == "dragan":
            total += 10 * (steepness(near, weights) - 1) ** 2
        elif name == "logit_decay":
            total += 0.001 * float(critic_of(weights, np)(real[i])) ** 2
        else:
            total += 10 / 2 * steepness({"r1": real, "r2": fake}[name][i], weights) ** 2
    return total / len(real)


@every_penalty
def test_a_penalty_is_what_loops_over_points_and_finite_differences_give(name: str) -> None:
    real, fake = batch(1), batch(2)
    np.testing.assert_allclose(
        float(penalised(name, real, fake)), by_loops(name, real, fake), rtol=2e-5
    )


@every_penalty
def test_its_gradient_by_the_critics_weights_is_that_of_finite_differences(name: str) -> None:
    real, fake = batch(1), batch(2)
    slopes = jax.grad(lambda w: penalised(name, real, fake, w))(WEIGHTS)
    step = 1e-4
    for part, values in WEIGHTS.items():
        for place in np.ndindex(values.shape):
            moved = []
            for sign in (1, -1):
                weights = {p: x.copy() for p, x in WEIGHTS.items()}
                weights[part][place] += sign * step
                moved.append(by_loops(name, real, fake, weights))
            wanted = (moved[0] - moved[1]) / (2 * step)
            np.testing.assert_allclose(float(slopes[part][place]), wanted, rtol=2e-3, atol=2e-3)


@every_penalty
def test_it_is_proportional_to_its_weight(name: str) -> None:
    real, fake = batch(1), batch(2)
    one = float(penalised(name, real, fake, weight=1.0))
    assert one > 0
    np.testing.assert_allclose(float(penalised(name, real, fake, weight=7.0)), 7 * one, rtol=1e-6)
    assert float(penalised(name, real, fake, weight=0.0)) == 0


@every_penalty
def test_a_flat_critic_gives_a_finite_gradient(name: str) -> None:
    """The norm has a kink at zero, where its derivative is 0 / 0."""
    flat = {part: np.zeros_like(values) for part, values in WEIGHTS.items()}
    slopes = jax.grad(lambda w: penalised(name, batch(1), batch(2), w))(flat)
    assert all(np.isfinite(x).all() for x in slopes.values())


@pytest.mark.parametrize("name", ["r1", "dragan", "logit_decay"])
def test_what_is_of_real_points_does_not_look_at_fake_ones(name: str) -> None:
    points, nothing = batch(1), np.full((12, 2), np.nan, np.float32)
    assert np.isfinite(penalised(name, points, nothing))
    assert np.isnan(penalised(name, nothing, points))


def test_r2_looks_at_fake_points_only_and_is_the_same_of_them() -> None:
    points, nothing = batch(1), np.full((12, 2), np.nan, np.float32)
    assert float(penalised("r1", points, nothing)) == float(penalised("r2", nothing, points))


def of_a_plane(name: str, **values: float) -> float:
    """The penalty of a critic whose slope is 5 everywhere, whichever points are looked at."""
    seen = Batch(jnp.asarray(batch(1)), jnp.asarray(batch(2)), KEY)
    plane = jnp.float32([3.0, 4.0])
    return float(PENALTIES[name](lambda x: x @ plane, seen, parameters_of(name, **values)))


@pytest.mark.parametrize(
    ("name", "target", "wanted"),
    [
        ("gradient_penalty", 5.0, 0.0),
        ("gradient_penalty", 1.0, 16.0),
        ("gradient_penalty", 0.0, 25.0),
        ("gradient_penalty", 7.0, 4.0),
        ("lipschitz", 5.0, 0.0),
        ("lipschitz", 1.0, 16.0),
        ("lipschitz", 7.0, 0.0),
    ],
)
def test_the_slope_that_is_not_penalised_can_be_chosen(
    name: str, target: float, wanted: float
) -> None:
    found = of_a_plane(name, weight=1.0, target=target)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize(("name", "wanted"), [("zero_centered", 25.0), ("dragan", 16.0)])
def test_what_has_no_target_has_its_papers(name: str, wanted: float) -> None:
    np.testing.assert_allclose(of_a_plane(name, weight=1.0), wanted, rtol=1e-6)


def test_dragan_looks_up_to_half_a_std_away_from_the_real_points_and_no_farther() -> None:
    """By a critic that is flat but for a slope that says where it was asked."""
    scale, real = 0.5, jnp.asarray(batch(1, count=20_000))
    asked: list[np.ndarray] = []

    def critic(points: Any) -> Any:
        jax.debug.callback(lambda x: asked.append(np.asarray(x)), points)
        return jnp.sum(points, axis=1)

    PENALTIES["dragan"](critic, Batch(real, real, KEY), parameters_of("dragan", scale=scale))
    jax.effects_barrier()
    away = (asked[0] - np.asarray(real)) / float(np.std(np.asarray(real)))
    assert away.min() >= -1e-5
    assert scale * 0.98 < away.max() < scale * 1.00001
    # Half of half a std on the mean, and each coordinate by itself.
    np.testing.assert_allclose(away.mean(axis=0), scale / 4, rtol=0.02)
    assert not np.allclose(away[:, 0], away[:, 1])


def test_the_gradient_penalty_looks_evenly_along_the_lines_from_real_to_fake() -> None:
    """A critic x^2 / 2 has slope x, so from 0 to 3 the mean squared slope is 3 and its mean 1.5."""
    count = 20_000
    real, fake = jnp.zeros((count, 2)), jnp.tile(jnp.float32([3.0, 0.0]), (count, 1))
    squares, distance_from_middle = (
        gradient_penalty(
            lambda x: 0.5 * jnp.sum(x**2, axis=1),
            Batch(real, fake, KEY),
            parameters_of("gradient_penalty", weight=1.0, target=target),
        )
        for target in (0.0, 1.5)
    )
    np.testing.assert_allclose(float(squares), 3.0, rtol=0.02)
    np.testing.assert_allclose(float(distance_from_middle), 0.75, rtol=0.02)


@pytest.mark.parametrize("penalty", [r1, r2])
def test_the_weight_is_halved_as_in_the_paper(penalty: Any) -> None:
    plane = jnp.float32([3.0, 4.0])
    points = jnp.asarray(batch(1))
    found = penalty(lambda x: x @ plane, Batch(points, points, KEY), {"weight": jnp.float32(10.0)})
    np.testing.assert_allclose(float(found), 125.0, rtol=1e-6)
