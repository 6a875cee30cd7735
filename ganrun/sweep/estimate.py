"""What a sweep will cost, before it is begun: a rough model of a core, and the sizes of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any

from ganrun.config import Experiment
from ganrun.config.declarations import Piece
from ganrun.config.remedies import remedies_in
from ganrun.playing.schedule import evaluation_rounds, snapshot_rounds
from ganrun.sweep.designs import Design

# Measured with `python -m benchmarks.throughput` on one core of a server of 2023; a laptop of that
# age is about as fast. Enough to tell a minute from an hour.
_SECONDS_PER_FLOP = 1 / 95e9
_SECONDS_PER_STEP = 32e-6
_STEPS_PER_PENALTY = 0.35
_SECONDS_PER_TRIAL = 0.25
_SECONDS_PER_COHORT = 6.0
_SECONDS_TO_START = 4.0
_MORE = 2
"""Times its own rounds that a trial is played on for, where it is."""
_MOST_CELLS = 2000


@dataclass(frozen=True)
class Estimate:
    """A sweep's size and what it will cost if nothing of it is there yet."""

    trials: int
    cells: int
    cohorts: int
    core_seconds: float
    disk_bytes: float

    def seconds(self, cores: int) -> float:
        """Wall time on so many cores."""
        return _SECONDS_TO_START + self.core_seconds / max(1, min(cores, self.trials))


def estimate(design: Design, cohorts: int) -> Estimate:
    """Estimate a sweep from some of its cells, evenly spread."""
    every = max(1, design.cells // _MOST_CELLS)
    some = [design.cell(cell).experiment for cell in range(0, design.cells, every)]
    trials = design.trials
    played = trials * (1 + _MORE * design.sweep.confirm)
    seconds = played * sum(map(trial_seconds, some)) / len(some) + cohorts * _SECONDS_PER_COHORT
    disk = played * sum(map(trial_bytes, some)) / len(some)
    return Estimate(trials, design.cells, cohorts, seconds, disk)


def trial_seconds(one: Experiment) -> float:
    """Seconds that one core trains and measures a trial."""
    training = one.training
    # A forward pass multiplies and adds.
    generator = 2 * _weights(one.generator.latent_dim, one.generator.hidden, 2)
    discriminator = 2 * _weights(2, one.discriminator.hidden, 1)
    # A backward pass costs two forward ones; a penalty differentiates once more.
    generator_step = 3 * generator + 2 * discriminator
    penalties = len(one.penalties)
    discriminator_step = generator + 6 * (1 + penalties) * discriminator
    steps = training.discriminator_steps
    flops = training.batch_size * (generator_step + steps * discriminator_step)
    overhead = 1 + steps * (1 + _STEPS_PER_PENALTY * penalties)
    a_round = flops * _SECONDS_PER_FLOP + overhead * _SECONDS_PER_STEP
    return training.steps * times_plain(one) * a_round + _SECONDS_PER_TRIAL


def times_plain(one: Experiment) -> float:
    """Rounds of the plain game that a round takes, for its remedies other than penalties."""
    used = [(remedy.piece, remedy.numbers) for remedy in remedies_in(one)]
    activations = (one.generator.activation, one.discriminator.activation)
    used += [(chosen.piece, chosen.parameters) for chosen in activations]
    return prod(_cost(piece, numbers) for piece, numbers in used)


def _cost(piece: Piece, numbers: Mapping[str, Any]) -> float:
    """What a piece costs, with these numbers instead of the defaults."""
    for one in piece.parameters:
        if one.name == piece.cost_grows_with:
            return 1 + (piece.cost - 1) * numbers.get(one.name, one.default) / one.default
    return piece.cost


def trial_bytes(one: Experiment) -> float:
    """Bytes of a trial's folder on disk."""
    rows = len(evaluation_rounds(one.training.steps, one.evaluation.every))
    kept = len(snapshot_rounds(one.training.steps, one.snapshots.count))
    weights = _weights(one.generator.latent_dim, one.generator.hidden, 2)
    weights += _weights(2, one.discriminator.hidden, 1)
    snapshot = 8 * one.snapshots.samples + 4 * one.snapshots.grid**2
    return rows * (190 + 12 * one.target.mode_count) + 0.92 * kept * snapshot + 12 * weights + 20e3


def _weights(inputs: int, hidden: Sequence[int], outputs: int) -> int:
    sizes = [inputs, *hidden, outputs]
    return sum(a * b for a, b in pairwise(sizes))
