"""With the policy pack, a compliant workload patched to a privileged one never comes up."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, Project, held
from tests.integrity.workloads import POD, manifest

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]

FORCE = "dyfed-powys"
PROGRAM = """
import json
import pulumi_kubernetes as kubernetes

deployment, change = json.loads({given!r})
base = kubernetes.apps.v1.Deployment("records", metadata=deployment["metadata"], spec=deployment["spec"])
kubernetes.apps.v1.DeploymentPatch(
    "change", metadata={{"name": {name}, "namespace": "default"}}, spec=change,
    opts=pulumi.ResourceOptions(depends_on=[base]),
)
"""


def patching(project: Project, change: object, name: str = "'records'") -> Project:
    """The project whose program also has a compliant Deployment and a patch of it."""
    (project.root / "infra").unlink()
    shutil.copytree(ROOT / "infra", project.root / "infra", ignore=shutil.ignore_patterns("__pycache__"))
    deployment = manifest("apps/v1", "Deployment", "records", "default", POD)
    deployment["spec"] |= {"replicas": 1, "selector": {"matchLabels": {"app": "a"}}}
    given = json.dumps([deployment, {"template": {"spec": change}}])
    with Path(project.root, "infra", "__main__.py").open("a", encoding="utf-8") as program:
        program.write(PROGRAM.format(given=given, name=name))
    return project


@pytest.mark.parametrize("name", ["'records'", "base.metadata['name']"])
def test_a_deployment_patched_to_privileged_is_refused(project: Project, name: str) -> None:
    change = {"containers": [{"name": "app", "securityContext": {"privileged": True}}]}
    run = patching(project, change, name).here("up", "--rehearse", FORCE)
    output = run.stdout + run.stderr
    assert run.returncode == 3, output
    assert "BL-K8S-001" in output
    assert held(project.root) == 0


def test_a_harmless_patch_comes_up_and_the_patched_object_is_audited(project: Project) -> None:
    change = {"containers": [{"name": "app", "env": [{"name": "LEVEL", "value": "debug"}]}]}
    run = patching(project, change).here("up", "--rehearse", FORCE)
    assert run.returncode == 0, run.stdout + run.stderr
    report = project.root / "state"
    words = ["--from", "state", "--rehearse", "--formats", "json", "--report", str(report)]
    run = project.here("audit", FORCE, *words)
    findings = json.loads((report / "findings.json").read_text(encoding="utf-8"))["findings"]
    found = {each["rule"]: each["verdict"] for each in findings if "DeploymentPatch" in each["resource"]}
    assert found["BL-K8S-001"] == found["BL-K8S-003"] == found["BL-K8S-052"] == "pass"
