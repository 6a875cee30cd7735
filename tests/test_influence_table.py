"""From a sweep's table to `influence.json`: outcomes, rates, levels, and what is left out."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray
from scipy import stats

from ganrun.influence import OUTCOMES, RATES, Trials, influence_of
from ganrun.influence.levels import levels_of
from ganrun.influence.names import plain_name
from ganrun.influence.rates import Outcome, score_interval, simultaneous_level
from ganrun.influence.trials import outcome_values
from ganrun.verdict import Word
from tests.influence_examples import RATIO, STEPS, grid, sweep, trials_of, words
from tests.rate_cases import FILE, rate_cases

VERDICTS = get_args(Word)


def mixed() -> Trials:
    """One trial of each kind, in two points."""
    verdict = ["collapsed", "undertrained", "diverged", "", "converged", "oscillating"]
    missing = [2, 5, np.nan, np.nan, 0, 1]
    return trials_of({STEPS: [1, 2]}, 3, verdict, modes_missing=missing)


# Outcomes


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("collapsed", [1, 0, 0, None, 0, 0]),
        ("undertrained", [0, 1, 0, None, 0, 0]),
        ("oscillating", [0, 0, 0, None, 0, 1]),
        ("diverged", [0, 0, 1, None, 0, 0]),
        ("missed", [1, 1, 1, None, 0, 1]),
        ("modes_missing", [2, 5, None, None, 0, 1]),
    ],
)
def test_every_outcome_counts_what_it_says(outcome: str, expected: list[float | None]) -> None:
    values = outcome_values(mixed(), outcome)
    assert [None if np.isnan(value) else value for value in values] == expected


def test_a_trial_that_learned_nothing_does_not_pass_for_one_that_collapsed() -> None:
    trials = trials_of({STEPS: [1, 2]}, 2, ["undertrained"] * 4, modes_missing=[5] * 4)
    outcomes = influence_of(trials)["outcomes"]
    assert outcomes["collapsed"]["overall"]["count"] == 0
    assert outcomes["undertrained"]["overall"]["count"] == 4
    assert outcomes["missed"]["overall"]["count"] == 4


def test_what_is_left_out_is_counted() -> None:
    answer = influence_of(mixed())
    assert answer["trials"] == {
        "total": 6,
        "with_result": 5,
        "without_result": 1,
        "diverged": 1,
        "seeds": 3,
    }
    assert answer["outcomes"]["collapsed"]["left_out"] == 1
    assert answer["outcomes"]["modes_missing"]["left_out"] == 2
    assert answer["outcomes"]["modes_missing"]["overall"]["value"] == 2


def test_columns_of_different_lengths_are_an_error() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        replace(mixed(), seed=np.arange(5))
    with pytest.raises(ValueError, match="no column holds"):
        replace(mixed(), factors=("objective",))


# Rates


def column(table: ndarray, most: int = 1) -> Outcome:
    """An outcome by cell and seed, `[C, S]`."""
    cells, seeds = table.shape
    return Outcome(
        table.ravel().astype(float),
        np.tile(np.arange(seeds), cells),
        np.repeat(np.arange(cells), seeds),
        most,
        most == 1,
    )


def ends(summary: dict[str, Any]) -> tuple[float, float]:
    return summary["low"], summary["high"]


@pytest.mark.parametrize("trials", [2, 3, 4, 5, 8, 12, 16, 24, 48, 72, 144])
def test_independent_trials_hold_every_rate_in_93_percent_of_groups(trials: int) -> None:
    found = np.array([score_interval(count / trials, trials) for count in range(trials + 1)])
    for rate in np.linspace(0.02, 0.98, 193):
        held = (found[:, 0] <= rate) & (rate <= found[:, 1])
        chance = stats.binom.pmf(np.arange(trials + 1), trials, rate)
        assert chance[held].sum() > (0.929 if trials < 4 else 0.94)


def test_where_a_seed_stands_once_in_a_group_its_trials_are_independent() -> None:
    table = np.random.default_rng(0).random((12, 8)) < 0.4
    found = column(table).summaries(np.repeat(np.arange(12), 8), 12)
    for one, cell in zip(found, table, strict=True):
        assert ends(one) == pytest.approx(score_interval(cell.mean(), 8), abs=1e-6)


def test_many_cells_of_few_seeds_are_worth_the_seeds_that_there_are() -> None:
    """Every cell of a seed alike: 400 trials say no more than the 8 seeds do."""
    seeds = np.array([0, 1, 0, 0, 1, 1, 0, 0])
    alike = column(np.tile(seeds, (50, 1))).overall()
    assert alike["trials"] == 400
    assert ends(alike) == pytest.approx(score_interval(3 / 8, 8), abs=0.04)
    apart = column(np.random.default_rng(1).random((50, 8)) < 0.375).overall()
    assert apart["high"] - apart["low"] < 0.15


def test_seeds_that_happen_to_agree_do_not_make_a_rate_certain() -> None:
    """Two seeds with the same mean: Student's interval over them would be empty."""
    rng = np.random.default_rng(2)
    table = np.stack([rng.permutation(np.arange(40) < 16) for _ in range(2)], axis=1)
    one = column(table).overall()
    assert one["high"] - one["low"] > 0.12


@pytest.mark.parametrize("happened", [0, 1])
def test_a_rate_of_none_or_of_all_has_an_interval_that_ends_there(happened: int) -> None:
    one = column(np.full((9, 8), happened)).overall()
    assert one["value"] == happened
    assert ends(one) == pytest.approx((0, 0.082) if not happened else (0.918, 1), abs=1e-3)


def test_cells_of_different_rates_make_a_mean_surer() -> None:
    """Half of the cells never, half always: other seeds would give the same."""
    sure = column(np.repeat([[0], [1]], 20, axis=0) * np.ones((1, 8), int)).overall()
    rng = np.random.default_rng(3)
    unsure = column(rng.random((40, 8)) < 0.5).overall()
    assert sure["high"] - sure["low"] < 0.4 * (unsure["high"] - unsure["low"])


def test_with_one_seed_there_is_a_rate_but_no_interval() -> None:
    one = column(np.array([[1], [0], [0]])).overall()
    assert (one["value"], one["low"], one["high"]) == (pytest.approx(1 / 3), None, None)
    assert column(np.array([[2], [0]]), most=5).overall()["low"] is None


def test_levels_that_are_picked_have_wider_intervals() -> None:
    answer = influence_of(sweep())
    outcome = answer["outcomes"]["collapsed"]
    rates, picked = outcome["levels"][RATIO], outcome["extremes"][RATIO]
    assert picked["most"]["value"] == max(rate["value"] for rate in rates)
    assert picked["least"]["value"] == min(rate["value"] for rate in rates)
    plain = rates[picked["most"]["level"]]
    assert picked["most"]["low"] < plain["low"] <= plain["value"]
    assert simultaneous_level(1) == 0.95
    assert simultaneous_level(8) == pytest.approx(0.99361, abs=1e-5)
    assert influence_of(trials_of({STEPS: [1]}, 2, ["collapsed"] * 2))["outcomes"]["collapsed"][
        "extremes"
    ] == {STEPS: None}


def test_the_picked_level_s_interval_holds_its_true_rate() -> None:
    """Nine levels of one rate: the largest of them is too large, and its interval knows."""
    rng, held, plain = np.random.default_rng(4), [], []
    for _ in range(300):
        table = column(rng.random((27, 6)) < 0.4)
        group = np.repeat(np.arange(9), 18)
        for level, hits in ((simultaneous_level(9), held), (0.95, plain)):
            most = max(table.summaries(group, 9, level=level), key=lambda one: one["value"])
            hits.append(most["low"] <= 0.4 <= most["high"])
    assert np.mean(held) > 0.93 - 2 * np.sqrt(0.05 * 0.95 / 300)
    assert np.mean(plain) < 0.85


def test_pages_give_the_same_intervals() -> None:
    """`npm test` holds JavaScript to the same file."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(rate_cases()))


def test_rates_are_those_of_their_trials() -> None:
    trials = sweep()
    answer = influence_of(trials)["outcomes"]["collapsed"]
    collapsed = trials.verdict == "collapsed"
    assert answer["overall"]["count"] == collapsed.sum()
    for rate, level in zip(answer["levels"][RATIO], [0.1, 0.3, 1.0, 3.0, 10.0], strict=True):
        here = trials.values[RATIO] == level
        assert (rate["count"], rate["trials"]) == (collapsed[here].sum(), here.sum())
        assert rate["low"] <= rate["value"] <= rate["high"]
    (pair,) = answer["pairs"]
    assert pair["fields"] == [RATIO, STEPS]
    assert [cell["levels"] for cell in pair["cells"][:4]] == [[0, 0], [0, 1], [0, 2], [1, 0]]
    assert sum(cell["count"] for cell in pair["cells"]) == collapsed.sum()
    assert all(cell["trials"] == 8 for cell in pair["cells"])


def test_a_level_without_any_result_has_no_rate() -> None:
    trials = trials_of({STEPS: [1, 2]}, 2, ["collapsed", "converged", "", ""])
    rate = influence_of(trials)["outcomes"]["collapsed"]["levels"][STEPS][1]
    assert rate["trials"] == 0
    assert rate["value"] is rate["low"] is rate["high"] is None


def test_the_mean_number_of_missing_modes_has_an_interval_over_seeds() -> None:
    missing = [0.0, 2.0, 4.0] * 12
    trials = trials_of({STEPS: list(range(12))}, 3, ["collapsed"] * 36, modes_missing=missing)
    overall = influence_of(trials)["outcomes"]["modes_missing"]["overall"]
    assert overall["value"] == 2
    # Three seeds, of which one misses none, one half and one all: worth three trials.
    low, high = score_interval(1 / 2, 3)
    assert ends(overall) == pytest.approx((4 * low, 4 * high), abs=0.5)


def test_no_mode_missing_anywhere_is_no_certainty_that_none_ever_is() -> None:
    trials = trials_of({STEPS: [1, 2]}, 8, ["converged"] * 16)
    overall = influence_of(replace(trials, modes_total=np.full(16, 5.0)))["outcomes"][
        "modes_missing"
    ]["overall"]
    assert (overall["value"], overall["low"]) == (0, 0)
    assert 0.5 < overall["high"] < 1.3


# Levels


def test_numbers_are_in_ascending_order_and_words_as_they_come() -> None:
    columns = {STEPS: [5, 1, 2], "objective": ["hinge", "wasserstein", "hinge"]}
    trials = trials_of(columns, 1, ["converged"] * 3)
    assert levels_of(trials, STEPS).labels == ["1", "2", "5"]
    assert levels_of(trials, STEPS).number.tolist() == [2, 0, 1]
    assert levels_of(trials, STEPS).ordered
    assert not levels_of(trials, "objective").ordered
    assert levels_of(trials, "objective").labels == ["hinge", "wasserstein"]


def test_levels_may_be_lists_true_and_false_or_nothing() -> None:
    columns = {
        "generator.hidden": [[32, 32], [64], [32, 32]],
        "discriminator.spectral_norm": [True, False, True],
        "discriminator.weight_clip": [None, 0.1, 0.01],
    }
    trials = trials_of(columns, 2, ["converged"] * 6)
    assert levels_of(trials, "generator.hidden").labels == ["32x32", "64"]
    assert levels_of(trials, "discriminator.spectral_norm").labels == ["true", "false"]
    assert not levels_of(trials, "discriminator.spectral_norm").ordered
    assert levels_of(trials, "discriminator.weight_clip").labels == ["null", "0.1", "0.01"]
    assert json.loads(json.dumps(influence_of(trials))) == influence_of(trials)


def test_labels_of_different_numbers_are_different() -> None:
    trials = trials_of({RATIO: [0.10001, 0.10002]}, 1, ["converged"] * 2)
    assert levels_of(trials, RATIO).labels == ["0.10001", "0.10002"]


def test_a_range_is_shown_in_bins_that_are_about_equally_full() -> None:
    rates = list(np.geomspace(1e-4, 1e-2, 50))
    trials = trials_of({RATIO: rates}, 1, ["converged"] * 50, design="random")
    levels = levels_of(trials, RATIO)
    assert levels.binned
    assert np.bincount(levels.number).tolist() == [10] * 5
    assert levels.entries[0]["low"] == rates[0]
    assert levels.entries[-1]["high"] == rates[-1]


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (RATIO, "learning-rate ratio"),
        (STEPS, "number of discriminator steps"),
        ("discriminator.weight_clip", "discriminator's weight clip"),
        ("penalties.r2.weight", "R2 penalty's weight"),
        ("penalties.gradient_penalty.target", "gradient penalty's target"),
        ("penalties.some_new_one.weight", "some new one's weight"),
        ("case", "case"),
        ("anything_else", "anything else"),
    ],
)
def test_fields_have_plain_names(field: str, name: str) -> None:
    assert plain_name(field) == name


# The whole answer


def test_every_outcome_of_a_factorial_sweep_is_answered() -> None:
    answer = influence_of(sweep())
    assert tuple(answer["outcomes"]) == OUTCOMES
    shares = answer["outcomes"]["collapsed"]["shares"]
    assert [(e["kind"], e["fields"]) for e in shares["effects"]] == [
        ("factor", [RATIO]),
        ("factor", [STEPS]),
        ("pair", [RATIO, STEPS]),
    ]
    assert shares["effects"][0]["share"]["low"] > 0.3
    assert shares["effects"][1]["share"]["low"] == 0
    assert answer["ranking"] == [RATIO, STEPS]
    assert answer["outcomes"]["diverged"]["shares"] is None
    assert "same in every trial" in answer["outcomes"]["diverged"]["note"]


def test_the_same_table_gives_the_same_bytes() -> None:
    first, second = (json.dumps(influence_of(sweep())) for _ in range(2))
    assert first == second


def test_the_order_of_a_factorial_table_does_not_matter() -> None:
    trials = sweep()
    order = np.random.default_rng(0).permutation(len(trials))
    shuffled = Trials(
        design=trials.design,
        factors=trials.factors,
        values={field: column[order] for field, column in trials.values.items()},
        log=trials.log,
        seed=trials.seed[order],
        verdict=trials.verdict[order],
        modes_missing=trials.modes_missing[order],
    )
    assert influence_of(shuffled) == influence_of(trials)


def test_an_answer_is_json_without_anything_that_json_does_not_know() -> None:
    trials = sweep()
    trials.verdict[3] = ""
    trials.verdict[40:43] = "diverged"
    trials.modes_missing[[3, 40, 41, 42]] = np.nan
    answer = influence_of(trials)
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


@given(
    st.sampled_from(["factorial", "random", "sobol"]),
    st.integers(1, 3),
    st.lists(st.sampled_from([*VERDICTS, ""]), min_size=1, max_size=7),
    st.integers(0, 10**6),
)
@settings(max_examples=40)
def test_whatever_became_of_the_trials_there_is_an_answer(
    design: str, seeds: int, kinds: list[str], seed: int
) -> None:
    if design == "sobol":
        pytest.importorskip("SALib")
    rng = np.random.default_rng(seed)
    columns = {RATIO: list(np.repeat(np.arange(6) + 0.5, 2)), "case": ["a", "b"] * 6}
    trials = trials_of(columns, seeds, rng.choice(kinds, size=12 * seeds).tolist(), design=design)
    answer = influence_of(trials)
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert answer["paragraph"].endswith(".")


def test_gaps_are_bridged_up_to_a_tenth_and_refused_beyond() -> None:
    few, many = sweep(), sweep()
    few.verdict[::40] = ""
    many.verdict[::5] = ""
    assert influence_of(few)["outcomes"]["collapsed"]["shares"] is not None
    outcome = influence_of(many)["outcomes"]["collapsed"]
    assert outcome["shares"] is None
    assert outcome["note"].startswith("24 of 120 trials have no value here")
    assert outcome["levels"][RATIO][0]["value"] is not None


def test_a_factor_with_one_level_is_shown_but_explains_nothing() -> None:
    columns = {**grid(optimizer__learning_rate_ratio=[1.0, 5.0]), STEPS: [3, 3]}
    happened = np.array([[False] * 4, [True] * 4])
    answer = influence_of(trials_of(columns, 4, words(happened)))
    (only,) = answer["outcomes"]["collapsed"]["shares"]["effects"]
    assert only["fields"] == [RATIO]
    assert only["total"] is None
    assert answer["outcomes"]["collapsed"]["levels"][STEPS][0]["count"] == 4


def test_interactions_never_take_from_what_a_factor_explains_by_itself() -> None:
    """The estimate of an interaction that is not there is as often below zero as above."""
    columns = grid(optimizer__learning_rate_ratio=[1.0, 5.0], training__discriminator_steps=[1, 2])
    alike = 0
    for seed in range(20):
        luck = np.random.default_rng(seed).integers(0, 3, (4, 4))
        missing = (luck + np.array([[0], [0], [2], [2]])).ravel().tolist()
        trials = trials_of(columns, 4, ["collapsed"] * 16, modes_missing=missing)
        for effect in influence_of(trials)["outcomes"]["modes_missing"]["shares"]["effects"][:2]:
            own, total = effect["share"], effect["total"]
            assert total["value"] >= own["value"]
            assert total["high"] >= own["high"]
            alike += total["value"] == own["value"]
    assert 0 < alike < 40


def test_a_thousand_trials_are_answered_within_two_seconds() -> None:
    columns = grid(
        optimizer__learning_rate_ratio=[0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0],
        training__discriminator_steps=[1, 2, 3, 5],
        optimizer__learning_rate=[1e-4, 3e-4, 1e-3, 3e-3, 1e-2],
    )
    rng = np.random.default_rng(1)
    verdict = rng.choice([*RATES[2:], "collapsed", "converged"], size=140 * 8).tolist()
    trials = trials_of(columns, 8, verdict)
    influence_of(sweep())
    started = time.process_time()
    influence_of(trials)
    assert time.process_time() - started < 2


def test_importing_it_is_cheap() -> None:
    heavy = "{'scipy', 'sklearn', 'SALib', 'pandas', 'jax', 'matplotlib'}"
    code = f"import sys, ganrun.influence; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
