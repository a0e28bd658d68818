"""A real Chromium for the tests of the pages."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, headless. If there is none, tests are skipped with the reason; in CI they fail."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = "there is no Chromium to try the pages in; on Debian: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        try:
            yield browser
        finally:
            browser.close()


def assert_accessible(page: Page) -> None:
    """Fails with the violations that axe finds on the page."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def assert_readable(browser: Browser, file: Path, scheme: str, width: int, *, scripts: bool = True) -> None:
    """Fails unless the page can be read in a window of that width: self-contained, without overflow, and accessible."""
    viewport = {"width": width, "height": 900}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, java_script_enabled=scripts)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(file.as_uri())
    assert {each for each in asked if each != "data:,"} == {file.as_uri()}
    assert complaints == []
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert_accessible(page)
    assert page.locator("h1").count() == 1
    context.close()
