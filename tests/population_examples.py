"""Members of one program, played in whatever company, order and chunks a test asks for.

Run as a program of its own it prints digests of what a few members come to, for comparing with
another process: `python population_examples.py LANES...`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import jax
import numpy as np
from game_examples import Config, bytes_of, experiment, laid_over, sizes_of

from ganrun.config import Experiment
from ganrun.executors.device_threads import on_free_devices
from ganrun.game.members import game_of, hyperparameters_of
from ganrun.game.players import Hyperparameters, TrainingState
from ganrun.game.population import Group, Program, program_for

STEPS = 60
MEASURED_EVERY = 20
DIVERGES_AT_ONCE, DIVERGES_LATER = 1e9, 1e7


class Member(NamedTuple):
    """One GAN and how far it is played; `begun` is a state to go on from."""

    hyper: Hyperparameters
    steps: int = STEPS
    begun: TrainingState | None = None


class Result(NamedTuple):
    """All that a run folder is made from, as bytes; metrics and samples by their rounds."""

    state: dict[str, bytes]
    measured: dict[int, tuple[bytes, ...]]
    snapshots: dict[int, tuple[bytes, ...]]


BASE: Config = {
    "generator": {"hidden": [8, 8]},
    "discriminator": {"hidden": [8, 8], "spectral_norm": True},
    "penalties": {"gradient_penalty": {"weight": 0.5}, "r1": {"weight": 0.1}},
}


def example(seed: int = 0, **sections: Any) -> Experiment:
    """A member of the program under test: two penalties, spectral norm, Adam, two layers."""
    return experiment(seed, **laid_over(BASE, sections))


def program(lanes: int) -> Program:
    return program_for(game_of(example()), sizes_of(example()), lanes)


def member(seed: int = 0, steps: int = STEPS, **sections: Any) -> Member:
    return Member(hyperparameters_of(example(seed, **sections)), steps)


def diverging(rate: float, seed: int = 7) -> Member:
    """A member whose generator takes steps of that size."""
    hyper = member(seed).hyper
    descent = hyper.generator._replace(learning_rate=np.float32(rate))
    return Member(hyper._replace(generator=descent))


def company() -> list[Member]:
    """Members that differ in everything that may differ inside a program."""
    custom = {"layout": "custom", "means": [[9, 9], [0, 1], [-5, 0]], "stds": [0.1, 1, 2]}
    return [
        member(11, optimizer={"learning_rate": 0.3, "b1": 0.0, "b2": 0.5}),
        member(12, steps=13, training={"discriminator_steps": 5}),
        member(13, target=custom | {"weights": [1, 2, 3]}, discriminator={"weight_clip": 0.01}),
        member(
            14, steps=40, penalties={"gradient_penalty": {"weight": 9.0}, "r1": {"weight": 7.0}}
        ),
        member(15, optimizer={"learning_rate_ratio": 10.0}, training={"discriminator_steps": 2}),
    ]


def play_members(
    members: Sequence[Member], lanes: int, *, chunk: int | Sequence[int] = STEPS, threads: int = 1
) -> list[Result]:
    """Play all members to their ends, `lanes` at a time, in chunks of the lengths given."""
    groups = [members[i : i + lanes] for i in range(0, len(members), lanes)]
    order: dict[int, list[Result]] = {}

    def task(place: int, device: Any) -> None:
        order[place] = play_group(groups[place], program(lanes), device, chunk)

    devices = [jax.local_devices()[0]] * threads
    for _ in on_free_devices(task, range(len(groups)), devices, abort=lambda: None):
        pass
    return [result for place in sorted(order) for result in order[place]]


def play_group(
    members: Sequence[Member], program: Program, device: Any, chunk: int | Sequence[int]
) -> list[Result]:
    lengths: Iterator[int] = repeat(chunk) if isinstance(chunk, int) else iter(chunk)
    group = Group(program, device, [m.hyper for m in members], [m.begun for m in members])
    measured: list[dict[int, tuple[bytes, ...]]] = [{} for _ in members]
    snapshots: list[dict[int, tuple[bytes, ...]]] = [{} for _ in members]
    while True:
        ended = [
            r >= m.steps or d is not None
            for r, m, d in zip(group.rounds, members, group.diverged_at, strict=True)
        ]
        due = [
            lane
            for lane, r in enumerate(group.rounds)
            if r not in measured[lane] and (r % MEASURED_EVERY == 0 or ended[lane])
        ]
        if due:
            evaluations, drawn = group.evaluate(), group.snapshot()
            for lane in due:
                now = group.rounds[lane]
                measured[lane][now] = leaves_of((evaluations[lane], group.trace(lane)))
                snapshots[lane][now] = leaves_of(drawn[lane])
        if all(ended):
            states = [bytes_of(group.state(lane)) for lane in range(group.size)]
            return [Result(*parts) for parts in zip(states, measured, snapshots, strict=True)]
        length = next(lengths)
        group.advance(
            [
                min(r + length, m.steps, r + MEASURED_EVERY - r % MEASURED_EVERY)
                for r, m in zip(group.rounds, members, strict=True)
            ]
        )


def leaves_of(tree: Any) -> tuple[bytes, ...]:
    return tuple(np.asarray(x).tobytes() for x in jax.tree.leaves(tree))


def digests(lanes: int) -> list[str]:
    """What a few members come to, in a form that another process can print."""
    results = play_members([member(1), *company()[:2], member(2)], lanes, threads=2)
    return [hashlib.sha256(repr(result).encode()).hexdigest() for result in results]


if __name__ == "__main__":
    from ganrun.game import backend

    backend.prepare()
    found = {lanes: digests(int(lanes)) for lanes in sys.argv[1:]}
    print(json.dumps({"cores": backend.cores(), "digests": found}))
