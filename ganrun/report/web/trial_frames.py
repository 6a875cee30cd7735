"""A few moments of many trials, small enough that a thousand fit in one page.

Every moment holds 128 samples, a byte per coordinate: the target's window in 254 steps, so that a
sample is drawn within a fifth of a per cent of the picture's width of where it was.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, UInt8
from numpy import ndarray

from ganrun.measure.coverage import is_covered, mode_shares
from ganrun.measure.showable import seen
from ganrun.page.arrays import coded
from ganrun.page.scene_target import scene_target
from ganrun.report.cell_trials import from_best_to_worst, median_trial, worst_trial
from ganrun.report.chosen_rounds import choose_rounds
from ganrun.report.geometry import mixture_drawn
from ganrun.report.phase_grid import phase_grid
from ganrun.report.sweep_record import SweepRecord
from ganrun.report.web.run_data import DIGITS
from ganrun.store import Snapshots
from ganrun.sweep.answer import Row

FRAMES = 12
POINTS = 128
MOST_BYTES = 5_000_000
"""Room in a page for frames: over a thousand trials of five modes."""
OVERHEAD = 64
"""Characters around a trial's frames."""


@dataclass(frozen=True, eq=False)
class TrialFrames:
    """A trial's `F` moments: rounds, `P` samples as codes, and which of `K` modes are covered."""

    index: int
    target: Any
    steps: tuple[int, ...]
    codes: UInt8[ndarray, "F P 2"]
    covered: Bool[ndarray, "F K"]
    showable: tuple[int, ...]
    """The modes that perfect samples show."""

    def packed(self) -> dict[str, Any]:
        """JSON-ready, without what many trials share."""
        return {
            "points": self.codes.shape[1],
            "b64": base64.b64encode(self.codes.tobytes()).decode("ascii"),
            "covered": [
                "".join("-" if one is None else "01"[one] for one in seen(frame, self.showable))
                for frame in self.covered
            ],
        }


def frames_data(record: SweepRecord, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """Frames of as many trials as there is room for, those first that the page needs most.

    `trials` maps a trial's number to its frames; `targets` and `steps` hold what many share.
    """
    by_need = (read_frames(record, index) for index in trials_by_need(record))
    return packed_frames(filter(None, by_need), most_bytes)


def packed_frames(films: Iterable[TrialFrames], most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """The first of these films for which there is room, and what they share."""
    targets: dict[Any, int] = {}
    steps: dict[tuple[int, ...], int] = {}
    trials: dict[str, Any] = {}
    room = most_bytes
    for frames in films:
        packed = frames.packed()
        room -= len(packed["b64"]) + sum(map(len, packed["covered"])) + OVERHEAD
        if room < 0:
            break
        packed["target"] = targets.setdefault(frames.target, len(targets))
        packed["steps"] = steps.setdefault(frames.steps, len(steps))
        trials[str(frames.index)] = packed
    return {
        "targets": [scene_target(mixture_drawn(target), DIGITS) for target in targets],
        "steps": [list(one) for one in steps],
        "trials": trials,
    }


def read_frames(record: SweepRecord, index: int) -> TrialFrames | None:
    """A trial's frames; None where its folder holds no snapshots that can be read."""
    experiment = record.design.trial(index).experiment
    if (snapshots := record.snapshots(index)) is None:
        return None
    chosen = choose_rounds(snapshots.steps, FRAMES)
    return frames_of(index, experiment.target, snapshots, chosen, record.rows[index].showable)


def frames_of(
    index: int,
    target: Any,
    snapshots: Snapshots,
    chosen: Sequence[int],
    showable: Sequence[int] | None,
) -> TrialFrames:
    """Some of a run's snapshots as moments; `showable` are the modes that perfect samples show."""
    samples, mixture = snapshots.samples[chosen], mixture_drawn(target)
    return TrialFrames(
        index=index,
        target=target,
        steps=tuple(int(step) for step in snapshots.steps[chosen]),
        codes=quantized(samples[:, :POINTS], mixture.extent),
        covered=is_covered(mode_shares(samples, mixture), mixture.weights),
        showable=tuple(showable or range(mixture.modes)),
    )


def quantized(
    samples: Float[ndarray, "F P 2"], extent: tuple[float, float, float, float]
) -> UInt8[ndarray, "F P 2"]:
    """Samples as codes 0 to 254 across the window, both of a sample's 255 where it is outside.

    `low + code / 254 * (high - low)`, from the window's lowest edge to its highest, is at most half
    a step from the coordinate.
    """
    low, high = window(extent)
    edges = np.array([extent[0::2], extent[1::2]])
    numbers = samples.astype(np.float64)
    with np.errstate(invalid="ignore"):
        inside = ((numbers >= edges[0]) & (numbers <= edges[1])).all(axis=-1, keepdims=True)
    return coded(np.where(inside, numbers, np.nan), "u8", low, high)


def window(extent: Sequence[float]) -> tuple[float, float]:
    """The range of the codes: from the lowest to the highest edge of a window."""
    return min(extent[0], extent[2]), max(extent[1], extent[3])


def trials_by_need(record: SweepRecord) -> list[int]:
    """Trials with a result, those first whose samples the page is likeliest to be asked for.

    The median and the worst of every cell of the phase diagram as it opens; then of every cell that
    other factors would make, and of the design's own; then the others, evenly from every cell.
    """
    opening = [cell.trials for cell in phase_grid(record).cells]
    by_design = _grouped(np.array([row.cell for row in record.rows]))
    groups = chain(opening, _other_cells(record), by_design)
    median_and_worst = (
        row.index
        for rows in (_rows(record, group) for group in groups)
        for row in (median_trial(rows), worst_trial(rows))
        if row is not None
    )
    ordered = [from_best_to_worst(_rows(record, group)) for group in opening]
    others = chain.from_iterable(_evenly([[row.index for row in rows] for rows in ordered]))
    return list(dict.fromkeys(chain(median_and_worst, others)))


def _other_cells(record: SweepRecord) -> Iterator[ndarray]:
    """Trials by the levels of any two factors."""
    for first, second in combinations(record.varied, 2):
        levels = record.levels[first], record.levels[second]
        number = levels[0].number * len(levels[1]) + levels[1].number
        yield from _grouped(number)


def _grouped(number: ndarray) -> Iterator[ndarray]:
    order = np.argsort(number, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(number[order])) + 1)


def _rows(record: SweepRecord, trials: Iterable[int]) -> list[Row]:
    return [record.rows[int(index)] for index in trials]


def _evenly(groups: Sequence[list[int]]) -> Iterator[list[int]]:
    """From every group, over and over: its best, its middle, and what lies between."""
    longest = max(map(len, groups), default=0)
    stride = 1 << longest.bit_length()
    while stride := stride // 2:
        for group in groups:
            yield group[::stride]
