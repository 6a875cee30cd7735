"""Share per mode over time: which modes were found, lost and found again, and when."""

from __future__ import annotations

from ganrun import wording
from ganrun.measure.coverage import SERVED
from ganrun.report.web.mode_histories import ModeHistories, ModeHistory

MOST_TOLD = 3
"""Losses of one mode that are told one by one."""


def modes_section(histories: ModeHistories | None) -> str:
    """A band for every mode, and the same as a table; empty where nothing was evaluated."""
    if histories is None:
        return ""
    rows = "".join(_row(mode) for mode in histories.modes)
    key = "".join(
        f'<span><i class="share {way}"></i>{words}</span>' for way, words in SERVED.items()
    )
    return f"""
<section aria-labelledby="modes-title">
  <h2 id="modes-title">Which modes, and when</h2>
  <p class="quiet">One band per mode; its colour says how large a part of its weight the forger's
  good samples give it. A mode is missing while it gets less than a fifth.</p>
  <div id="mode-bands"></div>
  <p class="mode-bands-key small" aria-hidden="true">
    {key}
  </p>
  <details>
    <summary>The same as a table</summary>
    <div class="table-scroll" tabindex="0" role="region" aria-label="Modes, as a table">
    <table class="numbers">
      <thead><tr><th scope="col">mode</th><th scope="col" class="number">weight</th>
      <th scope="col" class="number">share at the end</th><th scope="col">first covered</th>
      <th scope="col">lost and found again</th><th scope="col">at the end</th></tr></thead>
      <tbody>{rows}</tbody>
    </table>
    </div>
  </details>
</section>"""


def _row(mode: ModeHistory) -> str:
    found = "never" if mode.found is None else f"round {mode.found:,}"
    state = "covered" if mode.covered else "missing"
    if mode.missing_since is not None:
        state = f"missing since round {mode.missing_since:,}"
    return (
        f'<tr><th scope="row">{mode.mode}</th>'
        f'<td class="number">{wording.percent(mode.weight)}</td>'
        f'<td class="number">{wording.percent(mode.share)}</td><td>{found}</td>'
        f"<td>{_losses(mode)}</td><td>{state}</td></tr>"
    )


def _losses(mode: ModeHistory) -> str:
    returned = [loss for loss in mode.losses if loss.back is not None]
    told = [f"{loss.round:,} to {loss.back:,}" for loss in returned[:MOST_TOLD]]
    if len(returned) > MOST_TOLD:
        told.append(f"{len(returned) - MOST_TOLD} times more")
    return ", ".join(told) or "&ndash;"
