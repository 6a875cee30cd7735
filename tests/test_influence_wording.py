"""The paragraph: true, hedged, and readable in odd cases too."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from ganrun.influence import Trials, influence_of, paragraph, paragraphs
from ganrun.influence.claims import mark_claims
from ganrun.influence.trials import CONFIRMED
from tests.influence_examples import RATIO, STEPS, grid, sweep, trials_of, words


def told(trials: Trials) -> str:
    answer = influence_of(trials)
    assert paragraph(answer) == answer["paragraph"]
    return str(answer["paragraph"])


def test_the_factor_that_matters_comes_first_with_its_interval() -> None:
    text = told(sweep())
    assert re.search(
        r"The learning-rate ratio by itself explains \d+ % \[\d+, \d+\] of the variance in how "
        r"many modes are missing\.",
        text,
    )
    assert re.search(
        r"No influence of its own can be shown for the number of discriminator steps \(at most "
        r"\d+ % of it",
        text,
    )
    assert re.search(
        r"Fewest modes are missing on average where the learning-rate ratio is 0\.[13] \(0\.\d\d \["
        r".*\) and most where it is 10 \([12]\.\d\d \[.*\); these two brackets allow for having "
        r"been picked among all levels\.",
        text,
    )


@pytest.mark.parametrize("seeds", [4, 8])
def test_where_nothing_matters_hardly_any_sweep_is_said_to_show_anything(seeds: int) -> None:
    """Eleven shares and those of four verdicts are looked at; by luck some interval excludes 0."""
    rng, claims, lucky = np.random.default_rng(seeds), 0, 0
    columns = grid(a=[1, 2, 3], b=[1, 2, 3], c=[1, 2])
    for _ in range(10):
        missing = rng.integers(0, 4, 18 * seeds)
        endings = rng.choice(["collapsed", "undertrained", "oscillating", "stuck"], 18 * seeds)
        verdicts = list(np.where(missing > 0, endings, "converged"))
        trials = trials_of(columns, seeds, verdicts, modes_missing=list(missing.astype(float)))
        answer = influence_of(trials)
        shares = [one["shares"] for one in answer["outcomes"].values() if one["shares"]]
        lucky += any(effect["share"]["low"] > 0 for one in shares for effect in one["effects"])
        claims += bool(re.search(r"explains|interact,|Fewest|whatever", answer["paragraph"]))
    assert lucky > claims
    assert claims <= 1


def test_on_a_screen_the_same_sentences_stand_in_short_paragraphs() -> None:
    answer = influence_of(sweep())
    happened, explained, judged, sure = paragraphs(answer)
    assert " ".join([happened, explained, judged, sure]) == answer["paragraph"]
    assert "missing at the end" in happened
    assert "by itself explains" in explained
    assert judged.startswith("By the quick verdict")
    assert sure.startswith("Brackets hold")


def test_what_is_claimed_of_verdicts_waits_for_the_modes_that_are_missing() -> None:
    """Where nothing explains these, a factor that explains a verdict may be luck."""
    outcomes = influence_of(sweep())["outcomes"]
    modes, verdicts = (
        outcomes[name]["shares"]["effects"] for name in ("modes_missing", "collapsed")
    )
    assert [effect["share"]["claimed"] for effect in modes] == [True, False, False]
    assert [effect["share"]["claimed"] for effect in verdicts[:2]] == [True, False]
    for effect in modes:
        for numbers in filter(None, (effect["share"], effect["total"])):
            numbers["p_value"] = 1.0
    outcomes["modes_missing"]["shares"]["seed"]["p_value"] = 1.0
    mark_claims("modes_missing", ("collapsed",), outcomes)
    assert not any(effect["share"]["claimed"] for effect in (*modes, *verdicts[:2]))


def test_what_needs_no_judge_comes_first_and_verdicts_say_whose_they_are() -> None:
    answer = influence_of(sweep())
    missing, missed, collapsed = (
        answer["outcomes"][name]["overall"] for name in ("modes_missing", "missed", "collapsed")
    )
    mean, low, high = (f"{missing[key]:.2f}" for key in ("value", "low", "high"))
    value, least, most = (round(100 * missed[key]) for key in ("value", "low", "high"))
    assert answer["paragraph"].startswith(
        f"Over the 120 trials, {mean} [{low}, {high}] modes are missing at the end on average. At "
        f"least one mode is missing at the end of {value} % [{least}, {most}] of the 120 trials. "
    )
    value, least, most = (round(100 * collapsed[key]) for key in ("value", "low", "high"))
    quick = f"By the quick verdict, {collapsed['count']} of the 120 trials collapsed "
    assert f"{quick}({value} % [{least}, {most}])." in answer["paragraph"]


def test_verdicts_that_were_confirmed_are_called_so() -> None:
    answer = {**influence_of(sweep()), "verdicts": CONFIRMED}
    assert "By the confirmed verdict, " in paragraph(answer)
    assert "quick" not in paragraph(answer)


def test_the_number_of_modes_is_named_where_it_is_one() -> None:
    trials = sweep()
    five = replace(trials, modes_total=np.full(len(trials), 5.0))
    assert re.match(r"Over the 120 trials, \S+ \[\S+ \S+\] of 5 modes are missing", told(five))
    mixed = replace(trials, modes_total=np.tile([5.0, 8.0], 60))
    assert re.match(r"Over the 120 trials, \S+ \[\S+ \S+\] modes are missing", told(mixed))


def test_every_percent_says_of_what_it_is() -> None:
    """Shares of variance are of it, shares of trials name the trials."""
    rng = np.random.default_rng(5)
    columns = grid(
        optimizer__learning_rate_ratio=[0.5, 1.0, 2.0], training__discriminator_steps=[1, 2, 5]
    )
    chance = np.add.outer(np.linspace(0.1, 0.9, 9), 0.3 * rng.normal(size=12))
    text = told(trials_of(columns, 12, words(rng.random((9, 12)) < chance)))
    after = r"( of (the|it|all|its)|, including|, and|\)| by itself| with its| of that)"
    for share in re.finditer(r"\d %(?: \[[^\]]*\])?", text):
        if text[: share.start()].endswith("Brackets hold 9"):
            continue
        assert re.match(after, text[share.end() :]), text[share.start() - 40 : share.end() + 20]


def test_two_factors_that_matter_only_together_are_said_to_interact() -> None:
    columns = grid(optimizer__learning_rate_ratio=[0.5, 2.0], training__discriminator_steps=[1, 5])
    same = np.array([True, False, False, True])[:, None]
    luck = np.random.default_rng(1).random((4, 16)) < 0.05
    text = told(trials_of(columns, 16, words(same ^ luck)))
    assert (
        "No factor can be shown to explain by itself any of the variance in how many modes are "
        "missing." in text
    )
    assert re.search(
        r"The learning-rate ratio and the number of discriminator steps interact, which explains "
        r"\d\d % \[\d+, \d+\] of it\.",
        text,
    )


def test_nothing_is_missing() -> None:
    text = told(trials_of(grid(training__discriminator_steps=[1, 2]), 4, ["converged"] * 8))
    assert text.startswith(
        "No mode is missing at the end of any of the 8 trials (0 % [0, 48] of them miss one). So "
        "these trials cannot tell what missing modes depend on. By the quick verdict, none of the "
        "8 trials collapsed (0 % [0, 48])."
    )
    assert "explains" not in text


def test_everything_collapsed() -> None:
    text = told(trials_of(grid(training__discriminator_steps=[1, 2]), 4, ["collapsed"] * 8))
    assert (
        "At least one mode is missing at the end of each of the 8 trials (100 % [52, 100])." in text
    )
    assert "8 of the 8 trials collapsed (100 % [52, 100])." in text
    assert "How much each factor explains cannot be said. It was the same in every trial" in text


@pytest.mark.parametrize(("early", "said"), [(120, True), (61, True), (60, False)])
def test_where_most_trials_ended_too_early_that_is_said_first(early: int, said: bool) -> None:
    trials = sweep()
    trials.verdict[:] = "converged"
    trials.verdict[:early] = "undertrained"
    text = told(replace(trials, rounds=3000))
    assert text.startswith("Most trials ended too early: by the quick verdict, ") == said
    if said:
        assert f"{early} of 120 ({early / 1.2:.0f} % of the trials) would still get better" in text
        assert "with more rounds than their 3,000, so what follows is how far they came" in text
        assert "--set base.training.steps=9000 gives them three times the rounds" in text
        assert "--set" not in told(trials)  # where the rounds are a factor, or not known


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
    assert "No factor can be shown to explain by itself any of the variance" in text
    assert "Not excluded is an influence of" in text
    assert "Fewest modes" not in text
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
    assert text.startswith("Over the 118 trials with a result, ")
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
    assert re.search(r"and 2 diverged \(6 % \[[^\]]*\]\)\.", text)
    assert "Over the 30 trials that did not diverge, " in text
    assert re.search(r"of the 32 trials, counting those that diverged\.", text)


def test_what_other_endings_go_by_is_said() -> None:
    columns = grid(
        optimizer__learning_rate=[1e-4, 1e-3, 1e-2], training__discriminator_steps=[1, 2]
    )
    verdict = np.array(["undertrained"] * 16 + ["converged"] * 16 + ["collapsed"] * 16)
    text = told(trials_of(columns, 8, list(verdict)))
    assert "The learning rate explains 100 % [99.9, 100] of the variance in which trials " in text
    assert "and 100 % [99.9, 100] of that in which trials end undertrained." in text


def test_cases_are_named() -> None:
    columns = {"case": ["bce", "wgan_gp", "hinge"]}
    happened = np.array([[True] * 8, [False] * 8, [True] * 4 + [False] * 4])
    text = told(trials_of(columns, 8, words(happened)))
    assert "The choice of case explains" in text
    assert "Fewest modes are missing on average where the case is wgan_gp (0.00 [0.00, " in text


def test_one_seed_gives_rates_but_neither_shares_nor_intervals() -> None:
    text = told(
        trials_of(grid(training__discriminator_steps=[1, 2]), 1, ["collapsed", "converged"])
    )
    assert "With one seed there is no telling" in text
    assert "1 of the 2 trials collapsed (50 %)." in text
    assert text.endswith(
        "With one seed there are no intervals: what another seed would have given is not known."
    )
    assert "[" not in text


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
