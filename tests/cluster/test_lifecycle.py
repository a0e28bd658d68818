"""On-premises clusters on a real API server: every object is accepted, and the hardening files work."""

import os
import runpy
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bluelamp import policies
from bluelamp.modules.kubernetes.cluster_class import hardening
from bluelamp.planning import Plan, plan_program
from bluelamp.rehearsal.kubernetes.api import Api, RefusalError
from bluelamp.rehearsal.values import plain
from bluelamp.resources import from_plan
from tests.cluster.binaries import Unavailable
from tests.cluster.control_plane import control_plane

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).resolve().parents[2]
MODULES = ("cluster_class", "cluster", "cluster_addons", "vsphere_sites", "bare_metal_hosts")
EXAMPLES = [
    path for module in MODULES for path in sorted((ROOT / "modules/kubernetes" / module / "examples").glob("*.py"))
]
NAMESPACE = "clusters"


def planned(example: Path) -> Plan:
    return plan_program("test", lambda: runpy.run_path(str(example)), {}, root=ROOT)


def objects(plan: Plan) -> list[dict[str, Any]]:
    return [dict(plain(each.inputs)) for each in plan.resources if each.type.startswith("kubernetes:")]


@pytest.fixture(scope="module")
def api(crds: Path) -> Api:
    made = Api(crds)
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    made.apply(f"/api/v1/namespaces/{NAMESPACE}", space, "tests", dry_run=False)
    return made


def accept(api: Api, found: dict[str, Any]) -> None:
    """Has the server validate an object by the published schema, with unknown fields refused, without storing it."""
    about = found["metadata"]
    path = api.path(found["apiVersion"], found["kind"], about.get("namespace", ""), about["name"])
    api.apply(path, found, "tests", dry_run=True)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_a_real_server_accepts_every_object_of_an_example_and_no_rule_is_broken(api: Api, example: Path) -> None:
    plan = planned(example)
    assert plan.errors == ()
    assert [(each.name, each.failures) for each in plan.refused] == []
    wrong = [each for each in policies.judge(from_plan(plan)) if each.verdict in ("fail", "error")]
    assert [f"{each.rule} {each.urn} {each.message}" for each in wrong] == []
    for found in objects(plan):
        accept(api, found)


@pytest.mark.parametrize(
    ("kind", "path", "value", "message"),
    [
        ("ClusterClass", "controlPlane.healthChek", {}, "healthChek"),
        (
            "KubeadmControlPlaneTemplate",
            "template.spec.kubeadmConfigSpec.clusterConfiguration.apiServer.extraArgs",
            {},
            "must be of type array|expected list",
        ),
        ("RKE2ControlPlaneTemplate", "template.spec.agentConfig.cisProfile", "cis-9", "cis-9"),
        ("VSphereMachineTemplate", "template.spec.numCPUs", 1, "greater than or equal to 2"),
        ("Metal3MachineTemplate", "template.spec.image", {"url": "https://x"}, "checksum"),
    ],
)
def test_a_real_server_refuses_a_mistake_in_a_template(
    api: Api, kind: str, path: str, value: object, message: str
) -> None:
    full = ROOT / "modules/kubernetes/cluster_class/examples/full.py"
    found = next(each for each in objects(planned(full)) if each["kind"] == kind)
    *parents, last = path.split(".")
    inner = found["spec"]
    for parent in parents:
        inner = inner[parent]
    inner[last] = value
    with pytest.raises(RefusalError, match=message):
        accept(api, found)


class Hardened:
    """An API server that was started with the files of a cluster class."""

    def __init__(self, folder: Path, kubeconfig: Path) -> None:
        self.folder, self.api = folder, Api(kubeconfig)
        self._server = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))["clusters"][0]["cluster"]["server"]

    def anonymous(self, path: str) -> int:
        """The server's answer to an anonymous request."""
        context = ssl._create_unverified_context()
        try:
            with urllib.request.urlopen(f"{self._server}{path}", timeout=10, context=context) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture(scope="module")
def hardened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hardened]:
    folder = tmp_path_factory.mktemp("hardened")
    args: Any = {
        "infrastructure": "vsphere",
        "entra": {
            "tenant_id": "3f6c1f0a-6f0e-4b2f-9d7b-0f5a4f1f2a11",
            "client_id": "6a0b9a52-98bb-4d39-8a6e-0b8a0e1e7c22",
        },
    }
    for each in hardening.api_server_files(args, str(folder), anonymous=True):
        Path(each["path"]).write_text(each["content"], encoding="utf-8")
    flags = [f"--{key}={value}" for key, value in hardening.api_server_arguments(str(folder), str(folder)).items()]
    try:
        with control_plane(folder / "control-plane", *flags) as kubeconfig:
            yield Hardened(folder, kubeconfig)
    except Unavailable as reason:
        if os.environ.get("CI"):
            pytest.fail(str(reason), pytrace=False)
        pytest.skip(str(reason))


def test_a_real_server_with_the_files_of_a_class_refuses_anonymous_requests(hardened: Hardened) -> None:
    assert hardened.anonymous("/livez") == 200
    assert hardened.anonymous("/api/v1/namespaces") == 401
    assert hardened.anonymous("/version") == 401


def test_a_namespace_without_labels_accepts_restricted_pods_only(hardened: Hardened) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "shell"},
        "spec": {"containers": [{"name": "shell", "image": "x:1", "securityContext": {"privileged": True}}]},
    }
    with pytest.raises(RefusalError, match='violates PodSecurity "restricted:latest"'):
        hardened.api.apply("/api/v1/namespaces/default/pods/shell", pod, "tests", dry_run=True)


def test_secrets_are_in_the_audit_log_by_name_only(hardened: Hardened) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "audited", "namespace": "default"},
        "stringData": {"password": "hunter2"},
    }
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "audited", "namespace": "default"},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
    }
    hardened.api.apply("/api/v1/namespaces/default/secrets/audited", secret, "tests", dry_run=False)
    hardened.api.apply(
        "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles/audited", role, "tests", dry_run=False
    )
    log = (hardened.folder / "audit.log").read_text(encoding="utf-8")
    lines = [line for line in log.splitlines() if '"name":"audited"' in line]
    assert any('"resource":"secrets"' in line and '"level":"Metadata"' in line for line in lines)
    assert any('"resource":"roles"' in line and '"requestObject"' in line for line in lines)
    assert "hunter2" not in log
    assert '"requestURI":"/livez' not in log
