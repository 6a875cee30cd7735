"""Metrics of one's own, and those of moving averages, where runs stand beside each other."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from piece_examples import known_for_a_while, written
from rich.console import Console
from stored_sweeps import stored_sweep

from ganrun.compare.comparison import metrics_of, not_compared
from ganrun.config.giving import give
from ganrun.config.metrics import OWN_METRICS
from ganrun.report.comparison_record import read_comparison
from ganrun.report.figures.comparison import comparison_figure
from ganrun.report.list_reading import list_runs
from ganrun.report.sweep_record import read_sweep
from ganrun.report.tables.comparison import print_comparison
from ganrun.report.tables.runs import runs_json
from ganrun.report.web.comparison_page import comparison_page
from ganrun.report.web.list_table import list_data
from ganrun.report.web.trial_table import table_data
from ganrun.store import DamagedError, RunFolder

MEASURED = """
name: measured
seeds: 7
vary: {training.discriminator_steps: [1]}
cases:
  plain: {evaluation.metrics: [largest_gap]}
  kept: {evaluation.metrics: [largest_gap], generator.average: 0.99}
  bare: {objective: hinge}
"""


@pytest.fixture(scope="module", autouse=True)
def _apart() -> Iterator[None]:
    with known_for_a_while():
        yield


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three cases, of which two measure `largest_gap` and one has a moving average."""
    folder = tmp_path_factory.mktemp("measured")
    give(written(folder, "my_metric.py"))
    collapses = {"plain": "collapsed", "kept": "converged", "bare": "collapsed"}
    made = stored_sweep(folder, MEASURED, lambda trial: collapses[trial.case]).path
    OWN_METRICS._all, OWN_METRICS._in_full = {}, {}  # as in a process that was given nothing
    return made


def compared(sweep: Path, *cases: str):
    return read_comparison([f"{sweep}:case={case}" for case in cases])


def test_a_list_has_a_column_for_each_by_which_it_is_filtered_and_sorted(sweep: Path):
    found = list_runs(sweep / "trials")
    assert "largest_gap" in [column.name for column in found.columns]
    assert {one.values.get("seed") for one in found.where("largest_gap>6").entries} == {6}
    first = found.sorted_by("-largest_gap").entries[0]
    assert first.values["largest_gap"] == 6 + 5 / 8
    told = json.loads(runs_json(found.where("objective=hinge"), at_most=1))["runs"][0]
    assert "largest_gap" not in told["metrics"]
    told = json.loads(runs_json(found.where("largest_gap>6"), at_most=1))["runs"][0]
    assert told["metrics"]["largest_gap"] in (6.25, 6.625)
    cells = {one["name"]: one["cells"] for one in list_data(found)["columns"]}
    assert cells["largest_gap"].count(None) == 7


def test_a_damaged_number_is_found_by_a_list_as_by_who_opens_the_run(sweep: Path, tmp_path: Path):
    path = next(one.path for one in list_runs(sweep / "trials").where("largest_gap>6").entries)
    copy = tmp_path / path.name
    copy.mkdir()
    for file in path.iterdir():
        if file.is_file():
            content = file.read_bytes()
            (copy / file.name).write_bytes(content.replace(b'gap": 6', b'gap": "6"'))
    (damaged,) = list_runs(tmp_path).entries
    with pytest.raises(DamagedError, match="does not hold what was written") as caught:
        _ = RunFolder(copy).summary
    assert damaged.problem == str(caught.value)


def test_a_sweeps_page_has_a_column_for_each(sweep: Path):
    columns = {one["name"]: one for one in table_data(read_sweep(sweep))["columns"]}
    told = columns["largest_gap"]
    assert told["title"] == "Largest distance of a mode's mean from the nearest sample."
    assert sum(one is not None for one in told["trials"]) == 14


def test_groups_are_compared_by_what_both_measured_and_it_is_said_what_only_one_did(sweep: Path):
    record = compared(sweep, "plain", "kept")
    assert metrics_of([one.config for one in record.gathered])[-2:] == (
        "largest_gap",
        "averaged_largest_gap",
    )
    (pair,) = record.pairs
    assert pair.metric("largest_gap").difference["value"] == 3 / 8
    assert pair.metric("largest_gap").worth == "worse"
    alone = "only one of them has a moving average"
    assert pair.metric("averaged_high_quality").not_compared == alone
    (pair,) = compared(sweep, "plain", "bare").pairs
    assert pair.metric("largest_gap").not_compared == "only one of them measured it"
    (pair,) = compared(sweep, "bare", "plain").pairs
    assert pair.metric("modes_recovered").not_compared == ""


def test_pieces_of_one_name_from_two_sources_are_not_compared(sweep: Path, tmp_path: Path):
    record = compared(sweep, "plain", "kept")
    first, second = (one.group for one in record.gathered)
    other = second.config.evaluation.model_copy(update={"metrics": ("largest_gap@00000000",)})
    config = second.config.model_copy(update={"evaluation": other})
    assert not_compared("largest_gap", first.config, config) == (
        "their pieces of that name are of different sources"
    )
    assert not_compared("largest_gap", first.config, first.config) == ""


def test_terminal_page_and_figure_of_a_comparison_show_them(sweep: Path):
    record = compared(sweep, "kept", "plain")
    out = io.StringIO()
    print_comparison(record, Console(file=out, width=120))
    text = " ".join(out.getvalue().split())
    assert "largest gap" in text
    assert "averaged high quality" in text  # as what is not compared
    page = comparison_page(record)
    assert "largest gap" in page
    labels = {axes.get_label() for axes in comparison_figure(record).axes}
    assert {"largest_gap", "averaged_high_quality", "averaged_largest_gap"} <= labels
    json.dumps(record.as_json(), allow_nan=False)
