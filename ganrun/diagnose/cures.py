"""What might cure a game: calmer or stronger variants of its own config, and which of them did."""

from __future__ import annotations

from collections.abc import Sequence

from ganrun.config import Experiment
from ganrun.config.pieces import PENALTIES
from ganrun.diagnose.branches import Plan
from ganrun.diagnose.diagnosis import Branch

SEEDS = 3
ROUNDS = 3.0
"""Last round of a cure that begins with the run's end, in lengths of the run."""
CALMER = 5.0
"""By how much the learning rates are lowered."""
R1_WEIGHT = 0.1
STRONGER = 10.0
"""By how much a weight of R1 that is there already is raised."""
BOLDER = 3.0
"""By how much the detective's pace is raised where it is not ahead of the forger."""

AFRESH = "afresh"


def cures(experiment: Experiment, *, afresh: bool = False) -> list[Plan]:
    """The cures that are tried on a run: from its end, or all of it anew where it diverged."""
    rounds = 1.0 if afresh else ROUNDS
    return [
        Plan(name, title, rounds=rounds, seeds=SEEDS, sets=sets, afresh=afresh)
        for name, title, sets in (
            _at_steady_rates(experiment, cure)
            for cure in (_r1(experiment), _other_ratio(experiment), _lower_rates(experiment))
        )
    ]


def may_be_tried(experiment: Experiment, *, afresh: bool = False) -> list[Plan]:
    """The cures, and the best of them from scratch, whichever that will be."""
    plans = cures(experiment, afresh=afresh)
    return plans if afresh else [*plans, Plan(AFRESH, "", rounds=1.0, seeds=SEEDS, afresh=True)]


def best_cure(branches: Sequence[Branch]) -> Branch | None:
    """The branch whose GANs end best: without fault, with most modes, nearest to the target."""
    known = [one for one in branches if one.mean("mode_tv") is not None]

    def merit(branch: Branch) -> tuple[float, float, float]:
        return (
            branch.cured / len(branch.runs),
            round(branch.mean("covered") or 0.0, 1),
            -(branch.mean("mode_tv") or 0.0),
        )

    return max(known, key=merit, default=None)


def afresh(cure: Branch) -> Plan:
    """A cure from the first round on, for as many rounds as the run had: what one would do next."""
    title = f"from scratch: {cure.title}"
    return Plan(AFRESH, title, rounds=1.0, seeds=SEEDS, sets=cure.sets, afresh=True)


_Cure = tuple[str, str, tuple[str, ...]]


def _at_steady_rates(experiment: Experiment, cure: _Cure) -> _Cure:
    """A cure that is tried where learning rates have fallen would hardly move anything."""
    if experiment.optimizer.schedule.name == "constant":
        return cure
    name, title, sets = cure
    return name, f"{title}, rates not falling", (*sets, "optimizer.schedule=constant")


def _r1(experiment: Experiment) -> _Cure:
    old = experiment.penalties.get("r1", {"weight": 0.0})["weight"]
    if not old:
        title, weight = "with R1", R1_WEIGHT
    elif old * STRONGER <= PENALTIES["r1"].parameters[0].most:
        title, weight = f"R1 {STRONGER:g} times as strong", old * STRONGER
    else:  # it may be all that is left of the game
        title, weight = "R1 a tenth as strong", old / STRONGER
    return "r1", title, (f"penalties.r1.weight={weight:g}",)


def _other_ratio(experiment: Experiment) -> _Cure:
    ratio = experiment.optimizer.learning_rate_ratio
    steps = experiment.training.discriminator_steps
    if ratio * steps > 1:
        sets = ["optimizer.learning_rate_ratio=1"] if ratio != 1 else []
        sets += ["training.discriminator_steps=1"] if steps != 1 else []
        return "other-ratio", "both players at one pace", tuple(sets)
    faster = f"{ratio * BOLDER:.3g}"
    title = f"the detective {BOLDER:g} times as fast"
    return "other-ratio", title, (f"optimizer.learning_rate_ratio={faster}",)


def _lower_rates(experiment: Experiment) -> _Cure:
    rate = max(experiment.optimizer.learning_rate / CALMER, 1e-8)
    return "lower-rates", "both learning rates a fifth", (f"optimizer.learning_rate={rate:.3g}",)
