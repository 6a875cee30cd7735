"""`report.html` of a comparison: two games run in step, every metric, and what sets them apart."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganrun import wording
from ganrun.compare import MetricPair, Pair, finding
from ganrun.compare.sentences import amount, decimals, in_order, runs_of
from ganrun.config.metrics import name_of
from ganrun.page.html_page import encoded, escaped
from ganrun.report.comparison_groups import COMPARISON
from ganrun.report.comparison_record import ComparisonRecord
from ganrun.report.palette import tone
from ganrun.report.run_record import RunRecord, read_record
from ganrun.report.web.mode_histories import mode_histories
from ganrun.report.web.page_parts import NAME, chip, copyable, findings, report_page, section, table
from ganrun.report.web.paired_lines import group_key, paired_lines
from ganrun.report.web.run_data import player_data
from ganrun.store import StoreError, replace_file
from ganrun.verdict import FROM_THE_WORST

MOST_PLAYED = 16
"""Runs that travel in a page: a run's game is a hundred kilobytes."""
TONES = {"better": "good", "worse": "bad"}
HOW_LARGE = (
    "The effect's size: how likely a run of the second group has more than one of the first, ties "
    "by half."
)


def write_comparison_page(record: ComparisonRecord, folder: Path, command: Sequence[str]) -> Path:
    """Write the page into a folder; raises `StoreError` where that cannot be.

    `command` is what makes it again.
    """
    path = folder / NAME
    replace_file(path, encoded(comparison_page(record, command)))
    return path


def comparison_page(record: ComparisonRecord, command: Sequence[str] = ()) -> str:
    """The page, as text."""
    played = list(_played(record))
    sections = [
        _heading(record),
        _games(played),
        *(_metrics(record, pair) for pair in record.pairs),
        _seeds(record),
        _configs(record),
        _again(command),
    ]
    return report_page(
        "comparison",
        finding(record.comparison),
        sections,
        {"games-data": played},
        whose="the runs' folders",
        charts="It can be sent by mail: the games travel inside.",
    )


def _heading(record: ComparisonRecord) -> str:
    groups = " \N{MIDDLE DOT} ".join(
        f"{one.name}, {wording.plural(len(one.members), 'run')}" for one in record.comparison.groups
    )
    told = [one for one in record.told if one[0] != "verdicts"]
    fates = "".join(_fates(record, place) for place in range(len(record.names)))
    return f"""<section class="lead" aria-labelledby="title">
<p class="kicker">{escaped(groups)}</p>
<h1 id="title">{escaped(finding(record.comparison))}</h1>
{findings(told)}
<div class="endings">{fates}</div>
</section>
<noscript><p class="panel">The games on this page need JavaScript; the words, tables and charts do
not.</p></noscript>"""


def _fates(record: ComparisonRecord, place: int) -> str:
    """How a group's runs ended, the worst first, and how that was found."""
    group = record.comparison.groups[place]
    order: list[str] = [one.word for one in FROM_THE_WORST]
    counts = sorted(group.verdicts.items(), key=lambda one: (order.index(one[0][0]), one[0][1]))
    chips = [chip(word, f"{number:,} {word}") + _kind(kind) for (word, kind), number in counts]
    chips += [chip(status, f"{n:,} {status}") for status, n in group.without_result.items()]
    return f"<p><b>{escaped(group.name)}</b> {' '.join(chips)}</p>"


def _kind(kind: str) -> str:
    return f' <span class="quiet small">{escaped(kind)}</span>'


def _played(record: ComparisonRecord) -> Iterator[dict[str, Any]]:
    """The games that the page can play: of every group the runs of the same few seeds."""
    groups = [one for one in record.gathered if one.folders][:MOST_PLAYED]
    each = max(MOST_PLAYED // max(len(groups), 1), 1)
    common = set.intersection(*(set(one.folders) for one in groups)) if groups else set()
    for one in groups:
        seeds = sorted(one.folders, key=lambda seed: (seed not in common, seed))[:each]
        for seed in sorted(seeds):
            try:
                run = read_record(one.folders[seed])
            except StoreError:
                continue  # it was told when its numbers were read
            if run.snapshots is not None:
                yield _game(run, one.name)


def _game(run: RunRecord, group: str) -> dict[str, Any]:
    best = run.best
    return {
        "group": group,
        "seed": run.seed,
        "verdict": {"tone": tone(best.word), "words": best.short} if best else None,
        "player": player_data(run, mode_histories(run)),
    }


def _games(played: Sequence[Mapping[str, Any]]) -> str:
    if len({one["group"] for one in played}) < 2:
        return ""
    content = """<div id="menus" class="menus"></div>
<div id="stage" class="pair-stage"></div>
<p class="small quiet">Rings are the true modes at three standard deviations; one that is missing is
dashed and numbered. Dots are the forger's samples. The ground is the detective's field, each game's
in its own colours: blue where it takes a point for real, amber where it takes it for forged.</p>"""
    lead = "One control moves both, each to its own snapshot that is nearest to the round."
    return section("games", "Two games in step", content, lead=lead)


def _metrics(record: ComparisonRecord, pair: Pair) -> str:
    """Every metric of a pair, from the one that tables show first."""
    ordered = in_order(pair)
    first, second = escaped(pair.first.name), escaped(pair.second.name)
    by = f"{second} larger, of {'seeds' if pair.paired else 'choices'}"
    heads = ("metric", "difference", "", "told apart", first, second, "p", by, "perfect")
    rows = [_row(record, pair, one) for one in ordered]
    how = "paired by seed" if pair.paired else "not paired"
    label = f"{pair.second.name} against {pair.first.name}"
    caption = f"Means over {runs_of(pair)}, {how}, with 95 % intervals"
    numbers = table(label, heads, rows, caption=caption, kind="compared", words={2, 3})
    tests = wording.plural(record.comparison.tests, "comparison")
    lead = (
        f"Told apart, and p, allow for {tests} at once; each interval holds by itself in 95 %. "
        f"{HOW_LARGE}"
    )
    name = f"metrics-{record.pairs.index(pair) + 1}"
    return section(name, f"{second} against {first}", numbers, lead=lead)


def _row(record: ComparisonRecord, pair: Pair, one: MetricPair) -> list[str]:
    means = (record.comparison.means[group.name, one.metric] for group in (pair.first, pair.second))
    perfect = record.perfect(one.metric)
    chance = "" if one.adjusted is None else _chance(one.adjusted)
    return [
        escaped(name_of(one.metric)),
        _spans(amount(one.metric, one.difference, signed=True)),
        _strip(one),
        _told(one),
        *(_spans(amount(one.metric, mean)) for mean in means),
        chance,
        escaped(wording.interval(one.larger)),
        escaped(wording.value(perfect, decimals(one.metric))),
    ]


def _told(one: MetricPair) -> str:
    """Whether it is told apart: better, worse, or where neither direction is, higher or lower."""
    word = one.not_compared or one.worth or one.told or "not told apart"
    style = f"tone-{TONES[one.worth]}" if one.worth else "" if one.told else "quiet"
    return f'<span class="{style}">{escaped(word)}</span>'


def _spans(words: str) -> str:
    """A mean, and its interval on a line of its own."""
    mean, bracket, ends = words.partition(" [")
    return escaped(mean) + (f'<span class="note">[{escaped(ends)}</span>' if bracket else "")


def _chance(adjusted: float) -> str:
    return "&lt;0.001" if adjusted < 0.001 else f"{adjusted:.3f}"


def _strip(one: MetricPair) -> str:
    """The difference as a dot and its interval as a line, 0 in the middle."""
    value, low, high = (one.difference[key] for key in ("value", "low", "high"))
    if value is None or low is None or high is None or low == high:
        return ""
    reach = max(abs(low), abs(high))
    at, left, right = (f"{50 + 50 * end / reach:.1f}%" for end in (value, low, high))
    hue = TONES.get(one.worth or "", "told" if one.told else "")
    style = f"--at: {at}; --low: {left}; --high: {right}"
    return f'<span class="strip gap {hue}" style="{style}" aria-hidden="true"></span>'


def _seeds(record: ComparisonRecord) -> str:
    key = group_key(record)
    lead = f"""A thin line joins the runs of one seed; dots are means with their 95 % intervals, the
dashed line is what perfect samples score.{f" {key}" if key else ""}"""
    return section("seeds", "Seed by seed", paired_lines(record), lead=lead)


def _configs(record: ComparisonRecord) -> str:
    differences = record.differences
    if not differences:
        return section("configs", "What differs in the configs", "<p>Nothing.</p>")
    heads = ("field", *map(escaped, record.names))
    rows = [
        [f"<code>{escaped(name)}</code>", *(_held(value) for value in values)]
        for name, values in differences.items()
    ]
    caption = "Only fields that are not alike in all groups; a dash where there is no such field"
    words = set(range(1, len(heads)))
    numbers = table("What differs", heads, rows, caption=caption, kind="differences", words=words)
    return section("configs", "What differs in the configs", numbers)


def _held(value: str | None) -> str:
    return "&ndash;" if value is None else f"<code>{escaped(value)}</code>"


def _again(command: Sequence[str]) -> str:
    if not command:
        return ""
    content = f"""<p>The same comparison, with whatever runs have come to these groups:</p>
{copyable(shlex.join(command))}
<p class="quiet">Beside this page lies <a href="{COMPARISON}">{COMPARISON}</a> with every number.
</p>"""
    return section("again", "How to repeat it", content)
