"""`progression.gif`: the samples over the discriminator's field, snapshot by snapshot.

For slides and chats, where a page cannot be played. Importing this imports matplotlib and Pillow.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from ganrun import wording
from ganrun.config.company import briefly_in_company
from ganrun.measure.coverage import is_covered, mode_shares
from ganrun.report import run_story
from ganrun.report.chosen_rounds import evenly
from ganrun.report.figures.progression import FieldScale, draw_panel, field_scale
from ganrun.report.figures.style import LABEL_SIZE, house_style
from ganrun.report.palette import INK, PAPER, QUIET
from ganrun.report.run_record import RunRecord
from ganrun.store.atomic import make_folder, replace_file

NAME = "progression.gif"
INCHES, DOTS_PER_INCH = 4.0, 120
"""Width, and 480 pixels of it."""
MOST_FRAMES = 60
FRAME_MILLISECONDS, LAST_MILLISECONDS = 150, 2500
COLOURS = 96
"""Of the common palette: as many as the field's shades need not to show bands."""

_TOP, _TITLE, _EDGE, _FOOT = 0.30, 0.26, 0.10, 0.30


def write_gif(run: RunRecord, folder: Path | None = None) -> Path | None:
    """Write a run's `figures/progression.gif`; `None` for a run without snapshots.

    Raises `StoreError` where it cannot be written.
    """
    if run.snapshots is None:
        return None
    folder = folder or run.path / "figures"
    make_folder(folder)
    shown = evenly(len(run.snapshots.steps), MOST_FRAMES)
    scale = field_scale(run.objective, run.snapshots.field[shown])
    with house_style():
        frames = [_frame(run, int(index), scale) for index in shown]
    # One palette for all frames: the last one has as many colours as any.
    palette = frames[-1].quantize(COLOURS)
    quantized = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    content = io.BytesIO()
    quantized[0].save(
        content,
        format="GIF",
        save_all=True,
        append_images=quantized[1:],
        duration=[FRAME_MILLISECONDS] * (len(frames) - 1) + [LAST_MILLISECONDS],
        loop=0,
    )
    path = folder / NAME
    replace_file(path, content.getvalue())
    return path


def _frame(run: RunRecord, index: int, scale: FieldScale) -> Image.Image:
    assert run.snapshots is not None
    side = INCHES - 2 * _EDGE
    height = _TOP + _TITLE + side + _FOOT
    figure = Figure(figsize=(INCHES, height), dpi=DOTS_PER_INCH)
    canvas = FigureCanvasAgg(figure)
    figure.patch.set_facecolor(PAPER)
    left = _EDGE / INCHES
    top, whose = 1 - 0.08 / height, run_story.whose(run)
    figure.text(left, top, whose, size=LABEL_SIZE, weight="bold", va="top", color=INK)
    axes = figure.add_axes((left, _FOOT / height, side / INCHES, side / height))
    draw_panel(axes, run, index, scale)
    shares = mode_shares(run.snapshots.samples[index], run.mixture)
    covered = int(is_covered(shares, run.mixture.weights).sum())
    words = f"{wording.of_total(covered, run.modes_total)} modes covered"
    axes.set_title(words, loc="right", size=LABEL_SIZE, color=INK, pad=4)
    among = " among samples" if briefly_in_company(run.configs[-1].discriminator) else ""
    note = f"rings: true modes; blue: looks real{among}; amber: looks forged"
    figure.text(left, 0.10 / height, note, size=LABEL_SIZE - 1, color=QUIET)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
