"""`ganrun report`: from run folders to a table and figures, without JAX, and with clear errors."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from report_examples import fake_run, stored_run
from rich.console import Console

from ganrun.config import load_experiment
from ganrun.report.command import folders_inside, read_runs, report_run
from ganrun.report.figures_wanted import Wanted
from ganrun.report.run_record import read_record
from ganrun.store import RunFolderError, StoreError
from ganrun.store import folder as store_folder

COLLAPSED = fake_run(modes=[0, 3], verdict="collapsed", seed=3, steps=1000, snapshots=4)
HEALTHY = fake_run(seed=11, steps=1000, snapshots=4)
INTERRUPTED = fake_run(
    modes=[0], verdict=None, status="interrupted", seed=4, steps=1000, reached=500, snapshots=2
)
DIVERGED = fake_run(
    modes=[0], verdict="diverged", status="diverged", seed=5, steps=1000, reached=500,
    diverged_at=613, snapshots=2,
)  # fmt: skip


def report(*paths: Path, **options) -> tuple[str, list[str]]:
    console = Console(file=io.StringIO(), width=80)
    problems = report_run(paths, console, **options)
    return console.file.getvalue(), problems


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("stored")
    for run in (COLLAPSED, HEALTHY, INTERRUPTED, DIVERGED):
        stored_run(folder, run)
    return folder


@pytest.fixture
def runs(stored, tmp_path_factory) -> Path:
    """Four runs of which nothing has been reported yet."""
    return shutil.copytree(stored, tmp_path_factory.mktemp("copied") / "runs")


def folder_of(runs: Path, seed: int) -> Path:
    (path,) = runs.glob(f"*-s{seed}-*")
    return path


def test_the_json_names_a_folder_as_it_is_called(tmp_path):
    folder = tmp_path / ":smile: [bold]"
    stored_run(folder, INTERRUPTED)
    words, _ = report(folder, as_json=True, pages=False, figures=None)
    (run,) = json.loads(words)["runs"]
    assert Path(run["path"]).parent == folder


def test_a_run_is_reported_as_it_was_stored(runs):
    record = read_record(folder_of(runs, 3))
    assert (record.seed, record.status, record.verdict) == (3, "complete", "collapsed")
    assert record.missing == COLLAPSED.missing
    assert record.recovered_modes == (0, 3)
    np.testing.assert_allclose(record.shares, COLLAPSED.shares, rtol=1e-6)
    assert record.reference["spread"]["p95"] == 0.98


def test_one_folder_gives_its_table_and_its_figures(runs):
    path = folder_of(runs, 3)
    text, problems = report(path)
    assert "Seed 3: most likely collapsed (93 %); 2 of 5 modes recovered" in text
    assert "modes.png, progression.png, curves.png" in text
    assert len(list((path / "figures").iterdir())) == 3
    assert problems == []


def test_a_folder_of_runs_gives_one_table_in_the_order_of_the_seeds(runs):
    text, problems = report(runs, figures=None)
    rows = [line.split() for line in text.splitlines()]
    words = {"likely", "diverged", "interrupted"}
    seeds = [row[0] for row in rows if len(row) > 1 and row[1] in words]
    assert seeds == ["3", "4", "5", "11"]
    sentence = " ".join(text.split())
    assert "Modes are missing on 2 of 3 seeds" in sentence
    assert "Seed 5 diverged. Seed 4 was interrupted." in sentence
    assert problems == []


def test_the_same_run_named_twice_is_reported_once(runs):
    records, _ = read_runs([runs, folder_of(runs, 3), folder_of(runs, 3) / "." / ""])
    assert sorted(record.seed for record in records) == [3, 4, 5, 11]


def test_an_interrupted_run_is_reported_as_far_as_it_came(runs):
    text, _ = report(folder_of(runs, 4))
    assert "Seed 4 was interrupted; at its last evaluation, round 500 of 1,000" in text
    assert "to go on: ganrun train" in text
    assert len(list((folder_of(runs, 4) / "figures").iterdir())) == 3


def test_the_json_is_all_that_is_printed(runs):
    text, _ = report(folder_of(runs, 3), folder_of(runs, 11), as_json=True)
    content = json.loads(text)
    assert [run["verdict"] for run in content["runs"]] == ["collapsed", "converged"]


def test_a_report_needs_no_jax_and_a_table_no_matplotlib(runs):
    script = (
        "import sys; from pathlib import Path; from rich.console import Console\n"
        "from ganrun.report.command import report_run\n"
        "path = Path(sys.argv[1]); console = Console(width=80)\n"
        "report_run([path], console, figures=None)\n"
        "assert 'matplotlib' not in sys.modules\n"
        "report_run([path], console)\n"
        "import ganrun.report.live.training\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "heavy = {'jax', 'jaxlib', 'flax', 'optax', 'sklearn', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    command = [sys.executable, "-W", "error", "-c", script, str(folder_of(runs, 11))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_folder_that_is_no_runs_gives_one_clear_line(tmp_path):
    for path, words in (
        (tmp_path / "nowhere", "no such folder"),
        (tmp_path, "not a run folder"),
        (Path(__file__), "not a folder"),
    ):
        with pytest.raises(RunFolderError, match=words) as caught:
            report(path)
        assert "\n" not in str(caught.value)
        assert str(path) in str(caught.value)


@pytest.fixture
def damaged(runs, tmp_path) -> Path:
    path = tmp_path / folder_of(runs, 3).name
    shutil.copytree(folder_of(runs, 3), path)
    return path


@pytest.mark.parametrize("name", ["summary.json", "metrics.csv", "snapshots.npz", "config.yaml"])
@pytest.mark.parametrize("how", ["cut", "removed", "foreign"])
def test_a_damaged_file_is_named_in_one_clear_line(damaged, name, how):
    file = damaged / name
    if how == "removed":
        file.unlink()
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:40])
    else:
        file.write_bytes(b"\x00\xffsomething else entirely: {[")
    with pytest.raises(RunFolderError) as caught:
        report(damaged, figures=None)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("modes_recovered", "three"),
        ("recovered_modes", [7]),
        ("recovered_modes", "0, 3"),
        ("recovered_modes", [0.5]),
        ("diverged_at", 1.5),
        ("reference", [1]),
        ("reference", {"spread": 3}),
        ("reference", {"spread": {"mean": "x"}}),
    ],
)
def test_a_summary_that_says_nonsense_is_refused_by_name(damaged, field, value):
    file = damaged / "summary.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), field: value}))
    with pytest.raises(RunFolderError, match=r"summary\.json"):
        report(damaged, figures=None)


def test_one_damaged_run_does_not_hide_the_others(runs, damaged):
    (damaged / "metrics.csv").write_text("nonsense")
    shutil.copytree(folder_of(runs, 11), damaged.parent / folder_of(runs, 11).name)
    text, problems = report(damaged.parent, figures=None)
    assert "Seed 11: most likely converged" in text
    assert len(problems) == 1
    assert "metrics.csv" in problems[0]


def test_more_runs_than_can_be_drawn_at_once_are_told_so(runs, monkeypatch):
    monkeypatch.setattr("ganrun.report.command.MOST_DRAWN", 1)
    text, _ = report(runs)
    assert "pages and figures are made for up to 1 runs at once" in text


def test_folders_are_sorted_by_the_numbers_in_their_names(tmp_path):
    for name in ("ring-s10-aa", "ring-s9-bb", "grid5-s1-cc", "grid25-s1-dd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").touch()
    names = [path.name for path in folders_inside(tmp_path)]
    assert names == ["grid5-s1-cc", "grid25-s1-dd", "ring-s9-bb", "ring-s10-aa"]


def test_every_run_gets_its_page_with_figures_or_without(runs):
    path = folder_of(runs, 3)
    (path / "report.html").unlink(missing_ok=True)
    text, _ = report(path, figures=None)
    assert f"{path}/report.html: the run to watch, in a browser" in text
    assert "Likely mode collapse" in (path / "report.html").read_text()
    before = (path / "report.html").stat().st_mtime_ns
    report(path, figures=None, pages=False)
    assert (path / "report.html").stat().st_mtime_ns == before


def test_what_is_written_of_a_run_is_told_in_one_place(runs):
    text, _ = report(folder_of(runs, 3), folder_of(runs, 11))
    told = [Path(line.partition(":")[0]) for line in text.splitlines()]
    written = [path for path in told if path.name in ("figures", "report.html")]
    assert written == [
        folder_of(runs, seed) / name for seed in (3, 11) for name in ("figures", "report.html")
    ]


def test_the_page_links_to_the_figures_that_are_drawn_with_it(runs):
    path = folder_of(runs, 11)
    report(path)
    page = (path / "report.html").read_text()
    assert 'href="figures/modes.png"' in page
    assert 'href="figures/progression.gif"' not in page


def test_figures_are_drawn_as_they_are_asked_for(runs):
    path = folder_of(runs, 11)
    before = {one.name for one in (path / "figures").glob("*")}
    wanted = Wanted(formats=("svg",), only=("curves", "diagnosis"))
    text, _ = report(path, figures=wanted, pages=False)
    assert {one.name for one in (path / "figures").iterdir()} == {*before, "curves.svg"}
    assert "figures: curves.svg" in text
    assert "there is nothing yet of which diagnosis could be drawn" in text


def test_one_page_is_opened_in_a_browser_and_of_several_none(runs, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    path = folder_of(runs, 3)
    report(path, figures=None, open_page=True)
    assert opened == [(path / "report.html").resolve().as_uri()]
    text, _ = report(path, folder_of(runs, 11), figures=None, open_page=True)
    assert len(opened) == 1
    assert "one page can be opened at a time" in text
    report(runs, figures=None, open_page=True)
    assert opened[1:] == [(runs / "report.html").resolve().as_uri()]


def test_without_a_browser_it_is_said_where_the_page_is(runs, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    path = folder_of(runs, 3)
    text, _ = report(path, figures=None, open_page=True)
    assert f"no browser was found here; open {path.resolve()}/report.html" in text


def test_a_page_that_cannot_be_written_is_one_clear_line(runs, tmp_path):
    path = tmp_path / folder_of(runs, 4).name
    shutil.copytree(folder_of(runs, 4), path)
    (path / "report.html").unlink(missing_ok=True)
    (path / "report.html").mkdir()
    with pytest.raises(StoreError, match=r"report\.html: cannot be written"):
        report(path, figures=None)


def test_a_runs_config_is_parsed_once_however_much_is_made_of_it(runs, monkeypatch):
    parsed = []

    def counted(path: Path, *rest):
        parsed.append(path)
        return load_experiment(path, *rest)

    monkeypatch.setattr(store_folder, "load_experiment", counted)
    report(folder_of(runs, 3), gif=True)
    assert len(parsed) == 1
