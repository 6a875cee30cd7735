"""The final table and the sentence under it: the right words and numbers, at any width."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import numpy as np
import pytest
from report_examples import beyond_perfect, fake_run, four_shown, grid, quick, ring
from rich.console import Console

from ganrun import wording
from ganrun.report import run_story as story
from ganrun.report.best_verdict import BestVerdict
from ganrun.report.tables.run import print_results, result_lines, results_json
from ganrun.verdict import WORDS

COLLAPSED = fake_run(modes=[0, 3], verdict="collapsed", seed=3)
CONVERGED = fake_run(seed=1)
DIVERGED = fake_run(
    modes=[0, 1, 2], verdict="diverged", status="diverged", reached=4000, diverged_at=4013, seed=2
)
INTERRUPTED = fake_run(modes=[0, 1, 2, 4], verdict=None, status="interrupted", reached=3250, seed=4)
BARELY_BEGUN = dataclasses.replace(
    INTERRUPTED, metrics={name: column[:0] for name, column in INTERRUPTED.metrics.items()}
)
ALL = [COLLAPSED, CONVERGED, DIVERGED, INTERRUPTED]


def renamed(run, **changes):
    """The same run of another config."""
    return dataclasses.replace(run, config=run.config.model_copy(update=changes))


def printed(runs, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_results(runs, console)
    return console.file.getvalue()


def row_of(text: str, seed: int) -> str:
    return next(line for line in text.splitlines() if line.split()[:1] == [str(seed)])


# sentences


def test_a_collapsed_run_is_told_with_the_modes_that_are_missing():
    assert story.sentence(COLLAPSED) == (
        "Seed 3: most likely collapsed (93 %); 2 of 5 modes recovered; modes 1, 2 and 4 are "
        "missing."
    )


def test_more_modes_than_perfect_samples_recover_are_no_success():
    counts = {"modes_recovered": {"mean": 3.95, "p5": 3.0, "p95": 4.0}}
    run = dataclasses.replace(CONVERGED, reference={**CONVERGED.reference, **counts})
    assert story.sentence(run) == (
        "Seed 1: most likely converged (93 %); 5 of 5 modes recovered, above what perfect samples "
        "reach (4)."
    )
    both = story.sentences([run, CONVERGED])
    assert both.endswith(", on 1 of them above what perfect samples reach (4).")
    enough = dataclasses.replace(run, final={**run.final, "modes_recovered": 4.0})
    assert story.title(enough) == "The forger covers all 5 modes"


def test_what_a_verdict_rests_on_is_told_in_lines_as_wide_as_the_table():
    evidence = (
        "Played on to round 40,000 with fresh noise, all 5 GANs ended with modes missing. " * 3
    )
    best = dataclasses.replace(COLLAPSED.best, evidence=evidence.strip())
    text = printed([dataclasses.replace(COLLAPSED, best=best)])
    told = text[text.index("Played on") : text.index(str(COLLAPSED.path))]
    assert " ".join(told.split()) == evidence.strip()
    assert max(map(len, told.splitlines())) <= 80


def test_what_is_said_below_a_narrow_table_is_whole():
    """Of 2,500 draws, "2..." would be read as another number."""
    text = " ".join(printed([beyond_perfect()], 30).split())
    assert "(mean and 5-95 % range of 20 draws of 2,500)" in text
    assert "(* above what perfect samples reach)" in text


def test_a_count_that_is_no_success_is_marked_in_its_cell_and_in_the_json():
    text = printed([beyond_perfect()])
    assert "5 of 5*  5 of 5*" in row_of(text, 1)
    assert "(* above what perfect samples reach)" in text
    assert "*" not in printed([CONVERGED])
    (told,) = json.loads(results_json([beyond_perfect()]))["runs"]
    assert told["beyond_perfect"] == ["modes_covered", "modes_recovered"]


def test_a_median_is_marked_too():
    text = printed([beyond_perfect()] * 3)
    assert "median                   5 of 5*" in text


def test_a_mode_that_perfect_samples_do_not_show_is_not_missing():
    run = four_shown()
    assert story.sentence(run) == (
        "Seed 0: most likely sharpening (93 %); 4 of 5 modes recovered; "
        "mode 4 is not shown by perfect samples either."
    )
    assert story.title(run) == "The forger covers the 4 of 5 modes that perfect samples show"
    assert story.sentences([run, run]).startswith("No mode is missing on any of 2 runs")
    (told,) = json.loads(results_json([run]))["runs"]
    assert told["missing_modes"] == []
    assert told["beyond_perfect"] == []


def test_a_run_that_misses_all_that_can_be_shown_misses_every_mode():
    metrics = {name: 0 * column for name, column in CONVERGED.metrics.items()}
    final = {**CONVERGED.final, "modes_recovered": 0.0, "modes_covered": 0.0}
    run = dataclasses.replace(
        four_shown(), metrics=metrics, final=final, recovered_modes=(), best=quick("stuck")
    )
    assert story.title(run) == "The forger misses the 4 of 5 modes that perfect samples show"
    assert "every mode is missing" in story.sentence(run)


def test_a_converged_run_is_told_without_missing_modes():
    assert story.sentence(CONVERGED) == (
        "Seed 1: most likely converged (93 %); all 5 modes recovered."
    )


def test_a_diverged_run_is_told_with_its_round_and_its_last_finite_state():
    assert story.sentence(DIVERGED) == (
        "Seed 2 diverged at round 4,013; its last finite state: 3 of 5 modes recovered; "
        "modes 3 and 4 are missing."
    )


def test_an_interrupted_run_is_told_as_far_as_it_came():
    assert story.sentence(INTERRUPTED) == (
        "Seed 4 was interrupted; at its last evaluation, round 3,250 of 10,000, "
        "it covered 4 of 5 modes."
    )
    assert story.sentence(BARELY_BEGUN) == "Seed 4 was interrupted before its first evaluation."


def test_a_failed_run_is_told_with_its_error():
    failed = dataclasses.replace(
        BARELY_BEGUN, status="failed", run_json={"error": "OSError: disk full"}
    )
    assert (
        story.sentence(failed) == "Seed 4 failed (OSError: disk full) before its first evaluation."
    )


def judged(kind, word="collapsed"):
    """The collapsed run, with a verdict of that kind."""
    return dataclasses.replace(COLLAPSED, best=BestVerdict(word, kind, 0.87, "Played on."))


@pytest.mark.parametrize("word", [word for word in WORDS if word != "diverged"])
def test_every_verdict_has_its_words(word):
    run = dataclasses.replace(COLLAPSED, best=quick(word, 0.7))
    assert story.sentence(run).startswith(f"Seed 3: most likely {word} (70 %), else ")
    assert story.sentence(judged("tested", word)).startswith(f"Seed 3: {word} (tested); 2 of 5")


def test_a_headline_claims_no_more_than_the_kind_of_verdict_allows():
    words = "the forger leaves out 3 of 5 modes"
    assert story.title(COLLAPSED) == f"Likely mode collapse: {words}"
    assert story.title(judged("confirmed")) == f"Mode collapse: {words}"
    assert story.title(judged("tested")) == f"Mode collapse: {words}"
    assert story.title(judged("tested", "undertrained")) == wording.capital(words)
    played_on = story.title(judged("tested", "diverged"))
    assert played_on == wording.capital(words), "the run itself did not"


def test_a_cell_says_which_kind_of_verdict_it_holds():
    assert "likely collapsed 93 %" in printed([COLLAPSED])
    assert "collapsed (confirmed)" in printed([judged("confirmed")])
    assert "collapsed (tested)" in printed([judged("tested")])
    as_json = json.loads(results_json([judged("tested"), COLLAPSED]))["runs"]
    assert [one["verdict_kind"] for one in as_json] == ["tested", "quick"]
    assert as_json[1]["verdict_probabilities"]["collapsed"] == 0.93


def test_a_mode_that_is_covered_but_not_recovered_is_not_called_missing():
    run = dataclasses.replace(
        CONVERGED, recovered_modes=(0, 1, 3), final={**CONVERGED.final, "modes_recovered": 3.0}
    )
    assert "modes 2 and 4 are covered but not recovered" in story.sentence(run)
    assert "missing" not in story.sentence(run)


def test_a_mode_that_is_recovered_but_not_covered_is_told_as_such():
    run = dataclasses.replace(COLLAPSED, recovered_modes=(0, 1, 3))
    assert "modes 2 and 4 are missing; mode 1 is recovered but hardly covered" in story.sentence(
        run
    )


def test_the_many_missing_modes_of_a_large_target_are_not_all_listed():
    run = fake_run(grid(), [1, 2, 6], verdict="collapsed")
    assert "modes 0, 3, 4, 5, 7, 8, 9 and 15 others are missing" in story.sentence(run)


def test_a_target_of_one_mode_is_told_in_the_singular():
    assert story.sentence(fake_run(ring(1))) == (
        "Seed 0: most likely converged (93 %); the one mode recovered."
    )


def test_several_seeds_are_told_by_how_many_miss_modes_and_by_their_median():
    counts = enumerate((2, 3, 3, 4, 5))
    runs = [fake_run(modes=range(n), verdict="collapsed", seed=seed) for seed, n in counts]
    assert story.sentences(runs) == (
        "Modes are missing on 4 of 5 seeds; median 3 of 5 recovered (min 2, max 5)."
    )


def test_seeds_that_did_not_end_well_are_named_and_not_counted():
    assert story.sentences(ALL) == (
        "Modes are missing on 2 of 3 seeds; median 3 of 5 recovered (min 2, max 5). "
        "Seed 2 diverged. Seed 4 was interrupted."
    )
    two = [INTERRUPTED, renamed(INTERRUPTED, seeds=(5,))]
    assert story.sentences(two) == "Seeds 4 and 5 were interrupted."


def test_a_lone_seed_that_ended_is_told_in_full_among_others_that_did_not():
    assert story.sentences([COLLAPSED, INTERRUPTED]) == (
        "Seed 3: most likely collapsed (93 %); 2 of 5 modes recovered; modes 1, 2 and 4 are "
        "missing. Seed 4 was interrupted."
    )


def test_seeds_that_miss_nothing_are_told_so():
    runs = [CONVERGED, fake_run(seed=7)]
    assert story.sentences(runs) == (
        "No mode is missing on any of 2 seeds; median 5 of 5 recovered (min 5, max 5)."
    )


# the table


def test_each_seed_has_a_row_with_its_verdict_and_counts():
    text = printed(ALL)
    assert " ".join(row_of(text, 3).split()[1:11]) == "likely collapsed 93 % 2 of 5 2 of 5"
    assert " ".join(row_of(text, 1).split()[1:11]) == "likely converged 93 % 5 of 5 5 of 5"
    # That something stopped being finite is certain.
    assert row_of(text, 2).split()[1:5] == ["diverged", "3", "of", "5"]
    assert row_of(text, 4).split()[1:6] == ["interrupted", "-", "4", "of", "5"]


def test_the_reference_stands_below_with_its_range():
    lines = printed([COLLAPSED]).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("perfect samples"))
    assert lines[start].split()[2:5] == ["5", "5", "0.989"]
    assert lines[start + 1].split()[:6] == ["from", "5", "%", "5", "5", "0.985"]
    assert lines[start + 2].split()[:6] == ["to", "95", "%", "5", "5", "0.992"]
    assert "20 draws of 2,500" in lines[start + 3]


def test_a_run_without_a_summary_has_no_reference_and_says_how_to_go_on():
    text = printed([INTERRUPTED])
    assert "perfect" not in text
    assert f"to go on: ganrun train {INTERRUPTED.path}/config.yaml\n" in text


def test_going_on_in_another_runs_folder_names_it():
    path = Path("/data/my runs/five_gaussians-s4-0123456789abcdef")
    text = printed([dataclasses.replace(INTERRUPTED, path=path)])
    assert f"ganrun train '{path}/config.yaml' --runs-dir '/data/my runs'" in text


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 120, 200])
def test_the_table_fits_the_terminal_and_keeps_the_headline(width):
    lines = [line.plain for line in result_lines(ALL, width)]
    assert max(map(len, lines)) <= width
    if width >= 40:
        assert any("recovered" in line for line in lines)
        assert all("2 of 5" in line for line in lines if "collapsed" in line)


def test_at_80_columns_everything_up_to_the_spread_fits():
    heading = next(line.plain for line in result_lines(ALL, 80) if "verdict" in line.plain)
    assert heading.split() == [
        "seed", "verdict", "recovered", "covered", "quality", "KL", "TV", "spread",
    ]  # fmt: skip


def test_no_column_is_lost_to_a_long_verdict_or_many_modes():
    many = [fake_run(grid(), range(10), verdict="undertrained")]
    assert any("spread" in line.plain for line in result_lines(many, 80))


def test_columns_are_no_tighter_than_they_need_to_be():
    for width, words in ((74, "recovered covered quality"), (200, "recovered  covered  quality")):
        assert any(words in line.plain for line in result_lines([COLLAPSED], width))


def test_columns_stand_under_their_headings():
    lines = [line.plain for line in result_lines(ALL, 80)]
    heading = next(line for line in lines if "verdict" in line)
    end = heading.index("quality") + len("quality")
    for seed in (1, 2, 3, 4):
        row = row_of("\n".join(lines), seed)
        assert row[end - 5 : end].strip().startswith("0.")
        assert row[end : end + 2].strip() == ""


def test_columns_without_room_are_named_and_what_is_cut_off_is_marked():
    whole, narrow = printed([COLLAPSED], 80), printed([COLLAPSED], 50)
    assert "no room" not in whole
    assert "(no room for high quality, reverse KL, mode TV and spread)" in " ".join(narrow.split())
    lines = printed([COLLAPSED], 24).splitlines()
    assert any(line.endswith("\N{HORIZONTAL ELLIPSIS}") for line in lines)
    assert printed([COLLAPSED], 1)


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed():
    error = "\x1b]0;mine\x07\x1b[31mred\u202e"
    failed = dataclasses.replace(BARELY_BEGUN, status="failed", run_json={"error": error})
    text = printed([failed])
    assert "red" in text
    assert all(line.isprintable() for line in text.splitlines())


def test_paths_and_commands_are_never_broken_by_the_terminals_width():
    path = Path("runs") / ("a_rather_long_name_" * 6 + "s3-0123456789abcdef")
    assert f"{path}\n" in printed([dataclasses.replace(COLLAPSED, path=path)], width=40)


def test_a_thousand_seeds_get_a_bounded_table_with_a_median():
    runs = [renamed(COLLAPSED, seeds=(seed,)) for seed in range(1000)]
    lines = printed(runs).splitlines()
    assert len(lines) < 70
    assert any("961 more" in line for line in lines)
    assert any(line.split()[:4] == ["median", "2", "of", "5"] for line in lines)


def test_the_median_leaves_out_runs_that_have_not_ended():
    line = next(line for line in printed(ALL).splitlines() if "median" in line and "  " in line)
    assert line.split()[1:7] == ["3", "of", "5", "3", "of", "5"]


def test_runs_of_different_targets_get_tables_of_their_own():
    text = printed([COLLAPSED, fake_run(grid(), [1, 2], verdict="collapsed", name="grid25")])
    assert text.count("perfect samples") == 2
    assert "grid25  25 modes" in text


def test_runs_of_one_seed_that_differ_get_tables_of_their_own_which_say_by_what():
    longer = COLLAPSED.config.training.model_copy(update={"steps": 20_000})
    text = printed(
        [COLLAPSED, renamed(COLLAPSED, training=longer), renamed(COLLAPSED, objective="hinge")]
    )
    titles = [line for line in text.splitlines() if line.startswith(f"{COLLAPSED.name}  ")]
    assert titles == [
        f"{COLLAPSED.name}  5 modes, 10,000 rounds, objective=non_saturating",
        f"{COLLAPSED.name}  5 modes, 20,000 rounds, objective=non_saturating",
        f"{COLLAPSED.name}  5 modes, 10,000 rounds, objective=hinge",
    ]
    assert text.count("Seed 3: most likely collapsed") == 3


def test_runs_of_one_config_and_seed_are_not_counted_as_seeds():
    text = printed([COLLAPSED, dataclasses.replace(COLLAPSED, path=Path("runs/again-2"))])
    assert text.count("perfect samples") == 1
    assert "Modes are missing on 2 of 2 runs;" in text


@pytest.mark.parametrize("width", [30, 53, 80])
def test_no_line_ends_with_blanks(width):
    lines = printed([*ALL, renamed(COLLAPSED, objective="hinge")], width).splitlines()
    assert [line for line in lines if line != line.rstrip()] == []


def test_the_name_of_a_run_is_never_read_as_markup():
    assert "[bold]x[/]" in printed([renamed(COLLAPSED, name="[bold]x[/]")])


# JSON


def test_the_json_holds_everything_and_nothing_that_json_does_not_know():
    def refuse(constant):
        raise AssertionError(constant)

    nan = dataclasses.replace(
        BARELY_BEGUN,
        metrics={**INTERRUPTED.metrics, "spread": INTERRUPTED.metrics["spread"] * np.nan},
    )
    content = json.loads(results_json([*ALL, nan]), parse_constant=refuse)
    assert content["sentence"].startswith("Modes are missing on 2 of 3 seeds")
    first = content["runs"][0]
    assert (first["verdict"], first["verdict_confidence"]) == ("collapsed", 0.93)
    assert first["metrics"]["modes_recovered"] == 2
    assert first["missing_modes"] == [1, 2, 4]
    assert first["reference"]["high_quality"]["p5"] == 0.9852
    assert content["runs"][-1]["metrics"]["spread"] is None


def test_several_configs_are_compared_in_a_line_each():
    few = [CONVERGED, renamed(COLLAPSED, name="other")]
    text = printed(few)
    assert "2 configs side by side" in text
    assert text.index("perfect samples") < text.index("side by side")
    many = [renamed(run, name=f"{name}") for name in "abcd" for run in (CONVERGED, COLLAPSED)]
    lines = printed(many).splitlines()
    assert not any("perfect samples" in line for line in lines)
    row = next(line for line in lines if line.startswith("c "))
    assert row.split() == "c 2 3.5 of 5 0.970 1 converged, 1 collapsed".split()  # noqa: SIM905
    assert max(map(len, lines[:-1])) <= 80
    assert "ganrun report" in lines[-1]
