"""Games that the page's own engine must play as JAX does, and what JAX makes of them in 20 rounds.

`python tests/engine_cases.py [CASE ...]` writes `golden/engine.json`, which the engine's tests
read: both draw the same weights and batches from the seed. Where an entry changes, say why.
`python tests/engine_cases.py recording` has Node record the game that a page shows which can play
none.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ganrun.arena.export import OFFLINE, exported
from ganrun.config import Experiment
from ganrun.config.changes import with_changes
from ganrun.config.metrics import ROUND_METRICS
from ganrun.config.pieces import (
    ACTIVATIONS,
    BIASES,
    INITIALIZERS,
    OBJECTIVES,
    OPTIMIZERS,
    PENALTIES,
)
from ganrun.config.schema import choices
from ganrun.game.members import game_of, hyperparameters_of
from ganrun.game.players import Hyperparameters
from ganrun.game.population import company_key, picture
from ganrun.game.properties import quickly_compiled
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import initial_state, play_until

GOLDEN = Path(__file__).parent / "golden" / "engine.json"
ROUNDS, SAMPLES, GRID = 20, 16, 4
BASE: dict[str, Any] = {
    "seeds": [3],
    "generator.hidden": [16, 12],
    "discriminator.hidden": [16, 12],
    "training.batch_size": 32,
    "target": {"layout": "ring", "modes": 5, "radius": 1.0, "std": 0.05},
}

Overrides = dict[str, Any]

BLUNT: Overrides = {"optimizer.eps": 1e-3}
"""Where a weight has no slope but rounding, a small eps would make steps of that: the level of a
critic's answers, a bias before batch norm."""

CASES: dict[str, Overrides] = {
    **{f"objective {name}": {"objective": name} | BLUNT for name in OBJECTIVES.house},
    **{f"penalty {name}": {f"penalties.{name}": {"weight": 0.3}} for name in PENALTIES.house},
    **{
        f"updates {name}": {"training.updates": name, "training.discriminator_steps": 2}
        for name in ("alternating", "simultaneous", "extragradient", "optimistic", "lookahead")
    },
    "updates unrolled": {"training.updates": {"unrolled": {"steps": 3}}},
    "unrolled, spectral norm, gradient penalty, weight clipping": {
        "training.updates": {"unrolled": {"steps": 2}},
        "discriminator.spectral_norm": True,
        "discriminator.weight_clip": 0.3,
        "penalties.gradient_penalty": {"weight": 0.1},
        "optimizer.name": "adamw",
        "discriminator.activation": "tanh",
    },
    "unrolled RMSProp": {
        "training.updates": {"unrolled": {"steps": 2}},
        "optimizer.name": "rmsprop",
        "discriminator.activation": "tanh",
        **BLUNT,
    },
    "updates consensus": {"training.updates": {"consensus": {"weight": 0.1}}},
    "consensus of steep activations": {
        "training.updates": {"consensus": {"weight": 0.1}},
        "generator.activation": "tanh",
        "discriminator.activation": "silu",
        "penalties.r1": {"weight": 0.1},
    },
    **{f"optimizer {name}": {"optimizer.name": name} for name in OPTIMIZERS.house},
    **{
        f"activation {name}": {
            "generator.activation": name,
            "discriminator.activation": name,
            "penalties.gradient_penalty": {"weight": 0.1},
        }
        for name in ACTIVATIONS.house
    },
    **{
        f"initializer {name}": {
            "generator.initializer": name,
            "discriminator.initializer": name,
            "discriminator.bias_initializer": "torch",
            "discriminator.initializer_gain": 1.5,
        }
        for name in INITIALIZERS
    },
    **{
        f"biases {name}": {"generator.biases": name, "discriminator.biases": name}
        for name in BIASES
    },
    "spectral norm of both, R1": {
        "generator.spectral_norm": True,
        "discriminator.spectral_norm": True,
        "penalties.r1": {"weight": 0.1},
        "objective": "hinge",
        "training.discriminator_steps": 2,
    },
    "batch norm, layer norm": {"generator.norm": "batch", "discriminator.norm": "layer", **BLUNT},
    "layer norm of the forger, gradient penalty": {
        "generator.norm": "layer",
        "penalties.gradient_penalty": {"weight": 0.1},
    },
    "minibatch std, R2": {"discriminator.minibatch": "std", "penalties.r2": {"weight": 0.1}},
    "packing, gradient penalty, Wasserstein": {
        "discriminator.packing": 2,
        "objective": "wasserstein",
        "penalties.gradient_penalty": {"weight": 1.0},
        "optimizer.b1": 0.0,
        **BLUNT,
    },
    "packing, minibatch std": {"discriminator.packing": 4, "discriminator.minibatch": "std"},
    "dropout, R1": {"discriminator.dropout": 0.3, "penalties.r1": {"weight": 0.1}},
    "instance noise": {"training.instance_noise": {"std": 0.3, "until": 15}},
    "label smoothing": {"training.label_smoothing": 0.1},
    "label smoothing of squares": {"objective": "least_squares", "training.label_smoothing": 0.2},
    "top-k": {"training.top_k": {"share": 0.5, "until": 10}},
    "top-k of a relativistic game": {
        "objective": "relativistic_average",
        **BLUNT,
        "training.top_k": {"share": 0.3},
    },
    "weight clipping": {
        "objective": "wasserstein",
        "optimizer.name": "rmsprop",
        "discriminator.weight_clip": 0.1,
        **BLUNT,
    },
    "one latent coordinate, uniform": {
        "generator.latent": "uniform",
        "generator.latent_dim": 1,
    },
    "a latent mixture that learns": {
        "generator.latent": {"mixture": {"components": 7, "rate": 3.0}},
        "training.updates": "optimistic",
    },
    "particles, batch norm, packing": {
        "generator.latent": {"particles": {"count": 300}},
        "generator.latent_dim": 3,
        "generator.norm": "batch",
        "discriminator.packing": 2,
        **BLUNT,
    },
    "many latent coordinates": {"generator.latent_dim": 7},
    "a pool of points": {"training.data": {"pool": {"size": 50}}},
    "linear schedule": {"optimizer.schedule": {"linear": {"until": 15, "final": 0.1}}},
    "cosine schedule": {"optimizer.schedule": {"cosine": {"until": 25, "warmup": 5}}},
    "ratio and steps": {
        "optimizer.learning_rate_ratio": 2.0,
        "training.discriminator_steps": 3,
        "optimizer.discriminator_b1": 0.2,
        "optimizer.discriminator_b2": 0.99,
        "optimizer.discriminator_eps": 1e-6,
    },
    "widths that fill no vector": {
        "generator.hidden": [3, 7],
        "discriminator.hidden": [5, 2, 9],
        "penalties.r1": {"weight": 0.1},
        "training.batch_size": 7,
    },
    "as in the shipped configs": {
        "generator.hidden": [32, 32],
        "discriminator.hidden": [32, 32],
        "training.batch_size": 128,
        "penalties.r1": {"weight": 0.1},
    },
    "grid": {"target": {"layout": "grid", "rows": 2, "columns": 3, "spacing": 1.0, "std": 0.1}},
    "uneven weights": {
        "target": {"layout": "line", "modes": 3, "length": 2.0, "weights": [1, 2, 5]}
    },
    "spiral": {"target": {"layout": "spiral", "modes": 6, "radius": 1.0}},
    "random": {"target": {"layout": "random", "modes": 7, "radius": 1.5, "seed": 4}},
    "two moons": {"target": {"layout": "two_moons", "radius": 1.0, "beads": 30}},
    "swiss roll": {"target": {"layout": "swiss_roll", "radius": 1.5}},
    "checkerboard": {"target": {"layout": "checkerboard", "weights": [1, 2, 1, 1, 1, 1, 3, 1]}},
    "rings": {"target": {"layout": "rings", "radius": 1.5, "modes": 2}},
    "drawn by hand": {
        "target": {
            "layout": "custom",
            "means": [[0.5, 1.0], [-1.0, 0.0], [0.7, -0.8]],
            "covariances": [
                [[0.02, 0.01], [0.01, 0.03]],
                [[0.01, 0.0], [0.0, 0.05]],
                [[0.02, -0.01], [-0.01, 0.02]],
            ],
        }
    },
}


def experiment_of(overrides: Overrides) -> Experiment:
    """One of the cases as a config."""
    return with_changes(Experiment(), {**BASE, **overrides})


def played(experiment: Experiment) -> dict[str, Any]:
    """What JAX makes of it: the last round's trace, samples, and the field on a grid."""
    game, hyper = game_of(experiment), hyperparameters_of(experiment)

    def play(hyper: Hyperparameters) -> Any:
        state = play_until(game, hyper, initial_state(game, hyper), jnp.int32(ROUNDS))
        key = round_key(hyper.seed, Stream.SNAPSHOT, 0)
        window = hyper.target.extent
        return state.trace, picture(game, state, key, company_key(hyper), SAMPLES, GRID, window)

    trace, seen = jax.device_get(quickly_compiled(play)(hyper))
    return {
        "trace": dict(zip(ROUND_METRICS, map(_short, trace), strict=True)),
        "samples": [_short(x) for x in np.ravel(seen.samples)],
        "field": [_short(x) for x in np.ravel(seen.field)],
    }


def _short(value: Any) -> float | None:
    number = float(value)
    return float(f"{number:.8g}") if math.isfinite(number) else None


def declared() -> dict[str, Any]:
    """What the engine has to be told of pieces: their numbers, and who decides at which logit."""
    numbers = {
        ".".join([*field, piece.name]): {one.name: one.default for one in piece.parameters}
        for field, choice in choices().items()
        for piece in choice.pieces.house.values()
    }
    undecided = {
        name: None if one.undecided is None else one.undecided.value
        for name, one in OBJECTIVES.house.items()
    }
    return {"defaults": numbers, "undecided": undecided}


def record() -> None:
    """Have the game recorded that a page shows which can play none."""
    small = {"generator.hidden": [32, 32], "discriminator.hidden": [32, 32]}
    shown = {**small, "training.batch_size": 128, "optimizer.learning_rate_ratio": 5.0}
    experiment = with_changes(Experiment(name="recorded"), shown)
    command = ["node", str(Path(__file__).parent / "web" / "record.js")]
    told = json.dumps(exported([experiment]))
    played = subprocess.run(command, input=told, capture_output=True, text=True, check=True)
    (OFFLINE / "recorded.json").write_text(played.stdout + "\n", encoding="utf-8")


def main(only: Collection[str]) -> None:
    """Write them all; where some are named, of the others those whose config has changed."""
    from ganrun.executors.compile_cache import compile_cache
    from ganrun.game import backend

    backend.prepare(compile_cache())
    before = json.loads(GOLDEN.read_text("utf-8"))["cases"] if GOLDEN.exists() else {}
    found = {}
    for name, overrides in CASES.items():
        experiment = experiment_of(overrides)
        found[name] = {"config": experiment.model_dump(mode="json")}
        if (
            only
            and name not in only
            and before.get(name, {}).get("config") == found[name]["config"]
        ):
            found[name] = before[name]
            continue
        found[name] |= played(experiment)
        print(name, flush=True)
    content = json.dumps({"declared": declared(), "cases": found}, separators=(",", ":"))
    GOLDEN.write_text(content.replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    record() if sys.argv[1:] == ["recording"] else main(sys.argv[1:])
