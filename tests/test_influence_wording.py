"""The paragraph: true, hedged, and readable in odd cases too."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ganrun.influence import Trials, influence_of, paragraph
from tests.influence_examples import RATIO, STEPS, grid, sweep, trials_of, words


def told(trials: Trials) -> str:
    answer = influence_of(trials)
    assert paragraph(answer) == answer["paragraph"]
    return str(answer["paragraph"])


def test_the_factor_that_matters_comes_first_with_its_interval() -> None:
    text = told(sweep())
    assert re.search(
        r"The learning-rate ratio by itself explains \d+ % \[\d+, \d+\] of the variance in whether "
        r"a GAN collapses\.",
        text,
    )
    assert re.search(
        r"No influence of its own can be shown for the number of discriminator steps \(at most",
        text,
    )
    assert re.search(r"Collapse is rarest where the learning-rate ratio is 0\.[13] \(\d", text)
    assert "most frequent where it is 10 (" in text


def test_numbers_are_those_of_the_table() -> None:
    answer = influence_of(sweep())
    overall = answer["outcomes"]["collapsed"]["overall"]
    value, low, high = (round(100 * overall[key]) for key in ("value", "low", "high"))
    start = f"Of 120 trials, {overall['count']} collapsed ({value} % [{low}, {high}])."
    assert answer["paragraph"].startswith(start)


def test_two_factors_that_matter_only_together_are_said_to_interact() -> None:
    columns = grid(optimizer__learning_rate_ratio=[0.5, 2.0], training__discriminator_steps=[1, 5])
    same = np.array([True, False, False, True])[:, None]
    luck = np.random.default_rng(1).random((4, 16)) < 0.05
    text = told(trials_of(columns, 16, words(same ^ luck)))
    assert "No factor can be shown to influence by itself whether a GAN collapses." in text
    assert re.search(
        r"The learning-rate ratio and the number of discriminator steps interact, which explains "
        r"\d\d % \[",
        text,
    )


def test_nothing_collapsed() -> None:
    text = told(trials_of(grid(training__discriminator_steps=[1, 2]), 4, ["converged"] * 8))
    assert text.startswith("Of 8 trials, none collapsed (0 % [0, 32]).")
    assert "cannot tell what collapse depends on" in text
    assert "explains" not in text
    assert "Over the 8 trials, no mode is missing." in text


def test_everything_collapsed() -> None:
    text = told(trials_of(grid(training__discriminator_steps=[1, 2]), 4, ["collapsed"] * 8))
    assert text.startswith("All 8 trials collapsed (100 % [68, 100]).")
    assert "cannot tell what collapse depends on" in text


def test_one_factor_is_not_spoken_of_as_if_there_were_others() -> None:
    rng = np.random.default_rng(2)
    happened = rng.random((3, 8)) < np.array([0.05, 0.5, 0.95])[:, None]
    text = told(trials_of(grid(training__discriminator_steps=[1, 2, 5]), 8, words(happened)))
    assert "The number of discriminator steps explains" in text
    assert "by itself" not in text
    assert "interact" not in text


def test_pure_luck_is_called_so() -> None:
    rng = np.random.default_rng(3)
    columns = grid(
        optimizer__learning_rate_ratio=[0.5, 1.0, 2.0], training__discriminator_steps=[1, 2]
    )
    text = told(trials_of(columns, 8, words(rng.random((6, 8)) < 0.5)))
    assert "No factor can be shown to influence by itself whether a GAN collapses." in text
    assert "Not excluded is an influence of" in text
    assert "Collapse is rarest" not in text
    assert "interact," not in text


def test_one_factor_without_influence_is_not_said_to_have_any() -> None:
    rng = np.random.default_rng(4)
    columns = grid(training__discriminator_steps=[1, 2, 5])
    text = told(trials_of(columns, 8, words(rng.random((3, 8)) < 0.5)))
    assert "explains at most" in text
    assert "cannot be told from no influence at all" in text


def test_trials_without_a_result_are_mentioned() -> None:
    trials = sweep()
    trials.verdict[[3, 50]] = ""
    text = told(trials)
    assert text.startswith("Of 118 trials with a result, ")
    assert "The table is incomplete: 2 trials have no result and are left out" in text


def test_a_table_with_holes_says_why_it_explains_nothing() -> None:
    trials = sweep()
    trials.verdict[:40] = ""
    text = told(trials)
    assert "How much each factor explains cannot be said. 40 of 120 trials have no value" in text


def test_diverged_trials_are_counted_and_left_out_of_the_missing_modes() -> None:
    columns = grid(optimizer__learning_rate=[1e-3, 1e-2], training__discriminator_steps=[1, 2])
    verdict = np.array(["converged", "collapsed"] * 16, dtype=object)
    verdict[16:18] = "diverged"
    text = told(trials_of(columns, 8, list(verdict)))
    assert "and 2 diverged." in text
    assert "Over the 30 trials that did not diverge, " in text
    assert "; 2 that diverged are left out." in text


def test_what_other_endings_go_by_is_said() -> None:
    columns = grid(
        optimizer__learning_rate=[1e-4, 1e-3, 1e-2], training__discriminator_steps=[1, 2]
    )
    verdict = np.array(["undertrained"] * 16 + ["converged"] * 16 + ["collapsed"] * 16)
    text = told(trials_of(columns, 8, list(verdict)))
    assert "The learning rate explains 100 % [99.9, 100] of which trials end undertrained." in text


def test_cases_are_named() -> None:
    columns = {"case": ["bce", "wgan_gp", "hinge"]}
    happened = np.array([[True] * 8, [False] * 8, [True] * 4 + [False] * 4])
    text = told(trials_of(columns, 8, words(happened)))
    assert "The case explains" in text
    assert "Collapse is rarest where the case is wgan_gp (0 % [0, 32])" in text


def test_one_seed_gives_rates_but_no_shares() -> None:
    text = told(
        trials_of(grid(training__discriminator_steps=[1, 2]), 1, ["collapsed", "converged"])
    )
    assert "With one seed there is no telling" in text


def test_no_factor_at_all_and_no_trial_at_all() -> None:
    nothing = trials_of({STEPS: []}, 1, [])
    assert told(nothing) == "No trial has a result yet, so nothing can be said."
    alone = trials_of({RATIO: [1.0]}, 2, ["collapsed", "converged"])
    assert "No factor was varied" in told(alone)


@pytest.mark.parametrize("seed", range(4))
def test_a_paragraph_is_one_line_of_sentences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = grid(
        optimizer__learning_rate_ratio=[0.1, 1.0, 10.0],
        training__discriminator_steps=[1, 5],
        objective=["hinge", "minimax"],
    )
    kinds = ["collapsed", "undertrained", "oscillating", "diverged", "converged", "imprecise", ""]
    verdict = rng.choice(kinds, size=12 * 6, p=[0.3, 0.1, 0.1, 0.1, 0.3, 0.07, 0.03])
    text = told(trials_of(columns, 6, list(verdict)))
    assert "\n" not in text
    assert text.endswith(".")
    assert not re.search(r"  |nan|None|\{|\}|\.\.| ,", text)
    assert "[-" not in text
