"""How likely each word is, by the signs of a trajectory: a multinomial logistic regression.

Its weights were learned by `python -m benchmarks.verdicts --learn`, which prints this table anew,
from 639 runs that were played on to ten times their rounds: as they ended, and as the shorter runs
that they had been before. For runs at points that were left out the mean log loss is 0.85 (0.98 of
what is learned from whole runs alone, of signs that do not tell how steady a game is) and the
calibration error 4 points; a forest that is given the same signs has 0.82, but would take thousands
of numbers where this takes 228.
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
    "rise, lacking": lambda signs: signs.rise if signs.missing else 0.0,
    "lacking": lambda signs: len(signs.missing) / signs.trajectory.modes,
    "any lacking": lambda signs: float(bool(signs.missing)),
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

DEAD: Mapping[Word, float] = {"stuck": 0.88, "undertrained": 0.06, "imprecise": 0.06}
"""How runs end whose generator has no slope: of 17 lessons 15 stayed, and two woke up."""
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
        0.412,
        0.101,
        0.143,
        0.038,
        0.462,
        0.651,
        0.064,
        0.464,
        0.321,
        0.064,
        0.728,
        0.493,
        0.530,
        0.018,
        0.066,
        -0.063,
        -0.080,
        0.283,
        0.431,
        0.649,
        0.128,
        1.198,
    ]
)
SCALE = np.array(
    [
        0.321,
        0.146,
        0.186,
        0.096,
        0.404,
        0.477,
        0.219,
        0.345,
        0.467,
        0.067,
        1.089,
        0.499,
        0.529,
        0.956,
        0.673,
        0.671,
        0.396,
        0.397,
        0.341,
        1.061,
        0.198,
        1.310,
    ]
)
INTERCEPTS = np.array([-0.991, 0.125, 2.648, -1.181, 1.546, 1.230, -0.524, -2.853])
WEIGHTS = np.array(
    [
        [
            -0.355,
            -0.028,
            0.034,
            0.069,
            -0.186,
            0.023,
            -0.100,
            -0.560,
            0.214,
            0.148,
            0.380,
            -0.498,
            0.614,
            0.879,
            0.497,
            -0.630,
            0.440,
            -0.280,
            -1.023,
            0.825,
            0.227,
            -0.426,
        ],
        [
            -0.515,
            -0.232,
            -0.328,
            -0.282,
            0.679,
            0.573,
            0.314,
            -0.230,
            0.480,
            -0.043,
            0.121,
            -0.181,
            0.243,
            -1.075,
            -0.508,
            0.096,
            -0.050,
            0.613,
            -0.275,
            0.111,
            -0.140,
            0.784,
        ],
        [
            -1.991,
            -0.083,
            1.222,
            -0.045,
            -0.420,
            -0.313,
            -0.200,
            -1.243,
            -0.011,
            0.115,
            -0.100,
            -0.279,
            0.310,
            -0.482,
            0.524,
            0.145,
            -0.278,
            -0.002,
            0.459,
            -0.383,
            -0.184,
            0.041,
        ],
        [
            0.549,
            0.570,
            -0.638,
            -0.363,
            -0.481,
            -0.743,
            -0.748,
            0.420,
            -0.181,
            -0.086,
            -0.666,
            -0.412,
            -0.824,
            -0.521,
            0.989,
            0.554,
            -0.252,
            0.229,
            0.639,
            -0.138,
            -0.687,
            0.263,
        ],
        [
            -0.602,
            -0.053,
            0.024,
            0.180,
            -0.003,
            0.517,
            0.269,
            0.011,
            0.320,
            0.748,
            0.092,
            0.710,
            -0.501,
            0.258,
            0.020,
            -0.142,
            0.097,
            -0.455,
            -0.484,
            0.086,
            -0.086,
            -0.535,
        ],
        [
            0.148,
            -0.336,
            0.086,
            0.462,
            0.615,
            0.235,
            0.034,
            0.001,
            -0.762,
            0.141,
            -0.065,
            0.397,
            0.146,
            0.566,
            -1.677,
            -0.221,
            0.343,
            0.036,
            0.557,
            -0.604,
            -0.137,
            0.772,
        ],
        [
            1.048,
            0.257,
            -0.042,
            0.037,
            -0.201,
            -0.148,
            0.022,
            0.433,
            -0.149,
            0.013,
            -0.209,
            0.273,
            0.065,
            0.704,
            -0.220,
            -0.306,
            -0.406,
            0.127,
            0.121,
            0.185,
            0.475,
            -0.133,
        ],
        [
            1.718,
            -0.095,
            -0.359,
            -0.056,
            -0.003,
            -0.144,
            0.407,
            1.168,
            0.090,
            -1.036,
            0.447,
            -0.008,
            -0.054,
            -0.328,
            0.374,
            0.504,
            0.106,
            -0.269,
            0.005,
            -0.083,
            0.531,
            -0.767,
        ],
    ]
)
