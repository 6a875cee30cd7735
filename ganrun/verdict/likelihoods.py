"""How likely each word is, by the signs of a trajectory: a multinomial logistic regression.

Its weights were learned by `python -m benchmarks.verdicts --learn`, which prints this table anew,
from runs that were played on to ten times their rounds. A forest that is given the same signs is a
little better on lessons that neither has seen (mean log loss 0.92 against 0.98), but would take
thousands of numbers where this takes 188.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.verdict.signs import Signs
from ganrun.verdict.words import WORDS, Word

DIGITS = 3
"""Decimals that are kept of a probability."""


def _log10(value: float) -> float:
    return float(np.log10(max(abs(value), 1e-6)))


SIGNS: Mapping[str, Callable[[Signs], float]] = {
    "placed": lambda signs: signs.now / max(signs.best, 0.01),
    "rise": lambda signs: signs.rise,
    "late rise": lambda signs: signs.late_rise,
    "changing": lambda signs: signs.change_rate,
    "swing": lambda signs: signs.swing,
    "union": lambda signs: signs.union,
    "lacking": lambda signs: len(signs.missing) / signs.trajectory.modes,
    "any lacking": lambda signs: float(bool(signs.missing)),
    "within": lambda signs: signs.within,
    "off": lambda signs: float(signs.covered == 0),
    "quality": lambda signs: signs.level("high_quality"),
    "approach": lambda signs: signs.approach,
    "excess": lambda signs: signs.excess,
    "width": lambda signs: signs.width,
    "slope G": lambda signs: _log10(signs.level("grad_norm_g")),
    "slope D": lambda signs: _log10(signs.level("grad_norm_d")),
    "accuracy": lambda signs: signs.level("accuracy_d"),
    "gap": lambda signs: float(np.arcsinh(signs.level("real_logit") - signs.level("fake_logit"))),
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
    """How likely each word is; 1 in sum, but for rounding."""
    standard = (signs_of(signs) - CENTRE) / SCALE
    scores = WEIGHTS @ standard + INTERCEPTS
    odds = np.exp(scores - scores.max())
    chances = np.round(odds / odds.sum(), DIGITS)
    return {word: float(p) for word, p in zip(WORDS, chances, strict=True) if p > 0}


CENTRE = np.array(
    [
        0.416,
        0.102,
        0.021,
        0.243,
        0.048,
        0.169,
        0.458,
        0.651,
        0.067,
        0.111,
        0.469,
        0.735,
        2.421,
        0.283,
        0.008,
        0.053,
        0.437,
        0.673,
    ]
)
SCALE = np.array(
    [
        0.321,
        0.148,
        0.077,
        0.307,
        0.045,
        0.235,
        0.402,
        0.477,
        0.222,
        0.314,
        0.347,
        1.099,
        2.450,
        1.375,
        0.982,
        0.705,
        0.339,
        1.158,
    ]
)
INTERCEPTS = np.array([-0.860, -0.003, 2.594, -0.507, 1.471, 1.163, -1.243, -2.615])
WEIGHTS = np.array(
    [
        [
            -0.075,
            -0.287,
            0.063,
            0.370,
            -0.323,
            0.129,
            0.000,
            0.087,
            -0.029,
            0.109,
            -0.415,
            0.426,
            0.559,
            0.047,
            0.801,
            0.937,
            -0.749,
            0.022,
        ],
        [
            -0.296,
            -0.522,
            -0.342,
            -0.101,
            -0.060,
            0.238,
            0.729,
            0.193,
            0.346,
            0.104,
            -0.308,
            0.049,
            0.110,
            0.354,
            -0.903,
            -0.534,
            -0.392,
            0.839,
        ],
        [
            -0.927,
            0.097,
            -0.180,
            0.123,
            0.015,
            0.078,
            -0.601,
            0.951,
            -0.378,
            0.143,
            -0.968,
            -0.163,
            -0.140,
            0.028,
            -0.318,
            -0.181,
            0.345,
            0.103,
        ],
        [
            0.333,
            0.686,
            0.141,
            -0.451,
            0.002,
            -0.140,
            -0.523,
            -1.175,
            -0.792,
            -0.072,
            0.198,
            -0.324,
            0.300,
            0.489,
            0.209,
            0.243,
            0.361,
            -0.051,
        ],
        [
            -0.596,
            -0.073,
            0.059,
            0.404,
            0.151,
            0.044,
            0.320,
            0.347,
            0.343,
            0.085,
            0.110,
            -0.072,
            -0.139,
            0.071,
            0.086,
            0.002,
            -0.260,
            -0.114,
        ],
        [
            -0.355,
            -0.077,
            -0.220,
            -0.110,
            0.367,
            -0.450,
            0.295,
            0.551,
            -0.113,
            -0.447,
            0.498,
            -0.317,
            -0.040,
            -0.096,
            -0.060,
            -0.791,
            0.516,
            0.385,
        ],
        [
            0.798,
            0.208,
            0.253,
            -0.064,
            0.120,
            0.164,
            -0.028,
            -0.372,
            0.210,
            0.027,
            0.378,
            -0.224,
            -0.185,
            -0.645,
            0.463,
            -0.130,
            -0.155,
            -0.668,
        ],
        [
            1.118,
            -0.032,
            0.226,
            -0.172,
            -0.272,
            -0.064,
            -0.193,
            -0.580,
            0.411,
            0.050,
            0.506,
            0.625,
            -0.463,
            -0.248,
            -0.278,
            0.454,
            0.333,
            -0.518,
        ],
    ]
)
