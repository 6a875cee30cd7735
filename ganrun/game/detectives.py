"""A fresh detective: could anybody tell the fakes from the real points, if it began anew?

The run's generator stands still, and a new discriminator of the same hidden sizes and activation
learns to tell its fakes by plain binary cross-entropy, without penalties, spectral norm or clip,
until it no longer improves. Its AUC on points that nobody has seen is the chance that a real point
looks more real to it than a fake: 0.5 for a perfect forger, whatever the detective (a classifier
two-sample test, Lopez-Paz & Oquab 2017). Beside it stands the AUC of the run's own discriminator on
the same points. Where the fresh one sees what the live one does not, the live one is to blame.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.special
import scipy.stats
from jaxtyping import Array, Float, Int
from numpy import ndarray

from ganrun.game.networks import Network
from ganrun.game.penalties import Batch
from ganrun.game.players import (
    Game,
    Hyperparameters,
    Player,
    TrainingState,
    discriminators_turn,
    in_batches,
    optimizer_of,
    sampled,
    step,
    whole_batches,
)
from ganrun.game.randomness import Stream, round_key
from ganrun.game.slopes import slopes_on
from ganrun.game.targets import sample_target

CHUNK = 250
"""Steps between two looks at the validation points."""
CHUNKS = 40
"""The detective stops after so many, improving or not."""
PATIENCE = 3
"""It stops when so many chunks in a row bring nothing material..."""
MATERIAL = 0.005
"""...which is this much AUC."""
TRAINING_BATCH = 256
VALIDATION = 2000
"""Points on each side that choose where to stop."""
TEST = 5000
"""Points on each side that give the AUCs; the standard error is at most 0.006."""
LEARNING_RATE, B1, B2, EPS = 1e-3, 0.9, 0.999, 1e-8


class Detective(NamedTuple):
    """What the live and a fresh discriminator see; None where their logits are not finite."""

    live_auc: float | None
    fresh_auc: float | None
    fresh_interval: tuple[float, float] | None
    """95 % interval of `fresh_auc` (see `auc_interval`)."""
    steps: int
    """Steps that the fresh one took in all."""
    converged: bool
    """Whether it stopped because it no longer improved."""
    company: str | None = None
    """What the live one was shown beside each point, in a sentence."""


def fresh_detective(game: Game, hyper: Hyperparameters, state: TrainingState) -> Detective:
    """Train a new discriminator against the state's generator, and compare it with the state's.

    It learns from fresh batches of `TRAINING_BATCH`; the best of its chunks by validation AUC is
    the one that is tested. All points are the same for all states of a seed.
    """
    plain = _plain_game(game)
    by_adam = _plain_hyperparameters(hyper)
    points = np.asarray(_points(plain, by_adam, state.generator))
    live = _seen(game, state.discriminator, points)
    player = _new_player(plain, by_adam)
    if not np.isfinite(points).all():
        return Detective(live.test_auc, None, None, 0, False, company_of(game))

    chosen = _seen(plain, player, points)
    best = mark = chosen.validation_auc or 0.0
    chunk = stale = 0
    while chunk < CHUNKS and stale < PATIENCE:
        player = _train(plain, by_adam, state.generator, player, np.int32(chunk))
        chunk += 1
        seen = _seen(plain, player, points)
        found = seen.validation_auc
        if found is None:
            break
        if found > best:
            best, chosen = found, seen
        improved = found > mark + MATERIAL
        mark, stale = (found, 0) if improved else (mark, stale + 1)
    interval = None if chosen.test_auc is None else auc_interval(*chosen.test)
    steps, settled = chunk * CHUNK, stale >= PATIENCE
    return Detective(live.test_auc, chosen.test_auc, interval, steps, settled, company_of(game))


def company_of(game: Game) -> str | None:
    """What the run's own detective is shown beside a point here, as in its game, in a sentence.

    None where it is shown points alone, as the fresh one is.
    """
    packs = f"packs of {game.packing}" if game.packing > 1 else "points"
    if game.discriminator.sees_batches:
        return (
            f"The run's own was shown {packs} in whole batches of one kind, as in its game, the "
            "fresh one every point by itself."
        )
    if game.packing > 1:
        return (
            f"The run's own was shown {packs} of one kind, as in its game, the fresh one every "
            "point by itself."
        )
    return None


class _Seen(NamedTuple):
    """A discriminator's logits of held-out points, half of them real; float64."""

    validation: Float[ndarray, "2 V"]
    test: Float[ndarray, "2 T"]

    @property
    def validation_auc(self) -> float | None:
        return _auc(self.validation)

    @property
    def test_auc(self) -> float | None:
        return _auc(self.test)


def _auc(logits: Float[ndarray, "2 N"]) -> float | None:
    return auc(logits[0], logits[1]) if np.isfinite(logits).all() else None


def _seen(game: Game, player: Player, points: Float[ndarray, "N 2"]) -> _Seen:
    validation, test = np.split(points, [2 * VALIDATION])
    return _Seen(_judged(game, player, validation), _judged(game, player, test))


def _judged(game: Game, player: Player, points: Float[ndarray, "N 2"]) -> Float[ndarray, "2 n"]:
    """The logits of points of which the first half is real: of packs, where it sees packs."""
    each = len(points) // 2
    kept = min(whole_batches(game, each), each)
    kinds = np.split(points, 2)
    both = np.concatenate([kind[:kept] for kind in kinds])
    looked = dataclasses.replace(game, batch_size=min(game.batch_size, kept))  # none holds both
    return np.asarray(_logits(looked, player, both), np.float64).reshape(2, -1)


@functools.partial(jax.jit, static_argnums=0)
def _logits(game: Game, player: Player, points: Float[Array, "N 2"]) -> Float[Array, " n"]:
    return in_batches(game, game.discriminator.unravel(player.params), player.vectors, points)


def auc(real: Float[ndarray, " R"], fake: Float[ndarray, " F"]) -> float:
    """The chance that a real point's logit is above a fake's; ties count half.

    The Mann-Whitney statistic, from the ranks of all logits together.
    """
    ranks = scipy.stats.rankdata(np.concatenate([real, fake])).astype(np.float64)
    above = ranks[: len(real)].sum() - len(real) * (len(real) + 1) / 2
    return float(above / (len(real) * len(fake)))


def auc_interval(
    real: Float[ndarray, " R"], fake: Float[ndarray, " F"], level: float = 0.95
) -> tuple[float, float]:
    """DeLong's interval of an AUC (DeLong, DeLong & Clarke-Pearson 1988), from midranks.

    By midranks as in Sun & Xu 2014; on the logit scale, so that it stays within [0, 1] (Pepe 2003,
    section 5.2). An AUC of exactly 0 or 1 has no variance: there the chance of seeing no
    wrong order is bounded by Clopper & Pearson's rule for the smaller of the two samples.
    """
    area = auc(real, fake)
    least = min(len(real), len(fake))
    if area in (0.0, 1.0):
        bound = (1 - level) / 2
        reach = 1 - bound ** (1 / least)
        return (1 - reach, 1.0) if area == 1.0 else (0.0, reach)
    ranks = scipy.stats.rankdata(np.concatenate([real, fake]))
    beaten = (ranks[: len(real)] - scipy.stats.rankdata(real)) / len(fake)
    beating = 1 - (ranks[len(real) :] - scipy.stats.rankdata(fake)) / len(real)
    variance = np.var(beaten, ddof=1) / len(real) + np.var(beating, ddof=1) / len(fake)
    quantile = scipy.stats.norm.ppf((1 + level) / 2)
    reach = quantile * math.sqrt(variance) / (area * (1 - area))
    middle = scipy.special.logit(area)
    low, high = scipy.special.expit([middle - reach, middle + reach])
    return float(low), float(high)


def _plain_game(game: Game) -> Game:
    """The same generator against a plain discriminator, whatever the run's is made to obey."""
    network = Network(
        inputs=2,
        hidden=game.discriminator.hidden,
        outputs=1,
        activation=game.discriminator.activation,
        initializer="lecun_normal",
        initializer_gain=1.0,
        bias_initializer="zeros",
    )
    return Game(
        generator=game.generator,
        discriminator=network,
        objective="non_saturating",
        penalties=(),
        optimizer="adam",
        batch_size=TRAINING_BATCH,
    )


def _plain_hyperparameters(hyper: Hyperparameters) -> Hyperparameters:
    numbers = {"learning_rate": LEARNING_RATE, "b1": B1, "b2": B2, "eps": EPS}
    scalars: Any = {name: np.float32(value) for name, value in numbers.items()}
    descent = hyper.discriminator._replace(**scalars)
    no_clip: Any = np.float32(math.inf)
    return hyper._replace(penalties={}, discriminator=descent, weight_clip=no_clip)


def _key(hyper: Hyperparameters, purpose: int) -> Array:
    return round_key(hyper.seed, Stream.DIAGNOSIS, purpose)


@functools.partial(jax.jit, static_argnums=0)
def _points(game: Game, hyper: Hyperparameters, forger: Player) -> Float[Array, "N 2"]:
    """Points that nobody learns from: real ones and fakes to validate with, then those to test."""

    def both(purpose: int, count: int) -> Float[Array, "N 2"]:
        real_key, latent_key = jax.random.split(_key(hyper, purpose))
        real = sample_target(real_key, hyper.target, count)
        return jnp.concatenate([real, sampled(game, forger, latent_key, count)])

    return jnp.concatenate([both(4, VALIDATION), both(5, TEST)])


@functools.partial(jax.jit, static_argnums=0)
def _new_player(game: Game, hyper: Hyperparameters) -> Player:
    params, vectors = game.discriminator.initialize(_key(hyper, 6))
    return Player(params, optimizer_of(game, hyper.discriminator).transform.init(params), vectors)


@functools.partial(jax.jit, static_argnums=0)
def _train(
    game: Game,
    hyper: Hyperparameters,
    forger: Player,
    player: Player,
    chunk: Int[Array, ""],
) -> Player:
    """One chunk of steps."""
    turn = discriminators_turn(game, hyper)

    def next_step(i: Array, player: Player) -> Player:
        """On fakes as they are measured, like those of the test."""
        keys = jax.random.split(jax.random.fold_in(_key(hyper, 7), i), 3)
        real = sample_target(keys[0], hyper.target, game.batch_size)
        batch = Batch(real, sampled(game, forger, keys[1], game.batch_size), keys[2])
        return step(game, turn, player, slopes_on(game, hyper, batch, None, player).slopes)

    return jax.lax.fori_loop(chunk * CHUNK, (chunk + 1) * CHUNK, next_step, player)
