import re

import pytest
from planned import Planned, plan

from bluelamp.modules.kubernetes.tenant import Tenant

GROUP = "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e01"


def tenant(label, **more) -> Planned:
    return plan(lambda: Tenant("records", {"label": label, "namespace": "records", **more}))


def test_the_namespace_has_the_six_pod_security_labels_and_its_owner(label):
    metadata = tenant(label, pod_security_version="v1.36").one("Namespace")["metadata"]
    prefix = "pod-security.kubernetes.io/"
    security = {key.removeprefix(prefix): value for key, value in metadata["labels"].items() if key.startswith(prefix)}
    assert security == {
        "enforce": "restricted",
        "audit": "restricted",
        "warn": "restricted",
        "enforce-version": "v1.36",
        "audit-version": "v1.36",
        "warn-version": "v1.36",
    }
    assert metadata["name"] == "records"
    assert metadata["annotations"]["bluelamp/business-owner"] == "Head of Digital Platforms"
    assert metadata["annotations"]["bluelamp/cost-centre"] == "WMP-4410"


def test_baseline_can_be_enforced_and_restricted_still_warned_about(label):
    labels = tenant(label, pod_security="baseline").one("Namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
    assert labels["pod-security.kubernetes.io/warn"] == "restricted"
    with pytest.raises(ValueError, match="pod_security is 'privileged'"):
        tenant(label, pod_security="privileged")


def test_the_four_network_policies_deny_everything_but_dns_the_gateway_and_neighbours(label):
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in tenant(label).of("NetworkPolicy")}
    assert set(policies) == {"deny-all", "allow-dns", "allow-ingress-gateway", "allow-same-namespace"}
    assert policies["deny-all"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    (dns,) = policies["allow-dns"]["egress"]
    assert {(port["protocol"], port["port"]) for port in dns["ports"]} == {("UDP", 53), ("TCP", 53)}
    assert dns["to"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "kube-system"}
    (gateway,) = policies["allow-ingress-gateway"]["ingress"]
    assert gateway["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "gateway-system"}}}
    ]
    assert policies["allow-same-namespace"]["ingress"] == [{"from": [{"podSelector": {}}]}]
    assert policies["allow-same-namespace"]["egress"] == [{"to": [{"podSelector": {}}]}]


def test_the_total_resources_of_the_pods_are_limited(label):
    made = tenant(label, quota={"cpu": "8", "pods": 20})
    hard = made.one("ResourceQuota")["spec"]["hard"]
    assert (hard["requests.cpu"], hard["limits.cpu"]) == ("8", "8")
    assert hard["requests.memory"] == "16Gi"
    assert hard["pods"] == "20"
    assert hard["services.loadbalancers"] == hard["services.nodeports"] == "0"
    (limit,) = made.one("LimitRange")["spec"]["limits"]
    assert limit["default"]
    assert limit["defaultRequest"]


def test_groups_get_the_built_in_role_of_their_name(label):
    binding = tenant(label, groups={"edit": GROUP}).one("RoleBinding")
    assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "edit"}
    assert binding["subjects"] == [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": GROUP}]


def test_the_service_account_mounts_no_token(label):
    account = tenant(label).one("ServiceAccount")
    assert account["automountServiceAccountToken"] is False


def test_every_object_of_a_tenant_is_in_its_namespace_and_known_in_a_preview(label):
    made = tenant(label, groups={"view": GROUP})
    inside = [
        each for each in made.resources if each.type.startswith("kubernetes:") and not each.type.endswith("Namespace")
    ]
    assert len(inside) == 8
    assert {each.inputs["metadata"]["namespace"] for each in inside} == {"records"}


def test_egress_rules_are_added_one_by_one(label):
    made = tenant(label, egress=[{"name": "database", "cidr": "10.144.8.0/28", "ports": [1433]}])
    policies = {policy["metadata"]["name"]: policy["spec"] for policy in made.of("NetworkPolicy")}
    (rule,) = policies["allow-egress-database"]["egress"]
    assert rule == {"to": [{"ipBlock": {"cidr": "10.144.8.0/28"}}], "ports": [{"protocol": "TCP", "port": 1433}]}


def test_egress_to_a_host_is_a_cilium_policy(label):
    way = {"name": "sign-in", "hosts": ["login.microsoftonline.com"], "ports": [443], "program": "forecast"}
    made = tenant(label, egress=[way])
    assert "allow-egress-sign-in" not in {each["metadata"]["name"] for each in made.of("NetworkPolicy")}
    policy = made.one("CiliumNetworkPolicy")
    assert policy["metadata"]["name"] == "allow-egress-sign-in"
    assert policy["spec"]["endpointSelector"] == {"matchLabels": {"app.kubernetes.io/name": "forecast"}}
    assert policy["spec"]["egress"][1]["toFQDNs"] == [{"matchName": "login.microsoftonline.com"}]


@pytest.mark.parametrize(
    ("way", "message"),
    [
        ({}, "egress 'a': has neither of cidr and hosts; give one of them"),
        ({"cidr": "10.1.1.0/24", "hosts": ["a.example"]}, "egress 'a': has both of cidr and hosts; give one of them"),
        ({"hosts": []}, "egress 'a': hosts is empty; name the hosts that are needed"),
        (
            {"hosts": ["*.example"]},
            "egress 'a': host '*.example' is not a host name; write it in full and in lower case",
        ),
        ({"hosts": ["https://a.example"]}, "egress 'a': host 'https://a.example' is not a host name"),
    ],
)
def test_egress_is_to_a_range_or_to_hosts(label, way, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        tenant(label, egress=[{"name": "a", "ports": [443], **way}])


def test_monitoring_may_read_metrics_if_it_is_named(label):
    policies = {
        policy["metadata"]["name"]: policy
        for policy in tenant(label, monitoring_namespace="monitoring").of("NetworkPolicy")
    }
    (rule,) = policies["allow-monitoring"]["spec"]["ingress"]
    assert rule == {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]}


def test_a_repository_is_followed_with_edit_rights_in_the_namespace_only(label):
    made = tenant(label, gitops={"url": "https://git.example.org/a", "path": "./live", "secret_name": "key"})
    source, sync = made.one("GitRepository")["spec"], made.one("Kustomization")["spec"]
    assert source["ref"] == {"branch": "main"}
    assert source["secretRef"] == {"name": "key"}
    assert (sync["serviceAccountName"], sync["targetNamespace"], sync["path"]) == ("gitops", "records", "./live")
    assert sync["sourceRef"] == {"kind": "GitRepository", "name": "gitops"}
    binding = made.one("RoleBinding")
    assert binding["roleRef"]["name"] == "edit"
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "gitops", "namespace": "records"}]


def test_volumes_and_containers_are_limited_on_request(label):
    made = tenant(label, quota={"storage": "100Gi", "volumes": 4}, limits={"cpu": "1", "most_memory": "4Gi"})
    hard = made.one("ResourceQuota")["spec"]["hard"]
    assert (hard["requests.storage"], hard["persistentvolumeclaims"]) == ("100Gi", "4")
    (limit,) = made.one("LimitRange")["spec"]["limits"]
    assert limit["default"] == {"cpu": "1", "memory": "512Mi"}
    assert limit["max"] == {"memory": "4Gi"}


def test_every_mistake_in_a_tenant_is_reported_at_once(label):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole message is compared
        tenant(
            label,
            pod_security="privileged",
            egress=[
                {"name": "a", "cidr": "0.0.0.0/0", "ports": [70000]},
                {"name": "a", "cidr": "10.1.1.1/24", "ports": []},
            ],
            gitops={"url": "git@example.org:a"},
        )
    assert str(refusal.value) == (
        "Tenant 'records': pod_security is 'privileged'; use restricted or baseline; "
        "egress has two targets named 'a'; give each its own name; "
        "egress 'a': 0.0.0.0/0 covers all addresses; name the range that is needed; "
        "egress 'a': port 70000 does not exist; use 1 to 65535; "
        "egress 'a': cidr is '10.1.1.1/24'; use an address range such as 10.144.8.0/28; "
        "egress 'a': ports is empty; name the TCP ports that are needed; "
        "gitops.url is 'git@example.org:a'; use https:// or ssh://"
    )
