"""The schema: every field is declared in full, immutable, and told to editors and readers."""

from __future__ import annotations

import importlib.util
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from json_schema_check import accepts
from pydantic import ValidationError
from strategies import Config, configs

from ganrun.config import Experiment, json_schema, metrics, pieces, suggest
from ganrun.config.dotted_fields import declared, path_of
from ganrun.config.fields import Section, types_of
from ganrun.config.metrics import metrics_columns
from ganrun.config.parameters import Frozen
from ganrun.config.penalties import penalty_model
from ganrun.config.targets import LAYOUTS

ROOT = Path(__file__).parent.parent
SCHEMA = json_schema()


def described_fields() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field of the JSON Schema that is no section, with a name for people."""
    yield from ((name, field) for name, field in SCHEMA["properties"].items() if "x-mark" in field)
    for model, content in SCHEMA["$defs"].items():
        for name, field in content["properties"].items():
            yield f"{model}.{name}", field


def test_the_defaults_are_those_of_the_design():
    assert Experiment().model_dump(exclude={"generator", "discriminator", "target"}) == {
        "name": "experiment",
        "seeds": (0,),
        "objective": "non_saturating",
        "penalties": {},
        "optimizer": {
            "name": "adam",
            "learning_rate": 1e-3,
            "learning_rate_ratio": 1.0,
            "b1": 0.5,
            "b2": 0.999,
            "decay": 0.99,
            "eps": 1e-8,
            "weight_decay": 0.01,
            "discriminator_b1": None,
            "discriminator_b2": None,
            "discriminator_eps": None,
            "schedule": "constant",
        },
        "training": {
            "steps": 10_000,
            "batch_size": 256,
            "discriminator_steps": 1,
            "updates": "alternating",
            "instance_noise": None,
            "label_smoothing": None,
            "top_k": None,
            "data": "fresh",
        },
        "evaluation": {"every": 250, "samples": 2500},
        "snapshots": {"count": 40, "samples": 256, "grid": 24},
    }
    target = Experiment().target
    assert (target.layout, target.modes, target.radius, target.std) == ("ring", 5, 2.0, 0.05)


@pytest.mark.parametrize(
    ("name", "field"), list(described_fields()), ids=lambda x: x if type(x) is str else ""
)
def test_every_field_has_a_mark_a_default_a_range_and_one_line(name: str, field: dict[str, Any]):
    assert field["x-mark"] in ("traced", "static", "optional", "label")
    assert "default" in field or name == "Custom.means"
    assert "\n" not in field["description"]
    assert field["description"].endswith(".")
    assert len(field["description"]) < 100
    options = field.get("anyOf", [field])
    for option in options:
        if option.get("type") in ("integer", "number"):
            assert "minimum" in option
            assert "maximum" in option or "exclusiveMaximum" in option


@pytest.mark.parametrize(
    "table",
    [
        LAYOUTS,
        pieces.ACTIVATIONS,
        pieces.INITIALIZERS,
        pieces.OBJECTIVES,
        pieces.PENALTIES,
        pieces.OPTIMIZERS,
        pieces.UPDATES,
        pieces.LATENTS,
        pieces.NORMS,
        pieces.BIASES,
        pieces.MINIBATCH,
        pieces.SCHEDULES,
        pieces.DATA,
        pieces.REMEDIES,
        metrics.METRICS,
    ],
)
def test_every_declaration_has_one_line_and_other_names_that_are_no_names_of_ours(table: Any):
    others = [other for entry in table.values() for other in entry.also]
    assert len(set(others)) == len(others)
    assert not set(others) & set(table)
    for name, entry in table.items():
        assert name == entry.name
        assert entry.description
        assert "\n" not in entry.description


def test_each_layout_and_penalty_has_its_parameters_under_the_name_it_is_declared_by():
    for name, penalty in pieces.PENALTIES.items():
        assert set(penalty_model(name).model_fields) == {one.name for one in penalty.parameters}
    for name, layout in LAYOUTS.items():
        assert layout.model.model_fields["layout"].annotation == Literal[name]


def test_other_names_for_fields_belong_to_fields_that_exist():
    sections = ["", *Experiment.model_fields, *(f"penalties.{p}" for p in pieces.PENALTIES)]
    sections += list(pieces.REMEDIES)  # some of which are sections that may be null
    fields = {
        field
        for layout in LAYOUTS
        for section in sections
        for field in suggest.fields_of(section, layout)
    }
    assert set(suggest.ALSO) <= fields


def test_the_columns_of_metrics_csv_are_those_of_the_design():
    assert metrics_columns(2) == (
        *("step", "loss_d", "loss_g", "real_logit", "fake_logit", "accuracy_d", "grad_norm_d"),
        *("grad_norm_g", "penalty", "high_quality", "modes_captured", "modes_covered"),
        *("reverse_kl", "js", "mode_tv", "spread", "nll", "share_0", "share_1"),
    )
    final = metrics.SUMMARY_METRICS
    assert final == (
        *("modes_total", "modes_recovered", "mixture_components", "high_quality"),
        *("modes_captured", "modes_covered", "reverse_kl", "kl", "js", "mode_tv", "spread", "nll"),
        *("sliced_wasserstein", "precision", "recall", "density", "coverage"),
    )


def test_an_experiment_cannot_be_changed_and_equal_ones_are_interchangeable():
    one = Experiment.model_validate({"penalties": {"r1": {"weight": 1}}, "seeds": 2})
    other = Experiment.model_validate({"seeds": [0, 1], "penalties": {"r1": {"weight": 1.0}}})
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == one
    assert Experiment.model_validate(one.model_dump()) == one
    with pytest.raises(ValidationError):
        one.training.steps = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        one.penalties["r1"] = {}  # type: ignore[index]
    with pytest.raises(TypeError):
        one.penalties["r1"]["weight"] = 2.0
    assert isinstance(one.penalties, Frozen)
    assert isinstance(one.target, Section)


def test_penalties_come_in_the_order_of_their_declarations():
    experiment = Experiment.model_validate({"penalties": {"r2": {}, "gradient_penalty": {}}})
    assert list(experiment.penalties) == ["gradient_penalty", "r2"]
    assert repr(experiment.penalties["r2"]) == "{'weight': 10.0}"


@settings(derandomize=True, max_examples=100)
@given(config=configs())
def test_the_json_schema_accepts_every_valid_config(config: Config):
    assert accepts(SCHEMA, config, SCHEMA)
    resolved = json.loads(Experiment.model_validate(config).model_dump_json())
    assert accepts(SCHEMA, resolved, SCHEMA)


@pytest.mark.parametrize(
    "config",
    [
        {"extends": "other.yaml"},
        {"extends": "other.yaml", "target": {"rows": 3}},
        {"target": {"layout": "custom", "means": [[0, 1]], "stds": [1]}},
        {"seeds": 8, "penalties": None},
        {"penalties": {"r1": None, "r2": {}}},
        {"training": {"steps": 1e4}},
        {},
    ],
)
def test_the_json_schema_accepts_what_can_be_written(config: Config):
    assert accepts(SCHEMA, config, SCHEMA)


@pytest.mark.parametrize(
    "config",
    [
        {"extends": 3},
        {"seeds": 0},
        {"seeds": []},
        {"seeds": [1, 1]},
        {"seeds": [2**31]},
        {"lr": 3},
        {"optimizer": {"b1": 1}},
        {"optimizer": {"b1": "0.5"}},
        {"optimizer": None},
        {"training": {"steps": 2.5}},
        {"training": {"steps": True}},
        {"target": {"layout": "grid", "modes": 3}},
        {"target": {"layout": "rign"}},
        {"target": {"layout": "custom", "means": [[0, 1, 2]]}},
        {"penalties": {"r1": 5}},
        {"penalties": {"r3": {}}},
        {"name": "../up"},
        [],
    ],
)
def test_the_json_schema_refuses_what_an_editor_can_know_to_be_wrong(config: Any):
    assert not accepts(SCHEMA, config, SCHEMA)


def shipped_configs() -> list[Path]:
    return sorted((ROOT / "configs").glob("*.yaml"))


@pytest.mark.parametrize("path", shipped_configs(), ids=lambda path: path.name)
def test_every_shipped_config_loads_and_names_its_schema(path: Path):
    from ruamel.yaml import YAML

    from ganrun.config import load_experiment

    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=")
    assert accepts(SCHEMA, YAML(typ="safe", pure=True).load(text), SCHEMA)
    assert load_experiment(path).name == path.stem


def test_the_page_on_configuration_is_current():
    source = ROOT / "docs" / "generate.py"
    spec = importlib.util.spec_from_file_location("docs_generate", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert page == module.configuration(), "run: python docs/generate.py"


def test_reading_a_config_loads_nothing_heavy(tmp_path: Path):
    path = tmp_path / "c.yaml"
    path.write_text("{}")
    code = f"""
import sys
import ganrun.config
assert "ruamel" not in sys.modules, "ruamel belongs to reading"
ganrun.config.load_experiment({str(path)!r})
heavy = {{"jax", "flax", "numpy", "scipy", "sklearn", "matplotlib", "rich", "typer"}}
print(*sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("name", "types"),
    {
        "training.steps": {int},
        "optimizer.b1": {float},
        "discriminator.weight_clip": {float, type(None)},
        "discriminator.spectral_norm": {bool},
        "target.modes": {int},
        "penalties.r1.weight": {float},
    }.items(),
)
def test_what_a_field_may_hold_is_asked_of_its_annotation(name: str, types: set[type]):
    assert types_of(declared(path_of(name)).annotation) == types
