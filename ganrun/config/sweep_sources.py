"""How sweeps' files and options lie on one another: their base, axes and cases, each in its way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ganrun.config.errors import Place, Problem
from ganrun.config.explain import written
from ganrun.config.find import find_beside
from ganrun.config.overrides import experiment_on_top, merged, nested
from ganrun.config.sources import (
    EXPERIMENT,
    Asked,
    Kind,
    Option,
    read_file,
    with_parent,
)
from ganrun.config.yaml_tree import DEPTH_LIMIT, Node


def _sweep_on_top(parent: Node, child: Node, problems: list[Problem]) -> Node:
    """Return a sweep on top of another, its base read and its cases' dotted names nested.

    A base's own fields lie on the parent's base, a base that names a file replaces it. An axis
    replaces the parent's axis of the same field, a case merges with the case of the same name.
    """
    entries = dict(parent.entries)
    for name, node in child.entries.items():
        under = entries.get(name)
        if name == "base":
            entries[name] = _base(under, node, problems).named_at(node.key)
        elif name == "cases":
            entries[name] = _cases(under, node, problems)
        elif name == "vary":
            entries[name] = _vary(under, node)
        else:
            entries[name] = node
    return Node(child.place, entries)


def _vary(under: Node | None, node: Node) -> Node:
    if under is None or not isinstance(node.value, dict):
        return node
    return replace(node, value=under.entries | node.value)


def _base(under: Node | None, node: Node, problems: list[Problem]) -> Node:
    """Return the base's tree; one that is no mapping stands for a base that could not be read."""
    unread = Node(node.place, None)
    if isinstance(node.value, str) and node.value:
        folder = Path(node.place.source).parent if node.place.line is not None else Path()
        path = find_beside(folder, node.value)
        return read_file(path, EXPERIMENT, problems, (), Asked(node.place, "base")) or unread
    if not isinstance(node.value, dict):
        what = f"expected a config's path or an experiment's fields, not {written(node)}"
        problems.append(Problem(node.place, "base", what))
        return unread
    if extends := node.value.get("extends"):
        if node.place.source.startswith("--set"):
            problems.append(Problem(extends.key, "base", "only a config can extend another"))
            return unread
        return with_parent(Path(node.place.source), node, EXPERIMENT, problems) or unread
    if under is None or not isinstance(under.value, dict):
        return node if under is None else unread
    return experiment_on_top(under, node)


def _cases(under: Node | None, node: Node, problems: list[Problem]) -> Node:
    if not isinstance(node.value, dict):
        return node
    cases = dict(under.entries) if under else {}
    for name, case in node.value.items():
        overrides = _nested(case, f"cases.{name}", problems)
        if overrides.value is None:  # "bce:" with nothing after it
            overrides = Node(case.key, {})
        cases[name] = experiment_on_top(cases[name], overrides) if name in cases else overrides
    return replace(node, value=cases)


def _nested(node: Node, label: str, problems: list[Problem]) -> Node:
    """Return overrides with their dotted names written out as nested mappings."""
    if not isinstance(node.value, dict):
        return node
    entries: dict[str, Node] = {}
    for name, inner in node.value.items():
        path = name.split(".")
        if not all(path) or len(path) > DEPTH_LIMIT:
            path = [name]
        ((first, whole),) = nested(path, inner).entries.items()
        _add(entries, first, whole, label, problems)
    return replace(node, value=entries)


def _add(
    entries: dict[str, Node], name: str, new: Node, label: str, problems: list[Problem]
) -> None:
    """Add a node, into the mapping that is there already under its name if both are mappings."""
    label = f"{label}.{name}"
    old = entries.setdefault(name, new)
    if old is new:
        return
    if not isinstance(old.value, dict) or not isinstance(new.value, dict):
        at = "" if old.key.line is None else f"; first on line {old.key.line}"
        problems.append(Problem(new.key, label, f"duplicate key{at}"))
        return
    both = dict(old.value)
    for inner, node in new.value.items():
        _add(both, inner, node, label, problems)
    entries[name] = replace(old, value=both)


def _layers(options: Iterator[Option]) -> list[Node]:
    """Return options as two trees, the later on top: another base, and everything else."""
    bases, rest = Node(Place("--set"), {}), Node(Place("--set"), {})
    for path, node in options:
        if path == ["base"] and not isinstance(node.value, dict):
            bases = nested(path, node)
            continue
        if path[0] == "vary" and len(path) > 2:
            path = ["vary", ".".join(path[1:])]
        rest = _merged_options(rest, nested(path, node))
    return [bases, rest]


def _merged_options(parent: Node, child: Node) -> Node:
    """Return options on top of earlier ones; the last levels of a field count, whole."""
    both = merged(parent, child)
    if "vary" not in parent.entries or "vary" not in child.entries:
        return both
    axes = _vary(parent.entries["vary"], child.entries["vary"])
    return replace(both, value=both.entries | {"vary": axes})


SWEEP = Kind("sweep", _sweep_on_top, _layers)
