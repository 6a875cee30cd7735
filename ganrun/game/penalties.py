"""Penalties on the discriminator's slope, added to its loss; any number of them may act together.

A penalty is a function of the discriminator `critic`, a batch, and its own (traced) parameters.
`critic` maps points `[B, 2]` to logits `[B]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

Critic = Callable[[Float[Array, "B 2"]], Float[Array, " B"]]
Parameters = Mapping[str, Float[Array, ""]]


class Batch(NamedTuple):
    """What a discriminator learns from in one step, and a key for what its penalties draw."""

    real: Float[Array, "B 2"]
    fake: Float[Array, "B 2"]
    key: PRNGKeyArray


Penalty = Callable[[Critic, Batch, Parameters], Float[Array, ""]]

_TINY = 1e-12
"""Keeps the gradient of a norm finite at zero; far below any slope that matters."""


def squared_slopes(critic: Critic, points: Float[Array, "B 2"]) -> Float[Array, " B"]:
    """Squared norm of the critic's gradient at each point."""
    # Points do not interact inside the critic, so the gradient of the sum holds all of them.
    slopes = jax.grad(lambda x: jnp.sum(critic(x)))(points)
    return jnp.sum(slopes**2, axis=-1)


def gradient_penalty(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight * E (|grad f(x)| - target)^2` on lines between real and fake points.

    WGAN-GP: Gulrajani et al. 2017, equation 3 (`weight` is lambda, `target` 1).
    """
    real, fake, key = batch
    mix = jax.random.uniform(key, (real.shape[0], 1), real.dtype)
    between = real + mix * (fake - real)
    slopes = jnp.sqrt(squared_slopes(critic, between) + _TINY)
    return parameters["weight"] * jnp.mean((slopes - parameters["target"]) ** 2)


def r1(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight / 2 * E |grad f(x)|^2` on real points (Mescheder et al. 2018, equation 9)."""
    return 0.5 * parameters["weight"] * jnp.mean(squared_slopes(critic, batch.real))


def r2(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight / 2 * E |grad f(G(z))|^2` on fake points (Mescheder et al. 2018, equation 10)."""
    return 0.5 * parameters["weight"] * jnp.mean(squared_slopes(critic, batch.fake))


PENALTIES: dict[str, Penalty] = {"gradient_penalty": gradient_penalty, "r1": r1, "r2": r2}
"""The implementations of `ganrun.config`'s penalties, under the same names."""
