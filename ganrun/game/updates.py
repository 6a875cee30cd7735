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
from jaxtyping import Array, Float, PRNGKeyArray

from ganrun.config.outside import Given
from ganrun.game.networks import Layers, Params
from ganrun.game.outside import Implementations
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
    optimizer_of,
    step,
    update_of,
)
from ganrun.game.slopes import (
    Forger,
    Pull,
    Shown,
    View,
    blank_view,
    discriminator_batch,
    discriminator_loss,
    discriminator_slopes,
    discriminator_step,
    forger_of,
    generator_batch,
    generator_loss,
    generator_pull,
    generator_slopes,
    loss_of_shown,
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
    """What it keeps of two players that it has not moved yet."""
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
    count: Array | np.integer,
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


def _last(hyper: Hyperparameters) -> Array | np.integer:
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


class Losses(NamedTuple):
    """Both players' losses on fixed batches, as functions of both players' weights.

    Each also returns what its player's `Pull` holds beside the slopes. The vectors are those of the
    players' step, and stand still.
    """

    generator: Callable[[Array, Array], tuple[Float[Array, ""], Any]]
    discriminator: Callable[[Array, Array], tuple[Float[Array, ""], Any]]


def losses_about(
    game: Game,
    hyper: Hyperparameters,
    players: Players,
    key_g: PRNGKeyArray,
    key_d: PRNGKeyArray,
) -> Losses:
    """The losses whose slopes `pulls_at` takes, for rules that ask how these change."""
    generator, discriminator = players
    own_g, own_d = (
        jax.lax.stop_gradient(network.power_step(network.unravel(player.params), player.vectors))
        for network, player in zip((game.generator, game.discriminator), players, strict=True)
    )

    def of_generator(g: Float[Array, " G"], d: Float[Array, " D"]) -> tuple[Float[Array, ""], Any]:
        forger = Forger(game.generator.unravel(g), own_g)
        detective = game.discriminator.unravel(d)
        loss, forged = generator_loss(game, hyper, forger, detective, discriminator.vectors, key_g)
        return loss, (forged.vectors, loss)

    def of_discriminator(
        g: Float[Array, " G"], d: Float[Array, " D"]
    ) -> tuple[Float[Array, ""], Any]:
        forger = Forger(game.generator.unravel(g), generator.vectors)
        batch = discriminator_batch(game, hyper, forger, key_d)
        detective, dropout = game.discriminator.unravel(d), dropout_of(game, hyper, key_d)
        loss, parts = discriminator_loss(game, hyper, detective, own_d, batch, dropout)
        return loss, (own_d, parts)

    return Losses(of_generator, of_discriminator)


def consensus(game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray) -> Moved:
    """Each also descends `weight / 2 * (|its slopes|^2 + |the other's|^2)`: towards a standstill.

    Mescheder et al. 2017, algorithm 2; as in the authors' code the optimizer is given the sum, and
    the squares are of the same batches as the slopes. With weight 0 it is the simultaneous game.
    """
    weight = hyper.strengths["training.updates"]["weight"]
    joint = both_before(game, hyper, state, key)
    keys = generators_key(key), discriminators_key(key, _last(hyper))
    found, calming = calmed(game, hyper, joint, *keys)
    slopes = zip(found, calming, strict=True)
    both = Pulls(*(pull._replace(slopes=pull.slopes + weight * calm) for pull, calm in slopes))
    return both_moved(game, hyper, joint, both, seen=found)


def calmed(
    game: Game,
    hyper: Hyperparameters,
    players: Players,
    key_g: PRNGKeyArray,
    key_d: PRNGKeyArray,
) -> tuple[Pulls, tuple[Array, Array]]:
    """Both players' slopes, and those of half the sum of their squares."""
    losses = losses_about(game, hyper, players, key_g, key_d)

    def unrest(g: Float[Array, " G"], d: Float[Array, " D"]) -> tuple[Float[Array, ""], Pulls]:
        slopes_g, seen_g = jax.grad(losses.generator, argnums=0, has_aux=True)(g, d)
        slopes_d, seen_d = jax.grad(losses.discriminator, argnums=1, has_aux=True)(g, d)
        squares = jnp.vdot(slopes_g, slopes_g) + jnp.vdot(slopes_d, slopes_d)
        return 0.5 * squares, Pulls(Pull(slopes_g, *seen_g), Pull(slopes_d, *seen_d))

    g, d = (player.params for player in players)
    calming, found = jax.grad(unrest, argnums=(0, 1), has_aux=True)(g, d)
    return found, calming


_SMALLEST_SLOPE = 1e-15
"""Added to slopes that are differentiated through an optimizer: a slope of exactly 0 has no
derivative through the root of its square. Far below any that matters."""


def unrolled(game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray) -> Moved:
    """The generator answers the discriminator as it would be `steps` steps later.

    Metz et al. 2017, equations 8 and 9: its slopes go through these steps, which the optimizer
    makes, with its moments, on the generator's own batch, as in the code of B. Poole. Beginning
    where the round's own steps have left the discriminator, which stays there. With no steps it is
    the alternating game.
    """
    forger = forger_of(game, state.generator)
    discriminator, view = discriminator_steps(
        game, hyper, forger, state.discriminator, key, hyper.discriminator_steps
    )
    vectors = game.generator.power_step(forger.layers, forger.vectors)

    def loss(layers: Layers) -> tuple[Float[Array, ""], Forged]:
        moving = Forger(layers, vectors)
        shown = generator_batch(game, hyper, moving, generators_key(key))
        ahead = foreseen(game, hyper, shown, discriminator)
        detective = game.discriminator.unravel(ahead.params)
        value = loss_of_shown(game, hyper, moving, shown, detective, ahead.vectors)
        return value, shown.forged

    found = generator_pull(game, forger, loss)
    generator = generator_moved(game, hyper, state.generator, found)
    return Moved(generator, discriminator, view, found)


def foreseen(game: Game, hyper: Hyperparameters, shown: Shown, discriminator: Player) -> Player:
    """The discriminator after the steps that a generator unrolls, as a function of its fakes."""
    turn = discriminators_turn(game, hyper)

    def next_step(player: Player, _: None) -> tuple[Player, None]:
        found = slopes_on(game, hyper, shown.batch, shown.dropout, player)
        player = step(game, turn, player, found.slopes + _SMALLEST_SLOPE)
        return clipped(hyper, player._replace(vectors=found.vectors)), None

    steps = game.updates.whole("steps")
    return jax.lax.scan(next_step, discriminator, None, length=steps)[0]


def lookahead(game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray) -> Moved:
    """Every `every` rounds both go back to `share` of the way that they have come since.

    LA-AltGAN: Chavdarova et al. 2021, algorithm 1, around the alternating game; the optimizers'
    moments go on. With a share of 1 nobody goes back.
    """
    numbers = hyper.strengths["training.updates"]
    moved = alternating(game, hyper, state, key)
    turns_back = (state.round + 1) % numbers["every"].astype(jnp.int32) == 0
    players, slow = [], []
    both = moved.generator, moved.discriminator
    for player, then in zip(both, state.memory, strict=True):
        back = then + numbers["share"] * (player.params - then)
        players.append(player._replace(params=jnp.where(turns_back, back, player.params)))
        slow.append(jnp.where(turns_back, back, then))
    return Moved(players[0], players[1], moved.view, moved.found, tuple(slow))


def where_they_stand(generator: Player, discriminator: Player) -> Any:
    """Both players' weights."""
    return generator.params, discriminator.params


SOLVER_STEPS, SOLVER_TOLERANCE = 10, 1e-4
"""When the solver of a competitive step stops: after so many iterations, or where what is left is
this part of the step. Where answers are small beside the moves, that is at once."""


def competitive(
    game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray
) -> Moved:
    """Each answers the move that the other is about to make: the local bilinear game's solution.

    Competitive gradient descent: Schaefer & Anandkumar 2019, equations 3 and 4, for two losses and
    a rate for each weight. These are the optimizer's own: with RMSprop or Adam by the mean squares
    of slopes, as in the authors' adaptive variant. An answer is added to the move that the
    optimizer makes by itself. `strength` is that of the mixed derivatives: 0 is the simultaneous
    game.
    """
    strength = hyper.strengths["training.updates"]["strength"]
    joint = both_before(game, hyper, state, key)
    keys = generators_key(key), discriminators_key(key, _last(hyper))
    losses = losses_about(game, hyper, joint, *keys)
    of_g = jax.grad(losses.generator, argnums=0, has_aux=True)
    of_d = jax.grad(losses.discriminator, argnums=1, has_aux=True)
    g, d = (player.params for player in joint)
    slopes_g, change_g, seen_g = jax.linearize(lambda d: of_g(g, d), d, has_aux=True)
    slopes_d, change_d, seen_d = jax.linearize(lambda g: of_d(g, d), g, has_aux=True)
    pulls = Pulls(Pull(slopes_g, *seen_g), Pull(slopes_d, *seen_d))
    alone_g, alone_d = (
        _alone(game, turn, player, pull.slopes)
        for turn, player, pull in zip(both_turns(game, hyper), joint, pulls, strict=True)
    )

    # Of one player's length in, of the other's out.
    def answer_g(move: Array) -> Array:
        """What the generator adds to its move where the discriminator moves so."""
        return -strength * alone_g.rates * change_g(move)

    def answer_d(move: Array) -> Array:
        return -strength * alone_d.rates * change_d(move)

    def left_over(move: Params) -> Params:
        """A move of the generator, less its answer to the answer to it."""
        return move - answer_g(answer_d(move))

    wanted = alone_g.move + answer_g(alone_d.move)
    move_g, _ = jax.scipy.sparse.linalg.bicgstab(
        left_over, wanted, x0=wanted, tol=SOLVER_TOLERANCE, atol=0.0, maxiter=SOLVER_STEPS
    )
    moves = move_g, alone_d.move + answer_d(move_g)
    players = (
        Player(player.params + move, alone.opt_state, pull.vectors)
        for player, move, alone, pull in zip(joint, moves, (alone_g, alone_d), pulls, strict=True)
    )
    return _moved(game, hyper, Players(*players), pulls, ())


class _Alone(NamedTuple):
    """What an optimizer does with slopes, and with a little more of them."""

    move: Params
    rates: Params
    """How far each weight goes per unit of slope."""
    opt_state: Any


def _alone(game: Game, turn: Turn, player: Player, slopes: Params) -> _Alone:
    update, after = update_of(game, turn, player, slopes)
    preconditioner = optimizer_of(game, turn.descent).preconditioner(after, slopes)
    return _Alone(-turn.rates * update, turn.rates * preconditioner, after)


def _from_outside(piece: Given) -> UpdateRule:
    """No formula tells what its rounds make of a disturbance, so none is shown."""

    def play(game: Game, hyper: Hyperparameters, state: TrainingState, key: PRNGKeyArray) -> Moved:
        moved = piece(game, hyper, state, key)
        if not isinstance(moved, Moved):
            raise piece.wrong(f"answered {type(moved).__name__}, not ganrun.game.updates.Moved")
        return moved

    return UpdateRule(play, remember=piece.own.facts["remember"])


UPDATES: dict[str, UpdateRule] = {
    "alternating": UpdateRule(alternating, has_spectrum=True),
    "simultaneous": UpdateRule(simultaneous, has_spectrum=True),
    "extragradient": UpdateRule(extragradient, has_spectrum=True),
    "optimistic": UpdateRule(optimistic, remember=no_updates, has_spectrum=True),
    "consensus": UpdateRule(consensus, has_spectrum=True),
    "unrolled": UpdateRule(unrolled),
    "lookahead": UpdateRule(lookahead, remember=where_they_stand),
    "competitive": UpdateRule(competitive),
}
"""The implementations of `ganrun.config`'s update rules, under the same names."""
UPDATES = Implementations(UPDATES, "update rule", _from_outside)
