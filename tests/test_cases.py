"""The ranking of a sweep's cases: what is told apart is more than luck, and ties are ties."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from stored_sweeps import stored_sweep

from ganrun.influence import Trials, influence_of
from ganrun.influence.case_words import case_headline
from ganrun.influence.comparisons import chances, may_be_best, seeds_needed, told_apart
from ganrun.influence.trials import Measured
from ganrun.report.sweep_record import read_sweep
from ganrun.report.tables.cases import case_lines
from ganrun.report.tables.sweep import sweep_json
from ganrun.store.sweep_folder import SweepFolder
from ganrun.sweep.designs import Trial
from tests.influence_examples import trials_of

CASES = """
name: remedies
seeds: 8
cases:
  plain: {}
  good: {objective: hinge}
  bad: {objective: minimax}
  twin: {generator.average: 0.9}
"""


def chances_by_all_signs(differences: list[int]) -> tuple[float, float]:
    """Slow and obvious: every choice of signs, each as likely."""
    sums = [
        sum(sign * size for sign, size in zip(signs, differences, strict=True))
        for signs in product((1, -1), repeat=len(differences))
    ]
    found = sum(differences)
    return (
        sum(one >= found for one in sums) / len(sums),
        sum(one <= found for one in sums) / len(sums),
    )


@pytest.mark.parametrize(
    "differences", [[], [0, 0], [1], [2, -1, 0, 3, 3], [5, 5, 5, 4, 0, 1, 1, -2, -3]]
)
def test_the_chance_of_a_difference_is_that_of_all_choices_of_signs(differences: list[int]) -> None:
    found = chances(np.array(differences, dtype=int))
    assert found == pytest.approx(chances_by_all_signs(differences))


def test_among_many_comparisons_it_takes_more_seeds() -> None:
    for comparisons in (1, 3, 38):
        needed = seeds_needed(comparisons)
        clear = [np.full(needed, 3)] + [np.zeros(needed, dtype=int)] * (comparisons - 1)
        assert told_apart(clear)[0]
        assert not told_apart([one[1:] for one in clear]).any()


def test_the_best_is_not_told_from_what_is_as_good() -> None:
    counts = np.array([[5] * 12, [5] * 11 + [4], [1] * 12], dtype=float)[:, :, None]
    assert may_be_best(counts).tolist() == [True, True, False]
    assert may_be_best(counts[:1]).tolist() == [True]


def ranked(counts: dict[str, list[float]], **others: Any) -> Trials:
    """A table of cases, by what they recover of five modes at each seed."""
    seeds = len(counts["plain"])
    flat = np.array([one for row in counts.values() for one in row], dtype=float)
    words = np.where(np.isnan(flat), "", np.where(flat == 5, "converged", "collapsed"))
    trials = trials_of({"case": list(counts)}, seeds, list(words), modes_missing=list(5 - flat))
    columns = {
        "modes_recovered": Measured(flat, 5),
        "high_quality": Measured(flat / 5, 1, 2500),
        "reverse_kl": Measured(1 - flat / 5, 1.6, 2500),
    }
    measured = {**columns, **others.pop("measured", {})}
    return replace(
        trials, modes_total=np.full(len(flat), 5.0), measured=measured, plain="plain", **others
    )


MANY = {"plain": [2.0, 1, 2, 3, 2, 2, 1, 2], "good": [5.0] * 8, "fair": [5.0] * 7 + [4]}


def test_cases_stand_from_the_best_to_the_worst_and_say_what_differs() -> None:
    answer = influence_of(ranked(MANY))
    entries = answer["cases"]["entries"]
    assert [one["case"] for one in entries] == ["good", "fair", "plain"]
    assert [one["may_be_best"] for one in entries] == [True, True, False]
    assert [one["than_plain"] for one in entries] == ["better", "better", None]
    assert entries[0]["whole"] == 8
    assert entries[0]["measured"]["modes_recovered"]["high"] == 5
    text = answer["paragraph"]
    assert (
        "All 5 modes are recovered in every trial of good. From the best cannot be told fair"
        in text
    )
    assert "more are recovered by good and fair." in text
    assert "The choice of case explains" in text
    assert "where the case is" not in text
    assert case_headline(answer["cases"]) == "Good and fair recover more modes than plain"


def test_with_few_seeds_nothing_is_told_apart_and_that_is_said() -> None:
    answer = influence_of(ranked({name: counts[:4] for name, counts in MANY.items()}))
    assert all(one["than_plain"] is None for one in answer["cases"]["entries"])
    assert "among 2 comparisons that takes 7 seeds, and here are 4." in answer["paragraph"]
    assert (
        case_headline(answer["cases"])
        == "No case can be told from plain by the modes that it recovers"
    )


def test_where_all_cases_recover_as_many_none_is_said_to_recover_most() -> None:
    text = influence_of(ranked({"plain": [0.0] * 8, "good": [0.0] * 8}))["paragraph"]
    assert "All cases recover as many, 0.00 [0.00, " in text
    assert "Most are recovered" not in text


def test_seeds_are_compared_where_both_cases_have_a_result() -> None:
    lacking = {**MANY, "good": [np.nan, *MANY["good"][1:]]}
    entries = influence_of(ranked(lacking))["cases"]["entries"]
    good = next(one for one in entries if one["case"] == "good")
    assert good["trials"] == 7
    assert good["difference"] == pytest.approx(np.mean([5 - one for one in MANY["plain"][1:]]))
    none = {**MANY, "good": [np.nan] * 8}
    last = influence_of(ranked(none))["cases"]["entries"][-1]
    assert (last["case"], last["trials"], last["may_be_best"]) == ("good", 0, False)


def test_no_count_is_above_what_perfect_samples_reach() -> None:
    perfect = {"modes_recovered": {"mean": 4.0, "p5": 4.0, "p95": 4.0}}
    answer = influence_of(ranked({**MANY, "good": [4.0] * 8}, perfect=perfect))
    assert answer["cases"]["most"] == 4
    assert answer["cases"]["entries"][-2]["whole"] == 8


def test_a_moving_average_has_an_entry_of_its_own_below_its_generator() -> None:
    averaged = {
        f"averaged_{name}": Measured(np.array([*[np.nan] * 8, *[5.0] * 8, *[np.nan] * 8]), 5, steps)
        for name, steps in (("modes_recovered", 0), ("high_quality", 9), ("reverse_kl", 9))
    }
    counts = {"plain": MANY["plain"], "twin": MANY["plain"], "good": [5.0] * 8}
    answer = influence_of(ranked(counts, measured=averaged))
    rows = [(one["case"], one["averaged"], one["than_plain"]) for one in answer["cases"]["entries"]]
    assert rows == [
        ("good", False, "better"),
        ("plain", False, None),
        ("twin", False, None),
        ("twin", True, "better"),
    ]
    assert "twin's moving average" in answer["paragraph"]


def by_case(trial: Trial) -> str:
    if trial.case == "good":
        return "converged"
    return f"collapsed {1 + trial.seed % 2 - (trial.case == 'bad')}"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> SweepFolder:
    return stored_sweep(tmp_path_factory.mktemp("cases"), CASES, by_case)


def test_the_terminal_has_a_line_for_every_case(stored: SweepFolder) -> None:
    lines = [line.plain for line in case_lines(read_sweep(stored.path), 80)]
    assert all(len(line) <= 80 for line in lines)
    best, plain = (
        next(one for one in lines if one[2:].startswith(name)) for name in ("good", "plain")
    )
    assert best.startswith("= good ")
    assert " better " in best
    assert "5.00 [" in best
    assert plain.startswith("  ")
    assert lines.index(best) < lines.index(plain)
    assert any("no room for" in line for line in lines)
    wide = [line.plain for line in case_lines(read_sweep(stored.path), 200)]
    assert any(line.endswith("8 converged") for line in wide)


def test_the_numbers_are_in_the_json(stored: SweepFolder) -> None:
    found = json.loads(json.dumps(sweep_json(read_sweep(stored.path))))["cases"]
    assert found["entries"][0]["case"] == "good"
    assert {"seconds", "times_plain", "measured", "than_plain"} <= set(found["entries"][0])
