"""`report.html` of a sweep: one file that answers which settings cause collapse, and shows it."""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path

from ganrun import wording
from ganrun.config.encoded_points import in_short
from ganrun.influence import told
from ganrun.page.html_page import encoded, escaped
from ganrun.report.commands_to_copy import sweep_command
from ganrun.report.design_words import about_design
from ganrun.report.sweep_record import SweepRecord
from ganrun.report.sweep_story import completeness, headline, remarks
from ganrun.report.web.cases_section import cases_section
from ganrun.report.web.page_parts import (
    FILTERED_TABLE,
    NAME,
    copyable,
    fates,
    findings,
    report_page,
    section,
)
from ganrun.report.web.phase_cells import phase_data
from ganrun.report.web.plotly_script import packed_plotly, plotly_text
from ganrun.report.web.sweep_charts import (
    charts_data,
    drawn_factors,
    levels_table,
    ranking_table,
)
from ganrun.report.web.trial_frames import frames_data
from ganrun.report.web.trial_table import table_data
from ganrun.store.atomic import replace_file
from ganrun.store.sweep_folder import INFLUENCE, RESULTS, SWEEP
from ganrun.verdict import FROM_THE_WORST, WORDS


def write_sweep_page(record: SweepRecord) -> Path:
    """Write `report.html` into a sweep's folder; raises `StoreError` where that cannot be."""
    path = record.path / NAME
    replace_file(path, encoded(sweep_page(record)))
    return path


def sweep_page(record: SweepRecord) -> str:
    """The whole page, as text."""
    sections = [
        _answer(record),
        cases_section(record),
        _phase(),
        _ranking(record),
        _levels(record),
        _lines(record),
        _table(),
        _again(record),
    ]
    sweep = {
        # What a trial's own command is put together from.
        "command": {"trials": shlex.quote(str(record.folder.trials)), "program": "ganrun report"},
        "verdicts": [word for word in WORDS if record.verdicts[word]],
        "tones": {one.word: one.tone for one in FROM_THE_WORST},
        "colours": {one.word: f"--{one.colour}" for one in FROM_THE_WORST},
        "phase": phase_data(record),
        "table": table_data(record),
        "charts": charts_data(record),
        "frames": frames_data(record),
    }
    return report_page(
        "sweep",
        f"{record.name}: {headline(record)}",
        sections,
        {"sweep": sweep, "plotly": packed_plotly()},
        whose=f"the folder of sweep {record.folder.id}",
        charts="Charts by plotly.js (MIT licence), which travels inside.",
        later=[plotly_text()],
        sheets=["many"],
        allow_eval=True,  # plotly's parallel coordinates compile their shaders' calls
    )


def _answer(record: SweepRecord) -> str:
    first, *others = (
        (about, sentence)
        for about, sentences in told(record.influence).items()
        for sentence in sentences
    )
    rounds = wording.plural(record.design.sweep.base.training.steps, "round")
    about = f"{record.name} \N{MIDDLE DOT} {about_design(record.design)}, {rounds}"
    return f"""<section id="answer" aria-labelledby="title">
<p class="kicker">{escaped(about)}</p>
<h1 id="title">{escaped(headline(record))}</h1>
<p class="lead">{escaped(first[1])}</p>
{findings([*others, ("besides", remarks(record))])}
{_fates(record)}
{_incomplete(record)}
</section>"""


def _fates(record: SweepRecord) -> str:
    """How many trials ended how."""
    counts = record.verdicts + Counter({"no result": len(record.rows) - record.finished})
    return fates(counts, f"How the {len(record.rows):,} trials ended, {record.judged}:")


def _incomplete(record: SweepRecord) -> str:
    if record.finished == len(record.rows):
        return ""
    first, *others = completeness(record)
    reasons = "".join(f"<li>{escaped(line)}</li>" for line in others)
    listed = f"<ul class='reasons'>{reasons}</ul>" if reasons else ""
    command = copyable(sweep_command(record))
    return (
        f'<div class="notice"><p><b>{escaped(first)}</b></p>{listed}<p>To go on:</p>{command}</div>'
    )


def _phase() -> str:
    content = """<div id="phase-menus" class="menus"></div>
<div class="phase">
<div class="phase-map"><div id="phase-grid" class="phase-scroll"></div>
<div id="phase-key" class="phase-key"></div></div>
<div id="cell" class="panel cell-panel" role="region" aria-label="The cell"></div>
</div>
<noscript><p class="notice">The diagram, the charts and the table of trials need JavaScript.</p>
</noscript>"""
    lead = """Every cell holds the trials with its levels. Point at one, or move there with
the arrow keys, to see its runs; press it to watch its median and its worst trial."""
    return section("phase", "Where it happens", content, lead=lead)


def _ranking(record: SweepRecord) -> str:
    if record.headline is None:
        return section("ranking", "What explains it", f"<p>{escaped(record.note)}</p>")
    content = f"""{_ranking_marks(record)}
<div class="chart" id="ranking-chart" role="img" aria-label="The ranking as a chart; its numbers
are in the table below"></div>
<details class="numbers-of"><summary>The ranking in numbers</summary>{ranking_table(record)}
</details>"""
    lead = f"Shares of the variance in {escaped(record.explained)}."
    return section("ranking", "What explains it", content, lead=lead)


def _ranking_marks(record: SweepRecord) -> str:
    marks = {"share": ("itself", "by itself"), "total": ("together", "with its interactions")}
    listed = "".join(
        f'<li><span class="mark mark-{name}"></span>{words}</li>'
        for name, words in (marks[kind] for kind in record.explained_by)
    )
    return f'<ul class="marks">{listed}<li class="quiet">lines: 95 % intervals</li></ul>'


def _levels(record: SweepRecord) -> str:
    factors = drawn_factors(record)
    if not factors:
        return ""
    charts = "\n".join(
        f'<figure class="level-chart"><figcaption>{escaped(record.called(field))}</figcaption>'
        f'<div class="chart" data-levels="{number}" role="img" aria-label="Rates by '
        f'{escaped(record.called(field))}; the numbers are in the tables below"></div></figure>'
        for number, field in enumerate(factors)
    )
    tables = "\n".join(levels_table(record, field) for field in factors)
    of = f" (of {record.modes_total})" if record.modes_total else ""
    faint = (
        f'<li><span class="mark mark-undertrained"></span>undertrained {record.judged}</li>'
        if record.verdicts["undertrained"]
        else ""
    )
    content = f"""<ul class="marks">
<li><span class="mark mark-missed"></span>trials that miss any mode</li>
<li><span class="mark mark-recovered"></span>modes recovered, mean share{of}</li>
{faint}<li class="quiet">lines: 95 % intervals</li></ul>
<div class="level-charts">{charts}</div>
<details class="numbers-of"><summary>The levels in numbers</summary>{tables}</details>"""
    return section("levels", "What happens at each level", content)


def _lines(record: SweepRecord) -> str:
    foot = ""
    if record.verdicts["diverged"]:
        foot = " Where a trial lacks a number, as one that diverged may, it is at the axis's foot."
    lead = f"""Drag along an axis to keep the lines that pass there; the table below then holds
the same trials. Drag an axis by its name to put it elsewhere. Whoever has no mouse can say the same
in the table's filter.{foot}"""
    content = """<div class="lines-scroll" tabindex="0" role="region" aria-labelledby="lines-title">
<div class="chart" id="lines-chart" role="img" aria-label="Parallel coordinates: a line for every
trial, over its settings and its results; the table below holds the same numbers"></div></div>"""
    return section("lines", "Every trial as a line", content, lead=lead)


def _table() -> str:
    return section("trials", "All trials", FILTERED_TABLE)


def _again(record: SweepRecord) -> str:
    yaml = (record.path / SWEEP).read_text(encoding="utf-8")
    report = f"ganrun report {shlex.quote(str(record.path))}"
    content = f"""<p>The same sweep, from the file that lies beside this page; what is finished is
not trained again:</p>
{copyable(sweep_command(record))}
<p>This page; with <code>--all</code>, one for every trial as well:</p>
{copyable(f"{report} --all")}
<p class="quiet">Beside this page lie <a href="{RESULTS}">{RESULTS}</a> with every metric of every
trial, <a href="{INFLUENCE}">{INFLUENCE}</a> with every number of the answer, and
<code>trials/</code> with a run folder each.</p>
<details class="numbers-of"><summary>{SWEEP}</summary>
<pre tabindex="0" class="panel yaml">{escaped(in_short(yaml))}</pre></details>"""
    return section("again", "How to repeat it", content)
