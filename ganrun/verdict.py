"""The quick verdict: one word for what happened to a run, read off its metrics.

The words, in the order in which they are tried, are those of the project's design: diverged,
undertrained, oscillating, collapsed, imprecise, converged. They are told from the *window*, the
second half of the run: a mode is covered at an evaluation if its share is at least a fifth of its
weight, and missing otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from jaxtyping import Float
from numpy import ndarray

Word = Literal["diverged", "undertrained", "oscillating", "collapsed", "imprecise", "converged"]
Reference = Mapping[str, Mapping[str, float]]

RULE = 1
"""Number of this rule; a stored verdict of an older one is made again by its readers."""

LEAST_EVALUATIONS = 4
"""Fewer in the window show no trend and no coming and going."""
LEAST_CHANGES = 3
"""So often the set of covered modes must change in the window before modes come and go."""
MATERIAL = 0.05
"""A rise of this much, in `high_quality` or `1 - mode_tv`, is worth more rounds."""

HIGH_QUALITY_BELOW = 0.05
MODE_TV_ABOVE = 0.10
SPREAD_RANGE = (0.25, 2.0)

PERFECT = {"high_quality": 0.9889, "mode_tv": 0.011}
"""What perfect samples score, where no reference was drawn."""


@dataclass(frozen=True)
class Verdict:
    """A word, one sentence with the numbers it rests on, and the rule's number."""

    word: Word
    evidence: str
    rule: int = RULE

    def as_summary(self) -> dict[str, Any]:
        """The verdict's three fields of `summary.json`."""
        return {
            "verdict": self.word,
            "verdict_evidence": self.evidence,
            "verdict_rule": self.rule,
        }

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> Verdict:
        """Read the three fields; KeyError, TypeError or ValueError where they are no verdict."""
        word, evidence, rule = (
            summary[key] for key in ("verdict", "verdict_evidence", "verdict_rule")
        )
        if word not in get_args(Word) or not isinstance(evidence, str):
            raise ValueError(word)
        return cls(word, evidence, int(rule))


def quick_verdict(
    metrics: Mapping[str, ndarray],
    final: Mapping[str, Any],
    reference: Reference,
    weights: Float[ndarray, " K"] | Sequence[float],
    *,
    diverged_at: int | None,
) -> Verdict:
    """Say what happened, from the columns of `metrics.csv` (`[R]` each) and the final metrics."""
    return Verdict("converged", "Not judged yet.")
