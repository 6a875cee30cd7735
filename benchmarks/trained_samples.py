"""Samples of generators that ganrun has really trained, and the modes that they hold.

    python -m benchmarks.trained_samples      trains them and writes benchmarks/trained_samples.npz

What a trained generator holds is not known by construction. It is read off 100,000 of its samples,
forty times what the counter is given, by a rule that knows no mixture fit: a histogram around each
mode, to 6 std, in cells of a quarter std. Distances are in the mode's own std.

- *There*: within 3 std lies at least half the mode's weight; its centre is within 1.2 std; it is
  0.4 to 1.5 times as wide, by root mean square and by median; and what lies between 3 and 6 std is
  at most a quarter as much, so that it is a heap, and not a stretch of a thread.
- *Not there*: within 3 std lies at most a tenth of its weight; or what lies there is a point, of
  less than 0.15 std; or it is no heap: less dense than what surrounds it.
- All else is unclear. A set of samples is clear-cut if each of its modes is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from ganrun.config import Experiment
from ganrun.mixture import Mixture, mixture_of

STORED = Path(__file__).with_name("trained_samples.npz")
STORED_SETS = 24
"""As many clear-cut sets are stored: enough for the tests, and under 300 KB."""
SAMPLES = 2500
MANY = 100_000
FRESH_SEED = 1000
"""Seeds from here on are not among the stored sets."""
ROUNDS = (1000, 3000, 8000)
"""Generators are looked at after so many rounds: unfinished ones are part of the matter."""

THERE, GONE, UNCLEAR = 1, 0, -1

TARGETS: dict[str, dict[str, Any]] = {
    "five": {"layout": "ring", "modes": 5},
    "five uneven": {"layout": "ring", "modes": 5, "weights": [8, 5, 4, 2, 1]},
    "ring of 8": {"layout": "ring", "modes": 8, "radius": 1.0, "std": 0.02},
    "line of 4": {"layout": "line", "modes": 4, "std": 0.1},
    "random 10": {"layout": "random", "modes": 10},
    "grid of 25": {"layout": "grid", "rows": 5, "columns": 5, "spacing": 1.0},
}
PLAIN: dict[str, Any] = {"optimizer": {"learning_rate": 1e-3}}
GAMES: dict[str, dict[str, Any]] = {
    "plain": PLAIN,
    "plain, strong critic": {
        "optimizer": {"learning_rate": 1e-3, "learning_rate_ratio": 3.0},
        "training": {"discriminator_steps": 3},
    },
    "plain, slow": {"optimizer": {"learning_rate": 2e-4}},
    "r1": {"penalties": {"r1": {"weight": 0.1}}, **PLAIN},
    "wgan-gp": {
        "objective": "wasserstein",
        "penalties": {"gradient_penalty": {"weight": 1.0}},
        "training": {"discriminator_steps": 3},
        **PLAIN,
    },
    "hinge, wide latent": {"objective": "hinge", "generator": {"latent_dim": 8}, **PLAIN},
    "least squares": {"objective": "least_squares", **PLAIN},
}


@dataclass(frozen=True, eq=False)
class TrainedSet:
    """Samples of one generator at one round; `labels` say of each mode whether it is there."""

    name: str
    mixture: Mixture
    samples: Float[ndarray, "N 2"]
    labels: Int[ndarray, " K"]

    @property
    def clear(self) -> bool:
        """Whether nobody could argue about any mode."""
        return not self.unclear

    @property
    def unclear(self) -> frozenset[int]:
        """The modes of which it cannot be said whether they are there."""
        return frozenset(np.flatnonzero(self.labels == UNCLEAR).tolist())

    @property
    def truth(self) -> frozenset[int]:
        """The modes that are there."""
        return frozenset(np.flatnonzero(self.labels == THERE).tolist())


def label_modes(points: Float[ndarray, "N 2"], mixture: Mixture) -> Int[ndarray, " K"]:
    """Say of each mode whether the points hold it, by the rule at the head of this file."""
    return np.array([_label(points, mixture, k) for k in range(mixture.modes)])


def _label(points: Float[ndarray, "N 2"], mixture: Mixture, mode: int) -> int:
    standard = (points - mixture.means[mode]) @ mixture.whitening[mode].T
    edges = np.linspace(-6, 6, 49)
    histogram = np.histogram2d(standard[:, 0], standard[:, 1], bins=(edges, edges))[0]
    middle = (edges[1:] + edges[:-1]) / 2
    x, y = np.meshgrid(middle, middle, indexing="ij")
    radius = np.hypot(x, y)
    core = np.where(radius <= 3, histogram, 0)
    around = histogram[(radius > 3) & (radius <= 6)].sum()
    inside = core.sum()
    relative = inside / len(points) / mixture.weights[mode]
    if relative <= 0.1:
        return GONE
    centre = np.array([(core * x).sum(), (core * y).sum()]) / inside
    distance = np.hypot(x - centre[0], y - centre[1])
    width = np.sqrt((core * distance**2).sum() / inside / 2)
    if width <= 0.15 or inside / 9 <= around / 27:  # areas of the disc and of what surrounds it
        return GONE
    order = np.argsort(distance, axis=None)
    median = distance.flat[order[np.searchsorted(core.flat[order].cumsum(), inside / 2)]]
    heap = around <= inside / 4
    wide = min(width, median / 1.177) >= 0.4 and max(width, median / 1.177) <= 1.5
    return THERE if relative >= 0.5 and np.hypot(*centre) <= 1.2 and wide and heap else UNCLEAR


def train(seeds: int, first_seed: int = 0) -> Iterator[TrainedSet]:
    """Play every game on every target and yield what each generator makes at each of `ROUNDS`."""
    from ganrun.game import backend

    backend.prepare()
    import jax

    from ganrun.game.members import game_of, hyperparameters_of
    from ganrun.game.population import Group, Sizes, lanes_for, program_for

    device = jax.local_devices()[0]
    lanes = lanes_for(device.platform)
    for game_name, settings in GAMES.items():
        for target_name, target in TARGETS.items():
            one = Experiment.model_validate({"target": target, **settings})
            mixture = mixture_of(one.target)
            sizes = Sizes(modes=mixture.modes, evaluation_samples=MANY, snapshot_samples=1, grid=2)
            program = program_for(game_of(one), sizes, lanes)
            for seed in range(first_seed, first_seed + seeds):
                member = hyperparameters_of(one.model_copy(update={"seeds": (seed,)}))
                group = Group(program, device, [member], [None])
                for rounds in ROUNDS:
                    group.advance([rounds])
                    points = np.asarray(group.evaluate()[0].samples, np.float64)
                    if group.diverged_at[0] is None:
                        name = f"{game_name}: {target_name}, seed {seed}, round {rounds}"
                        labels = label_modes(points, mixture)
                        yield TrainedSet(name, mixture, points[:SAMPLES], labels)


def stored() -> list[TrainedSet]:
    """The sets that `trained_samples.npz` holds; all are clear-cut."""
    with np.load(STORED) as file:
        names = [str(name) for name in file["names"]]
        return [
            _restored(name, file[f"samples_{i}"], file[f"labels_{i}"])
            for i, name in enumerate(names)
        ]


def _restored(name: str, cells: ndarray, labels: ndarray) -> TrainedSet:
    mixture = _mixture(name)
    samples = cells.astype(np.float64) * _resolution(mixture)
    return TrainedSet(name, mixture, samples, labels.astype(np.int64))


def _mixture(name: str) -> Mixture:
    """The target of a set, by its name."""
    target = name.split(": ")[1].split(", seed")[0]
    return mixture_of(Experiment.model_validate({"target": TARGETS[target]}).target)


def _resolution(mixture: Mixture) -> float:
    """Samples are stored as 16-bit multiples of this: a few thousandths of a std."""
    return 3 * max(map(abs, mixture.extent)) / 32767


def main() -> None:
    """Train, take as many clear-cut sets of each target in turn, and store them."""
    sets = list(train(seeds=2))
    clear = [one for one in sets if one.clear]
    of_target = [[one for one in clear if f": {name}, " in one.name] for name in TARGETS]
    in_turn = [one for row in zip_longest(*of_target) for one in row if one is not None]
    chosen = in_turn[:STORED_SETS]
    arrays: dict[str, ndarray] = {"names": np.array([one.name for one in chosen])}
    for i, one in enumerate(chosen):
        cells = np.round(one.samples / _resolution(one.mixture))
        arrays[f"samples_{i}"] = np.clip(cells, -32767, 32767).astype(np.int16)
        arrays[f"labels_{i}"] = one.labels.astype(np.int8)
    np.savez_compressed(STORED, **arrays)  # type: ignore[arg-type]
    print(f"{len(sets)} sets, {len(clear)} clear-cut; {len(chosen)} stored in {STORED.name}")


if __name__ == "__main__":
    main()
