"""The arena under what hostile pages can send it, ended by Ctrl-C in the midst of it."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.arena_attacks import ATTACKS, MOST_SECONDS, Ended, attacked
from benchmarks.hostile_outcomes import How, Outcome, Unfit


def attack(scratch: Path, rng: random.Random) -> Outcome:
    """Make one of the attacks on an arena of its own."""
    ended = attacked(rng.choice(sorted(ATTACKS)), rng.randrange(1 << 32))
    if not ended.passed:
        raise Unfit(_fault(ended), str(ended))
    return Outcome("undisturbed", str(ended))


def _fault(ended: Ended) -> How:
    """What was at fault, the worst first."""
    if ended.seconds > MOST_SECONDS:
        return "hang"
    return "unclear" if ended.noise or ended.code != 130 else "lost"
