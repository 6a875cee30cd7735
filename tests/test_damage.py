"""Whatever happens to a file of a folder: told in one line, never believed, never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from diagnosis_examples import DIAGNOSES
from report_examples import REFERENCE, fake_run, stored_run
from rich.console import Console
from store_examples import VERDICT, as_earlier, begin, evaluated, experiment, play, train
from stored_sweeps import GRID, stored_sweep
from typer.testing import CliRunner

from benchmarks.damage import damage, disguise, kinds_for
from ganrun.cli import app
from ganrun.diagnose.diagnosis import write_diagnosis
from ganrun.report.command import read_runs
from ganrun.report.run_record import read_record
from ganrun.report.sweep_record import SweepRecord, read_sweep
from ganrun.report.tables.run import print_results, results_json
from ganrun.report.web.run_page import run_page
from ganrun.store import (
    DamagedError,
    RunFolder,
    StoreError,
    find_shorter,
    install_run,
    layout,
    repair,
    run_files,
    run_folders,
    take_over,
)
from ganrun.store.confirmed import FORMAT, Confirmed, write_confirmed
from ganrun.sweep.results import result_of

DOCUMENTS = ("confirmed.json", "diagnosis.json")
FILES = (*layout.PROMISED, layout.RUN, *DOCUMENTS)
CASES = [(name, kind) for name in FILES for kind in kinds_for(name)]


@pytest.fixture(autouse=True)
def _a_quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here can see whether the disk was waited for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Two runs that differ in their seed, with all that may lie beside a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        folders = []
        for seed, verdict in enumerate(("collapsed", "undertrained")):
            run = fake_run(modes=[0, 3], verdict=verdict, snapshots=4, seed=seed)
            reference = {
                name: points | ({"by_mode": [1.0] * 5} if name.startswith("modes_") else {})
                for name, points in REFERENCE.items()
            }
            run = replace(run, reference=reference)
            path = stored_run(tmp_path_factory.mktemp("runs"), run, steps=10_000)
            own = RunFolder(path).id
            evidence = f"Played on by seed {seed}."
            write_confirmed(path, Confirmed(FORMAT, own, 7, 30_000, "collapsed", 0.68, evidence))
            write_diagnosis(path, replace(DIAGNOSES["collapsed"](), id=own))
            folders.append(path)
        yield folders[0], folders[1]


@pytest.fixture
def copies(pair: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """Copies of both that a test may damage."""
    first, second = (Path(shutil.copytree(path, tmp_path / path.name)) for path in pair)
    return first, second


def each_damage(folder: Path, other: Path, name: str, kind: str, draws: int = 2) -> Iterator[int]:
    """Damage one file in one way, several times over, each time from the whole folder."""
    whole = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for draw in range(draws if kind not in ("emptied", "removed", "a folder", "swapped") else 1):
        rng = random.Random(f"{name} {kind} {draw}")
        try:
            if damage(folder / name, kind, rng, other=other / name):
                yield draw
        finally:
            for file, content in whole.items():
                if (folder / file).is_dir():
                    (folder / file).rmdir()
                (folder / file).write_bytes(content)


def is_one_line(error: Exception, folder: Path, name: str = "") -> bool:
    message = str(error)
    return message.isprintable() and len(message) < 700 and str(folder / name) in message


def shown(folder: Path) -> None:
    """All that a report makes of a run, but for the figures."""
    record = read_record(folder)
    screen = Console(file=io.StringIO(), width=100)
    print_results([record], screen)
    json.loads(results_json([record]))
    assert run_page(record)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_a_damaged_file_is_never_believed(copies: tuple[Path, Path], name: str, kind: str) -> None:
    folder, other = copies
    if name == "confirmed.json":
        (folder / "diagnosis.json").unlink()  # which is worth more, so that the other is not read
    best = read_record(folder).best
    for _ in each_damage(folder, other, name, kind):
        told = None
        try:
            RunFolder(folder).check()
            found = read_record(folder).best
        except DamagedError as error:
            told = error
        if told is not None:
            assert is_one_line(told, folder, name)
        else:
            # A document may lose its digest, as an earlier one has none, or be of another format.
            assert name in DOCUMENTS
            assert found is not None
            assert best is not None
            assert found == best or found.kind != best.kind


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_without_a_digest_it_is_read_strictly_and_ends_in_no_traceback(
    copies: tuple[Path, Path], name: str, kind: str
) -> None:
    folder, other = copies
    for draw in each_damage(folder, other, name, kind):
        disguise(folder, "earlier" if draw else "forged")
        told = None
        try:
            shown(folder)
            RunFolder(folder).check()
        except StoreError as error:
            told = error
        assert told is None or is_one_line(told, folder)


@pytest.mark.parametrize("kind", kinds_for("metrics.csv"))
def test_damage_is_not_carried_into_another_folder(tmp_path: Path, kind: str) -> None:
    shorter = train(tmp_path / "runs", experiment(steps=20)).path
    other = train(tmp_path / "other", experiment(steps=30)).path
    longer = experiment(steps=40)
    for _ in each_damage(shorter, other, "metrics.csv", kind):
        assert find_shorter(tmp_path / "runs", longer) is None
        with pytest.raises(DamagedError, match=r"metrics\.csv"):
            RunFolder(shorter).check()
        with pytest.raises(StoreError):
            install_run(tmp_path / "elsewhere", experiment(steps=20), run_files(shorter))
        assert not (tmp_path / "elsewhere").exists()
    found = find_shorter(tmp_path / "runs", longer)
    assert found is not None
    assert found.path == shorter


def test_an_interrupted_run_goes_on_from_what_was_written_alone(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
    metrics = run.path / "metrics.csv"
    whole = metrics.read_bytes()
    metrics.write_bytes(whole.replace(b"0,", b"0,0.", 1))
    with pytest.raises(DamagedError, match=r"metrics\.csv: does not hold what was written there"):
        begin(tmp_path, experiment())
    metrics.write_bytes(whole)
    reader = RunFolder(run.path)
    with begin(tmp_path, experiment()) as run:
        play(run, until=30)
        # Who opened the folder before sees what is written since.
        assert reader.metrics()["step"].tolist() == [0, 10, 20, 30]


def test_a_folder_of_an_earlier_ganrun_is_read_and_said_to_be_unverified(tmp_path: Path) -> None:
    folder = train(tmp_path, experiment())
    assert folder.verified
    as_earlier(folder.path)
    earlier = RunFolder(folder.path)
    assert earlier.verified is False
    earlier.check()
    output = CliRunner().invoke(app, ["report", str(folder.path), "--no-figures"]).output
    assert "not verified: 1 run of an earlier ganrun has no digests" in output
    # Neither is what goes on from it, or is taken from it.
    taken = take_over(earlier, tmp_path / "taken", experiment())
    assert taken.verified is False
    with begin(tmp_path, experiment(steps=60)) as run:
        run.start_from(earlier, evaluated=evaluated(60), snapped=evaluated(60))
        play(run)
        assert run.finish("complete", VERDICT).verified is False


def test_a_run_that_was_killed_is_said_to_be_unverified_until_it_has_gone_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = begin(tmp_path, experiment())
    play(killed, until=20)
    assert RunFolder(killed.path).verified is None  # it is being written
    killed._lock.release()  # which is all that a kill does
    assert RunFolder(killed.path).verified is False
    output = CliRunner().invoke(app, ["report", str(killed.path), "--no-figures"]).output
    assert "not verified: 1 run was cut off and has no digests" in output
    page = (killed.path / "report.html").read_text()
    assert "no: the process that was cut off noted no digests" in page
    with begin(tmp_path, experiment()):
        pass
    assert RunFolder(killed.path).verified
    output = CliRunner().invoke(app, ["report", str(killed.path), "--no-figures"]).output
    assert "not verified" not in output


def test_a_damaged_folder_is_kept_aside_and_its_run_is_trained_again(tmp_path: Path) -> None:
    folders = [train(tmp_path, experiment(seed=seed)).path for seed in range(2)]
    damage(folders[0] / "summary.json", "a value nudged", random.Random(1))
    content = {file.name: file.read_bytes() for file in folders[0].iterdir()}
    both = run_folders(tmp_path, experiment(seeds=[0, 1]))
    for attempt in ("", ".2"):
        (line,) = repair(both)
        kept = tmp_path / ".damaged" / f"{folders[0].name}{attempt}"
        assert line.endswith(f"does not hold what was written there; it is kept as {kept}")
        assert {file.name: file.read_bytes() for file in kept.iterdir()} == content
        assert not folders[0].exists()
        assert train(tmp_path, experiment()).path == folders[0]
        assert [*repair(both)] == []
        for file, held in content.items():
            (folders[0] / file).write_bytes(held)
    runs, problems = read_runs([tmp_path])
    assert [run.path for run in runs] == [folders[1]]
    assert len(problems) == 1


def test_a_run_that_is_in_two_folders_is_counted_once(tmp_path: Path) -> None:
    first = train(tmp_path, experiment()).path
    train(tmp_path, experiment(seed=1))
    again = train(tmp_path, experiment(), again=True).path
    copy = shutil.copytree(first, tmp_path / "my favourite")
    runs, problems = read_runs([tmp_path])
    assert ([run.seed for run in runs], problems) == ([0, 1], [])
    assert runs[0].path == first
    assert set(runs[0].copies) == {again, copy}
    done = CliRunner().invoke(app, ["report", str(tmp_path), "--no-figures"])
    assert "counted once: " in done.output
    assert len(json.loads(results_json(runs))["runs"][0]["copies"]) == 2


# sweeps

SWEEP_FILES = ("config.yaml", "run.json", "summary.json")


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> SweepRecord:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        return read_sweep(stored_sweep(tmp_path_factory.mktemp("sweep")).path)


@pytest.mark.parametrize("how", ["as it is", "earlier", "forged"])
@pytest.mark.parametrize("name", ["run.json", "summary.json"])
def test_a_damaged_trial_is_a_failed_one_and_the_rest_is_shown(
    sweep: SweepRecord, name: str, how: str
) -> None:
    folder, other = (sweep.folder.trial_path(sweep.design.trial(i).experiment) for i in (4, 5))
    for kind in kinds_for(name):
        for _ in each_damage(folder, other, name, kind, draws=1):
            if how != "as it is":
                disguise(folder, how)
            row = result_of(sweep.folder, sweep.design.trial(4))
            if how == "as it is":
                assert row.error.startswith(folder.name), kind
            assert (row.status == "failed") == (row.summary is None)
            assert row.error.isprintable()


def test_a_sweep_with_a_damaged_trial_tells_of_it_in_every_place(sweep: SweepRecord) -> None:
    folder = sweep.folder.trial_path(sweep.design.trial(4).experiment)
    whole = (folder / "summary.json").read_bytes()
    (folder / "summary.json").write_bytes(whole.replace(b'"modes_total": 5', b'"modes_total": 6'))
    try:
        done = CliRunner().invoke(app, ["report", str(sweep.path), "--no-figures"])
        words = f"{folder.name}/summary.json: does not hold what was written there"
        assert done.exit_code == 0
        assert words in done.output
        assert "17 of 18 trials have a result" in done.output
        table = csv.DictReader((sweep.path / "results.csv").read_text().splitlines())
        (row,) = [row for row in table if row["error"]]
        assert (row["status"], row["modes_total"]) == ("failed", "")
        assert row["error"].startswith(words)
        influence = json.loads((sweep.path / "influence.json").read_text())
        assert influence["trials"]["without_result"] == 1
    finally:
        (folder / "summary.json").write_bytes(whole)
        read_sweep(sweep.path)


def test_a_sweep_s_page_says_whose_samples_it_does_not_show(sweep: SweepRecord) -> None:
    snapshots = sweep.folder.trial_path(sweep.design.trial(4).experiment) / "snapshots.npz"
    whole = snapshots.read_bytes()
    snapshots.write_bytes(whole[:-1])
    try:
        done = CliRunner().invoke(app, ["report", str(sweep.path), "--no-figures"])
        assert done.exit_code == 0
        assert f"{snapshots}: does not hold what was written there" in done.output
        assert "its samples are not shown" in done.output
    finally:
        snapshots.write_bytes(whole)


@pytest.mark.parametrize("kind", kinds_for("influence.json"))
@pytest.mark.parametrize("name", ["influence.json", "results.csv"])
def test_an_answer_that_is_damaged_is_made_anew(
    sweep: SweepRecord, tmp_path: Path, name: str, kind: str
) -> None:
    if kind == "a folder":
        return  # which is no file's place
    right = {file: (sweep.path / file).read_bytes() for file in ("influence.json", "results.csv")}
    for _ in each_damage(sweep.path, tmp_path, name, kind, draws=1):
        assert read_sweep(sweep.path).influence == sweep.influence
        assert {file: (sweep.path / file).read_bytes() for file in right} == right


def test_an_answer_of_another_sweep_is_not_taken_for_this_one_s(
    sweep: SweepRecord, tmp_path: Path
) -> None:
    another = stored_sweep(tmp_path, GRID.replace("[0.1, 1.0, 10.0]", "[0.2, 1.0, 10.0]"))
    assert read_sweep(another.path).influence != sweep.influence
    shutil.copyfile(another.path / "influence.json", sweep.path / "influence.json")
    assert read_sweep(sweep.path).influence == sweep.influence
