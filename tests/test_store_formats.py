"""The bytes of a run's files: the same for the same numbers, and the same numbers back."""

from __future__ import annotations

import io
import json
import math
import zipfile
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganrun.store.formats import (
    Checkpoint,
    FormatError,
    Snapshot,
    checkpoint_bytes,
    flatten,
    json_text,
    metric_arrays,
    metric_columns,
    metric_line,
    metric_lines,
    metrics_text,
    read_checkpoint,
    read_json,
    read_snapshots,
    snapshots_bytes,
)

floats32 = st.floats(width=32)
COUNTED = ("modes_captured", "modes_covered")
MEASURED = [name for name in metric_columns(2)[1:] if name not in COUNTED]

# metrics.csv


def test_the_columns_are_in_the_order_of_the_design() -> None:
    assert ",".join(metric_columns(2)) == (
        "step,loss_d,loss_g,real_logit,fake_logit,accuracy_d,grad_norm_d,grad_norm_g,penalty,"
        "high_quality,modes_captured,modes_covered,reverse_kl,js,mode_tv,spread,nll,share_0,share_1"
    )


@given(st.lists(st.dictionaries(st.sampled_from(MEASURED), st.none() | floats32), max_size=4))
def test_every_float32_comes_back_as_it_was_and_the_rest_as_nothing(
    rows: list[dict[str, float | None]],
) -> None:
    lines = [metric_line(row | {"step": step}, modes=2) for step, row in enumerate(rows)]
    assert metric_lines(metrics_text(lines, 2), 2) == lines
    arrays = metric_arrays(lines, 2)
    for column in MEASURED:
        wanted = [row.get(column) for row in rows]
        wanted = [v if v is not None and math.isfinite(v) else math.nan for v in wanted]
        assert np.array_equal(arrays[column].astype(np.float32), np.float32(wanted), equal_nan=True)
        read = np.array([0.0 if math.isnan(v) else v for v in arrays[column]])
        assert np.isfinite(read).all()


@given(floats32.filter(math.isfinite))
def test_a_float_is_written_as_short_as_its_float32_allows(value: float) -> None:
    (text,) = [cell for cell in metric_line({"step": 0, "nll": value}, 1).split(",")[1:] if cell]
    assert text == str(np.float32(value))


def test_a_float64_is_written_as_the_float32_that_it_is() -> None:
    assert metric_line({"step": 3, "loss_d": 0.1, "share_0": 1 / 3}, 1).split(",")[:2] == [
        "3",
        "0.1",
    ]
    assert metric_line({"step": 3, "share_0": 1 / 3}, 1).endswith(",0.33333334")
    assert metric_line({"step": 3, "share_0": 1e300}, 1).endswith(",")  # infinite as a float32


def test_counts_are_written_whole_and_shares_may_come_as_one_array() -> None:
    row = {"step": np.int64(250), "modes_covered": np.float32(2), "shares": np.float32([0.5, 0])}
    cells = dict(zip(metric_columns(2), metric_line(row, 2).split(","), strict=True))
    assert (cells["step"], cells["modes_covered"]) == ("250", "2")
    assert (cells["share_0"], cells["share_1"]) == ("0.5", "0.0")


@pytest.mark.parametrize("name", ["los_d", "share_2", "kl"])
def test_a_column_that_is_not_there_is_a_mistake(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        metric_line({"step": 0, name: 1.0}, 2)


def test_pandas_reads_the_metrics_in_one_call() -> None:
    lines = [metric_line({"step": 0}, 2), metric_line({"step": 250, "loss_d": 1.5}, 2)]
    table = pd.read_csv(io.BytesIO(metrics_text(lines, 2)))
    assert tuple(table.columns) == metric_columns(2)
    assert table["loss_d"].isna().tolist() == [True, False]


HEADER = ",".join(metric_columns(1))
EMPTY = "," * (len(metric_columns(1)) - 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "middle of a line"),
        (HEADER, "middle of a line"),
        (f"{HEADER}\n0{EMPTY}", "middle of a line"),
        (f"{HEADER}\n0,1\n", "line 2 has 2 cells"),
        (f"{HEADER}\n\n", "line 2 has 1 cells"),
        (f"step\n0{EMPTY}\n", "header"),
        (f"{HEADER},share_1\n", "header"),
        (f"{HEADER}\nx{EMPTY}\n", "column step"),
        (f"{HEADER}\n99999999999999999999{EMPTY}\n", "column step"),
        (f"{HEADER}\n-1{EMPTY}\n", "do not increase"),
        (f"{HEADER}\n1{EMPTY}\n1{EMPTY}\n", "do not increase"),
        (f"{HEADER}\n0,nan{EMPTY[1:]}\n", "column loss_d"),
        (f"{HEADER}\n0,1e999{EMPTY[1:]}\n", "column loss_d"),
        (f"{HEADER}\n0,abc{EMPTY[1:]}\n", "column loss_d"),
        (f"{HEADER}\r\n", "header"),
        ("ä\n", "plain text"),
    ],
)
def test_damaged_metrics_are_told(text: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        metric_lines(text.encode(), 1)


# JSON


@given(st.recursive(st.none() | st.integers() | st.floats(), st.lists, max_leaves=6))
def test_json_is_strict_whatever_the_numbers(value: Any) -> None:
    content = json_text({"value": value}, sort_keys=True)
    assert read_json(content).keys() == {"value"}
    json.loads(content, parse_constant=pytest.fail)


def test_numpy_values_are_plain_in_json() -> None:
    values = {
        "a": np.float32(0.1),
        "b": np.int64(3),
        "c": np.bool_(True),
        "d": np.array([1.5, np.nan]),
    }
    assert json.loads(json_text(values, sort_keys=True)) == {
        "a": 0.1,
        "b": 3,
        "c": True,
        "d": [1.5, None],
    }
    with pytest.raises(TypeError, match="set"):
        json_text({"a": {1}}, sort_keys=True)


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"a": NaN}', "\xff", "[" * 100_000, '{"a": 1}x'])
def test_damaged_json_is_told(text: str) -> None:
    with pytest.raises(FormatError):
        read_json(text.encode("latin-1"))


# snapshots.npz


def snapshots(count: int) -> list[Snapshot]:
    rng = np.random.default_rng(0)
    draw = [(rng.normal(size=(4, 2)), rng.normal(size=(3, 3))) for _ in range(count)]
    return [Snapshot(5 * i, *(np.float32(a) for a in arrays)) for i, arrays in enumerate(draw)]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_snapshots_come_back_and_numpy_reads_them_too(count: int) -> None:
    content = snapshots_bytes(snapshots(count), (0, 1, 2, 3), samples=4, grid=3)
    read = read_snapshots(content, samples=4, grid=3)
    assert read.steps.tolist() == [5 * i for i in range(count)]
    for index, snapshot in enumerate(snapshots(count)):
        assert np.array_equal(read.samples[index], snapshot.samples)
        assert np.array_equal(read.field[index], snapshot.field)
    with np.load(io.BytesIO(content), allow_pickle=False) as loaded:
        assert set(loaded) == {"steps", "samples", "field", "extent"}
        assert loaded["samples"].dtype == np.float32


def test_snapshots_are_compressed_and_carry_no_date() -> None:
    content = snapshots_bytes(snapshots(3), (0, 1, 2, 3), samples=4, grid=3)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_DEFLATED
            assert info.date_time == (1980, 1, 1, 0, 0, 0)


def test_snapshots_of_another_size_are_refused() -> None:
    content = snapshots_bytes(snapshots(2), (0, 1, 2, 3), samples=4, grid=3)
    for sizes in ({"samples": 5, "grid": 3}, {"samples": 4, "grid": 2}):
        with pytest.raises(FormatError, match="wrong shape"):
            read_snapshots(content, **sizes)
    with pytest.raises(ValueError, match="shape"):
        snapshots_bytes(snapshots(2), (0, 1, 2, 3), samples=7, grid=3)


def test_an_npz_cannot_run_code_or_fill_the_memory() -> None:
    pickled = io.BytesIO()
    arrays = {"samples": np.zeros(1), "field": np.zeros(1), "extent": np.zeros(4)}
    np.savez(pickled, steps=np.array([print], dtype=object), **arrays)
    with pytest.raises(FormatError):
        read_snapshots(pickled.getvalue(), 4, 3)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("steps.npy", b"0" * 100)
    claims = bytearray(bomb.getvalue())
    directory = claims.index(b"PK\x01\x02")
    claims[directory + 24 : directory + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    with pytest.raises(FormatError, match="larger than any run's"):
        read_snapshots(bytes(claims), 4, 3)


# checkpoint.safetensors


def checkpoint(state: dict[str, Any]) -> Checkpoint:
    return Checkpoint("0123456789abcdef", 12, 3, 2, flatten(state))


STATE = {
    "generator": {"0": {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3).T}},
    "count": np.int32(7),
    "lost": np.array([True, False]),
    "nothing": np.zeros((0, 2), np.float32),
    "key": np.array([1, 2], np.uint32),
}


def test_a_checkpoint_gives_every_array_back_flat() -> None:
    read = read_checkpoint(checkpoint_bytes(checkpoint(STATE)))
    assert (read.id, read.round, read.rows, read.snapshots) == ("0123456789abcdef", 12, 3, 2)
    wanted = flatten(STATE)
    assert read.state.keys() == wanted.keys() == {*read.state, "generator/0/kernel"}
    for name, array in wanted.items():
        assert np.array_equal(read.state[name], array)
        assert read.state[name].dtype == array.dtype
        assert read.state[name].shape == array.shape


def test_a_checkpoint_has_the_same_bytes_whatever_the_order_of_its_state() -> None:
    backwards = dict(reversed(STATE.items()))
    assert checkpoint_bytes(checkpoint(STATE)) == checkpoint_bytes(checkpoint(backwards))
    assert checkpoint_bytes(checkpoint(flatten(STATE))) == checkpoint_bytes(checkpoint(STATE))


def test_a_checkpoint_can_be_read_by_safetensors_alone() -> None:
    from safetensors.numpy import load

    assert load(checkpoint_bytes(checkpoint(STATE)))["count"] == 7


@given(st.data())
def test_a_checkpoint_with_one_byte_changed_is_never_taken_for_whole(data: st.DataObject) -> None:
    whole = checkpoint_bytes(checkpoint(STATE))
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[place]))
    changed = whole[:place] + bytes([byte]) + whole[place + 1 :]
    try:
        read = read_checkpoint(changed)
    except FormatError:
        return
    # What a reader does not notice changes nothing that it reads: a space in the header.
    assert (read.id, read.round, read.rows, read.snapshots) == ("0123456789abcdef", 12, 3, 2)
    assert all(np.array_equal(read.state[name], array) for name, array in flatten(STATE).items())
