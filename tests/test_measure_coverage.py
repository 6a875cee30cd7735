"""One rule of what is covered, whoever asks: the metrics, the verdict, the pages, the pictures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.colors import to_hex
from report_examples import fake_run, ring

from ganrun.config.metrics import share_columns
from ganrun.diagnose.play import track_of
from ganrun.measure.coverage import (
    COVERED_FRACTION,
    ENOUGH,
    TOO_MUCH,
    how_served,
    is_covered,
    mode_shares,
)
from ganrun.measure.dynamics import Trajectory
from ganrun.measure.evaluation import evaluate_samples
from ganrun.report.figures.style import house_style, new_figure
from ganrun.report.figures.thumbnails import draw_thumbnail
from ganrun.report.geometry import covered_modes
from ganrun.report.palette import BLUE, VERMILLION
from ganrun.report.web.mode_histories import mode_histories
from ganrun.report.web.run_data import mode_bands_data

FIVE = ring(5)
BARELY = (100, 99, 101, 0, 2200)
"""Samples of each of five equal modes: a fifth of 500, one less, one more, none, the others."""
COVERED = [True, False, True, False, True]


def on_the_modes(counts=BARELY) -> np.ndarray:
    return np.repeat(FIVE.means, counts, axis=0)


def test_what_the_metrics_cover_is_missing_nowhere():
    samples = on_the_modes().astype(np.float32)
    shares = mode_shares(samples, FIVE)
    assert (shares / FIVE.weights < COVERED_FRACTION)[0], "in float64, a fifth is less than 1 / 5"

    def columns(metrics):
        return {**metrics, **{f"share_{k}": np.repeat(shares[k], len(run.metrics["step"]))
                              for k in range(5)}}  # fmt: skip

    run = fake_run(modes=range(5))
    run = dataclasses.replace(run, metrics=columns(run.metrics))
    truth = (FIVE.means, FIVE.whitening, FIVE.weights)
    assert evaluate_samples(samples.astype(float), *truth)["covered"].tolist() == COVERED
    assert Trajectory(run.metrics, {}, {}, FIVE.weights).covered[-1].tolist() == COVERED
    assert covered_modes(shares, FIVE.weights, None).tolist() == COVERED
    assert run.covered.tolist() == COVERED
    histories = mode_histories(run)
    assert histories.covered[-1].tolist() == COVERED
    served = mode_bands_data(run, histories)["served"][-1]
    assert [digit != "0" for digit in served] == COVERED


def test_a_trial_s_picture_shows_as_missing_what_its_metrics_do():
    from ganrun.config.targets import Ring

    samples = on_the_modes().astype(np.float32)
    with house_style():
        page = new_figure(2.0).add_axes((0, 0, 1, 1))
        draw_thumbnail(page, samples, Ring(), (0.0, 0.0, 1.0))
    (rings,) = [one for one in page.collections if len(one.get_paths()) == 5]
    found = [to_hex(colour) for colour in rings.get_colors()]
    assert found == [BLUE if covered else VERMILLION for covered in COVERED]


SHARES = arrays(np.float64, (3, 4), elements=st.floats(0, 1))


@given(SHARES)
def test_a_mode_is_served_in_one_of_four_ways_and_missing_is_not_covered(shares):
    weights = np.array([0.1, 0.2, 0.3, 0.4])
    served = how_served(shares, weights)
    np.testing.assert_array_equal(served > 0, is_covered(shares, weights))
    np.testing.assert_array_equal(served > 1, shares >= weights * ENOUGH)
    np.testing.assert_array_equal(served > 2, shares >= weights * TOO_MUCH)


def test_the_shares_of_many_sets_are_those_of_each_alone_and_of_the_evaluation():
    rng = np.random.default_rng(1)
    samples = 2.2 * rng.standard_normal((6, 300, 2))
    samples[2, :7] = np.nan
    samples[3, 5] = 1e300
    samples[4] = FIVE.means[rng.integers(0, 3, 300)]
    found = mode_shares(samples, FIVE)
    for one, shares in zip(samples, found, strict=True):
        np.testing.assert_array_equal(mode_shares(one, FIVE), shares)
        measured = evaluate_samples(one, FIVE.means, FIVE.whitening, FIVE.weights)
        np.testing.assert_array_equal(measured["shares"], shares)
    assert is_covered(found, FIVE.weights)[4].sum() == 3
    assert mode_shares(np.empty((0, 2)), FIVE).tolist() == [0] * 5


def test_a_mode_that_is_just_covered_is_not_missing_in_a_diagnosis():
    shares = np.full((2, 6), np.float32(1 / 30))
    columns = dict(zip(share_columns(6), shares.T.astype(float), strict=True))
    track = track_of({"step": np.array([0, 10]), **columns}, 6)
    assert is_covered(np.array(track.shares), np.full(6, 1 / 6)).all()


def test_a_diagnosis_writes_a_share_no_longer_than_metrics_csv_does():
    columns = {"step": np.array([0]), "share_0": np.array([0.829], np.float32)}
    assert track_of(columns, 1).shares == ((0.829,),)


@pytest.mark.parametrize("total", [1, 25, 2500])
def test_counts_and_shares_are_covered_alike(total):
    counts = np.arange(total + 1)[:, None] * np.ones(3)
    weights = np.array([0.05, 1 / 3, 0.6])
    by_counts = is_covered(counts, weights, total)
    np.testing.assert_array_equal(by_counts, is_covered(counts / total, weights))
