"""`bluelamp cloud` with several forces whose resources have the same logical names."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.errors import UsageError
from bluelamp.rehearsal.sdk.schema import Catalogue
from bluelamp.rehearsal.space import Space
from bluelamp.rehearsal.store import Fault, Record
from bluelamp.rehearsal.tokens import resource_type
from tests.conftest import in_process

SUBNET, GROUP = "azure-native:network:Subnet", "azure-native:resources:ResourceGroup"
RULES = "azure-native:network:NetworkSecurityGroup"
LONG = "a-name-that-is-much-too-long-for-a-column-of-a-terminal" * 3


def made(force: str, type_: str, name: str, tail: str = "") -> Record:
    id_ = f"/subscriptions/{force}/resourceGroups/hub/providers/{type_.split(':')[2]}/{name}{tail}"
    return Record(
        id_, "azure-native", type_, f"urn:pulumi:{force}::bluelamp::{type_}::{name}", {}, {"tags": {"a": "b"}}
    )


@pytest.fixture
def cloud(tmp_path: Path) -> Path:
    with contextlib.closing(Space(tmp_path).open_store()) as store:
        for force in ("essex", "west-midlands"):
            store.put(made(force, RULES, "hub-hub-rules"))
            store.put(made(force, SUBNET, LONG))
        store.put(made("essex", GROUP, "only-essex"))
        store.put(made("kent", SUBNET, "twice"))
        store.put(made("kent", GROUP, "twice"))
    return tmp_path


def run(folder: Path, *words: str, status: int = 0) -> tuple[str, str]:
    """The command's output in a pipe, on each stream."""
    ended, out, err = in_process(folder, ("cloud", *words))
    assert ended == status, out + err
    return out, err


def test_a_name_in_two_forces_is_reported_with_the_forces(cloud: Path) -> None:
    for words in (("show", "hub-hub-rules"), ("drift", "hub-hub-rules", "tags.a", "c")):
        _, err = run(cloud, *words, status=2)
        assert "'hub-hub-rules' names 2 resources, of essex and west-midlands" in err
        assert "--force essex" in err
    run(cloud, "drift", "--force", "west-midlands", "hub-hub-rules", "tags.a", "c")
    given = {
        force: json.loads(run(cloud, "show", "hub-hub-rules", "--force", force, "--format", "json")[0])["result"]
        for force in ("essex", "west-midlands")
    }
    assert {force: each["properties"]["tags"]["a"] for force, each in given.items()} == {
        "essex": "b",
        "west-midlands": "c",
    }


def test_names_within_a_force_and_of_other_forces_are_found(cloud: Path) -> None:
    assert "give one id of: " in run(cloud, "show", "twice", status=2)[1]
    assert run(cloud, "show", "only-essex")[0]
    assert "holds no 'only-essex' of kent" in run(cloud, "show", "only-essex", "--force", "kent", status=2)[1]
    assert "did you mean hub-hub-rules?" in run(cloud, "show", "hub-rules", "--force", "essex", status=2)[1]
    id_ = made("essex", RULES, "hub-hub-rules").id
    assert run(cloud, "show", id_)[0] == run(cloud, "show", id_.upper(), "--force", "essex")[0]
    run(cloud, "show", id_, "--force", "kent", status=2)


def test_a_force_without_resources_is_reported(cloud: Path, tmp_path: Path) -> None:
    for words in (("ls",), ("show", "x"), ("drift", "x", "y", "z")):
        assert "nothing of wiltshire is deployed" in run(cloud, *words, "--force", "wiltshire", status=1)[1]
        assert "did you mean essex?" in run(cloud, *words, "--force", "esex", status=1)[1]
    given = json.loads(run(cloud, "show", "x", "--force", "wiltshire", "--format", "json", status=1)[0])
    assert given["problems"][0]["nextStep"] == "bluelamp up --rehearse wiltshire"

    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "Pulumi.yaml").touch()
    assert run(empty, "ls")[0] == "the rehearsal cloud is empty\n"
    assert json.loads(run(empty, "ls", "--format", "json")[0])["result"] == {"resources": []}
    assert "it is empty" in run(empty, "show", "x", status=2)[1]
    assert "nothing of essex is deployed" in run(empty, "ls", "--force", "essex", status=1)[1]
    assert run(empty, "fault")[0] == "no faults are planned\n"


def test_a_listing_is_filtered_and_complete_in_a_pipe(cloud: Path) -> None:
    lines = run(cloud, "ls")[0].splitlines()
    assert len(lines) == 1 + 7
    for line in lines[1:]:
        force, type_, name, id_ = line.split()
        assert made(force, type_, name).id == id_

    def listed(*words: str) -> set[tuple[str, str]]:
        found = json.loads(run(cloud, "ls", *words, "--format", "json")[0])["result"]["resources"]
        return {(each["force"], each["type"]) for each in found}

    assert listed("--force", "essex") == {("essex", RULES), ("essex", SUBNET), ("essex", GROUP)}
    assert listed("--type", SUBNET.upper()) == {("essex", SUBNET), ("west-midlands", SUBNET), ("kent", SUBNET)}
    assert listed("--type", "azure-native:network:*", "--force", "kent") == {("kent", SUBNET)}
    assert listed("--type", "azure-native:keyvault:Vault") == set()
    assert run(cloud, "ls", "--type", "azure-native:keyvault:Vault")[0] == "nothing found\n"
    assert f"did you mean {SUBNET}" in run(cloud, "ls", "--type", "azure-native:network:Subnett", status=2)[1]


def test_faults_are_planned_listed_and_cleared(cloud: Path) -> None:
    def planned() -> list[Fault]:
        with contextlib.closing(Space(cloud).open_store()) as store:
            return store.faults()

    run(cloud, "fault", "AZURE-NATIVE:network:subnet", "create", "--code", "Conflict", "--times", "2")
    run(cloud, "fault", "*", "delete")
    assert [(each.type, each.operation, each.remaining) for each in planned()] == [
        (SUBNET, "create", 2),
        ("*", "delete", 1),
    ]
    assert run(cloud, "fault")[0] == run(cloud, "fault", "--list")[0]
    assert run(cloud, "fault")[0].splitlines()[1].split()[:4] == [SUBNET, "create", "2", "Conflict"]
    given = json.loads(run(cloud, "fault", "--list", "--format", "json")[0])["result"]["faults"]
    assert [(each["type"], each["remaining"]) for each in given] == [(SUBNET, 2), ("*", 1)]

    run(cloud, "fault", SUBNET, "delete", "--clear")
    assert len(planned()) == 2
    assert "1 planned fault cleared" in run(cloud, "fault", SUBNET, "--clear")[1]
    assert [each.type for each in planned()] == ["*"]
    run(cloud, "fault", "--clear")
    assert planned() == []


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("azure-native:network:Subnett", "create"), f"did you mean {SUBNET}"),
        (("Subnet", "create"), f"did you mean {SUBNET}"),
        (("azure-native:network/v20230101:Subnet", "create"), f"did you mean {SUBNET}"),
        (("kubernetes:core/v1:ConfigMaps", "create"), "did you mean kubernetes:core/v1:ConfigMap"),
        (("bluelamp:azure:Hub", "create"), "is not a resource type"),
        (("", "create"), "is not a resource type"),
        ((SUBNET, "creat"), "did you mean create?"),
        ((SUBNET,), f"bluelamp cloud fault {SUBNET} create"),
        ((SUBNET, "create", "--list"), "--list takes no other arguments"),
        (("azure-native:network:Subnett", "--clear"), f"did you mean {SUBNET}"),
    ],
)
def test_a_wrong_fault_is_refused_with_the_nearest(cloud: Path, words: tuple[str, ...], wanted: str) -> None:
    assert wanted in run(cloud, "fault", *words, status=2)[1]
    assert json.loads(run(cloud, "fault", "--format", "json")[0])["result"] == {"faults": []}


@pytest.fixture(scope="module")
def tokens() -> list[str]:
    return [token for package in ("azure-native", "kubernetes", "random") for token in Catalogue(package).tokens()]


def test_every_type_of_a_package_and_custom_resources_are_known(tokens: list[str]) -> None:
    custom = ["kubernetes:cilium.io/v2:CiliumNetworkPolicy", "kubernetes:cert-manager.io/v1:Certificate"]
    for token in [*tokens[::29], *custom]:
        assert resource_type(token) == token
    assert resource_type("a:b:C", ["a:b:C"]) == "a:b:C"


@settings(max_examples=30, derandomize=True, deadline=None)
@given(data=st.data())
def test_a_misspelt_type_is_refused_and_the_type_is_named(tokens: list[str], data: st.DataObject) -> None:
    token = data.draw(st.sampled_from(tokens))
    place = data.draw(st.integers(len(token.rpartition(":")[0]) + 1, len(token) - 1))
    slip = data.draw(st.sampled_from([token[:place] + token[place + 1 :], f"{token[:place]}q{token[place:]}"]))
    try:
        assert resource_type(slip).casefold() == slip.casefold()
    except UsageError as error:
        assert token in error.next_step or error.next_step.startswith("did you mean")  # noqa: PT017 - either may be


def test_drift_to_the_present_value_is_refused(cloud: Path) -> None:
    _, err = run(cloud, "drift", "--force", "essex", "hub-hub-rules", "tags.a", "b", status=2)
    assert "tags.a of hub-hub-rules already has this value" in err
    assert "next: " in err
    run(cloud, "drift", "--force", "essex", "hub-hub-rules", "tags.a", "c")
