"""The local web server: the page, its files, and the WebSocket through which it plays.

It serves one address only. Every request must be for that address by name (`Host`) and come from a
page of it (`Origin`, where it is said), so that no other page in the same browser can play,
whatever name it gives this machine. The page and its WebSocket are for those who know the token in
the address that the terminal shows, so that nobody else on the machine can play either. What comes
in is bounded in size, number and rate.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

import ganrun
from ganrun.arena.hub import Client, Hub
from ganrun.arena.protocol import (
    LARGEST_MESSAGE,
    MOST_CLIENTS,
    ProtocolError,
    Seen,
    read_message,
)
from ganrun.arena.protocol import Message as Told

PACKAGE = Path(ganrun.__file__).parent
ARENA_FILES = PACKAGE / "arena" / "assets"
PAGE_FILES = PACKAGE / "page" / "assets"

MESSAGES_PER_SECOND = 300
MOST_AT_ONCE = 600
"""Messages that may come in one go."""
MOST_BAD = 100
"""Messages in a row that cannot be used; a page that sends more is let go."""

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self' {socket}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

_HOST = re.compile(
    r"(?:(?P<name>[a-z0-9._-]+)|\[(?P<number>[0-9a-f:.]+)\])(?::(?P<port>[0-9]{1,5}))?"
)

WRONG_TOKEN = "The arena's page is at the address that the terminal shows, token and all.\n"
FULL = f"{MOST_CLIENTS} pages are open already.\n"

Submit = Callable[[Told, Client], bool]


def application(
    hub: Hub, submit: Submit, hello: Mapping[str, Any], *, host: str, port: int, token: str
) -> ASGIApp:
    """The whole application, for whoever asks for it by this host and port, and knows the token."""

    def refusal(asked: HTTPConnection) -> Response | None:
        given = asked.query_params.get("token", "")
        if not secrets.compare_digest(given.encode(), token.encode()):
            return PlainTextResponse(WRONG_TOKEN, 403)
        return PlainTextResponse(FULL, 503) if len(hub) >= MOST_CLIENTS else None

    async def page(request: Request) -> Response:
        return refusal(request) or FileResponse(ARENA_FILES / "arena.html")

    async def live(websocket: WebSocket) -> None:
        if refused := refusal(websocket):
            await websocket.send_denial_response(refused)
        else:
            await _Connection(websocket, hub, submit, hello).serve()

    inner = Starlette(
        routes=[
            Route("/", page),
            WebSocketRoute("/live", live),
            Mount("/arena/assets", StaticFiles(directory=ARENA_FILES, check_dir=False)),
            Mount("/page/assets", StaticFiles(directory=PAGE_FILES, check_dir=False)),
        ]
    )
    return _Guard(inner, host, port)


class _Guard:
    """Turns away whoever asks for another address or comes from another page."""

    def __init__(self, inner: ASGIApp, host: str, port: int) -> None:
        self._inner = inner
        self._host = host
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._inner(scope, receive, send)
            return
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        host = _only(headers, b"host")
        origin = _only(headers, b"origin")
        wanted = host is not None and is_own(host, self._host, self._port)
        if not wanted or (origin is not None and origin != f"http://{host}"):
            await _refuse(scope, receive, send)
            return
        policy = POLICY.format(socket=f"ws://{host}")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update({**HEADERS, "Content-Security-Policy": policy})
            await send(message)

        await self._inner(scope, receive, send_guarded)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403
        return
    await PlainTextResponse("This is another address.\n", 403)(scope, receive, send)


def _only(headers: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    """A header's value; one that is given twice is as good as a wrong one."""
    found = [value for key, value in headers if key.lower() == name]
    if not found:
        return None
    return found[0].decode("latin-1").lower() if len(found) == 1 else ""


def is_own(name: str, host: str, port: int) -> bool:
    """Whether a `Host` header names the address that is served.

    Loopback has three names. Where all addresses are served, any number will do, and the machine's
    own name: what must not pass is a foreign name that was made to lead here.
    """
    found = _HOST.fullmatch(name.lower())
    if found is None or int(found["port"] or 80) != port:  # browsers leave the web's own port out
        return False
    bare = found["name"] or found["number"]
    if bare == host.lower():
        return True
    if _is_loopback(host):
        return bare in ("127.0.0.1", "localhost", "::1")
    if host in ("0.0.0.0", "::"):
        return _is_number(bare) or bare in ("localhost", socket.gethostname().lower())
    return False


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_number(host) and ipaddress.ip_address(host).is_loopback)


def _is_number(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host) is not None
    return False


class _Connection:
    """One page: what it says is passed on, what there is for it is sent."""

    def __init__(
        self, websocket: WebSocket, hub: Hub, submit: Submit, hello: Mapping[str, Any]
    ) -> None:
        self._websocket = websocket
        self._hub = hub
        self._submit = submit
        self._hello = hello
        self._client = Client(asyncio.get_running_loop())
        self._allowance = float(MOST_AT_ONCE)
        self._counted_at = monotonic()
        self._bad = 0

    async def serve(self) -> None:
        """Until the page goes, or is let go."""
        self._hub.join(self._client, self._hello)  # at once, lest two be given one place
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._websocket.accept()
            tasks = [asyncio.create_task(self._receive()), asyncio.create_task(self._send())]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(self._client)
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while not self._client.overflowed:
                for one in await self._client.next():
                    if isinstance(one, bytes):
                        await self._websocket.send_bytes(one)
                    else:
                        await self._websocket.send_text(one)
            await self._websocket.close(1008, "nothing was taken for too long")

    async def _receive(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while self._bad <= MOST_BAD:
                message = await self._websocket.receive()
                if message["type"] != "websocket.receive":
                    return
                self._take(message)
            await self._websocket.close(1008, "too many messages that cannot be used")

    def _take(self, message: Message) -> None:
        try:
            if not self._may_speak():
                raise ProtocolError("too many messages")
            text = message.get("text")
            if text is None:
                raise ProtocolError("a message must be text")
            if len(text.encode("utf-8", "surrogatepass")) > LARGEST_MESSAGE:
                raise ProtocolError("a message must be shorter")
            told = read_message(text)
            if isinstance(told, Seen):
                self._client.saw(told.frame)
            elif not self._submit(told, self._client):
                raise ProtocolError("too much was asked for at once, so this is not done")
        except ProtocolError as error:
            self._bad += 1
            self._hub.send({"type": "error", "message": str(error)}, self._client)
            return
        self._bad = 0

    def _may_speak(self) -> bool:
        now = monotonic()
        self._allowance += (now - self._counted_at) * MESSAGES_PER_SECOND
        self._allowance = min(self._allowance, MOST_AT_ONCE)
        self._counted_at = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True
