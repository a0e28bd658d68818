"""Results reused from an earlier check give the same plan and check as without reuse."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_random import RandomPet

from bluelamp.core import memo
from bluelamp.core.dates import today
from bluelamp.fleet.judge import Check, check_plan
from bluelamp.planning import Plan
from bluelamp.planning.plan import plan_force, plan_program
from tests.conftest import Project, make_project
from tests.thorough import tries

FORCE = "dyfed-powys"
DAYS, SKUS = (90, 365, 730), ("standard", "premium")
BASELINE: Final = "rules: {{BL-LOG-001: {{parameters: {{minimum: {minimum}}}}}}}\n"
EXEMPTION: Final = """\
exemptions:
  - id: EX-DPP-001
    rule: BL-LOG-001
    scope: "urn:pulumi:dyfed-powys::bluelamp::*operationalinsights:Workspace::logs*"
    reason: Logs are kept elsewhere until the archive is there.
    compensatingControl: A copy of all logs is kept at headquarters.
    riskReference: DPP-RBC-0042
    owner: {{role: Head of Data, email: head.of.data@dyfed-powys.police.example}}
    approver: national-siro
    start: "{start}"
    expiry: "{expiry}"
    lastReview: "{start}"
"""
RULE: Final = """\
from bluelamp.policies.controls import iso
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Must, rule


@rule(
    "DPP-SEC-001",
    "Vaults of the force are of the standard tier",
    must=Must("properties.sku.name", among=("standard",)),
    failure="Vault of the force is of another tier",
    severity=Severity.HIGH,
    controls=iso("8.14"),
    at="azure-native:keyvault:Vault",
    fix="Set sku.",
    example="keyvault.Vault(...)",
)
def tier() -> None:
    '''The force has chosen one.'''
"""
CASES: Final = """\
DPP-SEC-001:
  - pass: {properties: {sku: {name: standard}}}
  - fail: {properties: {sku: {name: premium}}}
"""


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a rule of its own, whose settings are edited."""
    made = make_project(tmp_path_factory.mktemp("edited") / "project", (FORCE,))
    _write(made.root / "rules" / "vaults.py", RULE)
    _write(made.root / "rules" / "vaults.yaml", CASES)
    return made


@pytest.fixture(scope="module")
def text(edited: Project) -> str:
    """The force's settings before any edit."""
    return edited.settings(FORCE).read_text("utf-8")


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clears the caches for each test."""
    monkeypatch.setitem(memo._STATE, "enabled", False)


def _without(project: Project) -> Plan:
    """The plan with a provider without cached answers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(memo._STATE, "enabled", False)
        return plan_force(FORCE, project.root)


def _checked(project: Project) -> Check:
    """The check of the force, without its times."""
    check = check_plan(FORCE, project.root, changes=True)
    assert check.report
    never = datetime(2026, 1, 1, tzinfo=UTC)
    return replace(check, report=replace(check.report, started=never, ended=never))


def _cold(project: Project) -> Check:
    """The check by a process that reuses nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(memo._STATE, "enabled", False)
        return _checked(project)


def _write(file: Path, text: str) -> None:
    """Writes the text, or removes the file if it is empty."""
    if text:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    else:
        file.unlink(missing_ok=True)


def _edit(
    project: Project, text: str, days: int = 365, sku: str = "standard", minimum: int = 0, *, exempt: bool = False
) -> None:
    """Edits the settings, the force's baseline and its exemptions."""
    folder = project.root / "stacks" / FORCE
    new = text.replace("retentionDays: 365", f"retentionDays: {days}").replace("sku: standard", f"sku: {sku}")
    _write(project.settings(FORCE), new)
    _write(folder / "baseline.yaml", BASELINE.format(minimum=minimum) if minimum else "")
    start, expiry = today(), today() + timedelta(days=30)
    _write(folder / "exemptions.yaml", EXEMPTION.format(start=start, expiry=expiry) if exempt else "")


EDITS: Final = st.fixed_dictionaries(
    {
        "days": st.sampled_from(DAYS),
        "sku": st.sampled_from(SKUS),
        "minimum": st.sampled_from((0, 365, 730)),
        "exempt": st.booleans(),
    }
)


@settings(max_examples=tries(4), derandomize=True, deadline=None)
@given(st.lists(EDITS, min_size=2, max_size=3))
def test_every_edit_gives_the_check_of_a_new_process(edited: Project, text: str, edits: list[dict[str, Any]]) -> None:
    memo.enable()
    for edit in edits:
        _edit(edited, text, **edit)
        assert _checked(edited) == _cold(edited)
    _edit(edited, text)


def test_an_edit_of_rules_and_exemptions_changes_the_next_verdicts(edited: Project, text: str) -> None:
    def verdicts(**edit: Any) -> tuple[str, str]:
        _edit(edited, text, **edit)
        report = _checked(edited).report
        found = {each.rule.id: str(each.verdict) for each in report.findings} if report else {}
        return found["BL-LOG-001"], found["DPP-SEC-001"]

    memo.enable()
    assert verdicts() == ("pass", "pass")
    assert verdicts(minimum=730) == ("fail", "pass")
    assert verdicts(minimum=730, exempt=True, sku="premium") == ("exempt", "fail")
    assert verdicts(minimum=365) == ("pass", "pass")
    _edit(edited, text)


@settings(max_examples=tries(5), derandomize=True, deadline=None)
@given(st.sampled_from(DAYS), st.sampled_from(SKUS), st.booleans())
def test_every_edit_gives_the_plan_without_cached_answers(
    edited: Project, text: str, days: int, sku: str, moved: bool
) -> None:
    memo.enable()
    edited.settings(FORCE).write_text(text, encoding="utf-8")
    before = plan_force(FORCE, edited.root)
    new = text.replace("retentionDays: 365", f"retentionDays: {days}").replace("sku: standard", f"sku: {sku}")
    new = new.replace("bluelamp:costCentre: ", "bluelamp:costCentre: X") if moved else new
    edited.settings(FORCE).write_text(new, encoding="utf-8")
    after = plan_force(FORCE, edited.root)
    assert after == _without(edited)
    assert (after == before) == (new == text)


def test_only_unchanged_results_are_reused(tmp_path: Path) -> None:
    def plan(keeper: object) -> Plan:
        return plan_program("test", lambda: RandomPet("pet", keepers={"it": keeper}), {}, root=tmp_path)  # type: ignore[dict-item] # any value

    memo.enable()
    (first,), (again,), (other,) = (plan(each).managed for each in (1, 1, True))
    assert first.inputs is again.inputs
    assert (first.inputs["keepers"]["it"], other.inputs["keepers"]["it"]) == (1, True)
    assert other.inputs["keepers"]["it"] is True
