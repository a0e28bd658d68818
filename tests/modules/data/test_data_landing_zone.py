"""The data landing zone in a force's settings: its parts in each profile, its location and its retention."""

from functools import cache

import pytest
from planned import Planned, built, plan

from bluelamp.core.contracts import read_assets
from bluelamp.infra.force import ROOT, SettingsError, load
from bluelamp.infra.program.build import build
from bluelamp.planning import plan_program
from bluelamp.policies import judge, rules
from bluelamp.resources import from_plan

OWNER = {"role": "Head of ICT", "email": "head.of.ict@kent.police.example"}
BUDGET = {"amount": 100, "contacts": ["finance@kent.police.example"]}
ZONE = {"name": "data", "budget": BUDGET}
OWN = "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e41"


def kent(data: dict, zone: dict | None = None, profile: str = "full", **more: object) -> Planned:
    azure = {"regions": ["uksouth"], "budget": BUDGET, "landingZones": [{**ZONE, **(zone or {})}], "data": data}
    settings = {"owner": OWNER, "costCentre": "EXP-1", "profile": profile, "azure": azure, **more}
    return built("kent", settings)


@cache
def hybrid() -> Planned:
    return kent({"landingZone": "data"}, profile="hybrid")


def names(made: Planned) -> set[str]:
    kinds = ("DataLake", "DataFactory", "DataCatalogue", "DataCapture", "DataAnalytics")
    return {each.name for each in made.resources if each.type in {f"bluelamp:index:{kind}" for kind in kinds}}


def test_each_profile_has_its_parts_and_the_next_adds_to_them() -> None:
    assert names(hybrid()) == {"lake", "data-factory"}
    full = kent({"landingZone": "data"})
    assert names(full) == {"lake", "data-factory", "catalogue", "capture", "analytics"}
    assert not [each for each in full.resources if each.name in ("synapse", "databricks")]
    assert names(kent({"landingZone": "data"}, components={"dataLake": "off", "dataAnalytics": "off"})) == set()


def test_services_may_write_only_where_they_work() -> None:
    made = kent({"landingZone": "data", "engine": "synapse"})
    granted = {
        each.name for each in made.resources if each.name.startswith("data-") and each.type.endswith(":RoleAssignment")
    }
    assert granted == {
        "data-factory-writes-landing",
        "data-factory-writes-curated",
        "data-synapse-writes-curated",
        "data-synapse-writes-published",
        "data-synapse-writes-workspace",
        "data-catalogue-reads-lake",
        *(name for name in granted if name.startswith("data-keys-")),
    }


def test_a_protected_lake_meets_the_rule_on_deletion() -> None:
    # The scopes of other locks are known once their resources have ids, so a plan cannot rule out that one covers the
    # lake.
    for protect, verdict in ((False, "unknown"), (True, "pass")):
        azure = {"regions": ["uksouth"], "budget": BUDGET, "landingZones": [ZONE]}
        azure["data"] = {"landingZone": "data", "protect": protect}
        settings = {"owner": OWNER, "costCentre": "EXP-1", "profile": "hybrid", "azure": azure}
        made = plan_program("kent", lambda settings=settings: build(load("kent", settings)), {}, root=ROOT)
        (rule,) = [each for each in rules() if each.id == "BL-DAT-006"]
        (found,) = [each for each in judge(from_plan(made), [rule]) if each.urn.endswith("::lake-account")]
        assert found.verdict == verdict
        assert "a lock also prevents the removal of role assignments" in rule.fix


def test_databricks_runs_in_two_subnets_of_the_landing_zone() -> None:
    made = kent({"landingZone": "data", "engine": "databricks"})
    parameters = made.one("databricks:Workspace")["parameters"]
    delegated = {
        each["subnetName"]
        for each in made.of("network:Subnet")
        if each.get("delegations", [{}])[0].get("serviceName") == "Microsoft.Databricks/workspaces"
    }
    assert delegated == {
        parameters["customPublicSubnetName"]["value"],
        parameters["customPrivateSubnetName"]["value"],
    }


def test_private_endpoints_accept_other_ports_than_https_in_the_data_landing_zone_only() -> None:
    opened = {
        group["networkSecurityGroupName"]
        for group in hybrid().of("network:NetworkSecurityGroup")
        for rule in group["securityRules"]
        if rule["name"] == "AllowDataToPrivateEndpoints"
    }
    assert opened == {"nsg-data-private-endpoints-kent-prod-uks"}


def test_everything_is_in_the_landing_zones_own_subscription() -> None:
    made = kent({"landingZone": "data", "engine": "synapse"}, {"subscriptionId": OWN})
    own = {each.provider for each in made.resources if each.name in ("lake-account", "synapse-workspace")}
    hub = {each.provider for each in made.resources if each.name == "hub-network"}
    assert len(own) == 1
    assert own != hub


def test_the_lake_keeps_each_asset_for_the_period_in_its_contract() -> None:
    made = plan(lambda: build(load("west-midlands"), read_assets(ROOT, "west-midlands")), stack="west-midlands")
    (policy,) = [each for each in made.of("storage:ManagementPolicy") if each["accountName"].startswith("stlake")]
    kept = {
        rule["definition"]["filters"]["prefixMatch"][0]: rule["definition"]["actions"]["baseBlob"]["delete"][
            "daysAfterModificationGreaterThan"
        ]
        for rule in policy["policy"]["rules"]
    }
    assert kept == {
        "landing/custody/": 6 * 365,
        "landing/firearms-licensing/": 10 * 365,
        "published/demand-forecast/": 3 * 365,
        "published/single-view/": 6 * 365,
        "published/street-crime/": 10 * 365,
    }
    sources = {each["linkedServiceName"]: each["properties"] for each in made.of("datafactory:LinkedService")}
    assert sources["custody"]["server"] == "custody-db-01.west-midlands.police.example"
    assert sorted(each["metadata"]["name"] for each in made.of("CronJob")) == [
        "demand-forecast",
        "lake-acls",
        "lake-views",
    ]
    assert made.outputs["tenantNamespaces"]["live/datahub"] == "datahub"


@pytest.mark.parametrize(
    ("data", "zone", "message"),
    [
        ({"landingZone": "dta"}, {}, "there is no landing zone called 'dta'"),
        ({"landingZone": "data"}, {"archetype": "sandbox", "expires": "2027-03-31"}, "a sandbox is isolated"),
        (
            {"landingZone": "data", "engine": "databricks"},
            {"addressSpace": "10.30.8.0/25"},
            "10.30.8.0/25 is too small for the subnets of Databricks",
        ),
        (
            {
                "landingZone": "data",
                "sources": [
                    {
                        "name": "custody",
                        "machine": "db-01",
                        "database": "Custody",
                        "user": "reader",
                        "secret": "custody",
                    }
                ],
            },
            {},
            "there is no machine called 'db-01' that has SQL Server",
        ),
        ({"landingZone": "data", "engine": "spark"}, {}, "engine"),
        ({"landingZone": "data", "streamingUnits": 40}, {}, "streamingUnits"),
    ],
)
def test_wrong_settings_are_refused_with_their_location(data: dict, zone: dict, message: str) -> None:
    with pytest.raises(SettingsError) as messages:
        kent(data, zone)
    assert any(message in str(problem) for problem in messages.value.problems), messages.value


def test_data_needs_the_private_dns_zones() -> None:
    off = {"privateDns": "off", "dnsResolver": "off", "logArchive": "off", "workloadIdentity": "off"}
    with pytest.raises(SettingsError, match="data needs privateDns, which is off"):
        kent({"landingZone": "data"}, components=off)
