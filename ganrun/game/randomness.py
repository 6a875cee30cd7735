"""Random keys by identity, and the generator behind them.

The generator is Threefry-2x32 with 20 rounds (Salmon et al. 2011), JAX's own default, written out
without a loop. JAX's version for CPUs is a loop over arrays, which costs a small network more
than its matrix products do; unrolled, XLA fuses it into whatever uses the numbers. The words are
those of `jax.extend.random.threefry_2x32`; a test compares them.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import jax
import jax.extend as jex
import jax.numpy as jnp
from jaxtyping import Array, Int, PRNGKeyArray, UInt

_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = 0x1BD11BDA


def _rotate_left(word: UInt[Array, "..."], bits: int) -> UInt[Array, "..."]:
    return (word << jnp.uint32(bits)) | (word >> jnp.uint32(32 - bits))


def threefry(
    key: UInt[Array, "2"], x0: UInt[Array, "..."], x1: UInt[Array, "..."]
) -> tuple[UInt[Array, "..."], UInt[Array, "..."]]:
    """Encrypt the counters `(x0, x1)` under `key`: two random words for each pair."""
    schedule = (key[0], key[1], key[0] ^ key[1] ^ jnp.uint32(_PARITY))
    x0, x1 = x0 + schedule[0], x1 + schedule[1]
    for i in range(5):
        for bits in _ROTATIONS[i % 2]:
            x0 = x0 + x1
            x1 = x0 ^ _rotate_left(x1, bits)
        x0 = x0 + schedule[(i + 1) % 3]
        x1 = x1 + schedule[(i + 2) % 3] + jnp.uint32(i + 1)
    return x0, x1


def _seed(seed: Array) -> UInt[Array, "2"]:
    return jnp.stack([jnp.uint32(0), seed.astype(jnp.uint32)])


def _children(key: UInt[Array, "2"], which: UInt[Array, "*n"]) -> UInt[Array, "*n 2"]:
    words = jnp.stack(threefry(key, jnp.zeros_like(which), which), axis=-1)
    # Without the barrier a key is derived anew inside every kernel that draws with it: the same
    # words, but compiling a round takes four times as long.
    return jax.lax.optimization_barrier(words)


def _split(key: UInt[Array, "2"], shape: tuple[int, ...]) -> UInt[Array, "... 2"]:
    return _children(key, jax.lax.iota(jnp.uint32, math.prod(shape)).reshape(shape))


def _fold_in(key: UInt[Array, "2"], data: Any) -> UInt[Array, "2"]:
    return _children(key, jnp.asarray(data).astype(jnp.uint32))


def _random_bits(key: UInt[Array, "2"], bit_width: int, shape: tuple[int, ...]) -> Array:
    if bit_width != 32:
        raise NotImplementedError("the game draws 32-bit numbers only")
    count = math.prod(shape)
    half = (count + 1) // 2
    counters = jax.lax.iota(jnp.uint32, half)
    x0, x1 = threefry(key, counters, counters + jnp.uint32(half))
    return jnp.concatenate([x0, x1])[:count].reshape(shape)


UNROLLED_THREEFRY = jex.random.define_prng_impl(
    key_shape=(2,),
    seed=_seed,
    split=_split,
    random_bits=_random_bits,
    fold_in=_fold_in,
    name="ganrun_threefry",
    tag="gan",
)


class Stream(IntEnum):
    """What a random number is for."""

    GENERATOR_INIT = 0
    DISCRIMINATOR_INIT = 1
    ROUND = 2
    EVALUATION = 3
    SNAPSHOT = 4
    DIAGNOSIS = 5
    SINGLE_STEP = 6
    POOL = 7
    COMPANY = 8
    GENERATION = 9
    SHOWN = 10


def round_key(seed: UInt[Array, ""], stream: Stream, round_: Int[Array, ""] | int) -> PRNGKeyArray:
    """The key of one purpose at one round of one seed: by identity, never by history."""
    of_seed = jax.random.key(seed, impl=UNROLLED_THREEFRY)
    return jax.random.fold_in(jax.random.fold_in(of_seed, int(stream)), round_)
