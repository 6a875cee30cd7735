"""The six words of a verdict, in the order in which they are tried, and a verdict in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Word = Literal["diverged", "undertrained", "oscillating", "collapsed", "imprecise", "converged"]
WORDS: tuple[Word, ...] = get_args(Word)
"""The first that holds is the verdict."""

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
