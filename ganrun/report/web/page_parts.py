"""What the pages of runs and of sweeps are made of: the page itself, sections, tables, buttons.

What is given as words is plain text, all else is HTML already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from ganrun import __version__
from ganrun.measure.coverage import SERVED
from ganrun.page.html_page import document, escaped
from ganrun.report.palette import tone
from ganrun.verdict import FROM_THE_WORST, MEANINGS
from ganrun.wording import percent

NAME = "report.html"
"""What a page is called, in the folder of its run or sweep."""

ASSETS = Path(__file__).parent / "assets"

FILTERED_TABLE = """<div class="table-tools">
<label class="menu-label filter">Filter
<input type="search" id="filter" class="menu" autocomplete="off" spellcheck="false"
aria-describedby="filter-hint"></label>
<div id="verdict-chips" class="chips" role="group" aria-label="Only these verdicts"></div>
</div>
<p class="quiet small" id="filter-hint">Words, and comparisons such as
<code>high_quality&lt;0.5</code>, <code>seed=3</code> or <code>verdict!=collapsed</code>; all of
them must hold.</p>
<p class="small" id="table-count" role="status"></p>
<div id="table" class="trials-scroll" tabindex="0" role="region" aria-labelledby="trials-title">
</div>
<div id="trial-command" class="trial-command" aria-live="polite"></div>"""
"""Where `row_table.js` puts a table of many rows, in a section that is called `trials`."""


def report_page(
    kind: str,
    title: str,
    sections: Iterable[str],
    data: Mapping[str, Any],
    *,
    whose: str,
    charts: str = "",
    sheets: Sequence[str] = (),
    **options: Any,
) -> str:
    """A whole page, as text.

    Args:
        kind: `run`, `sweep` or `runs`: the names of its style and its script.
        title: in words.
        sections: what stands in it.
        data: for its script, by name.
        whose: what it is made from, in words.
        charts: whose its charts are, in words.
        sheets: names of styles that it shares with another kind.
        options: of `document`.
    """
    body = f"""
<header class="top">
  <p class="top-name">ganrun <span class="quiet">report</span></p>
  <button type="button" class="button small" data-theme-toggle>Colours: auto</button>
</header>
<main id="content" tabindex="-1">
{"".join(sections)}
</main>
<footer class="foot quiet small">
  <p>Made by ganrun {__version__} from {escaped(whose)} alone. This file is complete: it asks
  nothing of any network. {escaped(charts)}</p>
</footer>"""
    return document(
        title=title,
        body=body,
        styles=[ASSETS / f"{sheet}.css" for sheet in ("report", *sheets, kind)],
        script=ASSETS / f"{kind}.js",
        data=data,
        generator=f"ganrun {__version__}",
        **options,
    )


def section(name: str, heading: str, *parts: str, lead: str = "") -> str:
    """A part of a page under its heading, whose words are safe in HTML; `lead` is told first."""
    first = f'<p class="quiet">{lead}</p>' if lead else ""
    inside = "\n".join(part for part in (first, *parts) if part)
    return f"""
<section id="{name}" aria-labelledby="{name}-title">
<h2 id="{name}-title">{heading}</h2>
{inside}
</section>"""


def table(
    label: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    caption: str = "",
    kind: str = "",
    words: Collection[int] = (),
) -> str:
    """A table, to be scrolled where it is too wide.

    Args:
        label: what it holds, in words, for who cannot see it.
        heads: of its columns.
        rows: their cells, of which the first names its row.
        caption: in words.
        kind: its class, for what no other table has.
        words: places of the columns, besides the first, that hold no numbers.
    """
    places = range(1, len(heads))
    styles = ["", *("" if place in words else ' class="number"' for place in places)]
    head = "".join(
        f'<th scope="col"{style}>{name}</th>' if name else "<td></td>"
        for name, style in zip(heads, styles, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(f"<td{style}>{cell}</td>" for cell, style in zip(cells, styles[1:], strict=True))
        + "</tr>"
        for name, *cells in rows
    )
    told = f"<caption>{escaped(caption)}</caption>" if caption else ""
    return f"""<div class="table-scroll" tabindex="0" role="region" aria-label="{escaped(label)}">
<table class="{f"numbers {kind}".strip()}">{told}
<thead><tr>{head}</tr></thead>
<tbody>{body}</tbody>
</table>
</div>"""


def findings(told: Iterable[tuple[str, str]]) -> str:
    """Sentences, each on a line of its own, beside what it is about; empty ones are left out."""
    groups = groupby(filter(itemgetter(1), told), itemgetter(0))
    rows = "".join(
        f"<div><dt>{escaped(about)}</dt>"
        f"<dd>{''.join(f'<p>{escaped(words)}</p>' for _, words in group)}</dd></div>"
        for about, group in groups
    )
    return f'<dl class="findings">{rows}</dl>' if rows else ""


def chip(word: str, told: str | None = None) -> str:
    """A verdict or a status, in its tone; `told` is what it says where that is more."""
    return f'<span class="chip {tone(word)}">{escaped(told or word)}</span>'


def fates(counts: Mapping[str, int], told: str) -> str:
    """How many ended how: a bar, and its words with their numbers; `told` says of what."""
    known = [one.word for one in FROM_THE_WORST if counts.get(one.word)]
    others = [word for word, count in counts.items() if count and word not in MEANINGS]
    hues: dict[str, str] = {word: f"--fate: var(--{MEANINGS[word].colour})" for word in known}
    words = [*known, *others]
    parts = "".join(
        f'<span class="fate" style="flex-grow:{counts[word]};{hues.get(word, "")}"></span>'
        for word in words
    )
    whole = sum(counts.values())
    listed = "".join(
        f'<li><span class="mark fate" style="{hues.get(word, "")}"></span>{escaped(word)} '
        f"<b>{counts[word]:,}</b> <span class='quiet'>{percent(counts[word] / whole)}</span></li>"
        for word in words
    )
    return (
        f'<p class="quiet small fates-of">{escaped(told)}</p>'
        f'<div class="fates" aria-hidden="true">{parts}</div>'
        f'<ul class="marks" aria-label="{escaped(told.rstrip(":"))}">{listed}</ul>'
    )


def served_key() -> str:
    """What the colours of a mode that is served so or so mean."""
    key = "".join(
        f'<span class="key"><i class="share {way}" style="background-color: var(--share-{way})">'
        f"</i>{words}</span>"
        for way, words in SERVED.items()
    )
    return f'<p class="mode-bands-key small" aria-hidden="true">{key}</p>'


def seek_button(at: int) -> str:
    """A button that shows a round."""
    return (
        f'<button type="button" class="bare link seek" data-seek="{at}" '
        f'aria-label="Show round {at:,}">{at:,}</button>'
    )


def copyable(command: str, what: str = "") -> str:
    """A command with a button that copies it, and says what it is to who cannot see it."""
    shown, label = escaped(command), f' aria-label="Copy {escaped(what)}"' if what else ""
    return (
        f'<div class="command"><code>{shown}</code><button type="button" '
        f'class="button small" data-copy="{shown}"{label}>Copy</button></div>'
    )
