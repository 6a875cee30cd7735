"""A diagnosis as it is stored and shown: `diagnosis.json`, and the same as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter, with_config

from ganrun.measure.showable import BY_MODE, showable_modes
from ganrun.store import replace_file
from ganrun.store.documents import STRICT, Count, Identity, Share, Words, read_document
from ganrun.store.formats import json_text, sealed
from ganrun.verdict import Word
from ganrun.wording import every_mode

NAME = "diagnosis.json"
FORMAT = 2
"""Number of the layout, and of the rules behind it; a document of another one is made anew."""
MOST_POINTS = 120
"""Evaluations that are kept of a course, at most."""

_strict = with_config(STRICT)


@_strict
@dataclass(frozen=True)
class Track:
    """Which modes are occupied when: `R` evaluations, thinned, of `K` modes."""

    steps: tuple[Count, ...]
    """Rounds, ascending."""
    shares: tuple[tuple[Share, ...], ...]
    """High-quality share of every mode at each of them, `[R][K]`."""


@_strict
@dataclass(frozen=True)
class BranchRun:
    """One GAN of a branch; levels are means over the last quarter of its rounds."""

    seed: Annotated[int, Field(ge=0)]
    status: Literal["complete", "diverged", "failed"]
    word: Word | None
    """The verdict on the run as this continuation tells it; None where the game is another one."""
    covered: Annotated[float, Field(ge=0)] | None
    high_quality: Annotated[float, Field(ge=0, le=1.001)] | None
    mode_tv: Annotated[float, Field(ge=0, le=1.001)] | None
    missing: tuple[Count, ...]
    """Modes that are missing at more than half of those evaluations."""
    cured: bool
    """Whether nothing is missing there and the metrics are mostly within tolerance."""
    sharpening: bool
    """Whether nothing is missing there, and more and more samples come to where they belong."""
    track: Track


@_strict
@dataclass(frozen=True)
class Branch:
    """A branch that was played: what differed from the run, and what became of its GANs."""

    name: Words
    title: Words
    sets: tuple[Words, ...]
    """What differed in the config, as `--set` takes it."""
    from_round: Count
    to_round: Count
    runs: Annotated[tuple[BranchRun, ...], Field(min_length=1)]

    @property
    def cured(self) -> int:
        """How many of its GANs ended without fault."""
        return sum(run.cured for run in self.runs)

    @property
    def sharpening(self) -> int:
        """How many ended with every mode found, not yet without fault but on their way there."""
        return sum(run.sharpening for run in self.runs)

    @property
    def found_all(self) -> int:
        """How many ended with every mode found that perfect samples show."""
        return sum(run.status == "complete" and not run.missing for run in self.runs)

    def mean(self, level: Literal["covered", "high_quality", "mode_tv"]) -> float | None:
        """A level's mean over its GANs; None where none of them has it."""
        values = [getattr(run, level) for run in self.runs]
        known = [value for value in values if value is not None]
        return sum(known) / len(known) if known else None


@_strict
@dataclass(frozen=True)
class Detective:
    """How well real and fake are told apart on held-out samples: areas under the ROC curve.

    1 is always, 0.5 is by chance. `live` is the run's own discriminator, `fresh` a new one trained
    against the frozen generator until it learned no more.
    """

    live_auc: Share | None
    fresh_auc: Share | None
    fresh_interval: tuple[float, float] | None
    """95 %."""
    steps: Count
    converged: bool
    company: Words | None = None
    """What the run's own is shown that the fresh one is not, in a sentence."""


@_strict
@dataclass(frozen=True)
class Dynamics:
    """The game about the run's last state (Mescheder et al. 2017; Grnarova et al. 2019)."""

    eigenvalues: tuple[tuple[float, float], ...]
    """Leading eigenvalues of the Jacobian, real and imaginary part, per round."""
    kind: Literal["stable", "rotating", "unstable"] | None
    reliable: bool
    growth: float | None
    """What the leading motion of both players gains in a round: e-fold in `1 / growth` rounds."""
    turning: float | None
    """How far it turns in a round, in radians."""
    duality_gap: float | None
    detective_gain: float | None
    forger_gain: float | None
    unknown: Words | None = None
    """Why it is not told how the game moves, in a sentence."""


@_strict
@dataclass(frozen=True)
class Advice:
    """What to try next."""

    words: Words
    sets: tuple[Words, ...]
    """Settings to paste, as `--set` takes them; empty where nothing need change."""
    command: Words | None
    """The whole command."""


@_strict
@dataclass(frozen=True)
class Quick:
    """The quick verdict, as the run's summary has it."""

    verdict: Word
    confidence: Share
    evidence: Words


@_strict
@dataclass(frozen=True)
class Diagnosis:
    """What a run suffers from, and what shows it."""

    format: int
    id: Identity
    name: Words
    seed: Annotated[int, Field(ge=0)]
    rounds: Count
    """Rounds of the run itself, `T`."""
    verdict: Word
    confidence: Share
    """How often the word is right where the evidence is like this, in [0, 1]."""
    evidence: Words
    """One paragraph in plain words."""
    quick: Quick
    advice: Advice
    weights: Annotated[tuple[Share, ...], Field(min_length=1)]
    """Of the target's `K` modes."""
    perfect_modes: tuple[Share, ...]
    """Share of the draws of perfect samples that cover each mode."""
    perfect_high_quality: Share
    perfect_mode_tv: Share
    """What perfect samples score."""
    before: Track
    """The run itself."""
    branches: tuple[Branch, ...]
    detective: Detective | None
    dynamics: Dynamics | None

    @property
    def modes(self) -> int:
        """`K`, the number of modes."""
        return len(self.weights)

    @property
    def perfect(self) -> dict[str, dict[str, list[float]]]:
        """What perfect samples cover, as a reference has it."""
        return {"modes_covered": {BY_MODE: list(self.perfect_modes)}}

    @property
    def showable(self) -> tuple[int, ...]:
        """The modes that perfect samples show."""
        return showable_modes(self.perfect, self.modes)

    @property
    def everything(self) -> str:
        """What a run can be asked to cover, in words."""
        return every_mode(len(self.showable), self.modes)

    def branch(self, name: str) -> Branch | None:
        """The branch of that name; None if it was not played."""
        return next((one for one in self.branches if one.name == name), None)


def _fits(diagnosis: Diagnosis) -> Diagnosis:
    """See that everything is told of the same modes, and every course in order."""
    for what in _unfit(diagnosis):
        raise ValueError(what)
    return diagnosis


def _unfit(diagnosis: Diagnosis) -> Iterator[str]:
    modes = diagnosis.modes
    if len(diagnosis.perfect_modes) != modes:
        yield f"perfect_modes are not of {modes} modes"
    runs = [run for branch in diagnosis.branches for run in branch.runs]
    for track in (diagnosis.before, *(run.track for run in runs)):
        if len(track.shares) != len(track.steps) or any(len(row) != modes for row in track.shares):
            yield f"a track's shares are not of {modes} modes at every step"
        if any(b <= a for a, b in pairwise(track.steps)):
            yield "a track's steps do not increase"
    if any(mode >= modes for run in runs for mode in run.missing):
        yield f"a missing mode is none of {modes}"


_ADAPTER = TypeAdapter(Annotated[Diagnosis, AfterValidator(_fits)])


def write_diagnosis(folder: Path, diagnosis: Diagnosis) -> Path:
    """Write `diagnosis.json` into a run folder, whole or not at all.

    Raises `ValueError` if it could not be read, as where a number in it is not finite.
    """
    path, content = folder / NAME, asdict(diagnosis)
    _ADAPTER.validate_json(json_text(content, sort_keys=False), strict=True)
    replace_file(path, sealed(content))
    return path


def read_diagnosis(folder: Path, run: str | None = None) -> Diagnosis | None:
    """What is stored in a run folder; None if there is nothing, or it is of another format.

    Raises `DamagedError` if it is damaged, or of another run than the one of that id.
    """
    path, writer = folder / NAME, "ganrun diagnose"
    return read_document(path, _ADAPTER, number=FORMAT, what="diagnosis", run=run, writer=writer)
