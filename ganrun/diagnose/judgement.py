"""The continuations of a run, put together: a verdict, and how sure it is.

Pure functions; `benchmarks/verdicts.py` measures how often they are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganrun.verdict import Word
from ganrun.verdict.continued import Continued, plurality

SETTLED: tuple[Word, ...] = ("diverged", "undertrained", "sharpening", "converged")
"""Words that longer continuations seldom change, if all agree; missing modes may yet be found."""
CONFIDENCE: dict[int, float] = {5: 0.98, 4: 0.77, 3: 0.50, 2: 0.50}
"""Of five continuations that agree: how often the word is the truth."""


@dataclass(frozen=True)
class Judgement:
    """The verdict of several continuations."""

    word: Word
    confidence: float
    agree: int
    of: int

    @property
    def settled(self) -> bool:
        """Whether playing on for longer is unlikely to change the word."""
        return self.agree == self.of and self.word in SETTLED


DIVERGED = Judgement("diverged", 1.0, 0, 0)
"""Of a run that diverged itself: there is nothing to play on."""


def judgement(longer: Sequence[Continued]) -> Judgement:
    """The word that most continuations give, and how sure that makes it."""
    word, share = plurality([one.word for one in longer])
    agree = round(share * len(longer))
    return Judgement(word, CONFIDENCE.get(agree, 0.5), agree, len(longer))
