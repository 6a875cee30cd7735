"""The population engine: many GANs, one program.

A program is compiled for `lanes` members that advance together under `vmap`, whatever the size of
the population: a lone member is padded to it, and a thousand are cut into groups of it. So there
is one program per game, and a member's bits cannot depend on its neighbours, on how many there
are, on the number of cores or on the length of the chunks. A chunk is hundreds of rounds, so the
host's part is small.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from ganrun.config.metrics import AVERAGED, ROUND_METRICS
from ganrun.game.manifold import manifold
from ganrun.game.players import (
    Game,
    Hyperparameters,
    TrainingState,
    company_needed,
    field_at,
    sampled,
    standing,
)
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import initial_state, play_until
from ganrun.measure.evaluation import METRICS as SAMPLED
from ganrun.measure.evaluation import evaluate_samples

_STANDING = 1 << 23
"""Child of an evaluation's key: for the batches that a moving average stands on."""
LINES = 16
"""Lines each way of a snapshot's net of latent points."""
GPU_LANES = 64
"""Members per device program on an accelerator, where one small GAN leaves most of it idle."""


def lanes_for(backend: str) -> int:
    """How many members advance together: a constant of the backend, never of the population."""
    return 1 if backend == "cpu" else GPU_LANES


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """The shapes of what is measured and kept."""

    modes: int
    evaluation_samples: int
    snapshot_samples: int
    grid: int


class Evaluation(NamedTuple):
    """Generator samples and what `measure.evaluation` says of them; all on the device."""

    samples: Float[Array, "N 2"]
    metrics: dict[str, Array]
    averaged_samples: Float[Array, "N 2"] | tuple[()] = ()
    """Of the same latent points by the generator's moving average, where there is one; what is said
    of them stands among the metrics under names that begin with `AVERAGED`."""


class SnapshotArrays(NamedTuple):
    """Generator samples and the discriminator's logit on a grid, rows along y from the lowest."""

    samples: Float[Array, "N 2"]
    field: Float[Array, "G G"]
    manifold: Float[Array, "L M 2"] | tuple[()] = ()
    """`game.manifold`, where that was asked for and the latents have it."""


def evaluate(game: Game, sizes: Sizes, hyper: Hyperparameters, state: TrainingState) -> Evaluation:
    """Measure the generator on fresh samples of this round."""
    key = round_key(hyper.seed, Stream.EVALUATION, state.round)
    samples = sampled(game, state.generator, key, sizes.evaluation_samples)
    target = hyper.target
    modes = (target.means, target.whitening, target.weights, target.owner)
    metrics = evaluate_samples(samples, *modes)
    if not game.averages:
        return Evaluation(samples, metrics)
    average = standing(
        game, state.generator._replace(params=state.average), jax.random.fold_in(key, _STANDING)
    )
    beside = sampled(game, average, key, sizes.evaluation_samples)
    found = evaluate_samples(beside, *modes)
    named = {AVERAGED + name: found[name] for name in SAMPLED}
    return Evaluation(samples, metrics | named, beside)


def take_snapshot(
    game: Game, sizes: Sizes, hyper: Hyperparameters, state: TrainingState
) -> SnapshotArrays:
    """Samples to look at, and what the discriminator thinks of the plane around the modes."""
    key = round_key(hyper.seed, Stream.SNAPSHOT, state.round)
    extent = hyper.target.extent
    company = company_key(hyper)
    seen = picture(game, state, key, company, sizes.snapshot_samples, sizes.grid, extent)
    return seen._replace(manifold=manifold(game, state.generator, LINES))


def company_key(hyper: Hyperparameters) -> PRNGKeyArray:
    """The key of the fakes beside which a point is looked at: always the same latent points."""
    return round_key(hyper.seed, Stream.COMPANY, 0)


def picture(
    game: Game,
    state: TrainingState,
    key: PRNGKeyArray,
    company_key: PRNGKeyArray,
    count: int,
    grid: int,
    window: Float[Array, " 4"],
) -> SnapshotArrays:
    """So many samples from this key, and the field in `(x_min, x_max, y_min, y_max)`.

    A discriminator that sees several points at once sees each point of the grid in the company of
    fakes (`players.field_at`): the same latent points in every picture of a seed.
    """
    samples = sampled(game, state.generator, key, count)
    x_min, x_max, y_min, y_max = window
    steps = jnp.linspace(0, 1, grid)
    x, y = jnp.meshgrid(x_min + steps * (x_max - x_min), y_min + steps * (y_max - y_min))
    points = jnp.stack([x.ravel(), y.ravel()], axis=-1)
    needed = company_needed(game)
    company = sampled(game, state.generator, company_key, needed) if needed else samples[:0]
    logits = field_at(game, state.discriminator, points, company)
    return SnapshotArrays(samples, logits.reshape(grid, grid))


def lanewise(function: Callable[..., Any], lanes: int, **options: Any) -> Any:
    """Compile a function of one member for `lanes` members; `options` are those of `jax.jit`."""

    def alone(*arguments: Any) -> Any:
        # Without vmap the loops keep scalar bounds, and nothing is selected after each iteration.
        return jax.tree.map(lambda x: x[None], function(*jax.tree.map(lambda x: x[0], arguments)))

    return jax.jit(jax.vmap(function) if lanes > 1 else alone, **options)


class Program:
    """The compiled functions of one game at one set of sizes, for `lanes` members at a time."""

    def __init__(self, game: Game, sizes: Sizes, lanes: int) -> None:
        self.game = game
        self.sizes = sizes
        self.lanes = lanes
        self.initialize = lanewise(functools.partial(initial_state, game), lanes)
        self.advance = lanewise(functools.partial(play_until, game), lanes, donate_argnums=1)
        self.evaluate = lanewise(functools.partial(evaluate, game, sizes), lanes)
        self.snapshot = lanewise(functools.partial(take_snapshot, game, sizes), lanes)

    def compile(self, example: Hyperparameters, device: Any) -> None:
        """Compile everything now (or fetch it from the cache), so that no two threads do."""
        hyper = self.place([example], device)
        state = self.initialize(hyper)
        self.snapshot(hyper, state)
        self.evaluate(hyper, state)
        stop = np.zeros(self.lanes, np.int32)
        jax.block_until_ready(self.advance(hyper, state, stop))

    def place(self, members: Sequence[Any], device: Any) -> Any:
        """Stack up to `lanes` pytrees on a device, repeating the last one to fill the lanes."""
        padded = [*members, *[members[-1]] * (self.lanes - len(members))]
        return jax.device_put(jax.tree.map(lambda *leaves: np.stack(leaves), *padded), device)


@functools.cache
def program_for(game: Game, sizes: Sizes, lanes: int) -> Program:
    """The one program of a game in this process."""
    return Program(game, sizes, lanes)


class Group:
    """Up to `lanes` members on one device, advanced together."""

    def __init__(
        self,
        program: Program,
        device: Any,
        hyperparameters: Sequence[Hyperparameters],
        states: Sequence[TrainingState | None],
    ) -> None:
        """Put the members on the device; those without a state begin at round 0."""
        self.size = len(hyperparameters)
        self._program = program
        self._device = device
        self._hyper = program.place(hyperparameters, device)
        self._state = program.initialize(self._hyper)
        if any(state is not None for state in states):
            fresh = [self.state(i) for i in range(self.size)]
            merged = [
                old if old is not None else new for old, new in zip(states, fresh, strict=True)
            ]
            self._state = program.place(merged, device)

    def advance(self, stops: Sequence[int]) -> None:
        """Play each member until its `stop` (rounds completed), or until it diverges."""
        padded = [*stops, *[stops[-1]] * (self._program.lanes - self.size)]
        stop = np.asarray(padded, np.int32)
        self._state = jax.block_until_ready(self._program.advance(self._hyper, self._state, stop))

    def change(self, hyperparameters: Sequence[Hyperparameters]) -> None:
        """Give the members other hyperparameters; their states stay, and nothing is compiled."""
        self._hyper = self._program.place(hyperparameters, self._device)

    def become(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Let a `lanewise` function of hyperparameters, state and more make each next state.

        The other arguments are the same for every member.
        """
        self._state = jax.block_until_ready(function(*self._of_all(arguments)))

    def look(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        """What such a function says of every member, in NumPy."""
        arrays = jax.tree.map(np.asarray, function(*self._of_all(arguments)))
        return [jax.tree.map(itemgetter(i), arrays) for i in range(self.size)]

    def _of_all(self, arguments: Sequence[Any]) -> list[Any]:
        shared = [np.stack([np.asarray(one)] * self._program.lanes) for one in arguments]
        return [self._hyper, self._state, *shared]

    @property
    def rounds(self) -> list[int]:
        """Rounds completed, per member."""
        return [int(r) for r in np.asarray(self._state.round)[: self.size]]

    @property
    def diverged_at(self) -> list[int | None]:
        """The round in which each member diverged; None for those that did not."""
        return [int(r) or None for r in np.asarray(self._state.diverged_at)[: self.size]]

    def state(self, lane: int) -> TrainingState:
        """One member's whole training state, in NumPy."""
        return jax.tree.map(lambda x: np.asarray(x[lane]), self._state)

    def trace(self, lane: int) -> dict[str, np.float32]:
        """What the latest round of one member looked like."""
        return dict(zip(ROUND_METRICS, np.asarray(self._state.trace)[lane], strict=True))

    def evaluate(self) -> list[Any]:
        """Every member's `Evaluation` at its present round, in NumPy."""
        return self.look(self._program.evaluate)

    def snapshot(self) -> list[Any]:
        """Every member's `SnapshotArrays` at its present round, in NumPy."""
        return self.look(self._program.snapshot)


def state_as_dict(state: TrainingState) -> dict[str, np.ndarray]:
    """A training state as flat named arrays, such as `generator/params`."""
    return {name: np.asarray(leaf) for name, leaf in _named_leaves(state).items()}


def _named_leaves(state: TrainingState) -> dict[str, Any]:
    leaves = jax.tree.leaves_with_path(state)
    return {jax.tree_util.keystr(path, simple=True, separator="/"): leaf for path, leaf in leaves}


def state_from_dict(
    game: Game, arrays: Mapping[str, np.ndarray], hyper: Hyperparameters
) -> TrainingState:
    """What `state_as_dict` wrote. Raises `ValueError` if it is of another game.

    A trace of other metrics than today's is left behind: no round rests on the one before it.
    """
    template = jax.eval_shape(functools.partial(initial_state, game), hyper)
    leaves = _named_leaves(template)
    if set(leaves) != set(arrays):
        raise ValueError("the checkpoint is not of this game: its arrays have other names")
    for name, leaf in leaves.items():
        found = arrays[name]
        if name == "trace" and found.ndim == 1 and len(found) != len(ROUND_METRICS):
            arrays = {**arrays, name: np.full(leaf.shape, np.nan, leaf.dtype)}
        elif found.shape != leaf.shape or found.dtype != leaf.dtype:
            raise ValueError(f"the checkpoint is not of this game: {name} has another shape")
    return jax.tree.unflatten(jax.tree.structure(template), [arrays[name] for name in leaves])
