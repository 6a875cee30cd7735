"""How likely each word is, by the signs of a trajectory: a multinomial logistic regression.

Its weights were learned by `python -m benchmarks.verdicts --learn`, which prints this table anew,
from 705 runs that were played on to ten times their rounds: as they ended, and as the shorter runs
that they had been before. A tenth of them are of 4,000 to 10,000 rounds, as the shipped configs
are, and the others of 400 to 2,000, after which missing modes are found more often. For runs at
points that were left out the mean log loss is 0.85 (0.90 of what is learned from whole runs alone)
and the calibration error 4 points; a forest that is given the same signs has 0.82, but would take
thousands of numbers where this takes 238.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.verdict.signs import Signs
from ganrun.verdict.words import WORDS, Word

FARTHEST = 3.0
"""A sign counts as no more unusual than this many standard deviations, so that none that was never
seen decides alone."""
DIGITS = 3
"""Decimals that are kept of a probability."""


def _log10(value: float) -> float:
    return float(np.log10(max(abs(value), 1e-6)))


def _grown(signs: Signs, column: str) -> float:
    return _log10(signs.level(column)) - _log10(signs.earlier(column))


SIGNS: Mapping[str, Callable[[Signs], float]] = {
    "placed": lambda signs: signs.now / max(signs.best, 0.01),
    "rise": lambda signs: signs.rise,
    "placed, lacking": lambda signs: signs.now if signs.missing else 0.0,
    "lacking": lambda signs: len(signs.missing) / signs.trajectory.modes,
    "any lacking": lambda signs: float(bool(signs.missing)),
    "the same lacking": lambda signs: signs.settled if signs.missing else 0.0,
    "found, lacking": lambda signs: signs.found if signs.missing else 0.0,
    "within": lambda signs: signs.within,
    "quality": lambda signs: signs.level("high_quality"),
    "off": lambda signs: float(signs.trajectory.is_off(signs.trajectory.quarters[1])),
    "moving": lambda signs: signs.moving,
    "approach": lambda signs: signs.approach,
    "straying": lambda signs: signs.straying,
    "stepping": lambda signs: signs.stepping,
    "slope G": lambda signs: _log10(signs.level("grad_norm_g")),
    "slope D": lambda signs: _log10(signs.level("grad_norm_d")),
    "slope G grown": lambda signs: _grown(signs, "grad_norm_g"),
    "slope D grown": lambda signs: _grown(signs, "grad_norm_d"),
    "slope G unsteady": lambda signs: float(
        np.std([_log10(one) for one in signs.in_the_window("grad_norm_g")])
    ),
    "accuracy": lambda signs: signs.level("accuracy_d"),
    "gap unsteady": lambda signs: float(np.arcsinh(np.std(signs.gaps))),
    "gap below 0": lambda signs: float(np.mean(signs.gaps < 0)),
    "loud": lambda signs: float(np.arcsinh(signs.loudness)),
}
"""What the regression sees of a trajectory, all of it finite."""
NEEDED = ("nll", "grad_norm_g", "grad_norm_d", "real_logit", "fake_logit")
"""Columns that these rest on and that always hold something."""

DEAD: Mapping[Word, float] = {"stuck": 0.9, "undertrained": 0.05, "imprecise": 0.05}
"""How runs end whose generator has no slope: of 19 lessons 17 stayed, and two woke up."""
EARLY: Mapping[bool, Mapping[Word, float]] = {
    False: {
        "diverged": 0.02,
        "stuck": 0.01,
        "undertrained": 0.07,
        "sharpening": 0.41,
        "oscillating": 0.04,
        "collapsed": 0.08,
        "imprecise": 0.14,
        "converged": 0.23,
    },
    True: {
        "diverged": 0.09,
        "stuck": 0.06,
        "undertrained": 0.56,
        "oscillating": 0.12,
        "collapsed": 0.17,
    },
}
"""How such runs end that were evaluated too seldom to show where they go: by whether modes are
missing."""


def signs_of(signs: Signs) -> Float[ndarray, " F"]:
    """The numbers that the regression sees, in the order of `SIGNS`."""
    return np.array([of(signs) for of in SIGNS.values()])


def likelihoods(signs: Signs) -> dict[Word, float]:
    """How likely each word is; 1 in sum."""
    standard = np.clip((signs_of(signs) - CENTRE) / SCALE, -FARTHEST, FARTHEST)
    scores = WEIGHTS @ standard + INTERCEPTS
    odds = np.exp(scores - scores.max())
    return {word: float(p) for word, p in zip(WORDS, odds / odds.sum(), strict=True)}


def rounded(chances: Mapping[Word, float], named: Word) -> dict[Word, float]:
    """Probabilities as they are kept: without those that are nothing, but for that of one word.

    The word that a run is called is not impossible, however likely others are.
    """
    kept = {word: round(chance, DIGITS) for word, chance in chances.items()}
    kept[named] = max(kept[named], 10**-DIGITS)
    return {word: chance for word, chance in kept.items() if chance > 0}


CENTRE = np.array(
    [
        0.436,
        0.094,
        0.142,
        0.442,
        0.628,
        0.371,
        0.085,
        0.082,
        0.488,
        0.296,
        0.066,
        0.703,
        0.525,
        0.560,
        0.006,
        0.033,
        -0.074,
        -0.093,
        0.299,
        0.429,
        0.628,
        0.130,
        1.182,
    ]
)
SCALE = np.array(
    [
        0.329,
        0.147,
        0.188,
        0.404,
        0.483,
        0.412,
        0.169,
        0.243,
        0.350,
        0.457,
        0.067,
        1.099,
        0.531,
        0.554,
        0.962,
        0.711,
        0.692,
        0.456,
        0.426,
        0.338,
        1.042,
        0.195,
        1.302,
    ]
)
INTERCEPTS = np.array([-1.369, 0.064, 2.403, -1.614, 1.763, 1.838, -0.278, -2.806])
WEIGHTS = np.array(
    [
        [
            -0.726,
            0.210,
            0.027,
            0.691,
            -0.687,
            -0.250,
            0.492,
            -0.234,
            -0.532,
            0.011,
            0.042,
            0.478,
            -0.458,
            0.664,
            1.193,
            0.039,
            -0.574,
            0.600,
            0.023,
            -1.534,
            0.724,
            0.069,
            -0.541,
        ],
        [
            -0.750,
            -0.583,
            -0.515,
            0.294,
            1.088,
            0.348,
            -0.141,
            0.672,
            -0.461,
            0.164,
            0.120,
            0.020,
            -0.004,
            0.121,
            -1.117,
            -0.561,
            0.010,
            -0.088,
            0.637,
            -0.391,
            -0.073,
            -0.144,
            0.742,
        ],
        [
            -3.402,
            -0.117,
            2.052,
            -0.393,
            -1.498,
            0.021,
            0.013,
            -0.554,
            -1.118,
            0.051,
            0.183,
            -0.109,
            -0.244,
            0.331,
            -0.460,
            0.365,
            -0.065,
            -0.063,
            0.085,
            0.464,
            -0.300,
            -0.266,
            0.001,
        ],
        [
            0.724,
            0.589,
            -0.803,
            -0.488,
            -0.826,
            -0.430,
            -0.341,
            -0.825,
            0.458,
            -0.142,
            -0.121,
            -0.606,
            -0.724,
            -0.575,
            -0.707,
            1.512,
            0.673,
            -0.470,
            -0.233,
            1.005,
            -0.252,
            -0.379,
            0.350,
        ],
        [
            -1.007,
            0.210,
            0.014,
            -0.439,
            1.070,
            -0.231,
            -0.174,
            0.376,
            0.108,
            0.388,
            0.799,
            0.024,
            0.819,
            -0.510,
            0.325,
            -0.285,
            -0.229,
            0.239,
            -0.630,
            -0.329,
            -0.012,
            -0.077,
            -0.430,
        ],
        [
            0.058,
            0.060,
            0.153,
            -0.035,
            0.885,
            0.145,
            -0.322,
            0.050,
            0.053,
            -0.544,
            0.355,
            -0.126,
            0.324,
            0.232,
            0.655,
            -1.489,
            -0.360,
            0.413,
            0.283,
            0.698,
            -0.847,
            0.088,
            0.683,
        ],
        [
            2.051,
            -0.066,
            -0.288,
            -0.007,
            -0.105,
            0.392,
            0.235,
            0.076,
            0.151,
            -0.321,
            -0.152,
            -0.038,
            0.548,
            -0.327,
            1.140,
            -0.715,
            -0.472,
            -0.251,
            -0.199,
            0.118,
            0.015,
            0.383,
            0.074,
        ],
        [
            3.052,
            -0.303,
            -0.641,
            0.377,
            0.073,
            0.005,
            0.239,
            0.439,
            1.341,
            0.394,
            -1.227,
            0.356,
            -0.261,
            0.065,
            -1.029,
            1.135,
            1.015,
            -0.379,
            0.035,
            -0.029,
            0.745,
            0.327,
            -0.879,
        ],
    ]
)
