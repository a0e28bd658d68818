"""The page that compares forces agrees with their reports."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bluelamp.policies import UNKNOWN, Rule, Severity, Verdict
from bluelamp.reports import Report
from bluelamp.reports.html import to_index
from bluelamp.reports.national import headline, national
from tests.reports.tree import Node, parse

ReportOn = Callable[..., Report]


@pytest.fixture
def three(report_on: ReportOn, locked: Callable[..., Rule]) -> list[Report]:
    rules = [locked("T-1", Severity.LOW), locked("T-2", Severity.CRITICAL)]
    return [
        report_on("open", "open", "shut", rules=rules, force="essex", name="Essex Police"),
        report_on("shut", UNKNOWN, rules=rules[:1], force="kent", name="Kent Police"),
        report_on("skip", "shut", rules=rules, force="surrey", name="Surrey Police"),
    ]


def cells(page: Node, row: str) -> list[tuple[str, str, str]]:
    """For a row of the table of rules: each force's colour, words and link."""
    found = page.one("tr", id=row).all("td", class_="cell")
    return [
        (
            next(word for word in str(cell.attributes["class"]).split() if word.startswith("cell-")),
            cell.text.strip(),
            next((str(link.attributes["href"]) for link in cell.all("a")), ""),
        )
        for cell in found
    ]


def test_counts_are_the_sums_of_the_reports(three: list[Report]) -> None:
    page = parse(to_index(three))
    shown = {node.attributes["data-count"]: int(node.text.replace(",", "")) for node in page.all(class_="number")}
    assert shown == {verdict: sum(report.counts[verdict] for report in three) for verdict in Verdict}


def test_each_force_has_a_row_that_links_to_its_report(three: list[Report]) -> None:
    page = parse(to_index(three))
    rows = {str(row.attributes["data-force"]): row for row in page.all("tr") if "data-force" in row.attributes}
    assert {force: row.attributes["data-answer"] for force, row in rows.items()} == {
        "essex": "not within baseline",
        "kent": "cannot be said",
        "surrey": "within baseline",
    }
    assert {row.one("a").attributes["href"] for row in rows.values()} == {f"{force}/report.html" for force in rows}
    assert [cell.text for cell in rows["essex"].all("td", class_="heavy")] == ["2", "2"]


def test_the_table_of_rules_shows_the_worst_verdict_of_each_force(three: list[Report]) -> None:
    page = parse(to_index(three))
    assert cells(page, "T-1") == [
        ("cell-fail", "2 fail", "essex/report.html#T-1-fail"),
        ("cell-unknown", "1 unknown", "kent/report.html#T-1-unknown"),
        ("cell-pass", "1 pass", ""),
    ]
    assert cells(page, "T-2") == [
        ("cell-fail", "2 fail", "essex/report.html#T-2-fail"),
        ("cell-none", "nothing to judge", ""),
        ("cell-pass", "1 pass", ""),
    ]
    worst = page.one("section", aria_labelledby="worst")
    assert [link.text for link in worst.all("a")] == ["A box is open (T-2)", "A box is open (T-1)"]


def test_frameworks_show_their_failing_controls(three: list[Report]) -> None:
    (row,) = [row for row in national(three).frameworks if row.name == "Box Standard"]
    assert [(cell.kind, cell.figure) for cell in row.cells] == [("fail", "1/1"), ("unknown", "0/1"), ("pass", "0/1")]


def test_the_summary_of_all_forces(three: list[Report]) -> None:
    essex, kent, surrey = three
    assert headline(national(three)) == "1 of 3 forces is not within its security baseline."
    assert headline(national([kent, surrey])) == (
        "It is undecided for 1 of 2 forces whether it is within the security baseline."
    )
    assert headline(national([surrey, replace(surrey, force="kent")])) == (
        "All 2 forces are within their security baseline."
    )
    filtered = replace(surrey, filters=("rule T-1",))
    assert headline(national([filtered, essex])) == "1 of 2 forces is not within its security baseline."
    assert headline(national([surrey, filtered])) == (
        "All 2 forces are within the rules that were picked, which are not their whole security baseline."
    )


def test_if_every_rule_passes_there_is_no_table_of_failures(three: list[Report]) -> None:
    text = to_index([three[2], replace(three[2], force="kent")])
    assert "Every rule passes, or has nothing to judge, in every force." in text
    assert "What is worst" not in text


def test_it_is_self_contained_and_its_ids_are_unique(three: list[Report]) -> None:
    page = parse(to_index(three))
    ids = [str(node.attributes["id"]) for node in page.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in page.all():
        link = node.attributes.get("href")
        beside = link is not None and link.split("/")[0] in {"essex", "kent", "surrey"}
        assert link is None or beside or link == "data:," or link.removeprefix("#") in ids
        assert not {"src", "style", "onclick"} & node.attributes.keys()
