"""What happened to a run, in one of six words: at a glance, or by what its continuations do."""

from ganrun.verdict.quick import can_judge, quick_verdict
from ganrun.verdict.words import FROM_THE_WORST, MEANINGS, RULE, WORDS, Tone, Verdict, Word

__all__ = [
    "FROM_THE_WORST",
    "MEANINGS",
    "RULE",
    "WORDS",
    "Tone",
    "Verdict",
    "Word",
    "can_judge",
    "quick_verdict",
]
