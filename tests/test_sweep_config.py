"""A sweep's file: what it resolves to, which sweeps are the same, and how mistakes are told."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from json_schema_check import accepts
from strategies import Config, dump
from sweep_strategies import bad_sweeps, sweep_texts, sweeps

from ganrun.config import (
    ConfigError,
    Sweep,
    load_experiment,
    load_sweep,
    sweep_json_schema,
    sweep_yaml,
)
from ganrun.config.find import find_config
from ganrun.config.shipped import default_sweep
from ganrun.sweep.designs import Design

ROOT = Path(__file__).parent.parent
SCHEMA = sweep_json_schema()
AXIS = "vary: {optimizer.b1: [0.1, 0.5]}\n"

quietly = settings(
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def load(text: str, *overrides: str) -> Sweep:
    return load_sweep(write("s.yaml", text), overrides)


def problems_in(text: str, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(text, *overrides)
    return list(caught.value.problems)


def levels(text: str, *overrides: str) -> tuple[Any, ...] | None:
    (factor,) = load(text, *overrides).factors
    return factor.levels


def test_a_sweep_is_its_base_with_fields_that_vary():
    write("configs/base.yaml", "name: base\nseeds: 3\ntraining: {steps: 500}\n")
    write(
        "configs/sweeps/s.yaml",
        "name: mine\nbase: ../base.yaml\nvary: {optimizer.b1: [0.1, 0], objective: [hinge]}\n",
    )
    sweep = load_sweep(Path("configs/sweeps/s.yaml"))
    assert (sweep.name, sweep.design, sweep.points, sweep.cases) == ("mine", "factorial", None, {})
    assert [(f.field, f.levels) for f in sweep.factors] == [
        ("optimizer.b1", (0.1, 0.0)),
        ("objective", ("hinge",)),
    ]
    assert sweep.base == load_experiment(Path("configs/base.yaml"))
    assert (sweep.seeds, sweep.cells, sweep.trials) == ((0, 1, 2), 2, 6)


def test_a_sweeps_seeds_replace_those_of_its_base():
    sweep = load("base: {seeds: 3}\nseeds: [5, 7]\n" + AXIS)
    assert sweep.seeds == sweep.base.seeds == (5, 7)


def test_a_base_may_be_a_shipped_config():
    assert load("base: configs/five_gaussians.yaml\n" + AXIS).base.name == "five_gaussians"
    write("configs/five_gaussians.yaml", "name: mine")
    assert load("base: configs/five_gaussians.yaml\n" + AXIS).base.name == "mine"


def test_a_base_may_hold_fields_and_extend_a_config():
    write("base.yaml", "name: base\ntraining: {steps: 500}\n")
    sweep = load("base: {extends: base.yaml, training: {batch_size: 8}}\n" + AXIS)
    training = sweep.base.training
    assert (sweep.base.name, training.steps, training.batch_size) == ("base", 500, 8)


def test_ranges_are_spread_evenly_with_both_ends():
    axis = "vary: {optimizer.learning_rate_ratio: %s}"
    assert levels(axis % "{log: [0.1, 10], points: 3}") == (0.1, 1.0, 10.0)
    assert levels(axis % "{linear: [1, 2], points: 5}") == (1.0, 1.25, 1.5, 1.75, 2.0)
    seven = levels(axis % "{log: [0.1, 10], points: 7}")
    assert seven is not None
    assert seven[:3] == (0.1, 0.215443469003, 0.464158883361)


def test_whole_numbers_are_rounded_and_those_that_coincide_dropped():
    text = "vary: {training.discriminator_steps: {linear: [1, 4], points: 10}}"
    assert levels(text) == (1, 2, 3, 4)
    text = "vary: {training.batch_size: {log: [1, 100], points: 5}}"
    assert levels(text) == (1, 3, 10, 32, 100)
    assert load(text).factors[0].whole


def test_levels_are_numbers_names_switches_lists_and_nothing():
    assert levels("vary: {generator.hidden: [[32, 32], [64]]}") == ((32, 32), (64,))
    assert levels("vary: {discriminator.weight_clip: [null, 0.1]}") == (None, 0.1)
    assert levels("vary: {discriminator.spectral_norm: [true, false]}") == (True, False)
    assert levels("vary: {target.layout: [ring, grid]}") == ("ring", "grid")
    assert levels("vary: {training.steps: [1e2]}") == (100,)


def test_a_random_design_draws_from_ranges_and_lists():
    sweep = load(
        "design: random\npoints: 12\nvary: {optimizer.b1: {linear: [0, 0.9]}, objective: [hinge]}"
    )
    one, other = sweep.factors
    assert (one.levels, one.low, one.high, one.log, one.whole) == (None, 0.0, 0.9, False, False)
    assert other.levels == ("hinge",)
    assert (sweep.points, sweep.cells) == (12, 12)


def test_a_sobol_design_has_a_block_of_points_for_each_of_its_base_count():
    sweep = load(
        "design: sobol\npoints: 8\nseeds: 2\nvary: {optimizer.b1: {linear: [0, 0.9]}, "
        "target.std: {log: [0.01, 0.1]}}\ncases: {a: {}, b: {objective: hinge}}"
    )
    assert (sweep.cells, sweep.trials) == (2 * 8 * (2 + 2), 4 * 8 * (2 + 2))


def test_cases_are_written_with_dotted_names_or_nested():
    sweep = load(
        "cases:\n"
        "  bce:\n"
        "  one: {objective: wasserstein, penalties.gradient_penalty.weight: 1}\n"
        "  two: {objective: wasserstein, penalties: {gradient_penalty: {weight: 1}}}\n"
        "  without: {penalties.r1: null, optimizer.b1: 0, optimizer: {b2: 0.9}}\n"
    )
    assert sweep.cases["bce"] == {}
    assert sweep.cases["one"] == sweep.cases["two"]
    assert sweep.cases["one"]["penalties"] == {"gradient_penalty": {"weight": 1.0}}
    assert sweep.cases["without"] == {"penalties": {"r1": None}, "optimizer": {"b1": 0, "b2": 0.9}}
    assert (sweep.factors, sweep.cells) == ((), 4)


def test_options_override_the_sweep_and_its_base():
    write("other.yaml", "name: other\ntraining: {batch_size: 8}\n")
    sweep = load(
        "name: a\nseeds: 2\nbase: {training: {steps: 9}}\nvary: {optimizer.b1: [0.1]}\n"
        "cases: {x: {objective: hinge}}",
        *("name=b", "seeds=[4]", "base.training.steps=500", "base=other.yaml"),
        *("vary.optimizer.b1={log: [0.1, 0.2], points: 2}", "vary.optimizer.b1=[0.3, 0.4]"),
        *("vary.target.std=[1]", "cases.x.training.updates=simultaneous", "cases.y={}"),
    )
    assert (sweep.name, sweep.seeds, sweep.base.name) == ("b", (4,), "other")
    assert (sweep.base.training.steps, sweep.base.training.batch_size) == (500, 8)
    assert [factor.levels for factor in sweep.factors] == [(0.3, 0.4), (1.0,)]
    assert sweep.cases == {
        "x": {"objective": "hinge", "training": {"updates": "simultaneous"}},
        "y": {},
    }


def test_options_make_a_design_of_another_kind():
    sweep = load("vary: {optimizer.b1: [0.1, 0.5]}", "design=random", "points=64")
    assert (sweep.design, sweep.cells) == ("random", 64)


def test_a_case_of_another_layout_is_written_as_it_always_was():
    write("parent.yaml", "cases: {x: {target: {modes: 3}, objective: hinge}}\n")
    sweep = load("extends: parent.yaml\ncases: {x: {target: {layout: grid}}}\n")
    assert "x: {objective: hinge, target: {layout: grid}}" in sweep_yaml(sweep)


def test_a_sweep_extends_another():
    write("one/base.yaml", "training: {steps: 70}\n")
    write(
        "one/parent.yaml",
        "name: parent\nbase: base.yaml\nseeds: 4\ncases: {x: {objective: hinge}, y: {}}\n"
        "vary: {optimizer.b1: {log: [0.1, 0.2], points: 2}, target.std: [1, 2]}\n",
    )
    sweep = load(
        "extends: one/parent.yaml\nbase: {training: {batch_size: 8}}\n"
        "vary: {optimizer.b1: [0.5]}\ncases: {x: {optimizer.b2: 0.9}}\n"
    )
    assert (sweep.name, sweep.seeds) == ("parent", (0, 1, 2, 3))
    assert (sweep.base.training.steps, sweep.base.training.batch_size) == (70, 8)
    assert [factor.levels for factor in sweep.factors] == [(0.5,), (1.0, 2.0)]
    assert sweep.cases == {"x": {"objective": "hinge", "optimizer": {"b2": 0.9}}, "y": {}}


IN_VARY = {
    "optimizer.betta1: [1]": "1:8: vary.optimizer.betta1: unknown field; did you mean 'b1'?",
    "lr: [1]": "1:8: vary.lr: unknown field; did you mean 'optimizer.learning_rate'?",
    "optimizer.b1.x: [1]": (
        "1:8: vary.optimizer.b1.x: unknown field; 'optimizer.b1' holds a value, not fields"
    ),
    "zebra: [1]": (
        "1:8: vary.zebra: unknown field; the fields here are target, generator, discriminator, "
        "objective, penalties, optimizer, training, evaluation, snapshots"
    ),
    "target.rows: [3]": (
        "1:8: vary.target.rows: unknown field of layout 'ring'; it belongs to 'grid'"
    ),
    "optimizer: {b1: [0.5]}": (
        "1:8: vary.optimizer: a section, not a field; vary its fields by their dotted names, or "
        "use 'cases'"
    ),
    "seeds: [1, 2]": (
        "1:8: vary.seeds: every point of a design has the same seeds; they stand in the sweep's "
        "own 'seeds'"
    ),
    "name: [a]": "1:8: vary.name: a name decides no result; only the sweep itself has one",
    "optimizer.b1: 0.5": (
        "1:8: vary.optimizer.b1: expected a list of levels or a range such as {log: [a, b]}, "
        "not 0.5"
    ),
    "target.layout: 5": (
        "1:8: vary.target.layout: expected a list of levels or a range such as {log: [a, b]}, not 5"
    ),
    "optimizer.b1: []": "1:22: vary.optimizer.b1: expected 1 to 1000 levels, not 0",
    "optimizer.b1: [0, x]": ("1:26: vary.optimizer.b1[1]: expected a number, not the text 'x'"),
    "optimizer.b1: [2]": "1:23: vary.optimizer.b1[0]: must be at most 0.99999, not 2",
    "optimizer.b1: [.nan]": "1:23: vary.optimizer.b1[0]: must be finite, not .nan",
    "training.steps: [100, 1e2]": "1:30: vary.training.steps[1]: level 100 is listed twice",
    "objective: [wgan]": (
        "1:20: vary.objective[0]: unknown objective 'wgan'; did you mean 'wasserstein'?"
    ),
    "generator.hidden: [[64], [0]]": (
        "1:34: vary.generator.hidden[1][0]: must be at least 1, not 0"
    ),
    "target.layout: [gird]": (
        "1:24: vary.target.layout[0]: unknown layout 'gird'; did you mean 'grid'?"
    ),
    "optimizer.b1: [0.1], optimizer.b1: [0.2]": (
        "1:29: vary.optimizer.b1: duplicate key; first on line 1"
    ),
    "optimizer.b1: {linear: [0, 0.9]}": (
        "1:8: vary.optimizer.b1: a range in a factorial design needs 'points': "
        "{log: [a, b], points: 5}"
    ),
    "optimizer.b1: {linear: [0, 0.9], points: 1}": (
        "1:49: vary.optimizer.b1.points: must be at least 2, not 1"
    ),
    "optimizer.b1: {linear: [0, 0.9], points: 1e6}": (
        "1:49: vary.optimizer.b1.points: must be at most 1,000, not 1e6"
    ),
    "optimizer.b1: {log: [0, 0.9], points: 3}": (
        "1:28: vary.optimizer.b1.log: a logarithmic range lies above 0, not at 0"
    ),
    "optimizer.b1: {linear: [0.9, 0.1], points: 3}": (
        "1:31: vary.optimizer.b1.linear: must go up, not from 0.9 to 0.1"
    ),
    "optimizer.b1: {linear: [0.9], points: 3}": (
        "1:31: vary.optimizer.b1.linear: expected the two ends of the range, as in [0.1, 10]"
    ),
    "optimizer.b1: {linear: [0, .inf], points: 3}": (
        "1:35: vary.optimizer.b1.linear[1]: must be finite, not .inf"
    ),
    "optimizer.b1: {lin: [0, 1], points: 3}": (
        "1:23: vary.optimizer.b1.lin: unknown field; did you mean 'linear'?"
    ),
    "optimizer.b1: {points: 3}": (
        "1:8: vary.optimizer.b1: give the range's ends as either 'linear' or 'log'"
    ),
    "generator.hidden: {linear: [[1], [2]], points: 3}": (
        "1:35: vary.generator.hidden.linear: this field holds no number; give a list of levels"
    ),
    "training.batch_size: {log: [1.5, 64], points: 3}": (
        "1:36: vary.training.batch_size.log[0]: expected a whole number, not 1.5"
    ),
}
IN_CASES = {
    "a: 3": "1:12: cases.a: expected a mapping of fields, not 3",
    "a b: {}": "1:9: cases.a b: a case's name has up to 64 letters, digits, '_' and '-'",
    "a: {objetive: hinge}": "1:13: cases.a.objetive: unknown field; did you mean 'objective'?",
    "a: {optimizer.b1: 3}": "1:27: cases.a.optimizer.b1: must be at most 0.99999, not 3",
    "a: {optimizer: {b1: 3}}": "1:29: cases.a.optimizer.b1: must be at most 0.99999, not 3",
    "a: {optimizer: null}": "1:24: cases.a.optimizer: expected a mapping of fields, not null",
    "a: {penalties.r1: 3}": (
        "1:27: cases.a.penalties.r1: expected a mapping of fields, not 3; did you mean {weight: 3}?"
    ),
    "a: {optimizer.b1: 0.1, optimizer: {b1: 0.2}}": (
        "1:44: cases.a.optimizer.b1: duplicate key; first on line 1"
    ),
    "a: {name: x}": "1:13: cases.a.name: a name decides no result; only the sweep itself has one",
}
IN_SWEEP = {
    "{}": "1:1: vary: nothing varies; give it fields, or give 'cases'",
    "vary: 3": "1:7: vary: expected a mapping of dotted fields, not 3",
    "cases: [a]": "1:8: cases: expected a mapping of names to overrides, not a list",
    "design: random\npoints: 2\ncases: {a: {}}": "1:1: vary: nothing varies; give it fields",
    AXIS + "design: grid": "2:9: design: unknown design 'grid'; did you mean 'factorial'?",
    AXIS + "points: 3": "2:9: points: a factorial design has them in each of its ranges",
    AXIS + "design: random": "1:1: points: missing; a random design needs their number",
    AXIS + "design: sobol\npoints: 7": "3:9: points: must be a power of two, as 4 or 8, not 7",
    AXIS + "design: random\npoints: 2e9": "3:9: points: must be at most 1,000,000, not 2e9",
    AXIS + "seeds: [1, 1]": "2:12: seeds[1]: seed 1 is listed twice",
    AXIS + "name: 3": "2:7: name: expected text, not 3; write it in quotes",
    AXIS + "training: {}": "2:1: training: unknown field; did you mean 'base.training'?",
    AXIS + "steps: 3": "2:1: steps: unknown field; did you mean 'base.training.steps'?",
    AXIS + "axes: 3": "2:1: axes: unknown field; did you mean 'vary'?",
    AXIS + "lanes: 3": (
        "2:1: lanes: unknown field; the fields of a sweep are extends, name, base, design, seeds, "
        "points, precision, most_seeds, confirm, vary, cases"
    ),
    AXIS + "extends: s.yaml": "2:10: extends: this config extends itself: s.yaml -> s.yaml",
    AXIS + "base: nowhere.yaml": "2:7: base: nowhere.yaml: no such file",
    AXIS + "base: 3": "2:7: base: expected a config's path or an experiment's fields, not 3",
    AXIS + "base: s.yaml": "2:7: base: s.yaml: a sweep, not an experiment",
    AXIS + "base: {training: {step: 3}}": (
        "2:19: base.training.step: unknown field; did you mean 'steps'?"
    ),
    AXIS + "base: {extends: nowhere.yaml}": "2:17: extends: nowhere.yaml: no such file",
    AXIS + "cases: {a: {optimizer.b1: 0.3}, b: {}}": (
        "2:9: cases.a: sets 'optimizer.b1', which varies too; leave it to one of them"
    ),
    "vary: {penalties.r1.weight: [1]}\ncases: {a: {penalties: null}}": (
        "2:9: cases.a: sets 'penalties', which varies too; leave it to one of them"
    ),
    "design: random\npoints: 4\nvary: {optimizer.b1: {linear: [0, .1], points: 3}}": (
        "3:40: vary.optimizer.b1.points: a range has points of its own in a factorial design only"
    ),
    "seeds: 2\nvary: {training.steps: {linear: [1, 1000], points: 1000}, "
    "training.batch_size: {linear: [1, 1000], points: 1000}}": (
        "2:1: 1,000,000 points with 2 seeds each are more than 1,000,000 GANs"
    ),
}
ALL = {
    **{f"vary: {{{text}}}": message for text, message in IN_VARY.items()},
    **{f"cases: {{{text}}}": message for text, message in IN_CASES.items()},
    **IN_SWEEP,
}


@pytest.mark.parametrize("text", list(ALL), ids=lambda text: text[:70])
def test_a_mistake_is_one_line_with_place_field_and_remedy(text: str):
    assert problems_in(text) == [f"s.yaml:{ALL[text]}"]


SET = {
    "base.optimizer.b2=3": "must be at most 0.99999, not 3",
    "base.optimizer.betta2=3": "unknown field; did you mean 'b2'?",
    "optimizer.b2=0.3": "optimizer: unknown field; did you mean 'base.optimizer.b2'?",
    "vary.optimizer.b1=[3]": "vary.optimizer.b1[0]: must be at most 0.99999, not 3",
    "vary.lr=[3]": "unknown field; did you mean 'optimizer.learning_rate'?",
    "vary=[3]": "expected a mapping of dotted fields, not a list",
    "cases.x.training.steps=0": "must be at least 1, not 0",
    "seeds=0": "a count of seeds must be from 1 to 16,384, not 0",
    "extends=a.yaml": "only a config can extend another",
    "base.extends=a.yaml": "only a config can extend another",
    "base={extends: a.yaml}": "only a config can extend another",
    "base=nowhere.yaml": "nowhere.yaml: no such file",
    "nonsense": "expected dotted.name=value",
}


@pytest.mark.parametrize("override", list(SET))
def test_a_bad_override_is_told_by_its_own_text(override: str):
    (problem,) = problems_in(AXIS, override)
    assert problem.startswith(f"--set {override}: ")
    assert problem.endswith(SET[override])


@pytest.mark.parametrize(
    "option",
    ["target.{}=1", "{}=1", "optimizer.b1.{}=2", "vary.{}=1", "cases.a.{}=1", "vary.training=[{}]"],
)
def test_what_was_written_at_length_is_quoted_by_its_beginning_alone(option: str):
    assert max(map(len, problems_in("{}", option.format("x" * 5000)))) <= 300


def test_a_mistake_in_the_base_is_told_at_the_bases_own_line():
    write("base.yaml", "optimizer:\n  b1: 3\n")
    assert problems_in("base: base.yaml\n" + AXIS) == [
        "base.yaml:2:7: optimizer.b1: must be at most 0.99999, not 3"
    ]


def test_all_problems_of_a_sweep_are_told_together():
    text = "seeds: 0\nvary:\n  lr: [1]\n  optimizer.b1: [3]\ncases: {a: {b1: 3}}\ndesign: x\n"
    places = [problem.split(": ")[0] for problem in problems_in(text)]
    assert places == ["s.yaml:1:8", "s.yaml:6:9"]
    text = text.replace("seeds: 0", "seeds: 1")
    places = [problem.split(": ")[0] for problem in problems_in(text)]
    assert places == ["s.yaml:3:3", "s.yaml:4:18", "s.yaml:5:13", "s.yaml:6:9"]


def test_an_experiment_and_a_sweep_are_not_taken_for_each_other():
    assert problems_in("optimizer: {b1: 0.3}") == [
        "s.yaml: an experiment, not a sweep; 'ganrun train' takes it"
    ]
    write("s.yaml", AXIS)
    with pytest.raises(ConfigError) as caught:
        load_experiment(Path("s.yaml"))
    assert caught.value.problems == ("s.yaml: a sweep, not an experiment; 'ganrun sweep' takes it",)
    write("e.yaml", "extends: s.yaml")
    with pytest.raises(ConfigError) as caught:
        load_experiment(Path("e.yaml"))
    assert caught.value.problems == ("e.yaml:1:10: extends: s.yaml: a sweep, not an experiment",)
    write("e.yaml", "training: {steps: 3}")
    assert problems_in("extends: e.yaml\n" + AXIS) == [
        "s.yaml:1:10: extends: e.yaml: an experiment, not a sweep; "
        "a sweep names its experiment by 'base'"
    ]


def test_a_missing_file_is_named_with_the_shipped_sweep_that_was_meant():
    with pytest.raises(ConfigError) as caught:
        load_sweep(Path("influenc.yaml"))
    assert caught.value.problems == (
        "influenc.yaml: no such file; did you mean 'configs/sweeps/influence.yaml'?",
    )


SAME = [
    ("name: a\n" + AXIS, "name: b\nbase: {name: c}\n" + AXIS),
    (AXIS, "seeds: 1\ndesign: factorial\ncases: {}\n# comment\n" + AXIS),
    (AXIS, "vary: {optimizer.b1: {linear: [0.1, 0.5], points: 2}}"),
    ("base: {seeds: 3}\n" + AXIS, "seeds: [0, 1, 2]\n" + AXIS),
    ("cases: {a: {training.steps: 1e2}}", "cases: {a: {training: {steps: 100}}}"),
    ("vary: {target.std: [1]}", "vary: {target.std: [1.0]}"),
]
OTHERS = [
    AXIS,
    AXIS + "seeds: 2",
    AXIS + "seeds: [1, 0]",
    AXIS + "base: {training: {steps: 5}}",
    "vary: {optimizer.b1: [0.5, 0.1]}",
    "vary: {optimizer.b2: [0.1, 0.5]}",
    "vary: {optimizer.b1: [0.1, 0.5], target.std: [1]}",
    "vary: {target.std: [1], optimizer.b1: [0.1, 0.5]}",
    AXIS + "cases: {a: {}}",
    AXIS + "cases: {b: {}}",
    AXIS + "cases: {a: {}, b: {objective: hinge}}",
    AXIS + "cases: {b: {objective: hinge}, a: {}}",
    AXIS + "design: random\npoints: 4",
    AXIS + "design: random\npoints: 8",
    AXIS + "design: sobol\npoints: 4",
    "vary: {optimizer.b1: {linear: [0.1, 0.5]}}\ndesign: random\npoints: 4",
    "vary: {optimizer.b1: {log: [0.1, 0.5]}}\ndesign: random\npoints: 4",
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_sweeps_of_the_same_trials_have_one_id(one: str, other: str):
    assert load(one).id == load(other).id


def test_whatever_decides_the_trials_and_their_order_makes_another_id():
    ids = [load(text).id for text in OTHERS]
    assert len(set(ids)) == len(OTHERS)
    assert all(len(one) == 16 and set(one) <= set("0123456789abcdef") for one in ids)


def test_the_id_of_a_sweep_stays_what_it_is():
    assert load(AXIS).id == "7705847fe41c82cc"


def test_the_text_of_a_sweep_is_meant_for_people():
    sweep = load(
        "name: no\nseeds: 8\nvary:\n  target.std: {log: [1e-3, 1], points: 4}\n"
        "  training.discriminator_steps: [1, 2]\ncases:\n  12:\n  hinge: {objective: hinge}\n"
    )
    assert sweep_yaml(sweep).startswith(
        """\
name: "no"
design: factorial
seeds: 8
vary:
  target.std: {log: [0.001, 1.0], points: 4}
  training.discriminator_steps: [1, 2]
cases:
  "12": {}
  hinge: {objective: hinge}
base:
  name: experiment
  target:
    layout: ring
"""
    )


@settings(quietly, max_examples=100)
@given(config=sweeps())
def test_a_sweep_survives_being_written_alone_and_read_again(config: Config):
    sweep = load(dump(config))
    again = load(sweep_yaml(sweep))
    assert again == sweep
    assert again.id == sweep.id
    assert sweep_yaml(again) == sweep_yaml(sweep)
    assert pickle.loads(pickle.dumps(sweep)) == sweep


def problems_of_all(text: bytes, *overrides: str) -> tuple[str, ...]:
    """Return what is wrong with a sweep's file or with its design."""
    Path("s.yaml").write_bytes(text)
    try:
        Design(load_sweep(Path("s.yaml"), overrides)).validate()
    except ConfigError as error:
        return error.problems
    return ()


def assert_clear(problems: tuple[str, ...], *starts: str) -> None:
    for problem in problems:
        assert problem.startswith(starts), problem
        assert problem.isprintable(), problem
        assert len(problem) < 600, problem


@settings(quietly, max_examples=250)
@given(content=bad_sweeps())
def test_a_bad_sweep_is_told_in_lines_that_begin_with_its_path(content: bytes):
    problems = problems_of_all(content)
    assert problems
    assert_clear(problems, "s.yaml")


@settings(quietly, max_examples=200)
@given(content=sweep_texts())
def test_any_bytes_give_a_sweep_or_clear_messages(content: bytes):
    assert_clear(problems_of_all(content), "s.yaml")


@settings(quietly, max_examples=150)
@given(content=sweep_texts())
def test_any_override_gives_a_sweep_or_clear_messages(content: bytes):
    text = content.decode("latin-1")
    for name in ("vary", "vary.optimizer.b1", "cases", "cases.a", "base", "base.target", "design"):
        problems = problems_of_all(AXIS.encode(), f"{name}={text}")
        assert_clear(problems, "s.yaml", "--set")


@settings(quietly, max_examples=100)
@given(config=sweeps())
def test_the_json_schema_accepts_every_valid_sweep(config: Config):
    assert accepts(SCHEMA, config, SCHEMA)


@pytest.mark.parametrize(
    "config",
    [
        {"vary": {"optimizer.betta1": [0.1]}},
        {"vary": {"optimizer.b1": []}},
        {"vary": {"optimizer.b1": [3]}},
        {"vary": {"optimizer.b1": {"log": [0.1]}}},
        {"vary": {"optimizer.b1": {"lin": [0.1, 0.2]}}},
        {"vary": {"objective": {"log": [0.1, 0.2]}}},
        {"vary": {"seeds": [1]}},
        {"design": "grid"},
        {"points": 0},
        {"base": 3},
        {"cases": {"a": {"seeds": 3}}},
        {"cases": {"a": {"penalties.r1": 3}}},
        {"training": {}},
    ],
)
def test_the_json_schema_refuses_what_an_editor_can_know_to_be_wrong(config: Config):
    assert not accepts(SCHEMA, config, SCHEMA)


def shipped() -> list[Path]:
    return sorted((ROOT / "configs" / "sweeps").glob("*.yaml"))


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.name)
def test_every_shipped_sweep_loads_and_names_its_schema(path: Path):
    from ruamel.yaml import YAML

    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    content = YAML(typ="safe", pure=True).load(text)
    assert accepts(SCHEMA, content, SCHEMA)
    sweep = load_sweep(path)
    assert sweep.name == path.stem
    Design(sweep).validate()
    assert json.loads((path.parent / "schema.json").read_text(encoding="utf-8")) == SCHEMA


def test_shipped_sweeps_are_found_from_anywhere():
    assert find_config(Path("configs/sweeps/influence.yaml")) == default_sweep()
    assert load_sweep(default_sweep()).name == "influence"


def test_reading_a_sweep_loads_nothing_heavy():
    write("s.yaml", "vary: {optimizer.b1: {linear: [0.1, 0.5], points: 4}}")
    code = """
import sys
from pathlib import Path
from ganrun.config import load_sweep
from ganrun.sweep.designs import Design
Design(load_sweep(Path("s.yaml"))).validate()
heavy = {"jax", "flax", "numpy", "scipy", "sklearn", "matplotlib", "rich", "typer", "SALib"}
print(*sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
