"""Between the thread that trains and the pages that look: the newest of everything, never a queue.

The trainer puts pictures and messages down here and goes on; each page takes them when it can. A
picture that was not taken is replaced by the next one of its game. Nobody ever waits for anybody.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ganrun.arena.protocol import FRAMES_AHEAD, write_message

PATIENCE = 3.0
"""Seconds without a page after which the games stand still."""
MOST_TEXTS = 1000
"""Messages that may wait for one page; one that takes none for so long is let go."""


class Client:
    """One page's place: what waits for it, and how far it has come."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._texts: deque[str] = deque()
        self._state: str | None = None
        self._frames: dict[int, tuple[int, bytes]] = {}
        self._games: set[int] = set()
        self._sent: deque[int] = deque()
        self._says_what_it_saw = False
        self._woken = False
        self._wake = asyncio.Event()
        self.overflowed = False

    def offer(self, game: int, number: int, frame: bytes) -> None:
        """The newest picture of a game, in place of one that waits; from any thread."""
        with self._lock:
            self._frames[game] = (number, frame)
            self._wake_up()

    def send(self, text: str) -> None:
        """A message; from any thread."""
        with self._lock:
            if len(self._texts) >= MOST_TEXTS:
                self.overflowed = True
            else:
                self._texts.append(text)
            self._wake_up()

    def keep(self, state: str, games: set[int]) -> None:
        """The newest state, in place of one that waits; pictures of games that are gone go too."""
        with self._lock:
            self._state = state
            self._games = games
            self._frames = {game: one for game, one in self._frames.items() if game in games}
            self._wake_up()

    def saw(self, number: int) -> None:
        """The page has drawn pictures up to this number; on the server's own thread."""
        with self._lock:
            self._says_what_it_saw = True
            while self._sent and self._sent[0] <= number:
                self._sent.popleft()
            self._wake_up()

    async def next(self) -> list[str | bytes]:
        """What the page may have now; waits until there is something."""
        while True:
            await self._wake.wait()
            with self._lock:
                self._wake.clear()
                self._woken = False
                taken = self._taken()
            if taken or self.overflowed:
                return taken

    def _taken(self) -> list[str | bytes]:
        taken: list[str | bytes] = [*self._texts]
        self._texts.clear()
        if self._state is not None:
            taken.append(self._state)
            self._state = None
        most = FRAMES_AHEAD * max(1, len(self._games))
        for game, (number, frame) in sorted(self._frames.items(), key=lambda one: one[1][0]):
            if self._says_what_it_saw and len(self._sent) >= most:
                break
            taken.append(frame)
            self._sent.append(number)
            del self._frames[game]
        while len(self._sent) > 4 * most and not self._says_what_it_saw:
            self._sent.popleft()
        return taken

    def _wake_up(self) -> None:
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._wake.set)


class Hub:
    """All pages that look, and what a new one must be told first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: set[Client] = set()
        self._frames: dict[int, tuple[int, bytes]] = {}
        self._state: Mapping[str, Any] = {
            "playing": False,
            "rounds_per_second": None,
            "seed": 0,
            "games": [],
        }

    def __len__(self) -> int:
        return len(self._clients)

    def join(self, client: Client, hello: Mapping[str, Any]) -> None:
        """Let a page look: it is told everything, and shown every game as it was seen last."""
        with self._lock:
            client.send(write_message({**hello, **self._state, "type": "hello"}))
            client.keep(write_message({**self._state, "type": "state"}), _games(self._state))
            for game, (number, frame) in self._frames.items():
                client.offer(game, number, frame)
            self._clients.add(client)

    def leave(self, client: Client) -> None:
        """A page has gone."""
        with self._lock:
            self._clients.discard(client)

    def show(self, game: int, number: int, frame: bytes) -> None:
        """Put down a picture."""
        with self._lock:
            self._frames[game] = (number, frame)
            for client in self._clients:
                client.offer(game, number, frame)

    def send(self, message: Mapping[str, Any], client: Client | None = None) -> None:
        """Send a message to one page, or all."""
        text = write_message(message)
        with self._lock:
            for one in [client] if client else self._clients:
                one.send(text)

    def keep(self, state: Mapping[str, Any]) -> None:
        """Put down what is the case now; `games` holds all there are."""
        text = write_message({**state, "type": "state"})
        games = _games(state)
        with self._lock:
            self._state = state
            self._frames = {game: one for game, one in self._frames.items() if game in games}
            for client in self._clients:
                client.keep(text, games)


class Audience:
    """The pages that look, seen from the thread that trains."""

    def __init__(self, hub: Hub, say: Callable[[str], None]) -> None:
        self._hub = hub
        self._say = say
        self._alone_since: float | None = None
        self.gone = False
        """Whether there has been no page for so long that the games stand still."""

    def look(self, playing: bool, now: float) -> None:
        """See who is there; where games would be played, say that they wait or go on."""
        if len(self._hub):
            if self.gone and playing:
                self._say("Somebody looks again: the games go on.")
            self._alone_since, self.gone = None, False
        elif self._alone_since is None:
            self._alone_since = now
        elif not self.gone and now - self._alone_since > PATIENCE:
            self.gone = True
            if playing:
                self._say("Nobody is looking: the games wait.")


def _games(state: Mapping[str, Any]) -> set[int]:
    return {one["id"] for one in state["games"]}
