"""The pages are made from the code and complete, and their links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer.main

from ganrun.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    ROOT / "benchmarks" / "README.md",
    *sorted(ROOT.glob("docs/*.md")),
]
COMMANDS: dict[str, Any] = dict(typer.main.get_command(app).commands)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_generated_page_is_current(generator: ModuleType):
    for name, page in generator.PAGES.items():
        written = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert written == page(), f"docs/{name} is not current; run: python docs/generate.py"


def test_the_readme_leads_to_the_map_and_the_map_to_every_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(docs/index.md)" in readme
    assert len(readme.split()) <= 1500
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in [*ROOT.glob("docs/*.md"), *ROOT.glob("docs/*.ipynb")]:
        assert page.name == "index.md" or f"({page.name})" in index


PROSE = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        place, _, anchor = target.partition("#")
        if ":" in place:
            continue
        file = (page.parent / place).resolve() if place else page
        assert file.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in titles}
            assert anchor in slugs, target


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_and_all_that_it_takes_is_explained(name: str):
    command = COMMANDS[name]
    assert command.help
    assert re.match(rf"Examples?: ganrun {name}\b", command.epilog)
    # What `ganrun --help` shows is not cut off.
    assert 0 < len(command.short_help) <= 60
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## `ganrun {name}\b.*?(?=^## )", page, re.DOTALL | re.MULTILINE)
    for parameter in command.params:
        assert parameter.help, parameter.name
        names = [*parameter.opts, *parameter.secondary_opts]
        for spelling in [parameter.metavar] if parameter.param_type_name == "argument" else names:
            assert f"`{spelling}" in section


def test_the_page_on_commands_names_every_exit_code(generator: ModuleType):
    page = generator.commands()
    assert re.findall(r"^\| (\d+) \|", page, re.MULTILINE) == ["0", "1", "2", "130"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_repository_lead_somewhere(page: Path):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
