"""What pydantic found wrong with a tree, in our words and at the place where it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ganrun.config import pieces, suggest
from ganrun.config.declarations import Declaration, Table
from ganrun.config.errors import Place, Problem, dotted, shortened
from ganrun.config.metrics import METRICS, OWN_METRICS
from ganrun.config.outside import is_full_name, not_given
from ganrun.config.overrides import nested
from ganrun.config.points_target import DRAWS
from ganrun.config.schema import NAME
from ganrun.config.targets import LAYOUTS, layout_of
from ganrun.config.yaml_tree import PROBLEMS_LIMIT, Node, plain, resolve
from ganrun.wording import listed

Path = tuple[str | int, ...]

# What a field of that name, wherever it is, may be called.
CHOICES: Mapping[str, Mapping[str, Declaration]] = {
    "layout": LAYOUTS,
    "activation": pieces.ACTIVATIONS,
    "initializer": pieces.INITIALIZERS,
    "bias_initializer": pieces.BIAS_INITIALIZERS,
    "objective": pieces.OBJECTIVES,
    "name": pieces.OPTIMIZERS,
    "latent": pieces.LATENTS,
    "minibatch": pieces.MINIBATCH,
    "schedule": pieces.SCHEDULES,
    "updates": pieces.UPDATES,
    "data": pieces.DATA,
    "generator.norm": pieces.NORMS,
    "discriminator.norm": pieces.DISCRIMINATOR_NORMS,
    "biases": pieces.BIASES,
    "design": pieces.DESIGNS,
    "draw": DRAWS,
    "metrics": OWN_METRICS,
}

KIND_CALLED = {"name": "optimizer", "metrics": "metric"}


def explained(error: ValidationError, root: Node) -> list[Problem]:
    """Return one problem per complaint of pydantic's about the tree under `root`, up to a limit."""
    target = root.entries.get("target")
    layout = layout_of(plain(target) if target else {})
    details = [
        detail for detail in error.errors(include_url=False) if not _counts_only_the_valid(detail)
    ]
    problems = [_explained(detail, root, layout) for detail in details[:PROBLEMS_LIMIT]]
    if len(details) > PROBLEMS_LIMIT:
        more = len(details) - PROBLEMS_LIMIT
        problems.append(Problem(Place(root.place.source), "", f"and {more} problems more"))
    return problems


def explained_value(
    error: ValidationError, node: Node, path: Sequence[str], label: str
) -> list[Problem]:
    """Return one problem per complaint about the value under `node`, meant for the field at `path`.

    `label` is what the value is called in the messages: it stands among a sweep's levels, say.
    """
    root = nested(path, node)
    tagged = (*path[:1], "layout", *path[1:]) if path[0] == "target" else tuple(path)
    problems = []
    for detail in error.errors(include_url=False):
        if not _counts_only_the_valid(detail):
            problem = _explained({**detail, "loc": (*tagged, *detail["loc"])}, root, "")
            inside = problem.field.removeprefix(dotted(path))
            problems.append(Problem(problem.place, label + inside, problem.message))
    return problems[:PROBLEMS_LIMIT]


def no_section(path: Path, node: Node) -> str:
    """Return what is wrong with a value that stands where a section belongs."""
    return _wrong_type("model_type", path, node) or ""


def _counts_only_the_valid(detail: Any) -> bool:
    """Return whether pydantic calls a list too short because some of its entries are wrong."""
    return detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]


def _explained(detail: Any, root: Node, layout: str) -> Problem:
    path: Path = tuple(detail["loc"])
    if len(path) > 1 and path[0] == "target":
        path = path[:1] + path[2:]  # the layout's tag stands between
    kind, context = detail["type"], detail.get("ctx", {})
    candidates = [path]
    if kind == "contradiction":
        candidates = [path + fields for fields in context["fields"]]
    elif kind == "missing" and isinstance(path[-1], int):  # a pair with one number
        candidates = [path[:-1]]
    elif kind == "union_tag_invalid":
        candidates = [(*path, "layout")]
    elif kind != "missing":
        candidates = [_as_written(root, path)]
    node = _node_at(root, candidates[0])
    message = _message(kind, context, candidates[0], node, layout) or detail["msg"]
    place = next((n.place for n in (_node_at(root, c) for c in candidates) if n), None)
    if kind == "extra_forbidden":
        place = _key_place(root, path)
    elif kind == "unknown_piece" and context.get("inside"):
        place = _key_place(root, (*path, context["word"]))
    return Problem(place or _nearest(root, path).place, dotted(candidates[0]), message)


def _message(
    kind: str, context: Mapping[str, Any], path: Path, node: Node | None, layout: str
) -> str | None:
    """Return what is wrong, or None for a kind of complaint that the schema does not make."""
    if kind == "contradiction":
        return str(context["message"])
    if kind == "extra_forbidden" and path[0] == "penalties" and is_full_name(path[-1]):
        return not_given("penalty", str(path[-1]))
    if kind == "extra_forbidden":
        return "unknown field" + suggest.field(str(path[-1]), dotted(path[:-1]), layout)
    if kind == "missing" and node is None:
        return f"missing; layout {layout!r} needs it"
    if node is None:
        return None
    if kind in ("literal_error", "union_tag_invalid", "unknown_piece", "not_a_piece"):
        return _no_such_piece(path, context.get("word", node.value), node)
    if kind == "not_one_piece":
        names = listed(map(repr, context["names"])) or "an empty mapping"
        return f"expected one name with its parameters, not {shortened(names, 80)}"
    if kind == "no_parameters":
        return f"{context['word']!r} has no parameters; write it without any"
    return _wrong_type(kind, path, node) or _out_of_range(kind, context, node)


def _no_such_piece(path: Path, word: Any, node: Node) -> str:
    path = path[:-1] if isinstance(path[-1], int) else path
    field, name = str(path[-1]), dotted(path)
    declared = CHOICES.get(name) or CHOICES[field]
    if field == "metrics" and word in METRICS:
        return f"{word!r} is measured of every run; name metrics of your own"
    if isinstance(word, str) and (reason := pieces.NOT_HERE.get(name, {}).get(word)):
        return reason
    if isinstance(declared, Table) and declared.kind and is_full_name(word):
        return not_given(declared.kind, word)
    if isinstance(word, str):
        what = KIND_CALLED.get(field, field)
        return f"unknown {what} {shortened(word)!r}{suggest.choice(word, declared)}"
    return f"expected one of {', '.join(declared)}, not {written(node)}"


def _wrong_type(kind: str, path: Path, node: Node) -> str | None:
    expected = {
        "not_a_number": "a number",
        "not_whole": "a whole number",
        "bool_type": "true or false",
        "string_type": "text",
        "tuple_type": "a list",
        "model_type": "a mapping of fields",
    }.get(kind)
    if expected is None:
        return None
    if kind == "tuple_type" and path == ("seeds",):
        expected = "a list of seeds or a count"
    hint = _hint(kind, node)
    if kind == "model_type" and len(path) > 1 and _is_number(node.text):
        inside = suggest.fields_of(dotted(path), "")
        hint = f"; did you mean {{{inside[0]}: {shortened(node.text)}}}?" if inside else ""
    return f"expected {expected}, not {written(node)}{hint}"


def _hint(kind: str, node: Node) -> str:
    """Return how to write what was probably meant."""
    if kind == "string_type" and not isinstance(node.value, list | dict) and node.text:
        return "; write it in quotes"
    if not isinstance(node.value, str):
        return ""
    if kind == "tuple_type":
        return list_hint(node)
    if kind in ("not_a_number", "not_whole"):
        if _is_number(node.value):
            return "; write it without quotes"
        bare = node.value.replace("_", "").replace(",", "").replace(" ", "")
        return f"; did you mean {shortened(bare)}?" if _is_number(bare) else ""
    if kind == "bool_type":
        word = node.value.lower()
        meant = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false"}
        return f"; did you mean {meant[word]}?" if word in meant else ""
    return ""


def list_hint(node: Node) -> str:
    """Return how to write a list of numbers that was written without its brackets."""
    parts = [part.strip() for part in str(node.value).split(",")]
    if len(parts) < 2 or not all(map(_is_number, parts)):
        return ""
    return f"; did you mean [{shortened(', '.join(parts))}]?"


def _is_number(text: str) -> bool:
    value = resolve(text)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _out_of_range(kind: str, context: Mapping[str, Any], node: Node) -> str | None:
    bounds = {
        "greater_than_equal": ("at least", "ge"),
        "greater_than": ("more than", "gt"),
        "less_than_equal": ("at most", "le"),
        "less_than": ("less than", "lt"),
    }
    if kind in bounds:
        words, key = bounds[kind]
        return f"must be {words} {context[key]:,.12g}, not {written(node)}"
    if kind == "not_finite":
        return f"must be finite, not {written(node)}"
    if kind == "seed_count":
        return f"a count of seeds must be from 1 to {context['most']:,}, not {written(node)}"
    length = len(node.value) if isinstance(node.value, list | str) else 0
    if kind == "missing":
        return f"expected a list of 2, not of {length}"
    if kind == "too_short":
        return f"needs at least {context['min_length']}, not {length}"
    if kind == "too_long":
        return f"must have at most {context['max_length']:,} entries, not {length:,}"
    if kind == "string_too_long":
        return f"must have at most {context['max_length']:,} characters, not {length:,}"
    if kind == "string_pattern_mismatch" and context["pattern"] != NAME:
        return f"{written(node)} is not what is written when the file is read"
    if kind == "string_pattern_mismatch":
        return (
            f"{written(node)} would not be a safe folder name; use letters, digits, '.', '_' and "
            "'-', and begin with a letter or a digit"
        )
    return None


def written(node: Node) -> str:
    """Return a value as it was written, for a message."""
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, list):
        return "a list"
    if isinstance(node.value, str):
        return f"the text {shortened(node.value)!r}"
    return shortened(node.text) or "nothing"


def _as_written(root: Node, path: Path) -> Path:
    """Return where a piece's only parameter stands that was written without its name."""
    above = _node_at(root, path[:-1]) if path else None
    is_short = above is not None and not isinstance(above.value, dict | list)
    return path[:-1] if is_short and isinstance(path[-1], str) else path


def _node_at(root: Node, path: Sequence[str | int]) -> Node | None:
    node = root
    for part in path:
        if isinstance(node.value, dict) and part in node.value:
            node = node.value[str(part)]
        elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node


def _nearest(root: Node, path: Path) -> Node:
    """Return the node at the path, or the innermost one around it that was written."""
    return _node_at(root, path) or _nearest(root, path[:-1])


def _key_place(root: Node, path: Path) -> Any:
    around = _node_at(root, path[:-1])
    assert around is not None
    return around.entries[str(path[-1])].key
