"""Opens the arena: a training thread, a server, a browser; and closes them again."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import closing
from multiprocessing import util
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode

import uvicorn

from ganrun.arena.connections import Line, Visit
from ganrun.arena.game import Game
from ganrun.arena.hub import Hub
from ganrun.arena.menus import schema
from ganrun.arena.protocol import FRAMES_AHEAD, LARGEST_MESSAGE, VERSION
from ganrun.arena.server import application
from ganrun.arena.session import Session
from ganrun.config import Experiment, to_yaml
from ganrun.config.outside import check_given
from ganrun.executors.child_process import spared_interrupts
from ganrun.executors.compile_cache import compile_cache
from ganrun.game import backend
from ganrun.store import StoreError

PORT = 8765
TRIES = 20
"""Ports after the first that are tried where none was asked for."""
GRACE = 0.5
"""Seconds that open pages have to go when the arena is closed."""
PATIENCE = 0.3
"""Seconds that the thread which trains has to end after that; it may be compiling."""
TOKEN_VARIABLE = "GANRUN_ARENA_TOKEN"


def listen(host: str, port: int | None) -> socket.socket:
    """A socket on the port asked for, or on the next free one from 8765. Raises `StoreError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    ports = range(PORT, PORT + TRIES + 1) if port is None else [port]
    reason: OSError | None = None
    for one in ports:
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, one))
            listener.listen(64)
            return listener
        except OSError as error:
            listener.close()
            reason = error
    assert reason is not None
    where = f"{host}:{port}" if port is not None else f"{host}:{ports[0]} to {ports[-1]}"
    raise StoreError(f"{where}: cannot be listened on: {reason.strerror or reason}")


class Arena:
    """A session of games and the server through which it is played; `run` it once."""

    def __init__(
        self,
        base: Experiment,
        *,
        runs_dir: Path,
        host: str = "127.0.0.1",
        port: int | None = None,
        command: Sequence[str] = (),
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Listen, but do not serve yet.

        `base` is the config of the first game and what scenes are laid over; of its seeds the first
        is taken. `say` is told what happens. Raises `StoreError` where the address cannot be had,
        and `ConfigError` where the source of a piece was not given.
        """
        check_given(to_yaml(base))
        self._failure: Exception | None = None
        self._stopped = False
        self._trainer = threading.Thread(target=self._train, name="ganrun-arena", daemon=True)
        self._listener = listen(host, port)
        try:
            backend.prepare(compile_cache())
            hub = Hub()
            self.session = Session(
                base, hub, maker_of_games(), runs_dir=runs_dir, command=command, say=say
            )
            number = self._listener.getsockname()[1]
            token = os.environ.get(TOKEN_VARIABLE) or secrets.token_urlsafe(16)
            app = application(
                hub,
                self.session.submit,
                greeting(base, runs_dir),
                host=host,
                port=number,
                token=token,
            )
            self._server = Server(app)
            self._server.on_end = self.session.stop
            name = f"[{host}]" if ":" in host else host
            self.address = f"http://{name}:{number}/?{urlencode({'token': token})}"
        except BaseException:
            self._listener.close()
            raise

    def run(self, opened: Callable[[str], None] = lambda _: None) -> None:
        """Serve until `stop`, or Ctrl-C; `opened` is told the address once pages are served.

        Raises `KeyboardInterrupt` after Ctrl-C.
        """
        self._trainer.start()
        self._server.on_start = lambda: opened(self.address)
        try:
            with closing(self._listener):
                self._server.run(sockets=[self._listener])
        finally:
            self.session.stop()
            self._trainer.join(timeout=PATIENCE)
        if self._failure is not None:
            raise self._failure
        if not self._stopped:  # uvicorn was told to end by a signal, even if that is ignored
            raise KeyboardInterrupt

    def _train(self) -> None:
        """Be the thread that trains; without it there is nothing to serve."""
        try:
            with spared_interrupts():
                self.session.run()
        except Exception as error:
            self._failure = error
        finally:
            self._server.should_exit = True

    def stop(self) -> None:
        """Let `run` come to its end; from any thread."""
        self._stopped = self._server.should_exit = True


def greeting(base: Experiment, runs_dir: Path) -> dict[str, Any]:
    """What a page is told first, beside the state."""
    return {
        "version": VERSION,
        "schema": schema(),
        "config": base.model_dump(mode="json"),
        "name": base.name,
        "runs_dir": str(runs_dir),
        "frames_ahead": FRAMES_AHEAD,
    }


def maker_of_games() -> Callable[[Experiment], Game]:
    """What makes games that are trained on this process's first device."""
    import jax

    from ganrun.game.population import lanes_for

    device = jax.local_devices()[0]
    lanes = lanes_for(device.platform)
    return lambda config: Game(config, device, lanes)


class Server(uvicorn.Server):
    """Uvicorn, quiet, with limits, and with word of when it listens and when it ends."""

    on_start: Callable[[], None] = staticmethod(lambda: None)
    on_end: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, app: Any) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="critical",
                access_log=False,
                server_header=False,
                http=Visit,
                ws=Line,
                ws_max_size=LARGEST_MESSAGE,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=1,
                timeout_keep_alive=5,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self.on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End: first what is asked for, then every connection, at last those that will not go."""
        self.on_end()
        asyncio.get_running_loop().call_later(GRACE, self._let_go)
        await super().shutdown(sockets=sockets)

    def _let_go(self) -> None:
        for one in list(self.server_state.connections):
            one.transport.abort()


def leave(code: int) -> NoReturn:
    """End this process at once: Python cannot be taken down around a thread that may compile."""
    # What the system keeps of processes beside is given back.
    util._run_finalizers(0)  # type: ignore[attr-defined]
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def open_page(address: str) -> None:
    """Show the page in a browser, where there is one; does not wait for it."""
    displays = map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))
    if sys.platform in ("darwin", "win32") or any(displays):
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
