"""Randomness: the words are Threefry's, and no two purposes ever draw from one key."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import experiment, hyper_of, sizes_of, without_compiling
from jax.extend.random import threefry_2x32
from quick_words import quick_threefry

from ganrun.game.members import game_of
from ganrun.game.population import evaluate, take_snapshot
from ganrun.game.randomness import UNROLLED_THREEFRY, Stream, round_key, threefry
from ganrun.game.rounds import initial_state, play_round

RNG = np.random.default_rng(0)


def words(*shape: int) -> jax.Array:
    return jnp.asarray(RNG.integers(0, 2**32, shape, dtype=np.uint32))


@pytest.mark.parametrize("count", [1, 2, 17, 256])
def test_the_words_are_those_of_jaxs_own_threefry(count: int) -> None:
    key, x0, x1 = words(2), words(count), words(count)
    wanted = threefry_2x32(key, jnp.concatenate([x0, x1]))
    for way in (threefry, quick_threefry, jax.jit(quick_threefry)):
        np.testing.assert_array_equal(jnp.concatenate(way(key, x0, x1)), wanted)


def test_the_words_are_the_known_answers_of_the_papers_authors() -> None:
    """Random123's `kat_vectors`, threefry2x32 with 20 rounds."""
    full = 0xFFFFFFFF
    pi = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)
    for key, counter, wanted in (
        ((0, 0), (0, 0), (0x6B200159, 0x99BA4EFE)),
        ((full, full), (full, full), (0x1CB996FC, 0xBB002BE7)),
        ((pi[2], pi[3]), (pi[0], pi[1]), (0xC4923A9C, 0x483DF7A0)),
    ):
        found = threefry(jnp.uint32(key), *(jnp.uint32(x)[None] for x in counter))
        assert [int(x[0]) for x in found] == list(wanted)


@pytest.mark.parametrize("shape", [(), (1,), (7,), (8,), (5, 3)])
def test_a_draw_encrypts_one_counter_for_each_word(shape: tuple[int, ...]) -> None:
    key = jax.random.key(11, impl=UNROLLED_THREEFRY)
    count = int(np.prod(shape))
    counters = jnp.arange(count + count % 2, dtype=jnp.uint32)
    wanted = threefry_2x32(jax.random.key_data(key), counters)[:count].reshape(shape)
    np.testing.assert_array_equal(jax.random.bits(key, shape), wanted)


def test_uniform_and_normal_numbers_are_spread_as_their_names_say() -> None:
    key = round_key(jnp.uint32(1), Stream.ROUND, 1)
    uniform = np.asarray(jax.random.uniform(key, (100_000,)), float)
    normal = np.asarray(jax.random.normal(key, (100_000,)), float)
    counts = np.histogram(uniform, 50, (0, 1))[0]
    assert ((counts - 2000) ** 2 / 2000).sum() < 90  # chi-square with 49 degrees: 1 in 5,000
    assert abs(normal.mean()) < 0.015
    assert abs(normal.std() - 1) < 0.01
    assert abs((normal**4).mean() - 3) < 0.15


def test_only_words_of_32_bits_are_drawn() -> None:
    with pytest.raises(NotImplementedError):
        jax.random.bits(jax.random.key(0, impl=UNROLLED_THREEFRY), (), jnp.uint8)


def _words_of_key(stream: Stream, seed: jax.Array, round_: jax.Array) -> jax.Array:
    return jax.random.key_data(round_key(seed, stream, round_))


def test_a_key_depends_on_seed_stream_and_round_and_no_two_are_the_same() -> None:
    seeds = np.uint32([0, 1, 2, 2**16, 2**31 - 1])
    rounds = np.int32([0, 1, 2, 255, 256, 10_000, 9_999_999])
    identities = [one.ravel() for one in np.meshgrid(seeds, rounds)]
    keys = {
        key.tobytes()
        for stream in Stream
        for key in np.asarray(jax.vmap(partial(_words_of_key, stream))(*identities))
    }
    assert len(keys) == len(Stream) * len(seeds) * len(rounds)


def test_everything_that_a_game_draws_comes_from_a_key_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two seeds, three rounds of three discriminator steps, every penalty, and what is measured."""
    one = experiment(
        penalties={"gradient_penalty": {}, "r1": {}, "r2": {}},
        training={"discriminator_steps": 3, "batch_size": 4},
    )
    game, sizes = game_of(one), sizes_of(one)
    # No tracer, where a round is traced.
    hyper = hyper_of(one)._replace(discriminator_steps=np.int32(3))
    drawn: list[jax.Array] = []
    for name in ("normal", "uniform"):
        monkeypatch.setattr(jax.random, name, noted(getattr(jax.random, name), drawn))

    @jax.jit
    def keys(seed: jax.Array, round_: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Of all that is drawn in the round after that one, and when it has been played."""
        drawn.clear()
        seeded = hyper._replace(seed=seed)
        state = play_round(game, seeded, begun._replace(round=round_))
        evaluate(game, sizes, seeded, state)
        take_snapshot(game, sizes, seeded, state)
        return jnp.stack(drawn), state.round

    found: Counter[bytes] = Counter()
    with without_compiling():
        begun = initial_state(game, hyper)
        assert not drawn
        for seed in (0, 1):
            round_ = begun.round
            for _ in range(3):
                now, round_ = keys(jnp.uint32(seed), round_)
                found.update(key.tobytes() for key in np.asarray(now))
    per_discriminator_step = 4  # mode, noise, latent points, places on the lines
    # The generator's latent points and the real ones beside them; samples measured and looked at.
    per_round = 3 * per_discriminator_step + 3 + 2
    assert len(found) == 2 * 3 * per_round
    assert set(found.values()) == {1}


def noted(draw: Any, drawn: list[jax.Array]) -> Any:
    def call(key: Any, *arguments: Any, **options: Any) -> Any:
        drawn.append(jax.random.key_data(key))
        return draw(key, *arguments, **options)

    return call


def test_the_two_players_and_two_seeds_never_begin_alike() -> None:
    same = {"hidden": [8, 8]}
    starts = [
        initial_state(game_of(one), hyper_of(one))
        for seed in (0, 1)
        for one in [experiment(seed=seed, generator=same, discriminator=same)]
    ]
    shared = 2 * 8 + 8 + 8 * 8  # all layers but the last have the same shapes
    weights = [
        np.asarray(player.params)
        for start in starts
        for player in (start.generator, start.discriminator)
    ]
    kernels = np.concatenate([w[w != 0][: shared - 8] for w in weights])
    assert len(np.unique(kernels)) == len(kernels)
