"""What the arena saves: ordinary runs, byte for byte, and games that were played with, for show."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import jax
import pytest
from game_examples import experiment
from store_examples import result_bytes
from typer.testing import CliRunner

from ganrun.arena.game import Game
from ganrun.arena.saving import Order, Saved, Saver, digest_of, save
from ganrun.cli import app
from ganrun.config import Experiment, load_experiment, run_id
from ganrun.config.changes import with_changes
from ganrun.game.population import lanes_for
from ganrun.playing.jobs import Options
from ganrun.playing.progress import Progress
from ganrun.report.run_record import read_record
from ganrun.store import Event, RunFolder, StoreError, find_complete
from ganrun.train import train

DEVICE = jax.local_devices()[0]
LANES = lanes_for(DEVICE.platform)
WHEN = datetime(2026, 2, 3, 4, 5, 6)


class Silent:
    def __call__(self, progress: Progress) -> None:
        pass


def nobody(_: float) -> None:
    pass


def game(**sections: Any) -> Game:
    return Game(experiment(**sections), DEVICE, LANES)


def order(one: Game, runs_dir: Path) -> Order:
    return Order(one.past, digest_of(one.arrays), runs_dir, ("ganrun", "arena"), WHEN)


def trained(one: Experiment, runs_dir: Path) -> RunFolder:
    (outcome,) = train(one, Silent(), Options(runs_dir=runs_dir))
    assert outcome.path is not None
    return RunFolder(outcome.path)


@pytest.fixture
def played(tmp_path: Path) -> RunFolder:
    """A game whose settings were moved, and which was branched from a longer one, saved."""
    one = game()
    one.advance(30)
    one.set("optimizer.learning_rate", 5e-3)
    one.advance(45)
    one.step_alone("discriminator")
    one.set("target", {"layout": "ring", "modes": 4})
    one.advance(95)
    saved = save(order(one.at(80), tmp_path), nobody)
    assert saved.kind == "interactive"
    return RunFolder(saved.path)


def test_a_game_that_was_left_alone_is_saved_as_train_would(tmp_path: Path):
    one = game()
    for rounds in (7, 40, 57):  # however it was played, and wherever it is now
        one.advance(rounds)
        one.view()
    done: list[float] = []
    saved = save(order(one, tmp_path / "arena"), done.append)
    config = with_changes(experiment(), {"training.steps": 57})
    assert saved == Saved(saved.path, "run", found=False)
    assert saved.path.name == f"tiny-s0-{run_id(config)}"
    assert done[-1] == 1.0
    expected = trained(config, tmp_path / "train")
    assert result_bytes(RunFolder(saved.path)) == result_bytes(expected)
    assert save(order(one, tmp_path / "arena"), nobody).found


def test_a_game_that_diverged_is_saved_as_train_would(tmp_path: Path):
    one = game(optimizer={"name": "sgd", "learning_rate": 10.0}, objective="wasserstein")
    one.advance(500)
    saved = save(order(one, tmp_path / "arena"), nobody)
    folder = RunFolder(saved.path)
    assert folder.status == "diverged"
    assert folder.summary is not None
    assert folder.summary["diverged_at"] == one.diverged_at
    expected = trained(with_changes(one.start, {"training.steps": one.diverged_at}), tmp_path / "b")
    assert result_bytes(folder) == result_bytes(expected)


def test_a_game_that_was_played_with_has_a_folder_for_itself(played: RunFolder):
    assert played.path.name == "tiny-arena-20260203-040506"
    assert sorted(file.name for file in played.path.iterdir()) == [
        "config.yaml",
        "events.csv",
        "metrics.csv",
        "run.json",
        "snapshots.npz",
        "summary.json",
    ]
    assert played.status == "interactive"
    assert played.config == with_changes(experiment(), {"training.steps": 80})
    fields = [(event.round, event.field) for event in played.events()]
    assert fields == [(30, "optimizer.learning_rate"), (45, "step"), (45, "target")]
    assert played.metrics()["step"].tolist() == [0, 25, 50, 75, 80]
    assert played.run["sessions"][0]["to_round"] == 80
    record = read_record(played.path)
    assert record.modes_total == 4
    assert record.verdict is not None


def test_report_reads_it_and_train_never_takes_it_for_its_result(played: RunFolder):
    runs = played.path.parent
    done = CliRunner().invoke(app, ["report", str(played.path), "--no-figures", "--json"])
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)["runs"]
    assert told["status"] == "interactive"
    config = load_experiment(played.path / "config.yaml")
    assert find_complete(runs, config) is None
    before = {file.name: file.read_bytes() for file in played.path.iterdir()}
    folder = trained(config, runs)
    assert folder.path != played.path
    assert folder.status == "complete"
    assert {file.name: file.read_bytes() for file in played.path.iterdir()} == before


def test_one_that_was_played_with_on_the_same_rounds_has_the_events_own_numbers(tmp_path: Path):
    """Where nothing was done yet, the numbers are those of the run without it."""
    one = game()
    one.advance(50)
    one.set("optimizer.learning_rate", 5e-3)
    one.advance(75)
    folder = RunFolder(save(order(one, tmp_path), nobody).path)
    plain = trained(with_changes(experiment(), {"training.steps": 75}), tmp_path / "plain")
    touched, untouched = folder.metrics_table().lines, plain.metrics_table().lines
    assert touched[:3] == untouched[:3]
    assert touched[3] != untouched[3]


@pytest.mark.parametrize("events", [(), (Event(5, "optimizer.b1", 0.25),)])
def test_a_past_that_leads_elsewhere_is_an_error_that_says_so(
    tmp_path: Path, events: tuple[Event, ...]
):
    one = game()
    one.advance(5)
    if events:
        one.set(events[0].field, events[0].value)
    one.advance(20)
    elsewhere = dataclasses.replace(order(one, tmp_path), digest="0" * 64)
    with pytest.raises(StoreError, match="another state") as caught:
        save(elsewhere, nobody)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.glob("*-arena-*")) == []


def test_a_folder_that_cannot_be_written_is_an_error_that_says_so(tmp_path: Path):
    (tmp_path / "file").write_text("")
    one = game()
    one.advance(5)
    with pytest.raises(StoreError, match="file"):
        save(order(one, tmp_path / "file"), nobody)


def until(condition: Callable[[], bool]) -> None:
    import time

    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_games_are_saved_in_a_process_beside_one_after_another(tmp_path: Path):
    touched, lost = game(), game()
    for one in (touched, lost):
        one.advance(10)
    touched.set("optimizer.learning_rate", 5e-3)
    touched.advance(20)
    saver = Saver()
    news: list[tuple[Any, Any]] = []
    try:
        saver.begin("touched", order(touched, tmp_path))
        saver.begin("lost", dataclasses.replace(order(lost, tmp_path), digest=""))

        def all_told() -> bool:
            news.extend(saver.news())
            return sum(not isinstance(what, float) for _, what in news) == 2

        until(all_told)
    finally:
        saver.close()
    ends = {whose: what for whose, what in news if not isinstance(what, float)}
    assert ends["touched"].kind == "interactive"
    assert "another state" in ends["lost"]
    assert RunFolder(ends["touched"].path).events() == list(touched.past.events)
    assert saver.news() == []
