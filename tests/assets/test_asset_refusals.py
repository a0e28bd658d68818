"""A broken register or roadmap is refused by every command, and nothing is created."""

import json

import pytest

from tests.assets.test_asset_register import FORCE, contract, edit
from tests.conftest import Project, held

BROKEN = {
    *("BL-AST-001", "BL-AST-003", "BL-AST-004", "BL-AST-005", "BL-AST-006"),
    *("BL-AST-007", "BL-AST-008", "BL-AST-009", "BL-AST-010", "BL-SPD-011"),
}
COPY = """\
servers:
  - server: abroad
    type: custom
    customProperties:
      - {property: location, value: northeurope}
      - {property: public, value: true}
customProperties:
  - {property: lineage, value: [platform-logs]}
  - {property: classification"""


def broken(project: Project) -> None:
    """A register and a roadmap that break each of these rules."""
    head, _, tail = contract(project, "secrets").read_text("utf-8").partition("servers:\n")
    own = tail.partition("customProperties:\n  - {property: classification")[2]
    contract(project, "copy").write_text(head.replace("id: secrets", "id: copy") + COPY + own, "utf-8")
    edit(contract(project, "secrets"), "value: vault-vault", "value: vault-valt")
    logs = contract(project, "platform-logs")
    edit(logs, "value: uksouth", "value: ukwest")
    edit(logs, "classification, value: OFFICIAL}", "classification, value: OFFICIAL-SENSITIVE}")
    edit(logs, "value: 365, unit: d", "value: 6, unit: y")
    hold = '  - {property: legalHolds, value: [{reference: Inquiry, since: "2026-01-01"}]}\n'
    edit(logs, "customProperties:\n  - {property: class", f"customProperties:\n{hold}  - {{property: class")
    edit(project.root / "stacks" / FORCE / "roadmap.yaml", 'start: "2027-04-01"', 'start: "2027-03-01"')


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_check_preview_and_up_refuse_a_broken_register_and_roadmap(project: Project) -> None:
    broken(project)
    checked = project.here("check", FORCE, "--format", "json")
    assert checked.returncode == 3, checked.stderr
    findings = json.loads(checked.stdout)["result"]["forces"][0]["report"]["findings"]
    failed = {each["rule"] for each in findings if each["verdict"] == "fail" and each["enforcement"] == "mandatory"}
    assert failed == BROKEN
    for verb in ("preview", "up"):
        run = project.here(verb, "--rehearse", FORCE, "--format", "json")
        assert run.returncode == 3, run.stdout + run.stderr
        violations = json.loads(run.stdout)["result"]["forces"][0]["violations"]
        assert {each["rule"] for each in violations if each["mandatory"]} == BROKEN
        assert held(project.root) == 0
