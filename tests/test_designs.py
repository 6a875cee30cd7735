"""Designs: which points there are, in which order, and what is trained at each."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from strategies import Config, dump
from sweep_strategies import sweeps

from ganrun.config import ConfigError, Experiment, load_experiment, load_sweep, run_id, static_key
from ganrun.config.contradictions import CONTRADICTIONS as RULES
from ganrun.config.contradictions import may_contradict
from ganrun.config.dotted_fields import may_change_the_program
from ganrun.config.fields import Section
from ganrun.config.penalties import penalty_model
from ganrun.config.pieces import PENALTIES
from ganrun.config.write import flow
from ganrun.extras import how_to_install
from ganrun.sweep.designs import Design

RANDOM = (
    "design: random\npoints: 32\n"
    "vary: {optimizer.b1: {linear: [0, 0.8]}, objective: [hinge, minimax]}"
)
SOBOL = RANDOM.replace("random", "sobol")


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def design(text: str, *overrides: str) -> Design:
    Path("s.yaml").write_text(text, encoding="utf-8")
    return Design(load_sweep(Path("s.yaml"), overrides))


def problems_in(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        design(text).validate()
    return list(caught.value.problems)


def values_of(one: Design) -> list[tuple[Any, ...]]:
    return [one.cell(i).values for i in range(one.cells)]


def test_a_factorial_design_crosses_all_levels_the_last_field_fastest():
    one = design("vary: {optimizer.b1: [0.1, 0.5], objective: [hinge, minimax, wasserstein]}")
    assert one.columns == ("optimizer.b1", "objective")
    assert values_of(one) == list(
        itertools.product([0.1, 0.5], ["hinge", "minimax", "wasserstein"])
    )


def test_cases_vary_slowest_and_seeds_fastest():
    one = design(
        "seeds: [5, 3]\nvary: {optimizer.b1: [0.1, 0.2]}\ncases: {b: {}, a: {objective: hinge}}"
    )
    trials = [one.trial(j) for j in range(one.trials)]
    assert [(t.case, t.values, t.seed) for t in trials] == [
        (case, (b1,), seed) for case in ("b", "a") for b1 in (0.1, 0.2) for seed in (5, 3)
    ]
    assert [(t.index, t.cell) for t in trials] == [(j, j // 2) for j in range(8)]
    assert [one.case(i) for i in range(one.cells)] == ["b", "b", "a", "a"]


def test_a_cell_has_all_seeds_and_a_trial_its_own():
    one = design("seeds: [5, 3]\nname: mine\nbase: {name: base}\nvary: {optimizer.b1: [0.1]}")
    assert one.cell(0).experiment.seeds == (5, 3)
    assert one.trial(1).experiment.seeds == (3,)
    assert one.trial(1).experiment.name == "base"


def test_beyond_the_last_cell_or_trial_there_is_none():
    one = design("seeds: 3\nvary: {optimizer.b1: [0.1, 0.2]}")
    for index in (-1, 2):
        with pytest.raises(IndexError):
            one.cell(index)
    for index in (-1, 6):
        with pytest.raises(IndexError):
            one.trial(index)


@settings(
    derandomize=True,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(config=sweeps())
def test_a_trial_is_what_the_same_settings_make_of_the_base_alone(config: Config):
    one = design(dump(config))
    one.validate()
    Path("base.yaml").write_text(dump(config["base"]), encoding="utf-8")
    for j in {0, one.trials // 2, one.trials - 1}:
        trial = one.trial(j)
        case = (config["cases"][trial.case] or {}) if trial.case else {}
        overrides = [f"{name}={dump(value)}" for name, value in case.items()]
        overrides += [
            f"{name}={flow(value)}" for name, value in zip(one.columns, trial.values, strict=True)
        ]
        alone = load_experiment(Path("base.yaml"), [*overrides, f"seeds=[{trial.seed}]"])
        assert trial.experiment == alone
        assert run_id(trial.experiment) == run_id(alone)
        assert one.static_key(trial.cell) == static_key(alone)


def test_a_level_of_the_targets_layout_replaces_the_whole_target():
    one = design(
        "base: {target: {modes: 3, radius: 1.5}}\n"
        "vary: {target.std: [0.1, 0.2], target.layout: [ring, grid]}"
    )
    one.validate()
    targets = [one.cell(i).experiment.target for i in range(4)]
    assert [(t.layout, t.mode_count, t.std) for t in targets] == [
        ("ring", 3, 0.1),
        ("grid", 25, 0.1),
        ("ring", 3, 0.2),
        ("grid", 25, 0.2),
    ]


def test_a_case_may_set_up_what_a_field_varies_in():
    one = design(
        "vary: {target.rows: [3, 4]}\n"
        "cases: {flat: {target: {layout: grid, columns: 1}}, wide: {target.layout: grid}}"
    )
    one.validate()
    assert [one.cell(i).experiment.target.mode_count for i in range(4)] == [3, 4, 15, 20]


@pytest.mark.parametrize("text", [RANDOM, SOBOL])
def test_the_points_are_the_same_at_every_look_and_in_every_process(text: str):
    one = design(text)
    assert values_of(one) == values_of(design(text))
    code = """
from pathlib import Path
from ganrun.config import load_sweep
from ganrun.sweep.designs import Design
design = Design(load_sweep(Path("s.yaml")))
print([design.values(i) for i in range(design.cells)])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(values_of(one))


@pytest.mark.parametrize("text", [RANDOM, SOBOL])
def test_more_seeds_cases_and_rounds_keep_the_points(text: str):
    points = values_of(design(text))
    assert values_of(design(text, "seeds=4", "base.training.steps=9", "name=other")) == points
    assert values_of(design(text, "cases={a: {}, b: {target.std: 1}}")) == points * 2


def test_another_range_makes_other_points():
    assert values_of(design(RANDOM)) != values_of(design(RANDOM.replace("0.8", "0.7")))


def test_a_sobol_design_that_is_doubled_keeps_its_points():
    points = values_of(design(SOBOL))
    assert values_of(design(SOBOL, "points=64"))[: len(points)] == points


def test_a_latin_hypercube_has_one_point_in_every_slice_of_every_range():
    one = design(
        "design: random\npoints: 40\nvary: {optimizer.b1: {linear: [0, 0.8]}, "
        "target.std: {log: [0.01, 1]}, objective: [hinge, minimax, wasserstein, least_squares], "
        "training.batch_size: {linear: [1, 10]}}"
    )
    b1, std, objective, batch = zip(*values_of(one), strict=True)
    assert sorted(int(value / 0.8 * 40) for value in b1) == list(range(40))
    assert sorted(int((math.log10(value) + 2) / 2 * 40) for value in std) == list(range(40))
    assert all(objective.count(name) == 10 for name in set(objective))
    assert all(batch.count(size) == 4 for size in range(1, 11))


def test_a_sobol_design_is_saltellis():
    text = (
        "design: sobol\npoints: 8\nvary: {optimizer.b1: {linear: [0, 0.8]}, "
        "optimizer.b2: {linear: [0, 0.8]}, target.std: {linear: [1, 2]}}"
    )
    points = values_of(design(text))
    assert len(points) == 8 * (3 + 2)
    for start in range(0, len(points), 5):
        first, *mixed, last = points[start : start + 5]
        for i, point in enumerate(mixed):  # all of the first but one, which is the last's
            assert point == (*first[:i], last[i], *first[i + 1 :])


def test_whole_numbers_stay_within_their_range():
    one = design(
        "design: random\npoints: 300\nvary: {training.batch_size: {log: [1, 5]}, "
        "training.discriminator_steps: {linear: [3, 5]}}"
    )
    sizes, steps = zip(*values_of(one), strict=True)
    assert set(sizes) == {1, 2, 3, 4, 5}
    assert set(steps) == {3, 4, 5}
    assert all(type(value) is int for value in (*sizes, *steps))
    assert sizes.count(1) > sizes.count(5)


def test_a_sobol_design_without_salib_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "SALib.sample", None)
    with pytest.raises(ConfigError) as caught:
        design(SOBOL)
    assert caught.value.problems == (
        f"a sobol design needs SALib; install it with: {how_to_install('sobol')}",
    )


CONTRADICTIONS = {
    "vary:\n  optimizer.b1: [0.1, 0.5]\n  training.steps: [100, 1000000]\n"
    "  evaluation.every: [9, 100]": [
        "s.yaml:3:3: training.steps = 1000000 and evaluation.every = 9 do not go together: "
        "evaluation.every: 9 with 1000000 rounds makes more than 100000 evaluations; "
        "must be at least 10"
    ],
    "vary: {target.radius: [1], optimizer.b1: [0.1, 0.5]}\n"
    "cases: {a: {}, b: {target.layout: grid}}": [
        "s.yaml:1:8: target.radius = 1.0 and case 'b' do not go together: target.radius: unknown "
        "field of layout 'grid'; it belongs to 'ring', 'spiral', 'random', 'two_moons', "
        "'swiss_roll' and 'rings'"
    ],
    "vary: {target.rows: [3], target.layout: [grid, ring]}": [
        "s.yaml:1:8: target.rows = 3 and target.layout = ring do not go together: target.rows: "
        "unknown field of layout 'ring'; it belongs to 'grid'"
    ],
    "base: {target: {layout: random}}\nvary: {target.modes: [5, 99], target.radius: [1, 9]}": [
        "s.yaml:2:8: target.modes = 99 and target.radius = 1.0 do not go together: "
        "target.least_distance: 99 modes cannot be 0.5 apart in a square of side 2.0; "
        "lower least_distance or modes, or raise radius"
    ],
    "vary: {target.modes: [5, 256], optimizer.b1: [0.1, 0.5]}": [
        "s.yaml:1:8: target.modes = 256 does not go with the base: evaluation.samples: "
        "2500 samples are too few for 256 modes; must be at least 2560"
    ],
    "vary: {optimizer.b1: [0.1, 0.5]}\ncases: {a: {}, b: {target.modes: 256}}": [
        "s.yaml:2:16: case 'b' does not go with the base: evaluation.samples: "
        "2500 samples are too few for 256 modes; must be at least 2560"
    ],
    "vary: {discriminator.packing: [2, 3, 8], training.batch_size: [8, 16, 24]}": [
        "s.yaml:1:8: discriminator.packing = 3 and training.batch_size = 8 do not go together: "
        "discriminator.packing: packs of 3 do not divide training.batch_size, 8",
        "s.yaml:1:8: discriminator.packing = 3 and training.batch_size = 16 do not go together: "
        "discriminator.packing: packs of 3 do not divide training.batch_size, 16",
    ],
    "vary: {discriminator.minibatch: [std, {discrimination: {kernels: 4}}]}\n"
    "cases: {a: {}, gp: {penalties.gradient_penalty: {}}}": [
        "s.yaml:1:8: discriminator.minibatch = {discrimination: {kernels: 4, dimensi... and "
        "case 'gp' do not go together: discriminator.minibatch: 'discrimination' makes every "
        "logit depend on the whole batch, but penalties.gradient_penalty is of the slope at each "
        "point alone; 'std' goes with it",
    ],
    "vary: {training.label_smoothing: [null, 0.1], objective: [hinge, minimax]}": [
        "s.yaml:1:8: training.label_smoothing = 0.1 and objective = hinge do not go together: "
        "training.label_smoothing: objective 'hinge' has no labels to be smoothed; "
        "non_saturating, minimax and least_squares have",
    ],
    "vary: {optimizer.schedule.cosine.warmup: [0, 500], "
    "optimizer.schedule.cosine.until: [300, 900]}": [
        "s.yaml:1:8: optimizer.schedule.cosine.warmup = 500 and optimizer.schedule.cosine.until "
        "= 300 do not go together: optimizer.schedule: the warmup of 500 rounds must end before "
        "the fall does, until 300",
    ],
    "cases: {a: {}, b: {objective: hinge}, c: {optimizer.b1: 0.5}}": [
        "s.yaml:1:39: cases.c: the same as case 'a'"
    ],
}


@pytest.mark.parametrize("text", list(CONTRADICTIONS), ids=lambda text: text[:70])
def test_levels_that_contradict_each_other_are_named_together(text: str):
    assert problems_in(text) == CONTRADICTIONS[text]


def test_what_makes_up_for_each_other_is_no_contradiction():
    design("vary: {target.modes: [5, 256]}\ncases: {a: {evaluation.samples: 2560}}").validate()


def test_modes_that_find_no_place_are_told_before_anything_is_trained():
    (problem,) = problems_in(
        "base: {target: {layout: random, least_distance: 0.62}}\nvary: {target.modes: [5, 40]}"
    )
    assert problem.startswith("s.yaml:2:8: target.modes = 40 does not go with the base: ")
    (problem,) = problems_in(
        "base: {target: {layout: random, modes: 40, least_distance: 0.62}}\n"
        "vary: {optimizer.b1: [0.1, 0.5]}"
    )
    assert problem.startswith("s.yaml: base: ")


def test_a_flood_of_contradictions_is_cut_off():
    problems = problems_in(
        "design: random\npoints: 1000\nbase: {evaluation: {every: 1}}\n"
        "vary: {training.steps: {linear: [1, 1000000]}}"
    )
    assert len(problems) == 11
    assert problems[-1] == "s.yaml: and there may be more"


def test_only_fields_of_the_program_need_a_cohort_of_their_own():
    one = design(
        "vary: {optimizer.learning_rate: [0.1, 0.2], penalties.r1.weight: [1, 2], "
        "target.std: [1, 2], training.batch_size: [8, 16], target.modes: [2, 3]}"
    )
    keys = {one.static_key(i) for i in range(one.cells)}
    assert len(keys) == 4
    assert all(one.static_key(i) == static_key(one.cell(i).experiment) for i in range(one.cells))


def test_which_fields_are_part_of_the_program():
    for name in ("target.layout", "target.modes", "target.means", "objective", "generator.hidden"):
        assert may_change_the_program(tuple(name.split("."))), name
    for name in ("target.std", "target.weights", "penalties.r1.weight", "training.steps"):
        assert not may_change_the_program(tuple(name.split("."))), name


def test_a_hundred_thousand_trials_are_planned_in_seconds():
    started = time.perf_counter()
    one = design(
        "seeds: 2\nvary: {optimizer.learning_rate: {log: [1e-4, 1e-2], points: 100}, "
        "optimizer.learning_rate_ratio: {log: [0.1, 10], points: 100}, "
        "training.batch_size: [32, 64, 128, 256, 512]}"
    )
    one.validate()
    assert one.trials == 100_000
    assert len({one.static_key(i) for i in range(one.cells)}) == 5
    assert time.perf_counter() - started < 20


def test_no_other_fields_can_contradict_each_other():
    """What `may_contradict` says is complete: all rules between fields are in the one table."""
    rules = {
        "_seeds_are_unique",  # of one field
        "_fields_go_together",  # the table
    }
    assert set(Experiment.__pydantic_decorators__.model_validators) == rules
    assert not Experiment.__pydantic_decorators__.field_validators
    for name, section in Experiment():
        if name != "target" and isinstance(section, Section):
            assert not type(section).__pydantic_decorators__.model_validators
    for model in map(penalty_model, PENALTIES):
        assert not model.__pydantic_decorators__.model_validators
    assert may_contradict(("target", "std"))
    for rule in RULES:
        for field in rule.fields:
            assert may_contradict(tuple(field.split(".")))
    assert not may_contradict(("optimizer", "learning_rate"))
