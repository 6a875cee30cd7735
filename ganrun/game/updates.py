"""Update rules: how the two players' slopes become two moves.

A rule plays one round: the generator's step, and as many of the discriminator's as the game has.
Those that move both players at once do so in the last of these; the ones before are plain steps.
Keys are the round's: child 0 makes the generator's batch, child `i + 1` that of the discriminator's
step `i`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from ganrun.game.networks import Layers, Params
from ganrun.game.players import (
    Forged,
    Game,
    Hyperparameters,
    Player,
    TrainingState,
    Turn,
    clipped,
    discriminators_turn,
    dropout_of,
    generators_turn,
    step,
    update_of,
)
from ganrun.game.slopes import (
    Forger,
    Pull,
    View,
    blank_view,
    discriminator_batch,
    discriminator_slopes,
    discriminator_step,
    forger_of,
    generator_loss,
    generator_slopes,
    slopes_on,
    view_of,
)


class Moved(NamedTuple):
    """Both players after a round, and what the round looked like."""

    generator: Player
    discriminator: Player
    view: View
    found: Pull
    """By which the generator went; a rule that adds to its slopes says what it found."""
    memory: Any = ()


Rule = Callable[[Game, Hyperparameters, TrainingState, PRNGKeyArray], Moved]


def _remembers_nothing(generator: Player, discriminator: Player) -> Any:
    return ()


class UpdateRule(NamedTuple):
    """One way to play a round."""

    play: Rule
    remember: Callable[[Player, Player], Any] = _remembers_nothing
    """What it keeps of the two players before the first round."""
    has_spectrum: bool = False
    """Whether `spectrum` knows what a round of it makes of a motion."""


# Shared by the rules


def generators_key(key: PRNGKeyArray) -> PRNGKeyArray:
    """The key of the round's generator step."""
    return jax.random.fold_in(key, 0)


def discriminators_key(key: PRNGKeyArray, i: Array | np.integer) -> PRNGKeyArray:
    """The key of the round's discriminator step `i`, from 0 on."""
    return jax.random.fold_in(key, i + 1)


def discriminator_steps(
    game: Game,
    hyper: Hyperparameters,
    forger: Forger,
    discriminator: Player,
    key: PRNGKeyArray,
    count: Int[Array, ""],
) -> tuple[Player, View]:
    """The discriminator after the round's first `count` steps, and what the last of them saw."""

    def next_step(i: Array, carry: tuple[Player, View]) -> tuple[Player, View]:
        return discriminator_step(game, hyper, forger, carry[0], discriminators_key(key, i))

    return jax.lax.fori_loop(0, count, next_step, (discriminator, blank_view()))


def generator_moved(game: Game, hyper: Hyperparameters, generator: Player, found: Pull) -> Player:
    """The generator after a step down the slopes that it found."""
    moved = step(game, generators_turn(game, hyper), generator, found.slopes)
    return moved._replace(vectors=found.vectors)


_AHEAD = 1 << 22
"""Child of the round's key for what a rule draws beside the round's own batches."""


class Players(NamedTuple):
    """Both players at one point of a round."""

    generator: Player
    discriminator: Player


class Pulls(NamedTuple):
    """Both players' slopes at one point."""

    generator: Pull
    discriminator: Pull


def _last(hyper: Hyperparameters) -> Int[Array, ""]:
    return hyper.discriminator_steps - 1


def both_turns(game: Game, hyper: Hyperparameters) -> tuple[Turn, Turn]:
    """How far either player goes per unit of its optimizer's update."""
    return generators_turn(game, hyper), discriminators_turn(game, hyper)


def both_before(
    game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray
) -> Players:
    """The players where their joint move begins: after all discriminator steps but the last."""
    forger = forger_of(game, state.generator)
    before, _ = discriminator_steps(game, hyper, forger, state.discriminator, key, _last(hyper))
    return Players(state.generator, before)


def pulls_at(
    game: Game,
    hyper: Hyperparameters,
    players: Players,
    key_g: PRNGKeyArray,
    key_d: PRNGKeyArray,
) -> Pulls:
    """Both players' slopes where they stand, each on the batch of its own key."""
    forger = forger_of(game, players.generator)
    return Pulls(
        generator_slopes(game, hyper, forger, players.discriminator, key_g),
        discriminator_slopes(game, hyper, forger, players.discriminator, key_d),
    )


def both_moved(
    game: Game, hyper: Hyperparameters, players: Players, pulls: Pulls, seen: Pulls | None = None
) -> Moved:
    """Both players after a step down these slopes; `seen` are those that a round tells of."""
    stepped = Players(
        *(
            step(game, turn, player, pull.slopes)._replace(vectors=pull.vectors)
            for turn, player, pull in zip(both_turns(game, hyper), players, pulls, strict=True)
        )
    )
    return _moved(game, hyper, stepped, seen or pulls, ())


def _moved(
    game: Game, hyper: Hyperparameters, players: Players, pulls: Pulls, memory: Any
) -> Moved:
    view = view_of(game, pulls.discriminator.seen, pulls.discriminator.slopes)
    discriminator = clipped(hyper, players.discriminator)
    return Moved(players.generator, discriminator, view, pulls.generator, memory)


# The rules


def alternating(
    game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray
) -> Moved:
    """The generator answers the discriminator as the round's steps have left it."""
    forger = forger_of(game, state.generator)
    discriminator, view = discriminator_steps(
        game, hyper, forger, state.discriminator, key, hyper.discriminator_steps
    )
    found = generator_slopes(game, hyper, forger, discriminator, generators_key(key))
    generator = generator_moved(game, hyper, state.generator, found)
    return Moved(generator, discriminator, view, found)


def simultaneous(
    game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray
) -> Moved:
    """The generator answers the discriminator as it was before the last of the round's steps.

    With one step both players move from the same point.
    """
    joint = both_before(game, hyper, state, key)
    found = pulls_at(game, hyper, joint, generators_key(key), discriminators_key(key, _last(hyper)))
    return both_moved(game, hyper, joint, found)


def extragradient(
    game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray
) -> Moved:
    """Both look ahead, and go from where they were down the slopes that they find there.

    Gidel et al. 2019, algorithm 4 (with Adam, ExtraAdam: its moments take in both slopes). The look
    ahead is on a batch of its own and `strength` times as long as a step; 0 is the simultaneous
    game, where the optimizer has no memory.
    """
    strength = hyper.strengths["training.updates"]["strength"]
    ahead_key = jax.random.fold_in(key, _AHEAD)
    joint = both_before(game, hyper, state, key)
    pulls = pulls_at(game, hyper, joint, generators_key(ahead_key), ahead_key)
    turns = both_turns(game, hyper)
    ahead = Players(
        *(
            step(game, turn._replace(rates=strength * turn.rates), player, pull.slopes)
            for turn, player, pull in zip(turns, joint, pulls, strict=True)
        )
    )
    ahead = ahead._replace(discriminator=clipped(hyper, ahead.discriminator))
    found = pulls_at(game, hyper, ahead, generators_key(key), discriminators_key(key, _last(hyper)))
    begun = Players(
        *(there._replace(params=here.params) for here, there in zip(joint, ahead, strict=True))
    )
    return both_moved(game, hyper, begun, found)


def optimistic(
    game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray
) -> Moved:
    """Each goes `update + strength * (update - last round's update)`, as if the other went on so.

    Daskalakis et al. 2018, equation 4 and algorithm 1 (with Adam); the update before the first
    round is 0. With strength 0 it is the simultaneous game.
    """
    strength = hyper.strengths["training.updates"]["strength"]
    joint = both_before(game, hyper, state, key)
    found = pulls_at(game, hyper, joint, generators_key(key), discriminators_key(key, _last(hyper)))
    players, updates = [], []
    for turn, player, pull, last in zip(
        both_turns(game, hyper), joint, found, state.memory, strict=True
    ):
        update, opt_state = update_of(game, turn, player, pull.slopes)
        params = player.params - turn.rates * (update + strength * (update - last))
        players.append(Player(params, opt_state, pull.vectors))
        updates.append(update)
    return _moved(game, hyper, Players(*players), found, tuple(updates))


def no_updates(generator: Player, discriminator: Player) -> Any:
    """Before the first round nobody has moved."""
    return tuple(jnp.zeros_like(player.params) for player in (generator, discriminator))


def consensus(game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray) -> Moved:
    """Each also descends `weight / 2 * (|its slopes|^2 + |the other's|^2)`: towards a standstill.

    Mescheder et al. 2017, algorithm 2. With weight 0 it is the simultaneous game.
    """
    weight = hyper.strengths["training.updates"]["weight"]
    joint = both_before(game, hyper, state, key)

    def unrest(params: tuple[Params, Params]) -> tuple[Float[Array, ""], Pulls]:
        there = Players(
            *(player._replace(params=x) for player, x in zip(joint, params, strict=True))
        )
        found = pulls_at(
            game, hyper, there, generators_key(key), discriminators_key(key, _last(hyper))
        )
        squared = [jnp.vdot(pull.slopes, pull.slopes) for pull in found]
        return 0.5 * (squared[0] + squared[1]), found

    own = tuple(player.params for player in joint)
    calming, found = jax.grad(unrest, has_aux=True)(own)
    calmed = Pulls(
        *(
            pull._replace(slopes=pull.slopes + weight * slopes)
            for pull, slopes in zip(found, calming, strict=True)
        )
    )
    return both_moved(game, hyper, joint, calmed, seen=found)


_SMALLEST_SLOPE = 1e-15
"""Added to slopes that are differentiated through an optimizer: a slope of exactly 0 has no
derivative through the root of its square. Far below any that matters."""


def unrolled(game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray) -> Moved:
    """The generator answers the discriminator as it would be `steps` steps later.

    Metz et al. 2017, equations 8 and 9: its slopes go through these steps, which the optimizer
    makes on one batch. The discriminator then stays where the round's own steps have left it. With
    no steps it is the alternating game.
    """
    forger = forger_of(game, state.generator)
    discriminator, view = discriminator_steps(
        game, hyper, forger, state.discriminator, key, hyper.discriminator_steps
    )
    ahead_key = jax.random.fold_in(key, _AHEAD)
    vectors = game.generator.power_step(forger.layers, forger.vectors)

    def loss(layers: Layers) -> tuple[Float[Array, ""], Forged]:
        moving = Forger(layers, vectors)
        batch = discriminator_batch(game, hyper, moving, ahead_key)
        turn, dropout = discriminators_turn(game, hyper), dropout_of(game, hyper, ahead_key)

        def next_step(player: Player, _: None) -> tuple[Player, None]:
            found = slopes_on(game, hyper, batch, dropout, player)
            player = step(game, turn, player, found.slopes + _SMALLEST_SLOPE)
            return clipped(hyper, player._replace(vectors=found.vectors)), None

        ahead, _ = jax.lax.scan(next_step, discriminator, None, length=game.updates.whole("steps"))
        detective = game.discriminator.unravel(ahead.params)
        return generator_loss(game, hyper, moving, detective, ahead.vectors, generators_key(key))

    (value, forged), slopes = jax.value_and_grad(loss, has_aux=True)(forger.layers)
    found = Pull(game.generator.ravel(slopes), forged.vectors, value)
    generator = generator_moved(game, hyper, state.generator, found)
    return Moved(generator, discriminator, view, found)


def lookahead(game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray) -> Moved:
    """Every `every` rounds both go back to `share` of the way that they have come since.

    LA-AltGAN: Chavdarova et al. 2021, algorithm 1, around the alternating game; the optimizers'
    moments go on. With a share of 1 nobody goes back.
    """
    numbers = hyper.strengths["training.updates"]
    moved = alternating(game, hyper, state, key)
    turns_back = (state.round + 1) % numbers["every"].astype(jnp.int32) == 0
    players, slow = [], []
    for player, then in zip((moved.generator, moved.discriminator), state.memory, strict=True):
        back = then + numbers["share"] * (player.params - then)
        players.append(player._replace(params=jnp.where(turns_back, back, player.params)))
        slow.append(jnp.where(turns_back, back, then))
    return Moved(players[0], players[1], moved.view, moved.found, tuple(slow))


def where_they_stand(generator: Player, discriminator: Player) -> Any:
    """Both players' weights."""
    return generator.params, discriminator.params


SOLVER_STEPS = 10
"""Of the iterations that solve for a competitive step: as many products with mixed derivatives."""


def competitive(
    game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray
) -> Moved:
    """Each answers the move that the other is about to make: the local bilinear game's solution.

    Competitive gradient descent: Schaefer & Anandkumar 2019, equations 3 and 4, for two losses and
    a learning rate each. `strength` is that of the mixed derivatives: 0 is the simultaneous game.
    The rates are those of an optimizer without memory.
    """
    strength = hyper.strengths["training.updates"]["strength"]
    joint = both_before(game, hyper, state, key)
    keys = generators_key(key), discriminators_key(key, _last(hyper))
    found = pulls_at(game, hyper, joint, *keys)
    turn_g, turn_d = both_turns(game, hyper)
    g, d = joint.generator.params, joint.discriminator.params

    def pull_of_generator(d: Params) -> Params:
        there = joint._replace(discriminator=joint.discriminator._replace(params=d))
        return pulls_at(game, hyper, there, *keys).generator.slopes

    def pull_of_discriminator(g: Params) -> Params:
        there = joint._replace(generator=joint.generator._replace(params=g))
        return pulls_at(game, hyper, there, *keys).discriminator.slopes

    def answer_of_generator(move: Params) -> Params:
        """By how much its slopes change where the other moves so."""
        return strength * jax.jvp(pull_of_generator, (d,), (move,))[1]

    def answer_of_discriminator(move: Params) -> Params:
        return strength * jax.jvp(pull_of_discriminator, (g,), (move,))[1]

    def first_moves(move: Params) -> Params:
        """`(I - rates_g D_gd rates_d D_dg) move`, which is what the generator's move solves."""
        answer = turn_d.rates * answer_of_discriminator(move)
        return move - turn_g.rates * answer_of_generator(answer)

    alone_d = turn_d.rates * found.discriminator.slopes
    wanted = -turn_g.rates * (found.generator.slopes - answer_of_generator(alone_d))
    move_g, _ = jax.scipy.sparse.linalg.bicgstab(
        first_moves, wanted, x0=wanted, tol=0.0, atol=0.0, maxiter=SOLVER_STEPS
    )
    move_d = -turn_d.rates * (found.discriminator.slopes + answer_of_discriminator(move_g))
    players = Players(
        joint.generator._replace(params=g + move_g, vectors=found.generator.vectors),
        joint.discriminator._replace(params=d + move_d, vectors=found.discriminator.vectors),
    )
    return _moved(game, hyper, players, found, ())


UPDATES: dict[str, UpdateRule] = {
    "alternating": UpdateRule(alternating, has_spectrum=True),
    "simultaneous": UpdateRule(simultaneous, has_spectrum=True),
    "extragradient": UpdateRule(extragradient),
    "optimistic": UpdateRule(optimistic, remember=no_updates),
    "consensus": UpdateRule(consensus),
    "unrolled": UpdateRule(unrolled),
    "lookahead": UpdateRule(lookahead, remember=where_they_stand),
    "competitive": UpdateRule(competitive),
}
"""The implementations of `ganrun.config`'s update rules, under the same names."""
