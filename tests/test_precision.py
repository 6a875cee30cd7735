"""A sweep that was told a precision: seeds are added until it is reached, and no trial is lost."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sweep_examples import Listener, small, swept, table

from ganrun.config import ConfigError, load_sweep, sweep_yaml
from ganrun.executors.this_process import ThisProcess
from ganrun.game import backend
from ganrun.influence.precision import Interval, widest
from ganrun.report.sweep_record import read_sweep
from ganrun.report.tables.sweep import sweep_json
from ganrun.sweep import precision
from ganrun.sweep.designs import Design
from ganrun.sweep.precision import Precision, seeds_begun


@pytest.fixture(autouse=True)
def _quick_disk_and_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(backend, "cores", lambda: 1)


def precise(folder: Path, *overrides: str) -> Any:
    return small(folder, "vary.training.discriminator_steps=[1]", "precision=0.1", *overrides)


def halves(monkeypatch: pytest.MonkeyPatch, by_seeds: dict[int, float]) -> None:
    """Let the widest interval be known by the number of seeds."""

    def widest_by_seeds(influence: Any) -> Interval:
        return Interval(by_seeds[influence["trials"]["seeds"]], "trials that miss a mode")

    monkeypatch.setattr(precision, "widest", widest_by_seeds)


# Config


def test_a_sweep_without_precision_keeps_its_id(tmp_path: Path) -> None:
    assert small(tmp_path).id == "5b7d02fe8793699a"
    assert precise(tmp_path).id != precise(tmp_path, "precision=0.05").id


def test_precision_is_written_and_read_back_with_its_bound(tmp_path: Path) -> None:
    sweep = precise(tmp_path)
    assert sweep.most_seeds == 64
    again = tmp_path / "again.yaml"
    again.write_text(sweep_yaml(sweep))
    assert load_sweep(again) == sweep


def test_seeds_that_are_added_follow_the_largest(tmp_path: Path) -> None:
    sweep = precise(tmp_path, "seeds=[7, 3]", "most_seeds=5")
    assert sweep.every_seed == (7, 3, 8, 9, 10)
    assert sweep.trials == 4


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        (["precision=0.1", "seeds=1"], "precision=0.1: intervals need two seeds or more"),
        (["precision=0.1", "seeds=4", "most_seeds=3"], "most_seeds=3: the sweep begins with 4"),
        (["most_seeds=3"], "most_seeds=3: bounds the seeds that a 'precision' adds"),
        (["precision=0"], "precision=0: must be at least 0.005"),
        (["precision=0.1", "seeds=[0, 2147483640]"], "most_seeds: seeds beyond 2147483640"),
        (["max_seeds=3"], "max_seeds=3: unknown field; did you mean 'most_seeds'?"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, overrides: list[str], problem: str) -> None:
    with pytest.raises(ConfigError) as found:
        small(tmp_path, *overrides)
    assert problem in "\n".join(found.value.problems)


# The rule


def test_a_quarter_more_seeds_are_added_and_never_more_than_the_most() -> None:
    wide = Precision(0.05, Interval(0.2, "x"), 8, 64)
    assert wide.more_seeds() == 2
    assert replace(wide, seeds=2).more_seeds() == 1
    assert replace(wide, seeds=63).more_seeds() == 1
    assert replace(wide, seeds=64).more_seeds() == 0
    assert replace(wide, widest=None).more_seeds() == 0
    assert replace(wide, widest=Interval(0.05, "x")).more_seeds() == 0


def test_the_widest_of_the_main_intervals_counts() -> None:
    def numbers(low: float, high: float) -> dict[str, float]:
        return {"value": (low + high) / 2, "low": low, "high": high}

    def effect(kind: str, low: float, high: float) -> dict[str, Any]:
        return {"kind": kind, "fields": ["a"], "share": numbers(low, high), "total": None}

    effects = [effect("factor", 0, 0.2), effect("pair", 0, 1)]
    outcomes = {
        "missed": {"overall": numbers(0.0, 0.125), "shares": None},
        "modes_missing": {"overall": numbers(1.0, 1.5), "shares": {"effects": effects}},
        "collapsed": {"shares": None},
    }
    factors = [{"field": "a", "name": "batch size"}]
    influence = {
        "outcomes": outcomes,
        "factors": factors,
        "modes": 5,
        "trials": {"without_result": 0},
    }
    assert widest(influence) == Interval(0.1, "the batch size's share")
    outcomes["modes_missing"]["shares"] = None
    assert widest(influence) == Interval(0.0625, "trials that miss a mode")
    influence["trials"] = {"without_result": 9}
    assert widest(influence) is None


# Sweeps


def test_seeds_are_added_until_the_intervals_are_narrow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halves(monkeypatch, {2: 0.3, 3: 0.2, 4: 0.09})
    listener = Listener()
    folder, progress = swept(tmp_path, precise(tmp_path), executor=ThisProcess(), listener=listener)
    assert (progress.trials, progress.trained, progress.found) == (8, 8, 0)
    assert progress.precision is not None
    assert progress.precision.reached
    assert [line.split(" of ")[0] for line in listener.told] == [
        "precision 0.300",
        "precision 0.200",
        "precision 0.090",
    ]
    record = read_sweep(folder.path)
    assert len(record.rows) == record.finished == 8
    assert [row.seed for row in record.rows] == [0, 1, 2, 3] * 2
    found = sweep_json(record)["precision"]
    assert (found["reached"], found["seeds"], found["widest"]) == (True, 4, 0.09)


def test_a_precise_sweep_that_goes_on_trains_nothing_again_and_comes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halves(monkeypatch, {2: 0.3, 3: 0.2, 4: 0.09})
    sweep = precise(tmp_path)
    folder, _ = swept(tmp_path, sweep, executor=ThisProcess())
    whole = (folder.path / "results.csv").read_bytes()
    again, progress = swept(tmp_path, sweep, executor=ThisProcess())
    assert again.path == folder.path
    assert (progress.trained, progress.found) == (0, 8)
    # As if it had been killed among the last seeds that were added.
    for trial in (3, 7):
        experiment = Design(sweep, 4).trial(trial).experiment
        moved = folder.trial_path(experiment)
        moved.rename(tmp_path / f"aside-{trial}")
    assert seeds_begun(folder) == 3
    experiment = Design(sweep, 4).trial(6).experiment
    folder.trial_path(experiment).rename(tmp_path / "aside-6")
    interrupted = read_sweep(folder.path).precision
    assert interrupted is not None
    assert interrupted.widest is None
    assert not interrupted.reached
    _, progress = swept(tmp_path, sweep, executor=ThisProcess())
    assert (progress.trained, progress.found) == (3, 5)
    assert (folder.path / "results.csv").read_bytes() == whole


def test_the_most_seeds_end_a_sweep_that_is_not_precise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    halves(monkeypatch, {2: 0.4, 3: 0.3})
    folder, progress = swept(tmp_path, precise(tmp_path, "most_seeds=3"), executor=ThisProcess())
    assert progress.trained == 6
    assert progress.precision is not None
    assert not progress.precision.reached
    from rich.console import Console

    from ganrun.report.sweep_command import report_sweep

    report_sweep(folder.path, Console(width=200), page=False, figures=None)
    said = capsys.readouterr().out
    assert "The precision was not reached: 0.300 of 0.1" in said
    assert "with 3 seeds, the most that it may have." in said


def test_a_sweep_with_seeds_from_the_start_has_the_same_trials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    halves(monkeypatch, {2: 0.3, 3: 0.05})
    folder, _ = swept(tmp_path, precise(tmp_path), executor=ThisProcess())
    plain = small(tmp_path, "vary.training.discriminator_steps=[1]", "seeds=3")
    other, progress = swept(tmp_path, plain, executor=ThisProcess())
    assert progress.trained == 6
    assert table(other) == (folder.path / "results.csv").read_bytes()
