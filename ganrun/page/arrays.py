"""Arrays for a page: quantized, little-endian, base64. `assets/decode.js` is the other half."""

from __future__ import annotations

import base64
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from numpy import ndarray

Kind = Literal["u8", "u16", "f32"]

CODES: dict[str, tuple[np.dtype[Any], int]] = {
    "u8": (np.dtype("u1"), 255),
    "u16": (np.dtype("<u2"), 65535),
}
"""Kind -> how a number is stored, and the code that stands for NaN, above all others."""


def packed(
    array: Float[ndarray, "*shape"],
    kind: Kind,
    *,
    within: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """An array as `{shape, dtype, low, high, b64}`, ready for JSON.

    `u8` and `u16` divide the range from `low` to `high` into equal steps, so that a number comes
    back within half a step; `f32` keeps it as it is. What is not finite becomes NaN.

    Args:
        array: numbers of any shape.
        kind: bytes per number: `u8` 1, `u16` 2, `f32` 4.
        within: the range, for numbers of which a few stray far: those beyond it come back as its
            nearer end. By default that of the array.
    """
    numbers = np.asarray(array, dtype=np.float64)
    finite = np.isfinite(numbers)
    low, high = _range(numbers[finite]) if within is None else within
    if kind == "f32":
        with np.errstate(over="ignore"):
            content = np.where(finite, numbers, np.nan).astype("<f4")
    else:
        content = coded(np.where(finite, numbers, np.nan), kind, low, high)
    return {
        "shape": list(numbers.shape),
        "dtype": kind,
        "low": low,
        "high": high,
        "b64": base64.b64encode(content.tobytes()).decode("ascii"),
    }


def coded(numbers: Float[ndarray, "*shape"], kind: Kind, low: float, high: float) -> ndarray:
    """Numbers in equal steps from `low` to `high`, those beyond at the nearer end; and NaN."""
    stored, missing = CODES[kind]
    known, span = ~np.isnan(numbers), high - low
    shares = np.where(known, numbers - low, 0.0) / (span if span > 0 else 1.0)
    codes = np.rint(np.clip(shares, 0.0, 1.0) * (missing - 1))
    return np.where(known, codes, missing).astype(stored)


def _range(finite: Float[ndarray, " N"]) -> tuple[float, float]:
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
