"""A diagnosis in words: where the run came to, what each branch came to, what the detectives see.

The table on the terminal and `diagnosis.png` say these things alike.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun import wording
from ganrun.config.metrics import share_columns
from ganrun.diagnose.diagnosis import Branch, Detective, Diagnosis, Dynamics, Track
from ganrun.verdict import likely_short
from ganrun.verdict.continued import Ending, ending

TELLS = 0.6
"""Area under the ROC curve from which a detective can be said to tell real from fake at all."""
BLIND = 0.1
"""By so much a fresh detective must do better before the live one is called blind."""

FIGURE = Path("figures") / "diagnosis.png"
"""Where the picture is, in the run's folder."""

HARDLY = 0.65
"""A detective whose AUC is below this can hardly tell real from forged..."""
FOOLED = 0.35
"""...and one whose AUC is below this takes the forged for the real."""
SURE = 0.9
"""One whose AUC is this or more tells at once."""
MOST_NAMED = 4
"""More modes than this are counted instead of named."""
MOST_ROUNDS = 1_000_000
"""What takes longer than this need not be told to the digit."""
MOST_EIGENVALUES = 3
"""That are shown; conjugates count once."""


Good = Literal["all", "some", "none"]


@dataclass(frozen=True)
class Outcome:
    """What became of a branch, in words, and whether that is good for all its GANs or for none."""

    words: str
    good: Good


def whose(diagnosis: Diagnosis) -> str:
    """The run in a heading: `five_gaussians, seed 3: 5 modes, 10,000 rounds`."""
    modes = wording.plural(diagnosis.modes, "mode")
    rounds = wording.plural(diagnosis.rounds, "round")
    return f"{diagnosis.name}, seed {diagnosis.seed}: {modes}, {rounds}"


def shares_of(track: Track, modes: int) -> Float[ndarray, "R K"]:
    """The shares of a course as an array; of no rows where nothing was evaluated."""
    return np.array(track.shares, dtype=float).reshape(len(track.steps), modes)


def run_ending(diagnosis: Diagnosis) -> Ending | None:
    """Where the run itself came to, in its last quarter as the branches in theirs.

    None if it was never evaluated.
    """
    weights = np.array(diagnosis.weights)
    shares = shares_of(diagnosis.before, diagnosis.modes)
    metrics = {
        "step": np.array(diagnosis.before.steps, dtype=np.int64),
        **dict(zip(share_columns(diagnosis.modes), shares.T, strict=True)),
    }
    return ending(metrics, diagnosis.perfect, weights, from_round=0)


def lost_modes(diagnosis: Diagnosis) -> tuple[int, ...]:
    """The modes that the run missed at its end; none where modes come and go."""
    came_to = run_ending(diagnosis)
    return came_to.missing if came_to and diagnosis.verdict != "oscillating" else ()


def run_diverged(diagnosis: Diagnosis) -> bool:
    """Whether the run itself did, and not only its continuations; the quick verdict knows."""
    return diagnosis.quick.verdict == "diverged"


def run_outcome(diagnosis: Diagnosis) -> Outcome:
    """What became of the run itself: `misses modes 1, 2 and 4`."""
    came_to, total = run_ending(diagnosis), diagnosis.modes
    diverged = run_diverged(diagnosis)
    if came_to is None:
        return Outcome("diverged at once" if diverged else "was never evaluated", "none")
    if diagnosis.verdict == "oscillating":
        return Outcome("modes come and go", "none")
    lost, everything = came_to.missing, diagnosis.everything
    if not lost:
        words = f"diverged with {everything} covered" if diverged else f"covers {everything}"
        good = diagnosis.verdict == "converged"
        return Outcome(words, "none" if diverged else "all" if good else "some")
    which = wording.numbered("mode", lost)
    if lost == diagnosis.showable:
        which = everything
    elif len(lost) > MOST_NAMED:
        which = f"{len(lost)} of {total} modes"
    return Outcome(f"diverged with {which} missing" if diverged else f"misses {which}", "none")


def outcome(branch: Branch, lost: Sequence[int], diagnosis: Diagnosis) -> Outcome:
    """What became of a branch's GANs: `0 of 5 find the missing modes, 1 diverged`.

    Args:
        branch: one that was played.
        lost: the modes that the run missed; where there are none, faults are counted instead.
        diagnosis: whose branch it is; tells which modes can be found at all.
    """
    total, clauses = len(branch.runs), []
    good = branch.cured
    if lost:
        sought = _sought(branch, lost, diagnosis.showable)
        good = found_by(branch, sought)
        what = diagnosis.everything
        if len(sought) < len(diagnosis.showable):
            what = f"the missing {wording.noun_for(len(lost), 'mode')}"
        clauses.append(f"{good} of {total} {wording.form_for(total, 'finds', 'find')} {what}")
    if not lost or branch.cured != good:
        clauses.append(f"{branch.cured}{'' if lost else f' of {total}'} without fault")
    if branch.sharpening:
        clauses.append(f"{branch.sharpening} still sharpening")
    clauses += [
        f"{number} {status}"
        for status in ("diverged", "failed")
        if (number := ended_as(branch, status))
    ]
    least, most = sorted((good, branch.cured + branch.sharpening))
    return Outcome(", ".join(clauses), "all" if least == total else "some" if most else "none")


def found_by(branch: Branch, sought: Collection[int]) -> int:
    """How many of a branch's GANs end with none of these modes missing."""
    complete = [run for run in branch.runs if run.status == "complete"]
    return sum(not set(sought) & set(run.missing) for run in complete)


def _sought(branch: Branch, lost: Sequence[int], showable: Sequence[int]) -> Sequence[int]:
    """The modes to find: those that the run missed; from scratch all that can be shown."""
    return lost if branch.from_round else showable


def ended_as(branch: Branch, status: str) -> int:
    """How many of a branch's GANs have that status."""
    return sum(run.status == status for run in branch.runs)


def headline(diagnosis: Diagnosis) -> str:
    """The verdict in a few words, as a story of forger and detective."""
    lost, longer = lost_modes(diagnosis), diagnosis.branch("longer")
    everything = diagnosis.everything
    found = found_by(longer, lost) if longer else 0
    match diagnosis.verdict:
        case "collapsed":
            some = f"{len(lost)} of {diagnosis.modes} modes" if lost else "modes"
            which = everything if lost == diagnosis.showable else some
            helps = f", and more rounds {'seldom' if found else 'do not'} help" if longer else ""
            return f"Collapsed: the forger leaves out {which}{helps}"
        case "undertrained":
            if longer and lost and not found:
                return "Undertrained: more rounds help the forger, but bring no missing mode"
            helps = ", and more rounds help" if longer else ""
            return f"Undertrained: the forger is still learning{helps}"
        case "stuck":
            return "Stuck: the forger has stopped learning"
        case "sharpening":
            return f"Sharpening: the forger serves {everything}, and more rounds make it sharper"
        case "oscillating":
            return "Oscillating: the forger runs from mode to mode, the detective after it"
        case "imprecise":
            return f"Imprecise: the forger finds {everything}, but forges badly"
        case "converged":
            return f"Converged: the forger serves {everything}, and stays there"
    if run_diverged(diagnosis):
        return "Diverged: the game between forger and detective broke down"
    return "Diverged: played on, the game of forger and detective breaks down"


def how_sure(diagnosis: Diagnosis) -> str:
    """`confidence 93 %; the quick verdict: likely undertrained 61 %`."""
    quick = likely_short(diagnosis.quick.verdict, diagnosis.quick.confidence)
    return f"confidence {wording.percent(diagnosis.confidence)}; the quick verdict: {quick}"


def probes(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """What the detectives say and how the game moves, each under its name, as far as asked."""
    detective, dynamics = diagnosis.detective, diagnosis.dynamics
    told = [
        ("Who can tell", detective_words(detective) if detective else ""),
        ("How the game moves", dynamics_words(dynamics) if dynamics else ""),
    ]
    return [(name, words) for name, words in told if words]


def detective_words(detective: Detective) -> str:
    """Who can tell real from forged, in a sentence or two with the AUCs."""
    words = _who_can_tell(detective)
    if detective.fresh_auc is not None and not detective.converged:
        words += f" The fresh one was still learning after {detective.steps:,} steps."
    return f"{words} {detective.company}" if detective.company else words


def _who_can_tell(detective: Detective) -> str:
    live, fresh = detective.live_auc, detective.fresh_auc
    if live is None and fresh is None:
        return "No detective gives a finite answer."
    new = fresh_words(detective)
    if fresh is None:
        return f"The run's own detective has an AUC of {live:.2f}; a fresh one has none."
    sees = "sees at once" if fresh >= SURE else "sees"
    if live is None:
        can = "can hardly tell" if fresh < TELLS else "can tell"
        return f"The run's own detective gives no finite answer; a fresh one {can} ({new})."
    own = f"AUC {live:.2f}"
    if fresh < TELLS:
        return f"Hardly any detective can tell: not the run's own ({own}), nor a fresh one ({new})."
    if live < FOOLED:
        return (
            f"The run's own detective takes the forged for the real ({own}), but a fresh one "
            f"does not ({new})."
        )
    if fresh - live < BLIND:
        return f"The run's own detective can tell ({own}), and so can a fresh one ({new})."
    if live < HARDLY:
        return f"The run's own detective can hardly tell ({own}) what a fresh one {sees} ({new})."
    return f"The run's own detective can tell ({own}), but a fresh one tells better ({new})."


def fresh_words(detective: Detective) -> str:
    """A fresh detective's AUC with its interval: `0.97 [0.96, 0.98]`."""
    words = wording.value(detective.fresh_auc, 2)
    if detective.fresh_interval is None:
        return words
    low, high = detective.fresh_interval
    return f"{words} [{low:.2f}, {high:.2f}]"


def dynamics_words(dynamics: Dynamics) -> str:
    """How the game moves about its end, and what either player could still gain.

    Whether that is stable, rotating or unstable is not told: it did not foretell how games end.
    """
    told: list[str] = []
    if motion := _motion(dynamics):
        rough = "" if dynamics.reliable else " (roughly: not every search found its end)"
        told.append(f"About its end {motion}{rough}")
    if leading := _distinct(dynamics.eigenvalues)[:MOST_EIGENVALUES]:
        noun = wording.noun_for(len(leading), "eigenvalue")
        told.append(f"leading {noun} {wording.listed(leading)} per round")
    sentences = [f"{'; '.join(told)}."] if told else []
    if dynamics.unknown:
        sentences.append(dynamics.unknown)
    if dynamics.duality_gap is not None:
        words = f"Duality gap {wording.value(dynamics.duality_gap, 2)}"
        gains = (("detective", dynamics.detective_gain), ("forger", dynamics.forger_gain))
        known = [
            f"a better {who} would gain {wording.value(gain, 2)}"
            for who, gain in gains
            if gain is not None
        ]
        sentences.append(f"{words}{': ' * bool(known)}{', '.join(known)}.")
    return wording.capital(" ".join(sentences))


def _motion(dynamics: Dynamics) -> str:
    """What becomes of a small disturbance of both players, and how fast; empty if not known."""
    growth, turning = dynamics.growth, dynamics.turning
    moves = []
    if growth:
        moves.append(f"{'grows' if growth > 0 else 'fades'} e-fold in {_rounds(1 / abs(growth))}")
    if turning and 2 * math.pi / turning < MOST_ROUNDS:  # else rounding alone may turn it
        moves.append(f"turns once in {_rounds(2 * math.pi / turning)}")
    return f"a small disturbance {' and '.join(moves)}" if moves else ""


def _rounds(number: float) -> str:
    """A number of rounds in two digits."""
    shown = round(float(f"{number:.2g}")) if number < MOST_ROUNDS else MOST_ROUNDS
    return f"{'more than ' if shown == MOST_ROUNDS else ''}{wording.plural(max(shown, 1), 'round')}"


def _distinct(eigenvalues: Sequence[tuple[float, float]]) -> list[str]:
    """Each eigenvalue in words, a conjugate pair as one."""
    words = [
        f"{real:.2g} \N{PLUS-MINUS SIGN} {abs(turn):.2g}i" if turn else f"{real:.2g}"
        for real, turn in eigenvalues
    ]
    return list(dict.fromkeys(words))
