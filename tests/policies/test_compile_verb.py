"""`bluelamp compile`: the files it writes, deterministically, and its output."""

import json

import pytest
import yaml


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_admission_policies_are_written_as_manifests(project, tmp_path):
    done = project.here("compile", "--to", "admission", "--out", str(tmp_path / "out"), "--format", "json")
    assert done.returncode == 0, done.stderr
    output = json.loads(done.stdout)["result"]
    written = contents(tmp_path / "out")
    assert {f"{id_}.yaml" for id_ in output["compiled"]} | {"kustomization.yaml", "left-out.md"} == set(written)
    listed = yaml.safe_load(written["kustomization.yaml"])["resources"]
    assert set(listed) == set(written) - {"kustomization.yaml", "left-out.md"}
    kinds = [each["kind"] for each in yaml.safe_load_all(written["BL-K8S-005.yaml"])]
    assert kinds == ["ValidatingAdmissionPolicy", "ConfigMap", "ValidatingAdmissionPolicyBinding"]
    assert output["leftOut"]["BL-K8S-022"] in written["left-out.md"].decode()
    assert not [id_ for id_ in output["compiled"] if not id_.startswith("BL-K8S-")]


def test_a_second_run_writes_the_same_and_removes_obsolete_files(project, tmp_path):
    out = tmp_path / "out"
    assert project.here("compile", "essex", "--to", "azure-policy", "--out", str(out)).returncode == 0
    first = contents(out)
    (out / "notes.md").write_text("somebody's own", encoding="utf-8")
    assert project.here("compile", "essex", "--to", "azure-policy", "--out", str(out)).returncode == 0
    assert contents(out) == {**first, "notes.md": b"somebody's own"}
    done = project.here("compile", "essex", "--to", "azure-policy", "--out", str(out), "--rule", "BL-STO-00*")
    assert done.returncode == 0
    kept = {path for path in contents(out) if path.startswith("definitions/")}
    assert kept
    assert all(path.startswith("definitions/BL-STO-00") for path in kept)
    assert kept < set(first)


def test_the_initiative_is_at_the_forces_root_group_and_has_its_baseline(project, tmp_path):
    folder = project.root / "stacks" / "essex"
    folder.mkdir(exist_ok=True)
    (folder / "baseline.yaml").write_text("rules: {BL-LOG-001: {parameters: {minimum: 400}}}\n", encoding="utf-8")
    out = tmp_path / "out"
    done = project.here("compile", "essex", "--to", "azure-policy", "--out", str(out))
    assert done.returncode == 0, done.stderr
    output = json.loads((out / "initiative.json").read_text(encoding="utf-8"))["properties"]
    group = "/providers/Microsoft.Management/managementGroups/mg-root-essex-prod/"
    assert all(each["policyDefinitionId"].startswith(group) for each in output["policyDefinitions"])
    assert output["parameters"]["minimum-BL-LOG-001"]["defaultValue"] == 400
    assert "unverified aliases to test on a subscription" in done.stderr


def test_definitions_that_azure_may_refuse_can_be_left_out(project, tmp_path):
    words = ("compile", "essex", "--to", "azure-policy", "--format", "json", "--out", str(tmp_path / "out"))
    every, sure = (json.loads(project.here(*words, *more).stdout)["result"] for more in ((), ("--verified-only",)))
    assert every["unverifiedAliases"]
    assert not sure["unverifiedAliases"]
    assert set(sure["compiled"]) == set(every["compiled"]) - set(every["unverifiedAliases"])
    assert len(sure["compiled"]) > 20


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "azure-policy"), "name a force, or give --management-group"),
        (("--to", "admission", "--rule", "BL-STO-001"), "none of the selected rules is about Kubernetes"),
        (("--to", "admission", "--rule", "BL-K8S-1"), "is not a known rule"),
        (("--to", "rego"), "'rego' is not one of"),
        (("atlantis", "--to", "azure-policy"), "atlantis"),
    ],
)
def test_a_mistake_is_reported_and_writes_nothing(project, tmp_path, words, message):
    done = project.here("compile", *words, "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
