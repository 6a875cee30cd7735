"""What a run says of where it was trained, and what saying so costs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganrun import machine
from ganrun.store import numerics, provenance


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    remembered = (provenance.git, provenance.versions, machine.machine_type)
    for function in remembered:
        function.cache_clear()
    yield
    for function in remembered:
        function.cache_clear()


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "code.py").write_text("1\n")
    git(tmp_path, "add", "code.py")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    monkeypatch.setattr(provenance, "_CHECKOUT", tmp_path)
    return tmp_path


def test_the_commit_of_a_checkout_is_known_and_whether_it_was_changed(checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    assert provenance.git() == {"commit": commit, "dirty": False}
    (checkout / "code.py").write_text("2\n")
    provenance.git.cache_clear()
    assert provenance.git() == {"commit": commit, "dirty": True}


def test_variables_of_another_checkout_do_not_mislead(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path_factory.mktemp("elsewhere")))
    assert provenance.git()["commit"] is not None


def test_without_git_nothing_is_claimed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert provenance.git() == {"commit": None, "dirty": None}


def test_an_installed_package_is_not_taken_for_the_checkout_that_it_lies_in(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = checkout / "venv" / "site-packages"
    installed.mkdir(parents=True)
    monkeypatch.setattr(provenance, "_CHECKOUT", installed)
    assert provenance.git() == {"commit": None, "dirty": None}


def test_versions_are_those_of_everything_that_makes_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = {"python", "ganrun", "jax", "jaxlib", "flax", "optax", "numpy", "scikit-learn"}
    assert provenance.versions().keys() == names
    monkeypatch.setattr(provenance, "PACKAGES", ("no-such-package",))
    provenance.versions.cache_clear()
    assert provenance.versions()["no-such-package"] is None


def test_the_numerics_name_all_that_bits_depend_on() -> None:
    found = numerics(backend="cpu", device="cpu", lanes=4)
    assert found.keys() == {"machine", "backend", "device", "jaxlib", "lanes"}
    assert found["lanes"] == 4


CPUINFO = """processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 143
cpu MHz\t\t: {clock}
flags\t\t: fpu {flags}

processor\t: 1
model\t\t: 999
"""


def test_a_processor_is_told_by_its_model_and_vector_features_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def processor(clock: int, flags: str) -> str:
        text = CPUINFO.format(clock=clock, flags=flags)
        monkeypatch.setattr(Path, "read_text", lambda *_, **__: text)
        return machine._linux_processor()

    one = processor(2000, "ht sse2 avx2 avx512f")
    assert one.startswith("GenuineIntel/6/143 ")
    assert processor(3000, "avx512f sse2 avx2 ibrs md_clear") == one
    assert processor(2000, "ht sse2 avx2") != one


def test_the_store_imports_nothing_that_is_slow_to_import() -> None:
    program = "import sys, ganrun.store; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    slow = {"jax", "flax", "optax", "sklearn", "scipy", "matplotlib", "pandas", "safetensors"}
    assert not slow & set(done.stdout.split())
