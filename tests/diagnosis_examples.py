"""Diagnoses made up from arrays, for the tests of what people look at; nothing here is played."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ganrun.diagnose.diagnosis import (
    FORMAT,
    Advice,
    Branch,
    BranchRun,
    Detective,
    Diagnosis,
    Dynamics,
    Quick,
    Track,
)
from ganrun.diagnose.progress import BranchProgress, DiagnosisProgress
from ganrun.measure.coverage import COVERED_FRACTION

ROUNDS = 10_000
QUALITY = 0.985
"""High-quality share of a forger that knows its modes."""

Relative = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""What share of its weight each mode has, `[R, K]`, from rounds `[R, 1]` and modes `[1, K]`."""

LONGER = "the same game, 10 times as long"
R1 = "with R1"
RESET = "a new detective"
RATES = "both learning rates a fifth"
RATIO = "the detective 3 times as fast"


def even(modes: int = 5) -> tuple[float, ...]:
    return tuple([1 / modes] * modes)


def a_track(
    relative: Relative,
    weights: Sequence[float],
    first: int = 0,
    last: int = ROUNDS,
    *,
    seed: int = 0,
    points: int = 40,
) -> Track:
    """Evaluations from one round to another; shares never sum to more than `QUALITY`."""
    rng = np.random.default_rng(seed)
    steps = np.unique(np.linspace(first, last, points + 1).round().astype(int))[first > 0 :]
    rounds, modes = steps[:, None].astype(float), np.arange(len(weights))[None, :]
    wanted = np.clip(relative(rounds, modes) + 0 * rounds * modes, 0, None) * np.array(weights)
    wanted = wanted * np.exp(0.08 * rng.standard_normal(wanted.shape))
    total = wanted.sum(axis=1, keepdims=True)
    shares = wanted * np.minimum(1, QUALITY / np.maximum(total, 1e-9))
    return Track(tuple(steps.tolist()), tuple(map(tuple, shares.round(4).tolist())))


def a_run(
    relative: Relative,
    weights: Sequence[float],
    first: int,
    last: int,
    *,
    seed: int = 0,
    status: str = "complete",
    word: str | None = None,
    reached: int | None = None,
    track: Track | None = None,
) -> BranchRun:
    """One GAN of a branch, its levels from its course as the document says."""
    end = last if reached is None else reached
    track = a_track(relative, weights, first, end, seed=seed) if track is None else track
    levels = levels_of(track, weights, first)
    covered, quality, distance, missing = levels if levels else (None, None, None, ())
    good = status == "complete" and not missing and (distance or 0) < 0.12
    levels_and_all = (covered, quality, distance, missing, good, False, track)
    return BranchRun(seed, status, word, *levels_and_all)


def levels_of(track: Track, weights: Sequence[float], first: int):
    """Covered modes, high quality, mode TV and missing modes in a course's last quarter."""
    if not track.steps:
        return None
    steps, shares = np.array(track.steps), np.array(track.shares)
    late = shares[steps > first + 0.75 * (steps[-1] - first)]
    covered = late >= COVERED_FRACTION * np.array(weights)
    quality = late.sum(axis=1)
    distance = (np.abs(late - np.array(weights)).sum(axis=1) + 1 - quality) / 2
    missing = np.flatnonzero(covered.mean(axis=0) < 0.5)
    return (
        float(covered.sum(axis=1).mean()),
        float(quality.mean()),
        float(distance.mean()),
        tuple(missing.tolist()),
    )


def a_branch(
    name: str,
    title: str,
    relatives: Sequence[Relative],
    weights: Sequence[float],
    first: int = ROUNDS,
    last: int = 4 * ROUNDS,
    sets: Sequence[str] = (),
    **options,
) -> Branch:
    runs = [
        a_run(relative, weights, first, last, seed=100 + place, **options)
        for place, relative in enumerate(relatives)
    ]
    return Branch(name, title, tuple(sets), first, last, tuple(runs))


def only(*modes: int, level: float = 3.0) -> Relative:
    """A forger that serves these modes alone."""
    return lambda rounds, mode: level * np.isin(mode, modes)


def everything(rounds: np.ndarray, mode: np.ndarray) -> np.ndarray:
    return np.ones_like(rounds * mode)


def found_by(at: float, *lost: int, width: float = 2500.0) -> Relative:
    """A forger that finds its lost modes about a round."""

    def relative(rounds: np.ndarray, mode: np.ndarray) -> np.ndarray:
        found = 1 / (1 + np.exp(-(rounds - at) / width * 4))
        return np.where(np.isin(mode, lost), found, 1.0 + 1.5 * (1 - found))

    return relative


def rising(by: float, modes: int = 5, start: float = 0.0) -> Relative:
    """A forger that slowly comes to serve all modes, one after the other."""

    def relative(rounds: np.ndarray, mode: np.ndarray) -> np.ndarray:
        begins = start + (mode / modes) * by * 0.8
        return np.clip((rounds - begins) / (0.5 * by), 0, 1)

    return relative


def roaming(period: float, modes: int = 5, phase: float = 0.0) -> Relative:
    """A forger that runs from mode to mode."""

    def relative(rounds: np.ndarray, mode: np.ndarray) -> np.ndarray:
        distance = (rounds / period * modes + phase - mode) % modes
        return np.where(np.minimum(distance, modes - distance) < 0.8, 2.6, 0.05)

    return relative


def a_dynamics(kind: str | None, **changes) -> Dynamics:
    """How a game moves; with a duality gap, if nothing else is said."""
    fields = {
        "eigenvalues": (),
        "reliable": True,
        "growth": None,
        "turning": None,
        "duality_gap": 0.83,
        "detective_gain": 0.6,
        "forger_gain": 0.23,
    }
    return Dynamics(kind=kind, **{**fields, **changes})


def a_diagnosis(verdict: str, **changes) -> Diagnosis:
    """A diagnosis with every part there is."""
    weights = changes.get("weights", even())
    fields = {
        "format": FORMAT,
        "id": "0123456789abcdef",
        "name": "five_gaussians",
        "seed": 3,
        "rounds": ROUNDS,
        "verdict": verdict,
        "confidence": 0.93,
        "evidence": (
            "Played on to round 100,000 with fresh noise, all 5 GANs ended with modes missing. "
            "3 of 5 modes (1, 2 and 4) are lost, the same each time."
        ),
        "quick": Quick("undertrained", 0.61, "Still improving."),
        "advice": Advice(
            "With R1, 3 of 3 GANs found the lost modes, and from scratch 3 of 3 lost none.",
            ("penalties.r1.weight=0.1",),
            "ganrun train runs/five_gaussians-s3-0123456789abcdef/config.yaml "
            "--set penalties.r1.weight=0.1 --set name=five_gaussians_r1",
        ),
        "weights": weights,
        "perfect_modes": (1.0,) * len(weights),
        "perfect_high_quality": 0.9889,
        "perfect_mode_tv": 0.021,
        "before": a_track(everything, weights),
        "branches": (),
        "detective": Detective(0.61, 0.97, (0.96, 0.98), 2000, True),
        "dynamics": a_dynamics(
            "rotating",
            eigenvalues=((0.0031, 0.012), (0.0031, -0.012), (-0.2, 0.0)),
            growth=-0.0021,
            turning=0.012,
        ),
    }
    return Diagnosis(**{**fields, **changes})


def collapsed() -> Diagnosis:
    """Five modes, of which two are left; R1 brings the others back."""
    weights = even()
    lost = (1, 2, 4)
    few = only(0, 3, level=2.4)

    def falling(rounds: np.ndarray, mode: np.ndarray) -> np.ndarray:
        fades = 1 / (1 + np.exp((rounds - 3000 - 400 * mode) / 300))
        rises = np.clip(rounds / 1000, 0, 1)
        return rises * np.where(np.isin(mode, lost), fades, 1 + 1.4 * (1 - fades))

    return a_diagnosis(
        "collapsed",
        before=a_track(falling, weights),
        branches=(
            a_branch("longer", LONGER, [few] * 5, weights, last=10 * ROUNDS, word="collapsed"),
            a_branch(
                "reset-detective",
                RESET,
                [few, found_by(22_000, 1), only(0, 1, 3, level=1.6)],
                weights,
            ),
            a_branch(
                "r1",
                R1,
                [found_by(at, *lost) for at in (12_500, 14_000, 16_000)],
                weights,
                last=3 * ROUNDS,
                sets=["penalties.r1.weight=0.1"],
            ),
            a_branch(
                "other-ratio",
                RATIO,
                [found_by(15_000, *lost), only(0, 2, 3, level=1.6), only(0, 2, 3, level=1.6)],
                weights,
                last=3 * ROUNDS,
            ),
            a_branch("lower-rates", RATES, [few] * 3, weights, last=3 * ROUNDS),
            a_branch(
                "afresh",
                f"from scratch: {R1}",
                [rising(4000), rising(5000), rising(3000)],
                weights,
                first=0,
                last=ROUNDS,
            ),
        ),
    )


def undertrained() -> Diagnosis:
    """Eight modes, of which half are found by the run's end, and all soon after."""
    weights = even(8)
    return a_diagnosis(
        "undertrained",
        name="eight",
        weights=weights,
        evidence=(
            "Played on to round 40,000 with fresh noise, all 5 GANs became better: 97% of their "
            "samples are where they belong instead of 52%, and 8.0 of 8 modes are covered "
            "instead of 4.6."
        ),
        quick=Quick("undertrained", 0.9, "Still improving."),
        before=a_track(rising(20_000, 8), weights),
        branches=(
            a_branch(
                "longer",
                "the same game, 4 times as long",
                [rising(20_000 + 1500 * i, 8) for i in range(5)],
                weights,
            ),
        ),
        detective=Detective(0.93, 0.96, (0.955, 0.966), 1500, True),
    )


def oscillating() -> Diagnosis:
    weights = even()
    return a_diagnosis(
        "oscillating",
        name="oscillating",
        before=a_track(roaming(4000), weights),
        branches=(
            a_branch(
                "longer",
                "the same game, 4 times as long",
                [roaming(4000 + 300 * i, phase=i) for i in range(5)],
                weights,
            ),
            a_branch(
                "lower-rates",
                RATES,
                [found_by(13_000 + 1000 * i, 1, 4) for i in range(3)],
                weights,
                last=3 * ROUNDS,
            ),
            a_branch("r1", R1, [everything] * 3, weights, last=3 * ROUNDS),
        ),
        dynamics=a_dynamics(
            "unstable",
            eigenvalues=((0.01, 0.2), (0.01, -0.2)),
            growth=0.01,
            turning=0.2,
            reliable=False,
            duality_gap=None,
        ),
    )


def converged() -> Diagnosis:
    weights = even()
    return a_diagnosis(
        "converged",
        before=a_track(rising(3000), weights),
        quick=Quick("converged", 0.9, "All is well."),
        branches=(a_branch("longer", "the same game, 4 times as long", [everything] * 5, weights),),
        advice=Advice("Nothing needs to change.", (), None),
        detective=Detective(0.51, 0.53, (0.52, 0.54), 3000, True),
        dynamics=a_dynamics("stable", eigenvalues=((-0.01, 0.0),), growth=-0.01),
    )


def grid25() -> Diagnosis:
    weights = even(25)
    kept = (0, 1, 2, 6, 7, 8, 12, 13, 18)
    lost = tuple(mode for mode in range(25) if mode not in kept)
    rng = np.random.default_rng(5)
    parts = [tuple(rng.permutation(lost)[:9].tolist()) for _ in range(3)]
    return a_diagnosis(
        "collapsed",
        name="grid25_latent16",
        weights=weights,
        before=a_track(only(*kept, level=2.6), weights),
        branches=(
            a_branch("longer", LONGER, [only(*kept, level=2.6)] * 5, weights, last=10 * ROUNDS),
            a_branch(
                "r1",
                R1,
                [found_by(15_000, *part, width=5000) for part in parts],
                weights,
                last=3 * ROUNDS,
            ),
            a_branch(
                "lower-rates", RATES, [only(*kept, *part) for part in parts], weights, last=30_000
            ),
            a_branch("afresh", f"from scratch: {R1}", [rising(9000, 25)] * 3, weights, 0, ROUNDS),
        ),
    )


def diverged() -> Diagnosis:
    """A run that broke down; nothing to play on from."""
    weights = even()
    return a_diagnosis(
        "diverged",
        evidence="A loss, weight or sample stopped being finite in round 4,013.",
        confidence=1.0,
        quick=Quick("diverged", 1.0, "It diverged."),
        before=a_track(rising(5000), weights, last=4000, points=16),
        detective=None,
        dynamics=None,
    )


def diverged_at_once() -> Diagnosis:
    """One that was never evaluated, nor was half of what was tried afresh."""
    weights = even()
    empty = Track((), ())
    gone = a_run(everything, weights, 0, ROUNDS, status="diverged", track=empty)
    half = a_run(rising(6000), weights, 0, ROUNDS, status="diverged", reached=3500)
    whole = a_run(rising(6000), weights, 0, ROUNDS)
    return replace(
        diverged(),
        before=empty,
        branches=(
            Branch("r1", R1, (), 0, ROUNDS, (gone, half, whole)),
            Branch("other-ratio", RATIO, (), 0, ROUNDS, (gone, gone, gone)),
        ),
        detective=Detective(None, None, None, 0, False),
        dynamics=a_dynamics(None, reliable=False, duality_gap=None),
    )


def crowded() -> Diagnosis:
    """As many branches as there may be, with names longer than any."""
    base = collapsed()
    more = [
        replace(branch, name=f"{branch.name}-2", title=f"{branch.title}, after all that was said")
        for branch in base.branches[2:4]
    ]
    long = "a game whose name is very much longer than the names of games usually are, and goes on"
    branches = (replace(base.branches[0], title=long), *base.branches[1:], *more)
    return replace(base, name="a_rather_long_name_" * 4, branches=branches)


def one_mode() -> Diagnosis:
    weights = (1.0,)
    return a_diagnosis(
        "imprecise",
        weights=weights,
        before=a_track(lambda rounds, mode: 0.6 + 0 * rounds, weights, points=1),
        branches=(a_branch("longer", LONGER, [everything], weights),),
        detective=Detective(0.2, 0.8, None, 4000, False),
        dynamics=None,
    )


DIAGNOSES: dict[str, Callable[[], Diagnosis]] = {
    "collapsed": collapsed,
    "undertrained": undertrained,
    "oscillating": oscillating,
    "converged": converged,
    "grid": grid25,
    "diverged": diverged,
    "diverged at once": diverged_at_once,
    "crowded": crowded,
    "one mode": one_mode,
}


def a_progress(**changes) -> DiagnosisProgress:
    """Three branches: one finished, one under way, one to come."""
    branches = (
        BranchProgress("longer", LONGER, 5, 5, 150_000, 150_000, 2.2),
        BranchProgress("r1", R1, 3, 1, 31_000, 60_000, 4.3333),
        BranchProgress("afresh", f"from scratch: {R1}", 3, 0, 0, 30_000, None),
    )
    fields = {
        "stage": "playing on",
        "number": 1,
        "stages": 5,
        "modes_total": 5,
        "branches": branches,
        "rounds_per_second": 8120.0,
        "seconds_left": 8.3,
    }
    return DiagnosisProgress(**{**fields, **changes})
