"""Pods in kinds that no rule knows are judged as any pod, whatever the kind and wherever its pods are."""

import base64
import copy
import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.policies import UNKNOWN, judge
from bluelamp.policies.kubernetes._workloads import PODS
from tests.integrity import workloads as w
from tests.thorough import tries

THOROUGH = settings(max_examples=tries(1800), derandomize=True, deadline=None, database=None)

keys = st.sampled_from(["template", "workers", "a", "podTemplate", "jobTemplate", "b.c/d", "replicaSpecs", "0", "head"])
steps = st.lists(st.one_of(keys, st.just(0), st.just(2)), max_size=5)
types = st.sampled_from(
    [
        "argoproj.io/v1alpha1:Rollout",
        "serving.knative.dev/v1:Service",
        "apps.kruise.io/v1alpha1:CloneSet",
        "jobset.x-k8s.io/v1alpha2:JobSet",
        "kubeflow.org/v1:PyTorchJob",
        "keda.sh/v1alpha1:ScaledJob",
        "batch.volcano.sh/v1alpha1:Job",
        "ray.io/v1:RayCluster",
        "kafka.strimzi.io/v1:Kafka",
        "sparkoperator.k8s.io/v1beta2:SparkApplication",
        "leaderworkerset.x-k8s.io/v1:LeaderWorkerSet",
        "nobody.example/v7:Anything",
    ]
)
# Rules about the kind that runs the pod, not about the pod.
POD_RULES = {rule.id for rule in w.RULES if all(rule.places(wanted.replace("*", "v1")) for wanted in PODS)} - {
    "BL-K8S-024"
}


def placed(steps, value):
    """`value` below keys and, for a number, in a list with that many items before it."""
    for step in reversed(steps):
        value = [{"other": 1}] * step + [value] if isinstance(step, int) else {step: value}
    return {
        "metadata": {"name": "x", "namespace": "records"},
        "spec": value if isinstance(value, dict) else {"items": value},
    }


def custom(type_, properties, **more):
    version, kind = type_.split(":")
    return w.resource(f"kubernetes:{type_}", "custom", {"apiVersion": version, "kind": kind, **properties}, **more)


def _cases():
    """The pods of the rules' own cases, and those that break one rule each."""
    for rule in w.RULES:
        for case in rule.cases:
            first = case.resources[0]
            if rule.id in POD_RULES and first.type == "kubernetes:core/v1:Pod" and not case.parameters:
                yield first.properties
    for _, change in w.ATTACKS:
        yield {"spec": {**copy.deepcopy(w.POD), **change}}


PODS_OF_CASES = [each for each in _cases() if isinstance(each.get("spec"), dict)]


def complete(pod):
    """The pod with known containers, and each container with an image, as every pod has them."""
    spec = dict(pod["spec"])
    for key in ("containers", "initContainers", "ephemeralContainers"):
        if isinstance(spec.get(key), list):
            spec[key] = [{"image": "a", **each} if isinstance(each, dict) else each for each in spec[key]]
    known = isinstance(spec.get("containers"), list) and spec["containers"]
    return {**pod, "spec": spec if known else {**spec, "containers": [w.CONTAINER]}}


@THOROUGH
@given(types, steps, st.sampled_from(PODS_OF_CASES))
def test_a_nested_pod_has_the_verdicts_of_a_pod_template(type_, path, case):
    pod = complete(case)
    metadata = {"name": "x", "namespace": "records"}
    known = w.resource("kubernetes:core/v1:PodTemplate", "known", {"metadata": metadata, "template": pod})
    wanted, found = w.verdicts(known), w.verdicts(custom(type_, placed(path, pod)))
    for rule in POD_RULES:
        assert found[rule, "custom"] == wanted[rule, "known"], (rule, path)


@settings(THOROUGH, max_examples=tries(700))
@given(types, steps, st.sampled_from(w.ATTACKS), st.integers(0, 3), st.integers(0, 3))
def test_one_bad_pod_among_good_ones_is_found_at_its_path(type_, path, attack, before, after):
    rule, change = attack
    good, bad = {"spec": copy.deepcopy(w.POD)}, {"spec": copy.deepcopy(w.POD)}
    for key, value in change.items():
        if isinstance(value, list) and key == "containers":
            bad["spec"][key] = [
                {
                    **w.CONTAINER,
                    **value[0],
                    "securityContext": {**w.CONTAINER["securityContext"], **value[0].get("securityContext", {})},
                }
            ]
        else:
            bad["spec"][key] = value
    resource = custom(type_, placed([*path, "many"], [good] * before + [bad] + [good] * after))
    (failure,) = judge([resource], [each for each in w.RULES if each.id == rule])
    assert failure.verdict == "fail"
    assert f"many[{before}].spec" in failure.path


@settings(THOROUGH, max_examples=tries(300))
@given(
    types,
    steps,
    st.sampled_from(["containers", "initContainers"]),
    st.sampled_from([UNKNOWN, [UNKNOWN], [{"name": "a", "image": "b", "securityContext": UNKNOWN}]]),
)
def test_an_unknown_value_in_a_pod_is_unknown(type_, path, key, value):
    pod = {"spec": {**copy.deepcopy(w.POD), key: value}}
    found = w.verdicts(custom(type_, placed(path, pod)))
    assert found["BL-K8S-001", "custom"] == found["BL-K8S-003", "custom"] == "unknown"
    for holder in ("spec", "podTemplate"):
        found = w.verdicts(custom(type_, placed([*path, holder], UNKNOWN)))
        assert found["BL-K8S-001", "custom"] == "unknown"


@settings(THOROUGH, max_examples=tries(600))
@given(types, steps, st.sampled_from(["list", "map", "inside", "list itself", "template"]), st.integers(0, 3))
def test_an_unknown_pod_beside_known_ones_is_unknown(type_, path, where, before):
    pod = {"template": {"spec": copy.deepcopy(w.POD)}}
    beside = [pod] * (before + 1)
    spec = {
        "list": {"workers": [*beside, UNKNOWN]},
        "map": {"workers": {**{f"worker-{number}": each for number, each in enumerate(beside)}, "other": UNKNOWN}},
        "inside": {"workers": [*beside, {"template": UNKNOWN}]},
        "list itself": {"workers": beside, "otherJobs": UNKNOWN},
        "template": {"workers": beside, "headTemplate": UNKNOWN},
    }[where]
    found = w.verdicts(custom(type_, placed(path, spec)))
    assert {found[rule, "custom"] for rule in POD_RULES & w.MANDATORY} == {"unknown"}


@pytest.mark.parametrize("key", ["replicas", "selector", "volumeClaimTemplates", "strategy", "host", "suspend"])
def test_an_unknown_setting_beside_a_pod_leaves_the_pod_known(key):
    spec = {"template": {"spec": copy.deepcopy(w.POD)}, key: UNKNOWN}
    found = w.verdicts(custom("argoproj.io/v1alpha1:Rollout", {"metadata": {"name": "x"}, "spec": spec}))
    assert "unknown" not in {found[rule, "custom"] for rule in POD_RULES & w.MANDATORY}


@settings(THOROUGH, max_examples=tries(400))
@given(types, steps, st.sampled_from(w.ATTACKS), st.booleans())
def test_containers_in_a_map_by_name_are_judged(type_, path, attack, beside):
    rule, change = attack
    containers = {"app": {"image": "a", **{k: v for k, v in change.get("containers", [{}])[0].items() if k != "name"}}}
    rest = {key: value for key, value in change.items() if key != "containers"}
    good = {"template": {"spec": copy.deepcopy(w.POD)}} if beside else {}
    found = w.verdicts(custom(type_, placed([*path, "one"], {**good, "pod": {**rest, "containers": containers}})))
    # The additions of a controller to such a container are not known.
    assert found[rule, "custom"] in ({"fail"} if rule in {"BL-K8S-001", "BL-K8S-002"} else {"fail", "unknown"})
    assert found["BL-K8S-003", "custom"] in {"fail", "unknown"}


@settings(THOROUGH, max_examples=tries(300))
@given(types, steps, st.sampled_from(w.ATTACKS), st.sampled_from(["json", "yaml", "whole", "two"]), st.booleans())
def test_a_pod_in_a_text_is_judged(type_, path, attack, form, beside):
    rule, change = attack
    spec = {**copy.deepcopy(w.POD), **change}
    if "containers" in change:
        spec["containers"] = [{"image": "a", **change["containers"][0]}]
    whole = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "b"}, "spec": spec}
    text = {
        "json": json.dumps({"spec": spec}),
        "yaml": yaml.safe_dump({"spec": spec}),
        "whole": json.dumps(whole),
        "two": yaml.safe_dump_all([{"a": 1}, whole]),
    }[form]
    good = {"template": {"spec": copy.deepcopy(w.POD)}} if beside else {}
    found = w.verdicts(custom(type_, placed([*path, "one"], {**good, "manifest": text})))
    assert found[rule, "custom"] == "fail"


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "spec:\n  hostNetwork: true\n  hostNetwork: false\n  containers: [{name: a, image: b}]\n",
        "spec: &a {hostNetwork: true, containers: [{name: a, image: b}]}\nother: *a\n",
        "spec: {containers: {{ .Values.containers }}, hostNetwork: {{ .Values.host }}}",
        "spec: {hostNetwork: true, containers: [{name: a, image: !evil b}]}",
        '{"spec": {"containers": ' + "[" * 200 + "]" * 200 + "}}",
        "x: " + "y" * 300_000 + "\ncontainers: [{name: a, image: b}]\n",
    ],
)
def test_an_unreadable_text_may_contain_any_pod(text, beside):
    good = {"template": {"spec": copy.deepcopy(w.POD)}} if beside else {}
    found = w.verdicts(custom("example.org/v1:Thing", {"metadata": {"name": "x"}, "spec": {**good, "text": text}}))
    assert found["BL-K8S-001", "custom"] == found["BL-K8S-002", "custom"] == "unknown"


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize(
    ("type_", "place"),
    [
        ("kustomize.config.k8s.io/v1beta1:Kustomization", lambda each: {"patchesStrategicMerge": [each]}),
        ("kustomize.config.k8s.io/v1beta1:Kustomization", lambda each: {"patches": [{"patch": each}]}),
        ("kustomize.toolkit.fluxcd.io/v1:Kustomization", lambda each: {"spec": {"patches": [{"patch": each}]}}),
    ],
)
def test_a_patch_in_another_kind_fails_only_for_its_own_values(type_, place, as_text):
    def found(pod):
        patch = w.manifest("apps/v1", "Deployment", "web", "records", pod)
        return w.verdicts(custom(type_, place(yaml.safe_dump(patch) if as_text else patch)))

    bad = found({"hostNetwork": True, "containers": [{"name": "app", "securityContext": {"privileged": True}}]})
    assert bad["BL-K8S-001", "custom"] == bad["BL-K8S-002", "custom"] == "fail"
    harmless = found({"containers": [{"name": "app", "env": [{"name": "LEVEL", "value": "info"}]}]})
    assert {harmless[rule, "custom"] for rule in POD_RULES & w.MANDATORY} == {"unknown"}


@pytest.mark.parametrize("group", ["evilkyverno.io", "notgatekeeper.sh", "kyverno.io.example"])
def test_a_group_that_resembles_a_patch_group_is_searched(group):
    pod = {**copy.deepcopy(w.POD), "hostNetwork": True}
    found = w.verdicts(custom(f"{group}/v1:Policy", {"metadata": {"name": "x"}, "spec": {"template": {"spec": pod}}}))
    assert found["BL-K8S-002", "custom"] == "fail"


@pytest.mark.parametrize(
    ("type_", "properties", "path"),
    [
        ("argoproj.io/v1alpha1:Workflow", {"spec": {"templates": [{"container": {"image": "a", "securityContext": {"privileged": True}}}]}}, "spec.templates[0].container.securityContext.privileged"),
        ("argoproj.io/v1alpha1:Workflow", {"spec": {"templates": [{"script": {"image": "a"}, "sidecars": [{"name": "s", "image": "b", "securityContext": {"privileged": True}}]}]}}, "spec.templates[0].sidecars[0].securityContext.privileged"),
        ("argoproj.io/v1alpha1:CronWorkflow", {"spec": {"workflowSpec": {"templates": [{"script": {"image": "a", "source": "x", "securityContext": {"privileged": True}}}]}}}, "spec.workflowSpec.templates[0].script.securityContext.privileged"),
        ("argoproj.io/v1alpha1:WorkflowTemplate", {"spec": {"templates": [{"containerSet": {"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": True}}]}}]}}, "spec.templates[0].containerSet.containers[0].securityContext.privileged"),
        ("tekton.dev/v1:Task", {"spec": {"steps": [{"image": "a", "securityContext": {"privileged": True}}]}}, "spec.steps[0].securityContext.privileged"),
        ("tekton.dev/v1:Task", {"spec": {"stepTemplate": {"securityContext": {"privileged": True}}, "steps": [{"image": "a"}]}}, "spec.steps[0].securityContext.privileged"),
        ("tekton.dev/v1:PipelineRun", {"spec": {"pipelineSpec": {"tasks": [{"taskSpec": {"sidecars": [{"image": "s", "securityContext": {"privileged": True}}], "steps": [{"image": "a"}]}}]}}}, "spec.pipelineSpec.tasks[0].taskSpec.sidecars[0].securityContext.privileged"),
        ("work.open-cluster-management.io/v1:ManifestWork", {"spec": {"workload": {"manifests": [w.manifest("apps/v1", "Deployment", "a", "b", {**w.POD, "containers": [{"name": "a", "image": "a", "securityContext": {"privileged": True}}]})]}}}, "spec.workload.manifests[0].spec.template.spec.containers[0].securityContext.privileged"),
        ("v1:List", {"items": [w.manifest("v1", "Pod", "a", "b", {"containers": [{"name": "a", "securityContext": {"privileged": True}}]})]}, "items[0].spec.containers[0].securityContext.privileged"),
        ("core/v1:PodList", {"items": [{"metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "securityContext": {"privileged": True}}]}}]}, "items[0].spec.containers[0].securityContext.privileged"),
        ("v1:Pod", {"spec": {"containers": [{"name": "a", "securityContext": {"privileged": True}}]}}, "spec.containers[0].securityContext.privileged"),
        ("sandboxes.example/v1:Sandbox", {"containers": [{"name": "a", "image": "a", "securityContext": {"privileged": True}}]}, "containers[0].securityContext.privileged"),
        ("monitoring.coreos.com/v1:Prometheus", {"spec": {"containers": [{"name": "prometheus", "securityContext": {"privileged": True}}]}}, "spec.containers[0].securityContext.privileged"),
    ],
)  # fmt: skip
def test_workloads_of_well_known_controllers_are_judged(type_, properties, path):
    resource = w.resource(f"kubernetes:{type_}", "custom", {"metadata": {"name": "x", "namespace": "n"}, **properties})
    found = {each.rule: each for each in judge([resource], w.RULES)}
    assert found["BL-K8S-001"].verdict == "fail"
    assert found["BL-K8S-001"].path == path
    assert found["BL-K8S-003"].verdict in {"fail", "unknown"}


def test_settings_of_a_workflow_apply_to_its_pods():
    template = {"container": {k: v for k, v in w.CONTAINER.items() if k != "name"}}
    pod = {key: value for key, value in w.POD.items() if key != "containers"}
    good = w.verdicts(custom("argoproj.io/v1alpha1:Workflow", {"spec": {**pod, "templates": [template]}}))
    assert {verdict for (rule, _), verdict in good.items() if rule in w.MANDATORY} == {"pass", "not applicable"}
    for key, value, rule in (
        ("hostNetwork", True, "BL-K8S-002"),
        ("volumes", [{"hostPath": {"path": "/"}}], "BL-K8S-006"),
    ):
        for spec in ({**pod, key: value, "templates": [template]}, {**pod, "templates": [{**template, key: value}]}):
            assert w.verdicts(custom("argoproj.io/v1alpha1:Workflow", {"spec": spec}))[rule, "custom"] == "fail"
    patched = {**pod, "templates": [{**template, "podSpecPatch": "hostNetwork: true"}]}
    assert w.verdicts(custom("argoproj.io/v1alpha1:Workflow", {"spec": patched}))["BL-K8S-002", "custom"] == "unknown"
    run = {"podTemplate": {"hostNetwork": True}, "taskSpec": {"steps": [template["container"]]}}
    assert w.verdicts(custom("tekton.dev/v1:TaskRun", {"spec": run}))["BL-K8S-002", "custom"] == "fail"


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("kyverno.io/v1:ClusterPolicy", {"spec": {"rules": [{"validate": {"pattern": {"spec": {"containers": [{"name": "*", "image": "*"}]}}}}]}}),
        ("apiextensions.k8s.io/v1:CustomResourceDefinition", {"spec": {"versions": [{"schema": {"openAPIV3Schema": {"default": {"containers": [{"name": "a", "image": "b"}]}}}}]}}),
        ("policies.kyverno.io/v1:ValidatingPolicy", {"spec": {"template": {"spec": {"containers": [{"name": "*", "image": "*"}]}}}}),
        ("apiextensions.crossplane.io/v1:CompositeResourceDefinition", {"spec": {"versions": [{"schema": {"openAPIV3Schema": {"properties": {"containers": {"type": "array", "items": {"properties": {"image": {"type": "string"}, "name": {"type": "string"}}}}}}}}]}}),
        ("monitoring.coreos.com/v1:PrometheusRule", {"spec": {"groups": [{"rules": [{"expr": 'sum(containers{image="x"})', "annotations": {"summary": "containers: [a]"}}]}]}}),
        ("example.org/v1:Thing", {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"spec":{"containers":[{"name":"a","image":"b"}]}}'}}, "spec": {"note": "the containers: run by us"}}),
        ("metrics.example/v1:Report", {"spec": {"containers": ["a", "b"], "image": "a"}}),
        ("autoscaling.k8s.io/v1:VerticalPodAutoscaler", {"spec": {"targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}, "resourcePolicy": {"containerPolicies": [{"containerName": "*"}]}}}),
    ],
)  # fmt: skip
def test_an_object_that_is_no_pod_is_not_judged_as_one(type_, properties):
    assert w.verdicts(w.resource(f"kubernetes:{type_}", "custom", properties)) == {}


@pytest.mark.parametrize(
    "type_",
    [
        "helm.toolkit.fluxcd.io/v2:HelmRelease",
        "kustomize.toolkit.fluxcd.io/v1:Kustomization",
        "argoproj.io/v1alpha1:Application",
        "argoproj.io/v1alpha1:ApplicationSet",
        "helm.sh/v3:Release",
        "helm.cattle.io/v1:HelmChart",
        "addons.cluster.x-k8s.io/v1alpha1:HelmChartProxy",
        "pulumi.com/v1:Stack",
    ],
)
def test_the_content_of_a_chart_is_unknown(type_):
    (found,) = judge([custom(type_, {"metadata": {"name": "x"}, "spec": {"chart": "redis"}})], w.RULES)
    assert (found.rule, found.verdict) == ("BL-K8S-094", "unknown")
    assert "is not in the plan; render it and audit the manifests" in found.message


@settings(THOROUGH, max_examples=tries(200))
@given(
    st.sampled_from(w.ALL),
    st.sampled_from(w.ATTACKS),
    st.sampled_from(["ConfigMap", "data", "stringData"]),
    st.booleans(),
    st.integers(0, 2),
)
def test_manifests_that_a_resource_set_applies_are_judged(kind, attack, place, as_list, before):
    rule, change = attack
    pod = {**copy.deepcopy(w.POD), **{key: value for key, value in change.items() if key != "containers"}}
    for each in change.get("containers", []):
        pod["containers"] = [
            {
                **w.CONTAINER,
                **each,
                "securityContext": {**w.CONTAINER["securityContext"], **each.get("securityContext", {})},
            }
        ]
    documents = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}] * before
    documents.append(w.manifest(*kind, "x", "n", pod))
    text = (
        json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
        if as_list
        else "\n---\n".join(map(json.dumps, documents))
    )
    holder = "ConfigMap" if place == "ConfigMap" else "Secret"
    held = {"data": {"a.yaml": text}} if place == "ConfigMap" else {"stringData": {"a.yaml": text}}
    if place == "data":
        held = {"data": {"a.yaml": base64.b64encode(text.encode()).decode()}}
    carrier = w.resource(
        f"kubernetes:core/v1:{holder}", "carrier", {"metadata": {"name": "cni", "namespace": "c"}, **held}
    )
    applied = custom(
        "addons.cluster.x-k8s.io/v1beta2:ClusterResourceSet",
        {"metadata": {"name": "s", "namespace": "c"}, "spec": {"resources": [{"kind": holder, "name": "cni"}]}},
    )
    found = w.verdicts(carrier, applied)
    assert found[rule, "carrier"] == "fail"
    assert found["BL-K8S-094", "custom"] == "pass"
    assert (rule, "carrier") not in w.verdicts(carrier), "text that nothing applies is text"


@pytest.mark.parametrize("text", ["a: &a [*a]", "[" * 200, "a: b", "{{ x }}", "- 1", "!!python/object:os.system {}"])
def test_text_that_is_no_manifest_fails_and_hides_nothing(text):
    bad = json.dumps(
        w.manifest("v1", "Pod", "x", "n", {"containers": [{"name": "a", "securityContext": {"privileged": True}}]})
    )
    carrier = w.resource(
        "kubernetes:core/v1:ConfigMap", "carrier", {"metadata": {"name": "cni"}, "data": {"a": text, "b": bad}}
    )
    applied = custom(
        "addons.cluster.x-k8s.io/v1beta2:ClusterResourceSet",
        {"metadata": {"name": "s"}, "spec": {"resources": [{"kind": "ConfigMap", "name": "cni"}]}},
    )
    found = w.verdicts(carrier, applied)
    assert found["BL-K8S-094", "custom"] == "fail"
    assert found["BL-K8S-001", "carrier"] == "fail"
