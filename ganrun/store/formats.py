"""What stands in a run's files: numbers to bytes and back, the same bytes for the same numbers.

Every `read_...` raises `FormatError` (one line, without the path) for bytes that are damaged, and
none of them can be made to run code or to fill the memory by what a file says about itself.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from ganrun.config import schema

_METADATA_KEY = "ganrun"
_METADATA = ("id", "round", "rows", "snapshots")


NOT_AS_WRITTEN = "does not hold what was written there"


class FormatError(ValueError):
    """Bytes that are not what they should be; the caller knows whose they are."""


class Snapshot(NamedTuple):
    """Generator samples `[N, 2]` and the discriminator's logit on a grid `[G, G]`, at one round."""

    step: int
    samples: Float[ndarray, "N 2"]
    field: Float[ndarray, "G G"]
    manifold: Float[ndarray, "L M 2"] | tuple[()] = ()
    """Where the generator lays a net of latent points; nothing where it was not taken."""


class Snapshots(NamedTuple):
    """All snapshots of a run; `extent` is the grid's window `(x_min, x_max, y_min, y_max)`."""

    steps: Int[ndarray, " S"]
    samples: Float[ndarray, "S N 2"]
    field: Float[ndarray, "S G G"]
    extent: Float[ndarray, " 4"]
    manifold: Float[ndarray, "S L M 2"] | None = None
    """None unless every snapshot has one, and all of one shape."""

    @property
    def window(self) -> tuple[float, float, float, float]:
        """The extent as Python's own numbers."""
        x_min, x_max, y_min, y_max = self.extent.tolist()
        return x_min, x_max, y_min, y_max

    def each(self) -> list[Snapshot]:
        """The snapshots one by one."""
        nets = [()] * len(self.steps) if self.manifold is None else self.manifold
        parts = zip(self.steps, self.samples, self.field, nets, strict=True)
        return [Snapshot(int(step), *arrays) for step, *arrays in parts]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The whole training state after `round` rounds; `state` is flat: `generator/params`."""

    id: str
    round: int
    rows: int
    snapshots: int
    state: Mapping[str, ndarray]


# JSON ---------------------------------------------------------------------------------------------


def json_text(value: Mapping[str, Any], *, sort_keys: bool) -> bytes:
    """Strict JSON: NumPy's scalars and arrays become numbers, what is not finite becomes null."""
    plain = _plain(value)
    text = json.dumps(plain, indent=1, sort_keys=sort_keys, allow_nan=False, ensure_ascii=False)
    # Bytes of an argument that are no letters become escapes, which are read as they were.
    return f"{text}\n".encode(errors="backslashreplace")


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | str() | int():
            return value
        case np.float32():  # type: ignore[misc]  # as short as in metrics.csv
            return _plain(float(str(value)))
        case float():
            return float(value) if math.isfinite(value) else None
        case np.generic():
            return _plain(value.item())
        case np.ndarray():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def read_json(content: bytes) -> dict[str, Any]:
    """The object in a JSON file, each of its keys once.

    A number that is larger than any of ganrun's is infinite, which no model of a document allows.
    """
    try:
        value = _DECODER.decode(content.decode())
    except FormatError:
        raise
    except (ValueError, RecursionError):
        raise FormatError("is not whole JSON") from None
    if not isinstance(value, dict):
        raise FormatError("does not hold a JSON object")
    return value


def _refused(constant: str) -> None:
    raise FormatError(f"holds {constant}, which is not JSON")


def _whole(text: str) -> float:
    return int(text) if len(text) < 19 else math.inf


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise FormatError("holds a key more than once")
    return found


_DECODER = json.JSONDecoder(parse_constant=_refused, parse_int=_whole, object_pairs_hook=_object)

# Digests ------------------------------------------------------------------------------------------

DIGEST = "digest"
"""The last field of a document that is sealed: the SHA-256 of all that stands before it."""


def digest_of(content: bytes) -> str:
    """The SHA-256 of a file, as it is recorded."""
    return hashlib.sha256(content).hexdigest()


def sealed(value: Mapping[str, Any]) -> bytes:
    """A document as JSON that holds its own digest, so that a reader knows it for whole."""
    return _with_digest(json_text(value, sort_keys=False).removesuffix(b"\n}\n"))


def _with_digest(text: bytes) -> bytes:
    return b'%s,\n "%s": "%s"\n}\n' % (text, DIGEST.encode(), digest_of(text).encode())


def is_sealed(content: bytes) -> bool:
    """Whether a document ends with the digest of all that stands before it."""
    return content == _with_digest(content.rpartition(b',\n "%s": ' % DIGEST.encode())[0])


def read_sealed(content: bytes) -> tuple[dict[str, Any], bool]:
    """What a document holds, and whether it was sealed: earlier ones were not.

    Raises `FormatError` if it is other than what was sealed.
    """
    value = read_json(content)
    if DIGEST not in value:
        return value, False
    if not is_sealed(content):
        raise FormatError(NOT_AS_WRITTEN)
    del value[DIGEST]
    return value, True


# snapshots.npz ------------------------------------------------------------------------------------


def snapshots_bytes(
    snapshots: Sequence[Snapshot], extent: Sequence[float], sizes: schema.Snapshots
) -> bytes:
    """`snapshots.npz`, compressed; without dates, so that equal snapshots are equal bytes."""
    count, grid = len(snapshots), sizes.grid
    samples = np.array([one.samples for one in snapshots], np.float32)
    fields = np.array([one.field for one in snapshots], np.float32)
    arrays = Snapshots(
        np.array([one.step for one in snapshots], np.int64),
        samples.reshape(count, sizes.samples, 2),
        fields.reshape(count, grid, grid),
        np.array(extent, np.float64),
        _manifolds(snapshots),
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as members:
        for name, array in arrays._asdict().items():
            if array is None:
                continue
            member = io.BytesIO()
            np.lib.format.write_array(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            members.writestr(info, member.getvalue())
    return archive.getvalue()


def read_snapshots(content: bytes, sizes: schema.Snapshots) -> Snapshots:
    """The arrays of `snapshots.npz`, of the sizes that the run's config asks for."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as members:
            arrays = {name: _member(members, name) for name in _ALWAYS}
            manifold = _member(members, _OPTIONAL) if _has(members, _OPTIONAL) else None
    except FormatError:
        raise
    except Exception as error:  # zipfile, zlib and NumPy each have their own for damaged bytes
        raise FormatError("is not a whole npz file") from error
    snapshots = Snapshots(**arrays, manifold=manifold)
    count, grid = snapshots.steps.size, sizes.grid
    shapes = [(count,), (count, sizes.samples, 2), (count, grid, grid), (4,)]
    kinds = ["i8", "f4", "f4", "f8"]
    for (name, array), shape, kind in zip(arrays.items(), shapes, kinds, strict=True):
        if array.shape != shape or array.dtype != np.dtype(kind):
            raise FormatError(f"{name} has the wrong shape or type for this run's config")
    if manifold is not None and not _are_nets(manifold, count):
        raise FormatError("manifold has the wrong shape or type")
    if np.any(np.diff(snapshots.steps, prepend=-1) <= 0):
        raise FormatError("its steps do not increase")
    x_min, x_max, y_min, y_max = snapshots.window
    if count and not (x_min < x_max < math.inf and y_min < y_max < math.inf):
        raise FormatError("its extent is no window")
    for name, array in (("samples", snapshots.samples), ("field", snapshots.field)):
        if count and not np.isfinite(array).any():
            raise FormatError(f"{name} holds no number")
    return snapshots


def _manifolds(snapshots: Sequence[Snapshot]) -> ndarray | None:
    """Half precision is finer than a screen; what is too large for it is out of sight."""
    if len({np.shape(one.manifold) for one in snapshots}) != 1 or not len(snapshots[0].manifold):
        return None
    with np.errstate(over="ignore"):
        return np.array([one.manifold for one in snapshots]).astype(np.float16)


def _are_nets(manifold: ndarray, count: int) -> bool:
    sides = manifold.shape[1:3]
    return (
        manifold.dtype == np.float16
        and manifold.shape == (count, *sides, 2)
        and all(0 < side <= _MOST_LINES for side in sides)
    )


*_ALWAYS, _OPTIONAL = Snapshots._fields
_MOST_LINES = 64
_LARGEST_MEMBER = 1 << 30


def _has(members: zipfile.ZipFile, name: str) -> bool:
    return f"{name}.npy" in members.namelist()


def _member(members: zipfile.ZipFile, name: str) -> ndarray:
    info = members.getinfo(f"{name}.npy")
    if info.file_size > _LARGEST_MEMBER:
        raise FormatError(f"{name} claims to be larger than any run's")
    return np.lib.format.read_array(io.BytesIO(members.read(info)), allow_pickle=False)


# checkpoint.safetensors ---------------------------------------------------------------------------


def checkpoint_bytes(checkpoint: Checkpoint) -> bytes:
    """A checkpoint as safetensors; its metadata in one key: the format's map has no order."""
    from safetensors.numpy import save

    metadata = {name: getattr(checkpoint, name) for name in _METADATA}
    metadata["sha256"] = _digest(checkpoint)  # the format itself has no checksum
    arrays = {name: np.asarray(array, order="C") for name, array in checkpoint.state.items()}
    return save(arrays, metadata={_METADATA_KEY: json.dumps(metadata)})


def read_checkpoint(content: bytes) -> Checkpoint:
    """The checkpoint in a safetensors file."""
    from safetensors.numpy import load

    try:
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        metadata = json.loads(header["__metadata__"][_METADATA_KEY])
        identity, round, rows, snapshots = (metadata[name] for name in _METADATA)
        checkpoint = Checkpoint(identity, round, rows, snapshots, load(content))
        whole = metadata["sha256"] == _digest(checkpoint)
    except Exception as error:  # safetensors' own error, and those of a header that says too little
        raise FormatError("is not a whole checkpoint") from error
    if not whole:
        raise FormatError(NOT_AS_WRITTEN)
    return checkpoint


def _digest(checkpoint: Checkpoint) -> str:
    counts = [getattr(checkpoint, name) for name in _METADATA]
    digest = hashlib.sha256(json.dumps(counts).encode())
    for name, array in sorted(checkpoint.state.items()):
        digest.update(f"{name} {array.dtype.name} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
