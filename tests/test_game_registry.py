"""What configs may name is what there is: every declaration has its implementation.

Every entry of every table enters these tests by itself: it is played, its numbers are data and do
something, at its neutral strength it leaves the plain game alone, and nobody else's name is played.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Collection, Iterator, Mapping
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import (
    Config,
    all_finite,
    experiment,
    hyper_of,
    laid_over,
    traced_once,
    without_compiling,
)

from ganrun.config import Experiment, metrics, pieces, targets, traced_values
from ganrun.config.declarations import Declaration, Parameter
from ganrun.config.fields import OneOf, Section
from ganrun.config.schema import choices
from ganrun.game import latents, layers, players, properties, schedules
from ganrun.game.chosen import Chosen
from ganrun.game.members import OPTIONAL, game_of
from ganrun.game.objectives import OBJECTIVES
from ganrun.game.optimizers import OPTIMIZERS, Optimizer
from ganrun.game.penalties import PENALTIES
from ganrun.game.players import TrainingState
from ganrun.game.population import state_as_dict
from ganrun.game.properties import Entry, another, nested, small
from ganrun.game.rounds import initial_state, is_finite, play_round
from ganrun.game.spectrum import local_spectrum
from ganrun.game.updates import UPDATES
from ganrun.measure import evaluation
from ganrun.measure.final import final_metrics
from ganrun.mixture import LAYOUTS, mixture_of

pytestmark = pytest.mark.usefixtures("quick_xla")

DECLARED = pieces.OPTIMIZERS
DETAILS = ("recovered_modes", "mixture_reached_bound")
"""What `summary.json` says besides metrics of the fit that counts the modes."""


@pytest.mark.parametrize(
    ("declared", "implemented"),
    [
        pytest.param(pieces.OBJECTIVES, OBJECTIVES, id="objectives"),
        pytest.param(pieces.PENALTIES, PENALTIES, id="penalties"),
        pytest.param(pieces.OPTIMIZERS, OPTIMIZERS, id="optimizers"),
        pytest.param(pieces.UPDATES, UPDATES, id="update rules"),
        pytest.param(pieces.SCHEDULES, schedules.SCHEDULES, id="schedules"),
        pytest.param(pieces.DATA, players.DATA, id="data"),
        pytest.param(pieces.LATENTS, latents.LATENTS, id="latents"),
        pytest.param(pieces.NORMS, layers.NORMS, id="norms"),
        pytest.param(pieces.BIASES, layers.BIASES, id="biases"),
        pytest.param(pieces.MINIBATCH, layers.MINIBATCH, id="minibatch features"),
        pytest.param(pieces.ACTIVATIONS, layers.ACTIVATIONS, id="activations"),
        pytest.param(pieces.INITIALIZERS, layers.INITIALIZERS, id="initializers"),
        pytest.param(pieces.BIAS_INITIALIZERS, layers.BIAS_INITIALIZERS, id="bias initializers"),
        pytest.param(targets.LAYOUTS, LAYOUTS, id="layouts"),
    ],
)
def test_declared_and_implemented_names_are_the_same(
    declared: Collection[str], implemented: Collection[str]
) -> None:
    assert set(declared) == set(implemented)


def test_the_discriminators_norms_are_some_of_all() -> None:
    assert pieces.DISCRIMINATOR_NORMS.items() <= pieces.NORMS.items()


# Names that nobody declared


NOBODYS = "unheard_of"


@pytest.mark.parametrize(
    "piece", ["objective", "penalties", "optimizer", "updates", "schedule", "data"]
)
def test_a_piece_that_nobody_declared_is_neither_played_nor_studied(piece: str) -> None:
    one = experiment(generator={"hidden": [4]}, discriminator={"hidden": [4]})
    game, hyper = game_of(one), hyper_of(one)
    chosen = isinstance(getattr(game, piece), Chosen)
    unheard: Any = (NOBODYS,) if piece == "penalties" else Chosen(NOBODYS) if chosen else NOBODYS
    hyper = hyper._replace(strengths={"optimizer.schedule": {}})
    other = dataclasses.replace(game, **{piece: unheard})
    with without_compiling():
        state = initial_state(game, hyper)
        with pytest.raises(KeyError, match=NOBODYS):
            play_round(other, hyper, state)
        with pytest.raises(KeyError, match=NOBODYS):
            local_spectrum(other, hyper, state, batch=4)


@pytest.mark.parametrize(
    "part",
    ["activation", "initializer", "bias_initializer", "biases", "norm", "minibatch", "latent"],
)
def test_a_network_of_a_part_that_nobody_declared_is_not_built(part: str) -> None:
    game, hyper = game_of(experiment()), hyper_of(experiment())
    chosen = isinstance(getattr(game.generator, part), Chosen)
    unheard: Any = {part: Chosen(NOBODYS) if chosen else NOBODYS}
    other = dataclasses.replace(game, generator=dataclasses.replace(game.generator, **unheard))
    with pytest.raises(KeyError, match=NOBODYS):
        play_round(other, hyper, initial_state(other, hyper))


# Every entry by itself


TRIED: Config = {
    "generator.spectral_norm": True,
    "generator.average": 0.9,
    "discriminator.spectral_norm": True,
    "discriminator.weight_clip": 0.1,
    "discriminator.dropout": 0.3,
    "discriminator.packing": 2,
    "training.instance_noise": {"std": 0.1, "until": 3},
    "training.label_smoothing": 0.1,
    "training.top_k": {"share": 0.5, "until": 3},
}
"""Remedies that are fields of their own, and a value at which each does something."""
OFF: Config = {
    "generator.average": 0.9,  # beside the generator, never in its stead
    "discriminator.weight_clip": 100.0,
    "discriminator.dropout": 0.0,
    "training.instance_noise": {"std": 0.0},
    "training.label_smoothing": 0.0,
    "training.top_k": {"share": 1.0},
}
"""Those that are data, and the value at which each does nothing."""


def chosen(entry: Entry, **numbers: float) -> Config:
    """The sections that choose an entry: a piece, or a field of its own."""
    return entry.config(**numbers) if entry.name else nested(entry.field, TRIED[entry.field])


def sections() -> Iterator[tuple[str, type[Section]]]:
    """The config's sections, and that of the fields that stand in none."""
    yield "", Experiment
    for name, field in Experiment.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield name, field.annotation


def named_pieces() -> Iterator[tuple[str, Mapping[str, Declaration]]]:
    """Fields that hold one of a table's names, and the table."""
    for section, model in sections():
        for name, field in model.model_fields.items():
            for one in field.metadata:
                if isinstance(one, OneOf) and "initializer" not in name:
                    assert isinstance(one.names, Mapping)
                    yield f"{section}.{name}".lstrip("."), one.names


def entries() -> Iterator[Entry]:
    """All there is to choose, but for initial weights."""
    for (section, field), kind in choices().items():
        for name, piece in kind.pieces.items():
            yield Entry(f"{section}.{field}", name, piece.parameters)
    for field, table in named_pieces():
        yield from (Entry(field, name) for name in table)
    for name, penalty in pieces.PENALTIES.items():
        yield Entry("penalties", name, penalty.parameters)
    yield from (Entry(field, "") for field in pieces.REMEDIES)


ENTRIES = tuple(entries())
MET = ("objective", "optimizer.name", "training.updates")
"""What every two pieces of which train together below, which stays finite too."""
every_parameter = pytest.mark.parametrize(
    ("entry", "parameter"),
    [
        pytest.param(entry, parameter, id=f"{entry} {parameter.name}")
        for entry in ENTRIES
        for parameter in entry.parameters
    ],
)


def after_a_round(one: Experiment, rounds: int = 1) -> TrainingState:
    game, hyper = game_of(one), hyper_of(one)
    with without_compiling():
        state = initial_state(game, hyper)
        for _ in range(rounds):
            state = play_round(game, hyper, state)
    return state


def test_every_field_that_is_a_remedy_or_optional_is_tried() -> None:
    assert set(TRIED) == set(pieces.REMEDIES)
    assert set(OPTIONAL) <= set(OFF) <= set(TRIED)


@pytest.mark.parametrize("entry", [one for one in ENTRIES if one.field not in MET], ids=str)
def test_every_entry_is_played(entry: Entry) -> None:
    """But for those that play with each other below."""
    state = after_a_round(small(chosen(entry)))
    properties.stays_finite(state)
    trace = dict(zip(metrics.ROUND_METRICS, np.asarray(state.trace), strict=True))
    assert all_finite({name: x for name, x in trace.items() if name != "accuracy_d"})


@cache
def plain() -> list[TrainingState]:
    return properties.plain_games(after_a_round)


def neutral_games() -> Iterator[Any]:
    for entry in ENTRIES:
        for parameter in entry.parameters:
            if parameter.off is not None:
                off = chosen(entry, **{parameter.name: parameter.off})
                yield pytest.param(off, id=f"{entry} {parameter.name}")
    for field, value in OFF.items():
        yield pytest.param(nested(field, value), id=field)


@pytest.mark.parametrize("sections", list(neutral_games()))
def test_at_its_neutral_strength_an_entry_leaves_the_plain_game_as_it_is(sections: Config) -> None:
    """Rules that move both players at once become the plain game that does so too."""
    properties.is_one_of(after_a_round(small(sections)), plain())


@every_parameter
def test_a_parameter_is_data_to_one_program_unless_it_is_declared_static(
    entry: Entry, parameter: Parameter
) -> None:
    """Two strengths are one cohort, and a round that is traced once knows neither."""
    properties.is_data_unless_static(entry, parameter)


@pytest.mark.parametrize(
    "entry", [one for one in ENTRIES if one.parameters or one.field in OPTIONAL], ids=str
)
def test_no_round_looks_at_the_values_of_what_is_data(entry: Entry) -> None:
    properties.is_traced(small(chosen(entry)))


@every_parameter
def test_every_parameter_reaches_the_game_as_itself(entry: Entry, parameter: Parameter) -> None:
    value = another(parameter)
    one = small(chosen(entry, **{parameter.name: value}))
    if parameter.static:
        section, name = entry.field.split(".")
        held = getattr(getattr(one, section), name)
        assert held.static_numbers[parameter.name] == value
        return
    hyper = hyper_of(one)
    numbers = (
        hyper.penalties[entry.name] if entry.field == "penalties" else hyper.strengths[entry.field]
    )
    assert float(numbers[parameter.name]) == np.float32(value)
    assert set(numbers) == {p.name for p in entry.parameters if not p.static}


def test_the_numbers_of_optional_fields_reach_the_game_as_themselves() -> None:
    sections: Config = {}
    for field in OPTIONAL:
        sections = laid_over(sections, nested(field, TRIED[field]))
    strengths = hyper_of(small(sections)).strengths
    for field in OPTIONAL:
        tried = TRIED[field]
        wanted = tried if isinstance(tried, dict) else {"value": tried}
        assert strengths[field] == {name: np.float32(x) for name, x in wanted.items()}
    assert hyper_of(small({})).strengths == {}


# Bits


MIXED: Config = {
    "generator": {"latent": {"particles": {"count": 20}}, "norm": "batch", "average": 0.9},
    "discriminator": {"packing": 2, "minibatch": "std", "dropout": 0.3, "norm": "layer"},
    "penalties": {"logit_decay": {}},
    "optimizer": {"name": "adamw", "learning_rate": 0.01, "schedule": "linear"},
    "training": {
        "updates": "lookahead",
        "instance_noise": {"std": 0.3, "until": 50},
        "label_smoothing": 0.2,
        "top_k": {"share": 0.5, "until": 30},
        "data": {"pool": 50},
    },
}
OTHERWISE: Config = {
    "generator": {"latent": {"particles": {"count": 20, "rate": 3.0}}, "average": 0.5},
    "discriminator": {"dropout": 0.7},
    "penalties": {"logit_decay": {"weight": 0.3}},
    "optimizer": {
        "weight_decay": 0.5,
        "discriminator_b1": 0.1,
        "schedule": {"linear": {"until": 7, "warmup": 3}},
    },
    "training": {
        "updates": {"lookahead": {"every": 2, "share": 0.1}},
        "instance_noise": {"std": 0.9},
        "label_smoothing": 0.5,
        "top_k": {"share": 0.2},
        "data": {"pool": 3},
    },
}
"""The same program, and all of its numbers others."""


def test_many_remedies_at_once_come_to_the_same_bits_alone_and_in_company() -> None:
    """And in chunks. `test_population` has all of a real program for fewer remedies."""
    one = experiment(seed=1, **MIXED)
    other = experiment(seed=2, **{name: MIXED[name] | part for name, part in OTHERWISE.items()})
    assert game_of(one) == game_of(other)
    properties.same_bits_in_company(one, other)


# Optimizers


NUMBERS = {"b1": 0.5, "b2": 0.75, "decay": 0.75, "eps": 0.125, "weight_decay": 0.25}


def with_its_numbers(name: str, **changed: float) -> Optimizer:
    numbers = NUMBERS | changed
    uses = pieces.OPTIMIZERS[name].uses
    return OPTIMIZERS[name](**{number: numbers[number] for number in uses})


SLOPES = jnp.asarray([0.25, -3.0, 1e-3])


def update_after(optimizer: Optimizer, steps: int, weights: jax.Array) -> tuple[jax.Array, Any]:
    """The last of so many updates down the same slopes, and the state after it."""
    after = optimizer.transform.init(SLOPES)
    for _ in range(steps):
        moved, after = optimizer.transform.update(SLOPES, after, weights)
    return moved, after


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_an_optimizers_first_step_is_its_preconditioner_times_the_slopes(name: str) -> None:
    """That is how `spectrum` sees it; a mean of slopes over one step is that step's slope.

    Heavy ball's is not: it begins with a running mean of 0, and comes to the slopes in time.
    """
    optimizer = with_its_numbers(name)
    moved, after = update_after(optimizer, 1, jnp.zeros(3))
    mean = SLOPES * (1 - optimizer.momentum if name == "momentum" else 1)
    np.testing.assert_allclose(moved, optimizer.preconditioner(after, SLOPES) * mean, rtol=1e-5)


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_down_a_plane_every_step_is_in_time_the_preconditioner_times_the_slopes(name: str) -> None:
    """And of what decays, each weight's own part."""
    optimizer, weights = with_its_numbers(name), jnp.asarray([1.0, -2.0, 0.5])
    moved, after = update_after(optimizer, 40, weights)
    wanted = optimizer.preconditioner(after, SLOPES) * SLOPES + optimizer.weight_decay * weights
    np.testing.assert_allclose(moved, wanted, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "number"), [(name, use) for name, one in DECLARED.items() for use in one.uses]
)
def test_an_optimizer_makes_use_of_the_numbers_that_it_takes(name: str, number: str) -> None:
    def second_step(**changed: float) -> np.ndarray:
        transform = with_its_numbers(name, **changed).transform
        weights = jnp.asarray([0.5, -0.75])
        state = transform.init(weights)
        _, state = transform.update(jnp.asarray([1.0, 2.0]), state, weights)
        return np.asarray(transform.update(jnp.asarray([-0.5, 3.0]), state, weights)[0])

    assert not np.array_equal(second_step(), second_step(**{number: 0.9}))
    with pytest.raises(TypeError):
        OPTIMIZERS[name](**{use: NUMBERS[use] for use in NUMBERS if use not in DECLARED[name].uses})


def test_every_declared_metric_of_samples_is_measured_once_and_no_other() -> None:
    mixture = mixture_of(targets.Ring())
    at_the_end = set(final_metrics(mixture.means, mixture)) - {*DETAILS}
    assert set(metrics.EVALUATION_METRICS) <= set(evaluation.METRICS)
    assert not at_the_end & set(evaluation.METRICS)
    assert set(metrics.SUMMARY_METRICS) == set(evaluation.METRICS) | at_the_end


def test_every_traced_value_reaches_the_game_as_itself() -> None:
    one = experiment(
        seed=7,
        discriminator={"weight_clip": 0.25},
        optimizer={
            "learning_rate": 0.5,
            "learning_rate_ratio": 3.0,
            "b1": 0.125,
            "b2": 0.75,
            "decay": 0.625,
            "eps": 0.25,
            "weight_decay": 0.375,
            "discriminator_b1": 0.0625,
            "discriminator_b2": 0.875,
            "discriminator_eps": 0.5,
        },
        training={"discriminator_steps": 4},
    )
    hyper = hyper_of(one)
    given = traced_values(one)
    assert set(given) == {
        "discriminator.weight_clip",
        "optimizer.learning_rate",
        "optimizer.learning_rate_ratio",
        "optimizer.b1",
        "optimizer.b2",
        "optimizer.decay",
        "optimizer.eps",
        "optimizer.weight_decay",
        "optimizer.discriminator_b1",
        "optimizer.discriminator_b2",
        "optimizer.discriminator_eps",
        "training.steps",
        "training.discriminator_steps",
    }, "a traced field that this test does not know may not reach the game"
    assert int(hyper.seed) == 7
    assert int(hyper.discriminator_steps) == 4
    assert float(hyper.generator.learning_rate) == 0.5
    assert float(hyper.discriminator.learning_rate) == 1.5
    numbers = ("b1", "b2", "eps", "decay", "weight_decay")
    of_generator = [float(getattr(hyper.generator, name)) for name in numbers]
    of_discriminator = [float(getattr(hyper.discriminator, name)) for name in numbers]
    assert of_generator == [0.125, 0.75, 0.25, 0.625, 0.375]
    assert of_discriminator == [0.0625, 0.875, 0.5, 0.625, 0.375]
    assert float(hyper.weight_clip) == 0.25
    assert np.isinf(hyper_of(experiment()).weight_clip)


def test_a_discriminator_without_numbers_of_its_own_descends_by_the_generators() -> None:
    hyper = hyper_of(experiment(optimizer={"b1": 0.125, "b2": 0.75, "eps": 0.25}))
    own = hyper.discriminator._replace(learning_rate=hyper.generator.learning_rate)
    assert own == hyper.generator


# Combinations


KINDS: dict[str, tuple[str, ...]] = {
    "objective": tuple(pieces.OBJECTIVES),
    "penalty": ("none", *pieces.PENALTIES),
    "optimizer": tuple(pieces.OPTIMIZERS),
    "updates": tuple(pieces.UPDATES),
}


def covering(kinds: Mapping[str, Collection[str]], size: int) -> list[dict[str, str]]:
    """Combinations, few of them, in which every `size` names of different kinds meet."""

    everything = list(itertools.product(*kinds.values()))
    random.Random(0).shuffle(everything)
    met_in = {one: set(itertools.combinations(enumerate(one), size)) for one in everything}
    missing = set().union(*met_in.values())
    chosen = []
    while missing:
        best = max(everything, key=lambda one: len(met_in[one] & missing))
        missing -= met_in[best]
        chosen.append(dict(zip(kinds, best, strict=True)))
    return chosen


@pytest.mark.parametrize("chosen", covering(KINDS, 2), ids=lambda one: " ".join(one.values()))
def test_every_two_pieces_of_a_game_train_three_rounds_together(chosen: dict[str, str]) -> None:
    penalty = chosen["penalty"]
    one = experiment(
        objective=chosen["objective"],
        penalties={} if penalty == "none" else {penalty: {"weight": 0.5}},
        optimizer={"name": chosen["optimizer"], "learning_rate": 1e-2},
        training={"batch_size": 4, "updates": chosen["updates"]},
        generator={"hidden": [4]},
        discriminator={"hidden": [4]},
    )
    game, hyper = game_of(one), hyper_of(one)
    hyper = hyper._replace(discriminator_steps=np.int32(1))  # no tracer, where a round is traced
    with without_compiling():
        first = state = initial_state(game, hyper)
        next_round = traced_once(partial(play_round, game, hyper), state)
        for _ in range(3):
            state = next_round(state)
        assert is_finite(state)
    assert int(state.round) == 3
    before, after = state_as_dict(first), state_as_dict(state)
    assert all_finite({name: x for name, x in after.items() if name != "trace"})
    trace = dict(zip(metrics.ROUND_METRICS, after["trace"], strict=True))
    assert all_finite({name: x for name, x in trace.items() if name != "accuracy_d"})
    for player in ("generator", "discriminator"):
        weights = f"{player}/params"
        assert not np.array_equal(before[weights], after[weights]), f"the {player} stands still"
