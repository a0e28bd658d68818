"""How each exercise is done: correctly, and in wrong ways, each with the message of its check."""

import csv
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bluelamp.core.dates import today
from tests.conftest import in_process

Way = Callable[[Path], None]
STACK = "stacks/Pulumi.dyfed-powys.yaml"


@dataclass(frozen=True)
class Ways:
    """`wrong` maps each wrong way to part of the message."""

    right: Way
    wrong: dict[str, tuple[Way, str]]


def write(file: str, text: str) -> Way:
    def way(root: Path) -> None:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, "utf-8")

    return way


def edit(file: str, find: str, by: str) -> Way:
    def way(root: Path) -> None:
        text = (root / file).read_text("utf-8")
        assert find in text
        (root / file).write_text(text.replace(find, by), "utf-8")

    return way


def add(file: str, text: str) -> Way:
    return lambda root: (root / file).write_text((root / file).read_text("utf-8") + text, "utf-8") and None


def remove(file: str) -> Way:
    return lambda root: (root / file).unlink()


def both(*ways: Way) -> Way:
    def way(root: Path) -> None:
        for each in ways:
            each(root)

    return way


def answers(**given: object) -> Way:
    """Answers by their keys; a missing answer is empty."""

    def way(root: Path) -> None:
        path = root / "answers.yaml"
        lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join(_answered(line, given) for line in lines) + "\n", "utf-8")

    return way


def _answered(line: str, given: dict[str, object]) -> str:
    key, colon, rest = line.partition(":")
    return f"{key}: {given[key]}" if colon and not rest and key in given else line


def answered(found: Callable[[Path], dict[str, object]], **changed: object) -> Way:
    """The correct answers, apart from those in `changed`."""
    return lambda root: answers(**found(root) | changed)(root)


def checked(root: Path) -> dict[str, Any]:
    """The report of `bluelamp check`, as a learner gets it."""
    _, out, _ = in_process(root, ["check", "dyfed-powys", "--format", "json"])
    report: dict[str, Any] = json.loads(out)["result"]["forces"][0]["report"]
    return report


def planned(root: Path) -> dict[str, object]:
    report = checked(root)
    failing = {each["rule"] for each in report["findings"] if each["verdict"] == "fail"}
    return {
        "resources": report["totals"]["resources"],
        "hubRange": "10.29.0.0/22",
        "retention": 365,
        "advisoryFailures": f"[{', '.join(failing)}]",
    }


def upgraded(root: Path) -> dict[str, object]:
    totals = checked(root)["totals"]
    return {"resourcesAfter": totals["resources"], "withoutRule": totals["withoutRule"]}


def rows(root: Path, file: str) -> list[dict[str, str]]:
    """The rows of a report's CSV file, as a spreadsheet shows them."""
    with (root / "reports/plan" / file).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def listed(values: Iterable[str]) -> str:
    return f"[{', '.join(sorted(set(values)))}]"


def reported(root: Path) -> dict[str, object]:
    broken = [
        each for each in rows(root, "findings.csv") if (each["verdict"], each["enforcement"]) == ("fail", "mandatory")
    ]
    kinds = [each["kind"] for each in rows(root, "not-judged.csv") if each["why"].startswith("no rule")]
    return {
        "withinBaseline": "no",
        "mandatoryFailures": len(broken),
        "brokenRules": listed(each["rule"] for each in broken),
        "failingResources": listed(each["name"] for each in broken),
        "openStoreFile": "infra/partner.py",
        "notJudged": listed(each.rpartition(":")[2] for each in kinds),
    }


def traced(root: Path) -> dict[str, object]:
    of = {each["rule"] for each in rows(root, "rules.csv") if "NCSC CAF 4.0 B4.a" in each["controls"].split("; ")}
    failing = [each for each in rows(root, "findings.csv") if each["verdict"] == "fail" and each["rule"] in of]
    return {
        "extent": "partly",
        "failingRules": listed(each["rule"] for each in failing),
        "failingResources": listed(each["name"] for each in failing if each["enforcement"] == "mandatory"),
    }


ZONE = """\
    landingZones:
      - name: records
        archetype: {archetype}
        budget: {{amount: {amount}, contacts: [records@dyfed-powys.police.example]}}
        access: [{{principalId: f3385387-4362-5cae-bc76-37c80bf47707, role: Reader}}]
{more}    logAnalytics:
"""


def zone(archetype: str = "corp", amount: int = 800, more: str = "") -> Way:
    return edit(STACK, "    logAnalytics:\n", ZONE.format(archetype=archetype, amount=amount, more=more))


TENANT = """\
      - name: digital-evidence
        quota: {{cpu: {cpu}, memory: 64Gi, pods: 120}}
        podSecurity: {security}
        groups: {{admin: 788b6e77-ab9b-5703-a4d2-2a1aec933baa, view: b1bdcfd7-6a37-5a06-996e-8f4156003f44}}
"""


def tenant(cpu: int = 16, security: str = "restricted") -> Way:
    return add(STACK, TENANT.format(cpu=cpu, security=security))


MODULE = '''\
"""A place for records."""

from typing import TypedDict

import pulumi
from pulumi_azure_native import storage

from bluelamp.modules import naming
from bluelamp.modules.azure.resource_group import ResourceGroup
from bluelamp.modules.component import Component
from bluelamp.modules.naming import Label


class RecordsStoreArgs(TypedDict):
    label: Label
    account: str


class RecordsStore(Component):
    account: pulumi.Output[str]

    def __init__(self, name: str, args: RecordsStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        place = {"label": args["label"], "location": "uksouth", "workload": name}
        group = ResourceGroup(f"{name}-place", place, self.child())
        account = storage.StorageAccount(
            f"{name}-account",
            resource_group_name=group.name,
            account_name=args["account"],
            location="uksouth",
            kind="StorageV2",
            sku={"name": "Standard_ZRS"},
            tags=naming.tags(args["label"]),
            minimum_tls_version="TLS1_2",
            allow_shared_key_access=False,
            allow_blob_public_access=False,
            is_local_user_enabled=False,
            public_network_access="Disabled",
            opts=self.child(),
        )
        storage.BlobServiceProperties(
            f"{name}-blobs",
            resource_group_name=group.name,
            account_name=account.name,
            blob_services_name="default",
            delete_retention_policy={"enabled": True, "days": 30},
            container_delete_retention_policy={"enabled": True, "days": 30},
            opts=self.child(),
        )
        self.account = account.name
        self.finish()
'''
USE = """
from label import LABEL
from records_store import RecordsStore

custody = RecordsStore("custody", {"label": LABEL, "account": "stcustodydpp"})
pulumi.export("custody", custody.account)
"""
USE_AGAIN = """
crime = RecordsStore("crime", {"label": LABEL, "account": "stcrimedpp"})
pulumi.export("crime", crime.account)
"""
MAIN = "infra/__main__.py"


def module(find: str = "", by: str = "", use: str = USE + USE_AGAIN) -> Way:
    return both(write("infra/records_store.py", MODULE.replace(find, by) if find else MODULE), add(MAIN, use))


RULE = """\
from bluelamp.policies.controls import iso
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Must, rule


@rule(
    "DPP-STO-001",
    "Storage accounts of the force are kept in several zones",
    must=Must("sku.name", among={among}{default}),
    failure="Storage account of the force is kept in one zone",
    severity=Severity.HIGH,
    controls=iso("8.14"),
    at="azure-native:storage:StorageAccount",
    fix="Set sku.name to Standard_ZRS.",
    example="storage.StorageAccount(..., sku={{'name': 'Standard_ZRS'}})",
)
def zones() -> None:
    '''A datacentre that fails must not take records with it.'''
"""
ZONAL = '("Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS", "Premium_ZRS")'
CASES = """\
DPP-STO-001:
  - pass: {sku: {name: Standard_ZRS}}
  - fail: {sku: {name: Standard_LRS}}
    path: sku.name
"""


def own_rule(among: str = ZONAL, default: str = "", cases: str = CASES) -> Way:
    rule = write("rules/storage.py", RULE.format(among=among, default=default))
    return both(rule, write("rules/storage.yaml", cases)) if cases else rule


EXEMPTION = """\
exemptions:
  - id: EX-DPP-001
    rule: BL-STO-005
    scope: "urn:pulumi:dyfed-powys::bluelamp::azure-native:storage:StorageAccount::{name}"
    reason: Partners upload over the Internet until their private link is there.
    compensatingControl: Only the partner's addresses may reach the account, and uploads are scanned.
    riskReference: {risk}
    owner: {{role: Head of Data, email: head.of.data@dyfed-powys.police.example}}
    requester: {{role: Platform engineer, email: {requester}}}
    approver: national-siro
    start: "{start}"
    expiry: "{expiry}"
    lastReview: "{start}"
"""


def exemption(
    days: int = 60,
    risk: str = "DPP-RBC-0007",
    requester: str = "platforms@dyfed-powys.police.example",
    name: str = "partner-drop",
) -> Way:
    day = today()
    text = EXEMPTION.format(risk=risk, requester=requester, name=name, start=day, expiry=day + timedelta(days=days - 1))
    return write("stacks/dyfed-powys/exemptions.yaml", text)


VERIFIED = {"intact": "[reports/archived]", "changedFiles": "[findings.csv]", "signed": "no"}


def priced(**changed: object) -> Way:
    """The firewall enabled, and the costs before and after as `bluelamp cost` shows them, apart from the changes."""

    def way(root: Path) -> None:
        before, _ = costs(root)
        edit(STACK, "        enabled: false\n", "        enabled: true\n        tier: Standard\n")(root)
        after, dearest = costs(root)
        answers(**{"before": before, "after": after, "dearest": dearest} | changed)(root)

    return way


def costs(root: Path) -> tuple[int, str]:
    """The force's cost in whole pounds, and the component that costs most."""
    _, out, _ = in_process(root, ["cost", "dyfed-powys"])
    found = re.search(r"£([\d,]+\.\d\d) a month", out.splitlines()[-1])
    assert found
    return round(float(found[1].replace(",", ""))), out.splitlines()[1].split()[0]


TIGHT = "  BL-NET-054:\n    enforcement: mandatory\n"
WATCHER = "  bluelamp:components: {networkWatcher: hybrid}\n"
NATIONAL = "stacks/baseline.yaml"
HYBRID = "  bluelamp:profile: hybrid\n"

WAYS = {
    "read-a-plan": Ways(
        answered(planned),
        {
            "counts components too": (answered(planned, resources=45), "resources: 45 is not the answer"),
            "a number in words": (answered(planned, retention="a year"), "retention: 'a year' is not a whole"),
            "half of the rules": (
                answered(planned, advisoryFailures="[BL-NET-012]"),
                "advisoryFailures: BL-NET-012 is not the answer",
            ),
            "no answers": (answers(), "hubRange: has no answer"),
            "a key of one's own": (add("answers.yaml", "retentions: 365\n"), "did you mean retention?"),
        },
    ),
    "fix-a-failing-rule": Ways(
        edit(STACK, "retentionDays: 90", "retentionDays: 365"),
        {
            "too low": (edit(STACK, "retentionDays: 90", "retentionDays: 180"), "found 180, expected at least 365"),
            "asks for less": (remove("stacks/dyfed-powys/baseline.yaml"), "is missing; correct the settings instead"),
            "what Azure does not allow": (
                edit(STACK, "retentionDays: 90", "retentionDays: 400"),
                "retentionDays: 400 is not",
            ),
        },
    ),
    "vend-a-landing-zone": Ways(
        zone(),
        {
            "another budget": (zone(amount=8000), "amount is 8000; the task asks for 800"),
            "a sandbox": (
                zone("sandbox", more='        expires: "2099-01-01"\n'),
                "has no peering of the landing zone",
            ),
            "no budget": (
                edit(STACK, "    logAnalytics:\n", "    landingZones:\n      - name: records\n    logAnalytics:\n"),
                "budget: is missing",
            ),
            "takes the hub's range": (zone(more="        addressSpace: 10.29.0.0/24\n"), "10.29.0.0/24 overlaps"),
        },
    ),
    "add-a-tenant": Ways(
        tenant(),
        {
            "another quota": (tenant(cpu=4), "requests.cpu\"] is '4'; the task asks for '16'"),
            "weaker pods": (tenant(security="baseline"), "is 'baseline'; the task asks for 'restricted'"),
            "in place of the other": (
                both(tenant(), edit(STACK, "      - name: custody\n", "      - name: custody-suite\n")),
                "was planned before and is no longer",
            ),
        },
    ),
    "upgrade-a-profile": Ways(
        both(add(STACK, HYBRID), answered(upgraded)),
        {
            "a component alone": (
                both(add(STACK, WATCHER), answered(upgraded)),
                "the task asks for the profile hybrid",
            ),
            "not a profile": (add(STACK, "  bluelamp:profile: hybird\n"), "did you mean hybrid?"),
            "counted before": (
                both(add(STACK, HYBRID), answered(upgraded, resourcesAfter=37)),
                "resourcesAfter: 37 is not the answer",
            ),
        },
    ),
    "write-a-module": Ways(
        module(),
        {
            "nothing exported": (
                module(use=USE + USE_AGAIN.replace("pulumi.export", "print")),
                "does not export the name",
            ),
            "another name exported": (
                module(use=USE + USE_AGAIN.replace("crime.account)", '"crime")')),
                "does not export the name of the account of crime",
            ),
            "used once": (module(use=USE), "no component RecordsStore called crime"),
            "no parent": (
                module(
                    '            public_network_access="Disabled",\n            opts=self.child(),\n',
                    '            public_network_access="Disabled",\n',
                ),
                "custody has 0 of a storage account",
            ),
            "open to the Internet": (module('"Disabled"', '"Enabled"'), "BL-STO-005 fails"),
            "raises": (module("self.finish()", "self.finished()"), "has no attribute 'finished'"),
        },
    ),
    "price-a-change": Ways(
        priced(),
        {
            "one price for both": (priced(before=1), "before: 1 is not the answer"),
            "the dearest before": (priced(dearest="hub-firewall"), "dearest: hub-firewall is not the answer"),
            "a tier that costs more": (
                both(priced(), edit(STACK, "tier: Standard", "tier: Premium")),
                "sku.tier is 'Premium'; the task asks for 'Standard'",
            ),
        },
    ),
    "tighten-the-baseline": Ways(
        both(add(NATIONAL, TIGHT), add(STACK, WATCHER)),
        {
            "for one force": (
                both(write("stacks/dyfed-powys/baseline.yaml", "rules:\n" + TIGHT), add(STACK, WATCHER)),
                "the national baseline applies to every force",
            ),
            "still fails": (add(NATIONAL, TIGHT), "BL-NET-054 fails"),
            "what was there is gone": (
                both(write(NATIONAL, "rules:\n" + TIGHT), add(STACK, WATCHER)),
                "the other rules in the national baseline must stay",
            ),
        },
    ),
    "write-a-rule-with-cases": Ways(
        own_rule(),
        {
            "several regions are not several zones": (
                own_rule(ZONAL.replace('"Standard_ZRS", ', '"Standard_ZRS", "Standard_GRS", ')),
                "Standard_GRS: is judged pass; the task asks for fail",
            ),
            "a default": (own_rule(default=', default="Standard_ZRS"'), "without a SKU: is judged pass"),
            "no cases": (own_rule(cases=""), "is missing: it holds the cases of the module"),
            "a case that does not hold": (
                own_rule(cases=CASES.replace("name: Standard_ZRS", "name: Standard_LRS")),
                "expected pass, found fail",
            ),
        },
    ),
    "read-a-report": Ways(
        answered(reported),
        {
            "counts advisory failures": (
                answered(reported, mandatoryFailures=12),
                "mandatoryFailures: 12 is not the answer",
            ),
            "one value for a list": (
                answered(reported, brokenRules="BL-STO-005"),
                "'BL-STO-005' is not every value, as a list",
            ),
            "the report is gone": (
                both(answered(reported), remove("reports/plan/findings.json")),
                "findings.json: cannot be read",
            ),
        },
    ),
    "verify-a-report": Ways(
        answers(**VERIFIED),
        {
            "the wrong one": (
                answers(**VERIFIED | {"intact": "[reports/received]"}),
                "intact: reports/received is not the answer",
            ),
            "signed": (answers(**VERIFIED | {"signed": "yes"}), "signed: yes is not the answer"),
        },
    ),
    "trace-a-control": Ways(
        answered(traced),
        {
            "assessed": (answered(traced, extent="assessed"), "extent: assessed is not the answer"),
            "not YAML": (add("answers.yaml", "extent: [partly\n"), "is not YAML"),
        },
    ),
    "write-an-exemption": Ways(
        exemption(),
        {
            "too long": (exemption(days=93), "holds for 93 days; the risk balance case allows 60"),
            "approved by who asked": (exemption(requester="siro@national.police.example"), "does not hold"),
            "another risk": (exemption(risk="DPP-RBC-0001"), "write what the task says: DPP-RBC-0007"),
            "another resource": (exemption(name="partner-dropped"), "is not covered by an exemption that holds"),
            "fixed instead": (
                both(exemption(), edit("infra/partner.py", '"Enabled"', '"Disabled"')),
                "an exemption records a decision",
            ),
        },
    ),
}
"""The exercises that need no engine; `test_deployed_exercises.py` does the others."""
