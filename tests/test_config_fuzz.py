"""Whatever a file holds, loading it gives an experiment or clear messages, and nothing else."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from strategies import Config, bad_configs, config_texts, configs, dump

from ganrun.config import ConfigError, Experiment, load_experiment, to_yaml

quietly = settings(
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def problems_of(path: Path, *overrides: str) -> tuple[str, ...]:
    try:
        assert isinstance(load_experiment(path, overrides), Experiment)
    except ConfigError as error:
        return error.problems
    return ()


def assert_clear(problems: tuple[str, ...], path: Path) -> None:
    for problem in problems:
        assert problem.startswith(str(path)), problem
        assert problem.isprintable(), problem
        assert len(problem) < 500, problem


@settings(quietly, max_examples=400)
@given(content=bad_configs())
def test_a_bad_config_is_told_in_lines_that_begin_with_its_path(tmp_path: Path, content: bytes):
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    problems = problems_of(path)
    assert problems
    assert_clear(problems, path)


@settings(quietly, max_examples=250)
@given(content=config_texts())
def test_any_bytes_give_an_experiment_or_clear_messages(tmp_path: Path, content: bytes):
    path = tmp_path / "any.yaml"
    path.write_bytes(content)
    assert_clear(problems_of(path), path)


@settings(quietly, max_examples=100)
@given(config=configs())
def test_a_valid_config_survives_being_written_and_read_again(tmp_path: Path, config: Config):
    path = tmp_path / "good.yaml"
    path.write_text(dump(config), encoding="utf-8")
    experiment = load_experiment(path)
    path.write_text(to_yaml(experiment), encoding="utf-8")
    again = load_experiment(path)
    assert again == experiment
    assert to_yaml(again) == to_yaml(experiment)


@settings(quietly, max_examples=200)
@given(content=config_texts())
def test_any_override_gives_an_experiment_or_clear_messages(tmp_path: Path, content: bytes):
    path = tmp_path / "good.yaml"
    path.write_text("{}")
    for override in (content.decode("latin-1"), f"optimizer.b1={content.decode('latin-1')}"):
        for problem in problems_of(path, override):
            assert problem.startswith("--set"), problem
            assert problem.isprintable(), problem
