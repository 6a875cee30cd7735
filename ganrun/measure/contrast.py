"""Whether a heap of samples stands out from what surrounds it, or is a stretch of a thread.

A Gaussian that is fitted to a short stretch of a thread looks like a mode: it is in its place,
about as wide, and has its share. But a thread is as dense beside the mode as on it. So samples are
counted in the middle of a heap and on a moat around it, in 24 directions, and the heap stands out
if its middle is denser than the moat even in the direction in which the moat is densest.

Lengths are std of the mode, times the heap's width where it is wider, around the heap's own centre.
In each direction, a band of half-width 1.5 is followed through the middle (2 to both sides) and out
to the moat (from 2.5 to 4.5 on each side, where it is at least 1 to either side and widens, so that
a bent thread does not leave it). What is denser is told by counts per length: of a straight thread,
however thin, both are alike, while a Gaussian is some forty times as dense in its middle. A thread
that ends on the mode has one side only, so the denser side counts for both where the two differ by
more than chance.

Where another mode is near, there is no place for such a moat: so all these lengths shrink with the
way to the border at which the other mode is the nearer one, the shorter of both ways along a line.
Thus no neighbour's heap counts as moat. Towards a mode closer than 3.5 std even perfect samples
have no valley, so there the moat on the other side counts for both; but not if the mode is hemmed
in from there too, since a row of such modes is a thread.

Counts are compared by their square roots, whose scatter is known (Anscombe 1948): the middle must
exceed 1.6 times the moat by 1.3 standard errors. It may do so on the whole of the moat or on its
inner or outer half, for the foot of a clump that lies beside the mode is no moat.

Why there. Threads alone, and heaps on them and beside them, are the last rows of
`python -m benchmarks.battery`: circles, chords and waves through 2 to 25 modes of std 0.1 to 0.3,
500 to 10,000 samples. Without this rule the count was right on 46 % of the 1,039 clear-cut sets
there (on 18 % of the thinnest circles), with it on 99.7 %, and on 99.5 % of 769 others on which no
limit was chosen; on the battery's other rows not one clear-cut set was lost. There is room around
the limits: with 1.5 to 1.7 times and 1.2 to 1.5 standard errors, 99.2 to 99.8 % of the threads are
right, and at most two sets in a thousand are lost elsewhere, of heaps of few samples. What
the rule cannot see, and is not scored in the battery: a heap less than three times as dense as the
thread that runs through it, one of fewer than 60 samples on a thread, and modes on a thread that
are less than 6 std apart. Without a thread, modes of 60 samples stand out from 4.5 std on, and of
10,000 samples those of rings and grids from 4 std on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped
from numpy import ndarray

from ganrun.mixture import Mixture

LEAST_CONTRAST = 1.6
"""The middle is at least so many times as dense as the moat..."""
STANDARD_ERRORS = 1.3
"""...by this much more than chance makes of it."""
REACH = 4.5
"""The moat's outer edge; inwards, all is a fraction of it."""
MIDDLE = 4 / 9
MOATS = ((5 / 9, 1.0), (5 / 9, 7 / 9), (7 / 9, 1.0))
"""The whole moat, its inner and its outer half."""
BAND = 1.5
"""Half-width of the band through the middle."""
MOAT_BAND, WIDENING = 1.0, 0.4
"""Half-width of the band on the moat: the larger of that, and of so much of the way out."""
CHANCE = 0.75
"""The sides of a moat differ if half their difference exceeds so many roots of their sum."""
RECENTRED = (2.0, 2.0)
"""The centre is moved to the mean of the samples this near, once for each."""

NO_VALLEY = 3.5
"""Between two modes closer than this many std, perfect samples leave hardly a valley."""

_ANGLES = 2 * np.pi * np.arange(24) / 24
DIRECTIONS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)


@dataclass(frozen=True, eq=False)
class Heap:
    """What was found of a mode: its centre, and its width over the mode's own."""

    centre: Float[ndarray, " 2"]
    width: float


def stands_out(samples: Float[ndarray, "N 2"], mixture: Mixture, mode: int, heap: Heap) -> bool:
    """Whether the heap on a mode is clearly denser than the moat around it, in every direction.

    The samples must be finite.
    """
    scale = max(1.0, heap.width)
    offset, points = _around(samples, mixture, mode, heap.centre, scale)
    centre = heap.centre + scale * np.einsum("ab,b->a", mixture.cholesky[mode], offset)
    reach, closed = _reach(mixture, mode, centre, scale)
    cosines, sines = DIRECTIONS.T
    x, y = points[:, :1], points[:, 1:]
    ahead, aside = x * cosines + y * sines, np.abs(y * cosines - x * sines)
    out = ahead / reach
    middle = np.sum((aside <= BAND) & (np.abs(out) <= MIDDLE), axis=0)
    on_moat = aside <= np.maximum(MOAT_BAND, WIDENING * ahead)
    for begin, end in MOATS:
        moat = np.sum(on_moat & (out > begin) & (out <= end), axis=0)
        moat = np.where(closed, _opposite(moat), moat)
        if _surplus(middle, moat, 2 * MIDDLE / (end - begin)).min() >= STANDARD_ERRORS:
            return True
    return False


def _surplus(
    middle: Int[ndarray, " D"], moat: Int[ndarray, " D"], lengths: float
) -> Float[ndarray, " D"]:
    """By how many standard errors the middle exceeds what it must, by direction.

    The middle is `lengths` times as long as a side of the moat.
    """
    other = _opposite(moat)
    beyond_chance = np.abs(moat - other) / 2 - CHANCE * np.sqrt(moat + other)
    side = (moat + other) / 2 + np.maximum(beyond_chance, 0)
    ratio = LEAST_CONTRAST * lengths
    roots = np.sqrt(middle + 3 / 8) - np.sqrt(ratio * (side + 3 / 8))
    return np.asarray(2 * roots / np.sqrt(1 + ratio))


def _opposite(values: Shaped[ndarray, " D"]) -> Shaped[ndarray, " D"]:
    return np.roll(values, len(values) // 2)


def _around(
    samples: Float[ndarray, "N 2"],
    mixture: Mixture,
    mode: int,
    centre: Float[ndarray, " 2"],
    scale: float,
) -> tuple[Float[ndarray, " 2"], Float[ndarray, "M 2"]]:
    """The heap's own centre, as an offset, and the samples around it as offsets from there."""
    # Written out, since a matrix product's last bit may depend on the number of threads.
    (a, _), (b, c) = mixture.whitening[mode] / scale
    with np.errstate(over="ignore", invalid="ignore"):  # samples may be huge
        dx, dy = (samples - centre).T
        points = np.stack([a * dx, b * dx + c * dy], axis=1)
        points = points[(np.abs(points) < 2 * REACH).all(axis=1)]
    offset = np.zeros(2)
    for radius in RECENTRED:
        near = np.hypot(*(points - offset).T) <= radius
        if near.any():
            offset = points[near].mean(axis=0)
    return offset, points - offset


def _reach(
    mixture: Mixture, mode: int, centre: Float[ndarray, " 2"], scale: float
) -> tuple[Float[ndarray, " D"], Bool[ndarray, " D"]]:
    """How far moats reach on both sides, by direction; and where there is none on this side alone.

    They reach as far as the mode is the nearest, at most `REACH`. Towards a mode that is so near
    that even perfect samples have no valley between, the other side's moat has to do, if the mode
    is not hemmed in from there as well.
    """
    borders = _borders(mixture, mode, centre, scale)
    overlaps = mixture.apart[mode] < NO_VALLEY
    far = np.where(overlaps[:, None], REACH, borders).min(axis=0)
    near = borders.min(axis=0)
    closed = near < far
    closed &= ~_opposite(closed)
    one_side = closed | _opposite(closed)
    way = np.where(one_side, far, near)
    way = np.where(closed, REACH, way)
    return np.minimum(way, _opposite(way)), closed


def _borders(
    mixture: Mixture, mode: int, centre: Float[ndarray, " 2"], scale: float
) -> Float[ndarray, "K D"]:
    """How far it is to where each other mode is nearer than this one, at most `REACH`."""
    rays = scale * np.einsum("ab,db->da", mixture.cholesky[mode], DIRECTIONS)
    away = np.einsum("kab,kb->ka", mixture.whitening, centre - mixture.means)
    along = np.einsum("kab,db->kda", mixture.whitening, rays)
    # Squared distances along a ray are quadratic in the way; where they are equal, another begins.
    square = np.sum(along**2, axis=2)
    linear = 2 * np.einsum("ka,kda->kd", away, along)
    constant = np.sum(away**2, axis=1)[:, None]
    square, linear, constant = (one - one[mode] for one in (square, linear, constant))
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(linear**2 - 4 * square * constant)
        stable = -(linear + np.where(linear < 0, -root, root)) / 2
        ways = np.stack([stable / square, constant / stable])
    return np.minimum(np.where(ways > 0, ways, REACH).min(axis=0), REACH)
