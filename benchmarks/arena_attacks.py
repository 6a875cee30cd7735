"""The arena under attack: what hostile pages can send it, how much memory that takes, how it ends.

    python -m benchmarks.arena_attacks                       every attack, some three minutes
    python -m benchmarks.arena_attacks --only flood crowd
    python -m benchmarks.arena_attacks --code DIR            the same against the code in DIR

Each attack is made on an arena of its own, in a process of its own, which is then ended by Ctrl-C
in the midst of it. It must end within two seconds, with exit code 130 and nothing on stderr.
Attackers know the address, token and all: those who do not are turned away before they can ask.
`attacked(name, seed)` makes one of `ATTACKS` for whoever asks, and says how it went.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

SMALL = """\
name: small
target: {layout: ring, modes: 5}
generator: {hidden: [8]}
discriminator: {hidden: [8]}
training: {steps: 200, batch_size: 16}
evaluation: {every: 100, samples: 300}
"""
MOST_SECONDS = 2.0
"""From Ctrl-C to the end of the process."""
MOST_MEMORY = 1200
"""MiB; with JAX and one game it takes some 400 of them."""
MESSAGES = 5_300
CROWD = 100
VISITORS = 300
OBJECTIVES = ("non_saturating", "hinge", "wasserstein", "least_squares", "minimax")


class Line:
    """A WebSocket by hand: it can ask without ever reading an answer."""

    def __init__(self, address: str, *, reads: bool = True) -> None:
        self._socket = visit(address, reads=reads)
        split = urlsplit(address)
        query = f"?{split.query}" if split.query else ""
        request = (
            f"GET /live{query} HTTP/1.1\r\nHost: {split.netloc}\r\nOrigin: http://{split.netloc}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        try:
            self._socket.sendall(request.encode())
        except OSError:
            self.close()
            raise
        self.status = int((_line(self._socket).split() or [b"", b"0"])[1])

    def say(self, type_: str, **fields: Any) -> None:
        """Send a message."""
        self.send(json.dumps({"type": type_, **fields}).encode())

    def send(self, content: bytes, opcode: int = 1, *, last: bool = True) -> None:
        """Send one frame, whatever is in it; what has come meanwhile is thrown away."""
        head = bytes([opcode | 0x80 * last])
        if len(content) < 126:
            head += bytes([0x80 | len(content)])
        else:
            head += bytes([0x80 | 126]) + len(content).to_bytes(2, "big")
        self._socket.sendall(head + bytes(4) + content)

    def read(self) -> bytes:
        """Take what has come."""
        come = b""
        while select.select([self._socket], [], [], 0)[0] and (more := self._socket.recv(1 << 16)):
            come += more
        return come

    def close(self) -> None:
        """Go, without a word."""
        self._socket.close()

    def is_open(self) -> bool:
        """Whether the server has not let it go."""
        with suppress(OSError):
            self._socket.setblocking(False)
            while self._socket.recv(1 << 16):
                pass
        with suppress(BlockingIOError):
            try:
                return bool(self._socket.recv(1))
            except ConnectionError:
                return False
        return True


def visit(address: str, *, reads: bool = True) -> socket.socket:
    """A connection that has not asked for anything yet."""
    split = urlsplit(address)
    one = socket.socket()
    if not reads:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.settimeout(5)
    one.connect((split.hostname or "", split.port or 80))
    return one


def loads(address: str) -> float:
    """Seconds that the page takes to load; infinite if it does not."""
    started = monotonic()
    split = urlsplit(address)
    request = f"GET /?{split.query} HTTP/1.1\r\nHost: {split.netloc}\r\nConnection: close\r\n\r\n"
    with suppress(OSError), visit(address) as one:
        one.sendall(request.encode())
        if b" 200 " in _line(one):
            return monotonic() - started
    return float("inf")


def _line(one: socket.socket) -> bytes:
    line = b""
    with suppress(OSError):
        while not line.endswith(b"\r\n") and (more := one.recv(1)):
            line += more
    return line


# The attacks: each returns what there is to say of it, and leaves open what it holds

Attack = Callable[[str, random.Random, ExitStack], str]


def opened(address: str, held: ExitStack, *, reads: bool = True) -> Line:
    """A WebSocket that is held open."""
    return held.enter_context(closing(Line(address, reads=reads)))


def quiet(address: str, rng: random.Random, held: ExitStack) -> str:
    """One page that plays, as a control."""
    line = opened(address, held)
    line.say("play")
    sleep(2)
    line.read()
    return ""


def flood(address: str, rng: random.Random, held: ExitStack) -> str:
    """Thousands of messages, each of which takes its time to be obeyed."""
    lines = [opened(address, held) for _ in range(10)]
    for number in range(MESSAGES):
        line = rng.choice(lines)
        with suppress(OSError):
            line.say("set", field="objective", value=OBJECTIVES[number % 5])
            line.read()
    return f"{sum(line.is_open() for line in lines)} of 10 pages kept"


def compiling(address: str, rng: random.Random, held: ExitStack) -> str:
    """Six games to be compiled, and Ctrl-C in the midst of it."""
    shapes = [{"generator.hidden": [rng.randrange(100, 256)] * 4} for _ in range(6)]
    opened(address, held).say("stage", games=[{"label": "x", "overrides": one} for one in shapes])
    sleep(1)
    return ""


def deaf(address: str, rng: random.Random, held: ExitStack, seconds: float = 15) -> str:
    """Pages that ask and ask, and never read."""
    lines = [opened(address, held, reads=False) for _ in range(8)]
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        for line in lines:
            with suppress(OSError):
                line._socket.setblocking(False)
                line.say("config", game=1)
                line.send(rng.randbytes(120), 9)
    return f"{sum(line.is_open() for line in lines)} of 8 pages kept"


def endless_headers(address: str, rng: random.Random, held: ExitStack) -> str:
    """Requests that never come to their end; meanwhile somebody wants the page."""
    for _ in range(VISITORS):
        with suppress(OSError):
            one = held.enter_context(visit(address))
            one.sendall(b"GET / HTTP/1.1\r\nX-" + rng.randbytes(8).hex().encode())
    slowest = max(loads(address) for _ in range(5))
    return f"page in {slowest:.2f} s"


def crowd(address: str, rng: random.Random, held: ExitStack) -> str:
    """A hundred pages at once."""
    lines: list[Line] = []

    def come() -> None:
        with suppress(OSError):
            lines.append(opened(address, held))

    together(come, CROWD)
    taken_in = sum(line.status == 101 for line in lines)
    return f"{taken_in} of {CROWD} taken in"


def hoard(address: str, rng: random.Random, held: ExitStack) -> str:
    """The largest messages there may be: games, targets and events that are kept."""
    line = opened(address, held)
    modes = 32
    deadline = monotonic() + 10
    while monotonic() < deadline:
        means = [[rng.uniform(-20, 20), rng.uniform(-20, 20)] for _ in range(modes)]
        with suppress(OSError):
            line.say("step", what="round")
            line.say("set", field="target", value={
                "layout": "custom", "means": means, "stds": [0.1] * modes,
            })  # fmt: skip
            line.say("config", game=1)
            line.send(b'{"type":"play","x":"' + b"y" * 64_000 + b'"}')
            line.read()
        sleep(0.01)
    return ""


def saves(address: str, rng: random.Random, held: ExitStack) -> str:
    """One game after another that is to be saved."""
    line = opened(address, held)
    for identity in range(1, 200):
        with suppress(OSError):
            line.say("step", what="round")
            line.say("save", game=identity)
            line.say("add", copy_of=identity)
            line.say("remove", game=identity)
            line.read()
        sleep(0.01)
    return ""


def fragments(address: str, rng: random.Random, held: ExitStack) -> str:
    """Bytes of every kind: frames without an end, broken text, requests that are none."""
    for _ in range(200):
        with suppress(OSError), closing(Line(address)) as line:
            kind = rng.randrange(4)
            if kind == 0:
                line.send(b"x" * 60_000, last=False)
            elif kind == 1:
                line.send(rng.randbytes(rng.randrange(1, 200)))
            elif kind == 2:
                line._socket.sendall(rng.randbytes(rng.randrange(1, 2_000)))
            else:
                held.enter_context(visit(address)).sendall(rng.randbytes(500) + b"\r\n\r\n")
    return f"page in {loads(address):.2f} s"


ATTACKS: dict[str, Attack] = {
    one.__name__: one
    for one in (
        quiet, flood, compiling, deaf, endless_headers, crowd, hoard, saves, fragments,
    )
}  # fmt: skip


def together(do: Callable[[], None], times: int) -> None:
    """Do the same in so many threads at once."""
    threads = [threading.Thread(target=do) for _ in range(times)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


# What became of it


@dataclass(frozen=True)
class Ended:
    """How an arena came out of an attack."""

    attack: str
    seconds: float
    """From Ctrl-C to the end."""
    code: int
    memory: float
    """Most resident memory at a time, MiB."""
    noise: str
    """What was printed on stderr, its last line."""
    said: str

    @property
    def passed(self) -> bool:
        """Whether it ended as is promised."""
        in_time = self.seconds <= MOST_SECONDS and self.memory <= MOST_MEMORY
        return in_time and self.code == 130 and not self.noise

    def __str__(self) -> str:
        verdict = "ok" if self.passed else "FAIL"
        row = f"{self.attack:16} {self.seconds:6.2f} s  code {self.code:4}  {self.memory:5.0f} MiB"
        return f"{row}  {verdict:4}  {self.said}  {self.noise}".rstrip()


def attacked(name: str, seed: int = 0, code: Path | None = None) -> Ended:
    """Attack an arena, end it by Ctrl-C in the midst of it, and say how that went."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        config = Path(folder) / "small.yaml"
        config.write_text(SMALL)
        log = stack.enter_context((Path(folder) / "log").open("w+"))
        served = subprocess.Popen(
            [sys.executable, "-m", "ganrun", "arena", str(config), "--no-open", "--port", "0"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(code or Path(__file__).parents[1])},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        stack.callback(served.kill)
        assert served.stdout is not None
        address = served.stdout.readline().split()[4]
        wait_until_ready(address)
        said = ATTACKS[name](address, random.Random(seed), stack)
        memory = most_memory(served.pid)
        served.send_signal(signal.SIGINT)
        started = monotonic()
        with suppress(subprocess.TimeoutExpired):
            served.wait(120)
        ended = Ended(name, monotonic() - started, served.poll() or 0, memory, "", said)
        log.seek(0)
        lines = [line for line in log.read().splitlines() if line.strip()]
        noise = [line for line in lines if not line.startswith(("Saved: ", "Nobody", "Somebody"))]
        return replace(ended, noise=noise[-1][:100] if noise else "")


def wait_until_ready(address: str) -> None:
    """Wait until the first game is compiled: then it can be asked for its config."""
    heard = b""
    while b'"type":"config"' not in heard:
        line = Line(address)
        line.say("config", game=1)
        sleep(0.5)
        heard = line.read()
        line.close()


def most_memory(process: int) -> float:
    """The most memory that a process has had so far, in MiB; NaN where the system does not say."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return float("nan")


def main(arguments: Sequence[str] | None = None) -> int:
    """Attack; 0 if all ended as is promised."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.arena_attacks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--only", nargs="+", choices=sorted(ATTACKS), default=list(ATTACKS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--code", type=Path, default=None)
    options = parser.parse_args(arguments)
    failed = 0
    for name in options.only:
        ended = attacked(name, options.seed, options.code)
        failed += not ended.passed
        print(ended, flush=True)
    print("PASS" if not failed else f"FAIL: {failed} of {len(options.only)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
