"""On-premises clusters: the content of a class, and the mistakes that are refused before any request to a server."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from planned import Planned, plan

from bluelamp.modules.kubernetes.bare_metal_hosts import BareMetalHosts
from bluelamp.modules.kubernetes.cluster import Cluster
from bluelamp.modules.kubernetes.cluster_addons import ClusterAddons
from bluelamp.modules.kubernetes.cluster_class import ClusterClass
from bluelamp.modules.kubernetes.vsphere_sites import VsphereSites

VSPHERE = {
    "server": "vcenter.example",
    "identity": "essex",
    "datacenter": "headquarters",
    "template": "kube-v1.36.3",
    "network": "kubernetes",
}
METAL3 = {"cluster": "custody", "image_url": "https://images.example/kube.qcow2", "image_checksum": "0" * 64}
ENTRA = {"tenant_id": "3f6c1f0a-6f0e-4b2f-9d7b-0f5a4f1f2a11", "client_id": "6a0b9a52-98bb-4d39-8a6e-0b8a0e1e7c22"}


def class_of(label: Any, **more: Any) -> dict[str, Any]:
    where = {"metal3": METAL3} if more.get("infrastructure") == "metal3" else {"vsphere": VSPHERE}
    args = {"label": label, "namespace": "clusters", "infrastructure": "vsphere", "distribution": "kubeadm"}
    return {**args, **where, **more}


def made(label: Any, **more: Any) -> Planned:
    return plan(lambda: ClusterClass("live", class_of(label, **more)))


def spec(planned: Planned, kind: str) -> dict[str, Any]:
    found = [each for each in planned.of(kind) if each.get("kind") == kind]
    assert len(found) == 1
    return found[0]["spec"]


def files(machine: dict[str, Any]) -> dict[str, str]:
    return {each["path"]: each["content"] for each in machine["files"]}


def kubeadm(planned: Planned) -> dict[str, Any]:
    return spec(planned, "KubeadmControlPlaneTemplate")["template"]["spec"]["kubeadmConfigSpec"]


def rke2(planned: Planned) -> dict[str, Any]:
    return spec(planned, "RKE2ControlPlaneTemplate")["template"]["spec"]


def flags(planned: Planned) -> dict[str, str]:
    server = kubeadm(planned)["clusterConfiguration"]["apiServer"]
    return {each["name"]: each["value"] for each in server["extraArgs"]}


def test_a_class_changes_its_name_with_its_content_only(label):
    def names(planned: Planned) -> set[str]:
        return {each.inputs["metadata"]["name"] for each in planned.resources if "metadata" in each.inputs}

    first, again = made(label), made({**label, "business_owner": "Somebody else"})
    changed = made(label, vsphere={**VSPHERE, "template": "kube-v1.36.4"})
    assert names(first) == names(again)
    assert not names(first) & names(changed)
    assert [each.name for each in first.resources] == [each.name for each in changed.resources]


def test_a_class_refers_only_to_its_own_templates(label):
    for more in ({}, {"distribution": "rke2"}, {"infrastructure": "metal3"}):
        planned = made(label, **more)
        there = {
            (each.inputs["apiVersion"], each.inputs["kind"], each.inputs["metadata"]["name"])
            for each in planned.resources
            if "kind" in each.inputs
        }
        text = json.dumps(spec(planned, "ClusterClass"))
        references = [json.loads(part) for part in _objects(text) if '"name"' in part and '"apiVersion"' in part]
        assert len(references) == 5
        assert {(each["apiVersion"], each["kind"], each["name"]) for each in references} <= there


def _objects(text: str) -> list[str]:
    """The innermost objects in a JSON text that refer to an object by version."""
    return ["{" + part.split("{")[-1] + "}" for part in text.split("}") if '"apiVersion"' in part.split("{")[-1]]


def test_the_api_server_of_kubeadm_is_hardened(label):
    planned = made(label, entra=ENTRA)
    found, written = flags(planned), files({"files": [f for f in kubeadm(planned)["files"] if "content" in f]})
    assert found["profiling"] == "false"
    assert found["tls-min-version"] == "VersionTLS12"
    assert found["encryption-provider-config"].startswith("/etc/kubernetes/policy/")
    for flag in ("audit-policy-file", "admission-control-config-file", "authentication-config"):
        assert found[flag] in written
    admission = yaml.safe_load(written[found["admission-control-config-file"]])
    assert admission["plugins"][0]["configuration"]["defaults"]["enforce"] == "restricted"
    people = yaml.safe_load(written[found["authentication-config"]])
    assert people["jwt"][0]["issuer"]["audiences"] == [ENTRA["client_id"]]
    assert {each["path"] for each in people["anonymous"]["conditions"]} >= {"/livez", "/readyz"}
    kubelet = kubeadm(planned)["joinConfiguration"]["nodeRegistration"]["kubeletExtraArgs"]
    assert {"name": "protect-kernel-defaults", "value": "true"} in kubelet


def test_rke2_uses_its_cis_profile(label):
    found = rke2(made(label, distribution="rke2"))
    assert found["agentConfig"]["cisProfile"] == "cis"
    assert found["agentConfig"]["podSecurityAdmissionConfigFile"] in files(found)
    assert found["serverConfig"]["secretsEncryption"] == {"provider": "secretbox"}
    arguments = found["serverConfig"]["kubeAPIServer"]["extraArgs"]
    assert "anonymous-auth=false" in arguments
    assert "audit-policy-file=/etc/rancher/rke2/policy/audit-policy.yaml" in arguments
    # The API server refuses to start if both settings define anonymous access.
    assert "anonymous" not in yaml.safe_load(files(found)["/etc/rancher/rke2/policy/authentication.yaml"])


def test_etcd_is_backed_up_at_the_given_interval(label):
    backup = {"every_hours": 8, "keep_days": 30, "nfs_export": "nas.example:/etcd"}
    found = rke2(made(label, distribution="rke2", etcd_backup=backup))
    assert found["serverConfig"]["etcd"]["backupConfig"] == {
        "directory": "/var/backups/etcd",
        "scheduleCron": "0 0,8,16 * * *",
        "retention": "90",
    }
    assert "What=nas.example:/etcd" in files(found)["/etc/systemd/system/var-backups-etcd.mount"]
    written = {each["path"]: each["content"] for each in kubeadm(made(label, etcd_backup=backup))["files"]}
    assert "OnCalendar=*-*-* 0,8,16:00:00 UTC" in written["/etc/systemd/system/etcd-backup.timer"]
    assert '-mtime "+30"' in written["/usr/local/sbin/etcd-backup"]


def test_images_come_from_the_named_registry_only(label):
    planned = made(label, registry="registry.example")
    assert kubeadm(planned)["clusterConfiguration"]["imageRepository"] == "registry.example/registry.k8s.io"
    hosts = files(kubeadm(planned))["/etc/containerd/certs.d/quay.io/hosts.toml"]
    assert hosts.count("registry.example/v2/quay.io") == 2
    assert "https://quay.io" not in hosts
    found = rke2(made(label, distribution="rke2", registry="registry.example"))
    assert found["agentConfig"]["airGapped"] is True
    mirrors = found["privateRegistriesConfig"]["mirrors"]
    assert {each["endpoint"][0] for each in mirrors.values()} == {"https://registry.example"}
    addressing = json.dumps(spec(planned, "ClusterClass")["patches"])
    assert "image: registry.example/ghcr.io/kube-vip/kube-vip" in addressing


def test_machines_are_checked_and_a_failing_site_is_left_to_people(label):
    health = spec(made(label), "ClusterClass")["controlPlane"]["healthCheck"]
    assert {each["status"] for each in health["checks"]["unhealthyNodeConditions"]} == {"False", "Unknown"}
    assert health["remediation"]["triggerIf"]["unhealthyLessThanOrEqualTo"] == "40%"


def test_manifests_have_no_secret(label):
    planned = made(label, entra=ENTRA, registry="registry.example")
    assert planned.of("Secret") == []
    encryption = next(each for each in spec(planned, "ClusterClass")["patches"] if each["name"] == "encryption")
    template = encryption["definitions"][0]["jsonPatches"][0]["valueFrom"]["template"]
    assert yaml.safe_load(template)["contentFrom"]["secret"]["key"] == "encryption.yaml"


@pytest.mark.parametrize("distribution", ["kubeadm", "rke2"])
def test_the_variables_of_a_class_give_well_formed_values(label, distribution):
    patches = {each["name"]: each for each in spec(made(label, distribution=distribution), "ClusterClass")["patches"]}
    steps = [step for each in patches.values() for part in each["definitions"] for step in part["jsonPatches"]]
    filled = {
        step["path"]: step["valueFrom"]["template"]
        .replace("{{ .controlPlaneEndpoint.host }}", "10.160.0.10")
        .replace("{{ .controlPlaneEndpoint.port }}", "6443")
        for step in steps
        if "template" in step["valueFrom"]
    }
    assert all(yaml.safe_load(text) for text in filled.values())
    template = patches["address"]["definitions"][0]["jsonPatches"][0]["valueFrom"]["template"]
    pod = yaml.safe_load(yaml.safe_load(template.replace("{{ .controlPlaneEndpoint.host }}", "10.160.0.10"))["content"])
    environment = {each["name"]: each["value"] for each in pod["spec"]["containers"][0]["env"]}
    assert environment["address"] == "10.160.0.10"
    assert pod["spec"]["volumes"][0]["hostPath"]["path"].endswith((".conf", "rke2.yaml"))


def test_bare_metal_machines_get_their_names(label):
    planned = made(label, infrastructure="metal3")
    data = {each["metadata"]["name"] for each in planned.of("Metal3DataTemplate")}
    machines = planned.of("Metal3MachineTemplate")
    assert {each["spec"]["template"]["spec"]["dataTemplate"]["name"] for each in machines} == data
    assert len(data) == 2


CLUSTER = {"namespace": "clusters", "class_name": "live-0a1b2c3d", "version": "v1.36.3", "endpoint": "10.160.0.10"}
HOST = {
    "bmc_address": "redfish+https://10.160.4.11/redfish/v1/Systems/1",
    "bmc_secret": "bmc",
    "boot_mac_address": "0c:42:a1:00:00:01",
}
SITE = {"datacenter": "/hq", "compute_cluster": "/hq/host/a", "networks": ["kubernetes"]}


def test_a_cluster_has_its_tier_pools_and_address(label):
    workers = {"records": {"replicas": 5, "failure_domain": "headquarters"}}
    args = {"label": label, **CLUSTER, "tier": "non-live", "workers": workers, "addons": "platform"}
    planned = plan(lambda: Cluster("non-live", args))
    found = planned.one("Cluster", apiVersion="cluster.x-k8s.io/v1beta2")
    assert found["metadata"]["labels"]["bluelamp/tier"] == "non-live"
    topology = found["spec"]["topology"]
    assert topology["workers"]["machineDeployments"] == [
        {"class": "workers", "name": "records", "replicas": 5, "failureDomain": "headquarters"}
    ]
    assert topology["variables"] == [{"name": "controlPlaneEndpoint", "value": {"host": "10.160.0.10", "port": 6443}}]


def test_addons_are_installed_in_the_clusters_that_name_them(label):
    text = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n"
    args = {"label": label, "namespace": "clusters", "manifests": {"cilium": text}, "secrets": ["vsphere-cpi"]}
    found = plan(lambda: ClusterAddons("platform", args)).one("ClusterResourceSet")["spec"]
    assert found["strategy"] == "Reconcile"
    assert found["clusterSelector"] == {"matchLabels": {"bluelamp/addons": "platform"}}
    assert found["resources"] == [
        {"kind": "ConfigMap", "name": "platform-cilium"},
        {"kind": "Secret", "name": "vsphere-cpi"},
    ]


def test_a_force_signs_in_to_its_own_clusters_only(label):
    args = {"label": label, "server": "vcenter.example", "identity_secret": "vcenter", "sites": {"hq": SITE}}
    planned = plan(lambda: VsphereSites("wmp", args))
    allowed = planned.one("VSphereClusterIdentity")["spec"]["allowedNamespaces"]
    assert allowed == {"selector": {"matchLabels": {"bluelamp/force": "west-midlands"}}}
    assert planned.one("VSphereDeploymentZone")["spec"]["failureDomain"] == "hq"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda a: ClusterClass("live", class_of(**a, distribution="k3s")), "'k3s'; use kubeadm or rke2"),
        (lambda a: ClusterClass("live", class_of(**a, vshpere={})), "did you mean vsphere"),
        (lambda a: ClusterClass("live", {**class_of(**a), "metal3": METAL3}), "infrastructure is vsphere; leave one"),
        (
            lambda a: ClusterClass("live", {k: v for k, v in class_of(**a).items() if k != "vsphere"}),
            "vsphere is required where infrastructure is vsphere",
        ),
        (lambda a: ClusterClass("live", class_of(**a, etcd_backup={"every_hours": 5})), "every_hours is 5; use a div"),
        (
            lambda a: ClusterClass("live", class_of(**a, vsphere={**VSPHERE, "workers": {"cpus": 1}})),
            "vsphere.workers.cpus is 1; use 2 or more",
        ),
        (lambda a: ClusterClass("Live", class_of(**a)), "use lower-case letters"),
        (lambda a: Cluster("live", {**a, **CLUSTER, "version": "1.36"}), "version is '1.36'; write it as v1.36.3"),
        (lambda a: Cluster("live", {**a, **CLUSTER, "control_plane_replicas": 2}), "etcd needs an odd number"),
        (lambda a: Cluster("live", {**a, **CLUSTER, "tier": "test"}), "'test'; use live or non-live"),
        (lambda a: Cluster("live", {**a, **CLUSTER, "pod_cidr": "100.65.0.0/17"}), "100.65.0.0/17 overlaps service"),
        (lambda a: Cluster("live", {**a, **CLUSTER, "endpoint": "api"}), "endpoint is 'api'"),
        (
            lambda a: Cluster("live", {**a, **CLUSTER, "service_account_issuer": "http://x"}),
            "'http://x'; use https:// and no slash",
        ),
        (
            lambda a: ClusterAddons("a", {**a, "namespace": "c", "manifests": {"x": "kind: Secret"}}),
            "manifests.x has a Secret in it",
        ),
        (lambda a: ClusterAddons("a", {**a, "namespace": "c", "manifests": {"x": "a: ["}}), "manifests.x is not YAML"),
        (
            lambda a: BareMetalHosts(
                "a", {**a, "namespace": "c", "hosts": {"h": {**HOST, "bmc_address": "ipmi://10.0.0.1"}}}
            ),
            "hosts.h.bmc_address is 'ipmi://10.0.0.1'",
        ),
        (
            lambda a: BareMetalHosts("a", {**a, "namespace": "c", "hosts": {"h": {**HOST, "boot_mac_address": "0C"}}}),
            "boot_mac_address is '0C'; write it as",
        ),
        (
            lambda a: VsphereSites("a", {**a, "server": "v", "identity_secret": "s", "sites": {}}),
            "sites is empty; name at least one",
        ),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_allowed(label, make: Callable[[Any], object], message: str):
    with pytest.raises(ValueError, match=message):
        plan(lambda: make({"label": label}))
