"""The numbers of a run's page, small enough for a file that one sends by mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from ganrun.config import Experiment
from ganrun.config.declarations import Level
from ganrun.config.targets import Target
from ganrun.measure.coverage import SERVED, how_served
from ganrun.measure.showable import seen
from ganrun.mixture import mixture_of
from ganrun.page.arrays import packed
from ganrun.page.objective import objective_drawn
from ganrun.page.scene_target import scene_target
from ganrun.report.chosen_rounds import evenly
from ganrun.report.curve_panels import Curve, Panel, choose_panels, robust_limits
from ganrun.report.palette import BLUE, INK, ORANGE
from ganrun.report.run_record import RunRecord
from ganrun.report.web.events_list import MOST_LISTED, event_words
from ganrun.report.web.field_at_modes import slopes
from ganrun.report.web.mode_histories import ModeHistories

MOST_SNAPSHOTS, MOST_SAMPLES, MOST_GRID = 60, 512, 32
"""Of a run that has more, these many are in the page; the default config has fewer."""
MOST_ROWS = 500
"""Evaluations in the page; of more, evenly spread ones."""
DIGITS = 5
"""Significant digits of the target's ellipses."""

COLOURS = {BLUE: "--blue", ORANGE: "--orange", INK: "--ink"}
"""The palette's hues -> what they are called in the page's style."""


def player_data(run: RunRecord, histories: ModeHistories | None) -> dict[str, Any] | None:
    """What the player plays; `None` for a run without snapshots."""
    if run.snapshots is None:
        return None
    kept = evenly(len(run.snapshots.steps), MOST_SNAPSHOTS)
    steps = run.snapshots.steps[kept]
    samples = run.snapshots.samples[kept, :MOST_SAMPLES]
    extent = run.snapshots.window
    fields = [coarser(field, extent) for field in run.snapshots.field[kept].astype(np.float64)]
    played = _configs_at(run, steps)
    targets = list(dict.fromkeys(config.target for config in played))
    data = {
        "target": _scene(played[-1].target, extent),
        "steps": steps.tolist(),
        "samples": packed(samples, "u16", within=_around(extent)),
        "field": [packed(field, "u16") for field in fields],
        "covered": _covered(steps, histories, run),
        "objective": objective_drawn(run.objective),
        "past": past_data(run, histories),
    }
    if run.snapshots.manifold is not None:
        nets = run.snapshots.manifold[kept].astype(np.float64)
        data["manifold"] = packed(nets, "u16", within=_around(extent))
    if len(targets) > 1:
        data["targets"] = [_scene(target, extent) for target in targets]
        data["targetOf"] = [targets.index(config.target) for config in played]
    objectives = list(dict.fromkeys(config.objective for config in played))
    if len(objectives) > 1:
        data["objectives"] = [objective_drawn(objective) for objective in objectives]
        data["objectiveOf"] = [objectives.index(config.objective) for config in played]
    return data


def past_data(run: RunRecord, histories: ModeHistories | None) -> dict[str, Any]:
    """What a page finds a run's events in (`page/assets/snapshots.js`), and what was done to it."""
    done = [
        {"round": event.round, "kind": "changed", "words": event_words(event)}
        for event in run.events[:MOST_LISTED]
    ]
    if run.diverged_at is not None:
        done.append({"round": run.diverged_at, "kind": "diverged"})
    if histories is None:
        return {"rounds": [], "notes": [], "right": [], "events": done}
    kept = evenly(len(histories.rounds), MOST_ROWS)
    rounds, shown = histories.rounds[kept], [mode.showable for mode in histories.modes]
    right = dict(
        zip(run.metrics["step"].tolist(), _numbers(run.metrics["accuracy_d"]), strict=True)
    )
    rows = zip(histories.covered[kept].tolist(), histories.shares[kept].tolist(), strict=True)
    return {
        "rounds": rounds.tolist(),
        "notes": ["".join(map(_notes, covered, shares, shown)) for covered, shares in rows],
        "right": [right[round_] for round_ in rounds.tolist()],
        "events": done,
    }


def _notes(covered: bool, share: float, showable: bool) -> str:
    if covered:
        return "2"
    return ("1" if share > 0 else "0") if showable else "-"


def mode_bands_data(run: RunRecord, histories: ModeHistories) -> dict[str, Any]:
    """How each mode is served at every evaluation, a digit each, and the modes' weights.

    It is a dash where a mode gets too little that no samples would show.
    """
    kept = evenly(len(histories.rounds), MOST_ROWS)
    served = how_served(histories.shares[kept], run.mixture.weights)
    shown = [mode.showable for mode in histories.modes]
    return {
        "rounds": histories.rounds[kept].tolist(),
        "ways": SERVED,
        "served": ["".join(map(_served, row, shown)) for row in served.tolist()],
        "shares": [round(mode.share, 4) for mode in histories.modes],
        "weights": [round(mode.weight, 4) for mode in histories.modes],
    }


def _served(level: int, showable: bool) -> str:
    return str(level) if level or showable else "-"


def curves_data(run: RunRecord) -> dict[str, Any]:
    """The panels as `ganrun.Curves` takes them, and their columns."""
    kept = evenly(len(run.metrics["step"]), MOST_ROWS)
    panels = choose_panels(run)
    columns = sorted({curve.column for panel in panels for curve in panel.curves})
    return {
        "steps": run.metrics["step"][kept].tolist(),
        "columns": {name: _numbers(run.metrics[name][kept]) for name in columns},
        "panels": [_panel(panel, run) for panel in panels],
    }


def coarser(field: Float[ndarray, "G G"], extent: Sequence[float]) -> Float[ndarray, "M M"]:
    """The field on at most `MOST_GRID` points a side, by bilinear interpolation."""
    if field.shape[0] <= MOST_GRID:
        return field
    x_min, x_max, y_min, y_max = extent
    y, x = np.meshgrid(
        np.linspace(y_min, y_max, MOST_GRID), np.linspace(x_min, x_max, MOST_GRID), indexing="ij"
    )
    # A rounding beyond the window's edge would find nothing there.
    points = np.stack([x.ravel().clip(x_min, x_max), y.ravel().clip(y_min, y_max)], axis=1)
    return slopes(field, extent, points)[0].reshape(MOST_GRID, MOST_GRID)


def _configs_at(run: RunRecord, steps: Int[ndarray, " S"]) -> list[Experiment]:
    """The config that each snapshot was taken under; it changes in an interactive run alone."""
    # What was changed after a round is seen in the rounds that follow.
    rounds = np.array([event.round for event in run.events], dtype=np.int64)
    return [run.configs[int((rounds < step).sum())] for step in steps]


def _scene(target: Target, extent: Sequence[float]) -> dict[str, Any]:
    return scene_target(mixture_of(target), DIGITS) | {"extent": list(extent)}


def _covered(
    steps: Int[ndarray, " S"], histories: ModeHistories | None, run: RunRecord
) -> list[list[bool | None] | None]:
    """Which modes are covered at the evaluation nearest to each snapshot; null before the target.

    Of a mode that is not, null where perfect samples do not show it either.
    """
    if histories is None:
        return [None] * len(steps)
    nearest = [int(np.abs(histories.rounds - step).argmin()) for step in steps]
    return [
        seen(histories.covered[row], run.showable) if step > run.target_since else None
        for step, row in zip(steps, nearest, strict=True)
    ]


def _around(extent: Sequence[float]) -> tuple[float, float]:
    """A range that holds the window twice over; a sample beyond is drawn outside all the same."""
    low, high = min(extent[0], extent[2]), max(extent[1], extent[3])
    half = (high - low) / 2
    return low - half, high + half


def _panel(panel: Panel, run: RunRecord) -> dict[str, Any]:
    values = np.concatenate([run.metrics[curve.column] for curve in panel.curves])
    anchors = [*panel.at_least, *(line.value for line, _ in panel.levels), *(panel.band or ())]
    limits = panel.limits or robust_limits(values.astype(np.float64), anchors, panel.at_most)
    content: dict[str, Any] = {
        "label": panel.title,
        "series": [
            {"name": curve.column, "label": curve.label, "color": COLOURS[curve.color]}
            for curve in panel.curves
        ],
        "stepped": panel.whole,
        "log": panel.logarithmic,
        "lines": [_line(line, curve) for line, curve in panel.levels],
    }
    if panel.band:
        low, high = panel.band
        content["reference"] = {panel.curves[0].column: [low, panel.lines[0].value, high]}
        content["lines"] = []
    if not panel.logarithmic:
        content["yRange"] = [float(limit) for limit in limits]
    return content


def _line(line: Level, curve: Curve | None) -> dict[str, Any]:
    """A line to measure by; one that is for a single curve has its name and its colour."""
    if curve is None:
        return {"value": line.value, "label": line.label}
    label = f"{curve.label}: {line.label}"
    return {"value": line.value, "label": label, "color": COLOURS[curve.color]}


def _numbers(values: ndarray) -> list[float | None]:
    """Five significant digits; `null` for what is not finite."""
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values.tolist()]
