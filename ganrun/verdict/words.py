"""The words of a verdict, what is said of each everywhere, and a verdict in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ganrun.wording import percent

Word = Literal[
    "diverged",
    "stuck",
    "undertrained",
    "sharpening",
    "oscillating",
    "collapsed",
    "imprecise",
    "converged",
]
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
        "stuck",
        description="Nothing moves any more, or hardly a sample is on a mode, and stays so.",
        tale="the forger has stopped learning, and more rounds are not expected to change it",
        did="got stuck",
        do="get stuck",
        tone="bad",
        colour="purple",
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
        description="Modes are missing or samples are off, and more rounds help.",
        tale="the forger is still improving, so more rounds should help",
        did="ended undertrained",
        do="end undertrained",
        tone="warn",
        colour="quiet",
    ),
    Meaning(
        "sharpening",
        description="All modes found, still sharpening: with more rounds, quality rises.",
        tale="every note is there, and more rounds should make them sharper",
        tone="good",
        colour="sky",
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

RULE = 3
"""Number of the quick verdict's rule; one stored by an older rule is made again by its readers."""
WORTH_NAMING = 0.1
"""A second word is named beside the likeliest if it is at least so likely."""


@dataclass(frozen=True)
class Verdict:
    """How likely each word is, one sentence with the numbers it rests on, and the rule's number."""

    probabilities: Mapping[Word, float]
    """Of what more rounds would show: how often each word is right where the evidence is like
    this; in [0, 1], and 1 in sum. A word that is not there is as good as impossible."""
    evidence: str
    headline: Word | None = field(default=None, compare=False)
    """The likeliest of the words that are true of the run so far; None: of all words."""
    rule: int = RULE

    @property
    def word(self) -> Word:
        """The one word for the run; the first in the order of the words among equals."""
        return self.headline or likeliest(self.probabilities, WORDS)

    @property
    def confidence(self) -> float:
        """How often that word is right."""
        return self.probabilities.get(self.word, 0.0)

    def as_summary(self) -> dict[str, Any]:
        """The verdict's fields of `summary.json`."""
        return {
            "verdict": self.word,
            "verdict_confidence": self.confidence,
            "verdict_probabilities": dict(self.probabilities),
            "verdict_evidence": self.evidence,
            "verdict_rule": self.rule,
        }

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> Verdict | None:
        """Read these fields; None if they are of an older rule.

        KeyError, TypeError or ValueError where they are no verdict.
        """
        word, evidence, rule = (
            summary[key] for key in ("verdict", "verdict_evidence", "verdict_rule")
        )
        if word not in WORDS or not isinstance(evidence, str):
            raise ValueError(word)
        if int(rule) < RULE:
            return None
        stored = {word: float(p) for word, p in dict(summary["verdict_probabilities"]).items()}
        if not stored.keys() <= set(WORDS) or not all(0 <= p <= 1 for p in stored.values()):
            raise ValueError(stored)
        if abs(sum(stored.values()) - 1) > 0.01 or word not in stored:
            raise ValueError(stored)
        if float(summary["verdict_confidence"]) != stored[word]:
            raise ValueError(summary["verdict_confidence"])
        ordered = {word: stored[word] for word in WORDS if word in stored}
        return cls(ordered, evidence, word, int(rule))


def likeliest(probabilities: Mapping[Word, float], among: Iterable[Word]) -> Word:
    """The likeliest of some words; the first in the order of the words among equals."""
    return max(among, key=lambda word: (probabilities.get(word, 0.0), -WORDS.index(word)))


def likely_short(word: Word, chance: float) -> str:
    """A word where there is little room: `likely collapsed 60 %`, `perhaps collapsed 40 %`."""
    if chance == 1:
        return word
    return f"{'likely' if chance >= 1 / 2 else 'perhaps'} {word} {percent(chance)}"


def likely(word: Word, probabilities: Mapping[Word, float]) -> str:
    """A word and the next: `most likely collapsed (60 %), else undertrained (30 %)`.

    A word that another is likelier than is `perhaps` so: that of a run which may yet diverge.
    """
    chance = probabilities.get(word, 0.0)
    if chance == 1:
        return word
    other = likeliest(probabilities, [one for one in WORDS if one != word])
    next_chance = probabilities.get(other, 0.0)
    words = f"{'most likely' if chance >= next_chance else 'perhaps'} {word} ({percent(chance)})"
    if next_chance < WORTH_NAMING:
        return words
    return f"{words}, else {other} ({percent(next_chance)})"
