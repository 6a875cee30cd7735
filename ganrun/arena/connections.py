"""Connections that cost the server little: uvicorn's own, with the limits that it has none for.

Whoever can reach the port can open connections, before anything is known of them. So none is kept
that asks for nothing, or that does not take what it asked for: the places are for those that do.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

MOST_VISITS = 64
"""Requests that are under way at once; of more, the oldest is given up."""
LONGEST_VISIT = 10.0
"""Seconds from when a connection is made, or was answered last, until its next answer is taken."""
LONGEST_WRITE = 10.0
"""Seconds that a page has to take what was sent to it."""

MOST_UNDER_WAY = 1 << 18
"""Bytes that the system keeps for a page which has not taken them yet."""


class Visit(H11Protocol):
    """A connection that asks for files, or to become a WebSocket."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it in; where there are too many, the one that has had the longest time must go."""
        others = [one for one in self.connections if isinstance(one, Visit) and one.is_open]
        if len(others) >= MOST_VISITS:
            min(others, key=lambda one: one.began).transport.abort()
        super().connection_made(transport)
        self._start_the_clock()

    @property
    def is_open(self) -> bool:
        """Whether it is not about to end."""
        return not self.transport.is_closing()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop_the_clock()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Any) -> None:
        """It becomes a WebSocket, with limits of its own."""
        self._stop_the_clock()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """It was answered, and may ask again."""
        self._start_the_clock()
        super().on_response_complete()

    def _start_the_clock(self) -> None:
        self._stop_the_clock()
        self.began = self.loop.time()
        self._end = self.loop.call_later(LONGEST_VISIT, self.transport.abort)

    def _stop_the_clock(self) -> None:
        if self._end is not None:
            self._end.cancel()


class Line(WebSocketsSansIOProtocol):
    """A page's WebSocket: what it is sent it must take, or it is let go."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take it in; whatever it does not take at once stops the sending."""
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=0)
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_UNDER_WAY)

    def pause_writing(self) -> None:
        """Something lies there to be taken: a page that is alive does that soon."""
        super().pause_writing()
        self._end = self.loop.call_later(LONGEST_WRITE, self.transport.abort)

    def resume_writing(self) -> None:
        """It was taken."""
        self._stop_the_clock()
        super().resume_writing()

    def handle_ping(self) -> None:
        """Answer, unless earlier answers were not taken yet: else they would pile up."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop_the_clock()
        super().connection_lost(exc)

    def _stop_the_clock(self) -> None:
        if self._end is not None:
            self._end.cancel()
