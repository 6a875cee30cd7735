"""The arena in use: what a page costs the training, how soon a slider acts, what it survives.

    python -m benchmarks.arena                          some four minutes
    python -m benchmarks.arena configs/ring8.yaml --repeats 2

`ganrun arena` runs in a process of its own, and a WebSocket client takes its pictures and says that
it has seen them, as the page does. In turn with it, `ganrun train` trains the same config without a
page; its rate is that of `run.json`, which leaves compiling and measuring out. Both are measured
several times, alternately, since a machine's speed drifts; the ratio is that of the medians.

The delay of a slider is from sending `set` until the answer that it is in force, which is sent
before the next round is played; and until the first picture of a round that obeys. It is measured
while the games are played, at random moments.

Then come messages that cannot be used, and pages that come and go.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

MALFORMED = 10_000
VISITS = 50
SETTINGS = 200


class Page:
    """A page without a browser."""

    def __init__(self, address: str) -> None:
        origin = address.partition("/?")[0]
        url = address.replace("http", "ws", 1).replace("/?", "/live?")
        self._open = ExitStack()
        self._connection = self._open.enter_context(connect(url, origin=cast(Any, origin)))
        self.rounds: dict[int, int] = {}
        self.state: dict[str, Any] = {}

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *_: Any) -> None:
        self._open.close()

    def say(self, type_: str, **fields: Any) -> None:
        """Send a message."""
        self.send(json.dumps({"type": type_, **fields}))

    def send(self, content: str | bytes) -> None:
        """Send whatever it is."""
        self._connection.send(content)

    def take(self, timeout: float = 120.0) -> dict[str, Any]:
        """The next message, or the next picture's header."""
        received = self._connection.recv(timeout)
        if isinstance(received, bytes):
            (length,) = struct.unpack_from("<I", received)
            header: dict[str, Any] = json.loads(received[4 : 4 + length])
            self.rounds[header["game"]] = header["round"]
            self.say("seen", frame=header["frame"])
            return header
        message: dict[str, Any] = json.loads(received)
        if message["type"] in ("hello", "state"):
            self.state |= message
        return message

    def ready(self) -> None:
        """Wait until all games are compiled and seen."""
        while not (
            self.state.get("games")
            and all(one["ready"] and one["id"] in self.rounds for one in self.state["games"])
        ):
            self.take()

    def watch(self, seconds: float) -> tuple[float, float]:
        """Rounds per second over all games, and pictures per second of each."""
        self.take_picture()
        started, before, pictures = monotonic(), dict(self.rounds), 0
        while monotonic() < started + seconds:
            pictures += "frame" in self.take()
        took = monotonic() - started
        played = sum(self.rounds[game] - before[game] for game in before)
        return played / took, pictures / took / len(before)

    def take_picture(self) -> dict[str, Any]:
        """The next picture's header."""
        while "frame" not in (taken := self.take()):
            pass
        return taken


@contextmanager
def arena(config: str, overrides: list[str], runs_dir: Path) -> Iterator[tuple[str, int]]:
    """An arena in a process of its own: its address, and the process's number."""
    command = [*ganrun("arena", config, overrides, runs_dir), "--no-open", "--port", "0", "--quiet"]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert served.stdout is not None
    try:
        yield served.stdout.readline().split()[4], served.pid
    finally:
        served.send_signal(signal.SIGINT)
        code = served.wait(120)
        print(f"ended by Ctrl-C with exit code {code}")


def ganrun(command: str, config: str, overrides: list[str], runs_dir: Path) -> list[str]:
    """A command line."""
    sets = [part for override in overrides for part in ("--set", override)]
    return [sys.executable, "-m", "ganrun", command, config, *sets, "--runs-dir", str(runs_dir)]


def trained(config: str, overrides: list[str], rounds: int) -> float:
    """Rounds per second of `ganrun train`, without compiling and measuring."""
    with tempfile.TemporaryDirectory() as folder:
        length = [*overrides, "seeds=[0]", f"training.steps={rounds}"]
        command = [*ganrun("train", config, length, Path(folder)), "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (record,) = Path(folder).glob("*/run.json")
        return float(json.loads(record.read_text())["rounds_per_second"])


def compare(page: Page, config: str, overrides: list[str], seconds: float, repeats: int) -> None:
    """Print rounds per second with a page and without."""
    shown, alone, pictures = [], [], []
    page.say("play")
    page.watch(seconds / 2)
    for _ in range(repeats):
        page.say("play")
        page.watch(1.0)  # until the rate is known again
        rate, shown_per_second = page.watch(seconds)
        page.say("pause")
        while page.state["playing"]:
            page.take()
        sleep(1.5)  # the process beside comes to rest
        shown.append(rate)
        pictures.append(shown_per_second)
        alone.append(trained(config, overrides, max(1000, int(rate * seconds))))
        print(
            f"  {rate:8,.0f} rounds/s shown at {shown_per_second:.1f} pictures/s, "
            f"{alone[-1]:8,.0f} trained without a page: {rate / alone[-1]:.0%}"
        )
    ratio = statistics.median(shown) / statistics.median(alone)
    print(f"ratio of medians: {ratio:.0%}, at {min(pictures):.1f} pictures/s or more")


def side_by_side(page: Page, seconds: float) -> None:
    """Print how several games share the core that trains."""
    first = page.state["games"][0]["id"]
    for games in (2, 4, 6):
        while len(page.state["games"]) < games:
            page.say("add", copy_of=first)
            while page.take().get("type") != "state":
                pass
        page.ready()
        page.say("play")
        page.watch(1.0)
        rate, pictures = page.watch(seconds)
        page.say("pause")
        print(f"{games} games: {rate:8,.0f} rounds/s in all, {pictures:.1f} pictures/s of each")
    for one in page.state["games"][1:]:
        page.say("remove", game=one["id"])
    while len(page.state["games"]) > 1:
        page.take()
    page.rounds = {first: 0}


def delays(page: Page, count: int) -> None:
    """Print how soon a setting is in force, and seen."""
    in_force: list[float] = []
    seen: list[float] = []
    page.say("play")
    page.watch(1.0)
    for i in range(count):
        until = monotonic() + random.uniform(0.02, 0.12)
        while monotonic() < until:
            with suppress(TimeoutError):
                page.take(max(0.001, until - monotonic()))
        value = 1e-4 * (1 + i % 7)
        started = monotonic()
        page.say("set", field="optimizer.learning_rate", value=value)
        while True:
            taken = page.take()
            if "frame" in taken and len(in_force) > len(seen):
                seen.append(monotonic() - started)
                break
            if taken.get("type") == "state" and len(in_force) == len(seen):
                in_force.append(monotonic() - started)
    page.say("pause")
    for what, values in (("in force before the next round", in_force), ("seen", seen)):
        ordered = sorted(1000 * value for value in values)
        print(
            f"a setting is {what}: median {statistics.median(ordered):.0f} ms, 95 % within "
            f"{ordered[int(0.95 * len(ordered))]:.0f} ms, all {len(ordered)} within "
            f"{ordered[-1]:.0f} ms"
        )


def malformed(rng: random.Random) -> str | bytes:
    """Something that cannot be used."""
    kinds = ["bytes", "text", "json", "nearly", "deep", "long"]
    match rng.choice(kinds):
        case "bytes":
            return rng.randbytes(rng.randrange(2000))
        case "text":
            return "".join(chr(rng.randrange(1, 0xD7FF)) for _ in range(rng.randrange(300)))
        case "json":
            return json.dumps([rng.random(), {"type": rng.choice(["play", 3, None])}])
        case "nearly":
            field = rng.choice(["seed", "game", "value", "what", "x"])
            type_ = rng.choice(["set", "step", "stage", "reseed", "seen"])
            value = rng.choice(["NaN", "1e999", "-1", '"\\ud800"', "{}", "[]", "9" * 400])
            return f'{{"type": "{type_}", "{field}": {value}, "more": 0}}'
        case "deep":
            return "[" * rng.randrange(10_000)
    return "x" * rng.randrange(60_000)


def survive(address: str, process: int) -> None:
    """Print whether it lives, and how large it is, through nonsense and through visits."""
    print(f"memory before: {resident(process)}")
    rng = random.Random(0)
    sent = answered = let_go = 0
    started = monotonic()
    while sent < MALFORMED:
        with Page(address) as page:
            try:
                while sent < MALFORMED:
                    page.send(malformed(rng))
                    sent += 1
                    while page.take().get("type") != "error":
                        pass
                    answered += 1
            except ConnectionClosed:
                let_go += 1
    print(
        f"{sent:,} malformed messages in {monotonic() - started:.0f} s: {answered:,} answered by "
        f"an error, {let_go} times let go; memory {resident(process)}"
    )
    for _ in range(VISITS):
        with Page(address) as page:
            page.ready()
    print(f"{VISITS} connects and disconnects; memory {resident(process)}")
    with Page(address) as page:
        page.ready()
        page.say("play")
        rate, pictures = page.watch(5.0)
        print(
            f"alive: {rate:,.0f} rounds/s at {pictures:.1f} pictures/s; memory {resident(process)}"
        )


def resident(process: int) -> str:
    """The process's resident memory."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return "unknown"
    kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return f"{int(kibibytes) / 1024:.1f} MiB"


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("config", nargs="?", default="configs/five_gaussians.yaml")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="A=B")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--repeats", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs_dir = Path(folder) / "runs"
        with arena(options.config, options.overrides, runs_dir) as (address, process):
            with Page(address) as page:
                page.ready()
                print(options.config, *options.overrides)
                compare(page, options.config, options.overrides, options.seconds, options.repeats)
                delays(page, SETTINGS)
                side_by_side(page, options.seconds / 2)
            survive(address, process)
        print("nothing was saved" if not runs_dir.exists() else "something was saved unasked")


if __name__ == "__main__":
    main()
