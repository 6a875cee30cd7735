"""Lists of runs: read at a glance as when opened, filtered, sorted, printed; what is damaged."""

from __future__ import annotations

import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from report_examples import NUMERICS, fake_run, stored_run
from rich.console import Console
from store_examples import as_earlier
from stored_sweeps import GRID, stored_sweep
from typer.testing import CliRunner

from ganrun.cli import app
from ganrun.config import Experiment, load_experiment, to_yaml
from ganrun.config.shipped import shipped_configs
from ganrun.config.written import chosen_fields, written_experiment, written_fields
from ganrun.filters import FilterError
from ganrun.report.list_columns import COLUMNS
from ganrun.report.list_reading import list_runs
from ganrun.report.run_list import RunList
from ganrun.report.tables.runs import print_runs, run_lines, runs_json
from ganrun.report.web.config_table import config_fields
from ganrun.store import RunFolder, StoreError, open_run
from ganrun.store.confirmed import FORMAT, Confirmed, write_confirmed
from ganrun.store.formats import FormatError
from ganrun.store.glance import glance
from ganrun.store.summary_json import glanced_summary, read_summary

CONFIGS = sorted(shipped_configs().glob("**/*.yaml"))
EXPERIMENTS = [path for path in CONFIGS if "sweeps" not in path.parts]


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Path:
    """Five runs, of which one is not begun, one another game and one under way; and a sweep."""
    folder = tmp_path_factory.mktemp("listed") / "runs"
    stored_run(folder, fake_run(modes=[0, 3], verdict="collapsed", seed=3, steps=1000, snapshots=2))
    stored_run(folder, fake_run(seed=11, objective="hinge", steps=1000, snapshots=2))
    unfinished = fake_run(
        verdict=None, status="interrupted", seed=4, steps=1000, reached=500, snapshots=2
    )
    stored_run(folder, unfinished)
    sweep = stored_sweep(folder.parent / "elsewhere", GRID)
    shutil.move(sweep.path, folder)
    (folder / "notes").mkdir()
    return folder


@pytest.fixture
def runs(stored, tmp_path) -> Path:
    return shutil.copytree(stored, tmp_path / "runs")


def of_seed(folder: Path, seed: int) -> Path:
    (path,) = folder.glob(f"five_gaussians-s{seed}-*")
    return path


def names(found: RunList) -> set[str]:
    return {one.path.name for one in found.entries}


def listed(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["list", *map(str, arguments)], prog_name="ganrun")
    return done.exit_code, done.stdout, done.stderr


# what is read


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_a_written_config_is_read_without_a_yaml_reader_as_with_one(path):
    experiment = load_experiment(path).with_seed(7)
    fields = written_fields(to_yaml(experiment))
    assert fields is not None
    assert written_experiment(fields) == experiment
    differing = {".".join(one.path) for one in config_fields(experiment) if one.differs}
    told = chosen_fields(fields)
    # A piece with parameters is one field there, and here each of its numbers.
    assert all(any(name == one or name.startswith(f"{one}.") for one in differing) for name in told)
    assert all(any(name == one or name.startswith(f"{one}.") for name in told) for one in differing)


def test_what_to_yaml_does_not_write_is_not_taken_for_it():
    for text in (
        "name:  two\n",
        "a: 1\n   b: 2\n",
        "- 1\n",
        "a: 1 # why\n  b: 2\n",
        "\n",
        "a:\tb\n",
    ):
        assert written_fields(text) is None


def test_a_run_at_a_glance_is_the_run_when_it_is_opened(stored):
    for path in stored.glob("five_gaussians-*"):
        seen, opened = glance(path), RunFolder(path)
        assert (seen.id, seen.name, seen.seed) == (
            opened.id,
            "five_gaussians",
            opened.config.seeds[0],
        )
        assert (seen.status, seen.verified) == (opened.status, opened.verified)
        assert (seen.verdict, seen.rounds) == (opened.verdict, opened.config.training.steps)
        summary = opened.summary or {}
        assert {name: seen.summary.get(name) for name in summary if name != "reference"} == {
            name: value for name, value in summary.items() if name != "reference"
        }


@pytest.mark.parametrize("name", ["run.json", "summary.json", "config.yaml"])
def test_what_opening_a_run_refuses_a_glance_refuses_with_the_same_words(runs, name):
    path = of_seed(runs, 3) / name
    content = path.read_bytes()
    for other in (
        content.replace(b"five", b"sixx"),
        content.replace(b"1", b"2", 3),
        content[:-9],
        b"",
    ):
        if other == content:
            continue
        path.write_bytes(other)
        with pytest.raises(StoreError) as refused:
            RunFolder(path.parent).check()
        with pytest.raises(StoreError) as glanced:
            glance(path.parent)
        assert str(glanced.value) == str(refused.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"high_quality": 1.5},
        {"modes_covered": 2.5},
        {"modes_recovered": 9},
        {"reverse_kl": -1.0},
        {"recovered_modes": [3, 1]},
        {"spread": "wide"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_not_believed_of_a_summary_is_not_at_a_glance(stored, wrong):
    content = json.loads((of_seed(stored, 3) / "summary.json").read_bytes())
    glanced_summary(json.dumps(content).encode())
    damaged = json.dumps(content | wrong).encode()
    with pytest.raises(FormatError):
        read_summary(damaged)
    with pytest.raises(ValueError, match=r"."):
        glanced_summary(damaged)


def test_a_run_of_an_earlier_ganrun_is_read_and_said_to_be_unverified(runs):
    as_earlier(of_seed(runs, 3))
    (one,) = list_runs(runs).where("seed=3").entries
    assert (one.best.word, one.values["verified"]) == ("collapsed", "no")
    code, output, _ = listed(runs)
    assert code == 0
    assert "not verified: 1 run of an earlier ganrun has no digests" in " ".join(output.split())


def test_the_status_is_that_of_the_process_and_not_of_the_file(runs):
    experiment = Experiment(name="live")
    with open_run(runs, experiment, numerics=NUMERICS) as run:
        (one,) = list_runs(runs).where("live").entries
        assert (one.values["status"], one.values["verified"]) == ("running", "")
        run._lock.release()
        (one,) = list_runs(runs).where("live").entries
        assert one.values["status"] == "interrupted"


def test_the_best_verdict_is_listed_and_which_kind_it_is(runs):
    run = RunFolder(of_seed(runs, 3))
    confirmed = Confirmed(FORMAT, run.id, 0, 3000, "undertrained", 0.9, "It found the others.")
    write_confirmed(run.path, confirmed)
    (one,) = list_runs(runs).where("by=confirmed").entries
    assert (one.values["verdict"], one.best.short) == ("undertrained", "undertrained (confirmed)")


def test_a_damaged_folder_is_one_line_and_spoils_nothing(runs):
    (of_seed(runs, 3) / "summary.json").write_text("{}")
    code, output, errors = listed(runs)
    assert code == 1
    assert errors.count("\n") == 1
    assert str(of_seed(runs, 3) / "summary.json") in errors
    assert "damaged" in output
    assert "hinge" in output
    assert names(list_runs(runs).where("status=damaged")) == {of_seed(runs, 3).name}
    (runs / "grid-sweep-0123456789abcdef").mkdir()
    (runs / "grid-sweep-0123456789abcdef" / "sweep.yaml").write_text("nonsense: 1")
    assert len(list_runs(runs).problems) == 2


def test_ages_are_in_days_and_the_newest_comes_first(runs):
    now = datetime.now(UTC) + timedelta(days=3)
    found = list_runs(runs, now=now)
    ages = [one.values["age"] for one in found.entries]
    assert ages == sorted(ages)
    assert all(2.9 < age < 3.1 for age in ages)


# sweeps


def test_a_sweep_is_one_line_with_all_its_trials_behind_it_if_one_asks(stored):
    (sweep,) = list_runs(stored).where("kind=sweep").entries
    assert (sweep.values["status"], sweep.planned) == ("complete", 18)
    assert sum(sweep.fates.values()) == 18
    found = list_runs(stored, trials=True)
    place = [one.kind for one in found.entries].index("sweep")
    assert [one.kind for one in found.entries[place + 1 : place + 19]] == ["trial"] * 18
    assert len(found.where("kind=trial verdict=collapsed").entries) == sweep.fates["collapsed"]
    inside = list_runs(sweep.path)
    assert len(inside.entries) == 19


def test_a_runs_folder_is_no_folder_of_runs(stored):
    code, output, errors = listed(of_seed(stored, 3))
    assert (code, output) == (1, "")
    assert "is the folder of one run; ganrun report tells of it" in errors


# filters and orders


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("kind=run", {3, 4, 11}),
        ("verdict=collapsed kind=run", {3}),
        ("kind=run objective=hinge", {11}),
        ("objective!=hinge seed>=0", {3, 4}),
        ("optimizer.b1=0.5 kind=run", {3, 4, 11}),
        ("learning_rate<0.01 kind=run", {3, 4, 11}),
        ("steps=1000", {3, 4, 11}),
        ("modes_recovered<3 kind=run", {3}),
        ("interrupted", {4}),
    ],
)
def test_runs_are_filtered_by_what_is_listed_and_by_any_field_of_a_config(stored, text, seeds):
    assert {one.values["seed"] for one in list_runs(stored).where(text).entries} == seeds


def test_a_filter_that_cannot_be_used_is_a_mistake_on_the_command_line(stored):
    for text, words in (
        ("hih_quality>1", "no column is called 'hih_quality'; did you mean 'high_quality'?"),
        ("high_quality>", "'high_quality>' is no condition: that is a column, a sign and a value"),
        ("verdict<2", "'verdict' holds words: use = or !="),
    ):
        code, output, errors = listed(stored, "--where", text)
        assert (code, output) == (2, "")
        assert errors == f"ganrun list: invalid value: {words} (see ganrun list --help)\n"
    assert listed(stored, "--sort", "wight")[0] == 2
    with pytest.raises(FilterError):
        list_runs(stored).sorted_by("-nothing")


def test_runs_are_sorted_by_a_column_either_way_and_what_has_none_is_last(stored):
    seeds = [one.values.get("seed") for one in list_runs(stored).sorted_by("seed").entries]
    assert seeds == [3, 4, 11, None]
    found = list_runs(stored).where("seed>0").sorted_by("-high_quality")
    seeds = [one.values["seed"] for one in found.entries]
    best, worst, none = (one.values["high_quality"] for one in found.entries)
    assert (seeds[2], none, best > worst) == (4, None, True)
    code, output, _ = listed(stored, "--sort", "-seed", "--where", "seed>0", "--json")
    assert [run["seed"] for run in json.loads(output)["runs"]] == [11, 4, 3]
    assert code == 0


def test_every_column_can_be_asked_for(stored):
    found = list_runs(stored, trials=True)
    for column in found.filterable:
        wanted = ">=0" if column.numeric else "!=nothing"
        found.where(f"{column.name}{wanted}")
        found.sorted_by(column.name)
    assert {one.name for one in COLUMNS} <= {one.name for one in found.columns}


# what is printed


def test_the_list_names_what_is_needed_at_any_width(stored):
    found = list_runs(stored)
    wide, narrow = ([line.plain for line in run_lines(found.entries, width)] for width in (160, 60))
    row = next(line for line in wide if "likely collapsed 93 %" in line)
    assert row.split()[:2] == ["five_gaussians", "3"]
    assert of_seed(stored, 3).name.rsplit("-", 1)[1] in row
    assert "steps=1000" in row
    assert any("sweep, 18 trials" in line and "6 collapsed" in line for line in wide)
    assert any("of 1,000" in line for line in wide)
    assert all(len(line) <= 60 for line in narrow)
    assert any("likely collapsed" in line for line in narrow)


def test_more_lines_than_are_asked_for_are_counted(stored):
    whole = list_runs(stored)
    console = Console(file=io.StringIO(), width=100)
    print_runs(whole.where("seed>0"), console, at_most=2, of=whole)
    assert "3 runs of 4; the first 2 are shown (--lines 0 shows all)" in console.file.getvalue()
    _, output, _ = listed(stored, "--lines", "1")
    assert "the first is shown" in output
    code, output, errors = listed(stored, "--where", "nothing")
    assert (code, output) == (0, "no run of 4\n")
    assert errors == "note: 'nothing' is nowhere\n"


def test_a_name_that_a_terminal_would_obey_is_not_printed_raw(runs):
    (runs / "a\x1b[31mb").mkdir()
    (runs / "a\x1b[31mb" / "run.json").write_text("{}")
    _, output, errors = listed(runs)
    assert "\x1b" not in output + errors


def test_the_json_is_all_that_is_known(stored):
    content = json.loads(runs_json(list_runs(stored), at_most=None))
    runs = {run["seed"]: run for run in content["runs"] if run["kind"] == "run"}
    assert runs[11]["differs"]["objective"] == "hinge"
    assert runs[3]["metrics"]["modes_recovered"] == 2
    assert (runs[4]["verdict"], runs[4]["status"]) == (None, "interrupted")
    (sweep,) = (run for run in content["runs"] if run["kind"] == "sweep")
    assert (sweep["planned"], sweep["trials"]) == (18, 18)
    assert content["problems"] == []


def test_python_opens_the_runs_that_fit(stored):
    import ganrun

    assert [run.path for run in ganrun.runs(stored, where="kind=run seed>3 verdict=converged")] == [
        of_seed(stored, 11)
    ]
    with pytest.raises(ganrun.ArgumentError, match="no column is called"):
        ganrun.runs(stored, where="colour=red")
