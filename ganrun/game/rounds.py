"""One round of the game: what comes before, between and after the players' moves.

A round is `discriminator_steps` discriminator steps and one generator step, as the game's update
rule plays them. Everything here is for one GAN and pure; `population.py` repeats it over rounds and
members.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from ganrun.config.metrics import ROUND_METRICS
from ganrun.config.pieces import OBJECTIVES
from ganrun.game.networks import Params
from ganrun.game.players import (
    Descent,
    Game,
    Hyperparameters,
    Player,
    Trace,
    TrainingState,
    blank_trace,
    fakes_stay_finite,
    initial_players,
)
from ganrun.game.randomness import Stream, round_key
from ganrun.game.schedules import SCHEDULES, completed, faded, narrowed
from ganrun.game.slopes import View
from ganrun.game.updates import UPDATES


def initial_state(game: Game, hyper: Hyperparameters) -> TrainingState:
    """Two untrained networks, and whatever else the game keeps from round to round."""
    generator, discriminator = initial_players(game, hyper)
    return TrainingState(
        round=jnp.int32(0),
        diverged_at=jnp.int32(0),
        generator=generator,
        discriminator=discriminator,
        trace=blank_trace(),
        memory=remembered(game, generator, discriminator),
        average=generator.params if game.averages else (),
    )


def remembered(game: Game, generator: Player, discriminator: Player) -> Any:
    """What the game's update rule keeps of two players before it moves them."""
    return UPDATES[game.updates.name].remember(generator, discriminator)


def with_discriminator(game: Game, state: TrainingState, discriminator: Player) -> TrainingState:
    """The state with another discriminator, of whom nothing is remembered."""
    memory = remembered(game, state.generator, discriminator)
    return state._replace(discriminator=discriminator, memory=memory)


def in_round(game: Game, hyper: Hyperparameters, round_: Int[Array, ""]) -> Hyperparameters:
    """The hyperparameters as they stand in one round (counted from 1): schedules applied."""
    done = completed(round_)
    if game.schedule.name != "constant":
        numbers = hyper.strengths["optimizer.schedule"]
        factor = SCHEDULES[game.schedule.name](done, numbers)
        hyper = hyper._replace(
            generator=_slowed(hyper.generator, factor),
            discriminator=_slowed(hyper.discriminator, factor),
        )
    strengths = dict(hyper.strengths)
    for field, name, change in (
        ("training.instance_noise", "std", faded),
        ("training.top_k", "share", narrowed),
    ):
        if field in game.present:
            numbers = strengths[field]
            now = change(numbers[name], numbers["until"], done)
            strengths[field] = numbers | {name: now}
    return hyper._replace(strengths=strengths)


def _slowed(descent: Descent, factor: Float[Array, ""]) -> Descent:
    return descent._replace(learning_rate=descent.learning_rate * factor)


def play_round(game: Game, hyper: Hyperparameters, state: TrainingState) -> TrainingState:
    """One round by the game's update rule: what comes out is not checked for being finite."""
    round_ = state.round + 1
    key = round_key(hyper.seed, Stream.ROUND, round_)
    moved = UPDATES[game.updates.name].play(game, in_round(game, hyper, round_), state, key)
    return TrainingState(
        round_,
        state.diverged_at,
        moved.generator,
        moved.discriminator,
        trace_of(
            game, moved.view, moved.found.seen, jnp.vdot(moved.found.slopes, moved.found.slopes)
        ),
        moved.memory,
        averaged(game, hyper, state.average, moved.generator.params),
    )


def averaged(game: Game, hyper: Hyperparameters, average: Any, params: Params) -> Any:
    """`decay * average + (1 - decay) * params` (Yazici et al. 2019, equation 3)."""
    if not game.averages:
        return average
    decay = hyper.strengths["generator.average"]["value"]
    return decay * average + (1 - decay) * params


def trace_of(
    game: Game, view: View, loss_g: Float[Array, ""], squared_norm_g: Float[Array, ""]
) -> Trace:
    """The round's numbers in the order of `ROUND_METRICS`."""
    loss_d, penalty, squared_norm_d, real_logit, fake_logit, real_right, fake_right = view
    decides = OBJECTIVES[game.objective].undecided is not None
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


def is_playable(game: Game, before: TrainingState, state: TrainingState) -> Bool[Array, ""]:
    """Whether a game can go on from a state: it is finite, and so is whatever is measured of it.

    With batch norm a generator is measured as another function than the one that is played, whose
    losses may be finite while that function overflows.
    """
    if game.generator.norm != "batch":
        return is_finite(state)
    # By the statistics before the round: who else reads the new ones decides how XLA rounds them.
    generator = state.generator._replace(vectors=before.generator.vectors)
    return is_finite(state) & fakes_stay_finite(game, generator)


def play_until(
    game: Game, hyper: Hyperparameters, state: TrainingState, stop: Int[Array, ""]
) -> TrainingState:
    """Play until `stop` rounds are completed, or stop for good where the game diverges.

    A member whose new state, loss or samples are not finite keeps its last finite state, and that
    round is its `diverged_at`. The bound is data, so one program serves chunks of every length.
    """

    def more(state: TrainingState) -> Bool[Array, ""]:
        return (state.round < stop) & (state.diverged_at == 0)

    def body(state: TrainingState) -> TrainingState:
        new = play_round(game, hyper, state)
        finite = is_playable(game, state, new)
        kept: TrainingState = jax.tree.map(lambda n, o: jnp.where(finite, n, o), new, state)
        return kept._replace(diverged_at=jnp.where(finite, 0, new.round))

    return jax.lax.while_loop(more, body, state)
