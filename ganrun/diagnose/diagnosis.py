"""A diagnosis as it is stored and shown: `diagnosis.json`, and the same as frozen dataclasses."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, with_config

from ganrun.measure.showable import BY_MODE, showable_modes
from ganrun.store import replace_file
from ganrun.store.documents import read_document
from ganrun.store.formats import json_text, read_json
from ganrun.verdict import Word
from ganrun.wording import every_mode

NAME = "diagnosis.json"
FORMAT = 2
"""Number of the layout, and of the rules behind it; a document of another one is made anew."""
MOST_POINTS = 120
"""Evaluations that are kept of a course, at most."""

_strict = with_config(ConfigDict(extra="forbid", allow_inf_nan=False))


@_strict
@dataclass(frozen=True)
class Track:
    """Which modes are occupied when: `R` evaluations, thinned, of `K` modes."""

    steps: tuple[int, ...]
    """Rounds, ascending."""
    shares: tuple[tuple[float, ...], ...]
    """High-quality share of every mode at each of them, `[R][K]`."""


@_strict
@dataclass(frozen=True)
class BranchRun:
    """One GAN of a branch; levels are means over the last quarter of its rounds."""

    seed: int
    status: Literal["complete", "diverged", "failed"]
    word: Word | None
    """The verdict on the run as this continuation tells it; None where the game is another one."""
    covered: float | None
    high_quality: float | None
    mode_tv: float | None
    missing: tuple[int, ...]
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

    name: str
    title: str
    sets: tuple[str, ...]
    """What differed in the config, as `--set` takes it."""
    from_round: int
    to_round: int
    runs: tuple[BranchRun, ...]

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

    live_auc: float | None
    fresh_auc: float | None
    fresh_interval: tuple[float, float] | None
    """95 %."""
    steps: int
    converged: bool


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


@_strict
@dataclass(frozen=True)
class Advice:
    """What to try next."""

    words: str
    sets: tuple[str, ...]
    """Settings to paste, as `--set` takes them; empty where nothing need change."""
    command: str | None
    """The whole command."""


@_strict
@dataclass(frozen=True)
class Quick:
    """The quick verdict, as the run's summary has it."""

    verdict: Word
    confidence: float
    evidence: str


@_strict
@dataclass(frozen=True)
class Diagnosis:
    """What a run suffers from, and what shows it."""

    format: int
    id: str
    name: str
    seed: int
    rounds: int
    """Rounds of the run itself, `T`."""
    verdict: Word
    confidence: float
    """How often the word is right where the evidence is like this, in [0, 1]."""
    evidence: str
    """One paragraph in plain words."""
    quick: Quick
    advice: Advice
    weights: tuple[float, ...]
    """Of the target's `K` modes."""
    perfect_modes: tuple[float, ...]
    """Share of the draws of perfect samples that cover each mode."""
    perfect_high_quality: float
    perfect_mode_tv: float
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


_ADAPTER = TypeAdapter(Diagnosis)


def write_diagnosis(folder: Path, diagnosis: Diagnosis) -> Path:
    """Write `diagnosis.json` into a run folder, whole or not at all.

    Raises `ValueError` if a number in it is not finite.
    """
    path = folder / NAME
    content = json_text(asdict(diagnosis), sort_keys=False)
    _ADAPTER.validate_python(read_json(content))  # what cannot be read would be in the way
    replace_file(path, content)
    return path


def read_diagnosis(folder: Path) -> Diagnosis | None:
    """What is stored in a run folder; None if there is nothing, or it is of another format.

    Raises `RunFolderError` if it is damaged.
    """
    return read_document(folder / NAME, _ADAPTER, number=FORMAT, what="diagnosis")
