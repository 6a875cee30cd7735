"""The arena as pages meet it: it trains, obeys, agrees with all of them, and survives anything."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import Any

import httpx
import numpy as np
import pytest
from arena_examples import Page, line_of, page, running
from arena_server import helped_by_copies
from game_examples import experiment
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from benchmarks.arena_attacks import crowd, deaf, endless_headers, flood
from ganrun.arena import connections, hub, server, session
from ganrun.arena.hub import Hub
from ganrun.arena.protocol import LARGEST_MESSAGE, MOST_CLIENTS, MOST_GAMES
from ganrun.arena.serve import Arena, listen
from ganrun.arena.server import MOST_BAD, application, is_own
from ganrun.cli import app
from ganrun.config import load_experiment, run_id, to_yaml
from ganrun.config.changes import with_changes
from ganrun.store import RunFolder, StoreError

pytestmark = pytest.mark.usefixtures("quick_xla")

OWN = "http://127.0.0.1:8765"
FRESH = itertools.count()
EXPLOSIVE = {"optimizer.name": "sgd", "optimizer.learning_rate": 10.0, "objective": "wasserstein"}


@pytest.fixture(scope="module")
def runs_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("arena") / "runs"


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def arena(quick_xla: None, runs_dir: Path, said: list[str]) -> Iterator[Arena]:
    with helped_by_copies(), running(experiment(), runs_dir, say=said.append) as served:
        yield served


@pytest.fixture
def one(arena: Arena) -> Iterator[Page]:
    """A page on one fresh game, which stands at round 0 with the arena's own config."""
    with page(arena) as opened:
        opened.say("speed", rounds_per_second=None)
        opened.say("reseed", seed=0)
        label = f"fresh {next(FRESH)}"
        opened.say("stage", games=[{"label": label, "overrides": {}}])
        opened.until(lambda: [g["label"] for g in opened.state.get("games", [])] == [label])
        opened.ready()
        yield opened


def only(opened: Page) -> int:
    (identity,) = opened.games
    return identity


def closing_code(opened: Page) -> int | None:
    """Take what comes until the server closes the connection, and with which code."""
    while True:
        try:
            opened.take()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


# Playing


def test_a_page_is_told_everything_first(arena: Arena):
    with page(arena) as opened:
        hello = opened.take()
    assert hello["type"] == "hello"
    assert hello["version"] == 1
    assert hello["name"] == "tiny"
    menus = hello["schema"]
    assert menus["can"] == ["save", "config", "branch", "rewind"]
    assert "target.std" in [one["field"] for one in menus["fields"]]
    rules = [one["field"] for group in menus["groups"] for one in group["fields"]]
    assert {"objective", "penalties.r1", "training.updates"} <= set(rules)
    assert {"games", "playing", "seed", "frames_ahead", "config", "runs_dir"} <= set(hello)


def test_play_plays_and_pause_stops_the_rounds(one: Page):
    game = only(one)
    one.say("play")
    one.until(lambda: one.round(game) > 200)
    assert one.headers[game]["playing"]
    assert one.arrays[game]["samples"].shape == (512, 2)
    assert one.headers[game]["metrics"]["shares"]
    one.say("pause")
    one.until(lambda: one.state["playing"] is False)
    stopped = one.picture(game)["round"]
    one.say("config", game=game)  # obeyed after whatever had been asked for before
    one.message("config")
    one.say("step", what="round")
    one.until(lambda: one.round(game) > stopped)
    assert one.round(game) == stopped + 1


def test_the_modes_and_the_verdict_so_far_come_by_and_by(one: Page):
    game = only(one)
    one.say("play")
    one.until(lambda: one.headers[game]["verdict"] and one.games[game]["reference"])
    recovered = one.headers[game]["modes_recovered"]
    assert 0 <= recovered["count"] == len(recovered["modes"]) <= 3
    assert recovered["at_round"] <= one.round(game)
    opening = one.headers[game]["verdict"]["short"].split(" ")[0]
    assert opening in ("likely", "perhaps", "diverged", "stuck")
    assert one.games[game]["reference"]["high_quality"]["mean"] > 0.9


def test_single_steps_are_events_and_no_rounds(one: Page):
    game = only(one)
    for what in ("discriminator", "generator"):
        one.say("step", what=what, game=game)
    one.until(lambda: one.games[game]["events"] == 2)
    assert one.games[game]["touched"]
    # What is told of a game and its picture are messages of their own.
    one.until(lambda: one.headers[game]["trace"]["loss_g"] is not None)
    assert one.round(game) == 0


def test_a_setting_is_seen_by_every_page(arena: Arena, one: Page):
    with page(arena) as other:
        other.ready()
        game = only(one)
        one.say("play")
        one.until(lambda: one.round(game) > 0)
        one.say("set", game=game, field="optimizer.learning_rate", value=0.005)
        for seen_by in (one, other):
            seen_by.until(
                lambda seen_by=seen_by: (
                    seen_by.games[game]["config"]["optimizer"]["learning_rate"] == 0.005
                )
            )
            assert seen_by.games[game]["touched"]
        other.say("pause")
        one.until(lambda: not one.state["playing"])


def test_a_menu_compiles_says_so_and_goes_on_with_the_round(one: Page):
    game = only(one)
    one.say("step", what="round")
    one.until(lambda: one.round(game) == 1)
    one.say("set", game=game, field="target", value={"layout": "ring", "modes": 4})
    one.message("compiling")
    one.until(lambda: one.games[game]["ready"] and len(one.games[game]["target"]["modes"]) == 4)
    one.until(lambda: len(one.headers[game]["metrics"]["shares"]) == 4)
    assert one.round(game) == 1


def test_what_cannot_be_done_is_told_to_who_asked_with_field_and_game(one: Page):
    game = only(one)
    one.say("set", game=game, field="optimizer.learning_rate", value=-1)
    error = one.message("error")
    assert (error["game"], error["field"]) == (game, "optimizer.learning_rate")
    assert error["message"].startswith("optimizer.learning_rate: must be at least")
    for type_, fields in (
        ("remove", {"game": game}),
        ("remove", {"game": 999}),
        ("save", {"game": game}),
        ("add", {"copy_of": 999}),
        ("stage", {"games": [{"label": "x", "overrides": {"seeds": 3}}]}),
        ("set", {"field": "penalties.r1.weight", "value": 1.0}),
    ):
        one.say(type_, **fields)
        assert one.message("error")["message"]
    assert list(one.games) == [game]
    assert not one.games[game]["touched"]


def test_games_side_by_side_begin_alike_and_are_played_alike(one: Page):
    first = only(one)
    one.say("step", what="round", game=first)
    for _ in range(MOST_GAMES):
        one.say("add", copy_of=first)
    one.message("error")  # one too many
    one.until(lambda: len(one.games) == MOST_GAMES)  # the state comes after what is said
    one.ready()
    assert len({game["label"] for game in one.games.values()}) == MOST_GAMES
    last = list(one.games)[-1]
    one.say("set", game=last, field="optimizer.learning_rate", value=0.01)
    one.say("play")
    one.until(lambda: min(one.round(game) for game in one.games) > 50)
    one.say("pause")
    one.until(lambda: not one.state["playing"])
    shown = {game: one.picture(game) for game in one.games}
    assert len({header["round"] for header in shown.values()}) == 1
    second = list(one.games)[1]
    same = np.array_equal(one.arrays[first]["samples"], one.arrays[second]["samples"])
    different = np.array_equal(one.arrays[first]["samples"], one.arrays[last]["samples"])
    assert same
    assert not different
    one.say("remove", game=last)
    one.until(lambda: last not in one.games)


def test_a_game_is_branched_at_a_round_of_its_past_and_goes_back_to_it(one: Page):
    game = only(one)
    for _ in range(3):
        one.say("step", what="round", game=game)
    one.until(lambda: one.round(game) == 3)
    there = one.arrays[game]["samples"]
    one.say("set", game=game, field="optimizer.learning_rate", value=0.01)
    one.say("step", what="round", game=game)
    one.say("branch", game=game, round=2, label="what if")
    one.until(lambda: len(one.games) == 2)
    one.ready()
    branch = next(identity for identity in one.games if identity != game)
    assert one.games[branch]["label"] == "what if"
    assert one.games[branch]["config"]["optimizer"]["learning_rate"] == 1e-3
    assert not one.games[branch]["touched"]
    assert (one.round(branch), one.round(game)) == (2, 4)
    one.say("step", what="round", game=branch)
    one.until(lambda: one.round(branch) == 3)
    assert np.array_equal(one.arrays[branch]["samples"], there)
    one.say("rewind", game=game, round=2)
    one.until(lambda: one.round(game) == 2)
    assert one.games[game]["events"] == 0
    one.say("rewind", game=game, round=3)
    assert "round 3 has not been played" in one.message("error")["message"]
    one.say("branch", game=game, round=3)
    one.message("error")
    assert len(one.games) == 2
    assert set(one.arrays[game]) == {"samples", "field", "real", "latents", "manifold"}
    assert set(one.headers[game]["caught"]) == {"forged", "real"}


def test_reset_goes_back_with_the_present_settings_and_reseed_with_another_seed(one: Page):
    game = only(one)
    start = one.arrays[game]["samples"].copy()
    one.say("step", what="round")
    one.say("set", game=game, field="optimizer.learning_rate", value=0.01)
    one.say("step", what="round")
    one.until(lambda: one.round(game) == 2)
    one.say("reset")
    one.until(lambda: one.round(game) == 0 and not one.games[game]["touched"])
    assert one.games[game]["config"]["optimizer"]["learning_rate"] == 0.01
    assert np.array_equal(one.arrays[game]["samples"], start)
    one.say("reseed", seed=5)
    one.until(lambda: one.games[game]["config"]["seeds"] == [5])
    one.until(lambda: not np.array_equal(one.arrays[game]["samples"], start))
    one.say("reseed")
    one.until(lambda: one.state["seed"] != 5)


def test_a_limit_on_the_speed_is_kept(one: Page):
    game = only(one)
    one.say("speed", rounds_per_second=20)
    one.say("play")
    one.until(lambda: one.round(game) >= 12)
    # A picture for nearly every round: nothing is skipped at such a pace.
    assert one.headers[game]["rounds_per_second"] < 40
    one.say("speed")
    one.until(lambda: one.round(game) > 1000)


def test_a_game_that_diverges_leaves_the_other_alone_until_it_is_reset(one: Page):
    scene = [{"label": "calm", "overrides": {}}, {"label": "wild", "overrides": EXPLOSIVE}]
    one.say("stage", games=scene)
    one.until(lambda: [game["label"] for game in one.games.values()] == ["calm", "wild"])
    one.ready()
    calm, wild = one.games
    one.say("play")
    one.until(lambda: one.headers[wild]["diverged_at"] is not None)
    diverged_at = one.headers[wild]["diverged_at"]
    one.until(lambda: one.round(calm) > diverged_at + 500)
    assert one.round(wild) == diverged_at - 1
    assert one.headers[calm]["diverged_at"] is None
    one.say("set", game=wild, field="optimizer.learning_rate", value=1e-4)
    one.say("reset", game=wild)
    one.until(lambda: one.headers[wild]["diverged_at"] is None and one.round(wild) > 100)


def test_the_config_is_given_as_yaml_that_trains_it(one: Page, tmp_path: Path):
    game = only(one)
    one.say("set", game=game, field="objective", value="hinge")
    one.say("config", game=game)
    file = tmp_path / "copied.yaml"
    file.write_text(one.message("config")["yaml"])
    assert load_experiment(file) == experiment(objective="hinge")


def test_what_is_asked_for_is_saved_and_told_and_nothing_else(one: Page, runs_dir: Path):
    assert not runs_dir.exists()
    game = only(one)
    one.say("step", what="round")
    one.say("save", game=game)
    one.until(lambda: one.games[game]["saving"] is not None)
    one.say("save", game=game)
    assert "already" in one.message("error")["message"]
    saved = one.message("saved")
    assert (saved["kind"], saved["found"]) == ("run", False)
    config = with_changes(experiment(), {"training.steps": 1})
    assert RunFolder(Path(saved["path"])).id == run_id(config)
    one.say("step", what="generator")
    one.say("save", game=game)
    saved = one.message("saved")
    assert saved["kind"] == "interactive"
    (event,) = RunFolder(Path(saved["path"])).events()
    assert event == (1, "step", "generator")
    kept = [path for path in runs_dir.iterdir() if not path.name.startswith(".")]
    assert len(kept) == 2


# Pages that come, go, and do not keep up


def test_a_page_that_takes_nothing_slows_nobody_and_gets_the_newest(arena: Arena, one: Page):
    game = only(one)
    with page(arena, says_seen=False) as slow:
        slow.ready()
        slow.say("seen", frame=slow.headers[game]["frame"])
        one.say("play")
        one.until(lambda: one.pictures > 100)
        one.until(lambda: one.round(game) > 1000)
        shown = one.round(game)
        # What was under way when it stopped to look, and no more than that.
        taken = [slow.picture(game) for _ in range(3)]
        assert taken[-1]["round"] < shown
        slow.say("seen", frame=taken[-1]["frame"])
        assert slow.picture(game)["round"] >= shown
        one.say("pause")


def test_a_page_that_comes_back_finds_the_game_where_it_is(arena: Arena, one: Page):
    game = only(one)
    one.say("play")
    one.until(lambda: one.round(game) > 50)
    one.say("set", field="optimizer.learning_rate", value=0.002)
    one.say("pause")
    one.until(lambda: not one.state["playing"])
    there = one.picture(game)["round"]
    for _ in range(5):
        with page(arena) as again:
            again.ready()
            assert again.round(game) == there
            assert again.games[game]["config"]["optimizer"]["learning_rate"] == 0.002


def test_while_nobody_looks_the_games_wait(
    arena: Arena, said: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(hub, "PATIENCE", 0.05)
    with page(arena) as opened:
        opened.ready()
        opened.say("play")
        opened.until(lambda: opened.state["playing"])
        said.clear()
    done = threading.Event()
    while not said:
        done.wait(0.02)
    assert said == ["Nobody is looking: the games wait."]
    with page(arena) as opened:
        opened.ready()
        (game,) = opened.games
        there = opened.round(game)
        opened.until(lambda: opened.round(game) > there)
        opened.say("pause")
        opened.until(lambda: not opened.state["playing"])
    assert said[1] == "Somebody looks again: the games go on."


def test_pages_beyond_the_most_are_not_let_in_and_told_to_come_later(arena: Arena):
    with ExitStack() as stack:
        for _ in range(MOST_CLIENTS):
            stack.enter_context(page(arena)).ready()
        with pytest.raises(InvalidStatus) as refused, page(arena):
            pass
        assert refused.value.response.status_code == 503
        with pytest.raises(urllib.error.HTTPError, match="503") as late:
            urllib.request.urlopen(arena.address)
        assert late.value.read() == b"16 pages are open already.\n"
        late.value.close()


# Who asks for nothing, or takes nothing


def test_of_a_crowd_the_first_are_let_in_and_the_others_refused_before_they_are(arena: Arena):
    with ExitStack() as held:
        assert crowd(arena.address, Random(0), held) == f"{MOST_CLIENTS} of 100 taken in"


def test_requests_without_an_end_keep_nobody_out(arena: Arena):
    with ExitStack() as held:
        told = endless_headers(arena.address, Random(0), held)
    assert float(told.split()[2]) < 10, told


def test_a_page_that_asks_and_never_reads_is_let_go(
    arena: Arena, one: Page, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connections, "LONGEST_WRITE", 0.2)
    monkeypatch.setattr(connections, "MOST_UNDER_WAY", 1 << 12)
    with ExitStack() as held:
        assert deaf(arena.address, Random(0), held, 2.0) == "0 of 8 pages kept"
    one.say("step", what="round")
    one.until(lambda: one.round(only(one)) == 1)


# Whatever comes in

MALFORMED: list[str | bytes] = [
    b"",
    b"\x00\xff" * 500,
    b'{"type": "play"}',
    "",
    "\x00",
    "null",
    "[" * 50_000,
    '{"type":' * 5_000,
    '{"type": "play", "type": "pause", "x": 1}',
    '{"type": "set", "field": "optimizer.b1", "value": NaN}',
    '{"type": "set", "field": "optimizer.b1", "value": 1e999}',
    '{"type": "reseed", "seed": ' + "9" * 10_000 + "}",
    '{"type": "add", "copy_of": 1, "label": "\\udfff"}',
    "x" * LARGEST_MESSAGE,
]


def test_each_malformed_message_is_answered_by_one_error_and_the_page_stays(one: Page):
    game = only(one)
    for content in MALFORMED:
        one.send(content)
        message = one.message("error")["message"]
        assert 0 < len(message) <= 500
    one.say("step", what="round")
    one.until(lambda: one.round(game) == 1)


def test_a_page_that_only_ever_talks_nonsense_is_let_go(arena: Arena, one: Page):
    with page(arena, says_seen=False) as mad:
        mad.take()
        with suppress(ConnectionClosed):
            for _ in range(2 * MOST_BAD):
                mad.send("nonsense")
        assert closing_code(mad) == 1008
    one.say("step", what="round")
    one.until(lambda: one.round(only(one)) == 1)


def test_a_message_that_is_too_long_ends_that_connection_only(arena: Arena, one: Page):
    with page(arena, says_seen=False) as loud:
        loud.take()
        loud.send("x" * (LARGEST_MESSAGE + 1))
        assert closing_code(loud) == 1009
    one.say("step", what="round")
    one.until(lambda: one.round(only(one)) == 1)


def test_a_mistake_of_the_arenas_own_is_told_and_the_games_go_on(
    one: Page, monkeypatch: pytest.MonkeyPatch, said: list[str]
):
    def broken(self: Any, *_: Any) -> None:
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as broken_for_now:
        broken_for_now.setattr("ganrun.arena.game.Game.step_alone", broken)
        one.say("step", what="generator")
        assert "unforeseen" in one.message("error")["message"]
    assert any("unforeseen" in line for line in said)
    one.say("step", what="round")
    one.until(lambda: one.round(only(one)) == 1)


def test_without_its_training_thread_the_arena_ends_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(self: Any) -> None:
        raise RuntimeError("no training")

    monkeypatch.setattr(session.Session, "run", broken)
    with pytest.raises(RuntimeError, match="no training"):
        Arena(experiment(), runs_dir=tmp_path, port=0).run()


# Who is let in


class Guarded:
    """The server without games, at an address of its own, asked without a network."""

    app = application(
        Hub(), lambda *_: True, {"type": "hello"}, host="127.0.0.1", port=8765, token="key"
    )

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            base = "http://127.0.0.1:8765"
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.get(path, headers=headers)

        return asyncio.run(asked())

    def is_let_in(self, headers: dict[str, str], query: str = "token=key") -> bool:
        """Whether a WebSocket with these headers is accepted."""
        sent: list[dict[str, Any]] = []
        given_headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "websocket",
            "path": "/live",
            "query_string": query.encode(),
            "headers": given_headers,
            "subprotocols": [],
            "extensions": {"websocket.http.response": {}},
        }
        waiting = [{"type": "websocket.connect"}]

        async def receive() -> dict[str, Any]:
            return waiting.pop() if waiting else {"type": "websocket.disconnect", "code": 1000}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))  # type: ignore[arg-type]
        return sent[0]["type"] == "websocket.accept"


@pytest.fixture(scope="module")
def guarded() -> Guarded:
    return Guarded()


def test_the_page_and_its_files_are_served_with_headers_that_close_it(guarded: Guarded):
    answer = guarded.get("/?token=key")
    assert answer.status_code == 200
    assert answer.text.lower().startswith("<!doctype html>")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "connect-src 'self' ws://127.0.0.1:8765" in policy
    for name in ("x-content-type-options", "x-frame-options", "referrer-policy"):
        assert name in answer.headers
    style = guarded.get("/page/assets/style.css")
    assert style.status_code == 200
    assert style.headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "path",
    [
        "/page/assets/../html_page.py",
        "/arena/assets/%2e%2e/serve.py",
        "/arena/assets/..%2f..%2fcli.py",
        "/etc/passwd",
        "/x",
    ],
)
def test_nothing_else_is_served(guarded: Guarded, path: str):
    answer = guarded.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:8765"},
        {"Host": "127.0.0.1:80"},
        {"Host": "127.0.0.1"},
        {"Host": ""},
        {"Host": "127.0.0.1:8765", "Origin": "http://evil.example"},
        {"Host": "127.0.0.1:8765", "Origin": "null"},
        {"Host": "127.0.0.1:8765", "Origin": "http://127.0.0.1:80"},
        {"Host": "localhost:8765", "Origin": "http://127.0.0.1:8765"},
        {"Host": "localhost:8765", "Origin": "https://localhost:8765"},
    ],
)
def test_other_hosts_and_origins_are_turned_away(guarded: Guarded, headers: dict[str, str]):
    assert guarded.get("/?token=key", headers=headers).status_code == 403
    assert not guarded.is_let_in(headers)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]", "LOCALHOST"])
def test_this_machine_may_be_called_by_its_names(guarded: Guarded, name: str):
    host = f"{name}:8765"
    headers = {"Host": host, "Origin": f"http://{host.lower()}"}
    assert guarded.get("/?token=key", headers=headers).status_code == 200
    assert guarded.is_let_in(headers)


@pytest.mark.parametrize(
    "query", ["", "token=", "token=KEY", "token=key1", "token=k%C3%A9y", "Token=key"]
)
def test_who_does_not_know_the_token_is_turned_away_and_told_where_to_look(
    guarded: Guarded, query: str
):
    answer = guarded.get(f"/?{query}")
    assert answer.status_code == 403
    assert "the address that the terminal shows" in answer.text
    for headers in ({"Host": "127.0.0.1:8765"}, {"Host": "127.0.0.1:8765", "Origin": OWN}):
        assert not guarded.is_let_in(headers, query)
        assert guarded.is_let_in(headers)


def test_each_arena_has_a_token_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def address() -> str:
        arena = Arena(experiment(), runs_dir=tmp_path, port=0)
        arena._listener.close()
        return arena.address

    monkeypatch.delenv("GANRUN_ARENA_TOKEN", raising=False)
    tokens = {address().partition("/?token=")[2] for _ in range(3)}
    assert len(tokens) == 3
    assert min(map(len, tokens)) >= 22
    monkeypatch.setenv("GANRUN_ARENA_TOKEN", "my own")
    assert address().endswith("/?token=my+own")


def test_a_real_socket_turns_a_foreign_page_away_with_403(arena: Arena):
    address = line_of(arena.address)
    with pytest.raises(InvalidStatus) as caught, connect(address, origin="http://evil.example"):  # type: ignore[arg-type]
        pass
    assert caught.value.response.status_code == 403
    request = urllib.request.Request(arena.address, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 403
    refused.value.close()


@pytest.mark.parametrize(
    ("name", "host", "own"),
    [
        ("127.0.0.1:8765", "127.0.0.1", True),
        ("localhost:8765", "127.0.0.1", True),
        ("[::1]:8765", "::1", True),
        ("192.168.0.7:8765", "127.0.0.1", False),
        ("192.168.0.7:8765", "192.168.0.7", True),
        ("localhost:8765", "192.168.0.7", False),
        ("box.lan:8765", "box.lan", True),
        ("evil.example:8765", "box.lan", False),
        ("10.0.0.1:8765", "0.0.0.0", True),
        ("[fe80::1]:8765", "::", True),
        ("evil.example:8765", "0.0.0.0", False),
        ("127.0.0.1:8765@evil.example:8765", "0.0.0.0", False),
        ("", "0.0.0.0", False),
        (":8765", "0.0.0.0", False),
    ],
)
def test_which_names_are_this_address(name: str, host: str, own: bool):
    assert is_own(name, host, 8765) is own


def test_at_the_webs_own_port_browsers_leave_the_port_out():
    assert is_own("127.0.0.1", "127.0.0.1", 80)
    assert is_own("[::1]", "::1", 80)
    assert not is_own("evil.example", "127.0.0.1", 80)


@given(st.text(max_size=40))
@settings(max_examples=200)
def test_no_other_name_passes_for_this_machine(name: str):
    allowed = {"127.0.0.1:8765", "localhost:8765", "[::1]:8765"}
    assert is_own(name, "127.0.0.1", 8765) == (name.lower() in allowed)


# The command


def test_a_port_that_is_taken_is_one_clear_line_and_otherwise_the_next_is_found():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StoreError, match=f"127.0.0.1:{port}: cannot be listened on"):
            listen("127.0.0.1", port)
    with listen("127.0.0.1", None) as first, listen("127.0.0.1", None) as second:
        assert first.getsockname()[1] < second.getsockname()[1]


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = CliRunner().invoke(app, ["arena"])
    assert done.exit_code == 2
    python, *command = done.stderr.removeprefix("ganrun arena needs the extra 'arena': ").split()
    pinned = ["-c", str(Path(__file__).parents[1] / "constraints.txt")]
    assert python == sys.executable, "what installs it is the program that lacks it"
    assert command == ["-m", "pip", "install", *pinned, "'ganrun[arena]'"]


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_command_serves_until_it_is_interrupted_and_leaves_nothing(
    tmp_path: Path, signal_: signal.Signals
):
    config = tmp_path / "tiny.yaml"
    config.write_text(to_yaml(experiment()))
    command = [sys.executable, "-W", "error", "-m", "ganrun", "arena", str(config)]
    served = subprocess.Popen(
        [*command, "--no-open", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert served.stdout is not None
    line = served.stdout.readline()
    address = line.removeprefix("The arena is at ").split()[0]
    with urllib.request.urlopen(address) as answer:
        assert answer.status == 200
    with connect(line_of(address)) as connection, ExitStack() as held:
        assert json.loads(connection.recv(30))["type"] == "hello"
        if signal_ == signal.SIGINT:
            flood(address, Random(0), held)  # in the midst of which it ends all the same
        served.send_signal(signal_)
        out, errors = served.communicate(timeout=60)
    assert served.returncode == 130, errors
    assert (out, errors) == ("", "")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


def test_a_config_that_is_wrong_is_one_line_before_anything_is_served(tmp_path: Path):
    file = tmp_path / "wrong.yaml"
    file.write_text("optimizer: {learning_rat: 1}\n")
    done = CliRunner().invoke(app, ["arena", str(file)])
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1


def test_limits_are_what_the_reference_says():
    from ganrun.arena import protocol

    reference = protocol.__doc__ or ""
    assert LARGEST_MESSAGE == 64 * 1024
    assert "At most 16 pages" in reference
    assert MOST_CLIENTS == 16
    assert server.MESSAGES_PER_SECOND > 200, "a slider and what was seen, sixty times a second"
