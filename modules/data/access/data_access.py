"""The resources that an access policy compiles to."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, Final, NotRequired, TypedDict

import pulumi
import pulumi_azuread as azuread
from pulumi_azure_native import apimanagement, authorization

from bluelamp.core.access import AccessPolicy
from bluelamp.core.access.targets import Compiling, Wanted, compiled, needs_gateway, needs_lake, resolved
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs

_CLASSES: Final[Mapping[str, type[pulumi.CustomResource]]] = {
    each.__name__: each
    for each in (
        azuread.AccessPackage,
        azuread.AccessPackageAssignmentPolicy,
        azuread.AccessPackageCatalog,
        azuread.AccessPackageResourceCatalogAssociation,
        azuread.AccessPackageResourcePackageAssociation,
        azuread.AppRoleAssignment,
        azuread.ConditionalAccessPolicy,
        azuread.Group,
        azuread.NamedLocation,
        authorization.RoleAssignment,
        apimanagement.Api,
        apimanagement.ApiOperation,
        apimanagement.ApiPolicy,
        apimanagement.Product,
        apimanagement.ProductApi,
        apimanagement.ProductPolicy,
        apimanagement.Subscription,
    )
}
_OWN_NAMES: Final = {"Api": "apiId", "Product": "productId"}
"""The output with which others refer to a resource, known before it exists."""


class AccessLake(TypedDict):
    """The data lake."""

    name: pulumi.Input[str]
    """The storage account's name."""
    file_system_ids: pulumi.Input[dict[str, str]]
    """The file systems' ARM ids by name."""


class AccessGateway(TypedDict):
    """The API Management service."""

    name: pulumi.Input[str]
    """The service's name."""
    resource_group_name: pulumi.Input[str]
    """The name of its resource group."""
    principal_id: pulumi.Input[str]
    """The object id of its identity."""


class DataAccessArgs(LabelledArgs):
    """Arguments of the compilation."""

    policy: dict[str, Any]
    """The policy, in the format of `stacks/<force>/access.yaml`, with the last day of each agreement in
    `agreements`."""
    day: str
    """The date of the compilation, such as `2026-04-01`: expired rules grant no access."""
    tenant_id: pulumi.Input[str]
    """The tenant that issues partners' tokens."""
    excluded_group_ids: NotRequired[list[pulumi.Input[str]]]
    """Object ids of groups excluded from conditional access: the emergency access accounts."""
    lake: NotRequired[AccessLake]
    """The lake; required if the policy allows access to data in it."""
    gateway: NotRequired[AccessGateway]
    """The API Management service; required for partners and the public."""


class DataAccess(Component):
    """Access packages, conditional access, role assignments and APIs, for the access that the policy allows today."""

    rules: pulumi.Output[list[str]]
    """The rules that grant access, by id."""

    def __init__(self, name: str, args: DataAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        excluded = args.get("excluded_group_ids", [])
        given: dict[str, pulumi.Input[Any]] = {f"excluded-{index}": each for index, each in enumerate(excluded)}
        label, policy, day = args["label"], AccessPolicy.model_validate(args["policy"]), date.fromisoformat(args["day"])
        keys = tuple(f"${{{key}}}" for key in given)
        compiling = Compiling(policy, day, label["force"], label["code"], label["environment"], keys)
        _check(f"DataAccess {name!r}", args, compiling)
        given["tenant"] = args["tenant_id"]
        if "lake" in args:
            ids = pulumi.Output.from_input(args["lake"]["file_system_ids"])
            given["lake"] = args["lake"]["name"]
            for container in {each.lake.container for each in policy.assets.values() if each.lake}:
                given[f"file-system-{container}"] = ids.apply(partial(_one, container))
        if "gateway" in args:
            given["gateway"] = args["gateway"]["name"]
            given["group"] = args["gateway"]["resource_group_name"]
            given["gateway-identity"] = args["gateway"]["principal_id"]
        made: dict[str, tuple[Wanted, pulumi.CustomResource]] = {}
        for wanted in compiled(compiling):
            made[wanted.name] = (wanted, self._make(name, wanted, given, made))
        self.rules = pulumi.Output.from_input([each.id for each in policy.rules if policy.is_open(each, day)])
        self.finish()

    def _make(
        self,
        name: str,
        wanted: Wanted,
        given: Mapping[str, pulumi.Input[Any]],
        made: Mapping[str, tuple[Wanted, pulumi.CustomResource]],
    ) -> pulumi.CustomResource:
        def resolve(resource: str, output: str) -> Any:
            if not output:
                return given[resource]
            source, found = made[resource]
            if output == "name":
                return after(source.inputs[_OWN_NAMES[source.type.rpartition(":")[2]]], found)
            return getattr(found, _snake(output))

        inputs = resolved(wanted.inputs, resolve, lambda parts: pulumi.Output.concat(*parts))
        class_ = _CLASSES[wanted.type.rpartition(":")[2]]
        return class_(
            f"{name}-{wanted.name}", **{_snake(key): value for key, value in inputs.items()}, opts=self.child()
        )


def _check(owner: str, args: DataAccessArgs, compiling: Compiling) -> None:
    """Raises `ValueError` if an argument that the policy needs is missing."""
    wrong = []
    if needs_lake(compiling) and "lake" not in args:
        wrong.append("lake is missing; the policy allows access to data in it")
    if needs_gateway(compiling) and "gateway" not in args:
        wrong.append("gateway is missing; the policy gives partners or the public access")
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))


def _one(key: str, known: Mapping[str, str]) -> str:
    return known[key]


def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
