"""A fresh detective sees what there is to see, whatever the live one sees."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import experiment
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
    assert fresh_detective(game, hyper, lost) == (None, None, None, 0, False)
