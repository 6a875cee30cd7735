"""`ganrun report SWEEP_DIR`: what the folder alone tells, in tables, JSON and figures."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.text import Text
from rich.cells import cell_len
from rich.console import Console
from stored_sweeps import GRID, by_ratio, store_trial, stored_sweep

from ganrun.config.metrics import share_columns
from ganrun.config.targets import Ring
from ganrun.influence import Trials
from ganrun.report.figures import RANKING, SWEEP_FIGURES, marginals, phase, write_sweep_figures
from ganrun.report.figures.influence import influence_figure
from ganrun.report.figures.style import house_style, wrapped
from ganrun.report.phase_grid import gallery_columns, phase_grid
from ganrun.report.sweep_command import report_sweep
from ganrun.report.sweep_record import SweepRecord, read_sweep
from ganrun.report.sweep_story import headline, remarks
from ganrun.store import StoreError
from ganrun.store.sweep_folder import SweepFolder
from ganrun.sweep.answer import Row, results_and_influence, trials_of
from ganrun.sweep.designs import Design
from ganrun.sweep.results import missing_modes

LONE = """
name: lone
seeds: 2
vary:
  optimizer.learning_rate_ratio: [0.1, 1.0, 10.0]
"""
CASES = """
name: cures
seeds: 2
cases:
  bce: {}
  least_squares: {objective: least_squares}
  hinge_with_a_very_long_name: {objective: hinge}
  minimax: {objective: minimax}
  wasserstein: {objective: wasserstein}
  r1: {penalties.r1.weight: 0.1}
"""
MIXED = """
name: mixed
seeds: 2
vary:
  generator.hidden: [[8], [8, 8]]
  optimizer.learning_rate: {log: [1e-4, 1e-2], points: 2}
cases:
  bce: {}
  hinge: {objective: hinge}
"""
RANDOM = """
name: latin
design: random
points: 12
seeds: 2
vary:
  optimizer.learning_rate_ratio: {log: [0.1, 10]}
  training.discriminator_steps: {linear: [1, 5]}
  generator.activation: [relu, tanh]
"""
SOBOL = """
name: sobol
design: sobol
points: 4
seeds: 2
vary:
  optimizer.learning_rate_ratio: {log: [0.1, 10]}
  optimizer.learning_rate: {log: [1e-4, 1e-2]}
"""
MANY = """
name: many
seeds: 1
vary:
  optimizer.learning_rate_ratio: {linear: [0.1, 10], points: 23}
  training.discriminator_steps: [1, 5]
"""
NOTHING = """
name: nothing
seeds: 3
vary:
  training.discriminator_steps: [1]
"""


def luck(trial) -> str:
    """Something of everything, told by the trial's number."""
    return ("collapsed", "converged", "undertrained", "diverged")[trial.index * 7 % 11 % 4]


def some_missing(trial) -> str:
    fates = {1: "failed", 4: "missing", 7: "interrupted", 9: "missing"}
    return fates.get(trial.index, by_ratio(trial))


ALL_KINDS = {
    "two factors": (GRID, by_ratio),
    "one factor": (LONE, by_ratio),
    "cases alone": (CASES, luck),
    "choices, a log range and cases": (MIXED, luck),
    "a Latin hypercube": (RANDOM, luck),
    "a Sobol design": (SOBOL, luck),
    "many levels": (MANY, by_ratio),
    "incomplete": (GRID, some_missing),
    "all collapsed": (LONE, lambda _: "collapsed"),
    "none collapsed": (LONE, lambda _: "converged"),
    "all diverged": (LONE, lambda _: "diverged"),
    "nothing varies": (NOTHING, luck),
    "nothing has a result": (GRID, lambda _: "missing"),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, SweepFolder]:
    place = tmp_path_factory.mktemp("sweeps")
    return {
        kind: stored_sweep(place / str(number), text, fate)
        for number, (kind, (text, fate)) in enumerate(ALL_KINDS.items())
    }


@pytest.fixture(scope="module")
def records(folders) -> dict[str, SweepRecord]:
    return {kind: read_sweep(folder.path) for kind, folder in folders.items()}


def printed(folder: SweepFolder, width: int = 100, **options) -> str:
    console = Console(file=io.StringIO(), width=width)
    report_sweep(folder.path, console, **{"page": False, "figures": False, **options})
    return console.file.getvalue()


# results.csv and influence.json


def test_the_table_has_a_row_for_every_trial_with_or_without_a_result(folders):
    folder = folders["incomplete"]
    rows, _ = results_and_influence(folder, Design(folder.sweep))
    with (folder.path / "results.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["status"] for row in table] == [row.status for row in rows]
    assert [row.status for row in rows].count("missing") == 2
    assert {row.status for row in rows} == {"complete", "failed", "interrupted", "missing"}
    assert [row["verdict"] for row in table] == [row.verdict for row in rows]


def test_reading_a_sweep_twice_writes_nothing_the_second_time(tmp_path):
    folder = stored_sweep(tmp_path)
    read_sweep(folder.path)
    files = [folder.path / name for name in ("results.csv", "influence.json")]
    before = [file.stat().st_mtime_ns for file in files]
    read_sweep(folder.path)
    assert [file.stat().st_mtime_ns for file in files] == before


@pytest.mark.parametrize("lost", ["results.csv", "influence.json"])
def test_a_file_that_is_missing_or_damaged_is_made_again_byte_for_byte(tmp_path, lost):
    folder = stored_sweep(tmp_path)
    read_sweep(folder.path)
    whole = (folder.path / lost).read_bytes()
    (folder.path / lost).unlink()
    read_sweep(folder.path)
    assert (folder.path / lost).read_bytes() == whole
    (folder.path / lost).write_bytes(whole[:40])
    read_sweep(folder.path)
    assert (folder.path / lost).read_bytes() == whole


def test_a_trial_that_has_come_to_its_end_since_changes_the_answer(tmp_path):
    folder = stored_sweep(tmp_path, fate=lambda t: "missing" if t.index == 3 else by_ratio(t))
    before = read_sweep(folder.path)
    assert before.influence["trials"]["without_result"] == 1
    store_trial(folder, before.design.trial(3), "undertrained")
    after = read_sweep(folder.path)
    assert after.influence["trials"]["without_result"] == 0
    assert (folder.path / "results.csv").read_text().count("complete") == len(after.rows)


def test_an_answer_left_behind_by_a_kill_between_the_two_files_is_made_anew(tmp_path):
    folder = stored_sweep(tmp_path)
    read_sweep(folder.path)
    right = (folder.path / "influence.json").read_bytes()
    # The answer of other trials, beside the table of those: the table is written last.
    (folder.path / "results.csv").write_text("seed\n")
    (folder.path / "influence.json").write_text('{"format": 1, "paragraph": "stale"}')
    read_sweep(folder.path)
    assert (folder.path / "influence.json").read_bytes() == right


def test_influence_is_computed_from_what_the_trials_say(folders):
    folder = folders["choices, a log range and cases"]
    design = Design(folder.sweep)
    rows, _ = results_and_influence(folder, design)
    trials = trials_of(design, rows)
    assert isinstance(trials, Trials)
    assert trials.factors == ("generator.hidden", "optimizer.learning_rate", "case")
    assert trials.log == {"optimizer.learning_rate"}
    for index in range(0, design.trials, 5):
        trial = design.trial(index)
        assert trials.values["generator.hidden"][index] == list(trial.values[0])
        assert trials.values["case"][index] == trial.case
        assert trials.seed[index] == trial.seed


def test_modes_missing_are_unknown_where_a_trial_diverged():
    row = Row(0, 0, 0, "diverged", "diverged", 5, 2, 3)
    assert np.isnan(row.modes_missing)
    assert Row(0, 0, 0, "complete", "collapsed", 5, 2, 2).modes_missing == 2
    assert np.isnan(Row(0, 0, 0, "missing", "").modes_missing)


def test_a_mode_that_perfect_samples_do_not_show_is_not_missing_in_a_sweep():
    shares = dict(zip(share_columns(3), ([0.5], [0.0], [0.5]), strict=True))
    run = SimpleNamespace(config=SimpleNamespace(target=Ring(modes=3)), metrics=lambda: shares)
    shown = {"modes_covered": {"by_mode": [1.0, 1.0, 0.0]}}
    summary = {"modes_total": 3, "modes_covered": 2, "reference": shown}
    assert missing_modes(run, summary) == 1, "of those that can be shown, one is missing"
    assert missing_modes(run, summary | {"reference": {}}) == 1
    shown["modes_covered"]["by_mode"] = [1.0, 0.0, 1.0]
    assert missing_modes(run, summary) == 0
    assert missing_modes(run, {}) is None


def test_counts_that_are_no_success_are_marked_in_a_sweep(records):
    record = records["one factor"]
    first = replace(record.rows[0], beyond=2)
    record = replace(record, rows=[first, *record.rows[1:]])
    assert phase.recovered_words([first]).endswith("of 5*")
    assert "In 1 of " in remarks(record)
    assert remarks(records["one factor"]) == ""
    with house_style():
        figure = phase.phase_figure(record)
    told = " ".join(text.get_text() for text in figure.findobj(Text))
    assert "*: above what perfect samples reach" in told


# the terminal


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("width", [60, 80, 200])
def test_every_sweep_can_be_printed_on_every_terminal(folders, kind, width):
    text = printed(folders[kind], width=width)
    assert "None" not in text
    assert "nan" not in text
    tables = text.split("what explains")[-1].split("The table is")[0]
    assert all(cell_len(line) <= width for line in tables.splitlines())
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_the_report_holds_the_answer_the_ranking_and_the_rates(folders):
    text = printed(folders["two factors"])
    record = read_sweep(folders["two factors"].path)
    assert record.influence["paragraph"][:40] in text
    ranking = text.split("what explains")[1]
    assert ranking.index("learning-rate ratio") < ranking.index("number of discriminator steps")
    for words in (
        "factorial, 6 cells x 3 seeds",
        "with interactions",
        "the seed alone",
        "100 % [49, 100]",  # of 6 in 6, from 3 seeds
        "modes missing: learning-rate ratio (down), number of discriminator steps (across)",
        "The table is complete: 18 trials.",
        "results.csv",
    ):
        assert words in text


def test_levels_stand_with_their_rates(folders):
    lines = printed(folders["two factors"]).splitlines()
    rows = [line.split() for line in lines if line.startswith(("0.1 ", "1 ", "10 "))]
    assert ["0.1", "6", "5.00"] in [row[:3] for row in rows]
    assert ["10", "6", "3.00"] in [row[:3] for row in rows]


def test_an_incomplete_sweep_says_what_is_missing_why_and_how_to_go_on(folders):
    folder = folders["incomplete"]
    text = printed(folder)
    assert "The table is incomplete: 14 of 18 trials have a result" in text
    assert "1 failed, 1 interrupted and 2 not begun" in text
    assert "seed 1: failed: OSError: no space left on device" in text
    assert f"ganrun sweep {folder.path / 'sweep.yaml'} --runs-dir {folder.path.parent}" in text


def test_a_damaged_trial_is_named_and_hides_no_other(tmp_path):
    folder = stored_sweep(tmp_path)
    design = Design(folder.sweep)
    damaged = folder.trial_path(design.trial(2).experiment) / "summary.json"
    damaged.write_text("{")
    text = printed(folder)
    assert "17 of 18 trials have a result" in text
    place = f"{damaged.parent.name}/summary.json"
    assert f"{place}: does not hold what was written there; ganrun sweep --repair keeps" in text
    (again,) = re.findall(r"to go on: (.*)", text)
    assert again.endswith(" --repair")
    damaged.parent.rename(tmp_path / "elsewhere")
    assert not re.search(r"to go on: .*--repair", printed(folder))


def test_where_columns_have_no_room_it_is_said(folders):
    assert "undertrained" in printed(folders["two factors"], width=80)
    assert "+ 4 more" in printed(folders["two factors"], width=45)


def test_json_holds_all_numbers_and_nothing_else_is_printed(folders):
    content = json.loads(printed(folders["incomplete"], as_json=True))
    assert content["trials"] == 18
    assert content["finished"] == 14
    assert content["without_result"] == {"failed": 1, "interrupted": 1, "missing": 2}
    assert content["failed"][0]["error"] == "OSError: no space left on device"
    assert content["influence"]["ranking"][0] == "optimizer.learning_rate_ratio"
    assert content["verdicts"]["collapsed"] == 6


def test_a_folder_that_is_no_sweeps_is_one_clear_line(tmp_path):
    with pytest.raises(StoreError, match="not a sweep's folder"):
        read_sweep(tmp_path)


def test_a_report_needs_no_jax_and_the_tables_no_matplotlib(folders):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from rich.console import Console\n"
        "import ganrun.report.live.sweep\n"
        "from ganrun.report.sweep_command import report_sweep\n"
        "report_sweep(Path(sys.argv[1]), Console(), figures=None)\n"
        "assert 'matplotlib' not in sys.modules\n"
        "report_sweep(Path(sys.argv[1]), Console())\n"
        "assert 'jax' not in sys.modules\n"
    )
    path = str(folders["one factor"].path)
    subprocess.run([sys.executable, "-c", code, path], check=True, capture_output=True)


# the figures


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_sweep_has_its_figures(records, kind, tmp_path):
    paths = write_sweep_figures(records[kind], tmp_path / "figures")
    names = {
        "nothing varies": ["phase"],
        "nothing has a result": [],
        "cases alone": ["cases", "phase"],
        "choices, a log range and cases": [*RANKING, *SWEEP_FIGURES],
    }.get(kind, list(SWEEP_FIGURES))
    assert [path.stem for path in paths] == names
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


FIGURES = [
    *((name, kind) for name in SWEEP_FIGURES for kind in ALL_KINDS if "nothing" not in kind),
    *((name, kind) for name in RANKING for kind in ALL_KINDS if "cases" in kind),
]


@pytest.mark.parametrize(("name", "kind"), FIGURES)
def test_all_words_of_a_figure_are_inside_it_and_none_is_on_another(records, kind, name):
    with house_style():
        figure = (RANKING | SWEEP_FIGURES)[name](records[kind])
        figure.canvas.draw()
        boxes = [
            (text.get_text(), text.get_window_extent())
            for text in figure.findobj(Text)
            if text.get_text().strip() and text.get_visible()
        ]
    width, height = figure.canvas.get_width_height()
    for words, box in boxes:
        assert box.x0 >= 0, words
        assert box.y0 >= 0, words
        assert box.x1 <= width, words
        assert box.y1 <= height, words
    for i, (words, box) in enumerate(boxes):
        for others, other in boxes[:i]:
            apart = (
                box.x0 >= other.x1 - 1
                or other.x0 >= box.x1 - 1
                or box.y0 >= other.y1 - 1
                or other.y0 >= box.y1 - 1
            )
            assert apart, f"{words!r} is written over {others!r}"


def test_the_same_sweep_gives_the_same_figures(records, tmp_path):
    first, second = (
        [path.read_bytes() for path in write_sweep_figures(records["two factors"], tmp_path / at)]
        for at in ("first", "second")
    )
    assert first == second


def test_the_title_says_no_more_than_the_intervals_allow(records):
    assert headline(records["two factors"]) == (
        "The learning-rate ratio matters most for how many modes are missing"
    )
    assert headline(records["many levels"]) == (
        "What explains how many modes are missing cannot be said"
    )
    assert headline(records["none collapsed"]) == "No GAN misses a mode"
    assert headline(records["all collapsed"]) == "Every GAN misses a mode"
    assert headline(records["all diverged"]) == "Every GAN diverged"
    with house_style():
        words = {text.get_text() for text in influence_figure(records["many levels"]).findobj(Text)}
    assert any("With one seed" in text for text in words)


def test_the_cells_of_the_phase_hold_every_trial_once(records):
    for kind, record in records.items():
        cells = phase_grid(record).cells
        trials = np.sort(np.concatenate([cell.trials for cell in cells]))
        np.testing.assert_array_equal(trials, np.arange(len(record.rows)), err_msg=kind)
        places = [(cell.row, cell.column) for cell in cells]
        assert len(set(places)) == len(places)


def test_numbers_rise_to_the_right_and_upwards(records):
    record = records["two factors"]
    grid = phase_grid(record)
    assert grid.across.labels == ("0.1", "1", "10")
    assert grid.down.labels == ("1", "5")
    corner = next(cell for cell in grid.cells if (cell.row, cell.column) == (0, 2))
    design = record.design
    assert {design.trial(int(i)).values for i in corner.trials} == {(10.0, 5)}


def test_many_levels_are_put_together_with_their_neighbours(records):
    grid = phase_grid(records["many levels"])
    assert len(grid.across.labels) == 9
    assert grid.across.labels[0].startswith("0.1 to ")
    assert (np.diff(grid.across.number[::2]) >= 0).all()


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (5, 5), (6, 3), (7, 4), (9, 5), (11, 4)])
def test_a_gallery_has_even_lines(count, columns):
    assert gallery_columns(count, ordered=False) == columns


def test_the_median_trial_is_the_one_in_the_middle():
    def row(index: int, recovered: int | None) -> Row:
        verdict = "" if recovered is None else "collapsed"
        missing = None if recovered is None else 5 - recovered
        return Row(index, 0, index, "complete", verdict, 5, recovered, missing)

    rows = [row(0, 5), row(1, 0), row(2, 3), row(3, None)]
    assert phase.median_trial(rows).index == 2
    assert phase.median_trial(rows[:2]).index == 1  # of two the worse
    assert phase.median_trial(rows[3:]) is None


def test_a_cells_picture_says_the_same_mean_as_its_page():
    def row(index: int, recovered: int) -> Row:
        return Row(index, 0, index, "complete", "collapsed", 5, recovered, 5 - recovered)

    assert phase.recovered_words([row(i, n) for i, n in enumerate((2, 2, 2, 3))]) == "2.2 of 5"
    assert phase.recovered_words([row(i, n) for i, n in enumerate((2, 3, 3, 3))]) == "2.8 of 5"


def test_panels_fill_their_rows_and_never_more():
    rows = marginals.arranged([("a", 3.3), ("b", 1.7), ("c", 2.6), ("d", 5.0), ("e", 99.0)])
    assert [[field for field, _ in row] for row in rows] == [["a", "b", "c"], ["d"], ["e"]]
    assert all(sum(wide for _, wide in row) <= 9.6 for row in rows)


def test_a_name_is_broken_after_its_words():
    assert wrapped("hinge_spectral_norm", 9) == "hinge_\nspectral_\nnorm"
    assert wrapped("0.1 to 0.25", 8) == "0.1 to\n0.25"
    assert wrapped("short", 2) == "short"


def test_a_thumbnail_survives_a_trial_whose_snapshots_are_gone(tmp_path):
    folder = stored_sweep(tmp_path, LONE)
    for path in folder.trials.iterdir():
        if (path / "snapshots.npz").exists():
            os.unlink(path / "snapshots.npz")
    record = read_sweep(folder.path)
    with house_style():
        figure = phase.phase_figure(record)
    assert "no samples" in {text.get_text() for text in figure.findobj(Text)}


def test_figures_that_cannot_be_written_are_one_clear_line(records, tmp_path):
    place = Path(tmp_path / "figures")
    place.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="figures"):
        write_sweep_figures(records["one factor"], place)
