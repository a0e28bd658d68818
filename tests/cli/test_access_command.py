"""The command `bluelamp access`."""

import json
import subprocess

import pytest

from tests.conftest import Project

POLICY = """\
networks:
  force: [192.0.2.0/28]
purposes: {stewardship: Keeping data correct}
personas:
  steward: {title: Data steward, kind: staff, group: 00000000-0000-4000-8000-000000000001}
assets:
  incidents:
    application:
      client: 00000000-0000-4000-8000-000000000002
      servicePrincipal: 00000000-0000-4000-8000-000000000003
rules:
  - id: stewardship
    effect: allow
    personas: [steward]
    assets: [incidents]
    purposes: [stewardship]
    networks: [force]
    devices: [managed]
"""


@pytest.fixture
def policy(project: Project):
    """A committed project in which one force has one asset and a policy for it."""
    from tests.workloads.contracts import contract

    contract(project.root, properties=[{"name": "id", "logicalType": "string"}])
    folder = project.root / "stacks" / "dyfed-powys" / "assets"
    folder.mkdir(exist_ok=True)
    for path in (project.root / "contracts").iterdir():
        path.rename(folder / path.name)
    path = project.root / "stacks" / "dyfed-powys" / "access.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path


def git(root, *words):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *words], cwd=root, check=True, capture_output=True)


def test_the_matrix_shows_that_every_target_agrees(project, policy):
    done = project.here("access", "dyfed-powys")
    assert (done.returncode, done.stderr) == (0, "")
    assert "incidents  full" in done.stdout
    assert "4 cells; every target agrees with the policy" in done.stdout
    listed = project.here("access")
    assert ["dyfed-powys", "1", "1", "1", "-"] in [line.split() for line in listed.stdout.splitlines()]


def test_who_gains_access_since_a_revision_is_listed(project, policy):
    git(project.root, "init", "-q")
    git(project.root, "add", "-A")
    git(project.root, "commit", "-qm", "begin")
    policy.write_text(POLICY.replace("devices: [managed]", "devices: [any]"), encoding="utf-8")
    done = project.here("access", "dyfed-powys", "--against", "HEAD", "--format", "json")
    [change] = json.loads(done.stdout)["result"]["changes"]
    assert (change["what"], change["persona"], change["devices"]) == ("gains", "steward", ["unmanaged"])
    run = project.here("access", "dyfed-powys", "--against", "HEAD")
    assert "gains steward: incidents for stewardship (force; unmanaged): nothing -> full" in run.stdout
    wrong = project.here("access", "dyfed-powys", "--against", "nowhere")
    assert wrong.returncode == 2
    assert "name a commit, a branch or a tag" in wrong.stderr


def test_ending_access_is_announced(project, policy):
    policy.write_text(POLICY + '    expires: "2020-01-31"\n', encoding="utf-8")
    done = project.here("access", "dyfed-powys")
    assert "access ended stewardship: 2020-01-31" in done.stdout
    assert "incidents  -" in done.stdout


def test_documents_for_jobs_are_written(project, policy):
    done = project.here("access", "dyfed-powys", "--export", "out")
    assert done.returncode == 0
    assert json.loads((project.root / "out" / "lake-acls.json").read_text(encoding="utf-8")) == {"acls": []}
    assert json.loads((project.root / "out" / "views.json").read_text(encoding="utf-8")) == {"views": []}


def test_wrong_use_names_the_next_step(project, policy):
    for words, output in {
        ("access", "wiltshire"): "has no access policy",
        ("access", "--export", "out"): "--export is for one force",
    }.items():
        done = project.here(*words)
        assert done.returncode == 2
        assert output in done.stderr
    policy.write_text(POLICY.replace("personas: [steward]", "personas: [stewards]"), encoding="utf-8")
    for command in ("access", "check"):
        done = project.here(command, "dyfed-powys")
        assert done.returncode == 2
        assert "stacks/dyfed-powys/access.yaml:14:" in done.stderr
        assert "did you mean steward?" in done.stderr
