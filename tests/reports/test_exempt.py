"""Exemptions in a report, and when they allow or stop a deployment."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from rich.console import Console

from bluelamp.policies import UNKNOWN, Rule, Severity, Verdict
from bluelamp.policies.governance import Governance
from bluelamp.policies.settings import Exemption
from bluelamp.reports import Answer, Report, terminal
from bluelamp.reports.anonymous import Anonymous
from bluelamp.reports.coverage import ControlStatus, coverage
from tests.exempting import APPROVERS
from tests.reports.conftest import urn

ReportOn = Callable[..., Report]


def exemption(name: str, **changed: Any) -> Exemption:
    output = {
        "id": f"EX-{name}",
        "rule": "T-001",
        "scope": urn(name),
        "reason": "The box is open while it is being moved.",
        "compensating_control": "A guard stands beside it day and night.",
        "risk_reference": "RBC-1",
        "owner": {"role": "Head of Boxes", "email": "boxes@essex.police.example"},
        "approver": "siro",
        "start": date(2026, 2, 1),
        "expiry": date(2026, 3, 31),
        "last_review": date(2026, 2, 1),
    }
    return Exemption(**(output | changed))


@pytest.fixture
def governed(report_on: ReportOn, locked: Callable[..., Rule]) -> ReportOn:
    def made(*locks: Any, exemptions: tuple[Exemption, ...] = (), block: bool = False, **rule: Any) -> Report:
        return report_on(*locks, rules=None, governance=Governance((locked(**rule),), exemptions, block, APPROVERS))

    return made


def test_a_force_whose_failures_are_all_exempt_is_within_its_baseline(governed: ReportOn) -> None:
    report = governed("open", "shut", exemptions=(exemption("box-0"),))
    assert (report.answer, report.broken, report.stops) == (Answer.WITHIN, (), False)
    assert report.counts[Verdict.EXEMPT] == 1
    (finding,) = [each for each in report.findings if each.verdict is Verdict.EXEMPT]
    assert (finding.exemption, finding.observed) == ("EX-box-0", "open")
    (row,) = next(each for each in coverage(report) if each.name == "Box Standard").rows
    assert row.status is ControlStatus.EXEMPT


def test_every_exemption_is_listed_even_if_it_does_not_apply(governed: ReportOn) -> None:
    lapsed = exemption("box-1", expiry=date(2026, 2, 28))
    report = governed("open", "open", exemptions=(exemption("box-0"), lapsed, exemption("box-7")))
    assert [(each.id, each.status, each.matched) for each in report.exemptions] == [
        ("EX-box-0", "in force", 1),
        ("EX-box-1", "expired", 1),
        ("EX-box-7", "matches nothing", 0),
    ]
    output = report.as_dict()["exemptions"][1]
    assert output["requester"] == output["owner"] == "Head of Boxes (boxes@essex.police.example)"
    assert (output["start"], output["expiry"], output["why"]) == (
        "2026-02-01",
        "2026-02-28",
        "it expired on 2026-02-28",
    )
    assert report.answer is Answer.NOT_WITHIN


def test_the_terminal_shows_exemptions_their_expiry_and_those_that_do_not_apply(governed: ReportOn) -> None:
    console = Console(width=120, color_system=None)
    with console.capture() as captured:
        console.print(terminal.show(governed("open", exemptions=(exemption("box-0"), exemption("box-7")))))
    lines = captured.get().splitlines()
    assert "exempt high T-001 box-0.lock: by EX-box-0 until 2026-03-31" in lines
    assert "exemption does not hold EX-box-7 from T-001: matches nothing: nothing in its scope breaks T-001" in lines


STOPS = [
    (["shut"], {}, False),
    (["open"], {}, True),
    (["open"], {"mandatory": False}, False),
    ([UNKNOWN], {}, False),
    ([UNKNOWN], {"block": True}, True),
    ([UNKNOWN], {"block": True, "mandatory": False}, False),
    (["jam"], {}, True),
    (["jam"], {"mandatory": False}, True),
    (["jam"], {"exemptions": (exemption("box-0"),)}, True),
    ([UNKNOWN], {"block": True, "exemptions": (exemption("box-0"),)}, True),
]


@pytest.mark.parametrize(("locks", "how", "stops"), STOPS)
def test_a_failure_that_is_not_exempt_stops_a_deployment(
    governed: ReportOn, locks: list[Any], how: dict[str, Any], stops: bool
) -> None:
    report = governed(*locks, severity=Severity.HIGH, **how)
    assert report.stops is stops
    assert report.as_dict()["blocksUnknown"] is how.get("block", False)


def test_a_redacted_report_names_no_person_of_an_exemption(governed: ReportOn) -> None:
    asked = exemption(
        "box-0",
        requester={"role": "Box engineer", "email": "box.engineer@essex.police.example"},
        reason="Until duty.officer@essex.police.example is back.",
    )
    report = governed("open", exemptions=(asked,))
    output = Anonymous()(report).to_json()
    assert "EX-box-0" in output
    for word in (
        "Box engineer",
        "Head of Boxes",
        "box.engineer@essex.police.example",
        "duty.officer@essex.police.example",
        urn("box-0"),
    ):
        assert word in report.to_json()
        assert word not in output
