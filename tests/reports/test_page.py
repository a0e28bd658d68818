"""The page is self-contained and accessible to everybody."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from bluelamp.policies import Resource, Rule
from bluelamp.reports import Report, Source, assess
from bluelamp.reports.html import to_html
from tests.reports.tree import Node, findings, parse, urns

ReportOn = Callable[..., Report]


@pytest.fixture(scope="module")
def style(page: Node) -> str:
    return page.one("style").text


def test_the_result_comes_first(page: Node) -> None:
    assert page.one("h1").text == "Essex Police is not within its security baseline."
    assert page.one("title").text.startswith("Essex Police: not within baseline")
    main = page.one("main")
    assert [node.tag for node in main.children if isinstance(node, Node)][:3] == ["p", "h1", "div"]


def test_it_makes_no_network_request(text: str, page: Node) -> None:
    assert not re.search(r"@import|url\(|\bfetch\(|XMLHttpRequest|<iframe|<object|<embed", text)
    for node in page.all():
        for name in ("src", "srcset", "data", "action", "formaction", "background", "poster"):
            assert name not in node.attributes
        link = node.attributes.get("href")
        assert link is None or link.startswith(("#", "controls.html#")) or link == "data:,", link
        assert not any(name.startswith("on") for name in node.attributes)
        assert "style" not in node.attributes, "the policy below lets no style attribute work"


def test_its_policy_allows_only_its_own_style_and_script(page: Node) -> None:
    policy = str(page.one("meta", http_equiv="Content-Security-Policy").attributes["content"])
    assert "default-src 'none'" in policy
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.one(tag).text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_headings_form_an_outline(page: Node) -> None:
    levels = [int(node.tag[1]) for node in page.all() if re.fullmatch(r"h[1-6]", node.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_it_declares_its_language_and_has_landmarks(page: Node) -> None:
    assert page.one("html").attributes["lang"] == "en-GB"
    for landmark in ("header", "main", "footer", "nav"):
        page.one(landmark)
    assert page.one("a", class_="skip").attributes["href"] == "#main"


def test_ids_are_unique_and_every_reference_has_a_target(page: Node) -> None:
    ids = [str(node.attributes["id"]) for node in page.all() if "id" in node.attributes]
    known = set(ids)
    assert len(ids) == len(known)
    for node in page.all():
        named = [str(node.attributes.get(name) or "") for name in ("aria-labelledby", "aria-describedby", "for")]
        link = node.attributes.get("href") or ""
        named += [link[1:]] if link.startswith("#") else []
        assert set(" ".join(named).split()) <= known


def test_fields_have_labels_and_tables_have_headers(page: Node) -> None:
    labelled = {node.attributes["for"] for node in page.all("label")}
    fields = [*page.all("input"), *page.all("select")]
    assert {node.attributes["id"] for node in fields} == labelled
    for table in page.all("table"):
        assert table.one("caption").text
        assert all(node.attributes.get("scope") in ("col", "row") for node in table.all("th"))
    bar = page.one("svg", class_="bar")
    assert bar.attributes["role"] == "img"
    assert re.search(r"Fail \d+, Error 1, Unknown \d+", str(bar.attributes["aria-label"]))


def test_it_can_be_read_without_javascript(page: Node) -> None:
    hidden = [node for node in page.all() if "hidden" in node.attributes]
    assert [node.attributes["id"] for node in hidden] == ["filter"]
    assert all("open" in node.attributes for node in page.all("details") if not folded(node))


def folded(node: Node) -> bool:
    quiet = any(outer.has("data-verdict", verdict) for outer in node.outer() for verdict in ("pass", "not applicable"))
    return quiet or node.has("class", "fold")


def test_links_to_findings_are_stable_between_reports(report_on: ReportOn) -> None:
    def ids(report: Report) -> dict[str, str]:
        page = parse(to_html(report))
        listed = findings(page)
        return dict(zip(urns(page, listed), (str(row.attributes["id"]) for row in listed), strict=True))

    first, second = ids(report_on("open", "shut")), ids(report_on("shut", "open", "open"))
    assert first.items() <= second.items()
    assert len(set(second.values())) == 3


def test_text_of_resources_is_not_markup(locked: Callable[..., Rule], tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\" onfocus='x"
    boxes = [Resource(f"urn:a::b::c::{evil}", "test:box:Box", evil, {"lock": evil})]
    text = to_html(assess("essex", boxes, Source.PLAN, root=tmp_path, name=evil, rules=[locked()]))
    page = parse(text)
    page.one("script")
    assert not list(page.all("img"))
    (row,) = [row for row in page.all("tr") if "data-finding" in row.attributes]
    assert row.one("a", class_="self").text == evil
    assert row.one("td", data_label="Observed").text == evil


def test_values_are_readable(report_on: ReportOn) -> None:
    page = parse(to_html(report_on(None, "", True, {"a": [1, "b"]}, "x" * 5000)))
    seen = [node.text for node in page.all("td", data_label="Observed")]
    assert seen[:4] == ["not set", "(empty text)", "true", '{"a":[1,"b"]}']
    assert seen[4].endswith("… (the rest is in findings.json)")
    assert len(seen[4]) < 1000


def test_an_empty_report_says_so(report_on: ReportOn) -> None:
    text = to_html(report_on())
    assert "It is undecided whether Essex Police is within its security baseline." in text
    assert "There was nothing to judge" in text


def test_a_page_too_long_to_open_lists_every_failure_and_counts_the_omitted_passes(
    report_on: ReportOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bluelamp.reports.page.MOST_LISTED", 10)
    monkeypatch.setattr("bluelamp.reports.page.LISTED", 3)
    page = parse(to_html(report_on(*["shut"] * 8, *["open"] * 5)))
    rows = {verdict: findings(page.one("article", id=f"T-001-{verdict}")) for verdict in ("pass", "fail")}
    assert {verdict: len(found) for verdict, found in rows.items()} == {"pass": 3, "fail": 5}
    assert "5 more resources: listed in findings.json" in page.one("article", id="T-001-pass").text
    assert page.one("article", id="T-001-pass").one("summary").text.startswith("8 resources")


PAIRS = [
    *[(ink, paper) for ink in ("text", "quiet", "link") for paper in ("page", "panel")],
    *[(verdict, "page") for verdict in ("fail", "unknown", "exempt", "pass")],
    *[(verdict, f"{verdict}-soft") for verdict in ("fail", "error", "unknown", "exempt", "pass", "not-applicable")],
    *[("text", f"{answer}-soft") for answer in ("fail", "unknown", "pass")],
    ("on-brand", "brand"),
]
EDGES = [
    *[("edge", paper) for paper in ("page", "panel")],
    *[("focus", paper) for paper in ("page", "panel")],
    *[(verdict, "page") for verdict in ("fail", "error", "unknown", "exempt", "pass", "not-applicable")],
]


def schemes(style: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    blocks = [
        dict(re.findall(r"--([\w-]+): (#\w{6});", block)) for block in re.findall(r":root \{(.*?)\}", style, re.S)
    ]
    light, dark = (block for block in blocks if block)
    yield "light", light
    yield "dark", {**light, **dark}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_have_the_contrast_that_wcag_requires(style: str) -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    for scheme, tokens in schemes(style):
        for wanted, pairs in ((4.5, PAIRS), (3.0, EDGES)):
            for ink, paper in pairs:
                found = contrast(tokens[ink], tokens[paper])
                assert found >= wanted, f"{scheme}: {ink} on {paper} has {found:.2f}"


def test_every_colour_is_a_token_of_both_schemes(style: str) -> None:
    rules = re.sub(r":root \{.*?\}", "", style, flags=re.S)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", rules)
    (_, light), (_, dark) = schemes(style)
    assert set(re.findall(r"var\(--([\w-]+)\)", style)) <= set(light)
    assert len([name for name in light if light[name] != dark[name]]) > 15


def test_it_prints_in_light_colours_and_without_the_filter(style: str) -> None:
    printing = style[style.index("@media print") :]
    assert ".filter" in printing
    assert "@media screen and (prefers-color-scheme: dark)" in style
