"""Penalties on the discriminator, added to its loss; any number of them may act together.

A penalty is a function of the discriminator `critic`, a batch, and its own (traced) parameters.
`critic` maps what the discriminator sees `[n, i]` to logits `[n]`: points, or packs of points side
by side, whose slope is that in all their coordinates. Where what it sees is a batch as a whole, the
slope at an input is that of the sum of all logits (as in the code of Karras et al. 2018).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from ganrun.config.outside import Given
from ganrun.game.outside import Implementations, shaped

Critic = Callable[[Float[Array, "B i"]], Float[Array, " B"]]
Parameters = Mapping[str, Float[Array, ""]]


class Batch(NamedTuple):
    """What a discriminator learns from in one step, and a key for what its penalties draw."""

    real: Float[Array, "B i"]
    fake: Float[Array, "B i"]
    key: PRNGKeyArray


Penalty = Callable[[Critic, Batch, Parameters], Float[Array, ""]]

_TINY = 1e-12
"""Keeps the gradient of a norm finite at zero; far below any slope that matters."""


def squared_slopes(critic: Critic, points: Float[Array, "B i"]) -> Float[Array, " B"]:
    """Squared norm of the critic's gradient at each point."""
    # Where inputs do not interact inside the critic, the gradient of the sum holds all of theirs.
    slopes = jax.grad(lambda x: jnp.sum(critic(x)))(points)
    return jnp.sum(slopes**2, axis=-1)


def between(batch: Batch) -> Float[Array, "B i"]:
    """A point on the line between each real and each fake point, uniform on it."""
    real, fake, key = batch
    mix = jax.random.uniform(key, (real.shape[0], 1), real.dtype)
    return real + mix * (fake - real)


def gradient_penalty(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight * E (|grad f(x)| - target)^2` on lines between real and fake points.

    WGAN-GP: Gulrajani et al. 2017, equation 3 (`weight` is lambda, `target` 1).
    """
    slopes = jnp.sqrt(squared_slopes(critic, between(batch)) + _TINY)
    return parameters["weight"] * jnp.mean((slopes - parameters["target"]) ** 2)


def lipschitz(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight * E max(0, |grad f(x)| - target)^2` on the same lines: only too steep is too steep.

    WGAN-LP: Petzka et al. 2018 (`weight` is lambda, `target` 1).
    """
    slopes = jnp.sqrt(squared_slopes(critic, between(batch)) + _TINY)
    return parameters["weight"] * jnp.mean(jax.nn.relu(slopes - parameters["target"]) ** 2)


def zero_centered(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight * E |grad f(x)|^2` on the same lines (0-GP: Thanh-Tung et al. 2019).

    Of the logit, as R1 and R2 are; in the paper, and in the authors' code for the plane, it is the
    slope of its sigmoid, which fades where the discriminator is sure.
    """
    return parameters["weight"] * jnp.mean(squared_slopes(critic, between(batch)))


def dragan(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight * E (|grad f(x)| - 1)^2` around the real points (Kodali et al. 2017, section 2.3).

    As in the authors' code: somewhere on the way to a neighbour that is up to `scale` times the
    batch's standard deviation away in each coordinate, always upwards. Their paper has normal noise
    instead.
    """
    noise_key, mix_key = jax.random.split(batch.key)
    real = batch.real
    away = parameters["scale"] * jnp.std(real) * jax.random.uniform(noise_key, real.shape)
    around = real + jax.random.uniform(mix_key, (len(real), 1)) * away
    slopes = jnp.sqrt(squared_slopes(critic, around) + _TINY)
    return parameters["weight"] * jnp.mean((slopes - 1) ** 2)


def logit_decay(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight * E f(x)^2` on real points: the drift term of Karras et al. 2018, appendix A.1."""
    return parameters["weight"] * jnp.mean(critic(batch.real) ** 2)


def r1(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight / 2 * E |grad f(x)|^2` on real points (Mescheder et al. 2018, equation 9)."""
    return 0.5 * parameters["weight"] * jnp.mean(squared_slopes(critic, batch.real))


def r2(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
    """`weight / 2 * E |grad f(G(z))|^2` on fake points (Mescheder et al. 2018, equation 10)."""
    return 0.5 * parameters["weight"] * jnp.mean(squared_slopes(critic, batch.fake))


def _from_outside(piece: Given) -> Penalty:
    def penalty(critic: Critic, batch: Batch, parameters: Parameters) -> Float[Array, ""]:
        return shaped(piece, piece(critic, batch, parameters), (), "a single number")

    return penalty


PENALTIES: dict[str, Penalty] = {
    "gradient_penalty": gradient_penalty,
    "lipschitz": lipschitz,
    "r1": r1,
    "r2": r2,
    "dragan": dragan,
    "zero_centered": zero_centered,
    "logit_decay": logit_decay,
}
"""The implementations of `ganrun.config`'s penalties, under the same names."""
PENALTIES = Implementations(PENALTIES, "penalty", _from_outside)
