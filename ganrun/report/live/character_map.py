"""A map in characters: samples as braille dots over the true modes, for a terminal.

A braille character holds 2 x 4 dots and a terminal's cell is about twice as high as wide, so the
dots are about square and a map of `rows` lines has `2 * rows` columns. A terminal that cannot show
braille gets one character a cell. Every mode is a ring at 3 std, never drawn smaller than can be
seen; a mode that is not covered carries its number, so that it can be told without colour.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from rich.style import Style
from rich.text import Text

from ganrun.mixture import Mixture
from ganrun.report.geometry import mode_rings
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION

LEAST_RING_DOTS = 2.6

# Bit of each dot of a braille character, by row and column inside the cell (Unicode, block 2800).
_BRAILLE_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.int64)

_NOTHING, _SAMPLE, _COVERED, _MISSING, _NUMBER = range(5)
_STYLES = {
    _COVERED: Style(color=SCREEN_BLUE),
    _MISSING: Style(color=SCREEN_VERMILLION),
    _NUMBER: Style(color=SCREEN_VERMILLION, bold=True),
}


def dot_positions(
    points: Float[ndarray, "N 2"], mixture: Mixture, across: int, down: int
) -> tuple[Int[ndarray, " M"], Int[ndarray, " M"]]:
    """Row and column of every point that lies in the window, on `down` x `across` dots."""
    x_min, x_max, y_min, y_max = mixture.extent
    with np.errstate(invalid="ignore", over="ignore"):
        column = (points[:, 0].astype(np.float64) - x_min) / (x_max - x_min) * across
        row = (y_max - points[:, 1].astype(np.float64)) / (y_max - y_min) * down
        inside = (column >= 0) & (column <= across) & (row >= 0) & (row <= down)
    # The window's far edges belong to the last dot.
    columns = np.minimum(column[inside].astype(np.int64), across - 1)
    rows = np.minimum(row[inside].astype(np.int64), down - 1)
    return rows, columns


def draw_map(
    samples: Float[ndarray, "N 2"] | None,
    mixture: Mixture,
    *,
    rows: int,
    covered: Bool[ndarray, " K"] | None = None,
    ascii_only: bool = False,
) -> list[Text]:
    """The map as `rows` lines of `2 * rows` cells each.

    Args:
        samples: the generator's samples; `None` draws the true modes alone.
        mixture: the truth; its `extent` is the window.
        rows: lines of text.
        covered: modes to draw as covered; `None` marks none of them.
        ascii_only: one ASCII character a cell instead of braille.
    """
    columns = 2 * rows
    points = np.empty((0, 2)) if samples is None else samples
    draw = _ascii_cells if ascii_only else _braille_cells
    characters, kinds = draw(points, mixture, rows, columns, covered)
    if covered is not None:
        _write_numbers(characters, kinds, mixture, ~covered)
    return [_line(characters[row], kinds[row]) for row in range(rows)]


def _braille_cells(
    samples: Float[ndarray, "N 2"],
    mixture: Mixture,
    rows: int,
    columns: int,
    covered: Bool[ndarray, " K"] | None,
) -> tuple[ndarray, ndarray]:
    across, down = 2 * columns, 4 * rows
    dots = np.zeros((down, across), dtype=bool)
    kinds = np.zeros((rows, columns), dtype=np.int64)
    row, column = dot_positions(samples, mixture, across, down)
    dots[row, column] = True
    kinds[row // 4, column // 2] = _SAMPLE
    x_min, x_max, _, _ = mixture.extent
    least_radius = LEAST_RING_DOTS * (x_max - x_min) / across
    rings = mode_rings(mixture, least_radius)
    missing = np.zeros(mixture.modes, dtype=bool) if covered is None else ~covered
    for chosen, kind in ((~missing, _COVERED), (missing, _MISSING)):
        row, column = dot_positions(rings[chosen].reshape(-1, 2), mixture, across, down)
        dots[row, column] = True
        kinds[row // 4, column // 2] = kind
    cells = dots.reshape(rows, 4, columns, 2)
    codes = np.einsum("ricj,ij->rc", cells, _BRAILLE_BITS)
    # A blank braille cell shows as faint dots in some fonts; a space never does.
    characters = np.where(codes == 0, " ", (codes + 0x2800).astype(np.uint32).view("<U1"))
    return characters, kinds


def _ascii_cells(
    samples: Float[ndarray, "N 2"],
    mixture: Mixture,
    rows: int,
    columns: int,
    covered: Bool[ndarray, " K"] | None,
) -> tuple[ndarray, ndarray]:
    row, column = dot_positions(samples, mixture, columns, rows)
    counts = np.zeros((rows, columns), dtype=np.int64)
    np.add.at(counts, (row, column), 1)
    many = max(2, len(samples) // 100)
    characters = np.select([counts == 0, counts < many], [" ", "."], default=":")
    kinds = np.where(counts > 0, _SAMPLE, _NOTHING)
    row, column = dot_positions(mixture.gaussians.means, mixture, columns, rows)
    characters[row, column] = "O"
    kinds[row, column] = _COVERED
    return characters, kinds


def _write_numbers(
    characters: ndarray, kinds: ndarray, mixture: Mixture, missing: Bool[ndarray, " K"]
) -> None:
    """Put the number of every missing mode at its centre, in place."""
    rows, columns = characters.shape
    for mode in np.flatnonzero(missing):
        # Half cells, so that an even number of digits can be centred as well.
        centre = mixture.means[mode : mode + 1]
        row, half = dot_positions(centre, mixture, 2 * columns, rows)
        digits = str(mode)
        start = (int(half[0]) + 1 - len(digits)) // 2
        start = min(max(start, 0), columns - len(digits))
        for offset, digit in enumerate(digits):
            characters[row[0], start + offset] = digit
            kinds[row[0], start + offset] = _NUMBER


def _line(characters: ndarray, kinds: ndarray) -> Text:
    """One line of text, with one span for every stretch of cells of one kind."""
    line = Text("".join(characters.tolist()), no_wrap=True, end="")
    edges = np.flatnonzero(np.diff(kinds)) + 1
    starts = [0, *edges.tolist()]
    for start, end in zip(starts, [*starts[1:], len(kinds)], strict=True):
        if style := _STYLES.get(int(kinds[start])):
            line.stylize(style, start, end)
    return line
