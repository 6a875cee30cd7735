"""What happened to a run, in one of eight words: at a glance, or by what its continuations do."""

from ganrun.verdict.quick import can_judge, quick_verdict
from ganrun.verdict.words import (
    FROM_THE_WORST,
    MEANINGS,
    RULE,
    WORDS,
    Tone,
    Verdict,
    Word,
    likely,
    likely_short,
)

__all__ = [
    "FROM_THE_WORST",
    "MEANINGS",
    "RULE",
    "WORDS",
    "Tone",
    "Verdict",
    "Word",
    "can_judge",
    "likely",
    "likely_short",
    "quick_verdict",
]
