"""What Tab offers, once `ganrun --install-completion` has been called: Typer asks these functions.

Each is given the word that was begun and returns what may become of it, with a line on each that
some shells show; where it returns nothing, shells complete the names of files. They run whenever
Tab is pressed, so they import no numerics and open no run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Offered = list[tuple[str, str]]
"""Words, and what is said of each."""

MOST_SAID = 60
"""Letters that are said of a word."""
BASH = ("_GANRUN_COMPLETE", "complete_bash")
"""Environment variable, and what it is, when bash asks."""
FIELD = "_GANRUN_COMPLETE_FIELD"
"""Environment variable with the field whose value bash asks for."""


def configs(incomplete: str) -> list[str]:
    """Configs that ship, those that are here, and folders of runs once one is begun."""
    found = [*_shipped(incomplete, sweeps=False), *_here(incomplete)]
    return [*found, *runs(incomplete)] if incomplete else found


def sweeps(incomplete: str) -> list[str]:
    """Sweeps that ship, and those that are here."""
    return [*_shipped(incomplete, sweeps=True), *_here(incomplete)]


def runs(incomplete: str) -> list[str]:
    """Folders of runs, in the runs folder and where the word points."""
    from ganrun.config.find import CONFIG

    return _folders(incomplete, (CONFIG,))


def runs_and_sweeps(incomplete: str) -> list[str]:
    """Folders of runs and of sweeps, likewise."""
    from ganrun.config.find import CONFIG, SWEEP

    return _folders(incomplete, (CONFIG, SWEEP))


def settings(context: typer.Context, incomplete: str) -> Offered:
    """Fields, and behind `=` their values."""
    fields = _fields(in_sweep=context.info_name == "sweep")
    alone = os.environ.get(FIELD)
    name, equals, _ = incomplete.partition("=")
    if alone or equals:
        return _values(fields, alone or name, "" if alone else f"{name}=")
    near = [name for name in fields if name.startswith(incomplete)]
    offered = [(f"{name}=", _cut(fields[name][1].description or "")) for name in near]
    # Two words at least, since a shell puts a space behind one that is alone.
    return offered + (_values(fields, near[0], f"{near[0]}=") if len(near) == 1 else [])


def join_at_equals(environ: MutableMapping[str, str]) -> None:
    """Undo that bash divides words at `=`, and take note of the field whose value it asks for."""
    words = environ.get("COMP_WORDS", "").split("\n")[: int(environ.get("COMP_CWORD", 0)) + 1]
    joined: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if joined and word and "=" in (word, before):
            joined[-1] += word
        else:
            joined.append(word)
    field, equals, begun = joined[-1].partition("=")
    if equals and not field.startswith("-"):
        environ[FIELD] = field
        joined[-1] = begun
    environ["COMP_WORDS"] = "\n".join(joined)
    environ["COMP_CWORD"] = str(len(joined) - 1)


def _shipped(incomplete: str, *, sweeps: bool) -> Iterator[str]:
    """Names of what ships, and its paths once a word is begun."""
    from ganrun.config.shipped import shipped_configs, shipped_files

    folder = shipped_configs()
    for file in shipped_files():
        inner = file.relative_to(folder)
        if (inner.parts[0] == "sweeps") == sweeps:
            yield file.stem if sweeps else inner.with_suffix("").as_posix()
            if incomplete:
                yield Path("configs", inner).as_posix()


def _here(incomplete: str) -> Iterator[str]:
    from ganrun.config.find import ENDINGS

    for name in _names_in(os.path.dirname(incomplete), os.path.basename(incomplete)):
        if name.endswith(ENDINGS):
            yield os.path.join(os.path.dirname(incomplete), name)


def _folders(incomplete: str, marks: tuple[str, ...]) -> list[str]:
    """Folders that hold one of the marks, by paths that begin as the word does."""
    from ganrun.config.find import runs_folder

    found = set()
    for place in (runs_folder(), os.path.dirname(incomplete)):
        for name in _names_in(place, ""):
            path = os.path.join(place, name)
            is_begun = path.startswith(incomplete)
            if is_begun and any(os.path.isfile(os.path.join(path, mark)) for mark in marks):
                found.add(path)
    return sorted(found)


def _names_in(folder: str, begun: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder or ".") if name.startswith(begun))
    except OSError:
        return []


def _fields(*, in_sweep: bool) -> dict[str, tuple[str, FieldInfo]]:
    """What `--set` may name: the field of an experiment or a sweep, and its declaration."""
    from ganrun.config.every_field import every_field

    fields = dict(every_field())
    if not in_sweep:
        return {name: (name, field) for name, field in fields.items()}

    from ganrun.config.sweep_schema import SweepHead

    own = {**SweepHead.model_fields, "seeds": fields["seeds"]}
    inner = {f"base.{name}": (name, field) for name, field in fields.items() if name not in own}
    return {name: (name, field) for name, field in own.items()} | inner


def _values(fields: dict[str, tuple[str, FieldInfo]], name: str, before: str) -> Offered:
    """The words that a field may hold; of one that holds a number, its default."""
    from ganrun.config.every_field import words_of
    from ganrun.config.write import flow

    if name not in fields:
        return []
    field = fields[name][1]
    words = words_of(*fields[name])
    default = field.get_default(call_default_factory=True)
    if isinstance(default, int | float) and not isinstance(default, bool):
        words = {flow(default): "the default"} | words
    return [(f"{before}{word}", _cut(said)) for word, said in words.items()]


def _cut(said: str) -> str:
    """What is said, in one line of a shell's list."""
    from ganrun.config.errors import shortened

    return shortened(said, MOST_SAID)
