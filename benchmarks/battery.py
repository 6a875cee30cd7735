"""The mode counter's battery: samples whose modes are known, and how often the count is right.

    python -m benchmarks.battery              every row on 12 targets of 1 to 25 modes and 4 sizes
    python -m benchmarks.battery --quick      2,500 samples only
    python -m benchmarks.battery --threads    only the rows of threads, on 27 targets
    python -m benchmarks.battery --train 2    also generators that are trained now, 2 seeds of each
    python -m benchmarks.battery --scan       also by scikit-learn's fits of every size, as a check

The truth of every row is known before anything is counted: by construction (`benchmarks.scenes`,
`benchmarks.battery_threads`), or, of trained generators, from a fine histogram of 100,000 samples
(`benchmarks.trained_samples`).
Samples that are not clear-cut are shown, but not scored. A count is right if exactly the true modes
are recovered; true and count are the mean numbers of modes. By mode, every mode whose truth is
clear is scored, also where that of another is not.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from statistics import median

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from benchmarks.battery_chains import chain_cases
from benchmarks.battery_rows import SIZES, TARGETS, Case, odd_cases, scene_cases, trained_cases
from benchmarks.battery_threads import thread_cases
from benchmarks.trained_samples import FRESH_SEED, stored, train
from ganrun.measure.final import final_metrics
from ganrun.measure.fitting import Components
from ganrun.measure.modes import count_modes, fit_components, recovered_modes


@dataclass
class Row:
    """A line of the table: what was true and what was counted, over all of its sets of samples."""

    group: str
    row: str
    truth: str
    sets: int = 0
    clear: int = 0
    true_modes: int = 0
    counted_modes: int = 0
    right: int = 0
    clear_modes: int = 0
    right_modes: int = 0
    scan_right: int = 0
    scan_same: int = 0


def main() -> None:
    """Count every case; print how often the count is right, and how long it takes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.battery", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--quick", action="store_true", help="2,500 samples only")
    parser.add_argument("--threads", action="store_true", help="only the rows of threads")
    parser.add_argument("--repeats", type=int, default=1, help="sets per row, target and size")
    parser.add_argument("--train", type=int, default=0, metavar="SEEDS", help="train more, now")
    parser.add_argument("--scan", action="store_true", help="check against a scan of every size")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()

    sizes = (2500,) if options.quick else SIZES
    cases = thread_cases(options.repeats, sizes)
    if not options.threads:
        cases = chain(
            odd_cases(),
            trained_cases(sorted(stored(), key=lambda one: one.name)),
            trained_cases(train(options.train, FRESH_SEED), "trained now") if options.train else (),
            scene_cases(options.repeats, sizes),
            chain_cases(options.repeats, sizes),
            cases,
        )
    rows = list(count_all(watched(cases), scan=options.scan))
    seconds = {name: time_one(name) for name in ("ring of 5", "grid of 25")}
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "seconds": seconds}, indent=1))
    else:
        print_table(rows, scan=options.scan)
        for name, (count, everything) in seconds.items():
            print(
                f"{name}, 2,500 samples: one count {1000 * count:.0f} ms, "
                f"everything at the end of a run {1000 * everything:.0f} ms"
            )


def watched(cases: Iterable[Case]) -> Iterator[Case]:
    """The cases, while a terminal shows how many were counted, and which row is; else a line each.

    How many there are is not known before the last.
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    screen, said = Console(stderr=True), ""
    counted = TextColumn("{task.completed:,.0f} counted")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), counted, TimeElapsedColumn())
    unseen = not screen.is_terminal
    with Progress(*columns, console=screen, transient=True, disable=unseen) as progress:
        task = progress.add_task("")
        for case in cases:
            row = f"{case.group}: {case.row}"
            if unseen and row != said:
                print(row, file=sys.stderr, flush=True)
            said = row
            progress.update(task, description=row)
            yield case
            progress.advance(task)


def count_all(cases: Iterable[Case], *, scan: bool = False) -> Iterator[Row]:
    """Count every case; a row is yielded when all of its cases, which follow one another, are."""
    row: Row | None = None
    for case in cases:
        if row is None or (row.group, row.row) != (case.group, case.row):
            if row is not None:
                yield row
            row = Row(case.group, case.row, case.words)
        row.sets += 1
        counted = frozenset(count_modes(case.samples, case.mixture).recovered_modes)
        scanned = scan_modes(case) if scan else counted
        row.scan_same += scanned == counted
        row.clear_modes += case.mixture.modes - len(case.unclear)
        row.right_modes += case.mixture.modes - len((counted ^ case.truth) | case.unclear)
        if case.clear:
            row.clear += 1
            row.true_modes += len(case.truth)
            row.counted_modes += len(counted)
            row.right += counted == case.truth
            row.scan_right += scanned == case.truth
    if row is not None:
        yield row


def scan_modes(case: Case) -> frozenset[int]:
    """The same count from scikit-learn's own fits of every size, each from its own k-means."""
    components, _ = fit_components(case.samples, case.mixture, fit=scan_mixture)
    return frozenset(recovered_modes(components, case.samples, case.mixture))


def scan_mixture(points: Float[ndarray, "N 2"], bound: int, finest: float) -> Components:
    """The mixture of least BIC of all sizes up to `bound`."""
    from sklearn.mixture import GaussianMixture

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits = [
            GaussianMixture(size, reg_covar=finest**2, random_state=0).fit(points)
            for size in range(1, min(bound, len(points)) + 1)
        ]
        best = min(fits, key=lambda fit: fit.bic(points))
    return Components(best.weights_, best.means_, best.covariances_ - finest**2 * np.eye(2))


def print_table(rows: list[Row], *, scan: bool) -> None:
    """A line per row, then one per group, then the total."""
    header = f"{'case':<13}{'':<45}{'truth':<15}{'sets':>6}{'clear':>6}{'true':>7}{'count':>7}"
    print(header + f"{'right':>9}{'by mode':>9}" + (f"{'scan':>9}{'same':>7}" if scan else ""))
    for row in rows:
        print(_line(row.group, row.row, row.truth, [row], scan))
    print()
    for group in dict.fromkeys(row.group for row in rows):
        print(_line(group, "", "", [row for row in rows if row.group == group], scan))
    print(_line("all", "", "", rows, scan))


def _line(first: str, second: str, truth: str, rows: list[Row], scan: bool) -> str:
    sets, clear = sum(row.sets for row in rows), sum(row.clear for row in rows)
    text = f"{first:<13}{second:<45}{truth:<15}{sets:>6}{clear:>6}"
    if clear:
        true = sum(row.true_modes for row in rows) / clear
        counted = sum(row.counted_modes for row in rows) / clear
        right = sum(row.right for row in rows) / clear
        text += f"{true:>7.2f}{counted:>7.2f}{right:>9.1%}"
    else:
        text += f"{'-':>7}{'-':>7}{'-':>9}"
    modes = sum(row.clear_modes for row in rows)
    text += f"{sum(row.right_modes for row in rows) / modes:>9.2%}" if modes else f"{'-':>9}"
    if scan:
        same = sum(row.scan_same for row in rows) / sets
        share = sum(row.scan_right for row in rows) / clear if clear else float("nan")
        text += f"{share:>9.1%}{same:>7.1%}"
    return text


def time_one(target: str, repeats: int = 5) -> tuple[float, float]:
    """Seconds for one count of 2,500 perfect samples, and for the whole end of a run: medians."""
    mixture = TARGETS[target]
    counts, whole = [], []
    for repeat in range(repeats + 1):
        samples, _ = mixture.sample(2500, np.random.default_rng(repeat))
        started = time.perf_counter()
        count_modes(samples, mixture)
        counts.append(time.perf_counter() - started)
        started = time.perf_counter()
        final_metrics(samples, mixture)
        whole.append(time.perf_counter() - started)
    return median(counts[1:]), median(whole[1:])  # the first also imports


if __name__ == "__main__":
    main()
