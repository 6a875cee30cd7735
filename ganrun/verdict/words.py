"""The six words of a verdict, what is said of each everywhere, and a verdict in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Word = Literal["diverged", "undertrained", "oscillating", "collapsed", "imprecise", "converged"]
WORDS: tuple[Word, ...] = get_args(Word)
"""In the order in which they are tried: the first that holds is the verdict."""

Tone = Literal["good", "bad", "warn"]


@dataclass(frozen=True)
class Meaning:
    """What is said and shown of a word, wherever it stands."""

    word: Word
    description: str
    """Of the game, for who plays it."""
    tone: Tone
    colour: str
    """Among the colours of a page, of the lines of such trials."""
    tale: str | None = None
    """How a story of the forger ends; None where it tells the end by its numbers."""
    did: str | None = None
    """What a trial did that ended so, as in "2 oscillated"; None if a sweep does not ask for it."""
    do: str | None = None
    """The same in "which trials oscillate"."""


FROM_THE_WORST = (
    Meaning(
        "collapsed",
        description="Modes are missing, and more rounds do not bring them back.",
        tale="what is missing stayed missing, and more rounds are not expected to change it",
        did="collapsed",
        do="collapse",
        tone="bad",
        colour="vermillion",
    ),
    Meaning(
        "diverged",
        description="A loss, a weight or a sample stopped being finite.",
        did="diverged",
        do="diverge",
        tone="bad",
        colour="ink",
    ),
    Meaning(
        "oscillating",
        description="Modes come and go.",
        tale="the forger runs from mode to mode, and where it stops is chance",
        did="oscillated",
        do="oscillate",
        tone="bad",
        colour="orange",
    ),
    Meaning(
        "undertrained",
        description="Still improving: with more rounds, quality or coverage rises.",
        tale="the forger is still improving, so more rounds should help",
        did="ended undertrained",
        do="end undertrained",
        tone="warn",
        colour="quiet",
    ),
    Meaning(
        "imprecise",
        description="Nothing is missing, but the samples are out of tolerance, and stay so.",
        tale="nothing is missing, but what it prints is not right, and is not getting better",
        tone="warn",
        colour="blue",
    ),
    Meaning(
        "converged",
        description="Nothing is missing, all is within tolerance, and stays so.",
        tale="every note is there as often and as sharp as it should be, and stays so",
        tone="good",
        colour="green",
    ),
)
"""The words in the order in which a page shows how trials ended."""
MEANINGS: Mapping[str, Meaning] = {one.word: one for one in FROM_THE_WORST}

RULE = 2
"""Number of the quick verdict's rule; one stored by an older rule is made again by its readers."""


@dataclass(frozen=True)
class Verdict:
    """A word, how sure it is, one sentence with the numbers it rests on, and the rule's number."""

    word: Word
    evidence: str
    confidence: float
    """How often the word is right where the evidence is like this, in [0, 1]."""
    rule: int = RULE

    def as_summary(self) -> dict[str, Any]:
        """The verdict's four fields of `summary.json`."""
        return {
            "verdict": self.word,
            "verdict_confidence": self.confidence,
            "verdict_evidence": self.evidence,
            "verdict_rule": self.rule,
        }

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> Verdict | None:
        """Read the four fields; None if they are of an older rule.

        KeyError, TypeError or ValueError where they are no verdict.
        """
        word, evidence, rule = (
            summary[key] for key in ("verdict", "verdict_evidence", "verdict_rule")
        )
        if word not in WORDS or not isinstance(evidence, str):
            raise ValueError(word)
        if int(rule) < RULE:
            return None
        confidence = float(summary["verdict_confidence"])
        if not 0 <= confidence <= 1:
            raise ValueError(confidence)
        return cls(word, evidence, confidence, int(rule))
