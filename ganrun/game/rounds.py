"""One round of the game, and the state that it moves.

A round is `discriminator_steps` discriminator steps and one generator step. Everything here is for
one GAN and pure; `population.py` repeats it over rounds and members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray, UInt

from ganrun.game.networks import Network, Params, Vectors
from ganrun.game.objectives import OBJECTIVES
from ganrun.game.penalties import PENALTIES
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
    weight_clip: Float[Array, ""]
    """Bound on the discriminator's weights after each of its steps; infinite for none."""
    penalties: dict[str, dict[str, Float[Array, ""]]]
    target: Target


class Player(NamedTuple):
    """One network while it learns."""

    params: Params
    opt_state: Any
    vectors: Vectors


class Trace(NamedTuple):
    """What the latest round looked like; discriminator values are of its last step in the round."""

    loss_d: Float[Array, ""]
    """The objective alone, without penalties."""
    loss_g: Float[Array, ""]
    real_logit: Float[Array, ""]
    fake_logit: Float[Array, ""]
    accuracy_d: Float[Array, ""]
    """Share of the batch that the discriminator calls by its right name; NaN for a critic."""
    grad_norm_d: Float[Array, ""]
    grad_norm_g: Float[Array, ""]
    penalty: Float[Array, ""]


class TrainingState(NamedTuple):
    """A GAN between two rounds: enough to go on from, bit for bit."""

    round: Int[Array, ""]
    """Rounds completed."""
    diverged_at: Int[Array, ""]
    """The round (counted from 1) whose result was not finite; 0 while there was none."""
    generator: Player
    discriminator: Player
    trace: Trace


def _optimizer(name: str, hyper: Hyperparameters) -> optax.GradientTransformation:
    if name == "adam":
        return optax.scale_by_adam(b1=hyper.b1, b2=hyper.b2, eps=1e-8)
    if name == "rmsprop":
        return optax.scale_by_rms(decay=hyper.b2, eps=1e-8)
    if name == "sgd":
        return optax.identity()
    raise ValueError(f"no optimizer is called {name!r}")


def _norm(tree: Params) -> Float[Array, ""]:
    return jnp.sqrt(jnp.stack([jnp.vdot(x, x) for x in jax.tree.leaves(tree)]).sum())


def _step(
    game: Game, hyper: Hyperparameters, player: Player, grads: Params, rate: Float[Array, ""]
) -> Player:
    updates, opt_state = _optimizer(game.optimizer, hyper).update(grads, player.opt_state)
    params = jax.tree.map(lambda p, u: p - rate * u, player.params, updates)
    return player._replace(params=params, opt_state=opt_state)


def initial_state(game: Game, hyper: Hyperparameters) -> TrainingState:
    """Two untrained networks; their weights depend on the seed and the game alone."""

    def player(network: Network, stream: Stream) -> Player:
        params, vectors = network.initialize(round_key(hyper.seed, stream, 0))
        return Player(params, _optimizer(game.optimizer, hyper).init(params), vectors)

    return TrainingState(
        round=jnp.int32(0),
        diverged_at=jnp.int32(0),
        generator=player(game.generator, Stream.GENERATOR_INIT),
        discriminator=player(game.discriminator, Stream.DISCRIMINATOR_INIT),
        trace=Trace(*(jnp.float32(jnp.nan) for _ in Trace._fields)),
    )


def generate(game: Game, generator: Player, key: PRNGKeyArray, count: int) -> Float[Array, "N 2"]:
    """Fakes from `count` fresh latent points, which are standard normal."""
    latents = jax.random.normal(key, (count, game.latent_dim))
    return game.generator.apply(generator.params, generator.vectors, latents)


def discriminate(
    game: Game, params: Params, vectors: Vectors, points: Float[Array, "N 2"]
) -> Float[Array, " N"]:
    """The discriminator's logit at each point."""
    return game.discriminator.apply(params, vectors, points)[:, 0]


class _DiscriminatorView(NamedTuple):
    """What one discriminator step saw, for the trace."""

    loss: Float[Array, ""]
    real_logit: Float[Array, ""]
    fake_logit: Float[Array, ""]
    accuracy: Float[Array, ""]
    grad_norm: Float[Array, ""]
    penalty: Float[Array, ""]


def _discriminator_step(
    game: Game,
    hyper: Hyperparameters,
    generator: Player,
    discriminator: Player,
    key: PRNGKeyArray,
) -> tuple[Player, _DiscriminatorView]:
    objective = OBJECTIVES[game.objective]
    real_key, latent_key, penalty_key = jax.random.split(key, 3)
    real = sample_target(real_key, hyper.target, game.batch_size)
    fake = generate(game, generator, latent_key, game.batch_size)
    both = jnp.concatenate([real, fake])
    vectors = game.discriminator.power_step(discriminator.params, discriminator.vectors)

    def loss(params: Params) -> tuple[Float[Array, ""], tuple[Array, Array, Array]]:
        # One pass for both halves: half as many, twice as large matrix products.
        logits = discriminate(game, params, vectors, both)
        real_logits, fake_logits = logits[: game.batch_size], logits[game.batch_size :]
        value = objective.discriminator_loss(real_logits, fake_logits)
        penalty = jnp.float32(0)
        for i, name in enumerate(game.penalties):
            penalty += PENALTIES[name](
                lambda x: discriminate(game, params, vectors, x),
                real,
                fake,
                jax.random.fold_in(penalty_key, i),
                hyper.penalties[name],
            )
        return value + penalty, (value, penalty, logits)

    grads, (value, penalty, logits) = jax.grad(loss, has_aux=True)(discriminator.params)
    stepped = _step(game, hyper, discriminator, grads, hyper.learning_rate_d)
    clip = hyper.weight_clip
    params = jax.tree.map(lambda p: jnp.clip(p, -clip, clip), stepped.params)
    real_logits, fake_logits = logits[: game.batch_size], logits[game.batch_size :]
    threshold = objective.decision_threshold
    accuracy = 0.5 * (jnp.mean(real_logits > threshold) + jnp.mean(fake_logits < threshold))
    view = _DiscriminatorView(
        loss=value,
        real_logit=jnp.mean(real_logits),
        fake_logit=jnp.mean(fake_logits),
        accuracy=accuracy if threshold == threshold else jnp.float32(jnp.nan),
        grad_norm=_norm(grads),
        penalty=penalty,
    )
    return Player(params, stepped.opt_state, vectors), view


def _generator_gradient(
    game: Game, generator: Player, discriminator: Player, key: PRNGKeyArray
) -> tuple[Float[Array, ""], Params]:
    def loss(params: Params) -> Float[Array, ""]:
        fake = generate(game, generator._replace(params=params), key, game.batch_size)
        logits = discriminate(game, discriminator.params, discriminator.vectors, fake)
        return OBJECTIVES[game.objective].generator_loss(logits)

    return jax.value_and_grad(loss)(generator.params)


def play_round(game: Game, hyper: Hyperparameters, state: TrainingState) -> TrainingState:
    """One round: what comes out is not checked for being finite.

    Alternating updates let the generator answer the discriminator as the round's steps have left
    it. Simultaneous ones take its gradient against the discriminator as it was before the last of
    those steps, so that with one step both players move from the same point.
    """
    round_ = state.round + 1
    key = round_key(hyper.seed, Stream.ROUND, round_)
    generator_key = jax.random.fold_in(key, 0)

    def discriminator_step(i: Array, carry: Any) -> Any:
        discriminator, _ = carry
        return _discriminator_step(
            game, hyper, state.generator, discriminator, jax.random.fold_in(key, i + 1)
        )

    blank = _DiscriminatorView(*(jnp.float32(0) for _ in _DiscriminatorView._fields))
    steps = hyper.discriminator_steps
    if game.simultaneous:
        before, view = jax.lax.fori_loop(
            0, steps - 1, discriminator_step, (state.discriminator, blank)
        )
        loss_g, grads = _generator_gradient(game, state.generator, before, generator_key)
        discriminator, view = discriminator_step(steps - 1, (before, view))
    else:
        discriminator, view = jax.lax.fori_loop(
            0, steps, discriminator_step, (state.discriminator, blank)
        )
        loss_g, grads = _generator_gradient(game, state.generator, discriminator, generator_key)
    generator = _step(game, hyper, state.generator, grads, hyper.learning_rate_g)
    trace = Trace(
        loss_d=view.loss,
        loss_g=loss_g,
        real_logit=view.real_logit,
        fake_logit=view.fake_logit,
        accuracy_d=view.accuracy,
        grad_norm_d=view.grad_norm,
        grad_norm_g=_norm(grads),
        penalty=view.penalty,
    )
    return TrainingState(round_, state.diverged_at, generator, discriminator, trace)


def is_finite(state: TrainingState) -> Bool[Array, ""]:
    """Whether every number in both players and both losses is finite."""
    losses = (state.trace.loss_d, state.trace.loss_g, state.trace.penalty)
    leaves = jax.tree.leaves((state.generator, state.discriminator, losses))
    floats = [x for x in leaves if jnp.issubdtype(x.dtype, jnp.floating)]
    # A dot product with tiny constants is finite exactly if all of x is: it cannot overflow, and
    # costs a tenth of a reduction over `isfinite`, which the CPU backend does not vectorise.
    probes = [jnp.vdot(x, jnp.full_like(x, 1e-30)) for x in floats]
    return jnp.all(jnp.isfinite(jnp.stack(probes)))


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
