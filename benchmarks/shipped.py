"""How many modes each shipped config recovers over several seeds: the table in docs/configs.md.

    python -m benchmarks.shipped                          8 seeds each, into runs/
    python -m benchmarks.shipped --seeds "[100, 101]"     others
    python -m benchmarks.shipped --set training.steps=500 ring8 grid25
    python -m benchmarks.shipped --runs-dir /tmp/new --write         and put it into the pages

Runs that are in the runs folder already are not trained again; then no seconds are told.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from statistics import mean

from rich.console import Console

from ganrun.config import Experiment, load_experiment
from ganrun.config.shipped import shipped_configs
from ganrun.measure.showable import beyond
from ganrun.playing.jobs import Options
from ganrun.report.command import report_run
from ganrun.report.live.training import Training
from ganrun.report.live.watcher import watcher_for
from ganrun.report.run_story import too_many
from ganrun.store import RunFolder, find_complete
from ganrun.train import train

ROOT = Path(__file__).parents[1]
OUTPUT_PAGE = ROOT / "README.md"
TABLE_PAGE = ROOT / "docs" / "configs.md"
HEADER = """\
| config | modes recovered: mean [least, most] | verdicts | seconds |
|---|---|---|---|"""


def main() -> None:
    """Train what is asked for and print a row of the table after each config."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shipped", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    paths = {path.stem: path for path in sorted(shipped_configs().glob("*.yaml"))}
    parser.add_argument("names", nargs="*", metavar="CONFIG", help="one of " + ", ".join(paths))
    parser.add_argument("--seeds", default="8", help="a count or a list [default: 8]")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    parser.add_argument("--runs-dir", type=Path, default=Path("runs"))
    parser.add_argument("--write", action="store_true", help="put table and output into the pages")
    options = parser.parse_args()
    if unknown := set(options.names) - set(paths):
        parser.error(f"no such config: {', '.join(sorted(unknown))}")

    table = [HEADER]
    print(HEADER, flush=True)
    for name in options.names or paths:
        experiment = load_experiment(paths[name], [f"seeds={options.seeds}", *options.set])
        runs, seconds = trained(experiment, options.runs_dir)
        table.append(row(name, runs, seconds))
        print(table[-1], flush=True)
    if options.write:
        output = first_output(load_experiment(paths["five_gaussians"]), options.runs_dir)
        OUTPUT_PAGE.write_text(with_output(OUTPUT_PAGE.read_text("utf-8"), output), "utf-8")
        TABLE_PAGE.write_text(with_table(TABLE_PAGE.read_text("utf-8"), "\n".join(table)), "utf-8")


def trained(experiment: Experiment, runs_dir: Path) -> tuple[list[RunFolder], float | None]:
    """The finished runs of every seed, and the seconds that all of them took, if all were new."""
    started = time.perf_counter()
    training = Training([experiment])
    with watcher_for(Console(stderr=True), training) as watcher:
        outcomes = train(experiment, watcher.update, Options(runs_dir=runs_dir, command=sys.argv))
    seconds = time.perf_counter() - started
    unfinished = [one for one in outcomes if one.how in ("interrupted", "failed")]
    if unfinished:
        sys.exit(
            f"{experiment.name}, seed {unfinished[0].seed}: {unfinished[0].error or 'stopped'}"
        )
    folders = [RunFolder(one.path) for one in outcomes if one.path is not None]
    return folders, seconds if all(one.how == "trained" for one in outcomes) else None


def row(name: str, runs: Sequence[RunFolder], seconds: float | None) -> str:
    """A row of the table on all seeds of one config."""
    summaries = [run.summary or {} for run in runs]
    counts = [summary["modes_recovered"] for summary in summaries]
    recovered = (
        f"{mean(counts):.1f} [{min(counts)}, {max(counts)}] of {summaries[0]['modes_total']}"
    )
    most = beyond(summaries[0]["reference"], "modes_recovered", max(counts))
    recovered += "" if most is None else f", {too_many(most)}"
    verdicts = Counter(run.verdict.word for run in runs if run.verdict).most_common()
    told = ", ".join(f"{count} {verdict}" for verdict, count in verdicts)
    return f"| `{name}` | {recovered} | {told} | {'-' if seconds is None else round(seconds)} |"


def first_output(experiment: Experiment, runs_dir: Path) -> str:
    """What the first command of README prints, 80 columns wide, of runs that are there."""
    folders = [find_complete(runs_dir, experiment.with_seed(seed)) for seed in experiment.seeds]
    console = Console(file=StringIO(), width=80)
    report_run([folder.path for folder in folders if folder], console, pages=False, figures=None)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text.replace(str(runs_dir), "runs").rstrip("\n")


def with_table(page: str, table: str) -> str:
    """The page of configs with another table."""
    begin, end = "<!-- shipped configs: begin -->", "<!-- shipped configs: end -->"
    before, _, after = page.partition(begin)
    return before + f"{begin}\n\n{table}\n\n{end}" + after.partition(end)[2]


def with_output(page: str, output: str) -> str:
    """README with another output of its first command."""
    before, _, after = page.partition("```text\n")
    return before + f"```text\n{output}\n```" + after.partition("\n```")[2]


if __name__ == "__main__":
    main()
