"""Plotly's script, as the installed package brings it, packed to travel inside a page."""

from __future__ import annotations

import base64
import gzip
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from ganrun.store import StoreError


@cache
def plotly_text() -> str:
    """`plotly.min.js` as it is installed.

    The package itself is not imported, which would take longer than reading the file. Raises
    `StoreError` where there is none.
    """
    spec = find_spec("plotly")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "package_data" / "plotly.min.js"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise StoreError("plotly, which draws the charts of a sweep's page, is not installed")


@cache
def packed_plotly() -> str:
    """The same, gzipped, in base64: some 2 MB instead of 5."""
    packed = gzip.compress(plotly_text().encode(), compresslevel=6, mtime=0)
    return base64.b64encode(packed).decode("ascii")
