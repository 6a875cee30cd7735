"""What a number may depend on besides the program: the processor, and inherited variables.

Equal machine types and equal variables promise equal bits from one program.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ganrun.errors import GanrunError

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

_CHOOSE_KERNELS = (
    "NPY_DISABLE_CPU_FEATURES",  # NumPy's vector kernels, each with its own exp and log
    "NPY_ENABLE_CPU_FEATURES",
    "OPENBLAS_CORETYPE",  # whose kernels multiply matrices
    "MKL_CBWR",
    "MKL_ENABLE_INSTRUCTIONS",
    "GLIBC_TUNABLES",  # which of the C library's exp and log
    "NVIDIA_TF32_OVERRIDE",  # how many bits of a factor a GPU's matrix product keeps
    "LIBTPU_INIT_ARGS",
)
"""Variables that choose other arithmetic for equal work.

How many threads there are (`OMP_NUM_THREADS` and its kind) is none: what is measured, is measured
on one thread.
"""

_OWN_XLA_FLAGS = (
    # One thread per matrix product.
    "--xla_cpu_multi_thread_eigen=false",
    # Full-width vectors, where the processor has them: a tenth off a round.
    "--xla_cpu_prefer_vector_width=512",
)
_IDLE_XLA_FLAGS = (
    "--xla_dump_",
    "--xla_force_host_platform_device_count",
    "--xla_gpu_cuda_data_dir",
)
"""Beginnings of flags that change no program: JAX leaves them out of its compile cache's keys."""


class UnfitEnvironment(GanrunError):
    """A variable of the environment that ganrun cannot live with; one line that names it."""


def xla_flags() -> str:
    """The environment's `XLA_FLAGS` with ganrun's own behind them, which win."""
    return " ".join([*inherited_xla_flags(), *_OWN_XLA_FLAGS])


def inherited_xla_flags() -> list[str]:
    """The flags in the environment's `XLA_FLAGS`, or in the file that it names, but ganrun's own.

    Raises `UnfitEnvironment`.
    """
    text = os.environ.get("XLA_FLAGS", "").strip()
    if text and not text.startswith("-"):  # XLA takes it for the name of a file of flags
        try:
            text = Path(text).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise UnfitEnvironment(f"XLA_FLAGS={text}: no flags, nor a file of flags") from error
    own = {flag.partition("=")[0] for flag in _OWN_XLA_FLAGS}
    return [flag for flag in text.split() if flag.partition("=")[0] not in own]


def foreign_arithmetic() -> dict[str, str]:
    """The variables of this process that change arithmetic, as they are set; mostly none."""
    found = {name: value for name in _CHOOSE_KERNELS if (value := os.environ.get(name))}
    flags = [flag for flag in inherited_xla_flags() if not flag.startswith(_IDLE_XLA_FLAGS)]
    return {"XLA_FLAGS": " ".join(sorted(flags))} | found if flags else found


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
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
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
    said = what_it_says(brand) if platform.system() == "Darwin" else None
    return platform.processor() if said is None else said


def what_it_says(command: list[str], environment: Mapping[str, str] | None = None) -> str | None:
    """What a command printed; None if it failed."""
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, encoding="utf-8", timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()
