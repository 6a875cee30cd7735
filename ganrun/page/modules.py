"""One script from the modules that a page is written in, for pages that have to be one file.

A page that is opened from the disk cannot import by address. The modules travel inside it instead,
each in a function of its own, in an order in which what one imports stands above it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

IMPORT = re.compile(r'^import (?:\{(?P<names>[^}]*)\} from )?"(?P<path>[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (?P<name>\w+))", re.MULTILINE)
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundled(entry: Path, instead: Mapping[Path, Path] | None = None) -> str:
    """A module and all that it imports, near or far, as the text of one `<script type="module">`.

    `instead`: modules in whose place others are taken, where they are imported.

    Of the language's forms it knows those that the pages need: `import {a, b} from "./file.js";`,
    and `export` before a function, a class or a constant. Raises `ValueError` for another form,
    a name that is not exported or by two files, and files that import each other.
    """
    return _bundled(entry.resolve(), tuple((instead or {}).items()))


@cache
def _bundled(entry: Path, instead: tuple[tuple[Path, Path], ...]) -> str:
    others = {of.resolve(): taken.resolve() for of, taken in instead}
    exports: dict[Path, list[str]] = {}
    scripts: list[str] = []

    def add(path: Path, importers: tuple[Path, ...]) -> None:
        if path in importers:
            raise ValueError(f"{path.name} imports itself, by {importers[-1].name}")
        if path in exports:
            return
        text = path.read_text(encoding="utf-8")
        for found in IMPORT.finditer(text):
            named = (path.parent / found["path"]).resolve()
            other = others.get(named, named)
            add(other, (*importers, path))
            wanted = {name.strip() for name in (found["names"] or "").split(",")} - {""}
            if missing := wanted - set(exports[other]):
                raise ValueError(f"{other.name} does not export {min(missing)}, says {path.name}")
        names = [found["name"] for found in EXPORT.finditer(text)]
        if twice := set(names) & {name for known in exports.values() for name in known}:
            raise ValueError(f"{path.name} exports {min(twice)}, as another file does")
        exports[path] = names
        scripts.append(_closed_in(EXPORT.sub("", IMPORT.sub("", text)), names, path.name))

    add(entry, ())
    return "\n".join(scripts)


def _closed_in(text: str, names: list[str], file: str) -> str:
    """A module's text in a function of its own, from which only what it exports comes out."""
    if other := OTHER.search(text):
        raise ValueError(f"{file}: not a form that pages use: {other[0]}")
    given = f"return {{ {', '.join(names)} }};\n" if names else ""
    taken = f"const {{ {', '.join(names)} }} = " if names else ""
    return f"{taken}(() => {{\n{text.strip()}\n{given}}})();"
