"""Runs that are played on, once, so that their verdicts are confirmed."""

from __future__ import annotations

import json
import shutil
from importlib import import_module
from pathlib import Path

import pytest
from game_examples import experiment
from typer.testing import CliRunner

from ganrun.cli import app
from ganrun.diagnose.branches import folder_of
from ganrun.diagnose.confirm import PLAN, SURE, confirm
from ganrun.diagnose.progress import Confirming
from ganrun.influence.confirmations import confirmations
from ganrun.playing.jobs import Options
from ganrun.report.best_verdict import best_verdict
from ganrun.report.live.confirming import PlayingOn
from ganrun.report.live.watcher import Moment
from ganrun.store import RunFolder, RunFolderError
from ganrun.store.confirmed import FORMAT, NAME, Confirmed, read_confirmed, write_confirmed
from ganrun.train import train
from ganrun.verdict import WORDS

TINY = experiment(training={"steps": 20}, evaluation={"every": 5}, snapshots={"count": 1})


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs_dir = tmp_path_factory.mktemp("runs")
    (outcome,) = train(TINY, lambda _: None, Options(runs_dir=runs_dir))
    assert outcome.path is not None
    return outcome.path


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> RunFolder:
    shutil.copytree(trained, tmp_path / trained.name)
    return RunFolder(tmp_path / trained.name)


def files_of(run: RunFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in run.path.iterdir() if path.is_file()}


def a_confirmed(run: RunFolder, **changes: object) -> Confirmed:
    fields = {
        "format": FORMAT,
        "id": run.id,
        "seed": 7,
        "rounds": 60,
        "verdict": "collapsed",
        "confidence": 0.9,
        "evidence": "Played on.",
    }
    return Confirmed(**{**fields, **changes})


def test_a_run_is_played_on_to_three_times_its_rounds_once_and_left_as_it_is(
    run: RunFolder,
) -> None:
    before, seen = files_of(run), []
    assert confirm([run], Options(runs_dir=run.path.parent), seen.append) == []
    found = read_confirmed(run)
    assert found is not None
    assert (found.id, found.rounds, found.seed) == (run.id, 60, PLAN.seed(run, 0))
    assert found.confidence == SURE[found.verdict]
    assert "round 60" in found.evidence
    (experiment,) = PLAN.experiments(run)
    assert RunFolder(folder_of(run, experiment)).finished
    after = files_of(run)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {NAME}
    assert (seen[0].rounds_done, seen[0].rounds_total, seen[0].runs) == (0, 40, 1)
    assert (seen[-1].rounds_done, seen[-1].finished) == (40, 1)
    again: list[Confirming] = []
    assert confirm([run], Options(runs_dir=run.path.parent), again.append) == []
    assert again == []
    (run.path / NAME).unlink()
    assert confirm([run], Options(runs_dir=run.path.parent), again.append) == []
    assert again == [], "its continuation is finished: nothing is played"
    assert read_confirmed(run) == found
    best = best_verdict(run)
    assert best is not None
    assert (best.word, best.kind) == (found.verdict, "confirmed")


def test_a_run_that_cannot_be_played_on_is_a_line_and_costs_the_others_nothing(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("ganrun.diagnose.confirm"), "MOST_ROUNDS", 59)
    (problem,) = confirm([run], Options(runs_dir=run.path.parent), lambda _: None)
    assert problem.startswith(f"{run.path}: is too long to be played on")
    assert read_confirmed(run) is None


def test_the_command_shows_what_the_continuation_came_to(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_confirmed(run.path, a_confirmed(run))
    config = str(run.path / "config.yaml")
    words = ["train", config, "--confirm", "--quiet", "--runs-dir", str(run.path.parent)]
    shown = CliRunner().invoke(app, words)
    assert shown.exit_code == 0
    assert "collapsed (confirmed)" in shown.stdout
    told = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["runs"][0]
    assert (told["verdict"], told["verdict_kind"]) == ("collapsed", "confirmed")
    monkeypatch.setattr(
        import_module("ganrun.diagnose.confirm"), "confirm", lambda *_: ["this one: is damaged"]
    )
    failed = CliRunner().invoke(app, words)
    assert failed.exit_code == 1
    assert "this one: is damaged" in failed.stderr


def test_an_interrupt_is_told_with_how_to_go_on(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("ganrun.diagnose.confirm"), "confirm", interrupted)
    config = str(run.path / "config.yaml")
    words = ["train", config, "--confirm", "--quiet", "--runs-dir", str(run.path.parent)]
    ended = CliRunner().invoke(app, words)
    assert ended.exit_code == 130
    assert "To go on, run it again" in ended.stderr


def test_a_confirmed_verdict_of_another_run_or_format_is_not_believed(run: RunFolder) -> None:
    write_confirmed(run.path, a_confirmed(run, id="0" * 16))
    with pytest.raises(RunFolderError, match=r"belongs to another run.*; --confirm writes it anew"):
        read_confirmed(run)
    write_confirmed(run.path, a_confirmed(run, format=FORMAT + 1))
    assert read_confirmed(run) is None
    write_confirmed(run.path, a_confirmed(run, verdict="bored"))
    with pytest.raises(RunFolderError, match="is no confirmed verdict: verdict"):
        read_confirmed(run)


def test_every_word_that_a_continuation_gives_has_a_confidence() -> None:
    assert set(SURE) == set(WORDS)


@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_is_seen_meanwhile_is_the_runs_the_rounds_and_the_pace(ascii_only: bool) -> None:
    subject = PlayingOn(title="tiny")
    progress = Confirming(4, 1, 100, 400, 50.0, 6.0)
    assert subject.line(progress) == (
        "tiny: playing on, to confirm verdicts, 1 of 4 runs, 100 of 400 rounds (25 %), "
        "50 rounds/s, 6 s left"
    )
    moment = Moment(80, 24, ascii_only, 1.0, 0.0, None)
    for seen in (None, progress):
        assert all(len(line) < 80 for line in subject.draw(seen, moment).plain.splitlines())
    assert "1 of 4 runs" in subject.draw(progress, moment).plain


@pytest.mark.parametrize(
    ("quick", "confirmed", "words"),
    [
        (["collapsed"], [""], ""),
        (
            ["collapsed", "collapsed", "converged"],
            ["collapsed", "undertrained", ""],
            "Played on to three times their rounds, 1 of 2 trials (50 %) came to what their quick "
            "verdict had said; of the 2 called collapsed, 1 did.",
        ),
        (
            ["converged"],
            ["converged"],
            "Played on to three times their rounds, 1 of 1 trial (100 %) came to what their quick "
            "verdict had said.",
        ),
    ],
)
def test_a_sweep_says_how_often_quick_verdicts_came_true(
    quick: list[str], confirmed: list[str], words: str
) -> None:
    assert confirmations(quick, confirmed) == words
