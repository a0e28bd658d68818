"""Compliant workloads of every kind that runs pods, and single changes that make a pod break one mandatory rule."""

import copy
from typing import Any

from bluelamp.policies import Resource, rules
from bluelamp.policies.judging import Baseline
from bluelamp.policies.views import Context

RULES = tuple(rule for rule in rules() if rule.area == "kubernetes")
BASELINE = Baseline(RULES)
MANDATORY = frozenset(rule.id for rule in RULES if rule.enforcement == "mandatory")

KINDS = {
    "apps/v1": ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
    "batch/v1": ("Job", "CronJob"),
    "v1": ("Pod", "ReplicationController", "PodTemplate"),
}
ALL = [(version, kind) for version, kinds in KINDS.items() for kind in kinds]
PATHS = {"Pod": "", "PodTemplate": "template", "CronJob": "spec.jobTemplate.spec.template"}

CONTAINER = {
    "name": "app",
    "image": "registry.police.example/app:1.2@sha256:" + "0" * 64,
    "ports": [{"containerPort": 8080}],
    "env": [{"name": "LEVEL", "value": "info"}],
    "livenessProbe": {"httpGet": {"path": "/", "port": 8080}},
    "readinessProbe": {"httpGet": {"path": "/", "port": 8080}},
    "resources": {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"memory": "1Gi", "ephemeral-storage": "1Gi"},
    },
    "securityContext": {
        "privileged": False,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    },
}
POD = {
    "automountServiceAccountToken": False,
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [CONTAINER],
    "volumes": [{"name": "scratch", "emptyDir": {}}],
}

# One changed setting that breaks one rule: the rule, and part of a pod whose first container is `app`.
ATTACKS: list[tuple[str, dict[str, Any]]] = [
    ("BL-K8S-001", {"containers": [{"name": "app", "securityContext": {"privileged": True}}]}),
    ("BL-K8S-002", {"hostNetwork": True}),
    ("BL-K8S-002", {"hostPID": True}),
    ("BL-K8S-002", {"hostIPC": True}),
    ("BL-K8S-003", {"containers": [{"name": "app", "securityContext": {"allowPrivilegeEscalation": True}}]}),
    ("BL-K8S-004", {"containers": [{"name": "app", "securityContext": {"runAsUser": 0}}]}),
    ("BL-K8S-005", {"containers": [{"name": "app", "securityContext": {"capabilities": {"add": ["NET_RAW"]}}}]}),
    ("BL-K8S-006", {"volumes": [{"name": "disk", "hostPath": {"path": "/"}}]}),
    ("BL-K8S-007", {"containers": [{"name": "app", "securityContext": {"seccompProfile": {"type": "Unconfined"}}}]}),
    ("BL-K8S-008", {"containers": [{"name": "app", "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}]}),
    ("BL-K8S-009", {"containers": [{"name": "app", "ports": [{"containerPort": 8080, "hostPort": 80}]}]}),
    ("BL-K8S-010", {"containers": [{"name": "app", "env": [{"name": "DATABASE_PASSWORD", "value": "hunter2"}]}]}),
    ("BL-K8S-014", {"automountServiceAccountToken": True}),
    ("BL-K8S-042", {"securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}}),
    ("BL-K8S-043", {"containers": [{"name": "app", "securityContext": {"procMount": "Unmasked"}}]}),
    ("BL-K8S-045", {"securityContext": {"windowsOptions": {"hostProcess": True}}}),
    ("BL-K8S-047", {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}),
    ("BL-K8S-048", {"volumes": [{"name": "share", "nfs": {"server": "s", "path": "/"}}]}),
    ("BL-K8S-050", {"containers": [{"name": "app", "image": "nginx:1"}]}),
    ("BL-K8S-051", {"containers": [{"name": "app", "image": "registry.police.example/app"}]}),
    ("BL-K8S-052", {"containers": [{"name": "app", "securityContext": {"readOnlyRootFilesystem": False}}]}),
]
# Missing settings that break rules: a container added without any setting.
BARE = {"name": "added", "image": "registry.police.example/added:1"}
BROKEN_BY_BARE = ("BL-K8S-003", "BL-K8S-005", "BL-K8S-012", "BL-K8S-052")


def nested(path: str, value: Any) -> dict[str, Any]:
    """`value` at a dotted path."""
    for key in reversed(path.split(".") if path else []):
        value = {key: value}
    return value


def manifest(version: str, kind: str, name: str, namespace: str, pod: dict[str, Any]) -> dict[str, Any]:
    """An object of the kind, with the pod."""
    template = {"metadata": {"labels": {"app": "a"}}, "spec": pod}
    body = nested(PATHS.get(kind, "spec.template"), template)
    if kind == "Pod":
        body = {"spec": pod}
    return {"apiVersion": version, "kind": kind, **body, "metadata": {"name": name, "namespace": namespace}}


def resource(token: str, urn: str, properties: dict[str, Any], **more: Any) -> Resource:
    """A resource of the type `token`."""
    return Resource(f"urn:pulumi:s::p::{token}::{urn}", token, urn, copy.deepcopy(properties), **more)


def token(version: str, kind: str) -> str:
    """The type token of a kind."""
    return f"kubernetes:{version if '/' in version else f'core/{version}'}:{kind}"


def verdicts(*resources: Resource, complete: bool = True) -> dict[tuple[str, str], str]:
    """The verdict of each rule on each resource, by the rule's id and the resource's name."""
    names = {each.urn: each.name for each in resources}
    judged = BASELINE.judge(resources, Context(resources, complete=complete))
    found = {(each.rule, names[each.urn]): str(each.verdict) for each in judged}
    assert len(found) == len(judged), "one judgement for each rule and resource"
    assert "error" not in found.values(), [each for each in judged if each.verdict == "error"]
    return found
