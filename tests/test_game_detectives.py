"""A fresh detective sees what there is to see, whatever the live one sees."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import experiment, without_compiling
from hypothesis import given
from hypothesis import strategies as st
from probe_examples import (
    collapsed_forger,
    perfect_forger,
    silent_detective,
    start_of,
    with_discriminator,
    with_generator,
)
from sklearn.metrics import roc_auc_score

from ganrun.game import detectives
from ganrun.game.detectives import auc, auc_interval, fresh_detective
from ganrun.game.members import game_of
from ganrun.game.penalties import Batch
from ganrun.game.players import Player, discriminate, sampled
from ganrun.game.slopes import Pull

pytestmark = pytest.mark.usefixtures("quick_xla")

logits = st.lists(st.integers(-5, 5), min_size=2, max_size=30)


@given(logits, logits)
def test_the_auc_is_scikit_learns(real: list[int], fake: list[int]) -> None:
    """Whole numbers, so that there are ties."""
    truth = np.repeat([1, 0], [len(real), len(fake)])
    wanted = roc_auc_score(truth, real + fake)
    assert auc(np.array(real, float), np.array(fake, float)) == pytest.approx(wanted)


def delong_by_loops(real: np.ndarray, fake: np.ndarray) -> float:
    """The standard error of the AUC from DeLong's placements, each by counting."""

    def wins(a: float, b: float) -> float:
        return 1.0 if a > b else 0.5 if a == b else 0.0

    of_real = [np.mean([wins(r, f) for f in fake]) for r in real]
    of_fake = [np.mean([wins(r, f) for r in real]) for f in fake]
    return float(np.sqrt(np.var(of_real, ddof=1) / len(real) + np.var(of_fake, ddof=1) / len(fake)))


def test_the_interval_is_delongs_on_the_logit_scale() -> None:
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0.7, 1, 60).round(1), rng.normal(0, 1, 45).round(1)
    area, error = auc(real, fake), delong_by_loops(real, fake)
    low, high = auc_interval(real, fake)
    middle, reach = np.log(area / (1 - area)), 1.959964 * error / (area * (1 - area))
    np.testing.assert_allclose(
        [low, high], 1 / (1 + np.exp(-np.array([middle - reach, middle + reach]))), rtol=1e-6
    )


def test_the_interval_holds_the_truth_19_times_in_20() -> None:
    """Two normals a unit apart: an AUC of 0.7602."""
    rng = np.random.default_rng(1)
    held = 0
    for _ in range(400):
        low, high = auc_interval(rng.normal(1, 1, 80), rng.normal(0, 1, 80))
        held += low < 0.76025 < high
    assert 0.92 < held / 400 < 0.98


def test_a_separation_without_exception_is_not_taken_for_certainty() -> None:
    low, high = auc_interval(np.ones(100), np.zeros(100))
    assert high == 1
    assert 0.9 < low < 1
    assert auc_interval(np.zeros(100), np.ones(100)) == pytest.approx((0, 1 - low))


@pytest.fixture(autouse=True)
def _smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer points, so that many detectives can be trained."""
    monkeypatch.setattr(detectives, "CHUNK", 100)


def test_nobody_sees_through_a_perfect_forger() -> None:
    found = fresh_detective(*perfect_forger())
    assert found.fresh_auc == pytest.approx(0.5, abs=0.02)
    assert found.live_auc == pytest.approx(0.5, abs=0.05)
    assert found.converged
    assert found.fresh_interval is not None
    low, high = found.fresh_interval
    assert low < found.fresh_auc < high


def test_a_fresh_detective_sees_a_collapse_that_a_blind_one_does_not() -> None:
    found = fresh_detective(*silent_detective(*collapsed_forger()))
    assert found.live_auc == 0.5
    assert found.fresh_auc is not None
    assert found.fresh_auc > 0.8
    assert found.converged
    assert 0 < found.steps <= detectives.CHUNKS * detectives.CHUNK


def test_the_live_one_is_judged_by_the_order_of_its_logits() -> None:
    """So critics count, whatever their scale; and who takes fakes for real has less than 0.5."""
    game, hyper, state = collapsed_forger(objective="wasserstein")
    live = fresh_detective(game, hyper, state).live_auc
    assert live is not None
    layers = game.discriminator.unravel(jnp.asarray(state.discriminator.params))
    last = max(layers["layers"])
    layers["layers"][last] = {name: -100 * x for name, x in layers["layers"][last].items()}
    turned = with_discriminator(state, game.discriminator.ravel(layers))
    mirrored = fresh_detective(game, hyper, turned).live_auc
    assert mirrored == pytest.approx(1 - live, abs=1e-6)


def test_the_fresh_one_is_the_same_whatever_binds_the_live_one() -> None:
    plain: Any = collapsed_forger()
    bound = collapsed_forger(
        objective="hinge",
        penalties={"r1": {"weight": 100.0}},
        optimizer={"name": "sgd"},
        training={"batch_size": 8},
    )
    first, second = fresh_detective(*plain), fresh_detective(*bound)
    assert first[1:] == second[1:]
    assert fresh_detective(*plain) == first


def test_what_is_not_finite_has_no_auc() -> None:
    game, hyper, state = collapsed_forger()
    broken = with_discriminator(state, np.nan * state.discriminator.params)
    found = fresh_detective(game, hyper, broken)
    assert found.live_auc is None
    assert found.fresh_auc is not None
    game, hyper, state = start_of(experiment())
    lost = with_generator(state, np.nan * state.generator.params)
    assert fresh_detective(game, hyper, lost) == (None, None, None, 0, False, None)


def test_a_detective_of_whole_batches_never_sees_both_kinds_in_one() -> None:
    """Also where the game's batches are larger than what is held out."""
    one = experiment(discriminator={"minibatch": "std"}, training={"batch_size": 64})
    game, _, state = start_of(one)
    points = np.random.default_rng(0).normal(size=(2, 24, 2)).astype(np.float32)
    points[1] += 3
    found = detectives._judged(game, state.discriminator, points.reshape(-1, 2))
    layers = game.discriminator.unravel(jnp.asarray(state.discriminator.params))
    for logits, kind in zip(found, jnp.asarray(points), strict=True):
        wanted = discriminate(game, layers, state.discriminator.vectors, kind)
        np.testing.assert_allclose(logits, wanted, rtol=1e-5)


@pytest.mark.parametrize(
    ("discriminator", "words"),
    [({}, None), ({"packing": 4}, "packs of 4 of"), ({"minibatch": "std"}, "points in whole")],
)
def test_it_is_said_what_the_runs_own_detective_is_shown_besides(
    discriminator: dict[str, Any], words: str | None
) -> None:
    told = detectives.company_of(game_of(experiment(discriminator=discriminator)))
    assert (told is None) if words is None else (told is not None and words in told)


def test_a_fresh_detective_learns_from_fakes_as_they_are_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A batch norm that has seen nothing yet maps the batches of training elsewhere."""
    game, hyper, state = start_of(experiment(generator={"norm": "batch"}))
    plain, by_adam = detectives._plain_game(game), detectives._plain_hyperparameters(hyper)
    by_adam = jax.tree.map(jnp.asarray, by_adam)
    forger = jax.tree.map(jnp.asarray, state.generator)
    seen: list[Any] = []

    def keep(game: Any, hyper: Any, batch: Batch, dropout: None, player: Player) -> Pull:
        seen.append(batch.fake)
        return Pull(jnp.zeros_like(player.params), player.vectors, None)

    monkeypatch.setattr(detectives, "slopes_on", keep)
    monkeypatch.setattr(detectives, "CHUNK", 1)
    player = detectives._new_player(plain, by_adam)
    with without_compiling():
        detectives._train.__wrapped__(plain, by_adam, forger, player, jnp.int32(0))
        key = jax.random.split(jax.random.fold_in(detectives._key(by_adam, 7), 0), 3)[1]
        wanted = sampled(plain, forger, key, plain.batch_size)
    np.testing.assert_allclose(seen[0], wanted, rtol=1e-4, atol=1e-5)
