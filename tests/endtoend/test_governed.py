"""A force's baseline and exemptions apply equally in check, preview, plain Pulumi, and audits of deployed resources."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bluelamp.core.dates import today
from tests.conftest import Project

FORCE = "dyfed-powys"


def settle(project: Project, name: str, text: str) -> Path:
    path = project.root / "stacks" / FORCE / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def exemption(scope: str, expiry: int) -> str:
    return f"""\
exemptions:
  - id: EX-DPP-1
    rule: BL-LOG-001
    scope: "{scope}"
    reason: The workspace moves to the national one before the year is out.
    compensatingControl: Logs are exported to the force's own archive every night.
    riskReference: DPP-RBC-7
    owner: {{role: Head of ICT, email: head.of.ict@dyfed-powys.police.example}}
    requester: {{role: Platform engineer, email: platform.engineer@dyfed-powys.police.example}}
    approver: national-siro
    start: "{today() - timedelta(days=30)}"
    expiry: "{today() + timedelta(days=expiry)}"
    lastReview: "{today() - timedelta(days=3)}"
"""


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_a_baseline_and_an_exemption_give_one_verdict_in_every_command(project: Project) -> None:
    settle(project, "baseline.yaml", "rules:\n  BL-LOG-001:\n    parameters: {minimum: 800}\n")

    run = project.here("check", FORCE, "--format", "json")
    assert run.returncode == 3, run.stderr
    findings = json.loads(run.stdout)["result"]["forces"][0]["report"]["findings"]
    (urn,) = [each["resource"] for each in findings if each["verdict"] == "fail" and each["rule"] == "BL-LOG-001"]
    preview = project.here("preview", "--rehearse", FORCE)
    assert preview.returncode == 3, preview.stdout + preview.stderr
    assert "retentionInDays: found 365, expected at least 800" in preview.stdout

    settle(project, "exemptions.yaml", exemption(urn, 20))
    check = project.here("check", FORCE)
    assert check.returncode == 0, check.stdout + check.stderr
    assert "logs-workspace.retentionInDays: by EX-DPP-1" in check.stdout
    up = project.here("up", "--rehearse", FORCE, "--report", "report")
    assert up.returncode == 0, up.stdout + up.stderr
    assert "by EX-DPP-1" in up.stdout + project.here("preview", "--rehearse", FORCE).stdout
    deployed = json.loads((project.root / "report" / "findings.json").read_text(encoding="utf-8"))
    (exempt,) = [each for each in deployed["findings"] if each["verdict"] == "exempt"]
    assert (exempt["rule"], exempt["exemption"]) == ("BL-LOG-001", "EX-DPP-1")
    assert [(each["id"], each["status"], each["matched"]) for each in deployed["exemptions"]] == [
        ("EX-DPP-1", "in force", 1)
    ]

    settle(project, "exemptions.yaml", exemption(urn, -1))
    lapsed = project.here("audit", "--from", "state", "--rehearse", FORCE)
    assert lapsed.returncode == 3, lapsed.stdout + lapsed.stderr
    assert "EX-DPP-1 from BL-LOG-001: expired" in lapsed.stdout

    settle(project, "baseline.yaml", "rules:\n  BL-LOG-001:\n    parameters: {minimum: 30}\n")
    for words in (("check",), ("preview", "--rehearse"), ("audit",), ("exemptions",)):
        refused = project.here(*words, FORCE)
        assert refused.returncode == 2, f"{words}: {refused.stdout}{refused.stderr}"
        assert f"stacks/{FORCE}/baseline.yaml:3:27: rules.BL-LOG-001.parameters.minimum: would loosen" in refused.stderr
    plain = project.run("rehearse", "--", "pulumi", "preview", "--stack", FORCE, "--policy-pack", "policies")
    assert plain.returncode != 0
    assert "would loosen BL-LOG-001" in plain.stdout + plain.stderr


def test_exemptions_are_listed_with_their_status(project: Project) -> None:
    none = project.here("exemptions", FORCE)
    assert (none.returncode, none.stdout) == (0, "no exemptions (1 force)\n")

    settle(project, "baseline.yaml", "rules:\n  BL-LOG-001:\n    parameters: {minimum: 800}\n")
    scope = f"urn:pulumi:{FORCE}::bluelamp::*Workspace::logs-*"
    settle(project, "exemptions.yaml", exemption(scope, 20))
    good = project.here("exemptions", FORCE)
    assert good.returncode == 0, good.stdout + good.stderr
    assert f"in force {FORCE} EX-DPP-1 BL-LOG-001 until {today() + timedelta(days=20)} (20 days)" in good.stdout
    assert (
        "DPP-RBC-7, owner Head of ICT (head.of.ict@dyfed-powys.police.example), approved by national-siro"
        in good.stdout
    )
    assert "1 exemption, 1 in force" in good.stdout

    settle(project, "exemptions.yaml", exemption(scope.replace("logs-", "loss-"), 20))
    unused = project.here("exemptions", FORCE, "--format", "json")
    assert unused.returncode == 3, unused.stdout + unused.stderr
    (listed,) = json.loads(unused.stdout)["result"]["exemptions"]
    assert (listed["force"], listed["status"], listed["matched"]) == (FORCE, "matches nothing", 0)
