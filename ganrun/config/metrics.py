"""Every metric that a run reports, declared once, and the columns that files and tables have."""

from __future__ import annotations

import math
from collections.abc import Iterable

from ganrun.config.declarations import Metric, Table, table

METRICS = table(
    Metric(
        "loss_d",
        "Discriminator's loss in that round, penalties not included.",
        when="round",
        label="loss D",
        least=-math.inf,
    ),
    Metric(
        "loss_g", "Generator's loss in that round.", when="round", label="loss G", least=-math.inf
    ),
    Metric(
        "real_logit",
        "Mean logit of the discriminator on that round's real batch.",
        when="round",
        least=-math.inf,
    ),
    Metric(
        "fake_logit",
        "Mean logit of the discriminator on that round's fake batch.",
        when="round",
        least=-math.inf,
    ),
    Metric(
        "accuracy_d",
        "Share of real and fake samples that the discriminator tells.",
        when="round",
        label="detective's accuracy",
        most=1.0,
    ),
    Metric("grad_norm_d", "Norm of the discriminator's gradient in that round.", when="round"),
    Metric("grad_norm_g", "Norm of the generator's gradient in that round.", when="round"),
    Metric(
        "penalty", "Sum of the weighted penalties in that round.", when="round", least=-math.inf
    ),
    Metric(
        "modes_total",
        "Number of modes of the target, K.",
        when="final",
        perfect="modes",
        counts=True,
    ),
    Metric(
        "modes_recovered",
        "Modes found by a Gaussian mixture fitted to the samples: the headline.",
        when="final",
        better="higher",
        perfect="modes",
        counts=True,
        worth=1,
        plain="How many modes one finds who fits Gaussians to the samples: in the right "
        "place, of about the right width, with a fifth of their weight or more.",
    ),
    Metric(
        "mixture_components",
        "Components that BIC chose: what one would count without knowing the truth.",
        when="final",
        counts=True,
        plain="How many clusters one would count without knowing the truth. More than "
        "the modes is usual: a generator's modes are not Gaussian.",
    ),
    Metric(
        "high_quality",
        "Share of samples within Mahalanobis distance 3 of a mode.",
        better="higher",
        perfect=0.9889,
        worth=3,
        plain="How many of the samples lie close enough to a mode (3 standard deviations) to "
        "be taken for one of its own.",
        most=1.0,
    ),
    Metric(
        "modes_captured",
        "Modes with at least one high-quality sample.",
        better="higher",
        perfect="modes",
        counts=True,
        plain="Modes with a single good sample or more. An easy count: chance can do it.",
    ),
    Metric(
        "modes_covered",
        "Modes whose share is at least a fifth of their weight; the others are missing.",
        better="higher",
        perfect="modes",
        counts=True,
        worth=2,
        plain="Modes that get at least a fifth of the samples they should get.",
    ),
    Metric(
        "reverse_kl",
        "KL divergence of shares over modes from the weights, sum p log(p/w), in nats.",
        better="lower",
        perfect=0.0,
        label="reverse KL",
        unit="nats",
        worth=4,
        plain="How unevenly the samples are spread over the modes. 0 is as it should be; two "
        "of five equal modes alone make 0.92.",
    ),
    Metric(
        "kl",
        "KL divergence of the weights from (smoothed) shares over modes, sum w log(w/p), in nats.",
        when="final",
        better="lower",
        perfect=0.0,
        label="KL",
        unit="nats",
        plain="The same seen from the truth: very large where a mode is missing.",
    ),
    Metric(
        "js",
        "Jensen-Shannon divergence between shares over modes and weights, in nats.",
        better="lower",
        perfect=0.0,
        label="JS",
        unit="nats",
        plain="The same, seen from both sides; ln 2 = 0.69 at most.",
        most=1.0,
    ),
    Metric(
        "mode_tv",
        "Total variation between high-quality shares and weights, off-mode samples included.",
        better="lower",
        perfect=0.011,
        label="mode TV",
        worth=5,
        plain="Which share of the samples would have to move to another mode, or onto one, for "
        "all to be right.",
        most=1.0,
    ),
    Metric(
        "spread",
        "Median over covered modes of the samples' variance within the mode over the mode's own.",
        perfect=0.949,
        worth=6,
        plain="How wide the samples of a mode are, as variance over the mode's own. Far below 1 "
        "the forger prints the same few points over and over.",
    ),
    Metric(
        "nll",
        "Mean negative log density of the samples under the true mixture, in nats.",
        label="NLL",
        unit="nats",
        worth=12,
        plain="How surprising the samples are under the truth. Lower is better only down to what "
        "perfect samples score: a forger that prints the peaks alone gets below.",
        least=-math.inf,
    ),
    Metric(
        "sliced_wasserstein",
        "Sliced 2-Wasserstein distance to as many real samples.",
        when="final",
        better="lower",
        label="sliced W2",
        worth=7,
        plain="How far samples would have to be carried to become real ones, in units "
        "of the plane.",
    ),
    Metric(
        "precision",
        "Share of samples near a real sample (5 nearest neighbours).",
        when="final",
        better="higher",
        worth=8,
        plain="How many samples are near some real sample.",
        most=1.0,
    ),
    Metric(
        "recall",
        "Share of real samples near a sample (5 nearest neighbours).",
        when="final",
        better="higher",
        worth=9,
        plain="How many real samples are near some sample: what is missing is missing here.",
        most=1.0,
    ),
    Metric(
        "density",
        "Mean number of real neighbourhoods that a sample lies in, over 5.",
        when="final",
        better="higher",
        worth=10,
        plain="How thick the real samples stand where the samples are; about 1 for perfect ones.",
    ),
    Metric(
        "coverage",
        "Share of real samples whose neighbourhood holds a sample (5 nearest neighbours).",
        when="final",
        better="higher",
        worth=11,
        plain="How many real samples have a sample in their neighbourhood.",
        most=1.0,
    ),
)

AVERAGED = "averaged_"
"""What the names begin with of the metrics of a generator's moving average (`generator.average`),
which stand beside its own."""

OWN_METRICS: Table[Metric] = table(kind="metric")
"""Metrics from outside, by their full names: a config names those that it wants measured."""


BESIDE_METRICS = frozenset(
    {
        *("name", "kind", "seed", "seeds", "step", "rounds", "age", "when", "id", "status"),
        *("error", "verdict", "by", "confidence", "differs", "trials", "sweep", "verified", "case"),
        *("verdict_confidence", "verdict_probabilities", "verdict_evidence", "verdict_rule"),
        *("confirmed", "confirmed_verdict", "diverged_at", "recovered_modes", "reference"),
        *("mixture_reached_bound", "target", "generator", "discriminator", "objective"),
        *("penalties", "optimizer", "training", "evaluation", "snapshots", "metrics"),
    }
)
"""What else stands in files and tables of runs: no metric can be called so."""


def is_free(name: str) -> bool:
    """Return whether a metric from outside may be called so."""
    begins = name.startswith(("share_", AVERAGED))
    return not (begins or name in METRICS or name in BESIDE_METRICS)


def own_key(name: str) -> str:
    """Return what a metric from outside is called among a run's numbers: its name alone."""
    return name.partition("@")[0]


def own_keys() -> tuple[str, ...]:
    """Return what the metrics from outside that are known are called among a run's numbers."""
    return tuple(dict.fromkeys(own_key(name) for name in OWN_METRICS))


ROUND_METRICS = tuple(m.name for m in METRICS.values() if m.when == "round")
EVALUATION_METRICS = tuple(m.name for m in METRICS.values() if m.when == "evaluation")
SUMMARY_METRICS = tuple(m.name for m in METRICS.values() if m.when != "round")
BY_WORTH = tuple(sorted((m for m in METRICS if METRICS[m].worth), key=lambda m: METRICS[m].worth))
"""Metrics that tables have columns of: where there is little room, the first ones."""


AVERAGED_EVALUATION = tuple(AVERAGED + name for name in EVALUATION_METRICS)
AVERAGED_SUMMARY = tuple(AVERAGED + name for name in SUMMARY_METRICS if name != "modes_total")


def metric_called(name: str) -> Metric:
    """Return the metric of that name, of a generator or of its moving average.

    Of metrics from outside that share a name, the newest.
    """
    bare = name.removeprefix(AVERAGED)
    if bare in METRICS:
        return METRICS[bare]
    return OWN_METRICS[next(one for one in reversed([*OWN_METRICS]) if own_key(one) == bare)]


def name_of(name: str) -> str:
    """Return what people call a metric, of a generator or of its moving average."""
    called = metric_called(name).called
    return f"averaged {called}" if name.startswith(AVERAGED) else called


def by_worth(names: Iterable[str]) -> list[str]:
    """Return metrics in the order of tables; those of a moving average behind all others."""

    def place(name: str) -> tuple[bool, int]:
        return name.startswith(AVERAGED), metric_called(name).worth or len(METRICS)

    return sorted(names, key=place)


def final_names(own: Iterable[str] = (), *, averages: bool = False) -> tuple[str, ...]:
    """Return the metrics of a run's end, in their order.

    Args:
        own: metrics from outside, by what they are called there.
        averages: whether a moving average of the generator is measured too.
    """
    own = tuple(own)
    house = (*SUMMARY_METRICS, *(AVERAGED_SUMMARY if averages else ()))
    return (*house, *own, *(AVERAGED + name for name in own if averages))


def metrics_columns(modes: int, averages: bool = False) -> tuple[str, ...]:
    """Return the columns of metrics.csv for a target of that many modes, in their order.

    `averages` says whether a moving average of the generator is measured too.
    """
    beside = AVERAGED_EVALUATION if averages else ()
    return ("step", *ROUND_METRICS, *EVALUATION_METRICS, *share_columns(modes), *beside)


def share_columns(modes: int) -> tuple[str, ...]:
    """Return those of them that hold each mode's high-quality share."""
    return tuple(f"share_{mode}" for mode in range(modes))
