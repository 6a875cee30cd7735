"""Remedies go together, or an error says which do not: a few of `benchmarks.combinations`."""

from __future__ import annotations

import pytest

from benchmarks.combinations import Outcome, checked, combination, outcome_of

pytestmark = pytest.mark.usefixtures("quick_xla")


@pytest.mark.parametrize("number", range(4))
def test_a_combination_of_remedies_is_refused_by_name_or_played(number: int) -> None:
    outcome = outcome_of(combination(number))
    assert outcome.is_right, outcome.detail


def test_many_combinations_are_refused_by_an_error_that_names_its_fields() -> None:
    found = [checked(combination(number)) for number in range(200)]
    refused = [one for one in found if isinstance(one, Outcome)]
    assert all(one.is_right for one in refused), refused
    assert 20 < len(refused) < 150


def test_a_combination_is_the_same_whenever_it_is_asked_for() -> None:
    assert combination(7) == combination(7)
    assert combination(7) != combination(8)
