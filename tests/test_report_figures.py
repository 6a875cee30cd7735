"""The figures: what is drawn, that no words lie on others, and that any run can be drawn."""

from __future__ import annotations

import dataclasses
import io
import math
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text
from report_examples import fake_run, grid, ring

from ganrun.config.pieces import OBJECTIVES
from ganrun.config.targets import Custom, Line
from ganrun.mixture import mixture_of
from ganrun.report import palette
from ganrun.report.chosen_rounds import choose_rounds
from ganrun.report.curve_panels import robust_limits
from ganrun.report.figures import FIGURES, RANKING, SWEEP_FIGURES, write_figures
from ganrun.report.figures.curves import spread_out
from ganrun.report.figures.modes import place_numbers
from ganrun.report.figures.progression import MOST_PANELS, field_scale
from ganrun.report.figures.style import house_style, short_round
from ganrun.report.figures_wanted import OF_RUNS, OF_SWEEPS, Wanted
from ganrun.report.run_story import title

PNG = b"\x89PNG\r\n\x1a\n"


def odd_target():
    return mixture_of(
        Custom(
            layout="custom",
            means=((-3.0, 0.0), (3.0, 1.0), (0.0, -40.0)),
            covariances=(((4, 1.5), (1.5, 1)), ((1e-4, 0), (0, 1e-4)), ((0.5, 0), (0, 9))),
        )
    )


def a_line(modes: int = 12):
    return mixture_of(Line(modes=modes, length=4.0, std=0.05))


COLLAPSED = fake_run(modes=[0, 3], verdict="collapsed", seed=3)
RUNS = {
    "collapsed": COLLAPSED,
    "healthy": fake_run(),
    "grid": fake_run(grid(), [1, 2, 6, 7, 12], verdict="collapsed", name="grid25"),
    "tight ring": fake_run(ring(8, 0.01, 1.0), [0, 1, 4, 6], verdict="oscillating"),
    "diverged": fake_run(
        modes=[0, 1], verdict="diverged", status="diverged", reached=750, diverged_at=913
    ),
    "critic": fake_run(objective="wasserstein", field_of=lambda x, y: 40 + 10 * np.hypot(x, y)),
    "uneven": fake_run(ring(5, weights=(10, 4, 3, 2, 1)), [0, 1, 2], verdict="collapsed"),
    "one mode, one snapshot": fake_run(ring(1), snapshots=1, steps=200),
    "line": fake_run(a_line(), [0, 1, 2, 8], verdict="collapsed", snapshots=3, steps=500),
    "odd target": fake_run(odd_target(), [0, 2], verdict="collapsed", snapshots=5),
    "interrupted": fake_run(modes=[0, 1], verdict=None, status="interrupted", reached=3250),
    "least squares": fake_run(modes=[0], objective="least_squares", verdict="undertrained"),
}


@pytest.fixture(scope="module")
def drawn():
    """Every figure that has been asked for, with the boxes of all words on it."""
    cache: dict[tuple[str, str], tuple[Figure, list[tuple[str, object]]]] = {}

    def draw(run: str, figure: str):
        if (run, figure) not in cache:
            with house_style():
                made = FIGURES[figure](RUNS[run])
                cache[run, figure] = (made, words_on(made))
        return cache[run, figure]

    return draw


def words_on(figure: Figure) -> list[tuple[str, object]]:
    """Every piece of text that is really drawn, with its box in pixels."""
    words = []
    draw = Text.draw

    def record(self, renderer, *args, **kwargs):
        if self.get_visible() and self.get_text().strip():
            words.append((self.get_text(), Text.get_window_extent(self, renderer)))
        return draw(self, renderer, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", record)
        figure.draw_without_rendering()
    return words


def axes_titled(figure: Figure, title: str):
    return next(axes for axes in figure.axes if axes.get_title(loc="left") == title)


def dashed_levels(axes) -> list[float]:
    return [float(line.get_ydata()[0]) for line in axes.get_lines() if line.get_linestyle() == "--"]


ALIKE = {"healthy", "tight ring", "uneven", "interrupted"}
"""Runs whose progression and curves are laid out as those of others."""


@pytest.mark.parametrize(
    ("run", "figure"),
    [(run, name) for run in RUNS for name in FIGURES if name == "modes" or run not in ALIKE],
)
def test_no_words_lie_on_others_or_leave_the_figure(drawn, run, figure):
    made, words = drawn(run, figure)
    width, height = made.canvas.get_width_height()
    for text, box in words:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for index, (text, box) in enumerate(words):
        for other, other_box in words[index + 1 :]:
            across = min(box.x1, other_box.x1) - max(box.x0, other_box.x0)
            down = min(box.y1, other_box.y1) - max(box.y0, other_box.y0)
            # Boxes hold room for accents and descenders that the words at hand may not have.
            assert across <= 1 or down <= 4, f"{text!r} lies on {other!r}"


@pytest.mark.parametrize("figure", FIGURES)
def test_no_words_are_too_small_to_read_at_a_readmes_width(drawn, figure):
    made, _ = drawn("grid", figure)
    for text in made.findobj(Text):
        assert text.get_fontsize() * 900 / 72 / 9.6 >= 7, text.get_text()


# modes.png


def test_the_missing_modes_are_named_in_words_and_dashed(drawn):
    made, words = drawn("collapsed", "modes")
    texts = [text for text, _ in words]
    assert [t for t in texts if t.endswith("missing") and t.startswith("mode ")] == [
        "mode 1 missing",
        "mode 2 missing",
        "mode 4 missing",
    ]
    assert "Likely mode collapse: the forger leaves out 3 of 5 modes" in texts
    rings = {rings.get_gid(): rings for rings in made.findobj(LineCollection) if rings.get_gid()}
    assert len(rings["missing"].get_segments()) == 3
    assert len(rings["covered"].get_segments()) == 2
    assert rings["missing"].get_linestyle()[0][1] is not None


def test_a_healthy_run_has_no_missing_modes(drawn):
    _, words = drawn("healthy", "modes")
    assert not [text for text, _ in words if "missing" in text]
    assert "The forger covers all 5 modes" in [text for text, _ in words]


def test_the_title_says_when_modes_are_covered_but_not_recovered():
    run = RUNS["healthy"]
    run = dataclasses.replace(run, final={**run.final, "modes_recovered": 2.0})
    assert title(run) == "The forger covers all 5 modes, but recovers 2"


def test_the_title_of_a_run_that_goes_on_says_so_far():
    assert title(RUNS["interrupted"]) == "The forger leaves out 3 of 5 modes so far"


def test_the_bars_are_the_shares_and_what_is_left_over(drawn):
    made, _ = drawn("collapsed", "modes")
    axes = axes_titled(made, "share of the samples")
    lengths = [bar.get_width() for bar in axes.patches]
    np.testing.assert_allclose(lengths[:5], COLLAPSED.shares)
    assert sum(lengths) == pytest.approx(1)


def test_the_marks_are_the_weights(drawn):
    made, _ = drawn("uneven", "modes")
    axes = axes_titled(made, "share of the samples")
    (marks,) = axes.findobj(LineCollection)
    at = [segment[0][0] for segment in marks.get_segments()]
    np.testing.assert_allclose(at, [0.5, 0.2, 0.15, 0.1, 0.05])


def test_the_dots_are_the_last_snapshots_samples(drawn):
    made, _ = drawn("collapsed", "modes")
    (dots,) = made.axes[0].findobj(PathCollection)
    np.testing.assert_allclose(dots.get_offsets(), COLLAPSED.snapshots.samples[-1], rtol=1e-6)


def test_numbers_find_a_free_side_even_on_a_line():
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    rings = circle * 8 + np.stack([20.0 * np.arange(12), np.zeros(12)], axis=1)[:, None]
    places = place_numbers(rings)
    centres = rings.mean(axis=1)
    to_others = np.linalg.norm(places[:, None] - centres, axis=2)
    assert to_others.min() >= 8
    between = np.linalg.norm(places[:, None] - places, axis=2) + 99 * np.eye(12)
    assert between.min() >= 12


# progression.png


def test_the_first_and_the_last_round_are_among_the_panels(drawn):
    made, words = drawn("collapsed", "progression")
    titles = [text for text, _ in words if text.startswith("round ")]
    assert 6 <= len(titles) <= 8
    assert titles[0] == "round 0"
    assert titles[-1] == "round 10,000"
    limits = {
        (axes.get_xlim(), axes.get_ylim()) for axes in made.axes if axes.get_title(loc="left")
    }
    assert limits == {(COLLAPSED.mixture.extent[:2], COLLAPSED.mixture.extent[2:])}


def fields_of(figure: Figure) -> list[AxesImage]:
    return [one for one in figure.findobj(AxesImage) if one.get_array().shape == (24, 24)]


def test_the_field_is_white_where_the_discriminator_cannot_tell(drawn):
    made, _ = drawn("collapsed", "progression")
    assert len(fields_of(made)) == 8
    for image in fields_of(made):
        assert image.norm.vmin == -image.norm.vmax
        np.testing.assert_allclose(image.cmap(0.5), to_rgba(palette.FIELD_WHITE), atol=0.01)


def test_the_fields_points_are_drawn_where_they_were_measured(drawn):
    """Row 0 lies on the window's lower edge, the last column on its right edge."""
    made, _ = drawn("collapsed", "progression")
    image = fields_of(made)[0]
    np.testing.assert_allclose(image.get_array(), COLLAPSED.snapshots.field[0], rtol=1e-6)
    left, right, bottom, top = image.get_extent()
    x_min, x_max, y_min, y_max = COLLAPSED.mixture.extent
    assert image.origin == "lower"
    assert left + (right - left) / 48 == pytest.approx(x_min)
    assert right - (right - left) / 48 == pytest.approx(x_max)
    assert bottom + (top - bottom) / 48 == pytest.approx(y_min)
    assert top - (top - bottom) / 48 == pytest.approx(y_max)


def test_a_critics_field_is_measured_from_its_median():
    field = np.array([[[100.0, 101.0], [99.0, 100.0]], [[-5.0, -4.0], [-6.0, -5.0]]])
    scale = field_scale("wasserstein", field)
    assert scale.centre is None
    np.testing.assert_allclose(scale.shifted(field[0]), scale.shifted(field[1]))
    assert 0.5 <= scale.limit <= 1.0


def test_a_probabilitys_field_never_needs_more_than_five_logits():
    assert field_scale("non_saturating", np.full((2, 3, 3), 80.0)).limit == 5
    assert field_scale("least_squares", np.full((2, 3, 3), 0.5)).centre == 0.5


def test_a_field_that_is_not_finite_can_be_drawn_and_scaled():
    for objective in OBJECTIVES:
        scale = field_scale(objective, np.full((2, 3, 3), np.nan))
        assert math.isfinite(scale.limit)
        assert np.isnan(scale.shifted(np.array([[np.inf, 0.0], [1.0, 2.0]]))).any()


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 10, 42, 1001])
def test_rounds_are_chosen_in_order_without_repeats(count):
    chosen = choose_rounds(np.arange(count) * 256, MOST_PANELS)
    assert len(chosen) == min(count, 8)
    assert chosen == sorted(set(chosen))
    assert (chosen[0], chosen[-1]) == (0, count - 1)


# curves.png


def test_the_equilibrium_of_the_cross_entropy_game_is_drawn_in(drawn):
    made, words = drawn("collapsed", "curves")
    assert dashed_levels(axes_titled(made, "loss")) == pytest.approx([2 * math.log(2), math.log(2)])
    assert dashed_levels(axes_titled(made, "detective's accuracy")) == [0.5]
    assert dashed_levels(axes_titled(made, "mean logit")) == [0.0]
    assert {"2 ln 2", "ln 2", "1/2"} <= {text for text, _ in words}


def test_where_a_players_loss_comes_to_rest_has_the_colour_of_its_curve(drawn):
    made, _ = drawn("collapsed", "curves")
    lines = axes_titled(made, "loss").get_lines()
    colours = {line.get_color() for line in lines if line.get_linestyle() == "--"}
    assert colours == {line.get_color() for line in lines if line.get_linestyle() == "-"}
    (name,) = [text for text in made.findobj(Text) if text.get_text() == "ln 2"]
    assert name.get_color() == palette.ORANGE


def test_metrics_stand_beside_the_mean_and_band_of_perfect_samples(drawn):
    made, _ = drawn("collapsed", "curves")
    axes = axes_titled(made, "high quality")
    assert dashed_levels(axes) == [0.9891]
    (band,) = axes.patches
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.9852, 0.992))


def test_the_curves_are_the_columns_of_the_metrics(drawn):
    made, _ = drawn("collapsed", "curves")
    curve = axes_titled(made, "modes covered of 5").get_lines()[-1]
    np.testing.assert_array_equal(curve.get_ydata(), COLLAPSED.metrics["modes_covered"])
    np.testing.assert_array_equal(curve.get_xdata(), COLLAPSED.metrics["step"])


def test_the_round_of_divergence_is_marked_in_every_panel(drawn):
    made, words = drawn("diverged", "curves")
    for axes in made.axes:
        assert any(list(line.get_xdata()) == [913, 913] for line in axes.get_lines())
    assert any("dotted: diverged at round 913" in text for text, _ in words)


def test_a_critic_has_no_accuracy(drawn):
    made, _ = drawn("critic", "curves")
    assert "detective's accuracy" not in [axes.get_title(loc="left") for axes in made.axes]
    assert dashed_levels(axes_titled(made, "loss")) == [0.0]


def test_limits_hold_every_anchor_and_leave_out_a_lone_spike():
    values = np.concatenate([np.linspace(0.5, 1.5, 99), [1e6]])
    low, high = robust_limits(values, [0.7, 2.0], (-math.inf, math.inf))
    assert low < 0.5
    assert 2.0 < high < 10
    assert robust_limits(np.array([np.nan]), [], (-math.inf, math.inf))[0] < 0.01


def test_labels_are_moved_apart_no_further_than_needed():
    assert spread_out([0.1, 0.9], 0.1) == [0.1, 0.9]
    moved = spread_out([0.5, 0.52, 0.1], 0.1)
    assert moved[1] - moved[0] == pytest.approx(0.1)
    assert moved[2] == 0.1
    assert spread_out([], 0.1) == []


@pytest.mark.parametrize(
    ("number", "words"), [(0.0, "0"), (250.0, "250"), (7500.0, "7.5k"), (1.5e6, "1.5M")]
)
def test_rounds_on_an_axis_are_short(number, words):
    assert short_round(number) == words


# files


def test_all_three_figures_are_written_and_are_whole_images(tmp_path):
    paths = write_figures(COLLAPSED, tmp_path / "figures")
    assert sorted(path.name for path in paths) == ["curves.png", "modes.png", "progression.png"]
    for path in paths:
        content = path.read_bytes()
        assert content.startswith(PNG)
        assert b"IEND" in content[-12:]
        assert len(content) > 20_000
    assert sorted(tmp_path.joinpath("figures").iterdir()) == sorted(paths)


def test_a_run_without_snapshots_gets_its_curves_alone(tmp_path):
    run = dataclasses.replace(
        RUNS["interrupted"],
        snapshots=None,
        metrics={name: column[:0] for name, column in COLLAPSED.metrics.items()},
    )
    assert [path.name for path in write_figures(run, tmp_path)] == ["curves.png"]


def test_metrics_that_are_not_finite_can_be_drawn(tmp_path):
    metrics = {
        name: column if name == "step" else np.where(column > 0, np.nan, np.inf)
        for name, column in COLLAPSED.metrics.items()
    }
    samples = COLLAPSED.snapshots.samples * np.float32(np.nan)
    field = COLLAPSED.snapshots.field * np.float32(np.nan)
    snapshots = COLLAPSED.snapshots._replace(samples=samples, field=field)
    run = dataclasses.replace(COLLAPSED, metrics=metrics, snapshots=snapshots)
    assert len(write_figures(run, tmp_path)) == 3


def test_the_readers_own_settings_of_matplotlib_are_neither_used_nor_changed(tmp_path):
    import matplotlib

    run = dataclasses.replace(RUNS["interrupted"], snapshots=None)
    with matplotlib.rc_context({"font.size": 31.0, "lines.linewidth": 9.0}):
        before = dict(matplotlib.rcParams)
        first = write_figures(run, tmp_path / "a")
        assert dict(matplotlib.rcParams) == before
    second = write_figures(run, tmp_path / "b")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_figures_for_a_paper_are_vectors_without_headlines_and_equal_bytes(tmp_path):
    wanted = Wanted(formats=("pdf", "svg"), style="paper", only=("modes",))
    paths = write_figures(COLLAPSED, tmp_path / "a", wanted)
    assert [path.name for path in paths] == ["modes.pdf", "modes.svg"]
    pdf, svg = (path.read_bytes() for path in paths)
    assert pdf.startswith(b"%PDF-")
    assert b"/FontFile2" in pdf
    assert b"/Subtype /Image" not in pdf
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    for path, again in zip(paths, write_figures(COLLAPSED, tmp_path / "b", wanted), strict=True):
        assert path.read_bytes() == again.read_bytes()
    with house_style(wanted):
        figure = FIGURES["modes"](COLLAPSED)
    words = {text.get_text() for text in figure.texts}
    assert not any(words)
    assert "share of the samples" in {axes.get_title(loc="left") for axes in figure.axes}


@pytest.mark.parametrize("wanted", [Wanted(dots_per_inch=72), Wanted(style="paper")])
def test_a_modes_number_stands_where_it_does_on_a_page(wanted):
    """Also in a figure that is cut to its edges, and at 72 dots per inch, as vectors have."""

    def places(wanted):
        with house_style(wanted):
            figure = FIGURES["modes"](COLLAPSED)
            cut = "tight" if wanted.style == "paper" else None
            figure.savefig(io.BytesIO(), format="svg", bbox_inches=cut)
            axes = figure.axes[0]
            corner, numbers = axes.get_window_extent(), {}
            for text in axes.texts:
                if text.get_text() in map(str, range(COLLAPSED.modes_total)):
                    box = text.get_window_extent()
                    middle = np.array([box.x0 + box.width / 2, box.y0 + box.height / 2])
                    numbers[text.get_text()] = (middle - [corner.x0, corner.y0]) / figure.dpi
        return np.array([numbers[str(mode)] for mode in range(COLLAPSED.modes_total)])

    # Inches; half a point.
    np.testing.assert_allclose(places(wanted), places(Wanted()), atol=1 / 144)


def test_dots_per_inch_are_those_of_the_image(tmp_path):
    from PIL import Image

    run = dataclasses.replace(RUNS["interrupted"], snapshots=None)
    sizes = []
    for dots in (50, 100):
        (path,) = write_figures(run, tmp_path / str(dots), Wanted(dots_per_inch=dots))
        with Image.open(path) as image:
            sizes.append(image.size)
    assert sizes[1] == tuple(2 * pixels for pixels in sizes[0])


def test_what_can_be_asked_for_by_name_is_what_is_drawn():
    assert (*FIGURES, "diagnosis") == OF_RUNS
    assert sorted(OF_SWEEPS) == sorted(RANKING | SWEEP_FIGURES)
