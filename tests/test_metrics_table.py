"""`metrics.csv`: the same bytes for the same numbers, and files with other columns than today's."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_examples import fake_run, stored_run
from store_examples import (
    NUMERICS,
    VERDICT,
    as_earlier,
    begin,
    evaluated,
    experiment,
    play,
    row,
    train,
)

from ganrun.config.metrics import METRICS, SUMMARY_METRICS, metrics_columns, share_columns
from ganrun.report.curve_panels import choose_panels
from ganrun.report.figures import write_figures
from ganrun.report.run_record import RunRecord, read_record
from ganrun.report.run_story import sentence
from ganrun.report.tables.run import result_lines, results_json
from ganrun.report.web.run_page import run_page
from ganrun.store import RunFolder, find_shorter
from ganrun.store.formats import FormatError
from ganrun.store.metrics_table import MetricsTable, metric_line, read_metrics
from ganrun.verdict import likelihoods
from ganrun.verdict.words import WORDS

floats32 = st.floats(width=32)
COUNTED = ("modes_captured", "modes_covered")
MEASURED = [name for name in metrics_columns(2)[1:] if name not in COUNTED]


def test_a_file_begins_with_its_columns() -> None:
    assert MetricsTable(2).content().decode() == ",".join(metrics_columns(2)) + "\n"


@given(st.lists(st.dictionaries(st.sampled_from(MEASURED), st.none() | floats32), max_size=4))
def test_every_float32_comes_back_as_it_was_and_the_rest_as_nothing(
    rows: list[dict[str, float | None]],
) -> None:
    table = MetricsTable(2).with_rows([row | {"step": step} for step, row in enumerate(rows)])
    assert read_metrics(table.content(), 2) == table
    arrays = table.arrays()
    for column in MEASURED:
        wanted = [row.get(column) for row in rows]
        wanted = [v if v is not None and math.isfinite(v) else math.nan for v in wanted]
        assert np.array_equal(arrays[column].astype(np.float32), np.float32(wanted), equal_nan=True)
        read = np.array([0.0 if math.isnan(v) else v for v in arrays[column]])
        assert np.isfinite(read).all()


@given(floats32.filter(math.isfinite))
def test_a_float_is_written_as_short_as_its_float32_allows(value: float) -> None:
    (text,) = [cell for cell in metric_line({"step": 0, "nll": value}, 1).split(",")[1:] if cell]
    assert text == str(np.float32(value))


def test_a_float64_is_written_as_the_float32_that_it_is() -> None:
    assert metric_line({"step": 3, "loss_d": 0.1, "share_0": 1 / 3}, 1).split(",")[:2] == [
        "3",
        "0.1",
    ]
    assert metric_line({"step": 3, "share_0": 1 / 3}, 1).endswith(",0.33333334")
    assert metric_line({"step": 3, "share_0": 1e300}, 1).endswith(",")  # infinite as a float32


def test_counts_are_written_whole_and_shares_may_come_as_one_array() -> None:
    row = {"step": np.int64(250), "modes_covered": np.float32(2), "shares": np.float32([0.5, 0])}
    cells = dict(zip(metrics_columns(2), metric_line(row, 2).split(","), strict=True))
    assert (cells["step"], cells["modes_covered"]) == ("250", "2")
    assert (cells["share_0"], cells["share_1"]) == ("0.5", "0.0")


@pytest.mark.parametrize("name", ["los_d", "share_2", "kl"])
def test_a_column_that_is_not_there_is_a_mistake(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        metric_line({"step": 0, name: 1.0}, 2)


def test_pandas_reads_the_metrics_in_one_call() -> None:
    written = MetricsTable(2).with_rows([{"step": 0}, {"step": 250, "loss_d": 1.5}])
    table = pd.read_csv(io.BytesIO(written.content()))
    assert tuple(table.columns) == metrics_columns(2)
    assert table["loss_d"].isna().tolist() == [True, False]


HEADER = ",".join(metrics_columns(1))
EMPTY = "," * (len(metrics_columns(1)) - 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "middle of a line"),
        (HEADER, "middle of a line"),
        (f"{HEADER}\n0{EMPTY}", "middle of a line"),
        (f"{HEADER}\n0,1\n", "line 2 has 2 cells"),
        (f"{HEADER}\n\n", "line 2 has 1 cells"),
        (f"step\n0{EMPTY}\n", "header"),
        (f"{HEADER},share_1\n", "header"),
        (f"{HEADER}\nx{EMPTY}\n", "column step"),
        (f"{HEADER}\n99999999999999999999{EMPTY}\n", "column step"),
        (f"{HEADER}\n-1{EMPTY}\n", "do not increase"),
        (f"{HEADER}\n1{EMPTY}\n1{EMPTY}\n", "do not increase"),
        (f"{HEADER}\n0,nan{EMPTY[1:]}\n", "column loss_d"),
        (f"{HEADER}\n0,1e999{EMPTY[1:]}\n", "column loss_d"),
        (f"{HEADER}\n0,abc{EMPTY[1:]}\n", "column loss_d"),
        (f"{HEADER}\r\n", "header"),
        ("ä\n", "plain text"),
    ],
)
def test_damaged_metrics_are_told(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_metrics(text.encode(), 1)


# other columns than today's

NEEDED = {"step", *share_columns(3)}
OPTIONAL = [name for name in metrics_columns(3) if name not in NEEDED]
STRANGE = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in METRICS and not re.fullmatch(r"step|share_\d+", name)
)


@st.composite
def other_columns(draw: st.DrawFn) -> tuple[str, ...]:
    """The columns of another version: some of today's, and some that today's does not know."""
    kept = draw(st.sets(st.sampled_from(OPTIONAL)))
    strange = draw(st.sets(STRANGE, max_size=3))
    return ("step", *draw(st.permutations([*kept, *strange, *share_columns(3)])))


def written_with(columns: tuple[str, ...], content: bytes) -> bytes:
    """The file as a version with these columns would have written it."""
    header, *lines = content.decode().splitlines()
    names = header.split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in lines]
    cells = [[row.get(name, f"of {name}") for name in columns] for row in rows]
    return "".join(f"{','.join(row)}\n" for row in [list(columns), *cells]).encode()


def rewrite(folder: Path, columns: tuple[str, ...]) -> None:
    path = folder / "metrics.csv"
    path.write_bytes(written_with(columns, path.read_bytes()))
    as_earlier(folder)


@given(other_columns(), st.integers(0, 4))
def test_a_table_with_other_columns_holds_what_it_has_and_nothing_else(
    columns: tuple[str, ...], rows: int
) -> None:
    table = MetricsTable(3).with_rows([row(10 * number) for number in range(rows)])
    read = read_metrics(written_with(columns, table.content()), 3)
    arrays = read.arrays()
    assert tuple(arrays) == metrics_columns(3)
    for name, values in table.arrays().items():
        wanted = values if name in columns else np.full(rows, np.nan)
        np.testing.assert_array_equal(arrays[name], wanted)
    assert read.columns[: len(arrays)] == metrics_columns(3)
    assert set(read.unknown) == set(columns) - set(arrays)
    assert read_metrics(read.content(), 3) == read
    more = read.with_rows([row(10 * rows)])
    assert {line.count(",") for line in more.lines} == {len(more.columns) - 1}
    assert more.arrays()["high_quality"][-1] == table.with_rows([row(10 * rows)]).arrays()[
        "high_quality"][-1]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("step,share_0", "its header is not that of a run with 2 modes"),
        ("step,share_0,share_1,share_2", "its header is not that of a run with 2 modes"),
        ("share_0,share_1", "its header has no column step"),
        ("step,share_0,share_1,a,b,a", "its header has column a more than once"),
        ("step,share_0,share_1,", "its header has a column without a name"),
    ],
)
def test_a_header_without_rounds_or_with_shares_of_other_modes_is_no_run_s(
    header: str, message: str
) -> None:
    with pytest.raises(FormatError, match=f"^{message}$"):
        read_metrics(f"{header}\n".encode(), 2)


def test_a_metric_may_be_called_a_share_of_something() -> None:
    read = read_metrics(b"step,share_0,share_of_noise\n0,0.5,0.25\n", 1)
    assert read.unknown == ("share_of_noise",)


OLD = ("step", "loss_g", "dropped_long_ago", "mode_tv", *share_columns(3))


def aligned(folder: Path) -> pd.DataFrame:
    """The file as pandas reads it; today's columns come first, each with its own."""
    found = pd.read_csv(folder / "metrics.csv")
    assert tuple(found.columns) == (*metrics_columns(3), "dropped_long_ago")
    assert found["dropped_long_ago"].isna().tolist() == (found["step"] > 20).tolist()
    return found


def test_an_old_run_with_other_columns_is_gone_on_with_in_today_s(tmp_path: Path) -> None:
    whole = train(tmp_path / "whole", experiment()).metrics()
    with begin(tmp_path / "old", experiment()) as run:
        play(run, until=20)
    rewrite(run.path, OLD)
    with begin(tmp_path / "old", experiment()) as run:
        play(run)
        run.finish("complete", VERDICT)
    found = aligned(run.path)
    old = found["step"] <= 20
    for name, values in whole.items():
        wanted = values if name in OLD else np.where(old, np.nan, values)
        np.testing.assert_allclose(found[name], wanted, rtol=1e-6, err_msg=name)
    assert RunFolder(run.path).metrics()["step"].tolist() == found["step"].tolist()


def test_rows_that_were_never_committed_are_cut_from_an_old_table_too(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
    kept = {name: (run.path / name).read_bytes() for name in ("checkpoint.safetensors",)}
    with begin(tmp_path, experiment()) as run:
        play(run, until=40)
    for name, content in kept.items():
        (run.path / name).write_bytes(content)
    rewrite(run.path, OLD)
    with begin(tmp_path, experiment()) as run:
        assert run.metrics()["step"].tolist() == [0, 10, 20]
    assert aligned(run.path)["step"].tolist() == [0, 10, 20]


def test_a_longer_run_goes_on_from_an_old_one_with_other_columns(tmp_path: Path) -> None:
    shorter = train(tmp_path, experiment(steps=20))
    rewrite(shorter.path, OLD)
    with begin(tmp_path, experiment()) as run:
        source = find_shorter(tmp_path, run.experiment, numerics=NUMERICS)
        assert source is not None
        run.start_from(source, evaluated=evaluated(40), snapped=evaluated(40))
        play(run)
    assert aligned(run.path)["step"].tolist() == evaluated(40)


FIVE = share_columns(5)
ALONE = ("step", *FIVE)
SETS = {
    "no metric": ALONE,
    "another metric": (*ALONE, "from_tomorrow"),
    **{f"no {name}": tuple(n for n in metrics_columns(5) if n != name) for name in OPTIONAL},
}


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = fake_run(modes=[0, 3], verdict="collapsed", snapshots=10)
    return stored_run(tmp_path_factory.mktemp("reported"), run, steps=10_000)


@pytest.mark.parametrize("columns", SETS.values(), ids=SETS)
def test_a_run_with_other_metrics_is_judged_told_and_shown(
    reported: Path, tmp_path: Path, columns: tuple[str, ...]
) -> None:
    folder = tmp_path / reported.name
    shutil.copytree(reported, folder)
    rewrite(folder, columns)
    summary = json.loads((folder / "summary.json").read_text())
    lacking = [name for name in SUMMARY_METRICS if name in OPTIONAL and name not in columns]
    for name in lacking:
        del summary[name]
        summary["reference"].pop(name, None)
    (folder / "summary.json").write_text(
        json.dumps({**summary, "from_tomorrow": [1], "verdict_rule": 0})
    )
    record = read_record(folder)
    can_be_judged = {*likelihoods.NEEDED, "spread"} <= set(columns)
    assert record.verdict in (WORDS if can_be_judged else (None,))
    assert record.missing == (1, 2, 4)
    assert all(record.metric(name) is None for name in lacking)
    assert sentence(record)
    assert json.loads(results_json([record]))["runs"][0]["missing_modes"] == [1, 2, 4]
    assert result_lines([record], 120)
    assert "from_tomorrow" not in run_page(record)
    choose_panels(record)
    if set(columns) <= {*ALONE, "from_tomorrow"}:
        assert len(write_figures(record)) == 3


def without(folder: Path, absent: tuple[str, ...]) -> RunRecord:
    """A run that covers all modes, as a version without some of today's metrics left it."""
    run = stored_run(folder, fake_run(snapshots=10), steps=10_000)
    rewrite(run, tuple(name for name in metrics_columns(5) if name not in absent))
    summary = json.loads((run / "summary.json").read_text()) | {"verdict_rule": 0}
    for name in absent:
        del summary[name]
    (run / "summary.json").write_text(json.dumps(summary))
    return read_record(run)


def test_what_follows_from_the_shares_need_not_be_there_for_a_verdict(tmp_path: Path) -> None:
    whole = without(tmp_path / "whole", ())
    old = without(tmp_path / "old", ("high_quality", "mode_tv"))
    assert (old.verdict, old.evidence) == (whole.verdict, whole.evidence)
    assert old.verdict == "converged"


def test_there_is_no_verdict_without_a_column_that_it_would_rest_on(tmp_path: Path) -> None:
    record = without(tmp_path, ("spread",))
    assert (record.status, record.verdict, record.evidence) == ("complete", None, None)
    assert sentence(record)
    assert json.loads(results_json([record]))["runs"][0]["verdict"] is None
    assert result_lines([record], 120)
    assert run_page(record)
