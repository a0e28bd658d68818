"""The documentation site: built strictly, self-contained, and readable in a browser."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.conftest import ROOT
from tests.reports.browsing import chromium

SHOWN = ("index", "tutorial", "explanation/architecture", "modules/azure/key_vault", "rules/acr", "settings")

# One browser for all: playwright keeps an event loop in its thread, which must not outlive these tests.
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site; any warning, such as an unlinked page or a missing anchor, is an error."""
    folder = tmp_path_factory.mktemp("site")
    words = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--nitpicky", "--quiet", "docs", str(folder)]
    run = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_every_page_is_on_the_site(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")}
    assert {page for page in pages if not (site / f"{page}.html").is_file()} == set()


def test_files_in_the_root_folder_are_pages(site: Path) -> None:
    text = (site / "contributing.html").read_text("utf-8")
    assert "Requirements for a change" in text
    assert 'href="how-to/add-a-force.html"' in text


def test_it_loads_nothing_from_another_host(site: Path) -> None:
    for page in SHOWN:
        text = (site / f"{page}.html").read_text("utf-8")
        loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', text)
        assert [each for each in loaded if re.match(r"(?:https?:)?//", each)] == []
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//|@import", sheet.read_text("utf-8")), sheet


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_opened_from_a_folder_fit_a_narrow_screen(
    site: Path, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    wrong: list[str] = []
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request", lambda request: None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
    )
    for name in SHOWN:
        page.goto((site / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.goto((site / "explanation/architecture.html").as_uri())
    [box, words] = page.evaluate(
        "[...document.querySelectorAll('.diagram .box, .diagram .name')].slice(0, 2).map(e => getComputedStyle(e).fill)"
    )
    assert brightness(box) > brightness(words) if scheme == "light" else brightness(box) < brightness(words)
    assert wrong == []
    context.close()


def test_a_search_finds_a_rule(site: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{(site / 'search.html').as_uri()}?q=BL-ACR-001")
    page.wait_for_selector("#search-results a[href*='rules/acr.html']")
    page.close()


def brightness(colour: str) -> float:
    return sum(float(each) for each in re.findall(r"[\d.]+", colour)[:3])
