"""A run's `report.html`: what it holds, and what it does in a real browser."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from browser import PHONE, axe, axe_script, chromium, open_page, page  # noqa: F401
from report_examples import beyond_perfect, fake_run, four_shown, grid, ring, stored_run
from web_examples import never_evaluated, played_by_hand, run_with_shares, with_origin

from ganrun.config import Experiment
from ganrun.config.changes import with_changes
from ganrun.config.metrics import METRICS, SUMMARY_METRICS
from ganrun.config.pieces import PENALTIES, UPDATES
from ganrun.config.written_fields import config_fields
from ganrun.page.html_page import escaped
from ganrun.page.objective import objective_drawn
from ganrun.report.chosen_rounds import evenly
from ganrun.report.command import report_run
from ganrun.report.web import run_data
from ganrun.report.web.branches_data import branches_data
from ganrun.report.web.mode_histories import mode_histories
from ganrun.report.web.run_data import coarser, curves_data, mode_bands_data, player_data
from ganrun.report.web.run_page import run_page
from ganrun.store import Event, StoreError

HOSTILE = '</script><script>window.intruder = 1</script><img src=x onerror="window.intruder = 1">'
COLLAPSED = fake_run(modes=[0, 3], verdict="collapsed")
KINDS = {
    "collapsed": with_origin(COLLAPSED),
    "converged": with_origin(fake_run()),
    "critic": with_origin(fake_run(objective="wasserstein", modes=[0, 1], verdict="oscillating")),
    "many modes": with_origin(
        fake_run(grid(), modes=[0, 5, 7], verdict="collapsed"),
        config=Experiment.model_validate({"target": {"layout": "grid"}}),
    ),
    "one mode": with_origin(fake_run(ring(1))),
    "diverged": with_origin(
        fake_run(
            modes=[0], verdict="diverged", status="diverged", reached=500, diverged_at=613,
            steps=1000,
        )
    ),
    "interrupted": with_origin(
        fake_run(modes=[0], verdict=None, status="interrupted", reached=500, steps=1000)
    ),
    "failed": with_origin(
        replace(
            fake_run(verdict=None, status="failed", reached=250, steps=1000),
            run_json={"error": "out of memory"},
        )
    ),
    "never evaluated": with_origin(never_evaluated()),
    "no snapshots": with_origin(fake_run(snapshots=0)),
    "one snapshot": with_origin(fake_run(snapshots=1)),
    "played by hand": played_by_hand(),
}  # fmt: skip


def written(folder: Path, run, diagnosis=None) -> Path:
    path = folder / "report.html"
    path.write_text(run_page(run, diagnosis), encoding="utf-8")
    return path


def opened(watched, folder: Path, run=KINDS["collapsed"], diagnosis=None):
    return watched.open_file(written(folder, run, diagnosis))


# What is in it ------------------------------------------------------------------------------------


def test_the_page_is_light_and_quickly_made_without_jax_or_matplotlib(tmp_path):
    folder = stored_run(tmp_path, fake_run(modes=[1, 2], verdict="collapsed", steps=1000))
    script = (
        "import sys, time; from pathlib import Path\n"
        "from ganrun.report.run_record import read_record\n"
        "from ganrun.report.web.run_page import write_run_page\n"
        "run = read_record(Path(sys.argv[1])); begun = time.perf_counter()\n"
        "write_run_page(run); print(time.perf_counter() - begun)\n"
        "heavy = {'jax', 'flax', 'optax', 'sklearn', 'scipy', 'matplotlib', 'PIL', 'plotly'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    command = [sys.executable, "-W", "error", "-c", script, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 5
    assert 50_000 < (folder / "report.html").stat().st_size < 300_000


def test_a_page_of_the_default_config_stays_under_300_kilobytes():
    assert len(run_page(KINDS["collapsed"]).encode()) < 300_000
    assert len(run_page(KINDS["many modes"]).encode()) < 300_000


def test_a_run_with_far_more_of_everything_is_thinned():
    run = fake_run(snapshots=200, steps=400_000)
    fields = np.repeat(np.repeat(run.snapshots.field, 3, axis=1), 3, axis=2)
    samples = np.repeat(run.snapshots.samples, 4, axis=1)
    run = replace(run, snapshots=run.snapshots._replace(field=fields, samples=samples))
    data = player_data(run, mode_histories(run))
    assert len(data["steps"]) == run_data.MOST_SNAPSHOTS
    assert (data["steps"][0], data["steps"][-1]) == (0, 400_000)
    assert data["samples"]["shape"] == [run_data.MOST_SNAPSHOTS, run_data.MOST_SAMPLES, 2]
    assert data["field"][0]["shape"] == [run_data.MOST_GRID] * 2
    assert len(curves_data(run)["steps"]) <= run_data.MOST_ROWS
    assert len(run_page(run).encode()) < 1_000_000


@pytest.mark.parametrize("most", [2, 3, 7, 60])
def test_what_is_kept_of_many_is_spread_and_has_both_ends(most):
    kept = evenly(1001, most)
    assert (kept[0], kept[-1], len(kept)) == (0, 1000, most)
    assert np.ptp(np.diff(kept)) <= 1
    assert evenly(5, 60).tolist() == [0, 1, 2, 3, 4]


def test_a_coarser_field_is_the_same_plane():
    line = np.linspace(-2, 2, 100)
    y, x = np.meshgrid(line, line, indexing="ij")
    small = np.linspace(-2, 2, run_data.MOST_GRID)
    y_small, x_small = np.meshgrid(small, small, indexing="ij")
    coarse = coarser(3 * x - y, [-2, 2, -2, 2])
    np.testing.assert_allclose(coarse, 3 * x_small - y_small, atol=1e-9)


def test_modes_are_missing_in_the_player_where_the_nearest_evaluation_says_so():
    rows = [[0.5, 0.0]] * 4 + [[0.5, 0.5]] * 7
    run = run_with_shares(rows, snapshots=40)
    data = player_data(run, mode_histories(run))
    expected = [[True, round(step / 100) >= 4] for step in data["steps"] if step % 100 != 50]
    got = [
        one for step, one in zip(data["steps"], data["covered"], strict=True) if step % 100 != 50
    ]
    assert got == expected


def test_a_mode_that_perfect_samples_do_not_show_is_nowhere_called_missing():
    run = four_shown()
    assert player_data(run, mode_histories(run))["covered"][-1] == [True] * 4 + [None]
    text = run_page(run)
    words = " ".join(re.sub(r"<[^>]*>", " ", text.split("</main>")[0]).split())
    assert "not shown by perfect samples either" in words
    assert "Mode 4 cannot be told: perfect samples do not show it either." in words
    assert "It never finds" not in words
    assert "the most that it ever does" not in words
    assert mode_bands_data(run, mode_histories(run))["served"][-1].endswith("-")
    assert "Mode 4 is left blank" in words
    (panel,) = (one for one in curves_data(run)["panels"] if one["label"] == "modes covered of 5")
    assert [line["value"] for line in panel["lines"]] == [4.0]


def test_where_the_losses_come_to_rest_is_drawn_in_their_players_colours():
    (panel,) = (one for one in curves_data(fake_run())["panels"] if one["label"] == "loss")
    players = {one["label"]: one["color"] for one in panel["series"]}
    drawn = {line["label"].split(":")[0]: line["color"] for line in panel["lines"]}
    assert drawn == players
    assert len(set(players.values())) == 2


def test_a_count_that_is_no_success_says_so_in_its_tile_and_in_the_table():
    text = run_page(beyond_perfect())
    assert text.count("above what perfect samples reach (4)") == 4
    assert "above what perfect" not in run_page(fake_run())


def test_a_game_whose_target_changed_has_both_targets_and_covers_nothing_before():
    run = played_by_hand()
    data = player_data(run, mode_histories(run))
    assert run.target_since == 400
    assert [len(target["modes"]) for target in data["targets"]] == [5, 3]
    assert data["targetOf"] == [int(step > 400) for step in data["steps"]]
    assert [one is None for one in data["covered"]] == [step <= 400 for step in data["steps"]]


def test_a_game_whose_objective_changed_names_each_snapshots_own():
    run = fake_run(steps=1000, snapshots=9)
    run = with_origin(run, events=(Event(500, "objective", "hinge"),))
    data = player_data(run, mode_histories(run))
    assert [data["objectives"][n] for n in data["objectiveOf"]] == [
        objective_drawn("hinge" if step > 500 else "non_saturating") for step in data["steps"]
    ]


def test_the_bands_and_the_curves_hold_the_run_s_own_numbers():
    run = fake_run()
    bands, curves = mode_bands_data(run, mode_histories(run)), curves_data(run)
    assert bands["rounds"] == curves["steps"] == run.metrics["step"].tolist()
    assert bands["shares"] == pytest.approx(run.shares.tolist(), abs=1e-4)
    loss = [math.nan if value is None else value for value in curves["columns"]["loss_d"]]
    np.testing.assert_allclose(loss, run.metrics["loss_d"], rtol=1e-4)
    names = {one["name"] for panel in curves["panels"] for one in panel["series"]}
    assert names == set(curves["columns"])
    (quality,) = (panel for panel in curves["panels"] if panel["label"] == "high quality")
    assert quality["reference"]["high_quality"] == [0.9852, 0.9891, 0.992]


def test_every_metric_of_a_summary_is_explained():
    explained = {name for name, metric in METRICS.items() if metric.plain}
    assert explained == set(SUMMARY_METRICS) - {"modes_total"}


def test_what_differs_from_the_defaults_is_marked_and_nothing_else():
    assert [field.path for field in config_fields(Experiment()) if field.differs] == []
    config = Experiment.model_validate(
        {
            "name": "mine",
            "seeds": [3],
            "target": {"layout": "grid", "rows": 3},
            "optimizer": {"learning_rate": 0.002},
            "penalties": {"r1": {"weight": 0.1}},
            "training": {"updates": {"consensus": 3}, "instance_noise": {"std": 0.5}},
            "generator": {"activation": {"leaky_relu": 0.2}},
        }
    )
    differing = {".".join(field.path): field for field in config_fields(config) if field.differs}
    assert set(differing) == {
        "target.layout", "target.rows", "optimizer.learning_rate", "penalties.r1.weight",
        "training.updates", "training.instance_noise", "generator.activation",
    }  # fmt: skip
    assert differing["optimizer.learning_rate"].default == "0.001"
    assert differing["target.layout"].default == "ring"
    updates, noise = differing["training.updates"], differing["training.instance_noise"]
    assert (updates.value, updates.default) == ("consensus, weight 3", "alternating")
    assert (noise.value, noise.default) == ("std 0.5", "null")
    assert differing["generator.activation"].value == "leaky_relu"


def test_a_custom_target_has_a_config_table_too():
    target = {"layout": "custom", "means": [[0.0, 0.0], [1.0, 1.0]], "stds": [0.1, 0.2]}
    fields = {".".join(f.path): f for f in config_fields(Experiment(target=target))}
    assert fields["target.means"].value == "[[0.0, 0.0], [1.0, 1.0]]"
    assert fields["target.means"].differs


def test_the_command_repeats_a_finished_run_and_goes_on_with_another(tmp_path):
    finished = run_page(KINDS["collapsed"])
    assert "ganrun train runs/five_gaussians-s0-0123456789abcdef/config.yaml --again" in finished
    unfinished = run_page(KINDS["interrupted"])
    assert "config.yaml --again" not in unfinished
    assert "goes on from the last checkpoint" in unfinished
    elsewhere = replace(COLLAPSED, path=Path("my runs/x-s0-0123456789abcdef"))
    assert "--runs-dir &#x27;my runs&#x27; --again" in run_page(elsewhere)
    assert "data-copy=" not in run_page(KINDS["played by hand"]).split("<script")[0]


def test_a_run_of_an_earlier_rule_says_so_and_is_not_said_to_repeat():
    run = replace(with_origin(fake_run()), earlier_rule="the moon was full")
    text = run_page(run)
    assert "This was trained when the moon was full. By today's rule its config" in text
    assert "<dt>trained when</dt><dd>the moon was full</dd>" in text
    assert "bit by bit" not in text
    assert "--again" not in text


def test_no_note_of_whatever_type_breaks_the_page():
    note = {
        "started": 5, "ended": None, "training_seconds": math.inf, "rounds_per_second": "fast",
        "sessions": 7, "reused_from": "there", "branched_from": {"folder": HOSTILE, "round": "x"},
        "numerics": [1], "versions": "none", "git": {"commit": 12345}, "command": {"a": 1},
    }  # fmt: skip
    assert "<img" not in run_page(with_origin(COLLAPSED, run_json=note))


def test_a_damaged_run_among_others_is_told_and_the_others_get_their_page(tmp_path):
    import io

    from rich.console import Console

    good = stored_run(tmp_path, fake_run(seed=1, steps=1000, snapshots=3))
    bad = stored_run(tmp_path, fake_run(seed=2, steps=1000, snapshots=3))
    (bad / "diagnosis.json").write_text("{")
    console = Console(file=io.StringIO(), width=100)
    problems = report_run([tmp_path], console, figures=None)
    assert len(problems) == 1
    assert "diagnosis.json" in problems[0]
    assert (good / "report.html").exists()
    assert not (bad / "report.html").exists()
    with pytest.raises(StoreError, match=r"diagnosis\.json"):
        report_run([bad], console, figures=None)


def test_the_gif_has_a_frame_for_every_snapshot(tmp_path):
    from PIL import Image

    from ganrun.report.figures.moving import write_gif

    run = fake_run(modes=[0, 3], verdict="collapsed", snapshots=4, steps=1000)
    path = write_gif(run, tmp_path)
    with Image.open(path) as image:
        assert image.n_frames == len(run.snapshots.steps)
        first = image.convert("RGB").tobytes()
        image.seek(image.n_frames - 1)
        assert image.convert("RGB").tobytes() != first
        assert image.info["duration"] > 1000
    assert write_gif(fake_run(snapshots=0), tmp_path) is None


# In a browser -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_page_of_every_kind_opens_from_the_disk_in_silence(page, tmp_path, kind):  # noqa: F811
    shown = opened(page, tmp_path, KINDS[kind])
    assert shown.locator("h1").inner_text()
    assert shown.locator("#player .player-canvas").count() == (
        0 if kind in ("never evaluated", "no snapshots") else 1
    )
    assert shown.locator("#curves figure").count() == (0 if kind == "never evaluated" else 9)
    shown.locator("#origin-title").scroll_into_view_if_needed()
    page.assert_quiet()


def test_no_text_of_a_run_s_files_becomes_markup_or_script(page, tmp_path):  # noqa: F811
    run = replace(
        fake_run(name=HOSTILE, verdict=None, status="failed", reached=250, steps=1000),
        path=Path(f"runs/{HOSTILE.replace('/', '|')}"),
    )
    note = dict.fromkeys(("started", "ended"), HOSTILE)
    note |= {
        "error": HOSTILE,
        "command": [HOSTILE],
        "versions": {HOSTILE: HOSTILE},
        "git": {"commit": HOSTILE},
    }
    events = (Event(100, "optimizer.learning_rate", 0.1), Event(200, "step", HOSTILE))
    # No config has such a name, so that no event can follow it.
    played, named = with_origin(fake_run(), events=events), with_origin(run, run_json=note)
    for one in (played, named):
        shown = opened(page, tmp_path, one)
        assert shown.evaluate("window.intruder === undefined")
        assert shown.locator("img").count() == 0
    assert HOSTILE in shown.title()
    page.assert_quiet()


def test_the_scrubber_moves_the_points(page, tmp_path):  # noqa: F811
    shown = opened(page, tmp_path)
    last = page.pixels("#player .player-canvas")
    slider = shown.get_by_role("slider", name="Round")
    slider.fill("0")
    first = page.pixels("#player .player-canvas")
    assert first != last
    assert shown.locator(".player-round").inner_text() == "round 0"
    slider.fill(slider.get_attribute("max"))
    assert page.pixels("#player .player-canvas") == last
    page.assert_quiet()


def test_the_keyboard_steps_and_plays(page, tmp_path):  # noqa: F811
    shown = opened(page, tmp_path)
    slider = shown.get_by_role("slider", name="Round")
    slider.focus()
    rounds = [shown.locator(".player-round").inner_text()]
    for key in ("ArrowLeft", "ArrowLeft", "ArrowRight", "Home"):
        shown.keyboard.press(key)
        rounds.append(shown.locator(".player-round").inner_text())
    assert rounds[0] == "round 10,000"
    assert len(set(rounds[:3])) == 3
    assert rounds[3] == rounds[1]
    assert rounds[4] == "round 0"
    shown.keyboard.press(" ")
    shown.get_by_role("button", name="Pause").wait_for()
    page.wait_until("ganrun.player.index >= 3")
    shown.keyboard.press(" ")
    shown.get_by_role("button", name="Play").wait_for()
    index = shown.evaluate("ganrun.player.index")
    shown.get_by_role("button", name="One snapshot on").focus()
    shown.keyboard.press("ArrowRight")
    assert shown.evaluate("ganrun.player.index") == index + 1
    assert slider.get_attribute("aria-valuetext").startswith("round ")
    page.assert_quiet()


def test_playing_goes_to_the_end_and_stops(page, tmp_path):  # noqa: F811
    shown = opened(page, tmp_path)
    shown.get_by_label("Speed").select_option("20")
    shown.get_by_role("button", name="Play").click()
    assert shown.evaluate("ganrun.player.index") < 5
    page.wait_until("!ganrun.player.playing")
    assert shown.locator(".player-round").inner_text() == "round 10,000"
    page.assert_quiet()


def test_every_chart_follows_the_player_and_a_click_in_one_moves_it(page, tmp_path):  # noqa: F811
    shown = opened(page, tmp_path)
    charts = shown.locator("#curves canvas")
    labels = "all => all.map(one => one.getAttribute('aria-label'))"
    page.wait_until("document.querySelector('#curves canvas').ariaLabel.includes('10,000')")
    before = page.pixels("#curves canvas"), page.pixels("#mode-bands canvas")
    shown.evaluate("ganrun.player.seekRound(5000)")
    step = shown.evaluate("ganrun.player.steps[ganrun.player.index]")
    nearest = f"at round {round(step / 250) * 250:,}"
    page.wait_until(
        "words => document.querySelector('#curves canvas').ariaLabel.includes(words)", nearest
    )
    assert all(nearest in label for label in charts.evaluate_all(labels))
    assert page.pixels("#curves canvas") != before[0]
    assert page.pixels("#mode-bands canvas") != before[1]
    box = charts.nth(3).bounding_box()
    charts.nth(3).click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    assert shown.evaluate("ganrun.player.steps[ganrun.player.index]") < 3000
    bands = shown.locator("#mode-bands canvas")
    bands.click(position={"x": bands.bounding_box()["width"] / 2, "y": 20})
    assert 4000 < shown.evaluate("ganrun.player.steps[ganrun.player.index]") < 7000
    page.assert_quiet()


def test_a_passage_of_the_story_takes_the_player_to_its_round(page, tmp_path):  # noqa: F811
    shown = opened(page, tmp_path)
    for passage in shown.locator(".passages li[data-round]").all():
        passage.get_by_role("button").click()
        at = shown.evaluate("ganrun.player.steps[ganrun.player.index]")
        assert abs(at - int(passage.get_attribute("data-round"))) <= 256 / 2
        assert "now" in passage.get_attribute("class")
    page.assert_quiet()


def test_arrows_and_missing_modes_are_seen(page, tmp_path):  # noqa: F811
    shown = opened(page, tmp_path)
    assert "Modes 1, 2 and 4 are missing." in shown.locator(".player-caption").inner_text()
    plain = page.pixels("#player .player-canvas")
    shown.get_by_label(re.compile("Arrows")).check()
    assert page.pixels("#player .player-canvas") != plain
    page.assert_quiet()


def test_a_long_round_stays_on_one_line_of_a_phone(open_page, tmp_path):  # noqa: F811
    seek = opened(open_page(viewport=PHONE), tmp_path).locator(".seek").first
    short = seek.bounding_box()["height"]
    seek.evaluate("button => (button.textContent = '100,000')")
    assert seek.bounding_box()["height"] == short


def test_a_target_that_changed_is_drawn_as_it_was(page, tmp_path):  # noqa: F811
    shown = opened(page, tmp_path, played_by_hand())
    slider = shown.get_by_role("slider", name="Round")
    slider.fill("0")
    assert shown.evaluate("ganrun.player.target.modes.length") == 5
    slider.fill(slider.get_attribute("max"))
    assert shown.evaluate("ganrun.player.target.modes.length") == 3
    assert shown.locator(".events li").count() == 3
    assert "By hand: one step of the discriminator alone." in shown.locator(".story").inner_text()
    assert "optimizer.learning_rate set to 0.01" in shown.locator(".events").inner_text()
    page.assert_quiet()


def test_the_story_tells_what_each_remedy_does_to_the_game_and_who_proposed_it():
    run = fake_run()
    changes = {"training.updates": "lookahead", "penalties": {"r1": {"weight": 0.1}}}
    cured = replace(run, config=with_changes(run.config, changes))
    told = run_page(cured)
    for piece in (UPDATES["lookahead"], PENALTIES["r1"]):
        assert escaped(f"({piece.paper}). {piece.story}") in told
    assert "R1, weight 0.1 (Mescheder et al. 2018)." in told
    assert f"Weight of the penalty. {PENALTIES['r1'].paper}." in told, "in the config too"
    assert PENALTIES["r2"].story not in told


def test_a_remedy_that_came_into_the_game_by_hand_is_told_at_its_round():
    switched = Event(2000, "training.updates", {"consensus": {"weight": 3.0}})
    moved = Event(2500, "training.updates.consensus.weight", 4.0)
    told = run_page(replace(fake_run(status="interactive"), events=[switched, moved]))
    before, _, after = told.partition("By hand: training.updates set to ")
    assert UPDATES["consensus"].story not in before
    assert after.count(UPDATES["consensus"].story) == 1
    assert "Consensus, weight 3 (Mescheder et al. 2017)." in after


def test_the_command_is_copied(open_page, tmp_path):  # noqa: F811
    watched = open_page(permissions=["clipboard-read", "clipboard-write"])
    shown = opened(watched, tmp_path)
    button = shown.get_by_role("button", name="Copy the command that repeats it")
    button.click()
    watched.wait_until("document.querySelector('[data-copy$=again]').textContent === 'Copied'")
    assert shown.evaluate("navigator.clipboard.readText()").endswith("--again")
    watched.assert_quiet()


@pytest.mark.parametrize("kind", ["collapsed", "many modes", "played by hand", "diverged"])
def test_nothing_is_wider_than_a_phone(open_page, tmp_path, kind):  # noqa: F811
    watched = open_page(viewport=PHONE)
    shown = opened(watched, tmp_path, KINDS[kind])
    watched.assert_no_sideways_scroll()
    shown.locator("summary").first.click()
    watched.assert_no_sideways_scroll()
    watched.assert_quiet()


def test_dark_and_light_differ_and_change_while_one_looks(open_page, tmp_path):  # noqa: F811
    dark, light = open_page(color_scheme="dark"), open_page(color_scheme="light")
    opened(dark, tmp_path)
    shown = opened(light, tmp_path)
    assert dark.pixels("#player .player-canvas") != light.pixels("#player canvas")
    before = light.pixels("#player .player-canvas")
    shown.emulate_media(color_scheme="dark")
    changed = "before => document.querySelector('#player .player-canvas').toDataURL() !== before"
    light.wait_until(changed, before)
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 28)"
    dark.assert_quiet()
    light.assert_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desk"])
def test_axe_finds_no_barrier(open_page, tmp_path, axe, scheme, viewport):  # noqa: F811
    watched = open_page(color_scheme=scheme, viewport=viewport)
    shown = opened(watched, tmp_path)
    shown.locator("summary").first.click()
    assert axe(shown) == []


def test_axe_finds_no_barrier_in_a_page_with_a_diagnosis_or_events(open_page, tmp_path, axe):  # noqa: F811
    from diagnosis_examples import collapsed

    for run, diagnosis in ((with_origin(COLLAPSED), collapsed()), (played_by_hand(), None)):
        watched = open_page(color_scheme="light")
        assert axe(opened(watched, tmp_path, run, diagnosis)) == []
        watched.assert_quiet()


def test_the_experiments_behind_a_verdict_are_played_in_the_page(open_page, tmp_path):  # noqa: F811
    from diagnosis_examples import collapsed

    diagnosis = collapsed()
    panels = branches_data(COLLAPSED, diagnosis)["panels"]
    assert [len(panel["courses"]) for panel in panels[1:]] == [
        len(branch.runs) for branch in diagnosis.branches
    ]
    watched = open_page(reduced_motion="no-preference")
    shown = opened(watched, tmp_path, COLLAPSED, diagnosis)
    assert (
        "20 GANs were played for this verdict, in 6 ways" in shown.locator(".tested").inner_text()
    )
    cured = shown.locator(".branch", has_text="with R1").first
    cured.press("Enter")
    assert cured.get_attribute("aria-pressed") == "true"
    words = shown.locator(".branch-stage p")
    slider = shown.locator(".branch-stage input")
    watched.wait_until("Number(document.querySelector('.branch-stage input').value) > 90")
    slider.press("Home")  # stops it
    assert words.inner_text() == "Round 0. Missing: 5 modes (0, 1, 2, 3 and 4)."
    slider.press("End")
    assert words.inner_text() == "Round 30,000. No mode is missing in 3 of 3 GANs."
    watched.assert_quiet()


def test_the_words_stand_without_javascript(open_page, tmp_path):  # noqa: F811
    watched = open_page(java_script_enabled=False)
    shown = opened(watched, tmp_path)
    text = shown.locator("main").inner_text()
    assert "need JavaScript" in text
    assert "collapsed" in text
    assert "two of the five notes" in text
    assert "optimizer:" in text
