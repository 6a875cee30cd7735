"""What was done to an interactive run while it was played."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ganrun.page.document import escaped
from ganrun.report import phrases
from ganrun.store import Event

STEP = "step"
"""The field of an event that is no change but a player's single step."""
LONGEST = 120
"""Characters of a value that are shown."""
MOST_LISTED = 200


def events_section(events: Sequence[Event]) -> str:
    """The list of what was done, each with its round; empty where nothing was."""
    if not events:
        return ""
    items = "".join(_item(event) for event in events[:MOST_LISTED])
    hidden = len(events) - MOST_LISTED
    more = f"<p>{hidden:,} more are in <code>events.csv</code>.</p>" if hidden > 0 else ""
    return f"""
<section aria-labelledby="events-title">
  <h2 id="events-title">What was done to the game</h2>
  <p class="quiet">This game was played by hand: {phrases.plural(len(events), "event")}, each marked
  in the charts by a dotted line.</p>
  <ol class="events">{items}</ol>
  {more}
</section>"""


def event_words(event: Event) -> str:
    """What was done, in words."""
    if event.field == STEP:
        return f"one step of the {event.value} alone"
    value = json.dumps(event.value)
    if len(value) > LONGEST:
        value = value[: LONGEST - 3] + "..."
    return f"{event.field} set to {value}"


def _item(event: Event) -> str:
    return (
        f'<li><button type="button" class="seek" data-seek="{event.round}" '
        f'aria-label="Show round {event.round:,}">{event.round:,}</button> '
        f"<div>{escaped(event_words(event))}</div></li>"
    )
