"""Fresh samples from a run's checkpoint."""

from __future__ import annotations

from jaxtyping import Float
from numpy import ndarray

from ganrun.errors import ArgumentError
from ganrun.executors.compile_cache import compile_cache
from ganrun.game import backend
from ganrun.store import RunFolder, StoreError

MOST = 100_000_000
"""Samples at once, which take 800 MB."""
SEEDS = 1 << 32


def fresh_samples(run: RunFolder, count: int, seed: int, *, average: bool) -> Float[ndarray, "N 2"]:
    """So many samples of a run's generator; see `Run.generate`."""
    for what, number, least, end in (("count", count, 1, MOST + 1), ("seed", seed, 0, SEEDS)):
        if not least <= number < end:
            raise ArgumentError(f"{what}: expected {least:,} to {end - 1:,}, not {number:,}")
    checkpoint = run.checkpoint()
    if checkpoint is None:
        raise StoreError(f"{run.path}: is {run.status} and has no checkpoint to generate from")
    with backend.borrowed(compile_cache()):
        from ganrun.game.generation import generated
        from ganrun.game.members import game_of, hyperparameters_of
        from ganrun.game.population import state_from_dict

        game = game_of(run.config)
        if average and not game.averages:
            raise ArgumentError(f"{run.path}: kept no average of its generator (generator.average)")
        try:
            state = state_from_dict(game, checkpoint.state, hyperparameters_of(run.config))
        except ValueError as error:
            raise StoreError(f"{run.path}: {error}") from error
        generator = state.generator
        if average:
            generator = generator._replace(params=state.average)
        return generated(game, generator, seed, count)
