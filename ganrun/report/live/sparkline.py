"""Numbers over a training as columns of characters, some lines high."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from rich.style import Style
from rich.text import Text

EIGHTHS = " ▁▂▃▄▅▆▇█"
ASCII_EIGHTHS = " _.-=+*%#"
FEW_BEYOND = 0.02
"""Share of the numbers at either end that may lie beyond a scale."""


def sparkline(
    values: Float[ndarray, " W"],
    scale: tuple[float, float],
    *,
    rows: int = 1,
    style: str | Style = "",
    ascii_only: bool = False,
) -> list[Text]:
    """Columns from the scale's low end, an eighth of a line high, to its high one; NaN is a gap."""
    low, high = scale
    signs = ASCII_EIGHTHS if ascii_only else EIGHTHS
    with np.errstate(invalid="ignore"):
        share = np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0)
    eighths = np.where(np.isfinite(values), 1 + np.round(share * (8 * rows - 1)), 0)
    lines = []
    for row in reversed(range(rows)):
        height = np.clip(np.nan_to_num(eighths) - 8 * row, 0, 8).astype(int)
        words = "".join(signs[each] for each in height)
        lines.append(Text(words, style, no_wrap=True, end=""))
    return lines


def scale_of(*series: Float[ndarray, " W"]) -> tuple[float, float]:
    """A scale for some numbers, but for the few that lie far beyond the others."""
    known = np.concatenate([one[np.isfinite(one)] for one in series])
    if not len(known):
        return 0.0, 1.0
    low, high = np.quantile(known, [FEW_BEYOND, 1 - FEW_BEYOND])
    return float(low), float(high if high > low else low + 1.0)
