"""How one thing that is written lies on another: the one rule for files, options, cases and cells.

Mappings merge, everything else replaces, null too: a penalty of null is none, and what lies on it
begins anew. Only a target of another layout replaces the whole target, whose fields would not fit,
and another piece the one that was chosen with its parameters.

A tree is either of nodes, which keep their places, or of plain dictionaries and values, since a
sweep makes a hundred thousand of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ganrun.config.schema import choices
from ganrun.config.targets import LAYOUTS, layout_of
from ganrun.config.yaml_tree import Node, plain

Tree = TypeVar("Tree")
"""A `Node`, or plain data."""


_BRANCHES = (dict, Node)


def merged(under: Tree, over: Tree) -> Tree:
    """Return a tree on top of another: mappings merge, everything else replaces."""
    below, above = _fields(under), _fields(over)
    return over if below is None or above is None else _with_fields(over, _both(below, above))


def experiment_on_top(under: Tree, over: Tree) -> Tree:
    """Return a config on top of another.

    A target of another layout replaces the whole target, another piece what was chosen before.
    """
    below, above = _fields(under), _fields(over)
    if below is None or above is None:
        return over
    for section, name in choices():
        if section in above and section in below:
            below = _without_other_piece(below, above, section, name)
    if "target" in below and "target" in above:
        old, new = below["target"], above["target"]
        if "layout" in (_fields(new) or ()) and _layout(new) != _layout(old):
            below = {name: value for name, value in below.items() if name != "target"}
        elif _layout(old) not in LAYOUTS.house:  # its modes are placed by what is given
            below = below | {"target": _placed_anew(old)}
    return _with_fields(over, _both(below, above))


def nested(path: Sequence[str], tree: Tree) -> Tree:
    """Return a tree under a path of mappings; a node's name, if it has one, is the whole path."""
    inner: Any = tree
    for part in reversed(path):
        if isinstance(inner, Node):
            inner = Node(inner.place, {part: inner.named_at(inner.key)}, "", inner.key)
        else:
            inner = {part: inner}
    return inner


def _without_other_piece(
    below: dict[str, Any], above: dict[str, Any], section: str, name: str
) -> dict[str, Any]:
    """Return what lies below without the piece of a field for which another is chosen above."""
    fields = _fields(below[section]) or {}
    old, new = _fields(fields.get(name)), _fields((_fields(above[section]) or {}).get(name))
    if old is None or new is None or not old.keys().isdisjoint(new):
        return below
    rest = {field: value for field, value in fields.items() if field != name}
    return below | {section: _with_fields(below[section], rest)}


def _placed_anew(target: Any) -> Any:
    """Return a target without the places of its modes, which what lies on it may move."""
    fields = {name: value for name, value in (_fields(target) or {}).items() if name != "means"}
    return _with_fields(target, fields)


def _both(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    both = dict(below)
    for name, value in above.items():
        is_leaf = name not in both or not isinstance(value, _BRANCHES)
        both[name] = value if is_leaf else merged(both[name], value)
    return both


def _fields(tree: Any) -> dict[str, Any] | None:
    if isinstance(tree, dict):
        return tree
    return tree.value if isinstance(tree, Node) and isinstance(tree.value, dict) else None


def _with_fields(tree: Any, fields: dict[str, Any]) -> Any:
    return replace(tree, value=fields) if isinstance(tree, Node) else fields


def _layout(target: Any) -> str:
    return layout_of(plain(target) if isinstance(target, Node) else target)
