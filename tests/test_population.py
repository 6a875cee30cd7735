"""The promise of same numbers: a member's bits are its own, whatever goes on around it.

What is compared is every array of the training state, every metric, trace and sample, byte for
byte. One lane is how the CPU trains; four lanes stand for accelerators.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import (
    Config,
    all_finite,
    bytes_of,
    experiment,
    hyper_of,
    laid_over,
    quickly_compiled,
    sizes_of,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from one_core import on_one_core
from population_examples import (
    DIVERGES_AT_ONCE,
    DIVERGES_LATER,
    STEPS,
    Member,
    Result,
    company,
    digests,
    diverging,
    example,
    member,
    play_members,
    program,
)

from ganrun.config import Experiment
from ganrun.config.metrics import ROUND_METRICS
from ganrun.game.members import game_of, hyperparameters_of
from ganrun.game.players import TrainingState
from ganrun.game.population import Group, program_for, state_as_dict, state_from_dict
from ganrun.game.rounds import is_finite, play_round
from ganrun.store.formats import Checkpoint, checkpoint_bytes, read_checkpoint


@pytest.fixture(scope="module", params=[1, 4], ids=["1 lane", "4 lanes"])
def lanes(request: pytest.FixtureRequest) -> int:
    return request.param


@pytest.fixture(scope="module")
def alone(lanes: int) -> Result:
    """Member 0 with nobody around it, in one go."""
    return play_members([member()], lanes)[0]


# Same numbers


def test_a_member_trained_alone_equals_itself_inside_a_population(
    lanes: int, alone: Result
) -> None:
    others = company()
    for place in (0, 2, len(others)):
        population = [*others[:place], member(), *others[place:]]
        assert play_members(population, lanes)[place] == alone


def test_the_order_of_the_members_does_not_matter(lanes: int) -> None:
    members = [member(), *company()]
    forwards = play_members(members, lanes)
    assert play_members(members[::-1], lanes)[::-1] == forwards


def test_a_diverging_neighbour_does_not_matter(lanes: int, alone: Result) -> None:
    neighbours = [diverging(DIVERGES_AT_ONCE), diverging(DIVERGES_LATER)]
    population = [neighbours[0], member(), neighbours[1]]
    assert play_members(population, lanes)[1] == alone


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_the_length_of_the_chunks_does_not_matter(lanes: int, alone: Result, chunk: int) -> None:
    population = [member(), *company(), diverging(DIVERGES_LATER)]
    results = play_members(population, lanes, chunk=chunk)
    assert results[0] == alone
    assert results == play_members(population, lanes)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lengths=st.lists(st.integers(1, 30), min_size=STEPS, max_size=STEPS))
def test_chunks_of_any_lengths_come_to_the_same(
    lanes: int, alone: Result, lengths: list[int]
) -> None:
    assert play_members([member(), company()[0]], lanes, chunk=lengths)[0] == alone


@pytest.mark.parametrize("threads", [2, 3])
def test_the_number_of_host_threads_does_not_matter(lanes: int, threads: int) -> None:
    members = [member(), *company()]
    assert play_members(members, lanes, threads=threads) == play_members(members, lanes)


@pytest.mark.parametrize("steps", [1, 20, 33])
def test_a_longer_run_passes_through_a_shorter_one(lanes: int, alone: Result, steps: int) -> None:
    """What was measured on the way is the same, and going on from there ends the same."""
    shorter = play_members([member(steps=steps), *company()], lanes)[0]
    for round_ in {20, 40} & shorter.measured.keys():
        assert shorter.measured[round_] == alone.measured[round_]
    resumed = saved_and_reloaded(played(lanes, steps))
    assert play_members([resumed], lanes)[0].state == alone.state


def played(lanes: int, rounds: int) -> TrainingState:
    group = Group(program(lanes), jax.local_devices()[0], [member().hyper], [None])
    group.advance([rounds])
    return group.state(0)


def saved_and_reloaded(state: TrainingState) -> Member:
    """Member 0 as another process would find it: through the bytes of a checkpoint file."""
    checkpoint = Checkpoint("0" * 16, int(state.round), 0, 0, state_as_dict(state))
    arrays = read_checkpoint(checkpoint_bytes(checkpoint)).state
    return member()._replace(begun=state_from_dict(program(1).game, arrays, member().hyper))


@pytest.mark.parametrize("rounds", [0, 1, 30, STEPS])
def test_a_member_that_was_saved_and_reloaded_goes_on_as_if_it_had_not_been(
    lanes: int, alone: Result, rounds: int
) -> None:
    resumed = saved_and_reloaded(played(lanes, rounds))
    assert bytes_of(resumed.begun) == bytes_of(played(lanes, rounds))
    others = company()
    for population in ([resumed], [others[0], resumed, *others[1:]]):
        found = play_members(population, lanes)[min(1, len(population) - 1)]
        assert found.state == alone.state
        for round_, measured in found.measured.items():
            assert measured == alone.measured.get(round_, measured)
            assert found.snapshots[round_] == alone.snapshots.get(round_, found.snapshots[round_])


def test_all_that_remedies_keep_is_a_members_own_and_outlives_a_checkpoint() -> None:
    """Running statistics, singular vectors, a latent that learns, an average, the rule's memory.

    And the field where a discriminator sees several points at once.
    """

    def remedied(seed: int, **sections: Any) -> Experiment:
        remedies: Config = {
            "generator": {
                "norm": "batch",
                "spectral_norm": True,
                "latent": {"mixture": {"components": 3}},
                "average": 0.9,
            },
            "discriminator": {"spectral_norm": True, "packing": 2, "minibatch": "std"},
            "training": {"updates": "lookahead"},
        }
        return experiment(seed, **laid_over(remedies, sections))

    one, other = remedied(0), remedied(1, optimizer={"learning_rate": 0.1})
    game = game_of(one)
    compiled = program_for(game, sizes_of(one), 2)
    mine, others = (hyperparameters_of(x) for x in (one, other))
    device = jax.local_devices()[0]
    alone = Group(compiled, device, [mine], [None])
    alone.advance([12])
    kept = state_as_dict(alone.state(0))
    for held in ("vectors/norms", "vectors/layers", "average", "memory"):
        assert any(held in name for name in kept), held

    before = Group(compiled, device, [others, mine], [None, None])
    before.advance([3, 7])
    written = Checkpoint("0" * 16, 7, 0, 0, state_as_dict(before.state(1)))
    arrays = read_checkpoint(checkpoint_bytes(written)).state
    begun = state_from_dict(game, arrays, mine)
    after = Group(compiled, device, [mine, others], [begun, None])
    after.advance([9, 2])
    after.advance([12, 2])
    assert bytes_of(after.state(0)) == bytes_of(alone.state(0))
    for picture, wanted in zip(after.snapshot()[0], alone.snapshot()[0], strict=True):
        np.testing.assert_array_equal(picture, wanted)


def test_a_process_on_one_core_that_compiles_for_itself_comes_to_the_same(
    tmp_path: Path,
) -> None:
    """Without the compile cache, so that the compiler's own threads are counted in.

    Nor does it matter what a shell has set for other programs that use JAX.
    """
    environment = {name: x for name, x in os.environ.items() if name != "XLA_FLAGS"}
    environment |= {"XDG_CACHE_HOME": str(tmp_path), "JAX_ENABLE_COMPILATION_CACHE": "false"}
    environment |= {"JAX_ENABLE_X64": "1", "JAX_DISABLE_JIT": "1", "JAX_DEBUG_NANS": "1"}
    environment |= {"JAX_TRANSFER_GUARD": "disallow", "JAX_DEFAULT_MATMUL_PRECISION": "bfloat16"}
    environment |= {"JAX_NUMPY_RANK_PROMOTION": "raise", "JAX_THREEFRY_PARTITIONABLE": "0"}
    program = Path(__file__).with_name("population_examples.py")
    command = on_one_core([sys.executable, str(program), "1", "4"])
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    if sys.platform == "linux":
        assert found["cores"] == 1
    assert found["digests"] == {"1": digests(1), "4": digests(4)}


def test_other_seeds_are_other_gans(lanes: int) -> None:
    first, second = play_members([member(1), member(2)], lanes)
    assert first.state["generator/params"] != second.state["generator/params"]
    assert first.measured[STEPS] != second.measured[STEPS]


# Divergence


@pytest.mark.parametrize("rate", [DIVERGES_AT_ONCE, DIVERGES_LATER])
def test_a_diverged_member_keeps_its_last_finite_state_and_the_round_that_was_not(
    lanes: int, rate: float
) -> None:
    one = diverging(rate)
    group = Group(program(lanes), jax.local_devices()[0], [one.hyper], [None])
    group.advance([STEPS])
    (diverged_at,) = group.diverged_at
    assert diverged_at is not None
    assert group.rounds == [diverged_at - 1]
    kept = group.state(0)
    assert all_finite(state_as_dict(kept._replace(trace=jnp.zeros(1))))

    stopped = Group(program(lanes), jax.local_devices()[0], [one.hyper], [None])
    stopped.advance([diverged_at - 1])
    assert stopped.diverged_at == [None]
    assert bytes_of(stopped.state(0)) == bytes_of(kept._replace(diverged_at=np.int32(0)))

    before, after = finite_around_a_round()(one.hyper, stopped.state(0))
    assert before
    assert not after


@functools.cache
def finite_around_a_round() -> Callable[..., tuple[bool, bool]]:
    """Whether a state is finite, and the one that a round makes of it, with nobody watching."""
    game = program(1).game
    return quickly_compiled(
        lambda hyper, state: (is_finite(state), is_finite(play_round(game, hyper, state)))
    )


def test_a_diverged_member_stays_where_it_is_for_good(lanes: int) -> None:
    group = Group(
        program(lanes), jax.local_devices()[0], [diverging(DIVERGES_AT_ONCE).hyper], [None]
    )
    group.advance([STEPS])
    before, samples = bytes_of(group.state(0)), group.evaluate()[0].samples
    group.advance([10 * STEPS])
    assert bytes_of(group.state(0)) == before
    np.testing.assert_array_equal(group.evaluate()[0].samples, samples)
    assert np.isfinite(samples).all()


def test_a_diverged_member_is_still_diverged_after_saving_and_reloading(lanes: int) -> None:
    one = diverging(DIVERGES_LATER)
    group = Group(program(lanes), jax.local_devices()[0], [one.hyper], [None])
    group.advance([STEPS])
    arrays = state_as_dict(group.state(0))
    begun = state_from_dict(program(lanes).game, arrays, one.hyper)
    again = Group(program(lanes), jax.local_devices()[0], [one.hyper], [begun])
    again.advance([STEPS])
    assert again.diverged_at == group.diverged_at
    assert bytes_of(again.state(0)) == bytes_of(group.state(0))


# One program


def test_values_that_may_differ_inside_a_program_never_compile_it_again(lanes: int) -> None:
    compiled = program(lanes)
    functions = [compiled.initialize, compiled.advance, compiled.evaluate, compiled.snapshot]
    play_members([member()], lanes)
    before = [function._cache_size() for function in functions]
    for one in [*company(), member(2**31 - 1, steps=5)]:
        play_members([one], lanes)
    assert [function._cache_size() for function in functions] == before == [1, 1, 1, 1]


def test_experiments_that_differ_in_traced_values_only_share_one_program() -> None:
    other = example(
        5,
        target={"layout": "line", "modes": 3},
        optimizer={"learning_rate": 0.1, "learning_rate_ratio": 3.0, "b1": 0.9, "b2": 0.9},
        training={"steps": 7, "discriminator_steps": 3},
        penalties={"r1": {"weight": 3.0}, "gradient_penalty": {"weight": 2.0, "target": 0.0}},
    )
    assert program_for(game_of(other), sizes_of(other), 1) is program(1)
    static = example(training={"updates": "simultaneous"})
    assert program_for(game_of(static), sizes_of(static), 1) is not program(1)


# What is measured


def test_the_fields_rows_go_up_and_its_columns_to_the_right() -> None:
    """A discriminator that has learned real points on one side says so on that side."""
    right = {"layout": "custom", "means": [[3, 1], [3, 1.5], [3, 2]], "stds": [0.1] * 3}
    one = member(0, target=right, optimizer={"learning_rate": 0.01})
    group = Group(program(1), jax.local_devices()[0], [one.hyper], [None])
    group.advance([200])
    field = group.snapshot()[0].field
    x_min, x_max, y_min, y_max = one.hyper.target.extent
    game, side = program(1).game, len(field)
    state = group.state(0)
    layers = game.discriminator.unravel(jnp.asarray(state.discriminator.params))
    vectors = jax.tree.map(jnp.asarray, state.discriminator.vectors)
    for row, y in enumerate(np.linspace(y_min, y_max, side)):
        for column, x in enumerate(np.linspace(x_min, x_max, side)):
            point = jnp.array([[x, y]], jnp.float32)
            logit = game.discriminator.apply(layers, vectors, point)
            np.testing.assert_allclose(field[row, column], logit[0, 0], rtol=1e-3, atol=1e-3)
    assert not np.allclose(field, field.T, atol=0.01)


def test_evaluations_and_snapshots_of_one_round_draw_other_samples_and_of_another_too() -> None:
    group = Group(program(1), jax.local_devices()[0], [member().hyper], [None])
    first, drawn = group.evaluate()[0].samples, group.snapshot()[0].samples
    group.advance([1])
    assert not np.isin(drawn, first).any()
    assert not np.isin(group.evaluate()[0].samples, first).any()


def test_measuring_changes_nothing(lanes: int, alone: Result) -> None:
    group = Group(program(lanes), jax.local_devices()[0], [member().hyper], [None])
    for _ in range(3):
        group.evaluate()
        group.snapshot()
        group.trace(0)
    group.advance([STEPS])
    assert bytes_of(group.state(0)) == alone.state


def test_samples_are_what_the_metrics_are_of() -> None:
    from ganrun.measure.evaluation import evaluate_samples
    from ganrun.mixture import mixture_of

    group = Group(program(1), jax.local_devices()[0], [member().hyper], [None])
    group.advance([STEPS])
    samples, metrics, _ = group.evaluate()[0]
    mixture = mixture_of(example().target)
    wanted = evaluate_samples(
        samples.astype(float), mixture.means, mixture.whitening, mixture.weights
    )
    assert metrics.keys() == wanted.keys()
    for name, value in wanted.items():
        np.testing.assert_allclose(metrics[name], value, rtol=1e-3, atol=1e-5, err_msg=name)


# Checkpoints of other games


def test_a_state_of_another_game_is_refused() -> None:
    wide = example(generator={"hidden": [9, 8]})
    deep = example(discriminator={"hidden": [8, 8, 8]})
    arrays = state_as_dict(played(1, 0))
    for other in (wide, deep, experiment()):
        with pytest.raises(ValueError, match="not of this game"):
            state_from_dict(game_of(other), arrays, hyper_of(other))


@pytest.mark.parametrize("metrics", [7, 9])
def test_a_state_of_other_metrics_of_a_round_is_gone_on_with(metrics: int) -> None:
    one, arrays = example(), state_as_dict(played(1, 0))
    arrays["trace"] = np.zeros(metrics, np.float32)
    read = state_as_dict(state_from_dict(game_of(one), arrays, hyper_of(one)))
    assert np.isnan(read.pop("trace")).tolist() == [True] * len(ROUND_METRICS)
    for name, array in read.items():
        np.testing.assert_array_equal(array, arrays[name])


def test_hyperparameters_of_a_config_are_the_same_for_every_seed_but_the_seed() -> None:
    first, second = (hyperparameters_of(example(seed)) for seed in (1, 2))
    assert (first.seed, second.seed) == (1, 2)
    rest = [jax.tree.leaves(one._replace(seed=np.uint32(0))) for one in (first, second)]
    for a, b in zip(*rest, strict=True):
        np.testing.assert_array_equal(a, b)
