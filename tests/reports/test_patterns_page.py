"""The demand page in a real Chromium: map, trend, and the notice for a model that may not be used."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bluelamp.reports import patterns as page
from bluelamp.reports.forecast_chart import Predicted, forecast_chart
from bluelamp.reports.hexmap import hex_map
from bluelamp.workloads import patterns
from bluelamp.workloads.quality.compile import every_month
from tests.reports.browsing import assert_readable, chromium
from tests.workloads.patterns.views import FORCE, TYPES, areas, drawn, events, write_view

pytestmark = pytest.mark.xdist_group("browser")
JULYS = ("2016-07", "2017-07", "2018-07")
MARKUP = "<b>Place</b> & 'quoted'"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, patterns.Patterns]:
    folder = tmp_path_factory.mktemp("views")
    named = [(code, MARKUP, district, force) for code, _, district, force in areas(120)]
    whole = every_month("2010-01", "2014-12")
    broken = {
        (type_, month, area): 4 + area % 3 if month < "2013-06" else 1
        for type_ in TYPES
        for month in whole
        for area in range(6)
    }
    same = {(type_, month, area): 3 for type_ in TYPES for month in JULYS for area in range(30)}
    views = {
        "usable": write_view(folder / "usable", events(drawn(JULYS, 120)), named),
        "unusable": write_view(folder / "unusable", events(same), named),
        "untested": write_view(folder / "untested", events(drawn(JULYS[:1], 20)), named),
        "break": write_view(folder / "break", events(broken), named),
    }
    return {name: patterns.run(view, force=FORCE) for name, view in views.items()}


@pytest.fixture(scope="module")
def pages(found, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, each in found.items():
        html = page.to_html(each, subject="Testshire & co", beside="index.html", source="Data: nobody.")
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in found}


@pytest.mark.parametrize(
    ("scheme", "width", "scripts"),
    [("light", 1440, True), ("dark", 390, True), ("dark", 390, False)],
)
def test_the_pages_are_accessible(browser, pages, scheme, width, scripts):
    for name in ("usable", "unusable", "break"):
        assert_readable(browser, pages[name], scheme, width, scripts=scripts)


def test_every_cell_of_the_map_has_its_values(browser, found, pages):
    shown = browser.new_page()
    shown.goto(pages["usable"].as_uri())
    cells = found["usable"].h3.demand.areas
    titles = shown.locator(".hexmap svg title").all_text_contents()
    assert len(titles) == len(cells)
    assert all(MARKUP in each and "95% interval" in each and "July 2018" in each for each in titles)
    classes = set(
        shown.locator(".hexmap svg path[class*=heat-]").evaluate_all("all => all.map(each => each.classList[0])")
    )
    fills = {
        each: shown.locator(f".hexmap svg path.{each}").first.evaluate("each => getComputedStyle(each).fill")
        for each in classes
    }
    assert len(set(fills.values())) == len(classes) > 2
    assert shown.locator("b").count() == 0
    shown.close()


def test_the_map_can_be_used_by_keyboard(browser, found, pages):
    context = browser.new_context(java_script_enabled=False)
    shown = context.new_page()
    shown.goto(pages["usable"].as_uri())
    first = shown.locator(".hexmap a").first
    for _ in range(20):
        shown.keyboard.press("Tab")
        if first.evaluate("each => each === document.activeElement"):
            break
    assert (first.get_attribute("aria-label") or "").startswith("1: Around")
    assert first.locator("path").evaluate("each => getComputedStyle(each).strokeWidth") == "5px"
    shown.keyboard.press("Enter")
    row = shown.locator("tr:target")
    assert row.locator("td").first.inner_text() == "1"
    assert shown.locator(".hexmap a").count() == min(page.HOT, len(found["usable"].h3.demand.areas))
    context.close()


def test_an_unusable_model_has_no_forecast_on_the_page(browser, pages):
    shown = browser.new_page()
    shown.goto(pages["unusable"].as_uri())
    text = shown.locator("main").inner_text()
    assert "The model is not usable, and no forecast is published" in text
    assert "does not beat" in text
    assert shown.locator(".hexmap").count() == 0
    assert "2019" not in text
    assert "July 2018" in text
    shown.goto(pages["untested"].as_uri())
    assert "Nothing was tested: no month has the same month of 2 earlier years" in shown.locator("main").inner_text()
    shown.close()


def test_the_page_says_what_the_data_cannot_show_and_what_was_not_examined(browser, pages):
    shown = browser.new_page()
    shown.goto(pages["usable"].as_uri())
    limits = shown.locator("section:has(#limits)").inner_text()
    for word in ("Season:", "2016-07, 2017-07, 2018-07", "Trend:", "Recording:", "Cause:", "Harm:"):
        assert word in limits
    card = shown.locator("section:has(#card)")
    assert "Protected characteristics" in card.inner_text()
    assert "Not run" in shown.locator("section:has(#breaks)").inner_text()
    card.locator("summary", has_text="PoliceAI registry").click()
    assert "By LSOA: usable" in card.inner_text()
    shown.close()


def test_breaks_are_listed(browser, pages):
    shown = browser.new_page()
    shown.goto(pages["break"].as_uri())
    rows = shown.locator("section:has(#breaks) tbody tr").all_inner_texts()
    assert len(rows) == 1 + len(TYPES)
    assert all("June 2013" in each and "Down" in each for each in rows)
    shown.close()


def test_the_chart_has_every_year_and_both_intervals():
    predicted = Predicted("2019-07", 30_000.0, (25_000, 35_000), (20_000, 45_000))
    chart = forecast_chart("All", {"2017-07": 27_000, "2018-07": 31_635}, [predicted], width=460, height=260)
    assert [year for year, _ in chart.years] == ["2017", "2018", "2019"]
    assert [value for value, _ in chart.ticks] == [0, 20_000, 40_000, 60_000]
    [mark] = chart.predicted
    assert mark.wide[0] < mark.narrow[0] < mark.y < mark.narrow[1] < mark.wide[1] < 260
    assert chart.description == "All: counted 2017 27,000, 2018 31,635; 2019 predicted 30,000, 20,000 to 45,000"
    assert forecast_chart("None", {"2018-07": 0}, [], width=240, height=150).ticks


@pytest.mark.parametrize("values", [[0.2], [3.0, 0.1], [2000.0, 5.0, 40.0], [9e6, 1.0]])
def test_the_legend_covers_every_value(values):
    from h3 import grid_disk, latlng_to_cell

    cells = sorted(grid_disk(latlng_to_cell(53.8, -1.5, 7), 2))[: len(values)]
    drawn_map = hex_map(dict(zip(cells, values, strict=True)), dict.fromkeys(cells, "title"), ranked=cells[:1])
    kinds = [kind for kind, _ in drawn_map.legend]
    assert kinds == list(range(1, len(kinds) + 1))
    assert len(kinds) <= 6
    assert {each.kind for each in drawn_map.hexagons} <= set(kinds)
    assert all(0 <= each.x <= drawn_map.width and 0 <= each.y <= drawn_map.height for each in drawn_map.hexagons)
    assert drawn_map.hexagons[-1].rank == 1
