"""`report.html` of one run: the game to be watched, its story, its numbers, and where it came from.

The charts are the small ones of `ganrun.page` rather than a chart library's: with a library's this
file would be ten times as large, and the arena draws live into the very same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from ganrun import wording
from ganrun.config.company import in_company
from ganrun.config.metrics import METRICS
from ganrun.diagnose.diagnosis import Diagnosis, read_diagnosis
from ganrun.page.html_page import encoded, escaped
from ganrun.report import run_story
from ganrun.report.run_record import RunRecord
from ganrun.report.web.branches_data import branches_data
from ganrun.report.web.config_table import config_section
from ganrun.report.web.diagnosis_section import diagnosis_section, tested_by
from ganrun.report.web.events_list import events_section, with_events
from ganrun.report.web.final_table import final_section
from ganrun.report.web.mode_histories import mode_histories
from ganrun.report.web.modes_section import modes_section
from ganrun.report.web.origin import origin_section
from ganrun.report.web.page_parts import NAME, chip, report_page, section, seek_button
from ganrun.report.web.run_data import curves_data, mode_bands_data, player_data
from ganrun.report.web.story import Passage, story_of
from ganrun.store import replace_file


def write_run_page(run: RunRecord) -> Path:
    """Write a run's `report.html` into its folder; raises `StoreError` where that cannot be."""
    path = run.path / NAME
    diagnosis = read_diagnosis(run.path, run.run_json.get("id"))
    replace_file(path, encoded(run_page(run, diagnosis)))
    return path


def run_page(run: RunRecord, diagnosis: Diagnosis | None = None) -> str:
    """The page, as text."""
    histories = mode_histories(run)
    player = player_data(run, histories)
    passages = with_events(story_of(run, histories), run)
    sections = [
        *([diagnosis_section(run, diagnosis)] if diagnosis else []),
        modes_section(histories),
        _curves_section(run),
        final_section(run),
        *([] if diagnosis else [diagnosis_section(run, None)]),
        events_section(run.events),
        config_section(run.config),
        origin_section(run),
    ]
    data = {
        "player-data": player,
        "mode-bands-data": None if histories is None else mode_bands_data(run, histories),
        "curves-data": curves_data(run) if len(run.metrics["step"]) else None,
        "branches-data": None if diagnosis is None else branches_data(run, diagnosis),
        "marks-data": sorted({event.round for event in run.events}),
    }
    return report_page(
        "run",
        f"{run_story.whose(run)}: {run_story.title(run)}",
        [_opening(run, diagnosis, passages, plays=player is not None), *sections],
        data,
        whose="the run's folder",
        charts="Its charts are small ones of its own, so that it can be sent by mail, and so that "
        "a live game can be drawn into the same ones.",
    )


def _opening(
    run: RunRecord, diagnosis: Diagnosis | None, passages: Sequence[Passage], *, plays: bool
) -> str:
    """The first screen: what was found, and beside it the game to be watched and its story."""
    stage = '<div id="player" class="stage"></div>' if plays else ""
    return f"""
<section class="lead" aria-labelledby="title">
  <div class="{"game" if plays else ""}">
    <div class="found">{_heading(run, diagnosis)}</div>
    {stage}
    {_story(passages, plays=plays)}
  </div>
  {_key(run) if plays else ""}
</section>
<noscript><p class="panel">The pictures on this page need JavaScript; the words and tables do not.
</p></noscript>"""


def _heading(run: RunRecord, diagnosis: Diagnosis | None) -> str:
    facts = [
        f"{escaped(run.name)}, seed {run.seed}",
        wording.plural(run.modes_total, "mode"),
        wording.plural(run.steps, "round"),
        f"objective {escaped(run.objective.replace('_', ' '))}",
    ]
    evidence = run.evidence or ("" if run.ended else run_story.sentence(run))
    return f"""
      <p class="kicker">{" · ".join(facts)}</p>
      <h1 id="title">{escaped(run_story.title(run))}</h1>
      <p class="verdict">{_chip(run)}{_how_sure(run)}</p>
      <p class="evidence">{escaped(evidence)}</p>
      {tested_by(diagnosis) if diagnosis else ""}
      {_tiles(run)}"""


def _chip(run: RunRecord) -> str:
    return chip(run.best.word, run.best.short) if run.best else chip(run.status)


def _how_sure(run: RunRecord) -> str:
    said = [escaped(run.best.how_sure)] if run.best and run.best.how_sure else []
    if run.verdict and run.status not in ("complete", "diverged"):
        said.append(escaped(run.status))
    return f' <span class="quiet">{"; ".join(said)}</span>' if said else ""


def _tiles(run: RunRecord) -> str:
    """The numbers that one wants first, each beside what perfect samples score."""
    total, reference = run.modes_total, run.reference or {}
    if run.last_round is None:
        return ""
    counted = "modes_recovered" if run.ended else "modes_covered"
    covered = wording.of_total(run.metric(counted), total)
    best, most = wording.count(reference.get(counted, {}).get("mean", total)), run.beyond(counted)
    tiles = [(counted, covered, f"perfect: {best}" if most is None else run_story.too_many(most))]
    for name in ("high_quality", "mode_tv", "reverse_kl"):
        show = wording.percent if name == "high_quality" else wording.value
        perfect = reference.get(name, {}).get("mean")
        note = "" if perfect is None else f"perfect: {show(perfect)}"
        tiles.append((name, show(run.metric(name)), note))
    items = "".join(
        f"<div><dt>{escaped(METRICS[name].called)}</dt><dd>{escaped(value)}"
        f'<span class="note">{escaped(note)}</span></dd></div>'
        for name, value, note in tiles
    )
    return f'<dl class="tiles">{items}</dl>'


def _story(passages: Sequence[Passage], *, plays: bool) -> str:
    rounds = groupby(passages, key=lambda passage: passage.round)
    items = "".join(_passages(at, [one.words for one in told]) for at, told in rounds)
    missing = "" if plays else '<p class="quiet">There is no snapshot to look at yet.</p>'
    return f"""<div class="story" id="game">
      <h2>The game</h2>
      <p>A forger and a detective play against each other. The forger turns noise into points, the
      detective learns to tell them from the real ones, and each learns from the other.</p>
      <ol class="passages">{items}</ol>
      {missing}
    </div>"""


def _key(run: RunRecord) -> str:
    """How to read the picture."""
    words = in_company(run.configs[-1].discriminator)
    company = f" {escaped(words)}" if words else ""
    return f"""<p class="small quiet">Rings are the true modes at three standard deviations; one
that is missing is dashed and numbered. Dots are the forger's samples. The ground is the detective's
field: blue where it takes a point for real, amber where it takes it for forged. An arrow shows
where the detective's answer pushes a sample in the forger's next step, longer where it pushes
harder.{company}</p>"""


def _passages(at: int | None, told: Sequence[str]) -> str:
    """What is told of one round, beside a button that shows it."""
    words = "".join(f"<p>{escaped(one)}</p>" for one in told)
    if at is None:
        return f"<li><div>{words}</div></li>"
    return f'<li data-round="{at}">{seek_button(at)}<div>{words}</div></li>'


def _curves_section(run: RunRecord) -> str:
    if not len(run.metrics["step"]):
        return ""
    diverged = "" if run.diverged_at is None else f" The run diverged in round {run.diverged_at:,}."
    return section(
        "rounds",
        "The numbers, round by round",
        '<div id="curves" class="charts"></div>',
        lead="Dashed: where the game would come to rest, or what perfect samples score; green "
        "bands hold nine in ten draws of them. The line in each chart is the player's round: click "
        f"or drag in a chart to move it.{diverged}",
    )
