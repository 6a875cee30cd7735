"""The arena's page in a real browser, with a real arena behind it, which compiles in a hurry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from arena_server import Arena, helped_by_copies
from browser import (  # noqa: F401
    PHONE,
    Watched,
    axe,
    axe_script,
    chromium,
    open_page,
)
from playwright.sync_api import Locator, Page, WebSocket, expect

from ganrun.arena.protocol import StagedGame
from ganrun.arena.settings import with_overrides
from ganrun.config import Experiment, load_experiment
from ganrun.config.metrics import METRICS
from ganrun.config.pieces import UPDATES
from ganrun.config.remedies import rules
from ganrun.config.schema import Training

PLAIN = {"label": "plain", "overrides": {}}
CALM_SPEED = 20

PATIENCE = 90_000
"""Milliseconds: a program may have to be compiled first, on a machine that has more to do."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def arena(quick_xla: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    with helped_by_copies():
        running = Arena(tmp_path_factory.mktemp("arena"))
        yield running
        running.stop()


class Player:
    """A tab on the arena, and what it heard from the server."""

    def __init__(self, watched: Watched, address: str, *, lessons: bool = False) -> None:
        self.watched = watched
        self.page: Page = watched.page
        self.page.set_default_timeout(PATIENCE)
        self.address = address
        self.heard: list[dict[str, Any]] = []
        self.page.on("websocket", self._listen)
        self.page.goto(address)
        self.page.wait_for_selector(".game")
        if self.page.locator("#lessons").is_visible() != lessons:
            self.page.click("#lessons-toggle")

    def leave(self) -> None:
        """Listen no more: others are lent the same tab."""
        self.page.remove_listener("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        def keep(payload: str | bytes) -> None:
            if isinstance(payload, str):
                self.heard.append(json.loads(payload))

        socket.on("framereceived", keep)

    def say(self, **message: Any) -> None:
        self.page.evaluate("message => ganrun.arena.line.send(message)", message)

    def stage(self, *games: dict[str, Any]) -> None:
        """A fresh scene at round 0, ready and paused."""
        before = self.ids()
        self.say(type="speed", rounds_per_second=None)
        self.say(type="stage", games=list(games) or [PLAIN])
        self.until(
            "before => { const s = ganrun.arena.state(); return s.games.every("
            "g => g.ready && !before.includes(g.id)) && !s.playing }",
            before,
        )
        for number in range(len(games) or 1):
            self.page.wait_for_selector(f".game:nth-child({number + 1}) .covered:not(.unknown)")

    def until(self, condition: str, argument: Any = None) -> None:
        # A bare expression would be polled by eval, which the page's policy forbids.
        function = condition if argument is not None else f"() => {condition}"
        self.page.wait_for_function(function, arg=argument, polling=50)

    @property
    def state(self) -> dict[str, Any]:
        return self.page.evaluate("ganrun.arena.state()")

    def ids(self) -> list[int]:
        return [game["id"] for game in self.state["games"]]

    def config(self, game: int = 0) -> dict[str, Any]:
        return self.state["games"][game]["config"]

    def game(self, number: int = 1) -> Locator:
        return self.page.locator(f".game:nth-child({number})")

    def round(self, number: int = 1) -> int:
        text = self.game(number).locator(".round b").inner_text()
        return int(text.removeprefix("round ").replace(",", ""))

    def wait_until_paused(self) -> None:
        """The last picture has come, and is drawn: its round is what the first card shows."""
        self.until("!ganrun.arena.state().playing && !ganrun.arena.card(0).frame.header.playing")
        last = self.page.evaluate("ganrun.arena.card(0).frame.header.round")
        self.until(
            "last => Number(document.querySelector('.game .round b').textContent"
            ".replace(/\\D/g, '')) === last",
            last,
        )

    def wait_for_round(self, least: int, number: int = 1) -> None:
        self.until(
            "([number, least]) => Number(document.querySelector(`.game:nth-child(${number}) "
            ".round b`).textContent.replace(/\\D/g, '')) >= least",
            [number, least],
        )

    def open(self, kind: str) -> None:
        """Unfold the settings of a kind of rule."""
        folded = self.page.locator("details.kind", has_text=kind).first
        folded.evaluate("details => { details.open = true }")

    def open_all(self) -> None:
        """Unfold the settings of every kind."""
        self.page.evaluate(
            "() => document.querySelectorAll('details.kind').forEach(one => { one.open = true })"
        )

    def slide(self, label: str, *, to: int) -> None:
        slider = self.page.get_by_label(label, exact=True).first
        slider.evaluate(
            "(slider, to) => { slider.value = to;"
            " slider.dispatchEvent(new Event('input', {bubbles: true})) }",
            to,
        )


@pytest.fixture
def tab(arena: Arena, open_page: Callable[..., Watched]) -> Iterator[Callable[..., Player]]:  # noqa: F811
    """Opens tabs; none of them may complain or ask anyone else for anything."""
    players: list[Player] = []

    def open_tab(*, lessons: bool = False, **options: Any) -> Player:
        defaults = {"reduced_motion": "no-preference", "viewport": {"width": 1280, "height": 900}}
        player = Player(open_page(**{**defaults, **options}), arena.address, lessons=lessons)
        players.append(player)
        return player

    yield open_tab
    for player in players:
        origin = arena.address.partition("?")[0]
        own = (origin, origin.replace("http:", "ws:"), "data:")
        player.watched.assert_quiet(allowed=own)
        player.leave()
    players[0].say(type="pause")


@pytest.fixture
def player(tab: Callable[..., Player]) -> Player:
    """A tab with one game at round 0."""
    opened = tab()
    opened.stage()
    return opened


def test_play_trains_the_game_and_its_picture_moves(player: Player):
    before = player.watched.pixels(".canvas-frame canvas")
    assert player.round() == 0
    player.page.click("#play")
    player.wait_for_round(500)
    expect(player.page.locator("#play")).to_have_text("Pause")
    assert player.watched.pixels(".canvas-frame canvas") != before
    expect(player.game().locator(".count")).to_contain_text("of 5 modes covered")
    label = player.game().locator(".canvas-frame canvas").get_attribute("aria-label") or ""
    assert label.startswith("Game 1, plain. Round ")


def test_a_slider_acts_while_it_trains_and_compiles_nothing(player: Player):
    player.page.click("#play")
    player.wait_for_round(200)
    player.heard.clear()
    for stop in (30, 50, 70):
        player.slide("Ratio, detective to forger", to=stop)
    player.until("ganrun.arena.state().games[0].events > 0")
    # What is shown now, not what was shown when this began to wait: the slider moved three times.
    shown = player.page.get_by_label("Ratio, detective to forger", exact=True).nth(1)
    player.until(
        "shown => ganrun.arena.state().games[0].config.optimizer.learning_rate_ratio"
        " === Number(shown.value)",
        shown.element_handle(),
    )
    player.wait_for_round(player.round() + 200)
    assert not [message for message in player.heard if message["type"] == "compiling"]
    assert all(game["ready"] for message in player.heard for game in message.get("games", [])), (
        "it never stood still"
    )
    expect(player.game().locator(".chips")).to_contain_text("changed while it trained")


def test_the_three_rates_agree_whichever_is_moved(player: Player):
    optimizer = player.config()["optimizer"]
    assert (optimizer["learning_rate"], optimizer["learning_rate_ratio"]) == (1e-3, 1.0)
    field = player.page.get_by_label("Detective's learning rate", exact=True).nth(1)
    field.fill("5e-3")
    field.press("Enter")
    player.until("ganrun.arena.state().games[0].config.optimizer.learning_rate_ratio === 5")
    assert player.config()["optimizer"]["learning_rate"] == 1e-3
    forger = player.page.get_by_label("Forger's learning rate", exact=True).nth(1)
    forger.fill("2e-4")
    forger.press("Tab")
    player.until("ganrun.arena.state().games[0].config.optimizer.learning_rate === 2e-4")
    assert player.config()["optimizer"]["learning_rate_ratio"] == 5
    expect(field).to_have_value("1e-3")


def test_a_number_out_of_range_is_marked_and_not_sent(player: Player):
    field = player.page.get_by_label("Detective's steps a round", exact=True).nth(1)
    beside = field.locator("xpath=../..").locator(".refused")
    field.fill("0")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(beside).to_have_text("0 is too small: at least 1.")
    field.fill("3")
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(beside).to_be_hidden()
    player.until("ganrun.arena.state().games[0].config.training.discriminator_steps === 3")
    field.fill("2.5")
    field.press("Tab")
    expect(field).to_have_value("3")
    expect(beside).to_have_text("2.5 is not whole. It stays at 3.")
    player.say(type="set", field="target", value={"layout": "ring", "radius": 30})
    expect(player.page.locator(".refused").get_by_text("A mode lies beyond 20")).to_be_visible()


def test_the_page_keeps_to_the_limits_that_it_is_sent(player: Player):
    sent = player.page.evaluate("ganrun.arena.schema()")
    declared = [*sent["fields"], *(one for group in sent["groups"] for one in group["fields"])]
    fields = {one["field"]: one for one in declared}
    for label, field in {
        "Forger's learning rate": "optimizer.learning_rate",
        "Detective's learning rate": "optimizer.learning_rate",
        "Momentum (b1)": "optimizer.b1",
        "Width of the modes (std)": "target.std",
    }.items():
        number = player.page.get_by_label(label, exact=True).nth(1)
        ends = [float(number.get_attribute(end) or "nan") for end in ("min", "max")]
        assert ends == [fields[field]["least"], fields[field]["most"]]
    assert player.page.locator("#seed").get_attribute("max") == str(sent["limits"]["seed"])
    player.page.click("#draw-open")
    plane = player.page.locator("#draw .plane")
    half = sent["limits"]["view"]
    expect(plane).to_have_attribute("viewBox", f"{-half:g} {-half:g} {2 * half:g} {2 * half:g}")
    player.page.get_by_role("button", name="Remove all").click()
    for _ in range(sent["limits"]["modes"] + 1):
        player.page.get_by_role("button", name="Add a mode").click()
    expect(player.page.locator("#draw .dot")).to_have_count(sent["limits"]["modes"])
    expect(player.page.locator("#draw .told")).to_have_text(
        f"{sent['limits']['modes']} modes are the most that can be drawn."
    )


def test_what_a_count_means_is_said_in_the_metrics_own_words(player: Player):
    plain = METRICS["modes_recovered"].plain
    assert plain in (player.game().locator(".count").get_attribute("title") or "")
    player.page.click("#help-open")
    expect(player.page.locator("#help-reading")).to_contain_text(plain)


def test_the_bar_stays_where_it_is_while_the_page_connects(tab: Callable[..., Player]):
    for size in (PHONE, {"width": 1280, "height": 900}):
        page = tab(viewport=size).page
        boxes = page.evaluate(
            """() => ["connecting", "open", "away"].map(state => {
                const place = document.getElementById("connection");
                place.dataset.state = state;
                place.querySelector(".word").textContent = state;
                return [...document.querySelectorAll(".top, .top *:not(.word)")].map(one =>
                    JSON.stringify(one.getBoundingClientRect())).join();
            })"""
        )
        assert len(set(boxes)) == 1


def test_a_remedy_recompiles_says_what_it_does_and_goes_on_with_the_game(player: Player):
    player.page.click("#play")
    player.wait_for_round(50)
    player.page.click("#play")
    player.wait_until_paused()
    stood = player.round()
    rule = player.page.locator(".control", has_text="Update rule").first
    expect(rule).to_contain_text("recompiles")
    player.page.get_by_label("Update rule", exact=True).select_option("extragradient")
    player.until("ganrun.arena.state().games[0].events === 1")
    player.until("ganrun.arena.state().games[0].ready")
    expect(rule.locator(".story")).to_contain_text(UPDATES["extragradient"].story)
    expect(rule.locator(".story")).to_contain_text("Gidel et al. 2019")
    expect(player.game().locator(".told")).to_contain_text("Extragradient. Both think one move")
    player.heard.clear()
    player.open("Penalties")
    player.page.get_by_label("R1", exact=True).check()
    player.until("'r1' in ganrun.arena.state().games[0].config.penalties")
    player.until("ganrun.arena.state().games[0].ready")
    assert [message for message in player.heard if message["type"] == "compiling"]
    weight = player.page.get_by_label("Weight", exact=True).and_(
        player.page.locator("input[type=number]:visible")
    )
    expect(weight).to_have_value("0.1")
    player.heard.clear()
    weight.fill("0.5")
    weight.press("Enter")
    player.until("ganrun.arena.state().games[0].config.penalties.r1.weight === 0.5")
    assert not [message for message in player.heard if message["type"] == "compiling"]
    expect(player.page.locator("details.kind", has_text="Penalties").locator(".on")).to_have_text(
        "R1 0.5"
    )
    assert player.round() == stood
    player.page.click("#step-round")
    player.wait_for_round(stood + 1)


def test_rules_that_contradict_each_other_are_told_and_change_nothing(player: Player):
    player.open("What the detective sees")
    packing = player.page.get_by_label("Packing", exact=True).nth(1)
    packing.fill("3")  # batches are of 16
    packing.press("Enter")
    told = player.game().locator(".told")
    expect(told).to_contain_text("discriminator.packing")
    expect(told).to_contain_text("training.batch_size")
    assert player.config()["discriminator"]["packing"] == 1
    player.page.locator("#stage").focus()
    expect(packing).to_have_value("1")


def test_pausing_stops_the_rounds_and_single_steps_advance_by_one(player: Player):
    player.page.click("#play")
    player.wait_for_round(100)
    player.page.keyboard.press("Escape")
    player.page.locator("#stage").focus()
    player.page.keyboard.press(" ")
    player.wait_until_paused()
    stood = player.round()
    player.page.keyboard.press(".")
    player.wait_for_round(stood + 1)
    player.page.click("#step-round")
    player.wait_for_round(stood + 2)
    picture, frame = player.watched.pixels(".canvas-frame canvas"), latest_frame(player)
    player.page.click("#step-discriminator")
    player.until("frame => ganrun.arena.card(0).frame.header.frame > frame", frame)
    player.until(
        "before => document.querySelector('.canvas-frame canvas').toDataURL() !== before", picture
    )
    player.page.keyboard.press("f")
    player.until("ganrun.arena.state().games[0].events === 2")
    assert player.round() == stood + 2, "a step of one player is no round"


def test_a_game_is_looked_back_at_and_goes_another_way_from_there(player: Player):
    keyboard, game = player.page.keyboard, player.game()
    player.page.click("#play")
    player.wait_for_round(200)
    player.page.click("#play")
    player.wait_until_paused()
    stood = player.round()
    slider = game.get_by_role("slider", name="Round")
    slider.focus()
    keyboard.press("Home")
    expect(game.locator(".round b")).to_have_text("round 0")
    expect(slider).to_have_attribute("aria-valuetext", f"round 0 of {stood:,}")
    keyboard.press("ArrowRight")
    player.until("document.querySelector('.round b').textContent !== 'round 0'")
    there = player.round()
    game.get_by_role("button", name="Branch from here").click()
    player.until("ganrun.arena.state().games.length === 2")
    player.until("ganrun.arena.state().games[1].ready && ganrun.arena.card(1).frame !== null")
    assert player.page.evaluate("ganrun.arena.card(1).frame.header.round") == there
    assert player.page.evaluate("ganrun.arena.card(1).history.past.pictures.length") > 1
    expect(game.locator(".round b")).to_have_text(f"round {stood:,}")
    slider.focus()
    keyboard.press("Home")
    game.get_by_role("button", name="Go back to here").click()
    player.until("ganrun.arena.card(0).frame.header.round === 0")
    assert not player.state["games"][0]["touched"]


def test_a_round_is_seen_part_by_part_by_keyboard(
    player: Player,
    axe: Callable[[Page], list[str]],  # noqa: F811
):
    keyboard, lit = player.page.keyboard, player.game().locator(".slow-parts [aria-current]")
    keyboard.press("o")
    expect(lit).to_have_text("Noise")
    keyboard.press("Enter")  # the button has the focus
    expect(lit).to_have_text("Notes")
    assert axe(player.page) == []
    keyboard.press("o")
    expect(lit).to_have_text("Verdicts")
    expect(player.game().locator(".slow-words")).to_contain_text("of 100")
    player.until("ganrun.arena.state().games[0].events === 1")
    keyboard.press("o")
    keyboard.press("o")
    expect(lit).to_have_text("New forger")
    player.until("ganrun.arena.state().games[0].events === 2")
    keyboard.press("Escape")
    expect(lit).to_have_count(0)
    assert player.round() == 0


def latest_frame(player: Player) -> int:
    return player.page.evaluate("ganrun.arena.card(0).frame.header.frame")


def test_keys_belong_to_the_field_that_has_the_focus(player: Player):
    field = player.page.locator("#seed")
    field.focus()
    player.page.keyboard.press(".")
    player.page.keyboard.press("r")
    player.page.get_by_label("Objective", exact=True).focus()
    player.page.keyboard.press("n")
    player.page.locator("#stage").focus()
    player.page.keyboard.press("?")
    expect(player.page.locator("#help")).to_be_visible()
    player.page.keyboard.press(".")
    player.page.keyboard.press("Escape")
    expect(player.page.locator("#help")).to_be_hidden()
    player.page.keyboard.press(".")
    player.wait_for_round(1)
    assert player.round() == 1, "only the last key was one"


def test_two_tabs_agree(player: Player, tab: Callable[..., Player]):
    other = tab()
    player.page.click("#play")
    expect(other.page.locator("#play")).to_have_text("Pause")
    other.wait_for_round(100)
    other.page.get_by_role("button", name="Duplicate").click()
    expect(player.page.locator(".game")).to_have_count(2)
    player.slide("Momentum (b1)", to=0)
    other.until("ganrun.arena.state().games.every(g => g.config.optimizer.b1 === 0)")
    other.page.locator("#stage").focus()
    other.page.keyboard.press(" ")
    expect(player.page.locator("#play")).to_have_text("Play")


def test_a_number_that_no_game_s_optimizer_uses_has_no_slider(player: Player):
    momentum = player.page.get_by_label("Momentum (b1)", exact=True).nth(1)
    expect(momentum).to_be_visible()
    plain = {"label": "sgd", "overrides": {"optimizer.name": "sgd"}}
    player.stage(plain)
    expect(momentum).to_be_hidden()
    player.stage(PLAIN, plain)
    player.slide("Momentum (b1)", to=0)
    player.until("ganrun.arena.state().games[0].config.optimizer.b1 === 0")
    assert player.page.evaluate("ganrun.arena.state().games[1].config.optimizer.b1") == 0.5


def test_the_longest_verdict_stays_within_its_game(player: Player):
    player.stage(PLAIN, PLAIN, PLAIN, PLAIN)
    edges = player.page.evaluate(
        """() => [...document.querySelectorAll(".game")].map((game) => {
          const verdict = game.querySelector(".verdict");
          verdict.className = "verdict chip warn";
          verdict.textContent = "perhaps undertrained 21 %";
          return [verdict.getBoundingClientRect().right, game.getBoundingClientRect().right];
        })"""
    )
    assert len(edges) == 4
    assert all(chip < card for chip, card in edges)


def test_what_a_page_was_told_is_shown_as_text(player: Player):
    player.stage({"label": "<img src=x onerror=alert(1)>", "overrides": {}})
    expect(player.game().locator(".label")).to_have_text("<img src=x onerror=alert(1)>")
    assert player.page.locator(".label img").count() == 0


def test_a_hidden_tab_draws_nothing_and_queues_nothing(player: Player, tab: Callable[..., Player]):
    other = tab()
    hide = """hidden => {
        Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    player.page.evaluate(hide, True)
    stood = player.round()
    other.page.click("#play")
    other.wait_for_round(2000)
    assert player.round() == stood
    unseen = latest_frame(player)
    other.wait_for_round(other.round() + 2000)
    assert latest_frame(player) == unseen, "what it did not see, it is not sent"
    player.page.evaluate(hide, False)
    player.wait_for_round(4000)


def test_a_dropped_line_is_taken_up_again(player: Player):
    player.page.click("#play")
    player.wait_for_round(50)
    # The server lets go of a page that talks nonsense.
    player.page.evaluate(
        "() => { for (let n = 0; n < 200; n++) ganrun.arena.line.socket.send('nonsense') }"
    )
    expect(player.page.locator("#banner")).to_contain_text("does not answer")
    expect(player.page.locator("#connection")).to_have_attribute("data-state", "open")
    expect(player.page.locator("#banner")).to_be_hidden()
    player.wait_for_round(player.round() + 100)


def test_a_page_goes_on_with_an_arena_that_was_restarted(
    quick_xla: None,
    tmp_path: Path,
    open_page: Callable[..., Watched],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("GANRUN_ARENA_TOKEN", "kept")
    arena = Arena(tmp_path)
    try:
        player = Player(open_page(reduced_motion="no-preference"), arena.address)
        player.page.click("#play")
        player.wait_for_round(300)
        player.page.reload()
        player.page.wait_for_selector(".game .round b")
        player.wait_for_round(301)
        port = arena.port
        arena.stop()
        expect(player.page.locator("#connection")).to_have_attribute("data-state", "away")
        arena.start(port)
        expect(player.page.locator("#connection")).to_have_attribute("data-state", "open")
        expect(player.page.locator("#play")).to_have_text("Play")
        expect(player.game().locator(".round b")).to_have_text("round 0")
        player.page.click("#play")
        player.wait_for_round(100)
        arena.stop()
        monkeypatch.setenv("GANRUN_ARENA_TOKEN", "another")
        arena.start(port)
        expect(player.page.locator("#banner")).to_contain_text("of an arena that has ended")
    finally:
        arena.stop()


def test_games_come_and_go_but_for_the_last(player: Player):
    remove = player.page.get_by_role("button", name="Remove")
    expect(remove).to_be_disabled()
    for count in range(2, 7):
        player.page.click("#add")
        expect(player.page.locator(".game")).to_have_count(count)
        expect(player.game(count).locator(".label")).to_have_text(f"plain ({count})")
    expect(player.page.locator("#add")).to_be_disabled()
    for count in range(5, 0, -1):
        remove.last.click()
        expect(player.page.locator(".game")).to_have_count(count)
    expect(remove).to_be_disabled()


def test_settings_are_those_of_the_chosen_game(player: Player):
    player.stage(PLAIN, {"label": "other", "overrides": {"optimizer.learning_rate_ratio": 3}})
    expect(player.game(2).locator(".chips")).to_have_text("ratio 3\N{MULTIPLICATION SIGN}")
    expect(player.game(1).locator(".chips")).to_be_hidden()
    ratio = player.page.get_by_label("Ratio, detective to forger", exact=True).nth(1)
    expect(ratio).to_have_value("1")
    marks = player.page.locator(".differs:visible")
    expect(marks).to_have_count(2)  # the ratio and the detective's own rate
    player.page.locator("#stage").focus()
    player.page.keyboard.press("2")
    expect(ratio).to_have_value("3")
    expect(marks).to_have_count(0)
    ratio.fill("4")
    ratio.press("Enter")
    player.until("ganrun.arena.state().games[1].config.optimizer.learning_rate_ratio === 4")
    assert player.config(0)["optimizer"]["learning_rate_ratio"] == 1


@pytest.fixture
def pupil(tab: Callable[..., Player]) -> Player:
    """A tab as it is opened: with the lessons, and the first of them begun."""
    opened = tab(lessons=True)
    before = opened.ids()
    opened.page.click("#lesson-begin")
    opened.until(
        "before => ganrun.arena.state().games.every(g => g.ready && !before.includes(g.id))", before
    )
    return opened


def test_a_lesson_asks_plays_and_tells_what_came(pupil: Player):
    page = pupil.page
    expect(page.locator("#controls")).to_be_hidden()
    expect(page.locator(".losses")).to_be_hidden()
    assert pupil.config(0)["generator"]["hidden"] == [32, 32], "whatever the arena's own config"
    page.locator(".choices .button", has_text="5").click()
    page.click("#lesson-play")
    pupil.say(type="speed")
    expect(page.locator(".lesson-result")).to_contain_text(
        re.compile(r"At round 2,[5-9]\d\d it prints \d kinds?\.")
    )
    pupil.until("!ganrun.arena.state().playing")
    page.get_by_role("button", name="Take it on").click()
    page.wait_for_selector(".lesson-knob")
    pupil.until("ganrun.arena.state().games.every(g => g.ready)")
    knob = page.locator(".lesson-knob input[type=number]")
    knob.fill("0.003")
    knob.press("Enter")
    pupil.until("ganrun.arena.state().games[0].config.optimizer.learning_rate === 0.003")
    expect(page.locator(".lesson-progress")).to_contain_text("of 5 kinds now")
    staged = Experiment.model_validate(pupil.config(0))
    plain = Experiment(training=Training(batch_size=128))
    others = (
        "generator.hidden",
        "discriminator.hidden",
        "training.steps",
        "optimizer.learning_rate",
    )
    for (field, _, value), (_, _, usual) in zip(rules(staged), rules(plain), strict=True):
        assert value == usual or field in others, field


def test_modes_are_foreseen_on_the_picture_and_by_keyboard(pupil: Player):
    page = pupil.page
    page.locator(".lesson-step").nth(1).click()
    marks = page.locator(".mode-mark")
    expect(marks).to_have_count(5)
    marks.nth(3).focus()
    page.keyboard.press("Enter")
    expect(marks.nth(3)).to_have_attribute("aria-pressed", "true")
    expect(marks.nth(3)).to_be_focused()
    expect(page.locator(".choices [data-value='3']")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#lesson-play")).to_have_text("Play and see")
    term = page.locator(".term", has_text="collapsed")
    term.press("Enter")
    expect(page.locator(".term-words:visible")).to_contain_text(
        "modes are missing, and more rounds"
    )


def test_a_lesson_does_not_stay_beside_another_game(pupil: Player):
    panel = pupil.page.locator("#lesson")
    pupil.page.click("#settings-toggle")
    pupil.slide("Ratio, detective to forger", to=70)
    pupil.page.keyboard.press("a")
    expect(pupil.page.locator(".game")).to_have_count(2)
    expect(panel).to_have_attribute("data-phase", "ask")  # a rate, and a game beside it
    pupil.page.get_by_label("Layout", exact=True).select_option("line")
    expect(panel).to_contain_text("Another game is on the stage now; this lesson is about its own.")


def test_every_lesson_is_one_that_the_arena_can_stage(arena: Arena, player: Player):
    base = load_experiment(arena.config)
    lessons = player.page.evaluate("ganrun.arena.lessons")
    assert len(lessons) == 6
    for lesson in lessons:
        for game in [*lesson["games"], *lesson["mission"]["games"]]:
            staged = with_overrides(base, StagedGame(**game).overrides)
            assert staged.target.mode_count == 5


def test_a_link_stages_the_same_games_and_plays_them_to_its_round(tab: Callable[..., Player]):
    first = tab()
    first.stage({"label": "mine & yours", "overrides": {"objective": "hinge"}})
    for _ in range(3):
        first.page.click("#step-round")
    first.wait_for_round(3)
    first.page.click("#link-open")
    text = first.page.locator("#link-own").input_value()
    first.page.keyboard.press("Escape")
    forged = "[...ganrun.arena.card(0).frame.arrays.samples]"
    shown = first.page.evaluate(forged)
    first.stage(PLAIN, PLAIN)
    first.page.click("#link-open")
    first.page.fill("#link-given", "games=[]")
    first.page.click("#link-play")
    expect(first.page.locator("#link-told")).to_have_text("It does not say what games it means.")
    first.page.fill("#link-given", text)
    first.page.click("#link-play")
    first.until("ganrun.arena.state().games.length === 1 && ganrun.arena.state().games[0].ready")
    assert first.state["games"][0]["label"] == "mine & yours"
    first.until("ganrun.arena.card(0).frame?.header.round === 3 && !ganrun.arena.state().playing")
    first.wait_until_paused()
    assert first.config()["objective"] == "hinge"
    assert first.page.evaluate(forged) == shown


def test_a_game_is_saved_where_the_page_says(arena: Arena, player: Player):
    player.page.click("#play")
    player.wait_for_round(20)
    player.page.click("#play")
    player.slide("Ratio, detective to forger", to=80)
    player.until("ganrun.arena.state().games[0].events > 0")
    player.page.get_by_role("button", name="Save").click()
    told = player.game().locator(".told")
    expect(told).to_contain_text("Saved as ")  # it is played again from round 0
    folder = Path(told.inner_text().removeprefix("Saved as "))
    assert (folder / "config.yaml").is_file()
    assert (folder / "events.csv").is_file()


def test_a_copied_config_is_one_that_loads(tab: Callable[..., Player], tmp_path: Path):
    player = tab(permissions=["clipboard-read", "clipboard-write"])
    player.stage({"label": "mine", "overrides": {"optimizer.learning_rate_ratio": 7}})
    player.page.get_by_role("button", name="Copy config").click()
    expect(player.game().locator(".told")).to_contain_text("Config copied")
    copied = tmp_path / "copied.yaml"
    copied.write_text(player.page.evaluate("navigator.clipboard.readText()"))
    assert load_experiment(copied).optimizer.learning_rate_ratio == 7


def test_modes_are_drawn_with_the_mouse(player: Player):
    page = player.page
    page.click("#draw-open")
    dots = page.locator("#draw .dot")
    expect(dots).to_have_count(5)
    page.get_by_role("button", name="Remove all").click()
    expect(page.get_by_role("button", name="Play on these modes")).to_be_disabled()
    box = page.locator("#draw .plane").bounding_box()
    assert box is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return box["x"] + box["width"] * (x + 3) / 6, box["y"] + box["height"] * (3 - y) / 6

    for place in ((-1, 1), (1, 1), (0, -1), (2, 2), (-2, -2), (2, -2)):
        page.mouse.click(*at(*place))
    expect(dots).to_have_count(6)
    page.mouse.move(*at(0, -1))
    page.mouse.down()
    page.mouse.move(*at(0.5, -1.5))
    page.mouse.move(*at(1.5, -0.5))
    page.mouse.up()
    page.mouse.dblclick(*at(-1, 1))
    expect(dots).to_have_count(5)
    page.get_by_role("button", name="Play on these modes").click()
    player.until("ganrun.arena.state().games[0].config.target.layout === 'custom'")
    means = player.config()["target"]["means"]
    drawn = [[1, 1], [1.5, -0.5], [2, 2], [-2, -2], [2, -2]]
    assert [pytest.approx(mean, abs=0.06) for mean in means] == drawn
    expect(player.game().locator(".count")).to_contain_text("of 5 modes")
    expect(player.game().locator(".label")).to_have_text("plain, own modes")


def test_modes_are_drawn_with_the_keyboard(player: Player):
    page = player.page
    page.locator("#draw-open").focus()
    page.keyboard.press("Enter")
    dots = page.locator("#draw .dot")
    dots.last.focus()
    page.keyboard.press("Delete")
    expect(dots).to_have_count(4)
    page.get_by_role("button", name="Add a mode").press("Enter")
    expect(dots.last).to_be_focused()
    for key in ("ArrowUp", "Shift+ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Play on these modes").press("Enter")
    player.until("ganrun.arena.state().games[0].config.target.layout === 'custom'")
    means = player.config()["target"]["means"]
    assert len(means) == 5
    assert means[-1] == [0.6, 0.1], "the plane's middle was free"


def test_who_asked_for_less_motion_begins_slowly(tab: Callable[..., Player]):
    first = tab()
    first.stage()
    calm = tab(reduced_motion="reduce")
    calm.until(f"ganrun.arena.state().rounds_per_second === {CALM_SPEED}")
    expect(first.page.locator("#speed-words")).to_have_text("20 a second")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_there_are_no_barriers(
    tab: Callable[..., Player],
    axe: Callable[[Page], list[str]],  # noqa: F811
    scheme: str,
):
    player = tab(color_scheme=scheme)
    player.stage(PLAIN, {"label": "other", "overrides": {"optimizer.learning_rate_ratio": 3}})
    player.page.locator(".explain").first.click()
    player.open_all()
    assert axe(player.page) == []
    for opener in ("#help-open", "#draw-open", "#link-open"):
        player.page.click(opener)
        assert axe(player.page) == []
        player.page.keyboard.press("Escape")
    player.page.click("#lessons-toggle")
    assert axe(player.page) == []


def test_it_fits_on_a_phone(tab: Callable[..., Player], axe: Callable[[Page], list[str]]):  # noqa: F811
    player = tab(viewport=PHONE)
    player.stage(PLAIN, PLAIN)
    player.open_all()
    player.watched.assert_no_sideways_scroll()
    first, second = (player.game(n).bounding_box() for n in (1, 2))
    assert first is not None
    assert second is not None
    assert second["y"] > first["y"] + first["height"], "one below the other"
    assert axe(player.page) == []
