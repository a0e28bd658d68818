"""The scorecard and the single view's page in a real Chromium."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bluelamp.reports import quality, single_view
from bluelamp.reports.months import month_chart
from bluelamp.workloads.quality import History, execute
from bluelamp.workloads.single_view import build, read_mappings
from tests.reports.browsing import assert_readable, chromium
from tests.workloads.contracts import contract, write_csv

pytestmark = pytest.mark.xdist_group("browser")
NAME = "A <b>bold</b> & 'quoted' column"
MAPPING = f'source: incidents\ntable: log\nentities:\n  - kind: event\n    type: incident\n    attributes: {{month: month}}\nnotMapped:\n  "{NAME}": unused\n'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The pages of a run with a failure, an unknown month and a name that contains markup."""
    folder = tmp_path_factory.mktemp("pages")
    properties = [
        {"name": "month", "logicalType": "string"},
        {
            "name": NAME,
            "logicalType": "string",
            "quality": [{"metric": "nullValues", "mustBe": 0, "severity": "warning"}],
        },
    ]
    sla = [{"property": "frequency", "value": 1, "unit": "month", "element": "log.month"}]
    made = contract(folder, properties=properties, sla=sla)
    write_csv(folder, f'month,"{NAME}"\n2026-01,\n2026-03,x\n')
    (folder / "mappings").mkdir()
    (folder / "mappings" / "log.yaml").write_text(MAPPING, encoding="utf-8")
    built = build(
        [made], read_mappings(folder / "mappings", folder, [made]), folder / "data", folder / "view", subject="test"
    )
    history = History(folder / "quality.duckdb")
    for _ in range(3):
        history.keep(built.quality)
    failed = execute([made], folder / "nothing", subject="test", as_of=date(2026, 4, 1))
    written = {
        "quality.html": quality.to_html(built.quality, history.past("test"), {}, beside="index.html"),
        "index.html": single_view.to_html(built, None, beside="quality.html"),
        "bare.html": quality.to_html(failed, (), {"incidents": ("incidents",)}),
    }
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in written]


@pytest.mark.parametrize(
    ("scheme", "width", "scripts"), [("light", 1440, True), ("dark", 390, True), ("dark", 390, False)]
)
def test_the_pages_are_accessible(browser, pages, scheme, width, scripts):
    for page in pages:
        assert_readable(browser, page, scheme, width, scripts=scripts)


def test_an_unknown_month_is_drawn_as_unknown(pages):
    text = pages[0].read_text(encoding="utf-8")
    assert 'aria-label="2026-01 1, 2026-03 1; 1 of 3 months unknown"' in text
    assert '<td class="figure">Unknown</td>' in text
    assert "<b>bold</b>" not in text


def test_the_chart_of_months_has_round_ticks():
    chart = month_chart("Rows", [("2026-01", 31_635), ("2026-02", None), ("2026-03", 1)])
    assert [each.value for each in chart.ticks] == [0, 10_000, 20_000, 30_000, 40_000]
    assert [each.rows for each in chart.columns] == [31_635, None, 1]
    assert month_chart("Nothing", []).unknown == 0
