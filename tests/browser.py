"""A real browser for the tests of pages: found, or installed where that can be, or loudly skipped.

`chromium` has the tabs of a test module, `page` is an empty one that notes what goes wrong,
`open_page` the same in other colours or another size, `axe` finds barriers for people with
disabilities. A test module takes what it needs with `from browser import page, ...  # noqa: F401`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Error, Page, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-compositing",
    "--disable-gpu-rasterization",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PLACES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOCAL = ("file:", "data:", "blob:", "about:")
INSTALL = "apt-get update && apt-get install -y --no-install-recommends chromium"
WAIT_SECONDS = 20
PHONE = {"width": 390, "height": 844}
DESKTOP: dict[str, Any] = {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}}
LOOKS: dict[str, Any] = {
    "color_scheme": "light",
    "reduced_motion": "reduce",
    "viewport": {"width": 1280, "height": 720},
}
"""What a tab is set to for whoever is lent it, and what it is set to if nothing is said."""


@dataclass
class Watched:
    """A tab, and everything that its pages said or asked for since it was lent."""

    page: Page
    console: list[str] = field(default_factory=list)
    """Errors and warnings on the console."""
    errors: list[str] = field(default_factory=list)
    """Exceptions that nobody caught."""
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note from now on what is said and asked for."""
        self.page.on(
            "console",
            lambda said: (
                self.console.append(said.text) if said.type in ("error", "warning") else None
            ),
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def look(self, color_scheme: Any, reduced_motion: Any, viewport: Any) -> None:
        """Be of these colours and this size."""
        self.page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        self.page.set_viewport_size(viewport)

    def forget(self) -> None:
        """Show nothing, and know nothing of what has been shown."""
        self.page.evaluate("try { localStorage.clear(); sessionStorage.clear() } catch { }")
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")
        for noted in (self.console, self.errors, self.requests):
            noted.clear()

    def open_file(self, path: Path) -> Page:
        """Open a page from the disk and wait until it has loaded."""
        self.page.goto(path.resolve().as_uri())
        return self.page

    def assert_quiet(self, *, allowed: tuple[str, ...] = LOCAL) -> None:
        """Nothing on the console, no exception, no request but those that begin like `allowed`."""
        assert self.errors == []
        assert self.console == []
        assert [url for url in self.requests if not url.startswith(allowed)] == []

    def assert_no_sideways_scroll(self) -> None:
        """The page is no wider than its window."""
        widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        content, window = self.page.evaluate(widths)
        assert content <= window, f"{content} pixels in a window of {window}"

    def wait_until(self, condition: str, argument: Any = None) -> None:
        """Wait until an expression, or a function of an argument, is true on the page.

        Playwright's own `wait_for_function` needs `eval`, which the pages' policy forbids.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        while not self.page.evaluate(condition, argument):
            assert time.monotonic() < deadline, f"never came true: {condition}"
            self.page.wait_for_timeout(20)

    def pixels(self, selector: str) -> str:
        """What a canvas shows, as one string to compare."""
        script = "canvas => canvas.toDataURL()"
        drawn: str = self.page.locator(selector).first.evaluate(script)
        return drawn


def find_chromium() -> str:
    """The path of a Chromium; installs Debian's where that is possible, else skips the test."""
    if found := _found():
        return found
    can_install = os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get")
    if not can_install:
        pytest.skip(f"NO BROWSER: pages were not tested; install one as root: {INSTALL}")
    # Two workers must not both call apt-get.
    with FileLock(Path(gettempdir()) / "ganrun-chromium.lock"):
        if found := _found():
            return found
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(
            ["sh", "-c", INSTALL], capture_output=True, text=True, check=False, env=environment
        )
        if found := _found():
            return found
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    pytest.skip(f"NO BROWSER: pages were not tested; `{INSTALL}` failed: {last}")


def _found() -> str | None:
    return next((path for name in PLACES if (path := shutil.which(name))), None)


class Tabs:
    """A browser's tabs, which one test after another is lent.

    To open one takes longer than to show most pages in it, and one in which a script has run keeps
    it compiled. What is lent is as good as new: nothing is shown, stored, pointed at or noted.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Watched]] = {}

    @contextmanager
    def lent(self) -> Iterator[Callable[..., Watched]]:
        """Lends tabs for the block; takes what `Browser.new_context` does, and a script to `begin`.

        The script runs before those of every page.
        """
        taken: list[tuple[list[Watched], Watched]] = []

        def lend(**options: Any) -> Watched:
            looks = {name: options.pop(name, usual) for name, usual in LOOKS.items()}
            free = self._free.setdefault(str(options), [])
            watched = free.pop() if free else self._opened(**options)
            watched.look(**looks)
            taken.append((free, watched))
            return watched

        yield lend
        for free, watched in taken:
            try:
                watched.forget()
            except Error:  # a test has left it in a bad way
                watched.page.context.close()
            else:
                free.append(watched)

    def _opened(self, begin: str = "", **options: Any) -> Watched:
        context = self._browser.new_context(**options)
        context.set_default_timeout(1000 * WAIT_SECONDS)
        watched = Watched(context.new_page())
        if begin:
            watched.page.add_init_script(begin)
        watched.listen()
        return watched


@pytest.fixture(scope="module")
def chromium() -> Iterator[Tabs]:
    """One browser for all tests of a module.

    Not of the session: while it is open, Playwright's event loop runs in this thread, so that it
    cannot be opened twice, and other modules' tests could not run a loop of their own.
    """
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=[*FLAGS])
        yield Tabs(browser)
        browser.close()


@pytest.fixture
def open_page(chromium: Tabs) -> Iterator[Callable[..., Watched]]:
    """Lends tabs for a test."""
    with chromium.lent() as lend:
        yield lend


@pytest.fixture
def page(open_page: Callable[..., Watched]) -> Watched:
    """A tab of a desktop's size in light colours."""
    return open_page(**DESKTOP)


@pytest.fixture(scope="session")
def axe_script(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of axe-core, fetched once by npm and kept in pytest's cache, where there is one."""
    cache = getattr(pytestconfig, "cache", None)  # none with `-p no:cacheprovider`
    folder = Path(cache.mkdir("axe-core")) if cache else tmp_path_factory.mktemp("axe-core")
    kept = folder / "axe.min.js"
    with FileLock(folder / ".lock"):
        if not kept.exists():
            _fetch_axe(kept)
    return kept.read_text(encoding="utf-8")


def _fetch_axe(target: Path) -> None:
    if not shutil.which("npm"):
        pytest.skip("NO AXE-CORE: accessibility was not tested; npm is missing")
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            ["npm", "pack", "axe-core@4", "--silent"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        archives = list(Path(folder).glob("axe-core-*.tgz"))
        if done.returncode or not archives:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            pytest.skip(f"NO AXE-CORE: accessibility was not tested; npm could not get it: {last}")
        with tarfile.open(archives[0]) as archive:
            member = archive.extractfile("package/axe.min.js")
            assert member is not None
            temporary = target.with_suffix(".tmp")
            temporary.write_bytes(member.read())
            temporary.replace(target)


@pytest.fixture
def axe(axe_script: str) -> Callable[[Page], list[str]]:
    """What axe-core finds serious or critical on a page, a line each; empty is good."""

    def barriers(page: Page) -> list[str]:
        # evaluate, not a <script>: the pages' own policy allows none but theirs.
        page.evaluate(axe_script)
        violations = json.loads(
            page.evaluate("async () => JSON.stringify((await axe.run()).violations)")
        )
        return [
            f"{one['impact']}: {one['id']}: {one['help']}: {node['html'][:160]}"
            for one in violations
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    return barriers
