"""The best verdict that there is on a run, which of the three kinds it is, and how that is said.

One that was tested by `ganrun diagnose` is worth more than one that was confirmed by playing the
run on once, and that more than the quick one, which is read off the run's own trajectory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ganrun.diagnose.diagnosis import read_diagnosis
from ganrun.store import RunFolder
from ganrun.store.confirmed import read_confirmed
from ganrun.verdict import Verdict, Word, likely, likely_short
from ganrun.wording import percent

Kind = Literal["quick", "confirmed", "tested"]

CERTAIN: Mapping[Kind, str] = {
    "quick": "certain",
    "confirmed": "confirmed by playing the run on",
    "tested": "tested by ganrun diagnose",
}


@dataclass(frozen=True)
class BestVerdict:
    """A verdict, and how it was come by."""

    word: Word
    kind: Kind
    confidence: float
    """How often the word is right where the evidence is like this."""
    evidence: str
    probabilities: Mapping[Word, float] = field(default_factory=dict)
    """How likely each word is; of a quick verdict alone."""

    @property
    def is_known(self) -> bool:
        """Whether the word was found out, and is not only the likeliest one."""
        return self.kind != "quick" or self.confidence == 1

    @property
    def short(self) -> str:
        """In a cell: `likely collapsed 60 %`, `collapsed (confirmed)`, `diverged` if it did."""
        if self.kind == "quick":
            return likely_short(self.word, self.confidence)
        return f"{self.word} ({self.kind})"

    @property
    def words(self) -> str:
        """In a sentence: `most likely collapsed (60 %), else undertrained (30 %)`."""
        return likely(self.word, self.probabilities) if self.kind == "quick" else self.short

    @property
    def how_sure(self) -> str:
        """Beside `short`: what else it may be, how it was found, and how often that is right."""
        if self.is_known and self.kind == "quick":
            return ""
        if self.kind == "quick":
            _, *others = self.words.split(", ")
            return ", ".join([*others, "read off the run's own course"])
        sure = percent(self.confidence)
        return f"{CERTAIN[self.kind]}, which is right in {sure} of such cases"


def best_verdict(run: RunFolder) -> BestVerdict | None:
    """The best verdict on a run; None before its end. Raises `StoreError` if a file is damaged."""
    return _tested(run) or _confirmed(run) or quick_best(run.verdict)


def _tested(run: RunFolder) -> BestVerdict | None:
    found = read_diagnosis(run.path, run.id)
    if found is None:
        return None
    return BestVerdict(found.verdict, "tested", found.confidence, found.evidence)


def _confirmed(run: RunFolder) -> BestVerdict | None:
    found = read_confirmed(run)
    if found is None:
        return None
    return BestVerdict(found.verdict, "confirmed", found.confidence, found.evidence)


def quick_best(found: Verdict | None) -> BestVerdict | None:
    """A quick verdict as the best one that there is; None if there is none."""
    if found is None:
        return None
    return BestVerdict(found.word, "quick", found.confidence, found.evidence, found.probabilities)
