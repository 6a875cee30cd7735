"""The two players and what they show each other: fakes, and what the discriminator makes of them.

Everything here is for one GAN and pure. What is fixed in a compiled game is `Game`; what is data to
it, `Hyperparameters`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, UInt

from ganrun.config.company import COMPANIES
from ganrun.config.metrics import ROUND_METRICS
from ganrun.config.pieces import OPTIMIZERS as DECLARED_OPTIMIZERS
from ganrun.game.chosen import ALTERNATING, CONSTANT, FRESH, Chosen
from ganrun.game.latents import LATENTS
from ganrun.game.layers import Dropout
from ganrun.game.networks import Layers, Network, Params, Vectors
from ganrun.game.optimizers import OPTIMIZERS, Optimizer
from ganrun.game.randomness import Stream, round_key
from ganrun.game.targets import Target, sample_target

Strengths = dict[str, dict[str, Float[Array, ""]]]


@dataclass(frozen=True, kw_only=True)
class Game:
    """All that is compiled into a round: members whose games are equal share one program."""

    generator: Network
    discriminator: Network
    objective: str
    penalties: tuple[str, ...]
    optimizer: str
    schedule: Chosen = CONSTANT
    updates: Chosen = ALTERNATING
    batch_size: int
    packing: int = 1
    """How many points the discriminator sees at once, as one input."""
    data: Chosen = FRESH
    present: frozenset[str] = frozenset()
    """The optional fields of the config that this game makes use of, by their dotted names."""

    @property
    def latent_dim(self) -> int:
        """Number of latent coordinates `Z`."""
        return self.generator.inputs

    @property
    def averages(self) -> bool:
        """Whether a moving average of the generator is kept beside it."""
        return "generator.average" in self.present


class Descent(NamedTuple):
    """The numbers by which one player descends; an optimizer uses those that it declares."""

    learning_rate: Float[Array, ""]
    b1: Float[Array, ""]
    b2: Float[Array, ""]
    decay: Float[Array, ""]
    eps: Float[Array, ""]
    weight_decay: Float[Array, ""]


class Hyperparameters(NamedTuple):
    """All that is data to a round: it may differ between members of one program."""

    seed: UInt[Array, ""]
    discriminator_steps: Int[Array, ""]
    generator: Descent
    discriminator: Descent
    weight_clip: Float[Array, ""]
    """Bound on the discriminator's weights after each of its steps; infinite for none."""
    penalties: dict[str, dict[str, Float[Array, ""]]]
    strengths: Strengths
    """The numbers of all other pieces, by the dotted field that chose them; of a field that is one
    number, `value`."""
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
    memory: Any = ()
    """What the update rule keeps from round to round."""
    average: Any = ()
    """The moving average of the generator's parameters, where there is one."""


def optimizer_of(game: Game, descent: Descent) -> Optimizer:
    """The optimizer of a player, with the numbers that it uses."""
    uses = DECLARED_OPTIMIZERS[game.optimizer].uses
    return OPTIMIZERS[game.optimizer](**{name: getattr(descent, name) for name in uses})


class Turn(NamedTuple):
    """A player about to move: how far each weight goes per unit of the optimizer's update."""

    descent: Descent
    rates: Float[Array, "..."]


def generators_turn(game: Game, hyper: Hyperparameters) -> Turn:
    """A latent that learns does so at a rate of its own, in units of the generator's."""
    descent = hyper.generator
    numbers = hyper.strengths.get("generator.latent", {})
    if "rate" not in numbers:
        return Turn(descent, descent.learning_rate)

    def factor(path: Any, shape: Any) -> Array:
        own = path[0].key == "latent"
        return jnp.broadcast_to(numbers["rate"] if own else jnp.float32(1), shape.shape)

    factors = jax.tree.map_with_path(factor, game.generator.shapes)
    return Turn(descent, descent.learning_rate * game.generator.ravel(factors))


def discriminators_turn(game: Game, hyper: Hyperparameters) -> Turn:
    """All of the discriminator moves at one rate."""
    return Turn(hyper.discriminator, hyper.discriminator.learning_rate)


def update_of(game: Game, turn: Turn, player: Player, slopes: Params) -> tuple[Params, Any]:
    """The optimizer's update down these slopes, in units of the rates, and its state after."""
    transform = optimizer_of(game, turn.descent).transform
    return transform.update(slopes, player.opt_state, player.params)


def step(game: Game, turn: Turn, player: Player, slopes: Params) -> Player:
    """The player after one step of its optimizer down these slopes."""
    updates, opt_state = update_of(game, turn, player, slopes)
    return player._replace(params=player.params - turn.rates * updates, opt_state=opt_state)


def clipped(hyper: Hyperparameters, discriminator: Player) -> Player:
    """The discriminator with every weight within the clip."""
    params = jnp.clip(discriminator.params, -hyper.weight_clip, hyper.weight_clip)
    return discriminator._replace(params=params)


def initial_players(game: Game, hyper: Hyperparameters) -> tuple[Player, Player]:
    """Two untrained networks; their weights depend on the seed and the game alone."""

    def player(network: Network, descent: Descent, stream: Stream) -> Player:
        params, vectors = network.initialize(round_key(hyper.seed, stream, 0))
        return Player(params, optimizer_of(game, descent).transform.init(params), vectors)

    return (
        player(game.generator, hyper.generator, Stream.GENERATOR_INIT),
        player(game.discriminator, hyper.discriminator, Stream.DISCRIMINATOR_INIT),
    )


# Fakes and real points


def draw_latents(game: Game, layers: Layers, key: PRNGKeyArray, count: int) -> Array:
    """So many fresh latent points `[N, Z]`."""
    learned = layers.get("latent", {})
    return LATENTS[game.generator.latent.name].draw(learned, key, count, game.latent_dim)


def generate(
    game: Game, layers: Layers, vectors: Vectors, key: PRNGKeyArray, count: int
) -> Float[Array, "N 2"]:
    """Fakes from fresh latent points, as they are measured: with running statistics."""
    return game.generator.apply(layers, vectors, draw_latents(game, layers, key, count))


def sampled(game: Game, generator: Player, key: PRNGKeyArray, count: int) -> Float[Array, "N 2"]:
    """So many samples of a generator, as it is measured."""
    layers = game.generator.unravel(generator.params)
    return generate(game, layers, generator.vectors, key, count)


_FAR = 10.0
"""Farther out than a normal number of float32 is ever drawn."""


def fakes_stay_finite(game: Game, generator: Player) -> Bool[Array, ""]:
    """Whether a generator's samples are finite as they are measured, whatever the latent point.

    Also after one more batch, by which a running variance falls to 0.9 of itself at most: what a
    norm passes on grows by less than a fifth.
    """
    layers = game.generator.unravel(generator.params)
    learned = [jnp.max(jnp.abs(x)) for x in jax.tree.leaves(layers.get("latent", {}))]
    size = _FAR * (1 + sum(learned, jnp.float32(0)))
    most = game.generator.bound(layers, generator.vectors, size)
    return jnp.all(jnp.isfinite(most * 1.2 ** len(game.generator.hidden)))


_STANDING_BATCHES = 64


def standing(game: Game, generator: Player, key: PRNGKeyArray) -> Player:
    """A generator of weights that nobody played with, as it is measured.

    Batch norm's running statistics are of the weights that were played with: others get their own,
    from batches that are made for that alone (the standing statistics of Brock et al. 2019).
    """
    if game.generator.norm != "batch":
        return generator
    layers = game.generator.unravel(generator.params)

    def next_batch(i: Array, vectors: Vectors) -> Vectors:
        return forge(game, layers, vectors, jax.random.fold_in(key, i), game.batch_size).vectors

    vectors = jax.lax.fori_loop(0, _STANDING_BATCHES, next_batch, generator.vectors)
    return generator._replace(vectors=vectors)


class Forged(NamedTuple):
    """A batch of fakes as its generator learns from it."""

    fake: Float[Array, "B 2"]
    latents: Float[Array, "B Z"]
    vectors: Vectors


def forge(game: Game, layers: Layers, vectors: Vectors, key: PRNGKeyArray, count: int) -> Forged:
    """Fakes from fresh latent points, as they are played with: with the batch's own statistics."""
    latents = draw_latents(game, layers, key, count)
    fake, after = game.generator.train(layers, vectors, latents)
    return Forged(fake, latents, after)


def draw_real(
    game: Game, hyper: Hyperparameters, key: PRNGKeyArray, count: int
) -> Float[Array, "N 2"]:
    """Real points: fresh ones, or some of a pool, with replacement.

    The pool is never stored: its points are numbered, and a number and the seed make a point.
    """
    return DATA[game.data.name](hyper, key, count)


def fresh(hyper: Hyperparameters, key: PRNGKeyArray, count: int) -> Float[Array, "N 2"]:
    """Points that nobody has seen."""
    return sample_target(key, hyper.target, count)


def pool(hyper: Hyperparameters, key: PRNGKeyArray, count: int) -> Float[Array, "N 2"]:
    """Points of a fixed set of `size`."""
    size = hyper.strengths["training.data"]["size"].astype(jnp.int32)
    which = jax.random.randint(key, (count,), 0, size)
    of_pool = round_key(hyper.seed, Stream.POOL, 0)
    keys = jax.vmap(lambda number: jax.random.fold_in(of_pool, number))(which)
    return jax.vmap(lambda one: sample_target(one, hyper.target, 1)[0])(keys)


DATA = {"fresh": fresh, "pool": pool}
"""The implementations of `ganrun.config`'s kinds of data, under the same names."""


# What the discriminator sees

# Children of a step's key, beside those that its batches are drawn with.
_NOISE_REAL, _NOISE_FAKE, _DROPOUT = 1 << 20, (1 << 20) + 1, (1 << 20) + 2

Seen = Float[Array, "n i"]
"""Inputs of the discriminator: points or packs of points, with noise on them if there is any."""


def see(
    game: Game, hyper: Hyperparameters, points: Float[Array, "B 2"], key: PRNGKeyArray, real: bool
) -> Seen:
    """What the discriminator sees of a batch; the key is that of the step it is part of."""
    return packed(game, blurred(game, hyper, points, key, real))


def blurred(
    game: Game, hyper: Hyperparameters, points: Float[Array, "B 2"], key: PRNGKeyArray, real: bool
) -> Float[Array, "B 2"]:
    """The points with the game's noise on them, if there is any."""
    if "training.instance_noise" not in game.present:
        return points
    std = hyper.strengths["training.instance_noise"]["std"]
    noise_key = jax.random.fold_in(key, _NOISE_REAL if real else _NOISE_FAKE)
    return points + std * jax.random.normal(noise_key, points.shape)


def packed(game: Game, points: Float[Array, "B 2"]) -> Seen:
    """The points in packs of `packing`, in their order (Lin et al. 2018, section 3)."""
    if game.packing == 1:
        return points
    return points.reshape(-1, game.packing * points.shape[-1])


def dropout_of(game: Game, hyper: Hyperparameters, key: PRNGKeyArray) -> Dropout | None:
    """Which of the discriminator's units are silent in a step, by the step's key."""
    if "discriminator.dropout" not in game.present:
        return None
    rate = hyper.strengths["discriminator.dropout"]["value"]
    return Dropout(rate, jax.random.fold_in(key, _DROPOUT))


def discriminate(
    game: Game, layers: Layers, vectors: Vectors, seen: Seen, dropout: Dropout | None = None
) -> Float[Array, " n"]:
    """The discriminator's logit of each input, all of which are one batch."""
    return game.discriminator.train(layers, vectors, seen, dropout)[0][:, 0]


def in_batches(
    game: Game, layers: Layers, vectors: Vectors, points: Float[Array, "N 2"]
) -> Float[Array, " n"]:
    """The logits of many points, each seen as in training: in packs, and in batches of the game's.

    There must be `whole_batches` of them.
    """
    seen = packed(game, points)
    if not game.discriminator.sees_batches:
        return discriminate(game, layers, vectors, seen)
    size = min(game.batch_size // game.packing, len(seen))
    batches = seen.reshape(-1, size, seen.shape[-1])
    return jax.vmap(lambda batch: discriminate(game, layers, vectors, batch))(batches).ravel()


def whole_batches(game: Game, points: int) -> int:
    """About so many points as can be seen in whole packs and, where it matters, whole batches."""
    unit = game.batch_size if game.discriminator.sees_batches else game.packing
    return points - points % min(unit, points - points % game.packing)


def company_needed(game: Game) -> int:
    """How many fakes `field_at` wants beside the points; 0 where each input is a point alone."""
    others = game.batch_size - game.packing if game.discriminator.sees_batches else 0
    return COMPANIES * (game.packing - 1) + others


def field_at(
    game: Game,
    discriminator: Player,
    points: Float[Array, "N 2"],
    company: Float[Array, "C 2"],
) -> Float[Array, " N"]:
    """The discriminator's logit at each point, as one looks at it.

    Where it sees several points at once, a point is seen as one more fake is: in the company of
    fakes, `company_needed` of them. The first of these share packs with it, and the mean is taken
    over `COMPANIES` packs, in which it has one place after the other; the rest fill its batch.
    """
    layers = game.discriminator.unravel(discriminator.params)
    used = COMPANIES * (game.packing - 1)
    others = packed(game, company[used:]) if game.discriminator.sees_batches else None
    if game.packing == 1:
        return game.discriminator.apply(layers, discriminator.vectors, points, others)[:, 0]
    partners = company[:used].reshape(COMPANIES, -1)
    packs = [_joined(points, beside, i % game.packing) for i, beside in enumerate(partners)]
    seen = jnp.concatenate(packs)
    logits = game.discriminator.apply(layers, discriminator.vectors, seen, others)[:, 0]
    return jnp.mean(logits.reshape(COMPANIES, -1), axis=0)


def _joined(points: Float[Array, "N 2"], partners: Float[Array, " p"], place: int) -> Seen:
    """A pack for each point, in which the same partners stand before and after its place."""
    beside = jnp.broadcast_to(partners, (len(points), len(partners)))
    before = points.shape[1] * place
    return jnp.concatenate([beside[:, :before], points, beside[:, before:]], axis=1)


def blank_trace() -> Trace:
    """Of a game that has not begun."""
    return jnp.full(len(ROUND_METRICS), jnp.nan, jnp.float32)
