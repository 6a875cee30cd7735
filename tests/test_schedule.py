"""When a run is evaluated and when a snapshot is kept, held to what the docs say of both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganrun.playing.schedule import evaluation_rounds, next_round, snapshot_rounds

STEPS = st.integers(1, 50_000)


def test_evaluations_are_at_the_start_at_every_multiple_and_at_the_end() -> None:
    assert list(evaluation_rounds(1000, 250)) == [0, 250, 500, 750, 1000]
    assert list(evaluation_rounds(1001, 250)) == [0, 250, 500, 750, 1000, 1001]
    assert list(evaluation_rounds(3, 250)) == [0, 3]
    assert list(evaluation_rounds(1, 1)) == [0, 1]


def test_the_default_config_has_41_evaluations_and_41_snapshots() -> None:
    assert len(evaluation_rounds(10_000, 250)) == 41
    assert list(snapshot_rounds(10_000, 40)) == [*range(0, 10_000, 256), 10_000]
    assert len(snapshot_rounds(10_000, 40)) == 41


@given(STEPS, st.integers(1, 1000))
def test_snapshots_are_evenly_spaced_by_a_power_of_two_and_as_many_as_fit(
    steps: int, count: int
) -> None:
    rounds = list(snapshot_rounds(steps, count))
    assert (rounds[0], rounds[-1]) == (0, steps)
    assert len(rounds) <= count + 1
    if len(rounds) > 2:
        spacing = rounds[1]
        assert spacing.bit_count() == 1
        assert rounds[:-1] == list(range(0, steps, spacing))
        assert spacing == 1 or steps // (spacing // 2) + 1 > count


@given(STEPS, STEPS, st.integers(1, 1000))
def test_a_longer_runs_snapshots_up_to_there_are_among_a_shorter_ones(
    shorter: int, longer: int, count: int
) -> None:
    shorter, longer = sorted((shorter, longer))
    own = set(snapshot_rounds(shorter, count))
    assert own >= {r for r in snapshot_rounds(longer, count) if r <= shorter}


@given(STEPS, STEPS, st.integers(1, 1000))
def test_a_longer_runs_evaluations_up_to_there_are_among_a_shorter_ones(
    shorter: int, longer: int, every: int
) -> None:
    shorter, longer = sorted((shorter, longer))
    own = set(evaluation_rounds(shorter, every))
    assert own >= {r for r in evaluation_rounds(longer, every) if r <= shorter}


@given(st.integers(1, 400), st.integers(1, 60), st.integers(1, 30))
def test_stepping_from_one_round_to_the_next_meets_every_scheduled_round(
    steps: int, every: int, count: int
) -> None:
    schedules = (evaluation_rounds(steps, every), snapshot_rounds(steps, count))
    met = [0]
    while met[-1] < steps:
        met.append(next_round(met[-1], *schedules))
    assert met == sorted({r for schedule in schedules for r in schedule})


@given(st.integers(1, 400), st.integers(1, 60), st.data())
def test_the_next_round_may_be_asked_from_any_round(
    steps: int, every: int, data: st.DataObject
) -> None:
    schedule = evaluation_rounds(steps, every)
    now = data.draw(st.integers(0, steps - 1))
    assert next_round(now, schedule) == min(r for r in schedule if r > now)


def test_after_the_last_round_there_is_none() -> None:
    with pytest.raises(ValueError, match=r"empty|arg"):
        next_round(10, evaluation_rounds(10, 5))
