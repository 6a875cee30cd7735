"""The diagnosis on a run's page: the verdict that was tested, what was tried, and what to try."""

from __future__ import annotations

from ganrun.diagnose.diagnosis import Diagnosis
from ganrun.page.html_page import escaped
from ganrun.report.branch_table import branch_note, branch_table
from ganrun.report.commands_to_copy import diagnose_command
from ganrun.report.diagnosis_story import headline, how_sure, probes
from ganrun.report.run_record import RunRecord
from ganrun.report.web.page_parts import chip, copyable, section, served_key, table
from ganrun.wording import form_for, plural


def diagnosis_section(run: RunRecord, diagnosis: Diagnosis | None) -> str:
    """What `ganrun diagnose` found; how to ask it where nobody has."""
    if diagnosis is None:
        return _how_to_ask(run) if run.status in ("complete", "diverged") else ""
    command = diagnosis.advice.command
    return section(
        "diagnosis",
        "The diagnosis",
        f'<p class="diagnosis-headline">{escaped(headline(diagnosis))}</p>',
        f'<p class="verdict">{chip(diagnosis.verdict)}',
        f'<span class="quiet">{escaped(how_sure(diagnosis))}</span></p>',
        f"<p>{escaped(diagnosis.evidence)}</p>",
        _to_play(),
        _branches(diagnosis),
        _probes(diagnosis),
        f"<h3>What to try next</h3><p>{escaped(diagnosis.advice.words)}</p>",
        copyable(command, "the command to try next") if command else "",
    )


def tested_by(diagnosis: Diagnosis) -> str:
    """What was played for the verdict, and where it can be played, for the head of the page."""
    gans = sum(len(branch.runs) for branch in diagnosis.branches)
    if not gans:
        return ""
    played = f"{plural(gans, 'GAN')} {form_for(gans, 'was', 'were')} played for this verdict, in "
    ways = plural(len(diagnosis.branches), "way")
    return f'<p class="tested">{played}{ways}: <a href="#diagnosis">see and play them</a>.</p>'


def _how_to_ask(run: RunRecord) -> str:
    command = diagnose_command(run.path)
    return section(
        "diagnosis",
        "Is that so?",
        "<p>The verdict above is read off the run's past. This plays the run on from its last "
        "checkpoint to see, up to ten times as long, with and without what might cure it; it "
        "leaves the run as it is.</p>",
        copyable(command, "the command that diagnoses it"),
    )


def _to_play() -> str:
    """Where `branch_player.js` puts the strips of time and their map."""
    return f'<div id="branches" class="branches-played"></div>{served_key()}'


def _branches(diagnosis: Diagnosis) -> str:
    (_, first), (_, second), *rows = branch_table(diagnosis)
    heads = [escaped(f"{a} {b}".strip()) for a, b in zip(first, second, strict=True)]
    return table(
        "What became of every branch",
        ["the game played on", *heads],
        [[escaped(cell.replace("->", "→")) for cell in (title, *cells)] for title, cells in rows],
        caption=branch_note(diagnosis),
        kind="branches",
    )


def _probes(diagnosis: Diagnosis) -> str:
    parts = [
        f"<div><h3>{title}</h3><p>{escaped(words)}</p></div>" for title, words in probes(diagnosis)
    ]
    return f'<div class="grid probes">{"".join(parts)}</div>' if parts else ""
