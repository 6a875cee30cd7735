"""A page in the reader's own browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path


def show(path: Path) -> str | None:
    """Open a page; where there is no browser, what to tell the reader instead."""
    if webbrowser.open(path.resolve().as_uri()):
        return None
    return f"no browser was found here; open {path.resolve()} in one"
