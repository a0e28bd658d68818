"""Azure Arc, private link scopes and the issuer of workload identities."""

import json
import runpy
from xml.etree import ElementTree

import pulumi
import pytest
from planned import plan

from bluelamp.modules.hybrid.arc_cluster import ArcCluster
from bluelamp.modules.hybrid.arc_servers import ArcServers
from bluelamp.modules.hybrid.arc_sql import ArcSql
from bluelamp.modules.hybrid.private_link_scopes import PrivateLinkScopes
from bluelamp.modules.hybrid.workload_identity_issuer import WorkloadIdentityIssuer
from bluelamp.planning import plan_program
from tests.modules.rehearsed import ROOT, of, rehearse

SHARED = "/subscriptions/0a1b2c3d-52b4-4a43-9a0e-1d5a6c7b8e01/resourceGroups/rg-shared/providers"
LOGS = f"{SHARED}/Microsoft.OperationalInsights/workspaces/log-shared"
HERE = {"location": "uksouth", "resource_group_name": "rg-arc"}
GROUP_ID = "/subscriptions/0a1b2c3d-52b4-4a43-9a0e-1d5a6c7b8e01/resourceGroups/rg-arc"
KEY = {"kty": "RSA", "kid": "2026", "alg": "RS256", "use": "sig", "n": "0vx7", "e": "AQAB"}


def cluster(label, **more):
    args = {"label": label, **HERE, "workload": "live", "workspace_id": LOGS, "agent_certificate": "MIIC", **more}
    return lambda: ArcCluster("live", args)


def servers(label, **more):
    args = {"label": label, **HERE, "workload": "servers", "resource_group_id": GROUP_ID, **more}
    return lambda: ArcServers("servers", args)


def sql(label, **instance):
    machines = {"db-01": {"instances": {"MSSQLSERVER": {"version": "SQL Server 2022", **instance}}}}
    return lambda: ArcSql("sql", {"label": label, **HERE, "machines": machines})


def issuer(label, clusters):
    args = {"label": label, **HERE, "workload": "issuer", "contact": "platform@wmp.police.example"}
    return lambda: WorkloadIdentityIssuer("issuer", {**args, "clusters": clusters})


def scopes(label, **more):
    subnet = f"{SHARED}/Microsoft.Network/virtualNetworks/vnet-hub/subnets/snet-private-endpoints"
    args = {"label": label, **HERE, "workload": "platform", "workspace_id": LOGS, "subnet_id": subnet, **more}
    return lambda: PrivateLinkScopes("link", args)


MODULES = ("arc_cluster", "arc_servers", "arc_sql", "private_link_scopes", "workload_identity_issuer")


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("example", ["minimal", "full"])
def test_the_examples_are_accepted_and_break_no_rule(module, example):
    path = ROOT / "modules" / "hybrid" / module / "examples" / f"{example}.py"
    assert len(rehearse(lambda: runpy.run_path(str(path))).resources) > 3


def test_a_cluster_has_every_extension_with_the_type_that_the_service_expects(label):
    made = rehearse(cluster(label))
    assert {each["extensionType"] for each in of(made, "Extension").values()} == {
        "microsoft.flux",
        "microsoft.azuremonitor.containers",
        "microsoft.policyinsights",
        "microsoft.azuredefender.kubernetes",
        "microsoft.azurekeyvaultsecretsprovider",
    }
    for extension in of(made, "Extension").values():
        assert (extension["clusterRp"], extension["clusterResourceName"]) == (
            "Microsoft.Kubernetes",
            "connectedClusters",
        )
    logs = of(made, "Extension")["live-logs"]["configurationSettings"]
    assert logs["logAnalyticsWorkspaceResourceID"] == LOGS


def test_an_extension_can_be_pinned_changed_and_left_out(label):
    changes = {"defender": {"enabled": False}, "policy": {"version": "1.15.2"}, "flux": {"settings": {"a": "b"}}}
    made = of(rehearse(cluster(label, extensions=changes)), "Extension")
    assert "live-defender" not in made
    assert made["live-policy"]["version"] == "1.15.2"
    assert made["live-policy"]["autoUpgradeMinorVersion"] is False
    assert made["live-flux"]["configurationSettings"] == {"multiTenancy.enforce": "true", "a": "b"}


def test_a_cluster_follows_its_repository_and_the_deploy_key_is_never_shown(label):
    flux = {"url": "ssh://git@git.example/clusters", "tag": "2026.11", "ssh_private_key": "c2VjcmV0LWtleQ=="}
    made = plan_program("test", cluster(label, flux=flux), {}, root=ROOT)
    repository = next(each for each in made.resources if each.name == "live-repository")
    assert repository.inputs["gitRepository"]["repositoryRef"] == {"tag": "2026.11"}
    assert "c2VjcmV0LWtleQ==" not in repr(repository)
    assert made.refused == []


def test_the_agents_get_everything_except_their_private_key(label):
    def program():
        pulumi.export(
            "values",
            ArcCluster(
                "live",
                {
                    "label": label,
                    **HERE,
                    "workload": "live",
                    "workspace_id": LOGS,
                    "agent_certificate": "MIIC",
                    "distribution": "rke2",
                },
            ).name,
        )

    assert plan(program).outputs == {"values": "arck-live-wmp-prod-uks"}


def test_servers_are_configured_by_policy_with_an_authorised_identity(label):
    rules = {"linux": f"{SHARED}/Microsoft.Insights/dataCollectionRules/dcr-syslog"}
    made = rehearse(servers(label, data_collection_rule_ids=rules, onboarding_principal_id=GROUP_ID.split("/")[2]))
    assigned = of(made, "PolicyAssignment")
    assert set(assigned) == {
        "servers-agent-windows",
        "servers-agent-linux",
        "servers-collect-linux",
        "servers-updates-windows",
        "servers-updates-linux",
    }
    assert assigned["servers-collect-linux"]["parameters"]["dcrResourceId"] == {"value": rules["linux"]}
    roles = of(made, "RoleAssignment")
    assert roles["servers-linux-rule-role"]["scope"] == rules["linux"]
    assert roles["servers-onboarding-role"]["roleDefinitionId"].endswith("/b64e21ea-ac4e-4cdf-9dc9-5b892992bee7")


def test_the_onboarding_command_has_no_secret_and_names_the_private_link(label):
    scope = f"{SHARED}/Microsoft.HybridCompute/privateLinkScopes/arcpls"

    def program():
        args = {"label": label, **HERE, "workload": "servers", "resource_group_id": GROUP_ID}
        pulumi.export("connect", ArcServers("servers", {**args, "private_link_scope_id": scope}).connect_commands)

    linux = plan(program).outputs["connect"]["linux"]
    assert linux.startswith("sudo azcmagent connect --subscription-id 0a1b2c3d-52b4-4a43-9a0e-1d5a6c7b8e01 ")
    assert f"--resource-group rg-arc --location uksouth --private-link-scope {scope}" in linux
    assert "secret" not in linux


def test_only_machines_of_a_resource_bridge_are_created(label):
    machines = {"db-01": {"os_type": "windows", "kind": "VMware"}, "web-01": {"os_type": "linux"}}
    made = plan(servers(label, machines=machines))
    assert [each["machineName"] for each in made.of("hybridcompute:Machine")] == ["db-01"]
    assert made.waits_for["servers-db-01-agent"] == ["servers-db-01"]
    assert {each["extensionName"] for each in made.of("hybridcompute:MachineExtension")} == {
        "AzureMonitorWindowsAgent",
        "AzureMonitorLinuxAgent",
    }


def test_a_sql_server_instance_is_monitored_assessed_and_backed_up(label):
    made = rehearse(sql(label, backup_days=14, cores=8))
    instance = of(made, "SqlServerInstance")["sql-db-01"]["properties"]
    assert instance["monitoring"] == {"enabled": True}
    assert instance["backupPolicy"]["retentionPeriodDays"] == 14
    assert instance["cores"] == "8"


def test_the_issuer_publishes_two_documents_and_no_storage(label):
    made = rehearse(issuer(label, {"live": {"jwks": json.dumps({"keys": [KEY]})}}))
    assert not [each for each in made.resources if ":storage:" in each.type]
    policies = of(made, "ApiOperationPolicy")
    documents = {
        name.split("-")[2]: json.loads(ElementTree.fromstring(policy["value"]).findtext(".//set-body"))
        for name, policy in policies.items()
    }
    host = "https://" + of(made, "ApiManagementService")["issuer-gateway"]["serviceName"] + ".azure-api.net"
    assert documents["discovery"]["issuer"] == f"{host}/live"
    assert documents["discovery"]["jwks_uri"] == f"{host}/live/openid/v1/jwks"
    assert documents["keys"] == {"keys": [KEY]}
    paths = {each["urlTemplate"] for each in of(made, "ApiOperation").values()}
    assert paths == {"/.well-known/openid-configuration", "/openid/v1/jwks"}


@pytest.mark.parametrize(
    ("jwks", "message"),
    [
        ("-----BEGIN PUBLIC KEY-----", "is not a JSON Web Key Set"),
        ('{"keys": []}', "has no keys"),
        (json.dumps({"keys": [{**KEY, "d": "PRIVATE-VALUE"}]}), "holds a private key"),
        (json.dumps({"keys": [{**KEY, "kty": "EC"}]}), "kty is 'EC'; Entra ID takes RSA"),
        (json.dumps({"keys": [{"kty": "RSA", "n": "0vx7", "e": "AQAB"}]}), "kid is missing"),
    ],
)
def test_only_public_keys_that_entra_id_accepts_are_published(label, jwks, message):
    with pytest.raises(ValueError, match=message) as messages:
        plan(issuer(label, {"live": {"jwks": jwks}}))
    assert "PRIVATE-VALUE" not in str(messages.value)


def test_a_scope_contains_the_workspace_and_every_zone_has_a_record(label):
    made = rehearse(scopes(label, virtual_network_ids={"hub": f"{SHARED}/Microsoft.Network/virtualNetworks/vnet-hub"}))
    assert of(made, "PrivateLinkScopedResource")["link-monitor-workspace"]["linkedResourceId"] == LOGS
    groups = of(made, "PrivateDnsZoneGroup")
    assert len(groups["link-azuremonitor-endpoint-zones"]["privateDnsZoneConfigs"]) == 5
    assert len(groups["link-hybridcompute-endpoint-zones"]["privateDnsZoneConfigs"]) == 3
    assert len(of(made, "PrivateZone")) == len(of(made, "VirtualNetworkLink")) == 8
    arc = next(each for each in made.resources if each.name == "link-arc")
    assert arc.inputs["properties"] == {"publicNetworkAccess": "Disabled"}


def test_zones_of_the_estate_are_used_and_not_created_again(label):
    zone = "privatelink.blob.core.windows.net"
    made = rehearse(
        scopes(label, private_zone_ids={zone: f"{SHARED}/Microsoft.Network/privateDnsZones/{zone}"}, arc=False)
    )
    assert len(of(made, "PrivateZone")) == 4
    assert [each for each in made.resources if "HybridCompute" in str(each.inputs)] == []


@pytest.mark.parametrize(
    ("make", "more", "message"),
    [
        (cluster, {"extensions": {"defnder": {}}}, "extensions.defnder is not known; did you mean defender?"),
        (cluster, {"admin_group_ids": ["a"]}, "admin_group_ids needs tenant_id"),
        (cluster, {"flux": {"url": "git@host:repo"}}, "use https:// or ssh://"),
        (cluster, {"flux": {"url": "https://h/r", "tag": "1", "branch": "main"}}, "flux has branch and tag; give one"),
        (
            cluster,
            {"flux": {"url": "https://h/r", "kustomizations": {"b": {"depends_on": ["a"]}}}},
            "names 'a', which does not exist; available: b",
        ),
        (cluster, {"flux": {"url": "https://h/r"}, "extensions": {"flux": {"enabled": False}}}, "switches off"),
        (servers, {"machines": {"m": {"os_type": "solaris"}}}, "os_type is 'solaris'; use windows or linux"),
        (servers, {"machines": {"m": {"os_type": "linux", "kind": "Xen"}}}, "use VMware, SCVMM, HCI"),
        (servers, {"data_collection_rule_ids": {"mac": "/x"}}, "mac is not an operating system"),
        (servers, {"workspce_id": "/x"}, "workspce_id is not an argument"),
        (sql, {"version": "SQL Server 2008"}, "version is 'SQL Server 2008'; use SQL Server 2012"),
        (sql, {"backup_days": 90}, "backup_days is 90; use 1 to 35"),
        (scopes, {"query_access": "Private"}, "query_access is 'Private'; use PrivateOnly or Open"),
        (scopes, {"virtual_networks": {}}, "did you mean virtual_network_ids?"),
    ],
)
def test_a_wrong_argument_is_reported_with_what_is_right(label, make, more, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        plan(make(label, **more))


def test_a_cluster_whose_name_cannot_be_in_a_url_is_refused(label):
    with pytest.raises(ValueError, match=r"clusters\.Live_1 cannot be in a URL"):
        plan(issuer(label, {"Live_1": {"jwks": "{}"}}))
