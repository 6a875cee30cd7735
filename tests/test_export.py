"""Runs in other programs: what pandas, TensorBoard and MLflow open is what the folders hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas
import pytest
from report_examples import fake_run, stored_run
from typer.testing import CliRunner

from ganrun.cli import app
from ganrun.report.exports.exported_run import read_for_export
from ganrun.report.exports.tensorboard import tag_of
from ganrun.report.figures import write_figures
from ganrun.report.figures_wanted import Wanted
from ganrun.report.run_record import read_record
from ganrun.store import RunFolder

# What these programs' own modules warn of is not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seeds of one config; the first has a figure."""
    folder = tmp_path_factory.mktemp("runs")
    paths = [stored_run(folder, fake_run(seed=seed, steps=1000)) for seed in (3, 4)]
    write_figures(read_record(paths[0]), wanted=Wanted(only=("curves",), dots_per_inch=50))
    return folder


def export(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["export", *map(str, arguments)], prog_name="ganrun")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def folders(runs: Path) -> list[Path]:
    return sorted(path for path in runs.iterdir() if not path.name.startswith("."))


def test_parquet_holds_every_number_of_the_runs(runs, tmp_path):
    code, text, errors = export(runs, "--to", "parquet", "--out", tmp_path / "out")
    assert (code, errors) == (0, "")
    assert "2 runs exported" in text
    table = pandas.read_parquet(tmp_path / "out" / "runs.parquet").set_index("seed")
    rounds = pandas.read_parquet(tmp_path / "out" / "metrics.parquet")
    assert list(table.index) == [3, 4]
    for path in folders(runs):
        run = RunFolder(path)
        (seed,) = run.config.seeds
        row = table.loc[seed]
        assert (row["id"], row["status"], row["path"]) == (run.id, run.status, str(path))
        for name in ("high_quality", "modes_recovered", "nll"):
            stored = run.summary[name]
            assert (stored is None and pandas.isna(row[name])) or row[name] == stored
        assert row["config.optimizer.learning_rate"] == 1e-3
        assert row["config.generator.hidden"] == "[64, 64]"
        of_run = rounds[rounds["seed"] == seed]
        written = run.metrics()
        assert list(of_run["step"]) == list(written["step"])
        np.testing.assert_array_equal(of_run["loss_d"], written["loss_d"])
        np.testing.assert_array_equal(
            np.stack(of_run["shares"]),
            np.stack([written[f"share_{mode}"] for mode in range(5)], axis=1),
        )
        assert not any(name.startswith("share_") for name in rounds)


def test_tensorboard_opens_the_curves_the_config_and_the_figures(runs, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    code, text, _ = export(runs, "--to", "tensorboard", "--out", tmp_path)
    assert code == 0
    assert str(tmp_path) in text
    path = folders(runs)[0]
    run = RunFolder(path)
    events = EventAccumulator(str(tmp_path / path.name), size_guidance={"scalars": 0}).Reload()
    written = run.metrics()
    for name in ("loss_d", "high_quality", "share_2"):
        points = events.Scalars(tag_of(name))
        there = np.isfinite(written[name])
        assert [one.step for one in points] == list(written["step"][there])
        np.testing.assert_allclose([one.value for one in points], written[name][there], rtol=1e-6)
    (final,) = events.Scalars("final/modes_recovered")
    assert (final.value, final.step) == (run.summary["modes_recovered"], written["step"][-1])
    (config,) = events.Tensors("config")
    assert "learning_rate: 0.001" in config.tensor_proto.string_val[0].decode()
    (image,) = events.Images("figures/curves")
    assert image.encoded_image_string == (path / "figures" / "curves.png").read_bytes()


def test_an_event_file_written_again_is_the_same_file(runs, tmp_path):
    from ganrun.report.exports.tensorboard import write_events

    run = read_for_export(folders(runs)[1])
    first = write_events(run, tmp_path)
    content = first.read_bytes()
    assert write_events(run, tmp_path) == first
    assert [*first.parent.iterdir()] == [first]
    assert first.read_bytes() == content


def test_mlflow_is_told_of_every_run_once(runs, tmp_path):
    from mlflow.tracking import MlflowClient

    uri = f"sqlite:///{tmp_path}/ml.db"
    code, text, errors = export(runs, "--to", "mlflow", "--out", uri, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(text) == {
        "to": "mlflow",
        "written": [uri],
        "runs": 2,
        "known": 0,
        "problems": [],
    }
    client = MlflowClient(tracking_uri=uri)
    path = folders(runs)[0]
    run = RunFolder(path)
    experiment = client.get_experiment_by_name(run.config.name)
    found = {
        one.data.tags["ganrun.id"]: one for one in client.search_runs([experiment.experiment_id])
    }
    assert len(found) == 2
    logged = found[run.id]
    assert logged.info.run_name == path.name
    assert logged.data.params["optimizer.learning_rate"] == "0.001"
    assert logged.data.params["seed"] == "3"
    assert logged.data.metrics["final/high_quality"] == run.summary["high_quality"]
    # Before the first round there is no loss.
    history = client.get_metric_history(logged.info.run_id, "loss_g")
    written = run.metrics()
    assert [(one.step, one.value) for one in history] == [
        *zip(written["step"][1:], written["loss_g"][1:], strict=True)
    ]
    artifacts = {one.path for one in client.list_artifacts(logged.info.run_id)}
    assert artifacts >= {"config.yaml", "summary.json", "curves.png"}

    _, text, _ = export(runs, "--to", "mlflow", "--out", uri)
    assert "0 runs exported; 2 were there already" in text
    assert len(client.search_runs([experiment.experiment_id])) == 2


def test_a_store_that_cannot_be_used_is_one_line(runs, tmp_path):
    (tmp_path / "file").touch()
    store = f"sqlite:///{tmp_path}/file/ml.db"
    code, output, errors = export(runs, "--to", "mlflow", "--out", store)
    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith(f"{store}: cannot be used by MLflow: ")


def test_a_damaged_run_is_a_line_and_the_others_are_exported(runs, tmp_path):
    import shutil

    copy = tmp_path / "runs"
    shutil.copytree(runs, copy)
    broken = folders(copy)[0] / "metrics.csv"
    broken.write_text(broken.read_text().replace("0.", "1.", 1))
    code, text, errors = export(copy, "--to", "parquet", "--out", tmp_path / "out")
    assert code == 1
    assert errors.startswith(str(broken))
    assert errors.count("\n") == 1
    assert "1 run exported" in text


def test_where_there_is_no_run_or_no_extra_one_line_says_so(runs, tmp_path, monkeypatch):
    code, _, errors = export(tmp_path, "--to", "parquet")
    assert (code, errors) == (1, f"{tmp_path}: there is no run to export\n")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, errors = export(runs, "--to", "parquet")
    assert code == 2
    assert errors.startswith("ganrun export --to parquet needs the extra 'parquet': ")
    assert errors.count("\n") == 1
