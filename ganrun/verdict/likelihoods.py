"""How likely each word is, by the signs of a trajectory: a multinomial logistic regression.

Its weights were learned by `python -m benchmarks.verdicts --learn`, which prints this table anew,
from 705 runs that were played on to ten times their rounds: as they ended, and as the shorter runs
that they had been before. A tenth of them are of 4,000 to 10,000 rounds, as the shipped configs
are, and the others of 400 to 2,000, after which missing modes are found more often. For runs at
points that were left out the mean log loss is 0.83 (0.87 of what is learned from whole runs alone)
and the calibration error 4 points; a forest that is given the same signs has 0.82, but would take
thousands of numbers where this takes 238. It sees no slope but beside another one: with how large
they are it would be no better there (0.83), and wrong where a clip makes them small.
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
BETTER: tuple[Word, Word] = ("undertrained", "sharpening")
"""Who gets better with more rounds: runs that lack something, and runs that do not."""
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
    "slope G since its beginning": lambda signs: (
        _log10(signs.level("grad_norm_g")) - _log10(signs.at_first("grad_norm_g"))
    ),
    "slope G to D": lambda signs: (
        _log10(signs.level("grad_norm_g")) - _log10(signs.level("grad_norm_d"))
    ),
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
"""What the regression sees of a trajectory, all of it finite.

Slopes are compared with each other: how large they are goes by the objective and by what bounds the
discriminator, as a clip of its weights does, and not by where the run goes.
"""
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
    return dict(zip(WORDS, told_apart(odds / odds.sum(), signs).tolist(), strict=True))


def told_apart(chances: Float[ndarray, " V"], signs: Signs) -> Float[ndarray, " V"]:
    """The same chances, with one word for who gets better: which of the two is known already.

    By their definitions `undertrained` and `sharpening` differ in what the run lacks by its own
    end, and not in what more rounds show.
    """
    better = [WORDS.index(word) for word in BETTER]
    known = not signs.trajectory.lacks(signs.trajectory.last_tenth)
    apart = chances.copy()
    apart[better] = 0
    apart[better[known]] = chances[better].sum()
    return apart


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
        -0.059,
        -0.027,
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
        0.847,
        0.597,
        0.692,
        0.456,
        0.426,
        0.338,
        1.042,
        0.195,
        1.302,
    ]
)
INTERCEPTS = np.array([-1.304, 0.234, 2.413, -1.672, 1.747, 1.895, -0.360, -2.953])
WEIGHTS = np.array(
    [
        [
            -1.112,
            0.358,
            -0.018,
            0.788,
            -0.608,
            -0.241,
            0.542,
            -0.309,
            -0.271,
            0.119,
            0.092,
            0.447,
            -0.387,
            0.576,
            -1.566,
            0.910,
            0.149,
            0.843,
            0.061,
            -1.700,
            1.212,
            0.209,
            -0.487,
        ],
        [
            -0.497,
            -0.646,
            -0.471,
            0.247,
            1.101,
            0.377,
            -0.170,
            0.596,
            -0.456,
            0.148,
            0.028,
            -0.040,
            -0.061,
            0.148,
            -0.411,
            -0.437,
            -0.035,
            -0.432,
            0.845,
            0.033,
            -0.408,
            -0.245,
            0.531,
        ],
        [
            -3.368,
            -0.077,
            2.070,
            -0.338,
            -1.513,
            0.021,
            0.011,
            -0.552,
            -1.226,
            0.071,
            0.214,
            -0.085,
            -0.239,
            0.330,
            -0.204,
            -0.246,
            0.032,
            0.014,
            0.006,
            0.463,
            -0.331,
            -0.240,
            -0.030,
        ],
        [
            0.566,
            0.589,
            -0.777,
            -0.537,
            -0.845,
            -0.502,
            -0.345,
            -0.815,
            0.514,
            -0.173,
            -0.152,
            -0.571,
            -0.762,
            -0.589,
            0.793,
            -0.756,
            0.489,
            -0.266,
            -0.346,
            0.702,
            0.037,
            -0.401,
            0.552,
        ],
        [
            -0.920,
            0.185,
            0.038,
            -0.386,
            1.009,
            -0.228,
            -0.160,
            0.400,
            -0.048,
            0.372,
            0.800,
            0.048,
            0.848,
            -0.493,
            0.350,
            0.235,
            -0.459,
            0.301,
            -0.638,
            -0.325,
            -0.207,
            -0.094,
            -0.410,
        ],
        [
            0.217,
            0.056,
            0.082,
            -0.051,
            0.968,
            0.189,
            -0.334,
            0.141,
            0.012,
            -0.537,
            0.366,
            -0.143,
            0.339,
            0.229,
            -0.570,
            0.579,
            -0.225,
            0.139,
            0.401,
            1.043,
            -1.184,
            0.064,
            0.566,
        ],
        [
            2.086,
            -0.085,
            -0.265,
            -0.053,
            -0.134,
            0.393,
            0.246,
            0.094,
            0.074,
            -0.343,
            -0.182,
            -0.014,
            0.503,
            -0.265,
            0.384,
            0.691,
            -0.655,
            -0.148,
            -0.285,
            0.063,
            -0.007,
            0.377,
            0.101,
        ],
        [
            3.028,
            -0.381,
            -0.659,
            0.330,
            0.023,
            -0.010,
            0.211,
            0.445,
            1.402,
            0.343,
            -1.166,
            0.358,
            -0.242,
            0.065,
            1.224,
            -0.975,
            0.704,
            -0.450,
            -0.044,
            -0.278,
            0.889,
            0.330,
            -0.824,
        ],
    ]
)
