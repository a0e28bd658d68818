"""The pages in a real Chromium: usable by everybody, in every way of reading them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bluelamp.policies import UNKNOWN, Control, Rule, Severity, Verdict
from bluelamp.reports import Report, write
from bluelamp.reports.trend import Run, Since
from tests.reports.browsing import chromium

ReportOn = Callable[..., Report]

# One browser for all: playwright keeps an event loop in its thread, which must not outlive these tests.
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def essex(report_on: ReportOn, locked: Callable[..., Rule]) -> Report:
    """A report with every verdict, a history and a source file."""
    rules = [locked(), locked("T-002", Severity.CRITICAL), locked("T-003", Severity.LOW, mandatory=False)]
    report = report_on("shut", "open", "open", "skip", UNKNOWN, "jam", rules=rules)
    failures = [each for each in report.findings if each.verdict is Verdict.FAIL]
    findings = tuple(
        replace(each, verdict=Verdict.EXEMPT) if each is failures[0] else replace(each, source=("a/b.yaml", 7))
        for each in report.findings
    )
    first = datetime(2026, 2, 1, 9, tzinfo=UTC)
    runs = tuple(
        Run(first + timedelta(days=day), "0123456789abcdef", {Verdict.FAIL: 9 - day, Verdict.EXEMPT: day}, 9 - day)
        for day in range(8)
    )
    keys = [each.key for each in failures[1:]]
    since = Since(runs[-2], (keys[0],), ("T-001 urn:pulumi:essex::b::c::gone",), (keys[1],), {keys[1]: first}, runs)
    return replace(report, findings=findings, since=since)


@pytest.fixture
def folder(essex: Report, report_on: ReportOn, tmp_path: Path) -> Path:
    """The reports of three forces, and the page that compares them."""
    kent, surrey = report_on("shut", force="kent", name="Kent Police"), report_on("skip", UNKNOWN, force="surrey")
    write([essex, kent, replace(surrey, name="Surrey Police")], tmp_path / "out")
    return tmp_path / "out"


@contextmanager
def opened(browser: Browser, file: Path, link: str = "", width: int = 1280, **more: object) -> Iterator[Page]:
    """The page, which makes no other request and reports no error."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **more)  # type: ignore[arg-type]
    page = context.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        page.goto(file.as_uri() + link)
        yield page
        assert {url.split("#")[0] for url in asked if url != "data:,"} == {file.as_uri()}
        assert complaints == []
    finally:
        context.close()


PAGES = ["essex/report.html", "index.html"]
OPEN_ALL = """document.querySelectorAll('details').forEach((each) => {
    each.open = !each.querySelector('table.coverage') || Boolean(each.querySelector('#control-Box-Standard-1-BX-1'));
})"""
"""Expands everything except hundreds of controls, for which one framework's are representative."""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 400)])
def test_axe_finds_no_violation(browser: Browser, folder: Path, name: str, scheme: str, width: int) -> None:
    with opened(browser, folder / name, width=width, color_scheme=scheme) as page:
        page.evaluate(OPEN_ALL)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(page, options={"runOnly": tags})
        assert found.violations_count == 0, found.generate_report()
        assert len(found.response["passes"]) > 20


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_small_telephone(browser: Browser, folder: Path, name: str) -> None:
    with opened(browser, folder / name, width=320) as page:
        page.evaluate(OPEN_ALL)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320


def test_it_can_be_read_without_javascript(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "essex/report.html", java_script_enabled=False) as page:
        assert not page.locator("#filter").is_visible()
        assert page.locator("#T-002-fail .why").is_visible()
        row = page.locator("#T-002-pass [data-finding]")
        assert not row.is_visible()
        page.locator("#T-002-pass summary").click()
        assert row.is_visible()
    with opened(browser, folder / "index.html", java_script_enabled=False) as page:
        assert page.locator(".heat").first.is_visible()
        assert not page.locator("#filter").is_visible()


def test_the_filter_shows_matches_and_its_address_can_be_shared(browser: Browser, folder: Path) -> None:
    file = folder / "essex/report.html"
    with opened(browser, file) as page:
        page.get_by_label("Verdict", exact=True).select_option("fail")
        page.get_by_label("Severity", exact=True).select_option("critical")
        page.get_by_role("searchbox").fill("box-2 bx-1 open")
        expect(page.locator("#shown")).to_have_text("1 of 18 findings shown")
        kept = page.locator("[data-finding]:visible")
        assert kept.evaluate_all("rows => rows.map((row) => row.closest('article').id)") == ["T-002-fail"]
        expect(page).to_have_url(re.compile("severity=critical"))
        link = "#" + page.url.split("#")[1]
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("#shown")).to_be_empty()
        expect(page).to_have_url(file.as_uri())
        assert page.locator("[data-finding]:visible").count() > 1
    with opened(browser, file, link) as page:
        expect(page.locator("#shown")).to_have_text("1 of 18 findings shown")
        assert page.get_by_label("Severity", exact=True).input_value() == "critical"


def test_grouped_findings_are_found_by_name_urn_and_message(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "essex/report.html") as page:
        for words in ("box-0", "hub$test:box:box::box-0 pass", "T-001 lock"):
            page.get_by_label("Verdict", exact=True).select_option("pass")
            page.get_by_role("searchbox").fill(words.replace(" pass", ""))
            expect(page.locator("#shown")).to_have_text(re.compile(r"^[13] of 18 findings shown"))
            assert page.locator(".alike:has([data-finding]):not([hidden]) [data-finding]:not([hidden])").count() > 0
        page.get_by_role("searchbox").fill("box-7")
        expect(page.locator("#shown")).to_have_text("0 of 18 findings shown")
        page.get_by_role("button", name="Clear").click()
        page.locator("#T-001-pass summary").click()
        page.locator("#T-001-pass [data-finding] a").click()
        assert page.locator(".urns :target").inner_text().endswith("::box-0")


@pytest.fixture
def controlled(report_on: ReportOn, locked: Callable[..., Rule], tmp_path: Path) -> Path:
    """The page of rules for different controls; some text looks like the id of one."""
    answering = {"T-001": ("B4.a", "NS-1"), "T-002": ("8.20", "NS-10"), "T-003": ("8.2",)}
    rules = [
        replace(locked(id_), controls=tuple(Control("Box Standard", "1", control) for control in controls))
        for id_, controls in answering.items()
    ]
    write([report_on("shut", "open", "10.8.20.1", "b4.a", rules=rules)], tmp_path / "out")
    return tmp_path / "out" / "report.html"


@pytest.mark.parametrize(
    ("words", "rules"),
    [
        ("B4.a", {"T-001"}),
        ("b4", {"T-001"}),
        ("NS-1", {"T-001"}),
        ("NS-10", {"T-002"}),
        ("8.20", {"T-002"}),
        ("8.2", {"T-003"}),
        ("box standard b4.a", {"T-001"}),
    ],
)
def test_a_control_finds_every_failure_and_pass_of_its_rules(
    browser: Browser, controlled: Path, words: str, rules: set[str]
) -> None:
    with opened(browser, controlled) as page:
        page.get_by_role("searchbox").fill(words)
        expect(page.locator("#shown")).to_contain_text("findings shown")
        kept = page.locator("[data-finding]:not([hidden])").evaluate_all(
            "rows => rows.map((row) => row.closest('article').id)"
        )
        # Each rule has one pass and three failures; a value that looks like the control is found with its rule.
        others = ["T-002-fail", "T-003-fail"] if "b4" in words.lower() else []
        assert sorted(kept) == sorted(
            [*(f"{rule}-{one}" for rule in rules for one in ["pass", *["fail"] * 3]), *others]
        )


@pytest.mark.parametrize("text", ["(", "\\", "[a", "8.20*", "$&", "ü-1"])
def test_any_text_can_be_searched_for(browser: Browser, controlled: Path, text: str) -> None:
    with opened(browser, controlled) as page:
        page.get_by_role("searchbox").fill(text)
        expect(page.locator("#shown")).to_have_text(re.compile(r"^\d+ of 12 findings shown$"))


@pytest.mark.parametrize("asked", [{"Area": "test"}, {"Framework": "Box Standard 1"}, {"Severity": "low"}])
def test_each_option_filters(browser: Browser, folder: Path, asked: dict[str, str]) -> None:
    with opened(browser, folder / "essex/report.html") as page:
        for label, option in asked.items():
            page.get_by_label(label, exact=True).select_option(option)
        expected = "6 of 18 findings shown" if "Severity" in asked else "18 of 18 findings shown"
        expect(page.locator("#shown")).to_have_text(expected)


def test_a_link_opens_its_target_even_if_it_is_filtered_out(browser: Browser, folder: Path) -> None:
    file = folder / "essex/report.html"
    with opened(browser, file, "#T-001-pass") as page:
        assert page.locator("#T-001-pass [data-finding]").is_visible()
        assert not page.locator("#T-002-pass [data-finding]").is_visible()
        page.get_by_label("Verdict", exact=True).select_option("fail")
        page.locator("#T-001-pass").wait_for(state="hidden")
        page.evaluate("location.hash = '#T-002-pass'")
        page.locator("#T-002-pass [data-finding]").wait_for(state="visible")
        assert page.evaluate("location.hash") == "#T-002-pass"
    with opened(browser, file, "#control-Box-Standard-1-BX-1") as page:
        assert page.locator("#control-Box-Standard-1-BX-1").is_visible()


def test_a_failure_is_reached_from_its_control(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "essex/report.html", "#control-Box-Standard-1-BX-1") as page:
        found = page.locator("#control-Box-Standard-1-BX-1")
        assert "found open, expected shut" in found.inner_text()
        found.get_by_role("link", name="box-1").first.click()
        assert page.locator("tr:target").inner_text().startswith("box-1")


def test_it_can_be_used_by_keyboard(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "essex/report.html") as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        fold = page.locator("#T-001-pass summary")
        fold.focus()
        assert fold.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        assert page.locator("#T-001-pass [data-finding]").is_visible()


@pytest.mark.parametrize("script", [True, False])
def test_it_prints_what_needs_attention_and_what_is_open(browser: Browser, folder: Path, script: bool) -> None:
    with opened(browser, folder / "essex/report.html", java_script_enabled=script, color_scheme="dark") as page:
        page.locator("#T-003-pass summary").click()
        page.emulate_media(media="print")
        assert page.locator("#T-002-fail").is_visible()
        assert page.get_by_role("heading", name="Controls", exact=True).is_visible()
        assert page.locator("#T-003-pass [data-finding]").is_visible()
        assert not page.locator("#T-001-pass").is_visible()
        assert page.get_by_text("Senior information risk owner").is_visible()
        assert not page.locator("nav").is_visible()


def test_forces_are_sorted_and_filtered(browser: Browser, folder: Path) -> None:
    with opened(browser, folder / "index.html") as page:

        def forces() -> list[str]:
            return page.locator("[data-force]:visible").evaluate_all("rows => rows.map((row) => row.dataset.force)")

        assert forces() == ["essex", "surrey", "kent"]
        page.get_by_role("button", name="Critical").click()
        assert forces()[0] == "essex"
        assert page.get_by_role("columnheader", name="Critical").get_attribute("aria-sort") == "descending"
        page.get_by_role("button", name="Pass").click()
        page.get_by_role("button", name="Pass").click()
        assert forces() == ["surrey", "kent", "essex"]
        page.get_by_label("Answer").select_option("cannot be said")
        assert forces() == ["surrey"]
        assert page.locator("#shown").inner_text() == "1 of 3 forces shown"


def test_the_comparison_links_to_the_findings(browser: Browser, folder: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    page.locator("#T-002 .cell-fail a").click()
    page.wait_for_url("**/essex/report.html#T-002-fail")
    assert page.locator("#T-002-fail").is_visible()
    context.close()
