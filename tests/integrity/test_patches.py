"""Resources that patch others: the patched result is judged, wherever the patched object is declared."""

import copy
import json

import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2 as proto

from bluelamp.core.server_side_apply import Apply, builtin
from bluelamp.policies import UNKNOWN, judge, rules
from bluelamp.policies.pack.analyzer import Analyzer
from bluelamp.resources import from_state
from tests.integrity import workloads as w
from tests.thorough import tries

THOROUGH = settings(max_examples=tries(1200), derandomize=True, deadline=None, database=None)
names = st.sampled_from(["records", "a", "x-1", "kube-system", "patch"])
kinds = st.sampled_from(w.ALL)

EXCEPTED = {"BL-K8S-003", "BL-K8S-004", "BL-K8S-005", "BL-K8S-007", "BL-K8S-043", "BL-K8S-048", "BL-K8S-052"}


def base_of(version, kind, name="records", namespace="records", pod=None):
    return w.resource(w.token(version, kind), "base", w.manifest(version, kind, name, namespace, pod or w.POD))


def patch_of(version, kind, pod, name="records", namespace="records", urn="patch"):
    properties = w.manifest(version, kind, name, namespace, pod)
    return w.resource(f"{w.token(version, kind)}Patch", urn, properties)


def test_a_compliant_deployment_patched_to_privileged_fails():
    attack = {"containers": [{"name": "app", "securityContext": {"privileged": True}}]}
    base, patch = base_of("apps/v1", "Deployment"), patch_of("apps/v1", "Deployment", attack)
    (failure,) = [each for each in judge([base, patch]) if each.rule in w.MANDATORY and each.verdict == "fail"]
    assert (failure.rule, failure.urn) == ("BL-K8S-001", patch.urn)
    assert failure.path == "spec.template.spec.containers[0].securityContext.privileged"
    assert failure.message.startswith("patch of Deployment records/records: ")


@THOROUGH
@given(
    kinds, st.sampled_from(w.ATTACKS), names, names, st.booleans(), st.integers(0, 2), st.randoms(use_true_random=False)
)
def test_a_patched_value_is_judged_with_and_without_its_base(kind, attack, name, namespace, there, harmless, random):
    rule, change = attack
    patches = [patch_of(*kind, {"priority": index}, name, namespace, f"harmless-{index}") for index in range(harmless)]
    patch = patch_of(*kind, change, name, namespace)
    resources = [*([base_of(*kind, name, namespace)] if there else []), *patches, patch]
    random.shuffle(resources)
    found = w.verdicts(*resources)
    # Windows pods and pods with a user namespace are exceptions, and a patch alone does not show which pod it changes.
    assert found[rule, "patch"] in ({"fail"} if there or rule not in EXCEPTED else {"unknown"})
    if there:
        assert found[rule, "base"] != "fail"
    for (each, of), verdict in found.items():
        if of.startswith("harmless") and there and each in w.MANDATORY:
            assert verdict in {"pass", "not applicable", "fail"}
        if of.startswith("harmless") and not there:
            assert verdict != "pass" or each in {"BL-K8S-024"}


@THOROUGH
@given(
    kinds,
    st.sampled_from([{}, {"priority": 1}, {"containers": [{"name": "app", "env": [{"name": "A", "value": "b"}]}]}]),
)
def test_a_patch_of_an_unknown_object_never_passes(kind, change):
    for name, namespace in (("other", "records"), ("records", "other"), (UNKNOWN, "records"), ("records", UNKNOWN)):
        found = w.verdicts(base_of(*kind), patch_of(*kind, change, name, namespace))
        pods = {rule for rule, of in found if of == "base"} - {"BL-K8S-024"}
        unsure = {rule for rule in pods & w.MANDATORY if found[rule, "patch"] == "unknown"}
        assert {"BL-K8S-001", "BL-K8S-002", "BL-K8S-003", "BL-K8S-006", "BL-K8S-052"} <= unsure
        assert all(found[rule, "patch"] != "pass" for rule in pods - {"BL-K8S-084"})


@settings(THOROUGH, max_examples=tries(400))
@given(kinds, st.sampled_from(["containers", "initContainers"]), st.booleans())
def test_a_patchs_additions_are_judged_completely(kind, place, there):
    resources = [*([base_of(*kind)] if there else []), patch_of(*kind, {place: [w.BARE]})]
    found = w.verdicts(*resources)
    for rule in w.BROKEN_BY_BARE:
        assert found[rule, "patch"] == ("fail" if there else "unknown")


@settings(THOROUGH, max_examples=tries(400))
@given(kinds, st.sampled_from([each for each in w.ATTACKS if each[0] not in {"BL-K8S-010"}]))
def test_a_failure_of_the_base_is_reported_once(kind, attack):
    rule, change = attack
    merged = Apply()(copy.deepcopy(w.POD), change, builtin("v1", "Pod").field("spec"))
    found = w.verdicts(base_of(*kind, pod=merged), patch_of(*kind, {"priority": 1}))
    assert found[rule, "base"] == "fail"
    assert found[rule, "patch"] == "not applicable"


@settings(THOROUGH, max_examples=tries(400))
@given(kinds, st.sampled_from(w.ATTACKS), st.integers(2, 4))
def test_several_patches_with_the_same_violation_do_not_hide_one_another(kind, attack, count):
    rule, change = attack
    patches = [patch_of(*kind, change, urn=f"patch-{index}") for index in range(count)]
    found = w.verdicts(base_of(*kind), *patches)
    assert "fail" in {found[rule, each.name] for each in patches}


REMOVALS = [
    ({"securityContext": {"runAsNonRoot": None}}, "BL-K8S-004", "fail"),
    ({"securityContext": {"seccompProfile": {"type": None}}}, "BL-K8S-007", "fail"),
    ({"automountServiceAccountToken": None}, "BL-K8S-014", "fail"),
    ({"containers": [{"name": "app", "securityContext": {"capabilities": {"drop": None}}}]}, "BL-K8S-005", "fail"),
    # The server merges objects and keyed lists and does not clear them.
    ({"securityContext": None}, "BL-K8S-004", "pass"),
    ({"containers": [{"name": "app", "securityContext": None}]}, "BL-K8S-003", "pass"),
]


@pytest.mark.parametrize("kind", w.ALL)
@pytest.mark.parametrize(("change", "rule", "verdict"), REMOVALS)
def test_null_removes_atomic_fields(kind, change, rule, verdict):
    assert w.verdicts(base_of(*kind), patch_of(*kind, change))[rule, "patch"] == verdict
    assert w.verdicts(patch_of(*kind, change))[rule, "patch"] == "unknown"


@pytest.mark.parametrize(
    ("rule", "type_", "base", "change"),
    [
        ("BL-K8S-030", "rbac.authorization.k8s.io/v1:ClusterRole", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}, {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}),
        ("BL-K8S-030", "rbac.authorization.k8s.io/v1:ClusterRole", {"rules": []}, {"aggregationRule": {"clusterRoleSelectors": [{}]}}),
        ("BL-K8S-031", "rbac.authorization.k8s.io/v1:ClusterRoleBinding", {"roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}}, {"subjects": [{"kind": "User", "name": "u"}]}),
        ("BL-K8S-080", "rbac.authorization.k8s.io/v1:RoleBinding", {"roleRef": {"kind": "Role", "name": "r"}}, {"subjects": [{"kind": "Group", "name": "system:authenticated"}]}),
        ("BL-K8S-020", "core/v1:Namespace", {}, {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}),
        ("BL-K8S-061", "core/v1:Service", {"spec": {"type": "ClusterIP"}}, {"spec": {"type": "NodePort"}}),
        ("BL-K8S-063", "core/v1:Service", {"spec": {"type": "ClusterIP"}}, {"spec": {"externalIPs": ["192.0.2.1"]}}),
        ("BL-K8S-090", "core/v1:ConfigMap", {"data": {"a": "b"}}, {"data": {"password": "hunter2"}}),
        ("BL-K8S-025", "networking.k8s.io/v1:NetworkPolicy", {"spec": {"podSelector": {}}}, {"spec": {"ingress": [{}]}}),
        ("BL-K8S-013", "core/v1:ServiceAccount", {"automountServiceAccountToken": False}, {"automountServiceAccountToken": True}),
        ("BL-K8S-088", "core/v1:PersistentVolume", {"spec": {}}, {"spec": {"hostPath": {"path": "/"}}}),
        ("BL-K8S-001", "argoproj.io/v1alpha1:Rollout", {"spec": {"template": {"spec": w.POD}}}, {"spec": {"template": {"spec": {"containers": [{"name": "app", "securityContext": {"privileged": True}}]}}}}),
        ("BL-K8S-002", "argoproj.io/v1alpha1:Rollout", {"spec": {"template": {"spec": w.POD}}}, {"spec": {"template": {"spec": {"hostNetwork": True}}}}),
    ],
)  # fmt: skip
def test_every_kind_of_patch_is_judged(rule, type_, base, change):
    metadata = {"name": "one", "namespace": "records"}
    patched = {**change, "metadata": {**change.get("metadata", {}), **metadata}}
    resources = [w.resource(f"kubernetes:{type_}", "base", {**base, "metadata": metadata})]
    patch = w.resource(f"kubernetes:{type_}Patch", "patch", patched)
    assert w.verdicts(*resources, patch)[rule, "patch"] == "fail"
    assert w.verdicts(patch)[rule, "patch"] in {"fail", "unknown"}


def test_a_namespace_whose_policy_is_patched_open_is_not_closed():
    metadata = {"name": "deny", "namespace": "records"}
    namespace = w.resource("kubernetes:core/v1:Namespace", "ns", {"metadata": {"name": "records"}})
    closed = {"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}, "metadata": metadata}
    policy = w.resource("kubernetes:networking.k8s.io/v1:NetworkPolicy", "policy", closed)
    opened = {"spec": {"egress": [{}]}, "metadata": metadata}
    patch = w.resource("kubernetes:networking.k8s.io/v1:NetworkPolicyPatch", "patch", opened)
    assert w.verdicts(namespace, policy)["BL-K8S-021", "ns"] == "pass"
    assert w.verdicts(namespace, policy, patch)["BL-K8S-021", "ns"] == "fail"
    unknown = w.resource(patch.type, "patch", {**opened, "metadata": {"name": UNKNOWN, "namespace": "records"}})
    assert w.verdicts(namespace, policy, unknown)["BL-K8S-021", "ns"] != "pass"


def test_a_secret_of_the_base_is_not_printed_in_a_finding_of_the_patch():
    pod = copy.deepcopy(w.POD)
    pod["containers"][0]["env"] = [{"name": "PASSWORD", "value": "hunter2-and-more"}]
    secret = frozenset({"spec.template.spec.containers[0].env[0].value"})
    base = w.resource(
        "kubernetes:apps/v1:Deployment",
        "base",
        w.manifest("apps/v1", "Deployment", "records", "records", pod),
        secrets=secret,
    )
    patch = patch_of(
        "apps/v1",
        "Deployment",
        {"containers": [{"name": "app", "env": [{"name": "SECOND_TOKEN", "value": "hunter2-and-more"}]}]},
    )
    assert "hunter2" not in json.dumps([[each.message, each.observed] for each in judge([base, patch])], default=str)


def pack_findings(resources):
    """The pack's findings on `resources`, one by one and then together: (rule, URN)."""
    analyzer = Analyzer(rules(), "1.0.0")
    found = []
    for each in resources:
        properties = json_format.ParseDict(each.properties, struct_pb2.Struct())
        request = proto.AnalyzeRequest(type=each.type, urn=each.urn, name=each.name, properties=properties)
        found += analyzer.Analyze(request, None).diagnostics
    together = [proto.AnalyzerResource(type=each.type, urn=each.urn, name=each.name) for each in resources]
    found += analyzer.AnalyzeStack(proto.AnalyzeStackRequest(resources=together), None).diagnostics
    reported = [(each.policyName, each.urn) for each in found if "unknown" not in each.message]
    assert len(set(reported)) == len(reported), "reported once"
    return set(reported)


@settings(THOROUGH, max_examples=40)
@given(kinds, st.sampled_from(w.ATTACKS), st.booleans())
def test_the_pack_and_the_state_agree_with_the_plan(kind, attack, there):
    patch = patch_of(*kind, attack[1])
    resources = [*([base_of(*kind)] if there else []), patch]
    failing = {(each.rule, each.urn) for each in judge(resources) if each.verdict == "fail"}
    assert (attack[0], patch.urn) in failing or (not there and attack[0] in EXCEPTED)
    assert pack_findings(resources) == pack_findings(resources[::-1]) == failing
    state = [{"urn": each.urn, "type": each.type, "custom": True, "inputs": each.properties} for each in resources]
    stored = from_state({"deployment": {"resources": state}})
    assert {(each.rule, each.urn) for each in judge(stored) if each.verdict == "fail"} == failing


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-1, 99), st.just(UNKNOWN), st.sampled_from(["a", "app", "*"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "spec", "template", "containers", "metadata", "labels", "rules", "image"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(THOROUGH, max_examples=tries(600))
@given(
    st.sampled_from(
        ["apps/v1:Deployment", "rbac.authorization.k8s.io/v1:ClusterRole", "core/v1:Namespace", "a.example/v1:Thing"]
    ),
    st.dictionaries(st.sampled_from(["metadata", "spec", "rules", "aggregationRule", "kind"]), json_values),
    st.dictionaries(st.sampled_from(["metadata", "spec", "rules", "aggregationRule", "kind"]), json_values),
)
def test_nothing_malformed_stops_the_judging(type_, base, patch):  # test_malformed_values_never_stop_the_judging
    resources = [
        w.resource(f"kubernetes:{type_}", "base", base),
        w.resource(f"kubernetes:{type_}Patch", "patch", patch),
    ]
    judged = w.BASELINE.judge(resources)
    assert len({(each.rule, each.urn) for each in judged}) == len(judged)


def test_lists_merge_by_their_schema():
    pod, over = builtin("v1", "Pod").field("spec"), Apply()
    container = {"name": "app", "ports": [{"containerPort": 80}], "command": ["a", "b"]}
    change = {
        "name": "app",
        "ports": [{"containerPort": 80, "protocol": "TCP", "name": "web"}, {"containerPort": 80, "protocol": "UDP"}],
        "command": ["c"],
    }
    (merged,) = over({"containers": [container]}, {"containers": [change]}, pod)["containers"]
    assert merged["ports"] == [
        {"containerPort": 80, "protocol": "TCP", "name": "web"},
        {"containerPort": 80, "protocol": "UDP"},
    ]
    assert merged["command"] == ["c"], "a list without keys is replaced"
    meta = over({"metadata": {"finalizers": ["a"]}}, {"metadata": {"finalizers": ["b", "a"]}}, builtin("v1", "Pod"))
    assert meta["metadata"]["finalizers"] == ["a", "b"], "a set is united"
    selector = over(
        {"spec": {"selector": {"matchLabels": {"a": "b"}}}},
        {"spec": {"selector": {"matchLabels": {"c": "d"}}}},
        builtin("apps/v1", "Deployment"),
    )
    assert selector["spec"]["selector"] == {"matchLabels": {"c": "d"}}, "an atomic object is replaced"
