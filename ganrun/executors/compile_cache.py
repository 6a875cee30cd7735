"""Where compiled programs are kept."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

from ganrun.store.provenance import machine_type


def compile_cache() -> Path:
    """The folder for compiled programs; a program fits one jaxlib and one kind of processor."""
    machine = "".join(c if c.isalnum() else "-" for c in machine_type())
    return user_cache_path("ganrun") / "xla" / f"jaxlib-{version('jaxlib')}-{machine}"
