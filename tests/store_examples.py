"""Small runs for the tests of the store: what a training would commit, without the training."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganrun.config import Experiment, identity, pieces, to_yaml
from ganrun.store import Run, RunFolder, Snapshot, layout, open_run, run
from ganrun.store.formats import read_sealed, sealed
from ganrun.verdict import Verdict

NUMERICS = {"machine": "Linux x86_64", "backend": "cpu", "jaxlib": "0.10.2", "lanes": 1}
EXTENT = (-3.0, 3.0, -3.0, 3.0)
VERDICT = Verdict({"converged": 0.8, "sharpening": 0.2}, "All is well.").as_summary()
DIVERGED = Verdict({"diverged": 1.0}, "It broke down.").as_summary()
EVERY = 10


def experiment(steps: int = 40, seed: int = 0, name: str = "tiny", **sections: Any) -> Experiment:
    """An experiment whose snapshots are small; evaluated and snapped every 10 rounds."""
    content = {
        "name": name,
        "seeds": [seed],
        "target": {"layout": "ring", "modes": 3},
        "training": {"steps": steps},
        "evaluation": {"every": EVERY},
        "snapshots": {"count": 4, "samples": 5, "grid": 3},
    }
    return Experiment.model_validate(content | sections)


def row(round: int) -> dict[str, Any]:
    draw = np.random.default_rng(round).random(5).astype(np.float32)
    loss = None if round == 0 else draw[0]
    return {"step": round, "loss_d": loss, "high_quality": draw[1], "shares": draw[2:]}


def snapshot(round: int) -> Snapshot:
    rng = np.random.default_rng(round)
    return Snapshot(
        round,
        rng.normal(size=(5, 2)).astype(np.float32),
        rng.normal(size=(3, 3)).astype(np.float32),
    )


def state(round: int) -> dict[str, Any]:
    weights = np.random.default_rng(round).normal(size=(4, 3)).astype(np.float32)
    return {"generator/params/kernel": weights, "diverged_at": np.int32(-1)}


def evaluated(steps: int) -> list[int]:
    """The rounds at which a run of so many steps is evaluated, and snapped too."""
    return sorted({*range(0, steps, EVERY), steps})


def play(run: Run, *, until: int | None = None, commits: int = 1) -> None:
    """Go on from the run's checkpoint, committing each `commits` evaluations and at the end."""
    steps = run.experiment.training.steps
    rounds = [r for r in evaluated(steps) if r <= (steps if until is None else until)]
    rounds = [r for r in rounds if run.checkpoint is None or r > run.round]
    for start in range(0, len(rounds), commits):
        new = rounds[start : start + commits]
        rows, snapshots = [row(r) for r in new], [snapshot(r) for r in new]
        run.commit(state(new[-1]), round=new[-1], rows=rows, snapshots=snapshots, extent=EXTENT)


def train(runs_dir: Path, one: Experiment, *, commits: int = 1, **options: Any) -> RunFolder:
    """Train to the end, as the command does: a finished run comes back as it is."""
    run = open_run(runs_dir, one, numerics=options.pop("numerics", NUMERICS), **options)
    if isinstance(run, RunFolder):
        return run
    with run:
        play(run, commits=commits)
        return run.finish("complete", {"high_quality": 0.9, **VERDICT}, training_seconds=2.0)


@contextmanager
def before_rmsprop_had_numbers() -> Iterator[None]:
    """What is trained in here has the id and the config that it would have had before."""
    declared = pieces.OPTIMIZERS["rmsprop"]
    without = dict(pieces.OPTIMIZERS) | {"rmsprop": replace(declared, uses=())}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "OPTIMIZERS", without)
        patch.setattr(run, "to_yaml", lambda one: re.sub(r"\n  (decay|eps): .*", "", to_yaml(one)))
        yield


def as_earlier(folder: Path, **changes: Any) -> None:
    """Make a run what an earlier ganrun would have left, which noted no digests; changes apply."""
    record = json.loads((folder / "run.json").read_text())
    del record["digests"], record["digest"]
    (folder / "run.json").write_text(json.dumps(record | {"format": 1} | changes))


def as_killed(folder: Path) -> None:
    """Make a run what it was while it was trained, as a kill would have left it."""
    record, _ = read_sealed((folder / "run.json").read_bytes())
    record |= {"status": "running", "digests": None}
    (folder / "run.json").write_bytes(sealed(record))


def begin(runs_dir: Path, one: Experiment, **options: Any) -> Run:
    """Claim the folder of an experiment that is not finished."""
    run = open_run(runs_dir, one, numerics=options.pop("numerics", NUMERICS), **options)
    assert isinstance(run, Run)
    return run


def result_bytes(folder: RunFolder) -> dict[str, bytes]:
    """The files that must be the same, byte for byte, however a run was trained."""
    return {name: (folder.path / name).read_bytes() for name in layout.PROMISED}
