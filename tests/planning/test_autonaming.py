"""`pulumi:autonaming` in a plan: the name of a resource without one, as the engine and the providers choose it."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from bluelamp.errors import UsageError
from bluelamp.planning.autonaming import KEY, Autonaming, autonaming
from bluelamp.rehearsal.azure import AzureProvider
from bluelamp.rehearsal.kubernetes import KubernetesProvider
from bluelamp.rehearsal.provider import Checked, Instance, Naming, Provider
from bluelamp.rehearsal.store import Store

INSTANCE = Instance("dev", "net", {"subscriptionId": "11111111-1111-1111-1111-111111111111"})
NETWORK, SUBNET = "azure-native:network:VirtualNetwork", "azure-native:network:Subnet"
ROLE, ACCOUNT = "azure-native:authorization:RoleAssignment", "azure-native:storage:StorageAccount"
MAP = "kubernetes:core/v1:ConfigMap"
GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture(scope="module")
def providers() -> Iterator[dict[str, Provider]]:
    with closing(Store(":memory:")) as store:
        yield {"azure-native": AzureProvider(store), "kubernetes": KubernetesProvider(store)}


def way(setting: Any, **config: str) -> Autonaming:
    text = setting if isinstance(setting, str) else json.dumps(setting)
    return autonaming({KEY: text, **config}, project="net", stack="dev", organization="acme")


def urn(token: str) -> str:
    return f"urn:pulumi:dev::net::{token}::hub"


def check(
    providers: dict[str, Provider], token: str, naming: Naming | None, old: dict[str, Any] | None = None
) -> Checked:
    given: dict[str, Any] = {} if token == MAP else {"resourceGroupName": "g", "virtualNetworkName": "v"}
    if token == NETWORK:
        given.pop("virtualNetworkName")
    return providers[token.partition(":")[0]].check(INSTANCE, urn(token), old or {}, given, naming)


def name(checked: Checked, token: str) -> Any:
    fields = {NETWORK: "virtualNetworkName", SUBNET: "subnetName", ROLE: "roleAssignmentName", ACCOUNT: "accountName"}
    return checked.inputs["metadata"].get("name") if token == MAP else checked.inputs.get(fields[token])


@pytest.mark.parametrize(
    ("setting", "token", "wanted"),
    [
        ({"mode": "verbatim"}, NETWORK, "hub"),
        ({"mode": "verbatim"}, ROLE, "hub"),
        ({"mode": "verbatim"}, MAP, "hub"),
        ({"mode": "default"}, NETWORK, "hub[0-9a-f]{8}"),
        ({"mode": "default"}, SUBNET, "hub"),
        ({"mode": "default"}, MAP, "hub-[0-9a-f]{8}"),
        ({"pattern": "${name}-${hex(5)}"}, NETWORK, "hub-[0-9a-f]{5}"),
        ({"pattern": "${name}-x"}, SUBNET, "hub-x"),
        ({"pattern": "${organization}-${project}-${stack}-${name}"}, MAP, "acme-net-dev-hub"),
        ({"pattern": "${alphanum(7)}-${string(3)}-${num(4)}"}, MAP, "[a-z0-9]{7}-[a-z]{3}-[0-9]{4}"),
        ({"pattern": "${uuid}"}, NETWORK, GUID),
        ({"pattern": "${config.owner}-${name}"}, NETWORK, "data-hub"),
        ({"pattern": "${name}-x"}, ROLE, GUID),
        ({"pattern": "${name}-x", "enforce": True}, ROLE, "hub-x"),
        ({"mode": "verbatim", "providers": {"kubernetes": {"pattern": "k-${name}"}}}, MAP, "k-hub"),
        ({"mode": "verbatim", "providers": {"kubernetes": {"pattern": "k-${name}"}}}, NETWORK, "hub"),
        (
            {"providers": {"azure-native": {"mode": "verbatim", "resources": {ACCOUNT: {"pattern": "st${num(3)}"}}}}},
            ACCOUNT,
            "st[0-9]{3}",
        ),
        (
            {"providers": {"azure-native": {"mode": "verbatim", "resources": {ACCOUNT: {"pattern": "st"}}}}},
            NETWORK,
            "hub",
        ),
        (
            {"mode": "verbatim", "providers": {"azure-native": {"resources": {ACCOUNT: {"mode": "default"}}}}},
            NETWORK,
            "hub",
        ),
        (
            {"mode": "verbatim", "providers": {"azure-native": {"resources": {ACCOUNT: {"mode": "default"}}}}},
            ACCOUNT,
            "hub[0-9a-f]{8}",
        ),
    ],
    ids=str,
)
def test_a_resource_without_a_name_gets_the_stacks_pattern(
    providers: dict[str, Provider], setting: dict[str, Any], token: str, wanted: str
) -> None:
    naming = way(setting, **{"net:owner": "data"}).naming(urn(token))
    checked = check(providers, token, naming)
    assert re.fullmatch(wanted, name(checked, token))
    # A name never changes once it is assigned.
    assert name(check(providers, token, Naming("enforce", "other"), checked.inputs), token) == name(checked, token)


@pytest.mark.parametrize("token", [NETWORK, SUBNET, ROLE, ACCOUNT, MAP])
def test_without_autonaming_the_program_must_set_the_name(providers: dict[str, Provider], token: str) -> None:
    checked = check(providers, token, way({"mode": "disabled"}).naming(urn(token)))
    assert [one for one in checked.failures if "disabled" in one.reason]


def test_without_a_setting_the_providers_choose_names() -> None:
    assert autonaming({}, project="net", stack="dev", organization="acme").naming(urn(NETWORK)) is None


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("verbatim", "is str; allowed: an object"),
        ({"mode": "verbatm"}, "mode is 'verbatm'; allowed: default, verbatim, disabled"),
        ({"mode": "verbatim", "pattern": "x"}, "mode and pattern or enforce"),
        ({"enforce": True}, "enforce needs a pattern"),
        ({"patern": "x"}, "unknown key 'patern'"),
        ({"pattern": "${config.absent}"}, "no value found for the setting 'absent'"),
        ({"providers": {"kubernetes": {"resources": {MAP: {}}}}}, "set a mode or a pattern"),
        ({"providers": {"kubernetes": {"mode": "x", "resources": {MAP: {"enforce": 1}}}}}, "enforce is 1"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_refused(setting: Any, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        way(setting)
    assert message in refused.value.message
