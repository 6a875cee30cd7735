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

from ganrun.config.declarations import OBJECTIVES, Level
from ganrun.report.palette import BLUE, INK, ORANGE
from ganrun.report.run_record import RunRecord


@dataclass(frozen=True)
class Curve:
    """One column of `metrics.csv`, how it is called in the panel's heading, and its colour."""

    column: str
    label: str = ""
    color: str = INK


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


def choose_panels(run: RunRecord) -> list[Panel]:
    """The panels that apply to the run's objective, nine of them."""
    objective = OBJECTIVES[run.objective]
    losses = tuple(level for level in (objective.loss_d, objective.loss_g) if level)
    logits = (objective.undecided,) if objective.undecided else ()
    total = run.modes_total
    panels = [
        Panel(
            "loss",
            (Curve("loss_d", "detective", BLUE), Curve("loss_g", "forger", ORANGE)),
            losses,
        ),
        Panel(
            "mean logit" if objective.undecided else "mean score",
            (Curve("real_logit", "real", BLUE), Curve("fake_logit", "forged", ORANGE)),
            logits,
        ),
    ]
    if objective.undecided:
        panels.append(
            Panel(
                "detective's accuracy",
                (Curve("accuracy_d", color=BLUE),),
                (Level(0.5, "1/2"),),  # of who can but guess
                limits=(0.0, 1.04),
            )
        )
    else:
        panels.append(_measured(run, "nll", "negative log-likelihood"))
    panels += [
        Panel(
            f"modes covered of {total}",
            (Curve("modes_covered"),),
            (Level(float(total), f"{total}"),),
            limits=(0.0, total * 1.06),
            whole=True,
        ),
        _measured(run, "high_quality", "high-quality share", limits=(0.0, 1.04)),
        _measured(run, "mode_tv", "mode TV", limits=(0.0, 1.04)),
        _measured(run, "reverse_kl", "reverse KL (nats)", at_least=(0.0, 0.1)),
        _measured(run, "spread", "spread", at_least=(0.0, 1.1), at_most=(0.0, 4.0)),
        Panel(
            "gradient norm",
            (Curve("grad_norm_d", "detective", BLUE), Curve("grad_norm_g", "forger", ORANGE)),
            logarithmic=True,
        ),
    ]
    return panels


def _measured(run: RunRecord, metric: str, title: str, **ranges: Any) -> Panel:
    """A metric beside what perfect samples score, where that is known."""
    points = (run.reference or {}).get(metric)
    return Panel(
        title,
        (Curve(metric),),
        lines=(Level(points["mean"], "perfect"),) if points else (),
        band=(points["p5"], points["p95"]) if points else None,
        **ranges,
    )


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
