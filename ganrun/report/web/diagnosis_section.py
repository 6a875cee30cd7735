"""The diagnosis on a run's page: the verdict that was tested, what was tried, and what to try."""

from __future__ import annotations

import shlex

from ganrun.diagnose.diagnosis import Diagnosis
from ganrun.page.html_page import escaped
from ganrun.report.branch_table import branch_note, branch_table
from ganrun.report.diagnosis_story import headline, how_sure, probes
from ganrun.report.palette import tone
from ganrun.report.run_record import RunRecord
from ganrun.report.web.origin import copyable


def diagnosis_section(run: RunRecord, diagnosis: Diagnosis | None) -> str:
    """What `ganrun diagnose` found; how to ask it where nobody has."""
    if diagnosis is None:
        return _how_to_ask(run) if run.status in ("complete", "diverged") else ""
    word = diagnosis.verdict
    command = diagnosis.advice.command
    return f"""
<section aria-labelledby="diagnosis-title">
  <h2 id="diagnosis-title">The diagnosis</h2>
  <p class="diagnosis-headline">{escaped(headline(diagnosis))}</p>
  <p class="verdict"><span class="chip {tone(word)}">{escaped(word)}</span>
  <span class="quiet">{escaped(how_sure(diagnosis))}</span></p>
  <p>{escaped(diagnosis.evidence)}</p>
  {_branches(diagnosis)}
  {_probes(diagnosis)}
  <h3>What to try next</h3>
  <p>{escaped(diagnosis.advice.words)}</p>
  {copyable(command, "the command to try next") if command else ""}
</section>"""


def _how_to_ask(run: RunRecord) -> str:
    command = shlex.join(["ganrun", "diagnose", str(run.path)])
    return f"""
<section aria-labelledby="diagnosis-title">
  <h2 id="diagnosis-title">Is that so?</h2>
  <p>The verdict above is read off the run's past. This plays the run on from its last checkpoint
  to see, up to ten times as long, with and without what might cure it; it leaves the run as it is.
  </p>
  {copyable(command, "the command that diagnoses it")}
</section>"""


def _branches(diagnosis: Diagnosis) -> str:
    (_, first), (_, second), *rows = branch_table(diagnosis)
    heads = "".join(
        f'<th scope="col" class="number">{escaped(f"{a} {b}".strip())}</th>'
        for a, b in zip(first, second, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row">{escaped(title)}</th>'
        + "".join(f'<td class="number">{escaped(cell.replace("->", "→"))}</td>' for cell in cells)
        + "</tr>"
        for title, cells in rows
    )
    return f"""
<div class="table-scroll" tabindex="0" role="region" aria-label="What became of every branch">
<table class="numbers branches">
  <caption>{escaped(branch_note(diagnosis))}</caption>
  <thead><tr><th scope="col">the game played on</th>{heads}</tr></thead>
  <tbody>{body}</tbody>
</table>
</div>"""


def _probes(diagnosis: Diagnosis) -> str:
    parts = [
        f"<div><h3>{title}</h3><p>{escaped(words)}</p></div>" for title, words in probes(diagnosis)
    ]
    return f'<div class="grid probes">{"".join(parts)}</div>' if parts else ""
