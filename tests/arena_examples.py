"""A real arena, on a free port, for tests; and a page that is a few lines of Python."""

from __future__ import annotations

import json
import math
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from numpy import ndarray
from websockets.sync.client import ClientConnection, connect

from ganrun.arena.serve import Arena
from ganrun.config import Experiment

PATIENCE = 60.0
"""Seconds after which a test gives up; a loaded machine compiles slowly."""


def read_frame(frame: bytes) -> tuple[dict[str, Any], dict[str, ndarray]]:
    """A picture's header and arrays."""
    (length,) = struct.unpack_from("<I", frame)
    header = json.loads(frame[4 : 4 + length])
    arrays = {
        one["name"]: np.frombuffer(frame, "<f4", math.prod(one["shape"]), one["offset"]).reshape(
            one["shape"]
        )
        for one in header["arrays"]
    }
    return header, arrays


@contextmanager
def running(base: Experiment, runs_dir: Path, **options: Any) -> Iterator[Arena]:
    """An arena that is served from a thread of this process, as long as the block lasts."""
    arena = Arena(base, runs_dir=runs_dir, **{"port": 0, **options})
    opened = threading.Event()
    thread = threading.Thread(target=arena.run, args=(lambda _: opened.set(),))
    thread.start()
    try:
        assert opened.wait(PATIENCE)
        yield arena
    finally:
        arena.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


class Page:
    """What a browser's page would know: the newest state, the newest picture of every game."""

    def __init__(self, connection: ClientConnection, *, says_seen: bool = True) -> None:
        self._connection = connection
        self._says_seen = says_seen
        self.state: dict[str, Any] = {}
        self.headers: dict[int, dict[str, Any]] = {}
        self.arrays: dict[int, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []
        self.pictures = 0

    def say(self, type_: str, **fields: Any) -> None:
        self.send(json.dumps({"type": type_, **fields}))

    def send(self, content: str | bytes) -> None:
        self._connection.send(content)

    def take(self) -> dict[str, Any]:
        """The next message or picture, whichever comes first."""
        received = self._connection.recv(PATIENCE)
        if isinstance(received, bytes):
            header, arrays = read_frame(received)
            self.headers[header["game"]] = header
            self.arrays[header["game"]] = arrays
            self.pictures += 1
            if self._says_seen:
                self.say("seen", frame=header["frame"])
            return header
        message: dict[str, Any] = json.loads(received)
        self.messages.append(message)
        if message["type"] in ("hello", "state"):
            self.state |= message
        return message

    def until(self, condition: Callable[[], Any]) -> None:
        """Take what comes until something is the case."""
        deadline = monotonic() + PATIENCE
        while not condition():
            assert monotonic() < deadline, "waited for too long"
            self.take()

    def message(self, type_: str) -> dict[str, Any]:
        """The next message of a kind."""
        while (message := self.take()).get("type") != type_:
            pass
        return message

    def picture(self, game: int | None = None) -> dict[str, Any]:
        """The next picture."""
        while True:
            taken = self.take()
            if "frame" in taken and game in (None, taken["game"]):
                return taken

    def ready(self) -> None:
        """Wait until every game is compiled and seen."""

        def seen() -> bool:
            games = self.state.get("games", [])
            return bool(games) and all(one["ready"] and one["id"] in self.headers for one in games)

        self.until(seen)

    @property
    def games(self) -> dict[int, dict[str, Any]]:
        return {one["id"]: one for one in self.state["games"]}

    def round(self, game: int) -> int:
        return self.headers[game]["round"]


def line_of(address: str) -> str:
    """Where the WebSocket of the page at an address is."""
    return address.replace("http", "ws", 1).replace("/?", "/live?")


def origin_of(address: str) -> Any:
    """Where the page at an address says that it comes from."""
    return address.partition("/?")[0]


@contextmanager
def page(arena: Arena, *, says_seen: bool = True, **options: Any) -> Iterator[Page]:
    """A page of the arena, open and ready."""
    with connect(line_of(arena.address), origin=origin_of(arena.address), **options) as connection:
        yield Page(connection, says_seen=says_seen)
