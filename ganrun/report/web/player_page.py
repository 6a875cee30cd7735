"""The player alone, as a page of its own that fits into a frame of another."""

from __future__ import annotations

from ganrun.page.html_page import document
from ganrun.report import run_story
from ganrun.report.run_record import RunRecord
from ganrun.report.web.mode_histories import mode_histories
from ganrun.report.web.page_parts import ASSETS
from ganrun.report.web.run_data import player_data


def player_page(run: RunRecord) -> str | None:
    """The page, as text; None for a run without snapshots."""
    data = player_data(run, mode_histories(run))
    if data is None:
        return None
    return document(
        title=run_story.whose(run),
        body='<main id="content" tabindex="-1"><div id="player"></div></main>',
        styles=[ASSETS / "player_page.css"],
        script=ASSETS / "player_page.js",
        data={"player-data": data},
    )
