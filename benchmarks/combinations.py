"""Remedies combined at random: is each combination an error, or a game that can be played?

    python -m benchmarks.combinations               1,000 of them, about an hour on two cores
    python -m benchmarks.combinations --count 50    a quick look
    python -m benchmarks.combinations --first 700   go on from there

A combination takes a few of all fields that choose something, and of each an entry at random with
numbers between a third and three times their defaults. It is either refused, by an error that names
the fields which do not go together, or twenty rounds of it are played. Printed are those that come
to anything else: another error, an error that names no field, a number that is not finite. Exit
code 1 if there are any.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import ValidationError

from ganrun.config import Experiment, pieces
from ganrun.config.declarations import Parameter
from ganrun.config.schema import choices
from ganrun.game.members import game_of, hyperparameters_of
from ganrun.game.players import TrainingState
from ganrun.game.population import state_as_dict
from ganrun.game.properties import quickly_compiled
from ganrun.game.rounds import initial_state, is_finite, play_round

ROUNDS = 20
TOLD_EVERY = 25
"""Combinations between two words of how far it is."""
Config = dict[str, Any]

SMALL: Config = {
    "target": {"modes": 3},
    "generator": {"hidden": [4]},
    "discriminator": {"hidden": [4]},
    "training": {"batch_size": 8},
    "evaluation": {"samples": 100},
}
NAMED: Mapping[str, Mapping[str, Any]] = {
    "objective": pieces.OBJECTIVES,
    "optimizer.name": pieces.OPTIMIZERS,
    "generator.norm": pieces.NORMS,
    "generator.biases": pieces.BIASES,
    "discriminator.norm": pieces.DISCRIMINATOR_NORMS,
    "discriminator.biases": pieces.BIASES,
}
VALUES: Mapping[str, tuple[Any, ...]] = {
    "generator.spectral_norm": (True,),
    "generator.average": (0.0, 0.9),
    "generator.hidden": ([4, 5], [1]),
    "discriminator.spectral_norm": (True,),
    "discriminator.weight_clip": (0.05,),
    "discriminator.dropout": (0.0, 0.3, 0.9),
    "discriminator.packing": (2, 3, 4, 8),
    "discriminator.hidden": ([4, 5], [1]),
    "optimizer.discriminator_b1": (0.0, 0.9),
    "training.batch_size": (1, 2, 6),
    "training.discriminator_steps": (2, 3),
    "training.instance_noise": ({"std": 0.3}, {"std": 1.0, "until": 7}),
    "training.label_smoothing": (0.0, 0.1, 0.5),
    "training.top_k": ({"share": 0.01}, {"share": 0.5, "until": 5}),
}
"""Of fields that hold no piece."""
TAKEN = 0.35
"""The share of all fields that a combination takes."""


class Outcome(NamedTuple):
    """What became of a combination."""

    word: str
    """`played`, `refused`, or what is wrong with it."""
    detail: str = ""

    @property
    def is_right(self) -> bool:
        """Whether it was played or refused as it should be."""
        return self.word in ("played", "refused")


def combination(number: int) -> Config:
    """The config of that number."""
    rng = np.random.default_rng(number)
    config = {name: dict(section) for name, section in SMALL.items()}
    for field, value in chosen(rng):
        section, _, name = field.partition(".")
        if name:
            config.setdefault(section, {})[name] = value
        else:
            config[field] = value
    return config


def chosen(rng: np.random.Generator) -> Iterator[tuple[str, Any]]:
    """Fields and their values, at random."""
    for (section, field), kind in choices().items():
        if rng.random() < TAKEN:
            piece = kind.pieces[rng.choice(list(kind.pieces))]
            numbers = {one.name: number(rng, one) for one in piece.parameters}
            yield f"{section}.{field}", {piece.name: numbers} if numbers else piece.name
    for field, table in NAMED.items():
        if rng.random() < TAKEN:
            yield field, str(rng.choice(list(table)))
    for field, values in VALUES.items():
        if rng.random() < TAKEN:
            yield field, values[rng.integers(len(values))]
    names = [name for name in pieces.PENALTIES if rng.random() < TAKEN / 2]
    yield (
        "penalties",
        {p: {one.name: number(rng, one) for one in pieces.PENALTIES[p].parameters} for p in names},
    )


def number(rng: np.random.Generator, parameter: Parameter) -> float:
    """A value of the parameter: as it is, off, or something around it."""
    values = [parameter.default, parameter.default * 3 ** rng.uniform(-1, 1)]
    if parameter.off is not None:
        values.append(parameter.off)
    value = float(np.clip(values[rng.integers(len(values))], parameter.least, parameter.most))
    return round(value) if parameter.whole else value


def outcome_of(config: Config) -> Outcome:
    """What becomes of a config."""
    one = checked(config)
    if isinstance(one, Outcome):
        return one
    try:
        return played(one)
    except Exception:
        return Outcome("raised", traceback.format_exc(limit=-3))


def checked(config: Config) -> Experiment | Outcome:
    """The experiment, or how it was refused."""
    try:
        return Experiment.model_validate(config)
    except ValidationError as error:
        return refusal(error)


def refusal(error: ValidationError) -> Outcome:
    """An error is right that says which two fields do not go together."""
    for found in error.errors():
        fields = found.get("ctx", {}).get("fields", ())
        if found["type"] != "contradiction" or not fields:
            return Outcome("refused without a reason", str(error))
    return Outcome("refused", str(error))


def played(one: Experiment) -> Outcome:
    """Twenty rounds, compiled in a hurry."""
    game = game_of(one)
    hyper = jax.tree.map(jnp.asarray, hyperparameters_of(one))
    state = initial_state(game, hyper)
    next_round = quickly_compiled(partial(play_round, game))
    for _ in range(ROUNDS):
        state = next_round(hyper, state)
        if not is_finite(state):
            return Outcome("not finite", f"in round {int(state.round)}")
    return Outcome("played") if are_finite(state) else Outcome("not finite", "at the end")


def are_finite(state: TrainingState) -> bool:
    """Whether every number of a state is, but for what a round does not tell."""
    arrays = state_as_dict(state).items()
    return all(np.isfinite(array).all() for name, array in arrays if name != "trace")


def main() -> int:
    """Play so many combinations and print what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="how many combinations")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    for place in range(options.first, options.first + options.count):
        config = combination(place)
        outcome = outcome_of(config)
        counts[outcome.word] += 1
        if not outcome.is_right:
            print(f"{place}: {outcome.word}: {outcome.detail}\n  {config}", flush=True)
        if (place + 1) % TOLD_EVERY == 0:
            print(f"up to {place}: {dict(counts)}", file=sys.stderr, flush=True)
    print(", ".join(f"{count} {word}" for word, count in counts.most_common()))
    return 0 if set(counts) <= {"played", "refused"} else 1


if __name__ == "__main__":
    sys.exit(main())
