"""Every kind of mistake in a config: its exact message, at its exact place."""

from __future__ import annotations

import os
import pickle
from itertools import pairwise
from pathlib import Path

import pytest

from ganrun.config import ConfigError, load_experiment
from ganrun.config.yaml_tree import DEPTH_LIMIT, PROBLEMS_LIMIT

FIELDS = (
    "extends, name, seeds, target, generator, discriminator, objective, penalties, optimizer, "
    "training, evaluation, snapshots"
)


def problems_of(path: str | Path, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_experiment(Path(path), overrides)
    return list(caught.value.problems)


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages hold the path as it was given, so short paths keep them readable here."""
    monkeypatch.chdir(tmp_path)


def problems_in(text: str | bytes, *overrides: str) -> list[str]:
    content = text.encode() if isinstance(text, str) else text
    Path("c.yaml").write_bytes(content)
    return problems_of("c.yaml", *overrides)


UNKNOWN = {
    "optimizer: {betta1: 0.5}": "1:13: optimizer.betta1: unknown field; did you mean 'b1'?",
    "optimizer:\n  beta2: 0.5": "2:3: optimizer.beta2: unknown field; did you mean 'b2'?",
    "training: {step: 5}": "1:12: training.step: unknown field; did you mean 'steps'?",
    "Training: {}": "1:1: Training: unknown field; did you mean 'training'?",
    "loss: hinge": "1:1: loss: unknown field; did you mean 'objective'?",
    "lr: 1": "1:1: lr: unknown field; did you mean 'optimizer.learning_rate'?",
    "b1: 0.5": "1:1: b1: unknown field; did you mean 'optimizer.b1'?",
    "training: {samples: 9}": (
        "1:12: training.samples: unknown field; "
        "did you mean 'evaluation.samples' or 'snapshots.samples'?"
    ),
    "generator: {objective: hinge}": (
        "1:13: generator.objective: unknown field; did you mean 'objective'?"
    ),
    "zebra: 1": f"1:1: zebra: unknown field; the fields here are {FIELDS}",
    "target: {rows: 3}": (
        "1:10: target.rows: unknown field of layout 'ring'; it belongs to 'grid'"
    ),
    "target: {layout: grid, modes: 3}": (
        "1:24: target.modes: unknown field of layout 'grid'; "
        "it belongs to 'ring', 'line', 'spiral', 'random', 'rings' and 'points'"
    ),
    "target: {sigma: 3}": "1:10: target.sigma: unknown field; did you mean 'std'?",
    "penalties: {gp: {}}": "1:13: penalties.gp: unknown field; did you mean 'gradient_penalty'?",
    "penalties: {r1: {gamma: 3}}": (
        "1:18: penalties.r1.gamma: unknown field; did you mean 'weight'?"
    ),
    "<<: {name: a}": (
        "1:1: <<: unknown field; merge keys are not supported, 'extends' inherits from another file"
    ),
    "1: 2": f"1:1: 1: unknown field; the fields here are {FIELDS}",
    '"na\\nme": 2': "1:1: na\\nme: unknown field; did you mean 'name'?",
}

WRONG_TYPE = {
    "training: {steps: abc}": ("1:19: training.steps: expected a whole number, not the text 'abc'"),
    "training: {steps: '5'}": (
        "1:19: training.steps: expected a whole number, not the text '5'; write it without quotes"
    ),
    "training: {steps: 10_000}": (
        "1:19: training.steps: expected a whole number, not the text '10_000'; did you mean 10000?"
    ),
    "training: {steps: 2.5}": "1:19: training.steps: expected a whole number, not 2.5",
    "training: {steps: true}": "1:19: training.steps: expected a whole number, not true",
    "training: {steps: }": "1:12: training.steps: expected a whole number, not nothing",
    "optimizer: {b1: ~}": "1:17: optimizer.b1: expected a number, not ~",
    "optimizer: {b1: [0.5]}": "1:17: optimizer.b1: expected a number, not a list",
    "optimizer: {b1: true}": "1:17: optimizer.b1: expected a number, not true",
    "optimizer: [adam]": "1:12: optimizer: expected a mapping of fields, not a list",
    "optimizer:\nname: a": "1:1: optimizer: expected a mapping of fields, not nothing",
    "target: ring": "1:9: target: expected a mapping of fields, not the text 'ring'",
    "penalties: {r1: 5}": (
        "1:17: penalties.r1: expected a mapping of fields, not 5; did you mean {weight: 5}?"
    ),
    "penalties: [r1]": "1:12: penalties: expected a mapping of fields, not a list",
    "discriminator: {spectral_norm: yes}": (
        "1:32: discriminator.spectral_norm: expected true or false, not the text 'yes'; "
        "did you mean true?"
    ),
    "discriminator: {spectral_norm: 1}": (
        "1:32: discriminator.spectral_norm: expected true or false, not 1"
    ),
    "generator: {hidden: 64}": "1:21: generator.hidden: expected a list, not 64",
    "generator: {hidden: [64, x]}": (
        "1:26: generator.hidden[1]: expected a whole number, not the text 'x'"
    ),
    "name: 12": "1:7: name: expected text, not 12; write it in quotes",
    "seeds: all": "1:8: seeds: expected a list of seeds or a count, not the text 'all'",
    "seeds: 1.5": "1:8: seeds: expected a whole number, not 1.5",
    "seeds: [0, a]": "1:12: seeds[1]: expected a whole number, not the text 'a'",
    "objective: 3": (
        "1:12: objective: expected one of non_saturating, minimax, wasserstein, hinge, "
        "least_squares, relativistic_pairing, relativistic_average, not 3"
    ),
    "target: {layout: ~}": (
        "1:18: target.layout: expected one of ring, grid, line, spiral, random, two_moons, "
        "swiss_roll, checkerboard, rings, custom, points, not ~"
    ),
    "target: {layout: custom, means: [[1]], stds: [1]}": (
        "1:34: target.means[0]: expected a list of 2, not of 1"
    ),
}

CHOICES = {
    "objective: WGAN": "1:12: objective: unknown objective 'WGAN'; did you mean 'wasserstein'?",
    "objective: bce": "1:12: objective: unknown objective 'bce'; did you mean 'non_saturating'?",
    "generator: {activation: rleu}": (
        "1:25: generator.activation: unknown activation 'rleu'; did you mean 'relu'?"
    ),
    "generator: {initializer: xavier-normal}": (
        "1:26: generator.initializer: unknown initializer 'xavier-normal'; "
        "did you mean 'glorot_normal'?"
    ),
    "optimizer: {name: lion}": (
        "1:19: optimizer.name: unknown optimizer 'lion'; it is one of adam, sgd, rmsprop, adamw, "
        "momentum"
    ),
    "training: {updates: alternate}": (
        "1:21: training.updates: unknown updates 'alternate'; did you mean 'alternating'?"
    ),
    "target: {layout: rign}": "1:18: target.layout: unknown layout 'rign'; did you mean 'ring'?",
}

RANGE = {
    "training: {steps: 0}": "1:19: training.steps: must be at least 1, not 0",
    "training: {steps: 1e12}": "1:19: training.steps: must be at most 10,000,000, not 1e12",
    f"training: {{steps: {'9' * 60}}}": (
        f"1:19: training.steps: must be at most 10,000,000, not {'9' * 37}..."
    ),
    "optimizer: {learning_rate: 0}": (
        "1:28: optimizer.learning_rate: must be at least 1e-08, not 0"
    ),
    "optimizer: {b1: 1.0}": "1:17: optimizer.b1: must be at most 0.99999, not 1.0",
    "optimizer: {b1: .nan}": "1:17: optimizer.b1: must be finite, not .nan",
    "optimizer: {b1: -.inf}": "1:17: optimizer.b1: must be finite, not -.inf",
    "optimizer: {b1: 1e999}": "1:17: optimizer.b1: must be finite, not 1e999",
    "training: {steps: .inf}": "1:19: training.steps: must be finite, not .inf",
    "seeds: .inf": "1:8: seeds: must be finite, not .inf",
    f"training: {{steps: {'9' * 9000}}}": (
        f"1:19: training.steps: must be finite, not {'9' * 37}..."
    ),
    f"training: {{steps: 0x{'f' * 9000}}}": (
        f"1:19: training.steps: must be finite, not 0x{'f' * 35}..."
    ),
    "seeds: 0": "1:8: seeds: a count of seeds must be from 1 to 16,384, not 0",
    "seeds: []": "1:8: seeds: needs at least 1, not 0",
    "seeds: [-1]": "1:9: seeds[0]: must be at least 0, not -1",
    "seeds: [2147483648]": "1:9: seeds[0]: must be less than 2,147,483,648, not 2147483648",
    "generator: {hidden: []}": "1:21: generator.hidden: needs at least 1, not 0",
    "generator: {hidden: [1,1,1,1,1,1,1,1,1]}": (
        "1:21: generator.hidden: must have at most 8 entries, not 9"
    ),
    "generator: {hidden: [4096]}": "1:22: generator.hidden[0]: must be at most 2,048, not 4096",
    "penalties: {r1: {weight: -1}}": "1:26: penalties.r1.weight: must be at least 0, not -1",
    "target: {std: 0}": "1:15: target.std: must be at least 0.0001, not 0",
    "snapshots: {grid: 1000}": "1:19: snapshots.grid: must be at most 256, not 1000",
    "name: ../up": (
        "1:7: name: the text '../up' would not be a safe folder name; use letters, digits, '.', "
        "'_' and '-', and begin with a letter or a digit"
    ),
    f"name: {'a' * 65}": "1:7: name: must have at most 64 characters, not 65",
}

CONTRADICTIONS = {
    "target: {modes: 3, weights: [1, 2]}": (
        "1:29: target.weights: 2 weights for 3 modes; give one per mode"
    ),
    "target: {layout: grid, weights: [1, 2]}": (
        "1:33: target.weights: 2 weights for 25 modes; give one per mode"
    ),
    "target: {layout: custom, stds: [1]}": ("1:9: target.means: missing; layout 'custom' needs it"),
    "target: {layout: custom, means: [[0, 0]]}": (
        "1:9: target.stds: give the modes stds or covariances"
    ),
    "target: {layout: custom, means: [[0, 0]], stds: [1], covariances: [[[1, 0], [0, 1]]]}": (
        "1:67: target.covariances: give either stds or covariances, not both"
    ),
    "target: {layout: custom, means: [[0, 0]], stds: [1, 2]}": (
        "1:49: target.stds: 2 stds for 1 means; give one per mode"
    ),
    "target: {layout: custom, means: [[0, 0]], covariances: [[[1, 2], [2, 1]]]}": (
        "1:57: target.covariances[0]: not positive definite"
    ),
    "target: {layout: custom, means: [[0, 0]], covariances: [[[1, 0.5], [0.1, 1]]]}": (
        "1:57: target.covariances[0]: not symmetric: 0.5 and 0.1"
    ),
    "target: {layout: custom, means: [[0, 0]], covariances: [[[1, 0], [0, 1e-9]]]}": (
        "1:57: target.covariances[0]: narrower than a std of 0.0001 along one axis"
    ),
    "target: {layout: grid, rows: 20, columns: 20}": (
        "1:30: target.rows: 20 rows of 20 are more than 256 modes"
    ),
    "target: {layout: grid, columns: 60}": (
        "1:33: target.rows: 5 rows of 60 are more than 256 modes"
    ),
    "target: {layout: random, modes: 100}": (
        "1:33: target.least_distance: 100 modes cannot be 0.5 apart in a square of side 4.0; "
        "lower least_distance or modes, or raise radius"
    ),
    "seeds: [3, 1, 3]": "1:15: seeds[2]: seed 3 is listed twice",
    "training: {steps: 1000000}\nevaluation: {every: 9}": (
        "2:21: evaluation.every: 9 with 1000000 rounds makes more than 100000 evaluations; "
        "must be at least 10"
    ),
    "target: {layout: grid, rows: 16, columns: 16}": (
        "1:9: evaluation.samples: 2500 samples are too few for 256 modes; must be at least 2560"
    ),
}

YAML = {
    "a: [1": (
        "1:6: bad YAML: expected ',' or ']', but got '<stream end>' while parsing a flow sequence"
    ),
    "name: a: b": "1:8: bad YAML: mapping values are not allowed here",
    "training:\n\tsteps: 1": (
        "2:1: bad YAML: found character '\\t' that cannot start any token while scanning for the "
        "next token; indent with spaces, not tabs"
    ),
    'name: "a': ("1:9: bad YAML: found unexpected end of stream while scanning a quoted scalar"),
    "name: a\nname: b": "2:1: name: duplicate key; first on line 1",
    "training:\n  steps: 1\n  steps: 2": "3:3: training.steps: duplicate key; first on line 2",
    "name: !!python/object:os.system x": (
        "1:7: name: YAML tags are not supported, remove '!!python/object:os.system'"
    ),
    "optimizer: !mine {}": "1:12: optimizer: YAML tags are not supported, remove '!mine'",
    "seeds: [!!int 3]": "1:9: seeds[0]: YAML tags are not supported, remove '!!int'",
    "? [a]\n: 1": "1:3: a field's name must be plain text",
    "name: *a": "1:7: name: alias '*a' has no anchor '&a' before it",
    f"name: *{'a' * 5000}": (
        f"1:7: name: alias '*{'a' * 37}...' has no anchor '&{'a' * 37}...' before it"
    ),
    "seeds: &a [*a]": "1:12: seeds[0]: alias '*a' stands inside its own anchor",
    "name: a\n---\nname: b": "2:1: a second document begins here; a config is one document",
    "- name": "1:1: expected a mapping of fields, not a list",
    "hello": "1:1: expected a mapping of fields, not 'hello'",
    "name: \x00": "1:7: character U+0000 is not allowed in YAML",
    "name: a\nseeds: \x1b[31m": "2:8: character U+001B is not allowed in YAML",
    'name: "\\uD800"': "1:7: name: an escape stands for half a character",
    "seeds: " + "[" * 50: (
        f"1:27: seeds{'[0]' * (DEPTH_LIMIT - 1)}: nested more than 20 levels deep"
    ),
}

ALL = UNKNOWN | WRONG_TYPE | CHOICES | RANGE | CONTRADICTIONS | YAML


@pytest.mark.parametrize("text", list(ALL), ids=lambda text: text[:60])
def test_a_mistake_is_one_line_with_place_field_and_remedy(text: str):
    assert problems_in(text) == [f"c.yaml:{ALL[text]}"]


@pytest.mark.parametrize("text", ["", "# comment only\n", "---\n", "\n\n", "\ufeff"])
def test_an_empty_file_is_no_config(text: str):
    assert problems_in(text) == ["c.yaml:1:1: empty; even '{}' would be a config"]


def test_a_missing_file_is_named_with_the_one_that_was_meant():
    Path("configs").mkdir()
    Path("configs/five_gaussians.yaml").touch()
    meant = "; did you mean 'configs/five_gaussians.yaml'?"
    for name in ("configs/five_gausians.yaml", "configs/five_gaussians"):
        assert problems_of(name) == [f"{name}: no such file{meant}"]
    assert problems_of("configs/other.yaml") == ["configs/other.yaml: no such file"]
    assert problems_of("nowhere/other.yaml") == ["nowhere/other.yaml: no such file"]


def test_what_cannot_be_read_as_a_file_is_said_plainly():
    Path("folder.yaml").mkdir()
    assert problems_of("folder.yaml") == ["folder.yaml: a directory, not a config"]
    assert problems_of("a\0b") == ["a\\x00b: cannot be read: embedded null byte"]
    assert problems_of("x" * 300) == [f"{'x' * 300}: cannot be read: File name too long"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_without_permission_is_said_plainly():
    Path("secret.yaml").touch(mode=0)
    assert problems_of("secret.yaml") == ["secret.yaml: cannot be read: Permission denied"]


def test_a_file_that_never_ends_is_not_read_to_the_end():
    assert problems_in(b"# " + b"x" * 300_000) == ["c.yaml: larger than 256 KiB"]
    if Path("/dev/zero").exists():
        assert problems_of("/dev/zero") == ["/dev/zero: larger than 256 KiB"]


def test_a_file_that_is_not_utf_8_is_told_where():
    assert problems_in(b"name: a\nseeds: \xff") == ["c.yaml:2:8: not UTF-8: byte 0xff"]
    assert problems_in("name: ä".encode("latin-1")) == ["c.yaml:1:7: not UTF-8: byte 0xe4"]
    assert problems_in("name: a".encode("utf-16")) == ["c.yaml:1:1: not UTF-8: byte 0xff"]


def test_an_alias_bomb_is_refused_without_being_written_out():
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]" for a, b in pairwise("abcdefghi")]
    (problem,) = problems_in("\n".join(lines))
    assert problem == "c.yaml:5:12: e[1]: more than 20000 values, aliases written out"


def test_an_anchor_and_its_aliases_may_be_used():
    Path("c.yaml").write_text(
        "generator: &net {hidden: [8, 8], activation: tanh}\ndiscriminator: *net\n"
    )
    experiment = load_experiment(Path("c.yaml"))
    assert experiment.discriminator.hidden == experiment.generator.hidden == (8, 8)


def test_a_wrong_value_under_an_alias_is_told_where_it_is_written():
    text = "generator: &net {hidden: [0]}\ndiscriminator: *net\n"
    assert problems_in(text) == [
        "c.yaml:1:27: generator.hidden[0]: must be at least 1, not 0",
        "c.yaml:1:27: discriminator.hidden[0]: must be at least 1, not 0",
    ]


def test_all_problems_of_a_file_are_told_together_in_the_order_of_its_lines():
    text = """\
snapshots: {grid: -1}
optimizer:
  b1: 2
  b1: 3
  betta: 4
objective: what
training: {steps: no}
"""
    assert problems_in(text) == [
        "c.yaml:1:19: snapshots.grid: must be at least 2, not -1",
        "c.yaml:3:7: optimizer.b1: must be at most 0.99999, not 2",
        "c.yaml:4:3: optimizer.b1: duplicate key; first on line 3",
        "c.yaml:5:3: optimizer.betta: unknown field; did you mean 'b1'?",
        "c.yaml:6:12: objective: unknown objective 'what'; it is one of non_saturating, minimax, "
        "wasserstein, hinge, least_squares, relativistic_pairing, relativistic_average",
        "c.yaml:7:19: training.steps: expected a whole number, not the text 'no'",
    ]


HUGE, LONG = "7" * 5000, "x" * 5000


@pytest.mark.parametrize(
    "text",
    [
        f"penalties: {{r1: {HUGE}}}",
        f"penalties: {{r1: '{HUGE}'}}",
        f"seeds: {HUGE},{HUGE}",
        f"training: {{steps: '{'7,' * 2000}7'}}",
        f"training: {{steps: 1{'_0' * 2000}}}",
        f"generator: {{hidden: '{HUGE},{HUGE}'}}",
        f"target: {{layout: {LONG}}}",
        f"objective: {HUGE}",
        f"{LONG}: 1",
        f"penalties: {{{LONG}: 1}}",
        f"extends: {LONG}",
        f"name: {HUGE}",
        f"name: !{LONG} b",
    ],
    ids=lambda text: text[:30],
)
def test_what_was_written_at_length_is_quoted_by_its_beginning_alone(text: str):
    assert max(map(len, problems_in(text))) <= 300


def test_what_an_option_says_at_length_is_quoted_by_its_beginning_alone():
    options = [f"{LONG}=1", f"target.{LONG}=1", f"penalties.r1={HUGE}", f"training.steps='{HUGE}'"]
    for option in options:
        assert max(map(len, problems_in("{}", option))) <= 300


def test_a_flood_of_problems_is_cut_off():
    problems = problems_in("\n".join(f"zebra{i}: 1" for i in range(PROBLEMS_LIMIT + 7)))
    assert len(problems) == PROBLEMS_LIMIT + 1
    assert "c.yaml: and 7 problems more" in problems
    assert len(problems_in("name: a\n" * 1000)) == PROBLEMS_LIMIT + 1


def test_control_characters_in_names_and_values_do_not_reach_the_terminal():
    (problem,) = problems_in('objective: "\\e[31mred\\r\\n\\u2028"')
    assert problem.isprintable()
    assert problem.startswith("c.yaml:1:12: objective: unknown objective '\\x1b[31mred\\r\\n")


def test_an_error_can_be_pickled_and_printed():
    error = ConfigError(["a.yaml:1:1: one", "a.yaml:2:1: two"])
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems == ("a.yaml:1:1: one", "a.yaml:2:1: two")
    assert str(error) == "a.yaml:1:1: one\na.yaml:2:1: two"
