"""Imports matplotlib under whatever backend the environment names, which figures have no use for.

A notebook leaves its own in `MPLBACKEND` for every command that it starts, and where that one is
not installed, matplotlib cannot even be imported. Figures are drawn by Agg, of their own accord; a
program that plots beside ganrun keeps the backend that it asked for. Nor need it be told that
matplotlib keeps its list of fonts elsewhere.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress

_log = logging.getLogger("matplotlib")
_level = _log.level
_log.setLevel(logging.ERROR)
_asked_for = os.environ.pop("MPLBACKEND", None)
try:
    import matplotlib
finally:
    _log.setLevel(_level)
    if _asked_for is not None:
        os.environ["MPLBACKEND"] = _asked_for
if _asked_for:
    with suppress(ValueError):  # not to be had here, and not needed
        matplotlib.rcParams["backend"] = _asked_for
