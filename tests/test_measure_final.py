"""The end of a run, and what perfect samples would score."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from ganrun.config import metrics
from ganrun.config.targets import Grid, Line, Ring
from ganrun.measure import reference as reference_module
from ganrun.measure.evaluation import METRICS
from ganrun.measure.final import final_metrics
from ganrun.measure.reference import measure_reference, perfect_metrics, reference_metrics
from ganrun.mixture import mixture_of

RING = mixture_of(Ring())


def final_of(samples, mixture=RING):
    return final_metrics(samples, mixture)


def test_every_declared_final_metric_is_there_and_ready_for_json():
    found = final_of(RING.sample(500, np.random.default_rng(0))[0])
    extra = {"recovered_modes", "mixture_reached_bound"}
    assert set(found) == {*metrics.SUMMARY_METRICS, *extra} - set(METRICS)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["modes_total"] == found["modes_recovered"] == 5
    assert found["recovered_modes"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "samples",
    [
        np.full((300, 2), math.nan),
        np.full((300, 2), math.inf),
        np.full((300, 2), 1e300),
        np.zeros((300, 2)),
        RING.means[:1],
        RING.means,
    ],
    ids=["nan", "infinite", "huge", "constant", "one", "five"],
)
def test_bad_samples_give_numbers_or_null_and_no_warning(samples):
    found = final_of(samples)
    json.dumps(found, allow_nan=False)
    assert found["modes_recovered"] == 0


def test_the_distance_to_real_samples_is_undefined_if_a_sample_is_not_finite():
    samples = RING.sample(300, np.random.default_rng(0))[0]
    assert final_of(samples)["sliced_wasserstein"] < 0.6
    samples[7, 1] = math.inf
    assert final_of(samples)["sliced_wasserstein"] is None


@pytest.fixture(scope="module")
def small_reference():
    return measure_reference(RING, 300)


def test_the_reference_holds_every_summary_metric(small_reference):
    assert set(small_reference) == set(metrics.SUMMARY_METRICS)
    for name, points in small_reference.items():
        by_mode = {"by_mode"} if name in ("modes_covered", "modes_recovered") else set()
        assert set(points) == {"mean", "p5", "p95"} | by_mode, name
        assert points["p5"] <= points["p95"], name
    assert small_reference["modes_recovered"] == {
        **dict.fromkeys(("mean", "p5", "p95"), 5.0),
        "by_mode": [1.0] * 5,
    }


def test_the_reference_is_the_mean_and_percentiles_of_twenty_draws(small_reference):
    draws = []
    for draw in range(20):
        rng = np.random.default_rng([reference_module.SEED, draw])
        metrics, _ = perfect_metrics(RING, RING.sample(300, rng)[0])
        draws.append(metrics["sliced_wasserstein"])
    ordered = sorted(draws)
    points = small_reference["sliced_wasserstein"]
    assert points["mean"] == pytest.approx(sum(draws) / 20)
    assert points["p5"] == pytest.approx(0.05 * ordered[0] + 0.95 * ordered[1])
    assert points["p95"] == pytest.approx(0.95 * ordered[18] + 0.05 * ordered[19])


def test_the_reference_knows_its_target():
    one = measure_reference(mixture_of(Line(modes=2)), 100)
    assert one["modes_total"]["mean"] == one["modes_recovered"]["mean"] == 2


def test_a_cached_reference_is_the_same_to_the_bit(tmp_path, small_reference):
    first = reference_metrics(RING, 300, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    again = reference_metrics(RING, 300, tmp_path)
    assert json.dumps(first) == json.dumps(again) == json.dumps(small_reference)


def test_the_cache_is_asked_before_anything_is_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(reference_module, "measure_reference", lambda *_: {"measured": {}})
    monkeypatch.setattr(reference_module, "SUMMARY_METRICS", ("measured",))
    assert reference_metrics(RING, 300, tmp_path) == {"measured": {}}
    monkeypatch.setattr(reference_module, "measure_reference", lambda *_: pytest.fail("measured"))
    assert reference_metrics(RING, 300, tmp_path) == {"measured": {}}
    for other in (
        lambda: reference_metrics(RING, 301, tmp_path),
        lambda: reference_metrics(mixture_of(Ring(std=0.06)), 300, tmp_path),
    ):
        with pytest.raises(pytest.fail.Exception, match="measured"):
            other()


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff\xfe", b'{"js": {"mean": 1}}\nabc\n'])
def test_a_damaged_cache_is_measured_anew_and_mended(tmp_path, monkeypatch, damage):
    truth = {name: {"mean": 1 / 3, "p5": None, "p95": 1.0} for name in metrics.SUMMARY_METRICS}
    monkeypatch.setattr(reference_module, "measure_reference", lambda *_: truth)
    reference_metrics(RING, 300, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for bad in (damage, whole[:-10], whole.replace(b"0.33", b"0.34")):
        file.write_bytes(bad)
        assert reference_metrics(RING, 300, tmp_path) == truth
        assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    monkeypatch.setattr(reference_module, "measure_reference", lambda *_: {})
    blocked = tmp_path / "a file"
    blocked.write_text("in the way")
    assert reference_metrics(RING, 300, blocked / "folder") == {}


def test_a_metric_that_no_draw_defines_is_null():
    found = measure_reference(mixture_of(Grid(rows=1, columns=2)), 4)
    assert found["precision"] == {"mean": None, "p5": None, "p95": None}
    assert found["modes_total"]["mean"] == 2


PROGRAM = """
import json, sys
from ganrun.config.targets import Ring
from ganrun.measure.reference import measure_reference
from ganrun.mixture import mixture_of
print(json.dumps(measure_reference(mixture_of(Ring()), 300)))
print([name for name in ("jax", "matplotlib") if name in sys.modules], file=sys.stderr)
"""


def test_measuring_gives_the_same_bits_on_any_number_of_threads_and_needs_no_jax(small_reference):
    """One thread in a process of its own, and as many as there are cores in this one."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PATH": "", **one_thread},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == "[]"
    assert done.stdout.strip() == json.dumps(small_reference)
