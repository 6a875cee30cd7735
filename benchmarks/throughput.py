"""How fast a GAN is trained, beside PyTorch and beside the machine's limit, all in one run.

    python -m benchmarks.throughput               five minutes; torch is the extra `bench`
    python -m benchmarks.throughput --profile     also where a round's time goes, kernel by kernel

Every figure is microseconds per GAN and round (one discriminator step and one generator step with
Adam). What is compared takes turns, and the ratios are medians over the turns, since machines are
noisy. The limit is the round's own matrix products and nothing else: the same shapes, transposes
and dtype, as one JAX scan on each core at once.
"""

from __future__ import annotations

import argparse
import glob
import math
import multiprocessing
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ganrun.config import Experiment
from ganrun.game import backend

SIZES = ((32, 128), (64, 256), (128, 256))
"""Width of both hidden layers, and batch size."""
GOALS = {32: 25.0, 64: 8.0, 128: 4.5}
"""How many times PyTorch's rate 64 members should reach, by width."""
_KERNEL = re.compile("copy|dot|dot_general|[a-z_-]+_fusion|wrapped_[a-z-]+")
TURNS = 7
TURN_SECONDS = 0.6

Play = Callable[[int], None]
"""Plays that many rounds (of every member) and returns when they are done."""


class Product(NamedTuple):
    """A matrix product `[rows, inner] x [inner, columns]`, with what autodiff transposes."""

    what: str
    rows: int
    inner: int
    columns: int
    transposed: str
    """'left', 'right' or ''."""

    @property
    def flops(self) -> int:
        """A multiplication and an addition for each term."""
        return 2 * self.rows * self.inner * self.columns


def experiment(width: int, batch: int) -> Experiment:
    """Five Gaussians with two hidden layers; all else as the defaults."""
    return Experiment.model_validate(
        {
            "generator": {"hidden": [width, width]},
            "discriminator": {"hidden": [width, width]},
            "training": {"batch_size": batch},
        }
    )


def round_products(width: int, batch: int, latent: int = 2) -> list[Product]:
    """The matrix products of one round with one discriminator step, in their order."""
    generator = [(latent, width), (width, width), (width, 2)]
    discriminator = [(2, width), (width, width), (width, 1)]

    def forward(name: str, layers: list[tuple[int, int]], points: int) -> Iterator[Product]:
        for i, o in layers:
            yield Product(f"{name} forward", points, i, o, "")

    def backward(
        name: str, layers: list[tuple[int, int]], points: int, *, weights: bool, inputs: bool
    ) -> Iterator[Product]:
        for depth, (i, o) in reversed(list(enumerate(layers))):
            if weights:
                yield Product(f"{name} weight gradient", i, points, o, "left")
            if inputs or depth > 0:
                yield Product(f"{name} input gradient", points, o, i, "right")

    return [
        *forward("G", generator, batch),
        *forward("D", discriminator, 2 * batch),
        *backward("D", discriminator, 2 * batch, weights=True, inputs=False),
        *forward("G", generator, batch),
        *forward("D", discriminator, batch),
        *backward("D", discriminator, batch, weights=False, inputs=True),
        *backward("G", generator, batch, weights=True, inputs=False),
    ]


def limit(width: int, batch: int, members: int) -> Play:
    """The products alone, on this core, as often as `members` members have them in a round."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    products = round_products(width, batch)
    contract = {"": ((1,), (0,)), "left": ((0,), (0,)), "right": ((1,), (1,))}

    def operands(p: Product) -> tuple[Any, Any]:
        left = (p.inner, p.rows) if p.transposed == "left" else (p.rows, p.inner)
        right = (p.columns, p.inner) if p.transposed == "right" else (p.inner, p.columns)
        return jnp.full(left, 0.01), jnp.full(right, 0.01)

    lefts, rights = zip(*(operands(p) for p in products), strict=True)

    @jax.jit
    def scan(lefts: Any, rights: Any, rounds: Any) -> Any:
        def body(_: Any, lefts: Any) -> Any:
            # One entry of each product goes into its next left operand, so that none is hoisted.
            outs = [
                lax.dot_general(x, y, (contract[p.transposed], ((), ())))
                for p, x, y in zip(products, lefts, rights, strict=True)
            ]
            return tuple(x.at[0, 0].set(o[0, 0]) for x, o in zip(lefts, outs, strict=True))

        return lax.fori_loop(0, rounds, body, lefts)

    def play(rounds: int) -> None:
        for _ in range(members):
            jax.block_until_ready(scan(lefts, rights, rounds))

    return play


def ganrun_members(width: int, batch: int, members: int) -> Play:
    """That many GANs in ganrun's engine, on this core."""
    import jax

    from ganrun.game.members import hyperparameters_of
    from ganrun.game.population import Group, lanes_for
    from ganrun.playing.play import program_of

    config = experiment(width, batch)
    device = jax.local_devices()[0]
    lanes = lanes_for(device.platform)
    program = program_of(config, lanes)
    hyper = [hyperparameters_of(config.with_seed(seed)) for seed in range(members)]
    program.compile(hyper[0], device)
    cuts = [hyper[i : i + lanes] for i in range(0, members, lanes)]
    groups = [Group(program, device, some, [None] * len(some)) for some in cuts]
    played = 0

    def play(rounds: int) -> None:
        nonlocal played
        played += rounds
        for group in groups:
            group.advance([played] * group.size)

    return play


class Core:
    """A process with a core of its own, as ganrun's workers are, that plays what it is told."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        context.Process(target=_serve, args=(other,), daemon=True).start()

    def tell(self, *command: Any) -> None:
        """Send a command, `("make", name, maker, width, batch, members)` or `("play", name, n)`."""
        self._pipe.send(command)

    def hear(self) -> None:
        """Wait until the last command is done."""
        self._pipe.recv()


def _serve(pipe: Any) -> None:
    backend.prepare()
    plays: dict[str, Play] = {}
    while True:
        try:
            what, name, *rest = pipe.recv()
        except EOFError:  # the benchmark is over
            return
        if what == "make":
            maker, *sizes = rest
            plays[name] = maker(*sizes)
        else:
            plays[name](*rest)
        pipe.send(None)


def on_cores(
    cores: list[Core], maker: Callable[..., Play], width: int, batch: int, members: int
) -> Play:
    """Members shared out among the cores, all of which play at once."""
    name = f"{maker.__name__} {width} {members}"
    for core in cores:
        core.tell("make", name, maker, width, batch, members // len(cores))
    for core in cores:
        core.hear()

    def play(rounds: int) -> None:
        for core in cores:
            core.tell("play", name, rounds)
        for core in cores:
            core.hear()

    return play


def torch_loop(width: int, batch: int) -> Play:
    """The same game as an eager PyTorch loop, with PyTorch's own threads."""
    import torch
    from torch import nn
    from torch.nn.functional import softplus

    def network(outputs: int) -> Any:
        return nn.Sequential(
            nn.Linear(2, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, outputs),
        )

    generator, discriminator = network(2), network(1)
    adam_g = torch.optim.Adam(generator.parameters(), 1e-3, (0.5, 0.999))
    adam_d = torch.optim.Adam(discriminator.parameters(), 1e-3, (0.5, 0.999))
    angles = 2 * math.pi * torch.arange(5) / 5
    means = 2 * torch.stack([angles.cos(), angles.sin()], 1)

    def play(rounds: int) -> None:
        for _ in range(rounds):
            real = means[torch.randint(5, (batch,))] + 0.05 * torch.randn(batch, 2)
            with torch.no_grad():
                fake = generator(torch.randn(batch, 2))
            logits = discriminator(torch.cat([real, fake]))
            loss_d = softplus(-logits[:batch]).mean() + softplus(logits[batch:]).mean()
            adam_d.zero_grad()
            loss_d.backward()
            adam_d.step()
            loss_g = softplus(-discriminator(generator(torch.randn(batch, 2)))).mean()
            adam_g.zero_grad()
            loss_g.backward()
            adam_g.step()

    return play


def time_in_turns(plays: dict[str, tuple[Play, int]]) -> dict[str, list[float]]:
    """Microseconds per GAN and round, turn by turn; each play comes with its number of members."""
    rounds = {}
    for name, (play, _) in plays.items():
        play(2)
        started = time.perf_counter()
        play(10)
        rounds[name] = max(3, int(TURN_SECONDS / (time.perf_counter() - started) * 10))
    times: dict[str, list[float]] = {name: [] for name in plays}
    for _ in range(TURNS):
        for name, (play, members) in plays.items():
            started = time.perf_counter()
            play(rounds[name])
            took = time.perf_counter() - started
            times[name].append(took / rounds[name] / members * 1e6)
    return times


def ratio(over: list[float], under: list[float]) -> float:
    """Median over the turns of one time over another."""
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def print_products(width: int, batch: int) -> None:
    """The list that the limit is made of."""
    products = round_products(width, batch)
    total = sum(p.flops for p in products)
    print(f"\nThe round's matrix products at 2x{width}, batch {batch}: {total / 1e6:.1f} MFLOP")
    for product, count in Counter(products).items():
        shape = f"[{product.rows}, {product.inner}] x [{product.inner}, {product.columns}]"
        side = f", {product.transposed} transposed" if product.transposed else ""
        print(f"  {count} x {product.what:<19} {shape}{side}: {product.flops / 1e6:.2f} MFLOP")


def print_profile(width: int, batch: int) -> None:
    """Where a round's time goes, by kernel, in one member alone; tracing itself adds to it."""
    import jax

    play = ganrun_members(width, batch, 1)
    play(20)
    rounds = 100
    with tempfile.TemporaryDirectory() as folder:
        with jax.profiler.trace(folder):
            play(rounds)
        (path,) = glob.glob(f"{folder}/**/*.xplane.pb", recursive=True)
        spent: Counter[str] = Counter()
        for plane in jax.profiler.ProfileData.from_file(path).planes:
            for line in plane.lines:
                for event in line.events:
                    kernel = event.name.split(".")[0]
                    if re.fullmatch(
                        "(copy|dot|dot_general|[a-z_-]+_fusion|wrapped_[a-z-]+)", kernel
                    ):
                        spent[kernel] += event.duration_ns
    total = sum(spent.values())
    print(f"\nA round at 2x{width}: {total / rounds / 1e3:.0f} us in kernels while traced")
    for kernel, nanoseconds in spent.most_common(14):
        print(f"  {nanoseconds / total:5.1%} {nanoseconds / rounds / 1e3:8.1f} us  {kernel}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--profile", action="store_true", help="also profile a round")
    parser.add_argument("--no-torch", action="store_true", help="leave PyTorch out")
    options = parser.parse_args()
    backend.prepare()
    cores = [Core() for _ in range(backend.cores())]
    print(f"{len(cores)} cores; microseconds per GAN and round, median (least) of {TURNS} turns")
    for width, batch in SIZES:
        plays = {
            "limit": (on_cores(cores, limit, width, batch, len(cores)), len(cores)),
            "ganrun, 64 members": (on_cores(cores, ganrun_members, width, batch, 64), 64),
            "ganrun, 1 member": (on_cores(cores[:1], ganrun_members, width, batch, 1), 1),
        }
        if not options.no_torch:
            plays["PyTorch eager"] = (torch_loop(width, batch), 1)
        times = time_in_turns(plays)
        print(f"\n2x{width}, batch {batch}")
        many = times["ganrun, 64 members"]
        for name, took in times.items():
            print(f"  {name:<20} {statistics.median(took):8.1f} ({min(took):.1f})")
        print(f"  64 members reach {ratio(times['limit'], many):.0%} of the limit's rate", end="")
        if not options.no_torch:
            faster = ratio(times["PyTorch eager"], many)
            print(f" and {faster:.1f} times PyTorch's (goal {GOALS[width]:g})", end="")
        print(flush=True)
    for width, batch in SIZES:
        print_products(width, batch)
    if options.profile:
        for width, batch in SIZES:
            print_profile(width, batch)


if __name__ == "__main__":
    main()
