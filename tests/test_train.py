"""Training, from a config to run folders: whatever happens on the way, the files are the same."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from game_examples import experiment, hyper_of, quickly_compiled
from one_core import one_core
from ready_processes import Command, NewCommand
from store_examples import result_bytes

from ganrun.config import ConfigError, Experiment, load_experiment, to_yaml
from ganrun.config.metrics import EVALUATION_METRICS, ROUND_METRICS
from ganrun.game import backend, population
from ganrun.game.members import game_of
from ganrun.game.population import state_as_dict
from ganrun.game.rounds import initial_state
from ganrun.measure.evaluation import evaluate_samples
from ganrun.mixture import mixture_of
from ganrun.playing import play
from ganrun.playing.jobs import Options, Outcome
from ganrun.playing.progress import Progress
from ganrun.playing.recorder import Recorder
from ganrun.playing.schedule import evaluation_rounds, snapshot_rounds
from ganrun.store import Run, RunFolder, StoreError, layout, open_run, run_path
from ganrun.train import train

STEPS = 200
Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def _quick_disk_and_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here sees whether the disk was waited for; tests of processes say so themselves."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(backend, "cores", lambda: 1)


def tiny(*seeds: int, steps: int = STEPS, **sections: Any) -> Experiment:
    training = {"steps": steps} | sections.pop("training", {})
    one = experiment(training=training, optimizer={"learning_rate": 0.01}, **sections)
    return Experiment.model_validate(one.model_dump() | {"seeds": list(seeds or (0,))})


def unstable(*seeds: int) -> Experiment:
    """A game that diverges at some round of its own: seed 0 at about 256, seed 3 at about 1,400."""
    return experiment(
        objective="wasserstein",
        optimizer={"name": "sgd", "learning_rate": 0.1},
        training={"steps": 500},
    ).model_copy(update={"seeds": seeds})


class Silent:
    def __call__(self, progress: Progress) -> None:
        pass


class Witness:
    """Does something once, as soon as so many rounds have been played."""

    def __init__(self, rounds: int, act: Callable[[], None]) -> None:
        self.rounds, self.act, self.acted = rounds, act, False
        self.seen: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.seen.append(progress)
        if progress.rounds_done >= self.rounds and not self.acted:
            self.acted = True
            self.act()


def press_ctrl_c() -> None:
    ident = threading.main_thread().ident
    assert ident is not None
    signal.pthread_kill(ident, signal.SIGINT)
    time.sleep(0.1)  # the main thread hears of it before this one plays its last rounds


def trained(runs: Path, one: Experiment, watcher: Any = None, **options: Any) -> list[Outcome]:
    return train(one, watcher or Silent(), Options(runs_dir=runs, **options))


def files(outcome: Outcome) -> Files:
    assert outcome.path is not None
    return result_bytes(RunFolder(outcome.path))


def interrupted_at(rounds: int, runs: Path, one: Experiment, **options: Any) -> list[Outcome]:
    return trained(runs, one, Witness(rounds, press_ctrl_c), **options)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told after every chunk, and chunks are short."""
    monkeypatch.setattr(play, "PROGRESS_SECONDS", 0)
    monkeypatch.setattr(play, "FIRST_CHUNK", 10)
    monkeypatch.setattr(play, "CHUNK_SECONDS", 1e-9)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Files]:
    """The files of seeds 0 to 2, each trained alone and in one go."""
    runs = tmp_path_factory.mktemp("undisturbed")
    return {seed: files(trained(runs, tiny(seed))[0]) for seed in range(3)}


# One run


def test_a_run_leaves_the_files_that_the_design_names_and_no_others(tmp_path: Path) -> None:
    (outcome,) = trained(tmp_path, tiny())
    assert outcome.how == "trained"
    assert outcome.path == run_path(tmp_path, tiny())
    assert {p.name for p in outcome.path.iterdir()} == {*layout.PROMISED, "run.json", ".lock"}
    assert RunFolder(outcome.path).status == "complete"


def test_its_rows_and_snapshots_are_those_of_the_schedule(tmp_path: Path) -> None:
    one = tiny(steps=60)
    folder = RunFolder(trained(tmp_path, one)[0].path)
    metrics, snapshots = folder.metrics(), folder.snapshots()
    assert metrics["step"].tolist() == [0, 25, 50, 60] == list(evaluation_rounds(60, 25))
    assert snapshots.steps.tolist() == [0, 16, 32, 48, 60] == list(snapshot_rounds(60, 4))
    np.testing.assert_allclose(snapshots.extent, mixture_of(one.target).extent)
    losses = np.stack([metrics["loss_d"], metrics["loss_g"]])
    assert np.isnan(losses[:, 0]).all(), "before the first round there is no loss"
    assert np.isfinite(losses[:, 1:]).all()


def test_the_summary_is_of_the_last_round_and_of_one_sample(tmp_path: Path) -> None:
    folder = RunFolder(trained(tmp_path, tiny())[0].path)
    metrics, summary = folder.metrics(), folder.summary
    for name in ("high_quality", "modes_captured", "modes_covered", "reverse_kl", "mode_tv", "nll"):
        np.testing.assert_allclose(summary[name], metrics[name][-1], rtol=1e-6, err_msg=name)
    assert summary["modes_total"] == 3
    assert summary["diverged_at"] is None
    reference = summary["reference"]
    assert set(reference) <= set(summary)
    assert reference["modes_recovered"]["mean"] == 3


def test_a_row_says_what_numpy_says_of_the_same_generator(tmp_path: Path) -> None:
    """The generator of the checkpoint is evaluated once more, by hand."""
    one = tiny(4)
    folder = RunFolder(trained(tmp_path, one)[0].path)
    game, hyper = game_of(one), hyper_of(one)
    state = population.state_from_dict(game, folder.checkpoint().state, hyper)
    sizes = play.program_of(one, 1).sizes
    evaluate = quickly_compiled(functools.partial(population.evaluate, game, sizes))
    evaluation = evaluate(hyper, jax.tree.map(jax.numpy.asarray, state))
    target = mixture_of(one.target)
    wanted = evaluate_samples(
        np.asarray(evaluation.samples, float), target.means, target.whitening, target.weights
    )
    for name in ("high_quality", "reverse_kl", "nll"):
        np.testing.assert_allclose(folder.metrics()[name][-1], wanted[name], rtol=1e-3)


def test_progress_begins_with_compiling_and_ends_with_all_rounds(
    tmp_path: Path, often: None
) -> None:
    witness = Witness(10**9, press_ctrl_c)
    trained(tmp_path, tiny(0, 1), witness)
    assert witness.seen[0].phase == "compiling"
    last = witness.seen[-1]
    assert (last.phase, last.rounds_done, last.rounds_total) == ("training", 2 * STEPS, 2 * STEPS)
    assert [m.seed for m in last.members] == [0, 1]
    assert all(m.samples.shape == (100, 2) and m.modes_total == 3 for m in last.members)
    done = [p.rounds_done for p in witness.seen]
    assert done == sorted(done)


def test_a_target_that_cannot_be_placed_leaves_nothing_behind(tmp_path: Path) -> None:
    crowded = {"layout": "random", "modes": 9, "radius": 1.0, "least_distance": 0.99}
    with pytest.raises(ConfigError, match="cannot place 9 modes"):
        trained(tmp_path / "runs", experiment(target=crowded))
    assert not (tmp_path / "runs").exists()


def test_a_run_of_the_default_config_takes_at_most_300_kilobytes(
    tmp_path: Path, undisturbed: dict[int, Files]
) -> None:
    """Its sizes and counts with random numbers, which are the hardest to compress."""
    one, rng = Experiment(), np.random.default_rng(0)

    def noise(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    state = jax.eval_shape(lambda: initial_state(game_of(one), hyper_of(one)))
    run = open_run(tmp_path, one, numerics={})
    assert isinstance(run, Run)
    recorder = Recorder(run, commit_every=0)
    quality = dict.fromkeys(EVALUATION_METRICS, np.float32(np.pi)) | {"shares": noise(5)}
    for round_ in recorder.evaluated:
        evaluation = population.Evaluation(noise(2500, 2), quality)
        recorder.add_row(round_, dict.fromkeys(ROUND_METRICS, noise(1)[0]), evaluation)
    for round_ in recorder.snapped:
        grid = one.snapshots.grid
        recorder.add_snapshot(round_, noise(one.snapshots.samples, 2), noise(grid, grid))
    recorder.commit(
        one.training.steps, state_as_dict(jax.tree.map(lambda x: noise(*x.shape), state))
    )
    run.close()
    size = sum(path.stat().st_size for path in run.path.iterdir())
    size += 2 * len(undisturbed[0]["summary.json"])  # a larger target has a larger summary
    assert size <= 300_000


# Done already


def test_the_same_command_again_trains_nothing_and_touches_nothing(tmp_path: Path) -> None:
    first = trained(tmp_path, tiny())[0]
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in first.path.iterdir()}
    again = trained(tmp_path, tiny(), Witness(0, lambda: pytest.fail("something is trained")))
    assert again == [Outcome(0, "found", first.path)]
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in first.path.iterdir()} == before


def test_the_stored_config_is_the_same_run(tmp_path: Path) -> None:
    (first,) = trained(tmp_path, tiny(2))
    stored = load_experiment(first.path / "config.yaml")
    assert trained(tmp_path, stored) == [Outcome(2, "found", first.path)]


def test_of_several_seeds_only_the_missing_ones_are_trained(tmp_path: Path) -> None:
    trained(tmp_path, tiny(1))
    hows = [(one.seed, one.how) for one in trained(tmp_path, tiny(2, 1, 0))]
    assert hows == [(2, "trained"), (1, "found"), (0, "trained")]


def test_again_trains_afresh_beside_and_never_over(tmp_path: Path) -> None:
    (first,) = trained(tmp_path, tiny())
    stamp = (first.path / "run.json").stat().st_mtime_ns
    second, third = (trained(tmp_path, tiny(), again=True)[0] for _ in range(2))
    names = [one.path.name for one in (first, second, third)]
    assert names == [names[0], f"{names[0]}-2", f"{names[0]}-3"]
    assert files(first) == files(second) == files(third)
    assert (first.path / "run.json").stat().st_mtime_ns == stamp


# Several seeds


def test_seeds_in_one_go_are_each_what_they_are_alone(
    tmp_path: Path, undisturbed: dict[int, Files]
) -> None:
    outcomes = trained(tmp_path, tiny(2, 0, 1))
    assert [one.seed for one in outcomes] == [2, 0, 1]
    assert {one.seed: files(one) for one in outcomes} == undisturbed


@pytest.fixture
def four_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on an accelerator: up to four members in one inner loop."""
    monkeypatch.setattr(population, "lanes_for", lambda platform: 4)


def test_seeds_that_share_lanes_are_each_what_they_are_alone(
    tmp_path: Path, four_lanes: None
) -> None:
    together = trained(tmp_path / "together", tiny(0, 1, 2, 3, 4))
    alone = [trained(tmp_path / "alone", tiny(seed))[0] for seed in (0, 3, 4)]
    assert [files(one) for one in alone] == [files(together[seed]) for seed in (0, 3, 4)]
    assert RunFolder(alone[0].path).run["numerics"]["lanes"] == 4


def test_seeds_that_share_lanes_and_are_at_different_rounds_are_what_they_are_alone(
    tmp_path: Path, four_lanes: None, often: None
) -> None:
    """One is interrupted, one has a shorter run to go on from, one is new."""
    (halted,) = interrupted_at(60, tmp_path / "mixed", tiny(0))
    assert halted.how == "interrupted"
    trained(tmp_path / "mixed", tiny(1, steps=130))
    mixed = trained(tmp_path / "mixed", tiny(0, 1, 2))
    fresh = trained(tmp_path / "fresh", tiny(0, 1, 2))
    assert [files(one) for one in mixed] == [files(one) for one in fresh]


# How often it is committed


@pytest.mark.parametrize("seconds", [0, 1e-3, 1e9])
def test_how_often_checkpoints_are_written_does_not_matter(
    tmp_path: Path, undisturbed: dict[int, Files], seconds: float, often: None
) -> None:
    (outcome,) = trained(tmp_path, tiny(), commit_every=seconds)
    assert files(outcome) == undisturbed[0]


# Interrupted


@pytest.mark.parametrize("rounds", [[1], [100], [30, 31, 90, 190]])
def test_a_run_that_was_interrupted_and_resumed_is_as_if_it_had_not_been(
    tmp_path: Path, undisturbed: dict[int, Files], rounds: list[int], often: None
) -> None:
    for at in rounds:
        (halted,) = interrupted_at(at, tmp_path, tiny())
        assert halted.how == "interrupted"
        folder = RunFolder(halted.path)
        assert folder.status == "interrupted"
        assert at <= folder.checkpoint().round < STEPS
    news: list[Any] = []
    (outcome,) = trained(tmp_path, tiny(), news.append)
    assert outcome == Outcome(0, "trained", halted.path)
    assert files(outcome) == undisturbed[0]
    sessions = RunFolder(outcome.path).run["sessions"]
    assert news[-1].members[0].begun_at == sessions[-1]["from_round"] > 0
    assert len(sessions) == len(rounds) + 1
    ends = [(one["from_round"], one["to_round"]) for one in sessions]
    assert [end[0] for end in ends[1:]] == [end[1] for end in ends[:-1]]


def test_an_interrupt_ends_every_seed_of_the_command(
    tmp_path: Path, undisturbed: dict[int, Files], often: None
) -> None:
    outcomes = interrupted_at(STEPS + 100, tmp_path, tiny(0, 1, 2))
    assert [one.how for one in outcomes] == ["trained", "interrupted", "interrupted"]
    outcomes = trained(tmp_path, tiny(0, 1, 2))
    assert [one.how for one in outcomes] == ["found", "trained", "trained"]
    assert {one.seed: files(one) for one in outcomes} == undisturbed


def test_a_run_is_not_resumed_under_other_numerics_unless_asked(
    tmp_path: Path, often: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_at(100, tmp_path, tiny())
    here = play.numerics
    monkeypatch.setattr(play, "numerics", lambda **at: here(**at) | {"machine": "another"})
    (refused,) = trained(tmp_path, tiny())
    assert refused.how == "failed"
    assert "--allow-numerics-change" in refused.error
    (allowed,) = trained(tmp_path, tiny(), allow_numerics_change=True)
    assert allowed.how == "trained"
    (change,) = RunFolder(allowed.path).run["numerics_changes"]
    assert change["to"]["machine"] == "another"


# More steps


@pytest.mark.parametrize("shorter", [[1], [25], [130], [40, 64, 195]])
def test_more_steps_go_on_from_the_shorter_run_and_equal_training_from_scratch(
    tmp_path: Path, undisturbed: dict[int, Files], shorter: list[int]
) -> None:
    for steps in shorter:
        (before,) = trained(tmp_path, tiny(steps=steps))
    kept = files(before)
    (outcome,) = trained(tmp_path, tiny())
    assert outcome.path != before.path
    assert files(outcome) == undisturbed[0]
    assert files(before) == kept
    record = RunFolder(outcome.path).run
    assert record["reused_from"]["folder"] == str(before.path)
    assert record["sessions"][0]["from_round"] == shorter[-1]


def test_fewer_steps_are_trained_from_scratch(tmp_path: Path) -> None:
    trained(tmp_path / "both", tiny(steps=130))
    (shorter,) = trained(tmp_path / "both", tiny(steps=70))
    (alone,) = trained(tmp_path / "alone", tiny(steps=70))
    assert files(shorter) == files(alone)
    assert RunFolder(shorter.path).run["reused_from"] is None


def test_again_does_not_go_on_from_a_shorter_run(
    tmp_path: Path, undisturbed: dict[int, Files]
) -> None:
    trained(tmp_path, tiny(steps=130))
    (outcome,) = trained(tmp_path, tiny(), again=True)
    assert RunFolder(outcome.path).run["reused_from"] is None
    assert files(outcome) == undisturbed[0]


# Divergence


@pytest.fixture(scope="module")
def stable_sibling(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return files(trained(tmp_path_factory.mktemp("alone"), unstable(3))[0])


def test_a_diverged_run_is_a_recorded_result_and_leaves_its_siblings_alone(
    tmp_path: Path, stable_sibling: Files
) -> None:
    diverged, sibling = trained(tmp_path, unstable(0, 3))
    assert (diverged.how, sibling.how) == ("trained", "trained")
    assert files(sibling) == stable_sibling
    folder = RunFolder(diverged.path)
    assert folder.status == "diverged"
    at = folder.summary["diverged_at"]
    assert 1 < at < 500
    assert folder.summary["verdict"] == "diverged"
    assert folder.checkpoint().round == at - 1
    steps = folder.metrics()["step"].tolist()
    assert steps == [r for r in evaluation_rounds(500, 25) if r < at]
    kept = folder.snapshots().steps.tolist()
    assert kept == [r for r in snapshot_rounds(500, 4) if r < at]
    assert trained(tmp_path, unstable(0)) == [Outcome(0, "found", diverged.path)]


def test_its_last_metrics_are_of_the_last_finite_state(tmp_path: Path) -> None:
    """A run that is asked to stop just before it diverges has the same ones."""
    diverged = RunFolder(trained(tmp_path, unstable(0))[0].path)
    at = diverged.summary["diverged_at"]
    one = unstable(0)
    training = one.training.model_copy(update={"steps": at - 1})
    stopped = RunFolder(trained(tmp_path, one.model_copy(update={"training": training}))[0].path)
    assert stopped.status == "complete"
    words = {name for name in stopped.summary if name.startswith("verdict")}
    changed = {"diverged_at", *words}
    assert {name for name, x in stopped.summary.items() if diverged.summary[name] != x} <= changed


def test_interrupts_and_commits_do_not_change_when_a_run_diverges(
    tmp_path: Path, often: None
) -> None:
    (undisturbed,) = trained(tmp_path / "calm", unstable(0))
    for at in (50, 150, 250):
        assert interrupted_at(at, tmp_path / "broken", unstable(0))[0].how == "interrupted"
    (outcome,) = trained(tmp_path / "broken", unstable(0), commit_every=0)
    assert files(outcome) == files(undisturbed)


# What goes wrong with one run


def test_a_run_that_another_process_trains_is_left_to_it(
    tmp_path: Path, undisturbed: dict[int, Files]
) -> None:
    with open_run(tmp_path, tiny(1), numerics={}) as claimed:
        assert isinstance(claimed, Run)
        outcomes = trained(tmp_path, tiny(0, 1))
    assert [one.how for one in outcomes] == ["trained", "failed"]
    assert "another process" in outcomes[1].error
    assert files(outcomes[0]) == undisturbed[0]
    (later,) = trained(tmp_path, tiny(1))
    assert files(later) == undisturbed[1]


def failing_commits(seed: int, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its second commit on, the run of one seed cannot be written."""
    commit, count = Run.commit, iter(range(10**9))

    def failing(self: Run, *arguments: Any, **options: Any) -> None:
        if self.experiment.seeds == (seed,) and next(count) > 0:
            raise error
        commit(self, *arguments, **options)

    monkeypatch.setattr(Run, "commit", failing)


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("error", [StoreError("no space left"), MemoryError("too much")])
def test_a_run_that_fails_does_not_hurt_the_others_and_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often: None, lanes: int, error: Exception
) -> None:
    monkeypatch.setattr(population, "lanes_for", lambda platform: lanes)
    three = tiny(0, 1, 2, steps=60)
    calm = trained(tmp_path / "calm", three)
    with monkeypatch.context() as context:
        failing_commits(1, error, context)
        outcomes = trained(tmp_path / "failing", three, commit_every=0)
    assert [one.how for one in outcomes] == ["trained", "failed", "trained"]
    assert str(error) in outcomes[1].error
    assert RunFolder(outcomes[1].path).status == "failed"
    (resumed,) = trained(tmp_path / "failing", three.with_seed(1))
    assert [files(one) for one in (outcomes[0], resumed, outcomes[2])] == [
        files(one) for one in calm
    ]


@pytest.mark.parametrize("name", ["checkpoint.safetensors", "metrics.csv", "run.json"])
def test_a_damaged_run_is_told_and_the_others_are_trained(
    tmp_path: Path, undisturbed: dict[int, Files], often: None, name: str
) -> None:
    (halted,) = interrupted_at(100, tmp_path, tiny(1))
    damaged = halted.path / name
    damaged.write_bytes(damaged.read_bytes()[:-40])
    outcomes = trained(tmp_path, tiny(0, 1))
    assert [one.how for one in outcomes] == ["trained", "failed"]
    assert name in outcomes[1].error
    assert files(outcomes[0]) == undisturbed[0]


# Processes


@pytest.fixture
def two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "cores", lambda: 2)


def test_processes_of_which_one_is_killed_come_to_the_same(
    tmp_path: Path, undisturbed: dict[int, Files], two_processes: None, ready_processes: None
) -> None:
    """What it held is played again by another."""

    def kill_a_worker() -> None:
        (record, *_) = (json.loads(p.read_text()) for p in tmp_path.glob("*/run.json"))
        assert record["sessions"][-1]["pid"] != os.getpid()
        os.kill(record["sessions"][-1]["pid"], signal.SIGKILL)

    outcomes = trained(tmp_path, tiny(0, 1, 2), Witness(1, kill_a_worker))
    assert [one.how for one in outcomes] == ["trained"] * 3
    assert {one.seed: files(one) for one in outcomes} == undisturbed


def words_of(runs: Path, one: Experiment, *options: str) -> list[str]:
    config = runs.with_suffix(".yaml")
    config.write_text(to_yaml(one))
    return ["train", str(config), "--runs-dir", str(runs), *options]


def test_the_command_on_one_core_comes_to_the_same(
    tmp_path: Path, undisturbed: dict[int, Files]
) -> None:
    process = Command(*words_of(tmp_path / "runs", tiny(0)), cores=one_core())
    _, told = process.ended()
    assert (process.returncode, told.count("Warning")) == (0, 0), told
    assert result_bytes(RunFolder(run_path(tmp_path / "runs", tiny(0)))) == undisturbed[0]


LONG = 1_000_000


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_asked_to_stop_saves_every_run_and_says_how_to_go_on(
    tmp_path: Path, sent: signal.Signals
) -> None:
    """Once of new interpreters, with what Python begins beside them."""
    one = tiny(0, 1, steps=LONG, evaluation={"every": 1000})
    words = words_of(tmp_path / "runs", one, "--checkpoint-every", "0")
    tables = [run_path(tmp_path / "runs", one.with_seed(seed)) / "metrics.csv" for seed in (0, 1)]
    begin = NewCommand if sent == signal.SIGHUP else Command
    process = begin(*words)
    while not all(table.exists() and b"\n1000," in table.read_bytes() for table in tables):
        time.sleep(0.01)
        assert process.returncode is None
    # All that a terminal runs hears of its end.
    process.send_to_all(sent)
    _, rest = process.ended()
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
    assert "resource_tracker" not in rest
    assert f"ganrun train {words[1]}" in rest
    for seed in (0, 1):
        folder = RunFolder(run_path(tmp_path / "runs", one.with_seed(seed)))
        assert folder.status == "interrupted"
        assert folder.checkpoint().round > 0


def test_a_run_that_is_there_already_is_shown_without_importing_jax(tmp_path: Path) -> None:
    trained(tmp_path / "runs", tiny(0))
    words = words_of(tmp_path / "runs", tiny(0))
    program = (
        "import atexit, sys\n"
        "heavy = {'jax', 'flax', 'optax'}\n"
        "atexit.register(lambda: print('imported:', *heavy & set(sys.modules), file=sys.stderr))\n"
        "from ganrun.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "modes" in done.stdout
    assert done.stderr.rstrip().endswith("imported:")
