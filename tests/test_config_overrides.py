"""What lies on a config changes it in the same way, wherever it was said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ganrun.config import Experiment, load_experiment, load_sweep
from ganrun.config.changes import with_changes
from ganrun.config.overrides import experiment_on_top, merged, nested
from ganrun.config.yaml_tree import plain, tree_of
from ganrun.sweep.designs import Design

NAMES = st.sampled_from(["target", "layout", "modes", "penalties", "r1"])
VALUES = st.none() | st.integers(0, 3) | st.sampled_from(["ring", "grid"]) | st.just([1, 2])
TREES = st.dictionaries(
    NAMES,
    VALUES | st.dictionaries(NAMES, VALUES | st.dictionaries(NAMES, VALUES)),
)


@given(TREES, TREES)
def test_trees_with_places_and_plain_ones_follow_one_rule(under: dict, over: dict):
    for on_top in (merged, experiment_on_top):
        assert plain(on_top(tree_of(under), tree_of(over))) == on_top(under, over)


@given(TREES, TREES)
def test_what_lies_on_top_counts_and_what_it_does_not_name_stays(under: dict, over: dict):
    both = merged(under, over)
    assert both.keys() == under.keys() | over.keys()
    for name, value in both.items():
        if not isinstance(over.get(name), dict):
            assert value == (over if name in over else under)[name]
    assert merged(both, over) == both


def test_a_path_of_names_is_as_many_mappings():
    assert nested(("a", "b"), 1) == {"a": {"b": 1}} == plain(nested(("a", "b"), tree_of(1)))
    assert nested((), 1) == 1


def ways_to_say(tmp_path: Path, changes: dict[str, Any]) -> list[Experiment]:
    """The shipped default with the changes: as a child, options, a case, axes and in the arena."""
    base = tmp_path / "base.yaml"
    base.write_text("target: {radius: 3.0, modes: 7}\npenalties: {r1: {weight: 2.0}}\n")
    tree: dict[str, Any] = {}
    for name, value in changes.items():
        tree = merged(tree, nested(name.split("."), value))
    child = tmp_path / "child.yaml"
    child.write_text(str({"extends": "base.yaml"} | tree))
    sweeps = {"cases": {"one": changes}, "vary": {name: [one] for name, one in changes.items()}}
    cells = []
    for name, content in sweeps.items():
        sweep = tmp_path / f"{name}.yaml"
        sweep.write_text(str({"base": "base.yaml", name: content}))
        cells.append(Design(load_sweep(sweep)).cell(0).experiment)
    return [
        load_experiment(child),
        load_experiment(base, [f"{name}={value}" for name, value in changes.items()]),
        *cells,
        with_changes(load_experiment(base), changes),
    ]


def test_a_target_of_another_layout_replaces_the_whole_one_wherever_it_is_said(tmp_path: Path):
    first, *others = ways_to_say(tmp_path, {"target.rows": 3, "target.layout": "grid"})
    assert (
        first.target.model_dump()
        == Experiment.model_validate({"target": {"layout": "grid", "rows": 3}}).target.model_dump()
    )
    assert others == [first] * 4


def test_a_target_of_the_same_layout_and_a_penalty_merge_wherever_they_are_said(tmp_path: Path):
    changes = {"target.layout": "ring", "target.std": 0.1, "penalties.r1.weight": 5.0}
    first, *others = ways_to_say(tmp_path, changes)
    assert first.target.model_dump(exclude_none=True) == {
        "layout": "ring",
        "modes": 7,
        "radius": 3.0,
        "std": 0.1,
    }
    assert first.penalties == {"r1": {"weight": 5.0}}
    assert others == [first] * 4
