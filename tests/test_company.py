"""Where a discriminator sees several points at once, it is said what its field shows."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from report_examples import fake_run

from ganrun.config.company import COMPANIES, briefly_in_company, in_company
from ganrun.config.schema import Discriminator
from ganrun.report.figures import FIGURES
from ganrun.report.figures.style import house_style
from ganrun.report.run_record import RunRecord
from ganrun.report.web.run_page import run_page


def discriminator(**fields: Any) -> Discriminator:
    return Discriminator.model_validate(fields)


def run_with(**fields: Any) -> RunRecord:
    run = fake_run(objective="wasserstein", snapshots=2, steps=500)
    config = run.config.model_copy(update={"discriminator": discriminator(**fields)})
    return dataclasses.replace(run, config=config)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"packing": 3}, ("3 points together", "2 of the forger's", f"over {COMPANIES} such")),
        ({"minibatch": "std"}, ("the rest of its batch", "a batch of the forger's samples")),
        (
            {"packing": 2, "minibatch": "discrimination"},
            ("2 points together and beside the rest of its batch", "1 of the forger's"),
        ),
    ],
)
def test_it_is_said_in_whose_company_a_point_is_seen(
    fields: dict[str, Any], said: tuple[str, ...]
) -> None:
    words = in_company(discriminator(**fields))
    assert all(part in words for part in said)
    assert words.count(".") == 1
    assert briefly_in_company(discriminator(**fields))


def test_of_points_that_are_seen_alone_nothing_is_said() -> None:
    assert in_company(discriminator()) == briefly_in_company(discriminator()) == ""


def test_the_caption_of_the_progression_says_it_within_the_picture() -> None:
    short = briefly_in_company(discriminator(packing=2))
    for fields, said in (({"packing": 2}, True), ({}, False)):
        with house_style():
            figure = FIGURES["progression"](run_with(**fields))
            captions = [text for text in figure.texts if short in text.get_text()]
            assert bool(captions) == said
            for caption in captions:
                box = caption.get_window_extent(figure.canvas.get_renderer())
                assert 0 < box.x0 < box.x1 < figure.bbox.width


def test_the_page_says_it_below_its_player() -> None:
    for fields in ({"packing": 2}, {}):
        words = in_company(discriminator(packing=2)).split(":")[0]
        assert (words in run_page(run_with(**fields))) == bool(fields)
