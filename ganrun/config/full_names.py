"""Pieces from outside by their full names, wherever a config that is being read names them.

So that what lies on one another does: a file of one's own may say `smooth`, the run whose config it
lies on has `smooth@1a2b3c4d`.
"""

from __future__ import annotations

from dataclasses import replace

from ganrun.config.outside_sources import in_full
from ganrun.config.pieces import PENALTIES
from ganrun.config.schema import choices
from ganrun.config.targets import LAYOUTS
from ganrun.config.yaml_tree import Node

Path = tuple[str, ...]
_LAYOUT = ("target", "layout")
_AROUND = {"base": 1, "vary": 1, "cases": 2}
"""How many parts of a path in a sweep stand before those of the experiment's field."""


def path_in_full(path: Path) -> Path:
    """Return a field's path with the piece in it, if there is one, under its full name."""
    around = _AROUND.get(path[0], 0) if path else 0
    inside = path[around:]
    if len(inside) > 1 and inside[0] == "penalties":
        place = 1
        named = in_full(PENALTIES, inside[place])
    elif len(inside) > 2 and inside[:2] in choices():
        place = 2
        named = in_full(choices()[inside[0], inside[1]].pieces, inside[place])
    else:
        return path
    return (*path[: around + place], named, *path[around + place + 1 :])


def tree_in_full(tree: Node, path: Path = ()) -> Node:
    """Return the tree of an experiment or a sweep, or of what stands at a path in it, in full."""
    around = _AROUND.get(path[0], 0) if path else 0
    if path[around:] == _LAYOUT and isinstance(tree.value, str):
        return replace(tree, value=in_full(LAYOUTS, tree.value))
    if not isinstance(tree.value, dict):
        return tree
    entries = {}
    for name, node in tree.value.items():
        whole = path_in_full((*path, *name.split(".")))
        entries[".".join(whole[len(path) :])] = tree_in_full(node, whole)
    return replace(tree, value=entries)
