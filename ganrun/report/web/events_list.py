"""What was done to an interactive run while it was played."""

from __future__ import annotations

from collections.abc import Sequence

from ganrun import wording
from ganrun.config import Experiment
from ganrun.config.remedies import Remedy, remedies_in
from ganrun.config.write import flow
from ganrun.page.html_page import escaped
from ganrun.report.run_record import RunRecord
from ganrun.report.web.page_parts import section, seek_button
from ganrun.report.web.story import Passage, rule_words
from ganrun.store import Event

STEP = "step"
"""The field of an event that is no change but a player's single step."""
LONGEST = 120
"""Characters of a value that are shown."""
MOST_LISTED, MOST_TOLD = 200, 12
"""Events in the list; and in the story, where there are no more than that."""


def events_section(events: Sequence[Event]) -> str:
    """The list of what was done, each with its round; empty where nothing was."""
    if not events:
        return ""
    items = "".join(_item(event) for event in events[:MOST_LISTED])
    hidden = len(events) - MOST_LISTED
    more = f"<p>{hidden:,} more are in <code>events.csv</code>.</p>" if hidden > 0 else ""
    return section(
        "events",
        "What was done to the game",
        f'<ol class="events">{items}</ol>',
        more,
        lead=f"This game was played by hand: {wording.plural(len(events), 'event')}, each marked "
        "in the charts by a dotted line.",
    )


def with_events(passages: Sequence[Passage], run: RunRecord) -> list[Passage]:
    """A story that also tells what was done, where that is little enough to be told."""
    events = run.events
    if len(events) > MOST_TOLD:
        return list(passages)
    told = []
    for event, before, after in zip(events, run.configs, run.configs[1:], strict=False):
        words = [f"By hand: {event_words(event)}.", *map(rule_words, _new(before, after))]
        told.append(Passage(event.round, " ".join(words)))
    # Stable: what was done after a round is told before what is seen then.
    return sorted([*told, *passages], key=lambda passage: passage.round or 0)


def _new(before: Experiment, after: Experiment) -> list[Remedy]:
    """The remedies that came into the game."""
    had = {(one.field, one.piece.name) for one in remedies_in(before)}
    return [one for one in remedies_in(after) if (one.field, one.piece.name) not in had]


def event_words(event: Event) -> str:
    """What was done, in words."""
    if event.field == STEP:
        return f"one step of the {event.value} alone"
    value = flow(event.value)
    if len(value) > LONGEST:
        value = value[: LONGEST - 3] + "..."
    return f"{event.field} set to {value}"


def _item(event: Event) -> str:
    return f"<li>{seek_button(event.round)} <div>{escaped(event_words(event))}</div></li>"
