"""One step of one player alone, outside the rounds; and a game that goes on under other rules.

These are for looking at a game closely. A single step is no round: it draws from a stream of its
own, by the round after which it is made and how many were made before it.
"""

from __future__ import annotations

import functools
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from ganrun.config.metrics import ROUND_METRICS
from ganrun.config.pieces import OBJECTIVES
from ganrun.game.manifold import manifold
from ganrun.game.networks import Network
from ganrun.game.players import (
    Game,
    Hyperparameters,
    Player,
    Trace,
    TrainingState,
    draw_latents,
    draw_real,
    in_batches,
    whole_batches,
)
from ganrun.game.population import company_key, lanewise, picture
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import in_round, is_playable, remembered, trace_of
from ganrun.game.slopes import blank_view, discriminator_step, forger_of, generator_slopes
from ganrun.game.updates import generator_moved

_GENERATORS = tuple(ROUND_METRICS.index(name) for name in ("loss_g", "grad_norm_g"))
"""Where the generator's numbers stand in a trace; the others are the discriminator's."""


def _key(hyper: Hyperparameters, state: TrainingState, made: Int[Array, ""]) -> PRNGKeyArray:
    return jax.random.fold_in(round_key(hyper.seed, Stream.SINGLE_STEP, state.round), made)


def discriminator_alone(
    game: Game, hyper: Hyperparameters, state: TrainingState, made: Int[Array, ""]
) -> TrainingState:
    """The state after one more discriminator step; `made` counts the single steps before it."""
    now = in_round(game, hyper, state.round + 1)
    forger = forger_of(game, state.generator)
    key = _key(hyper, state, made)
    discriminator, view = discriminator_step(game, now, forger, state.discriminator, key)
    seen = trace_of(game, view, jnp.float32(0), jnp.float32(0))
    new = state._replace(discriminator=discriminator)
    return _moved(game, state, new, seen, generators=False)


def generator_alone(
    game: Game, hyper: Hyperparameters, state: TrainingState, made: Int[Array, ""]
) -> TrainingState:
    """The state after one more generator step; `made` counts the single steps before it."""
    now = in_round(game, hyper, state.round + 1)
    forger = forger_of(game, state.generator)
    found = generator_slopes(game, now, forger, state.discriminator, _key(hyper, state, made))
    generator = generator_moved(game, now, state.generator, found)
    squared_norm = jnp.vdot(found.slopes, found.slopes)
    seen = trace_of(game, blank_view(), found.seen, squared_norm)
    return _moved(game, state, state._replace(generator=generator), seen, generators=True)


def _moved(
    game: Game, old: TrainingState, new: TrainingState, seen: Trace, *, generators: bool
) -> TrainingState:
    """The new state if it is finite; else the old one, diverged in the round that is played.

    Of what was seen only the numbers of the player that moved are kept.
    """
    # What the other player has not done yet is NaN in the whole trace, and no sign of divergence.
    finite = is_playable(game, old, new._replace(trace=seen))
    going = old.diverged_at == 0
    own = np.isin(np.arange(len(ROUND_METRICS)), _GENERATORS)
    new = new._replace(trace=jnp.where(own == generators, seen, old.trace))
    kept: TrainingState = jax.tree.map(lambda n, o: jnp.where(finite & going, n, o), new, old)
    diverged_at = jnp.where(going & ~finite, old.round + 1, old.diverged_at)
    return kept._replace(diverged_at=diverged_at)


MOST_REAL = 128
"""Real points in a view, at most; else as many as a batch has."""


class View(NamedTuple):
    """A game as it is looked at: what a snapshot has, and what stands beside it."""

    samples: Float[Array, "N 2"]
    field: Float[Array, "G G"]
    real: Float[Array, "B 2"]
    latents: Float[Array, "N z"]
    """The first two coordinates (or the only one) of the latent points that the samples are of."""
    manifold: Float[Array, "L M 2"] | tuple[()]
    caught: Float[Array, " 2"]
    """Of the forged points the share that the discriminator takes for forged, of the real ones that
    which it takes for real; NaN of a critic."""


def view(
    game: Game,
    samples: int,
    grid: int,
    lines: int,
    hyper: Hyperparameters,
    state: TrainingState,
    window: Float[Array, " 4"],
) -> View:
    """A game as it is looked at: the same latent points always, which move but do not flicker.

    The field is that of the window `(x_min, x_max, y_min, y_max)`; the real points are others in
    every round.
    """
    key = round_key(hyper.seed, Stream.SNAPSHOT, 0)
    shown = picture(game, state, key, company_key(hyper), samples, grid, window)
    real_key = round_key(hyper.seed, Stream.SHOWN, state.round)
    real = draw_real(game, hyper, real_key, min(game.batch_size, MOST_REAL))
    latents = draw_latents(game, game.generator.unravel(state.generator.params), key, samples)
    return View(
        shown.samples,
        shown.field,
        real,
        latents[:, :2],
        manifold(game, state.generator, lines),
        caught(game, state.discriminator, shown.samples, real),
    )


def caught(
    game: Game, discriminator: Player, fake: Float[Array, "N 2"], real: Float[Array, "B 2"]
) -> Float[Array, " 2"]:
    """How often the discriminator is right about each, looking as in training: packs are judged."""
    threshold = OBJECTIVES[game.objective].decision_threshold
    if math.isnan(threshold):
        return jnp.full(2, jnp.nan)
    layers = game.discriminator.unravel(discriminator.params)

    def logits(points: Float[Array, "N 2"]) -> Float[Array, " n"]:
        whole = points[: whole_batches(game, len(points))]
        return in_batches(game, layers, discriminator.vectors, whole)

    return jnp.stack([jnp.mean(logits(fake) < threshold), jnp.mean(logits(real) > threshold)])


class CloseUp:
    """The compiled functions of this room for one game, `lanes` members at a time."""

    def __init__(self, game: Game, lanes: int, samples: int, grid: int, lines: int) -> None:
        self.alone = {
            "discriminator": lanewise(functools.partial(discriminator_alone, game), lanes),
            "generator": lanewise(functools.partial(generator_alone, game), lanes),
        }
        self.view = lanewise(functools.partial(view, game, samples, grid, lines), lanes)
        self.stepped: set[str] = set()
        """The players whose step has been compiled."""


@functools.cache
def close_up(game: Game, lanes: int, samples: int, grid: int, lines: int) -> CloseUp:
    """The one `CloseUp` of a game in this process."""
    return CloseUp(game, lanes, samples, grid, lines)


def carried_over(under: Game, old: TrainingState, by: Game, fresh: TrainingState) -> TrainingState:
    """A game that goes on under other rules, given its state under the old and a fresh one's.

    Every array of a network that has the same name and shape under both stays, and so do its
    vectors; the others begin anew, as do what an optimizer remembers of a network that is not all
    the same, and what an update rule or an average keeps that were not there before.
    """

    def player(before: Network, after: Network, old: Player, fresh: Player) -> Player:
        if before.shapes == after.shapes:
            params, opt_state = old.params, _kept(old.opt_state, fresh.opt_state)
        else:
            arrays = before.unravel(jnp.asarray(old.params))
            layers = _laid_over(after.unravel(jnp.asarray(fresh.params)), arrays)
            params, opt_state = after.ravel(layers), fresh.opt_state
        return Player(params, opt_state, _laid_over(fresh.vectors, old.vectors))

    generator = player(under.generator, by.generator, old.generator, fresh.generator)
    discriminator = player(
        under.discriminator, by.discriminator, old.discriminator, fresh.discriminator
    )
    memory = remembered(by, generator, discriminator)
    if under.updates.name == by.updates.name:
        memory = _kept(old.memory, memory)
    average = generator.params if by.averages else ()
    return old._replace(
        generator=generator,
        discriminator=discriminator,
        memory=memory,
        average=_kept(old.average, average),
    )


def _laid_over(fresh: Any, old: Any) -> Any:
    """The fresh arrays, and in the place of those that are alike in both trees the old ones."""
    if isinstance(fresh, dict):
        return {
            name: _laid_over(one, old[name]) if name in old else one for name, one in fresh.items()
        }
    return _kept(old, fresh)


def _kept(old: Any, fresh: Any) -> Any:
    return old if _alike(old, fresh) else fresh


def _alike(one: Any, other: Any) -> bool:
    # By name too: what two optimizers keep may be of one shape and mean different things.
    named, others = (
        [(path, leaf.shape, leaf.dtype) for path, leaf in jax.tree.leaves_with_path(tree)]
        for tree in (one, other)
    )
    return named == others
