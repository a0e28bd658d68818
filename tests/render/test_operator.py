"""`bluelamp render --operator`: objects for a GitOps repository, judged by Bluelamp's own rules."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import in_process, make_project

DIGEST = "a" * 64
IDENTITY = {"clientId": "7d2f1c9a-40b3-4d1e-9f55-2f6f2b1a9c1%d", "tenantId": "6f0c7d1e-52b4-4a43-9a0e-1d5a6c7b8e00"}
SETTINGS: dict[str, Any] = {
    "image": f"crpolicing.azurecr.io/bluelamp@sha256:{DIGEST}",
    "backend": "azblob://pulumi-state?storage_account=stexample",
    "driftHours": 6,
    "forces": {
        "dyfed-powys": {
            use: {key: value.replace("%d", str(number)) for key, value in IDENTITY.items()}
            for number, use in enumerate(("apply", "plan"))
        },
        "kent": {"apply": {"secret": "kent-apply"}, "plan": {"secret": "kent-plan"}},
        "essex": {"apply": {"secret": "essex-apply"}, "plan": {"secret": "essex-plan"}},
    },
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = make_project(tmp_path / "project", ["dyfed-powys", "kent", "essex"]).root
    (made / "stacks/operator.yaml").write_text(yaml.safe_dump(SETTINGS))
    return made


def render(root: Path, *words: str) -> dict[str, list[dict[str, Any]]]:
    status, out, err = in_process(root, ["render", "--operator", "--out", "gitops", "--format", "json", *words])
    assert status == 0, err
    files = [root / name for name in json.loads(out)["result"]["files"]]
    return {file.name: list(yaml.safe_load_all(file.read_text())) for file in files}


def stacks(rendered: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return {
        each["metadata"]["name"]: each["spec"]
        for objects in rendered.values()
        for each in objects
        if each["kind"] == "Stack"
    }


def test_a_force_has_what_the_operator_needs_to_deploy_it_and_detect_drift(root: Path) -> None:
    rendered = render(root)
    kinds = [each["kind"] for each in rendered["dyfed-powys.yaml"]]
    assert kinds == ["ServiceAccount", "ServiceAccount", "ClusterRoleBinding", "NetworkPolicy", "Stack", "Stack"]
    found = stacks(rendered)
    applies, looks = found["dyfed-powys"], found["dyfed-powys-drift"]
    assert (applies["stack"], looks["stack"]) == ("dyfed-powys", "dyfed-powys")
    assert "preview" not in applies
    assert applies["destroyOnFinalize"] is False
    assert (looks["preview"], looks["continueResyncOnCommitMatch"], looks["resyncFrequencySeconds"]) == (
        True,
        True,
        6 * 3600,
    )
    assert looks["updateTemplate"] == {"spec": {"expectNoChanges": True}}
    for name, client in (("dyfed-powys", "10"), ("dyfed-powys-drift", "11")):
        workspace = found[name]["workspaceTemplate"]["spec"]
        env = {each["name"]: each["value"] for each in workspace["env"]}
        assert env["ARM_CLIENT_ID"].endswith(client)
        assert env["PULUMI_OPTION_POLICY_PACK"] == "/opt/bluelamp/policies"
        assert found[name]["serviceAccountName"] == name
    assert found["kent"]["workspaceTemplate"]["spec"]["envFrom"] == [{"secretRef": {"name": "kent-apply"}}]
    (kustomization,) = rendered["kustomization.yaml"]
    assert kustomization["resources"] == [name for name in rendered if name != "kustomization.yaml"]


def test_the_only_failures_are_the_tokens_that_the_agents_need(root: Path) -> None:
    render(root)
    status, out, err = in_process(root, ["audit", "--from", "manifests", "gitops", "--format", "json", "--no-history"])
    assert status == 3, err
    findings = json.loads(out)["result"]["reports"][0]["findings"]
    # An agent authenticates its callers by token reviews, for which it needs a token of the API server.
    assert {each["rule"] for each in findings if each["verdict"] == "fail"} == {"BL-K8S-014"}
    # The resources of a Pulumi program are in its own plan, which `check` judges.
    assert {each["rule"] for each in findings if each["verdict"] not in ("fail", "pass", "not applicable")} == {
        "BL-K8S-094"
    }


def test_a_ring_waits_for_the_ring_before_it(root: Path) -> None:
    rings = [{"name": "early", "forces": ["kent"]}, {"name": "late", "forces": ["essex"]}]
    (root / "stacks/waves.yaml").write_text(yaml.safe_dump({"canary": "dyfed-powys", "rings": rings}))
    rendered = render(root)
    found = {name: each.get("prerequisites") for name, each in stacks(rendered).items() if not name.endswith("-drift")}
    assert found == {"dyfed-powys": None, "kent": [{"name": "dyfed-powys"}], "essex": [{"name": "kent"}]}
    assert list(rendered)[:4] == ["namespace.yaml", "dyfed-powys.yaml", "kent.yaml", "essex.yaml"]


def test_files_of_an_unnamed_force_are_removed_and_a_users_own_stay(root: Path) -> None:
    render(root)
    (root / "gitops/notes.yaml").write_text("mine: true\n")
    fewer = {**SETTINGS, "forces": {"kent": SETTINGS["forces"]["kent"]}}
    (root / "stacks/operator.yaml").write_text(yaml.safe_dump(fewer))
    render(root)
    assert sorted(path.name for path in (root / "gitops").iterdir()) == [
        "kent.yaml",
        "kustomization.yaml",
        "namespace.yaml",
        "notes.yaml",
    ]


def test_every_mistake_is_reported_at_its_location(root: Path) -> None:
    wrong = {
        "image": "crpolicing.azurecr.io/bluelamp:latest",
        "backend": "azblob://state?sig=hush",
        "memory": "lots",
        "forces": {
            "esex": {"apply": {"secret": "a"}, "plan": {"secret": "b"}},
            "kent": {"apply": {"secret": "same"}, "plan": {"secret": "same"}},
            "essex": {"apply": {"clientId": IDENTITY["clientId"].replace("%d", "0")}, "plan": {}},
        },
    }
    (root / "stacks/operator.yaml").write_text(yaml.safe_dump(wrong, sort_keys=False))
    status, _, err = in_process(root, ["render", "--operator"])
    assert status == 2
    for place in ("1:8: image", "2:10: backend", "3:9: memory"):
        assert f"stacks/operator.yaml:{place}: " in err
    assert "hush" not in err
    wrong |= {key: SETTINGS[key] for key in ("image", "backend")}
    del wrong["memory"]
    (root / "stacks/operator.yaml").write_text(yaml.safe_dump(wrong, sort_keys=False))
    status, _, err = in_process(root, ["render", "--operator"])
    assert status == 2
    for output in (
        "forces.esex: 'esex' has no stack file",
        "did you mean essex?",
        "forces.kent.plan: is the identity of apply",
        "forces.essex.apply: is not an identity",
        "forces.essex.plan: is not an identity",
    ):
        assert output in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dyfed-powys"], "dyfed-powys is not in stacks/operator.yaml; it names kent"),
        (["--pipelines", "github"], "--operator and --pipelines are mutually exclusive"),
        (["--diagram-only"], "--operator writes neither manifests nor a diagram"),
    ],
)
def test_wrong_use_is_refused(root: Path, words: list[str], message: str) -> None:
    only = {**SETTINGS, "forces": {"kent": SETTINGS["forces"]["kent"]}}
    (root / "stacks/operator.yaml").write_text(yaml.safe_dump(only))
    status, _, err = in_process(root, ["render", "--operator", *words])
    assert status == 2
    assert message in err
