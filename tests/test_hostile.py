"""The campaign against ganrun's edges: a part of it, and that it would see a fault."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from benchmarks import hostile, hostile_arena
from benchmarks.arena_attacks import Ended
from benchmarks.hostile import Campaign, case, table
from benchmarks.hostile_outcomes import GOOD, Outcome, Unfit, check_clear


def attacked(tmp_path: Path, name: str, index: int) -> Outcome:
    (tmp_path / "common").mkdir(exist_ok=True)
    return case((name, 0, index, tmp_path / "common"))[1]


def test_mutated_configs_and_sweeps_are_understood_or_told(tmp_path: Path) -> None:
    found = [attacked(tmp_path, "configs", index) for index in range(60)]
    assert [one for one in found if one.how not in GOOD] == []
    assert {one.how for one in found} == {"refused", "undisturbed"}


def sleeping(scratch: Path, rng: random.Random) -> Outcome:
    time.sleep(60)
    return Outcome("undisturbed", "")


def failing(scratch: Path, rng: random.Random) -> Outcome:
    raise ZeroDivisionError


def believing(scratch: Path, rng: random.Random) -> Outcome:
    raise Unfit("believed", "another answer")


@pytest.mark.parametrize(
    ("attack", "how"), [(sleeping, "hang"), (failing, "traceback"), (believing, "believed")]
)
def test_a_fault_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: hostile.Attack, how: str
) -> None:
    monkeypatch.setitem(hostile.CAMPAIGNS, "made up", Campaign(1, attack, seconds=0.2))
    outcome = attacked(tmp_path, "made up", 0)
    assert outcome.how == how
    header, _, row = table({"made up": [(0, outcome)]}).splitlines()
    assert dict(zip(header.split(" | "), row.split(" | "), strict=True))[how].strip(" |") == "1"


@pytest.mark.parametrize(
    ("code", "err", "how"),
    [
        (0, "fine", "unclear"),
        (1, "", "unclear"),
        (1, "Traceback (most recent call last):\n", "traceback"),
        (2, "\x1b[2J", "unclear"),
        (2, "x" * 600, "unclear"),
    ],
)
def test_what_is_no_clear_refusal(code: int, err: str, how: str) -> None:
    with pytest.raises(Unfit) as unfit:
        check_clear(code, err)
    assert unfit.value.how == how


def test_a_campaign_goes_on_where_it_was_cut_off(tmp_path: Path) -> None:
    (tmp_path / "configs-0.jsonl").write_text('[0, "hang", "known"]\n[1, "ref')
    found = hostile.campaign("configs", tmp_path, 2, 0)
    assert found[0] == (0, Outcome("hang", "known"))
    assert found[1][1].how in GOOD
    assert hostile.campaign("configs", tmp_path, 2, 0) == found


@pytest.mark.parametrize(
    ("ended", "how"),
    [
        (Ended("quiet", 0.5, 130, 400, "", ""), "undisturbed"),
        (Ended("quiet", 3.0, 130, 400, "", ""), "hang"),
        (Ended("quiet", 0.5, 0, 400, "", ""), "unclear"),
        (Ended("quiet", 0.5, 130, 400, "FATAL: exception not rethrown", ""), "unclear"),
        (Ended("quiet", 0.5, 130, 4000, "", ""), "lost"),
    ],
)
def test_an_arena_that_does_not_end_as_promised_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: Ended, how: str
) -> None:
    monkeypatch.setattr(hostile_arena, "attacked", lambda name, seed: ended)
    assert attacked(tmp_path, "arena", 0).how == how
