"""Where a run's numbers come from: versions, the code's commit, the machine."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("ganrun", "jax", "jaxlib", "flax", "optax", "numpy", "scikit-learn")

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_CHECKOUT = Path(__file__).resolve().parents[2]
_VECTOR_FEATURES = (
    "sse",
    "avx",
    "fma",
    "f16c",
    "amx",
    "bmi",
    "asimd",
    "sve",
    "neon",
    "fphp",
    "bf16",
)


def now() -> str:
    """The time in UTC, as ISO 8601 to the second, so that the later of two is the larger text."""
    return datetime.now(UTC).strftime(_TIME)


def later(time: str, seconds: float) -> str:
    """So many whole seconds after a time."""
    since = datetime.strptime(time, _TIME).replace(tzinfo=UTC)
    return (since + timedelta(seconds=int(seconds))).strftime(_TIME)


@cache
def versions() -> dict[str, str | None]:
    """Of Python and of every package that may touch a number; None where not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = None
    return found


@cache
def git() -> dict[str, Any]:
    """Commit and dirtiness of ganrun's own checkout; None if it is none, or without git."""
    if not (_CHECKOUT / ".git").exists():
        return {"commit": None, "dirty": None}
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain")
    return {"commit": commit or None, "dirty": None if changes is None else changes != ""}


def _git(*arguments: str) -> str | None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment["GIT_OPTIONAL_LOCKS"] = "0"
    return _said(["git", "-C", str(_CHECKOUT), *arguments], environment)


def _said(command: list[str], environment: Mapping[str, str] | None = None) -> str | None:
    """What a command printed; None if it failed."""
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()


def numerics(*, backend: str, device: str, lanes: int) -> dict[str, Any]:
    """All that a run's bits may depend on besides its config; `device` is the kind's name."""
    return {
        "machine": machine_type(),
        "backend": backend,
        "device": device,
        "jaxlib": versions()["jaxlib"],
        "lanes": lanes,
    }


@cache
def machine_type() -> str:
    """System, architecture and processor: equal strings promise equal bits from one program.

    Of the processor's features only those count that a compiler makes other arithmetic from: a new
    kernel or microcode changes the rest.
    """
    processor = _linux_processor() if platform.system() == "Linux" else _other_processor()
    return " ".join(part for part in (platform.system(), platform.machine(), processor) if part)


def _linux_processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return ""
    first = text.strip().split("\n\n")[0]
    pairs = (line.split(":", 1) for line in first.splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in pairs}
    models = ("vendor_id", "cpu family", "model", "CPU implementer", "CPU part", "CPU variant")
    model = "/".join(fields[name] for name in models if name in fields)
    flags = (fields.get("flags") or fields.get("Features") or "").split()
    features = sorted({flag for flag in flags if flag.startswith(_VECTOR_FEATURES)})
    return f"{model} {hashlib.sha256(' '.join(features).encode()).hexdigest()[:8]}"


def _other_processor() -> str:
    brand = ["sysctl", "-n", "machdep.cpu.brand_string"]
    said = _said(brand) if platform.system() == "Darwin" else None
    return platform.processor() if said is None else said
