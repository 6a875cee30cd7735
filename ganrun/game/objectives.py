"""Objectives: what the discriminator and the generator each minimise, from raw logits.

Both players' losses are of both batches, real and fake. They are computed from logits without ever
forming a probability, so that they neither overflow nor lose their gradient where the discriminator
is sure of itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from ganrun.config.outside import Given
from ganrun.game.outside import Implementations, shaped

Logits: TypeAlias = Float[Array, " B"]
Loss: TypeAlias = Float[Array, ""]
Losses: TypeAlias = Float[Array, " B"]


class Objective(NamedTuple):
    """What each of the two networks minimises, of the logits of a real and of a fake batch."""

    discriminator_loss: Callable[[Logits, Logits], Loss]
    generator_losses: Callable[[Logits, Logits], Losses]
    """One loss for each fake: their mean is the generator's."""

    def generator_loss(self, real_logits: Logits, fake_logits: Logits) -> Loss:
        """What the generator minimises where it heeds all of its fakes."""
        return jnp.mean(self.generator_losses(real_logits, fake_logits))


def binary_cross_entropy(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`-E log D(x) - E log(1 - D(G(z)))` with `D = sigmoid(logit)`; 2 ln 2 when nobody can tell.

    Goodfellow et al. 2014, equation 1.
    """
    return jnp.mean(jax.nn.softplus(-real_logits)) + jnp.mean(jax.nn.softplus(fake_logits))


def non_saturating_losses(real_logits: Logits, fake_logits: Logits) -> Losses:
    """`-log D(G(z))`, the generator's loss in practice (Goodfellow et al. 2014, section 3)."""
    return jax.nn.softplus(-fake_logits)


def minimax_losses(real_logits: Logits, fake_logits: Logits) -> Losses:
    """`log(1 - D(G(z)))`: the original zero-sum game, whose gradient fades when D is sure."""
    return -jax.nn.softplus(fake_logits)


def wasserstein_critic_loss(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`E f(G(z)) - E f(x)`: minus the Wasserstein estimate (Arjovsky et al. 2017, equation 3)."""
    return jnp.mean(fake_logits) - jnp.mean(real_logits)


def raise_score_losses(real_logits: Logits, fake_logits: Logits) -> Losses:
    """`-f(G(z))`: the generator of the Wasserstein and the hinge games."""
    return -fake_logits


def hinge_loss(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`E max(0, 1 - f(x)) + E max(0, 1 + f(G(z)))` (Miyato et al. 2018, equation 16)."""
    return jnp.mean(jax.nn.relu(1 - real_logits)) + jnp.mean(jax.nn.relu(1 + fake_logits))


def least_squares_discriminator_loss(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`1/2 E (f(x) - 1)^2 + 1/2 E f(G(z))^2` (Mao et al. 2017, equation 9: a=0, b=c=1)."""
    return 0.5 * jnp.mean((real_logits - 1) ** 2) + 0.5 * jnp.mean(fake_logits**2)


def least_squares_generator_losses(real_logits: Logits, fake_logits: Logits) -> Losses:
    """`1/2 (f(G(z)) - 1)^2` (Mao et al. 2017, equation 9)."""
    return 0.5 * (fake_logits - 1) ** 2


def paired_discriminator_loss(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`E softplus(f(G(z)) - f(x))`: that the real one of each pair looks more real.

    Jolicoeur-Martineau 2018, section 4; the pairs are those of Huang et al. 2024, whose R3GAN
    adds R1 and R2 with one weight, which is halved in both as it is here.
    """
    return jnp.mean(jax.nn.softplus(fake_logits - real_logits))


def paired_generator_losses(real_logits: Logits, fake_logits: Logits) -> Losses:
    """`softplus(f(x) - f(G(z)))`: that the fake of each pair looks more real."""
    return jax.nn.softplus(real_logits - fake_logits)


def averaged_discriminator_loss(real_logits: Logits, fake_logits: Logits) -> Loss:
    """`E softplus(E f(G(z)) - f(x)) + E softplus(f(G(z)) - E f(x))`.

    Each point against the mean of the other kind: Jolicoeur-Martineau 2018, section 4. This is the
    paper's sum; in the author's code both players' losses are half of it.
    """
    real, fake = jnp.mean(real_logits), jnp.mean(fake_logits)
    return jnp.mean(jax.nn.softplus(fake - real_logits)) + jnp.mean(
        jax.nn.softplus(fake_logits - real)
    )


def averaged_generator_losses(real_logits: Logits, fake_logits: Logits) -> Losses:
    """`softplus(E f(x) - f(G(z))) + E softplus(f(x) - E f(G(z)))`: the same with sides changed."""
    real, fake = jnp.mean(real_logits), jnp.mean(fake_logits)
    return jax.nn.softplus(real - fake_logits) + jnp.mean(jax.nn.softplus(real_logits - fake))


def _from_outside(piece: Given) -> Objective:
    """One function of both batches' logits makes both players' losses; each takes its own."""

    def both(real: Logits, fake: Logits) -> tuple[Any, Any]:
        found = piece(real, fake)
        if not isinstance(found, tuple) or len(found) != 2:
            raise piece.wrong("must answer two losses: the discriminator's, and each fake's")
        return found

    def discriminator_loss(real: Logits, fake: Logits) -> Loss:
        return shaped(piece, both(real, fake)[0], (), "a single number as the first loss")

    def generator_losses(real: Logits, fake: Logits) -> Losses:
        return shaped(piece, both(real, fake)[1], fake.shape, "a loss for each fake as the second")

    return Objective(discriminator_loss, generator_losses)


OBJECTIVES: dict[str, Objective] = {
    "non_saturating": Objective(binary_cross_entropy, non_saturating_losses),
    "minimax": Objective(binary_cross_entropy, minimax_losses),
    "wasserstein": Objective(wasserstein_critic_loss, raise_score_losses),
    "hinge": Objective(hinge_loss, raise_score_losses),
    "least_squares": Objective(least_squares_discriminator_loss, least_squares_generator_losses),
    "relativistic_pairing": Objective(paired_discriminator_loss, paired_generator_losses),
    "relativistic_average": Objective(averaged_discriminator_loss, averaged_generator_losses),
}
"""The implementations of `ganrun.config`'s objectives, under the same names."""
OBJECTIVES = Implementations(OBJECTIVES, "objective", _from_outside)


def smoothed_cross_entropy(real_logits: Logits, smoothing: Loss) -> Loss:
    """What labels of `1 - smoothing` for real points add: `smoothing * E f(x)`.

    One-sided label smoothing (Salimans et al. 2016, section 3.4): the cross-entropy of a logit with
    that label is `softplus(-f) + smoothing * f`.
    """
    return smoothing * jnp.mean(real_logits)


def smoothed_least_squares(real_logits: Logits, smoothing: Loss) -> Loss:
    """The same: `1/2 (f - 1 + smoothing)^2 - 1/2 (f - 1)^2`, its mean."""
    return jnp.mean(smoothing * (real_logits - 1) + 0.5 * smoothing**2)


SMOOTHED: dict[str, Callable[[Logits, Loss], Loss]] = {
    "non_saturating": smoothed_cross_entropy,
    "minimax": smoothed_cross_entropy,
    "least_squares": smoothed_least_squares,
}
"""What label smoothing adds to the discriminator's loss, where the real points have a label."""
