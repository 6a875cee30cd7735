"""What the page plays of a diagnosis: how each mode is served in the run and its branches."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganrun.diagnose.diagnosis import Diagnosis, Track
from ganrun.measure.coverage import SERVED, how_served
from ganrun.page.scene_target import scene_target
from ganrun.report import diagnosis_story
from ganrun.report.run_record import RunRecord
from ganrun.report.time_panels import TimePanel, panels_of
from ganrun.report.web.run_data import DIGITS


def branches_data(run: RunRecord, diagnosis: Diagnosis) -> dict[str, Any]:
    """The strips of time as `branch_player.js` takes them, and where the modes lie."""
    return {
        "target": scene_target(run.mixture, DIGITS),
        "ways": SERVED,
        "panels": [_panel(one, diagnosis) for one in panels_of(diagnosis)],
    }


def _panel(panel: TimePanel, diagnosis: Diagnosis) -> dict[str, Any]:
    tracks = zip(panel.tracks, panel.whole, strict=True)
    return {
        "title": panel.title,
        "outcome": panel.outcome.words,
        "good": panel.outcome.good,
        "from": panel.from_round,
        "to": panel.to_round,
        "before": None if panel.before is None else _course(panel.before, diagnosis, whole=True),
        "courses": [_course(track, diagnosis, whole=whole) for track, whole in tracks],
    }


def _course(track: Track, diagnosis: Diagnosis, *, whole: bool) -> dict[str, Any]:
    """Rounds, and at each a digit for every mode; a dash where perfect samples do not show it."""
    shares = diagnosis_story.shares_of(track, diagnosis.modes)
    served = how_served(shares, np.array(diagnosis.weights))
    shown = [mode in diagnosis.showable for mode in range(diagnosis.modes)]
    rows = [
        "".join(
            str(way) if way or is_shown else "-" for way, is_shown in zip(row, shown, strict=True)
        )
        for row in served.tolist()
    ]
    return {"rounds": list(track.steps), "served": rows, "whole": whole}
