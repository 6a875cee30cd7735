"""Runs made up from arrays, for the tests of what people look at; nothing here is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ganrun.config import Experiment
from ganrun.config.metrics import metrics_columns
from ganrun.config.targets import Grid, Ring
from ganrun.measure.evaluation import evaluate_samples
from ganrun.mixture import Mixture, mixture_of
from ganrun.playing.progress import MemberProgress
from ganrun.report.best_verdict import BestVerdict
from ganrun.report.run_record import RunRecord
from ganrun.store import Run, Snapshot, Snapshots, open_run
from ganrun.verdict import Verdict

NUMERICS = {"machine": "Linux x86_64", "backend": "cpu", "jaxlib": "0.10.2", "lanes": 1}

REFERENCE = {
    "modes_recovered": {"mean": 5.0, "p5": 5.0, "p95": 5.0},
    "modes_covered": {"mean": 5.0, "p5": 5.0, "p95": 5.0},
    "high_quality": {"mean": 0.9891, "p5": 0.9852, "p95": 0.9920},
    "reverse_kl": {"mean": 0.0008, "p5": 0.0002, "p95": 0.0017},
    "mode_tv": {"mean": 0.0222, "p5": 0.0151, "p95": 0.0312},
    "spread": {"mean": 0.951, "p5": 0.922, "p95": 0.980},
    "nll": {"mean": -1.55, "p5": -1.58, "p95": -1.52},
    "sliced_wasserstein": {"mean": 0.051, "p5": 0.021, "p95": 0.089},
    "precision": {"mean": 0.99, "p5": 0.985, "p95": 0.994},
    "recall": {"mean": 0.99, "p5": 0.984, "p95": 0.995},
    "density": {"mean": 1.0, "p5": 0.98, "p95": 1.02},
    "coverage": {"mean": 0.97, "p5": 0.96, "p95": 0.975},
}


def ring(modes: int = 5, std: float = 0.05, radius: float = 2.0, weights=None) -> Mixture:
    return mixture_of(Ring(modes=modes, radius=radius, std=std, weights=weights))


def grid(side: int = 5, std: float = 0.05) -> Mixture:
    return mixture_of(Grid(rows=side, columns=side, spacing=2.0, std=std))


def forged(
    mixture: Mixture, modes: Sequence[int], n: int, rng: np.random.Generator, bridge: float = 0.03
) -> np.ndarray:
    """Samples from some of the modes alone, with a filament between the first two of them."""
    labels = rng.choice(np.asarray(modes), size=n)
    noise = 0.8 * rng.standard_normal((n, 2))
    points = mixture.means[labels] + np.einsum("nij,nj->ni", mixture.cholesky[labels], noise)
    if len(modes) > 1:
        along = rng.random((n, 1))
        line = along * mixture.means[modes[0]] + (1 - along) * mixture.means[modes[1]]
        points = np.where(rng.random((n, 1)) < bridge, line, points)
    return points


def fake_run(
    mixture: Mixture | None = None,
    modes: Sequence[int] | None = None,
    *,
    verdict: str | None = "converged",
    status: str = "complete",
    objective: str = "non_saturating",
    name: str = "five_gaussians",
    seed: int = 0,
    steps: int = 10_000,
    reached: int | None = None,
    diverged_at: int | None = None,
    snapshots: int = 40,
    field_of: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    path: Path = Path("runs/five_gaussians-s0-0123456789abcdef"),
) -> RunRecord:
    """A run that comes to cover `modes` (all by default) of a ring of five (by default)."""
    mixture = ring() if mixture is None else mixture
    total = mixture.modes
    modes = range(total) if modes is None else modes
    rng = np.random.default_rng(seed)
    last = steps if reached is None else reached
    evaluated = [*range(0, last, 250), last]
    rows = [_row(mixture, modes, step, 0.3 * steps, objective, rng) for step in evaluated]
    columns = metrics_columns(total)
    metrics = {name: np.array([row[name] for row in rows], dtype=float) for name in columns}
    metrics["step"] = np.array(evaluated, dtype=np.int64)
    ended = status in ("complete", "diverged")
    final = {name: _finite(rows[-1][name]) for name in columns[9:] if not name.startswith("share")}
    final |= {
        "modes_total": float(total),
        "modes_recovered": float(len(modes)),
        "mixture_components": len(modes) + 1.0,
        "kl": 0.31,
        "sliced_wasserstein": 0.9 if len(modes) < total else 0.06,
        "precision": 0.96,
        "recall": 0.41,
        "density": 0.93,
        "coverage": 0.44,
    }
    config = Experiment.model_validate(
        {
            "seeds": [seed],
            "target": {"modes": total},
            "objective": objective,
            "training": {"steps": steps},
        }
    )
    return RunRecord(
        path=path,
        status=status,
        config=config.model_copy(update={"name": name}),  # whatever name, even one not allowed
        mixture=mixture,
        metrics=metrics,
        snapshots=_snapshots(mixture, modes, last, 0.3 * steps, snapshots, rng, field_of),
        final=final if ended else {},
        best=quick(verdict) if ended and verdict else None,
        recovered_modes=tuple(modes) if ended else None,
        diverged_at=diverged_at,
        reference=_reference(total) if ended else None,
    )


def quick(word, chance=0.93):
    """A quick verdict; of a run that diverged, a certain one."""
    chance = 1.0 if word == "diverged" else chance
    other = "undertrained" if word == "collapsed" else "collapsed"
    chances = {word: chance, other: 1 - chance} if chance < 1 else {word: chance}
    evidence = "The same modes stayed missing over the second half."
    return BestVerdict(word, "quick", chance, evidence, chances)


def fake_member(
    samples: np.ndarray | None, seed: int = 0, covered: int | None = 3, **changes
) -> MemberProgress:
    fields = {
        "run": f"five_gaussians-s{seed}",
        "name": "five_gaussians",
        "seed": seed,
        "round": 3250,
        "steps": 10_000,
        "loss_d": 0.912,
        "loss_g": 1.204,
        "modes_covered": covered,
        "target": Ring(),
        "high_quality": 0.93,
        "diverged": False,
        "samples": samples,
    }
    return MemberProgress(**{**fields, **changes})


def _reference(total: int) -> dict[str, dict[str, float]]:
    counts = {"mean": float(total), "p5": float(total), "p95": float(total)}
    return {**REFERENCE, "modes_recovered": counts, "modes_covered": counts}


def four_shown() -> RunRecord:
    """A run that covers four of five modes, the most that perfect samples of that size show."""
    run = fake_run(modes=[0, 1, 2, 3], verdict="sharpening")
    four = {"mean": 4.0, "p5": 4.0, "p95": 4.0, "by_mode": [1.0, 1.0, 1.0, 1.0, 0.0]}
    return replace(run, reference={**_reference(5), "modes_covered": four, "modes_recovered": four})


def beyond_perfect() -> RunRecord:
    """A run that covers and recovers five modes where perfect samples reach four."""
    return replace(fake_run(seed=1), reference=four_shown().reference)


def _samples_at(mixture, modes, step, settled, n, rng) -> np.ndarray:
    """From a blob in the middle to the modes, which are reached at round `settled`."""
    progress = min(step / settled, 1.0)
    blob = 0.4 * rng.standard_normal((n, 2)) * np.abs(mixture.means).max()
    late = forged(mixture, list(modes), n, rng)
    return np.where(rng.random((n, 1)) < progress**2, late, (1 - progress) * blob + progress * late)


def _row(mixture, modes, step, settled, objective, rng) -> dict[str, float]:
    samples = _samples_at(mixture, modes, step, settled, 2500, rng)
    measured = evaluate_samples(samples, mixture.means, mixture.whitening, mixture.weights)
    row = {name: float(value) for name, value in measured.items() if np.ndim(value) == 0}
    row |= {f"share_{k}": float(share) for k, share in enumerate(measured["shares"])}
    healthy = len(modes) == mixture.modes
    fade = np.exp(-step / 1500)
    noise = rng.standard_normal(8)
    scale = 1.0 if objective != "wasserstein" else 0.2
    row |= {
        "step": step,
        "loss_d": scale * ((1.38 if healthy else 0.7) - 0.5 * fade + 0.06 * noise[0]),
        "loss_g": scale * ((0.71 if healthy else 2.2) + 1.5 * fade + 0.15 * noise[1]),
        "real_logit": (0.1 if healthy else 1.4) + 2 * fade + 0.1 * noise[2],
        "fake_logit": (-0.1 if healthy else -1.6) - 2 * fade + 0.1 * noise[3],
        "accuracy_d": np.nan
        if objective == "wasserstein"
        else (0.52 if healthy else 0.83) + 0.1 * fade + 0.02 * noise[4],
        "grad_norm_d": np.exp(-1 + 0.4 * noise[5]),
        "grad_norm_g": np.exp(-2 + 0.4 * noise[6]),
        "penalty": 0.0,
    }
    if step == 0:
        row |= dict.fromkeys(metrics_columns(mixture.modes)[1:9], np.nan)
    return row


def _snapshots(mixture, modes, last, settled, count, rng, field_of) -> Snapshots | None:
    if not count:
        return None
    every = 1
    while last / every > count:
        every *= 2
    steps = np.array([*range(0, last, every), last] if count > 1 else [last])
    x_min, x_max, y_min, y_max = mixture.extent
    y, x = np.meshgrid(np.linspace(y_min, y_max, 24), np.linspace(x_min, x_max, 24), indexing="ij")
    fields = []
    for step in steps:
        if field_of is not None:
            fields.append(field_of(x, y))
            continue
        points = np.stack([x.ravel(), y.ravel()], axis=1)
        nearest = ((points[:, None] - mixture.means) ** 2).sum(-1).min(1).reshape(x.shape)
        wave = np.sin(x + step / 700) + np.cos(y * 1.3 + step / 500)
        fields.append(3 * np.exp(-nearest) - 1.2 * (x**2 + y**2) / x_max**2 * 3 + wave)
    samples = np.stack([_samples_at(mixture, modes, step, settled, 256, rng) for step in steps])
    return Snapshots(
        steps,
        samples.astype(np.float32),
        np.stack(fields).astype(np.float32),
        np.array(mixture.extent),
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def stored_run(runs_dir: Path, run: RunRecord, steps: int = 1000) -> Path:
    """The same run in a run folder, written through the store; its path.

    Only runs of the default target can be stored; `steps` is cut down to keep it quick.
    """
    content = {
        "name": run.name,
        "seeds": [run.seed],
        "objective": run.objective,
        "training": {"steps": steps},
        "snapshots": {"count": 10, "samples": 256, "grid": 24},
    }
    opened = open_run(runs_dir, Experiment.model_validate(content), numerics=NUMERICS)
    assert isinstance(opened, Run)
    assert run.snapshots is not None
    with opened:
        rows = [
            {name: column[index] for name, column in run.metrics.items()}
            for index in range(len(run.metrics["step"]))
        ]
        last = steps if run.status == "complete" else rows[-1]["step"]
        snapshots = [Snapshot(*one) for one in zip(*run.snapshots[:3], strict=True)]
        state = {"kernel": np.zeros((2, 2), np.float32)}
        extent = run.snapshots.extent.tolist()
        opened.commit(state, round=int(last), rows=rows, snapshots=snapshots, extent=extent)
        if run.final:
            opened.finish("diverged" if run.status == "diverged" else "complete", _summary(run))
    return opened.path


def _summary(run: RunRecord) -> dict[str, object]:
    return {
        **run.final,
        **Verdict(run.best.probabilities, run.best.evidence).as_summary(),
        "recovered_modes": list(run.recovered_modes or ()),
        "diverged_at": run.diverged_at,
        "reference": run.reference,
    }
