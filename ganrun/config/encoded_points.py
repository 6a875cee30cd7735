"""Points as one word of a config, so that a run needs no other file: float32, in base64.

`[N, 2]` row by row, little-endian. Twenty thousand points fit into a config.
"""

from __future__ import annotations

import binascii
import hashlib
import math
import re
from array import array
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Any

MOST_POINTS = 1_000_000
"""Points that a file may hold."""
MOST_KEPT = 20_000
"""Points that a config holds at most."""
BYTES = 8
"""Of one point."""
ENCODED_LIMIT = -(-MOST_KEPT * BYTES // 3) * 4
_WORD = re.compile(r"[A-Za-z0-9_=-]{200,}")
_CUT = "({:,} letters; whole in --json and in a run's folder)"
LARGEST = 1000.0
"""No coordinate is beyond it."""


def packed(points: Any) -> tuple[str | None, str]:
    """The word of points `[N, 2]` (NumPy), None of too many; and the SHA-256 of what they are."""
    content = points.astype("<f4").tobytes()
    kept = len(points) <= MOST_KEPT
    word = urlsafe_b64encode(content).decode("ascii") if kept else None
    return word, hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=8)
def fault_of(word: str, size: int, digest: str) -> str | None:
    """What is wrong with a word that is said to be so many points of that SHA-256; None if it is
    right.

    What is right is two finite numbers a point, none beyond 1,000, whoever wrote it.
    """
    if "..." in word:
        return "shortened for people; ganrun check --json and a run's folder have them whole"
    try:
        content = urlsafe_b64decode(word.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError):
        return "no points as a file's were written"
    if len(content) != size * BYTES:
        return f"not {size:,} points, as size says"
    if hashlib.sha256(content).hexdigest() != digest:
        return "not the points that digest is of"
    numbers = array("f", content)
    finite = math.isfinite(math.fsum(map(abs, numbers))) if numbers else True
    if not finite or (numbers and max(map(abs, numbers)) > LARGEST):
        return f"a coordinate is not finite, or beyond {LARGEST:,g}"
    return None


def in_short(text: str) -> str:
    """A config's text for people: of a word of points, whose size and digest stand beside it, the
    beginning."""
    return _WORD.sub(lambda found: f"{found[0][:16]}... {_CUT.format(len(found[0]))}", text)


def unpacked(word: str) -> Any:
    """The points `[N, 2]` of a word that is right, as float32 in NumPy."""
    import numpy as np

    return np.frombuffer(urlsafe_b64decode(word.encode("ascii")), "<f4").reshape(-1, 2)
