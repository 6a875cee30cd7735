"""What one more trial costs, and how much memory a sweep takes, as sweeps grow.

    python -m benchmarks.sweep_scaling                    64, 256, 1,024 and 4,096 short trials
    python -m benchmarks.sweep_scaling --trials 64 256

The trials are short (200 rounds), so nearly all of what is measured is the sweep's own work. The
marginal cost is the time by which a sweep is longer than the one before, per trial more. Memory is
the largest resident size of the command's own process, and of any of its workers.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SWEEP = """
name: scaling
base: {base}
seeds: {seeds}
vary:
  optimizer.learning_rate: {{log: [1e-4, 1e-2], points: 8}}
  optimizer.learning_rate_ratio: {{log: [0.1, 10], points: 8}}
"""


def peak_megabytes(pid: int) -> float:
    """The largest resident size that a living process has had."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    match = re.search(r"VmHWM:\s+(\d+)", status)
    return int(match[1]) / 1024 if match else 0.0


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def measured(config: Path, runs_dir: Path) -> tuple[float, float, float]:
    """Run a sweep; seconds, and the peaks of the command and of its largest worker in MB."""
    words = [sys.executable, "-m", "ganrun", "sweep", str(config), "--runs-dir", str(runs_dir)]
    short = ["--set", "base.training.steps=200", "--set", "base.snapshots.count=5"]
    started = time.monotonic()
    process = subprocess.Popen([*words, *short, "--quiet"], stdout=subprocess.DEVNULL)
    own = worker = 0.0
    while process.poll() is None:
        own = max(own, peak_megabytes(process.pid))
        worker = max([worker, *map(peak_megabytes, children(process.pid))])
        time.sleep(0.1)
    if process.returncode:
        sys.exit(process.returncode)
    return time.monotonic() - started, own, worker


def main() -> None:
    """Print a row per size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep_scaling", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--trials", nargs="+", type=int, default=[64, 256, 1024, 4096])
    options = parser.parse_args()
    base = Path(__file__).parents[1] / "configs" / "five_gaussians.yaml"
    print("| trials | seconds | ms per trial more | peak MB, command | peak MB, worker |")
    print("|---|---|---|---|---|")
    before = (0, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        for trials in sorted(options.trials):
            config = Path(folder) / f"{trials}.yaml"
            config.write_text(SWEEP.format(base=base, seeds=max(1, trials // 64)))
            seconds, own, worker = measured(config, Path(folder) / str(trials))
            more = 1000 * (seconds - before[1]) / (trials - before[0])
            shown = "-" if before[0] == 0 else f"{more:.0f}"
            print(
                f"| {trials:,} | {seconds:.1f} | {shown} | {own:.0f} | {worker:.0f} |", flush=True
            )
            before = (trials, seconds)


if __name__ == "__main__":
    main()
