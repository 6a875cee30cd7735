"""How often the quick verdict and `ganrun diagnose` are right, and how often anything could be.

    python -m benchmarks.verdicts                     into runs/; an hour and a half on 2 cores
    python -m benchmarks.verdicts --runs-dir DIR      goes on where it was interrupted
    python -m benchmarks.verdicts --choose            also which thresholds are best; half an hour

The truth about a run of T rounds is what its game does until round 10 T (`verdict/continued.py`),
by the plurality of five continuations with fresh noise. There are two such truths, with other
seeds; how often they agree is the ceiling, since nobody can know the luck of the draw. `diagnose`
has five seeds of its own. Both are scored against either truth, and the mean is told. Thresholds
and confidences are chosen on the runs at even points of the design and on a thousand lessons at
other points, each with one continuation; how often they are right is told of the runs at odd ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.verdict_runs import lessons, trained_cases
from benchmarks.verdict_words import Scored, lesson, scored
from ganrun.influence.rates import score_interval
from ganrun.verdict import WORDS, Word

ABBREVIATED = {word: word[:7] for word in WORDS}


def main() -> None:
    """Train what is missing, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--runs-dir", type=Path, default=Path("runs"))
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    parser.add_argument("--choose", action="store_true", help="search for thresholds")
    options = parser.parse_args()
    cases = trained_cases(options.runs_dir, options.set)
    runs = scored(cases)
    if options.choose:
        from benchmarks.verdict_thresholds import choose

        taught = [lesson(case) for case in lessons(options.runs_dir)]
        choose(taught, [run for run in runs if not run.case.held_back])
    for name, half in (
        ("chosen on", [run for run in runs if not run.case.held_back]),
        ("held back", [run for run in runs if run.case.held_back]),
    ):
        print(f"\n## The half {name}: {len(half)} runs\n")
        report(half)


def report(runs: Sequence[Scored]) -> None:
    """The ceiling, and how `diagnose` and the quick verdict do beside it."""
    ceiling = sum(run.truths[0] == run.truths[1] for run in runs)
    print(f"Ceiling, two truths agree: {rate(ceiling, len(runs))}")
    ways: tuple[tuple[str, Callable[[Scored], Word]], ...] = (
        ("diagnose", lambda run: run.diagnosed.word),
        ("quick verdict", lambda run: run.quick.word),
    )
    for name, told in ways:
        right = sum((told(run) == truth) / 2 for run in runs for truth in run.truths)
        print(f"\n{name}: {rate(right, len(runs))}\n")
        print(matrix(runs, told))
    print("\nConfidence told, and how often that was right:\n")
    for name, told, sure in (
        ("diagnose", ways[0][1], lambda run: run.diagnosed.confidence),
        ("quick verdict", ways[1][1], lambda run: run.quick.confidence),
    ):
        for low, high in ((0.0, 0.6), (0.6, 0.75), (0.75, 0.9), (0.9, 1.01)):
            within = [run for run in runs if low <= sure(run) < high]
            if within:
                right = sum((told(r) == truth) / 2 for r in within for truth in r.truths)
                mean = sum(map(sure, within)) / len(within)
                print(f"  {name}: {mean:.0%} told, {rate(right, len(within))}")


def matrix(runs: Sequence[Scored], told: Callable[[Scored], Word]) -> str:
    """Truths down, words told across; every run counts half for each of its truths."""
    lines = [f"| truth | {' | '.join(WORDS)} | right |", "|---" * (len(WORDS) + 2) + "|"]
    for truth in WORDS:
        counts = dict.fromkeys(WORDS, 0.0)
        for run in runs:
            counts[told(run)] += sum(one == truth for one in run.truths) / 2
        total = sum(counts.values())
        cells = [f"{count:g}" if count else "" for count in counts.values()]
        right = rate(counts[truth], total) if total else "-"
        lines.append(f"| {truth} | {' | '.join(cells)} | {right} |")
    return "\n".join(lines)


def rate(hits: float, of: float) -> str:
    """`84 % [76, 90] (92.5 of 110)`, with its 95 % interval."""
    low, high = score_interval(hits / of, of)
    return f"{hits / of:.0%} [{low:.0%}, {high:.0%}] ({hits:g} of {of:g})"


if __name__ == "__main__":
    main()
