"""Where a config comes from: files, what they extend, and `--set` options, as trees of nodes.

Two kinds of file are read: an experiment and a sweep. They are told apart by their fields, so that
one which is given where the other is meant is said to be just that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial, reduce
from pathlib import Path
from typing import Literal

from ganrun.config.errors import Place, Problem, shortened
from ganrun.config.find import ENDINGS, find_beside
from ganrun.config.full_names import path_in_full, tree_in_full
from ganrun.config.overrides import experiment_on_top, merged, nested
from ganrun.config.schema import Experiment
from ganrun.config.shipped import shipped_configs, shipped_files
from ganrun.config.yaml_tree import (
    DEPTH_LIMIT,
    Node,
    Unreadable,
    line_and_column,
    parse,
)

SIZE_LIMIT = 256 * 1024
EXTENDS_LIMIT = 16
NEAR = 0.7
"""A file is meant if its name is so like the one that was asked for, without their endings."""

SWEEPS_OWN = frozenset({"vary", "cases", "design"})
"""Fields that only a sweep has."""
EXPERIMENTS_OWN = frozenset(Experiment.model_fields) - {"name", "seeds"}
"""Fields that only an experiment has."""


Option = tuple[list[str], Node]
"""The parts of an option's dotted name and its value."""


@dataclass(frozen=True)
class Kind:
    """A kind of file: what one makes on top of another, and its options as trees, lowest first."""

    name: Literal["experiment", "sweep"]
    on_top: Callable[[Node, Node, list[Problem]], Node]
    layers: Callable[[Iterator[Option]], list[Node]]


def _one_layer(options: Iterator[Option]) -> list[Node]:
    return [reduce(merged, (nested(*option) for option in options), Node(Place("--set"), {}))]


EXPERIMENT = Kind(
    "experiment", lambda parent, child, _: experiment_on_top(parent, child), _one_layer
)


@dataclass(frozen=True)
class Asked:
    """Where a file is asked for: the place and the field that names it."""

    place: Place
    field: str


@dataclass(frozen=True)
class Written:
    """A config that stands in no file: its text, and what messages call it.

    What it extends is looked for from the current folder on.
    """

    name: str
    text: str


def read_tree(
    source: Path | Written, kind: Kind, overrides: Sequence[str], problems: list[Problem]
) -> Node | None:
    """Return the tree of a config, what it extends and the overrides on top, None if unreadable."""
    if isinstance(source, Written):
        tree = _read_text(
            Path(source.name), source.text, lambda *_: Place(source.name), kind, problems
        )
    else:
        tree = read_file(Path(source), kind, problems)
    whole = tree
    for layer in kind.layers(_options(overrides, problems)):
        whole = kind.on_top(whole, layer, problems) if whole else None
    # The whole is the file's, whatever the options put in it.
    return Node(tree.place, whole.value) if tree and whole else None


def read_file(
    path: Path,
    kind: Kind,
    problems: list[Problem],
    chain: tuple[Path, ...] = (),
    asked: Asked | None = None,
) -> Node | None:
    """Return the tree of a file merged with what it extends, or None if it cannot be read.

    `chain` holds the files that extend this one, and `asked` tells where another file asks for it;
    a file that is not there is that place's problem.
    """
    try:
        text = _text(path, asked)
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
        return None
    here = partial(Place, str(path))
    return _read_text(path, text, here, kind, problems, chain, asked)


def _read_text(
    path: Path,
    text: str,
    place: Callable[[int, int], Place],
    kind: Kind,
    problems: list[Problem],
    chain: tuple[Path, ...] = (),
    asked: Asked | None = None,
) -> Node | None:
    """Return the tree of a text merged with what it extends; `place` says where a part stands."""
    try:
        node = parse(text, place, problems)
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
        return None
    if node is None or (node.value is None and not node.text):
        problems.append(Problem(place(1, 1), "", "empty; even '{}' would be a config"))
        return None
    if not isinstance(node.value, dict):
        what = "a list" if isinstance(node.value, list) else repr(shortened(node.text))
        problems.append(Problem(node.place, "", f"expected a mapping of fields, not {what}"))
        return None
    if mistaken := _of_other_kind(path, node, kind, asked):
        problems.append(mistaken)
        return None
    return with_parent(path, tree_in_full(node), kind, problems, chain)


def _of_other_kind(path: Path, tree: Node, kind: Kind, asked: Asked | None) -> Problem | None:
    """Return the problem of a file that is a config, but not of the kind that is needed."""
    assert isinstance(tree.value, dict)
    if not SWEEPS_OWN.isdisjoint(tree.value):
        found = "sweep"
    elif not EXPERIMENTS_OWN.isdisjoint(tree.value):
        found = "experiment"
    else:
        return None
    if found == kind.name:
        return None
    names = {"experiment": "an experiment", "sweep": "a sweep"}
    mistaken = f"{names[found]}, not {names[kind.name]}"
    if asked is None:
        command = {"experiment": "train", "sweep": "sweep"}[found]
        return Problem(Place(str(path)), "", f"{mistaken}; 'ganrun {command}' takes it")
    remedy = "; a sweep names its experiment by 'base'" if kind.name == "sweep" else ""
    return Problem(asked.place, asked.field, f"{shortened(str(path), 200)}: {mistaken}{remedy}")


def with_parent(
    path: Path, node: Node, kind: Kind, problems: list[Problem], chain: tuple[Path, ...] = ()
) -> Node | None:
    """Return a mapping of the file on top of what it extends, if it extends anything."""
    assert isinstance(node.value, dict)
    if "extends" not in node.value:
        return kind.on_top(Node(node.place, {}), node, problems)
    entries = dict(node.value)
    parent = _read_parent(path, entries.pop("extends"), kind, problems, chain)
    return kind.on_top(parent, Node(node.place, entries), problems) if parent else None


def _read_parent(
    path: Path, extends: Node, kind: Kind, problems: list[Problem], chain: tuple[Path, ...]
) -> Node | None:
    def problem(message: str) -> None:
        problems.append(Problem(extends.place, "extends", message))

    if not isinstance(extends.value, str) or not extends.value:
        problem("expected the path of one config, relative to this one")
        return None
    chain = (*chain, path)
    parent = find_beside(path.parent, extends.value)
    if len(chain) > EXTENDS_LIMIT:
        problem(f"more than {EXTENDS_LIMIT} configs extend one another")
        return None
    cycle = [str(file) for file in chain if _same_file(file, parent)]
    if cycle:
        problem(f"this config extends itself: {' -> '.join(map(str, (*chain, parent)))}")
        return None
    return read_file(parent, kind, problems, chain, Asked(extends.place, "extends"))


def _same_file(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def _text(path: Path, asked: Asked | None) -> str:
    """Return a file's text. Raises Unreadable if there is no such file or no text in it."""

    def unreadable(message: str, place: Place | None = None) -> Unreadable:
        if asked is not None and place is None:
            return Unreadable(
                Problem(asked.place, asked.field, f"{shortened(str(path), 200)}: {message}")
            )
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
    """Return a suggestion if the folder holds a file of nearly that name, or ganrun ships one.

    Of two that are equally near, the one that is here is meant.
    """
    try:
        names = [name for name in os.listdir(path.parent) if name.endswith(ENDINGS)]
    except (OSError, ValueError):
        names = []
    shipped = shipped_configs()
    files = [(name, str(path.with_name(name))) for name in names]
    files += [
        (file.name, (Path("configs") / file.relative_to(shipped)).as_posix())
        for file in shipped_files()
    ]
    likeness = {place: _likeness(path.name, name) for name, place in files}
    nearest = max(likeness, key=likeness.__getitem__, default="")
    if not nearest or likeness[nearest] < NEAR:
        return ""
    return f"; did you mean {shortened(nearest, 200)!r}?"


def _likeness(asked: str, name: str) -> float:
    """How near a file's name is to the one that was asked for, each without its ending."""
    return SequenceMatcher(None, _without_ending(asked), _without_ending(name)).ratio()


def _without_ending(name: str) -> str:
    return name.removesuffix(ENDINGS[0]).removesuffix(ENDINGS[1])


def _options(overrides: Sequence[str], problems: list[Problem]) -> Iterator[Option]:
    """Yield the options that can be read."""
    for override in overrides:
        name, equals, text = override.partition("=")
        name = name.strip()
        place = Place(f"--set {shortened(override, 80)}", names=name)
        path = name.split(".")
        if not equals or not all(path) or len(path) > DEPTH_LIMIT:
            problems.append(Problem(place, "", "expected dotted.name=value"))
        elif path[0] == "extends" or path[:2] == ["base", "extends"]:
            problems.append(Problem(place, "", "only a config can extend another"))
        else:
            try:
                node = parse(text, lambda *_, place=place: place, problems)
            except Unreadable as unreadable:
                problems.append(unreadable.problem)
            else:
                whole = path_in_full(tuple(path))
                yield list(whole), tree_in_full(node or Node(place, None), whole)
