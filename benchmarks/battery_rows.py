"""The rows of the mode counter's battery: how the samples are made, and which modes they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scenes import SHAPES, Points, Scene, Shape, gaussian
from benchmarks.trained_samples import TrainedSet
from ganrun.config.targets import Custom, Grid, Line, Random, Ring, Spiral
from ganrun.mixture import Mixture, mixture_of


@dataclass(frozen=True, eq=False)
class Case:
    """Samples and the modes that they truly hold; `row` is the line of the table they count for."""

    group: str
    row: str
    words: str
    """The row's truth, in words."""
    mixture: Mixture
    samples: Points
    truth: frozenset[int]
    """The modes that are there."""
    unclear: frozenset[int] = frozenset()
    """The modes of which that cannot be said."""

    @property
    def clear(self) -> bool:
        """Whether the truth is clear-cut."""
        return not self.unclear


TARGETS: dict[str, Mixture] = {
    "1 mode": mixture_of(Ring(modes=1)),
    "ring of 2": mixture_of(Ring(modes=2)),
    "ring of 3": mixture_of(Ring(modes=3)),
    "ring of 5": mixture_of(Ring(modes=5)),
    "line of 4": mixture_of(Line(modes=4, std=0.1)),
    "ring of 8": mixture_of(Ring(modes=8, radius=1.0, std=0.01)),
    "tilted 6": mixture_of(
        Custom(
            means=((-2, -2), (-2, 0), (-2, 2), (2, -2), (2, 0), (2, 2)),
            covariances=(((0.04, 0.03), (0.03, 0.04)), ((0.01, 0), (0, 0.04))) * 3,
        )
    ),
    "random 10": mixture_of(Random(modes=10)),
    "spiral of 12": mixture_of(Spiral(modes=12, std=0.03)),
    "grid of 16": mixture_of(Grid(rows=4, columns=4, spacing=1.0)),
    "ring of 20": mixture_of(Ring(modes=20, std=0.02)),
    "grid of 25": mixture_of(Grid(rows=5, columns=5, spacing=2.0)),
}


Edit = Callable[[Scene], None]
LOST = 1e-9
"""Share of a lost mode: no samples, unless there is nothing else."""


def perfect(scene: Scene) -> None:
    """Samples of the target itself."""


def subset(scene: Scene) -> None:
    """Any modes, but not all, in any proportions between 1 and 3."""
    k = scene.mixture.modes
    scene.shares *= scene.rng.uniform(1, 3, k)
    scene.keep(scene.rng.permutation(k)[: scene.rng.integers(1, max(k, 2))])


def neighbours(scene: Scene) -> list[tuple[int, int]]:
    """Every mode that has samples, joined to the nearest other mode that has some."""
    kept = np.flatnonzero(scene.shares > LOST)
    if len(kept) < 2:
        return []
    means = scene.mixture.means[kept]
    gaps = np.linalg.norm(means[:, None] - means, axis=2) + np.diag(np.full(len(kept), np.inf))
    return [(int(a), int(kept[b])) for a, b in zip(kept, gaps.argmin(axis=1), strict=True)]


def with_bridges(share: float, width: float, lose: bool) -> Edit:
    """Filaments between neighbours, with or without lost modes."""

    def edit(scene: Scene) -> None:
        if lose:
            subset(scene)
        if pairs := neighbours(scene):
            scene.bridges(share, pairs, width)

    return edit


def with_background(share: float, lose: bool) -> Edit:
    """Uniform noise, with or without lost modes."""

    def edit(scene: Scene) -> None:
        if lose:
            subset(scene)
        scene.background(share)

    return edit


def with_blob(share: float, width: float) -> Edit:
    """A clump between the first mode and its nearest neighbour."""

    def edit(scene: Scene) -> None:
        if pairs := neighbours(scene):
            scene.blob(share, pairs[0], width)

    return edit


def with_widths(width: float, part: float = 1.0) -> Edit:
    """All modes, or a part of them, narrower or wider."""

    def edit(scene: Scene) -> None:
        scene.widths[scene.rng.random(scene.mixture.modes) < part] = width

    return edit


def with_shifts(shift: float, part: float = 1.0) -> Edit:
    """All modes, or a part of them, shifted by so many std, each its own way."""

    def edit(scene: Scene) -> None:
        scene.shifts[scene.rng.random(scene.mixture.modes) < part] = shift

    return edit


def with_shape(shape: Shape) -> Edit:
    """All modes of a shape that is not Gaussian."""

    def edit(scene: Scene) -> None:
        scene.shapes = [shape] * scene.mixture.modes

    return edit


def with_shares(share: float) -> Edit:
    """Half of the modes (not the first) at a fraction of their weight."""

    def edit(scene: Scene) -> None:
        # The others take over what these lose.
        scene.shares[1 : 1 + scene.mixture.modes // 2] *= share / (2 - share)

    return edit


def uneven_target(scene: Scene) -> None:
    """Perfect samples of a target whose lightest mode weighs a twentieth of its heaviest."""
    mixture = scene.mixture
    weights = np.geomspace(1, 1 / 20, mixture.modes) if mixture.modes > 1 else np.ones(1)
    scene.mixture = Mixture(mixture.means, mixture.covariances, weights / weights.sum())
    scene.shares = scene.mixture.weights.copy()


def everything(scene: Scene) -> None:
    """Every mode has a fate of its own, amid background, filaments and a blob."""
    k, rng = scene.mixture.modes, scene.rng
    shapes = [gaussian, gaussian, *SHAPES.values()]
    for mode in range(k):
        fate = rng.integers(8)
        if fate == 0:
            scene.shares[mode] *= LOST
        elif fate == 1:
            scene.shifts[mode] = rng.uniform(3, 6)
        elif fate == 2:
            scene.widths[mode] = rng.choice([0.01, 0.1, 3.0])
        else:
            scene.shares[mode] *= rng.uniform(0.6, 1.5)
            scene.widths[mode] = rng.uniform(0.6, 1.4)
            scene.shifts[mode] = rng.uniform(0, 1)
            scene.shapes[mode] = shapes[rng.integers(len(shapes))]
    scene.background(rng.uniform(0, 0.1))
    if pairs := neighbours(scene):
        scene.bridges(rng.uniform(0, 0.2), pairs, rng.uniform(0.1, 1.0))
        scene.blob(rng.uniform(0, 0.1), pairs[0], rng.uniform(0.5, 2.0))


Rows = dict[str, tuple[str, Edit]]


def _bridge_rows() -> Rows:
    settings = [
        (0.05, 0.2, False),
        (0.15, 1.0, False),
        (0.3, 0.2, False),
        (0.15, 0.2, True),
        (0.3, 1.0, True),
    ]
    return {
        f"{share:.0%} in filaments of {width} std{_AMONG_LOST * lose}": (
            _KEPT if lose else "all",
            with_bridges(share, width, lose),
        )
        for share, width, lose in settings
    }


def _background_rows() -> Rows:
    settings = [(0.02, False), (0.05, True), (0.1, False), (0.2, False), (0.2, True)]
    return {
        f"{share:.0%} noise{_AMONG_LOST * lose}": (
            _KEPT if lose else "all",
            with_background(share, lose),
        )
        for share, lose in settings
    }


_AMONG_LOST = ", modes lost"
_KEPT = "those kept"
_OTHERS = "the others"

EDITS: dict[str, Rows] = {
    "perfect": {"the target's own samples": ("all", perfect)},
    "lost modes": {"any subset, unevenly": (_KEPT, subset)},
    "bridges": _bridge_rows(),
    "background": _background_rows(),
    "blob": {
        f"{share:.0%} in a blob of {width:g} std between modes": ("all", with_blob(share, width))
        for share, width in [(0.05, 1.0), (0.1, 2.0), (0.2, 1.0), (0.2, 3.0)]
    },
    "width": {
        "points": ("none", with_widths(0.001)),
        "shrunk to a tenth": ("none", with_widths(0.1)),
        "half of them points": (_OTHERS, with_widths(0.001, 0.5)),
        "half as wide": ("all", with_widths(0.5)),
        "1.5 times as wide": ("all", with_widths(1.5)),
        "twice as wide": ("not clear-cut", with_widths(2.0)),
        "swollen threefold": ("none", with_widths(3.0)),
        "half of them swollen threefold": (_OTHERS, with_widths(3.0, 0.5)),
    },
    "shape": {name: ("all", with_shape(shape)) for name, shape in SHAPES.items()},
    "shift": {
        "by 1 std": ("all", with_shifts(1)),
        "by 1.5 std": ("not clear-cut", with_shifts(1.5)),
        "by 2 std": ("not clear-cut", with_shifts(2)),
        "by 3 std": ("none", with_shifts(3)),
        "by 4 std": ("none", with_shifts(4)),
        "half of them by 3 std": (_OTHERS, with_shifts(3, 0.5)),
        "half of them by 6 std": (_OTHERS, with_shifts(6, 0.5)),
    },
    "weights": {
        "target uneven, down to a twentieth": ("all", uneven_target),
        "half of them at two thirds of it": ("all", with_shares(0.67)),
        "half of them at a fifth": ("not clear-cut", with_shares(0.2)),
        "half of them at a twentieth": (_OTHERS, with_shares(0.05)),
    },
    "everything": {"each mode its own fate, amid all of it": ("those there", everything)},
}
"""Group -> row -> its truth in words, and how its samples differ from perfect ones."""

SIZES = (500, 1000, 2500, 10000)


def scene_cases(
    repeats: int = 1, sizes: Sequence[int] = SIZES, targets: Sequence[str] = tuple(TARGETS)
) -> Iterator[Case]:
    """Every row of `EDITS` on every target and sample size, `repeats` times each."""
    for group, rows in EDITS.items():
        for row, (truth, edit) in rows.items():
            for target in targets:
                for n in sizes:
                    for repeat in range(repeats):
                        yield _case(group, row, truth, edit, target, n, repeat)


def _case(group: str, row: str, words: str, edit: Edit, target: str, n: int, repeat: int) -> Case:
    seed = [sum(map(ord, group + row)), list(TARGETS).index(target), n, repeat]
    scene = Scene(TARGETS[target], n, np.random.default_rng(seed))
    edit(scene)
    truth, unclear = scene.truth()
    return Case(group, row, words, scene.mixture, scene.samples(), truth, unclear)


def odd_cases() -> Iterator[Case]:
    """Samples that a broken generator may make, on five modes."""
    mixture = TARGETS["ring of 5"]
    rng = np.random.default_rng(5)
    perfect_samples = mixture.sample(2500, rng)[0]
    with_nan, with_infinity, far = (perfect_samples.copy() for _ in range(3))
    with_nan[::20] = np.nan
    with_infinity[::20, 1] = np.inf
    far[::3] *= 1e30
    x_min, x_max, y_min, y_max = mixture.extent
    noise = rng.uniform([x_min, y_min], [x_max, y_max], (2500, 2))
    on_a_line = np.outer(np.linspace(-3, 3, 2500), [0.6, 0.8])
    rows: list[tuple[str, Points, bool | None]] = [
        ("constant, at the origin", np.zeros((2500, 2)), False),
        ("constant, on a mode", np.tile(mixture.means[0], (2500, 1)), False),
        ("two constants", np.repeat(mixture.means[:2], 1250, axis=0), False),
        ("one sample in 20 is NaN", with_nan, True),
        ("one sample in 20 is infinite", with_infinity, True),
        ("a third of the samples at 1e30", far, True),
        ("all NaN", np.full((2500, 2), np.nan), False),
        ("all infinite", np.full((2500, 2), -np.inf), False),
        ("no samples", np.zeros((0, 2)), False),
        ("one sample", mixture.means[:1], False),
        ("three samples", perfect_samples[:3], None),
        ("noise alone", noise, False),
        ("a straight line", on_a_line, False),
        ("one wide Gaussian", 2 * rng.standard_normal((2500, 2)), False),
    ]
    for row, samples, there in rows:
        words = {True: "all", False: "none", None: "not clear-cut"}[there]
        modes = frozenset(range(5))
        truth = modes if there else frozenset[int]()
        unclear = modes if there is None else frozenset[int]()
        yield Case("odd", row, words, mixture, samples, truth, unclear)


def trained_cases(sets: Iterable[TrainedSet], group: str = "trained") -> Iterator[Case]:
    """Samples of trained generators, by the game and target that they were trained on."""
    for one in sets:
        row = one.name.split(", seed")[0]
        yield Case(group, row, "as labelled", one.mixture, one.samples, one.truth, one.unclear)
