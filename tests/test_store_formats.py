"""The bytes of a run's files: the same for the same numbers, and the same numbers back."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganrun.config import schema
from ganrun.store.formats import (
    Checkpoint,
    FormatError,
    Snapshot,
    checkpoint_bytes,
    json_text,
    read_checkpoint,
    read_json,
    read_snapshots,
    snapshots_bytes,
)

# JSON


int64 = st.integers(-(2**63), 2**63 - 1)


@given(st.recursive(st.none() | int64 | st.floats(), st.lists, max_leaves=6))
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


NO_JSON = ["", "{", "[1]", '{"a": NaN}', "\xff", "[" * 100_000, '{"a": 1}x']
NO_JSON += ['{"a": 1, "a": 1}']


@pytest.mark.parametrize("text", NO_JSON)
def test_damaged_json_is_told(text: str) -> None:
    with pytest.raises(FormatError):
        read_json(text.encode("latin-1"))


# snapshots.npz


SIZES = schema.Snapshots(samples=4, grid=3)


def snapshots(count: int) -> list[Snapshot]:
    rng = np.random.default_rng(0)
    draw = [(rng.normal(size=(4, 2)), rng.normal(size=(3, 3))) for _ in range(count)]
    return [Snapshot(5 * i, *(np.float32(a) for a in arrays)) for i, arrays in enumerate(draw)]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_snapshots_come_back_and_numpy_reads_them_too(count: int) -> None:
    content = snapshots_bytes(snapshots(count), (0, 1, 2, 3), SIZES)
    read = read_snapshots(content, SIZES)
    assert read.steps.tolist() == [5 * i for i in range(count)]
    for index, snapshot in enumerate(snapshots(count)):
        assert np.array_equal(read.samples[index], snapshot.samples)
        assert np.array_equal(read.field[index], snapshot.field)
    with np.load(io.BytesIO(content), allow_pickle=False) as loaded:
        assert set(loaded) == {"steps", "samples", "field", "extent"}
        assert loaded["samples"].dtype == np.float32


def netted(*nets: Any) -> list[Snapshot]:
    return [one._replace(manifold=net) for one, net in zip(snapshots(len(nets)), nets, strict=True)]


def test_a_net_is_stored_where_every_snapshot_has_one_and_is_half_as_precise() -> None:
    net = np.linspace(-2, 2, 18, dtype=np.float32).reshape(3, 3, 2)
    content = snapshots_bytes(netted(net, net + 1e5), (0, 1, 2, 3), SIZES)
    read = read_snapshots(content, SIZES)
    assert read.manifold is not None
    assert read.manifold.dtype == np.float16
    np.testing.assert_allclose(read.manifold[0], net, atol=1e-3)
    assert np.isinf(read.manifold[1]).all()
    assert snapshots_bytes(read.each(), (0, 1, 2, 3), SIZES) == content
    for nets in [(net, ()), (net, net[:, :1])]:
        mixed = snapshots_bytes(netted(*nets), (0, 1, 2, 3), SIZES)
        assert mixed == snapshots_bytes(snapshots(2), (0, 1, 2, 3), SIZES)
        assert read_snapshots(mixed, SIZES).manifold is None


def test_a_net_of_another_shape_is_refused() -> None:
    for wrong in (np.zeros((2, 65, 1, 2)), np.zeros((3, 3, 2)), np.zeros((2, 3, 3, 1))):
        content = io.BytesIO(snapshots_bytes(snapshots(2), (0, 1, 2, 3), SIZES))
        with zipfile.ZipFile(content, "a") as archive, archive.open("manifold.npy", "w") as member:
            np.lib.format.write_array(member, wrong.astype(np.float16))
        with pytest.raises(FormatError, match="manifold has the wrong shape"):
            read_snapshots(content.getvalue(), SIZES)


def test_snapshots_are_compressed_and_carry_no_date() -> None:
    content = snapshots_bytes(snapshots(3), (0, 1, 2, 3), SIZES)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_DEFLATED
            assert info.date_time == (1980, 1, 1, 0, 0, 0)


def test_snapshots_of_another_size_are_refused() -> None:
    content = snapshots_bytes(snapshots(2), (0, 1, 2, 3), SIZES)
    for other in ({"samples": 5}, {"grid": 2}):
        with pytest.raises(FormatError, match="wrong shape"):
            read_snapshots(content, SIZES.model_copy(update=other))
    with pytest.raises(ValueError, match="shape"):
        snapshots_bytes(snapshots(2), (0, 1, 2, 3), SIZES.model_copy(update={"samples": 7}))


def test_an_npz_cannot_run_code_or_fill_the_memory() -> None:
    pickled = io.BytesIO()
    arrays = {"samples": np.zeros(1), "field": np.zeros(1), "extent": np.zeros(4)}
    np.savez(pickled, steps=np.array([print], dtype=object), **arrays)
    with pytest.raises(FormatError):
        read_snapshots(pickled.getvalue(), SIZES)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("steps.npy", b"0" * 100)
    claims = bytearray(bomb.getvalue())
    directory = claims.index(b"PK\x01\x02")
    claims[directory + 24 : directory + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    with pytest.raises(FormatError, match="larger than any run's"):
        read_snapshots(bytes(claims), SIZES)


# checkpoint.safetensors


def checkpoint(state: dict[str, Any]) -> Checkpoint:
    return Checkpoint("0123456789abcdef", 12, 3, 2, state)


STATE = {
    "generator/0/kernel": np.arange(6, dtype=np.float32).reshape(2, 3).T,
    "count": np.int32(7),
    "lost": np.array([True, False]),
    "nothing": np.zeros((0, 2), np.float32),
    "key": np.array([1, 2], np.uint32),
}


def test_a_checkpoint_gives_every_array_back() -> None:
    read = read_checkpoint(checkpoint_bytes(checkpoint(STATE)))
    assert (read.id, read.round, read.rows, read.snapshots) == ("0123456789abcdef", 12, 3, 2)
    assert read.state.keys() == STATE.keys()
    for name, array in STATE.items():
        assert np.array_equal(read.state[name], array)
        assert read.state[name].dtype == array.dtype
        assert read.state[name].shape == array.shape


def test_a_checkpoint_has_the_same_bytes_whatever_the_order_of_its_state() -> None:
    backwards = dict(reversed(STATE.items()))
    assert checkpoint_bytes(checkpoint(STATE)) == checkpoint_bytes(checkpoint(backwards))


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
    assert all(np.array_equal(read.state[name], array) for name, array in STATE.items())
