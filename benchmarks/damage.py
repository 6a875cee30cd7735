"""Ways in which a file of ganrun's comes to be damaged: by a disk, an editor, a copy gone astray.

    damage(path, kind, rng, other=...)     # change one file in one way; False if that cannot be
    kinds_for(name)                        # the kinds of damage that can be done to such a file
    disguise(folder, how)                  # make the folder look unharmed again

Everything random comes from the generator that is given, so that a case can be had again from its
seed. Most damage is found by a digest; `disguise` takes the digests away, as if an earlier ganrun
had written the folder (`earlier`), or makes them anew as somebody would who cheats (`forged`), so
that the strict readers behind them are reached.
"""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from ganrun.store import layout
from ganrun.store.formats import digest_of, read_json, sealed

DOCUMENTS = ("run.json", "confirmed.json", "diagnosis.json", "influence.json")
"""Those that hold their own digest."""
Content = bytes | None
"""What a file is to hold; None where the damage cannot be done to it."""


class Kind(NamedTuple):
    """A kind of damage: the endings of the files that it fits, and what it makes of the bytes."""

    endings: tuple[str, ...]
    changed: Callable[[bytes, random.Random], Content]


def damage(path: Path, kind: str, rng: random.Random, other: Path | None = None) -> bool:
    """Damage a file; whether it holds something else now.

    `other` is the same file of another folder, for what is swapped.
    """
    before = path.read_bytes()
    if kind == "removed":
        path.unlink()
        return True
    if kind == "a folder":
        path.unlink()
        path.mkdir()
        return True
    if kind == "swapped":
        if other is None or not other.exists() or other.read_bytes() == before:
            return False
        shutil.copyfile(other, path)
        return True
    endings, changed = DAMAGES[kind]
    after = changed(before, rng) if before and path.name.endswith(endings) else None
    if after is None or after == before:
        return False
    path.write_bytes(after)
    return True


def disguise(folder: Path, how: Literal["earlier", "forged"]) -> None:
    """Let a run folder, whole but for its digests, look like an earlier one's, or forge them.

    What cannot be read any more stays as it is.
    """
    for name in DOCUMENTS:
        try:
            document = read_json((folder / name).read_bytes())
        except (OSError, ValueError):
            continue
        document.pop("digest", None)
        if how == "forged":
            if name == layout.RUN and isinstance(document.get("digests"), dict):
                files = (folder / file for file in document["digests"])
                held = {file.name: file.read_bytes() for file in files if file.is_file()}
                document["digests"] = {file: digest_of(content) for file, content in held.items()}
            content = sealed(document)
        else:
            if name == layout.RUN:
                document = {**document, "format": 1}
                document.pop("digests", None)
            content = json.dumps(document).encode()
        (folder / name).write_bytes(content)


# Of any file


def _halved(content: bytes, rng: random.Random) -> Content:
    return content[: rng.randrange(len(content))]


def _flipped(content: bytes, rng: random.Random) -> Content:
    place = rng.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << rng.randrange(8)]) + content[place + 1 :]


def _garbage(content: bytes, rng: random.Random) -> Content:
    return rng.randbytes(len(content))


# Of tables

STRANGE = ("", "NaN", "inf", "1e999", "-1", "1e308", "9" * 400, "true", "x", "\x1b[2J", "0.5")


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _cut_at_a_line(content: bytes, rng: random.Random) -> Content:
    lines = _lines(content)
    return b"".join(lines[: rng.randrange(len(lines))])


def _without_a_row(content: bytes, rng: random.Random) -> Content:
    lines = _lines(content)
    if len(lines) < 2:
        return None
    del lines[rng.randrange(1, len(lines))]
    return b"".join(lines)


def _row_twice(content: bytes, rng: random.Random) -> Content:
    lines = _lines(content)
    return content + rng.choice(lines)


def _another_cell(content: bytes, rng: random.Random) -> Content:
    lines = _lines(content)
    row = rng.randrange(len(lines))
    cells = lines[row].decode(errors="replace").rstrip("\n").split(",")
    cells[rng.randrange(len(cells))] = rng.choice(STRANGE)
    lines[row] = f"{','.join(cells)}\n".encode()
    return b"".join(lines)


# Of JSON

TOKENS = (
    "NaN",
    "1e999",
    "9" * 400,
    "-1",
    "1e300",
    "0.5",
    "3",
    "true",
    "null",
    '"5"',
    '"\\u001b[2J\\n"',
    '"\\ud800"',
    "[]",
    "{}",
    "[1, 2, 3]",
    "[" * 2000 + "]" * 2000,
)
_HOLE = "a hole in the document"


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, the branches as well as the leaves."""
    if at:
        yield at
    items: Any = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, held in items:
        yield from _places(held, (*at, key))


def _edited(edit: Callable[[Any, Any, random.Random], str]) -> Callable[..., Content]:
    """Damage of one place of a document; what the edit gives back is written where the hole is."""

    def changed(content: bytes, rng: random.Random) -> Content:
        try:
            document = json.loads(content)
            *way, last = rng.choice([*_places(document)])
        except (ValueError, IndexError, RecursionError):
            return None
        holder = document
        for key in way:
            holder = holder[key]
        token = edit(holder, last, rng)
        text = json.dumps(document, indent=1)
        return text.replace(json.dumps(_HOLE), token).encode() + b"\n"

    return changed


def _another_value(holder: Any, key: Any, rng: random.Random) -> str:
    holder[key] = _HOLE
    return rng.choice(TOKENS)


def _nudged(holder: Any, key: Any, rng: random.Random) -> str:
    """A value that could be right."""
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int | float):
        holder[key] = value + rng.choice((1, -1, 0.01))
    elif isinstance(value, str):
        holder[key] = value[::-1] + "x"
    elif isinstance(value, list):
        holder[key] = value[:-1] if value and rng.random() < 0.5 else [*value, *value[:1]]
    else:
        holder[key] = 1
    return ""


def _key_lost(holder: Any, key: Any, rng: random.Random) -> str:
    del holder[key]
    return ""


def _key_renamed(holder: Any, key: Any, rng: random.Random) -> str:
    if isinstance(holder, dict):
        holder[f"{key}\x1b[2J"] = holder.pop(key)
    else:
        holder.pop(key)
    return ""


def _key_twice(content: bytes, rng: random.Random) -> Content:
    keys = re.findall(rb'^ *"(\w+)":', content, re.MULTILINE)
    if not keys:
        return None
    return content.replace(b"{", b'{"%s": 1, ' % rng.choice(keys), 1)


# Of snapshots


def _arrays(
    change: Callable[[dict[str, np.ndarray], random.Random], None],
) -> Callable[..., Content]:
    def changed(content: bytes, rng: random.Random) -> Content:
        try:
            with np.load(io.BytesIO(content)) as stored:
                arrays = dict(stored)
        except (ValueError, OSError, zipfile.BadZipFile):
            return None
        change(arrays, rng)
        file = io.BytesIO()
        np.savez(file, **arrays)
        return file.getvalue()

    return changed


def _all_nan(arrays: dict[str, np.ndarray], rng: random.Random) -> None:
    name = rng.choice(["samples", "field", "extent"])
    arrays[name] = np.full_like(arrays[name], np.nan)


def _huge(arrays: dict[str, np.ndarray], rng: random.Random) -> None:
    name = rng.choice(["samples", "field", "extent", "steps"])
    with np.errstate(over="ignore"):
        arrays[name] = (arrays[name] + 1) * arrays[name].dtype.type(1e18)


def _one_less(arrays: dict[str, np.ndarray], rng: random.Random) -> None:
    name = rng.choice([*arrays])
    arrays[name] = arrays[name][:-1]


def _other_type(arrays: dict[str, np.ndarray], rng: random.Random) -> None:
    name = rng.choice([*arrays])
    arrays[name] = arrays[name].astype(rng.choice(["f2", "i4", "U8"]))


ANY = ("",)
DAMAGES: Mapping[str, Kind] = {
    "emptied": Kind(ANY, lambda content, rng: b""),
    "halved": Kind(ANY, _halved),
    "without its last byte": Kind(ANY, lambda content, rng: content[:-1]),
    "a bit flipped": Kind(ANY, _flipped),
    "garbage": Kind(ANY, _garbage),
    "removed": Kind(ANY, lambda content, rng: None),
    "a folder": Kind(ANY, lambda content, rng: None),
    "swapped": Kind(ANY, lambda content, rng: None),
    "cut at a line": Kind((".csv", ".yaml"), _cut_at_a_line),
    "without a row": Kind((".csv", ".yaml"), _without_a_row),
    "a row twice": Kind((".csv", ".yaml"), _row_twice),
    "another cell": Kind((".csv",), _another_cell),
    "another value": Kind((".json",), _edited(_another_value)),
    "a value nudged": Kind((".json",), _edited(_nudged)),
    "a key lost": Kind((".json",), _edited(_key_lost)),
    "a key renamed": Kind((".json",), _edited(_key_renamed)),
    "a key twice": Kind((".json",), _key_twice),
    "all NaN": Kind((".npz",), _arrays(_all_nan)),
    "huge numbers": Kind((".npz",), _arrays(_huge)),
    "an entry less": Kind((".npz",), _arrays(_one_less)),
    "another type": Kind((".npz",), _arrays(_other_type)),
}


def kinds_for(name: str) -> list[str]:
    """The kinds of damage that can be done to a file of this name."""
    return [kind for kind, (endings, _) in DAMAGES.items() if name.endswith(endings)]
