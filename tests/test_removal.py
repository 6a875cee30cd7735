"""`ganrun remove`: it says what would go, keeps what is in use, and touches nothing else."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from report_examples import NUMERICS, fake_run, stored_run
from stored_sweeps import GRID, stored_sweep
from typer.testing import CliRunner

from ganrun.cli import app
from ganrun.report.removal_plan import removal_plan
from ganrun.store import RunFolder, RunLockedError, StoreError, open_run, take_over
from ganrun.store.lock import FolderLostError, claim
from ganrun.store.removal import REMOVED, held, removable, remove
from ganrun.store.sweep_folder import SweepFolder


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Path:
    """Two runs and a sweep."""
    folder = tmp_path_factory.mktemp("removed") / "runs"
    for seed, word in ((3, "collapsed"), (11, "converged")):
        stored_run(folder, fake_run(verdict=word, seed=seed, steps=1000, snapshots=2))
    shutil.move(stored_sweep(folder.parent / "elsewhere", GRID).path, folder)
    return folder


@pytest.fixture
def runs(stored, tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(stored, tmp_path / "runs")


def of_seed(folder: Path, seed: int) -> Path:
    (path,) = folder.glob(f"five_gaussians-s{seed}-*")
    return path


def sweep_in(folder: Path) -> Path:
    (path,) = folder.glob("grid-sweep-*")
    return path


def removed(*arguments: object, answer: str | None = None) -> tuple[int, str, str]:
    words = ["remove", *map(str, arguments)]
    done = CliRunner().invoke(app, words, prog_name="ganrun", input=answer)
    return done.exit_code, done.stdout, done.stderr


def test_it_says_what_would_go_and_asks_before_it_does(runs):
    path = of_seed(runs, 3)
    code, output, errors = removed(path, answer="n\n")
    assert (code, path.exists()) == (0, True)
    assert output.startswith(f"{path}: ")
    assert output.splitlines()[1].startswith("1 run, ")
    assert "Delete them? [y/N]" in errors
    code, _, errors = removed(path, answer="y\n")
    assert (code, path.exists()) == (0, False)
    assert "Deleted: 1 run" in errors
    assert sorted(one.name for one in runs.iterdir() if one.name.startswith(".rem")) == []


def test_a_dry_run_changes_nothing(runs):
    before = sorted(runs.rglob("*"))
    assert removed(of_seed(runs, 3), sweep_in(runs), "--dry-run")[0] == 0
    assert sorted(runs.rglob("*")) == before


def test_an_id_or_a_folders_name_will_do(runs):
    first, second = of_seed(runs, 3), of_seed(runs, 11)
    assert removed(first.name.rsplit("-", 1)[1], second.name, "--yes")[0] == 0
    assert not first.exists()
    assert not second.exists()
    sweep = sweep_in(runs)
    shutil.copytree(sweep, runs / f"other-sweep-{sweep.name[-16:]}")
    code, _, errors = removed(sweep.name[-16:], "--yes")
    assert (code, "name one of them" in errors) == (1, True)


def test_what_a_filter_lists_it_removes(runs):
    code, output, _ = removed("--where", "kind=run verdict=collapsed", "--json", "--yes")
    content = json.loads(output)
    assert (code, content["removed"]) == (0, True)
    assert [Path(one["path"]).name for one in content["folders"]] != []
    assert content["bytes"] == sum(one["bytes"] for one in content["folders"]) > 0
    assert list(runs.glob("five_gaussians-s3-*")) == []
    assert of_seed(runs, 11).exists()
    code, output, _ = removed("--where", "verdict=nonsense", "--yes")
    assert (code, output) == (0, "nothing, 0 MB\n")


def test_a_run_that_is_trained_is_kept(runs):
    experiment = RunFolder(of_seed(runs, 3)).config.model_copy(update={"name": "live"})
    with open_run(runs, experiment, again=True, numerics=NUMERICS) as run:
        code, _, errors = removed(run.path, of_seed(runs, 11), "--yes")
        assert (code, run.path.exists()) == (1, True)
        assert errors.splitlines()[-1] == f"{run.path}: another process is writing there"
        assert list(runs.glob("five_gaussians-s11-*")) == []
        with pytest.raises(RunLockedError):
            remove(removable(run.path))
    assert removed(run.path, "--yes")[0] == 0


def test_a_run_that_is_diagnosed_is_kept(runs):
    path = of_seed(runs, 3)
    (path / "diagnosis").mkdir()
    lock = claim(path / "diagnosis")
    assert removed(path, "--yes")[0] == 1
    lock.release()
    assert removed(path, "--yes")[0] == 0


def test_a_sweep_is_kept_while_it_runs_or_a_trial_of_it_does(runs):
    path = sweep_in(runs)
    with SweepFolder(path).kept():
        code, _, errors = removed(path, "--yes")
        assert (code, path.exists()) == (1, True)
        assert "a process is running this sweep" in errors
    trial = min((path / "trials").glob("tiny-*"))
    lock = claim(trial)
    assert removed(path, "--yes")[0] == 1
    lock.release()
    assert removed(path, "--yes")[0] == 0
    assert not path.exists()


def test_a_sweep_that_is_being_removed_is_not_run(runs):
    with (
        held(removable(sweep_in(runs))),
        pytest.raises(RunLockedError, match="another process is removing it"),
        SweepFolder(sweep_in(runs)).kept(),
    ):
        pass


def test_what_depends_on_it_and_what_is_inside_is_said_before(runs):
    source = RunFolder(of_seed(runs, 3))
    copy = take_over(source, runs / source.path.name.replace("five", "copy"), source.config)
    (source.path / "notes.md").write_text("mine")
    trial = min((sweep_in(runs) / "trials").glob("tiny-*"))
    plan = {one.found.path: one.notes for one in removal_plan([source.path, trial])}
    assert plan[source.path] == (
        f"{copy.path.name} was begun with what it had made, and keeps that",
        "also notes.md, which ganrun did not write",
    )
    assert plan[trial] == (f"a trial of {sweep_in(runs).name}, which would train it again",)
    (sweep,) = removal_plan([sweep_in(runs), trial])
    assert sweep.notes == ("18 trials",)
    assert removed(source.path, "--yes")[0] == 0
    assert RunFolder(copy.path).checkpoint() is not None


def test_what_is_no_runs_folder_is_never_touched(runs, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("all of it")
    (mine / "config.yaml").write_text("{}")
    link = runs / "link-s0-0123456789abcdef"
    link.symlink_to(of_seed(runs, 3))
    for path, words in (
        (mine, "is no run or sweep of ganrun's"),
        (runs, "is no run or sweep of ganrun's"),
        (link, "is a link, which is not followed"),
        (tmp_path / "nowhere", "no such folder"),
        (mine / "thesis.tex", "not a folder"),
    ):
        code, _, errors = removed(path, "--yes")
        assert code == 1
        assert words in errors
        assert errors.count("\n") == 1
    assert (mine / "thesis.tex").exists()
    assert of_seed(runs, 3).exists()


def test_links_inside_go_and_what_they_lead_to_stays(runs, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("kept")
    path = of_seed(runs, 3)
    (path / "figures").symlink_to(kept)
    assert removed(path, "--yes")[0] == 0
    assert (kept / "file").read_text() == "kept"


def test_nothing_is_moved_into_a_link(runs, tmp_path):
    (runs / REMOVED).symlink_to(tmp_path)
    path = of_seed(runs, 3)
    with pytest.raises(StoreError, match="is a link"):
        remove(removable(path))
    assert path.exists()


def test_a_folder_that_took_anothers_place_is_not_removed(runs):
    path = of_seed(runs, 3)
    found = removable(path)
    path.rename(runs / "aside")
    shutil.copytree(runs / "aside", path)
    with pytest.raises(FolderLostError):
        remove(found)
    assert path.exists()


def test_a_removal_that_was_killed_leaves_it_whole_or_is_finished_by_the_next(runs, monkeypatch):
    path = of_seed(runs, 3)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            remove(removable(path))
    assert not path.exists()
    assert len(os.listdir(runs / REMOVED)) == 1
    remove(removable(of_seed(runs, 11)))
    assert not (runs / REMOVED).exists()


def test_damaged_folders_can_be_removed(runs):
    (of_seed(runs, 3) / "run.json").write_text("{")
    (sweep_in(runs) / "sweep.yaml").write_text("nonsense: 1")
    assert removed("--where", "status=damaged", "--yes")[0] == 0
    assert [one.name for one in runs.iterdir() if not one.name.startswith(".")] == [
        of_seed(runs, 11).name
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name the runs, or say which by --where"),
        (["x", "--where", "y"], "name the runs, or say which by --where"),
        (["x", "--json"], "--json does not ask: add --yes or --dry-run"),
        (["--where", "colour=red"], "no column is called 'colour'"),
    ],
)
def test_what_is_not_clear_is_a_mistake_on_the_command_line(runs, arguments, words):
    code, _, errors = removed(*arguments)
    assert (code, errors) == (
        2,
        f"ganrun remove: invalid value: {words} (see ganrun remove --help)\n",
    )
