"""Between trainer and pages: the newest of everything, never a queue, and nobody waits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from ganrun.arena.commands import MOST_WAITING, Commands
from ganrun.arena.hub import MOST_TEXTS, Client, Hub
from ganrun.arena.protocol import FRAMES_AHEAD, Play, Set


def state(*games: int, **more: Any) -> dict[str, Any]:
    return {"games": [{"id": game} for game in games], **more}


def in_a_loop(scene: Callable[[Hub, Client], Awaitable[None]]) -> None:
    """Play a scene with one page, which has taken what it is told first."""

    async def played() -> None:
        hub = Hub()
        hub.keep(state(1, 2))
        client = Client(asyncio.get_running_loop())
        hub.join(client, {"version": 1})
        await client.next()
        await scene(hub, client)

    asyncio.run(played())


async def nothing_comes(client: Client) -> bool:
    try:
        await asyncio.wait_for(client.next(), 0.02)
    except TimeoutError:
        return True
    return False


def test_a_new_page_is_told_all_and_shown_the_last_pictures():
    async def played() -> None:
        hub = Hub()
        hub.keep(state(1, 2, playing=True))
        hub.show(1, 7, b"old")
        hub.show(1, 8, b"new")
        client = Client(asyncio.get_running_loop())
        hub.join(client, {"version": 1})
        hello, told, picture = await client.next()
        assert json.loads(hello) == {"type": "hello", "version": 1, **state(1, 2, playing=True)}
        assert json.loads(told)["type"] == "state"
        assert picture == b"new"

    asyncio.run(played())


def test_a_picture_that_was_not_taken_is_replaced_by_the_next_of_its_game():
    async def scene(hub: Hub, client: Client) -> None:
        for number in range(1, 100):
            hub.show(1 + number % 2, number, b"%d" % number)
        assert await client.next() == [b"98", b"99"]
        assert await nothing_comes(client)

    in_a_loop(scene)


def test_of_states_the_newest_comes_and_messages_all_in_their_order():
    async def scene(hub: Hub, client: Client) -> None:
        for number in range(5):
            hub.keep(state(1, 2, seed=number))
            hub.send({"type": "error", "message": str(number)})
        *errors, told = [json.loads(one) for one in await client.next()]
        assert [one["message"] for one in errors] == ["0", "1", "2", "3", "4"]
        assert told["seed"] == 4

    in_a_loop(scene)


def test_a_page_that_says_what_it_saw_is_never_far_behind():
    async def scene(hub: Hub, client: Client) -> None:
        client.saw(0)
        taken: list[Any] = []
        for number in range(1, 50):
            hub.show(1, number, b"%d" % number)
            if not await something_comes(client, taken):
                break
        assert taken == [b"%d" % number for number in range(1, 2 * FRAMES_AHEAD + 1)]
        hub.show(1, 60, b"60")
        client.saw(2 * FRAMES_AHEAD)
        assert await client.next() == [b"60"]

    in_a_loop(scene)


async def something_comes(client: Client, taken: list[Any]) -> bool:
    """Whether something came; it is added to what was taken."""
    try:
        taken += await asyncio.wait_for(client.next(), 0.05)
    except TimeoutError:
        return False
    return True


def test_pictures_of_a_game_that_is_gone_are_not_shown():
    async def scene(hub: Hub, client: Client) -> None:
        hub.show(1, 1, b"one")
        hub.show(2, 2, b"two")
        hub.keep(state(2))
        told, picture = await client.next()
        assert json.loads(told)["games"] == [{"id": 2}]
        assert picture == b"two"

    in_a_loop(scene)


def test_one_page_is_told_what_only_it_asked_for():
    async def scene(hub: Hub, client: Client) -> None:
        other = Client(asyncio.get_running_loop())
        hub.join(other, {})
        await other.next()
        hub.send({"type": "config"}, client)
        assert len(await client.next()) == 1
        assert await nothing_comes(other)
        assert len(hub) == 2
        hub.leave(other)
        hub.leave(other)
        assert len(hub) == 1

    in_a_loop(scene)


def test_a_page_that_takes_nothing_for_long_is_let_go_and_costs_no_more():
    async def scene(hub: Hub, client: Client) -> None:
        for _ in range(2 * MOST_TEXTS):
            hub.send({"type": "error", "message": "x"})
        assert client.overflowed
        assert len(await client.next()) == MOST_TEXTS

    in_a_loop(scene)


def test_so_much_of_each_page_waits_and_no_more_and_a_slider_takes_one_place():
    commands, play = Commands(), Play(type="play")

    async def both() -> None:
        greedy, other = (Client(asyncio.get_running_loop()) for _ in range(2))
        assert [commands.put(play, greedy) for _ in range(MOST_WAITING + 2)][-3:] == [
            True,
            False,
            False,
        ]
        moved = [Set(type="set", field="target.std", value=value) for value in range(500)]
        assert all(commands.put(one, other) for one in moved)
        assert commands.take(0) == [(play, greedy)] * MOST_WAITING + [(moved[-1], other)]
        assert commands.put(play, greedy)

    asyncio.run(both())
    commands.take(0)
    commands.close()
    assert commands.take(60) == [], "nobody waits for what will not be done"
