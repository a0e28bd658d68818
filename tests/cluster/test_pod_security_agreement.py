"""The rules and the Pod Security admission of a real API server agree on every pod, control by control."""

import http.client
import json
import ssl
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bluelamp.policies import Resource, Verdict, judge, rules
from bluelamp.rehearsal.kubernetes.api import Api
from bluelamp.reports.selection import select
from tests.cluster import estate
from tests.cluster.random_pods import Pods

pytestmark = pytest.mark.cluster
SEED, PODS, CONTROLLERS, EPHEMERAL = 20261125, 4600, 480, 240
NAMESPACE = "pod-security-agreement"
LABELS = {"pod-security.kubernetes.io/enforce": "baseline", "pod-security.kubernetes.io/warn": "restricted"}

BASELINE = {
    "forbidden AppArmor profile": "BL-K8S-040",
    "non-default capabilities": "BL-K8S-008",
    "host namespaces": "BL-K8S-002",
    "hostPath volumes": "BL-K8S-006",
    "hostPort": "BL-K8S-009",
    "probe or lifecycle host": "BL-K8S-046",
    "privileged": "BL-K8S-001",
    "procMount": "BL-K8S-043",
    "seLinuxOptions": "BL-K8S-041",
    "seccompProfile": "BL-K8S-047",
    "forbidden sysctls": "BL-K8S-042",
    "hostProcess": "BL-K8S-045",
}
"""The words with which admission names a control that is broken, and the rule that answers to it."""
RESTRICTED = BASELINE | {
    "allowPrivilegeEscalation != false": "BL-K8S-003",
    "unrestricted capabilities": "BL-K8S-005",
    "procMount": "BL-K8S-044",
    "restricted volume types": "BL-K8S-048",
    "runAsNonRoot != true": "BL-K8S-004",
    "runAsUser=0": "BL-K8S-004",
    "seccompProfile": "BL-K8S-007",
}
OVERRIDDEN = {"BL-K8S-006", "BL-K8S-008", "BL-K8S-043", "BL-K8S-047"}
"""Rules of the baseline in whose place the restricted level has a stronger one, which it names instead."""
UNREACHED = {"BL-K8S-043"}
"""Since Kubernetes 1.36 the API itself refuses an unmasked /proc outside a user namespace, before admission runs."""
TEMPLATES = {
    ("apps/v1", "Deployment"): "deployments",
    ("apps/v1", "StatefulSet"): "statefulsets",
    ("apps/v1", "DaemonSet"): "daemonsets",
    ("apps/v1", "ReplicaSet"): "replicasets",
    ("batch/v1", "Job"): "jobs",
    ("batch/v1", "CronJob"): "cronjobs",
    ("v1", "ReplicationController"): "replicationcontrollers",
    ("v1", "PodTemplate"): "podtemplates",
}
RULES = [rule for rule in rules() if any(control.framework == "Pod Security Standards" for control in rule.controls)]


@dataclass(frozen=True)
class Answer:
    """Admission's answer: the level whose controls it named as violated, and the matching rules."""

    status: int
    level: str
    broken: frozenset[str]
    message: str


class Server:
    """The API server, with one persistent connection for each thread."""

    def __init__(self, kubeconfig: Path) -> None:
        output = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        self._address = urlsplit(output["clusters"][0]["cluster"]["server"])
        self._token = output["users"][0]["user"]["token"]
        self._context = ssl._create_unverified_context()
        self._own = threading.local()

    def ask(self, path: str, body: Any, method: str = "POST", content_type: str = "application/json") -> Answer:
        """Asks the server in a dry run to create `body`."""
        if not hasattr(self._own, "connection"):
            address = self._address
            self._own.connection = http.client.HTTPSConnection(address.hostname, address.port, context=self._context)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": content_type}
        self._own.connection.request(method, f"{path}?dryRun=All", json.dumps(body), headers)
        response = self._own.connection.getresponse()
        text = response.read().decode()
        if response.status == 403:
            return self._answer(response.status, "baseline", json.loads(text)["message"], BASELINE)
        warnings = " ".join(response.headers.get_all("Warning") or ())
        output = warnings.partition("would violate PodSecurity")[2].replace('\\"', '"')
        return self._answer(response.status, "restricted", output or text[:300], RESTRICTED if output else {})

    @staticmethod
    def _answer(status: int, level: str, message: str, words: Mapping[str, str]) -> Answer:
        # A reason comes before its details in brackets, and may be plural.
        broken = frozenset(rule for word, rule in words.items() if f"{word} (" in message or f"{word}s (" in message)
        return Answer(status, level, broken, message)


@pytest.fixture(scope="module")
def server(cluster: Path) -> Iterator[Server]:
    """The server with a namespace that enforces the baseline level and warns about the restricted level."""
    api = Api(cluster)
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": LABELS}}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": NAMESPACE}}
    for obj in (made, account):
        estate.apply(api, obj)
    yield Server(cluster)
    estate.remove(api, made)


def broken(type_: str, obj: dict[str, Any]) -> frozenset[str]:
    """The rules that `obj` breaks. For a fully known pod, no verdict may be unknown or an error."""
    judgements = judge([Resource("urn", type_, "judged", obj)], RULES)
    assert {each.verdict for each in judgements} <= {Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE}, judgements
    return frozenset(each.rule for each in judgements if each.verdict is Verdict.FAIL)


def disagreement(ours: frozenset[str], answer: Answer, spec: Mapping[str, Any]) -> str:
    """How the rules and the server differ; empty if they agree."""
    baseline = set(BASELINE.values())
    theirs = set(answer.broken)
    wanted = ours & baseline if answer.level == "baseline" else ours - OVERRIDDEN
    if spec.get("hostNetwork"):
        # The API copies ports of host-network containers to host ports: one mistake, reported twice.
        theirs.discard("BL-K8S-009")
        wanted -= {"BL-K8S-009"}
    return "" if theirs == wanted else f"rules: {sorted(wanted)}; server: {sorted(theirs)} ({answer.message})"


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_the_framework_has_exactly_the_rules_of_a_level(level: str) -> None:
    kept = select([f"pod-security-standards:{level}"], [], "", []).keep(rules())
    wanted = set(BASELINE.values()) | (set(RESTRICTED.values()) if level == "restricted" else set())
    assert {rule.id for rule in kept} == wanted


def tally(seen: Counter[str]) -> None:
    sys.stdout.write(f"{', '.join(f'{count} {what}' for what, count in sorted(seen.items()))}\n")


def test_rules_and_admission_agree_on_pods(server: Server) -> None:
    pods = Pods(SEED)
    made = [
        {"apiVersion": "v1", "kind": "Pod", **pod, "metadata": {"name": f"p{number}", **pod["metadata"]}}
        for number, pod in enumerate(pods.pod() for _ in range(PODS))
    ]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda pod: server.ask(f"/api/v1/namespaces/{NAMESPACE}/pods", pod), made))
    seen: Counter[str] = Counter()
    for pod, answer in zip(made, answers, strict=True):
        if answer.status == 422:
            # The API refuses the pod regardless of the standards.
            seen["invalid"] += 1
            continue
        assert answer.status in {201, 403}, answer.message
        ours = broken("kubernetes:core/v1:Pod", pod)
        assert (answer.status == 403) == bool(ours & set(BASELINE.values())), (pod, sorted(ours), answer.message)
        assert not disagreement(ours, answer, pod["spec"]), (pod, disagreement(ours, answer, pod["spec"]))
        seen.update({"judged": 1, f"{answer.level} {'broken' if answer.broken else 'kept'}": 1})
        seen.update(ours)
    tally(seen)
    assert seen["judged"] >= 4000
    assert seen["restricted kept"] >= 200, "hardly any pod is good, so little is shown"
    missing = {rule.id for rule in RULES} - set(seen) - UNREACHED
    assert not missing, f"no pod broke {sorted(missing)}"


def test_rules_and_admission_agree_on_every_kind_of_workload(server: Server) -> None:
    # Admission enforces on pods only. For workloads it warns, by the same controls.
    pods, seen = Pods(SEED + 1), Counter[str]()
    for number in range(CONTROLLERS):
        (version, kind), plural = list(TEMPLATES.items())[number % len(TEMPLATES)]
        pod = pods.pod()
        obj = workload(version, kind, f"w{number}", pod)
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        answer = server.ask(f"{root}/namespaces/{NAMESPACE}/{plural}", obj)
        if answer.status == 422:
            seen["invalid"] += 1
            continue
        assert answer.status == 201, answer.message
        group = version if "/" in version else f"core/{version}"
        found = disagreement(broken(f"kubernetes:{group}:{kind}", obj), answer, pod["spec"])
        assert not found, (obj, found)
        seen.update({kind: 1, f"{kind} broken": bool(answer.broken), f"{kind} kept": not answer.broken})
    tally(seen)
    for _, kind in TEMPLATES:
        assert seen[f"{kind} broken"], kind
        assert seen[f"{kind} kept"], kind


def workload(version: str, kind: str, name: str, pod: dict[str, Any]) -> dict[str, Any]:
    """A workload of `kind` with the given pod template."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels, **pod["metadata"]}, "spec": pod["spec"]}
    spec: dict[str, Any] = {"template": template, "selector": {"matchLabels": labels}}
    if kind in {"Job", "CronJob"}:
        template["spec"]["restartPolicy"] = "Never"
        spec = {"template": template}
    if kind == "CronJob":
        spec = {"schedule": "0 0 * * *", "jobTemplate": {"spec": spec}}
    if kind == "StatefulSet":
        spec["serviceName"] = "a"
    if kind == "ReplicationController":
        spec["selector"] = labels
    body = {"template": template} if kind == "PodTemplate" else {"spec": spec}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **body}


def test_rules_and_admission_agree_on_ephemeral_containers(server: Server, cluster: Path) -> None:
    # Ephemeral containers can only be added to an existing pod, which need not run.
    api = Api(cluster)
    context = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    own = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    container = {"name": "a", "image": "registry.example/a:1", "securityContext": own}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "debugged", "namespace": NAMESPACE},
        "spec": {"automountServiceAccountToken": False, "securityContext": context, "containers": [container]},
    }
    estate.apply(api, pod)
    pods, seen = Pods(SEED + 2), Counter[str]()
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/debugged/ephemeralcontainers"
    for number in range(EPHEMERAL):
        # The API allows them no ports, probes or hooks.
        made = pods.container(f"e{number}", 0.15, secure=True)
        made = {key: value for key, value in made.items() if key not in {"ports", "lifecycle"}}
        patch = {"spec": {"ephemeralContainers": [made]}}
        answer = server.ask(path, patch, "PATCH", "application/strategic-merge-patch+json")
        if answer.status == 422:
            seen["invalid"] += 1
            continue
        assert answer.status in {200, 403}, answer.message
        judged = {**pod, "spec": {**pod["spec"], "ephemeralContainers": [made]}}
        ours = broken("kubernetes:core/v1:Pod", judged)
        assert (answer.status == 403) == bool(ours & set(BASELINE.values())), (made, sorted(ours), answer.message)
        assert not disagreement(ours, answer, judged["spec"]), (made, disagreement(ours, answer, judged["spec"]))
        seen.update({"judged": 1, f"{answer.level} {'broken' if answer.broken else 'kept'}": 1})
    tally(seen)
    assert seen["judged"] >= EPHEMERAL / 2
    assert min(seen["baseline broken"], seen["restricted broken"], seen["restricted kept"]) > 0
