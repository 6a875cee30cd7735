"""What one sees while it trains: the map in characters, the frame, and who is told what when."""

from __future__ import annotations

import io
import itertools
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_examples import fake_member, forged, grid, ring
from rich.cells import cell_len
from rich.console import Console

from ganrun.config import Experiment
from ganrun.config.targets import Ring
from ganrun.measure.coverage import mode_shares
from ganrun.measure.evaluation import evaluate_samples
from ganrun.playing import progress
from ganrun.playing.progress import Measurements, Measuring, MemberProgress, Progress
from ganrun.report.geometry import covered_modes, share_outside
from ganrun.report.live.bar import Count, Counting
from ganrun.report.live.character_map import draw_map
from ganrun.report.live.courses import Course, Courses
from ganrun.report.live.live_map import LiveMap, LiveMaps
from ganrun.report.live.outlook import Outlook
from ganrun.report.live.small_multiples import grid_for
from ganrun.report.live.sparkline import sparkline
from ganrun.report.live.training import Training
from ganrun.report.live.training_frame import draw_frame
from ganrun.report.live.watcher import Display, Moment, PacedLines, Quiet, screen, watcher_for

RING = ring()
SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"


def five() -> Training:
    return Training([Experiment(name="five")])


def terminal(width: int = 80, height: int = 24, **options) -> Console:
    options = {"force_terminal": True, "color_system": "truecolor", **options}
    return Console(file=io.StringIO(), width=width, height=height, **options)


def a_moment(count: int = 1, phase: str = "training", **changes) -> Progress:
    rng = np.random.default_rng(0)
    samples = forged(RING, [0, 3], 500, rng).astype(np.float32)
    some = [fake_member(samples, covered=2)]
    some += [fake_member(None, seed, seed % 6) for seed in range(1, count)]
    fields = {
        "phase": phase,
        "rounds_done": 3250 * count,
        "rounds_total": 10_000 * count,
        "rounds_per_second": 812.0,
        "seconds_left": 8.3,
        "members": tuple(some),
    }
    return Progress(**{**fields, **changes})


def frame_of(progress: Progress | None, width=80, height=24, **changes) -> str:
    options = {"ascii_only": False, "seconds_elapsed": 4.0, "seconds_since_update": 0.0, **changes}
    moment = Moment(width, height, ending=None, **options)
    return draw_frame(progress, LiveMaps(Ring()), Courses(), moment, title="five").plain


# the map


def dots_of(lines) -> np.ndarray:
    """The dots of a braille map, read back from its characters: `[4 rows, 2 columns]`."""
    bits = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (3, 0), (3, 1)]
    dots = np.zeros((4 * len(lines), 2 * len(lines[0].plain)), dtype=bool)
    for row, line in enumerate(lines):
        for column, character in enumerate(line.plain):
            for bit, (down, across) in enumerate(bits):
                if 0x2800 <= ord(character) <= 0x28FF and ord(character) - 0x2800 >> bit & 1:
                    dots[4 * row + down, 2 * column + across] = True
    return dots


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20),
    st.integers(8, 20),
)
def test_the_map_puts_a_dot_where_a_sample_is(fractions, rows):
    x_min, x_max, y_min, y_max = RING.extent
    fractions = np.array(fractions)
    samples = np.array([x_min, y_min]) + fractions * np.array([x_max - x_min, y_max - y_min])
    dots = dots_of(draw_map(samples, RING, rows=rows))
    assert dots.shape == (4 * rows, 4 * rows)
    for x, y in fractions:
        column, row = x * 4 * rows, (1 - y) * 4 * rows
        # On a dot's very edge rounding may choose either neighbour.
        near = dots[
            max(int(row - 1e-6), 0) : int(row + 1e-6) + 1,
            max(int(column - 1e-6), 0) : int(column + 1e-6) + 1,
        ]
        assert near.any() or row >= 4 * rows - 1e-6 or column >= 4 * rows - 1e-6


def test_the_map_of_no_samples_shows_the_true_modes_and_nothing_else():
    dots = dots_of(draw_map(None, RING, rows=16))
    rows, columns = np.nonzero(dots)
    x_min, x_max, _, y_max = RING.extent
    size = (x_max - x_min) / 64
    points = np.stack([x_min + (columns + 0.5) * size, y_max - (rows + 0.5) * size], axis=1)
    to_modes = np.linalg.norm(points[:, None] - RING.means, axis=2)
    assert np.all(to_modes.min(axis=1) < 0.4)
    assert np.all(to_modes.min(axis=0) < 0.4)


def test_a_mode_that_is_not_covered_carries_its_number():
    samples = forged(RING, [0, 3], 500, np.random.default_rng(0))
    covered = np.array([True, False, False, True, False])
    text = "".join(line.plain for line in draw_map(samples, RING, rows=15, covered=covered))
    assert sorted(character for character in text if character.isdigit()) == ["1", "2", "4"]


def test_the_map_in_ascii_is_ascii_and_as_large():
    samples = forged(RING, [0, 3], 500, np.random.default_rng(0))
    lines = draw_map(samples, RING, rows=12, covered=np.ones(5, bool), ascii_only=True)
    assert [len(line.plain) for line in lines] == [24] * 12
    text = "".join(line.plain for line in lines)
    assert text.isascii()
    assert text.count("O") == 5


def test_samples_that_are_not_finite_or_far_away_are_counted_as_off_the_map():
    samples = np.array([[0.0, 0.0], [np.nan, 0.0], [np.inf, 1.0], [1e30, 0.0]])
    assert share_outside(samples, RING.extent) == 0.75
    lines = draw_map(samples, RING, rows=10)
    assert dots_of(lines).sum() == dots_of(draw_map(samples[:1], RING, rows=10)).sum()


def test_the_maps_shares_are_those_of_the_evaluation():
    for mixture, modes in ((RING, [0, 3]), (grid(), [1, 2, 7]), (ring(3, weights=(1, 2, 9)), [2])):
        samples = forged(mixture, modes, 700, np.random.default_rng(1), bridge=0.3)
        measured = evaluate_samples(samples, mixture.means, mixture.whitening, mixture.weights)
        shares = mode_shares(samples, mixture)
        np.testing.assert_allclose(shares, measured["shares"])
        covered = covered_modes(shares, mixture.weights, int(measured["modes_covered"]))
        np.testing.assert_array_equal(covered, measured["covered"])
        np.testing.assert_array_equal(
            covered_modes(shares, mixture.weights, None), measured["covered"]
        )


# the frame


@pytest.mark.parametrize("members", [0, 1, 8, 64, 1024])
def test_a_frame_fits_every_terminal(members):
    sizes = itertools.product([1, 20, 40, 60, 80, 120, 200], [1, 3, 5, 10, 24, 50])
    for (width, height), ascii_only in itertools.product(sizes, [False, True]):
        moment = a_moment(members) if members else a_moment(1, members=())
        lines = frame_of(moment, width=width, height=height, ascii_only=ascii_only).split("\n")
        assert len(lines) <= max(height - 1, 1)
        assert max(cell_len(line) for line in lines) <= max(width - 1, 1)


def test_a_frame_at_80_by_24_holds_the_numbers_the_map_and_the_legend():
    text = frame_of(a_moment())
    for words in (
        "five  seed 0",
        "round 3,250 of 10,000",
        "32 %",
        "812 rounds/s",
        "9 s left",
        "modes covered  2 of 5",
        "high quality   93 %",
        "loss D         0.912",
        "loss G         1.204",
        "samples of seed 0",
        "1 2 4 not covered",
    ):
        assert words in text
    assert dots_of_text(text) > 30


def dots_of_text(text: str) -> int:
    return sum(0x2800 < ord(character) <= 0x28FF for character in text)


def captions(text: str) -> list[str]:
    """The seeds that have a panel, in their order."""
    return re.findall(r"(\d+) +(?:\d of 5|waiting|diverged)", text)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 50)])
def test_a_frame_of_several_seeds_has_a_panel_for_each_as_large_as_all_have_room(width, height):
    text = frame_of(a_moment(8), width=width, height=height)
    assert captions(text) == [str(seed) for seed in range(8)]
    assert "modes covered by round" in text
    grid = grid_for(8, width - 1, height - 6)
    assert grid is not None
    assert grid_for(8, width - 1, height - 6 - grid.rows) != grid
    assert len(text.split("\n")) <= height - 1


def test_a_small_terminal_has_a_row_for_each_seed():
    lines = frame_of(a_moment(8), width=60, height=16).split("\n")
    rows = [line.split() for line in lines if " of 5 " in line]
    assert [row[0] for row in rows] == [str(seed) for seed in range(8)]


def test_a_frame_of_many_seeds_says_how_many_are_not_shown_and_how_all_do():
    for size, shown in (((80, 24), 10), ((60, 16), 9), ((160, 40), 33)):
        text = frame_of(a_moment(64), *size)
        assert f"... and {64 - shown} more" in text
        assert "all: median 2, min 0, max 5" in text
    assert "more" not in frame_of(a_moment(64), 200, 50)


def test_the_panels_of_many_seeds_follow_those_that_are_being_trained():
    done = [fake_member(None, seed, 2, round=10_000) for seed in range(40)]
    at_it = [fake_member(None, seed, 1) for seed in (40, 41)]
    to_come = [fake_member(None, seed, None, round=0) for seed in range(42, 64)]
    shown = captions(frame_of(a_moment(members=(*done, *at_it, *to_come))))
    assert {"39", "40", "41", "42"} < set(shown)
    assert "0" not in shown


def test_the_rows_of_many_seeds_follow_those_that_are_being_trained():
    done = [fake_member(None, seed, 2, round=10_000) for seed in range(40)]
    at_it = [fake_member(None, seed, 1) for seed in (40, 41)]
    to_come = [fake_member(None, seed, None, round=0) for seed in range(42, 64)]
    text = frame_of(a_moment(members=(*done, *at_it, *to_come)), width=60, height=16)
    assert " 40> " in text
    assert " 41> " in text
    assert " 39  " in text
    assert " 42  " in text
    assert "waiting" in text
    assert "\n 0  " not in text


def test_the_map_shows_a_seed_that_is_being_trained_before_one_that_is_done():
    samples = forged(RING, [0], 50, np.random.default_rng(0))
    ended = fake_member(samples, 0, round=10_000)
    members = (ended, *(fake_member(samples, seed) for seed in range(1, 8)))
    assert "samples of seed 1" in frame_of(a_moment(members=members), height=16)
    assert "samples of seed 0" in frame_of(a_moment(members=members[:1]))


def test_a_member_that_diverged_is_marked_in_words():
    member = fake_member(None, diverged=True)
    assert "diverged" in frame_of(a_moment(1, members=(member,)))
    assert "diverged" in frame_of(a_moment(2, members=(member, fake_member(None, 1))))


def test_what_is_not_measured_yet_is_a_dash():
    unknown = {"loss_d": None, "loss_g": None, "high_quality": None}
    member = fake_member(None, covered=None, **unknown)
    for members in ((member,), (member, fake_member(None, 1, None, **unknown))):
        text = frame_of(a_moment(members=members, rounds_per_second=None, seconds_left=None))
        assert "None" not in text
        assert "nan" not in text
        assert " -" in text


@pytest.mark.parametrize(
    ("phase", "words"), [("compiling", "compiling the game"), ("measuring", "measuring")]
)
def test_the_phases_are_told_in_words_with_the_time_they_take(phase, words):
    text = frame_of(a_moment(1, phase))
    assert f"{words}, 4 s so far" in text
    assert "left" not in text


def test_what_is_measured_has_a_time_of_its_own_and_no_rounds_are_said_to_be_left():
    moment = a_moment(8, "measuring", measuring=Measuring(3, 8, 40.0))
    assert "measuring: 3 of 8, 40 s left" in frame_of(moment)
    assert "measuring: 3 of 8, 30 s left" in frame_of(moment, seconds_since_update=10.0)
    assert frame_of(moment, seconds_since_update=10.0).count("left") == 1
    assert five().line(moment).startswith("five: measuring: 3 of 8, 40 s left, ")
    unknown = a_moment(8, "measuring", measuring=Measuring(0, 8, None))
    assert "measuring: 0 of 8" in frame_of(unknown)
    assert "left" not in frame_of(unknown)


def test_measuring_begins_when_no_rounds_are_played_and_its_time_is_its_own(monkeypatch):
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(progress, "monotonic", lambda: float(next(clock)))

    def at(seed, round_, measured=None):
        return MemberProgress(f"five-{seed}", "five", seed, 100, Ring(), round_, measured=measured)

    board = Measurements()
    assert board.post([at(0, 0, (0, 20))]) == Measuring(0, 20, None)  # perfect samples first
    assert board.post([at(0, 0, (2, 20))]) == Measuring(2, 20, None)
    assert board.post([at(0, 0, (3, 20))]) == Measuring(3, 20, 170.0)
    assert board.post([at(0, 0, (20, 20))]) is None
    assert board.post([at(0, 50), at(1, 100, (0, 1))]) is None, "one is played yet"
    assert board.post([at(1, 100, (1, 1))]) is None
    assert board.post([at(0, 100, (0, 1)), at(2, 100, (0, 1))]) == Measuring(0, 2, None)
    assert board.post([at(0, 100, (1, 1))]) == Measuring(1, 2, None)
    assert board.post([at(2, 100, (1, 1))]) is None


def test_the_time_left_counts_down_between_updates():
    assert "9 s left" in frame_of(a_moment(), seconds_since_update=0.0)
    assert "5 s left" in frame_of(a_moment(), seconds_since_update=4.0)
    assert "left" not in frame_of(a_moment(), seconds_since_update=99.0)


def test_samples_that_are_not_finite_do_not_break_the_frame():
    member = fake_member(np.full((50, 2), np.nan, np.float32), covered=0)
    assert "100 % off the map" in frame_of(a_moment(members=(member,)))


def test_the_map_is_drawn_anew_for_new_samples_and_only_for_them(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        "ganrun.report.live.live_map.draw_map",
        lambda *a, **k: drawn.append(1) or draw_map(*a, **k),
    )
    live_map = LiveMap(Ring())
    member = fake_member(forged(RING, [0], 50, np.random.default_rng(0)))
    for _ in range(3):
        live_map.view(member, 10, False)
    assert len(drawn) == 1
    live_map.view(fake_member(forged(RING, [1], 50, np.random.default_rng(1))), 10, False)
    assert len(drawn) == 2


def test_a_frame_costs_the_training_next_to_nothing():
    maps, courses, progress = LiveMaps(Ring()), Courses(), a_moment(8)
    moment = Moment(80, 24, False, 1.0, 0.0, None)
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        draw_frame(progress, maps, courses, moment, title="five")
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.002


# the watchers


def test_a_live_display_draws_the_newest_state_and_gives_the_terminal_back():
    console = terminal()
    with Display(five(), console=console, own_thread=False) as display:
        display.update(a_moment(rounds_done=10_000))
    output = console.file.getvalue()
    assert "modes covered" in output
    assert "took 1 s" in output
    assert output.index(HIDE_CURSOR) < output.rindex(SHOW_CURSOR)


def test_a_training_that_was_stopped_early_says_so_however_it_was_stopped():
    console = terminal()
    with Display(five(), console=console, own_thread=False) as display:
        display.update(a_moment(rounds_done=3250))
    assert "stopped after 1 s" in console.file.getvalue()


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_the_terminal_is_given_back_whatever_ends_the_training(error):
    console = terminal()

    def train() -> None:
        with Display(five(), console=console) as display:
            display.update(a_moment(8))
            raise error

    with pytest.raises(error):
        train()
    output = console.file.getvalue()
    assert output.rstrip().endswith(SHOW_CURSOR)
    # The last state stays on the screen, and says that it is the last.
    last = output[output.rindex("five") :]
    assert "stopped after 1 s" in last
    assert "modes covered" in last
    assert " left" not in last


def test_a_display_that_was_told_nothing_leaves_nothing_on_the_screen():
    console = terminal()
    with Display(five(), console=console, own_thread=False):
        pass
    output = console.file.getvalue()
    # Whatever was drawn has been erased: the last line that was begun holds no words.
    assert "took" not in output.rsplit("\x1b[2K", 1)[-1]


def test_an_update_draws_nothing_itself():
    console = terminal()
    with Display(five(), console=console, own_thread=False) as display:
        before = console.file.getvalue()
        for _ in range(100):
            display.update(a_moment())
        assert console.file.getvalue() == before


def test_a_frame_that_cannot_be_drawn_leaves_the_last_one():
    display = Display(five(), console=terminal(), own_thread=False)
    display.update(a_moment())
    good = display.frame()
    display.update(a_moment(members=None))
    assert display.frame() == good


def test_every_frame_of_a_training_is_equally_high_so_that_nothing_jumps():
    heights = {
        frame_of(moment).count("\n")
        for moment in (a_moment(), a_moment(1, "measuring"), a_moment(1, rounds_done=10_000))
    }
    assert len(heights) == 1


def test_no_color_leaves_no_colour_in_the_output(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    console = terminal()
    with Display(five(), console=console, own_thread=False) as display:
        display.update(a_moment())
    assert "38;2" not in console.file.getvalue()


def test_a_terminal_without_utf8_gets_ascii():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    console = Console(file=stream, force_terminal=True, width=80, height=24)
    with Display(five(), console=console) as display:
        display.update(a_moment(8))
    stream.flush()
    assert b"modes covered" in raw.getvalue()


def test_the_watcher_suits_where_the_output_goes(monkeypatch):
    monkeypatch.delenv("TERM", raising=False)
    pipe = Console(file=io.StringIO(), force_terminal=False)
    assert isinstance(watcher_for(terminal(), five()), Display)
    assert isinstance(watcher_for(pipe, five()), PacedLines)
    assert isinstance(watcher_for(terminal(), five(), quiet=True), Quiet)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(watcher_for(terminal(), five()), PacedLines)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def lines_of(seconds: float, updates: int) -> list[str]:
    """The plain lines of a training that takes so long and tells of itself so often."""
    console, clock = Console(file=io.StringIO(), width=40), Clock()
    with PacedLines(five(), console=console, clock=clock) as lines:
        lines.update(a_moment(1, "compiling", rounds_done=0))
        for update in range(1, updates + 1):
            clock.now = seconds * update / updates
            lines.update(a_moment(rounds_done=10_000 * update // updates))
    return console.file.getvalue().splitlines()


def test_plain_lines_tell_every_tenth_of_a_short_training():
    lines = lines_of(seconds=20, updates=1000)
    assert 10 <= len(lines) <= 13
    assert "five: compiling the game, 0 of 10,000 rounds (0 %)" in lines[0]
    assert "10,000 of 10,000 rounds (100 %)" in lines[-1]


def test_plain_lines_do_not_fill_the_log_of_a_long_training():
    assert 20 <= len(lines_of(seconds=12 * 3600, updates=5_000)) <= 120


def test_plain_lines_of_a_very_short_training_are_few():
    assert len(lines_of(seconds=0.5, updates=100)) <= 3


def test_a_plain_line_is_one_line_of_ascii_with_all_the_numbers():
    (_, *_, line) = lines_of(seconds=20, updates=100)
    assert line.isascii()
    for words in ("812 rounds/s", "9 s left", "loss D 0.912, loss G 1.204", "modes covered 2 of 5"):
        assert words in line


def test_plain_lines_of_several_seeds_tell_the_median():
    console = Console(file=io.StringIO(), width=40)
    with PacedLines(five(), console=console) as lines:
        lines.update(a_moment(8))
    text = console.file.getvalue()
    assert "modes covered 2 of 5 (min 0, max 5)" in text.replace("2.5", "2")
    assert "loss" not in text


def test_plain_lines_survive_a_reader_who_has_gone():
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with PacedLines(five(), console=Console(file=Broken())) as lines:
        lines.update(a_moment())


def test_quiet_says_nothing():
    with Quiet(Console(file=io.StringIO())) as quiet:
        quiet.update(a_moment())


@pytest.mark.parametrize(
    ("done", "share"),
    [(0, "0 %"), (3, "<0.1 %"), (30, "0.3 %"), (9990, "99.9 %")],
)
def test_progress_is_never_a_false_nothing_or_everything(done, share):
    line = five().line(a_moment(rounds_done=done))
    assert f"{done:,} of 10,000 rounds ({share})" in line
    assert f" {share} " in frame_of(a_moment(rounds_done=done))


def test_a_log_gets_lines_and_no_display_even_if_colours_are_asked_for(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert isinstance(watcher_for(screen(), five()), PacedLines)


# what is said of how far it is


def test_the_share_never_falls_and_is_whole_only_at_the_end():
    outlook = Outlook()
    assert [outlook.share(*one) for one in ((0, 0), (50, 100), (50, 200), (120, 200))] == [
        0,
        0.5,
        0.5,
        0.6,
    ]
    assert 0.99 < outlook.share(200, 200) < 1
    outlook.end()
    assert outlook.share(200, 200) == 1


@pytest.mark.parametrize("phase", ["training", "measuring"])
def test_no_bar_and_no_line_is_at_100_percent_while_it_works(phase):
    training, moment = (
        five(),
        a_moment(1, phase, rounds_done=10_000, measuring=Measuring(0, 2, 3.0)),
    )
    console = terminal()
    with Display(training, console=console, own_thread=False) as display:
        display.update(moment)
        assert "99.9 %" in display.frame().plain
        assert "\N{BOX DRAWINGS LIGHT HORIZONTAL}" in display.frame().plain
        assert "(99.9 %)" in training.line(moment)
    assert "100 %" in console.file.getvalue()
    counting = Counting("reading runs")
    with Display(counting, console=console, own_thread=False, stays=False) as display:
        display.update(Count(8, 8, None))
        assert "99.9 %" in display.frame().plain


def test_a_time_left_counts_down_and_a_little_more_is_no_news():
    outlook = Outlook()
    said = [
        outlook.seconds_left(estimated, now, 0.0)
        for estimated, now in ((60.0, 0.0), (61.0, 1.0), (50.0, 2.0), (90.0, 3.0))
    ]
    assert said == [60.0, 59.0, 50.0, 90.0]
    assert outlook.seconds_left(90.0, 103.0, 100.0) is None, "it was said to be over by now"
    assert outlook.seconds_left(None, 104.0, 0.0) is None


def test_rounds_that_were_played_before_are_done_but_are_not_fast(monkeypatch):
    clock = iter([0.0, 10.0, 20.0])
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    rate = progress.Rate()
    assert rate.at(3700, 10_000, here=0) == (None, None)
    assert rate.at(3764, 10_000, here=64) == (None, None)
    assert rate.at(4764, 10_000, here=1064) == (100.0, pytest.approx(52.36))


def test_a_training_that_goes_on_says_from_where():
    one = a_moment(members=(fake_member(None, begun_at=3700),))
    assert "seed 0, resuming from round 3,700" in frame_of(one)
    assert "resuming from round 3,700, " in five().line(one)
    several = a_moment(
        members=tuple(
            fake_member(None, seed, begun_at=at) for seed, at in enumerate((0, 900, 3700))
        )
    )
    assert "3 seeds, 2 resuming from rounds 900 to 3,700" in frame_of(several)
    assert "resuming" not in frame_of(a_moment())


def test_a_stage_of_several_is_named():
    moment = Moment(80, 24, False, 4.0, 0.0, None)
    assert (
        "five  1 of 2: training, seed 0"
        in Training([Experiment(name="five")], stages=2).draw(a_moment(), moment).plain
    )


# how the numbers went


def test_a_course_is_drawn_over_the_whole_training_and_what_is_to_come_is_blank():
    course = Course()
    for round_, covered in ((250, 1), (5000, 3), (6000, 5)):
        course.add(fake_member(None, covered=covered, round=round_))
    (line,) = sparkline(course.of("modes_covered", 20), (0.0, 5.0))
    assert line.plain == "▂▂▂▂▂▂▂▂▂▂▅▅█".ljust(20)
    (line,) = sparkline(course.of("modes_covered", 20), (0.0, 5.0), ascii_only=True)
    assert line.plain.isascii()
    two = sparkline(course.of("modes_covered", 20), (0.0, 5.0), rows=2)
    assert two[0].plain.startswith(" ")
    assert two[0].plain[12] == two[1].plain[12] == "█"


@given(st.integers(1, 300), st.lists(st.integers(1, 10_000), min_size=1, max_size=50))
@settings(max_examples=40)
def test_a_course_has_as_many_columns_as_there_is_room_whatever_was_told(width, rounds):
    course = Course()
    for round_ in sorted(rounds):
        course.add(fake_member(None, round=round_))
    values = course.of("loss_d", width)
    assert values.shape == (width,)
    assert np.isfinite(values).any() or max(rounds) < 10_000 // width


def test_what_is_printed_after_a_display_keeps_its_distance():
    console = terminal()
    with Display(five(), console=console, own_thread=False) as display:
        display.update(a_moment(rounds_done=10_000))
    console.print("the table")
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", console.file.getvalue()).split("\n")
    assert not lines[lines.index("the table") - 1].strip()
