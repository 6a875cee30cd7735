"""Share per mode over time: which modes were found, lost and found again, and when."""

from __future__ import annotations

from ganrun import wording
from ganrun.report.web.mode_histories import ModeHistories, ModeHistory
from ganrun.report.web.page_parts import section, served_key, table
from ganrun.wording import form_for

UNSHOWN = "not shown by perfect samples either"
MOST_NAMED = 8
MOST_TOLD = 3
"""Losses of one mode that are told one by one."""


def modes_section(histories: ModeHistories | None) -> str:
    """A band for every mode, and the same as a table; empty where nothing was evaluated."""
    if histories is None:
        return ""
    heads = ("mode", "weight", "share at the end", "first covered", "lost and found again")
    rows = [_row(mode) for mode in histories.modes]
    numbers = table("Modes, as a table", [*heads, "at the end"], rows, words=(3, 4, 5))
    return section(
        "modes",
        "Which modes, and when",
        '<div id="mode-bands"></div>',
        served_key(),
        f"<details><summary>The same as a table</summary>{numbers}</details>",
        lead="One band per mode; its colour says how large a part of its weight the forger's good "
        f"samples give it. A mode is missing while it gets less than a fifth.{_blank(histories)}",
    )


def _blank(histories: ModeHistories) -> str:
    hidden = [mode.mode for mode in histories.modes if not mode.showable]
    if not hidden:
        return ""
    is_, it = form_for(len(hidden), "is", "are"), form_for(len(hidden), "it", "them")
    named = wording.capital(wording.numbered("mode", hidden, MOST_NAMED))
    return f" {named} {is_} left blank: perfect samples do not show {it} either."


def _row(mode: ModeHistory) -> list[str]:
    found = "never" if mode.found is None else f"round {mode.found:,}"
    state = "covered" if mode.covered else "missing" if mode.showable else UNSHOWN
    if mode.missing_since is not None:
        state = f"missing since round {mode.missing_since:,}"
    shares = wording.percent(mode.weight), wording.percent(mode.share)
    return [str(mode.mode), *shares, found, _losses(mode), state]


def _losses(mode: ModeHistory) -> str:
    returned = [loss for loss in mode.losses if loss.back is not None]
    told = [f"{loss.round:,} to {loss.back:,}" for loss in returned[:MOST_TOLD]]
    if len(returned) > MOST_TOLD:
        told.append(f"{len(returned) - MOST_TOLD} times more")
    return ", ".join(told) or "&ndash;"
