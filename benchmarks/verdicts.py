"""How often the verdicts of a run are right, and how often anything could be.

    python -m benchmarks.verdicts                     into runs/; two hours on 2 cores
    python -m benchmarks.verdicts --runs-dir DIR      goes on where it was interrupted
    python -m benchmarks.verdicts --learn             also learns the likelihoods; two hours more

The truth about a run of T rounds is what its game does until round 10 T (`verdict/continued.py`),
by the plurality of five continuations with fresh noise. There are two such truths, with other
seeds; how often they agree is the ceiling, since nobody can know the luck of the draw. What is made
of one set (`--confirm` of one continuation to 3 T, `diagnose` of all five) is scored against the
other set's truth, and the quick verdict, which sees the run alone, against both. What it knows was
learned from lessons at other points of the design, with one continuation each.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.verdict_runs import lessons, trained_cases
from benchmarks.verdict_words import Scored, lesson, scored
from ganrun.influence.rates import score_interval
from ganrun.verdict import WORDS, Word

Told = tuple[Word, float, Word]
"""A word, how sure of it one is, and the truth."""
BINS = 10
"""Of confidence, for the calibration error (Naeini et al. 2015): equally many in each."""
LEAST_LIKELY = 1e-3
"""A word that happened counts as at least so likely, in the log loss."""


def main() -> None:
    """Train what is missing, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--runs-dir", type=Path, default=Path("runs"))
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    parser.add_argument("--learn", action="store_true", help="learn the likelihoods anew")
    options = parser.parse_args()
    if options.learn:
        from benchmarks.verdict_fit import learn

        learn([lesson(case) for case in lessons(options.runs_dir)])
        print()
    report(scored(trained_cases(options.runs_dir, options.set)))


def report(runs: Sequence[Scored]) -> None:
    """The ceiling, and how each way of judging does beside it."""
    agree = sum(run.truths[0] == run.truths[1] for run in runs)
    print(f"{len(runs)} runs. Ceiling, two truths agree: {rate(agree, len(runs))}")
    quick = [(r.quick.word, r.quick.confidence, truth) for r in runs for truth in r.truths]
    confirmed = [(word, 1.0, truth) for run in runs for word, truth in run.confirmed]
    diagnosed = [(one.word, one.confidence, truth) for r in runs for one, truth in r.diagnosed]
    for name, told in (("quick", quick), ("confirmed", confirmed), ("diagnose", diagnosed)):
        right = sum(word == truth for word, _, truth in told)
        # Several judgements of one run are no independent draws: the interval counts runs.
        share = right / len(told)
        print(f"\n{name}: {rate(share * len(runs), len(runs))}\n")
        print(matrix(told))
    print(f"\nlog loss of the quick verdict's probabilities: {log_loss(runs):.3f}")
    print(f"calibration error, quick: {calibration_error(quick):.1%}")
    print(f"calibration error, diagnose: {calibration_error(diagnosed):.1%}")
    for word in WORDS:
        of_word = [truth for told, _, truth in confirmed if told == word]
        if of_word:
            print(f"  confirmed {word}: {rate(of_word.count(word), len(of_word))}")
    for agreeing in sorted({one.agree for run in runs for one, _ in run.diagnosed}):
        hits = [one.word == t for run in runs for one, t in run.diagnosed if one.agree == agreeing]
        print(f"  diagnose, {agreeing} of 5 agree: {rate(sum(hits), len(hits))}")


def log_loss(runs: Sequence[Scored]) -> float:
    """Mean negative log of the probability that was given to what happened, in nats."""
    losses = [
        -np.log(max(run.quick.probabilities.get(truth, 0.0), LEAST_LIKELY))
        for run in runs
        for truth in run.truths
    ]
    return float(np.mean(losses))


def calibration_error(told: Sequence[Told]) -> float:
    """Mean distance of how sure one is from how often one is right, over bins of confidence."""
    ordered = sorted(told, key=lambda one: one[1])
    parts = [part for part in np.array_split(np.arange(len(ordered)), BINS) if len(part)]
    errors = []
    for part in parts:
        within = [ordered[i] for i in part]
        sure = np.mean([confidence for _, confidence, _ in within])
        right = np.mean([word == truth for word, _, truth in within])
        errors.append(abs(sure - right) * len(within) / len(told))
    return float(sum(errors))


def matrix(told: Iterable[Told]) -> str:
    """Truths down, words told across, in per cent of all."""
    pairs = [(truth, word) for word, _, truth in told]
    lines = [f"| truth, % of all | {' | '.join(WORDS)} | right |", "|---" * (len(WORDS) + 2) + "|"]
    for truth in WORDS:
        row = [pairs.count((truth, word)) for word in WORDS]
        if total := sum(row):
            cells = [f"{100 * count / len(pairs):.1f}" if count else "" for count in row]
            right = f"{row[WORDS.index(truth)] / total:.0%}"
            lines.append(f"| {truth} | {' | '.join(cells)} | {right} |")
    return "\n".join(lines)


def rate(hits: float, of: float) -> str:
    """`84 % [76, 90] (92.5 of 110)`, with its 95 % interval."""
    low, high = score_interval(hits / of, of)
    return f"{hits / of:.0%} [{low:.0%}, {high:.0%}] ({hits:g} of {of:g})"


if __name__ == "__main__":
    main()
