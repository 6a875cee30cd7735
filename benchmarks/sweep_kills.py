"""Kill a sweep again and again; in the end its table and trials must be an undisturbed one's.

    python -m benchmarks.sweep_kills              20 kills
    python -m benchmarks.sweep_kills --kills 5

The same command is started, killed with SIGKILL at a random moment (half of the time soon after its
start, half of the time when a random number of trials more is finished) and started again. Then
`results.csv`, `influence.json` and the five files of every trial are compared byte for byte.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.kills import FILES, kill_once

TRIALS = 126
OVERRIDES = ("base.training.steps=2000", "seeds=2")


def command(runs_dir: Path) -> list[str]:
    """The sweep, as a user would start it."""
    sets = [part for override in OVERRIDES for part in ("--set", override)]
    start = [sys.executable, "-m", "ganrun", "sweep", "configs/sweeps/influence.yaml", *sets]
    return [*start, "--runs-dir", str(runs_dir), "--checkpoint-every", "0.3", "--quiet"]


def finished(runs_dir: Path) -> int:
    """How many trials have a summary."""
    return len(list(runs_dir.glob("*/trials/*/summary.json")))


def differences(left: Path, right: Path) -> list[str]:
    """Files that are not the same in two sweeps of the same design."""
    names: Sequence[str] = [
        f"trials/{path.name}/{file}" for path in sorted(left.glob("trials/*-*")) for file in FILES
    ]
    return [
        name
        for name in ("results.csv", "influence.json", *names)
        if not (right / name).exists() or (left / name).read_bytes() != (right / name).read_bytes()
    ]


def main() -> int:
    """Kill and compare; 0 if all is as promised."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep_kills", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        calm, killed = Path(folder) / "calm", Path(folder) / "killed"
        subprocess.run(command(calm), check=True, stdout=subprocess.DEVNULL)
        kills = 0
        while kills < options.kills:
            wanted = finished(killed) + (rng.uniform(0, TRIALS / options.kills) if kills % 2 else 0)

            def far_enough(wanted: float = wanted) -> bool:
                return finished(killed) >= wanted

            seconds = rng.uniform(0, 0.5) if kills % 2 else rng.uniform(0.1, 8)
            if kill_once(command(killed), far_enough, seconds):
                break
            kills += 1
            print(f"  kill {kills}: {finished(killed)} of {TRIALS} trials", flush=True)
        subprocess.run(command(killed), check=True, stdout=subprocess.DEVNULL)
        (left,), (right,) = calm.glob("*-sweep-*"), killed.glob("*-sweep-*")
        wrong = differences(left, right)
        compared = len(list(left.glob("trials/*-*")))
    print(f"after {kills} kills, {compared} trials: {wrong or 'byte-identical'}")
    passed = not wrong and kills == options.kills and compared == TRIALS
    print("PASS" if passed else "FAIL")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
