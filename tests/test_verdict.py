"""The quick verdict, on courses of training that were made up: how likely it takes each word.

The likelihoods were learned, so that no border between words can be told beforehand; what is held
here is what must be so whatever was learned, and that each course is taken for what it plainly is.
Every number that a sentence names is held against the course.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy import ndarray

from ganrun.measure.coverage import is_covered
from ganrun.measure.dynamics import LEAST_EVALUATIONS, Trajectory
from ganrun.verdict import (
    FROM_THE_WORST,
    MEANINGS,
    RULE,
    WORDS,
    Verdict,
    Word,
    can_judge,
    likely,
    likely_short,
    quick_verdict,
)
from ganrun.verdict import likelihoods as likelihoods_of_words
from ganrun.verdict.evidence import evidence_for
from ganrun.verdict.likelihoods import (
    BETTER,
    DEAD,
    EARLY,
    NEEDED,
    SIGNS,
    likelihoods,
    signs_of,
    told_apart,
)
from ganrun.verdict.signs import Signs

REFERENCE = {
    "high_quality": {"mean": 0.99, "p5": 0.98, "p95": 1.0},
    "mode_tv": {"mean": 0.02, "p5": 0.01, "p95": 0.03},
    "nll": {"mean": 1.0, "p5": 0.9, "p95": 1.1},
}
RECORDED = pd.read_csv(Path(__file__).parent / "golden" / "five_gaussians.csv")
EVERY, ROWS = 100, 101
"""Evaluations of a made-up run: rounds 0 to 10,000."""
Metrics = dict[str, ndarray]


def course(shares: Any, **columns: Any) -> Metrics:
    """Metrics of a run with these shares `[R, K]`; all that is not in a share is off the modes."""
    shares = np.asarray(shares, float)
    rows, modes = shares.shape
    quality = shares.sum(axis=1)
    derived = {
        "high_quality": quality,
        "mode_tv": (np.abs(shares - 1 / modes).sum(axis=1) + 1 - quality) / 2,
        "spread": 1.0,
        "nll": 1 + 8 * np.clip(1 - quality, 0, None),
        "grad_norm_g": 0.3,
        "grad_norm_d": 0.3,
        "accuracy_d": 0.6,
        "real_logit": 0.5,
        "fake_logit": -0.5,
    }
    return {
        "step": np.arange(rows) * EVERY,
        **{
            name: np.broadcast_to(np.asarray(column, float), rows).copy()
            for name, column in {**derived, **columns}.items()
        },
        **{f"share_{k}": shares[:, k] for k in range(modes)},
    }


def steady(*shares: float, rows: int = ROWS) -> ndarray:
    """The same shares at every evaluation but the first, which finds nothing anywhere."""
    found = np.tile(np.array(shares or (0.198,) * 5, float), (rows, 1))
    found[0] = 0
    return found


def rising(start: float, end: float, modes: int = 5) -> ndarray:
    return np.tile(np.linspace(start, end, ROWS)[:, None] / modes, (1, modes))


def found_late() -> ndarray:
    """Modes 2 and 3 are found one after the other, and mode 4 not yet."""
    shares = rising(0.5, 0.9)
    for mode, row in ((2, 55), (3, 75), (4, ROWS)):
        shares[:row, mode] = 0
    return shares


def taking_turns() -> ndarray:
    """Two modes at a time, others every few evaluations."""
    shares = np.zeros((ROWS, 5))
    for row in range(ROWS):
        shares[row, [row // 3 % 5, (row // 3 + 1) % 5]] = 0.45
    return shares


PLAIN: dict[str, tuple[Metrics, Word]] = {
    "good from early on": (course(steady()), "converged"),
    "two modes missing throughout": (course(steady(0.33, 0.33, 0.33, 0, 0)), "collapsed"),
    "modes are still being found": (course(found_late()), "undertrained"),
    "modes take turns": (course(taking_turns()), "oscillating"),
    "nothing anywhere": (course(steady(*(0.001,) * 5), nll=50.0), "stuck"),
}


def modes_of(metrics: Metrics) -> int:
    return sum(name.startswith("share_") for name in metrics)


def even(metrics: Metrics) -> ndarray:
    return np.full(modes_of(metrics), 1 / modes_of(metrics))


def judge(
    metrics: Metrics,
    *,
    final: Mapping[str, Any] | None = None,
    reference: Mapping[str, Any] = REFERENCE,
    weights: Sequence[float] | ndarray | None = None,
    diverged_at: int | None = None,
) -> Verdict:
    weights = even(metrics) if weights is None else weights
    return quick_verdict(metrics, final or {}, reference, weights, diverged_at=diverged_at)


def chance(metrics: Metrics, *words: Word) -> float:
    found = judge(metrics).probabilities
    return sum(found.get(word, 0.0) for word in words)


def signs(metrics: Metrics) -> Signs:
    return Signs(Trajectory(metrics, {}, REFERENCE, even(metrics)))


# what is certain


def test_a_run_that_stopped_being_finite_diverged_whatever_else_it_did() -> None:
    for metrics, _ in PLAIN.values():
        found = judge(metrics, diverged_at=4321)
        assert found.probabilities == {"diverged": 1.0}
        assert (found.word, found.confidence) == ("diverged", 1.0)
        assert "in round 4,321" in found.evidence


def test_a_run_that_diverged_before_any_evaluation_is_judged_too() -> None:
    nothing = {name: column[:0] for name, column in course(steady()).items()}
    assert judge(nothing, diverged_at=1).word == "diverged"


def test_a_generator_without_any_slope_is_most_likely_stuck() -> None:
    for metrics, _ in PLAIN.values():
        slope = np.where(np.arange(ROWS) < 40, 0.3, 0.0)
        found = judge({**metrics, "grad_norm_g": slope})
        assert found.probabilities == DEAD
        assert "over the last 5,000 rounds" in found.evidence
        slope[-1] = 1e-12
        assert judge({**metrics, "grad_norm_g": slope}).probabilities != DEAD


# what is likely


@pytest.mark.parametrize("case", PLAIN)
def test_a_course_is_taken_for_what_it_plainly_is(case: str) -> None:
    """Samples that are far off, or that hop, may yet find the modes: that is as likely."""
    metrics, word = PLAIN[case]
    found = judge(metrics)
    assert found.word in ((word, "undertrained") if word in ("stuck", "oscillating") else (word,))
    if word != "undertrained":
        others = [judge(other).probabilities.get(word, 0) for other, _ in PLAIN.values()]
        assert found.probabilities[word] == max(others)


@pytest.mark.parametrize("seed", range(4))
def test_five_gaussians_at_rest_with_modes_missing_have_collapsed(seed: int) -> None:
    """The second quarter to the last of the shipped `five_gaussians`: played on, all stay so."""
    run = RECORDED[RECORDED.seed == seed]
    metrics = {name: run[name].to_numpy() for name in RECORDED.columns[1:]}
    found = judge(metrics, reference={**REFERENCE, "nll": {"mean": -1.55}})
    assert found.word == "collapsed"
    assert found.probabilities["collapsed"] > found.probabilities["undertrained"]


def test_a_run_that_covers_all_and_stands_still_did_not_collapse() -> None:
    for shares in (steady(), steady(0.3, 0.3, 0.2, 0.1, 0.05)):
        at_rest = chance(course(shares), "converged", "imprecise", "sharpening")
        assert at_rest > 0.5
        assert at_rest > chance(course(shares), "collapsed", "stuck")


def test_a_rise_makes_better_with_more_rounds_likelier() -> None:
    help_, at_rest = ("undertrained", "sharpening"), course(rising(0.6, 0.6))
    assert chance(course(rising(0.2, 0.6)), *help_) > chance(at_rest, *help_)


def test_modes_that_come_and_go_make_oscillating_likelier() -> None:
    still = steady(0.45, 0.45, 0, 0, 0)
    turns = chance(course(taking_turns()), "oscillating")
    assert turns > 2 * chance(course(still), "oscillating")


def test_missing_modes_make_sharpening_and_converged_unlikely() -> None:
    assert chance(PLAIN["two modes missing throughout"][0], "sharpening", "converged") < 0.1


def test_modes_that_perfect_samples_do_not_show_are_not_missing() -> None:
    lacking = course(steady(0.2475, 0.2475, 0.2475, 0.2475, 0), mode_tv=0.02)
    weights = [0.25 - 2.5e-7] * 4 + [1e-6]
    shown = {"mean": 4.0, "by_mode": [1.0, 1.0, 1.0, 1.0, 0.0]}
    found = judge(lacking, weights=weights, reference={**REFERENCE, "modes_covered": shown})
    assert found.word == "converged"
    assert "The 4 of 5 modes that perfect samples show are covered" in found.evidence
    assert judge(lacking, weights=weights).word != "converged"
    none = {"mean": 0.0, "by_mode": [0.0] * 5}
    assert judge(lacking, reference={**REFERENCE, "modes_covered": none}).probabilities


@pytest.mark.parametrize("rows", range(1, LEAST_EVALUATIONS + 1))
def test_a_few_evaluations_tell_only_how_such_runs_mostly_end(rows: int) -> None:
    """The first of them is at round 0, before any training."""
    good, bad = (course(steady(*shares, rows=rows)) for shares in ((), (0.3, 0.3, 0.3, 0, 0)))
    assert judge(bad).probabilities == EARLY[True]
    assert judge(good).probabilities == EARLY[rows == 1]
    assert "too early" in judge(good).evidence
    assert f"{rows - 1} evaluation" in judge(good).evidence


def test_how_runs_mostly_end_is_told_in_probabilities() -> None:
    for lacking, chances in EARLY.items():
        assert sum(chances.values()) == pytest.approx(1)
        assert set(chances) <= set(WORDS)
        assert ("converged" in chances) is not lacking


# whatever the numbers


def check(found: Verdict) -> None:
    """What holds of every verdict."""
    assert set(found.probabilities) <= set(WORDS)
    assert sum(found.probabilities.values()) == pytest.approx(1, abs=0.005)
    assert all(0 < p <= 1 for p in found.probabilities.values())
    assert found.confidence == found.probabilities.get(found.word, 0)
    assert found.rule == RULE
    sentence = found.evidence
    assert re.fullmatch(r"[A-Z0-9].*\.", sentence)
    assert "nan" not in sentence.lower().replace("finance", "")
    assert "  " not in sentence
    assert Verdict.from_summary(json.loads(json.dumps(found.as_summary()))) == found


def any_course(rows: int, modes: int) -> st.SearchStrategy[Metrics]:
    numbers = st.floats(0, 1, width=32)
    holes = st.one_of(numbers, st.just(math.nan))
    names = ("spread", "nll", *NEEDED, "accuracy_d", "high_quality", "mode_tv")
    return st.builds(
        lambda shares, columns: course(shares, **columns),
        arrays(float, (rows, modes), elements=numbers),
        st.fixed_dictionaries({}, optional={n: arrays(float, rows, elements=holes) for n in names}),
    )


@given(
    st.integers(1, 30).flatmap(
        lambda rows: st.integers(1, 5).flatmap(lambda modes: any_course(rows, modes))
    )
)
def test_whatever_the_numbers_there_are_probabilities_and_one_sentence(metrics: Metrics) -> None:
    check(judge(metrics))


@given(any_course(20, 3), st.sampled_from([{}, {"mode_tv": {"mean": None}}, REFERENCE]))
def test_every_sign_is_a_finite_number_and_every_word_has_a_sentence(
    metrics: Metrics, reference: Mapping[str, Any]
) -> None:
    found = Signs(Trajectory(metrics, {}, reference, even(metrics)))
    assert np.isfinite(signs_of(found)).all()
    assert sum(likelihoods(found).values()) == pytest.approx(1, abs=0.005)
    for word in WORDS:
        assert evidence_for(word, found).endswith(".")


@pytest.mark.parametrize("case", PLAIN)
@pytest.mark.parametrize("column", sorted({*NEEDED, "spread", "accuracy_d"}))
def test_a_column_without_numbers_is_judged_too(case: str, column: str) -> None:
    metrics = PLAIN[case][0]
    check(judge({**metrics, column: np.full(ROWS, np.nan)}))


def test_weights_may_be_zero() -> None:
    check(judge(course(steady()), weights=[0.25, 0.25, 0.25, 0.25, 0.0]))


@given(st.permutations(range(5)), st.sampled_from(sorted(PLAIN)))
def test_the_probabilities_do_not_depend_on_the_order_of_the_modes(
    order: Sequence[int], case: str
) -> None:
    metrics = PLAIN[case][0]
    shuffled = {**metrics, **{f"share_{k}": metrics[f"share_{i}"] for k, i in enumerate(order)}}
    assert judge(shuffled).probabilities == judge(metrics).probabilities


def test_what_happened_in_the_first_quarter_is_forgotten() -> None:
    shares = steady()
    shares[:24] = taking_turns()[:24]
    assert judge(course(shares)).probabilities == judge(course(steady())).probabilities


def test_the_signs_see_what_they_are_called() -> None:
    lost, turns = PLAIN["two modes missing throughout"][0], PLAIN["modes take turns"][0]
    told = {name: of(signs(lost)) for name, of in SIGNS.items()}
    assert (told["lacking"], told["any lacking"], told["within"]) == (0.4, 1, 0)
    assert (told["moving"], told["stepping"], told["off"]) == (0, 0, 0)
    assert told["straying"] == pytest.approx(0)
    assert told["found, lacking"] == told["rise"] == 0
    assert told["the same lacking"] == 1
    assert told["placed, lacking"] == pytest.approx(0.6)
    assert SIGNS["placed, lacking"](signs(course(steady()))) == 0
    assert told["quality"] == pytest.approx(0.99)
    assert told["loud"] == pytest.approx(np.arcsinh(0.5))
    assert SIGNS["moving"](signs(turns)) == pytest.approx(0.45 / 3, abs=0.01)
    assert SIGNS["off"](signs(PLAIN["nothing anywhere"][0])) == 1


def test_the_signs_see_which_modes_were_found_and_for_how_long_the_others_are_missing() -> None:
    finding = signs(PLAIN["modes are still being found"][0])
    assert finding.missing == (4,)
    assert finding.found == pytest.approx(2 / 5)
    assert finding.settled == pytest.approx(26 / 51)
    assert signs(PLAIN["modes take turns"][0]).settled < 0.1
    for name in ("the same lacking", "found, lacking"):
        assert SIGNS[name](signs(course(rising(0.1, 0.9)))) == 0


def test_a_mode_that_perfect_samples_do_not_show_does_not_unsettle_those_that_are_missing() -> None:
    lacking = course(steady(0.33, 0.33, 0.33, 0, 0))
    shown = {"mean": 4.0, "by_mode": [1.0, 1.0, 1.0, 1.0, 0.0]}
    weights = np.array([0.25] * 4 + [1e-6])
    seen = Signs(Trajectory(lacking, {}, {**REFERENCE, "modes_covered": shown}, weights))
    assert (seen.missing, seen.settled) == ((3,), 1)


def test_the_signs_see_whether_a_game_is_steady() -> None:
    fast = np.where(np.arange(ROWS) % 2, 3.0, 0.3)
    told = {name: of(signs(course(steady(), nll=fast + 1.7))) for name, of in SIGNS.items()}
    assert told["stepping"] == pytest.approx(np.log(3.7 / 1))
    assert told["straying"] == pytest.approx(np.log(3.7 / 1) / 2, abs=0.01)
    told = {
        name: of(signs(course(steady(), grad_norm_g=fast, real_logit=fast, fake_logit=1.0)))
        for name, of in SIGNS.items()
    }
    assert told["slope G unsteady"] == pytest.approx(0.5, abs=0.01)
    assert told["gap below 0"] == pytest.approx(0.5, abs=0.02)
    assert told["gap unsteady"] == pytest.approx(np.arcsinh(1.35), abs=0.01)
    grown = course(steady(), grad_norm_g=np.where(np.arange(ROWS) > 50, 3.0, 0.3))
    assert SIGNS["slope G grown"](signs(grown)) == pytest.approx(1)
    assert SIGNS["slope D grown"](signs(grown)) == 0


@pytest.mark.parametrize("case", PLAIN)
def test_a_discriminator_that_is_bounded_makes_smaller_slopes_and_no_other_word(case: str) -> None:
    """A clipped critic's slopes are a thousandth of others', however far the generator moves."""
    metrics, _ = PLAIN[case]
    smaller = {name: metrics[name] / 1000 for name in ("grad_norm_g", "grad_norm_d")}
    assert judge({**metrics, **smaller}).probabilities == judge(metrics).probabilities


def test_what_was_never_seen_counts_as_the_most_unusual_that_is_believed() -> None:
    far, farther = (course(steady(), real_logit=10.0**size) for size in (4, 8))
    assert judge(far).probabilities == judge(farther).probabilities


# sentences are true


def numbers_in(sentence: str) -> list[float]:
    return [float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", sentence)]


def told(word: Word, metrics: Metrics) -> str:
    return evidence_for(word, signs(metrics))


def test_a_loss_names_the_modes_that_are_missing_and_since_when() -> None:
    shares = steady(0.33, 0.33, 0.33, 0, 0)
    shares[:71, 3] = 0.2
    sentence = told("collapsed", course(shares))
    assert "1 of 5 modes (4) stayed missing over the last 5,000 rounds" in sentence
    assert "1 of 5 modes (3) went missing by round 7,100 and did not come back" in sentence


def test_a_mode_that_is_there_at_the_last_evaluation_only_is_not_said_to_be_missing_then() -> None:
    shares = steady(0.33, 0.33, 0.33, 0, 0)
    shares[-1] = 0.198
    sentence = told("collapsed", course(shares))
    assert "2 of 5 modes (3 and 4) were covered at no more than 1 of 10 evaluations" in sentence
    assert "missing" not in sentence


def test_a_mode_that_only_the_last_evaluation_misses_is_said_to_have_been_there() -> None:
    shares = steady()
    shares[-1, 2] = 0
    sentence = told("converged", course(shares))
    assert sentence.startswith(
        "1 of 5 modes (2) is missing at the last evaluation, but was covered at 9 or more of 10 "
        "evaluations over the last 900 rounds"
    )


def test_an_improvement_is_told_with_where_it_began_and_where_it_came_to() -> None:
    metrics = course(rising(0.2, 0.8))
    sentence = told("sharpening", metrics)
    before, now, best = numbers_in(sentence)[-3:]
    steps, placed = metrics["step"], 1 - metrics["mode_tv"]
    assert before == round(100 * placed[(steps > 2500) & (steps <= 5000)].mean())
    assert now == round(100 * placed[steps > 7500].mean())
    assert best == 98


def test_modes_that_come_and_go_are_counted() -> None:
    metrics = course(taking_turns())
    sentence = told("oscillating", metrics)
    covered = is_covered(np.stack([metrics[f"share_{k}"] for k in range(5)], axis=1), even(metrics))
    window = covered[50:]
    changes = int(np.any(window[1:] != window[:-1], axis=1).sum())
    assert "5 of 5 modes were there at some time but never more than 2 at once" in sentence
    assert f"the set changed {changes} times" in sentence


def test_all_modes_that_come_and_go_together_are_counted_too() -> None:
    shares = steady()
    shares[50::2, 1] = 0
    sentence = told("oscillating", course(shares))
    assert "all 5 modes were covered at some time, but together at only 25 of 51" in sentence


def test_what_is_out_of_tolerance_is_named_with_what_perfect_samples_score() -> None:
    sentence = told("imprecise", course(steady(*(0.18,) * 5), spread=2.5))
    assert "high_quality is 0.90 where perfect is 0.99" in sentence
    assert "mode_tv" not in sentence
    assert "2.5 times their true variance" in sentence


def test_a_success_counts_the_evaluations_that_were_within_tolerance() -> None:
    shares = steady()
    shares[[93, 96]] = 0.1
    sentence = told("converged", course(shares))
    assert "All 5 modes are covered, 99 % of the samples are high-quality" in sentence
    assert "over the last 900 rounds all was within tolerance at 8 of 10 evaluations" in sentence


def test_samples_on_no_mode_are_on_their_way_only_if_they_came_nearer() -> None:
    nowhere = steady(*(0.001,) * 5)
    nearer = course(nowhere, nll=np.linspace(200, 20, ROWS))
    assert "came nearer" in told("undertrained", nearer)
    assert "came nearer" not in told("undertrained", course(nowhere, nll=50.0))
    assert "no mode was covered at any evaluation" in told("stuck", nearer)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("case", PLAIN)
def test_a_sentence_says_no_mode_is_missing_that_is_covered(case: str, word: Word) -> None:
    metrics = PLAIN[case][0]
    sentence = told(word, metrics)
    found = signs(metrics)
    if said := re.search(r"of 5 modes(?: \(([\d, and]+)\))? (?:is|are) missing", sentence):
        named = {int(one) for one in re.findall(r"\d", said[1] or "01234")}
        assert named == set(found.trajectory.missing_at_the_end)
    if "All 5 modes are covered" in sentence:
        assert not found.trajectory.missing_at_the_end


# what is said of the words


def test_every_word_is_said_something_of_once() -> None:
    assert sorted(MEANINGS) == sorted(WORDS)
    assert len(FROM_THE_WORST) == len(WORDS)
    assert len({one.description for one in FROM_THE_WORST}) == len(WORDS)
    assert len({one.colour for one in FROM_THE_WORST}) == len(WORDS)
    for one in FROM_THE_WORST:
        assert (one.did is None) == (one.do is None)


@pytest.mark.parametrize(
    ("chances", "long", "short"),
    [
        ({"diverged": 1.0}, "diverged", "diverged"),
        (
            {"undertrained": 0.3, "collapsed": 0.6, "stuck": 0.1},
            "most likely collapsed (60 %), else undertrained (30 %)",
            "likely collapsed 60 %",
        ),
        (
            {"collapsed": 0.91, "undertrained": 0.09},
            "most likely collapsed (91 %)",
            "likely collapsed 91 %",
        ),
        (
            {"undertrained": 0.5, "collapsed": 0.5},
            "most likely undertrained (50 %), else collapsed (50 %)",
            "likely undertrained 50 %",
        ),
        ({"converged": 0.996, "stuck": 0.004}, "most likely converged (99.6 %)", None),
    ],
)
def test_probabilities_are_told_with_the_second_word_if_it_is_worth_naming(
    chances: dict[Word, float], long: str, short: str | None
) -> None:
    word = Verdict(chances, "").word
    assert likely(word, chances) == long
    assert short is None or likely_short(word, chances[word]) == short


def test_a_word_that_another_is_likelier_than_is_a_perhaps() -> None:
    chances: dict[Word, float] = {"diverged": 0.58, "oscillating": 0.38, "stuck": 0.04}
    found = Verdict(chances, "", "oscillating")
    assert (found.word, found.confidence) == ("oscillating", 0.38)
    assert likely(found.word, chances) == "perhaps oscillating (38 %), else diverged (58 %)"
    assert likely_short(found.word, found.confidence) == "perhaps oscillating 38 %"


def test_no_word_is_told_that_is_not_true_of_the_run_so_far() -> None:
    for metrics, _ in PLAIN.values():
        found, seen = judge(metrics), signs(metrics)
        assert found.word != "diverged"
        if seen.missing:
            assert found.word not in {"sharpening", "imprecise", "converged"}
        else:
            assert found.word != "collapsed"


@pytest.mark.parametrize("end", [0.3, 0.48, 0.5, 0.52, 0.7, 0.9])
def test_of_the_two_words_for_getting_better_the_impossible_one_has_no_chance(end: float) -> None:
    """Which it would be, the run's own end decides; by the course alone both looked possible."""
    metrics = course(rising(end / 2, end))
    run = signs(metrics).trajectory
    lacking = run.lacks(run.last_tenth)
    possible, impossible = BETTER if lacking else BETTER[::-1]
    chances = judge(metrics).probabilities
    assert impossible not in chances
    assert chances[possible] > 0.01
    equal = told_apart(np.full(len(WORDS), 1 / len(WORDS)), signs(metrics))
    assert equal.sum() == pytest.approx(1)
    assert equal[WORDS.index(possible)] == pytest.approx(2 / len(WORDS))


def test_a_run_a_little_short_of_most_samples_on_modes_is_told_as_likely_to_get_better() -> None:
    metrics = course(rising(0.15, 0.49))
    assert judge(metrics).word == "undertrained"
    assert likely(judge(metrics).word, judge(metrics).probabilities).startswith("most likely")


def test_a_finite_run_is_not_said_to_have_diverged_however_likely_it_is_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sure = likelihoods_of_words.INTERCEPTS + np.array([100.0, *[0.0] * 7])
    monkeypatch.setattr(likelihoods_of_words, "INTERCEPTS", sure)
    for metrics, _ in PLAIN.values():
        found = judge(metrics)
        assert found.word != "diverged"
        assert found.probabilities["diverged"] == 1
        check(found)


# stored and read


SUMMARY = {**Verdict({"collapsed": 0.6, "undertrained": 0.4}, "So it is.").as_summary()}


def test_a_verdict_is_read_back_equal() -> None:
    for metrics, _ in PLAIN.values():
        check(judge(metrics))
    assert SUMMARY["verdict"] == "collapsed"
    assert SUMMARY["verdict_confidence"] == 0.6
    assert SUMMARY["verdict_rule"] == RULE == 3


@pytest.mark.parametrize(
    "broken",
    [
        lambda one: one.pop("verdict"),
        lambda one: one.pop("verdict_rule"),
        lambda one: one.pop("verdict_probabilities"),
        lambda one: one.update(verdict="bored"),
        lambda one: one.update(verdict="undertrained"),
        lambda one: one.update(verdict_evidence=None),
        lambda one: one.update(verdict_rule="three"),
        lambda one: one.update(verdict_probabilities=None),
        lambda one: one.update(verdict_probabilities={"bored": 1.0}),
        lambda one: one.update(verdict_probabilities={"collapsed": 0.6}),
        lambda one: one.update(verdict_probabilities={"collapsed": 1.4, "stuck": -0.4}),
        lambda one: one.update(verdict_probabilities={"collapsed": "much"}),
    ],
)
def test_what_is_no_verdict_is_not_read_as_one(broken: Callable[[dict[str, Any]], Any]) -> None:
    summary = dict(SUMMARY)
    broken(summary)
    with pytest.raises((KeyError, TypeError, ValueError)):
        Verdict.from_summary(summary)


def test_a_verdict_by_an_older_rule_is_not_read_and_one_by_a_newer_rule_is() -> None:
    older = {"verdict": "collapsed", "verdict_confidence": 0.7, "verdict_evidence": "So."}
    assert Verdict.from_summary({**older, "verdict_rule": 2}) is None
    newer = Verdict.from_summary({**SUMMARY, "verdict_rule": RULE + 1})
    assert newer is not None
    assert newer.rule == RULE + 1


@pytest.mark.parametrize("column", NEEDED)
def test_a_run_can_be_judged_if_the_columns_are_there_that_the_probabilities_rest_on(
    column: str,
) -> None:
    metrics, weights = course(steady()), np.full(5, 0.2)
    assert can_judge(metrics, REFERENCE, weights)
    without = {name: values for name, values in metrics.items() if name != column}
    assert not can_judge(without, REFERENCE, weights)
    empty = {**metrics, column: np.full(ROWS, np.nan)}
    assert not can_judge(empty, REFERENCE, weights)


def test_a_column_may_be_empty_where_it_does_not_apply() -> None:
    nan, weights = np.full(ROWS, np.nan), np.full(5, 0.2)
    assert can_judge(course(steady(), accuracy_d=nan), REFERENCE, weights)
    assert can_judge(course(steady(*(0.001,) * 5), spread=nan), REFERENCE, weights)
    assert not can_judge(course(steady(), spread=nan), REFERENCE, weights)
