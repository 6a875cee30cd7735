"""Pieces from outside the house: declared like its own, known by what their source was.

A source is a user's file or a module of an installed package. Its pieces stand in the house's
tables under their full names, `smooth@1a2b3c4d`: the name and the first digits of the SHA-256 of
the source. So a resolved config says which source it means, and with it the run's id, the program
and whatever is kept by it; two sources of one name are two pieces. In a config of one's own the
short name will do: it means the source that was given last.

A source comes from who runs ganrun, by `--pieces` or `pieces=`, or with the package; a config can
name pieces and no file. What is read of a piece in a run folder is its declaration alone
(`admit_known`), by which the folder can be shown and not played on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ganrun.config.declarations import OPEN, Declaration, Metric, Piece
from ganrun.config.errors import ConfigError, PieceError, one_line, shortened
from ganrun.config.metrics import is_free

DIGITS = 8
"""Of a source's digest, so many are in a full name."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
FULL_NAME = re.compile(rf"{NAME.pattern}@[0-9a-f]{{{DIGITS}}}")
_NAMED = re.compile(rf"(?<![\w@]){FULL_NAME.pattern}(?!\w)")


def is_full_name(word: Any) -> bool:
    """Whether a word is the name of a piece with the digits of its source."""
    return isinstance(word, str) and FULL_NAME.fullmatch(word) is not None


@dataclass(frozen=True)
class Source:
    """Where pieces are from: the text of a file, or of an installed package's module."""

    name: str
    """What people know it by: the path of a file as it was given, or the name of a module."""
    text: str
    module: bool = False
    """Whether it is installed, and so imported and never executed from its text."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of its text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def full_name(self, name: str) -> str:
        """What a piece of this source is called where it must be told from others of its name."""
        return f"{name}@{self.digest[:DIGITS]}"


@dataclass(frozen=True, eq=False)
class Own:
    """A declaration and the function that is its piece, as `ganrun.pieces` puts them together."""

    kind: str
    declaration: Declaration
    function: Callable[..., Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else the house must know to play it, such as what an update rule remembers."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """The function's own answer."""
        return self.function(*arguments, **named)

    @property
    def line(self) -> int:
        """Where it stands in its source."""
        code = getattr(self.function, "__code__", None)
        return code.co_firstlineno if code else 1


@dataclass(frozen=True, eq=False)
class Given:
    """A piece whose source was given, ready to be used."""

    own: Own
    source: Source

    @property
    def full_name(self) -> str:
        """Its name in tables and in what is stored."""
        return self.source.full_name(self.own.declaration.name)

    @property
    def label(self) -> str:
        """How a message names it: `mine.py:7: penalty 'smooth'`."""
        return self.at(self.own.line)

    def at(self, line: int) -> str:
        """The same, of another line of its source."""
        return f"{self.source.name}:{line}: {self.own.kind} {self.own.declaration.name!r}"

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """The function's answer; raises `PieceError`, which names its line, for what it raises."""
        try:
            return self.own.function(*arguments, **named)
        except PieceError:
            raise
        except Exception as error:
            line = line_of(error, self.source.name) or self.own.line
            raise PieceError(f"{self.at(line)}: {in_words(error)}") from error

    def wrong(self, what: str) -> PieceError:
        """The error of a function that answered what its kind does not."""
        return PieceError(f"{self.label}: {what}")


_given: dict[tuple[str, str], Given] = {}
"""By kind and full name."""
_sources: dict[str, Source] = {}
"""By digest, in the order in which they were given."""


def given_sources() -> tuple[Source, ...]:
    """Every source that this process was given: what another must be given to do its work."""
    return tuple(_sources.values())


def given(kind: str, name: str) -> Given:
    """A piece by its full name. Raises `KeyError` where its source was not given."""
    return _given[kind, name]


def admit(source: Source, pieces: Sequence[Own]) -> list[Given]:
    """Let pieces be known, and used.

    Raises `ConfigError` where a declaration is not well formed or takes a name of the house's.
    """
    found = [Given(own, source) for own in pieces]
    if problems := [f"{one.label}: {what}" for one in found for what in _faults(one.own)]:
        raise ConfigError(problems)
    if not found:
        raise ConfigError([f"{source.name}: declares no piece (see docs/extending.md)"])
    for one in found:
        known = _in_full(one.own.declaration, one.full_name)
        OPEN[one.own.kind].admit(one.full_name, known, one.own.declaration.name)
        _given[one.own.kind, one.full_name] = one
    _sources[source.digest] = source
    return found


def admit_known(kind: str, full_name: str, declaration: Declaration) -> None:
    """Let a piece be known by its declaration alone, to be shown."""
    OPEN[kind].admit(full_name, _in_full(declaration, full_name))


def _in_full(declaration: Declaration, full_name: str) -> Declaration:
    if isinstance(declaration, Metric):
        return replace(declaration, name=full_name, label=declaration.called)
    return replace(declaration, name=full_name, title=declaration.label)


def pieces_in(text: str) -> list[tuple[str, str]]:
    """Return kind and full name of each piece from outside that a config in full names."""
    words = dict.fromkeys(_NAMED.findall(text))
    return [(kind, word) for kind, table in OPEN.items() for word in words if word in table]


def check_given(text: str, only: str = "") -> None:
    """Raise `ConfigError` if a config in full names a piece whose source was not given.

    With `only`, pieces of that kind alone are asked for.
    """
    lacking = [one for one in pieces_in(text) if one not in _given and only in ("", one[0])]
    if lacking:
        raise ConfigError([not_given(kind, name) for kind, name in lacking])


def not_given(kind: str, name: str) -> str:
    """What to say of a full name whose source is not there, in one line."""
    short = name.partition("@")[0]
    others = sorted(one for what, one in _given if what == kind and one.startswith(f"{short}@"))
    if others:
        source = _given[kind, others[-1]].source.name
        return (
            f"{kind} {name!r} is of another source: that of {source} is {others[-1]!r}; give the "
            "file as it was with --pieces, or name the new one"
        )
    return f"{kind} {name!r} is from outside, and its source was not given; give it with --pieces"


def _faults(own: Own) -> Iterator[str]:
    """What is wrong with a declaration, in clauses."""
    declaration = own.declaration
    if not NAME.fullmatch(declaration.name):
        yield "a name is lower-case letters, digits and '_', and begins with a letter"
    elif declaration.name in OPEN[own.kind].house or _is_taken(declaration):
        yield "is the name of one of ganrun's own; call it something else"
    if not declaration.description or not declaration.description.isprintable():
        yield "its description must be one line that says what it is"
    for one in getattr(declaration, "parameters", ()):
        if not NAME.fullmatch(one.name):
            yield f"parameter {one.name!r}: no name for one"
        elif not one.least <= one.default <= one.most:
            yield f"parameter {one.name!r}: its default is not between its least and its most"
        elif not one.description:
            yield f"parameter {one.name!r}: says nothing of what it is"
    if getattr(declaration, "labels", False):
        yield "labels are smoothed in ganrun's own objectives only; leave out 'labels'"
    if isinstance(declaration, Piece):
        names = [one.name for one in declaration.parameters]
        if len(set(names)) < len(names):
            yield "has two parameters of one name"


def _is_taken(declaration: Declaration) -> bool:
    return isinstance(declaration, Metric) and not is_free(declaration.name)


def line_of(error: BaseException, source: str) -> int | None:
    """The innermost line of a source that an error came through."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == source else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == source:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def in_words(error: BaseException) -> str:
    """An error in one line: its kind, and the first line of what it says."""
    said = str(error).strip().splitlines()
    first = shortened(one_line(said[0]), 200) if said else ""
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
