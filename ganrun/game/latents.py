"""What a generator's inputs are drawn from; some of it learns with the generator.

A latent that is connected, such as a normal one, has a connected image: between two modes the
generator must paint a bridge. A mixture or a cloud of points need not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, PRNGKeyArray

from ganrun.config.outside import Given
from ganrun.game.chosen import Chosen
from ganrun.game.outside import Implementations, shaped

Learned = Mapping[str, Array]
"""A latent's own parameters, by name."""
Strengths = Mapping[str, Float[Array, ""]]
"""Its traced numbers."""


def _nothing(piece: Chosen, dimensions: int, rngs: nnx.Rngs) -> Learned:
    return {}


def _no_term(learned: Learned, latents: Float[Array, "N Z"], strengths: Strengths) -> None:
    return None


class Latent(NamedTuple):
    """One way to draw latent points."""

    draw: Callable[[Learned, PRNGKeyArray, int, int], Float[Array, "N Z"]]
    """Of what was learned, a key, how many points and of how many dimensions."""
    initialize: Callable[[Chosen, int, nnx.Rngs], Learned] = _nothing
    """Of the piece's numbers, the dimensions, and where keys come from."""
    term: Callable[[Learned, Float[Array, "N Z"], Strengths], Any] = _no_term
    """What is added to the generator's loss, of a batch that was drawn; None for nothing."""
    quantile: Callable[[Array], Array] | None = None
    """The number below which a share of any one coordinate lies, of that share; None where the
    coordinates are not drawn one by one and alike."""


def normal(learned: Learned, key: PRNGKeyArray, count: int, dimensions: int) -> Any:
    """Standard normal points."""
    return jax.random.normal(key, (count, dimensions))


def uniform(learned: Learned, key: PRNGKeyArray, count: int, dimensions: int) -> Any:
    """Points of the cube [-1, 1]^Z."""
    return jax.random.uniform(key, (count, dimensions), minval=-1.0, maxval=1.0)


def begin_mixture(piece: Chosen, dimensions: int, rngs: nnx.Rngs) -> Learned:
    """As the authors' two-dimensional game: means uniform in [-1, 1], standard deviations 0.02."""
    shape = (piece.whole("components"), dimensions)
    means = jax.random.uniform(rngs.params(), shape, minval=-1.0, maxval=1.0)
    return {"means": means, "sigmas": jnp.full(shape, 0.02)}


def mixture(learned: Learned, key: PRNGKeyArray, count: int, dimensions: int) -> Any:
    """DeliGAN's mixture: `z = mu_i + sigma_i eps`, `i` uniform (Gurumurthy et al. 2017, eq. 5)."""
    which_key, noise_key = jax.random.split(key)
    which = jax.random.randint(which_key, (count,), 0, len(learned["means"]))
    noise = jax.random.normal(noise_key, (count, dimensions))
    return learned["means"][which] + learned["sigmas"][which] * noise


def mixture_term(learned: Learned, latents: Any, strengths: Strengths) -> Float[Array, ""]:
    """`pull * mean (1 - sigma)^2`, which keeps the components from shrinking to points."""
    return strengths["pull"] * jnp.mean((1 - learned["sigmas"]) ** 2)


def begin_particles(piece: Chosen, dimensions: int, rngs: nnx.Rngs) -> Learned:
    """Standard normal points."""
    return {"points": jax.random.normal(rngs.params(), (piece.whole("count"), dimensions))}


def particles(learned: Learned, key: PRNGKeyArray, count: int, dimensions: int) -> Any:
    """ParticleGAN's cloud: each draw is one of the learned points."""
    return learned["points"][jax.random.randint(key, (count,), 0, len(learned["points"]))]


def particles_term(learned: Learned, latents: Any, strengths: Strengths) -> Float[Array, ""]:
    """`spread` times what a batch lacks of a std of 1, and its covariances, squared.

    ParticleGAN's terms of variance and covariance, but that a point drawn twice counts twice.
    """
    centred = latents - jnp.mean(latents, axis=0, keepdims=True)
    count, dimensions = latents.shape
    freedom = max(count - 1, 1)
    stds = jnp.sqrt(jnp.sum(centred**2, axis=0) / freedom + 1e-4)
    covariance = centred.T @ centred / freedom
    off_diagonal = covariance * (1 - jnp.eye(dimensions))
    lacking = jnp.mean(jax.nn.relu(1 - stds)) + jnp.sum(off_diagonal**2) / dimensions
    return strengths["spread"] * lacking


def _from_outside(piece: Given) -> Latent:
    def draw(learned: Learned, key: PRNGKeyArray, count: int, dimensions: int) -> Any:
        shape = (count, dimensions)
        return shaped(piece, piece(key, count, dimensions), shape, f"points {[*shape]}")

    return Latent(draw)


LATENTS: dict[str, Latent] = {
    "normal": Latent(normal, quantile=jax.scipy.special.ndtri),
    "uniform": Latent(uniform, quantile=lambda share: 2 * share - 1),
    "mixture": Latent(mixture, begin_mixture, mixture_term),
    "particles": Latent(particles, begin_particles, particles_term),
}
"""The implementations of `ganrun.config`'s latents, under the same names."""
LATENTS = Implementations(LATENTS, "latent", _from_outside)
