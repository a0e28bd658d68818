import re
import runpy

import pulumi
import pytest
import yaml
from planned import plan
from rehearsed import ROOT, of, rehearse

from bluelamp.modules.aliases import drop_version_aliases
from bluelamp.modules.azure.management_groups import hierarchy
from bluelamp.modules.azure.policy import PolicyBaseline, assignments, dns_zones

GROUPS = {key: f"mg-{key}-wmp-prod" for key in hierarchy()}
PREFIX = "/providers/Microsoft.Management/managementGroups/"
WORKSPACE = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/log"
PLAN = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/ddosProtectionPlans/ddos"
ROLES = "/providers/Microsoft.Authorization/roleDefinitions/"
EXEMPTION = {
    "id": "EX-0007",
    "assignment": "Deny-Subnet-Without-Nsg",
    "scope": "online",
    "reason": "A delegated subnet takes no security group.",
    "expires_on": "2027-03-31",
    "requester": "contact.centre@wmp.police.example",
    "approver": "siro@wmp.police.example",
}
# The assignments that a force must have, with their scopes.
WANTED = {
    "root": "Enforce-Sov-L1-Regions Deny-Resource-Locations Deny-RSG-Locations Deploy-ASC-Monitoring "
    "Deploy-MDFC-Config-H224 Deploy-MDEndpointsAMA Deploy-AzActivity-Log Deploy-Diag-LogsCat Deny-Classic-Resources "
    "Enforce-ACSB UK-OFFICIAL-NHS",
    "identity": "Deny-Public-IP Deny-MgmtPorts-Internet Deny-Subnet-Without-Nsg Deploy-VM-Backup",
    "platform": "Enforce-Subnet-Private Enforce-GR-KeyVault",
    "connectivity": "Enable-DDoS-VNET",
    "landing-zones": "Deny-MgmtPorts-Internet Deny-Subnet-Without-Nsg Deploy-VM-Backup Enforce-Subnet-Private "
    "Enforce-GR-KeyVault Enforce-TLS-SSL-Q225 Deny-Privileged-AKS Deny-Priv-Esc-AKS Enforce-AKS-HTTPS "
    "Deny-Storage-http Enable-DDoS-VNET",
    "corp": "Deny-Public-Endpoints Deploy-Private-DNS-Zones Audit-PeDnsZones Deny-HybridNetworking "
    "Deny-Public-IP-On-NIC Enforce-Sov-L2-CMKP",
    "sandbox": "Enforce-ALZ-Sandbox",
    "decommissioned": "Enforce-ALZ-Decomm",
}


def baseline(label, **more):
    args = {"label": label, "location": "uksouth", "groups": GROUPS, "workspace_id": WORKSPACE, **more}
    return plan(lambda: PolicyBaseline("policy", args))


@pytest.fixture(scope="module")
def example():
    """The full example: everything, with a canary beside it."""

    def program() -> None:
        pulumi.runtime.register_stack_transformation(drop_version_aliases)
        runpy.run_path(str(ROOT / "modules" / "azure" / "policy" / "examples" / "full.py"))

    return rehearse(program)


def test_every_assignment_of_the_table_is_made_at_its_scopes_and_enforced(example):
    made = of(example, "authorization:PolicyAssignment")
    for group, names in WANTED.items():
        for name in names.split():
            inputs = made[f"policy-{group}-{name}"]
            assert inputs["policyAssignmentName"] == name
            assert inputs["scope"] == f"{PREFIX}mg-{group}-essex-prod"
            held_back = name == "Deny-Priv-Esc-AKS"  # in the example
            assert inputs["enforcementMode"] == ("DoNotEnforce" if held_back else "Default")


def test_no_name_is_longer_than_azure_allows():
    assert max(len(name) for name in assignments()) == 24


def test_resources_may_be_in_the_united_kingdom_only(label):
    made = baseline(label)
    for name in ("Enforce-Sov-L1-Regions", "Deny-Resource-Locations", "Deny-RSG-Locations"):
        found = made.one("authorization:PolicyAssignment", policyAssignmentName=name)
        assert found["parameters"]["listOfAllowedLocations"] == {"value": ["uksouth", "ukwest"]}
    assert baseline(label, locations=["uksouth"]).one(
        "authorization:PolicyAssignment", policyAssignmentName="Deny-Resource-Locations"
    )["parameters"] == {"listOfAllowedLocations": {"value": ["uksouth"]}}


def test_every_defender_plan_is_on_unless_a_force_disables_it(label):
    found = baseline(label).one(
        "authorization:PolicySetDefinitionAtManagementGroup", policySetDefinitionName="Deploy-MDFC-Config"
    )
    plans = {key: each for key, each in found["parameters"].items() if key.startswith("enableAscFor")}
    assert len(plans) == 13
    assert {each["defaultValue"] for each in plans.values()} == {"DeployIfNotExists"}
    changed = baseline(label, parameters={"Deploy-MDFC-Config-H224": {"enableAscForAI": "Disabled"}})
    found = changed.one("authorization:PolicyAssignment", policyAssignmentName="Deploy-MDFC-Config-H224")
    assert found["parameters"]["enableAscForAI"] == {"value": "Disabled"}
    assert found["parameters"]["logAnalytics"] == {"value": WORKSPACE}


def test_remediating_assignments_have_an_identity_with_roles_and_deny_only_ones_have_none(example):
    made = [each for each in example.resources if each.type.endswith(":PolicyAssignment")]
    roles = [each for each in example.resources if each.type.endswith(":RoleAssignment")]
    mending = {urn for role in roles for urn in role.references["principalId"]}
    for each in made:
        row = assignments()[each.inputs["policyAssignmentName"]]
        assert ("identity" in each.inputs) == bool(row.roles)
        assert (each.urn in mending) == bool(row.roles)
        assert row.roles or row.effect not in ("DeployIfNotExists", "Modify")
    assert {role.inputs["principalType"] for role in roles} == {"ServicePrincipal"}
    guids = [role.inputs["roleAssignmentName"] for role in roles]
    assert len(set(guids)) == len(guids)


def test_an_identity_also_has_roles_at_the_plan_the_zones_and_the_workspace(label):
    zones = {"privatelink.vaultcore.azure.net": "/id/vault", "privatelink.azurecr.io": "/id/registry"}
    more = {"ddos_plan_id": PLAN, "private_dns_zone_ids": zones}
    made = baseline(label, **more)
    beyond = {each["scope"] for each in made.of("authorization:RoleAssignment")} - {
        f"{PREFIX}{name}" for name in GROUPS.values()
    }
    assert beyond == {WORKSPACE, PLAN, "/id/vault", "/id/registry"}
    together = baseline(label, **more, private_dns_zone_scopes={"dns": "/id/group"})
    zoned = {"roleDefinitionId": f"{ROLES}b12aa53e-6015-4669-85d0-8515ebb3ae7f", "scope": "/id/group"}
    assert len([each for each in together.of("authorization:RoleAssignment") if zoned.items() <= each.items()]) == 2


CHANGE = {
    "assignment": "Deny-MgmtPorts-Internet",
    "at": ["identity"],
    "enforcement": "DoNotEnforce",
    "not_scopes": ["/subscriptions/s"],
    "resource_selectors": [{"name": "south", "selectors": [{"kind": "resourceLocation", "include": ["uksouth"]}]}],
    "reason": "A scanner needs it",
    "expires_on": "2027-03-31",
}


def test_a_force_can_change_a_single_assignment(label):
    changes = [
        CHANGE,
        {"assignment": "Enforce-Subnet-Private", "parameters": {"effect": "Audit"}, "not_scopes": ["online"]},
        {"assignment": "Deploy-VM-Backup", "enforcement": "Off"},
    ]
    made = {(each["policyAssignmentName"], each["scope"]): each for each in assigned(baseline(label, changes=changes))}
    usual = {(each["policyAssignmentName"], each["scope"]): each for each in assigned(baseline(label))}
    group = f"{PREFIX}{GROUPS['identity']}"
    changed = made.pop(("Deny-MgmtPorts-Internet", group))
    assert (changed["enforcementMode"], changed["notScopes"]) == ("DoNotEnforce", ["/subscriptions/s"])
    assert changed["resourceSelectors"] == [
        {"name": "south", "selectors": [{"kind": "resourceLocation", "in": ["uksouth"]}]}
    ]
    assert (changed["metadata"]["reason"], changed["metadata"]["expiresOn"]) == ("A scanner needs it", "2027-03-31")
    for above in ("platform", "landing-zones"):
        private = made.pop(("Enforce-Subnet-Private", f"{PREFIX}{GROUPS[above]}"))
        assert private["parameters"] == {"effect": {"value": "Audit"}}
        assert private["notScopes"] == [f"{PREFIX}{GROUPS['online']}"]
    assert usual.keys() - made.keys() == {
        ("Deny-MgmtPorts-Internet", group),
        *(("Enforce-Subnet-Private", f"{PREFIX}{GROUPS[each]}") for each in ("platform", "landing-zones")),
        *(("Deploy-VM-Backup", f"{PREFIX}{GROUPS[each]}") for each in ("landing-zones", "identity")),
    }
    assert made == {key: usual[key] for key in made}


def assigned(made):
    return made.of("authorization:PolicyAssignment")


def test_a_definition_is_created_before_it_is_assigned(label):
    waits = baseline(label).waits_for
    assert "policy-initiative-Enforce-ALZ-Sandbox" in waits["policy-sandbox-Enforce-ALZ-Sandbox"]
    assert "policy-definition-Deny-Peering-Cross-Sub" in waits["policy-initiative-Enforce-ALZ-Sandbox"]
    assert "policy-definition-Deny-MgmtPorts-Internet" in waits["policy-identity-Deny-MgmtPorts-Internet"]
    backup = waits["policy-identity-Deploy-VM-Backup-backup-contributor"]
    assert "policy-identity-Deploy-VM-Backup" in backup


def test_a_canary_enforces_nothing_and_shares_no_id_with_the_real_hierarchy(example):
    made = of(example, "authorization:PolicyAssignment")
    canary = {name: each for name, each in made.items() if name.startswith("canary-policy-")}
    left_out = ("Enable-DDoS-VNET", "Deploy-Private-DNS-Zones")  # it has no DDoS plan and no zones
    wanted = {f"canary-policy-{group}-{name}" for group, names in WANTED.items() for name in names.split()}
    assert set(canary) == {name for name in wanted if not name.endswith(left_out)}
    assert {each["enforcementMode"] for each in canary.values()} == {"DoNotEnforce"}
    assert all("mg-canary-" in each["scope"] for each in canary.values())
    for type_ in ("PolicySetDefinitionAtManagementGroup", "PolicyDefinitionAtManagementGroup"):
        owners = {each["managementGroupId"] for each in of(example, f"authorization:{type_}").values()}
        assert owners == {"mg-root-essex-prod", "mg-canary-root-essex-prod"}


def test_private_endpoints_use_the_existing_zones(label):
    zones = {zone: f"/id/{zone}" for zone in dns_zones()}
    name = {"policySetDefinitionName": "Deploy-Private-DNS-Zones"}
    type_ = "authorization:PolicySetDefinitionAtManagementGroup"
    every = baseline(label, private_dns_zone_ids=zones).one(type_, **name)["policyDefinitions"]
    given = {part["policyDefinitionReferenceId"]: part["parameters"] for part in every}
    assert len(given) == 48
    assert given["KeyVault"]["privateDnsZoneId"] == {"value": "/id/privatelink.vaultcore.azure.net"}
    vault = {"privatelink.vaultcore.azure.net": "/id/vault", "privatelink.monitor.azure.com": "/id/monitor"}
    few = baseline(label, private_dns_zone_ids=vault).one(type_, **name)["policyDefinitions"]
    assert [part["policyDefinitionReferenceId"] for part in few] == ["KeyVault"]  # Monitor needs five zones


def test_assignments_that_cannot_be_made_are_reported(label):
    made = baseline(label)
    names = {each["policyAssignmentName"] for each in made.of("authorization:PolicyAssignment")}
    assert set(assignments()) - names == {"Enable-DDoS-VNET", "Deploy-Private-DNS-Zones"}
    assert (
        set(assignments())
        - {
            each["policyAssignmentName"]
            for each in baseline(label, ddos_plan_id=PLAN, private_dns_zone_ids={dns_zones()[0]: "/id"}).of(
                "authorization:PolicyAssignment"
            )
        }
        == set()
    )


def test_a_registered_exemption_is_applied_to_the_nearest_assignment_above_it(label):
    made = baseline(label, exemptions=[EXEMPTION])
    found = made.one("authorization:PolicyExemption")
    assert found["scope"] == f"{PREFIX}mg-online-wmp-prod"
    assert found["policyAssignmentId"].startswith(f"{PREFIX}mg-landing-zones-wmp-prod/")
    assert found["policyAssignmentId"].endswith("/policyAssignments/Deny-Subnet-Without-Nsg")
    assert found["expiresOn"] == "2027-03-31T23:59:59Z"
    assert found["exemptionCategory"] == "Waiver"
    assert found["metadata"] == {"requester": EXEMPTION["requester"], "approver": EXEMPTION["approver"]}
    assert "policy-landing-zones-Deny-Subnet-Without-Nsg" in made.waits_for["policy-exemption-EX-0007"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"locations": []}, "locations: the list is empty, so no resource could be made anywhere"),
        ({"locations": ["westeurope"]}, "'westeurope' is not a region of the United Kingdom; use uksouth or ukwest"),
        ({"groups": {"corp": "mg-corp"}}, "groups: root is required"),
        ({"groups": {**GROUPS, "crop": "mg"}}, "groups: 'crop' is not known; did you mean corp?"),
        (
            {"enforcement": {"Deny-Public-IPs": "DoNotEnforce"}},
            "enforcement: 'Deny-Public-IPs' is not known; did you mean Deny-Public-IP?",
        ),
        (
            {"enforcement": {"Deny-Public-IP": "Off"}},
            "enforcement.Deny-Public-IP: 'Off' is not known; use one of Default, DoNotEnforce",
        ),
        ({"parameters": {"Enforce-ASCB": {}}}, "parameters: 'Enforce-ASCB' is not known; did you mean Enforce-ACSB?"),
        ({"exemptions": [{**EXEMPTION, "expires_on": "31/03/2027"}]}, "expires_on: '31/03/2027' is not a date"),
        (
            {"exemptions": [{**EXEMPTION, "approver": EXEMPTION["requester"].upper()}]},
            "cannot approve its own request",
        ),
        ({"exemptions": [EXEMPTION, EXEMPTION]}, "exemptions[1] (EX-0007): the id is in the register twice"),
        ({"exemptions": [{**EXEMPTION, "category": "Waver"}]}, "category: 'Waver' is not known; did you mean Waiver?"),
        ({"exemptions": [{**EXEMPTION, "scope": "onlin"}]}, "scope: 'onlin' is not known; did you mean online?"),
        (
            {"exemptions": [{**EXEMPTION, "scope": "sandbox"}]},
            "Deny-Subnet-Without-Nsg is not in force at sandbox: it is assigned at landing-zones, identity",
        ),
        (
            {"exemptions": [{**EXEMPTION, "scope": "/subscriptions/s"}]},
            "Deny-Subnet-Without-Nsg is assigned at landing-zones, identity; set assigned_at to one of them",
        ),
        (
            {"exemptions": [{**EXEMPTION, "assignment": "Enable-DDoS-VNET", "scope": "corp"}]},
            "exemption EX-0007: Enable-DDoS-VNET is not assigned, because ddos_plan_id is missing",
        ),
        ({"exemptions": [{**EXEMPTION, "aprover": "x"}]}, "aprover is not an argument; did you mean approver?"),
        ({"workspace_id": None}, "workspace_id is required"),
        (
            {"changes": [{**CHANGE, "at": ["corp"]}]},
            "changes[0].at: 'corp' is not known; use one of landing-zones, identity",
        ),
        (
            {"changes": [{**CHANGE, "enforcement": "off"}]},
            "changes[0].enforcement: 'off' is not known; did you mean Off?",
        ),
        (
            {"changes": [{**CHANGE, "not_scopes": ["onlin"]}]},
            "changes[0].not_scopes: 'onlin' is not known; did you mean",
        ),
        ({"changes": [CHANGE, CHANGE]}, "changes[1]: Deny-MgmtPorts-Internet at identity is changed twice"),
        ({"changes": [{**CHANGE, "assignment": "Deny-Mgmt"}]}, "changes[0].assignment: 'Deny-Mgmt' is not known"),
        (
            {"changes": [{**CHANGE, "resource_selectors": [{"name": "x", "selectors": [{"kind": "resourceType"}]}]}]},
            "changes[0].resource_selectors: x: give include or exclude",
        ),
        (
            {
                "changes": [{"assignment": "Deny-Subnet-Without-Nsg", "enforcement": "Off"}],
                "exemptions": [EXEMPTION],
            },
            "exemption EX-0007: Deny-Subnet-Without-Nsg is not assigned, because it is off",
        ),
    ],
)
def test_a_wrong_argument_is_reported_with_what_is_allowed(label, more, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        baseline(label, **more)


def test_every_mistake_is_reported_at_once(label):
    wrong = [{**EXEMPTION, "assignment": "Deny-Publc-IP", "expires_on": "soon"}]
    with pytest.raises(ValueError, match="PolicyBaseline 'policy': ") as caught:
        baseline(label, locations=["mars"], exemptions=wrong)
    for part in ("'mars'", "did you mean Deny-Public-IP?", "'soon' is not a date"):
        assert part in str(caught.value)


def test_an_exemption_of_a_subscription_names_its_assignment(label):
    scope = "/subscriptions/3f0c7a1e-58d2-4d0b-8a5c-2f7f7b0d9c64"
    made = baseline(label, exemptions=[{**EXEMPTION, "scope": scope, "assigned_at": "identity"}])
    found = made.one("authorization:PolicyExemption")
    assert found["scope"] == scope
    assert "mg-identity-wmp-prod" in found["policyAssignmentId"]


def test_every_built_in_of_an_initiative_occurs_once_except_services_with_several_endpoints():
    data = ROOT / "modules" / "azure" / "policy" / "data"
    for name, initiative in yaml.safe_load((data / "initiatives.yaml").read_text()).items():
        guids = [each["policy"] for each in initiative["definitions"].values() if "policy" in each]
        assert len(guids) == len(set(guids)), name
        assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", guid) for guid in guids)
