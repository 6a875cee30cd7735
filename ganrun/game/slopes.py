"""What each player stands to gain: the losses on a fresh batch, and their slopes.

These are the atoms of a round, whatever its update rule makes of them. All are functions of both
players' layers, so that a rule may differentiate through them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from ganrun.config.pieces import OBJECTIVES as DECLARED_OBJECTIVES
from ganrun.game.latents import LATENTS
from ganrun.game.layers import Dropout
from ganrun.game.networks import Layers, Params, Vectors
from ganrun.game.objectives import OBJECTIVES, SMOOTHED
from ganrun.game.penalties import PENALTIES, Batch
from ganrun.game.players import (
    Forged,
    Game,
    Hyperparameters,
    Player,
    clipped,
    discriminate,
    discriminators_turn,
    draw_real,
    dropout_of,
    forge,
    see,
    step,
)

_REAL_FOR_GENERATOR, _PENALTIES_FOR_GENERATOR = 1 << 21, (1 << 21) + 1
"""Children of the generator's key: for the real points which its loss may need, and for penalties
where the generator foresees the discriminator's steps."""


class Forger(NamedTuple):
    """A generator that stands still, or is differentiated."""

    layers: Layers
    vectors: Vectors


def forger_of(game: Game, generator: Player) -> Forger:
    """The generator's parameters as layers."""
    return Forger(game.generator.unravel(generator.params), generator.vectors)


class Parts(NamedTuple):
    """What a discriminator's loss consists of, and the logits behind it."""

    objective: Float[Array, ""]
    penalty: Float[Array, ""]
    real_logits: Float[Array, " n"]
    fake_logits: Float[Array, " n"]


def both_logits(
    game: Game, layers: Layers, vectors: Vectors, batch: Batch, dropout: Dropout | None = None
) -> tuple[Float[Array, " n"], Float[Array, " n"]]:
    """The logits of a real and a fake batch; each is a batch of its own to who sees batches."""
    if game.discriminator.sees_batches:
        return (
            discriminate(game, layers, vectors, batch.real, dropout),
            discriminate(game, layers, vectors, batch.fake, dropout),
        )
    # One pass for both halves: half as many, twice as large matrix products.
    both = jnp.concatenate([batch.real, batch.fake])
    logits = discriminate(game, layers, vectors, both, dropout)
    return logits[: len(batch.real)], logits[len(batch.real) :]


def discriminator_objective(
    game: Game,
    hyper: Hyperparameters,
    real_logits: Float[Array, " n"],
    fake_logits: Float[Array, " n"],
) -> Float[Array, ""]:
    """What the discriminator minimises beside its penalties, of both batches' logits."""
    value = OBJECTIVES[game.objective].discriminator_loss(real_logits, fake_logits)
    if "training.label_smoothing" in game.present:
        smoothing = hyper.strengths["training.label_smoothing"]["value"]
        value += SMOOTHED[game.objective](real_logits, smoothing)
    return value


def discriminator_loss(
    game: Game,
    hyper: Hyperparameters,
    layers: Layers,
    vectors: Vectors,
    batch: Batch,
    dropout: Dropout | None = None,
) -> tuple[Float[Array, ""], Parts]:
    """What the discriminator minimises on a batch as it sees it, and what that consists of."""
    real_logits, fake_logits = both_logits(game, layers, vectors, batch, dropout)
    value = discriminator_objective(game, hyper, real_logits, fake_logits)
    penalty = jnp.float32(0)
    for i, name in enumerate(game.penalties):
        penalty += PENALTIES[name](
            lambda x: discriminate(game, layers, vectors, x, dropout),
            batch._replace(key=jax.random.fold_in(batch.key, i)),
            hyper.penalties[name],
        )
    return value + penalty, Parts(value, penalty, real_logits, fake_logits)


View = Float[Array, "7"]
"""What one discriminator step saw: loss, penalty, squared gradient norm, and four batch means."""


def blank_view() -> View:
    """Of no step at all."""
    return jnp.zeros(7, jnp.float32)


def view_of(game: Game, parts: Parts, slopes: Params) -> View:
    """A step's view."""
    threshold = DECLARED_OBJECTIVES[game.objective].decision_threshold
    real, fake = parts.real_logits, parts.fake_logits
    seen = [real, fake, real > threshold, fake < threshold]
    means = jnp.mean(jnp.stack([x.astype(jnp.float32) for x in seen]), axis=1)
    values = jnp.stack([parts.objective, parts.penalty, jnp.vdot(slopes, slopes)])
    return jnp.concatenate([values, means])


def discriminator_batch(
    game: Game, hyper: Hyperparameters, forger: Forger, key: PRNGKeyArray
) -> Batch:
    """What the discriminator sees in the step of that key: fresh real points and fresh fakes."""
    real_key, latent_key, penalty_key = jax.random.split(key, 3)
    real = draw_real(game, hyper, real_key, game.batch_size)
    fake = forge(game, forger.layers, forger.vectors, latent_key, game.batch_size).fake
    return Batch(
        see(game, hyper, real, key, real=True), see(game, hyper, fake, key, real=False), penalty_key
    )


class Pull(NamedTuple):
    """A player's slopes on a batch, its vectors after the pass, and what it saw."""

    slopes: Params
    vectors: Vectors
    seen: Any
    """The discriminator's `Parts`; the generator's loss."""


def discriminator_slopes(
    game: Game, hyper: Hyperparameters, forger: Forger, discriminator: Player, key: PRNGKeyArray
) -> Pull:
    """The discriminator's slopes on a fresh batch, against a generator as it stands."""
    batch = discriminator_batch(game, hyper, forger, key)
    return slopes_on(game, hyper, batch, dropout_of(game, hyper, key), discriminator)


def slopes_on(
    game: Game,
    hyper: Hyperparameters,
    batch: Batch,
    dropout: Dropout | None,
    discriminator: Player,
) -> Pull:
    """The discriminator's slopes on a batch as it sees it."""
    layers = game.discriminator.unravel(discriminator.params)
    # Where a rule differentiates a step, these stand still as they do within it.
    vectors = jax.lax.stop_gradient(game.discriminator.power_step(layers, discriminator.vectors))

    def loss(layers: Layers) -> tuple[Float[Array, ""], Parts]:
        return discriminator_loss(game, hyper, layers, vectors, batch, dropout)

    slopes, parts = jax.grad(loss, has_aux=True)(layers)
    return Pull(game.discriminator.ravel(slopes), vectors, parts)


def discriminator_step(
    game: Game, hyper: Hyperparameters, forger: Forger, discriminator: Player, key: PRNGKeyArray
) -> tuple[Player, View]:
    """One step of the discriminator on a fresh batch, against a generator that stands still."""
    found = discriminator_slopes(game, hyper, forger, discriminator, key)
    stepped = step(game, discriminators_turn(game, hyper), discriminator, found.slopes)
    stepped = clipped(hyper, stepped._replace(vectors=found.vectors))
    return stepped, view_of(game, found.seen, found.slopes)


class Shown(NamedTuple):
    """What the discriminator sees in the generator's step: one batch of each kind."""

    batch: Batch
    forged: Forged
    dropout: Dropout | None


def generator_batch(game: Game, hyper: Hyperparameters, forger: Forger, key: PRNGKeyArray) -> Shown:
    """Fresh fakes, and fresh real points, which the generator's loss may need."""
    forged = forge(game, forger.layers, forger.vectors, key, game.batch_size)
    fake = see(game, hyper, forged.fake, key, real=False)
    # Where the objective does not ask for them, XLA leaves the real points out.
    real = draw_real(game, hyper, jax.random.fold_in(key, _REAL_FOR_GENERATOR), game.batch_size)
    real_seen = see(game, hyper, real, key, real=True)
    batch = Batch(real_seen, fake, jax.random.fold_in(key, _PENALTIES_FOR_GENERATOR))
    return Shown(batch, forged, dropout_of(game, hyper, key))


def generator_loss(
    game: Game,
    hyper: Hyperparameters,
    forger: Forger,
    detective: Layers,
    vectors: Vectors,
    key: PRNGKeyArray,
) -> tuple[Float[Array, ""], Forged]:
    """What the generator minimises on a fresh batch, and that batch."""
    shown = generator_batch(game, hyper, forger, key)
    return loss_of_shown(game, hyper, forger, shown, detective, vectors), shown.forged


def loss_of_shown(
    game: Game,
    hyper: Hyperparameters,
    forger: Forger,
    shown: Shown,
    detective: Layers,
    vectors: Vectors,
) -> Float[Array, ""]:
    """What the generator minimises on a batch, as this discriminator takes it.

    The loss of each fake is by the objective alone; a latent that learns has a term of its own.
    """
    fake_logits = discriminate(game, detective, vectors, shown.batch.fake, shown.dropout)
    real_logits = discriminate(game, detective, vectors, shown.batch.real, shown.dropout)
    loss = loss_of_fakes(game, hyper, real_logits, fake_logits)
    term = LATENTS[game.generator.latent.name].term(
        forger.layers.get("latent", {}),
        shown.forged.latents,
        hyper.strengths.get("generator.latent", {}),
    )
    return loss if term is None else loss + term


def loss_of_fakes(
    game: Game,
    hyper: Hyperparameters,
    real_logits: Float[Array, " n"],
    fake_logits: Float[Array, " n"],
) -> Float[Array, ""]:
    """The objective's mean over the fakes that the generator learns from.

    All, or those that look most real: top-k training, Sinha et al. 2020, section 3. They let k fall
    by 1 % an epoch to its last value, here it falls in a line or at once. Of fakes that look as
    real as each other the first are heeded. The others have slopes of 0, also in an objective by
    which a fake's loss is of all fakes' logits.
    """
    losses_of = OBJECTIVES[game.objective].generator_losses
    if "training.top_k" not in game.present:
        return jnp.mean(losses_of(real_logits, fake_logits))
    fakes = len(fake_logits)
    share = hyper.strengths["training.top_k"]["share"]
    count = jnp.clip(jnp.round(share * fakes).astype(jnp.int32), 1, fakes)
    # By rank: a logit that is computed once to be sorted and once to be compared may differ from
    # itself in its last bit, and then nobody would be heeded.
    order = jnp.argsort(-jax.lax.stop_gradient(fake_logits))
    heeded = jnp.argsort(order) < count
    seen = jnp.where(heeded, fake_logits, jax.lax.stop_gradient(fake_logits))
    losses = jnp.where(heeded, losses_of(real_logits, seen), 0.0)
    return jnp.sum(losses) / count.astype(losses.dtype)


def generator_slopes(
    game: Game,
    hyper: Hyperparameters,
    forger: Forger,
    discriminator: Player,
    key: PRNGKeyArray,
) -> Pull:
    """The generator's slopes on a fresh batch, against a discriminator that stands still."""
    detective = game.discriminator.unravel(discriminator.params)
    vectors = game.generator.power_step(forger.layers, forger.vectors)

    def loss(layers: Layers) -> tuple[Float[Array, ""], Forged]:
        return generator_loss(
            game, hyper, Forger(layers, vectors), detective, discriminator.vectors, key
        )

    return generator_pull(game, forger, loss)


def generator_pull(
    game: Game, forger: Forger, loss: Callable[[Layers], tuple[Float[Array, ""], Forged]]
) -> Pull:
    """The slopes of a loss of the generator's layers, which also returns the batch of fakes."""
    (value, forged), slopes = jax.value_and_grad(loss, has_aux=True)(forger.layers)
    return Pull(game.generator.ravel(slopes), forged.vectors, value)
