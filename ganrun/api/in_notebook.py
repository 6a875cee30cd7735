"""Runs and sweeps as a notebook shows them, in HTML that disturbs nothing else on its page.

A run's player is a page of its own in a frame: its styles and scripts stay in there, and it may
neither reach the notebook nor any network.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ganrun.page.html_page import escaped
from ganrun.report import run_story
from ganrun.report.run_record import RunRecord
from ganrun.report.web.player_page import player_page

if TYPE_CHECKING:
    from ganrun.report.comparison_record import ComparisonRecord
    from ganrun.report.sweep_record import SweepRecord

WIDTH, HEIGHT = "30rem", "47rem"
"""Of a frame: the picture is as high as it is wide; keys and the line of rounds stand below."""
FRAME = f"width: 100%; max-width: {WIDTH}; height: {HEIGHT}; border: 0"


def run_shown(run: RunRecord) -> str:
    """What became of a run, and the player, if there is a snapshot to be played."""
    words = f"<p><strong>{escaped(run_story.title(run))}</strong><br>{_about(run)}</p>"
    page = player_page(run)
    if page is None:
        return f"<div>{words}</div>"
    return (
        f'<div>{words}<iframe title="{escaped(run_story.whose(run))}: the player" '
        f'sandbox="allow-scripts" style="{FRAME}" srcdoc="{escaped(page)}"></iframe></div>'
    )


def _about(run: RunRecord) -> str:
    best = [run.best.words] if run.best and not run.diverged else []
    return escaped("; ".join([run_story.whose(run), *best, run_story.outcome(run)]))


def sweep_shown(sweep: SweepRecord, text: str) -> str:
    """What a sweep has found, in words, and its leading figure, if a trial has a result."""
    return _words_and_image(text.split("\n\n"), _phase(sweep))


def comparison_shown(record: ComparisonRecord, text: str) -> str:
    """What sets groups of runs apart, in words, and the panels."""
    from ganrun.api.drawing import drawn_comparison, png_of

    picture = _image("Every metric of every group", png_of(drawn_comparison(record, "page")))
    return _words_and_image(text.split("\n"), picture)


def _words_and_image(sentences: Iterable[str], image: str) -> str:
    paragraphs = "".join(f"<p>{escaped(one)}</p>" for one in sentences)
    return f'<div style="max-width: 60rem">{paragraphs}{image}</div>'


def _image(words: str, png: bytes) -> str:
    data = base64.b64encode(png).decode("ascii")
    return f'<img alt="{words}" style="width: 100%" src="data:image/png;base64,{data}">'


def _phase(sweep: SweepRecord) -> str:
    if not sweep.finished:
        return ""
    from ganrun.api.drawing import png_of, sweep_figure

    return _image("Phase diagram", png_of(sweep_figure(sweep, "phase", "page")))
