"""Which hyperparameters cause collapse: pure functions of a sweep's table, no files, no screen.

influence_of(trials)    every share and rate with its 95 % interval, JSON-ready: `influence.json`
paragraph(influence)    the same in one paragraph of plain words
paragraphs(influence)   the same in a few short paragraphs, for a screen
told(influence)         the paragraph's sentences, by what they are about
"""

from ganrun.influence.paragraph import paragraph, paragraphs, told
from ganrun.influence.table import influence_of
from ganrun.influence.trials import (
    COLLAPSED,
    HEADLINES,
    MISSED,
    MODES_MISSING,
    OTHER_ENDINGS,
    OUTCOMES,
    RATES,
    Trials,
    by_verdict,
)

__all__ = [
    "COLLAPSED",
    "HEADLINES",
    "MISSED",
    "MODES_MISSING",
    "OTHER_ENDINGS",
    "OUTCOMES",
    "RATES",
    "Trials",
    "by_verdict",
    "influence_of",
    "paragraph",
    "paragraphs",
    "told",
]
