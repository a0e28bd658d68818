"""A secret placed in every possible input appears nowhere: in no output, report or file."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Project, bluelamp

FORCE = "dyfed-powys"
CANARY = "canary-5up3r-s3cret-value"
FORMS = (CANARY, base64.b64encode(CANARY.encode()).decode().rstrip("="), CANARY.encode().hex())
ENVIRONMENT = {
    "ARM_CLIENT_SECRET": CANARY,
    "AZURE_CLIENT_SECRET": CANARY,
    "PULUMI_CONFIG_PASSPHRASE": CANARY,
    "BLUELAMP_SIGNING_PASSPHRASE": CANARY,
    "KUBE_TOKEN": CANARY,
}
MANIFESTS = f"""\
apiVersion: v1
kind: Secret
metadata:
  name: login
  namespace: default
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{{"stringData":{{"password":"{CANARY}"}}}}'
stringData:
  password: {CANARY}
  uri: postgres://records:{CANARY}@db:5432/records
data:
  password: {FORMS[1]}
---
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: web
      env:
        - name: PASSWORD
          value: {CANARY}
        - name: API_TOKEN
          value: {CANARY}
"""


def found_in(folder: Path, *besides: Path) -> Iterator[str]:
    """The files below `folder`, other than `besides`, that have the canary in any form."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path not in besides and not any(each.is_symlink() for each in path.parents):
            content = path.read_bytes()
            yield from (f"{form!r} in {path}" for form in FORMS if form.encode() in content)


def run(project: Project, *words: str) -> str:
    done = bluelamp(words, project.root, **ENVIRONMENT)
    output = done.stdout + done.stderr
    assert "Traceback" not in output
    assert not [form for form in FORMS if form in output], words
    return output


@pytest.fixture
def with_secrets(project: Project) -> Project:
    """A force whose settings give providers secrets, in clear text and encrypted."""
    settings = project.settings(FORCE)
    text = settings.read_text(encoding="utf-8")
    lines = (
        f"  azure-native:clientSecret: {CANARY}\n"
        f"  azure-native:clientCertificatePassword:\n    secure: v1:{CANARY}\n"
        f'  kubernetes:kubeconfig: \'{{"users":[{{"token":"{CANARY}"}}]}}\'\n'
    )
    settings.write_text(text.replace("config:\n", f"config:\n{lines}", 1), encoding="utf-8")
    return project


def test_no_offline_command_reveals_a_secret(with_secrets: Project) -> None:
    run(with_secrets, "key", "force.pem")
    run(with_secrets, "check", FORCE, "--format", "json", "--report", "checked")
    report = ("--report", "report", "--sign-with", "force.pem")
    assert "wrote report/findings.json" in run(with_secrets, "audit", FORCE, *report)
    run(with_secrets, "verify", "report", "--format", "json")
    run(with_secrets, "explain", FORCE, "vault-vault", "--format", "json")
    run(with_secrets, "explain", FORCE, "vault-vault", "properties.sku.name")
    run(with_secrets, "policy", FORCE, "--format", "json")
    run(with_secrets, "render", FORCE)
    assert list(found_in(with_secrets.root, with_secrets.settings(FORCE))) == []


def test_a_secret_among_the_settings_is_refused_without_revealing_it(with_secrets: Project) -> None:
    settings = with_secrets.settings(FORCE)
    text = settings.read_text(encoding="utf-8")
    wrong = re.sub(r"role: .*", f"role: {{secure: v1:{CANARY}}}", text, count=1).replace(
        "  bluelamp:costCentre:", f"  bluelamp:clientSecret: {{secure: v1:{CANARY}}}\n  bluelamp:costCentre:"
    )
    settings.write_text(wrong, encoding="utf-8")
    output = run(with_secrets, "check", FORCE) + run(with_secrets, "audit", FORCE, "--format", "json")
    assert "is encrypted, but no setting of Bluelamp is a secret" in output
    assert list(found_in(with_secrets.root, settings)) == []


def test_no_report_on_manifests_reveals_a_secret(project: Project) -> None:
    manifests = project.root / "secrets.yaml"
    manifests.write_text(MANIFESTS)
    command = ("audit", "--from", "manifests", "secrets.yaml", "--report", "out", "--history", "h.duckdb")
    output = run(project, *command) + run(project, *command, "--format", "json")
    assert "BL-K8S" in output
    assert list(found_in(project.root, manifests)) == []


@pytest.mark.engine
@pytest.mark.usefixtures("engine")
def test_no_command_of_the_engine_reveals_a_secret(with_secrets: Project) -> None:
    run(with_secrets, "preview", "--rehearse", FORCE, "--format", "json")
    run(with_secrets, "up", "--rehearse", FORCE, "--report", "report")
    run(with_secrets, "drift", "--rehearse", FORCE, "--format", "json")
    run(with_secrets, "audit", "--from", "state", "--rehearse", FORCE, "--report", "audited")
    run(with_secrets, "destroy", "--rehearse", FORCE)
    assert list(found_in(with_secrets.root, with_secrets.settings(FORCE))) == []
