"""What one sees while a sweep goes on: the frame, the pace, the lines, and what goes wrong."""

from __future__ import annotations

import io
import itertools
import math
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from sweep_examples import small

from ganrun import wording
from ganrun.config.find import find_config
from ganrun.config.sweep_load import load_sweep
from ganrun.playing import progress as playing_progress
from ganrun.report.design_words import short_names
from ganrun.report.fitting_columns import in_two
from ganrun.report.live.outlook import Outlook
from ganrun.report.live.sweep import Pacer, Sweeping, sweep_line
from ganrun.report.live.sweep_field import LiveField, draw_field, field_of
from ganrun.report.live.sweep_frame import Pace, draw_sweep, extreme_cells, levels_of
from ganrun.report.live.watcher import (
    MOST_TOLD,
    Display,
    Moment,
    PacedLines,
    Quiet,
    watcher_for,
)
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION
from ganrun.sweep.designs import Design
from ganrun.sweep.run import CellTally, SweepProgress

SHIPPED = ("influence", "influence_sobol", "cures")


def shipped(name: str) -> Design:
    return Design(load_sweep(find_config(Path(f"configs/sweeps/{name}.yaml"))))


@pytest.fixture(scope="module")
def design() -> Design:
    return shipped("influence")


def a_moment(width: int = 80, height: int = 24, **changes) -> Moment:
    fields = {
        "ascii_only": False,
        "seconds_elapsed": 4.0,
        "seconds_since_update": 0.0,
        "ending": None,
        **changes,
    }
    return Moment(width, height, **fields)


def half_way(design: Design, **changes) -> SweepProgress:
    """Half of the cells are done; the later ones do worse."""
    seeds = len(design.sweep.seeds)
    progress = SweepProgress(design.trials, cohorts=3)
    for cell in range(design.cells // 2):
        collapsed = cell % (seeds + 1)
        tally = CellTally(seeds, collapsed, seeds * (1 - 0.8 * cell / design.cells))
        progress.cells[cell] = tally
        progress.trained += seeds
        progress.collapsed += collapsed
    for name, value in changes.items():
        setattr(progress, name, value)
    return progress


def frame_of(design: Design, progress: SweepProgress | None, pace: Pace | None = None, **moment):
    pace = Pace(72.0, 210.0) if pace is None else pace
    cells = extreme_cells(progress.cells, len(design.sweep.seeds), 5) if progress else ((), ())
    field = LiveField()
    return draw_sweep(progress, design, pace, cells, field, a_moment(**moment), title="mine").plain


def terminal(width: int = 80, height: int = 24) -> Console:
    file = io.StringIO()
    return Console(
        file=file, width=width, height=height, force_terminal=True, color_system="truecolor"
    )


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


# the frame


@pytest.mark.parametrize("name", SHIPPED)
def test_a_frame_fits_every_terminal(name):
    design = shipped(name)
    progress = half_way(design)
    sizes = itertools.product([1, 20, 40, 60, 80, 120, 200], [1, 3, 5, 10, 24, 50])
    for (width, height), now in itertools.product(sizes, [None, progress]):
        lines = frame_of(design, now, width=width, height=height).split("\n")
        assert len(lines) <= max(height - 1, 1)
        assert max(cell_len(line) for line in lines) <= max(width - 1, 1)


def test_a_frame_tells_how_far_it_is_and_what_became_of_the_trials(design):
    text = frame_of(design, half_way(design, found=16, failed=1, diverged=2, waiting=3))
    for words in (
        f"{design.sweep.design}, {design.cells} cells x {len(design.sweep.seeds)} seeds",
        f"of {design.trials:,} GANs",
        "72 GANs/min",
        "3 min 30 s left",
        "found before 16",
        "failed 1",
        "diverged 2",
        "elsewhere 3",
        "collapsed so far",
        "worst cells so far",
        "best cells so far",
    ):
        assert words in text


def test_the_worst_cells_are_those_that_recover_least_and_the_best_those_that_recover_most(design):
    seeds = len(design.sweep.seeds)
    worst, best = extreme_cells(half_way(design).cells, seeds, 3)
    last = design.cells // 2 - 1
    assert [row.cell for row in worst] == [last, last - 1, last - 2]
    assert [row.cell for row in best] == [0, 1, 2]


def test_cells_that_recover_equally_much_are_ranked_by_collapse():
    tallies = {0: CellTally(4, 0, 2.0), 1: CellTally(4, 3, 2.0), 2: CellTally(4, 1, 2.0)}
    worst, best = extreme_cells(tallies, 4, 1)
    assert worst[0].cell == 1
    assert best[0].cell == 0


def test_a_cell_with_one_seed_does_not_stand_before_cells_with_all():
    tallies = {cell: CellTally(8, 4, 4.0 + cell) for cell in range(4)} | {9: CellTally(1, 1, 0.0)}
    worst, _ = extreme_cells(tallies, 8, 2)
    assert [row.cell for row in worst] == [0, 1]
    worst, _ = extreme_cells(tallies, 8, 3)  # too few whole ones to fill both lists
    assert worst[0].cell == 9


def test_no_cell_is_both_among_the_worst_and_the_best():
    for count in range(6):
        tallies = {cell: CellTally(2, 1, 1.0) for cell in range(count)}
        worst, best = extreme_cells(tallies, 2, 5)
        cells = [row.cell for row in [*worst, *best]]
        assert len(cells) == len(set(cells)) == count


def test_columns_without_room_are_counted():
    text = frame_of(shipped("influence_sobol"), half_way(shipped("influence_sobol")))
    assert "+ 5 more" in text
    assert "discriminator" in text


def test_every_frame_is_equally_high_so_that_nothing_jumps(design):
    empty = SweepProgress(design.trials, cohorts=3)
    some = half_way(design)
    few = half_way(design, cells={0: CellTally(1, 0, 1.0)})
    heights = {frame_of(design, progress).count("\n") for progress in (empty, some, few)}
    assert len(heights) == 1


def test_fields_with_the_same_last_name_are_told_apart():
    assert short_names(["optimizer.b1", "generator.hidden", "discriminator.hidden"]) == [
        "b1",
        "generator hidden",
        "discriminator hidden",
    ]


def test_a_heading_is_split_where_both_lines_are_short():
    assert in_two("learning_rate_ratio") == ("learning", "rate ratio")
    assert in_two("b1") == ("", "b1")


# the pace


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """What paces are told by."""
    clock = Clock()
    monkeypatch.setattr(playing_progress, "monotonic", clock)
    return clock


def test_the_pace_counts_from_the_first_trial_so_that_compiling_does_not_slow_it(clock):
    pacer, progress = Pacer(), SweepProgress(100, cohorts=1)
    for second in range(20, 81, 2):
        clock.now = second
        progress.trained += 1
        pace = pacer.update(progress)
    assert pace.per_minute == pytest.approx(30)
    assert pace.seconds_left == pytest.approx(2 * (100 - progress.trained))


def test_trials_that_were_found_do_not_count_as_fast_work(clock):
    pacer, progress = Pacer(), SweepProgress(100, cohorts=1, found=90)
    assert pacer.update(progress) == Pace()
    clock.now = 5
    progress.trained = 1
    assert pacer.update(progress).per_minute == pytest.approx(12)


def test_trials_that_end_together_are_no_torrent(clock):
    pacer, progress = Pacer(), SweepProgress(1000, cohorts=1)
    for second in (60, 120, 180):
        for step in range(64):
            clock.now = second + step / 1000
            progress.trained += 1
            pace = pacer.update(progress)
    assert pace.per_minute == pytest.approx(64, rel=0.01)


def test_failed_trials_are_not_waited_for(clock):
    pacer, progress = Pacer(), SweepProgress(10, cohorts=1, failed=5)
    clock.now = 1
    progress.trained = 5
    assert pacer.update(progress).seconds_left is None


# the cells as they fill


def field_lines(text: str) -> list[str]:
    lines = text.split("\n")
    key = next(place for place, line in enumerate(lines) if line.startswith("every "))
    return list(itertools.takewhile(str.strip, lines[key + 1 :]))


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (200, 50)])
def test_every_cell_has_its_place_from_the_beginning_and_fills(name, width, height):
    design = shipped(name)
    for progress, begun in (
        (SweepProgress(design.trials, cohorts=3), 0),
        (half_way(design), design.cells // 2),
    ):
        text = frame_of(design, progress, width=width, height=height)
        marks = re.sub("[^▁▂▃▄▅▆▇█·]", "", "".join(field_lines(text)))
        together = (
            int(found[1].replace(",", ""))
            if (found := re.search(r"every (\d+) cells", text))
            else 1
        )
        assert len(marks) == math.ceil(design.cells / together)
        assert abs(len(marks) - marks.count("·") - begun / together) <= 1


def test_a_cell_is_as_high_as_it_recovers_modes_and_quiet_until_all_its_seeds_are_in(design):
    seeds = len(design.seeds)
    cells = {
        0: CellTally(seeds, 0, seeds),
        1: CellTally(seeds, seeds, 0.0),
        2: CellTally(1, 0, 0.5),
    }
    field = field_of(design.cells, levels_of(design), 79, 8)
    line = draw_field(cells, seeds, field, 79, ascii_only=False)[1]
    assert line.plain[2:5] == "█▁▅"
    styles = {span.start: str(span.style) for span in line.spans}
    assert [styles.get(place) for place in (2, 3, 4)] == [SCREEN_BLUE, SCREEN_VERMILLION, "dim"]


def test_every_line_of_cells_is_a_level_of_what_varies_slowest_and_says_which(design):
    text = frame_of(design, half_way(design), height=30)
    assert "every cell by learning rate ratio" in text
    named = [line.split()[0] for line in field_lines(text)]
    assert named == [wording.setting(level) for level in design.sweep.factors[0].levels]


def test_many_cells_are_drawn_anew_once_a_second(design):
    live, cells = LiveField(), {0: CellTally(1, 0, 1.0)}
    field = field_of(design.cells, levels_of(design), 79, 8)

    def drawn(**moment) -> str:
        return live.lines(cells, 8, field, a_moment(**moment))[1].plain

    assert drawn(seconds_elapsed=4.0).count("█") == 1
    cells[1] = CellTally(1, 0, 1.0)
    assert drawn(seconds_elapsed=4.5).count("█") == 1
    assert drawn(seconds_elapsed=5.0).count("█") == 2
    cells[2] = CellTally(1, 0, 1.0)
    assert drawn(seconds_elapsed=5.1, ending="took 5 s").count("█") == 3


def test_a_sweep_too_large_for_its_columns_puts_several_cells_into_one():
    field = field_of(100_000, 3, 79, 8)
    assert field is not None
    assert field.together > 1
    lines = draw_field({}, 4, field, 79, ascii_only=True)
    assert lines[0].plain.startswith(f"every {field.together} cells")
    assert len(lines) == field.lines + 1 <= 9
    assert all(cell_len(line.plain) <= 79 for line in lines)


# who is told what


def test_a_display_draws_the_newest_state_and_says_how_it_ended(design):
    console = terminal()
    with Display(Sweeping(design, title="mine"), console=console, own_thread=False) as display:
        display.update(half_way(design))
    output = console.file.getvalue()
    assert "worst cells so far" in output
    assert "stopped after" in output
    console = terminal()
    with Display(Sweeping(design, title="mine"), console=console, own_thread=False) as display:
        display.update(half_way(design, trained=design.trials - 1, failed=1))
    assert "took" in console.file.getvalue()


def test_what_goes_wrong_is_told_at_once_and_above_the_display(design):
    console = terminal()
    with Display(Sweeping(design, title="mine"), console=console, own_thread=False) as display:
        display.update(half_way(design))
        display.tell("seed 3: failed: OSError")
        assert "seed 3: failed: OSError" in console.file.getvalue()


@pytest.mark.parametrize("watcher", ["display", "lines", "quiet"])
def test_very_many_failures_are_counted_instead_of_told(design, watcher):
    console = terminal() if watcher == "display" else Console(file=io.StringIO(), width=40)
    chosen = {
        "display": lambda: Display(Sweeping(design, title="m"), console=console, own_thread=False),
        "lines": lambda: PacedLines(Sweeping(design, title="m"), console=console),
        "quiet": lambda: Quiet(console),
    }[watcher]()
    with chosen as told:
        for seed in range(500):
            told.tell(f"seed {seed}: failed")
    output = console.file.getvalue()
    assert output.count(": failed") == MOST_TOLD
    assert "are counted from here on" in output
    assert f"{500 - MOST_TOLD} more were not named" in output


def test_quiet_shows_no_progress_but_tells_what_goes_wrong(design):
    console = Console(file=io.StringIO())
    with watcher_for(console, Sweeping(design, title="mine"), quiet=True) as quiet:
        quiet.update(half_way(design))
        assert console.file.getvalue() == ""
        quiet.tell("seed 3: diverged in round 12")
    assert console.file.getvalue() == "seed 3: diverged in round 12\n"


def test_the_watcher_suits_where_the_output_goes(design, monkeypatch):
    monkeypatch.delenv("TERM", raising=False)
    pipe = Console(file=io.StringIO(), force_terminal=False)
    assert isinstance(watcher_for(terminal(), Sweeping(design, title="m")), Display)
    assert isinstance(watcher_for(pipe, Sweeping(design, title="m")), PacedLines)
    assert isinstance(watcher_for(terminal(), Sweeping(design, title="m"), quiet=True), Quiet)


def test_a_line_is_ascii_and_holds_all_the_numbers(design):
    progress = half_way(design, found=8, failed=1, diverged=2, waiting=3)
    line = sweep_line("mine", progress, Pace(72.0, 210.0), Outlook())
    assert line.isascii()
    for words in (
        f"of {design.trials:,} GANs",
        "8 found before",
        "72 GANs/min",
        "3 min 30 s left",
        f"({progress.collapsed:,} of {progress.finished:,})",
        "1 failed",
        "2 diverged",
        "3 being trained by another process",
    ):
        assert words in line


def test_lines_come_now_and_then_although_the_progress_is_one_object_that_changes(tmp_path):
    design = Design(small(tmp_path))
    console, clock = Console(file=io.StringIO(), width=40), Clock()
    sweeping = Sweeping(design, title="mine")
    with PacedLines(sweeping, console=console, clock=clock) as lines:
        progress = SweepProgress(design.trials, cohorts=1)
        lines.update(progress)
        for _ in range(design.trials):
            clock.now += 2
            progress.trained += 1
            lines.update(progress)
    printed = console.file.getvalue().splitlines()
    assert len(printed) == 2 + design.trials
    assert "(99.9 %)" in printed[-2], "it may have to be written yet"
    assert printed[-1].startswith(f"mine: {design.trials} of {design.trials} GANs (100 %)")


def test_a_progress_whose_cells_grow_while_it_is_drawn_does_no_harm(design):
    display = Display(Sweeping(design, title="mine"), console=terminal(), own_thread=False)
    display.update(half_way(design))
    good = display.frame()
    display.update(half_way(design, cells=None))
    assert display.frame() == good
