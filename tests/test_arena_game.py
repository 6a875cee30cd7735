"""A game of the arena: the bits of a training, changes that are data, and a past that repeats."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import experiment, hyper_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganrun.arena import kept_states
from ganrun.arena.game import GRID, LINES, MOST_EVENTS, POINTS, Game
from ganrun.arena.history import MOST_ROWS, History
from ganrun.arena.kept_states import KeptStates
from ganrun.arena.replay import at_length, replayed
from ganrun.config import ConfigError, Experiment
from ganrun.config.metrics import ROUND_METRICS
from ganrun.game.members import game_of, hyperparameters_of
from ganrun.game.players import TrainingState, field_at
from ganrun.game.population import Group, lanes_for, state_as_dict, state_from_dict
from ganrun.game.rounds import initial_state
from ganrun.game.single_steps import carried_over, view
from ganrun.playing.play import program_of
from ganrun.store import Event

pytestmark = pytest.mark.usefixtures("quick_xla")
"""A game's bits are compared with those of the same programs; `test_arena_saving` has them by the
compiler that runs have."""

DEVICE = jax.local_devices()[0]
LANES = lanes_for(DEVICE.platform)
EXPLOSIVE = {"optimizer": {"name": "sgd", "learning_rate": 10.0}, "objective": "wasserstein"}


def game(**sections: Any) -> Game:
    return Game(experiment(**sections), DEVICE, LANES)


def trained(one: Experiment, rounds: int) -> dict[str, np.ndarray]:
    """The state after so many rounds of an ordinary training."""
    group = Group(program_of(one, LANES), DEVICE, [hyperparameters_of(one)], [None])
    group.advance([rounds])
    return state_as_dict(group.state(0))


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(
        one[name].tobytes() == other[name].tobytes() for name in one
    )


def player_of(state: dict[str, np.ndarray], player: str) -> dict[str, np.ndarray]:
    return {name: array for name, array in state.items() if name.startswith(player)}


def state_of(one: Experiment, arrays: dict[str, np.ndarray]) -> TrainingState:
    return state_from_dict(game_of(one), arrays, hyperparameters_of(one))


def vectors_of(state: TrainingState) -> dict[str, np.ndarray]:
    return {name: array for name, array in state_as_dict(state).items() if "vectors" in name}


def again(one: Game) -> Game:
    """The game, played again from its past."""
    return replayed(one.past, DEVICE, LANES)[1]


@pytest.mark.parametrize("chunks", [(60,), (1, 7, 52), (25, 25, 10)])
def test_a_game_in_the_arena_has_the_bits_of_a_training(chunks: tuple[int, ...]):
    one = game()
    for rounds in chunks:
        one.advance(one.round + rounds)
        one.view()
        one.measure()
    assert same(one.arrays, trained(experiment(), 60))
    assert not one.touched


def test_it_is_evaluated_where_a_training_is_and_nowhere_else():
    one = game()
    one.advance(30)
    one.measure()  # for the page only
    one.advance(60)
    assert one.history.columns()["step"].tolist() == [0, 25, 50]
    assert one.measured.round == 50
    assert one.measure().round == 60


def test_a_picture_shows_the_same_latent_points_at_every_round_and_changes_nothing():
    one = game()
    before = one.arrays
    first = one.view().arrays
    assert first["samples"].shape == first["latents"].shape == (POINTS, 2)
    assert first["field"].shape == (GRID, GRID)
    assert first["manifold"].shape == (LINES, LINES, 2)
    assert first["real"].shape == (16, 2)
    assert np.array_equal(first["samples"], one.view().arrays["samples"])
    one.advance(1)
    then = one.view().arrays
    assert np.array_equal(first["latents"], then["latents"])
    for name in ("samples", "manifold"):
        moved = np.abs(then[name] - first[name]).max()
        assert 0 < moved < 0.1  # other latent points would lie elsewhere
    assert not np.isin(then["real"], first["real"]).any()
    one.begin(one.start)
    assert same(one.arrays, before)


TRACED: list[tuple[str, Any]] = [
    ("optimizer.learning_rate", 3e-3),
    ("optimizer.learning_rate_ratio", 5.0),
    ("optimizer.b1", 0.9),
    ("optimizer.b2", 0.9),
    ("training.discriminator_steps", 3),
    ("discriminator.weight_clip", 0.05),
    ("target.std", 0.2),
    ("penalties.r1.weight", 3.0),
    ("target", {"layout": "ring", "modes": 3, "radius": 1.0}),
    ("target", {"layout": "custom", "means": [[0, 0], [1, 1], [2, 0]], "stds": [0.1, 0.2, 0.3]}),
]


def compiled(one: Game) -> int:
    """Programs that have been compiled for a game, whatever for."""
    program, close_up = one.program, one._close_up
    return sum(f._cache_size() for f in (program.advance, program.evaluate, close_up.view))


def test_what_is_data_changes_the_game_and_compiles_nothing():
    one = game(penalties={"r1": {"weight": 1.0}})
    one.advance(10)
    before = compiled(one)
    for round_, (field, value) in enumerate(TRACED, start=11):
        kept = one.arrays
        assert not one.needs_compiling(field, value)
        assert one.set(field, value)
        assert same(one.arrays, kept), "nothing moves before the next round"
        one.advance(round_)
    assert compiled(one) == before
    assert [event.field for event in one.past.events] == [field for field, _ in TRACED]
    assert [event.round for event in one.past.events] == list(range(10, 10 + len(TRACED)))
    assert same(again(one).arrays, one.arrays)


@pytest.mark.parametrize(("field", "value"), TRACED)
def test_each_setting_acts_on_the_very_next_rounds(field: str, value: Any):
    one = game(penalties={"r1": {"weight": 1.0}})
    one.advance(10)
    other = one.copied()
    other.set(field, value)
    one.advance(15)
    other.advance(15)
    assert not same(one.arrays, other.arrays)


STATIC: list[tuple[str, Any]] = [
    ("objective", "hinge"),
    ("penalties", {"r1": {"weight": 0.5}}),
    ("discriminator.spectral_norm", True),
    ("training.updates", {"optimistic": {"strength": 0.5}}),
    ("target", {"layout": "ring", "modes": 4}),
]


@pytest.mark.parametrize(("field", "value"), STATIC)
def test_what_needs_a_new_program_goes_on_with_the_weights(field: str, value: Any):
    one = game()
    one.advance(30)
    before = one.arrays
    assert one.needs_compiling(field, value)
    one.set(field, value)
    after = one.arrays
    shared = [name for name in before if name in after and "vectors" not in name]
    assert len(shared) > 6
    assert all(before[name].tobytes() == after[name].tobytes() for name in shared)
    assert one.round == 30
    assert one.touched
    one.advance(40)
    assert one.diverged_at is None
    assert same(again(one).arrays, one.arrays)


def test_a_spectral_norm_that_was_there_stays_and_a_new_one_begins_anew():
    normed = experiment(discriminator={"spectral_norm": True})
    plain = trained(experiment(), 20)
    fresh = initial_state(game_of(normed), hyper_of(normed))
    begun = state_of(experiment(), plain)
    with_norm = carried_over(game_of(experiment()), begun, game_of(normed), fresh)
    assert same(vectors_of(with_norm), vectors_of(fresh))
    assert vectors_of(with_norm)
    moved = fresh._replace(
        discriminator=fresh.discriminator._replace(
            vectors=jax.tree.map(lambda x: -x, fresh.discriminator.vectors)
        )
    )
    stayed = carried_over(game_of(normed), moved, game_of(normed), fresh)
    assert same(vectors_of(stayed), vectors_of(moved))


REMEDIES: dict[str, Any] = {
    "generator.norm": "batch",
    "generator.biases": "output",
    "generator.latent": {"particles": {"count": 9}},
    "discriminator.packing": 2,
    "discriminator.minibatch": "std",
    "discriminator.activation": {"maxout": {"pieces": 2}},
}


@pytest.mark.parametrize("field", list(REMEDIES))
def test_a_remedy_in_a_network_begins_anew_and_what_is_around_it_stays(field: str):
    section, name = field.split(".")
    old, new = experiment(), experiment(**{section: {name: REMEDIES[field]}})
    under, by = game_of(old), game_of(new)
    before, fresh = (initial_state(game_of(one), hyper_of(one)) for one in (old, new))
    before = jax.tree.map(lambda x: x + jnp.ones_like(x), before)
    state = carried_over(under, before, by, fresh)
    for player in ("generator", "discriminator"):
        one, other, found = (getattr(each, player) for each in (before, fresh, state))
        shapes, network = getattr(under, player).shapes, getattr(by, player)
        kept = named(getattr(under, player).unravel(one.params))
        begun = named(network.unravel(other.params))
        for array, value in named(network.unravel(jnp.asarray(found.params))).items():
            stays = array in kept and kept[array].shape == value.shape
            np.testing.assert_array_equal(value, (kept if stays else begun)[array])
        if player != section:
            assert network.shapes == shapes
            assert same(named(found.opt_state), named(one.opt_state))
        elif network.shapes != shapes:
            assert same(named(found.opt_state), named(other.opt_state))
        assert same(named(found.vectors), named(other.vectors))


def named(tree: Any) -> dict[str, np.ndarray]:
    leaves = jax.tree.leaves_with_path(tree)
    return {jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in leaves}


@pytest.mark.parametrize("was", ["alternating", "optimistic"])
def test_what_an_update_rule_remembers_is_its_own(was: str):
    """Both rules keep two vectors; what one keeps would be far off as what the other does."""
    old, new = (experiment(training={"updates": updates}) for updates in (was, "lookahead"))
    before, fresh = (initial_state(game_of(one), hyper_of(one)) for one in (old, new))
    before = jax.tree.map(lambda x: x + jnp.ones_like(x), before)
    state = carried_over(game_of(old), before, game_of(new), fresh)
    for slow, player in zip(state.memory, (state.generator, state.discriminator), strict=True):
        np.testing.assert_array_equal(slow, player.params)
    np.testing.assert_array_equal(state.generator.params, before.generator.params)
    again = carried_over(game_of(new), before._replace(memory=state.memory), game_of(new), fresh)
    assert same(named(again.memory), named(state.memory))


def test_an_average_begins_at_the_weights_as_they_are_and_goes_on_where_it_was():
    averaged = experiment(generator={"average": 0.9})
    plain, by = game_of(experiment()), game_of(averaged)
    before = state_of(experiment(), trained(experiment(), 5))
    fresh = initial_state(by, hyper_of(averaged))
    begun = carried_over(plain, before, by, fresh)
    np.testing.assert_array_equal(begun.average, before.generator.params)
    moved = begun._replace(average=begun.average + 1)
    np.testing.assert_array_equal(carried_over(by, moved, by, fresh).average, moved.average)
    assert carried_over(by, moved, plain, before).average == ()


def test_momentum_is_not_taken_from_an_optimizer_that_keeps_another_thing_of_that_shape():
    old, new = (experiment(optimizer={"name": name}) for name in ("rmsprop", "momentum"))
    before, fresh = (initial_state(game_of(one), hyper_of(one)) for one in (old, new))
    before = jax.tree.map(lambda x: x + jnp.ones_like(x), before)
    state = carried_over(game_of(old), before, game_of(new), fresh)
    assert not any(np.any(leaf) for leaf in jax.tree.leaves(state.generator.opt_state))
    np.testing.assert_array_equal(state.generator.params, before.generator.params)


def test_switching_the_spectral_norm_within_a_round_is_more_than_its_last_value():
    one = game()
    one.advance(20)
    for switched in (True, False, True):
        one.set("discriminator.spectral_norm", switched)
    assert len(one.past.events) == 3
    one.advance(25)
    assert same(again(one).arrays, one.arrays)


def test_a_value_that_a_field_has_already_is_no_event():
    one = game()
    one.advance(5)
    assert not one.set("optimizer.learning_rate", one.now.optimizer.learning_rate)
    assert not one.touched


def test_of_a_slider_that_moves_within_a_round_only_the_last_value_is_kept():
    one = game()
    one.advance(5)
    for value in (1e-3, 2e-3, 3e-3):
        one.set("optimizer.learning_rate", value)
    one.set("optimizer.b1", 0.1)
    one.set("optimizer.learning_rate", 4e-3)
    assert one.past.events == (
        Event(5, "optimizer.learning_rate", 3e-3),
        Event(5, "optimizer.b1", 0.1),
        Event(5, "optimizer.learning_rate", 4e-3),
    )


def test_before_the_first_round_a_setting_is_the_configs_own():
    one = game()
    one.set("optimizer.learning_rate", 5e-3)
    one.set("objective", "hinge")
    assert not one.touched
    one.advance(20)
    config = experiment(objective="hinge", optimizer={"learning_rate": 5e-3})
    assert one.start == config
    assert same(one.arrays, trained(config, 20))


def test_what_cannot_be_set_changes_nothing_and_is_told():
    one = game()
    one.advance(5)
    before, past = one.arrays, one.past
    wrong: list[tuple[str, Any]] = [
        ("optimizer.learning_rate", -1),
        ("optimizer.learning_rate", "fast"),
        ("training.steps", 5),
        ("training", {"steps": 5}),
        ("training.updates.consensus.weight", 1.0),
        ("training.updates", {"unrolled": {"steps": 50}}),
        ("discriminator.packing", 3),
        ("generator.hidden", [2048] * 8),
        ("penalties.r1.weight", 1.0),
        ("target", {"layout": "custom", "means": [[0, 0]] * 33, "stds": [0.1] * 33}),
        ("target", {"layout": "custom", "means": [[900, 0]], "stds": [0.1]}),
        ("target", {"layout": "custom", "means": [[0, 0]], "stds": [0.0005]}),
        ("target", {"layout": "random", "modes": 9, "radius": 1.0, "least_distance": 0.9}),
        ("target", None),
        ("step", "discriminator"),
    ]
    for field, value in wrong:
        with pytest.raises(ConfigError):
            one.set(field, value)
    assert one.past == past
    assert same(one.arrays, before)


# Single steps


@pytest.mark.parametrize(
    ("player", "other"), [("discriminator", "generator"), ("generator", "discriminator")]
)
def test_a_step_of_one_player_moves_that_player_alone_and_is_no_round(player: Any, other: str):
    one = game()
    one.advance(10)
    before = one.arrays
    one.step_alone(player)
    assert one.round == 10
    assert same(player_of(one.arrays, other), player_of(before, other))
    params = f"{player}/params"
    assert one.arrays[params].tobytes() != before[params].tobytes()
    assert one.past.events == (Event(10, "step", player),)


def test_each_single_step_draws_its_own_batch():
    one = game()
    one.set("optimizer.learning_rate", 1e-8)
    losses = []
    for _ in range(4):
        one.step_alone("discriminator")
        losses.append(float(one.trace["loss_d"]))
    assert len(set(losses)) == 4


def test_a_single_step_tells_of_its_player_and_leaves_the_others_numbers():
    one = game()
    one.step_alone("discriminator")
    seen = {name for name in ROUND_METRICS if np.isfinite(one.trace[name])}
    assert seen == set(ROUND_METRICS) - {"loss_g", "grad_norm_g"}
    kept = one.trace
    one.step_alone("generator")
    assert all(np.isfinite(value) for value in one.trace.values())
    assert {name: one.trace[name] for name in seen} == {name: kept[name] for name in seen}


def test_rounds_after_single_steps_draw_what_they_would_have_drawn():
    one = game()
    one.set("optimizer.learning_rate", 1e-8)  # so that the networks hardly move
    other = one.copied()
    one.step_alone("discriminator")
    one.step_alone("generator")
    one.advance(1)
    other.advance(1)
    assert one.trace["real_logit"] == pytest.approx(other.trace["real_logit"], abs=1e-5)


# Divergence


def test_a_game_that_diverges_stands_still_until_it_is_reset():
    one = game(**EXPLOSIVE)
    one.advance(500)
    assert one.diverged_at is not None
    assert one.round == one.diverged_at - 1
    assert same(one.arrays, trained(experiment(**EXPLOSIVE), 500))
    before = one.arrays
    one.advance(600)
    assert same(one.arrays, before)
    assert one.set("optimizer.learning_rate", 1e-3)
    assert not one.touched, "it is for when it begins again"
    with pytest.raises(ConfigError):
        one.step_alone("generator")
    assert same(one.arrays, before)
    one.begin(one.now)
    one.advance(100)
    assert (one.round, one.diverged_at) == (100, None)


def test_a_single_step_may_diverge_and_is_replayed_so():
    one = game(**EXPLOSIVE)
    one.set("optimizer.learning_rate_ratio", 1e4)
    one.advance(1)
    while one.diverged_at is None:
        one.step_alone("discriminator")
    assert one.diverged_at == one.round + 1
    assert np.isfinite(one.arrays["discriminator/params"]).all()
    replay = again(one)
    assert replay.diverged_at == one.diverged_at
    assert same(replay.arrays, one.arrays)


def test_a_game_that_diverged_after_events_is_replayed_to_the_same_end():
    one = game(optimizer={"name": "sgd", "learning_rate": 1e-3}, objective="wasserstein")
    one.advance(20)
    one.set("optimizer.learning_rate", 10.0)
    one.advance(500)
    assert one.diverged_at is not None
    one.set("optimizer.learning_rate", 1e-3)
    record, replay = replayed(one.past, DEVICE, LANES)
    assert replay.diverged_at == one.diverged_at
    assert same(replay.arrays, one.arrays)
    assert record.summary["verdict"] == "diverged"
    assert record.rows[-1]["step"] <= one.round


# Copies and replays


def test_a_copy_has_the_past_and_goes_its_own_way():
    one = game()
    one.advance(10)
    one.set("optimizer.learning_rate", 5e-3)
    other = one.copied()
    other.set("optimizer.learning_rate", 1e-4)
    one.advance(40)
    assert other.round == 10
    other.advance(40)
    assert not same(one.arrays, other.arrays)
    assert same(again(one).arrays, one.arrays)
    assert same(again(other).arrays, other.arrays)


actions = st.lists(
    st.one_of(
        st.tuples(st.just("play"), st.integers(1, 30)),
        st.tuples(st.just("step"), st.sampled_from(["discriminator", "generator"])),
        st.tuples(st.just("set"), st.sampled_from([*TRACED, STATIC[-1]])),
        st.tuples(st.just("copy"), st.none()),
    ),
    min_size=1,
    max_size=12,
)


@given(actions)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_to_a_game_its_past_repeats_it_to_the_bit(done: list[tuple[str, Any]]):
    one = game()
    one.advance(1)
    for what, value in done:
        match what:
            case "play":
                one.advance(one.round + value)
            case "step":
                one.step_alone(value)
            case "set":
                try:
                    one.set(*value)
                except ConfigError:
                    assert value[0].startswith(("penalties.r1", "target.std"))
            case "copy":
                one = one.copied()
            case "back":
                one = one.at(max(one.round - value, 0))
    assert same(again(one).arrays, one.arrays)


# Going back


@pytest.fixture
def often_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_states, "FIRST_EVERY", 8)
    monkeypatch.setattr(kept_states, "MOST_STATES", 4)


def eventful() -> Game:
    """Changes between, before and after the states that are kept, of either kind of program."""
    one = game()
    for stop, change in [
        (9, ("optimizer.learning_rate", 3e-3)),
        (20, ("objective", "hinge")),
        (20, ("step", "discriminator")),
        (31, ("target", {"layout": "ring", "modes": 3, "radius": 1.0})),
        (40, ("step", "generator")),
    ]:
        one.advance(stop)
        one.apply(Event(stop, *change))
    one.advance(55)
    return one


@pytest.mark.usefixtures("often_kept")
@pytest.mark.parametrize("round_", [0, 5, 9, 20, 33, 55])
def test_a_branch_is_the_game_as_it_stood_and_becomes_what_its_original_became(round_: int):
    one = eventful()
    past, arrays, columns = one.past, one.arrays, one.history.columns()
    branch = one.at(round_)
    assert branch.round == round_
    assert branch.past.events == tuple(event for event in past.events if event.round <= round_)
    for event in past.events[branch.events :]:
        branch.advance(event.round)
        branch.apply(event)
    branch.advance(55)
    assert branch.past == past == one.past
    assert same(branch.arrays, arrays)
    assert same(one.arrays, arrays)
    for name, column in branch.history.columns().items():
        np.testing.assert_array_equal(column, columns[name])


@pytest.mark.usefixtures("often_kept")
def test_a_game_that_went_back_forgets_what_came_later():
    one = eventful().at(25)
    one.set("optimizer.b1", 0.9)
    one.advance(60)
    assert [event.round for event in one.past.events] == [9, 20, 20, 25]
    assert same(one.at(60).arrays, one.arrays)
    assert not one.at(8).touched
    with pytest.raises(ConfigError, match="round 61 has not been played: this is 60"):
        one.at(61)


def test_a_game_goes_back_from_where_it_diverged():
    one = game(**EXPLOSIVE)
    one.advance(60)
    assert one.diverged_at is not None
    before = one.at(one.round)
    assert before.diverged_at is None
    before.advance(60)
    assert before.diverged_at == one.diverged_at
    assert same(before.arrays, one.arrays)


def test_states_are_kept_in_bounded_memory(monkeypatch: pytest.MonkeyPatch):
    kept, state = KeptStates(), game().state
    each = sum(leaf.nbytes for leaf in jax.tree.leaves(state))

    def play(rounds: int) -> list[int]:
        for round_ in range(kept.latest.round if kept.latest else 0, rounds, 10):
            if kept.is_due(round_):
                kept.add(kept_states.Kept(round_, experiment(), state, History(1, 3), 0))
        return [one.round for one in kept._states]

    assert play(10_001) == list(range(100, 10_001, 100))
    monkeypatch.setattr(kept_states, "MOST_BYTES", 10 * each)
    rounds = play(100_000)
    assert len(rounds) <= 10
    assert set(np.diff(rounds)) == {12_800}
    assert kept.until(40_000).latest is not None


def test_the_detective_is_counted_by_the_threshold_of_its_objective():
    one = game()
    one.advance(40)
    picture = one.view()
    points = jnp.concatenate([picture.arrays["samples"], picture.arrays["real"]])
    discriminator = jax.tree.map(jnp.asarray, one.state.discriminator)
    logits = np.asarray(field_at(one.program.game, discriminator, points, points[:0]))
    forged, real = np.mean(logits[:POINTS] < 0), np.mean(logits[POINTS:] > 0)
    assert picture.caught == pytest.approx({"forged": forged, "real": real}, abs=1e-6)
    assert game(**EXPLOSIVE).view().caught is None


@pytest.mark.parametrize(
    "sections",
    [
        {"discriminator": {"packing": 4, "minibatch": "std"}},
        {"generator": {"norm": "batch", "latent_dim": 1}},
        {"generator": {"latent": {"particles": {"count": 9}}}, "training": {"batch_size": 256}},
    ],
    ids=str,
)
def test_whatever_the_game_its_picture_has_the_shapes_of_the_reference(sections: Any):
    one = experiment(**sections)
    state = initial_state(game_of(one), hyper_of(one))
    see = functools.partial(view, game_of(one), 30, 4, 5)
    seen = jax.eval_shape(see, hyper_of(one), state, jnp.zeros(4))
    across = one.generator.latent_dim
    assert seen.samples.shape == (30, 2)
    assert seen.latents.shape == (30, across)
    assert seen.real.shape == (min(128, one.training.batch_size), 2)
    assert seen.caught.shape == (2,)
    has_no_net = one.generator.latent.name == "particles"
    assert has_no_net == (seen.manifold == ())
    assert has_no_net or seen.manifold.shape == (5, 5 if across > 1 else 1, 2)


def test_a_replay_is_recorded_as_a_run_would_be():
    one = game()
    one.advance(30)
    one.set("optimizer.learning_rate", 5e-3)
    one.advance(61)
    record, _ = replayed(one.past, DEVICE, LANES)
    assert record.experiment == at_length(one.past)
    assert record.experiment.training.steps == 61
    assert [row["step"] for row in record.rows] == [0, 25, 50, 61]
    assert [one.step for one in record.snapshots] == [0, 16, 32, 48, 61]
    assert record.summary["verdict"] != "diverged"


def test_a_replay_that_is_recorded_after_its_last_events():
    one = game()
    one.advance(25)
    one.step_alone("generator")
    record, replay = replayed(one.past, DEVICE, LANES)
    fresh = one.measure()
    assert [row["step"] for row in record.rows] == [0, 25]
    assert np.array_equal(record.rows[-1]["shares"], fresh.metrics["shares"])
    assert same(replay.arrays, one.arrays)


def test_a_replay_over_targets_shows_all_of_them_and_judges_the_last():
    one = game()
    one.advance(30)
    one.set("target", {"layout": "ring", "modes": 4, "radius": 5.0})
    one.advance(60)
    record, _ = replayed(one.past, DEVICE, LANES)
    assert record.extent[1] > 5
    assert len(record.rows[0]["shares"]) == 3
    assert len(record.rows[-1]["shares"]) == 4
    assert record.summary["modes_total"] == 4
    assert one.history.since == 30
    assert one.history.columns()["step"].tolist() == [0, 20]


def test_too_many_changes_are_refused_and_the_game_goes_on(monkeypatch: pytest.MonkeyPatch):
    assert MOST_EVENTS >= 10_000
    monkeypatch.setattr("ganrun.arena.game.MOST_EVENTS", 3)
    one = game()
    one.advance(1)
    for _ in range(3):
        one.step_alone("generator")
    before = one.arrays
    with pytest.raises(ConfigError, match="reset"):
        one.step_alone("generator")
    with pytest.raises(ConfigError, match="reset"):
        one.set("optimizer.learning_rate", 1e-4)
    assert same(one.arrays, before)
    assert one.now == one.start


def test_a_history_keeps_its_size_however_long_the_game():
    history = History(10, modes=2)
    metrics = dict.fromkeys(
        ("high_quality", "modes_captured", "modes_covered", "reverse_kl", "js", "mode_tv",
         "spread", "nll"), 0.5)  # fmt: skip
    round_ = 0
    for _ in range(4 * MOST_ROWS):
        history.add(round_, dict.fromkeys(ROUND_METRICS, 1.0), {**metrics, "shares": [0.25, 0.75]})
        round_ = history.next_round(round_)
    assert len(history) <= MOST_ROWS
    columns = history.columns()
    assert columns["step"][0] == 0
    assert set(np.diff(columns["step"])) == {history.every}
    assert set(columns["share_1"]) == {0.75}
