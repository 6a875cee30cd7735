"""One round of the game, and the state that it moves.

A round is `discriminator_steps` discriminator steps and one generator step. Everything here is for
one GAN and pure; `population.py` repeats it over rounds and members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, UInt

from ganrun.config import pieces
from ganrun.config.metrics import ROUND_METRICS
from ganrun.game.networks import Layers, Network, Params, Vectors
from ganrun.game.objectives import OBJECTIVES
from ganrun.game.optimizers import OPTIMIZERS, Optimizer
from ganrun.game.penalties import PENALTIES, Batch
from ganrun.game.randomness import Stream, round_key
from ganrun.game.targets import Target, sample_target


@dataclass(frozen=True, kw_only=True)
class Game:
    """All that is compiled into a round: members whose games are equal share one program."""

    generator: Network
    discriminator: Network
    objective: str
    penalties: tuple[str, ...]
    optimizer: str
    batch_size: int
    simultaneous: bool

    @property
    def latent_dim(self) -> int:
        """Number of latent coordinates `Z`."""
        return self.generator.inputs


class Hyperparameters(NamedTuple):
    """All that is data to a round: it may differ between members of one program."""

    seed: UInt[Array, ""]
    discriminator_steps: Int[Array, ""]
    learning_rate_g: Float[Array, ""]
    learning_rate_d: Float[Array, ""]
    b1: Float[Array, ""]
    b2: Float[Array, ""]
    decay: Float[Array, ""]
    eps: Float[Array, ""]
    weight_clip: Float[Array, ""]
    """Bound on the discriminator's weights after each of its steps; infinite for none."""
    penalties: dict[str, dict[str, Float[Array, ""]]]
    target: Target


class Player(NamedTuple):
    """One network while it learns."""

    params: Params
    opt_state: Any
    vectors: Vectors


Trace = Float[Array, " trace"]
"""What the latest round looked like, in the order of `ROUND_METRICS`.

The discriminator's are of its last step in the round; `loss_d` is the objective alone, without
penalties; `accuracy_d` is the share of the batch that it calls by its right name, NaN for a critic.
"""


class TrainingState(NamedTuple):
    """A GAN between two rounds: enough to go on from, bit for bit."""

    round: Int[Array, ""]
    """Rounds completed."""
    diverged_at: Int[Array, ""]
    """The round (counted from 1) whose result was not finite; 0 while there was none."""
    generator: Player
    discriminator: Player
    trace: Trace


def optimizer_of(game: Game, hyper: Hyperparameters) -> Optimizer:
    """The optimizer of both players, with the numbers that it uses."""
    uses = pieces.OPTIMIZERS[game.optimizer].uses
    return OPTIMIZERS[game.optimizer](**{name: getattr(hyper, name) for name in uses})


def step(
    game: Game, hyper: Hyperparameters, player: Player, grads: Params, rate: Float[Array, ""]
) -> Player:
    """The player after one step of its optimizer down these slopes."""
    updates, opt_state = optimizer_of(game, hyper).transform.update(grads, player.opt_state)
    return player._replace(params=player.params - rate * updates, opt_state=opt_state)


def initial_state(game: Game, hyper: Hyperparameters) -> TrainingState:
    """Two untrained networks; their weights depend on the seed and the game alone."""

    def player(network: Network, stream: Stream) -> Player:
        params, vectors = network.initialize(round_key(hyper.seed, stream, 0))
        return Player(params, optimizer_of(game, hyper).transform.init(params), vectors)

    return TrainingState(
        round=jnp.int32(0),
        diverged_at=jnp.int32(0),
        generator=player(game.generator, Stream.GENERATOR_INIT),
        discriminator=player(game.discriminator, Stream.DISCRIMINATOR_INIT),
        trace=jnp.full(len(ROUND_METRICS), jnp.nan, jnp.float32),
    )


def generate(game: Game, layers: Layers, key: PRNGKeyArray, count: int) -> Float[Array, "N 2"]:
    """Fakes from `count` fresh latent points, which are standard normal."""
    latents = jax.random.normal(key, (count, game.latent_dim))
    return game.generator.apply(layers, {}, latents)


def discriminate(
    game: Game, layers: Layers, vectors: Vectors, points: Float[Array, "N 2"]
) -> Float[Array, " N"]:
    """The discriminator's logit at each point."""
    return game.discriminator.apply(layers, vectors, points)[:, 0]


_Parts = tuple[Float[Array, ""], Float[Array, ""], Float[Array, " N"]]


def discriminator_loss(
    game: Game, hyper: Hyperparameters, layers: Layers, vectors: Vectors, batch: Batch
) -> tuple[Float[Array, ""], _Parts]:
    """What the discriminator minimises; and the objective alone, the penalties, and the logits.

    The logits are those of the real points, then those of the fakes.
    """
    # One pass for both halves: half as many, twice as large matrix products.
    logits = discriminate(game, layers, vectors, jnp.concatenate([batch.real, batch.fake]))
    count = len(batch.real)
    real_logits, fake_logits = logits[:count], logits[count:]
    value = OBJECTIVES[game.objective].discriminator_loss(real_logits, fake_logits)
    penalty = jnp.float32(0)
    for i, name in enumerate(game.penalties):
        penalty += PENALTIES[name](
            lambda x: discriminate(game, layers, vectors, x),
            batch._replace(key=jax.random.fold_in(batch.key, i)),
            hyper.penalties[name],
        )
    return value + penalty, (value, penalty, logits)


# What one discriminator step saw: loss, penalty, squared gradient norm, and four batch means.
View = Float[Array, "7"]


def discriminator_step(
    game: Game,
    hyper: Hyperparameters,
    forger: Layers,
    discriminator: Player,
    key: PRNGKeyArray,
) -> tuple[Player, View]:
    """One step of the discriminator on a fresh batch, against a generator that stands still."""
    real_key, latent_key, penalty_key = jax.random.split(key, 3)
    real = sample_target(real_key, hyper.target, game.batch_size)
    fake = generate(game, forger, latent_key, game.batch_size)
    layers = game.discriminator.unravel(discriminator.params)
    vectors = game.discriminator.power_step(layers, discriminator.vectors)

    def loss(layers: Layers) -> tuple[Float[Array, ""], _Parts]:
        batch = Batch(real, fake, penalty_key)
        return discriminator_loss(game, hyper, layers, vectors, batch)

    slopes, (value, penalty, logits) = jax.grad(loss, has_aux=True)(layers)
    grads = game.discriminator.ravel(slopes)
    stepped = step(game, hyper, discriminator, grads, hyper.learning_rate_d)
    params = jnp.clip(stepped.params, -hyper.weight_clip, hyper.weight_clip)
    real_logits, fake_logits = logits[: game.batch_size], logits[game.batch_size :]
    threshold = pieces.OBJECTIVES[game.objective].decision_threshold
    seen = [real_logits, fake_logits, real_logits > threshold, fake_logits < threshold]
    means = jnp.mean(jnp.stack([x.astype(jnp.float32) for x in seen]), axis=1)
    view = jnp.concatenate([jnp.stack([value, penalty, jnp.vdot(grads, grads)]), means])
    return Player(params, stepped.opt_state, vectors), view


def generator_gradient(
    game: Game, forger: Layers, discriminator: Player, key: PRNGKeyArray
) -> tuple[Float[Array, ""], Params]:
    """The generator's loss on a fresh batch, and its slopes."""
    detective = game.discriminator.unravel(discriminator.params)

    def loss(layers: Layers) -> Float[Array, ""]:
        fake = generate(game, layers, key, game.batch_size)
        logits = discriminate(game, detective, discriminator.vectors, fake)
        return OBJECTIVES[game.objective].generator_loss(logits)

    value, slopes = jax.value_and_grad(loss)(forger)
    return value, game.generator.ravel(slopes)


def play_round(game: Game, hyper: Hyperparameters, state: TrainingState) -> TrainingState:
    """One round: what comes out is not checked for being finite.

    Alternating updates let the generator answer the discriminator as the round's steps have left
    it. Simultaneous ones take its gradient against the discriminator as it was before the last of
    those steps, so that with one step both players move from the same point.
    """
    round_ = state.round + 1
    key = round_key(hyper.seed, Stream.ROUND, round_)
    generator_key = jax.random.fold_in(key, 0)
    forger = game.generator.unravel(state.generator.params)

    def next_step(i: Array | np.integer, carry: Any) -> Any:
        discriminator, _ = carry
        return discriminator_step(
            game, hyper, forger, discriminator, jax.random.fold_in(key, i + 1)
        )

    blank = jnp.zeros(7, jnp.float32)
    steps = hyper.discriminator_steps
    if game.simultaneous:
        before, view = jax.lax.fori_loop(0, steps - 1, next_step, (state.discriminator, blank))
        loss_g, grads = generator_gradient(game, forger, before, generator_key)
        discriminator, view = next_step(steps - 1, (before, view))
    else:
        discriminator, view = jax.lax.fori_loop(0, steps, next_step, (state.discriminator, blank))
        loss_g, grads = generator_gradient(game, forger, discriminator, generator_key)
    generator = step(game, hyper, state.generator, grads, hyper.learning_rate_g)
    trace = trace_of(game, view, loss_g, jnp.vdot(grads, grads))
    return TrainingState(round_, state.diverged_at, generator, discriminator, trace)


def trace_of(
    game: Game, view: View, loss_g: Float[Array, ""], squared_norm_g: Float[Array, ""]
) -> Trace:
    """The round's numbers in the order of `ROUND_METRICS`."""
    loss_d, penalty, squared_norm_d, real_logit, fake_logit, real_right, fake_right = view
    decides = pieces.OBJECTIVES[game.objective].undecided is not None
    accuracy = (real_right + fake_right) / 2 if decides else jnp.float32(jnp.nan)
    norm_d, norm_g = jnp.sqrt(squared_norm_d), jnp.sqrt(squared_norm_g)
    values = {
        "loss_d": loss_d,
        "loss_g": loss_g,
        "real_logit": real_logit,
        "fake_logit": fake_logit,
        "accuracy_d": accuracy,
        "grad_norm_d": norm_d,
        "grad_norm_g": norm_g,
        "penalty": penalty,
    }
    return jnp.stack([values[name] for name in ROUND_METRICS])


def is_finite(state: TrainingState) -> Bool[Array, ""]:
    """Whether every number in both players and both losses is finite.

    A sum of tiny multiples is finite exactly if every term is: it cannot overflow. One such sum
    over all vectors of a player costs far less than a reduction over `isfinite` for each.
    """
    trace = dict(zip(ROUND_METRICS, state.trace, strict=True))
    total = 1e-30 * trace["loss_d"] + 1e-30 * trace["loss_g"] + 1e-30 * trace["penalty"]
    for player in (state.generator, state.discriminator):
        by_length: dict[tuple[int, ...], Array] = {}
        for x in jax.tree.leaves(player):
            if jnp.issubdtype(x.dtype, jnp.floating):
                by_length[x.shape] = by_length.get(x.shape, 0.0) + 1e-30 * x
        total += sum(jnp.sum(x) for x in by_length.values())
    return jnp.isfinite(total)


def play_until(
    game: Game, hyper: Hyperparameters, state: TrainingState, stop: Int[Array, ""]
) -> TrainingState:
    """Play until `stop` rounds are completed, or stop for good where the game diverges.

    A member whose new state or loss is not finite keeps its last finite state, and that round is
    its `diverged_at`. The bound is data, so one program serves chunks of every length.
    """

    def more(state: TrainingState) -> Bool[Array, ""]:
        return (state.round < stop) & (state.diverged_at == 0)

    def body(state: TrainingState) -> TrainingState:
        new = play_round(game, hyper, state)
        finite = is_finite(new)
        kept: TrainingState = jax.tree.map(lambda n, o: jnp.where(finite, n, o), new, state)
        return kept._replace(diverged_at=jnp.where(finite, 0, new.round))

    return jax.lax.while_loop(more, body, state)
