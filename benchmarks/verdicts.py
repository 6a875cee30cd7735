"""How often the verdicts of a run are right, and how often anything could be.

    python -m benchmarks.verdicts                     into runs/; two hours on 2 cores
    python -m benchmarks.verdicts --runs-dir DIR      goes on where it was interrupted
    python -m benchmarks.verdicts --learn             also learns the likelihoods; two hours more

The truth about a run of T rounds is what its game does until round 10 T (`verdict/continued.py`),
by the plurality of five continuations with fresh noise. There are two such truths, with other
seeds; how often they agree is the ceiling, since nobody can know the luck of the draw. What is made
of one set (`--confirm` of one continuation to 3 T, `diagnose` of all five) is scored against the
other set's truth, and the quick verdict, which sees the run alone, against both. What it knows was
learned from lessons at other points of the design, with one continuation each; a tenth of these
runs are as long as the shipped configs' are. A run that diverged is known to have, by every way of
judging.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.calibration import by_luck, calibration_error, log_loss
from benchmarks.verdict_runs import lessons, trained_cases
from benchmarks.verdict_words import Scored, lessons_of, scored
from ganrun.influence.rates import score_interval
from ganrun.verdict import WORDS, Word

Told = tuple[Word, float, Word]
"""A word, how sure of it one is, and the truth."""


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

        learn([one for case in lessons(options.runs_dir) for one in lessons_of(case)])
        print()
    report(scored(trained_cases(options.runs_dir, options.set)))


def report(runs: Sequence[Scored]) -> None:
    """The ceiling, and how each way of judging does beside it."""
    agree = sum(run.truths[0] == run.truths[1] for run in runs)
    longest = [word == truth for run in runs for word, truth in run.longest]
    print(f"{len(runs)} runs. Ceiling, two truths agree: {rate(agree, len(runs))}")
    print(f"One continuation, as long as the truth: {rate(_of(runs, longest), len(runs))}")
    quick = [(r.quick.word, r.quick.confidence, truth) for r in runs for truth in r.truths]
    confirmed = [(word, 1.0, truth) for run in runs for word, truth in run.confirmed]
    diagnosed = [(one.word, one.confidence, truth) for r in runs for one, truth in r.diagnosed]
    for name, told in (("quick", quick), ("confirmed", confirmed), ("diagnose", diagnosed)):
        right = [word == truth for word, _, truth in told]
        print(f"\n{name}: {rate(_of(runs, right), len(runs))}\n")
        print(matrix(told))
    chances = [run.quick.probabilities.get(truth, 0.0) for run in runs for truth in run.truths]
    print(f"\nlog loss of the quick verdict's probabilities: {log_loss(chances):.3f}")
    luck = by_luck([run.quick.confidence for run in runs], agree / len(runs))
    print(f"calibration error, quick: {_calibration(quick):.1%}; by luck alone: {luck:.1%}")
    print(f"calibration error, diagnose: {_calibration(diagnosed):.1%}")
    for word in WORDS:
        of_word = [truth for told, _, truth in confirmed if told == word]
        if of_word:
            print(f"  confirmed {word}: {rate(of_word.count(word), len(of_word))}")
    for agreeing in sorted({one.agree for run in runs for one, _ in run.diagnosed}):
        hits = [one.word == t for run in runs for one, t in run.diagnosed if one.agree == agreeing]
        print(f"  diagnose, {agreeing} of 5 agree: {rate(sum(hits), len(hits))}")


def _of(runs: Sequence[Scored], right: Sequence[bool]) -> float:
    """So many runs are judged rightly; several judgements of one are no independent draws."""
    return len(runs) * sum(right) / len(right)


def _calibration(told: Sequence[Told]) -> float:
    return calibration_error(
        [confidence for _, confidence, _ in told], [word == truth for word, _, truth in told]
    )


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
