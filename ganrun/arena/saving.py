"""Games become folders: played again beside the live ones, in a process of their own.

A game that was only played is trained by the ordinary road, so its folder is what `ganrun train`
makes of its config. One that was played with is replayed from its seed and its events. Either must
come to the very state that the live game was in, or nothing is claimed to have been saved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from numpy import ndarray

from ganrun.arena.game import Past
from ganrun.arena.measuring_process import begin_beside
from ganrun.config import ConfigError
from ganrun.executors.child_process import Children
from ganrun.store import RunFolder, StoreError, numerics, write_interactive

TOLD_EVERY = 0.2
"""Seconds between two words of progress."""


@dataclass(frozen=True)
class Order:
    """A game to be saved as it stood; `digest` is of its state then."""

    past: Past
    digest: str
    runs_dir: Path
    command: Sequence[str]
    when: datetime


@dataclass(frozen=True)
class Saved:
    """Where it is; `found` if an ordinary run had been there already."""

    path: Path
    kind: Literal["run", "interactive"]
    found: bool = False


def digest_of(arrays: Mapping[str, ndarray]) -> str:
    """SHA-256 of a training state, all its bits."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def save(order: Order, on_progress: Callable[[float], None]) -> Saved:
    """Play the game again and save it. Raises `ConfigError` or `StoreError`, one line."""
    from ganrun.executors.compile_cache import compile_cache
    from ganrun.game import backend

    # An order brings JAX along when it is read, which is not another program's for that.
    backend.prepare(compile_cache())
    saved = _save_replayed if order.past.events else _save_trained
    return saved(order, on_progress)


def _save_trained(order: Order, on_progress: Callable[[float], None]) -> Saved:
    from ganrun.arena.replay import at_length
    from ganrun.playing.jobs import Options
    from ganrun.train import train

    options = Options(runs_dir=order.runs_dir, command=tuple(order.command))
    (outcome,) = train(
        at_length(order.past),
        lambda now: on_progress(now.rounds_done / max(now.rounds_total, 1)),
        options,
    )
    if outcome.path is None or outcome.how not in ("trained", "found"):
        raise StoreError(outcome.error or "the training was interrupted")
    checkpoint = RunFolder(outcome.path).checkpoint()
    if checkpoint is None or digest_of(checkpoint.state) != order.digest:
        raise StoreError(
            f"{outcome.path}: holds this game's run, but came to another state than the game here; "
            "was it trained on another kind of machine?"
        )
    return Saved(outcome.path, "run", outcome.how == "found")


def _save_replayed(order: Order, on_progress: Callable[[float], None]) -> Saved:
    import jax

    from ganrun.arena.replay import replayed
    from ganrun.game.population import lanes_for

    device = jax.local_devices()[0]
    lanes = lanes_for(device.platform)
    started = monotonic()
    record, game = replayed(
        order.past, device, lanes, lambda round_: on_progress(round_ / order.past.rounds)
    )
    if digest_of(game.arrays) != order.digest:
        raise StoreError(
            "the game, played again from its seed and its events, came to another state, so it was "
            "not saved; this is a mistake in ganrun"
        )
    folder = write_interactive(
        order.runs_dir,
        record,
        numerics=numerics(backend=device.platform, device=device.device_kind, lanes=lanes),
        command=order.command,
        training_seconds=monotonic() - started,
        when=order.when,
    )
    return Saved(folder.path, "interactive")


def _save_beside(order: Order, connection: Connection) -> None:
    """What the process does."""
    begin_beside()
    told_at = 0.0

    def on_progress(done: float) -> None:
        nonlocal told_at
        if monotonic() - told_at > TOLD_EVERY or done >= 1:  # from then on it is measured
            told_at = monotonic()
            connection.send(done)

    try:
        connection.send(save(order, on_progress))
    except (ConfigError, StoreError) as error:
        connection.send(str(error))
    except Exception as error:
        connection.send(repr(error))


class Saver:
    """Saves one game after another, each in a new process."""

    def __init__(self) -> None:
        self._context = Children()
        self._orders: list[tuple[Any, Order]] = []
        self._running: tuple[Any, BaseProcess, Connection] | None = None

    @property
    def waiting(self) -> int:
        """How many games are to be saved after the one that is being saved."""
        return len(self._orders)

    def begin(self, whose: Any, order: Order) -> None:
        """Save a game, when those before it are; `whose` comes back with its news."""
        self._orders.append((whose, order))

    def news(self) -> list[tuple[Any, float | Saved | str]]:
        """What has come since: how far it is, or where it was saved, or what went wrong."""
        if self._running is None and self._orders:
            self._start(*self._orders.pop(0))
        found: list[tuple[Any, float | Saved | str]] = []
        if self._running is None:
            return found
        whose, process, connection = self._running
        try:
            while connection.poll():
                found.append((whose, connection.recv()))
        except (EOFError, OSError):
            found.append((whose, "the process that saved it died"))
        if found and not isinstance(found[-1][1], float):
            connection.close()
            process.join()
            self._running = None
        return found

    def _start(self, whose: Any, order: Order) -> None:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_save_beside, args=(order, theirs), daemon=True)
        process.start()
        theirs.close()
        self._running = (whose, process, ours)

    def close(self) -> None:
        """Give up what is not saved yet."""
        self._orders.clear()
        if self._running is not None:
            _, process, connection = self._running
            process.terminate()
            process.join()
            connection.close()
            self._running = None
