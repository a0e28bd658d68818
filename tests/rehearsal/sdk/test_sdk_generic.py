"""Packages served from their SDK's types: refusals, outputs, replacements and stored state."""

import base64
import re
import uuid
from typing import Any

import pytest

from bluelamp.core.resource import type_of
from bluelamp.rehearsal.provider import CloudError, Instance
from bluelamp.rehearsal.store import Fault
from bluelamp.rehearsal.values import UNKNOWN, Secret, plain

HERE = Instance("essex", "bluelamp")


@pytest.fixture
def chance(cloud_of) -> Any:
    return cloud_of("random")


def test_a_random_string_follows_its_arguments(chance):
    resource_id, made = chance.make("RandomString", length=40, special=False, upper=False, minNumeric=30)
    assert re.fullmatch(r"[a-z0-9]{40}", made["result"])
    assert sum(one.isdigit() for one in made["result"]) >= 30
    assert resource_id == made["result"]
    assert (made["special"], made["lower"], made["minLower"]) == (False, True, 0)


def test_a_random_password_is_secret_and_never_repeats(chance):
    first_id, first = chance.make("RandomPassword", "a", length=16, overrideSpecial="!")
    _, second = chance.make("RandomPassword", "b", length=16)
    assert first_id == "none"
    assert isinstance(first["result"], Secret)
    assert re.fullmatch(r"[A-Za-z0-9!]{16}", first["result"].value)
    assert first["result"].value != second["result"].value
    assert first["bcryptHash"].value.startswith("$2a$10$")


def test_a_random_id_is_the_same_in_every_encoding(chance):
    resource_id, made = chance.make("RandomId", byteLength=8, prefix="st")
    raw = bytes.fromhex(made["hex"].removeprefix("st"))
    assert len(raw) == 8
    assert made["dec"] == f"st{int.from_bytes(raw, 'big')}"
    assert base64.b64decode(made["b64Std"].removeprefix("st")) == raw
    assert resource_id == made["b64Url"].removeprefix("st") == base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(("kind", "version"), [("RandomUuid", 4), ("RandomUuid4", 4), ("RandomUuid7", 7)])
def test_random_uuids(chance, kind, version):
    resource_id, made = chance.make(kind)
    assert uuid.UUID(made["result"]).version == version
    assert resource_id == made["result"]


def test_the_other_random_resources_give_values(chance):
    assert chance.make("RandomPet")[0].count("-") == 1
    pet, made = chance.make("RandomPet", length=3, separator="_", prefix="bl")
    assert pet.startswith("bl_")
    assert pet.count("_") == 3
    assert made["length"] == 3
    number, made = chance.make("RandomInteger", min=5, max=7)
    assert 5 <= made["result"] <= 7
    assert number == str(made["result"])
    _, shuffled = chance.make("RandomShuffle", inputs=["a", "b", "c"], resultCount=7)
    assert len(shuffled["results"]) == 7
    assert {shuffled["results"].count(one) for one in "abc"} <= {2, 3}
    _, made = chance.make("RandomBytes", length=5)
    assert bytes.fromhex(made["hex"].value) == base64.b64decode(made["base64"].value)


def test_a_seed_gives_the_same_value(chance):
    first = chance.make("RandomShuffle", "a", inputs=list("abcdef"), seed="s")[1]
    assert chance.make("RandomShuffle", "b", inputs=list("abcdef"), seed="s")[1]["results"] == first["results"]


@pytest.mark.parametrize(
    ("kind", "inputs", "path", "reason"),
    [
        ("RandomString", {}, "length", "missing required property 'length'"),
        ("RandomString", {"length": "long"}, "length", 'expected an integer, found the string "long"'),
        ("RandomString", {"length": 0}, "length", "length must be at least 1, found 0"),
        ("RandomString", {"lenght": 8, "length": 8}, "lenght", "unknown property 'lenght'; did you mean 'length'?"),
        (
            "RandomPassword",
            {"length": 4, "minUpper": 3, "minLower": 3},
            "length",
            "length must be at least 6 (minLower + minUpper + minNumeric + minSpecial), found 4",
        ),
        (
            "RandomString",
            {"length": 4, "lower": False, "upper": False, "numeric": False, "special": False},
            "lower",
            "at least one of lower, upper, numeric and special must be true",
        ),
        ("RandomInteger", {"min": 9, "max": 1}, "min", "the minimum 9 is more than the maximum 1"),
        ("RandomId", {"byteLength": 0}, "byteLength", "byteLength must be at least 1, found 0"),
    ],
)
def test_random_refuses(chance, kind, inputs, path, reason):
    assert chance.refused(kind, **inputs) == [(path, reason)]


def test_random_resources_are_replaced_when_their_inputs_change(chance):
    urn = chance.urn("RandomString")

    def diff(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
        return dict(chance.provider.diff(HERE, urn, "id", old, {}, new).changes)

    assert diff({"length": 8}, {"length": 9}) == {"length": "update-replace"}
    assert diff({"length": 8}, {"length": 8, "keepers": {"a": "1"}}) == {"keepers": "add-replace"}
    assert diff({"length": 8, "keepers": {"a": "1"}}, {"length": 8, "keepers": {"a": "2"}}) == {
        "keepers.a": "update-replace"
    }
    assert diff({"length": 8}, {"length": 8, "special": True}) == {}
    assert diff({"length": 8}, {"length": 8.0, "keepers": None}) == {}
    assert diff({"length": 8}, {"length": UNKNOWN}) == {"length": "update-replace"}
    ignored = chance.provider.diff(HERE, urn, "id", {"length": 8}, {}, {"length": 9}, ["length"])
    assert ignored.changes == {}


def test_a_created_resource_is_stored_and_a_deleted_one_is_not(chance):
    urn = chance.urn("RandomString")
    resource_id, made = chance.make("RandomString", length=8)
    live = chance.provider.read(HERE, urn, resource_id, {"length": 8})
    assert live is not None
    assert (live.id, live.inputs, live.outputs) == (resource_id, {"length": 8}, made)
    assert chance.provider.read(HERE, urn, resource_id, {}) == live
    chance.provider.delete(HERE, urn, resource_id, made)
    assert chance.provider.read(HERE, urn, resource_id, {}) is None
    chance.provider.delete(HERE, urn, resource_id, made)
    assert chance.store.count() == 0


def test_resources_with_one_id_are_kept_apart(chance):
    """Every password's id is `none`, and a replacement exists beside the resource it replaces."""
    urn = chance.urn("RandomPassword", "a")
    _, other = chance.make("RandomPassword", "b", length=8)
    _, old = chance.make("RandomPassword", "a", length=9)
    _, new = chance.make("RandomPassword", "a", length=10)
    chance.provider.delete(HERE, urn, "none", old)
    live = chance.provider.read(HERE, urn, "none", {"length": 10})
    assert live is not None
    assert live.outputs == new
    chance.provider.delete(HERE, urn, "none", new)
    assert [plain(one.outputs["result"]) for one in chance.store.all()] == [other["result"].value]


def test_resources_left_by_a_killed_run_can_be_found(chance):
    urn = chance.urn("RandomString")
    assert chance.provider.expected_id(HERE, urn, {"length": 8}) is None
    resource_id, _ = chance.make("RandomString", length=8)
    assert chance.provider.expected_id(HERE, urn, {"length": 8}) == resource_id
    assert chance.provider.expected_id(HERE, urn, {"length": 9}) is None


@pytest.mark.parametrize("operation", ["create", "read", "update", "delete"])
def test_a_planned_fault_occurs_once(cloud_of, operation):
    cloud = cloud_of("command")
    urn = cloud.urn("CopyToRemote")
    inputs = {"connection": {"host": "h"}, "remotePath": "/x", "source": UNKNOWN}
    resource_id, made = cloud.provider.create(HERE, urn, inputs | {"source": None}, preview=False)
    cloud.store.plan_fault(Fault(type_of(urn), operation, "TooManyRequests", "slow down"))
    calls = {
        "create": lambda: cloud.provider.create(HERE, urn, inputs | {"source": None}, preview=False),
        "read": lambda: cloud.provider.read(HERE, urn, resource_id, {}),
        "update": lambda: cloud.provider.update(HERE, urn, resource_id, made, {}, preview=False),
        "delete": lambda: cloud.provider.delete(HERE, urn, resource_id, made),
    }
    with pytest.raises(CloudError, match="slow down") as caught:
        calls[operation]()
    assert caught.value.retryable
    calls[operation]()


def test_a_command_is_not_run(cloud_of, tmp_path):
    cloud = cloud_of("command")
    witness = tmp_path / "witness"
    token = "command:local:Command"
    urn = f"urn:pulumi:essex::bluelamp::{token}::touch"
    resource_id, made = cloud.provider.create(HERE, urn, {"create": f"touch {witness}"}, preview=False)
    assert (made["stdout"], made["stderr"]) == ("", "")
    assert not witness.exists()
    assert cloud.provider.diff(HERE, urn, resource_id, {"create": "a"}, made, {"create": "b"}).changes == {
        "create": "update"
    }
    assert cloud.provider.diff(HERE, urn, resource_id, {"triggers": [1]}, made, {"triggers": [2]}).changes == {
        "triggers[0]": "update-replace"
    }
    after = cloud.provider.update(HERE, urn, resource_id, made, {"create": "b"}, preview=False)
    assert after == {"create": "b", "stdout": "", "stderr": ""}
    assert cloud.provider.invoke(HERE, "command:local:run", {"command": f"touch {witness}"})["stdout"] == ""
    assert not witness.exists()


def test_a_directory_gives_ids_roles_and_secrets(cloud_of):
    cloud = cloud_of("azuread")
    role = {
        "id": "r-1",
        "value": "Officer.Read",
        "displayName": "d",
        "description": "d",
        "allowedMemberTypes": ["User"],
    }
    app_id, app = cloud.make("Application", displayName="portal", appRoles=[role], identifierUris=["api://portal"])
    assert app_id == f"/applications/{app['objectId']}"
    assert uuid.UUID(app["clientId"])
    assert app["appRoleIds"] == {"Officer.Read": "r-1"}
    principal_id, principal = cloud.make("ServicePrincipal", clientId=app["clientId"])
    assert principal_id == f"/servicePrincipals/{principal['objectId']}"
    assert principal["displayName"] == "portal"
    assert principal["appRoleIds"] == app["appRoleIds"]
    assert principal["servicePrincipalNames"] == [app["clientId"], "api://portal"]
    password_id, password = cloud.make("ApplicationPassword", applicationId=app_id, endDateRelative="240h")
    assert password_id == f"{app['objectId']}/password/{password['keyId']}"
    assert isinstance(password["value"], Secret)
    assert len(password["value"].value) == 40
    assert password["startDate"] < password["endDate"]
    _, user = cloud.make("User", displayName="A", userPrincipalName="a@essex.example")
    assert user["mailNickname"] == "a"
    assert isinstance(user["password"], Secret)


def test_a_description_that_says_forces_new_is_followed(cloud_of):
    cloud = cloud_of("azuread")
    urn = cloud.urn("ApplicationPassword")
    diff = cloud.provider.diff(HERE, urn, "id", {"applicationId": "a"}, {}, {"applicationId": "b"})
    assert diff.changes == {"applicationId": "update-replace"}
    diff = cloud.provider.diff(HERE, cloud.urn("Group"), "id", {"displayName": "a"}, {}, {"displayName": "b"})
    assert diff.changes == {"displayName": "update"}


def test_an_update_keeps_the_values_from_the_directory(cloud_of):
    cloud = cloud_of("azuread")
    urn = cloud.urn("Group")
    resource_id, made = cloud.make("Group", displayName="a", securityEnabled=True, description="x")
    new = {"displayName": "b", "securityEnabled": True}
    planned = cloud.provider.update(HERE, urn, resource_id, made, new, preview=True)
    after = cloud.provider.update(HERE, urn, resource_id, made, new, preview=False)
    assert planned == after
    assert after["objectId"] == made["objectId"]
    assert after["displayName"] == "b"
    assert "description" not in after
    with pytest.raises(CloudError, match="does not exist"):
        cloud.provider.update(HERE, urn, "/groups/none", made, new, preview=False)


def test_functions_answer_from_the_store_or_deterministically(cloud_of):
    cloud = cloud_of("azuread")
    _, group = cloud.make("Group", displayName="Officers", securityEnabled=True)
    found = cloud.provider.invoke(HERE, "azuread:index/getGroup:getGroup", {"displayName": "Officers"})
    assert found["objectId"] == group["objectId"]
    args = {"displayName": "Elsewhere"}
    elsewhere = cloud.provider.invoke(HERE, "azuread:index/getGroup:getGroup", args)
    assert uuid.UUID(elsewhere["objectId"])
    assert elsewhere == cloud.provider.invoke(HERE, "azuread:index/getGroup:getGroup", args)
    mine = Instance(config={"tenantId": "33333333-3333-4333-8333-333333333333"})
    client = cloud.provider.invoke(mine, "azuread:index/getClientConfig:getClientConfig", {})
    assert client["tenantId"].startswith("3333")
    with pytest.raises(CloudError, match="unknown property 'displayNme'; did you mean 'displayName'"):
        cloud.provider.invoke(HERE, "azuread:index/getGroup:getGroup", {"displayNme": "x"})
    with pytest.raises(CloudError, match="did you mean 'azuread:index/getGroup:getGroup'"):
        cloud.provider.invoke(HERE, "azuread:index/getGrup:getGrup", {})


def test_an_unknown_type_and_an_unknown_setting_name_the_nearest(cloud_of, chance):
    checked = chance.provider.check(HERE, "urn:pulumi:s::p::random:index/randomStrin:RandomStrin::x", {}, {})
    assert "did you mean 'random:index/randomString:RandomString'" in checked.failures[0].reason
    azuread = cloud_of("azuread").provider
    assert (
        azuread.check_config({"tenantId": "x", "version": "6.0.0"}).failures == ()
        or not azuread.check_config({"tenantId": "x"}).failures
    )
    (failure,) = azuread.check_config({"tenentId": "x"}).failures
    assert failure.reason == "unknown property 'tenentId'; did you mean 'tenantId'?"


@pytest.mark.parametrize("package", ["azuread", "command", "random"])
def test_every_resource_of_a_package_can_be_planned(cloud_of, package):
    """No missing input causes a crash, and every output in the SDK is present."""
    cloud = cloud_of(package)
    catalogue = cloud.provider._catalogue
    for token in catalogue.tokens():
        urn = f"urn:pulumi:essex::bluelamp::{token}::x"
        shape = catalogue.resource(token)
        inputs = dict.fromkeys(shape.inputs.required, UNKNOWN)
        assert not cloud.provider.check(HERE, urn, {}, inputs).failures
        _, planned = cloud.provider.create(HERE, urn, inputs, preview=True)
        assert set(planned) >= set(shape.outputs.required)
