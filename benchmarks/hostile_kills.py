"""Commands that are killed again and again, at any moment of their lives, start-up included.

In the end their files must be those of an undisturbed command. As a control, a training is killed
once and gone on with by a restore that is broken on purpose: it forgets the optimizers' moments.
That must be seen as different, or the comparison proves nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.hostile_commands import (
    SCENARIOS,
    Started,
    cache_of,
    differing,
    done,
    ready,
    running,
    start,
)
from benchmarks.hostile_commands import prepare as prepare_scenarios
from benchmarks.hostile_outcomes import Outcome, Unfit
from ganrun.store.layout import METRICS

NAMES = ("long train", "long sweep", "dask", "diagnose")
KILLS = 5
"""Of each command, before it may come to its end."""
GRACE = 2
"""Seconds after which nothing may be left of what a killed command had started."""
SECONDS = "seconds"
"""File with how long an undisturbed command takes, its programs compiled."""
CONTROL = "control"


def prepare(common: Path) -> None:
    """Run every scenario undisturbed, and see that a restore that forgets would be noticed."""
    prepare_scenarios(common)
    for name in NAMES:
        seconds = common / name / SECONDS
        if not seconds.exists():
            folder = ready(common, name, common / f"timed {name}")
            started = time.monotonic()
            done(SCENARIOS[name].command, folder, cache_of(common))
            seconds.write_text(str(time.monotonic() - started))
    if not (common / CONTROL).exists():
        _see_that_forgetting_is_seen(common)


def _see_that_forgetting_is_seen(common: Path) -> None:
    (name, *_), cache = NAMES, cache_of(common)
    folder = ready(common, name, common / CONTROL)
    command = SCENARIOS[name].command
    with running(start(command, folder, cache)) as one:
        _until_beyond(reached(common / name) // 3, one, folder)
        one.kill()
    with running(start(command, folder, cache, _forgetful)) as one:
        said = one.wait()
    if said.code or not differing(common, name, folder):
        raise RuntimeError(f"a restore that forgets is not seen: {said.err or 'the same files'}")


def _forgetful(run: Callable[[], int]) -> int:
    """Run a command whose restore leaves the optimizers' first moments at zero."""
    import numpy as np

    from ganrun.playing import play

    restore = play.state_from_dict

    def forget(game: Any, arrays: Any, hyper: Any) -> Any:
        kept = {name: np.zeros_like(x) if "/mu" in name else x for name, x in arrays.items()}
        return restore(game, kept, hyper)

    play.state_from_dict = forget
    return run()


def attack(scratch: Path, rng: random.Random) -> Outcome:
    """Kill a command `KILLS` times, then let it end.

    A kill strikes within the command's life, or when it has committed more than at the last kill.
    """
    common = scratch.parent / "common"
    name = rng.choice(NAMES)
    folder = ready(common, name, scratch)
    command, cache = SCENARIOS[name].command, cache_of(common)
    life = float((common / name / SECONDS).read_text())
    killed: list[Started] = []
    while len(killed) < KILLS:
        before = reached(folder)
        one = start(command, folder, cache)
        if rng.random() < 0.5:
            time.sleep(rng.uniform(0, life))
        else:
            _until_beyond(before, one, folder)
            time.sleep(rng.uniform(0, life / KILLS))
        if not one.kill():
            break
        killed.append(one)
    done(command, folder, cache)
    what = f"{name}: after {len(killed)} kills"
    if wrong := differing(common, name, folder):
        raise Unfit("lost", f"{what} {', '.join(wrong)} differ")
    time.sleep(GRACE)
    if any(one.survives() for one in killed):
        raise Unfit("hang", f"{what} something lives on")
    return Outcome("undisturbed", what)


def reached(folder: Path) -> int:
    """How many rounds the runs in a folder have written the metrics of, all together."""
    tables = (path.read_text().splitlines() for path in folder.rglob(METRICS))
    return sum(int(lines[-1].split(",", 1)[0]) for lines in tables if len(lines) > 1)


def _until_beyond(rounds: int, one: Started, folder: Path) -> None:
    """Wait until a command has got that far, or has ended."""
    while one.runs() and reached(folder) <= rounds:
        time.sleep(0.01)
