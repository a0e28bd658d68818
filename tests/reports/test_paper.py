"""Printing a page, its diagram, and its statement about the signature."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser

from bluelamp.fleet.judge import check_plan
from bluelamp.policies import Verdict
from bluelamp.reports import Report, write
from bluelamp.reports.anonymous import Anonymous
from bluelamp.reports.charts import Column, axis, trend
from bluelamp.reports.html import to_html
from bluelamp.reports.keys import fingerprint
from bluelamp.reports.trend import Run, Since
from bluelamp.reports.verifying import verify
from tests.reports.browsing import chromium
from tests.reports.tree import parse

ROOT = Path(__file__).parents[2]
ReportOn = Callable[..., Report]
MOST_PAGES = 20

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def large() -> Report:
    """The report on the largest force."""
    report = check_plan("west-midlands", ROOT, kept=True).report
    assert report is not None
    return report


@pytest.fixture(scope="module")
def browser(large: Report) -> Iterator[Browser]:
    """Started after the plan: playwright keeps an event loop in its thread."""
    assert large.findings
    with chromium() as started:
        yield started


def pages(browser: Browser, text: str, folder: Path) -> int:
    file = folder / "report.html"
    file.write_text(text, encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    printed = page.pdf(format="A4")
    page.close()
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))


def test_the_largest_force_prints_on_few_pages(browser: Browser, large: Report, tmp_path: Path) -> None:
    assert 2 < pages(browser, to_html(large), tmp_path) <= MOST_PAGES


def test_it_still_does_if_half_of_its_rules_fail(browser: Browser, large: Report, tmp_path: Path) -> None:
    failing = {each.rule.id for each in large.findings if each.verdict is Verdict.PASS}
    failing = set(sorted(failing)[::2])
    findings = tuple(
        replace(each, verdict=Verdict.FAIL, observed="open", expected="shut") if each.rule.id in failing else each
        for each in large.findings
    )
    assert 2 < pages(browser, to_html(replace(large, findings=findings)), tmp_path) <= MOST_PAGES


def test_the_diagram_of_the_estate_has_names(browser: Browser, large: Report, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(to_html(large), encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(file.as_uri())
    drawing = page.locator("svg.estate")
    assert drawing.get_attribute("role") == "img"
    assert "case-analysis" in drawing.text_content()  # type: ignore[operator] # it is there
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    region = page.get_by_role("region", name="Diagram of the estate")
    assert region.evaluate("each => each.scrollWidth > each.clientWidth")
    assert drawing.locator(".e-head").evaluate("each => getComputedStyle(each).fill") == "rgb(20, 33, 61)"
    assert page.locator(".card").first.evaluate("each => getComputedStyle(each).fill") == "rgb(0, 0, 0)"
    page.close()


def test_a_redacted_report_has_no_diagram(large: Report) -> None:
    text = to_html(Anonymous()(large))
    assert 'class="estate"' not in text
    assert "case-analysis" not in text


def test_an_unsigned_page_says_so(report_on: ReportOn) -> None:
    page = parse(to_html(report_on("shut")))
    assert "Not signed." in page.one("p", class_="judged").text
    assert "does not show who wrote it" in page.one("section", aria_labelledby="signature").text


@pytest.mark.parametrize("holder", ["essex", ""])
def test_a_signed_page_names_the_key_and_how_to_verify_and_claims_no_more(
    report_on: ReportOn, tmp_path: Path, holder: str
) -> None:
    key = Ed25519PrivateKey.generate()
    mark = fingerprint(key.public_key())
    write([report_on("shut")], tmp_path / "out", ["html"], key=key, signers={mark: holder} if holder else {})
    page = parse((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    output = page.one("section", aria_labelledby="signature").text
    assert mark in output
    assert ("essex, as the project's stacks/signers named it" in output) == bool(holder)
    assert ("Not known" in output) == (not holder)
    assert "This page cannot prove that" in output
    assert "bluelamp verify DIR" in output
    assert "only bluelamp verify can confirm that" in page.one("p", class_="judged").text
    assert [each.flaws for each in verify(tmp_path / "out")] == [()]


def test_bars_have_a_scale_and_their_values(report_on: ReportOn) -> None:
    page = parse(to_html(report_on("shut", "open")))
    charts = list(page.all("figure", class_="chart"))
    assert len(charts) == 3
    for chart in charts:
        assert [each.text for each in chart.one(class_="scale").all("span")] == ["0%", "50%", "100%"]
        assert all(row.one("td", class_="counted").text.strip() for row in chart.one("tbody").all("tr"))


def test_the_trend_has_axes_and_values(report_on: ReportOn) -> None:
    first = datetime(2026, 2, 1, tzinfo=UTC)
    runs = tuple(Run(first + timedelta(days=day), "", {Verdict.FAIL: 10 - day}, 10 - day) for day in range(5))
    page = parse(to_html(replace(report_on("open"), since=Since(runs[-2], trend=runs))))
    labels = [each.text for each in page.one("figure", class_="trend").all("text")]
    assert labels[:3] == ["0", "5", "10"]
    assert {"10", "9", "8", "7", "6", "1 Feb", "5 Feb"} <= set(labels)


@pytest.mark.parametrize("values", [[0, 0], [1, 0], [7, 1], [1234567, 3], list(range(24))])
def test_ticks_are_whole_numbers_within_the_drawing(values: list[int]) -> None:
    now = datetime(2026, 2, 1, tzinfo=UTC)
    columns: tuple[Column, ...] = trend([Run(now, "", {Verdict.FAIL: each}) for each in values])
    frame = axis(columns)
    assert frame.ticks[0].value == 0
    assert frame.ticks[-1].value == max(*values, 1)
    assert all(0 <= tick.y <= frame.height for tick in frame.ticks)
    assert frame.dated(len(values) - 1)
