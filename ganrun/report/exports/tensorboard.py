"""Runs as TensorBoard keeps them: a folder with an event file for each, below one log folder."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2, types_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

from ganrun.config import to_yaml
from ganrun.config.metrics import AVERAGED, ROUND_METRICS
from ganrun.report.exports.exported_run import ExportedRun
from ganrun.store.atomic import make_folder, replace_file

FILE_VERSION = "brain.Event:2"
"""What an event file begins with."""
RGBA = 4
"""What TensorBoard calls an image's colour space."""


def write_events(run: ExportedRun, log_folder: Path) -> Path:
    """Write a run's event file into a folder of its name; returns its path.

    It holds every evaluation as scalars at their rounds, the metrics at the end under `final/`, the
    config as text, and the run's figures if they are drawn. Written again it is replaced by the
    same bytes. Raises `StoreError` where it cannot be written.
    """
    content = io.BytesIO()
    events = RecordWriter(content)
    for event in _events(run):
        events.write(event.SerializeToString())
    began = int(run.started.timestamp())
    path = log_folder / run.path.absolute().name / f"events.out.tfevents.{began}.ganrun"
    make_folder(path.parent)
    replace_file(path, content.getvalue())
    return path


def _events(run: ExportedRun) -> Iterator[Any]:
    yield event_pb2.Event(wall_time=run.started.timestamp(), file_version=FILE_VERSION)
    yield _event(run, 0, [_text("config", f"```yaml\n{to_yaml(run.config)}```")])
    for name, step, value in run.points():
        yield _event(run, step, [summary_pb2.Summary.Value(tag=tag_of(name), simple_value=value)])
    last = int(run.metrics["step"][-1]) if len(run.metrics["step"]) else 0
    for name, final in run.final.items():
        if final is not None:
            value = summary_pb2.Summary.Value(tag=f"final/{name}", simple_value=final)
            yield _event(run, last, [value])
    yield from (_event(run, last, [_image(figure)]) for figure in run.figures)


def tag_of(name: str) -> str:
    """A column of `metrics.csv` by its kind: `game/`, `samples/`, `average/` or `shares/`."""
    if name.startswith("share_"):
        return f"shares/mode_{name.removeprefix('share_')}"
    if name.startswith(AVERAGED):
        return f"average/{name.removeprefix(AVERAGED)}"
    return f"{'game' if name in ROUND_METRICS else 'samples'}/{name}"


def _event(run: ExportedRun, step: int, values: list[Any]) -> Any:
    """What was so at a round; its time of day is as if all rounds had taken equally long."""
    share = min(1.0, step / run.config.training.steps)
    began, ended = run.started.timestamp(), run.ended.timestamp()
    summary = summary_pb2.Summary(value=values)
    return event_pb2.Event(wall_time=began + share * (ended - began), step=step, summary=summary)


def _text(tag: str, words: str) -> Any:
    metadata = summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text")
    )
    one = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)])
    tensor = tensor_pb2.TensorProto(
        dtype=types_pb2.DT_STRING, string_val=[words.encode()], tensor_shape=one
    )
    return summary_pb2.Summary.Value(tag=tag, metadata=metadata, tensor=tensor)


def _image(path: Path) -> Any:
    content = path.read_bytes()
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
    encoded = summary_pb2.Summary.Image(
        height=height, width=width, colorspace=RGBA, encoded_image_string=content
    )
    return summary_pb2.Summary.Value(tag=f"figures/{path.stem}", image=encoded)
