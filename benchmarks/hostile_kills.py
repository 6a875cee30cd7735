"""Commands that are killed again and again, at any moment of their lives, start-up included."""

from __future__ import annotations

import random
import time
from pathlib import Path

from benchmarks.hostile_commands import (
    SCENARIOS,
    cache_of,
    differing,
    done,
    ready,
    start,
)
from benchmarks.hostile_outcomes import Outcome, Unfit

NAMES = ("train", "sweep", "dask", "diagnose")
KILLS = 5
"""Of each command, before it may come to its end."""
LIFE = {"train": 3.0, "sweep": 8.0, "dask": 12.0, "diagnose": 15.0}
"""Seconds within which a kill falls."""
GRACE = 2
"""Seconds after which nothing may be left of what a killed command had started."""


def attack(scratch: Path, rng: random.Random) -> Outcome:
    """Kill a command `KILLS` times, then let it end."""
    common = scratch.parent / "common"
    name = rng.choice(NAMES)
    folder = ready(common, name, scratch)
    command, cache = SCENARIOS[name].command, cache_of(common)
    started = []
    for _ in range(KILLS):
        one = start(command, folder, cache)
        time.sleep(rng.uniform(0, LIFE[name]))
        if one.kill():
            started.append(one)
    done(command, folder, cache)
    what = f"{name}: after {len(started)} kills"
    if wrong := differing(common, name, folder):
        raise Unfit("lost", f"{what} {', '.join(wrong)} differ")
    time.sleep(GRACE)
    if any(one.survives() for one in started):
        raise Unfit("hang", f"{what} something lives on")
    return Outcome("undisturbed", what)
