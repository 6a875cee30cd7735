"""How pieces from outside come in: files that are given, and modules that packages offer.

A file stands alone: it may import what is installed, and nothing beside it. A package names its
modules as entry points of the group `ganrun.pieces`; they are imported when a config names a piece
that nobody knows, and not before.
"""

from __future__ import annotations

import importlib
import linecache
import sys
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from ganrun.config.declarations import Table
from ganrun.config.errors import ConfigError
from ganrun.config.outside import Given, Own, Source, admit, in_words, line_of

GROUP = "ganrun.pieces"
MOST_BYTES = 256 * 1024
KEPT = ".py.txt"
"""How the names of a run folder's copies end."""


def give_source(source: Source) -> list[Given]:
    """Run a source and let its pieces be known; raises `ConfigError` as `give` does."""
    if source.module:
        found = _module_of(source.name)
        if _text_of(found) != source.text:
            raise ConfigError([f"{source.name}: the one installed here is another"])
        return admit(source, _pieces_of(vars(found), source.name))
    return admit(source, _pieces_of(_run(source), source.name))


def in_full(table: Table[Any], word: str) -> str:
    """What a word in a config stands for; installed packages are asked where nobody knows it."""
    found = table.in_full(word)
    if found not in table and table.kind:
        find_installed()
        found = table.in_full(word)
    return found


@cache
def find_installed() -> None:
    """Let the pieces of installed packages be known, once.

    Raises `ConfigError`, which names the package, if one of them cannot be imported.
    """
    for entry in metadata.entry_points(group=GROUP):
        module = _module_of(entry.value)
        give_source(Source(entry.value, _text_of(module), module=True))


def read_source(path: Path) -> Source:
    """Return what a file is as a source; raises `ConfigError` if it cannot be one."""
    if path.name.endswith(KEPT):
        copied = path.name.removesuffix(".txt")
        raise ConfigError([f"{path}: is kept to be read; to use it, copy it to {copied} first"])
    if path.suffix != ".py":
        raise ConfigError([f"{path}: expected a Python file, NAME.py"])
    try:
        if path.exists() and not path.is_file():
            raise ConfigError([f"{path}: not a file"])  # a pipe would be waited for
        content = path.read_bytes()
        if len(content) > MOST_BYTES:
            raise ConfigError([f"{path}: larger than {MOST_BYTES // 1024} KiB"])
        return Source(str(path), content.decode())
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror or error}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{path}: not UTF-8"]) from None


def _run(source: Source) -> dict[str, Any]:
    """Everything that a file's text makes, by name."""
    module = ModuleType(f"ganrun_pieces_{source.digest[:16]}")
    module.__file__ = source.name
    sys.modules[module.__name__] = module  # where dataclasses look for what they are in
    # So that a traceback shows its lines also where the file is not.
    lines = source.text.splitlines(keepends=True)
    linecache.cache[source.name] = (len(source.text), None, lines, source.name)

    def run() -> None:
        exec(compile(source.text, source.name, "exec"), vars(module))

    _telling(source.name, run)
    return vars(module)


def _module_of(name: str) -> ModuleType:
    return _telling(name, lambda: importlib.import_module(name))


def _telling(name: str, work: Callable[[], Any]) -> Any:
    """Do what runs somebody's code; raises `ConfigError`, with its line, for all that it raises."""
    try:
        return work()
    except ConfigError:
        raise
    except (Exception, SystemExit) as error:
        line = line_of(error, name)
        place = name if line is None else f"{name}:{line}"
        raise ConfigError([f"{place}: {in_words(error)}"]) from error


def _text_of(module: ModuleType) -> str:
    """The source of a module, or of a package with all modules in it."""
    path = Path(module.__file__ or "")
    files = sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else [path]
    if len(files) == 1:
        return files[0].read_text(encoding="utf-8")
    parts = (
        f"# {one.relative_to(path.parent)}\n{one.read_text(encoding='utf-8')}" for one in files
    )
    return "\n".join(parts)


def _pieces_of(namespace: dict[str, Any], name: str) -> list[Own]:
    """The pieces among the values of a module, in the order in which they stand there."""
    found = list(dict.fromkeys(one for one in namespace.values() if isinstance(one, Own)))
    called: dict[tuple[str, str], Own] = {}
    for one in found:
        other = called.setdefault((one.kind, one.declaration.name), one)
        if other is not one:
            what = f"{one.kind} {one.declaration.name!r} is declared on line {other.line} too"
            raise ConfigError([f"{name}:{one.line}: {what}"])
    return found
