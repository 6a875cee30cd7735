"""Which remedies a config has, of what kind they are, and how they are told."""

from __future__ import annotations

from typing import Any

import pytest

from ganrun.config import Experiment
from ganrun.config.changes import with_changes
from ganrun.config.choices import choice_of
from ganrun.config.declarations import Piece
from ganrun.config.pieces import PENALTIES, REMEDIES
from ganrun.config.remedies import KINDS, kind_of, named_in, remedies_in, rules

VALUES: dict[str, Any] = {
    "generator.spectral_norm": True,
    "generator.average": 0.99,
    "discriminator.spectral_norm": True,
    "discriminator.weight_clip": 0.1,
    "discriminator.dropout": 0.5,
    "discriminator.packing": 2,
    "training.instance_noise": {"std": 0.1},
    "training.label_smoothing": 0.1,
    "training.top_k": {"share": 0.5},
}


def declared() -> list[tuple[str, Piece, Any]]:
    """Every piece with a story, where it is set, and to what."""
    found: list[tuple[str, Piece, Any]] = [(f, REMEDIES[f], VALUES[f]) for f in REMEDIES]
    found += [(f"penalties.{name}", one, {}) for name, one in PENALTIES.items()]
    for field, info, _ in rules():
        choice = choice_of(info)
        table = choice.pieces if choice else named_in(info) or {}
        found += [(field, one, name) for name, one in table.items() if isinstance(one, Piece)]
    return [(field, one, value) for field, one, value in found if one.story]


CASES = declared()


@pytest.mark.parametrize(
    ("field", "piece", "value"), CASES, ids=[f"{f}-{p.name}" for f, p, _ in CASES]
)
def test_a_remedy_is_told_where_it_is_in_use_and_nowhere_else(field: str, piece: Piece, value: Any):
    assert remedies_in(Experiment()) == []
    (found,) = remedies_in(with_changes(Experiment(), {field: value}))
    assert (found.field, found.piece) == (field, piece)
    assert found.words.startswith(found.label)
    assert "  " not in found.words
    assert "None" not in found.words


@pytest.mark.parametrize("piece", [piece for _, piece, _ in CASES], ids=lambda piece: piece.name)
def test_a_story_is_one_sentence_with_a_paper_to_it(piece: Piece):
    assert piece.story[0].isupper()
    assert piece.story.endswith(".")
    assert ". " not in piece.story
    assert piece.paper


def test_a_remedy_is_called_by_what_it_is_and_whose():
    changes = {
        "discriminator.packing": 4,
        "generator.norm": "batch",
        "discriminator.norm": "layer",
        "training.updates": {"consensus": {"weight": 3}},
        "optimizer.schedule": {"cosine": {"until": 100}},
        "training.instance_noise": {"std": 0.5},
        "penalties": {"r1": {"weight": 0.1}},
    }
    assert [one.words for one in remedies_in(with_changes(Experiment(), changes))] == [
        "R1, weight 0.1",
        "Consensus, weight 3",
        "Packing 4",
        "Instance noise, std 0.5",
        "Forger's batch norm",
        "Detective's layer norm",
        "Cosine schedule, until 100, final 0",
    ]


def test_every_rule_is_of_one_kind_and_nothing_else_is_of_any():
    assert {kind_of(name) for name, _, _ in rules()} == set(KINDS)
    assert kind_of("generator.average") == kind_of("optimizer.b1") == "Recipe"
    assert kind_of("discriminator.packing") == "What the detective sees"
    assert [kind_of(name) for name in ("target", "seeds", "evaluation.every", "name")] == [None] * 4
