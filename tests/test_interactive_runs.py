"""Interactive runs: read like any run, with their events, and never taken for a config's result."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_examples import (
    EXTENT,
    NUMERICS,
    VERDICT,
    as_earlier,
    experiment,
    result_bytes,
    row,
    snapshot,
    train,
)
from typer.testing import CliRunner

from ganrun.cli import app
from ganrun.config import ConfigError, load_experiment
from ganrun.config.changes import with_changes
from ganrun.diagnose.run import diagnose
from ganrun.playing.jobs import Options
from ganrun.report.run_record import read_record
from ganrun.store import (
    Event,
    Interactive,
    RunFolder,
    RunFolderError,
    StoreError,
    claimed,
    find_complete,
    find_shorter,
    open_run,
    run_path,
    scan_runs,
    write_interactive,
)
from ganrun.store.events import events_bytes, read_events
from ganrun.store.formats import FormatError

WHEN = datetime(2026, 2, 3, 4, 5, 6)
EVENTS = (
    Event(10, "optimizer.learning_rate", 3e-4),
    Event(20, "penalties", {"r1": {"weight": 0.5}}),
    Event(20, "step", "discriminator"),
)
FOUR = {"layout": "ring", "modes": 4}


def played(runs_dir: Path, events: tuple[Event, ...] = EVENTS, **options: Any) -> RunFolder:
    """An interactive run of 40 rounds; the rows after a change of the target have its modes."""
    one = experiment()
    rows = [row(r) for r in range(0, 50, 10)]
    for event in events:
        if event.field == "target":
            for later in (r for r in rows if r["step"] > event.round):
                later["shares"] = np.full(event.value["modes"], 0.2, np.float32)
    run = Interactive(
        experiment=one,
        events=events,
        rows=rows,
        snapshots=[snapshot(r) for r in range(0, 50, 10)],
        extent=EXTENT,
        summary={"high_quality": 0.9, **VERDICT, **options},
    )
    return write_interactive(
        runs_dir, run, numerics=NUMERICS, command=["ganrun"], training_seconds=1.0, when=WHEN
    )


def test_it_is_read_like_a_run_and_has_its_events(tmp_path: Path):
    folder = played(tmp_path)
    assert folder.path.name == "tiny-arena-20260203-040506"
    assert folder.status == "interactive"
    assert folder.events() == list(EVENTS)
    assert folder.metrics()["step"].tolist() == [0, 10, 20, 30, 40]
    snapshots = folder.snapshots()
    assert snapshots is not None
    assert snapshots.steps.tolist() == [0, 10, 20, 30, 40]
    assert folder.checkpoint() is None
    assert folder.verdict is not None
    assert folder.config == experiment()
    assert folder.final_config.optimizer.learning_rate == 3e-4
    assert folder.final_config.penalties["r1"]["weight"] == 0.5
    record = read_record(folder.path)
    assert (record.status, record.ended, record.last_round) == ("interactive", True, 40)


def test_any_other_run_has_no_events(tmp_path: Path):
    folder = train(tmp_path, experiment())
    assert folder.events() == []
    assert folder.final_config == folder.config


def test_two_that_are_saved_in_one_second_lie_beside_each_other(tmp_path: Path):
    names = [played(tmp_path).path.name for _ in range(3)]
    assert names == [f"tiny-arena-20260203-040506{suffix}" for suffix in ("", "-2", "-3")]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path):
    with pytest.raises(TypeError):
        played(tmp_path, what=object())
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_gained_modes_is_read_with_all_of_them(tmp_path: Path):
    folder = played(tmp_path, (Event(20, "target", FOUR),), recovered_modes=[0, 3])
    metrics = folder.metrics()
    assert np.isnan(metrics["share_3"][:3]).all()
    assert metrics["share_3"][3:].tolist() == pytest.approx([0.2, 0.2])
    record = read_record(folder.path)
    assert record.modes_total == 4
    assert record.covered is not None
    assert record.covered.tolist() == [True] * 4
    assert record.recovered_modes == (0, 3)


def test_a_target_that_lost_modes_is_read_by_those_that_are_left(tmp_path: Path):
    folder = played(tmp_path, (Event(20, "target", {"layout": "ring", "modes": 2}),))
    record = read_record(folder.path)
    assert record.modes_total == 2
    assert record.covered is not None
    assert len(record.covered) == 2


@pytest.mark.parametrize("renamed", [False, True])
def test_it_is_never_reused_not_even_under_the_name_of_a_run(tmp_path: Path, renamed: bool):
    one = experiment()
    path = played(tmp_path).path
    if renamed:
        path = path.rename(run_path(tmp_path, one, attempt=2))
    assert find_complete(tmp_path, one) is None
    assert find_shorter(tmp_path, experiment(steps=80)) is None
    if not renamed:
        assert scan_runs(tmp_path) == {}
    with claimed(tmp_path, one) as claim:
        claim.note(path)
        assert claim.finished_run() is None
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    folder = train(tmp_path, one)
    assert folder.path == run_path(tmp_path, one)
    assert folder.status == "complete"
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    found = find_complete(tmp_path, one)
    assert found is not None
    assert found.path == folder.path


def test_in_the_very_place_of_a_run_it_is_an_error_and_not_gone_on_with(tmp_path: Path):
    one = experiment()
    played(tmp_path).path.rename(run_path(tmp_path, one))
    with pytest.raises(RunFolderError, match="is an interactive run"):
        open_run(tmp_path, one, numerics=NUMERICS)


def test_its_config_trains_an_ordinary_run(tmp_path: Path):
    folder = played(tmp_path / "arena")
    again = train(tmp_path / "runs", load_experiment(folder.path / "config.yaml"))
    plain = train(tmp_path / "plain", experiment())
    assert result_bytes(again) == result_bytes(plain)


def test_diagnose_refuses_it_in_one_line(tmp_path: Path):
    folder = played(tmp_path)

    with pytest.raises(StoreError, match=r"is interactive, .*can be diagnosed") as caught:
        diagnose(folder, Options(runs_dir=tmp_path), lambda _: pytest.fail("something is played"))
    assert "\n" not in str(caught.value)


def test_report_shows_it_among_others(tmp_path: Path):
    played(tmp_path)
    train(tmp_path, experiment())
    done = CliRunner().invoke(app, ["report", str(tmp_path), "--no-figures", "--json"])
    assert done.exit_code == 0
    statuses = [run["status"] for run in json.loads(done.stdout)["runs"]]
    assert sorted(statuses) == ["complete", "interactive"]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
fields = st.from_regex(r"[a-z0-9_.]{1,50}", fullmatch=True)


@given(st.lists(st.tuples(st.integers(0, 10**7), fields, values), max_size=8))
def test_events_are_read_as_they_were_written(given_events: list[tuple[int, str, Any]]):
    events = [Event(*one) for one in sorted(given_events, key=lambda one: one[0])]
    assert read_events(events_bytes(events)) == events


@given(st.binary(max_size=200), st.booleans())
def test_bytes_that_are_no_events_are_one_clear_error(content: bytes, begun: bool):
    head = b"round,field,value\n" if begun else b""
    with suppress(FormatError):
        assert all(event.round >= 0 for event in read_events(head + content))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is not a table of events"),
        (b"round,field,value\n1,std,NaN\n", "line 2 is no event"),
        (b"round,field,value\n5,a,1\n4,a,1\n", "its rounds decrease"),
        (b"round,field,value\n1,a," + b"[" * 100_000 + b"\n", "line 2 is no event"),
        (b"round,field,value\n1,optimizer.learning_rate,-1\n", "does not fit the config"),
    ],
)
def test_damaged_events_are_told_with_their_file(tmp_path: Path, content: bytes, complaint: str):
    folder = played(tmp_path)
    (folder.path / "events.csv").write_bytes(content)
    with pytest.raises(RunFolderError, match="does not hold what was written there"):
        RunFolder(folder.path).events()
    as_earlier(folder.path)
    with pytest.raises(RunFolderError, match=complaint) as caught:
        RunFolder(folder.path).events()
    assert str(folder.path / "events.csv") in str(caught.value)


def test_a_changed_config_is_checked_as_if_it_had_been_written():
    one = experiment()
    assert with_changes(one, {"optimizer.learning_rate": 1}).optimizer.learning_rate == 1.0
    assert with_changes(one, {"objective": "hinge"}).objective == "hinge"
    custom = {"layout": "custom", "means": [[0, 0]], "stds": [0.1]}
    assert with_changes(one, {"target": custom}).target.mode_count == 1
    both = with_changes(one, {"training.steps": 5_000_000, "evaluation.every": 100})
    assert both.training.steps == 5_000_000
    used = with_changes(one, {"penalties.r1.weight": 2.0, "penalties": {"r1": {}, "r2": {}}})
    assert used.penalties == {"r1": {"weight": 2.0}, "r2": {"weight": 10.0}}
    assert one == experiment()


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("optimizer.learning_rate", -1, "optimizer.learning_rate: must be at least 1e-08, not -1"),
        ("optimizer.learning_rat", 1, "optimizer.learning_rat: unknown field; did you mean 'le"),
        ("penalties.r1.weight", 1.0, "penalties.r1: not in use"),
        ("nothing.there", 1, "nothing: no such section"),
        ("objective", "wgan", "objective: unknown objective 'wgan'; did you mean 'wasserstein'?"),
        ("target", {"layout": "custom"}, "target.means: missing; layout 'custom' needs it"),
        ("penalties", {"r3": {}}, "penalties.r3: unknown field"),
        ("training", None, "training: expected a mapping"),
    ],
)
def test_what_does_not_fit_is_told_by_the_name_of_its_field(field: str, value: Any, problem: str):
    with pytest.raises(ConfigError) as caught:
        with_changes(experiment(), {field: value})
    assert caught.value.problems[0].startswith(problem)
