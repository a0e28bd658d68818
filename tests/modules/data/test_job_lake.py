"""A tenant's job that uses the data lake: its identity, roles and network path, and nothing else."""

from typing import Any

import pulumi
import pytest
from planned import ROOT, Planned, built, plan

from bluelamp.infra.force import load
from bluelamp.infra.program.azure.job_identities import grants
from bluelamp.infra.program.build import build
from bluelamp.infra.settings.data import ENGINE_FILE_SYSTEM, LAKE_FILE_SYSTEMS
from bluelamp.infra.settings.workloads import JobLake
from bluelamp.modules.azure.grants import grant
from bluelamp.modules.data.lake.lake import FILE_SYSTEMS
from bluelamp.planning import plan_program

OWNER = {"role": "Head of ICT", "email": "head.of.ict@kent.police.example"}
BUDGET = {"amount": 100, "contacts": ["finance@kent.police.example"]}
IMAGE = "registry.kent.police.example/forecast@sha256:" + "ab" * 32
KEY = {"kid": "one", "n": "wcHB" * 85 + "wQ"}
WHO = "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e41"
READER, WRITER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "ba92f5b4-2d11-453d-a403-e96b0029c9fe"


def settings(profile: str = "full", **data: Any) -> dict[str, Any]:
    """Two jobs alike in one tenant, of which only one uses the lake; another tenant has a job of the same name."""
    jobs = [{"name": name, "image": IMAGE, "schedule": "30 4 * * *"} for name in ("forecast", "report")]
    lake = {"read": ["curated", "published"], "write": ["published"]}
    azure = {
        "regions": ["uksouth"],
        "budget": BUDGET,
        "landingZones": [{"name": "records", "budget": BUDGET}, {"name": "data", "budget": BUDGET}],
        "data": {"landingZone": "data", **data},
    }
    estate = {
        "clusters": [{"name": "live"}, {"name": "second", "signingKeys": [KEY]}],
        "tenants": [
            {"name": "analysis", "cluster": "second", "jobs": [{**jobs[0], "lake": lake}, jobs[1]]},
            {"name": "other", "cluster": "second", "jobs": jobs[:1]},
        ],
    }
    made = {"owner": OWNER, "costCentre": "EXP-1", "profile": profile, "azure": azure, "onPremises": estate}
    return made | {"components": {"breakGlass": "off", "conditionalAccess": "off"}}


def kent(profile: str = "full", **data: Any) -> Planned:
    return built("kent", settings(profile, **data))


def egress_rules(planned: Planned) -> list[tuple[str, dict[str, Any]]]:
    """The egress rules from tenants' namespaces to addresses: the namespace, and the policy's spec."""
    return [
        (each["metadata"]["namespace"], each["spec"])
        for each in planned.of("NetworkPolicy")
        if each["metadata"]["labels"].get("bluelamp/tenant")
        and any("ipBlock" in peer for rule in each["spec"].get("egress", []) for peer in rule.get("to", []))
    ]


def endpoints(planned: Planned) -> str:
    subnets = planned.of("network:Subnet")
    (found,) = [each for each in subnets if each["subnetName"] == "snet-data-private-endpoints-kent-prod-uks"]
    return str(found["addressPrefix"])


@pytest.mark.parametrize("engine", [None, "synapse", "databricks"])
def test_only_its_own_pods_reach_the_private_endpoints_by_https(engine: str | None) -> None:
    planned = kent(engine=engine) if engine else kent()
    ((namespace, spec),) = egress_rules(planned)
    assert namespace == "analysis"
    assert spec == {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "forecast"}},
        "policyTypes": ["Egress"],
        "egress": [
            {"to": [{"ipBlock": {"cidr": endpoints(planned)}}], "ports": [{"protocol": "TCP", "port": 443}]},
        ],
    }


def test_the_policy_selects_the_pods_of_the_job() -> None:
    labels = [
        each["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
        for each in kent().of("CronJob")
        if (each["metadata"]["namespace"], each["metadata"]["name"]) == ("analysis", "forecast")
    ]
    assert labels == [{"app.kubernetes.io/name": "forecast"}]


def test_its_service_account_and_no_other_is_trusted() -> None:
    accounts = [
        f"system:serviceaccount:{each['metadata']['namespace']}:{each['metadata']['name']}"
        for each in kent().of("ServiceAccount")
        if "azure.workload.identity/client-id" in each["metadata"]["annotations"]
        and each["metadata"]["namespace"] in ("analysis", "other")
    ]
    assert accounts == ["system:serviceaccount:analysis:forecast"]
    (credential,) = [
        each
        for each in kent().of("managedidentity:FederatedIdentityCredential")
        if each["subject"].startswith(("system:serviceaccount:analysis:", "system:serviceaccount:other:"))
    ]
    assert credential["subject"] == accounts[0]
    assert credential["issuer"].endswith(".azure-api.net/second")
    assert credential["audiences"] == ["api://AzureADTokenExchange"]


def test_its_identity_has_a_role_on_each_file_system_and_none_elsewhere() -> None:
    roles = {
        each.name.partition("-may-")[2]: each.inputs["roleDefinitionId"].rpartition("/")[2]
        for each in kent().resources
        if each.type.endswith(":RoleAssignment") and each.name.startswith("job-")
    }
    # Writing to a file system includes reading it: one role is enough.
    assert roles == {"read-curated": READER, "write-published": WRITER}


def test_a_role_is_on_its_own_file_system(label: Any) -> None:
    ids = {each: f"/lake/containers/{each}" for each in LAKE_FILE_SYSTEMS}
    wanted = JobLake(read=("curated", "published"), write=("published",))

    def granting() -> None:
        for short, given in grants(pulumi.Output.from_input(ids), wanted).items():
            opts = pulumi.ResourceOptions()
            grant(short, label, scope=given["scope"], role=given["role_definition_id"], principal_id=WHO, opts=opts)

    scopes = {each.name: each.inputs["scope"] for each in plan(granting).resources if "scope" in each.inputs}
    assert scopes == {"read-curated": ids["curated"], "write-published": ids["published"]}


def test_the_program_is_given_the_lakes_address() -> None:
    environments = {
        (each["metadata"]["namespace"], each["metadata"]["name"]): {
            variable["name"]: variable.get("value")
            for variable in each["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0].get("env", [])
        }
        for each in kent().of("CronJob")
    }
    lake = environments["analysis", "forecast"]["BLUELAMP_LAKE"]
    assert lake.startswith("https://stlakekent")
    assert lake.endswith(".dfs.core.windows.net")
    assert [where for where, env in environments.items() if "BLUELAMP_LAKE" in env] == [("analysis", "forecast")]


def test_settings_and_the_lake_agree_on_the_file_systems() -> None:
    assert LAKE_FILE_SYSTEMS == FILE_SYSTEMS
    made_by_synapse = {each["containerName"] for each in kent(engine="synapse").of("storage:BlobContainer")}
    assert {*LAKE_FILE_SYSTEMS, ENGINE_FILE_SYSTEM} <= made_by_synapse


@pytest.mark.parametrize(("profile", "component"), [("starter", "dataLake"), ("hybrid", "workloadIdentity")])
def test_in_a_lower_profile_the_job_waits_for_its_lake(profile: str, component: str) -> None:
    notes = plan_program("kent", lambda: build(load("kent", settings(profile))), {}, root=ROOT).notes
    assert [each for each in notes if "analysis" in each] == [
        f"second-analysis-forecast: its lake waits for a profile with {component}; until then it has no identity"
    ]
    planned = kent(profile)
    assert len(planned.of("CronJob")) == 3, "the jobs themselves are there"
    assert egress_rules(planned) == []
    assert planned.of("CiliumNetworkPolicy") == []
    assert [each.name for each in planned.resources if each.name.startswith("job-")] == []
    for each in planned.of("CronJob"):
        (runs,) = each["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        assert "env" not in runs
