"""Python's own face: the same functions as the commands', and what they give back."""

from __future__ import annotations

import ast
import asyncio
import re
import subprocess
import sys
import threading
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from diagnosis_examples import a_diagnosis
from matplotlib.figure import Figure
from report_examples import fake_run, stored_run
from stored_sweeps import stored_sweep
from sweep_examples import TEXT

import ganrun
from ganrun.api import training
from ganrun.api.in_notebook import run_shown
from ganrun.config import run_id
from ganrun.diagnose.diagnosis import write_diagnosis
from ganrun.game import backend
from ganrun.game.generation import BLOCK
from ganrun.game.members import game_of
from ganrun.game.randomness import Stream, round_key
from ganrun.playing.jobs import Outcome
from ganrun.store import RunFolder, Snapshot
from ganrun.store import open_run as claim_run

FACE = Path(ganrun.__file__)
TINY = {
    "name": "tiny",
    "seeds": 1,
    "target": {"layout": "ring", "modes": 3},
    "generator": {"hidden": [8]},
    "discriminator": {"hidden": [8]},
    "training": {"batch_size": 16, "steps": 60},
    "evaluation": {"every": 25, "samples": 100},
    "snapshots": {"count": 4, "samples": 8, "grid": 4},
}
"""The game of the small sweep, whose compiled program will do."""


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "cores", lambda: 1)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> ganrun.Run:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(backend, "cores", lambda: 1)
        run = ganrun.train(TINY, runs_dir=tmp_path_factory.mktemp("runs"))
    assert isinstance(run, ganrun.Run)
    return run


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> ganrun.Run:
    run = fake_run(modes=[0, 1], verdict="collapsed", seed=3, snapshots=10)
    return ganrun.open_run(stored_run(tmp_path_factory.mktemp("stored"), run, steps=10_000))


# The face


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.stdout


def test_importing_ganrun_and_opening_a_run_imports_nothing_heavy(stored: ganrun.Run):
    heavy = "{'jax', 'pandas', 'matplotlib', 'sklearn', 'scipy', 'numpy', 'pydantic'}"
    said = python(
        "import sys, time; begun = time.process_time(); import ganrun\n"
        f"took = time.process_time() - begun; print(took < 0.1, {heavy} & set(sys.modules))\n"
        f"run = ganrun.open_run({str(stored.path)!r}); print(repr(run)); run.verdict\n"
        f"print(sorted({heavy} & set(sys.modules)))\n"
        "import ganrun.sweep.designs, ganrun.diagnose.run, ganrun.train, ganrun.compare\n"
        "print(*(one.__module__ for one in (ganrun.sweep, ganrun.diagnose, ganrun.compare)))"
    )
    light, shown, opened, functions = said.splitlines()
    assert light == "True set()"
    assert shown == repr(stored)
    assert opened == "['numpy', 'pydantic']"
    assert functions == "ganrun.api.sweeping ganrun.api.diagnosing ganrun.api.comparing"


def test_editors_know_the_names_that_there_are():
    known = [
        alias.asname
        for node in ast.walk(ast.parse(FACE.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ganrun.")
        for alias in node.names
        if alias.asname == alias.name
    ]
    assert sorted(known) == sorted(ganrun.__all__)
    assert set(ganrun.__all__) <= set(dir(ganrun))
    assert all(getattr(ganrun, name).__doc__ for name in ganrun.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'trian'"):
        _ = ganrun.trian


def test_every_error_that_can_be_mended_is_of_one_kind():
    for error in (ganrun.ConfigError, ganrun.StoreError, ganrun.TrainingError):
        assert issubclass(error, ganrun.GanrunError)
    assert issubclass(ganrun.ArgumentError, ganrun.GanrunError)
    assert issubclass(ganrun.ArgumentError, ValueError)


# Configs


def test_a_config_is_the_same_from_a_file_a_dictionary_and_another_config(tmp_path: Path):
    (tmp_path / "one.yaml").write_text("training: {steps: 70}\nseeds: 2\n")
    from_file = ganrun.load_config(tmp_path / "one.yaml", ["optimizer.b1=0.25"])
    from_fields = ganrun.load_config(
        {
            "training": {"steps": np.int64(70)},
            "seeds": (0, 1),
            "optimizer": {"b1": np.float64(0.25)},
        }
    )
    assert from_fields == from_file
    again = ganrun.load_config(from_file, {"training": {"steps": 80}, "optimizer.b1": 0.5})
    assert (again.training.steps, again.optimizer.b1, again.seeds) == (80, 0.5, (0, 1))
    assert ganrun.load_config(again) == again


def test_a_dictionary_extends_a_file_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("parent.yaml").write_text("name: parent\ntarget: {layout: grid, rows: 2}\n")
    config = ganrun.load_config({"extends": "parent.yaml", "seeds": 3})
    assert (config.name, config.target.mode_count, config.seeds) == ("parent", 10, (0, 1, 2))


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (
            {"optimizer": {"betta1": 1}},
            "config: optimizer.betta1: unknown field; did you mean 'b1'?",
        ),
        ({"vary": {}}, "config: a sweep, not an experiment; 'ganrun sweep' takes it"),
        ({"seeds": {1, 2}}, "config: a config has no place for a set"),
        ({"seeds": 0}, "config: seeds: a count of seeds must be from 1 to 16,384, not 0"),
    ],
)
def test_a_mistake_in_a_dictionary_is_the_line_of_the_command(fields: dict, line: str):
    with pytest.raises(ganrun.ConfigError) as caught:
        ganrun.load_config(fields)
    assert str(caught.value) == line


def test_all_that_is_wrong_with_several_configs_is_told_at_once():
    with pytest.raises(ganrun.ConfigError) as caught:
        ganrun.train([{"sedes": 1}, {}], {"optimizer.betta1": 1})
    assert len(caught.value.problems) == 3


# Training


def test_a_run_is_trained_once_and_is_what_the_command_makes(trained: ganrun.Run, capsys):
    again = ganrun.train(TINY, runs_dir=trained.path.parent)
    assert again.path == trained.path
    assert (again.status, again.config.training.steps, again.seed) == ("complete", 60, 0)
    assert RunFolder(trained.path).run["sessions"]
    assert capsys.readouterr() == ("", "")


def test_what_is_given_back_has_the_shape_of_what_was_asked_for(trained: ganrun.Run):
    folder = trained.path.parent
    first, both = ganrun.train([TINY, {**TINY, "seeds": 2}], runs_dir=folder)
    assert first.path == trained.path
    assert [one.seed for one in both] == [0, 1]
    (alone,) = ganrun.train([TINY], runs_dir=folder)
    assert alone.path == trained.path
    assert [one.seed for one in ganrun.runs(folder)] == [0, 1]


def test_progress_is_told_to_a_function_whose_errors_end_no_training(tmp_path: Path):
    told = []

    def tell(progress):
        told.append(progress.rounds_total)
        raise ZeroDivisionError

    with pytest.warns(
        UserWarning, match=r"progress: ZeroDivisionError\(\), after which it was not told"
    ):
        run = ganrun.train(TINY, {"seeds": [7]}, runs_dir=tmp_path, progress=tell)
    assert run.status == "complete"
    assert told == [60]


def test_an_interrupt_is_raised_and_a_failure_named(tmp_path: Path, monkeypatch):
    def ends(how, error=None):
        outcome = Outcome(0, how, None, error)
        monkeypatch.setattr(training, "train_all", lambda *_: [[outcome]])

    ends("interrupted")
    with pytest.raises(KeyboardInterrupt, match="everything is saved"):
        ganrun.train(TINY, runs_dir=tmp_path)
    ends("failed", "the disk is full")
    with pytest.raises(ganrun.TrainingError, match=r"^tiny, seed 0 failed: the disk is full$"):
        ganrun.train(TINY, runs_dir=tmp_path)


def test_it_works_in_a_thread_and_in_an_event_loop(trained: ganrun.Run, tmp_path: Path):
    async def waiting():
        beside = asyncio.to_thread(ganrun.train, TINY, {"seeds": [8]}, runs_dir=tmp_path)
        here = ganrun.train(TINY, runs_dir=trained.path.parent)
        return here, await beside

    here, beside = asyncio.run(waiting())
    assert here.path == trained.path
    assert (beside.seed, beside.status) == (8, "complete")
    assert threading.current_thread() is threading.main_thread()


GUARDLESS = """
print("read")
from ganrun.executors.child_process import Children

process = Children().Process(target=print, args=("worked",))
process.start()
process.join()
"""


def test_a_script_needs_no_guard(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text(GUARDLESS)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (done.stderr, sorted(done.stdout.split())) == ("", ["read", "worked"])


# Runs


def test_a_run_tells_all_that_its_folder_holds(stored: ganrun.Run):
    assert (stored.name, stored.seed, stored.status) == ("five_gaussians", 3, "complete")
    assert stored.id == run_id(stored.config)
    assert (stored.verdict, stored.best_verdict.kind) == ("collapsed", "quick")
    assert stored.summary["modes_recovered"] == 2
    assert stored.summary["reference"]["nll"]["mean"] == -1.55
    pd.testing.assert_frame_equal(
        stored.metrics, pd.read_csv(stored.path / "metrics.csv"), check_dtype=False
    )
    assert stored.mixture.modes == 5
    assert stored.diagnosis is None
    assert repr(stored) == (
        f"<Run {stored.path.name}: likely collapsed 93 %, "
        "2 of 5 modes recovered after 10,000 rounds>"
    )


def test_snapshots_are_of_their_own_rounds_and_no_others(stored: ganrun.Run):
    archive = np.load(stored.path / "snapshots.npz")
    assert stored.rounds == archive["steps"].tolist()
    first = stored.rounds[0]
    np.testing.assert_array_equal(stored.samples(first), archive["samples"][0])
    np.testing.assert_array_equal(stored.samples(), archive["samples"][-1])
    np.testing.assert_array_equal(stored.field(), archive["field"][-1])
    assert stored.extent == tuple(archive["extent"])
    one, other = stored.rounds[:2]
    with pytest.raises(ganrun.ArgumentError) as caught:
        stored.samples(one + 1)
    assert str(caught.value) == (
        f"{stored.path}: has no snapshot of round {one + 1:,}; the nearest are of {one:,} and "
        f"{other:,} (rounds has them all)"
    )
    stored.samples()[:] = 0
    assert stored.samples().any()


@pytest.mark.parametrize("name", ["modes", "curves"])
def test_a_figure_is_the_callers_own_and_shows_itself(stored: ganrun.Run, name: str):
    figure = stored.figure(name)
    assert isinstance(figure, Figure)
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert not (stored.path / "figures").exists()


def test_a_figure_that_there_is_not_is_named_among_those_there_are(stored: ganrun.Run):
    with pytest.raises(ganrun.ArgumentError, match="no figure is called 'mods'; there are modes, "):
        stored.figure("mods")
    with pytest.raises(ganrun.ArgumentError, match=r"not diagnosed yet; ganrun\.diagnose does so"):
        stored.figure("diagnosis")


def test_a_notebook_gets_the_player_in_a_frame_of_its_own(stored: ganrun.Run):
    shown = stored._repr_html_()
    assert shown == run_shown(stored.record)
    (frame,) = re.findall(r'<iframe .*? srcdoc="([^"]*)"></iframe>', shown, re.DOTALL)
    assert 'sandbox="allow-scripts"' in shown
    assert "&lt;!doctype html&gt;" in frame
    assert len(shown) < 600_000


def test_a_damaged_run_still_has_a_short_name(stored: ganrun.Run, tmp_path: Path):
    path = stored_run(tmp_path, fake_run(seed=1, snapshots=10), steps=10_000)
    (path / "metrics.csv").write_text("nothing")
    run = ganrun.open_run(path)
    assert repr(run).startswith(f"<Run {path}/metrics.csv: does not hold what was written there")
    with pytest.raises(ganrun.StoreError, match="--repair"):
        _ = run.metrics


def test_a_folder_that_is_no_runs_is_the_line_of_the_command(tmp_path: Path):
    with pytest.raises(ganrun.StoreError, match=r"nothing: no such folder$"):
        ganrun.open_run(tmp_path / "nothing")
    (tmp_path / "one-s0-0123456789abcdef").mkdir()
    (tmp_path / "one-s0-0123456789abcdef" / "config.yaml").write_text("{}")
    with pytest.warns(UserWarning, match=r"not a run folder: it has no run\.json"):
        assert ganrun.runs(tmp_path) == []


def test_a_run_under_way_is_read_anew(tmp_path: Path):
    config = ganrun.load_config(TINY)
    numerics = {"machine": "m", "backend": "cpu", "jaxlib": "1", "lanes": 1}
    with claim_run(tmp_path, config, numerics=numerics) as claimed:
        run = ganrun.open_run(claimed.path)
        assert (run.status, run.verdict, run.summary, run.rounds) == ("running", None, None, [])
        with pytest.raises(ganrun.StoreError, match="is running and has no checkpoint"):
            run.generate(10)
        with pytest.raises(ganrun.ArgumentError, match="has no snapshot yet"):
            run.samples()
        picture = Snapshot(5, np.ones((8, 2), np.float32), np.ones((4, 4), np.float32))
        claimed.commit({}, round=5, rows=[{"step": 5}], snapshots=[picture], extent=[0, 1, 0, 1])
        assert run.rounds == [5]
        assert run.metrics["step"].tolist() == [5]
    assert run.status == "interrupted"


# Fresh samples


def test_fresh_samples_are_what_the_network_makes_of_the_latent_points(trained: ganrun.Run):
    fresh = trained.generate(BLOCK + 5, seed=3)
    assert (fresh.shape, fresh.dtype) == ((BLOCK + 5, 2), np.float32)
    params = RunFolder(trained.path).checkpoint().state["generator/params"]
    layers = game_of(trained.config).generator.unravel(jnp.asarray(params))["layers"]
    latents = [
        np.asarray(
            jax.random.normal(round_key(jnp.uint32(3), Stream.GENERATION, block), (BLOCK, 2))
        )
        for block in (0, 1)
    ]
    first, last = (jax.tree.map(np.asarray, layers[place]) for place in (0, 1))
    points = np.concatenate(latents)[: BLOCK + 5]
    hidden = np.maximum(points @ first["kernel"] + first["bias"], 0)
    np.testing.assert_allclose(fresh, hidden @ last["kernel"] + last["bias"], atol=1e-5)


def test_the_first_samples_are_the_same_however_many_are_asked_for(trained: ganrun.Run):
    np.testing.assert_array_equal(trained.generate(7), trained.generate(20)[:7])
    assert not np.array_equal(trained.generate(7), trained.generate(7, seed=1))


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"count": 0}, "count: expected 1 to 100,000,000, not 0"),
        ({"count": 1, "seed": -1}, "seed: expected 0 to 4,294,967,295, not -1"),
        ({"count": 1, "average": True}, "kept no average of its generator"),
    ],
)
def test_what_cannot_be_generated_is_one_line(trained: ganrun.Run, asked: dict, line: str):
    with pytest.raises(ganrun.ArgumentError, match=line):
        trained.generate(**asked)


# Sweeps and diagnoses


def test_a_sweep_tells_what_it_has_found(tmp_path: Path):
    folder = stored_sweep(tmp_path)
    with pytest.raises(ganrun.StoreError, match="is a sweep's folder, which open_sweep opens"):
        ganrun.open_run(folder.path)
    sweep = ganrun.open_sweep(folder.path)
    assert (sweep.name, sweep.plan.trials, sweep.id) == ("grid", 18, folder.id)
    table = sweep.results
    assert table.groupby("optimizer.learning_rate_ratio")["verdict"].first().tolist() == [
        "undertrained",
        "converged",
        "collapsed",
    ]
    assert sweep.influence["ranking"][0] == "optimizer.learning_rate_ratio"
    assert [run.seed for run in sweep.runs] == [0, 1, 2] * 6
    assert "The table is complete: 18 trials." in sweep.text
    assert repr(sweep).startswith(f"<Sweep {folder.path.name}: 18 of 18 trials; ")
    assert isinstance(sweep.figure("influence"), Figure)
    with pytest.raises(ganrun.ArgumentError, match="has no figure cases; it has influence, "):
        sweep.figure("cases")
    shown = sweep._repr_html_()
    assert "data:image/png;base64," in shown
    assert len(shown) < 1_000_000


def test_a_sweep_is_trained_from_a_dictionary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(
        "name: tiny\n" + TEXT.split("  name: tiny\n")[1].replace("\n  ", "\n")[2:]
    )
    plan = {
        "name": "small",
        "seeds": 1,
        "base": {"extends": "tiny.yaml"},
        "vary": {"training.discriminator_steps": [1, 3]},
    }
    done = ganrun.sweep(plan, ["vary.optimizer.learning_rate=[1e-3]"])
    assert done.path.parent == Path("runs")
    assert done.results["status"].tolist() == ["complete", "complete"]
    with pytest.raises(ganrun.ConfigError, match=r"^sweep: vary\.steps: "):
        ganrun.sweep({**plan, "vary": {"steps": [1]}})
    longer = ganrun.sweep(done.plan, {"seeds": 1}, progress=False)
    assert longer.path == done.path


def test_a_diagnosis_that_is_known_is_read(stored: ganrun.Run, tmp_path: Path):
    run = ganrun.open_run(stored_run(tmp_path, fake_run(snapshots=10), steps=10_000))
    write_diagnosis(run.path, a_diagnosis("collapsed", id=run.id, seed=0, rounds=10_000))
    assert ganrun.diagnose(run) == ganrun.diagnose(run.path) == run.diagnosis
    assert run.best_verdict.kind == "tested"
    assert isinstance(run.figure("diagnosis"), Figure)


def test_a_pattern_stands_for_several_configs(trained: ganrun.Run, monkeypatch):
    asked = []

    def found(experiments, *_):
        asked.extend(experiments)
        return [[Outcome(0, "found", trained.path)] for _ in experiments]

    monkeypatch.setattr(training, "train_all", found)
    runs = ganrun.train("configs/five_gaussians*.yaml", {"name": "x"})
    assert [one.name for one in asked] == ["x"] * 4
    assert [one.path for one in runs] == [trained.path] * 4
    assert ganrun.train("five_gaussians").path == trained.path


def test_groups_of_runs_are_compared_however_they_are_given(tmp_path: Path):
    folder = stored_sweep(tmp_path)
    sweep = ganrun.open_sweep(folder.path)
    plain, cured = sweep.runs[:3], sweep.runs[6:9]
    comparison = ganrun.compare(plain, cured)
    by_path = ganrun.compare(*plain, *(one.path for one in cured))
    assert comparison.record.names == by_path.record.names
    table = comparison.table.set_index("metric")
    assert table.loc["modes_recovered", "difference"] == 5
    assert table["first"].unique().tolist() == by_path.record.names[:1]
    assert list(comparison.differences) == ["optimizer.learning_rate_ratio"]
    assert comparison.finding in comparison.text
    assert repr(comparison).endswith(f": {comparison.finding}>")
    assert isinstance(comparison.figure(), Figure)
    assert "data:image/png;base64," in comparison._repr_html_()
    assert len(ganrun.compare(sweep).record.names) == 6
    with pytest.raises(ganrun.ConfigError, match="it takes two groups of runs to compare"):
        ganrun.compare(plain)
