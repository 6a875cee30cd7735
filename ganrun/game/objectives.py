"""Objectives: what the discriminator and the generator each minimise, from raw logits.

Every loss is a mean over the batch, computed from logits without ever forming a probability, so
that it neither overflows nor loses its gradient where the discriminator is sure of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

Logits: TypeAlias = Float[Array, " B"]
Loss: TypeAlias = Float[Array, ""]


class Objective(NamedTuple):
    """What each of the two networks minimises."""

    discriminator_loss: Callable[[Logits, Logits], Loss]
    generator_loss: Callable[[Logits], Loss]


def binary_cross_entropy(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`-E log D(x) - E log(1 - D(G(z)))` with `D = sigmoid(logit)`; 2 ln 2 when nobody can tell.

    Goodfellow et al. 2014, equation 1.
    """
    return jnp.mean(jax.nn.softplus(-real_logits)) + jnp.mean(jax.nn.softplus(fake_logits))


def non_saturating_loss(fake_logits: Logits) -> Loss:
    """`-E log D(G(z))`, the generator's loss in practice (Goodfellow et al. 2014, section 3)."""
    return jnp.mean(jax.nn.softplus(-fake_logits))


def minimax_loss(fake_logits: Logits) -> Loss:
    """`E log(1 - D(G(z)))`: the original zero-sum game, whose gradient fades when D is sure."""
    return -jnp.mean(jax.nn.softplus(fake_logits))


def wasserstein_critic_loss(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`E f(G(z)) - E f(x)`: minus the Wasserstein estimate (Arjovsky et al. 2017, equation 3)."""
    return jnp.mean(fake_logits) - jnp.mean(real_logits)


def raise_score_loss(fake_logits: Logits) -> Loss:
    """`-E f(G(z))`: the generator of the Wasserstein and the hinge games."""
    return -jnp.mean(fake_logits)


def hinge_loss(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`E max(0, 1 - f(x)) + E max(0, 1 + f(G(z)))` (Miyato et al. 2018, equation 16)."""
    return jnp.mean(jax.nn.relu(1 - real_logits)) + jnp.mean(jax.nn.relu(1 + fake_logits))


def least_squares_discriminator_loss(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`1/2 E (f(x) - 1)^2 + 1/2 E f(G(z))^2` (Mao et al. 2017, equation 9: a=0, b=c=1)."""
    return 0.5 * jnp.mean((real_logits - 1) ** 2) + 0.5 * jnp.mean(fake_logits**2)


def least_squares_generator_loss(fake_logits: Logits) -> Loss:
    """`1/2 E (f(G(z)) - 1)^2` (Mao et al. 2017, equation 9)."""
    return 0.5 * jnp.mean((fake_logits - 1) ** 2)


OBJECTIVES: dict[str, Objective] = {
    "non_saturating": Objective(binary_cross_entropy, non_saturating_loss),
    "minimax": Objective(binary_cross_entropy, minimax_loss),
    "wasserstein": Objective(wasserstein_critic_loss, raise_score_loss),
    "hinge": Objective(hinge_loss, raise_score_loss),
    "least_squares": Objective(least_squares_discriminator_loss, least_squares_generator_loss),
}
"""The implementations of `ganrun.config`'s objectives, under the same names."""
