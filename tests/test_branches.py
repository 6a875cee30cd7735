"""A branch begins at a finished run's last state: what the two share, and what they do not."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from game_examples import experiment, hyper_of
from store_examples import as_earlier, result_bytes

from ganrun.config import Experiment
from ganrun.game import population
from ganrun.game.members import game_of
from ganrun.game.population import state_as_dict
from ganrun.game.rounds import initial_state
from ganrun.playing import play
from ganrun.playing.jobs import BranchPoint, Hooks, Job, Member, Options, Outcome
from ganrun.playing.progress import MemberProgress
from ganrun.playing.schedule import evaluation_rounds
from ganrun.store import RunFolder, layout, open_run, run_path
from ganrun.store.formats import checkpoint_bytes

pytestmark = pytest.mark.usefixtures("quick_xla")

T = 60
"""Rounds of the run that the branches leave."""
Arrays = dict[str, np.ndarray]


@pytest.fixture(autouse=True)
def _quick_disk_and_short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here sees whether the disk was waited for; an interrupt is heard every ten rounds."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(play, "PROGRESS_SECONDS", 0)
    monkeypatch.setattr(play, "FIRST_CHUNK", 10)
    monkeypatch.setattr(play, "CHUNK_SECONDS", 1e-9)


def tiny(seed: int = 0, *, steps: int = 2 * T, **sections: Any) -> Experiment:
    return experiment(
        seed,
        **{
            "training": {"steps": steps},
            "optimizer": {"learning_rate": 0.01},
            "evaluation": {"every": 10},
            **sections,
        },
    )


@dataclass
class Listener:
    """Asks for an end, or ends the whole process, once a member has played so many rounds."""

    interrupt_at: float = float("inf")
    kill_at: float = float("inf")
    round: int = 0

    def post(self, members: Sequence[MemberProgress]) -> None:
        self.round = max(member.round for member in members)
        if self.round >= self.kill_at:
            raise Killed

    def interrupted(self) -> bool:
        return self.round >= self.interrupt_at


class Killed(BaseException):
    """Ends a job where it stands, like a signal that nobody can catch."""


def played(
    runs: Path,
    *members: tuple[Experiment, BranchPoint | None],
    listener: Listener | None = None,
    **options: Any,
) -> list[Outcome]:
    """Play experiments from where they start, in one job."""
    listener = listener or Listener()
    job = Job(
        members=tuple(Member(one, branch_point=start) for one, start in members),
        options=Options(runs_dir=runs, **options),
    )
    return play.play_job(job, jax.local_devices()[0], Hooks(listener.interrupted, listener.post))


def finished(
    runs: Path, one: Experiment, start: BranchPoint | None = None, **options: Any
) -> RunFolder:
    (outcome,) = played(runs, (one, start), **options)
    assert outcome.how == "trained", outcome.error
    assert outcome.path is not None
    return RunFolder(outcome.path)


def state_of(folder: RunFolder) -> Arrays:
    checkpoint = folder.checkpoint()
    assert checkpoint is not None
    return dict(checkpoint.state)


def start_of(runs: Path, one: Experiment, start: BranchPoint) -> Arrays:
    """The state that a branch begins with: it is interrupted before its first round."""
    (outcome,) = played(runs, (one, start), listener=Listener(interrupt_at=0))
    assert outcome.how == "interrupted"
    return state_of(RunFolder(outcome.path))


def same(some: Arrays, others: Arrays, part: str = "") -> bool:
    """Whether all arrays whose names begin like this are the same, to the bit."""
    assert some.keys() == others.keys()
    names = [name for name in some if name.startswith(part)]
    assert names
    return all(some[name].tobytes() == others[name].tobytes() for name in names)


def late_lines(folder: RunFolder) -> tuple[str, ...]:
    """The rows after the run's end."""
    return tuple(line for line in folder.metrics_table().lines if int(line.split(",", 1)[0]) > T)


@pytest.fixture(scope="module")
def run(quick_xla: None, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return finished(tmp_path_factory.mktemp("run"), tiny(steps=T))


@pytest.fixture(scope="module")
def longer(tmp_path_factory: pytest.TempPathFactory, run: RunFolder) -> RunFolder:
    """A branch with noise of its own, played alone and in one go."""
    return finished(tmp_path_factory.mktemp("longer"), tiny(1), BranchPoint(run.path))


# From the run's last state


def test_a_branch_with_the_run_s_own_seed_is_the_run_trained_for_longer(
    tmp_path: Path, run: RunFolder
) -> None:
    branch = finished(tmp_path / "branch", tiny(), BranchPoint(run.path))
    whole = finished(tmp_path / "whole", tiny())
    assert len(late_lines(branch)) == T // 10
    assert branch.metrics_table().lines == late_lines(whole)
    assert same(state_of(branch), state_of(whole))
    ours, theirs = branch.snapshots(), whole.snapshots()
    late = theirs.steps > T
    assert late.any()
    assert ours.steps.tolist() == theirs.steps[late].tolist()
    assert ours.samples.tobytes() == theirs.samples[late].tobytes()
    assert ours.field.tobytes() == theirs.field[late].tobytes()
    metrics = {name for name in whole.summary if not name.startswith("verdict")}
    assert {name: branch.summary[name] for name in metrics} == {
        name: whole.summary[name] for name in metrics
    }


def test_a_branch_with_another_seed_is_another_game_and_the_same_wherever_it_is_played(
    tmp_path: Path, run: RunFolder, longer: RunFolder
) -> None:
    elsewhere = tmp_path / "elsewhere" / run.path.name
    shutil.copytree(run.path, elsewhere)
    again = finished(tmp_path, tiny(1), BranchPoint(elsewhere), commit_every=0)
    assert result_bytes(again) == result_bytes(longer)
    own = finished(tmp_path, tiny(0), BranchPoint(run.path))
    assert not same(state_of(own), state_of(longer), "generator/params")
    assert own.metrics_table().lines != longer.metrics_table().lines


def test_a_branch_begins_with_the_whole_state_of_the_run(tmp_path: Path, run: RunFolder) -> None:
    assert same(start_of(tmp_path, tiny(5), BranchPoint(run.path)), state_of(run))


def test_its_rows_and_snapshots_begin_after_the_run_s_end(longer: RunFolder) -> None:
    assert longer.metrics()["step"].tolist() == list(range(T + 10, 2 * T + 1, 10))
    snapshots = longer.snapshots()
    assert snapshots.steps.min() > T
    assert snapshots.steps.max() == 2 * T


def test_rows_between_the_run_s_own_evaluations_are_those_of_the_branch_s_schedule(
    tmp_path: Path, run: RunFolder
) -> None:
    """The run's end need not be a multiple of what the branch is evaluated every."""
    branch = finished(tmp_path, tiny(1, evaluation={"every": 25}), BranchPoint(run.path))
    assert branch.metrics()["step"].tolist() == [75, 100, 120]
    assert set(evaluation_rounds(2 * T, 25)) == {0, 25, 50, 75, 100, 120}


def test_its_record_says_whence_it_comes(run: RunFolder, longer: RunFolder) -> None:
    record = longer.run
    origin = {"folder": str(run.path), "id": run.id, "round": T}
    assert record["branched_from"] == {**origin, "verified": True}
    assert record["reused_from"] is None
    (session,) = record["sessions"]
    assert (session["from_round"], session["to_round"]) == (T, 2 * T)
    assert record["rounds_per_second"] == pytest.approx(T / record["training_seconds"])


def test_an_ordinary_run_is_no_branch(run: RunFolder) -> None:
    assert "branched_from" not in run.run


def test_a_branch_that_is_finished_is_found(tmp_path: Path, run: RunFolder) -> None:
    first = finished(tmp_path, tiny(1), BranchPoint(run.path))
    before = {path: path.stat().st_mtime_ns for path in first.path.iterdir()}
    assert played(tmp_path, (tiny(1), BranchPoint(run.path))) == [Outcome(1, "found", first.path)]
    assert {path: path.stat().st_mtime_ns for path in first.path.iterdir()} == before


def test_two_branches_of_one_config_under_two_names_are_two_runs(
    tmp_path: Path, run: RunFolder
) -> None:
    """An id says nothing of where a branch begins, so it is sought under its own name."""
    first = finished(tmp_path, tiny(1), BranchPoint(run.path))
    renamed = tiny(1, name="reset")
    second = finished(tmp_path, renamed, BranchPoint(run.path, new_discriminator=True))
    assert first.id == second.id
    assert first.path != second.path
    assert not same(state_of(first), state_of(second), "generator/params")


def test_a_regularizer_may_be_added_in_a_branch(
    tmp_path: Path, run: RunFolder, longer: RunFolder
) -> None:
    regularized = tiny(1, penalties={"r1": {"weight": 1.0}})
    assert same(start_of(tmp_path / "start", regularized, BranchPoint(run.path)), state_of(run))
    branch = finished(tmp_path, regularized, BranchPoint(run.path))
    assert (branch.metrics()["penalty"] > 0).all()
    assert (longer.metrics()["penalty"] == 0).all()
    assert not same(state_of(branch), state_of(longer), "discriminator/params")


# A new discriminator


def copied(run: RunFolder, folder: Path, **changed: Any) -> RunFolder:
    """A copy of the run, with other arrays in its checkpoint."""
    path = folder / run.path.name
    shutil.copytree(run.path, path)
    checkpoint = run.checkpoint()
    assert checkpoint is not None
    state = {**checkpoint.state, **changed}
    (path / "checkpoint.safetensors").write_bytes(
        checkpoint_bytes(replace(checkpoint, state=state))
    )
    as_earlier(path)  # which notes no digests
    return RunFolder(path)


def with_other_discriminator(run: RunFolder, folder: Path) -> RunFolder:
    """A copy of the run whose discriminator is another in everything but its shape."""
    player = {name: x for name, x in state_of(run).items() if name.startswith("discriminator/")}
    return copied(
        run, folder, **{name: np.asarray(x + x.dtype.type(1)) for name, x in player.items()}
    )


def test_a_new_discriminator_is_the_untrained_one_of_the_branch_s_own_seed(
    tmp_path: Path, run: RunFolder
) -> None:
    one = tiny(7)
    start = start_of(tmp_path, one, BranchPoint(run.path, new_discriminator=True))
    untrained = state_as_dict(jax.tree.map(np.asarray, initial_state(game_of(one), hyper_of(one))))
    assert same(start, untrained, "discriminator/")
    assert same(start, state_of(run), "generator/")
    assert not same(start, state_of(run), "discriminator/params")
    assert start["round"] == T


def test_what_follows_does_not_depend_on_the_run_s_discriminator(
    tmp_path: Path, run: RunFolder
) -> None:
    other = with_other_discriminator(run, tmp_path / "source")
    new, old = (
        [
            finished(tmp_path / f"{kind}-{place}", tiny(1), BranchPoint(source.path, kind == "new"))
            for place, source in enumerate((run, other))
        ]
        for kind in ("new", "old")
    )
    assert result_bytes(new[0]) == result_bytes(new[1])
    assert not same(state_of(old[0]), state_of(old[1]), "generator/params")


# Interrupted, killed, gone on with


@pytest.mark.parametrize("new_discriminator", [False, True])
def test_a_branch_that_was_interrupted_and_resumed_is_as_if_it_had_not_been(
    tmp_path: Path, run: RunFolder, new_discriminator: bool
) -> None:
    one, start = tiny(1), BranchPoint(run.path, new_discriminator)
    undisturbed = finished(tmp_path / "calm", one, start)
    for at in (0, T + 10, T + 35):
        (halted,) = played(tmp_path / "broken", (one, start), listener=Listener(interrupt_at=at))
        assert halted.how == "interrupted"
        assert max(at, T) <= RunFolder(halted.path).checkpoint().round < 2 * T
    branch = finished(tmp_path / "broken", one, start)
    assert result_bytes(branch) == result_bytes(undisturbed)
    assert branch.run["branched_from"] == undisturbed.run["branched_from"]
    ends = [(one["from_round"], one["to_round"]) for one in branch.run["sessions"]]
    assert ends[0][0] == T
    assert [end[0] for end in ends[1:]] == [end[1] for end in ends[:-1]]
    assert ends[-1][1] == 2 * T


@pytest.mark.parametrize("commit_every", [0.0, 1e9])
def test_a_branch_that_was_killed_and_resumed_is_as_if_it_had_not_been(
    tmp_path: Path, run: RunFolder, longer: RunFolder, commit_every: float
) -> None:
    """With a checkpoint from every ten rounds to go on from, or with none at all."""
    for at in (T + 10, T + 40):
        with pytest.raises(Killed):
            played(
                tmp_path,
                (tiny(1), BranchPoint(run.path)),
                listener=Listener(kill_at=at),
                commit_every=commit_every,
            )
        checkpoint = RunFolder(run_path(tmp_path, tiny(1))).checkpoint()
        assert (checkpoint is None) == (commit_every > 0)
    branch = finished(tmp_path, tiny(1), BranchPoint(run.path))
    assert result_bytes(branch) == result_bytes(longer)
    assert branch.run["branched_from"]["round"] == T


def spoiled(folder: RunFolder) -> None:
    path = folder.path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-4])


@pytest.mark.parametrize("spoil", [lambda sibling: None, spoiled])
def test_a_branch_of_ten_lengths_goes_on_from_its_sibling_of_four(
    tmp_path: Path, run: RunFolder, spoil: Callable[[RunFolder], None]
) -> None:
    """And is what it would be in one go; a sibling that is damaged is passed over."""
    short, long = tiny(1, steps=4 * T), tiny(1, steps=10 * T)
    start = BranchPoint(run.path)
    alone = finished(tmp_path / "alone", long, start)
    sibling = finished(tmp_path / "both", short, start)
    spoil(sibling)
    kept = result_bytes(sibling)
    branch = finished(tmp_path / "both", long, start)
    assert result_bytes(branch) == result_bytes(alone)
    assert result_bytes(sibling) == kept
    begin = 4 * T if spoil is not spoiled else T
    assert branch.run["sessions"][0]["from_round"] == begin
    assert branch.metrics()["step"][0] == T + 10


# Beside others


def test_branches_that_share_lanes_are_each_what_they_are_alone(
    tmp_path: Path, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four at a time, as on an accelerator: with other starts, lengths and rates."""
    monkeypatch.setattr(population, "lanes_for", lambda platform: 4)
    members: list[tuple[Experiment, BranchPoint | None]] = [
        (tiny(1, name="longer"), BranchPoint(run.path)),
        (tiny(2, name="reset", steps=T + 35), BranchPoint(run.path, new_discriminator=True)),
        (tiny(3, name="calmer", optimizer={"learning_rate": 2e-3}), BranchPoint(run.path)),
        (tiny(4, name="afresh"), None),
    ]
    # The first is gone on with where it was left, so that no two are at one round.
    played(tmp_path / "together", members[0], listener=Listener(interrupt_at=T + 20))
    together = played(tmp_path / "together", *members)
    assert [one.how for one in together] == ["trained"] * 4
    for outcome, (one, start) in zip(together, members, strict=True):
        alone = finished(tmp_path / "alone", one, start)
        assert alone.run["numerics"]["lanes"] == 4
        assert result_bytes(RunFolder(outcome.path)) == result_bytes(alone), one.name


def test_a_branch_that_cannot_begin_leaves_those_beside_it_alone(
    tmp_path: Path, run: RunFolder, longer: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(population, "lanes_for", lambda platform: 1)
    outcomes = played(
        tmp_path, (tiny(2), BranchPoint(tmp_path / "nowhere")), (tiny(1), BranchPoint(run.path))
    )
    assert [one.how for one in outcomes] == ["failed", "trained"]
    assert result_bytes(RunFolder(outcomes[1].path)) == result_bytes(longer)


# What nothing can branch off


def refusal(runs: Path, one: Experiment, source: Path) -> str:
    """The one line that says why a branch could not be begun."""
    (outcome,) = played(runs, (one, BranchPoint(source)))
    assert outcome.how == "failed"
    assert outcome.error is not None
    assert "\n" not in outcome.error
    return outcome.error


def test_an_unfinished_run_has_no_branches(tmp_path: Path) -> None:
    (halted,) = played(tmp_path / "run", (tiny(steps=T), None), listener=Listener(interrupt_at=30))
    error = refusal(tmp_path / "branch", tiny(1), halted.path)
    assert error.startswith(f"{halted.path}: is not finished")
    assert not (tmp_path / "branch").exists()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-4]), "checkpoint.safetensors"),
        (lambda path: path.unlink(), "checkpoint.safetensors: is missing"),
        (lambda path: shutil.rmtree(path.parent), "no such folder"),
    ],
)
def test_a_damaged_run_has_no_branches(
    tmp_path: Path, run: RunFolder, damage: Callable[[Path], None], said: str
) -> None:
    copy = tmp_path / run.path.name
    shutil.copytree(run.path, copy)
    damage(copy / "checkpoint.safetensors")
    error = refusal(tmp_path / "branch", tiny(1), copy)
    assert error.startswith(str(copy))
    assert said in error
    assert not (tmp_path / "branch").exists()


def test_a_branch_of_another_game_is_told_so(tmp_path: Path, run: RunFolder) -> None:
    error = refusal(tmp_path, tiny(1, optimizer={"name": "sgd"}), run.path)
    assert "is not of this game" in error


def test_a_branch_that_another_process_plays_is_left_to_it(tmp_path: Path, run: RunFolder) -> None:
    with open_run(tmp_path, tiny(1), numerics={}):
        assert "another process" in refusal(tmp_path, tiny(1), run.path)


# Of a run that diverged


def unstable(seed: int, **sections: Any) -> Experiment:
    """A game that diverges at some round of its own: seed 0 at about 256."""
    return experiment(
        seed,
        **{
            "objective": "wasserstein",
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "training": {"steps": 500},
            **sections,
        },
    )


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return finished(tmp_path_factory.mktemp("broken"), unstable(0))


def test_a_diverged_run_s_branch_begins_with_its_last_finite_state(
    tmp_path: Path, broken: RunFolder
) -> None:
    assert broken.status == "diverged"
    at = broken.summary["diverged_at"]
    one = unstable(1)
    start, before = start_of(tmp_path, one, BranchPoint(broken.path)), state_of(broken)
    assert (before.pop("diverged_at"), start.pop("diverged_at")) == (at, 0)
    assert same(start, before)
    assert start["round"] == at - 1
    assert RunFolder(run_path(tmp_path, one)).run["branched_from"]["round"] == at - 1


def test_and_goes_on_as_if_nothing_had_happened(tmp_path: Path, run: RunFolder) -> None:
    """A run that is said to have diverged in the round after its last."""
    state = copied(run, tmp_path / "run", diverged_at=np.array(T + 1, np.int32))
    (state.path / "run.json").write_text(json.dumps(state.run | {"status": "diverged"}))
    branch = finished(tmp_path / "branch", tiny(), BranchPoint(state.path))
    assert branch.status == "complete"
    whole = finished(tmp_path / "whole", tiny(), BranchPoint(run.path))
    assert result_bytes(branch) == result_bytes(whole)


def test_a_branch_that_diverges_at_once_is_a_recorded_result(
    tmp_path: Path, broken: RunFolder
) -> None:
    """It has no row, and its summary is of the state with which it began."""
    branch = finished(tmp_path, unstable(0, training={"steps": 600}), BranchPoint(broken.path))
    assert branch.status == "diverged"
    assert branch.summary["diverged_at"] == broken.summary["diverged_at"]
    assert len(branch.metrics()["step"]) == 0
    assert branch.summary["nll"] == broken.summary["nll"]
    assert set(layout.PROMISED) <= {path.name for path in branch.path.iterdir()}


def test_what_is_measured_at_the_end_is_told_and_an_interrupt_ends_it_with_all_rounds_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    told: list[Any] = []
    truth = play.reference_metrics

    class Impatient(Listener):
        def post(self, members: Sequence[MemberProgress]) -> None:
            told.append([one.measured for one in members])

        def interrupted(self) -> bool:
            return told[-1:] == [[(2, 21)]]

    def slow(*given: Any, watch: Any) -> Any:
        for done in range(20):
            watch(done, 20)
        return truth(*given)

    monkeypatch.setattr(play, "reference_metrics", slow)
    one = tiny(steps=20)
    (halted,) = played(tmp_path, (one, None), listener=Impatient())
    assert halted.how == "interrupted"
    assert [one for one in told if one[0]][:4] == [[(0, 1)], [(0, 21)], [(1, 21)], [(2, 21)]]
    folder = RunFolder(halted.path)
    assert (folder.status, folder.checkpoint().round) == ("interrupted", 20)
    monkeypatch.undo()
    told.clear()
    assert finished(tmp_path, one).status == "complete"
