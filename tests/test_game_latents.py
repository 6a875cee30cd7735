"""What a generator draws from: how it begins, what is drawn, and how it learns."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import experiment, hyper_of, without_compiling

from ganrun.config import Experiment
from ganrun.config.pieces import LATENTS as DECLARED
from ganrun.game.latents import LATENTS
from ganrun.game.manifold import latent_net, manifold
from ganrun.game.members import game_of
from ganrun.game.players import Player, draw_latents, generators_turn
from ganrun.game.rounds import averaged, initial_state, play_round

pytestmark = pytest.mark.usefixtures("quick_xla")

KEY = jax.random.key(2)
MIXTURE: dict[str, Any] = {"mixture": {"components": 4, "rate": 3.0}}
PARTICLES: dict[str, Any] = {"particles": {"count": 7, "rate": 10.0}}


def example(latent: Any = "normal", **generator: Any) -> Experiment:
    return experiment(
        generator={"latent": latent, "latent_dim": 3, "hidden": [4], **generator},
        optimizer={"learning_rate": 0.01},
    )


def begun(latent: Any) -> tuple[Any, Any]:
    """A game and its generator's first layers."""
    one = example(latent)
    game = game_of(one)
    return game, game.generator.unravel(game.generator.initialize(jax.random.key(0))[0])


def test_every_declared_latent_is_there() -> None:
    assert set(DECLARED) == set(LATENTS)


@pytest.mark.parametrize(("latent", "std"), [("normal", 1.0), ("uniform", 3**-0.5)])
def test_a_latent_that_does_not_learn_has_the_declared_moments(latent: str, std: float) -> None:
    game, layers = begun(latent)
    assert "latent" not in layers
    drawn = np.asarray(draw_latents(game, layers, KEY, 4000))
    assert drawn.shape == (4000, 3)
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.06)
    np.testing.assert_allclose(drawn.std(axis=0), std, rtol=0.04)
    assert (np.abs(drawn).max() <= 1) == (latent == "uniform")


@pytest.mark.parametrize(("latent", "ends"), [("normal", 2.3263), ("uniform", 0.98)])
def test_the_net_spans_the_middle_of_a_latent_in_equal_shares(latent: str, ends: float) -> None:
    net = np.asarray(latent_net(begun(latent)[0], 5))
    assert net.shape == (5, 5, 3)
    np.testing.assert_allclose(net[:, 0, 0], net[0, :, 1])
    np.testing.assert_allclose(net[[0, 2, 4], 3, 0], [-ends, 0, ends], rtol=1e-3, atol=1e-6)
    assert not net[:, :, 2].any()
    drawn = np.asarray(draw_latents(*begun(latent), KEY, 4000))[:, 0]
    shares = np.histogram(drawn, net[:, 0, 0])[0] / 4000
    np.testing.assert_allclose(shares, 0.98 / 4, atol=0.03)


def test_a_latent_of_one_dimension_is_a_thread_and_one_that_is_no_product_has_no_net() -> None:
    game = game_of(example(latent_dim=1))
    assert latent_net(game, 5).shape == (5, 1, 1)
    params, vectors = game.generator.initialize(KEY)
    generator = Player(params, (), vectors)
    assert manifold(game, generator, 5).shape == (5, 1, 2)
    for latent in (MIXTURE, PARTICLES):
        assert latent_net(begun(latent)[0], 5) is None


def test_a_mixture_begins_as_many_narrow_normals() -> None:
    _, layers = begun({"mixture": {"components": 400}})
    means, sigmas = layers["latent"]["means"], layers["latent"]["sigmas"]
    assert means.shape == sigmas.shape == (400, 3)
    assert np.abs(means).max() <= 1
    np.testing.assert_allclose(means.std(), 3**-0.5, rtol=0.05)
    np.testing.assert_array_equal(sigmas, np.float32(0.02))


def test_a_draw_from_a_mixture_is_near_one_of_its_means_and_each_is_as_frequent() -> None:
    game, layers = begun(MIXTURE)
    learned = {"means": 100 * jnp.eye(4, 3), "sigmas": jnp.arange(1.0, 13).reshape(4, 3) / 10}
    drawn = np.asarray(draw_latents(game, {**layers, "latent": learned}, KEY, 8000), float)
    apart = np.linalg.norm(drawn[:, None] - np.asarray(learned["means"])[None], axis=2)
    for number, sigmas in enumerate(learned["sigmas"]):
        own = drawn[apart.argmin(axis=1) == number]
        np.testing.assert_allclose(len(own), 2000, rtol=0.1)
        np.testing.assert_allclose(own.std(axis=0), sigmas, rtol=0.1)
        np.testing.assert_allclose(own.mean(axis=0), learned["means"][number], atol=0.1)


def test_a_draw_from_a_cloud_is_one_of_its_points_and_each_is_as_frequent() -> None:
    game, layers = begun(PARTICLES)
    points = layers["latent"]["points"]
    drawn = draw_latents(game, layers, KEY, 7000)
    same = (np.asarray(drawn)[:, None] == np.asarray(points)[None]).all(axis=2)
    np.testing.assert_array_equal(same.sum(axis=1), 1)
    np.testing.assert_allclose(same.sum(axis=0), 1000, rtol=0.12)
    _, large = begun({"particles": {"count": 3000}})
    np.testing.assert_allclose(large["latent"]["points"].std(axis=0), 1, rtol=0.05)


def test_a_mixtures_term_is_how_far_its_stds_are_from_1() -> None:
    learned = {"means": jnp.zeros((2, 2)), "sigmas": jnp.asarray([[1.0, 0.5], [0.0, 3.0]])}
    found = LATENTS["mixture"].term(learned, jnp.zeros((5, 2)), {"pull": jnp.float32(0.2)})
    np.testing.assert_allclose(found, 0.2 * (0 + 0.25 + 1 + 4) / 4, rtol=1e-6)


@pytest.mark.parametrize(
    ("batch", "wanted"),
    [
        # Of std 2 / sqrt(3) along each axis, and uncorrelated: nothing is lacking.
        ([[1, 1], [1, -1], [-1, 1], [-1, -1]], 0.0),
        # Half as wide; 0.0001 under each root.
        ([[0.5, 0.5], [0.5, -0.5], [-0.5, 0.5], [-0.5, -0.5]], 1 - (1 / 3 + 1e-4) ** 0.5),
        # On a line: a covariance of 2 / 1 counts twice, over 2 dimensions.
        ([[1, 1], [-1, -1]], 4.0),
        # Of one point nothing is known but that it has no spread.
        ([[3, 4]], 1 - 1e-2),
    ],
)
def test_a_clouds_term_is_what_a_batch_lacks_in_spread_and_has_in_covariance(
    batch: list[list[float]], wanted: float
) -> None:
    latents = jnp.asarray(batch, jnp.float32)
    found = LATENTS["particles"].term({}, latents, {"spread": jnp.float32(1)})
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


STILL: dict[str, Any] = {"particles": {"count": 7, "rate": 0.0}}


@pytest.mark.parametrize(
    ("latent", "rate"), [(MIXTURE, 3.0), (PARTICLES, 10.0), (STILL, 0.0)], ids=str
)
def test_a_latent_learns_at_its_own_rate_and_the_layers_at_the_generators(
    latent: Any, rate: float
) -> None:
    one = example(latent)
    game = game_of(one)
    rates = game.generator.unravel(generators_turn(game, hyper_of(one)).rates)
    for part, arrays in rates.items():
        for array in jax.tree.leaves(arrays):
            np.testing.assert_allclose(array, 0.01 * (rate if part == "latent" else 1), rtol=1e-6)


@pytest.fixture(scope="module")
def around_a_round() -> Any:
    """A game of many particles with a moving average, and its states before and after a round."""
    one = experiment(
        generator={"latent": {"particles": {"count": 200}}, "hidden": [4], "average": 0.75},
        training={"batch_size": 16},
    )
    game, hyper = game_of(one), hyper_of(one)
    first = initial_state(game, hyper)
    with without_compiling():
        return game, first, play_round(game, hyper, first)


def test_only_the_particles_that_were_drawn_move_at_first(around_a_round: Any) -> None:
    """The others have no slope, and an optimizer that has none to remember leaves them alone."""
    game, *states = around_a_round
    before, now = (
        np.asarray(game.generator.unravel(state.generator.params)["latent"]["points"])
        for state in states
    )
    moved = (before != now).any(axis=1).sum()
    assert 10 < moved <= 16


def test_a_round_moves_the_average_by_the_weights_that_it_ends_with(around_a_round: Any) -> None:
    _, first, after = around_a_round
    np.testing.assert_array_equal(first.average, first.generator.params)
    weights = (np.asarray(state.generator.params, float) for state in (first, after))
    wanted = np.dot([0.75, 0.25], list(weights))
    np.testing.assert_allclose(after.average, wanted, rtol=1e-5, atol=1e-7)


def test_a_moving_average_is_its_recursion() -> None:
    one = example(average=0.8)
    game, hyper = game_of(one), hyper_of(one)
    rng = np.random.default_rng(0)
    wanted = rng.normal(size=5)
    average = jnp.asarray(wanted, jnp.float32)
    for _ in range(20):
        params = rng.normal(size=5)
        wanted = wanted + 0.2 * (params - wanted)
        average = averaged(game, hyper, average, jnp.asarray(params, jnp.float32))
    np.testing.assert_allclose(average, wanted, rtol=1e-5, atol=1e-6)
