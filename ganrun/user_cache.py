"""Where ganrun keeps what it can make again: compiled programs and measured references."""

from __future__ import annotations

from pathlib import Path


def user_cache() -> Path:
    """The user's folder for it, which may not be there yet."""
    from platformdirs import user_cache_path

    return user_cache_path("ganrun", appauthor=False)
