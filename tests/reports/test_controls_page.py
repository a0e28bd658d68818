"""The view of a control: its text, its rules, their results, and links to each resource."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest

from bluelamp.policies import UNKNOWN, Rule
from bluelamp.policies.catalogues import Extent, catalogues
from bluelamp.reports import Report, write
from bluelamp.reports.controls import views
from bluelamp.reports.html import to_controls, to_html
from tests.reports.browsing import chromium
from tests.reports.tree import Node, parse

ReportOn = Callable[..., Report]


@pytest.fixture(scope="session")
def pages(busy: Report) -> tuple[Node, Node]:
    return parse(to_controls(busy)), parse(to_html(busy))


def ids(page: Node) -> set[str | None]:
    return {each.attributes.get("id") for each in page.all()}


def test_every_control_of_every_framework_has_a_view(pages: tuple[Node, Node]) -> None:
    views_ = list(pages[0].all("article"))
    assert len(views_) >= sum(len(each.controls) for each in catalogues())
    text = {each.attributes["id"]: each.text for each in views_}
    for catalogue in catalogues():
        for id_, row in catalogue.controls.items():
            name = re.sub(r"[^A-Za-z0-9.]+", "-", f"{catalogue.framework} {catalogue.edition} {id_}")
            output = text[f"control-{name}"]
            assert row.title in output
            assert row.why in output
            if row.extent is Extent.NOT_ASSESSABLE:
                assert "Infrastructure does not show whether it is met." in output


def test_every_rule_that_assesses_a_control_is_in_its_view(busy: Report) -> None:
    output = {view.attributes["id"]: view.text for view in parse(to_controls(busy)).all("article")}
    for framework in views(busy):
        for view in framework.controls:
            assert all(rule.id in output[view.anchor] for rule in view.row.rules)


def test_every_link_of_either_page_has_a_target(pages: tuple[Node, Node]) -> None:
    controls, report = pages
    there = {"controls.html": ids(controls), "report.html": ids(report)}
    links = [(page, link.attributes["href"] or "") for page in there for link in there_of(page, pages).all("a")]
    assert sum("controls.html#" in href for _, href in links) > 500
    for page, href in links:
        file, _, anchor = href.partition("#")
        assert not anchor or unquote(anchor) in there[file or page], href


def there_of(name: str, pages: tuple[Node, Node]) -> Node:
    return pages[0] if name == "controls.html" else pages[1]


def test_resources_are_two_clicks_from_a_control(report_on: ReportOn) -> None:
    report = report_on("open", "shut", UNKNOWN)
    view = parse(to_controls(report)).one("article", id="control-NCSC-CAF-4.0-B3.c")
    page = parse(to_html(report))
    links = {link.text: (link.attributes["href"] or "").partition("#")[2] for link in view.all("a")}
    for words, box in (("1 fail", "box-0"), ("1 pass", "box-1"), ("1 unknown", "box-2")):
        assert box in page.one("article", id=links[words]).text
    assert "open" in view.text
    assert "A box is open (T-001)" in view.text
    assert page.one("", id=links["box-0"]).text


def test_the_page_is_sealed_with_the_report(report_on: ReportOn, tmp_path: Path) -> None:
    from bluelamp.reports.verifying import verify

    write([report_on("open")], tmp_path / "report")
    (found,) = verify(tmp_path / "report", None, None)
    assert not found.flaws
    (tmp_path / "report" / "controls.html").write_text("other")
    (found,) = verify(tmp_path / "report", None, None)
    assert [flaw.file for flaw in found.flaws] == ["controls.html"]


def test_it_is_self_contained(pages: tuple[Node, Node]) -> None:
    assert not list(pages[0].all("img"))
    assert not [each for each in pages[0].all("link") if each.attributes.get("href") != "data:,"]
    every = [each.attributes["id"] for each in pages[0].all() if "id" in each.attributes]
    assert len(every) == len(set(every))


def test_a_control_without_a_catalogue_is_shown(report_on: ReportOn) -> None:
    assert parse(to_controls(report_on("open"))).one("article", id="control-Box-Standard-1-BX-1").text


def test_hostile_text_stays_text(locked: Callable[..., Rule], report_on: ReportOn) -> None:
    from dataclasses import replace

    rule = replace(locked(), failure="<script>alert(1)</script>")
    assert "<script>alert" not in to_controls(report_on("open", rules=[rule]))


def test_the_search_finds_a_control_without_rules_too(report_on: ReportOn, tmp_path: Path) -> None:
    write([report_on("open")], tmp_path / "report", ["html"])
    with chromium() as browser:
        page = browser.new_page()
        page.goto((tmp_path / "report" / "report.html").as_uri())
        page.fill("#filter-text", "A1.a")
        link = page.locator("#shown-controls a").last
        link.wait_for()
        assert "Board Direction" in page.locator("#shown-controls").inner_text()
        link.click()
        page.wait_for_url("**/controls.html#*")
        assert page.locator("article:visible").count() == 1
        assert "Board Direction" in page.locator("article:visible").inner_text()
        page.get_by_text("Show every control").click()
        assert page.locator("article:visible").count() > 500


def test_it_can_be_read_without_javascript_and_on_a_telephone(report_on: ReportOn, tmp_path: Path) -> None:
    write([report_on("open")], tmp_path / "report", ["html"])
    with chromium() as browser:
        page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
        page.goto((tmp_path / "report" / "controls.html").as_uri() + "#control-NCSC-CAF-4.0-B3.c")
        assert page.locator("article:visible").count() == 1
        assert "A box is open" in page.locator("article:visible").inner_text()
        box = page.locator("article:visible").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390


def test_the_page_fits_a_telephone_and_prints_as_a_summary(busy: Report, tmp_path: Path) -> None:
    write([busy], tmp_path)
    address = (tmp_path / "controls.html").as_uri()
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(address)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.emulate_media(media="print")
        hidden = "[...document.querySelectorAll('.control-view h4')].every(each => each.getClientRects().length === 0)"
        assert page.evaluate(hidden)
        assert page.locator(".to-print").is_visible()
        one = next(each.anchor for framework in views(busy) for each in framework.controls if each.rules)
        page.goto(f"{address}#{one}")
        assert page.locator(f"#{one.replace('.', chr(92) + '.')} h4").first.is_visible()
