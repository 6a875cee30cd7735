"""What the discriminator sees: packs, features of its batch, and a point as one looks at it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import experiment, hyper_of, layers_of, sizes_of

from ganrun.config import Experiment
from ganrun.config.company import COMPANIES
from ganrun.game.members import game_of
from ganrun.game.networks import Layers
from ganrun.game.penalties import PENALTIES, Batch
from ganrun.game.players import (
    Game,
    Player,
    company_needed,
    discriminate,
    field_at,
    in_batches,
    packed,
    sampled,
    whole_batches,
)
from ganrun.game.population import company_key, picture, take_snapshot
from ganrun.game.rounds import initial_state
from ganrun.game.slopes import both_logits

pytestmark = pytest.mark.usefixtures("quick_xla")

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(12, 2)).astype(np.float32)
STD = {"minibatch": "std"}
DISCRIMINATION = {"minibatch": {"discrimination": {"kernels": 3, "dimensions": 2}}}
BATCH = 12


def example(**discriminator: Any) -> Experiment:
    """A game whose discriminator is smooth, so that differences tell its slopes."""
    network = {"hidden": [5, 4], "activation": "tanh"}
    return experiment(
        discriminator={**network, **discriminator},
        generator=network,
        training={"batch_size": BATCH},
    )


def begun(**discriminator: Any) -> tuple[Game, Player, Layers]:
    """A game, its discriminator, and that one's layers."""
    game = game_of(example(**discriminator))
    params, vectors = game.discriminator.initialize(jax.random.key(0))
    return game, Player(params, (), vectors), game.discriminator.unravel(params)


def hidden_by_hand(game: Game, player: Player, seen: np.ndarray) -> np.ndarray:
    """The last hidden units of a tanh network, in float64."""
    for kernel, bias in layers_of(game.discriminator, player.params)[:-1]:
        seen = np.tanh(seen @ kernel + bias)
    return seen


def logits_by_hand(game: Game, player: Player, seen: np.ndarray, told: np.ndarray) -> np.ndarray:
    kernel, bias = layers_of(game.discriminator, player.params)[-1]
    hidden = hidden_by_hand(game, player, np.asarray(seen, float))
    return (np.concatenate([hidden, told], axis=1) @ kernel + bias)[:, 0]


def told_by_hand(game: Game, player: Player, seen: np.ndarray) -> np.ndarray:
    """What the last layer is told of a batch, by loops over pairs of its members."""
    hidden = hidden_by_hand(game, player, np.asarray(seen, float))
    piece, count = game.discriminator.minibatch, len(hidden)
    if piece.name == "none":
        return np.zeros((count, 0))
    if piece.name == "std":
        # Half the mean squared distance of all pairs is the variance.
        total = 0.0
        for unit in hidden.T:
            squares = sum((a - b) ** 2 for a in unit for b in unit)
            total += np.sqrt(squares / (2 * count**2) + 1e-8)
        return np.full((count, 1), total / hidden.shape[1])
    kernels, dimensions = piece.whole("kernels"), piece.whole("dimensions")
    layers = game.discriminator.unravel(player.params)
    theta = np.asarray(layers["minibatch"]["kernel"], float)
    near = np.zeros((count, kernels))
    for i, j in np.ndindex(count, count):
        apart = np.abs((hidden[i] - hidden[j]) @ theta).reshape(kernels, dimensions)
        near[i] += np.exp(-apart.sum(axis=1)) / count
    return near


# Packs


def test_a_pack_is_the_next_points_one_after_the_other() -> None:
    game, _, _ = begun(packing=3)
    seen = packed(game, jnp.asarray(POINTS))
    assert seen.shape == (4, 6)
    for number, pack in enumerate(seen):
        np.testing.assert_array_equal(pack, np.ravel(POINTS[3 * number : 3 * number + 3]))


def test_a_hand_built_pair_gets_one_logit_and_pulls_at_both_of_its_points() -> None:
    game, player, layers = begun(packing=2)
    pair = POINTS[:2]

    def logit(points: Any) -> Any:
        return discriminate(game, layers, player.vectors, packed(game, points))[0]

    def by_hand(points: np.ndarray) -> float:
        (a, b), (c, d) = points
        return float(logits_by_hand(game, player, np.array([[a, b, c, d]]), np.zeros((1, 0)))[0])

    np.testing.assert_allclose(logit(jnp.asarray(pair)), by_hand(pair), rtol=1e-5)
    assert not np.isclose(by_hand(pair), by_hand(pair[::-1]), rtol=1e-3), "places differ"
    slopes = jax.grad(logit)(jnp.asarray(pair))
    for place in np.ndindex(2, 2):
        step = np.zeros((2, 2))
        step[place] = 1e-6
        wanted = (by_hand(pair + step) - by_hand(pair - step)) / 2e-6
        np.testing.assert_allclose(slopes[place], wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["r1", "gradient_penalty"])
def test_a_penalty_is_of_the_slope_at_a_whole_pack(name: str) -> None:
    """Between a real and a forged pack there is one line, and a slope along all of its points."""
    game, player, layers = begun(packing=2)
    real, fake = (np.asarray(packed(game, jnp.asarray(x))) for x in (POINTS, POINTS[::-1] + 1))
    key = jax.random.key(3)
    batch = Batch(jnp.asarray(real), jnp.asarray(fake), key)
    numbers = {"weight": jnp.float32(2), "target": jnp.float32(0.1)}
    found = PENALTIES[name](lambda x: discriminate(game, layers, player.vectors, x), batch, numbers)
    mix = np.asarray(jax.random.uniform(key, (len(real), 1)), float) if name != "r1" else 1.0
    total = 0.0
    for pack in mix * real + (1 - mix) * fake if name == "r1" else (1 - mix) * real + mix * fake:
        slope = np.zeros(4)
        for i in range(4):
            step = np.zeros(4)
            step[i] = 1e-6
            both = np.array([pack + step, pack - step])
            high, low = logits_by_hand(game, player, both, np.zeros((2, 0)))
            slope[i] = (high - low) / 2e-6
        length = np.sqrt((slope**2).sum())
        total += length**2 / 2 if name == "r1" else (length - 0.1) ** 2
    np.testing.assert_allclose(found, 2 * total / len(real), rtol=1e-4)


# Batches


@pytest.mark.parametrize("sight", [STD, DISCRIMINATION], ids=["std", "discrimination"])
@pytest.mark.parametrize("packing", [1, 2])
def test_features_of_a_batch_are_those_of_a_loop_over_its_pairs(
    sight: dict[str, Any], packing: int
) -> None:
    game, player, layers = begun(packing=packing, **sight)
    seen = packed(game, jnp.asarray(POINTS))
    wanted = logits_by_hand(game, player, seen, told_by_hand(game, player, np.asarray(seen)))
    found = discriminate(game, layers, player.vectors, seen)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sight", [STD, DISCRIMINATION], ids=["std", "discrimination"])
def test_a_point_in_company_is_one_more_in_its_batch(sight: dict[str, Any]) -> None:
    game, player, layers = begun(**sight)
    apply = game.discriminator.apply
    company, points = jnp.asarray(POINTS[:9]), jnp.asarray(POINTS[9:] + 2)
    found = apply(layers, player.vectors, points, company)
    for i, point in enumerate(points):
        batch = jnp.concatenate([company, point[None]])
        np.testing.assert_allclose(
            found[i], apply(layers, player.vectors, batch)[-1], rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("sight", [STD, DISCRIMINATION], ids=["std", "discrimination"])
def test_the_real_points_and_the_fakes_are_batches_of_their_own(sight: dict[str, Any]) -> None:
    game, player, layers = begun(**sight)
    real = jnp.asarray(POINTS)
    seen = [
        both_logits(game, layers, player.vectors, Batch(real, fake, jax.random.key(0)))
        for fake in (0.5 * real, 3 * real)
    ]
    np.testing.assert_array_equal(seen[0][0], seen[1][0])
    alone = discriminate(game, layers, player.vectors, 3 * real)
    np.testing.assert_allclose(seen[1][1], alone, rtol=1e-5, atol=1e-6)


def test_of_many_points_each_is_seen_in_a_batch_as_large_as_in_training() -> None:
    game, player, layers = begun(packing=2, **STD)
    assert whole_batches(game, 31) == 24
    many = jnp.concatenate([jnp.asarray(POINTS), jnp.asarray(POINTS) * 3])
    found = in_batches(game, layers, player.vectors, many)
    wanted = [
        discriminate(game, layers, player.vectors, packed(game, half))
        for half in (many[:12], many[12:])
    ]
    np.testing.assert_allclose(found, np.concatenate(wanted), rtol=1e-5, atol=1e-6)


# A point as one looks at it


def field_by_hand(
    game: Game, player: Player, points: np.ndarray, company: np.ndarray
) -> list[float]:
    """Point by point and pack by pack; every pack of partners fills one more batch."""
    beside = game.packing - 1
    partners, rest = np.split(company, [COMPANIES * beside])
    field = []
    for point in points:
        logits = []
        for number in range(COMPANIES):
            pack = list(partners[number * beside : (number + 1) * beside])
            pack.insert(number % game.packing, point)
            others = [np.ravel(x) for x in rest.reshape(-1, game.packing, 2)]
            batch = np.array([np.ravel(pack), *others])
            told = told_by_hand(game, player, batch)
            logits.append(logits_by_hand(game, player, batch[:1], told[:1])[0])
        field.append(float(np.mean(logits)))
    return field


SIGHTS = [{}, {"packing": 3}, STD, {"packing": 2, **STD}, {"packing": 3, **DISCRIMINATION}]


@pytest.mark.parametrize("sight", SIGHTS, ids=str)
def test_the_field_is_the_logit_of_a_point_in_the_company_of_fakes(sight: dict[str, Any]) -> None:
    game, player, _ = begun(**sight)
    company = RNG.normal(size=(company_needed(game), 2)).astype(np.float32)
    others = BATCH - game.packing if game.discriminator.sees_batches else 0
    assert len(company) == COMPANIES * (game.packing - 1) + others
    found = field_at(game, player, jnp.asarray(POINTS), jnp.asarray(company))
    wanted = field_by_hand(game, player, POINTS, company)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_the_company_is_of_the_same_latent_points_in_every_picture_of_a_seed() -> None:
    """In a picture of another size and place, a point that is in both has the same logit."""
    one = example(packing=2, **STD)
    game, hyper = game_of(one), hyper_of(one)
    state = initial_state(game, hyper)
    snapshot = take_snapshot(game, sizes_of(one), hyper, state)
    x_min, _, y_min, _ = hyper.target.extent
    corner = jnp.stack([x_min, x_min + 1, y_min, y_min + 1])
    other = picture(game, state, jax.random.key(8), company_key(hyper), 5, 3, corner)
    np.testing.assert_allclose(other.field[0, 0], snapshot.field[0, 0], rtol=1e-5)
    company = sampled(game, state.generator, company_key(hyper), company_needed(game))
    point = jnp.stack([x_min, y_min])[None]
    alone = field_at(game, state.discriminator, point, company)
    np.testing.assert_allclose(alone[0], snapshot.field[0, 0], rtol=1e-5)
    others = sampled(
        game,
        state.generator,
        company_key(hyper._replace(seed=jnp.uint32(1))),
        company_needed(game),
    )
    assert not np.isin(others, company).any(), "another seed has another company"


def test_nothing_is_dropped_where_one_looks() -> None:
    game, player, _ = begun(dropout=0.5)
    points, nobody = jnp.asarray(POINTS), jnp.zeros((0, 2))
    plain = replace(game, present=frozenset())
    np.testing.assert_array_equal(
        field_at(game, player, points, nobody), field_at(plain, player, points, nobody)
    )
