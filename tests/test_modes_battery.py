"""A part of the mode counter's battery: `python -m benchmarks.battery` is the whole of it."""

from collections import defaultdict

import numpy as np
import pytest

from benchmarks.battery import count_all, watched
from benchmarks.battery_chains import CHAINS, chain_cases
from benchmarks.battery_rows import EDITS, TARGETS, odd_cases, scene_cases, trained_cases
from benchmarks.battery_threads import ROWS, thread_cases
from benchmarks.scenes import SHAPES, Scene
from benchmarks.trained_samples import GONE, THERE, UNCLEAR, label_modes, stored
from ganrun.measure.modes import count_modes


def wrong(cases):
    """The cases whose count is not right, in words."""
    found = defaultdict(list)
    for case in cases:
        counted = frozenset(count_modes(case.samples, case.mixture).recovered_modes)
        if case.clear and counted != case.truth:
            found[f"{case.group}: {case.row}"].append((sorted(case.truth), sorted(counted)))
    return dict(found)


@pytest.mark.parametrize("group", EDITS)
def test_the_count_is_right_on_samples_that_are_made_up(group):
    cases = scene_cases(1, (1000,), ("1 mode", "ring of 5", "tilted 6", "random 10"))
    assert wrong(case for case in cases if case.group == group) == {}


def test_the_count_is_right_for_25_modes():
    cases = scene_cases(1, (2500,), ("grid of 25",))
    assert (
        wrong(case for case in cases if case.group in ("perfect", "lost modes", "everything")) == {}
    )


@pytest.mark.parametrize("row", ROWS)
def test_the_count_is_right_on_threads(row):
    targets = ("ring of 5, std 0.1", "ring of 8, std 0.2", "grid of 9, std 0.3")
    assert wrong(thread_cases(1, (2500,), (row,), targets)) == {}


@pytest.mark.parametrize("target", CHAINS)
def test_the_count_is_right_for_modes_that_are_no_gaussians(target):
    assert wrong(chain_cases(1, (1000,), (target,))) == {}


def test_the_count_is_right_on_what_broken_generators_make():
    assert wrong(odd_cases()) == {}


def test_the_count_is_right_on_samples_of_trained_generators():
    cases = list(trained_cases(stored()))
    assert len(cases) >= 20
    assert any(0 < len(case.truth) < case.mixture.modes for case in cases)
    assert wrong(cases) == {}


def test_the_table_adds_up():
    cases = [case for case in odd_cases() if "constant" in case.row]
    rows = list(count_all(cases, scan=True))
    assert [row.row for row in rows] == [case.row for case in cases]
    assert all(row.sets == row.clear == row.right == row.scan_same == 1 for row in rows)


def test_which_row_is_being_counted_is_told_once_where_there_is_no_terminal(capsys):
    cases = [case for case in odd_cases() if "constant" in case.row]
    assert list(watched([*cases, *cases[-1:]])) == [*cases, *cases[-1:]]
    output, told = capsys.readouterr()
    assert output == ""
    assert told.splitlines() == [f"odd: {case.row}" for case in cases]


def test_the_rule_for_trained_generators_agrees_with_scenes_whose_truth_is_built_in():
    mixture = TARGETS["ring of 5"]
    scene = Scene(mixture, 100_000, np.random.default_rng(0))
    scene.shares *= [1, 0.02, 1, 0.3, 1]
    scene.widths[2], scene.shifts[4] = 0.01, 1.8
    scene.background(0.05)
    assert label_modes(scene.samples(), mixture).tolist() == [THERE, GONE, GONE, UNCLEAR, UNCLEAR]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shapes_of_modes_are_about_as_wide_as_a_mode(shape):
    points = SHAPES[shape](np.random.default_rng(0), 20_000)
    assert np.sqrt(np.trace(np.cov(points.T)) / 2) == pytest.approx(1, abs=0.25)
    assert np.abs(points.mean(axis=0)).max() < 0.1
