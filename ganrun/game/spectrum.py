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
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.sparse.linalg as sparse
from jaxtyping import Array, Complex, Float, Key, PRNGKeyArray
from numpy import ndarray
from scipy.optimize import linear_sum_assignment

from ganrun.game.networks import Params
from ganrun.game.players import (
    Game,
    Hyperparameters,
    TrainingState,
    discriminators_turn,
    generators_turn,
    optimizer_of,
    update_of,
    whole_batches,
)
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import in_round
from ganrun.game.updates import UPDATES, Players, calmed, losses_about

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
    momenta: tuple[float, float] = (0.0, 0.0)
    """Of the generator and the discriminator: the decay of the running mean of gradients that the
    optimizer follows."""
    ahead: float | None = None
    """How many steps both look ahead before their joint step; None where they do not."""
    optimism: float = 0.0
    """How much of a move's change since the last round is added to it."""


class Mode(NamedTuple):
    """One motion of the linearised game."""

    eigenvalue: complex
    """Of the field, per round."""
    multiplier: complex
    """What one round, as it is really played, makes of it: it grows where the modulus is above 1.

    Exact where both players move at once and alike. Else it is that of the round restricted to the
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

    None as well of a game of which `why_unknown` says why.

    The weights' rates are those of the optimizer's next step: learning rate, discriminator steps,
    and the optimizer's preconditioner, held fixed. Weights that the clip holds at its bound do
    not move; spectral norm's singular vectors are those of the next step. The points are the same
    for all states of a seed.
    """
    if why_unknown(game, hyper) is not None:
        return None
    game, batches = _batches(game, batch)
    hyper = jax.tree.map(jnp.asarray, in_round(game, hyper, jnp.int32(state.round + 1)))
    key = round_key(hyper.seed, Stream.DIAGNOSIS, 0)
    keys = jax.random.split(key, batches) if batches > 1 else key[None]
    point = np.concatenate([state.generator.params, state.discriminator.params])

    def push(direction: Float[ndarray, " n"]) -> Float[ndarray, " n"]:
        arguments = (game, hyper, state, keys, direction.astype(np.float32))
        return np.asarray(_field_and_push(*arguments)[1])

    field, _ = _field_and_push(game, hyper, state, keys, np.zeros_like(point))
    rates, decays = (np.asarray(x, np.float64) for x in _rates(game, hyper, state, field))
    if not (np.isfinite(field).all() and np.isfinite(rates).all()):
        return None
    generator = state.generator.params.size
    held = (np.abs(point) >= float(hyper.weight_clip)) & (point * np.asarray(field) > 0)
    held[:generator] = False  # the clip is the discriminator's
    rates[held] = decays[held] = 0
    schedule = _schedule(game, hyper)
    return spectrum_of(push, rates, generator, schedule, count=count, decays=decays)


def why_unknown(game: Game, hyper: Hyperparameters) -> str | None:
    """Why this cannot be told of a game, in a sentence; None where it can."""
    about = "How the game moves about its end is not measured"
    rule = game.updates.name
    if not UPDATES[rule].has_spectrum:
        return f"{about}: no formula tells what a round of {rule} updates makes of a disturbance."
    if rule == "consensus" and hyper.discriminator_steps > 1:
        return (
            f"{about}: with consensus updates and training.discriminator_steps above 1, a round's "
            "steps follow two different fields."
        )
    if "training.top_k" in game.present:
        return f"{about}: with training.top_k the fakes that count change in jumps."
    if game.generator.latent.name == "particles":
        return f"{about}: of a generator.latent of particles each round moves only those it draws."
    return None


def _schedule(game: Game, hyper: Hyperparameters) -> Schedule:
    descents = (hyper.generator, hyper.discriminator)
    momentum_g, momentum_d = (float(optimizer_of(game, one).momentum) for one in descents)
    rule = game.updates.name
    strength = float(hyper.strengths.get("training.updates", {}).get("strength", 0.0))
    return Schedule(
        discriminator_steps=int(hyper.discriminator_steps),
        simultaneous=rule != "alternating",
        momenta=(momentum_g, momentum_d),
        ahead=strength if rule == "extragradient" else None,
        optimism=strength if rule == "optimistic" else 0.0,
    )


def _batches(game: Game, batch: int) -> tuple[Game, int]:
    """So many points stand for the expectation: as one batch, or as some of the game's own.

    As the latter where a point's slopes depend on its batch, or those of a batch are squared.
    """
    of_batches = game.discriminator.sees_batches or game.generator.norm == "batch"
    if of_batches or game.updates.name == "consensus":
        return game, max(1, batch // game.batch_size)
    return dataclasses.replace(game, batch_size=whole_batches(game, batch)), 1


def _field(
    game: Game, hyper: Hyperparameters, state: TrainingState, keys: Key[Array, " m"], point: Params
) -> Params:
    """Where both players pull at a point: minus their slopes, as a mean over fixed batches."""
    split = state.generator.params.size
    players = Players(
        state.generator._replace(params=point[:split]),
        state.discriminator._replace(params=point[split:]),
    )

    def on_one_batch(key: PRNGKeyArray) -> Params:
        latent_key = jax.random.split(key, 3)[1]
        if game.updates.name == "consensus":
            weight = hyper.strengths["training.updates"]["weight"]
            pulls, calming = calmed(game, hyper, players, latent_key, key)
            both = zip(pulls, calming, strict=True)
            return jnp.concatenate([pull.slopes + weight * calm for pull, calm in both])
        losses = losses_about(game, hyper, players, latent_key, key)
        g, d = players.generator.params, players.discriminator.params
        slopes_g, _ = jax.grad(losses.generator, argnums=0, has_aux=True)(g, d)
        slopes_d, _ = jax.grad(losses.discriminator, argnums=1, has_aux=True)(g, d)
        return jnp.concatenate([slopes_g, slopes_d])

    return -jnp.mean(jax.vmap(on_one_batch)(keys), axis=0)


@functools.partial(jax.jit, static_argnums=0)
def _field_and_push(
    game: Game,
    hyper: Hyperparameters,
    state: TrainingState,
    keys: Key[Array, " m"],
    direction: Params,
) -> tuple[Params, Params]:
    """The field at the state, and its Jacobian's product with a direction."""
    point = jnp.concatenate([state.generator.params, state.discriminator.params])
    return jax.jvp(functools.partial(_field, game, hyper, state, keys), (point,), (direction,))


@functools.partial(jax.jit, static_argnums=0)
def _rates(
    game: Game, hyper: Hyperparameters, state: TrainingState, field: Params
) -> tuple[Params, Params]:
    """How far the coming round moves each weight per unit of the field, and how much it decays."""
    split = state.generator.params.size
    turns = generators_turn(game, hyper), discriminators_turn(game, hyper)
    steps = jnp.float32(1), hyper.discriminator_steps.astype(jnp.float32)
    rates, decays = [], []
    for player, slopes, turn, count in zip(
        (state.generator, state.discriminator),
        (field[:split], field[split:]),
        turns,
        steps,
        strict=True,
    ):
        _, after = update_of(game, turn, player, slopes)
        optimizer = optimizer_of(game, turn.descent)
        rates.append(count * turn.rates * optimizer.preconditioner(after, slopes))
        decay = count * turn.rates * optimizer.weight_decay
        decays.append(jnp.broadcast_to(decay, player.params.shape))
    return jnp.concatenate(rates), jnp.concatenate(decays)


def spectrum_of(
    push: Push,
    rates: Float[ndarray, " n"],
    generator: int,
    schedule: Schedule,
    *,
    count: int = COUNT,
    decays: Float[ndarray, " n"] | float = 0.0,
) -> Spectrum | None:
    """The leading motions of any game of two players; None if its Jacobian is not finite.

    Args:
        push: the Jacobian `J` of the field, as its product with a vector.
        rates: how far a round moves each weight per unit of the field.
        generator: how many of the weights, the first ones, are the generator's.
        schedule: how the round applies the field.
        count: eigenvalues to look for, by real part, by imaginary part, and by modulus.
        decays: the part of each weight that a round takes away; the eigenvalues include it.
    """
    # diag(rates) J has the eigenvalues of this, which is symmetric within each player.
    roots = np.sqrt(rates.astype(np.float64))

    def balanced(direction: Float[ndarray, " n"]) -> Float[ndarray, " n"]:
        pushed = roots * push(roots * direction).astype(np.float64) - decays * direction
        if not np.isfinite(pushed).all():
            raise FloatingPointError("the Jacobian is not finite")
        return pushed

    size = len(rates)
    search = _all_pairs if size < max(DENSE_BELOW, count + 3) else _leading_pairs
    try:
        pairs, complete = search(balanced, size, count)
        shrinking = np.broadcast_to(decays, size)
        modes, sound = _modes(balanced, pairs, generator, schedule, shrinking)
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
    push: Push,
    pairs: Sequence[_Pair],
    generator: int,
    schedule: Schedule,
    decays: Float[ndarray, " n"],
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
        shrinking = [
            float(np.vdot(half, decays * half).real) / length if length else 0.0
            for half, length in zip(halves, lengths, strict=True)
        ]
        share = lengths[0] / sum(lengths)
        mode = Mode(value, _multiplier(value, own, schedule, shrinking), share)
        modes.append(mode)
        if value.imag:
            conjugates = mode.eigenvalue.conjugate(), mode.multiplier.conjugate()
            modes.append(Mode(*conjugates, share))
    modes.sort(key=lambda mode: (-round(abs(mode.multiplier), 12), -abs(mode.eigenvalue.imag)))
    return tuple(modes), sound


def _push_complex(push: Push, vector: Complex[ndarray, " n"]) -> Complex[ndarray, " n"]:
    imaginary = push(vector.imag) if vector.imag.any() else np.zeros(len(vector))
    return push(vector.real) + 1j * imaginary


def _multiplier(
    value: complex,
    own: Sequence[complex],
    schedule: Schedule,
    decays: Sequence[float] = (0.0, 0.0),
) -> complex:
    """What a round makes of an eigenvector `(a, b)`, in the plane of `(a, 0)` and `(0, b)`.

    There the field is a 2 x 2 matrix with `own` on its diagonal (each player's answer to its own
    half) and `(1, 1)` for its eigenvector. With what is remembered a round is 6 x 6. Half of its
    eigenvalues are those of the plane's other motion: they are told apart by what they would be if
    the field were applied at once. Of the motion's own the slowest one lasts.
    """
    field = np.array([[own[0], value - own[0]], [value - own[1], own[1]]])
    momenta, fading = np.array(schedule.momenta), np.array(decays)
    found = np.linalg.eigvals(_round_of(field + np.diag(fading), momenta, fading, schedule))
    at_once = schedule._replace(discriminator_steps=1, simultaneous=True)
    middle, shrinks = np.array([momenta.mean()]), np.array([fading.mean()])
    expected = np.concatenate(
        [
            np.linalg.eigvals(_round_of(np.array([[one + shrinks[0]]]), middle, shrinks, at_once))
            for one in (value, sum(own) - value)
        ]
    )
    owners, places = linear_sum_assignment(np.abs(np.subtract.outer(expected, found)))
    return complex(max(found[places[owners < len(expected) // 2]], key=abs))


def _round_of(
    field: Complex[ndarray, "p p"],
    momenta: Float[ndarray, " p"],
    decays: Float[ndarray, " p"],
    schedule: Schedule,
) -> Complex[ndarray, "q q"]:
    """A round of a linear game as a matrix on its weights, their momenta and their last moves.

    With one step of both at once and momentum `b` a motion of eigenvalue `l` obeys
    `z^2 - (1 + b + (1 - b) l) z + b = 0`. Without momentum one that looks `s` ahead has
    `1 + l + s l^2` (Gidel et al. 2019, appendix), an optimistic one
    `z^2 - (1 + (1 + s) l) z + s l = 0` (Daskalakis et al. 2018, equation 4).
    """
    x, m, last = np.split(np.eye(3 * len(field), dtype=complex), 3)
    steps = schedule.discriminator_steps
    shares = np.array([[1.0], [1.0 / steps]])[: len(field)]
    b, fading = np.reshape(momenta, (-1, 1)), shares * np.reshape(decays, (-1, 1))

    def moments(x: Complex[ndarray, "p q"], m: Complex[ndarray, "p q"]) -> Any:
        return b * m + (1 - b) * shares * (field @ x)

    def step(player: int) -> None:
        m[player] = moments(x, m)[player]
        x[player] += (m - fading * x)[player]

    for _ in range(steps - schedule.simultaneous):
        step(1)
    if not schedule.simultaneous:
        step(0)
        return np.concatenate([x, m, 0 * last])
    before = m = moments(x, m)
    if schedule.ahead is not None:
        m = moments(x + schedule.ahead * (before - fading * x), before)
    move = m - fading * x
    return np.concatenate([x + move + schedule.optimism * (move - last), m, move])


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
