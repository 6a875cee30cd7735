"""Noise to notes: a net in the space of the latents, and where a generator lays it in the plane.

The meshes hold equal shares of what is drawn, so that the image shows where forgeries are many (the
meshes are small) and where few (they are pulled long: a bridge between two modes).
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from ganrun.game.latents import LATENTS
from ganrun.game.players import Game, Player

CENTRAL = 0.98
"""The share of a latent coordinate that the net spans, around its middle."""


def latent_net(game: Game, side: int) -> Float[Array, "L M Z"] | None:
    """A net of `side` lines each way over the first two latent coordinates; the others are 0.

    The first index runs along the first coordinate; of a latent with one, `M` is 1. None where the
    latents are no product of coordinates that are drawn alike, such as a mixture.
    """
    quantile = LATENTS[game.generator.latent.name].quantile
    if quantile is None:
        return None
    ticks = quantile(jnp.linspace((1 - CENTRAL) / 2, (1 + CENTRAL) / 2, side))
    across = ticks if game.latent_dim > 1 else ticks[:1]
    net = jnp.zeros((side, len(across), game.latent_dim)).at[:, :, 0].set(ticks[:, None])
    return net.at[:, :, 1].set(across) if game.latent_dim > 1 else net


def manifold(game: Game, generator: Player, side: int) -> Float[Array, "L M 2"] | tuple[()]:
    """The generator's image of `latent_net`, as it is measured; nothing where there is no net."""
    net = latent_net(game, side)
    if net is None:
        return ()
    layers = game.generator.unravel(generator.params)
    points = net.reshape(-1, game.latent_dim)
    image = game.generator.apply(layers, generator.vectors, points)
    return image.reshape(*net.shape[:2], 2)
