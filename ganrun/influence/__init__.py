"""Which hyperparameters cause collapse: pure functions of a sweep's table, no files, no screen.

influence_of(trials)    every share and rate with its 95 % interval, JSON-ready: `influence.json`
paragraph(influence)    the same in one paragraph of plain words
"""

from ganrun.influence.paragraph import paragraph
from ganrun.influence.sobol import SALibMissing
from ganrun.influence.table import influence_of
from ganrun.influence.trials import COLLAPSED, MISSED, OTHER_ENDINGS, OUTCOMES, RATES, Trials

__all__ = [
    "COLLAPSED",
    "MISSED",
    "OTHER_ENDINGS",
    "OUTCOMES",
    "RATES",
    "SALibMissing",
    "Trials",
    "influence_of",
    "paragraph",
]
