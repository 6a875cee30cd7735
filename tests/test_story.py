"""A run's story: what it says is what its numbers say, whatever they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_examples import fake_run, grid, ring
from web_examples import EVERY, never_evaluated, run_with_shares

from ganrun.report.web.field_at_modes import field_at_modes, slopes
from ganrun.report.web.mode_histories import mode_histories, settled
from ganrun.report.web.story import Passage, story_of
from ganrun.store import Snapshot

EXTENT = (-3.0, 3.0, -3.0, 3.0)


def passages_of(run) -> list[Passage]:
    return story_of(run, mode_histories(run))


def told(run) -> str:
    return " ".join(passage.words for passage in passages_of(run))


def at(run, round_: int) -> str:
    return " ".join(passage.words for passage in passages_of(run) if passage.round == round_)


# The histories ------------------------------------------------------------------------------------


def test_a_mode_that_flickers_for_one_evaluation_is_neither_lost_nor_found():
    column = np.array([0, 0, 1, 0, 0, 1, 1, 0, 1, 1], dtype=bool)[:, None]
    expected = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert settled(column)[:, 0].tolist() == [bool(one) for one in expected]


def test_the_last_evaluation_is_taken_as_it_is():
    run = run_with_shares([[0.5, 0.5]] * 4 + [[1.0, 0.0]])
    histories = mode_histories(run)
    assert not histories.modes[1].covered
    assert histories.modes[1].missing_since == 4 * EVERY
    assert run.missing == (1,)


def test_losses_and_returns_have_the_rounds_of_their_evaluations():
    on, off = [0.5, 0.5], [1.0, 0.0]
    histories = mode_histories(run_with_shares([on, on, off, off, on, on, off, off]))
    losses = histories.modes[1].losses
    assert [(loss.round, loss.back) for loss in losses] == [(200, 400), (600, None)]
    assert histories.modes[0].losses == ()
    assert histories.counts.tolist() == [2, 2, 1, 1, 2, 2, 1, 1]


def test_a_run_without_an_evaluation_has_no_histories_and_a_story_of_one_sentence():
    run = never_evaluated()
    assert mode_histories(run) is None
    (passage,) = passages_of(run)
    assert passage == Passage(None, "Seed 0 was interrupted before its first evaluation.")


# The story ----------------------------------------------------------------------------------------


def test_modes_given_up_for_good_are_told_with_their_round_and_what_is_left():
    rows = [[0.2] * 5] * 3 + [[0.5, 0.5, 0, 0, 0]] * 4
    words = at(run_with_shares(rows, verdict="collapsed"), 300)
    assert words == (
        "By round 300 the forger has given up modes 2, 3 and 4, and does not take them up again: "
        "it prints only two of the five notes (modes 0 and 1)."
    )


def test_a_mode_that_comes_back_is_told_so():
    rows = [[0.5, 0.5]] * 3 + [[1.0, 0.0]] * 2 + [[0.5, 0.5]] * 3
    words = at(run_with_shares(rows), 300)
    assert words == "By round 300 the forger has given up mode 1; it comes back by round 500."


def test_of_modes_lost_together_it_is_told_which_come_back():
    rows = [[0.25] * 4] * 2 + [[0.5, 0.5, 0, 0]] * 2 + [[0.4, 0.3, 0.3, 0]] * 3
    words = at(run_with_shares(rows, verdict="collapsed"), 200)
    assert "has given up modes 2 and 3: mode 2 comes back by round 400, mode 3 stays lost" in words


def test_many_losses_are_counted_instead_of_listed():
    rows = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]] * 6
    run = run_with_shares(rows, verdict="oscillating")
    words = told(run)
    assert "modes come and go: eleven times one is lost, ten times one comes back" in words
    assert words.count("given up") == 0


def test_what_is_never_found_is_named_and_many_are_counted():
    assert "It never finds modes 1 and 2." in told(run_with_shares([[0.9, 0, 0]] * 4))
    rows = [[0.5] + [0.0] * 11] * 4
    assert "It never finds the other 11 modes." in told(run_with_shares(rows))
    assert "no mode is ever covered" in told(run_with_shares([[0.0, 0.0]] * 4))


def test_the_peak_is_told_once_and_where_it_was():
    rows = [[0.0] * 4, [0.5, 0, 0, 0], [0.5, 0, 0, 0], [0.4, 0.4, 0.1, 0], [0.4, 0.4, 0.1, 0]]
    run = run_with_shares(rows)
    assert "By round 100 it prints one of the four notes (mode 0)." in at(run, 100)
    assert "three of the four notes (modes 0, 1 and 2), the most that it ever does" in at(run, 300)


def test_a_lone_mode_is_spoken_of_as_one():
    words = told(run_with_shares([[0.0], [0.9], [0.9], [0.9]]))
    assert "There is one kind of note to forge." in words
    assert "By round 100 it prints the one note." in words
    assert "the one mode is recovered" in words


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("collapsed", "more rounds are not expected to change it"),
        ("undertrained", "more rounds should help"),
        ("oscillating", "where it stops is chance"),
        ("imprecise", "not right, and is not getting better"),
        ("converged", "as often and as sharp as it should be"),
    ],
)
def test_the_end_is_that_of_the_verdict(verdict, words):
    assert words in passages_of(fake_run(verdict=verdict))[-1].words


def test_a_run_that_diverged_ends_in_its_round():
    run = fake_run(
        modes=[0], verdict="diverged", status="diverged", reached=500, diverged_at=613, steps=1000
    )
    assert "stops being finite in round 613" in passages_of(run)[-1].words
    assert "The detective" not in told(run)


def test_an_unfinished_run_ends_where_it_is():
    run = fake_run(verdict=None, status="interrupted", reached=500, steps=1000)
    assert (
        "was interrupted; at its last evaluation, round 500 of 1,000" in passages_of(run)[-1].words
    )


def test_a_detective_that_wins_and_one_that_guesses_are_told_apart():
    rows = [[0.5, 0.5]] * 8
    for accuracy, words in ((0.9, "is ahead"), (0.65, "a guess"), (0.52, "hardly do better")):
        run = run_with_shares(rows)
        run.metrics["accuracy_d"][:] = accuracy
        assert words in told(run)
    assert "right about" not in told(run_with_shares(rows))  # a critic has no accuracy


@settings(max_examples=60)
@given(
    st.integers(1, 8).flatmap(
        lambda modes: st.lists(
            st.lists(st.sampled_from([0.0, 0.02, 0.1, 0.3]), min_size=modes, max_size=modes),
            min_size=1,
            max_size=14,
        )
    ),
    st.sampled_from(["collapsed", "undertrained", "oscillating", "imprecise", "converged"]),
    st.sampled_from(["non_saturating", "wasserstein", "least_squares"]),
)
def test_any_history_makes_a_story_of_whole_sentences_about_rounds_that_were_evaluated(
    shares, verdict, objective
):
    run = run_with_shares(shares, verdict=verdict, objective=objective)
    passages = passages_of(run)
    of_all = [passage.round is None for passage in passages]
    assert of_all == sorted(of_all, reverse=True), "what holds for all rounds is told first"
    rounds = [passage.round for passage in passages if passage.round is not None]
    assert rounds == sorted(rounds)
    assert set(rounds) <= set(run.metrics["step"].tolist())
    for passage in passages:
        assert passage.words.endswith(".")
        assert passage.words[0].isupper()
        assert not {"None", "nan", "inf"} & set(passage.words.replace(".", "").split())
        assert "  " not in passage.words


def test_runs_of_every_kind_have_a_story():
    for run in (
        fake_run(grid(), modes=[0, 5, 7], verdict="collapsed"),
        fake_run(ring(1)),
        fake_run(objective="wasserstein", modes=[0, 1], verdict="oscillating"),
        fake_run(snapshots=0),
        fake_run(snapshots=1, modes=[2], verdict="collapsed"),
    ):
        assert len(passages_of(run)) >= 2


# Where the detective looks ------------------------------------------------------------------------


def plane(slope_x: float, slope_y: float, level: float = 0.0, grid_points: int = 24):
    line = np.linspace(-3, 3, grid_points)
    y, x = np.meshgrid(line, line, indexing="ij")
    return level + slope_x * x + slope_y * y


def test_slopes_of_a_plane_are_exact_inside_the_window_and_unknown_outside():
    points = np.array([[0.1, -0.2], [2.99, 2.99], [-3.0, 3.0], [3.1, 0.0], [np.nan, 0.0]])
    values, gradients = slopes(plane(0.5, -1.5, 2.0), EXTENT, points)
    inside = points[:3]
    np.testing.assert_allclose(values[:3], 2 + 0.5 * inside[:, 0] - 1.5 * inside[:, 1])
    np.testing.assert_allclose(gradients[:3], [[0.5, -1.5]] * 3)
    assert np.isnan(values[3:]).all()
    assert np.isnan(gradients[3:]).all()


def seen(field, samples, modes, objective="non_saturating"):
    mixture = ring(4)  # at (2, 0), (0, 2), (-2, 0) and (0, -2)
    snapshot = Snapshot(0, np.array(samples, float), field)
    return field_at_modes(snapshot, EXTENT, mixture, objective, modes)


def test_a_slope_towards_a_missing_mode_leads_the_samples_there():
    samples = [[-2.0, 0.1]] * 3 + [[-1.9, -0.1]]
    assert seen(plane(1.0, 0.0), samples, [0]).led == 1.0
    assert seen(plane(-1.0, 0.0), samples, [0]).led == 0.0
    assert seen(plane(0.0, 0.0), samples, [0]).led is None


def test_a_mode_is_marked_where_the_detective_says_real():
    look = seen(plane(1.0, 0.0), [[0.0, 0.0]], [0, 2])
    assert (look.marked, look.unmarked) == ((0,), (2,))


def test_a_critics_level_means_nothing_to_its_marks():
    for level in (-100.0, 100.0):
        look = seen(plane(1.0, 0.0, level), [[0.0, 0.0]], [0, 2], "wasserstein")
        assert (look.marked, look.unmarked) == ((0,), (2,))


def test_least_squares_pushes_back_what_scores_above_one():
    samples = [[-2.0, 0.0]]
    assert seen(plane(1.0, 0.0), samples, [0], "least_squares").led == 1.0
    assert seen(plane(1.0, 0.0, 100.0), samples, [0], "least_squares").led == 0.0


def test_a_field_of_nan_shows_nothing():
    look = seen(np.full((24, 24), np.nan), [[0.0, 0.0]], [0])
    assert (look.marked, look.unmarked, look.led) == ((), (), None)


def test_the_story_says_when_the_field_leads_nowhere_near_the_lost_modes():
    rows = [[0.9, 0.0, 0.0, 0.0]] * 8
    run = run_with_shares(rows, verdict="collapsed")
    steps = run.snapshots.steps
    samples = np.tile(np.array([[2.0, 0.0]], np.float32), (len(steps), 256, 1))
    away = np.tile(plane(1.0, 0.0).astype(np.float32), (len(steps), 1, 1)) + 9
    extent = np.array(EXTENT)
    snapshots = run.snapshots._replace(samples=samples, field=away, extent=extent)
    words = told(replace(run, snapshots=snapshots))
    assert "still takes the places of modes 1, 2 and 3 for real" in words
    assert "hardly any slope leads there: it pushes 0 % of the samples" in words
    snapshots = snapshots._replace(field=-np.abs(away) - 20)
    words = told(replace(run, snapshots=snapshots))
    assert "the detective no longer looks at the places of modes 1, 2 and 3" in words
