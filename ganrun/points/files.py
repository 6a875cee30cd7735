"""A file of points to an array, or one line that says which row is wrong.

CSV, NPY and Parquet; two columns, one row per point. Nothing is unpickled.
"""

from __future__ import annotations

import csv
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.extras import how_to_install
from ganrun.wording import plural

LEAST_POINTS = 20
MOST_POINTS = 1_000_000
LARGEST = 1000.0
"""No coordinate is beyond it, as in any other target."""
LONGEST_LINE = 1000
"""Characters of a row; two numbers take fewer."""
QUOTED = 30
"""Characters that a message quotes of a cell."""

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_NO_NUMBERS = {"nan", "inf", "infinity", "", "na", "n/a", "null", "none"}
"""What stands in a cell, signs and letters' case aside, where a number is missing or infinite."""


class PointsError(ValueError):
    """A file that holds no points; the message is one line that begins with its name."""


def read_points(path: Path) -> Float[ndarray, "N 2"]:
    """The points of a file, float64, in its order.

    Raises `PointsError` if it cannot be read, is of no known kind, or does not hold 20 to a million
    points, each two finite numbers of at most 1,000; the first row that is wrong is named.
    """
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise PointsError(f"{path}: expected a file that ends in {', '.join(READERS)}")
    try:
        if not stat.S_ISREG(os.stat(path).st_mode) and not path.is_dir():
            raise PointsError(f"{path}: not a file")  # a pipe would be waited for
        points = read(path)
    except FileNotFoundError:
        raise PointsError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise PointsError(f"{path}: a folder, not a file of points") from None
    except OSError as error:
        raise PointsError(f"{path}: cannot be read: {error.strerror or error}") from None
    if len(points) < LEAST_POINTS:
        there = plural(len(points), "point")
        raise PointsError(f"{path}: has {there}; at least {LEAST_POINTS} are needed")
    return points


def _of_csv(path: Path) -> Float[ndarray, "N 2"]:
    """Two numbers a row, between commas, semicolons, tabs or blanks; perhaps a row of names first.

    Empty rows and those that begin with `#` are passed over.
    """
    points: list[tuple[float, float]] = []
    split: Callable[[str], list[str]] | None = None
    for number, line in _lines(path):
        first, split = split is None, split or _splitter(line)
        cells = [cell.strip().strip('"') for cell in split(line)]
        if first and not any(cell and _is_numeric(cell) for cell in cells):
            continue
        points.append(_point(cells, f"{path}:{number}"))
        if len(points) > MOST_POINTS:
            raise _too_many(path)
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The rows of a text that say something, by their numbers from 1 on."""
    with open(path, "rb") as file:
        lines = iter(lambda: file.readline(LONGEST_LINE), b"")
        for number, line in enumerate(lines, start=1):
            if len(line) == LONGEST_LINE:
                raise PointsError(f"{path}:{number}: too long for a row of two numbers")
            try:
                said = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            except UnicodeDecodeError:
                raise PointsError(f"{path}:{number}: not UTF-8") from None
            if said and not said.startswith("#"):
                yield number, said


def _splitter(line: str) -> Callable[[str], list[str]]:
    """How rows are cut, by what stands in the first one."""
    for mark in ",;\t":
        if mark in line:
            return lambda row: next(csv.reader([row], delimiter=mark))
    return str.split


def _is_numeric(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell)) or cell.lower().lstrip("+-") in _NO_NUMBERS


def _point(cells: Sequence[str], where: str) -> tuple[float, float]:
    if len(cells) != 2:
        raise PointsError(f"{where}: {_columns(len(cells))}")
    for cell in cells:
        if not _is_numeric(cell):
            raise PointsError(f"{where}: expected a number, not {cell[:QUOTED]!r}")
        if not _NUMBER.fullmatch(cell):
            raise PointsError(f"{where}: expected a finite number, not {cell[:QUOTED]!r}")
        if abs(float(cell)) > LARGEST:
            raise PointsError(f"{where}: {cell[:QUOTED]} is beyond {LARGEST:,g}")
    return float(cells[0]), float(cells[1])


def _columns(count: int) -> str:
    found = "1 column" if count == 1 else f"{count} columns"
    more = "; leave out an index or a label" if count > 2 else ""
    return f"{found}, but a point has two{more}"


def _of_npy(path: Path) -> Float[ndarray, "N 2"]:
    """An array of shape `[N, 2]`; it is mapped first, so that no header is believed."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise PointsError(f"{path}: holds no plain array: {_first_line(error)}") from None
    if not isinstance(array, ndarray):
        raise PointsError(f"{path}: an archive of arrays, not one array")
    return _checked(path, array)


def _of_parquet(path: Path) -> Float[ndarray, "N 2"]:
    try:
        import pyarrow  # type: ignore[import-not-found, unused-ignore]
        from pyarrow import parquet
    except ImportError:
        install = how_to_install("parquet")
        raise PointsError(f"{path}: Parquet needs pyarrow; install it with: {install}") from None
    try:
        file = parquet.ParquetFile(path)
        if file.metadata.num_columns != 2:
            raise PointsError(f"{path}: {_columns(file.metadata.num_columns)}")
        if file.metadata.num_rows > MOST_POINTS:
            raise _too_many(path)
        columns = [column.to_numpy() for column in file.read().columns]
    except pyarrow.ArrowException as error:
        raise PointsError(f"{path}: no Parquet: {_first_line(error)}") from None
    return _checked(path, np.stack(columns, axis=1))


def _checked(path: Path, array: ndarray) -> Float[ndarray, "N 2"]:
    """An array of numbers as points; rows are counted from 1 on."""
    if array.ndim != 2 or array.shape[1] != 2:
        what = "has 1 column" if array.ndim == 1 else f"has shape {list(array.shape)}"
        raise PointsError(f"{path}: {what}; points have shape [N, 2]")
    if len(array) > MOST_POINTS:
        raise _too_many(path)
    if array.dtype.kind not in "fiu":
        raise PointsError(f"{path}: holds {array.dtype} instead of numbers")
    points = np.array(array, dtype=np.float64)
    wrong = np.flatnonzero(~(np.abs(points) <= LARGEST).all(axis=1))
    if len(wrong):
        x, y = points[wrong[0]]
        what = f"is beyond {LARGEST:,g}" if np.isfinite([x, y]).all() else "is not finite"
        raise PointsError(f"{path}: row {wrong[0] + 1:,}: ({x:g}, {y:g}) {what}")
    return points


def _too_many(path: Path) -> PointsError:
    return PointsError(f"{path}: more than {MOST_POINTS:,} points")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


READERS: Mapping[str, Callable[[Path], ndarray]] = {
    ".csv": _of_csv,
    ".txt": _of_csv,
    ".npy": _of_npy,
    ".parquet": _of_parquet,
}
"""What reads a file, by the end of its name."""
