"""Compares the policy with its targets: every cell, with every evaluator."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address
from typing import Final

from bluelamp.access.application import applications
from bluelamp.access.cloud_resource import CloudResource, Resources, Subject
from bluelamp.access.interfaces import open_data, partner_interface
from bluelamp.access.lake import lake
from bluelamp.core.access import FORCE, FULL, INTERNET, OPEN, AccessPolicy, Cell, cells, decide
from bluelamp.core.access.targets import Wanted, resolved

_ACCOUNT: Final = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stlake"
_IDENTITY: Final = "identity-of-the-gateway"
_GIVEN: Final = {"tenant": "tenant", "lake": "stlake", "gateway": "apim", "group": "rg", "gateway-identity": _IDENTITY}
_ELSEWHERE: Final = "elsewhere"
SERVED: Final[Mapping[str, tuple[str, ...]]] = {
    "staff": ("application", "lake"),
    "partner": ("interface",),
    "public": ("open data",),
}
"""The targets through which each kind of persona has access; every other target denies it."""


@dataclass(frozen=True)
class Cloud:
    """Deployed resources, the ARM id of the lake's account and the object id of the interfaces' identity."""

    resources: Resources
    account: str = _ACCOUNT
    identity: str = _IDENTITY

    def file_system(self, container: str) -> str:
        """The ARM id of a file system of the lake."""
        return f"{self.account}/blobServices/default/containers/{container}"


@dataclass(frozen=True)
class Disagreement:
    """A cell in which a target differs from the policy."""

    cell: Cell
    target: str
    policy: frozenset[str]
    found: frozenset[str]


def made(wanted: Iterable[Wanted], *, account: Mapping[str, str] | None = None) -> Cloud:
    """The compiled resources with ids as in a cloud, and a lake without public network access.

    `account` are other inputs of the lake's storage account.
    """
    every = tuple(wanted)
    by_name = {each.name: each for each in every}
    found = Cloud(Resources(()))

    def resolve(resource: str, output: str) -> str:
        if resource.startswith("file-system-"):
            return found.file_system(resource.removeprefix("file-system-"))
        if not output:
            return _GIVEN.get(resource, resource)
        own = by_name[resource].inputs
        return str(own.get("apiId") or own.get("productId")) if output == "name" else f"{resource}.{output}"

    seen = [
        CloudResource(
            each.type,
            resolved(each.inputs, resolve, lambda parts: "".join(map(str, parts))),
            {"id": f"{each.name}.id", "objectId": f"{each.name}.objectId"},
        )
        for each in every
    ]
    lake_account = CloudResource(
        "azure-native:storage:StorageAccount", account or {"publicNetworkAccess": "Disabled"}, {"id": found.account}
    )
    return Cloud(Resources([*seen, lake_account]))


def disagreements(policy: AccessPolicy, cloud: Cloud, day: date) -> Iterator[Disagreement]:
    """Every cell in which a target differs from the policy on `day`."""
    for cell in cells(policy):
        view = decide(policy, cell, day).view
        kind = policy.personas[cell.persona].kind
        for target, found in answers(policy, cloud, cell).items():
            wanted = frozenset([view] if view is not None and target in SERVED[kind] else [])
            if found != wanted:
                yield Disagreement(cell, target, wanted, found)


def answers(policy: AccessPolicy, cloud: Cloud, cell: Cell) -> Mapping[str, frozenset[str]]:
    """The views of the cell's asset that the persona can read through each target."""
    asset, who, resources = policy.assets[cell.asset], subject(policy, cell), cloud.resources
    found: dict[str, frozenset[str]] = {}
    if asset.application is not None:
        may = applications(resources, who, asset.application.client, asset.application.service_principal)
        found["application"] = frozenset([FULL] if may else [])
    if asset.lake is None:
        return found
    views = {FULL, OPEN, _ELSEWHERE, *asset.masks}
    at, path = cloud.file_system(asset.lake.container), asset.lake.path
    found["lake"] = frozenset(view for view in views if lake(resources, who, at, f"{path}/{view}/data.parquet"))
    before = f"{asset.lake.container}/{path}/"
    if asset.api is not None:
        folders = partner_interface(resources, who, asset.api, cloud.identity)
        found["interface"] = frozenset(each.removeprefix(before) for each in folders)
    if asset.open is not None and policy.personas[cell.persona].kind == "public":
        folders = open_data(resources, who, f"open/{cell.asset}", cloud.identity)
        found["open data"] = frozenset(each.removeprefix(before) for each in folders)
    return found


def subject(policy: AccessPolicy, cell: Cell) -> Subject:
    """The subject of a cell."""
    persona = policy.personas[cell.persona]
    return Subject(
        purpose=cell.purpose,
        address=_address(policy, cell.network),
        private=cell.network == FORCE,
        managed=cell.device == "managed",
        groups=frozenset([persona.group] if persona.group else []),
        application=persona.application,
    )


def _address(policy: AccessPolicy, network: str) -> IPv4Address:
    """The last address of a network; for the Internet, the first address outside named networks."""
    named = [block for blocks in policy.networks.values() for block in blocks]
    if network != INTERNET:
        return policy.networks[network][-1][-1]
    address = IPv4Address("1.0.0.1")
    while inside := [block for block in named if address in block]:
        address = inside[0][-1] + 1
    return address
