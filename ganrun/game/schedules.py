"""What changes as the game goes on: learning rates, noise, and how many fakes the generator heeds.

All of it is by completed rounds, never by shares of a training's length: a game that is played on
is the same game, and no result depends on how long it was meant to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

Factor = Callable[[Float[Array, ""], Mapping[str, Float[Array, ""]]], Float[Array, ""]]


def constant(done: Float[Array, ""], numbers: Mapping[str, Float[Array, ""]]) -> Float[Array, ""]:
    """The same rate always."""
    return jnp.ones_like(done)


def _passed(done: Float[Array, ""], until: Float[Array, ""]) -> Float[Array, ""]:
    """How much of the way is done, from 0 to 1; none of it where there is no end."""
    return jnp.clip(done / jnp.maximum(until, 1.0), 0.0, 1.0)


def _warm(done: Float[Array, ""], warmup: Float[Array, ""]) -> Float[Array, ""]:
    """Up to 1, in equal steps that begin with the first round."""
    return jnp.minimum((done + 1) / jnp.maximum(warmup, 1.0), 1.0)


def linear(done: Float[Array, ""], numbers: Mapping[str, Float[Array, ""]]) -> Float[Array, ""]:
    """In a line down to `final`, which is reached `until` rounds after the start."""
    falls = (1 - numbers["final"]) * _passed(done, numbers["until"])
    return _warm(done, numbers["warmup"]) * (1 - falls)


def cosine(done: Float[Array, ""], numbers: Mapping[str, Float[Array, ""]]) -> Float[Array, ""]:
    """Half a cosine wave down to `final` (Loshchilov & Hutter 2017, equation 5)."""
    height = 0.5 * (1 + jnp.cos(jnp.pi * _passed(done, numbers["until"])))
    return _warm(done, numbers["warmup"]) * (numbers["final"] + (1 - numbers["final"]) * height)


SCHEDULES: dict[str, Factor] = {"constant": constant, "linear": linear, "cosine": cosine}
"""The implementations of `ganrun.config`'s schedules, under the same names: the factor on both
learning rates in the round that follows `done` completed ones."""


def faded(value: Float[Array, ""], until: Float[Array, ""], done: Float[Array, ""]) -> Array:
    """A strength that falls in a line to 0 within `until` rounds; infinity is never."""
    return value * (1 - _passed(done, until))


def narrowed(share: Float[Array, ""], until: Float[Array, ""], done: Float[Array, ""]) -> Array:
    """A share that falls in a line from 1 within `until` rounds; at once where that is below 1."""
    passed = jnp.where(until < 1, 1.0, _passed(done, until))
    return 1 - (1 - share) * passed


def completed(round_: Int[Array, ""]) -> Float[Array, ""]:
    """How many rounds were done when this one (counted from 1) began."""
    return (round_ - 1).astype(jnp.float32)
