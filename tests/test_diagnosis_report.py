"""What a diagnosis looks like: on the terminal, while it goes on, and as a figure."""

from __future__ import annotations

import io
import itertools
import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import test_report_figures as figures
from diagnosis_examples import (
    DIAGNOSES,
    R1,
    ROUNDS,
    a_branch,
    a_diagnosis,
    a_dynamics,
    a_progress,
    a_run,
    a_track,
    collapsed,
    even,
    everything,
    found_by,
    levels_of,
    only,
)
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text
from rich.cells import cell_len
from rich.console import Console

from ganrun.diagnose.diagnosis import Branch, Detective, Track, write_diagnosis
from ganrun.diagnose.progress import BranchProgress, DiagnosisProgress
from ganrun.measure.coverage import is_covered
from ganrun.playing.progress import Measuring
from ganrun.report import diagnosis_story as story
from ganrun.report import palette
from ganrun.report.branch_table import branch_table
from ganrun.report.diagnosis_command import report_diagnosis
from ganrun.report.figures.diagnosis import (
    MISSING,
    NAVY,
    OCCUPANCY,
    diagnosis_figure,
    occupancy_levels,
    panel_columns,
    time_edges,
    write_diagnosis_figure,
)
from ganrun.report.figures.style import house_style
from ganrun.report.live.diagnosis import Diagnosing
from ganrun.report.live.watcher import Display, Moment, PacedLines, Quiet, watcher_for
from ganrun.report.tables.diagnosis import (
    branch_lines,
    diagnosis_json,
    print_diagnosis,
)
from ganrun.verdict import WORDS

RUN = Path("runs/five_gaussians-s3-0123456789abcdef")
COMMAND = "--set penalties.r1.weight=0.1 --set name=five_gaussians_r1"


def printed(diagnosis, width: int = 80, path: Path = RUN) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_diagnosis(diagnosis, console, path=path)
    return console.file.getvalue()


def row_of(text: str, title: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(title))


# the run and its branches in words


def test_the_runs_own_end_is_what_its_course_says():
    diagnosis = collapsed()
    came_to = story.run_ending(diagnosis)
    covered, quality, distance, missing = levels_of(diagnosis.before, diagnosis.weights, 0)
    assert came_to is not None
    assert came_to.covered == pytest.approx(covered)
    assert came_to.high_quality == pytest.approx(quality)
    assert came_to.mode_tv == pytest.approx(distance)
    assert came_to.missing == missing == (1, 2, 4)


def test_a_run_that_was_never_evaluated_has_no_end_and_loses_nothing():
    diagnosis = a_diagnosis("collapsed", before=Track((), ()))
    assert story.run_ending(diagnosis) is None
    assert story.lost_modes(diagnosis) == ()
    assert story.run_outcome(diagnosis).words == "was never evaluated"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("collapsed", "misses modes 1, 2 and 4"),
        ("grid", "misses 16 of 25 modes"),
        ("oscillating", "modes come and go"),
        ("converged", "covers all 5 modes"),
        ("one mode", "covers the one mode"),
        ("diverged", "diverged with all 5 modes covered"),
        ("diverged at once", "diverged at once"),
    ],
)
def test_the_run_itself_is_told(name, words):
    assert story.run_outcome(DIAGNOSES[name]()).words == words


def told(branch: Branch, lost=(1, 2, 4)) -> tuple[str, str]:
    outcome = story.outcome(branch, lost, a_diagnosis("collapsed"))
    return outcome.words, outcome.good


def test_a_branch_is_told_by_the_modes_that_its_gans_find():
    few, found = only(0, 3, level=2.4), found_by(12_000, 1, 2, 4)
    some = only(0, 1, 3, level=1.6)
    assert told(a_branch("x", R1, [few, few], even())) == ("0 of 2 find the missing modes", "none")
    assert told(a_branch("x", R1, [found], even())) == ("1 of 1 finds the missing modes", "all")
    mixed = a_branch("x", R1, [found, some, few], even())
    assert told(mixed) == ("1 of 3 find the missing modes", "some")


def test_a_mode_found_at_the_price_of_another_is_no_cure():
    swapped = a_branch("x", R1, [only(1, 2, 4, level=1.6)], even())
    assert told(swapped) == ("1 of 1 finds the missing modes, 0 without fault", "some")


def test_from_scratch_all_modes_count_and_not_only_those_that_the_run_missed():
    swapped = a_branch("x", R1, [only(1, 2, 4, level=1.6)], even(), first=0, last=ROUNDS)
    assert told(swapped) == ("0 of 1 finds all 5 modes", "none")


def test_a_gan_that_diverged_has_found_nothing_whatever_its_last_evaluations_say():
    gone = a_run(everything, even(), ROUNDS, 4 * ROUNDS, status="diverged", reached=12_000)
    empty = a_run(everything, even(), 0, ROUNDS, status="failed", track=Track((), ()))
    branch = Branch("x", R1, (), ROUNDS, 4 * ROUNDS, (gone, empty))
    assert told(branch) == ("0 of 2 find the missing modes, 1 diverged, 1 failed", "none")


def test_where_no_mode_is_missing_faults_are_counted():
    branch = a_branch("x", R1, [everything, only(0, 1)], even())
    assert told(branch, lost=()) == ("1 of 2 without fault", "some")


def test_gans_that_find_every_mode_and_still_sharpen_have_found_all_modes():
    branch = a_branch("x", R1, [found_by(12_000, 1, 2, 4)] * 3, even())
    soft = replace(
        branch, runs=tuple(replace(r, cured=False, sharpening=True) for r in branch.runs)
    )
    assert told(soft) == (
        "3 of 3 find the missing modes, 0 without fault, 3 still sharpening",
        "all",
    )
    assert soft.found_all == 3
    assert soft.cured == 0


def test_modes_that_perfect_samples_do_not_show_are_nobodys_loss():
    weights = (0.25, 0.25, 0.25, 0.249999, 0.000001)
    lost = replace(
        a_diagnosis("converged", weights=weights), perfect_modes=(1.0, 1.0, 1.0, 1.0, 0.0)
    )
    lost = replace(lost, before=a_track(only(0, 1, 2, 3, level=1.0), weights))
    assert story.lost_modes(lost) == ()
    shown = "the 4 of 5 modes that perfect samples show"
    assert story.run_outcome(lost).words == f"covers {shown}"
    assert story.headline(lost) == f"Converged: the forger serves {shown}, and stays there"
    assert branch_table(lost)[-1][1][0] == "4"


@pytest.mark.parametrize("word", WORDS)
def test_every_word_has_its_headline(word):
    assert story.headline(a_diagnosis(word)).lower().startswith(word)


def test_every_verdict_has_its_headline():
    for name, make in DIAGNOSES.items():
        diagnosis = make()
        assert story.headline(diagnosis).lower().startswith(diagnosis.verdict), name
    assert story.headline(collapsed()) == (
        "Collapsed: the forger leaves out 3 of 5 modes, and more rounds do not help"
    )


def test_what_more_rounds_do_is_told_as_it_was_seen():
    few, found = only(0, 3, level=2.4), found_by(12_000, 1, 2, 4)
    some = (a_branch("longer", "longer", [few, found], even()),)
    none = (a_branch("longer", "longer", [few, few], even()),)
    better = replace(collapsed(), verdict="undertrained")
    assert story.headline(replace(collapsed(), branches=some)).endswith("more rounds seldom help")
    assert story.headline(replace(better, branches=some)).endswith("and more rounds help")
    assert story.headline(replace(better, branches=none)).endswith("but bring no missing mode")


def test_what_more_rounds_do_is_claimed_only_where_they_were_played():
    assert "more rounds" not in story.headline(replace(collapsed(), branches=()))


def test_a_game_that_breaks_down_only_when_played_on_is_not_called_a_run_that_diverged():
    diagnosis = a_diagnosis("diverged")
    assert "played on" in story.headline(diagnosis)
    assert story.run_outcome(diagnosis).words == "covers all 5 modes"


@pytest.mark.parametrize(
    ("live", "fresh", "words"),
    [
        (
            0.61,
            0.97,
            "can hardly tell (AUC 0.61) what a fresh one sees at once (0.97 [0.94, 1.00])",
        ),
        (0.80, 0.97, "can tell (AUC 0.80), but a fresh one tells better"),
        (0.95, 0.97, "can tell (AUC 0.95), and so can a fresh one"),
        (0.20, 0.97, "takes the forged for the real (AUC 0.20)"),
        (0.52, 0.55, "Hardly any detective can tell"),
        (None, 0.97, "no finite answer; a fresh one can tell (0.97"),
        (None, 0.55, "no finite answer; a fresh one can hardly tell (0.55"),
        (0.61, None, "has an AUC of 0.61; a fresh one has none"),
        (None, None, "No detective gives a finite answer."),
    ],
)
def test_what_the_detectives_see_is_told_in_words(live, fresh, words):
    interval = None if fresh is None else (fresh - 0.03, fresh + 0.03)
    assert words in story.detective_words(Detective(live, fresh, interval, 2000, True))


def test_a_fresh_detective_that_had_not_finished_learning_is_told_so():
    seen = Detective(0.6, 0.9, None, 4000, False)
    assert story.detective_words(seen).endswith("still learning after 4,000 steps.")


def test_what_the_runs_own_detective_is_shown_besides_is_told():
    seen = Detective(0.6, 0.9, None, 4000, True, "It was shown packs of 4.")
    assert story.detective_words(seen).endswith("It was shown packs of 4.")


def test_why_it_is_not_told_how_a_game_moves_is_told_in_its_place():
    refused = a_dynamics(None, duality_gap=0.5, unknown="No formula tells what lookahead does.")
    assert story.dynamics_words(refused).startswith("No formula tells what lookahead does. Duality")


def test_eigenvalues_are_told_with_conjugates_as_one():
    pairs = ((0.01, 0.2), (0.01, -0.2), (-0.3, 0.0))
    words = story.dynamics_words(a_dynamics("unstable", eigenvalues=pairs, forger_gain=None))
    assert "Leading eigenvalues 0.01 \N{PLUS-MINUS SIGN} 0.2i and -0.3 per round" in words
    assert words.endswith("Duality gap 0.83: a better detective would gain 0.60.")


@pytest.mark.parametrize(
    ("kind", "growth", "turning", "words"),
    [
        ("stable", -0.01, 0.0, "fades e-fold in 100 rounds."),
        ("unstable", 0.0123, 0.1, "grows e-fold in 81 rounds and turns once in 63 rounds."),
        ("unstable", 5.0, 0.0, "grows e-fold in 1 round."),
        ("unstable", 1e-9, 0.0, "grows e-fold in more than 1,000,000 rounds."),
        ("unstable", 0.1, 1e-9, "a small disturbance grows e-fold in 10 rounds."),
        ("rotating", -0.002, 0.01, "fades e-fold in 500 rounds and turns once in 630 rounds."),
        ("rotating", 0.0, 0.01, "a small disturbance turns once in 630 rounds."),
    ],
)
def test_the_games_motion_is_told_in_rounds(kind, growth, turning, words):
    found = a_dynamics(kind, growth=growth, turning=turning, duality_gap=None)
    assert story.dynamics_words(found).endswith(words)
    assert story.dynamics_words(found).startswith("About its end a small disturbance ")
    assert kind not in story.dynamics_words(found)


def test_dynamics_of_which_nothing_is_known_say_nothing():
    assert story.dynamics_words(a_dynamics(None, duality_gap=None)) == ""
    assert story.dynamics_words(a_dynamics("stable", duality_gap=None)) == ""


def test_dynamics_that_cannot_be_relied_on_are_told_so():
    assert "(roughly:" in story.dynamics_words(a_dynamics("stable", growth=-0.1, reliable=False))


# the terminal


def test_the_verdict_stands_beside_what_the_quick_one_had_said():
    assert printed(collapsed()).splitlines()[1] == (
        "collapsed  (confidence 93 %; the quick verdict: likely undertrained 61 %)"
    )
    same = DIAGNOSES["undertrained"]()
    assert "the quick verdict: likely undertrained 90 %" in printed(same)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200])
@pytest.mark.parametrize("name", DIAGNOSES)
def test_the_table_fits_the_terminal(name, width):
    lines = [line.plain for line in branch_lines(DIAGNOSES[name](), width)]
    assert max(map(cell_len, lines)) <= width
    if width >= 40:
        assert any(line.startswith("the run itself") for line in lines)
        assert any(line.startswith("perfect samples") for line in lines)


@pytest.mark.parametrize("name", DIAGNOSES)
def test_at_80_columns_no_column_is_left_out_and_at_60_the_modes_are_still_shown(name):
    assert "more" not in branch_lines(DIAGNOSES[name](), 80)[1].plain
    assert "covered" in branch_lines(DIAGNOSES[name](), 60)[0].plain


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("name", DIAGNOSES)
def test_nothing_is_wider_than_the_terminal_but_what_is_to_be_copied(name, width):
    diagnosis = DIAGNOSES[name]()
    for line in printed(diagnosis, width).splitlines():
        assert line == diagnosis.advice.command or cell_len(line) <= width
        assert line == line.rstrip()


@pytest.mark.parametrize("width", [20, 60, 80])
def test_the_command_stands_on_a_line_of_its_own_in_one_piece(width):
    command = f"ganrun train {RUN}/config.yaml {COMMAND}"
    assert command in printed(collapsed(), width).splitlines()


def test_a_diagnosis_without_a_command_has_its_advice_alone():
    text = printed(DIAGNOSES["converged"]())
    assert "Nothing needs to change." in text
    assert "ganrun train" not in text


def spaced(row: str) -> str:
    return " ".join(row.split())


def test_a_branchs_row_tells_where_it_began_and_what_its_gans_came_to():
    text = printed(collapsed())
    for row in (
        "with R1 3 of 3 2 -> 5 [5, 5] 1 to 3 0.98 0.05",
        "a new detective 1 of 3 2 -> 3.3 [2, 5] 1 to 4 0.95 0.35",
        "from scratch: with R1 3 of 3 5 [5, 5] 0 to 1 0.98 0.04",
    ):
        assert row in map(spaced, text.splitlines())


def test_the_run_itself_and_perfect_samples_stand_in_the_table():
    lines = printed(collapsed()).splitlines()
    rows = [line for line in lines if line.startswith(("the run itself", "perfect samples"))]
    assert rows[0].split()[3:] == ["2", "0", "to", "1", "0.95", "0.60"]
    assert rows[1].split()[2:] == ["5", "0.99", "0.02"]


def test_cells_stand_under_their_headings():
    lines = [line.plain for line in branch_lines(collapsed(), 80)]
    end = lines[0].index("high") + len("high")
    for line in lines[2:]:
        if "0." in line:
            assert line[end - 4 : end].startswith("0.")


def test_gans_that_diverged_are_counted_and_their_levels_dashes():
    text = printed(DIAGNOSES["diverged at once"]())
    assert any(line.split()[:4] == ["fault", "of", "5", "diverged"] for line in text.splitlines())
    assert spaced(row_of(text, "with R1")) == "with R1 1 of 3 4 [3.1, 5] 2 0 to 1 0.70 0.31"
    assert row_of(text, "the detective 3 times as").split()[-6:] == ["3", "0", "to", "1", "-", "-"]
    assert row_of(text, "the run itself").split()[3:] == ["-", "0", "to", "1", "-", "-"]


def test_a_column_of_what_never_happened_is_left_out():
    heads = [line.plain for line in branch_lines(collapsed(), 200)[:2]]
    assert not any("diverged" in head or "failed" in head for head in heads)


def test_a_run_without_branches_has_no_columns_of_theirs():
    heads = " ".join(line.plain for line in branch_lines(DIAGNOSES["diverged"](), 80)[:2])
    assert "fault" not in heads
    assert "lengths" not in heads


def test_long_titles_go_on_below_and_lose_nothing():
    lines = [line.plain for line in branch_lines(DIAGNOSES["crowded"](), 80)]
    start = next(i for i, line in enumerate(lines) if line.startswith("a game whose name"))
    words = " ".join(line[:34].strip() for line in lines[start : start + 5])
    assert "longer than the names of games usually are, and goes on" in words


def test_the_names_in_a_diagnosis_are_never_read_as_markup():
    odd = replace(collapsed(), name="[bold]x[/]", evidence="It [red]fell[/] over.")
    assert "[bold]x[/]" in printed(odd)
    assert "[red]fell[/]" in printed(odd)


def test_the_files_that_are_there_are_named_in_one_piece(tmp_path):
    folder = tmp_path / ("a_rather_long_name_" * 5)
    folder.mkdir()
    assert str(folder) not in printed(collapsed(), 60, folder)
    write_diagnosis(folder, collapsed())
    write_diagnosis_figure(folder, DIAGNOSES["diverged"]())
    lines = printed(collapsed(), 60, folder).splitlines()
    assert f"{folder}/diagnosis.json: every number of this diagnosis" in lines
    assert f"{folder}/figures/diagnosis.png: each mode over the rounds" in lines
    assert not any(line.startswith(f"{folder}/diagnosis:") for line in lines)


@pytest.mark.parametrize("name", DIAGNOSES)
def test_the_json_is_the_whole_document_and_strict(name):
    def refuse(constant):
        raise AssertionError(constant)

    diagnosis = DIAGNOSES[name]()
    content = json.loads(diagnosis_json(diagnosis, RUN), parse_constant=refuse)
    assert content["path"] == str(RUN)
    assert content["verdict"] == diagnosis.verdict
    assert len(content["branches"]) == len(diagnosis.branches)
    assert content["before"]["shares"] == [list(row) for row in diagnosis.before.shares]


def test_what_is_not_finite_is_null_in_the_json():
    odd = replace(collapsed(), confidence=float("nan"))
    assert json.loads(diagnosis_json(odd, RUN))["confidence"] is None


@pytest.mark.parametrize("as_json", [False, True])
def test_a_report_draws_the_figure_and_prints_the_words_or_the_json(tmp_path, as_json):
    console = Console(file=io.StringIO(), width=60)
    report_diagnosis(tmp_path, DIAGNOSES["diverged"](), console, as_json=as_json)
    text = console.file.getvalue()
    assert (tmp_path / "figures" / "diagnosis.png").exists()
    if as_json:
        assert json.loads(text)["path"] == str(tmp_path)
    else:
        assert "figures/diagnosis.png" in text


# while it goes on


def a_moment(width: int = 80, height: int = 24, **changes) -> Moment:
    fields = {
        "ascii_only": False,
        "seconds_elapsed": 4.0,
        "seconds_since_update": 0.0,
        "ending": None,
        **changes,
    }
    return Moment(width, height, **fields)


def frame_of(progress: DiagnosisProgress | None, **moment) -> str:
    return Diagnosing(title="five").draw(progress, a_moment(**moment)).plain


def terminal(width: int = 80, height: int = 24) -> Console:
    return Console(
        file=io.StringIO(),
        width=width,
        height=height,
        force_terminal=True,
        color_system="truecolor",
    )


NOTHING_YET = a_progress(branches=(), rounds_per_second=None, seconds_left=None)
MANY = a_progress(
    branches=tuple(
        BranchProgress(f"b{i}", f"branch {i}", 3, 3 * (i < 6), 10 * (i < 6), 10, 1.0)
        for i in range(8)
    )
)


def test_the_time_that_is_left_is_at_most_so_long_while_it_is_open_what_follows():
    assert "at most" not in frame_of(a_progress())
    more = a_progress(rounds_to_come=240_000)
    assert re.search(r"  at most \d s left", frame_of(more))
    assert ", at most 9 s left" in Diagnosing(title="five").line(more)
    assert "181,000 of 480,000 rounds (38 %)" in Diagnosing(title="five").line(more)


@pytest.mark.parametrize("progress", [None, NOTHING_YET, a_progress(), MANY])
def test_a_frame_fits_every_terminal(progress):
    sizes = itertools.product([1, 20, 40, 60, 80, 120, 200], [1, 3, 5, 10, 24])
    for (width, height), ascii_only in itertools.product(sizes, [False, True]):
        text = frame_of(progress, width=width, height=height, ascii_only=ascii_only)
        lines = text.split("\n")
        assert len(lines) <= max(height - 1, 1)
        assert max(cell_len(line) for line in lines) <= max(width - 1, 1)
        assert text.isascii() or not ascii_only


def test_a_frame_tells_the_stage_the_pace_and_every_branch():
    text = frame_of(a_progress())
    for words in (
        "five  1 of 5: playing on",
        "6 of 11 GANs",
        "75 %",
        "8,120 rounds/s",
        "9 s left",
        "the same game, 10 times as long",
        "5 of 5 GANs  2.2 of 5 modes",
        "1 of 3 GANs  4.3 of 5 modes",
        "0 of 3 GANs",
    ):
        assert words in text


def test_the_bars_of_all_branches_are_equally_long_and_as_full_as_they_are_done():
    lines = frame_of(a_progress(), width=100).split("\n")[3:]
    bars = [[mark for mark in line if mark in "━─"] for line in lines]
    assert len({len(bar) for bar in bars}) == 1
    shares = [bar.count("━") / len(bar) for bar in bars]
    assert shares == pytest.approx([1, 31 / 60, 0], abs=0.03)


def test_a_wide_terminal_shows_how_the_covered_modes_of_each_branch_went():
    diagnosing = Diagnosing(title="five")
    for covered in (1.0, 3.0, 5.0):
        longer, *others = a_progress().branches
        going = replace(longer, rounds_done=int(30_000 * covered), covered=covered)
        progress = a_progress(branches=(going, *others))
        diagnosing.note(progress)
    wide, narrow = (
        diagnosing.draw(progress, Moment(width, 24, False, 4.0, 0.0, None)).plain.split("\n")
        for width in (120, 80)
    )
    assert re.search("\u2582+\u2585+\u2588", wide[3])
    assert max(map(cell_len, wide)) <= 119
    assert "\u2585" not in narrow[3]


def test_what_is_measured_has_a_time_of_its_own():
    text = frame_of(a_progress(measuring=Measuring(3, 8, 40.0)))
    assert "1 of 5, measuring: 3 of 8, 40 s left" in text
    assert text.count("left") == 1


def test_the_time_left_runs_down_between_updates_and_is_gone_at_the_end():
    assert "4 s left" in frame_of(a_progress(), seconds_since_update=5.0)
    assert "left" not in frame_of(a_progress(), ending="took 3 s")


def test_where_there_is_no_room_finished_branches_go_first():
    text = frame_of(MANY, height=8)
    assert "branch 6" in text
    assert "branch 7" in text
    assert text.count("branch") == 4


def test_a_title_without_room_is_cut_where_one_sees_it():
    assert "the same game, ...  100 %" in frame_of(a_progress(), width=48, ascii_only=True)


def test_a_display_says_how_it_ended():
    console = terminal()
    with Display(Diagnosing(title="five"), console=console, own_thread=False) as display:
        display.update(a_progress())
    assert "took" in console.file.getvalue()
    console = terminal()
    display = Display(Diagnosing(title="five"), console=console, own_thread=False)
    with suppress(KeyboardInterrupt), display:
        display.update(a_progress())
        raise KeyboardInterrupt
    assert "stopped after" in console.file.getvalue()


def test_a_line_is_ascii_and_holds_all_the_numbers():
    line = Diagnosing(title="five").line(a_progress())
    assert line.isascii()
    assert line == (
        "five: 1 of 5: playing on, 6 of 11 GANs, 181,000 of 240,000 rounds (75 %), 8,120 rounds/s, "
        "9 s left, r1 covers 4.3 of 5"
    )
    assert Diagnosing(title="five").line(NOTHING_YET) == "five: 1 of 5: playing on"


def test_a_new_stage_is_told_at_once():
    console = Console(file=io.StringIO(), width=40)
    with PacedLines(Diagnosing(title="five"), console=console, clock=lambda: 0.0) as lines:
        lines.update(NOTHING_YET)
        lines.update(a_progress(stage="trying cures", number=3))
        lines.update(a_progress(stage="trying cures", number=3, seconds_left=1.0))
        assert len(console.file.getvalue().splitlines()) == 2


def test_the_watcher_suits_where_the_output_goes(monkeypatch):
    monkeypatch.delenv("TERM", raising=False)
    pipe = Console(file=io.StringIO(), force_terminal=False)
    assert isinstance(watcher_for(terminal(), Diagnosing(title="m")), Display)
    assert isinstance(watcher_for(pipe, Diagnosing(title="m")), PacedLines)
    with watcher_for(pipe, Diagnosing(title="m"), quiet=True) as quiet:
        assert isinstance(quiet, Quiet)
        quiet.update(a_progress())
    assert pipe.file.getvalue() == ""


# the figure


@pytest.fixture(scope="module")
def drawn():
    """Every figure that has been asked for, with the boxes of all words on it."""
    cache = {}

    def draw(name: str):
        if name not in cache:
            with house_style():
                made = diagnosis_figure(DIAGNOSES[name]())
                cache[name] = (made, figures.words_on(made))
        return cache[name]

    return draw


@pytest.mark.parametrize("name", DIAGNOSES)
def test_no_words_lie_on_others_or_leave_the_figure(drawn, name):
    figures.test_no_words_lie_on_others_or_leave_the_figure(lambda *_: drawn(name), name, "")


@pytest.mark.parametrize(
    ("panels", "modes"),
    [(1, 100), (2, 12), (3, 13), (4, 1), (4, 40), (5, 2), (6, 61), (7, 1), (7, 25), (8, 5), (9, 3)],
)
def test_no_words_lie_on_others_with_few_or_many_modes_and_branches(panels, modes):
    weights = even(modes)
    branches = [
        a_branch(f"b{i}", f"the game number {i} of them all", [everything] * (i % 5 + 1), weights)
        for i in range(panels - 1)
    ]
    diagnosis = a_diagnosis(
        "imprecise",
        weights=weights,
        before=a_track(everything, weights),
        branches=tuple(branches),
        detective=Detective(0.99, 0.3, (0.28, 0.32), 9000, False),
    )
    with house_style():
        made = diagnosis_figure(diagnosis)
        words = figures.words_on(made)
    figures.test_no_words_lie_on_others_or_leave_the_figure(lambda *_: (made, words), "", "")


@pytest.mark.parametrize("auc", [0.0, 0.3, 0.49, 0.6, 0.75, 1.0])
def test_no_words_lie_on_others_whatever_the_detectives_see(auc):
    for live, fresh in ((auc, 0.97), (0.97, auc), (auc, auc)):
        seen = Detective(live, fresh, (max(fresh - 0.02, 0), min(fresh + 0.02, 1)), 4000, False)
        with house_style():
            made = diagnosis_figure(replace(DIAGNOSES["diverged"](), detective=seen))
            words = figures.words_on(made)
        figures.test_no_words_lie_on_others_or_leave_the_figure(lambda *_: (made, words), "", "")  # noqa: B023


@pytest.mark.parametrize("name", DIAGNOSES)
def test_no_words_are_too_small_to_read_at_a_readmes_width(drawn, name):
    made, _ = drawn(name)
    for text in made.findobj(Text):
        assert text.get_fontsize() * 900 / 72 / 9.6 >= 7, text.get_text()


def axes_of(figure, label: str):
    return next(axes for axes in figure.axes if axes.get_label() == label)


def test_every_panel_has_its_title_and_its_outcome(drawn):
    made, words = drawn("collapsed")
    texts = [text for text, _ in words]
    for branch in collapsed().branches:
        assert branch.title in texts
        assert axes_of(made, branch.title) is not None
    assert texts.count("0 of 5 find the missing modes") == 1
    assert texts.count("3 of 3 find all 5 modes") == 1
    assert "misses modes 1, 2 and 4" in texts


def meshes_of(axes) -> list[QuadMesh]:
    return [one for one in axes.collections if isinstance(one, QuadMesh)]


def cells_of(mesh: QuadMesh) -> np.ndarray:
    """The levels that are drawn, `[K, R]`: every other row lies between two lines."""
    array = np.ma.filled(mesh.get_array(), np.nan)
    assert np.isnan(array[1::2]).all()
    return array[::2]


def test_the_runs_panel_shows_its_shares_against_their_weights(drawn):
    made, _ = drawn("collapsed")
    diagnosis = collapsed()
    (mesh,) = meshes_of(axes_of(made, "the run itself"))
    levels = occupancy_levels(np.array(diagnosis.before.shares), np.array(diagnosis.weights))
    np.testing.assert_allclose(cells_of(mesh), levels.T)
    assert mesh.cmap is OCCUPANCY
    assert (mesh.norm.vmin, mesh.norm.vmax) == (0, 1)


def test_a_branchs_panel_has_the_run_and_a_line_for_every_gan_in_every_modes_band(drawn):
    made, _ = drawn("collapsed")
    diagnosis = collapsed()
    branch = diagnosis.branches[0]
    before, *gans = meshes_of(axes_of(made, branch.title))
    assert len(gans) == 5
    assert before.get_coordinates()[..., 0].max() == diagnosis.rounds
    tops = []
    for mesh, run in zip(gans, branch.runs, strict=True):
        corners = mesh.get_coordinates()
        assert corners[..., 0].min() == diagnosis.rounds
        assert corners[..., 0].max() == branch.to_round
        levels = occupancy_levels(np.array(run.track.shares), np.array(diagnosis.weights))
        np.testing.assert_allclose(cells_of(mesh), levels.T)
        rows = corners[:, 0, 1].reshape(-1, 2)
        assert (np.floor(rows[:, 0]) == np.arange(5)).all()
        assert (np.ceil(rows[:, 1]) == np.arange(1, 6)).all()
        tops.append(rows[:, 0])
    assert (np.diff(tops, axis=0) > 0).all()


def test_a_line_marks_where_a_branch_leaves_the_run_and_only_there(drawn):
    made, words = drawn("collapsed")

    def lines_of(title: str) -> list[float]:
        axes = axes_of(made, title)
        lines = [one for one in axes.collections if isinstance(one, LineCollection)]
        return [one.get_segments()[0][0][0] for one in lines]

    for branch in collapsed().branches:
        assert lines_of(branch.title) == ([ROUNDS] if branch.from_round else [])
    assert lines_of("the run itself") == []
    assert any("black line: where a branch leaves the run" in text for text, _ in words)


def color(share: float, weight: float = 1.0) -> str:
    (level,) = occupancy_levels(np.array([share]), np.array([weight]))
    return to_hex(OCCUPANCY(float(level)))


def test_each_word_of_the_scale_has_its_colour():
    assert color(0.0) == color(0.19) == MISSING
    assert {color(relative) for relative in (0.75, 1.0, 1.35)} == {palette.BLUE}
    assert color(3.0) == color(25.0) == NAVY


@given(
    st.floats(0, 1.5).map(lambda about: 0.2 * about) | st.floats(0.19999, 0.20001),
    st.floats(0.001, 1),
)
def test_a_mode_is_drawn_as_missing_exactly_where_it_counts_as_not_covered(relative, weight):
    share = relative * weight
    assert (color(share, weight) == MISSING) == (not is_covered(np.array(share), np.array(weight)))


def test_the_more_a_mode_gets_the_darker_it_is():
    relative = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.5, 2.0, 2.5, 3.0])
    luminance = [to_rgb(OCCUPANCY(float(x))) @ np.array([0.3, 0.6, 0.1]) for x in
                 occupancy_levels(relative, np.ones(9))]  # fmt: skip
    assert (np.diff(luminance) < 0).all()


def test_the_modes_that_the_run_misses_stand_out_in_bold(drawn):
    made, _ = drawn("collapsed")
    labels = axes_of(made, "the run itself").get_yticklabels()
    bold = [label.get_text() for label in labels if label.get_weight() == "bold"]
    assert bold == ["mode 1", "mode 2", "mode 4"]


def test_a_gan_that_diverged_leaves_its_line_grey(drawn):
    made, words = drawn("diverged at once")
    axes = axes_of(made, R1)
    assert [mesh.get_coordinates()[..., 0].max() for mesh in meshes_of(axes)][-1] == ROUNDS
    assert meshes_of(axes)[0].get_coordinates()[..., 0].max() < 0.4 * ROUNDS
    assert len(axes.patches) == 2 * 5
    assert {to_hex(patch.get_facecolor()) for patch in axes.patches} == {palette.FAINT}
    texts = [text for text, _ in words]
    assert texts.count("never evaluated") == 2
    assert any("grey: diverged" in text for text in texts)


def test_an_evaluations_piece_goes_half_way_to_its_neighbours():
    assert time_edges((100, 200, 400), 0, 500, whole=True).tolist() == [0, 150, 300, 500]
    assert time_edges((100, 200, 300), 0, 500, whole=False).tolist() == [0, 150, 250, 350]
    assert time_edges((400,), 0, 500, whole=True).tolist() == [0, 500]
    assert time_edges((0,), 0, 500, whole=False).tolist() == [0, 0]


def test_the_detectives_stand_where_their_aucs_are(drawn):
    made, words = drawn("collapsed")
    axes = axes_of(made, "detectives")
    assert sorted(line.get_xdata()[0] for line in axes.get_lines()) == [0.61, 0.97]
    texts = [text for text, _ in words]
    assert "the run's own 0.61" in texts
    assert "a fresh one 0.97 [0.96, 0.98]" in texts


def test_a_diagnosis_without_detectives_has_no_line_for_them(drawn):
    made, _ = drawn("diverged")
    assert "detectives" not in [axes.get_label() for axes in made.axes]


def test_the_evidence_is_told_as_far_as_whole_sentences_go():
    long = "One thing was seen by all. " + "Another one was seen by most of those who looked. " * 9
    with house_style():
        words = [text for text, _ in figures.words_on(
            diagnosis_figure(replace(DIAGNOSES["diverged"](), evidence=long.strip()))
        )]  # fmt: skip
    subtitle = next(text for text in words if "One thing" in text)
    assert subtitle.endswith("looked.")
    assert subtitle.count("\n") == 2


@pytest.mark.parametrize("panels", range(1, 10))
def test_panels_stand_in_rows_of_at_most_three(panels):
    assert panel_columns(panels) == {1: 1, 2: 2, 4: 2}.get(panels, 3)


@pytest.mark.parametrize("name", ["one mode", "diverged at once"])
def test_the_figure_is_written_as_a_whole_image(tmp_path, name):
    path = write_diagnosis_figure(tmp_path, DIAGNOSES[name]())
    assert path == tmp_path / "figures" / "diagnosis.png"
    content = path.read_bytes()
    assert content.startswith(figures.PNG)
    assert b"IEND" in content[-12:]
    assert write_diagnosis_figure(tmp_path, DIAGNOSES[name]()).read_bytes() == content
