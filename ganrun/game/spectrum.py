"""How the game moves around a state: the eigenvalues of its linearised dynamics.

The vector field `v = (-grad loss_G, -grad loss_D)` is where both players pull at once (Mescheder,
Nowozin & Geiger 2017, "The Numerics of GANs"). Its Jacobian is not symmetric, so its eigenvalues
are complex: a real part below 0 fades, one above 0 grows, an imaginary part turns the players
around each other. Here each row is scaled by how far the optimizer moves that weight in a round,
so that an eigenvalue is a rate per round.

The Jacobian is never formed: ARPACK's Arnoldi iterations ask for its product with a vector, which
is one forward-mode derivative of the field.

Reading a trained network's spectrum takes care. Most eigenvalues are near 0, since most weights
hardly matter. And positive real ones are always there without any harm to the game: a unit of one
network that is hardly used yet, at a saddle of that network's own loss. Their eigenvectors live on
a handful of weights of one player. So the `kind` heeds only those motions that both players take
part in.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse.linalg as sparse
from jaxtyping import Array, Complex, Float
from numpy import ndarray
from scipy.optimize import linear_sum_assignment

from ganrun.game.networks import Layers, Params
from ganrun.game.players import (
    Game,
    Hyperparameters,
    Player,
    TrainingState,
    Turn,
    discriminators_turn,
    dropout_of,
    generators_turn,
    optimizer_of,
    update_of,
    whole_batches,
)
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import in_round
from ganrun.game.slopes import Forger, discriminator_batch, discriminator_loss, generator_loss
from ganrun.game.updates import UPDATES

Kind = Literal["stable", "rotating", "unstable"]
Push = Callable[[Float[ndarray, " n"]], Float[ndarray, " n"]]
"""The Jacobian's product with a vector."""

COUNT = 6
"""Eigenvalues that each of the three searches asks for."""
BATCH = 1024
"""Points on each side that stand for the expectation: with four times as many, the leading
eigenvalues of a trained game move by up to a third, so that they are evidence and no measure."""

DENSE_BELOW = 64
"""With fewer weights in all the Jacobian is formed."""
BASIS = 48
RESTARTS = 5
ARPACK_TOLERANCE = 1e-3
"""Arnoldi's bounds: at most about `BASIS * RESTARTS` products, and eigenvalues to a thousandth of
their size, well below what the batch makes of them."""
RESIDUAL = 0.02
"""An eigenpair must hold to this part of the largest eigenvalue found, or it is dropped."""
CROWD = 0.01
"""Where nothing leads what was found by more than this part of the largest, nothing is missed."""
JOINT = 0.05
"""Both players take part in a motion if each has this share of its squared length."""
NEGLIGIBLE = 1e-3
"""Rates below this part of the largest are not told from 0."""
TURN = 2 * np.pi


class Schedule(NamedTuple):
    """How a round applies the field: what makes the rates in it a map."""

    discriminator_steps: int = 1
    simultaneous: bool = True
    momentum: float = 0.0
    """The decay of the running mean of gradients that the optimizer follows."""


class Mode(NamedTuple):
    """One motion of the linearised game."""

    eigenvalue: complex
    """Of the field, per round."""
    multiplier: complex
    """What one round, as it is really played, makes of it: it grows where the modulus is above 1.

    Exact for simultaneous updates. For alternating ones it is that of the round restricted to the
    plane of the motion's two halves, one in each player.
    """
    generator_share: float
    """The generator's share of its squared length, each weight in units of the root of its rate."""

    @property
    def joint(self) -> bool:
        """Whether both players take part."""
        return JOINT <= self.generator_share <= 1 - JOINT

    @property
    def growth(self) -> float:
        """What it gains in a round: e-fold in `1 / growth` rounds; below 0 where it fades."""
        return float(np.log(max(abs(self.multiplier), 1e-300)))

    @property
    def turning(self) -> float:
        """How far it turns in a round, in radians from 0 to pi."""
        return float(abs(np.angle(self.multiplier)))


class Spectrum(NamedTuple):
    """The leading motions of a game at a state."""

    modes: tuple[Mode, ...]
    """What lasts longest first: by falling modulus of the multiplier; conjugates side by side."""
    kind: Kind
    """The worst that both players do together.

    unstable: a motion that grows e-fold before it has turned once, such as a real eigenvalue
    above 0. rotating: one that comes round before it has faded to 1/e, growing or not.
    stable: all else. Rates below a thousandth of the largest count as 0.
    """
    leader: Mode | None
    """The motion of both players that `kind` is about; None if there is none."""
    reliable: bool
    """Whether every search ended well, and all that it found holds."""

    @property
    def eigenvalues(self) -> tuple[complex, ...]:
        """Of the field, per round, in the order of the modes."""
        return tuple(mode.eigenvalue for mode in self.modes)


def local_spectrum(
    game: Game,
    hyper: Hyperparameters,
    state: TrainingState,
    *,
    count: int = COUNT,
    batch: int = BATCH,
) -> Spectrum | None:
    """The game's leading motions around a state; None if its slopes there are not finite.

    The weights' rates are those of the optimizer's next step: learning rate, discriminator steps,
    and the optimizer's preconditioner, held fixed. Weights that the clip holds at its bound do
    not move; spectral norm's singular vectors are those of the state. The points are the same for
    all states of a seed.
    """
    if not UPDATES[game.updates.name].has_spectrum:
        return None
    game = dataclasses.replace(game, batch_size=_points(game, batch))
    hyper = jax.tree.map(jnp.asarray, in_round(game, hyper, jnp.int32(state.round + 1)))
    point = np.concatenate([state.generator.params, state.discriminator.params])

    def push(direction: Float[ndarray, " n"]) -> Float[ndarray, " n"]:
        arguments = (game, hyper, state, direction.astype(np.float32))
        return np.asarray(_field_and_push(*arguments)[1])

    field, _ = _field_and_push(game, hyper, state, np.zeros_like(point))
    rates = np.asarray(_rates(game, hyper, state, field), np.float64)
    if not (np.isfinite(field).all() and np.isfinite(rates).all()):
        return None
    generator = state.generator.params.size
    held = (np.abs(point) >= float(hyper.weight_clip)) & (point * np.asarray(field) > 0)
    held[:generator] = False  # the clip is the discriminator's
    rates[held] = 0

    schedule = Schedule(
        discriminator_steps=int(hyper.discriminator_steps),
        simultaneous=game.updates.name == "simultaneous",
        momentum=float(optimizer_of(game, hyper.generator).momentum),
    )
    return spectrum_of(push, rates, generator, schedule, count=count)


def _points(game: Game, batch: int) -> int:
    """So many points stand for the expectation; who sees batches sees one of the game's size."""
    return game.batch_size if game.discriminator.sees_batches else whole_batches(game, batch)


def _field(game: Game, hyper: Hyperparameters, state: TrainingState, point: Params) -> Params:
    """Where both players pull at a point: minus the slopes of their losses on one fixed batch."""
    key = round_key(hyper.seed, Stream.DIAGNOSIS, 0)
    latent_key = jax.random.split(key, 3)[1]
    split = state.generator.params.size
    forger = Forger(game.generator.unravel(point[:split]), state.generator.vectors)
    detective = game.discriminator.unravel(point[split:])
    vectors = state.discriminator.vectors
    batch = discriminator_batch(game, hyper, forger, key)

    def loss_d(layers: Layers) -> Float[Array, ""]:
        dropout = dropout_of(game, hyper, key)
        return discriminator_loss(game, hyper, layers, vectors, batch, dropout)[0]

    def loss_g(layers: Layers) -> Float[Array, ""]:
        moved = Forger(layers, state.generator.vectors)
        return generator_loss(game, hyper, moved, detective, vectors, latent_key)[0]

    slopes_g = game.generator.ravel(jax.grad(loss_g)(forger.layers))
    slopes_d = game.discriminator.ravel(jax.grad(loss_d)(detective))
    return -jnp.concatenate([slopes_g, slopes_d])


@functools.partial(jax.jit, static_argnums=0)
def _field_and_push(
    game: Game, hyper: Hyperparameters, state: TrainingState, direction: Params
) -> tuple[Params, Params]:
    """The field at the state, and its Jacobian's product with a direction."""
    point = jnp.concatenate([state.generator.params, state.discriminator.params])
    return jax.jvp(functools.partial(_field, game, hyper, state), (point,), (direction,))


@functools.partial(jax.jit, static_argnums=0)
def _rates(game: Game, hyper: Hyperparameters, state: TrainingState, field: Params) -> Params:
    """How far the coming round moves each weight per unit of the field."""

    def rates(player: Player, slopes: Params, turn: Turn, steps: Float[Array, ""]) -> Params:
        _, after = update_of(game, turn, player, slopes)
        preconditioner = optimizer_of(game, turn.descent).preconditioner
        return steps * turn.rates * preconditioner(after, slopes)

    split = state.generator.params.size
    own, other = generators_turn(game, hyper), discriminators_turn(game, hyper)
    steps = hyper.discriminator_steps.astype(jnp.float32)
    return jnp.concatenate(
        [
            rates(state.generator, field[:split], own, jnp.float32(1)),
            rates(state.discriminator, field[split:], other, steps),
        ]
    )


def spectrum_of(
    push: Push,
    rates: Float[ndarray, " n"],
    generator: int,
    schedule: Schedule,
    *,
    count: int = COUNT,
) -> Spectrum | None:
    """The leading motions of any game of two players; None if its Jacobian is not finite.

    Args:
        push: the Jacobian `J` of the field, as its product with a vector.
        rates: how far a round moves each weight per unit of the field.
        generator: how many of the weights, the first ones, are the generator's.
        schedule: how the round applies the field.
        count: eigenvalues to look for, by real part, by imaginary part, and by modulus.
    """
    # diag(rates) J has the eigenvalues of this, which is symmetric within each player.
    roots = np.sqrt(rates.astype(np.float64))

    def balanced(direction: Float[ndarray, " n"]) -> Float[ndarray, " n"]:
        pushed = roots * push(roots * direction).astype(np.float64)
        if not np.isfinite(pushed).all():
            raise FloatingPointError("the Jacobian is not finite")
        return pushed

    size = len(rates)
    search = _all_pairs if size < max(DENSE_BELOW, count + 3) else _leading_pairs
    try:
        pairs, complete = search(balanced, size, count)
        modes, sound = _modes(balanced, pairs, generator, schedule)
    except FloatingPointError:
        return None
    return Spectrum(modes, *_worst(modes), complete and sound)


_Pair = tuple[complex, Complex[ndarray, " n"]]
_ORDERS: dict[str, Callable[[complex], float]] = {
    "LR": lambda value: value.real,
    "LI": lambda value: abs(value.imag),
    "LM": abs,
}
"""What leads, by ARPACK's names."""


def _all_pairs(push: Push, size: int, count: int) -> tuple[list[_Pair], bool]:
    """The leading eigenpairs of a Jacobian that is small enough to be formed."""
    matrix = np.stack([push(direction) for direction in np.eye(size)], axis=1)
    values, vectors = np.linalg.eig(matrix.astype(complex))
    everything = [(complex(values[i]), vectors[:, i]) for i in range(size)]
    chosen: list[_Pair] = []
    for rank in _ORDERS.values():
        order = np.argsort([-rank(value) for value, _ in everything], kind="stable")
        chosen += [everything[i] for i in order[:count]]
    return _distinct(chosen), True


def _leading_pairs(push: Push, size: int, count: int) -> tuple[list[_Pair], bool]:
    """The leading eigenpairs by Arnoldi iterations, as far as they converge in bounded time.

    ARPACK (Lehoucq, Sorensen & Yang 1998) begins with a fixed vector, so the answer is the same
    each time. The second result is whether each search found at least half of what it looked for,
    or all that leads: next come the many about 0, of which Arnoldi tells none from another.
    """
    operator = sparse.LinearOperator((size, size), lambda x: push(np.ravel(x)), dtype=np.float64)
    start = np.random.default_rng(0).normal(size=size)
    chosen: list[_Pair] = []
    complete = True
    for which, rank in _ORDERS.items():
        try:
            values, vectors = sparse.eigs(
                operator,
                k=count,
                which=which,
                v0=start,
                ncv=min(BASIS, size),
                maxiter=RESTARTS,
                tol=ARPACK_TOLERANCE,
            )
        except sparse.ArpackNoConvergence as partial:
            values, vectors = partial.eigenvalues, partial.eigenvectors
        except sparse.ArpackError:  # a Jacobian of zeros, for one
            values, vectors = np.zeros(0), np.zeros((size, 0), complex)
        if 2 * len(values) < count:
            complete &= _nothing_missed(push, start, rank, [complex(value) for value in values])
        chosen += [(complex(values[i]), vectors[:, i]) for i in range(len(values))]
    return _distinct(chosen), complete


def _nothing_missed(
    push: Push,
    start: Float[ndarray, " n"],
    rank: Callable[[complex], float],
    found: Sequence[complex],
) -> bool:
    """Whether nothing leads what was found; Ritz values of a Krylov space find extremes first."""
    basis = start[:, None] / np.linalg.norm(start)
    for _ in range(min(BASIS, len(start) - 1)):
        pushed = push(basis[:, -1])
        length = np.linalg.norm(pushed)
        for _ in range(2):  # once is not enough in floating point
            pushed = pushed - basis @ (basis.T @ pushed)
        rest = np.linalg.norm(pushed)
        if rest <= 1e-9 * length:
            break
        basis = np.column_stack([basis, pushed / rest])
    projected = basis.T @ np.stack([push(column) for column in basis.T], axis=1)
    values = [complex(value) for value in np.linalg.eigvals(projected)]
    best = max([0.0, *map(rank, found)])
    return max(map(rank, values)) <= best + CROWD * max(map(abs, values))


def _distinct(pairs: Sequence[_Pair]) -> list[_Pair]:
    """Each pair once, and of two conjugates the one above the real axis."""
    largest = max((abs(value) for value, _ in pairs), default=0.0)
    kept: list[_Pair] = []
    for value, vector in pairs:
        if value.imag < 0:
            value, vector = value.conjugate(), vector.conj()
        same = (
            abs(value - other) <= 1e-3 * abs(value) + 1e-9 * largest
            and abs(np.vdot(vector, close)) > 0.9
            for other, close in kept
        )
        if not any(same):
            kept.append((value, vector))
    return kept


def _modes(
    push: Push, pairs: Sequence[_Pair], generator: int, schedule: Schedule
) -> tuple[tuple[Mode, ...], bool]:
    """The motions of eigenpairs, and whether all of them are eigenpairs indeed."""
    largest = max((abs(value) for value, _ in pairs), default=0.0)
    modes: list[Mode] = []
    sound = True
    for value, vector in pairs:
        halves = [vector.astype(complex).copy() for _ in range(2)]
        halves[0][generator:] = 0
        halves[1][:generator] = 0
        pushed = [_push_complex(push, half) for half in halves]
        if np.linalg.norm(sum(pushed) - value * vector) > RESIDUAL * largest:
            sound = False
            continue
        lengths = [float(np.vdot(half, half).real) for half in halves]
        own = [
            complex(np.vdot(half, to)) / length if length else 0j
            for half, to, length in zip(halves, pushed, lengths, strict=True)
        ]
        share = lengths[0] / sum(lengths)
        mode = Mode(value, _multiplier(value, own, schedule), share)
        modes.append(mode)
        if value.imag:
            conjugates = mode.eigenvalue.conjugate(), mode.multiplier.conjugate()
            modes.append(Mode(*conjugates, share))
    modes.sort(key=lambda mode: (-round(abs(mode.multiplier), 12), -abs(mode.eigenvalue.imag)))
    return tuple(modes), sound


def _push_complex(push: Push, vector: Complex[ndarray, " n"]) -> Complex[ndarray, " n"]:
    imaginary = push(vector.imag) if vector.imag.any() else np.zeros(len(vector))
    return push(vector.real) + 1j * imaginary


def _multiplier(value: complex, own: Sequence[complex], schedule: Schedule) -> complex:
    """What a round makes of an eigenvector `(a, b)`, in the plane of `(a, 0)` and `(0, b)`.

    There the field is a 2 x 2 matrix with `own` on its diagonal (each player's answer to its own
    half) and `(1, 1)` for its eigenvector. With the two momenta a round is 4 x 4. Two of its four
    eigenvalues are those of the plane's other motion: they are told apart by what they would be if
    the field were applied at once. Of the motion's own two the slower one lasts.
    """
    field = np.array([[own[0], value - own[0]], [value - own[1], own[1]]])
    # `g, d, momentum of g, momentum of d`
    moves = np.zeros((2, 4, 4), complex)
    shares = (1.0, 1.0 / schedule.discriminator_steps)
    for player, share in enumerate(shares):
        momentum = np.zeros(4, complex)
        momentum[:2] = (1 - schedule.momentum) * share * field[player]
        momentum[2 + player] = schedule.momentum
        moves[player, player] = momentum
        moves[player, 2 + player] = momentum - np.eye(4)[2 + player]
    still = np.eye(4)
    step_g, step_d, step_both = still + moves[0], still + moves[1], still + moves.sum(axis=0)
    before = np.linalg.matrix_power(step_d, schedule.discriminator_steps - 1)
    last = step_both if schedule.simultaneous else step_g @ step_d
    found = np.linalg.eigvals(last @ before)
    other = sum(own) - value
    expected = [*_at_once(value, schedule.momentum), *_at_once(other, schedule.momentum)]
    owners, places = linear_sum_assignment(np.abs(np.subtract.outer(expected, found)))
    return complex(max(found[places[owners < 2]], key=abs))


def _at_once(value: complex, momentum: float) -> Complex[ndarray, "2"]:
    """Both multipliers of a motion where one step of all weights is a round.

    `x + m` with `m = momentum m + (1 - momentum) value x`.
    """
    return np.roots([1, -(1 + momentum + (1 - momentum) * value), momentum])


def _departs(mode: Mode, negligible: float) -> bool:
    return mode.growth > max(negligible, mode.turning / TURN)


def _comes_round(mode: Mode, negligible: float) -> bool:
    return mode.turning > negligible and mode.growth > -mode.turning / TURN


def _worst(modes: Sequence[Mode]) -> tuple[Kind, Mode | None]:
    """The worst that both players do together, and the motion that does it."""
    joint = [mode for mode in modes if mode.joint]
    negligible = NEGLIGIBLE * max((abs(mode.eigenvalue) for mode in modes), default=0.0)
    for mode in joint:
        if _departs(mode, negligible):
            return "unstable", mode
    for mode in joint:
        if _comes_round(mode, negligible):
            return "rotating", mode
    return "stable", joint[0] if joint else None
