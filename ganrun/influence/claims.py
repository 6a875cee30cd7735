"""Which influences an answer's words may claim, all at once: the more there are, the less luck.

Each share's interval holds by itself in 95 %, so that among many that are nothing some lie above 0
by luck. What is told of a sweep in which nothing matters should claim something in 5 % at most,
whatever it looks at. So what explains the headline outcome is claimed by Holm's rule (1979) over
all its shares; and what explains the verdicts by the same rule over theirs, if anything explains
the headline, or nothing could (a serial gatekeeping, Dmitrienko and Tamhane 2007).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

Numbers = MutableMapping[str, Any]

LEVEL = 0.05
"""How often words that claim something of a sweep in which nothing matters may be there."""


def mark_claims(headline: str | None, verdicts: Sequence[str], outcomes: Mapping[str, Any]) -> None:
    """Note at each share of these outcomes whether it is `claimed` to be more than nothing.

    Args:
        headline: the outcome that is told first; None where none has shares.
        verdicts: those whose leading factors are told after it.
        outcomes: of the answer; the others' shares are not told in words, and not marked.
    """
    first = [] if headline is None else list(_tested(outcomes[headline]))
    claimed = _mark(first)
    others = [outcomes[one] for one in verdicts if one != headline]
    _mark([numbers for one in others for numbers in _of_factors(one)], open_=claimed or not first)


def _mark(tested: Sequence[Numbers], *, open_: bool = True) -> bool:
    """Holm's rule: the surest is held to the level over all, the next over all but one, ..."""
    left, holds = len(tested), open_
    for numbers in sorted(tested, key=lambda one: float(one["p_value"])):
        holds = holds and numbers["p_value"] <= LEVEL / left
        numbers["claimed"] = bool(holds and numbers["low"] > 0)
        left -= 1
    return any(numbers["claimed"] for numbers in tested)


def _tested(outcome: Mapping[str, Any]) -> Iterator[Numbers]:
    """Every share of an outcome that its words are about."""
    shares = outcome["shares"]
    for effect in shares["effects"]:
        yield from (effect[key] for key in ("share", "total") if effect[key] is not None)
    yield from (shares[key] for key in ("foretold", "seed") if key in shares)


def _of_factors(outcome: Mapping[str, Any]) -> Iterator[Numbers]:
    """What each factor explains of an outcome: by itself, or where that is not known, in all."""
    for effect in outcome["shares"]["effects"] if outcome["shares"] else ():
        if effect["kind"] == "factor":
            yield effect["share"] or effect["total"]
