"""How sweeps' files and options lie on one another: their base, axes and cases, each in its way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ganrun.config.errors import Place, Problem
from ganrun.config.explain import written
from ganrun.config.shipped import find_config
from ganrun.config.sources import (
    EXPERIMENT,
    Asked,
    Kind,
    experiment_on_top,
    merged,
    read_file,
    read_option,
    with_parent,
)
from ganrun.config.yaml_tree import DEPTH_LIMIT, Entry, Node, nested


def sweep_on_top(parent: Node | None, child: Node, problems: list[Problem]) -> Node:
    """Return a sweep on top of another, its base read and its cases' dotted names nested.

    A base's own fields lie on the parent's base, a base that names a file replaces it. An axis
    replaces the parent's axis of the same field, a case merges with the case of the same name.
    """
    assert isinstance(child.value, dict)
    entries = dict(parent.value) if parent and isinstance(parent.value, dict) else {}
    for name, entry in child.value.items():
        under, node = entries.get(name), entry.node
        if name == "base":
            node = _base(under.node if under else None, node, problems)
        elif name == "cases":
            node = _cases(under.node if under else None, node, problems)
        elif name == "vary":
            node = _vary(under.node if under else None, node)
        entries[name] = Entry(entry.place, node)
    return Node(child.place, entries)


SWEEP = Kind("sweep", sweep_on_top)


def _vary(under: Node | None, node: Node) -> Node:
    if under is None or not isinstance(under.value, dict) or not isinstance(node.value, dict):
        return node
    return Node(node.place, under.value | node.value)


def _base(under: Node | None, node: Node, problems: list[Problem]) -> Node:
    """Return the base's tree; one that is no mapping stands for a base that could not be read."""
    unread = Node(node.place, None)
    if isinstance(node.value, str) and node.value:
        folder = Path(node.place.source).parent if node.place.line is not None else Path()
        path = _existing(folder / node.value, Path(node.value))
        return read_file(path, EXPERIMENT, problems, (), Asked(node.place, "base")) or unread
    if not isinstance(node.value, dict):
        what = f"expected a config's path or an experiment's fields, not {written(node)}"
        problems.append(Problem(node.place, "base", what))
        return unread
    if extends := node.value.get("extends"):
        if node.place.line is None:
            problems.append(Problem(extends.place, "base", "only a config can extend another"))
            return unread
        return with_parent(Path(node.place.source), node, EXPERIMENT, problems) or unread
    if under is None or not isinstance(under.value, dict):
        return node if under is None else unread
    return experiment_on_top(under, node, problems)


def _existing(path: Path, as_given: Path) -> Path:
    """Return the path, or the shipped config that is meant where there is no such file."""
    try:
        return path if path.exists() else _shipped(as_given) or path
    except (OSError, ValueError):  # a path that is too long, or holds a null byte
        return path


def _shipped(path: Path) -> Path | None:
    found = find_config(path)
    return None if found == path else found


def _cases(under: Node | None, node: Node, problems: list[Problem]) -> Node:
    if not isinstance(node.value, dict):
        return node
    old = under.value if under and isinstance(under.value, dict) else {}
    entries = dict(old)
    for name, entry in node.value.items():
        overrides = _nested(entry.node, f"cases.{name}", problems)
        if overrides.value is None:  # "bce:" with nothing after it
            overrides = Node(entry.place, {})
        if name in old and isinstance(overrides.value, dict):
            parent = old[name].node
            if isinstance(parent.value, dict):
                overrides = experiment_on_top(parent, overrides, problems)
        entries[name] = Entry(entry.place, overrides)
    return Node(node.place, entries)


def _nested(node: Node, label: str, problems: list[Problem]) -> Node:
    """Return overrides with their dotted names written out as nested mappings."""
    if not isinstance(node.value, dict):
        return node
    entries: dict[str, Entry] = {}
    for name, entry in node.value.items():
        first, *rest = name.split(".")
        if not all((first, *rest)) or len(rest) >= DEPTH_LIMIT:
            first, rest = name, []
        inner = entry
        for part in reversed(rest):
            inner = Entry(entry.place, Node(entry.node.place, {part: inner}))
        _add(entries, first, inner, label, problems)
    return Node(node.place, entries)


def _add(
    entries: dict[str, Entry], name: str, new: Entry, label: str, problems: list[Problem]
) -> None:
    """Add an entry, into the mapping that is there already under its name if both are mappings."""
    label = f"{label}.{name}"
    old = entries.setdefault(name, new)
    if old is new:
        return
    if not isinstance(old.node.value, dict) or not isinstance(new.node.value, dict):
        at = "" if old.place.line is None else f"; first on line {old.place.line}"
        problems.append(Problem(new.place, label, f"duplicate key{at}"))
        return
    both = dict(old.node.value)
    for inner, entry in new.node.value.items():
        _add(both, inner, entry, label, problems)
    entries[name] = Entry(old.place, Node(old.node.place, both))


def read_options(overrides: Sequence[str], problems: list[Problem]) -> list[Node]:
    """Return the overrides as two trees, the later on top: another base, and everything else."""
    bases, rest = Node(Place("--set"), {}), Node(Place("--set"), {})
    for override in overrides:
        option = read_option(override, problems)
        if option is None:
            continue
        path, node = option
        if path == ["base"] and not isinstance(node.value, dict):
            bases = nested(path, node)
            continue
        if path[0] == "vary" and len(path) > 2:
            path = ["vary", ".".join(path[1:])]
        rest = _merged_options(rest, nested(path, node))
    return [bases, rest]


def _merged_options(parent: Node, child: Node) -> Node:
    """Return options on top of earlier ones; the last levels of a field count, whole."""
    assert isinstance(parent.value, dict)
    assert isinstance(child.value, dict)
    old, new = parent.value.get("vary"), child.value.get("vary")
    both = merged(parent, child)
    if old is None or new is None:
        return both
    assert isinstance(both.value, dict)
    axes = Entry(new.place, _vary(old.node, new.node))
    return Node(both.place, both.value | {"vary": axes})
