"""The run-time type checker that conftest.py puts around the game and the measuring."""

from __future__ import annotations

from beartype import BeartypeConf, beartype

# Whoever asks for a float takes an int, as for any static type checker (PEP 484).
checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
