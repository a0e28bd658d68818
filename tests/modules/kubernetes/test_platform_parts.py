"""The resources of a cluster's platform components, and the arguments that they refuse."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from planned import Planned, plan

from bluelamp.modules.kubernetes.admission import ClusterAdmission
from bluelamp.modules.kubernetes.backup import ClusterBackup
from bluelamp.modules.kubernetes.classes import WorkloadClasses
from bluelamp.modules.kubernetes.gateway import ClusterGateway
from bluelamp.modules.kubernetes.monitoring import ClusterMonitoring
from bluelamp.modules.kubernetes.secret_store import ClusterSecrets
from bluelamp.planning import plan_program
from bluelamp.policies import Enforcement, Verdict, judge, rules
from bluelamp.resources import from_plan

ROOT = Path(__file__).resolve().parents[3]
PARTS = ("admission", "backup", "classes", "gateway", "monitoring", "secret_store")
IDENTITY = {"tenant_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e10", "client_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e11"}
ADMISSION = {"registries": ["registry.example.org"]}
GATEWAY = {
    "domain": "live.example.org",
    "controller": "io.cilium/gateway-controller",
    "issuer": {"ca_secret_name": "ca"},
}
SECRETS = {**IDENTITY, "vault_uri": "https://kv.vault.azure.net/"}
BACKUP = {
    **IDENTITY,
    "cluster": "live",
    "storage_account_name": "stbackup",
    "container_name": "velero",
    "resource_group_name": "rg-backup",
    "subscription_id": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e12",
    "immutable_days": 30,
}
MONITORING = {**IDENTITY, "cluster": "live", "metrics_endpoint": "https://x.ingest.monitor.azure.com/api/v1/write"}
CLASSES = {"provisioner": "csi.vsphere.vmware.com"}


def made(component: Callable[..., object], label, args: dict[str, Any]) -> Planned:
    return plan(lambda: component("part", {"label": label, **args}))


def estate() -> None:
    for part in PARTS:
        runpy.run_path(str(ROOT / "modules" / "kubernetes" / part / "examples" / "minimal.py"))
    runpy.run_path(str(ROOT / "modules" / "kubernetes" / "tenant" / "examples" / "full.py"))


def test_a_cluster_with_every_part_is_accepted_and_breaks_no_rule():
    planned = plan_program("test", estate, {}, root=ROOT)
    assert [(each.urn, each.failures) for each in planned.refused] == []
    judgements = judge(from_plan(planned))
    mandatory = {rule.id for rule in rules() if rule.enforcement is Enforcement.MANDATORY}
    held = [each for each in judgements if each.rule in mandatory]
    still_open = {
        (each.rule, each.verdict) for each in held if each.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    }
    # Objects that Flux applies from a repository are not in the plan.
    assert still_open == {("BL-K8S-094", Verdict.UNKNOWN)}
    assert Verdict.PASS in {each.verdict for each in held}
    assert {"BL-K8S-020", "BL-K8S-021", "BL-K8S-022"} <= {each.rule for each in judgements}


@pytest.mark.parametrize("part", [*PARTS, "tenant"])
def test_the_full_example_is_accepted(part):
    example = ROOT / "modules" / "kubernetes" / part / "examples" / "full.py"
    planned = plan_program("test", lambda: runpy.run_path(str(example)), {}, root=ROOT)
    assert [(each.urn, each.failures) for each in planned.refused] == []


@pytest.mark.parametrize(
    ("component", "args", "message"),
    [
        (ClusterAdmission, {"registry": []}, "registry is not an argument; did you mean registries?; registries is required"),
        (ClusterAdmission, {"registries": []}, "registries is empty; name at least one"),
        (ClusterAdmission, {"registries": ["https://a/"]}, "registries has 'https://a/'; use a host and perhaps a folder"),
        (ClusterAdmission, {**ADMISSION, "enforcement": "deny"}, "enforcement is 'deny'; use Deny, Warn, Audit"),
        (ClusterAdmission, {**ADMISSION, "exemptions": {"service": ["a"]}}, "'service', which is not a policy; did you mean services?"),
        (ClusterGateway, {**GATEWAY, "issuer": {}}, "issuer needs one of ca_secret_name and acme"),
        (ClusterGateway, {**GATEWAY, "domain": "Live"}, "domain is 'Live'; use a domain name such as"),
        (ClusterGateway, {**GATEWAY, "controller": "cilium"}, "controller is 'cilium'; use a domain and a path"),
        (ClusterSecrets, {**SECRETS, "allowed_namespaces": []}, "allowed_namespaces is empty; name who may use the store"),
        (ClusterSecrets, {**SECRETS, "vault_url": "x"}, "vault_url is not an argument; did you mean vault_uri?"),
        (ClusterBackup, {**BACKUP, "immutable_days": 60}, "'daily': retention_days is 35, but the container keeps every blob for 60"),
        (
            ClusterBackup,
            {**BACKUP, "schedules": [{"name": "a", "cron": "nightly", "retention_days": 30}]},
            "schedule 'a': cron is 'nightly'; use five fields such as '15 1 * * *'",
        ),
        (ClusterBackup, {**BACKUP, "schedules": []}, "schedules is empty"),
        (ClusterMonitoring, {**MONITORING, "metrics_endpoint": "http://x"}, "metrics_endpoint is 'http://x'; use an https://"),
        (ClusterMonitoring, {**MONITORING, "clusters": "x"}, "clusters is not an argument; did you mean cluster?"),
        (WorkloadClasses, {"provisioner": "kubernetes.io/vsphere-volume"}, "use the name of a CSI driver"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_with_the_next_step(label, component, args, message):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole message is compared
        made(component, label, args)
    assert message in str(refusal.value)
    assert f"{component.__name__} 'part': " in str(refusal.value)


def test_a_dns_issuer_must_own_the_domain(label):
    acme = {
        "email": "a@b.example",
        "zone": "other.example",
        "resource_group_name": "rg",
        "subscription_id": "s",
        "client_id": "c",
    }
    with pytest.raises(ValueError, match=r"issuer\.acme\.zone is 'other\.example', which does not hold domain"):
        made(ClusterGateway, label, {**GATEWAY, "issuer": {"acme": acme}})


def test_plain_http_only_redirects_to_https_and_only_tenants_attach_routes(label):
    planned = made(ClusterGateway, label, GATEWAY)
    listeners = {each["name"]: each for each in planned.one("Gateway")["spec"]["listeners"]}
    assert listeners["http"]["allowedRoutes"]["namespaces"] == {"from": "Same"}
    assert listeners["https"]["hostname"] == "*.live.example.org"
    assert listeners["https"]["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"] == [
        {"key": "bluelamp/tenant", "operator": "Exists"}
    ]
    (rule,) = planned.one("HTTPRoute")["spec"]["rules"]
    assert rule["filters"][0]["requestRedirect"] == {"scheme": "https", "statusCode": 301}
    assert planned.one("Certificate")["spec"]["dnsNames"] == ["live.example.org", "*.live.example.org"]


@pytest.mark.parametrize(
    ("component", "args", "subject"),
    [
        (ClusterSecrets, SECRETS, "system:serviceaccount:external-secrets:key-vault"),
        (ClusterBackup, BACKUP, "system:serviceaccount:velero:velero-azure"),
        (ClusterMonitoring, MONITORING, "system:serviceaccount:monitoring:prometheus"),
    ],
)
def test_a_component_authenticates_by_workload_identity_and_has_no_secret(label, component, args, subject):
    import pulumi

    planned = plan(lambda: pulumi.export("subject", component("part", {"label": label, **args}).subject))
    assert planned.outputs["subject"] == subject
    account = planned.one("ServiceAccount")
    assert account["automountServiceAccountToken"] is False
    assert account["metadata"]["annotations"]["azure.workload.identity/client-id"] == IDENTITY["client_id"]
    assert planned.of("Secret") == []


def test_backups_use_a_role_and_are_kept_as_long_as_the_container_keeps_them(label):
    planned = made(ClusterBackup, label, {**BACKUP, "protect": True})
    location = planned.one("BackupStorageLocation")["spec"]
    assert location["objectStorage"] == {"bucket": "velero", "prefix": "live"}
    assert location["config"]["useAAD"] == "true"
    assert {each["spec"]["template"]["ttl"] for each in planned.of("Schedule")} == {"840h0m0s", "4320h0m0s"}
    assert [each.urn.rpartition("::")[2] for each in planned.resources if each.protect] == ["part-location"]


def test_metrics_are_labelled_with_the_cluster_and_exclude_environment_variables(label):
    planned = made(ClusterMonitoring, label, {**MONITORING, "quiet_namespaces": ["velero"]})
    data = {key: text for each in planned.of("ConfigMap") for key, text in each["data"].items()}
    settings = yaml.safe_load(data["prometheus.yml"])
    assert settings["global"]["external_labels"] == {"cluster": "live", "force": "west-midlands"}
    (target,) = settings["remote_write"]
    assert target["azuread"] == {"cloud": "AzurePublic", "sdk": {"tenant_id": IDENTITY["tenant_id"]}}
    import tomllib

    logs = tomllib.loads(data["log-data-collection-settings"])["log_collection_settings"]
    assert logs["env_var"] == {"enabled": False}
    assert logs["stdout"]["exclude_namespaces"] == ["velero"]


def test_platform_pods_have_priority_over_tenants_and_one_storage_class_is_the_default(label):
    planned = made(WorkloadClasses, label, CLASSES)
    values = {each["metadata"]["name"]: each["value"] for each in planned.of("PriorityClass")}
    assert sorted(values, key=values.__getitem__, reverse=True)[0] == "platform-critical"
    assert [each["metadata"]["name"] for each in planned.of("PriorityClass") if each["globalDefault"]] == ["tenant"]
    key = "storageclass.kubernetes.io/is-default-class"
    defaults = {each["metadata"]["name"]: each["metadata"]["annotations"][key] for each in planned.of("StorageClass")}
    assert defaults == {"standard": "true", "retained": "false"}


def test_a_namespace_created_by_an_add_on_is_unchanged(label):
    planned = made(ClusterSecrets, label, {**SECRETS, "create_namespace": False})
    assert planned.of("Namespace") == planned.of("NetworkPolicy") == []


def test_admission_starts_in_audit_mode_if_requested(label):
    planned = made(ClusterAdmission, label, {**ADMISSION, "enforcement": "Audit", "exempt_namespaces": ["azure-arc"]})
    bindings = planned.of("ValidatingAdmissionPolicyBinding")
    assert len(bindings) == len(planned.of("ValidatingAdmissionPolicy")) == 11
    assert {tuple(each["spec"]["validationActions"]) for each in bindings} == {("Audit",)}
    (services,) = [each for each in bindings if each["metadata"]["name"] == "bluelamp-services"]
    (where,) = services["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"]
    assert where["values"] == ["kube-system", "kube-public", "kube-node-lease", "azure-arc", "gateway-system"]
