"""What a config resolves to: defaults, one config on top of another, options on top of all."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganrun.config import ConfigError, Experiment, load_experiment


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def load(text: str, *overrides: str) -> Experiment:
    return load_experiment(write("c.yaml", text), overrides)


def problems_of(path: str, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_experiment(Path(path), overrides)
    return list(caught.value.problems)


def test_an_empty_mapping_is_the_default_experiment():
    assert load("{}") == Experiment()


def test_numbers_are_read_by_the_rules_of_yaml_1_2():
    optimizer = load("optimizer: {learning_rate: 1e-3, b1: .5, b2: 0}").optimizer
    assert (optimizer.learning_rate, optimizer.b1, optimizer.b2) == (0.001, 0.5, 0.0)
    assert type(optimizer.b2) is float
    training = load("training: {steps: 1e4, batch_size: 0x10, discriminator_steps: 010}").training
    assert (training.steps, training.batch_size, training.discriminator_steps) == (10000, 16, 10)
    assert type(training.steps) is int
    assert load("name: no").name == "no"


def test_seeds_are_a_count_or_a_list():
    assert load("seeds: 3").seeds == (0, 1, 2)
    assert load("seeds: 1e1").seeds == tuple(range(10))
    assert load("seeds: [7, 5]").seeds == (7, 5)


def test_a_target_without_a_layout_is_a_ring():
    assert load("target: {modes: 8}").target.layout == "ring"


def test_a_negative_zero_is_a_zero():
    assert str(load("optimizer: {b1: -0.0}").optimizer.b1) == "0.0"
    means = load("target: {layout: custom, means: [[-0.0, -0]], stds: [1]}").target.means
    assert str(means) == "((0.0, 0.0),)"


def test_windows_line_ends_and_a_byte_order_mark_are_read():
    path = Path("c.yaml")
    path.write_bytes(b"\xef\xbb\xbfname: a\r\nseeds: 2\r\n")
    assert load_experiment(path).seeds == (0, 1)
    path.write_bytes(b"\xef\xbb\xbfname: a\r\nseeds: x\r\n")
    assert problems_of("c.yaml")[0].startswith("c.yaml:2:8: seeds: ")


def test_a_child_inherits_what_it_does_not_say():
    write("parents/base.yaml", "name: base\nseeds: [5, 6]\noptimizer: {b1: 0.0, b2: 0.9}\n")
    child = write("c.yaml", "extends: parents/base.yaml\nname: child\noptimizer: {b1: 0.1}\n")
    experiment = load_experiment(child)
    assert (experiment.name, experiment.seeds) == ("child", (5, 6))
    assert (experiment.optimizer.b1, experiment.optimizer.b2) == (0.1, 0.9)


def test_paths_are_relative_to_the_config_that_holds_them():
    write("one/two/grandparent.yaml", "name: grandparent\nseeds: 3\n")
    write("one/parent.yaml", "extends: two/grandparent.yaml\nname: parent\n")
    write("other/child.yaml", "extends: ../one/parent.yaml\n")
    experiment = load_experiment(Path("other/child.yaml"))
    assert (experiment.name, experiment.seeds) == ("parent", (0, 1, 2))


def test_a_config_may_extend_a_shipped_one_where_no_such_file_is_beside_it():
    child = write("folder/c.yaml", "extends: configs/cures/pacgan4.yaml\nname: mine\n")
    assert load_experiment(child).discriminator.packing == 4
    write("folder/configs/cures/pacgan4.yaml", "discriminator: {packing: 8}\n")
    assert load_experiment(child).discriminator.packing == 8


def test_lists_replace_and_mappings_merge():
    write("base.yaml", "generator: {hidden: [8, 8, 8]}\npenalties: {r1: {weight: 3}}\n")
    child = "extends: base.yaml\ngenerator: {hidden: [4]}\npenalties: {r2: {}}\n"
    experiment = load(child)
    assert experiment.generator.hidden == (4,)
    assert experiment.penalties == {"r1": {"weight": 3.0}, "r2": {"weight": 10.0}}


@pytest.mark.parametrize(
    ("penalties", "left"),
    [
        ("{}", ["gradient_penalty", "r1"]),
        ("{r1: null}", ["gradient_penalty"]),
        ("null", []),
        ("", []),
        ("{r1: null, gradient_penalty: null, r2: {}}", ["r2"]),
    ],
)
def test_null_removes_a_penalty_of_the_parent(penalties: str, left: list[str]):
    write("base.yaml", "penalties: {r1: {weight: 3}, gradient_penalty: {}}\n")
    assert list(load(f"extends: base.yaml\npenalties: {penalties}\n").penalties) == left


def test_a_target_of_another_layout_replaces_the_parents():
    write("base.yaml", "target: {modes: 3, radius: 1.5, std: 0.2, weights: [1, 2, 3]}\n")
    same = load("extends: base.yaml\ntarget: {std: 0.1}\n").target
    assert (same.mode_count, same.radius, same.std) == (3, 1.5, 0.1)
    also = load("extends: base.yaml\ntarget: {layout: ring, std: 0.1}\n").target
    assert also == same
    grid = load("extends: base.yaml\ntarget: {layout: grid}\n").target
    assert grid == Experiment.model_validate({"target": {"layout": "grid"}}).target


def test_a_mistake_in_a_parent_names_the_parents_file_and_line():
    write("base.yaml", "seeds: 2\noptimizer:\n  b1: 3\n  b2: 3\n")
    write("c.yaml", "extends: base.yaml\noptimizer: {b2: 0.9, betta: 1}\n")
    assert problems_of("c.yaml") == [
        "base.yaml:3:7: optimizer.b1: must be at most 0.99999, not 3",
        "c.yaml:2:22: optimizer.betta: unknown field; did you mean 'b1'?",
    ]


def test_a_contradiction_between_parent_and_child_is_told_at_the_field_at_fault():
    write("base.yaml", "target:\n  modes: 3\n  weights: [1, 2, 3]\n")
    write("c.yaml", "extends: base.yaml\ntarget: {modes: 4}\n")
    assert problems_of("c.yaml") == [
        "base.yaml:3:12: target.weights: 3 weights for 4 modes; give one per mode"
    ]


def test_a_parent_that_cannot_be_read_is_told_where_it_is_asked_for():
    write("sub/c.yaml", "name: a\nextends: bse.yaml\n")
    assert problems_of("sub/c.yaml") == ["sub/c.yaml:2:10: extends: sub/bse.yaml: no such file"]
    write("sub/base.yaml", "a: [")
    assert problems_of("sub/c.yaml") == [
        "sub/c.yaml:2:10: extends: sub/bse.yaml: no such file; did you mean 'sub/base.yaml'?"
    ]
    write("c.yaml", "extends: sub\n")
    assert problems_of("c.yaml") == ["c.yaml:1:10: extends: sub: a directory, not a config"]
    write("c.yaml", "extends: sub/base.yaml\n")
    assert problems_of("c.yaml")[0].startswith("sub/base.yaml:1:5: bad YAML: ")
    write("sub/base.yaml", "")
    assert problems_of("c.yaml") == ["sub/base.yaml:1:1: empty; even '{}' would be a config"]


@pytest.mark.parametrize("value", ["[a.yaml, b.yaml]", "3", "{}", "''", ""])
def test_extends_is_one_path(value: str):
    write("c.yaml", f"extends: {value}\n")
    (problem,) = problems_of("c.yaml")
    assert problem.endswith(": extends: expected the path of one config, relative to this one")


def test_configs_that_extend_one_another_in_a_circle_are_refused():
    write("a.yaml", "extends: a.yaml\n")
    assert problems_of("a.yaml") == [
        "a.yaml:1:10: extends: this config extends itself: a.yaml -> a.yaml"
    ]
    write("a.yaml", "extends: sub/b.yaml\n")
    write("sub/b.yaml", "extends: ../c.yaml\n")
    write("c.yaml", "extends: ./sub/b.yaml\n")
    assert problems_of("a.yaml") == [
        "sub/../c.yaml:1:10: extends: this config extends itself: "
        "a.yaml -> sub/b.yaml -> sub/../c.yaml -> sub/../sub/b.yaml"
    ]


def test_an_endless_row_of_parents_is_refused():
    for i in range(40):
        write(f"{i}.yaml", f"extends: {i + 1}.yaml\n")
    (problem,) = problems_of("0.yaml")
    assert problem == "16.yaml:1:10: extends: more than 16 configs extend one another"


def test_an_override_counts_more_than_the_file_and_the_last_one_most():
    experiment = load(
        "seeds: 2\noptimizer: {b1: 0.1, b2: 0.9}\n",
        "optimizer.b1=0.2",
        "seeds=[4]",
        "optimizer.b1 = 3e-1",
        "generator.hidden=[4, 4]",
        "discriminator.weight_clip=null",
        "name=x",
    )
    assert (experiment.optimizer.b1, experiment.optimizer.b2) == (0.3, 0.9)
    assert (experiment.seeds, experiment.generator.hidden) == ((4,), (4, 4))
    assert experiment.name == "x"


def test_an_override_of_a_penaltys_parameter_brings_the_penalty_with_its_defaults():
    experiment = load("{}", "penalties.r1.weight=5", "penalties.gradient_penalty.weight=1")
    assert experiment.penalties == {
        "gradient_penalty": {"weight": 1.0, "target": 1.0},
        "r1": {"weight": 5.0},
    }
    assert load("penalties: {r1: {}}", "penalties.r1=null").penalties == {}


def test_overrides_of_one_target_do_not_depend_on_their_order():
    overrides = ("target.rows=3", "target.layout=grid", "target.columns=2")
    for order in (overrides, overrides[::-1]):
        target = load("target: {modes: 8}", *order).target
        assert (target.layout, target.mode_count) == ("grid", 6)


SET = {
    "optimizer.betta1=3": "unknown field; did you mean 'b1'?",
    "lr=3": "unknown field; did you mean 'optimizer.learning_rate'?",
    "optimizer.b1=x": "expected a number, not the text 'x'",
    "optimizer.b1=": "expected a number, not nothing",
    "optimizer.b1=2": "must be at most 0.99999, not 2",
    "optimizer.b1={a: 1}": "expected a number, not a mapping",
    "optimizer.b1=[": (
        "bad YAML: expected the node content, but found '<stream end>' while parsing a flow node"
    ),
    "optimizer.b1=!!float 0.3": "YAML tags are not supported, remove '!!float'",
    "optimizer.b1=1\n---\n2": "a second document begins here; a config is one document",
    "optimizer": "expected dotted.name=value",
    "=3": "expected dotted.name=value",
    "optimizer..b1=3": "expected dotted.name=value",
    ".=3": "expected dotted.name=value",
    f"{'a.' * 30}a=3": "expected dotted.name=value",
    "": "expected dotted.name=value",
    "extends=a.yaml": "only a config can extend another",
    "optimizer={b1: 0.1, beta: 3}": "optimizer.beta: unknown field; did you mean 'b1'?",
    "generator.hidden.0=3": "generator.hidden: expected a list, not a mapping",
    "target.weights=[1]": "1 weights for 5 modes; give one per mode",
    "seeds.a.b.c=1": "seeds: expected a list of seeds or a count, not a mapping",
}


@pytest.mark.parametrize("override", list(SET))
def test_a_bad_override_is_told_by_its_own_text(override: str):
    write("c.yaml", "{}\n")
    shown = override.replace("\n", "\\n")
    assert problems_of("c.yaml", override) == [f"--set {shown}: {SET[override]}"]


def test_a_bad_override_does_not_hide_what_is_wrong_with_the_file():
    write("c.yaml", "seeds: x\n")
    assert problems_of("c.yaml", "nonsense", "optimizer.b1=2") == [
        "--set nonsense: expected dotted.name=value",
        "c.yaml:1:8: seeds: expected a list of seeds or a count, not the text 'x'",
        "--set optimizer.b1=2: must be at most 0.99999, not 2",
    ]


def test_a_long_override_is_shown_shortened():
    write("c.yaml", "{}\n")
    (problem,) = problems_of("c.yaml", "name=" + "x" * 5000)
    assert problem == f"--set name={'x' * 72}...: must have at most 64 characters, not 5,000"
