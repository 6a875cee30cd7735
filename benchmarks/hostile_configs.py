"""Mutated configs and sweeps: each is understood as it stands, or told in clear lines."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from benchmarks.hostile_outcomes import Outcome, Unfit, check_clear, first_line, ganrun

CONFIGS = Path(__file__).resolve().parents[1] / "configs"

SCALARS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 0.5, -0.5, 1e-30, 1e30, 1e300, 5e-324),
    *(float("inf"), float("-inf"), float("nan"), 10**18, -(10**18), 10**400, 2**63, 2**31),
    *("", " ", "x", "adam", "ring", "wasserstein", "1", "1e-3", "1e999", "0x10", "1_000", "yes"),
    *("\x1b[31mred", "a\nb", "..", "/", "~", "\u202e", "\U0001f600", "é" * 300, "9" * 5000),
    *([], {}, [[]], {"": 1}, [1, "a"], {"log": [0, 1]}, {"log": [1e-4, 1e-2], "points": 3}),
    *({"log": [1e-2, 1e-4]}, {"log": ["a", 1]}, {"points": -1}, [None], [1, 1], [1, True]),
)
NAMES = (
    "extends",
    "base",
    "vary",
    "cases",
    "seeds",
    "name",
    "target",
    "LR",
    "b1",
    "",
    "\x00",
    "a.b",
)
TEXTS = (
    *("\t", "\x00", "\x07", "\ufeff", ": ", "- ", "[", "]", "{", "}", "'", '"', "#", "&a ", "*a"),
    *("!!python/object/apply:os.system ['true']", "!!binary ''", "---\n", "...\n", "<<: *a\n"),
    *("? ", "| ", "%YAML 9.9\n", "2001-01-01", "1:30:00", "0o17", "\x85", "\u2028", "\ud7ff"),
)


def attack(scratch: Path, rng: random.Random) -> Outcome:
    """Mutate a shipped file, and have it checked (a config) or planned (a sweep)."""
    shutil.copytree(CONFIGS, scratch / "configs")
    path = rng.choice(sorted((scratch / "configs").rglob("*.yaml")))
    content = path.read_bytes()
    for _ in range(rng.choice((1, 1, 2, 3))):
        content = rng.choice(MUTATIONS)(content, rng)
    path.write_bytes(content)
    is_sweep = path.parent.name == "sweeps"
    command = ["sweep", str(path), "--dry-run"] if is_sweep else ["check", str(path)]
    command += ["--runs-dir", str(scratch / "runs")] if is_sweep else []
    said = ganrun(*command)
    if said.code:
        check_clear(said.code, said.err)
        return Outcome("refused", first_line(said.err))
    if not is_sweep:
        _check_resolved(scratch / "resolved.yaml", said.out)
    return Outcome("undisturbed", first_line(said.out))


def _check_resolved(path: Path, text: str) -> None:
    """What a config resolves to is a config that resolves to itself."""
    path.write_text(text, encoding="utf-8")
    again = ganrun("check", str(path))
    if again.out != text:
        raise Unfit("believed", f"resolves to another config: {first_line(again.err)}")


# mutations: bytes and numbers to be random by -> bytes


def _byte(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + bytes([rng.randrange(256)]) + content[at + rng.randrange(2) :]


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _text(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(TEXTS).encode() + content[at:]


def _lines(content: bytes, rng: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    if not lines:
        return content
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(4):
        case 0:
            lines[i], lines[j] = lines[j], lines[i]
        case 1:
            lines.insert(i, lines[j])
        case 2:
            del lines[i]
        case _:
            lines[i] = b" " * rng.randrange(5) + lines[i]
    return b"".join(lines)


def _deep(content: bytes, rng: random.Random) -> bytes:
    depth = rng.choice((10, 1_000, 100_000))
    return content + b"\nname: " + rng.choice((b"[", b"{a: ", b"- ")) * depth


def _tree(content: bytes, rng: random.Random) -> bytes:
    """Change a value, drop, add or rename a key somewhere in what the file holds."""
    try:
        tree = YAML(typ="safe", pure=True).load(content)
    except Exception:
        return _byte(content, rng)
    places = list(_places(tree))
    if not places:
        return _dumped(rng.choice(SCALARS))
    parent, key = rng.choice(places)
    match rng.randrange(4):
        case 0 if isinstance(parent, dict):
            parent[rng.choice(NAMES)] = parent.pop(key)
        case 1 if isinstance(parent, dict):
            parent[rng.choice(NAMES)] = rng.choice(SCALARS)
        case 2:
            del parent[key]
        case _:
            parent[key] = rng.choice(SCALARS)
    return _dumped(tree)


def _dumped(tree: Any) -> bytes:
    text = io.StringIO()
    YAML(typ="safe", pure=True).dump(tree, text)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _places(tree: Any) -> Any:
    """Every value below a tree, as who holds it and under which key."""
    keys = (
        list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    )
    for key in keys:
        yield tree, key
        yield from _places(tree[key])


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_tree, _tree, _tree, _tree),
    *(_byte, _cut, _text, _lines, _deep),
)
