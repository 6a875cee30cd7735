"""A diagnosis from end to end on tiny runs, and each of the parts that it is put together from."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import store_examples
from game_examples import experiment
from ready_processes import Command

from ganrun.config import Experiment, load_experiment, run_id, to_yaml
from ganrun.diagnose import run as diagnosing
from ganrun.diagnose.advise import advice, rounds_until_rest
from ganrun.diagnose.branches import Plan, folder_of
from ganrun.diagnose.cures import afresh, best_cure, cures
from ganrun.diagnose.diagnosis import (
    FORMAT,
    MOST_POINTS,
    Advice,
    Branch,
    BranchRun,
    Detective,
    Diagnosis,
    Dynamics,
    Quick,
    Track,
    read_diagnosis,
    write_diagnosis,
)
from ganrun.diagnose.evidence import evidence
from ganrun.diagnose.judgement import CONFIDENCE, Judgement, judgement
from ganrun.diagnose.play import Branches, track_of
from ganrun.diagnose.probe import probe
from ganrun.diagnose.progress import DiagnosisProgress
from ganrun.diagnose.run import LONGER, LONGEST, RESET, diagnose
from ganrun.executors.compile_cache import compile_cache
from ganrun.game import backend
from ganrun.playing import play as worker
from ganrun.playing.claim_or_find import Origin
from ganrun.playing.jobs import BranchPoint, Options
from ganrun.store import RunFolder, RunFolderError, StoreError
from ganrun.store.layout import BRANCHES
from ganrun.verdict import WORDS, Word
from ganrun.verdict.continued import Continued, Ending

pytestmark = pytest.mark.usefixtures("quick_xla")

T = 20
"""Rounds of the runs that are diagnosed."""


@pytest.fixture(autouse=True)
def _quick_disk_and_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here sees whether the disk was waited for; a test of processes says so itself."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(backend, "cores", lambda: 1)
    monkeypatch.setattr(worker, "PROGRESS_SECONDS", 0)


def tiny(**sections: Any) -> Experiment:
    fields = {
        "training": {"steps": T},
        "optimizer": {"learning_rate": 0.01},
        "evaluation": {"every": 10},
    }
    return experiment(0, **{**fields, **sections})


def trained(runs: Path, one: Experiment) -> RunFolder:
    from ganrun.train import train

    (outcome,) = train(one, Watcher(), Options(runs_dir=runs))
    assert outcome.how == "trained", outcome.error
    assert outcome.path is not None
    return RunFolder(outcome.path)


class Watcher:
    """Keeps what it was told, and acts upon it."""

    def __init__(self, act: Callable[[Any], None] = lambda progress: None) -> None:
        self.seen: list[Any] = []
        self._act = act

    def __call__(self, progress: Any) -> None:
        self.seen.append(progress)
        self._act(progress)


def diagnosed(run: RunFolder, watcher: Watcher | None = None) -> Diagnosis:
    return diagnose(run, Options(runs_dir=run.path.parent), watcher or Watcher())


def copied(run: RunFolder, folder: Path) -> RunFolder:
    """The same run elsewhere, without what a diagnosis left in it."""
    path = folder / run.path.name
    left_out = shutil.ignore_patterns(BRANCHES, "diagnosis.json")
    shutil.copytree(run.path, path, ignore=left_out)
    return RunFolder(path)


def files_of(folder: Path) -> dict[str, tuple[str, int]]:
    """Digest and time of every file, all the way down, by its place in the folder."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def placeless(diagnosis: Diagnosis) -> Diagnosis:
    """Without the run's path, which is in the command to paste."""
    return replace(diagnosis, advice=replace(diagnosis.advice, command=None))


# From end to end


Collapsed = tuple[RunFolder, Diagnosis, dict[str, tuple[str, int]], list[DiagnosisProgress]]


@pytest.fixture(scope="module")
def collapsed(quick_xla: None, tmp_path_factory: pytest.TempPathFactory) -> Collapsed:
    """A run that finds no mode, its diagnosis, its files before that, and what a watcher saw."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        patch.setattr(backend, "cores", lambda: 1)
        patch.setattr(worker, "PROGRESS_SECONDS", 0)
        run = trained(tmp_path_factory.mktemp("collapsed"), tiny())
        before, watcher = files_of(run.path.parent), Watcher()
        found = diagnosed(run, watcher)
    return run, found, before, watcher.seen


def test_a_diagnosis_is_read_back_as_it_was_found(collapsed: Collapsed) -> None:
    run, found, _, _ = collapsed
    assert read_diagnosis(run.path) == found
    assert found.verdict in WORDS
    assert (found.id, found.name, found.rounds, found.modes) == (run.id, "tiny", T, 3)
    assert found.quick.evidence == run.verdict.evidence
    assert found.before.steps == (0, 10, 20)


def test_detectives_are_questioned_by_xla_as_it_trains_with_its_compiled_programs_kept(
    collapsed: Collapsed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where other processes play the branches, nothing else has set XLA up in this one."""
    prepared: list[Path] = []
    monkeypatch.setattr(backend, "prepare", prepared.append)
    run, found, _, _ = collapsed
    assert probe(run) == (found.detective, found.dynamics)
    assert prepared == [compile_cache()]


@pytest.fixture
def probed(collapsed: Collapsed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run's last state has been looked at, which comes to the same each time: see above."""
    _, found, _, _ = collapsed
    monkeypatch.setattr(diagnosing, "probe", lambda run: (found.detective, found.dynamics))


def test_nothing_that_was_there_is_changed(collapsed: Collapsed) -> None:
    run, _, before, _ = collapsed
    after = files_of(run.path.parent)
    assert {name: after.get(name) for name in before} == before
    new = {Path(name).relative_to(run.path.name).parts[0] for name in set(after) - set(before)}
    assert new == {BRANCHES, "diagnosis.json"}


def test_its_branches_are_finished_runs_with_seeds_of_their_own(collapsed: Collapsed) -> None:
    run, found, _, _ = collapsed
    names = [branch.name for branch in found.branches]
    assert names == ["longer", "reset-detective", "r1", "other-ratio", "lower-rates", "afresh"]
    seeds = [one.seed for branch in found.branches for one in branch.runs]
    assert len(set(seeds)) == len(seeds) == 5 + 5 * 3
    folders = {path.name: RunFolder(path) for path in (run.path / BRANCHES).glob("*-s*")}
    for branch in found.branches:
        for one in branch.runs:
            (folder,) = (
                f
                for f in folders.values()
                if f.config.seeds == (one.seed,) and (f.config.training.steps == branch.to_round)
            )
            assert folder.config.name == branch.name
            assert folder.status == one.status == "complete"
            assert folder.run.get("branched_from", {}).get("round", 0) == branch.from_round
            assert one.track.steps[-1] == branch.to_round
            assert one.track.steps[0] == branch.from_round + (branch.from_round > 0)
    assert all(
        (one.word is None) == (branch.name != "longer")
        for branch in found.branches
        for one in branch.runs
    )


def test_a_second_call_trains_nothing_and_says_the_same(collapsed: Collapsed) -> None:
    run, found, _, _ = collapsed
    before = files_of(run.path)
    again = diagnosed(RunFolder(run.path), Watcher(lambda _: pytest.fail("something is played")))
    assert again == found
    assert files_of(run.path) == before


def test_progress_ends_with_every_gan_finished(collapsed: Collapsed) -> None:
    _, found, _, seen = collapsed
    last = seen[-1]
    assert [one.name for one in last.branches] == [one.name for one in found.branches]
    assert all(one.finished == one.gans for one in last.branches)
    assert last.rounds_done == last.rounds_total
    assert last.modes_total == 3
    for before, now in pairwise(seen):
        if before.rounds_total == now.rounds_total:  # no branch was added or made longer
            assert before.rounds_done <= now.rounds_done <= now.rounds_total


# Interrupted, killed, two at once


def press_ctrl_c() -> None:
    ident = threading.main_thread().ident
    assert ident is not None
    signal.pthread_kill(ident, signal.SIGINT)
    time.sleep(0.05)  # the main thread hears of it before this one plays its last rounds


def test_progress_counts_what_may_follow_from_the_beginning(collapsed: Collapsed) -> None:
    """So that nothing goes on after `100 %, 0 s left`."""
    *_, seen = collapsed
    playing = [one for one in seen if one.branches]
    for before, now in pairwise(playing):
        assert now.rounds_total <= before.rounds_total
    last_branch = next(i for i, one in enumerate(playing) if len(one.branches) == 6)
    for one in playing[: last_branch + 1]:
        assert one.rounds_done < one.rounds_total
    assert all(one.seconds_left != 0 for one in seen)
    assert playing[0].rounds_to_come > 0
    assert playing[-1].rounds_to_come == 0


class Impatient(Watcher):
    """Presses Ctrl-C once, as soon as something is so."""

    def __init__(self, when: Callable[[DiagnosisProgress], bool]) -> None:
        super().__init__(self._look)
        self._when, self._pressed = when, False

    def _look(self, progress: DiagnosisProgress) -> None:
        if not self._pressed and self._when(progress):
            self._pressed = True
            press_ctrl_c()


def test_one_that_was_interrupted_again_and_again_comes_to_the_same(
    tmp_path: Path, collapsed: Collapsed, probed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it plays on, while it tries cures, while it tries the best, and at the very end."""
    monkeypatch.setattr(worker, "FIRST_CHUNK", 10)
    monkeypatch.setattr(worker, "CHUNK_SECONDS", 1e-9)
    whole, found, _, _ = collapsed
    run = copied(whole, tmp_path)
    moments: list[Callable[[DiagnosisProgress], bool]] = [
        lambda progress: progress.rounds_done > 0,
        lambda progress: progress.rounds_done > 300,
        lambda progress: "cures" in progress.stage and progress.rounds_done > 0,
        lambda progress: any(one.name == "afresh" for one in progress.branches),
        lambda progress: "detective" in progress.stage,
    ]
    for moment in moments:
        with pytest.raises(KeyboardInterrupt):
            diagnosed(run, Impatient(moment))
        assert read_diagnosis(run.path) is None
    watcher = Watcher()
    assert placeless(diagnosed(run, watcher)) == placeless(found)
    last = watcher.seen[-1]
    assert all(one.finished == one.gans for one in last.branches), "those found count too"


def ended_by(sent: signal.Signals, run: RunFolder) -> tuple[int, str]:
    """The exit code of a command that was sent a signal in its midst, and what it said."""
    process = Command("diagnose", run.path, "--quiet")
    try:
        while len(list((run.path / BRANCHES).glob("*/summary.json"))) < 2:
            assert process.returncode is None, process.ended()
            time.sleep(0.01)
    finally:
        process.send_to_all(sent)
    _, said = process.ended()
    assert process.returncode is not None
    return process.returncode, said


def test_one_whose_processes_were_all_killed_comes_to_the_same(
    tmp_path: Path, collapsed: Collapsed, probed: None
) -> None:
    whole, found, _, _ = collapsed
    run = copied(whole, tmp_path)
    before = files_of(run.path)
    assert ended_by(signal.SIGKILL, run)[0] == -signal.SIGKILL
    assert read_diagnosis(run.path) is None
    assert placeless(diagnosed(run)) == placeless(found)
    after = files_of(run.path)
    assert {name: after[name] for name in before} == before


def test_one_whose_terminal_is_closed_is_saved_and_says_how_to_go_on(
    tmp_path: Path, collapsed: Collapsed
) -> None:
    run = copied(collapsed[0], tmp_path)
    code, said = ended_by(signal.SIGHUP, run)
    again = shlex.join(["ganrun", "diagnose", str(run.path), "--quiet"])
    assert code == 130
    assert said == f"Interrupted; everything is saved. To go on, run it again: {again}\n"
    assert read_diagnosis(run.path) is None
    branches = (RunFolder(path) for path in (run.path / BRANCHES).iterdir() if path.name[0] != ".")
    assert {branch.run["status"] for branch in branches} <= {"complete", "interrupted"}


def test_what_a_killed_writer_left_is_tidied_up(
    tmp_path: Path, collapsed: Collapsed, probed: None
) -> None:
    run = resumable(collapsed, tmp_path)
    (run.path / ".diagnosis.json.0123abcd.tmp").write_text('{"format"')
    diagnosed(run)
    assert not list(run.path.glob(".*.tmp"))


def resumable(collapsed: Collapsed, folder: Path) -> RunFolder:
    """A copy of the run with all its branches, in which the diagnosis is yet to be written."""
    whole = collapsed[0]
    shutil.copytree(whole.path, folder / whole.path.name)
    (folder / whole.path.name / "diagnosis.json").unlink()
    return RunFolder(folder / whole.path.name)


def test_of_two_at_once_the_second_is_told_so(
    tmp_path: Path, collapsed: Collapsed, probed: None
) -> None:
    run = resumable(collapsed, tmp_path)
    errors: list[str] = []

    def diagnose_too(_: DiagnosisProgress) -> None:
        if not errors:
            with pytest.raises(StoreError) as caught:
                diagnosed(run)
            errors.append(str(caught.value))

    found = diagnosed(run, Watcher(diagnose_too))
    assert placeless(found) == placeless(collapsed[1])
    assert errors == [f"{run.path}: another process is diagnosing this run"]


# What cannot be diagnosed, and what is in its place already


def test_a_run_by_the_earlier_rmsprop_is_not_played_on_by_todays(tmp_path: Path) -> None:
    by_rmsprop = {"optimizer": {"name": "rmsprop"}}
    with store_examples.before_rmsprop_had_numbers():
        run = store_examples.train(tmp_path, store_examples.experiment(**by_rmsprop))
    with pytest.raises(StoreError, match="so it is shown and not gone on with"):
        diagnosed(RunFolder(run.path))
    assert not (run.path / BRANCHES).exists()
    with pytest.raises(StoreError, match="so it is shown and not gone on with"):
        Origin.of(BranchPoint(run.path))


def test_a_run_that_is_not_finished_is_not_diagnosed(tmp_path: Path) -> None:
    from ganrun.store import Run, open_run

    opened = open_run(tmp_path, tiny(), numerics={})
    assert isinstance(opened, Run)
    with opened:
        path = opened.path
        with pytest.raises(StoreError, match="is running; only a run that came to its end"):
            diagnosed(RunFolder(path))
    with pytest.raises(StoreError, match="is interrupted; only"):
        diagnosed(RunFolder(path))
    assert not (path / BRANCHES).exists()


@pytest.mark.parametrize("name", ["checkpoint.safetensors", "config.yaml", "summary.json"])
def test_a_damaged_run_is_not_diagnosed(tmp_path: Path, collapsed: Collapsed, name: str) -> None:
    run = copied(collapsed[0], tmp_path)
    content = (run.path / name).read_bytes()
    (run.path / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError) as caught:
        diagnosed(RunFolder(run.path))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (run.path / "diagnosis.json").exists()


@pytest.mark.parametrize(
    "changed", [{"format": FORMAT + 1}, {"format": None}, {"id": "0" * 16}], ids=str
)
def test_a_diagnosis_of_another_format_or_run_is_made_anew(
    tmp_path: Path, collapsed: Collapsed, probed: None, changed: dict[str, Any]
) -> None:
    run = resumable(collapsed, tmp_path)
    content = asdict(collapsed[1]) | changed
    (run.path / "diagnosis.json").write_text(json.dumps(content))
    assert placeless(diagnosed(run)) == placeless(collapsed[1])
    assert read_diagnosis(run.path).id == run.id


# Other runs from end to end; their last states are not looked at


@pytest.fixture
def no_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The detectives and the dynamics have tests of their own."""
    nothing = (Detective(None, None, None, 0, False), about(None, reliable=False))
    monkeypatch.setattr(diagnosing, "probe", lambda run: nothing)


def about(kind: Any, *, reliable: bool = True) -> Dynamics:
    """The dynamics about a last state, of which no more than the kind is known."""
    return Dynamics(
        eigenvalues=((-0.1, 0.2), (-0.1, -0.2)),
        kind=kind,
        reliable=reliable,
        growth=-0.1 if kind else None,
        turning=0.2 if kind else None,
        duality_gap=None,
        detective_gain=None,
        forger_gain=None,
    )


def test_a_run_that_converged_needs_no_cure(tmp_path: Path, no_probe: None) -> None:
    """An untrained generator whose samples are the target, since that is about them, at rest."""
    target = {"layout": "ring", "modes": 3, "radius": 0.1, "std": 0.36, "weights": [0.1, 0.5, 0.4]}
    still = tiny(target=target, optimizer={"learning_rate": 1e-8}).with_seed(38)
    found = diagnosed(trained(tmp_path, still))
    assert found.verdict == "converged"
    assert [branch.name for branch in found.branches] == ["longer", "reset-detective"]
    assert found.advice.sets == ()
    assert found.advice.command is None
    assert "a run as good" not in found.evidence
    assert "no mode is missing" in found.evidence


def test_a_run_that_diverged_is_cured_from_scratch(tmp_path: Path) -> None:
    """And not questioned: about its last finite state numbers overflow."""
    sections = {
        "objective": "wasserstein",
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "training": {"steps": 300},
    }
    run = trained(tmp_path, experiment(0, **sections))
    assert run.status == "diverged"
    found = diagnosed(run)
    assert (found.verdict, found.confidence) == ("diverged", 1.0)
    assert found.evidence == run.verdict.evidence
    assert [branch.name for branch in found.branches] == ["r1", "other-ratio", "lower-rates"]
    assert {(one.from_round, one.to_round) for one in found.branches} == {(0, 300)}
    folders = [RunFolder(path) for path in (run.path / BRANCHES).glob("*-s*")]
    assert len(folders) == 9
    assert not any("branched_from" in one.run for one in folders)
    gone = found.branch("other-ratio").runs
    assert "diverged" in {one.status for one in gone}
    assert not any(one.cured for one in gone)
    assert (found.detective, found.dynamics) == (None, None)
    assert "from the run's end" not in found.advice.words
    assert found.advice.sets == best_cure(found.branches).sets
    assert read_diagnosis(run.path) == found


def test_continuations_that_disagree_are_played_for_longer(
    tmp_path: Path, collapsed: Collapsed, no_probe: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what they say then is taken: here, that two of five became better."""
    run = resumable(collapsed, tmp_path)
    honest = Branches.judged

    def disagreeing(branches: Branches, plan: Plan) -> list[Continued]:
        words: list[Word] = ["undertrained"] * (4 if plan == LONGEST else 2)
        found = honest(branches, plan)
        return [
            replace(one, word=word)
            for one, word in zip(
                found, [*words, "collapsed", "collapsed", "collapsed"], strict=False
            )
        ]

    monkeypatch.setattr(Branches, "judged", disagreeing)
    watcher = Watcher()
    found = diagnosed(run, watcher)
    assert found.verdict == "undertrained"
    assert found.confidence == CONFIDENCE[4]
    longer = found.branch("longer")
    assert (longer.to_round, longer.title) == (10 * T, LONGEST.title)
    assert len([branch for branch in found.branches if branch.name == "longer"]) == 1
    for one in longer.runs:
        (path,) = (
            path
            for path in (run.path / BRANCHES).glob(f"longer-s{one.seed}-*")
            if RunFolder(path).config.training.steps == 10 * T
        )
        assert RunFolder(path).run["sessions"][0]["from_round"] == 4 * T
    (more,) = found.advice.sets
    assert more.startswith("training.steps=")
    assert T < int(more.partition("=")[2]) <= 10 * T


# Branches


def stub(folder: Path, one: Experiment, name: str = "tiny") -> Any:
    """As much of a finished run as a plan looks at."""
    (folder / "config.yaml").write_text(to_yaml(one))
    return SimpleNamespace(path=folder, config=one, id=run_id(one), run={})


ALL = [LONGER, RESET, *cures(tiny()), Plan("afresh", "", rounds=1, seeds=3, afresh=True)]


def test_seeds_are_all_different_and_the_same_whenever_asked_for(tmp_path: Path) -> None:
    run = stub(tmp_path, tiny())
    seeds = [plan.seed(run, which) for plan in ALL for which in range(plan.seeds)]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**31 for seed in seeds)
    other = stub(tmp_path, tiny().with_seed(1))
    assert not set(seeds) & {plan.seed(other, which) for plan in ALL for which in range(5)}
    assert [LONGEST.seed(run, which) for which in range(5)] == seeds[:5]
    run.id = "0123456789abcdef"
    assert (LONGER.seed(run, 0), LONGER.seed(run, 1)) == GOLDEN, "killed ones would begin anew"


GOLDEN = (1996597468, 1319588715)


def test_a_branch_differs_from_the_run_in_what_it_says_and_in_what_it_must(tmp_path: Path) -> None:
    run = stub(tmp_path, tiny())
    for plan in ALL:
        for one in plan.experiments(run):
            rest = one.model_dump(exclude={"name", "seeds", "snapshots"})
            config = load_experiment(run.path / "config.yaml", plan.sets)
            wanted = config.model_dump(exclude={"name", "seeds", "snapshots"})
            wanted["training"]["steps"] = plan.rounds * T
            wanted["evaluation"]["every"] = 1
            assert rest == wanted
            assert folder_of(run, one).parent == tmp_path / BRANCHES


@pytest.mark.parametrize(
    ("steps", "every", "expected"), [(10_000, 250, 250), (10_000, 5_000, 500), (7, 7, 1)]
)
def test_a_branch_is_evaluated_often_enough(
    tmp_path: Path, steps: int, every: int, expected: int
) -> None:
    run = stub(tmp_path, tiny(training={"steps": steps}, evaluation={"every": every}))
    assert {one.evaluation.every for one in LONGER.experiments(run)} == {expected}


def test_a_run_that_was_evaluated_all_the_time_has_branches_too(tmp_path: Path) -> None:
    """No run may have more than 100,000 rows; all lengths of a branch are evaluated alike."""
    run = stub(tmp_path, tiny(training={"steps": 90_000}, evaluation={"every": 1}))
    every = {plan: plan.experiments(run)[0].evaluation.every for plan in (LONGER, LONGEST)}
    assert every[LONGER] == every[LONGEST] == 9


# Cures


CONFIGS: dict[str, dict[str, Any]] = {
    "default": {},
    "fast detective": {"optimizer": {"learning_rate_ratio": 5.0}},
    "many steps": {"training": {"discriminator_steps": 5}},
    "many fast steps": {
        "training": {"discriminator_steps": 5},
        "optimizer": {"learning_rate_ratio": 3.0},
    },
    "slow detective": {"optimizer": {"learning_rate_ratio": 0.1}},
    "many slow steps": {
        "training": {"discriminator_steps": 4},
        "optimizer": {"learning_rate_ratio": 0.2},
    },
    "R1": {"penalties": {"r1": {"weight": 10.0}}},
    "R1 of no weight": {"penalties": {"r1": {"weight": 0.0}}},
    "strong R1": {"penalties": {"r1": {"weight": 3e4}}},
    "strongest R1": {"penalties": {"r1": {"weight": 1e6}}},
    "WGAN-GP": {
        "objective": "wasserstein",
        "penalties": {"gradient_penalty": {"weight": 1.0}},
        "training": {"discriminator_steps": 5},
    },
    "WGAN": {"objective": "wasserstein", "discriminator": {"weight_clip": 0.01}},
    "odd rate": {"optimizer": {"learning_rate": 1.23456e-4, "learning_rate_ratio": 0.123456}},
}


@pytest.mark.parametrize("sections", CONFIGS.values(), ids=CONFIGS)
def test_every_cure_can_be_pasted_and_changes_what_it_says(
    tmp_path: Path, sections: dict[str, Any]
) -> None:
    one = experiment(0, **sections)
    run = stub(tmp_path, one)
    plans = cures(one)
    assert [plan.name for plan in plans][1:] == ["other-ratio", "lower-rates"]
    for plan in plans:
        changed = load_experiment(run.path / "config.yaml", plan.sets)
        before, after = flat(one.model_dump()), flat(changed.model_dump())
        fields = {name for name in before | after if before.get(name) != after.get(name)}
        assert fields == {setting.partition("=")[0] for setting in plan.sets}, plan.title
        assert all(config.seeds for config in plan.experiments(run))


def flat(content: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Every value by its dotted name."""
    found: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        elif value is not None:
            found[f"{prefix}{name}"] = value
    return found


@pytest.mark.parametrize(
    ("sections", "sets"),
    [
        ({}, ["optimizer.learning_rate_ratio=3"]),
        (CONFIGS["fast detective"], ["optimizer.learning_rate_ratio=1"]),
        (CONFIGS["many steps"], ["training.discriminator_steps=1"]),
        (
            CONFIGS["many fast steps"],
            ["optimizer.learning_rate_ratio=1", "training.discriminator_steps=1"],
        ),
        (CONFIGS["slow detective"], ["optimizer.learning_rate_ratio=0.3"]),
    ],
)
def test_a_detective_that_is_ahead_is_slowed_and_one_that_is_not_is_sped_up(
    sections: dict[str, Any], sets: list[str]
) -> None:
    (plan,) = (plan for plan in cures(experiment(0, **sections)) if plan.name == "other-ratio")
    assert list(plan.sets) == sets


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        (None, 0.1, "with R1"),
        (0.0, 0.1, "with R1"),
        (10.0, 100.0, "R1 10 times as strong"),
        (3e4, 3e5, "R1 10 times as strong"),
        (3e5, 3e4, "R1 a tenth as strong"),
    ],
)
def test_r1_is_added_or_made_stronger_within_bounds(
    old: float | None, new: float, title: str
) -> None:
    penalties = {} if old is None else {"r1": {"weight": old}}
    plan = cures(experiment(0, penalties=penalties))[0]
    assert plan.title == title
    (setting,) = plan.sets
    name, _, weight = setting.partition("=")
    assert (name, float(weight)) == ("penalties.r1.weight", new)


def test_a_cure_is_tried_at_steady_rates_where_the_runs_have_fallen() -> None:
    falling = experiment(0, optimizer={"schedule": {"linear": {"until": 50}}})
    for plan, plain in zip(cures(falling), cures(experiment(0)), strict=True):
        assert plan.sets == (*plain.sets, "optimizer.schedule=constant")
        assert plan.title == f"{plain.title}, rates not falling"


def test_cures_begin_at_the_run_s_end_or_are_tried_from_scratch() -> None:
    assert {(plan.rounds, plan.afresh) for plan in cures(tiny())} == {(3.0, False)}
    assert {(plan.rounds, plan.afresh) for plan in cures(tiny(), afresh=True)} == {(1.0, True)}


def a_run(seed: int = 0, **fields: Any) -> BranchRun:
    return BranchRun(
        **{
            "seed": seed,
            "status": "complete",
            "word": None,
            "covered": 3.0,
            "high_quality": 0.9,
            "mode_tv": 0.3,
            "missing": (),
            "cured": False,
            "sharpening": False,
            "track": Track((), ()),
            **fields,
        }
    )


def a_branch(name: str = "r1", runs: int = 3, **fields: Any) -> Branch:
    sets = fields.pop("sets", ("penalties.r1.weight=0.1",))
    from_round, title = fields.pop("from_round", T), fields.pop("title", f"with {name}")
    members = tuple(a_run(seed, **fields) for seed in range(runs))
    return Branch(name, title, sets, from_round, 3 * T, members)


def test_the_best_cure_leaves_most_without_fault_then_most_modes_then_the_least_distance() -> None:
    none = a_branch("none", covered=None, high_quality=None, mode_tv=None)
    far = a_branch("far", mode_tv=0.4)
    near = a_branch("near", mode_tv=0.3)
    more = a_branch("more", covered=4.0, mode_tv=0.8)
    cured = a_branch("cured", covered=2.9, mode_tv=0.9, cured=True)
    order = [none, far, near, more, cured]
    for place in range(1, len(order)):
        assert best_cure(order[: place + 1]) is order[place]
        assert best_cure(order[place::-1]) is order[place]
    assert best_cure([none]) is None
    assert best_cure([]) is None


def test_the_best_cure_is_tried_from_scratch_with_the_same_settings(tmp_path: Path) -> None:
    sets = ("penalties.r1.weight=1", "optimizer.b1=0.25")
    plan = afresh(a_branch(sets=sets))
    assert plan.sets == sets
    assert plan.afresh
    assert {one.branch_point for one in plan.members(stub(tmp_path, tiny()))} == {None}
    assert plan.title == "from scratch: with r1"


# Advice


def arriving(
    at: float, before: float = 0.5, after: float = 0.9
) -> tuple[np.ndarray, np.ndarray, float]:
    rounds = np.arange(1000.0, 9000.0, 250.0)
    return rounds, np.where(rounds >= at, after, before), before


def test_the_round_of_rest_is_where_most_continuations_have_arrived() -> None:
    # The mean of five evaluations arrives a thousand rounds after the course itself.
    assert rounds_until_rest(1000, [arriving(4000)]) == 5000
    assert rounds_until_rest(1000, [arriving(at) for at in (2000, 4250, 7000)]) == 5300, (
        "rounded up"
    )
    assert rounds_until_rest(1000, [arriving(at) for at in (2000, 6000)]) == 5000
    rounds, _, before = arriving(0)
    gently = rounds, np.linspace(0.5, 0.9, len(rounds)), before
    found = rounds_until_rest(1000, [gently])
    assert found is not None
    assert 7000 < found < 8000
    noisy = rounds, 0.9 - 0.4 * (rounds < 5000) + 0.3 * (np.arange(len(rounds)) == 3), before
    assert rounds_until_rest(1000, [noisy]) == 6000, "one lucky evaluation is no arrival"


def test_a_run_that_needs_more_is_told_to_take_half_as_many_more_at_least() -> None:
    assert rounds_until_rest(1000, [arriving(1000)]) == 2000
    assert rounds_until_rest(3000, [arriving(1000)]) == 4500


def test_a_continuation_that_shows_nothing_has_no_say_in_it() -> None:
    rounds, _, _ = arriving(0)
    unknown = rounds, np.full(len(rounds), np.nan), 0.5
    single = rounds[:1], np.array([0.5]), 0.5
    assert rounds_until_rest(1000, [unknown, arriving(4000), single]) == 5000
    assert rounds_until_rest(1000, [unknown, single]) is None
    assert rounds_until_rest(1000, []) is None


def advised(run: Any, word: Word, **fields: Any) -> Advice:
    wanted = {"best": None, "afresh": None, "rounds_wanted": None, "everything": "all 3 modes"}
    return advice(run, word, **{**wanted, **fields})


NAMES = ["tiny", "a.name-with_every.sign", "n" * 64]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("folder", ["plain", "with spaces and 'quotes'"])
def test_commands_can_be_pasted_and_their_settings_load(
    tmp_path: Path, name: str, folder: str
) -> None:
    (tmp_path / folder).mkdir()
    run = stub(tmp_path / folder, tiny(name=name))
    for one in (
        advised(run, "collapsed", best=a_branch(), afresh=a_branch("afresh", from_round=0)),
        advised(run, "oscillating", best=a_branch("lower-rates")),
        advised(run, "undertrained", best=a_branch(), rounds_wanted=4300),
    ):
        ganrun, train, config, *rest = shlex.split(one.command)
        assert (ganrun, train, config) == ("ganrun", "train", str(run.path / "config.yaml"))
        assert rest[-2:] == ["--runs-dir", str(run.path.parent)], "it is not ./runs"
        del rest[-2:]
        assert rest[::2] == ["--set"] * (len(rest) // 2)
        assert [setting for setting in rest[1::2] if not setting.startswith("name=")] == [*one.sets]
        loaded = load_experiment(Path(config), rest[1::2])
        assert loaded != run.config
        assert "\n" not in one.words


def test_a_longer_run_keeps_its_name_and_a_cured_one_gets_another(tmp_path: Path) -> None:
    """So that the first goes on from the run that is there, and the second stands beside it."""
    run = stub(tmp_path, tiny())
    assert "name=" not in advised(run, "undertrained", rounds_wanted=4300).command
    assert advised(run, "undertrained", rounds_wanted=4300).sets == ("training.steps=4300",)
    assert "name=tiny-r1" in advised(run, "collapsed", best=a_branch()).command


def test_nothing_is_advised_where_nothing_need_change_or_nothing_is_known(tmp_path: Path) -> None:
    run = stub(tmp_path, tiny())
    for one in (advised(run, "converged", best=a_branch()), advised(run, "collapsed")):
        assert (one.sets, one.command) == ((), None)


def test_advice_says_what_the_cure_did_and_where_it_began(tmp_path: Path) -> None:
    run = stub(tmp_path, tiny())
    best = a_branch(covered=2.5, cured=True)
    again = a_branch("afresh", covered=1.25, title="from scratch: with r1", from_round=0)
    both = advised(run, "collapsed", best=best, afresh=again).words
    found = "3 of 3 GANs find all 3 modes"
    assert both == (
        f'Of the cures tried, "with r1" did best: from the run\'s end {found} (2.5 covered on '
        f"average), 3 without fault; from scratch {found} (1.2 covered on average), 0 without "
        "fault."
    )
    anew = advised(run, "diverged", best=replace(best, from_round=0)).words
    assert f'"with r1" did best: from scratch {found}' in anew


def test_a_cure_that_finds_every_mode_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    run = stub(tmp_path, tiny())
    lacking = a_branch("afresh", from_round=0, missing=(1,))
    assert advised(run, "collapsed", best=a_branch(), afresh=lacking).words.endswith(
        "So it is not yet a cure."
    )
    found = a_branch("afresh", from_round=0)
    assert advised(run, "collapsed", best=a_branch(), afresh=found).words.endswith(
        "So every mode is found, if not sharply."
    )
    soft = a_branch("afresh", from_round=0, sharpening=True)
    assert advised(run, "collapsed", best=a_branch(), afresh=soft).words.endswith(
        "So every mode is found; they are still sharpening, and more rounds should help."
    )


# Evidence


def shown(
    word: Word,
    missing: tuple[int, ...] = (),
    well_placed: tuple[float, float] = (0.5, 0.75),
) -> Continued:
    came_to = Ending(covered=3, high_quality=0.912, mode_tv=0.345, missing=missing, good=False)
    return Continued(word, well_placed=well_placed, covered=(2.0, 3.0), ending=came_to)


def a_diagnosis(verdict: Word = "collapsed", **fields: Any) -> Diagnosis:
    return Diagnosis(
        **{
            "format": FORMAT,
            "id": "0123456789abcdef",
            "name": "tiny",
            "seed": 0,
            "rounds": T,
            "verdict": verdict,
            "confidence": 0.95,
            "evidence": "",
            "quick": Quick(verdict, 0.5, "What is seen at a glance."),
            "advice": Advice("Try this.", ("a=1",), "ganrun train x --set a=1"),
            "weights": (0.2,) * 5,
            "perfect_modes": (1.0,) * 5,
            "perfect_high_quality": 0.99,
            "perfect_mode_tv": 0.02,
            "before": Track((0, 10, 20), ((0.1,) * 5,) * 3),
            "branches": (a_branch("longer", runs=5, sets=()),),
            "detective": None,
            "dynamics": None,
            **fields,
        }
    )


def told(longer: Sequence[Continued], **fields: Any) -> str:
    found = judgement(longer)
    paragraph = evidence(a_diagnosis(found.word, **fields), longer, found)
    assert "\n" not in paragraph
    assert paragraph.endswith(".")
    return paragraph


LEAD = "Played on to round 60 with fresh noise, all 5 GANs "


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            shown("undertrained"),
            "became better: 75 % of their samples are where they belong instead of 50 %, and 3.0 "
            "of 5 modes are covered instead of 2.0.",
        ),
        (
            shown("sharpening"),
            "covered every mode and became sharper: 75 % of their samples are where they belong "
            "instead of 50 %.",
        ),
        (shown("stuck"), "did not get away: 91 % of their samples are high-quality."),
        (shown("oscillating"), "kept losing modes and finding them again"),
        (
            shown("collapsed", missing=(1, 4)),
            "ended with modes missing. 2 of 5 modes (1 and 4) are lost, the same each time.",
        ),
        (
            shown("collapsed", missing=(3,)),
            "ended with modes missing. 1 of 5 modes (3) is lost, the same each time.",
        ),
        (shown("imprecise"), "stayed out of tolerance, with high_quality 0.91 and mode_tv 0.34."),
        (shown("converged"), "91 % of their samples are high-quality and no mode is missing."),
        (shown("diverged"), "diverged: a loss, weight or sample stopped being finite."),
    ],
    ids=lambda value: value.word if isinstance(value, Continued) else "",
)
def test_the_evidence_says_what_the_longer_game_showed(one: Continued, said: str) -> None:
    paragraph = told([one] * 5)
    assert paragraph.startswith(LEAD)
    assert said in paragraph


def test_the_numbers_are_the_means_of_those_that_agree_and_the_others_are_counted() -> None:
    better = [shown("undertrained", well_placed=(0.5, after)) for after in (0.7, 0.8, 0.9)]
    others = [shown("collapsed", missing=(0,), well_placed=(0.0, 0.0)), shown("converged")]
    paragraph = told([*better, *others])
    assert "fresh noise, 3 of 5 GANs became better: 80 % of" in paragraph
    assert paragraph.endswith("The others: 1 collapsed, 1 converged.")


def test_modes_that_are_lost_now_here_now_there_are_counted() -> None:
    sets = ((0,), (0, 2), (2,), (0, 3), (0,))
    paragraph = told([shown("collapsed", missing=missing) for missing in sets])
    assert "Not always the same ones: mode 0 in 4, mode 2 in 2, mode 3 in 1." in paragraph


@pytest.mark.parametrize(("covered", "said"), [(4.0, "brings lost"), (3.9, "does not bring")])
def test_a_new_detective_brings_modes_back_if_one_more_is_covered(
    covered: float, said: str
) -> None:
    branches = (
        a_branch("longer", runs=5, sets=(), covered=3.0),
        a_branch("reset-detective", sets=(), covered=covered),
    )
    paragraph = told([shown("collapsed", missing=(1,))] * 5, branches=branches)
    assert f"A new detective {said}" in paragraph
    assert f"({covered:.1f} of 5 covered in the end, 3.0 with the old one)" in paragraph
    assert "detective" not in told([shown("imprecise")] * 5, branches=branches)


def test_of_a_run_that_diverged_the_evidence_is_what_was_seen() -> None:
    """Its last finite state says nothing: it is on its way out of all bounds."""
    diagnosis = a_diagnosis(
        "diverged",
        branches=(),
        detective=Detective(1.0, 1.0, None, 250, True),
        dynamics=about("stable"),
    )
    paragraph = evidence(diagnosis, [], Judgement("diverged", 1.0, 0, 0))
    assert paragraph == "What is seen at a glance."


@pytest.mark.parametrize("agree", [5, 4, 3, 2])
def test_the_more_agree_the_surer_it_is(agree: int) -> None:
    others: list[Word] = ["imprecise", "converged", "oscillating"]
    longer = [shown("collapsed")] * agree + [shown(word) for word in others[: 5 - agree]]
    found = judgement(longer)
    assert (found.word, found.agree, found.of) == ("collapsed", agree, 5)
    assert not found.settled, "modes that are missing may yet be found"
    progress = judgement([shown("undertrained")] * agree + [shown("collapsed")] * (5 - agree))
    assert progress.settled == (agree == 5)
    surest = judgement([shown("collapsed")] * 5).confidence
    assert 0.5 <= found.confidence <= surest < 1


# The document


def a_full_diagnosis() -> Diagnosis:
    track = Track((20, 30), ((0.1, 0.2, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.3, 0.0)))
    return a_diagnosis(
        branches=(
            a_branch("longer", runs=2, word="collapsed", missing=(1, 2), track=track),
            a_branch("r1", runs=1, status="diverged", covered=None, mode_tv=None, track=track),
        ),
        detective=Detective(0.6, 0.9, (0.88, 0.92), 1000, True),
        dynamics=about("stable"),
    )


@pytest.mark.parametrize("make", [a_diagnosis, a_full_diagnosis])
def test_what_is_written_is_read_back_equal(tmp_path: Path, make: Callable[[], Diagnosis]) -> None:
    diagnosis = make()
    assert write_diagnosis(tmp_path, diagnosis) == tmp_path / "diagnosis.json"
    assert read_diagnosis(tmp_path) == diagnosis
    assert json.loads((tmp_path / "diagnosis.json").read_text())["verdict"] == diagnosis.verdict


def test_where_nothing_is_written_nothing_is_read(tmp_path: Path) -> None:
    assert read_diagnosis(tmp_path) is None


Change = Callable[[dict[str, Any]], Any]
BROKEN: dict[str, tuple[Change, str]] = {
    "missing key": (lambda content: content.pop("advice"), "advice"),
    "missing key within": (lambda content: content["quick"].pop("evidence"), "quick.evidence"),
    "extra key": (lambda content: content.update(seconds=3), "seconds"),
    "extra key within": (
        lambda content: content["branches"][0]["runs"][1].update(extra=1),
        "branches.0.runs.1.extra",
    ),
    "not a number": (lambda content: content.update(confidence="high"), "confidence"),
    "not a word": (lambda content: content.update(verdict="fine"), "verdict"),
    "no list": (lambda content: content.update(weights=None), "weights"),
    "not a kind": (lambda content: content["dynamics"].update(kind="wild"), "dynamics.kind"),
    "pair of one": (
        lambda content: content["dynamics"].update(eigenvalues=[[1.0]]),
        "dynamics.eigenvalues.0",
    ),
    "huge": (lambda content: content.update(confidence=10**400), "confidence"),
    "a text": (lambda content: content.update(seed="5"), "seed"),
    "a truth": (lambda content: content.update(rounds=True), "rounds"),
    "beyond 1": (lambda content: content["weights"].append(1.5), "weights.5"),
    "one mode too many": (lambda content: content["weights"].append(0.5), ""),
    "a control character": (lambda content: content.update(evidence="\x1b[2J"), "evidence"),
}


@pytest.mark.parametrize(("change", "where"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_diagnosis_is_told_so_with_its_place(
    tmp_path: Path, change: Change, where: str
) -> None:
    content = asdict(a_full_diagnosis())
    content = json.loads(json.dumps(content))
    change(content)
    (tmp_path / "diagnosis.json").write_text(json.dumps(content))
    with pytest.raises(RunFolderError) as caught:
        read_diagnosis(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'diagnosis.json'}: is no diagnosis: {where}")
    assert "\n" not in message


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": NaN}', "\x00", '"format"'])
def test_what_is_no_document_is_told_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "diagnosis.json").write_text(text)
    with pytest.raises(RunFolderError, match=r"diagnosis\.json: "):
        read_diagnosis(tmp_path)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_no_number_that_is_not_finite_is_written_or_read(tmp_path: Path, number: float) -> None:
    unknown = replace(a_full_diagnosis(), perfect_high_quality=number)
    with pytest.raises((ValueError, StoreError)):
        write_diagnosis(tmp_path, unknown)
    assert not list(tmp_path.iterdir())
    (tmp_path / "diagnosis.json").write_text(json.dumps(asdict(unknown)))
    with pytest.raises(RunFolderError):
        read_diagnosis(tmp_path)


@pytest.mark.parametrize("rows", [0, 1, 2, 119, 120, 121, 1000])
def test_a_course_is_thinned_to_what_can_be_drawn_with_its_first_and_last(rows: int) -> None:
    steps = np.arange(rows) * 250
    shares = np.linspace(0, 1, rows)
    track = track_of({"step": steps, "share_0": shares, "share_1": 1 - shares}, 2)
    assert len(track.steps) == len(track.shares) == min(rows, MOST_POINTS)
    assert list(track.steps) == sorted(set(track.steps))
    assert set(track.steps) <= set(steps.tolist())
    if rows:
        assert (track.steps[0], track.steps[-1]) == (0, steps[-1])
        assert (track.shares[0], track.shares[-1]) == (
            (shares[0], 1.0),
            (shares[-1], 1 - shares[-1]),
        )
    assert all(isinstance(step, int) for step in track.steps)


def test_a_share_that_is_not_known_is_drawn_as_none() -> None:
    track = track_of({"step": np.array([0]), "share_0": np.array([np.nan])}, 1)
    assert track.shares == ((0.0,),)
