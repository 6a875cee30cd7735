"""The page of a sweep: what is in it, what it says, and what it does in a real browser."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import (  # noqa: F401
    DESKTOP,
    PHONE,
    axe,
    axe_script,
    chromium,
    open_page,
    page,
)
from command_line import cli
from store_examples import as_earlier
from stored_sweeps import BASE, GRID, stored_sweep
from test_sweep_report import ALL_KINDS, some_missing

from ganrun import wording
from ganrun.config import load_sweep, run_id
from ganrun.config.metrics import SUMMARY_METRICS
from ganrun.influence import influence_of, told
from ganrun.influence.rates import simultaneous_level
from ganrun.influence.share_intervals import LEVEL
from ganrun.influence.table import outcome_column
from ganrun.influence.trials import MISSED, MODES_MISSING, OUTCOMES, RATES, outcome_values
from ganrun.measure.evaluation import evaluate_samples
from ganrun.mixture import mixture_of
from ganrun.page.scene_target import scene_target
from ganrun.report.cell_trials import from_best_to_worst, median_trial, worst_trial
from ganrun.report.phase_grid import phase_grid
from ganrun.report.sweep_record import SweepRecord, read_sweep
from ganrun.report.web import plotly_script, trial_pages
from ganrun.report.web.phase_cells import phase_data
from ganrun.report.web.sweep_page import sweep_page, write_sweep_page
from ganrun.report.web.trial_frames import (
    frames_data,
    quantized,
    read_frames,
    trials_by_need,
    window,
)
from ganrun.report.web.trial_pages import is_current, write_trial_pages
from ganrun.report.web.trial_table import folder_name, read_results, table_data
from ganrun.store import StoreError
from ganrun.store.sweep_folder import open_sweep
from ganrun.sweep.answer import Row, row_of, trials_of
from ganrun.sweep.designs import Design
from ganrun.sweep.results import Result, results_text
from ganrun.verdict import FROM_THE_WORST

HOSTILE = "</script><script>document.title='broken'</script><img src=x onerror=alert(1)>&amp;"
WITHOUT_CHARTS = {"begin": "delete window.DecompressionStream"}
LARGE = """
name: large
seeds: 8
vary:
  optimizer.learning_rate_ratio: {log: [0.1, 10], points: 25}
  optimizer.learning_rate: {log: [1e-4, 1e-2], points: 50}
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory) -> dict[str, SweepRecord]:
    place = tmp_path_factory.mktemp("sweeps")
    return {
        kind: read_sweep(stored_sweep(place / str(number), text, fate).path)
        for number, (kind, (text, fate)) in enumerate(ALL_KINDS.items())
    }


@pytest.fixture(scope="module")
def pages(records) -> dict[str, Path]:
    return {kind: write_sweep_page(record) for kind, record in records.items()}


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> SweepRecord:
    """Ten thousand trials that exist in a table alone."""
    place = tmp_path_factory.mktemp("large")
    (place / "sweep.yaml").write_text(LARGE + BASE)
    folder = open_sweep(place / "runs", load_sweep(place / "sweep.yaml"))
    design = Design(folder.sweep)
    rng = np.random.default_rng(0)
    results = [made_up(design.trial(index), rng) for index in range(design.trials)]
    (folder.path / "results.csv").write_bytes(results_text(design, iter(results)))
    rows = [row_of(result) for result in results]
    return SweepRecord(folder, design, rows, influence_of(trials_of(design, rows)))


def made_up(trial, rng) -> Result:
    covered = int(rng.integers(0, 6))
    verdict = ("collapsed", "undertrained")[int(rng.random() < 0.4)] if covered < 5 else "converged"
    summary = {
        **dict.fromkeys(SUMMARY_METRICS),
        "modes_total": 5,
        "modes_recovered": covered,
        "modes_covered": covered,
        "high_quality": float(rng.random()),
        "mode_tv": float(rng.random()),
        "verdict": verdict,
    }
    return Result(trial, run_id(trial.experiment), "complete", summary, missing=5 - covered)


def island(text: str, name: str) -> Any:
    found = re.search(f'<script type="application/json" id="{name}">(.*?)</script>', text, re.S)
    assert found
    return json.loads(found[1])


# what is in the page


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_sweep_has_a_page_that_says_what_the_terminal_says(records, pages, kind):
    text = pages[kind].read_text(encoding="utf-8")
    words = " ".join(re.sub(r"<[^>]*>", " ", text.split("</main>")[0]).split())
    for sentence in records[kind].influence["paragraph"].split(". "):
        assert re.sub(r"\s+", " ", sentence.replace("'", "&#x27;").replace("<", "&lt;")) in words
    assert "NaN" not in text.split('id="plotly"')[0]
    assert len(text) < 2_500_000


def test_each_sentence_of_the_answer_stands_beside_what_it_is_about(records, pages):
    text = pages["two factors"].read_text(encoding="utf-8")
    answer = told(records["two factors"].influence)
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", text.split("</section>")[0])
    lead, *others = [sentence for sentences in answer.values() for sentence in sentences]
    assert f'<p class="lead">{html.escape(lead)}</p>' in text
    beside = [about for about, sentences in answer.items() if set(sentences) - {lead}]
    assert [about for about, _ in rows if about != "besides"] == beside
    shown = [one for about, row in rows for one in re.findall("<p>(.*?)</p>", row)]
    assert shown[: len(others)] == [html.escape(one) for one in others]


def test_the_page_imports_no_library_that_it_does_not_need(records):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from rich.console import Console\n"
        "from ganrun.report.sweep_command import report_sweep\n"
        "report_sweep(Path(sys.argv[1]), Console(), figures=None)\n"
        "print(sorted({'jax', 'matplotlib', 'plotly', 'sklearn'} & set(sys.modules)))\n"
    )
    path = str(records["two factors"].path)
    done = subprocess.run(
        [sys.executable, "-c", code, path], check=True, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_without_plotly_there_is_one_clear_line(monkeypatch):
    plotly_script.plotly_text.cache_clear()
    monkeypatch.setattr(plotly_script, "find_spec", lambda _: None)
    with pytest.raises(StoreError, match="plotly"):
        plotly_script.plotly_text()


def test_nothing_in_a_sweeps_folder_can_become_markup(early, tmp_path):
    place = tmp_path / HOSTILE.replace("/", "")
    folder = stored_sweep(place, GRID, some_missing)
    as_earlier(folder.trial_path(Design(folder.sweep).trial(1).experiment), error=HOSTILE)
    shown = early.open_file(write_sweep_page(read_sweep(folder.path)))
    assert shown.title().startswith("grid: ")
    assert shown.locator("img").count() == 0
    assert HOSTILE in shown.locator(".notice").inner_text()
    shown.get_by_role("button", name="Command for the report of trial 0", exact=True).click()
    command = shlex.split(shown.locator("#trial-command code").inner_text())
    assert command[:2] == ["ganrun", "report"]
    assert Path(command[2]).parent == folder.trials
    assert_quiet(early)


def test_the_table_holds_what_results_csv_holds(records):
    record = records["choices, a log range and cases"]
    data, results = table_data(record), read_results(record)
    columns = {column["name"]: column for column in data["columns"]}
    assert list(columns)[:4] == ["generator.hidden", "optimizer.learning_rate", "case", "seed"]
    for index in range(len(record.rows)):
        trial = record.design.trial(index)
        cell = index // len(data["seeds"])
        assert columns["case"]["cells"][cell] == trial.case
        assert columns["optimizer.learning_rate"]["cells"][cell] == trial.values[1]
        assert columns["verdict"]["trials"][index] == results["verdict"][index]
        text = results["modes_covered"][index]
        assert columns["modes_covered"]["trials"][index] == (int(text) if text else None)
        folder = record.folder.trial_path(trial.experiment).name
        assert folder_name(record, index, results["id"][index]) == folder


def test_what_trials_came_to_when_played_on_has_a_column(records):
    record = records["two factors"]
    played = [replace(row, confirmed="collapsed" if row.index == 0 else "") for row in record.rows]
    names = [column["name"] for column in table_data(record)["columns"]]
    assert "confirmed" not in names
    columns = {c["name"]: c for c in table_data(replace(record, rows=played))["columns"]}
    assert columns["confirmed"]["trials"][:2] == ["collapsed", ""]
    assert columns["verdict"]["title"] == "the quick verdict"


def test_outcomes_are_those_that_influence_is_computed_from(records):
    for kind in ("incomplete", "a Latin hypercube", "all diverged"):
        record = records[kind]
        data = phase_data(record)
        assert {one["name"] for one in data["outcomes"]} == set(OUTCOMES)
        assert [one["name"] for one in data["outcomes"]][:2] == [MODES_MISSING, MISSED]
        for outcome in data["outcomes"]:
            values = outcome_values(record.trials, outcome["name"])
            told = np.array([np.nan if v is None else v for v in outcome["values"]], dtype=float)
            np.testing.assert_array_equal(told, values)


def test_the_page_is_sent_a_colour_of_its_own_for_every_verdict(pages):
    text = pages["two factors"].read_text()
    sent = json.loads(re.search(r'"colours": ?(\{[^}]*\})', text)[1])
    assert list(sent) == [one.word for one in FROM_THE_WORST]
    assert all(f"{name}: #" in text for name in sent.values())


# which trials stand for a cell


def test_the_median_and_the_worst_are_those_of_a_plain_sort():
    rng = np.random.default_rng(3)
    for size in range(1, 9):
        rows = [
            Row(i, 0, i, "complete", "collapsed", 5, None, int(rng.integers(0, 6)), rng.random())
            for i in range(size)
        ]
        plain = sorted(rows, key=lambda row: (row.missing, row.mode_tv))
        assert from_best_to_worst(rows) == plain
        assert median_trial(rows) == plain[size // 2]
        assert worst_trial(rows) == plain[-1]


def test_a_trial_that_diverged_is_worse_than_any_that_did_not():
    bad = Row(0, 0, 0, "complete", "collapsed", 5, 0, 5, 1.0)
    diverged = Row(1, 0, 1, "diverged", "diverged", 5, 5, 0, 0.0)
    missing = Row(2, 0, 2, "missing", "")
    assert from_best_to_worst([diverged, missing, bad]) == [bad, diverged]


# the samples


def test_samples_come_back_within_half_a_step_and_strays_not_at_all():
    rng = np.random.default_rng(0)
    extent = (-2.0, 3.0, -1.0, 4.0)
    samples = rng.uniform(-2.5, 4.5, (5, 200, 2)).astype(np.float32)
    samples[0, 0] = np.nan, 0.0
    samples[0, 1] = np.inf, 0.0
    samples[0, 2] = -2.0, 4.0  # a corner
    codes = quantized(samples, extent)
    low, high = window(extent)
    back = np.where(codes == 255, np.nan, low + codes / 254 * (high - low))
    x, y = samples[..., 0], samples[..., 1]
    inside = (x >= -2) & (x <= 3) & (y >= -1) & (y <= 4)
    np.testing.assert_array_equal(np.isnan(back).any(axis=-1), ~inside)
    np.testing.assert_array_equal(np.isnan(back).all(axis=-1), ~inside)
    assert np.abs(back[inside] - samples[inside]).max() <= (high - low) / 254 / 2 + 1e-6


def test_frames_are_the_snapshots_of_the_folder(records):
    record = records["two factors"]
    frames = read_frames(record, 4)
    trial = record.design.trial(4)
    with np.load(record.folder.trial_path(trial.experiment) / "snapshots.npz") as stored:
        samples, steps = stored["samples"], stored["steps"]
    assert frames.steps == tuple(steps)
    mixture = mixture_of(trial.experiment.target)
    np.testing.assert_array_equal(frames.codes, quantized(samples, mixture.extent))
    for covered, one in zip(frames.covered, samples.astype(np.float64), strict=True):
        measured = evaluate_samples(one, mixture.means, mixture.whitening, mixture.weights)
        np.testing.assert_array_equal(covered, measured["covered"])
    packed = frames_data(record)["trials"]["4"]
    assert base64.b64decode(packed["b64"]) == frames.codes.tobytes()


def test_where_there_is_no_room_for_all_the_cells_medians_and_worst_come_first(records):
    record = records["two factors"]
    order = trials_by_need(record)
    assert sorted(order) == [row.index for row in record.rows if row.has_result]
    needed = set()
    for cell in phase_grid(record).cells:
        rows = [record.rows[index] for index in cell.trials]
        needed |= {median_trial(rows).index, worst_trial(rows).index}
    assert set(order[: len(needed)]) == needed
    some = frames_data(record, most_bytes=5_000)["trials"]
    assert list(some) == [str(index) for index in order[: len(some)]]
    assert 0 < len(some) < len(order)
    assert len(json.dumps(some)) < 7_000


def test_a_damaged_trial_costs_its_own_samples_alone(tmp_path):
    folder = stored_sweep(tmp_path)
    record = read_sweep(folder.path)
    damaged = folder.trial_path(record.design.trial(0).experiment) / "snapshots.npz"
    damaged.write_bytes(damaged.read_bytes()[:100])
    assert "0" not in frames_data(record)["trials"]
    assert len(frames_data(record)["trials"]) == record.finished - 1
    assert sweep_page(record)


def test_a_scene_has_the_ellipse_of_every_mode():
    from ganrun.config.targets import Custom

    target = Custom(means=[[0.0, 1.0]], covariances=[[[4.0, 0.0], [0.0, 1.0]]])
    (mode,) = scene_target(mixture_of(target))["modes"]
    assert (mode["x"], mode["y"], mode["weight"]) == (0.0, 1.0, 1.0)
    assert (mode["rx"], mode["ry"]) == (6.0, 3.0)
    assert abs(np.sin(mode["angle"])) < 1e-9


# the trials' own pages


def test_every_finished_trial_gets_a_page_and_none_is_made_twice(tmp_path, monkeypatch):
    monkeypatch.setattr(trial_pages, "cores", lambda: 1)
    folder = stored_sweep(tmp_path, GRID, some_missing)
    record = read_sweep(folder.path)
    told = []
    made = write_trial_pages(record, lambda done, total: told.append((done, total)))
    assert (made.written, made.current, made.problems) == (record.finished, 0, [])
    assert told[-1] == (record.finished, record.finished)
    again = write_trial_pages(record)
    assert (again.written, again.current) == (0, record.finished)
    pages = sorted(path.parent.name for path in folder.trials.glob("*/report.html"))
    finished = [row.index for row in record.rows if row.has_result]
    assert pages == sorted(
        folder.trial_path(record.design.trial(index).experiment).name for index in finished
    )
    assert table_data(read_sweep(folder.path))["reports"].count("1") == record.finished


def test_a_page_that_is_older_than_its_run_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setattr(trial_pages, "cores", lambda: 1)
    folder = stored_sweep(tmp_path)
    record = read_sweep(folder.path)
    write_trial_pages(record)
    one = folder.trial_path(record.design.trial(2).experiment)
    os.utime(one / "report.html", (1, 1))
    assert not is_current(one)
    assert write_trial_pages(record).written == 1
    assert is_current(one)


def test_a_trial_that_cannot_be_read_is_a_line_and_hides_no_other(tmp_path):
    folder = stored_sweep(tmp_path)
    record = read_sweep(folder.path)
    damaged = folder.trial_path(record.design.trial(2).experiment) / "summary.json"
    damaged.write_text("{")
    made = write_trial_pages(record)
    (problem,) = made.problems
    assert problem.startswith(f"{damaged}: does not hold what was written there; ")
    assert made.written == record.finished - 1


def test_the_command_writes_the_page_and_with_all_those_of_the_trials(tmp_path):
    folder = stored_sweep(tmp_path)
    command = ["report", str(folder.path), "--no-figures", "--all"]
    done = subprocess.run(
        [sys.executable, "-m", "ganrun", *command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{folder.trials}: 18 pages made" in done.stdout
    assert f"{folder.path / 'report.html'}: the sweep to explore, in a browser" in done.stdout
    assert (
        island((folder.path / "report.html").read_text(), "sweep")["table"]["reports"] == "1" * 18
    )
    damaged = next(folder.trials.glob("tiny-*")) / "config.yaml"
    damaged.write_text("target: {}\n")
    (damaged.parent / "report.html").unlink()
    code, output, errors = cli(*command)
    assert code == 1
    (line,) = errors.splitlines()
    assert line.startswith(f"{damaged}: does not hold what was written there; ")
    assert "17 up to date already" in output


def test_options_that_make_no_sense_are_refused(tmp_path):
    folder = stored_sweep(tmp_path)
    trial = str(next(folder.trials.glob("tiny-*")))
    for arguments in ((str(folder.path), "--gif"), (trial, "--all")):
        code, _, errors = cli("report", *arguments)
        assert code == 2
        assert "Traceback" not in errors


# in a browser


def opened(watched, path: Path):
    """The page, its charts drawn."""
    browser_page = watched.open_file(path)
    browser_page.evaluate("async () => { await ganrun.charts }")
    return browser_page


@pytest.fixture
def plain(open_page):  # noqa: F811
    """A tab where plotly cannot be unpacked, for what has nothing to do with charts.

    To draw them takes four times as long as all the rest.
    """
    return open_page(**DESKTOP, **WITHOUT_CHARTS)


@pytest.fixture
def early(open_page):  # noqa: F811
    """A tab where a page's charts are still to come, whatever else is done there."""
    return open_page(**DESKTOP, begin="window.requestIdleCallback = () => 0")


def assert_quiet(watched) -> None:
    """Software WebGL warns of its own slowness, which is no fault of the page."""
    watched.console = [line for line in watched.console if "GL Driver Message" not in line]
    watched.assert_quiet()


@pytest.fixture(scope="module", params=ALL_KINDS)
def seen(request, chromium, pages):  # noqa: F811
    """A kind of sweep and its page, for the tests that only look at it."""
    with chromium.lent() as lend:
        watched = lend(**DESKTOP)
        opened(watched, pages[request.param])
        yield request.param, watched


def test_the_page_of_every_sweep_opens_from_disk_and_asks_for_nothing(seen):
    _, watched = seen
    assert watched.page.locator("h1").count() == 1
    assert_quiet(watched)
    watched.assert_no_sideways_scroll()


def test_the_cells_of_the_page_are_those_of_the_figure(seen, records):
    kind, watched = seen
    record = records[kind]
    drawn = watched.page.evaluate(
        "ganrun.phase.cells.map(({row, column, trials, rate, median, worst}) =>"
        " ({row, column, trials, rate, median, worst}))"
    )
    told = {(cell["row"], cell["column"]): cell for cell in drawn}
    cells = phase_grid(record).cells
    assert set(told) == {(cell.row, cell.column) for cell in cells}
    column = outcome_column(record.trials, MODES_MISSING, record.levels)
    group = np.full(len(record.rows), -1)
    for number, cell in enumerate(cells):
        group[cell.trials] = number
    values = np.where(group < 0, np.nan, column.values)
    plain = replace(column, values=values).summaries(np.maximum(group, 0), len(cells))
    for number, cell in enumerate(cells):
        one = told[cell.row, cell.column]
        assert sorted(one["trials"]) == cell.trials.tolist()
        rows = [record.rows[index] for index in cell.trials]
        middle, worst = median_trial(rows), worst_trial(rows)
        assert one["median"] == (middle.index if middle else None)
        assert one["worst"] == (worst.index if worst else None)
        for key in ("trials", "value", "low", "high"):
            assert one["rate"][key] == pytest.approx(plain[number][key], abs=2e-5), (kind, key)


def test_rates_by_any_two_factors_are_those_of_influence_json(plain, records, pages):
    record = records["choices, a log range and cases"]
    shown = opened(plain, pages["choices, a log range and cases"])
    for outcome in OUTCOMES:
        for pair in record.influence["outcomes"][outcome]["pairs"]:
            across, down = pair["fields"]
            drawn = shown.evaluate(
                "([across, down, name]) => { const {phase} = ganrun;"
                " phase.outcome = phase.phase.outcomes.find((one) => one.name === name);"
                " phase.view = {across, down, fixed: {}};"
                " phase.build();"
                " return phase.cells.map(({row, column, rate}) => ({row, column, rate})) }",
                [across, down, outcome],
            )
            data = {one["field"]: one for one in phase_data(record)["factors"]}
            for cell in pair["cells"]:
                column = data[across]["across"]["place"][cell["levels"][0]]
                row = data[down]["down"]["place"][cell["levels"][1]]
                if data[down]["down"]["rising"]:
                    row = len(data[down]["levels"]) - 1 - row
                one = next(c for c in drawn if (c["row"], c["column"]) == (row, column))
                for key in ("trials", "value", "low", "high"):
                    assert one["rate"][key] == pytest.approx(cell[key], abs=1e-5), (outcome, key)
    assert set(RATES) < set(OUTCOMES)


def test_pointing_at_a_cell_shows_its_rate_and_its_runs(plain, records, pages):
    shown = opened(plain, pages["two factors"])
    first = shown.get_by_role(
        "button", name=re.compile("ratio 0.1, number of discriminator steps 1:")
    )
    last = shown.get_by_role(
        "button", name=re.compile("ratio 10, number of discriminator steps 5:")
    )
    told = "3.0 [1.9, 3.9] modes missing, mean, 3 trials, 2.0 of 5 modes recovered"
    assert told in last.text_content()
    first.hover()
    panel = shown.locator("#cell")
    assert "Learning-rate ratio 0.1" in panel.inner_text()
    assert re.search(r"5\.0\s+modes missing, mean\s+\[3\.8, 5\.0\]", panel.inner_text())
    menus = shown.locator("#phase-menus select")
    menus.first.select_option("collapsed")
    first.hover()
    assert re.search(r"0 %\s+collapsed by the quick verdict\s+\[0, 67\]", panel.inner_text())
    assert "3 trials: 3 undertrained" in panel.inner_text()
    assert panel.locator(".thumbs canvas").count() == 3
    drawn = plain.pixels("#cell .thumbs canvas")
    last.hover()
    assert "3 trials: 3 collapsed" in panel.inner_text()
    assert plain.pixels("#cell .thumbs canvas") != drawn
    shown.locator("h1").hover()
    # Away from the diagram, the panel shows again the cell that is selected.
    selected = shown.locator("[aria-selected=true] .cell").text_content()
    assert selected.lower().startswith(panel.locator("h3").inner_text().lower())
    assert_quiet(plain)


def test_the_interval_of_the_cell_that_it_opens_at_knows_that_it_was_picked(plain, records, pages):
    record = records["two factors"]
    panel = opened(plain, pages["two factors"]).locator("#cell .cell-rate")
    grid = phase_grid(record)
    column = outcome_column(record.trials, MODES_MISSING, record.levels)
    group = np.empty(len(record.rows), dtype=int)
    for number, cell in enumerate(grid.cells):
        group[cell.trials] = number
    cells, level = len(grid.cells), simultaneous_level(len(grid.cells))
    picked, plain = (
        max(column.summaries(group, cells, level=one), key=lambda found: found["value"] or 0)
        for one in (level, LEVEL)
    )
    ends = f"[{picked['low']:.1f}, {picked['high']:.1f}], picked as the most of {cells} cells"
    assert panel.inner_text().endswith(ends)
    assert picked["low"] < plain["low"]


def test_a_press_plays_the_median_and_the_worst(plain, records, pages):
    shown, record = opened(plain, pages["two factors"]), records["two factors"]
    shown.get_by_role(
        "button", name=re.compile("ratio 1, number of discriminator steps 1:")
    ).click()
    sliders = shown.locator("#cell .player-slider")
    assert sliders.count() == 2
    shown.wait_for_function(
        "[...document.querySelectorAll('#cell .player-slider')].every((s) => s.value === '2')"
    )
    cell = next(c for c in phase_grid(record).cells if (c.row, c.column) == (1, 1))
    rows = [record.rows[index] for index in cell.trials]
    titles = shown.locator("#cell .film-title").all_inner_texts()
    assert titles == [
        f"Median seed {median_trial(rows).seed}",
        f"Worst seed {worst_trial(rows).seed}",
    ]
    after = plain.pixels("#cell .player-canvas")
    sliders.first.focus()
    shown.keyboard.press("Home")
    assert plain.pixels("#cell .player-canvas") != after
    assert_quiet(plain)


def test_the_diagram_can_be_walked_and_played_with_the_keyboard_alone(plain, pages):
    shown = opened(plain, pages["two factors"])
    for _ in range(20):
        shown.keyboard.press("Tab")
        if shown.evaluate("document.activeElement.className") == "cell":
            break
    walked = [shown.evaluate("document.activeElement.textContent")]
    shown.keyboard.press("Home")
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp", "End", "Home"):
        shown.keyboard.press(key)
        walked.append(shown.evaluate("document.activeElement.textContent"))
        heading = shown.locator("#cell h3").inner_text()
        assert walked[-1].lower().startswith(heading.lower())
    assert len(set(walked)) >= 4
    assert shown.locator(".cell[tabindex='0']").count() == 1
    shown.keyboard.press("Enter")
    shown.wait_for_function("document.querySelector('#cell .player-slider').value === '2'")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.closest('#cell') !== null")
    assert_quiet(plain)


def test_other_axes_levels_and_outcomes_can_be_chosen(plain, records, pages):
    kind = "choices, a log range and cases"
    shown, record = opened(plain, pages[kind]), records[kind]
    menus = shown.locator("#phase-menus label")
    third = menus.nth(3)
    pooled = shown.locator(".cell").first.text_content()
    third.locator("select").select_option(index=1)
    fixed = shown.locator(".cell").first.text_content()
    assert "3 trials" in pooled  # of four, one diverged
    assert "1 trial," in fixed
    before = menus.nth(1).locator("select").input_value()
    other = menus.nth(2).locator("select").input_value()
    menus.nth(1).locator("select").select_option(other)
    assert menus.nth(2).locator("select").input_value() == before  # the axes changed places
    menus.nth(2).locator("select").select_option("")
    assert shown.locator(".cell").count() == len(record.levels[other])
    menus.first.locator("select").select_option("modes_missing")
    label = shown.locator(".cell").first.text_content()
    assert re.search(r": \d\.\d( \[[\d., ]+\])? modes missing, mean", label)
    assert_quiet(plain)


def test_trials_without_a_result_are_shown_for_what_they_are(early, records, pages):
    shown = early.open_file(pages["incomplete"])
    notice = shown.locator(".notice").inner_text()
    assert "14 of 18 trials have a result" in notice
    assert "no space left on device" in notice
    record = records["incomplete"]
    words = " ".join(
        shown.evaluate(
            "ganrun.phase.cells.map((c) => ganrun.phase.panel.fateWords(c, ganrun.trials))"
        )
    )
    for fate in ("1 failed", "1 interrupted", "1 not begun"):
        assert fate in words
    shown.get_by_role("button", name=re.compile("^no result")).click()
    assert shown.locator("#table-count").inner_text() == "4 of 18 trials"
    statuses = shown.locator("#table .rows td:nth-child(6)").all_inner_texts()
    assert sorted(statuses) == ["failed", "interrupted", "missing", "missing"]
    assert len(record.rows) == 18


def test_where_nothing_has_a_result_the_page_says_so(page, pages):  # noqa: F811
    shown = opened(page, pages["nothing has a result"])
    assert "No trial has a result yet" in shown.locator("#answer").inner_text()
    assert "no result" in shown.locator(".cell").first.inner_text()
    assert "no trial has a result yet" in shown.locator("#lines-chart").inner_text()
    assert_quiet(page)


# the table


def rows_shown(shown) -> list[list[str]]:
    return shown.evaluate(
        "[...document.querySelectorAll('#table .rows tr')].map((row) =>"
        " [...row.cells].map((cell) => cell.textContent))"
    )


def test_the_table_sorts_and_says_how(plain, pages):
    shown = opened(plain, pages["two factors"])
    head = shown.get_by_role("columnheader", name=re.compile("discriminator_"))
    assert head.get_attribute("aria-sort") == "none"
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    steps = [row[2] for row in rows_shown(shown)]
    assert steps == sorted(steps)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert [row[2] for row in rows_shown(shown)] == sorted(steps, reverse=True)
    ratio = shown.get_by_role("columnheader", name=re.compile("learning_"))
    ratio.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "none"
    ratios = [float(row[1]) for row in rows_shown(shown)]
    assert ratios == sorted(ratios)


@pytest.fixture(scope="module")
def filtered(chromium, pages):  # noqa: F811
    """A page for the tests that do nothing to it but fill the table's filter."""
    with chromium.lent() as lend:
        yield opened(lend(**DESKTOP, **WITHOUT_CHARTS), pages["two factors"])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 18),
        ("collapsed", 6),
        ("COLLAPSED", 6),
        ("learning_rate_ratio<1", 6),
        ("learning_rate_ratio<=1 discriminator_steps=5", 6),
        ("optimizer.learning_rate_ratio>1 seed!=0", 4),
        ("verdict=undertrained seed=2", 2),
        ("verdict!=collapsed", 12),
        ("modes_recovered>=2", 12),
        ("disc=1", 9),
        ("nonsense", 0),
    ],
)
def test_the_table_filters_by_words_and_comparisons(filtered, text, count):
    filtered.get_by_label("Filter").fill(text)
    assert len(rows_shown(filtered)) == count
    words = "18 trials" if count == 18 else f"{count} of 18 trials"
    nothing = "" if count else f"“{text}” is nowhere. "
    assert filtered.locator("#table-count").inner_text() == nothing + words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour<3", "No column is called “colour”."),
        ("seed<blue", "“blue” is not a number."),
        ("verdict<3", "“verdict” holds words: use = or !=."),
    ],
)
def test_a_filter_that_cannot_be_understood_says_why(filtered, text, words):
    filtered.get_by_label("Filter").fill(text)
    assert words in filtered.locator("#table-count").inner_text()
    assert filtered.get_by_label("Filter").get_attribute("aria-invalid") == "true"


@pytest.mark.parametrize(
    ("text", "words"),
    [("collapsed", "6 of 18 trials"), ("colour<3", "No column is called “colour”.")],
)
def test_a_page_opened_afresh_is_filtered_at_once(early, pages, text, words):
    shown = early.open_file(pages["two factors"])
    shown.get_by_label("Filter").fill(text)
    assert words in shown.locator("#table-count").inner_text()
    assert_quiet(early)


def test_a_row_opens_its_report_or_shows_the_command_for_it(early, tmp_path):
    folder = stored_sweep(tmp_path)
    record = read_sweep(folder.path)
    trial = folder.trial_path(record.design.trial(0).experiment)
    (trial / "report.html").write_text("<!doctype html><title>its own page</title>")
    shown = early.open_file(write_sweep_page(record))
    shown.get_by_role("button", name="Command for the report of trial 1", exact=True).click()
    other = folder.trial_path(record.design.trial(1).experiment)
    command = shown.locator("#trial-command code").inner_text()
    assert command == f"ganrun report {other}"
    shown.get_by_role("link", name="Report of trial 0", exact=True).click()
    shown.wait_for_function("document.title === 'its own page'")


def test_ten_thousand_rows_sort_and_filter_at_once(page, large, tmp_path):  # noqa: F811
    path = tmp_path / "large.html"
    path.write_text(sweep_page(large), encoding="utf-8")
    shown = opened(page, path)
    assert shown.locator("#table-count").inner_text() == "10,000 trials"
    assert len(rows_shown(shown)) < 100
    timed = shown.evaluate(
        """() => {
          const time = (work) => {
            const start = performance.now();
            work();
            return performance.now() - start;
          };
          const {table, trials} = ganrun;
          const filter = (text) => { table.filter.value = text; table.refresh(); };
          table.refresh(); // once, so that nothing is measured that happens only once
          filter("collapsed");
          return {
            numbers: time(() => table.sortBy(trials.byName.get("high_quality"))),
            words: time(() => table.sortBy(trials.byName.get("verdict"))),
            filter: time(() => filter("collapsed high_quality<0.5")),
            scroll: time(() => { table.scroller.scrollTop = 90000; table.draw(); }),
          };
        }"""
    )
    # A quarter of a second, where a free machine takes a twentieth: tests share theirs.
    assert all(milliseconds < 250 for milliseconds in timed.values()), timed
    shown.get_by_label("Filter").fill("")
    shown.evaluate("document.getElementById('table').scrollTop = 1e9")
    shown.wait_for_function(
        "document.querySelector('#table .rows tr:last-child').getAttribute('aria-rowindex')"
        " === '10001'"
    )
    assert len(rows_shown(shown)) < 100
    assert_quiet(page)


# the charts


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_charts_are_there_in_the_colours_of_the_page(open_page, records, pages, scheme):  # noqa: F811
    watched = open_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    shown = opened(watched, pages["two factors"])
    assert shown.locator("#ranking-chart svg.main-svg").count() > 0
    assert shown.locator("[data-levels] svg.main-svg").count() >= 2
    assert shown.locator("#lines-chart .parcoords").count() > 0
    ink = shown.evaluate(
        "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"
    )
    assert shown.evaluate("document.getElementById('ranking-chart').layout.font.color") == ink
    for _ in range(1 if scheme == "dark" else 2):  # from the system's to light, then to dark
        shown.get_by_role("button", name="Colours").click()
    shown.wait_for_function(
        f"document.getElementById('ranking-chart').layout.font.color !== '{ink}'"
    )
    assert_quiet(watched)


def test_the_charts_hold_the_numbers_of_influence_json(page, records, pages):  # noqa: F811
    record = records["two factors"]
    shown = opened(page, pages["two factors"])
    data = shown.evaluate("document.getElementById('ranking-chart').data.map(({x}) => x[0])")
    effects = record.effects
    wanted = [one.share["value"] for one in effects if one.share]
    wanted += [one.total["value"] for one in effects if one.total]
    assert data == pytest.approx([min(max(value, 0), 1) for value in wanted])
    levels = shown.evaluate(
        "Object.fromEntries(document.querySelector('[data-levels]').data"
        ".map(({name, y}) => [name, y]))"
    )
    rates = record.rates(MISSED, record.varied[0])
    assert levels["miss any mode"] == pytest.approx([one["value"] for one in rates])
    numbers = shown.locator("#ranking .numbers-of").inner_html()
    assert all(wording.interval(one.leading).replace("<", "&lt;") in numbers for one in effects)


def test_lines_that_are_kept_are_the_rows_of_the_table(page, pages):  # noqa: F811
    shown = opened(page, pages["two factors"])
    axis = shown.locator("#lines-chart .axis-brush .background").first
    axis.scroll_into_view_if_needed()
    box = axis.bounding_box()
    x = box["x"] + box["width"] / 2
    shown.mouse.move(x, box["y"] + 2)
    shown.mouse.down()
    shown.mouse.move(x, box["y"] + 20, steps=4)
    shown.mouse.move(x, box["y"] + 40, steps=4)
    shown.mouse.up()
    shown.wait_for_function(
        "document.getElementById('table-count').textContent.startsWith('6 of 18 trials')"
    )
    assert {row[1] for row in rows_shown(shown)} == {"10"}
    shown.get_by_role("button", name="Show all lines again").click()
    shown.wait_for_function("document.getElementById('table-count').textContent === '18 trials'")
    assert_quiet(page)


def test_where_a_browser_cannot_unpack_the_charts_the_rest_works(plain, pages):
    shown = opened(plain, pages["two factors"])
    assert "DecompressionStream" in shown.locator("#ranking-chart").inner_text()
    assert shown.locator("#ranking table").is_visible()
    assert len(rows_shown(shown)) == 18
    shown.locator(".cell").first.click()
    assert shown.locator("#cell .player-canvas").count() > 0
    assert_quiet(plain)


# everybody


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["two factors", "cases alone", "incomplete"])
def test_there_is_no_serious_barrier(open_page, axe, pages, kind, scheme):  # noqa: F811
    watched = open_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    shown = opened(watched, pages[kind])
    for details in shown.locator("details").all():
        details.evaluate("element => element.open = true")
    assert axe(shown) == []


def test_the_page_fits_a_phone(open_page, axe, pages):  # noqa: F811
    watched = open_page(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=3)
    shown = opened(watched, pages["choices, a log range and cases"])
    watched.assert_no_sideways_scroll()
    shown.locator(".cell").last.tap()
    panel = shown.locator("#cell").bounding_box()
    assert panel["y"] < PHONE["height"]
    assert axe(shown) == []
    assert_quiet(watched)


def test_the_same_sweep_gives_the_same_page(records):
    record = records["two factors"]
    assert sweep_page(record) == sweep_page(record)


def test_a_page_of_mixed_targets_draws_each_on_its_own(plain, tmp_path):
    text = """
name: targets
seeds: 1
vary:
  target.modes: [3, 7]
  target.radius: [1.0, 3.0]
"""
    record = read_sweep(stored_sweep(tmp_path, text, by_ratio_or_collapse).path)
    shown = opened(plain, write_sweep_page(record))
    modes = shown.evaluate("ganrun.sweep.frames.targets.map((target) => target.modes.length)")
    assert sorted(modes) == [3, 3, 7, 7]
    assert_quiet(plain)


def by_ratio_or_collapse(trial) -> str:
    return "collapsed" if trial.index % 2 else "converged"
