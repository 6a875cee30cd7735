"""Where compiled programs are kept."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from ganrun.store.provenance import machine_type
from ganrun.user_cache import user_cache


def compile_cache() -> Path:
    """The folder for compiled programs; a program fits one jaxlib and one kind of processor."""
    machine = "".join(c if c.isalnum() else "-" for c in machine_type())
    return user_cache() / "xla" / f"jaxlib-{version('jaxlib')}-{machine}"
