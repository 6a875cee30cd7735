"""How often quick verdicts came true, of the trials that were played on to find out."""

from __future__ import annotations

from collections.abc import Sequence

from ganrun.wording import form_for, percent, plural


def confirmations(quick: Sequence[str], confirmed: Sequence[str]) -> str:
    """One sentence on the trials that have a confirmed verdict; empty where none has.

    Args:
        quick: every trial's quick verdict.
        confirmed: what it came to when it was played on; empty where it was not.
    """
    played = [(before, after) for before, after in zip(quick, confirmed, strict=True) if after]
    if not played:
        return ""
    kept = sum(before == after for before, after in played)
    collapsed = [after for before, after in played if before == "collapsed"]
    words = (
        f"Played on to three times their rounds, {kept:,} of {plural(len(played), 'trial')} "
        f"({percent(kept / len(played))}) came to what their quick verdict had said"
    )
    if collapsed:
        stayed = collapsed.count("collapsed")
        those = form_for(len(collapsed), "the one", f"the {len(collapsed):,}")
        words += f"; of {those} called collapsed, {stayed:,} did"
    return f"{words}."
