"""How long a list of very many runs takes, its page, and a filter.

`python -m benchmarks.many_runs`. The runs are made up, with the files of real ones but for the
large ones, which a list does not read. Half of them are seeds of one config, the others have one
each.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ganrun.config import Experiment, run_id, to_yaml
from ganrun.config.metrics import SUMMARY_METRICS
from ganrun.store import layout, run_path
from ganrun.store.formats import json_text, sealed
from ganrun.store.run_json import begin_session, digests_of, end_session, new_record
from ganrun.verdict import Verdict, Word

NUMERICS = {"machine": "Linux x86_64", "backend": "cpu", "jaxlib": "0.10.2", "lanes": 1}
REFERENCE = {name: {"mean": 1.0, "p5": 0.9, "p95": 1.1} for name in SUMMARY_METRICS}


def make_runs(folder: Path, count: int) -> None:
    """Write so many run folders."""
    rng = np.random.default_rng(0)
    record = new_record(Experiment(), "0" * 16, again=False)
    begin_session(record, numerics=NUMERICS, command=["ganrun", "train"], at_round=0)
    for number in range(count):
        _write_run(folder, number, record, rng)


def _write_run(folder: Path, number: int, record: dict, rng: np.random.Generator) -> None:
    ratio = 1.0 if number % 2 else float(f"{10 ** rng.uniform(-1, 1):.6g}")
    content = {"name": "many", "seeds": [number], "optimizer": {"learning_rate_ratio": ratio}}
    experiment = Experiment.model_validate(content)
    identity, path = run_id(experiment), run_path(folder, experiment)
    covered = int(rng.integers(0, 6))
    word: Word = "converged" if covered == 5 else "collapsed"
    summary = {
        **{name: float(np.float32(rng.random())) for name in SUMMARY_METRICS},
        "modes_total": 5,
        "modes_recovered": covered,
        "modes_covered": covered,
        "modes_captured": covered,
        "mixture_components": 7,
        "recovered_modes": list(range(covered)),
        "diverged_at": None,
        "reference": REFERENCE,
        **Verdict({word: 0.9, "undertrained": 0.1}, "made up", word).as_summary(),
    }
    files = {
        layout.CONFIG: to_yaml(experiment).encode(),
        layout.SUMMARY: json_text(summary, sort_keys=True),
    }
    one = {**record, "id": identity, "name": "many", "seed": number, "status": "complete"}
    one["sessions"] = [dict(record["sessions"][0])]
    end_session(one, at_round=10_000, training_seconds=4.0)
    files[layout.RUN] = sealed(one | {"digests": digests_of(files)})
    os.makedirs(path)
    for name, written in files.items():
        (path / name).write_bytes(written)


def main() -> None:
    """Print the seconds of each, in a process that begins with it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--into", type=Path, help="keep them there, and use those that are there")
    asked = parser.parse_args()
    with TemporaryDirectory() as place:
        folder = asked.into or Path(place) / "runs"
        if not folder.exists():
            make_runs(folder, asked.runs)
        for words in (
            ["list", str(folder), "--lines", "40"],
            ["list", str(folder), "--lines", "40"],
            ["list", str(folder), "--where", "high_quality>0.9 verdict=collapsed", "--lines", "40"],
            ["list", str(folder), "--json"],
            ["report", str(folder)],
        ):
            began = time.perf_counter()
            code = os.system(
                " ".join([sys.executable, "-m", "ganrun", *map(repr, words), ">/dev/null"])
            )
            print(
                f"{time.perf_counter() - began:6.2f} s  {' '.join(words)}{' FAILED' * bool(code)}"
            )
        page = folder / "report.html"
        if page.exists():
            print(f"{page.stat().st_size / 1e6:6.2f} MB {page}")


if __name__ == "__main__":
    main()
