"""Kill a training again and again; in the end its files must be those of an undisturbed one.

    python -m benchmarks.kills                two to five minutes
    python -m benchmarks.kills --kills 5

The same command is started, killed with SIGKILL at a random moment of its life (start-up included),
and started again. Then the five files that are promised byte for byte are compared with those of a
run that was left alone. As a control, the same is done with a restore that is broken on purpose: it
forgets the optimizers' moments. That must be seen as different, or the comparison proves nothing.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

FILES = ("config.yaml", "metrics.csv", "summary.json", "snapshots.npz", "checkpoint.safetensors")
CONFIG = "configs/five_gaussians.yaml"
STEPS = 100_000
OVERRIDES = ("seeds=2", f"training.steps={STEPS}", "evaluation.every=500")
FORGETFUL = """
import sys
import numpy as np
from ganrun import cli
from ganrun.game import population
restore = population.state_from_dict
def forget(game, arrays, hyper):
    kept = {name: np.zeros_like(x) if "/mu" in name else x for name, x in arrays.items()}
    return restore(game, kept, hyper)
if __name__ == "__main__":
    population.state_from_dict = forget
    sys.argv = ["ganrun", *sys.argv[1:]]
    cli.main()
"""


def command(runs_dir: Path, *, forgetful: bool = False, seeds: str = "seeds=2") -> list[str]:
    """The training, as a user would start it."""
    overrides = [seeds, *OVERRIDES[1:]]
    start = ["-c", FORGETFUL] if forgetful else ["-m", "ganrun"]
    sets = [part for override in overrides for part in ("--set", override)]
    options = ["--runs-dir", str(runs_dir), "--checkpoint-every", "0.3", "--quiet"]
    return [sys.executable, *start, "train", CONFIG, *sets, *options]


def rounds_reached(runs_dir: Path) -> list[int]:
    """How far each run's committed metrics go."""
    tables = (path.read_text().splitlines() for path in sorted(runs_dir.glob("*/metrics.csv")))
    return [int(lines[-1].split(",", 1)[0]) for lines in tables if len(lines) > 1]


def kill_once(words: list[str], until: Callable[[], bool], seconds: float) -> bool:
    """Start, kill so many seconds after `until` holds; whether it had finished before."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not until():
        time.sleep(0.01)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return False
    return True


def differences(left: Path, right: Path) -> list[str]:
    """Files of the runs in two folders that are not the same, byte for byte."""
    names = sorted(path.name for path in left.iterdir() if path.is_dir() and path.name[0] != ".")
    return [
        f"{name}/{file}"
        for name in names
        for file in FILES
        if not (right / name / file).exists()
        or (left / name / file).read_bytes() != (right / name / file).read_bytes()
    ]


def timed(words: list[str]) -> float:
    """Run to the end; seconds."""
    started = time.monotonic()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def main() -> int:
    """Kill, compare, control; 0 if all is as promised."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        calm, killed, broken = (Path(folder) / name for name in ("calm", "killed", "broken"))
        short = "training.steps=500"
        timed([*command(Path(folder) / "cold"), "--set", short])  # fills the compile cache
        start = timed([*command(Path(folder) / "warm"), "--set", short])
        life = timed(command(calm))
        print(f"undisturbed: {life:.1f} s, of which start-up {start:.1f} s", flush=True)
        kills = finished = 0
        while kills < options.kills and not finished:
            # Every other kill strikes during start-up; the others when a random number of rounds
            # more is committed, which all together leave some of the work still to do.
            before = max(rounds_reached(killed), default=0)
            more = rng.uniform(0, STEPS / options.kills) if kills % 2 else 0
            seconds = rng.uniform(0, 0.3) if kills % 2 else rng.uniform(0.1, start)
            wanted = before + more

            def far_enough(wanted: float = wanted) -> bool:
                return not wanted or max(rounds_reached(killed), default=0) >= wanted

            finished = kill_once(command(killed), far_enough, seconds)
            kills += not finished
            reached = ", ".join(map(str, rounds_reached(killed))) or "nothing yet"
            print(f"  kill {kills}: rounds {reached}", flush=True)
        subprocess.run(command(killed), check=True, stdout=subprocess.DEVNULL)
        wrong = differences(calm, killed)
        print(
            f"after {kills} kills: {'byte-identical' if not wrong else 'DIFFERENT ' + str(wrong)}"
        )

        kill_once(
            command(broken, seeds="seeds=1"),
            lambda: max(rounds_reached(broken), default=0) > STEPS // 3,
            0,
        )
        subprocess.run(
            command(broken, forgetful=True, seeds="seeds=1"), check=True, stdout=subprocess.DEVNULL
        )
        (name,) = (path.name for path in broken.iterdir() if path.name[0] != ".")
        seen = [d for d in differences(calm, broken) if d.startswith(name)]
        print(f"control, a restore that forgets: {'caught' if seen else 'NOT CAUGHT'} ({seen})")
    passed = not wrong and kills == options.kills and bool(seen)
    print("PASS" if passed else "FAIL")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
