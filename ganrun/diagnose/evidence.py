"""The evidence of a diagnosis, as a paragraph in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import fmean

from ganrun.diagnose.diagnosis import Branch, Diagnosis
from ganrun.diagnose.judgement import Judgement
from ganrun.verdict.continued import Continued
from ganrun.wording import every, form_for, of_modes, percent

FALLEN = 0.5
"""Where less is left of the learning rates than this, that is told."""


def evidence(
    diagnosis: Diagnosis, longer: Sequence[Continued], found: Judgement, rates_left: float = 1.0
) -> str:
    """The paragraph: what the longer game showed, then what a new detective changes.

    The detectives and the local dynamics are told beside it, with their numbers. `rates_left` is
    the share of the learning rates with which the game was played on.
    """
    return " ".join(_sentences(diagnosis, longer, found, rates_left))


def _sentences(
    diagnosis: Diagnosis, longer: Sequence[Continued], found: Judgement, rates_left: float
) -> Iterator[str]:
    played = diagnosis.branch("longer")
    if played is None:
        # The last finite state of a game that blew up tells nothing more.
        yield diagnosis.quick.evidence
        return
    yield _played_on(longer, found, modes=diagnosis.modes, to_round=played.to_round)
    if rates_left < FALLEN:
        yield (
            f"The schedule had left {percent(rates_left)} of the learning rates by then, so that "
            "little change is no sign of rest."
        )
    reset = diagnosis.branch("reset-detective")
    if reset is not None and found.word in ("collapsed", "oscillating"):
        yield _reset(reset, played, diagnosis.modes)


def _reset(reset: Branch, longer: Branch, modes: int) -> str:
    new, old = reset.mean("covered") or 0.0, longer.mean("covered") or 0.0
    effect = "brings lost modes back" if new >= old + 1 else "does not bring the lost modes back"
    return (
        f"A new detective {effect} ({new:.1f} of {modes} covered in the end, "
        f"{old:.1f} with the old one)."
    )


def _played_on(longer: Sequence[Continued], found: Judgement, *, modes: int, to_round: int) -> str:
    """What became of the run when it was played on with fresh noise."""
    same = [one for one in longer if one.word == found.word]
    who = f"{found.agree} of {found.of} GANs" if found.agree < found.of else every(found.of, "GAN")
    before, after = (fmean(one.well_placed[i] for one in same) for i in (0, 1))
    covered = [fmean(one.covered[i] for one in same) for i in (0, 1)]
    lead = f"Played on to round {to_round:,} with fresh noise, {who} "
    match found.word:
        case "undertrained":
            told = (
                f"became better: {percent(after)} of their samples are where they belong instead "
                f"of {percent(before)}, {_covered(covered[0], covered[1], modes)}."
            )
        case "sharpening":
            told = (
                f"covered every mode and became sharper: {percent(after)} of their samples are "
                f"where they belong instead of {percent(before)}."
            )
        case "stuck":
            quality = fmean(one.ending.high_quality for one in same)
            told = f"did not get away: {percent(quality)} of their samples are high-quality."
        case "oscillating":
            told = "kept losing modes and finding them again, others at different times."
        case "collapsed":
            told = f"ended with modes missing. {_missing(same, modes)}"
        case "imprecise":
            quality = fmean(one.ending.high_quality for one in same)
            distance = fmean(one.ending.mode_tv for one in same)
            told = (
                "covered every mode but stayed out of tolerance, with high_quality "
                f"{quality:.2f} and mode_tv {distance:.2f}."
            )
        case "converged":
            quality = fmean(one.ending.high_quality for one in same)
            told = (
                "stayed as good as perfect samples, within tolerance: "
                f"{percent(quality)} of their samples are high-quality and no mode is missing."
            )
        case _:
            told = "diverged: a loss, weight or sample stopped being finite."
    rest = Counter(one.word for one in longer if one.word != found.word)
    others = ", ".join(f"{count} {word}" for word, count in rest.most_common())
    return f"{lead}{told}" + (f" The others: {others}." if others else "")


def _covered(before: float, after: float, modes: int) -> str:
    """What became of the modes of a run that became better."""
    if round(after, 1) == round(before, 1):
        return f"though no more modes are covered than before ({after:.1f} of {modes})"
    return f"and {after:.1f} of {modes} modes are covered instead of {before:.1f}"


def _missing(longer: Sequence[Continued], modes: int) -> str:
    """Whether the missing set is always the same."""
    sets = {one.ending.missing for one in longer}
    if len(sets) == 1:
        (only,) = sets
        which = of_modes(only, modes)
        return f"{which} {form_for(len(only), 'is', 'are')} lost, the same each time."
    counts = Counter(mode for one in longer for mode in one.ending.missing)
    told = ", ".join(f"mode {mode} in {count}" for mode, count in sorted(counts.items()))
    return f"Not always the same ones: {told}."
