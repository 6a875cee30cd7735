"""What is drawn of a run over its rounds: which curves stand together, and what they rest beside.

`curves.png` and the page draw the same panels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config.declarations import Level
from ganrun.config.metrics import METRICS
from ganrun.config.pieces import OBJECTIVES
from ganrun.report.palette import BLUE, INK, ORANGE
from ganrun.report.run_record import RunRecord

_SHARES = (0.0, 1.04)
"""The limits of a share's panel."""


@dataclass(frozen=True)
class Curve:
    """One column of `metrics.csv`, how it is called in the panel's heading, and its colour."""

    column: str
    label: str = ""
    color: str = INK
    rests_at: Level | None = None
    """Where the game would bring it to rest, if that is another level than its panel's."""


@dataclass(frozen=True)
class Panel:
    """One pair of axes: curves, the lines to measure them by, and the least range shown."""

    title: str
    curves: tuple[Curve, ...]
    lines: tuple[Level, ...] = ()
    band: tuple[float, float] | None = None
    at_least: tuple[float, ...] = ()
    at_most: tuple[float, float] = (-math.inf, math.inf)
    logarithmic: bool = False
    whole: bool = False
    limits: tuple[float, float] | None = None

    @property
    def levels(self) -> list[tuple[Level, Curve | None]]:
        """All lines, each with the curve that it is for; None where it is for all of them."""
        own = [(curve.rests_at, curve) for curve in self.curves if curve.rests_at]
        return [*((line, None) for line in self.lines), *own]


def choose_panels(run: RunRecord) -> list[Panel]:
    """The panels that apply to the run's objective, nine of them."""
    objective = OBJECTIVES[run.objective]
    decides, total = objective.undecided, run.modes_total
    loss_d = Curve("loss_d", "detective", BLUE, objective.loss_d)
    loss_g = Curve("loss_g", "forger", ORANGE, objective.loss_g)
    logits = (Curve("real_logit", "real", BLUE), Curve("fake_logit", "forged", ORANGE))
    norms = (Curve("grad_norm_d", "detective", BLUE), Curve("grad_norm_g", "forger", ORANGE))
    guess = (Level(0.5, "1/2"),)
    accuracy = Panel(
        _title("accuracy_d"), (Curve("accuracy_d", color=BLUE),), guess, limits=_SHARES
    )
    covered = (Curve("modes_covered"),)
    return [
        Panel("loss", (loss_d, loss_g)),
        Panel("mean logit", logits, (decides,)) if decides else Panel("mean score", logits),
        accuracy if decides else _measured(run, "nll"),
        Panel(
            f"{_title('modes_covered')} of {total}",
            covered,
            (_most_covered(run),),
            limits=(0.0, total * 1.06),
            whole=True,
        ),
        _measured(run, "high_quality", limits=_SHARES),
        _measured(run, "mode_tv", limits=_SHARES),
        _measured(run, "reverse_kl", at_least=(0.0, 0.1)),
        _measured(run, "spread", at_least=(0.0, 1.1), at_most=(0.0, 4.0)),
        Panel("gradient norm", norms, logarithmic=True),
    ]


def _most_covered(run: RunRecord) -> Level:
    """How many modes perfect samples cover on average: all, where none tell."""
    total = run.modes_total
    most = (run.reference or {}).get("modes_covered", {}).get("mean", total)
    return Level(float(most), "perfect" if most < total else f"{total}")


def _measured(run: RunRecord, metric: str, **ranges: Any) -> Panel:
    """A metric beside what perfect samples score, where that is known."""
    points = (run.reference or {}).get(metric)
    return Panel(
        _title(metric),
        (Curve(metric),),
        lines=(Level(points["mean"], "perfect"),) if points else (),
        band=(points["p5"], points["p95"]) if points else None,
        **ranges,
    )


def _title(metric: str) -> str:
    """`reverse KL (nats)`."""
    declared = METRICS[metric]
    return f"{declared.called} ({declared.unit})" if declared.unit else declared.called


def robust_limits(
    values: Float[ndarray, " N"], anchors: Sequence[float], at_most: tuple[float, float]
) -> tuple[float, float]:
    """Limits that hold all anchors and nearly all values; a spike far above may leave the panel."""
    finite = values[np.isfinite(values)]
    seen = list(anchors)
    if finite.size:
        low, high = np.quantile(finite, [0.1, 0.9])
        reach = 2 * (high - low)
        seen += [max(finite.min(), low - reach), min(finite.max(), high + reach)]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    low, high = max(low, at_most[0]), min(high, at_most[1])
    room = 0.06 * (high - low) or max(abs(high), 1.0) * 0.06
    # An anchor at zero, below which nothing can be, is the panel's floor.
    return (low if low in anchors and low == 0 else low - room), high + room
