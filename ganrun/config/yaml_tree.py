"""YAML 1.2 text to a tree of nodes that know where they stand.

The tree is built from the parser's events with a stack of its own: depth and size are bounded while
reading, aliases are counted at their full size but never copied, no tag ever makes an object, and
scalars mean what the core schema says and nothing more.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ganrun.config.errors import Place, Problem, dotted, shortened

DEPTH_LIMIT = 20
NODES_LIMIT = 20_000
PROBLEMS_LIMIT = 50

NOWHERE = Place("")

Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Node:
    """A value and its place; `text` is a scalar as it was written, without quotes.

    `name_place` is where the name stands under which a mapping holds the node.
    """

    place: Place
    value: Scalar | list[Node] | dict[str, Node]
    text: str = ""
    name_place: Place | None = None

    @property
    def key(self) -> Place:
        """The place of the node's name, its own if it has none."""
        return self.name_place or self.place

    @property
    def entries(self) -> dict[str, Node]:
        """What a mapping holds; nothing, where the node is none."""
        return self.value if isinstance(self.value, dict) else {}

    def named_at(self, place: Place) -> Node:
        """Return the node with its name at that place."""
        return Node(self.place, self.value, self.text, place)


class Unreadable(Exception):
    """A text that cannot be read; holds the one problem that is in the way."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def plain(node: Node) -> Any:
    """Return the node as plain lists, dictionaries and scalars."""
    if isinstance(node.value, dict):
        return {name: plain(inner) for name, inner in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def tree_of(value: Any) -> Node:
    """Return plain data (JSON's) as a tree without places, by which messages are worded."""
    if isinstance(value, Mapping):
        return Node(NOWHERE, {str(name): tree_of(inner) for name, inner in value.items()})
    if isinstance(value, list | tuple):
        return Node(NOWHERE, [tree_of(inner) for inner in value])
    return Node(NOWHERE, value, value if isinstance(value, str) else json.dumps(value))


_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}


def resolve(text: str) -> Scalar:
    """Return what an unquoted scalar means under the core schema of YAML 1.2.

    Integers beyond 64 bits become floats, beyond those infinity: no range admits them in any case.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        if text[:2] in ("0o", "0x"):
            return int(text, 0) if len(text) <= 20 else math.inf
        return int(text) if len(text) <= 18 else float(text)
    return float(text) if _FLOAT.fullmatch(text) else text


# What YAML 1.2 does not call printable (section 5.1), and the byte-order mark in mid-text.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def parse(text: str, place: Callable[[int, int], Place], problems: list[Problem]) -> Node | None:
    """Return the tree of a YAML text, or None if the text holds no document or an empty one.

    `place` gives the place of a line and column. What can be passed over (a duplicate key, a tag)
    is added to `problems`. Raises `Unreadable` for what cannot.
    """
    if found := _FORBIDDEN.search(text):
        raise Unreadable(
            Problem(
                place(*line_and_column(text, found.start())),
                "",
                f"character U+{ord(found[0]):04X} is not allowed in YAML",
            )
        )
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    tree = _Tree(place, problems)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            tree.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = place(mark.line + 1, mark.column + 1) if mark else tree.last
        raise Unreadable(Problem(where, "", _bad_yaml(error.problem, error.context))) from None
    except (YAMLError, ValueError, OverflowError) as error:
        # The last two: an escape like "\UFFFFFFFF" reaches chr() unchecked.
        raise Unreadable(Problem(tree.last, "", _bad_yaml(str(error), None))) from None
    return tree.root


def line_and_column(text: str, index: int) -> tuple[int, int]:
    """Return where in the text a character stands, both from 1 on."""
    before = text[:index]
    return before.count("\n") + 1, index - before.rfind("\n")


def _bad_yaml(problem: str | None, context: str | None) -> str:
    message = " ".join(filter(None, (problem, context)))
    if "'\\t'" in message:
        message += "; indent with spaces, not tabs"
    return f"bad YAML: {message}"


@dataclass
class _Open:
    """A list or mapping that has begun and not ended."""

    place: Place
    value: list[Node] | dict[str, Node]
    anchor: str | None
    size: int = 1
    key: tuple[str, Place] | None = None
    skipping: bool = False  # the key at hand cannot be used; its value is read and dropped


@dataclass
class _Tree:
    """Takes the parser's events one by one."""

    place: Callable[[int, int], Place]
    problems: list[Problem]
    root: Node | None = None
    documents: int = 0
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Node, int] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.last = self.place(1, 1)

    def take(self, event: Any) -> None:
        """Add one event to the tree."""
        kind = type(event).__name__
        self.last = self.place(event.start_mark.line + 1, event.start_mark.column + 1)
        if kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                self._give_up("a second document begins here; a config is one document")
        if getattr(event, "tag", None) is not None:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._complain(f"YAML tags are not supported, remove {shortened(tag)!r}")
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            if len(self.stack) >= DEPTH_LIMIT:
                self._give_up(f"nested more than {DEPTH_LIMIT} levels deep")
            value: list[Node] | dict[str, Node] = {} if kind == "MappingStartEvent" else []
            self.stack.append(_Open(self.last, value, event.anchor))
            if event.anchor is not None:
                self.anchors[event.anchor] = None
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            done = self.stack.pop()
            self._add(Node(done.place, done.value), done.size, done.anchor)
        elif kind == "ScalarEvent":
            if any("\ud800" <= character <= "\udfff" for character in event.value):
                self._give_up("an escape stands for half a character")
            meaning = resolve(event.value) if event.style is None else event.value
            self._add(Node(self.last, meaning, event.value), 1, event.anchor)
        elif kind == "AliasEvent":
            self._add_alias(event.anchor)

    def _add_alias(self, anchor: str) -> None:
        name = shortened(anchor)
        if anchor not in self.anchors:
            self._give_up(f"alias '*{name}' has no anchor '&{name}' before it")
        known = self.anchors[anchor]
        if known is None:
            self._give_up(f"alias '*{name}' stands inside its own anchor")
        node, size = known
        self._add(Node(self.last, node.value, node.text), size, None)

    def _add(self, node: Node, size: int, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, size)
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.size += size
        if parent.size > NODES_LIMIT:
            self._give_up(f"more than {NODES_LIMIT} values, aliases written out")
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif parent.skipping:
            parent.skipping = False
        elif parent.key is None:
            self._take_key(parent, parent.value, node)
        else:
            name, place = parent.key
            parent.key = None
            is_empty = node.value is None and not node.text
            # Nothing at all has no place of its own; the parser puts it somewhere below.
            parent.value[name] = (Node(place, None) if is_empty else node).named_at(place)

    def _take_key(self, parent: _Open, entries: dict[str, Node], node: Node) -> None:
        if isinstance(node.value, list | dict):
            self._complain("a field's name must be plain text", node.place)
            parent.skipping = True
            return
        if node.text in entries:
            first = entries[node.text].key
            parent.key = (node.text, node.place)  # for the name in the complaint
            at = "" if first.line is None else f"; first on line {first.line}"
            self._complain(f"duplicate key{at}", node.place)
            parent.key, parent.skipping = None, True
            return
        parent.key = (node.text, node.place)

    def _field(self) -> str:
        """Return the dotted name of what is being read."""
        path: list[str | int] = []
        for level in self.stack:
            if isinstance(level.value, list):
                path.append(len(level.value))
            elif level.key is not None:
                path.append(level.key[0])
        return dotted(path)

    def _complain(self, message: str, place: Place | None = None) -> None:
        self.problems.append(Problem(place or self.last, self._field(), message))
        if len(self.problems) >= PROBLEMS_LIMIT:
            self._give_up("too many problems; reading no further")

    def _give_up(self, message: str) -> NoReturn:
        raise Unreadable(Problem(self.last, self._field(), message))
