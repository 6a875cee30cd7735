"""The moving average of a generator: measured beside it, under names of its own."""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path

import jax
import numpy as np
import pytest
from game_examples import experiment, hyper_of, quickly_compiled, sizes_of
from report_examples import fake_run
from rich.console import Console
from test_train import Silent, tiny

from ganrun.config.metrics import (
    AVERAGED,
    AVERAGED_EVALUATION,
    AVERAGED_SUMMARY,
    SUMMARY_METRICS,
    metrics_columns,
)
from ganrun.game import backend
from ganrun.game.members import game_of
from ganrun.game.players import forge
from ganrun.game.population import evaluate
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import initial_state
from ganrun.playing.jobs import Options
from ganrun.report.run_record import RunRecord, read_record
from ganrun.report.run_story import AVERAGED_ROW
from ganrun.report.tables.run import result_lines, results_json
from ganrun.report.web.final_table import final_section
from ganrun.store import RunFolder
from ganrun.store.metrics_table import MetricsTable, read_metrics
from ganrun.train import train_all

pytestmark = pytest.mark.usefixtures("quick_xla")


@pytest.fixture(scope="module")
def runs(quick_xla: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, RunFolder]:
    """Two runs whose averages have no memory and a long one."""
    one = tiny(0, steps=50, generator={"average": 0.0, "hidden": [8]})
    generator = one.generator.model_copy(update={"average": 0.9})
    other = one.model_copy(update={"generator": generator, "name": "slow"})
    options = Options(runs_dir=tmp_path_factory.mktemp("runs"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(backend, "cores", lambda: 1)
        outcomes = train_all([one, other, one], Silent(), options)
    assert [[outcome.how for outcome in group] for group in outcomes] == [["trained"]] * 3
    assert outcomes[0] == outcomes[2], "a run that is asked for twice is trained once"
    first, second = (RunFolder(Path(str(group[0].path))) for group in outcomes[:2])
    return first, second


def test_an_average_without_memory_is_the_generator_itself(
    runs: tuple[RunFolder, RunFolder],
) -> None:
    folder = runs[0]
    metrics, summary = folder.metrics(), folder.summary or {}
    for name in AVERAGED_EVALUATION:
        np.testing.assert_array_equal(metrics[name], metrics[name.removeprefix(AVERAGED)])
    for name in AVERAGED_SUMMARY:
        assert summary[name] == summary[name.removeprefix(AVERAGED)], name


def test_an_average_with_memory_is_another_forger_and_changes_no_move(
    runs: tuple[RunFolder, RunFolder],
) -> None:
    (plain, slow) = (folder.metrics() for folder in runs)
    for name in metrics_columns(3):
        np.testing.assert_array_equal(plain[name], slow[name])
    assert (plain["averaged_nll"][1:] != slow["averaged_nll"][1:]).any()
    assert plain["averaged_nll"][0] == slow["averaged_nll"][0], "it begins where the forger does"


def test_an_average_stands_on_batch_statistics_of_its_own() -> None:
    one = experiment(generator={"average": 0.9, "norm": "batch"})
    game, hyper = game_of(one), hyper_of(one)
    state = initial_state(game, hyper)
    elsewhere = jax.tree.map(lambda x: x + 5.0, state.generator.vectors)
    state = state._replace(generator=state.generator._replace(vectors=elsewhere))
    found = quickly_compiled(functools.partial(evaluate, game, sizes_of(one)))(hyper, state)
    layers = game.generator.unravel(state.average)
    key = round_key(hyper.seed, Stream.EVALUATION, 0)
    played = forge(game, layers, elsewhere, key, len(found.samples)).fake
    np.testing.assert_allclose(found.averaged_samples, played, atol=0.2)
    assert np.abs(np.asarray(found.samples) - np.asarray(played)).max() > 0.5


def test_a_file_without_an_average_has_no_columns_for_one() -> None:
    plain, with_one = MetricsTable(2), MetricsTable(2, averages=True)
    assert not any(name.startswith(AVERAGED) for name in plain.columns)
    rows = [{"step": 0, "averaged_modes_covered": np.float32(2), "averaged_nll": 0.5}]
    assert read_metrics(with_one.with_rows(rows).content(), 2) == with_one.with_rows(rows)
    assert MetricsTable.of(2, [{"step": 1}, *rows]).averages
    with pytest.raises(ValueError, match="averaged_nll"):
        plain.with_rows(rows)


def with_average(run: RunRecord) -> RunRecord:
    """The same run, with an average that is not as good."""
    worse = {AVERAGED + name: run.final[name] for name in SUMMARY_METRICS if name != "modes_total"}
    return dataclasses.replace(run, final=run.final | worse | {"averaged_modes_recovered": 2.0})


def test_tables_and_pages_tell_the_average_beside_the_run_and_judge_by_the_run() -> None:
    plain, run = fake_run(), with_average(fake_run())
    lines = [line.plain for line in result_lines([run], 100)]
    own = next(line for line in lines if line.lstrip().startswith("0 "))
    beside = lines[lines.index(own) + 1]
    assert beside.lstrip().startswith(AVERAGED_ROW)
    assert "5 of 5" in own
    assert "2 of 5" in beside
    assert not any(AVERAGED_ROW in line.plain for line in result_lines([plain], 100))
    assert f'<th scope="col" class="number">{AVERAGED_ROW}</th>' in final_section(run)
    assert AVERAGED_ROW not in final_section(plain)
    (told,) = json.loads(results_json([run]))["runs"]
    assert told["metrics"]["averaged_modes_recovered"] == 2
    assert told["sentence"] == json.loads(results_json([plain]))["runs"][0]["sentence"]


def test_a_stored_average_is_read_back(runs: tuple[RunFolder, RunFolder]) -> None:
    record = read_record(runs[1].path)
    assert record.has_average
    assert record.metric("averaged_nll") == (runs[1].summary or {})["averaged_nll"]
    console = Console(width=80)
    assert all(line.cell_len <= console.width for line in result_lines([record], 80))
