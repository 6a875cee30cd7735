"""Points of one's own: read from a file once, fitted once, and then part of the config."""

from __future__ import annotations

import builtins
import os
from pathlib import Path

import numpy as np
import pytest

from ganrun.config import (
    ConfigError,
    Experiment,
    load_experiment,
    load_sweep,
    run_id,
    static_key,
    sweep_yaml,
    to_yaml,
)
from ganrun.config.encoded_points import MOST_KEPT, packed, unpacked
from ganrun.measure.showable import warnings_of
from ganrun.mixture import given_points, mixture_of
from ganrun.points.files import MOST_POINTS, PointsError, read_points
from ganrun.points.fit import fit_points
from ganrun.sweep.designs import Design

CENTRES = np.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 2.0]])


def three_heaps(n: int = 600, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return CENTRES[np.arange(n) % 3] + 0.1 * rng.standard_normal((n, 2))


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def csv(path: str = "mine.csv", points: np.ndarray | None = None, head: str = "") -> Path:
    points = three_heaps() if points is None else points
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(head + "".join(f"{x},{y}\n" for x, y in points.tolist()))
    return Path(path)


def config(text: str, path: str = "c.yaml") -> Path:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return Path(path)


# Files


@pytest.mark.parametrize("head", ["", "x,y\n", "\ufeff# on Monday\n\nx,y\n"])
def test_a_csv_holds_two_numbers_a_row_perhaps_below_names(head):
    found = read_points(csv(head=head))
    np.testing.assert_array_equal(found, three_heaps())


@pytest.mark.parametrize("mark", [";", "\t", " ", ", "])
def test_columns_are_parted_by_what_parts_the_first_row(mark):
    points = three_heaps(30)
    Path("a.csv").write_text("".join(f"{x}{mark}{y}\n" for x, y in points.tolist()))
    np.testing.assert_array_equal(read_points(Path("a.csv")), points)


def test_an_array_holds_the_same_and_is_never_unpickled():
    np.save("a.npy", three_heaps().astype(np.float32))
    assert read_points(Path("a.npy")).dtype == np.float64
    np.save("b.npy", np.array([[1, "x"], [2, "y"]] * 20, dtype=object), allow_pickle=True)
    with pytest.raises(PointsError, match=r"^b\.npy: holds no plain array: .*"):
        read_points(Path("b.npy"))


ROWS = "1,2\n" * 30
FAULTS = {
    "": "a.csv: has 0 points; at least 20 are needed",
    "x,y\n" + "1,2\n" * 19: "a.csv: has 19 points; at least 20 are needed",
    ROWS + "1,nan\n": "a.csv:31: expected a finite number, not 'nan'",
    ROWS + "1,\n": "a.csv:31: expected a finite number, not ''",
    ROWS + "1,-inf\n": "a.csv:31: expected a finite number, not '-inf'",
    ROWS + "1,two\n": "a.csv:31: expected a number, not 'two'",
    ROWS + "x,y\n": "a.csv:31: expected a number, not 'x'",
    ROWS + "1\n": "a.csv:31: 1 column, but a point has two",
    ROWS + "1,2,3\n": "a.csv:31: 3 columns, but a point has two; leave out an index or a label",
    "x\n" + "1\n" * 30: "a.csv:2: 1 column, but a point has two",
    ",x,y\n0,1,2\n": "a.csv:2: 3 columns, but a point has two; leave out an index or a label",
    ROWS + "1,1e6\n": "a.csv:31: 1e6 is beyond 1,000",
    ROWS + "1,1_000\n": "a.csv:31: expected a number, not '1_000'",
    ROWS + "1" * 2000: "a.csv:31: too long for a row of two numbers",
    ROWS + "1,\x1b[31m\n": "a.csv:31: expected a number, not '\\x1b[31m'",
}


@pytest.mark.parametrize("text", FAULTS, ids=range(len(FAULTS)))
def test_a_row_that_is_wrong_is_named(text):
    Path("a.csv").write_text(text)
    with pytest.raises(PointsError) as caught:
        read_points(Path("a.csv"))
    assert str(caught.value) == FAULTS[text]


def test_a_file_that_cannot_be_read_is_named(monkeypatch):
    Path("a.csv").write_bytes(b"1,2\n\xff,3\n")
    Path("d.csv").mkdir()
    np.save("one.npy", np.zeros(30))
    np.save("three.npy", np.zeros((30, 3)))
    np.save("words.npy", np.full((30, 2), "a"))
    far = np.zeros((30, 2))
    far[4, 1] = np.nan
    np.save("nan.npy", far)
    np.savez("many.npz", a=far)
    Path("many.npz").rename("many.npy")
    Path("short.npy").write_bytes(Path("nan.npy").read_bytes()[:200])
    os.mkfifo("pipe.csv")
    Path("single.csv").write_text("1,2\n")
    for name, fault in {
        "pipe.csv": "pipe.csv: not a file",
        "single.csv": "single.csv: has 1 point; at least 20 are needed",
        "a.csv": "a.csv:2: not UTF-8",
        "none.csv": "none.csv: no such file",
        "d.csv": "d.csv: a folder, not a file of points",
        "a.xlsx": "a.xlsx: expected a file that ends in .csv, .txt, .npy, .parquet",
        "one.npy": "one.npy: has 1 column; points have shape [N, 2]",
        "three.npy": "three.npy: has shape [30, 3]; points have shape [N, 2]",
        "words.npy": "words.npy: holds <U1 instead of numbers",
        "nan.npy": "nan.npy: row 5: (0, nan) is not finite",
        "many.npy": "many.npy: an archive of arrays, not one array",
    }.items():
        with pytest.raises(PointsError) as caught:
            read_points(Path(name))
        assert str(caught.value) == fault
    with pytest.raises(PointsError, match=r"^short\.npy: holds no plain array: "):
        read_points(Path("short.npy"))
    monkeypatch.setattr("ganrun.points.files.MOST_POINTS", 100)
    with pytest.raises(PointsError, match=r"^mine\.csv: more than 100 points$"):
        read_points(csv())
    assert MOST_POINTS == 1_000_000


def test_parquet_is_read_or_says_what_it_needs(monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet") if _has_pyarrow() else None
    if parquet is not None:
        import pyarrow

        x, y = three_heaps().T
        parquet.write_table(pyarrow.table({"x": x, "y": y}), "a.parquet")
        np.testing.assert_array_equal(read_points(Path("a.parquet")), three_heaps())
    Path("a.parquet").touch()
    whole = builtins.__import__

    def without(name, *rest):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(PointsError, match=r"^a\.parquet: Parquet needs pyarrow; install it with: "):
        read_points(Path("a.parquet"))


def _has_pyarrow() -> bool:
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None


# The fit


def test_bic_finds_the_heaps_from_left_to_right_and_twice_the_same():
    one, other = fit_points(three_heaps()), fit_points(three_heaps())
    assert len(one.weights) == 3
    np.testing.assert_allclose(one.means, CENTRES[[0, 2, 1]], atol=0.05)
    np.testing.assert_allclose(one.covariances[:, 0, 0], 0.01, rtol=0.3)
    np.testing.assert_array_equal(one.means, other.means)
    assert one.bic == other.bic
    assert int(np.argmin(one.bic)) + 1 == 3


def test_as_many_are_fitted_as_are_asked_for():
    fit = fit_points(three_heaps(), 2)
    assert (len(fit.weights), fit.bic) == (2, ())
    with pytest.raises(ValueError, match="30 points are too few for 4 modes; at least 40"):
        fit_points(three_heaps(30), 4)
    with pytest.raises(ValueError, match="all but the same"):
        fit_points(np.zeros((50, 2)))


def test_many_points_are_fitted_by_some_of_them():
    fit = fit_points(three_heaps(60_000))
    np.testing.assert_allclose(fit.means, CENTRES[[0, 2, 1]], atol=0.02)


# Configs


def test_a_config_holds_all_that_was_read_and_never_asks_for_the_file_again():
    csv("data/mine.csv")
    first = load_experiment(config("target: {layout: points, path: mine.csv}", "data/c.yaml"))
    target = first.target
    assert (target.path, target.size, target.fitted, target.mode_count) == (None, 600, "bic", 3)
    np.testing.assert_array_equal(given_points(target), three_heaps().astype(np.float32))
    Path("data/mine.csv").unlink()
    again = load_experiment(config(to_yaml(first), "elsewhere.yaml"))
    assert again == first
    assert to_yaml(again) == to_yaml(first)
    assert run_id(again) == run_id(first)
    assert mixture_of(again.target).modes == 3


def test_an_id_covers_the_points_and_not_their_file():
    def id_of(path: Path) -> str:
        return run_id(load_experiment(config(f"target: {{layout: points, path: {path}}}")))

    one = id_of(csv())
    np.save("other.npy", three_heaps())
    assert id_of(csv("elsewhere/x.csv", head="a,b\n")) == id_of(Path("other.npy")) == one
    moved = three_heaps()
    moved[0, 0] += 1e-3
    assert id_of(csv(points=moved)) != one


def test_a_path_is_relative_to_the_config_that_names_it_and_of_an_option_to_this_folder():
    csv("data/mine.csv")
    config("target: {layout: points, path: mine.csv}", "data/c.yaml")
    load_experiment(config("{extends: data/c.yaml}", "d.yaml"))
    load_experiment(config("{}"), ["target.layout=points", "target.path=data/mine.csv"])
    with pytest.raises(ConfigError) as caught:
        load_experiment(Path("data/c.yaml"), ["target.path=mine.csv"])
    assert caught.value.problems == ("--set target.path=mine.csv: mine.csv: no such file",)


MISTAKES = {
    "path: none.csv": "c.yaml:2:9: target.path: none.csv: no such file",
    "path: mine.csv\n  modes: 100": (
        "c.yaml:2:9: target.path: 600 points are too few for 100 modes; at least 1000"
    ),
    "path: mine.csv\n  draw: some": (
        "c.yaml:3:9: target.draw: unknown draw 'some'; it is one of points, fit"
    ),
    "path: mine.csv\n  fitted: aic": (
        "c.yaml:3:11: target.fitted: the text 'aic' is not what is written when the file is read"
    ),
    "modes: 3": "c.yaml:1:9: target.path: missing; layout 'points' needs the file of the points",
    "path: mine.csv\n  weights: [1, 2]\n  modes: 2": (
        "c.yaml:3:12: target.weights: goes with means; without them, it is fitted"
    ),
    "path: mine.csv\n  means: [[0, 0]]": (
        "c.yaml:1:9: target.stds: give the modes stds or covariances"
    ),
    "path: mine.csv\n  means: [[0, 0]]\n  stds: [1]\n  modes: 1": (
        "c.yaml:5:10: target.modes: a number of modes is fitted; not beside means"
    ),
}


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_what_is_wrong_is_one_line_with_its_place(text):
    csv()
    config(f"target:\n  {text}\n  layout: points")
    with pytest.raises(ConfigError) as caught:
        load_experiment(Path("c.yaml"))
    (line,) = caught.value.problems
    assert line == MISTAKES[text].replace("c.yaml:1:9", "c.yaml:2:3")


def test_evaluation_samples_are_asked_for_by_the_modes_that_were_found():
    csv()
    text = "{target: {layout: points, path: mine.csv, modes: 12}, evaluation: {samples: 100}}"
    with pytest.raises(ConfigError, match="100 samples are too few for 12 modes"):
        load_experiment(config(text))


def test_modes_may_be_given_instead():
    csv()
    text = "target: {layout: points, path: mine.csv, means: [[-2, 0], [2, 0]], stds: [1, 2]}"
    target = load_experiment(config(text)).target
    assert (target.mode_count, target.fitted, target.size) == (2, None, 600)
    assert "2 modes were given for 600 points" in target.remarks[0]


def test_points_that_were_changed_are_refused():
    csv()
    whole = to_yaml(load_experiment(config("target: {layout: points, path: mine.csv}")))
    word = load_experiment(config(whole)).target.points
    other, _ = packed(three_heaps(seed=1))
    nan, _ = packed(np.full((600, 2), np.nan))
    for mistaken in (other, nan, word[:-8], word[:-1] + "%"):
        with pytest.raises(ConfigError, match=r"^c\.yaml:\d+:\d+: target\.points: .*points"):
            load_experiment(config(whole.replace(word, mistaken)))
    np.testing.assert_array_equal(unpacked(word), three_heaps().astype(np.float32))


def test_more_points_than_a_config_holds_are_fitted_alone():
    np.save("many.npy", three_heaps(MOST_KEPT + 1))
    with pytest.raises(ConfigError, match="can be drawn from their fit alone: draw: fit"):
        load_experiment(config("target: {layout: points, path: many.npy, modes: 3}"))
    text = "target: {layout: points, path: many.npy, modes: 3, draw: fit}"
    target = load_experiment(config(text)).target
    assert (target.size, target.points, target.drawn_points) == (MOST_KEPT + 1, None, 0)
    np.save("full.npy", three_heaps(MOST_KEPT))
    full = load_experiment(config("target: {layout: points, path: full.npy, modes: 3}"))
    assert load_experiment(config(to_yaml(full))) == full  # no longer than a config may be


def test_the_note_says_that_the_truth_is_an_estimate_and_what_bic_was():
    csv()
    lines = list(warnings_of(load_experiment(config("target: {layout: points, path: mine.csv}"))))
    assert lines[0] == (
        "The truth is an estimate: 3 Gaussians fitted to 600 points, as many as BIC chose. "
        "Perfect samples are drawn from that mixture, real batches from the points themselves."
    )
    assert lines[1].startswith("BIC by the number of modes, the least is best: 1: ")


def test_the_program_depends_on_how_many_points_are_drawn_from():
    def key(n: int, draw: str) -> str:
        np.save("p.npy", three_heaps(n))
        text = f"target: {{layout: points, path: p.npy, modes: 3, draw: {draw}}}"
        return static_key(load_experiment(config(text)))

    ring = static_key(Experiment.model_validate({"target": {"modes": 3}}))
    assert key(300, "fit") == key(600, "fit") == ring
    assert len({key(300, "points"), key(600, "points"), ring}) == 3


# Sweeps


def test_a_sweep_holds_its_points_and_each_case_its_own():
    csv()
    csv("b.csv", three_heaps(300, seed=5))
    text = """
base: {target: {layout: points, path: mine.csv, modes: 3}}
vary: {training.discriminator_steps: [1, 2]}
cases:
  mine: {}
  theirs: {target: {path: b.csv, layout: points}}
  ring: {target: {layout: ring, modes: 3}}
"""
    sweep = load_sweep(config(text, "s.yaml"))
    Path("mine.csv").unlink()
    Path("b.csv").unlink()
    again = load_sweep(config(sweep_yaml(sweep), "t.yaml"))
    assert again == sweep
    assert again.id == sweep.id
    design = Design(again)
    design.validate()
    sizes = [getattr(design.cell(2 * case).experiment.target, "size", 0) for case in range(3)]
    assert sizes == [600, 300, 0]


def test_what_is_drawn_from_may_vary_but_neither_the_file_nor_how_it_is_fitted():
    csv()
    base = "base: {target: {layout: points, path: mine.csv, modes: 3}}\n"
    Design(load_sweep(config(base + "vary: {target.draw: [points, fit]}", "s.yaml"))).validate()
    with pytest.raises(ConfigError, match="a file is read once, before anything varies"):
        load_sweep(config(base + "vary: {target.path: [mine.csv]}", "s.yaml"))
    with pytest.raises(ConfigError, match="a number of modes is fitted; not beside means"):
        Design(load_sweep(config(base + "vary: {target.modes: [2, 3]}", "s.yaml"))).validate()
