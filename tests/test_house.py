"""The house: every room imports from the floors below alone, and no files import each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import ganrun

PACKAGE = Path(ganrun.__file__).parent

FLOORS = (
    {"__main__"},
    {"cli"},
    {"api"},
    {"arena"},
    {"report"},
    {"train", "sweep", "diagnose", "compare"},
    {"executors"},
    {"playing"},
    {"store"},
    {"verdict", "influence", "game", "measure", "page"},
    {"mixture", "pieces"},
    {"chains"},
    {"config"},
    {"points"},
    {"wording", "user_cache", "extras", "streams", "threads", "filters"},
    {"machine"},
    {"errors"},
)
"""The rooms from the roof to the ground; what stands on one floor is side by side."""

BESIDE = {
    ("verdict", "measure"),
    ("game", "measure"),
    ("page", "measure"),
    ("influence", "verdict"),
}
"""Arrows between rooms of one floor; all others go to a lower one."""

MEDIA = {"tables", "live", "figures", "web", "exports"}
"""Rooms of the report that know nothing of each other; the commands beside them use all."""
COMMANDS = {
    "command",
    "sweep_command",
    "diagnosis_command",
    "comparison_command",
    "export_command",
}


@cache
def files() -> dict[str, Path]:
    """Every file by its module's name; the package itself, which is the face of all rooms, not."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = path
    del found["ganrun"]
    return found


@cache
def imported_by(name: str) -> frozenset[str]:
    """Files of the package that a file imports, at its head or inside a function."""
    tree = ast.parse(files()[name].read_text(encoding="utf-8"))
    return frozenset(set(_imports(tree)) - {name})


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in files())
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports have whole names here"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if (one := whole if whole in files() else node.module) in files():
                    yield one


def room_of(name: str) -> str:
    return name.split(".")[1]


def floor_of(room: str) -> int:
    return next(number for number, floor in enumerate(FLOORS) if room in floor)


def arrows() -> Iterator[tuple[str, str]]:
    return ((one, other) for one in files() for other in imported_by(one))


def in_a_circle(name: str) -> bool:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        new = imported_by(waiting.pop()) - seen
        seen |= new
        waiting += new
    return name in seen


def test_every_room_is_on_one_floor():
    assert sorted(room for floor in FLOORS for room in floor) == sorted(set(map(room_of, files())))


def test_no_room_imports_from_a_floor_above_or_from_one_beside_it():
    wrong = {
        f"{one} -> {other}"
        for one, other in arrows()
        if floor_of(room_of(one)) >= floor_of(room_of(other))
        and room_of(one) != room_of(other)
        and (room_of(one), room_of(other)) not in BESIDE
    }
    assert not wrong


def test_the_arrows_beside_are_there_and_make_no_circle():
    assert {(room_of(one), room_of(other)) for one, other in arrows()} >= BESIDE
    above: dict[str, set[str]] = {}
    for one, other in BESIDE:
        above.setdefault(other, set()).add(one)
    TopologicalSorter(above).prepare()  # raises CycleError


def test_no_file_is_imported_by_what_it_imports():
    assert [name for name in files() if in_a_circle(name)] == []


def test_no_medium_of_the_report_imports_another():
    def medium(name: str) -> str | None:
        place = name.split(".")
        return place[2] if place[1] == "report" and len(place) > 2 else None

    wrong = {
        f"{one} -> {other}"
        for one, other in arrows()
        if medium(other) in MEDIA
        and medium(one) != medium(other)
        and room_of(one) == "report"
        and medium(one) not in COMMANDS
    }
    assert not wrong


def test_an_arrow_is_found_wherever_it_stands():
    tree = ast.parse(
        "from ganrun.report.web import run_page\n"
        "def late():\n"
        "    import ganrun.cli\n"
        "    from ganrun.store import RunFolder\n"
        "    from ganrun import __version__\n"
    )
    assert list(_imports(tree)) == ["ganrun.report.web.run_page", "ganrun.cli", "ganrun.store"]
