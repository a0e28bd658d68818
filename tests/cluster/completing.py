"""Completes a rule's case to an object that an API server accepts: adds required fields, and keeps the judged ones.

The rule verifies this: a completed case with another verdict is no longer the same case.
"""

import copy
from collections.abc import Iterator
from typing import Any

from bluelamp.policies import Case, Resource, Rule, Verdict, judge
from bluelamp.policies.kubernetes._workloads import METADATA, PODS

Object = dict[str, Any]
LABEL = "bluelamp-replay"
_DIGEST = "registry.example/a@sha256:" + "0" * 64
_FILLINGS = ({"image": _DIGEST, "group": "apps"}, {"image": "registry.example/a", "group": ""})
_SELECTED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_BACKEND = {"name": "a", "port": {"number": 80}}
# Required fields, by kind.
_REQUIRED: dict[str, dict[str, Any]] = {
    "Service": {"spec.ports": [{"port": 80}]},
    "NetworkPolicy": {"spec.podSelector": {}},
    "PersistentVolume": {"spec.capacity": {"storage": "1Gi"}, "spec.accessModes": ["ReadWriteOnce"]},
    "Ingress": {
        "spec.defaultBackend": {"service": _BACKEND},
        "spec.rules[*].http.paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": _BACKEND}}],
    },
    "Gateway": {
        "spec.gatewayClassName": "force",
        "spec.listeners": [{"name": "https", "port": 443, "protocol": "HTTPS"}],
        "spec.listeners[*].name": "listener",
        "spec.listeners[*].port": 443,
        "spec.listeners[*].hostname": "a.example",
        "spec.listeners[*].protocol": "HTTPS",
    },
    "HTTPRoute": {"spec.rules[*].filters[*].type": "RequestRedirect"},
    "ClusterIssuer": {"spec.acme?.privateKeySecretRef": {"name": "a"}},
    "KubeadmControlPlaneTemplate": {"spec.template.spec.kubeadmConfigSpec.format": "cloud-config"},
    "RKE2ControlPlaneTemplate": {"spec.template.spec.rolloutStrategy": {}},
    "Certificate": {"spec.secretName": "a", "spec.issuerRef": {"name": "force"}, "spec.dnsNames": ["a.example"]},
}
_LISTS = ("containers", "initContainers", "ephemeralContainers")


def completed(case: Case, rule: Rule) -> tuple[list[Object], str]:
    """The case's objects, the judged one first, and why they are no longer the case; nothing if they are."""
    judged = rule.using(**case.parameters) if case.parameters else rule
    reason = ""
    for filling in _FILLINGS:
        resources = [Resource(one.urn, one.type, one.name, _whole(one, filling)) for one in case.resources]
        (found,) = [each for each in judge(resources, [judged]) if each.urn == case.resources[0].urn]
        if (found.verdict is Verdict.FAIL) == (case.verdict is Verdict.FAIL):
            return [dict(one.properties) for one in resources], ""
        reason = f"what an API server asks for makes it {found.verdict}"
    return [], reason


def _whole(resource: Resource, filling: dict[str, str]) -> Object:
    _, version, kind = resource.type.split(":")
    group, _, number = version.partition("/")
    obj: Object = copy.deepcopy(dict(resource.properties))
    obj["apiVersion"] = number if group == "core" else f"{group}/{number.replace('*', 'v1')}"
    obj["kind"] = kind
    obj.setdefault("metadata", {}).setdefault("name", resource.name)
    for type_, path in PODS.items():
        if type_.endswith(f":{kind}"):
            annotations = _below(obj, str(METADATA[type_])).get("annotations", {})
            _pod(_below(obj, str(path)), filling, [key.partition("/")[2] for key in annotations if "apparmor" in key])
    if kind in _SELECTED:
        labels = _below(obj, "spec.template.metadata.labels")
        labels.setdefault("app", "a")
        obj["spec"].setdefault("selector", {"matchLabels": {"app": "a"}})
    if kind == "ReplicationController":
        _below(obj, "spec.template.metadata.labels").setdefault("app", "a")
        obj["spec"].setdefault("selector", {"app": "a"})
    if kind in ("Job", "CronJob"):
        _below(obj, str(PODS[f"kubernetes:batch/*:{kind}"])).setdefault("restartPolicy", "Never")
    if kind == "CronJob":
        obj["spec"].setdefault("schedule", "0 0 * * *")
    if kind in ("Role", "ClusterRole"):
        for rule in obj.get("rules", []):
            rule.setdefault("verbs", ["get"])
            if "nonResourceURLs" not in rule:
                rule.setdefault("apiGroups", [filling["group"]])
                rule.setdefault("resources", ["deployments"])
    if kind in ("RoleBinding", "ClusterRoleBinding"):
        _binding(obj)
    if obj.get("type") == "kubernetes.io/service-account-token":
        _below(obj, "metadata.annotations").setdefault("kubernetes.io/service-account.name", "default")
    for path, value in _REQUIRED.get(kind, {}).items():
        _require(obj, path.split("."), value)
    return obj


def _require(obj: Object, steps: list[str], value: Any) -> None:
    """Sets the field at `steps` to `value` if it has none.

    `[*]` applies to every item of an existing list, and `?` to an existing object.
    """
    first, *rest = steps
    name = first.rstrip("?").removesuffix("[*]")
    if not rest:
        obj.setdefault(name, copy.deepcopy(value))
    elif first.endswith("[*]"):
        for number, item in enumerate(obj.get(name, [])):
            _require(item, rest, f"{number}-{value}" if rest in (["name"], ["hostname"]) else value)
    elif not first.endswith("?") or name in obj:
        _require(obj.setdefault(name, {}), rest, value)


def _binding(obj: Object) -> None:
    role = obj.setdefault("roleRef", {})
    role.setdefault("apiGroup", "rbac.authorization.k8s.io")
    role.setdefault("kind", "ClusterRole")
    role.setdefault("name", "view")
    for subject in obj.get("subjects", []):
        subject.setdefault("kind", "User")
        subject.setdefault("name", "a")
        if subject["kind"] == "ServiceAccount":
            subject.setdefault("namespace", "default")
        else:
            subject.setdefault("apiGroup", "rbac.authorization.k8s.io")


def _pod(pod: Object, filling: dict[str, str], annotated: list[str]) -> None:
    if not pod.get("containers"):
        pod["containers"] = [{"name": name} for name in annotated] or [{}]
    for number, container in enumerate(container for name in _LISTS for container in pod.get(name, [])):
        container.setdefault("name", f"c-{number}")
        container.setdefault("image", filling["image"])
        for index, variable in enumerate(container.get("env", [])):
            variable.setdefault("name", f"VARIABLE_{index}")
        for index, port in enumerate(container.get("ports", [])):
            port.setdefault("containerPort", 8080 + index)
    for spread in pod.get("topologySpreadConstraints", []):
        spread.setdefault("topologyKey", "kubernetes.io/hostname")
        spread.setdefault("whenUnsatisfiable", "ScheduleAnyway")
    for container in pod.get("initContainers", []):
        if "startupProbe" in container:
            container.setdefault("restartPolicy", "Always")
    for index, volume in enumerate(pod.get("volumes", [])):
        volume.setdefault("name", f"v-{index}")
    for context in list(_contexts(pod)):
        for profile in ("seccompProfile", "appArmorProfile"):
            if context.get(profile, {}).get("type") == "Localhost":
                context[profile].setdefault("localhostProfile", "profile.json")
        if context.get("windowsOptions", {}).get("hostProcess"):
            pod.setdefault("hostNetwork", True)


def _contexts(pod: Object) -> Iterator[Object]:
    for each in (pod, *(container for name in _LISTS for container in pod.get(name, []))):
        if isinstance(each.get("securityContext"), dict):
            yield each["securityContext"]


def _below(obj: Object, path: str) -> Object:
    for key in path.split("."):
        obj = obj.setdefault(key, {})
    return obj
