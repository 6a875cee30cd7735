"""Fresh samples of a generator, for whoever asks for them after the training.

They come in blocks of one size, so that one program makes any number of them, and the first so many
are the same however many are asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt
from numpy import ndarray

from ganrun.game.players import Game, Player, sampled
from ganrun.game.randomness import Stream, round_key

BLOCK = 2048


def generated(game: Game, generator: Player, seed: int, count: int) -> Float[ndarray, "N 2"]:
    """So many samples of a generator; of one seed, all generators get the same latent points."""
    block = _block_of(game)
    blocks = [
        np.asarray(block(generator, np.uint32(seed), np.int32(number)))
        for number in range(-(-count // BLOCK))
    ]
    return np.concatenate(blocks)[:count]


@functools.cache
def _block_of(game: Game) -> Callable[..., Float[Array, "n 2"]]:
    """The compiled program of a game's blocks."""

    def block(
        generator: Player, seed: UInt[Array, ""], number: Int[Array, ""]
    ) -> Float[Array, "n 2"]:
        key = round_key(seed, Stream.GENERATION, jnp.int32(number))
        return sampled(game, generator, key, BLOCK)

    return jax.jit(block)
