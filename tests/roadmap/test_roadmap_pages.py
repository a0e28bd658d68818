"""The pages of roadmaps in a real Chromium."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bluelamp.reports.roadmap import to_html, to_national
from bluelamp.roadmap import progress_of
from tests.conftest import ROOT
from tests.reports.browsing import assert_readable, chromium

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The page of one force and that of two, one with a name that contains markup."""
    folder = tmp_path_factory.mktemp("roadmaps")
    standing = progress_of("dyfed-powys", ROOT, date(2026, 11, 30))
    other = replace(standing, force="other", name="A <b>bold</b> & 'quoted' force")
    written = {"roadmap.html": to_html(other, beside="roadmaps.html"), "roadmaps.html": to_national([standing, other])}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in written]


@pytest.fixture(scope="module")
def browser(pages: list[Path]) -> Iterator[Browser]:
    """A browser, started after the pages are written: planning and the browser's driver each need the event loop."""
    assert pages
    with chromium() as started:
        yield started


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_the_pages_are_accessible(browser: Browser, pages: list[Path], scheme: str, width: int) -> None:
    for page in pages:
        assert_readable(browser, page, scheme, width)


def test_the_diagram_fits_on_a_printed_page(browser: Browser, pages: list[Path]) -> None:
    page = browser.new_page(viewport={"width": 720, "height": 1000})
    page.goto(pages[0].as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    box = page.locator(".picture svg").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 720
    fill = page.locator(".picture svg .e-page").evaluate("each => getComputedStyle(each).fill")
    assert fill == "rgb(255, 255, 255)"
    page.close()
