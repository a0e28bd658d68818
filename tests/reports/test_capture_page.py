"""The form of a contract in a real Chromium, with valid and invalid input."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bluelamp.reports.capture import to_html
from bluelamp.workloads.capture import RecordSchema, check, record_schemas
from tests.reports.browsing import assert_accessible, chromium
from tests.workloads.contracts import contract

pytestmark = pytest.mark.xdist_group("browser")

PROPERTIES = [
    {
        "name": "log_id",
        "logicalType": "string",
        "required": True,
        "businessName": "Log reference",
        "description": "As on the log",
        "examples": ["AB-1"],
        "logicalTypeOptions": {"pattern": "^[A-Z(-]{2}\\-[0-9]+$", "maxLength": 8},
    },
    {
        "name": "seen_on",
        "logicalType": "date",
        "required": True,
        "logicalTypeOptions": {"minimum": "2026-01-01", "maximum": "2026-12-31"},
    },
    {"name": "at", "logicalType": "timestamp", "logicalTypeOptions": {"timezone": True}},
    {"name": "grade", "logicalType": "integer", "logicalTypeOptions": {"minimum": 1, "maximum": 5}},
    {"name": "armed", "logicalType": "boolean", "required": True},
    {
        "name": "A <b>bold</b> & 'quoted' \"name\"",
        "logicalType": "string",
        "quality": [{"metric": "invalidValues", "arguments": {"validValues": ["a", "<i>"]}, "mustBe": 0}],
    },
    {"name": "note", "logicalType": "string", "logicalTypeOptions": {"maxLength": 200}},
    {
        "name": "place",
        "logicalType": "object",
        "properties": [{"name": "__proto__", "logicalType": "string", "required": True}],
    },
    {"name": "tags", "logicalType": "array", "items": {"logicalType": "string"}},
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RecordSchema]:
    folder = tmp_path_factory.mktemp("form")
    made = contract(folder, properties=PROPERTIES)
    (schema,) = record_schemas(made)
    (folder / "form.html").write_text(to_html(made, schema), encoding="utf-8")
    return folder / "form.html", schema


def opened(browser: Browser, path: Path, complaints: list[str], **more: object) -> Page:
    page = browser.new_context(**more).new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("request", lambda request: complaints.append(request.url) if request.url.startswith("http") else None)
    page.goto(path.as_uri())
    return page


def fill(page: Page, reference: str = "A(-1") -> None:
    page.get_by_label("Log reference").fill(reference)
    page.get_by_label("Seen on").fill("2026-02-03")
    page.get_by_label("Yes").check()


def test_valid_records_are_saved_and_accepted_by_the_check(browser, form, tmp_path):
    path, schema = form
    complaints: list[str] = []
    page = opened(browser, path, complaints, timezone_id="Europe/London")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    fill(page)
    page.get_by_label("At").fill("2026-07-01T10:00")
    page.get_by_label("Grade").fill("5")
    page.locator("select").select_option("<i>")
    page.get_by_label("Note").fill("two\nlines")
    page.get_by_label("proto").fill("kept")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    fill(page, "AB-2")
    page.get_by_role("button").click()
    assert page.get_by_role("status").inner_text() == "2 records"
    with page.expect_download() as waited:
        page.get_by_role("link", name="Download").click()
    assert waited.value.suggested_filename == "incidents.log.jsonl"
    waited.value.save_as(tmp_path / "records.jsonl")
    lines = (tmp_path / "records.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0]) == {
        "log_id": "A(-1",
        "seen_on": "2026-02-03",
        "at": "2026-07-01T09:00:00.000Z",
        "grade": 5,
        "armed": True,
        PROPERTIES[5]["name"]: "<i>",
        "note": "two\nlines",
        "place": {"__proto__": "kept"},
    }
    assert json.loads(lines[1]) == {"log_id": "AB-2", "seen_on": "2026-02-03", "armed": True}
    found = check(schema, tmp_path / "records.jsonl", tmp_path / "checked")
    assert (found.accepted, found.quarantined) == (2, 0)
    assert complaints == []
    page.context.close()


def test_mistakes_are_summarised_with_links_to_their_fields(browser, form):
    complaints: list[str] = []
    page = opened(browser, form[0], complaints)
    page.get_by_label("Log reference").fill("ab-1")
    page.get_by_label("Seen on").fill("2027-01-01")
    page.get_by_label("Grade").fill("5.5")
    page.get_by_label("Note").fill("x" * 201)
    page.get_by_role("button").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    messages = summary.get_by_role("link").all_inner_texts()
    assert messages == [
        "Log reference must have 8 characters or fewer and match ^[A-Z(-]{2}\\-[0-9]+$",
        "Seen on must be a real date and be 2026-01-01 or later, 2026-12-31 or earlier",
        "Grade must be a whole number and be 1 or more, 5 or less",
        "Select armed",
        "Note must have 200 characters or fewer",
    ]
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Log reference")).to_be_focused()
    described = page.get_by_label("Log reference").get_attribute("aria-describedby").split()
    assert [page.locator(f"#{each}").inner_text() for each in described] == [
        "As on the log. For example, AB-1.",
        messages[0],
    ]
    assert page.get_by_label("Log reference").get_attribute("aria-invalid") == "true"
    assert page.locator("#records").is_hidden()
    assert_accessible(page)
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize(
    ("reference", "seen", "valid"),
    [
        ("AB-1", "2026-05-05", True),
        ("AB1", "2026-05-05", False),
        ("AB-1", "2025-05-05", False),
        ("", "2026-05-05", False),
    ],
)
def test_without_javascript_the_browser_itself_refuses(browser, form, reference, seen, valid):
    complaints: list[str] = []
    page = opened(browser, form[0], complaints, java_script_enabled=False)
    page.locator("#field-1").fill(reference)
    page.locator("#field-2").fill(seen)
    page.get_by_label("Yes").check()
    page.get_by_role("button").click()
    assert page.locator("form :invalid").count() == (0 if valid else 1)
    assert page.url == form[0].as_uri()
    assert page.get_by_text("keeps nothing").is_visible()
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_the_form_is_accessible(browser, form, scheme, width):
    complaints: list[str] = []
    page = opened(browser, form[0], complaints, color_scheme=scheme, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert_accessible(page)
    assert page.locator("form b").count() == 0
    assert page.get_by_text("Not in this form: tags").is_visible()
    page.context.close()
