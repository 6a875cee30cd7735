"""YAML files and `--set` options to one validated `Experiment`, or all that is wrong with them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from ganrun.config.document import (
    DEPTH_LIMIT,
    Entry,
    Node,
    Unreadable,
    line_and_column,
    parse,
    plain,
)
from ganrun.config.errors import ConfigError, Place, Problem, shortened
from ganrun.config.explain import explained
from ganrun.config.schema import Experiment
from ganrun.config.shipped import shipped_configs
from ganrun.config.targets import layout_of

SIZE_LIMIT = 256 * 1024
EXTENDS_LIMIT = 16


def load_experiment(path: Path, overrides: Sequence[str] = ()) -> Experiment:
    """Read a config, what it extends, and the overrides on top of it (`dotted.name=yaml value`).

    Raises ConfigError with every problem found, each one line that begins with the file, line and
    column or with the override it is about.
    """
    problems: list[Problem] = []
    tree = _read_file(Path(path), problems)
    options = _read_overrides(overrides, problems)
    experiment = None
    if tree is not None:
        # The whole is the file's, whatever the options put in it.
        whole = Node(tree.place, _inherited(tree, options).value)
        experiment = _validated(whole, problems)
    if problems or experiment is None:
        raise ConfigError([str(problem) for problem in _in_order(problems)])
    return experiment


def _validated(tree: Node, problems: list[Problem]) -> Experiment | None:
    try:
        return Experiment.model_validate(plain(tree))
    except ValidationError as error:
        problems.extend(explained(error, tree))
        return None


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Return the problems file by file, in the order of their lines."""
    sources = list(dict.fromkeys(problem.place.source for problem in problems))

    def key(problem: Problem) -> tuple[int, int, int]:
        place = problem.place
        return (sources.index(place.source), place.line or 0, place.column or 0)

    return sorted(dict.fromkeys(problems), key=key)


def merged(parent: Node, child: Node) -> Node:
    """Return the child on top of the parent: mappings merge, everything else replaces."""
    if not isinstance(parent.value, dict) or not isinstance(child.value, dict):
        return child
    entries = dict(parent.value)
    for name, entry in child.value.items():
        under = entries.get(name)
        node = merged(under.node, entry.node) if under else entry.node
        entries[name] = Entry(entry.place, node)
    return Node(child.place, entries)


def _inherited(parent: Node, child: Node) -> Node:
    """Return a config on top of another; a target of another layout replaces the whole target."""
    assert isinstance(parent.value, dict)
    assert isinstance(child.value, dict)
    old, new = parent.value.get("target"), child.value.get("target")
    says_layout = new and isinstance(new.node.value, dict) and "layout" in new.node.value
    if old and new and says_layout and _layout(new.node) != _layout(old.node):
        rest = {name: entry for name, entry in parent.value.items() if name != "target"}
        parent = Node(parent.place, rest)
    return merged(parent, child)


def _layout(target: Node) -> str:
    return layout_of(plain(target))


def _read_file(
    path: Path, problems: list[Problem], chain: tuple[Path, ...] = (), asked: Place | None = None
) -> Node | None:
    """Return the tree of a file merged with what it extends, or None if it cannot be read.

    `chain` holds the files that extend this one, and `asked` is the place where the last of them
    does; a file that is not there is that place's problem.
    """
    try:
        text = _text(path, asked)
        node = parse(text, lambda line, column: Place(str(path), line, column), problems)
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
        return None
    if node is None or (node.value is None and not node.text):
        problems.append(Problem(Place(str(path)), "", "empty; even '{}' would be a config"))
        return None
    if not isinstance(node.value, dict):
        what = "a list" if isinstance(node.value, list) else repr(shortened(node.text))
        problems.append(Problem(node.place, "", f"expected a mapping of fields, not {what}"))
        return None
    if "extends" not in node.value:
        return node
    entries = dict(node.value)
    extends = entries.pop("extends").node
    child = Node(node.place, entries)
    parent = _read_parent(path, extends, problems, chain)
    return _inherited(parent, child) if parent else None


def _read_parent(
    path: Path, extends: Node, problems: list[Problem], chain: tuple[Path, ...]
) -> Node | None:
    def problem(message: str) -> None:
        problems.append(Problem(extends.place, "extends", message))

    if not isinstance(extends.value, str) or not extends.value:
        problem("expected the path of one config, relative to this one")
        return None
    chain = (*chain, path)
    parent = path.parent / extends.value
    if len(chain) > EXTENDS_LIMIT:
        problem(f"more than {EXTENDS_LIMIT} configs extend one another")
        return None
    cycle = [str(file) for file in chain if _same_file(file, parent)]
    if cycle:
        problem(f"this config extends itself: {' -> '.join(map(str, (*chain, parent)))}")
        return None
    return _read_file(parent, problems, chain, extends.place)


def _same_file(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def _text(path: Path, asked: Place | None) -> str:
    """Return a file's text. Raises Unreadable if there is no such file or no text in it."""

    def unreadable(message: str, place: Place | None = None) -> Unreadable:
        if asked is not None and place is None:
            return Unreadable(Problem(asked, "extends", f"{path}: {message}"))
        return Unreadable(Problem(place or Place(str(path)), "", message))

    try:
        with open(path, "rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise unreadable(f"no such file{_near_file(path)}") from None
    except IsADirectoryError:
        raise unreadable("a directory, not a config") from None
    except OSError as error:
        raise unreadable(f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a null byte in the path
        raise unreadable(f"cannot be read: {error}") from None
    if len(content) > SIZE_LIMIT:
        raise unreadable(f"larger than {SIZE_LIMIT // 1024} KiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        place = Place(str(path), *line_and_column(before, len(before)))
        raise unreadable(f"not UTF-8: byte 0x{content[error.start]:02x}", place) from None


def _near_file(path: Path) -> str:
    """Return a suggestion if the folder holds a file of nearly that name, or ganrun ships one."""
    try:
        names = [name for name in os.listdir(path.parent) if name.endswith((".yaml", ".yml"))]
    except (OSError, ValueError):
        names = []
    found = get_close_matches(path.name, names, n=1, cutoff=0.75) or [
        name for name in names if Path(name).stem == path.name
    ]
    if found:
        return f"; did you mean {str(path.with_name(found[0]))!r}?"
    shipped = [file.name for file in shipped_configs().glob("*.yaml")]
    near = get_close_matches(path.name, shipped, n=1, cutoff=0.75)
    return f"; did you mean 'configs/{near[0]}'?" if near else ""


def _read_overrides(overrides: Sequence[str], problems: list[Problem]) -> Node:
    """Return the overrides as one tree, later ones on top; what cannot be read is left out."""
    tree = Node(Place("--set"), {})
    for override in overrides:
        node = _read_override(override, problems)
        tree = merged(tree, node) if node else tree
    return tree


def _read_override(override: str, problems: list[Problem]) -> Node | None:
    name, equals, text = override.partition("=")
    name = name.strip()
    place = Place(f"--set {shortened(override, 80)}", names=name)
    path = name.split(".")
    if not equals or not all(path) or len(path) > DEPTH_LIMIT:
        problems.append(Problem(place, "", "expected dotted.name=value"))
        return None
    if path[0] == "extends":
        problems.append(Problem(place, "", "only a config can extend another"))
        return None
    try:
        node = parse(text, lambda line, column: place, problems)
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
        return None
    node = Node(place, None) if node is None else node
    for part in reversed(path):
        node = Node(place, {part: Entry(place, node)})
    return node
