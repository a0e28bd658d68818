"""The hierarchy of management groups under which a force's subscriptions are placed."""

from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import management

from modules import naming
from modules.component import Component, after

_HIERARCHY = {
    "root": ("", ""),
    "platform": ("root", "Platform"),
    "management": ("platform", "Management"),
    "connectivity": ("platform", "Connectivity"),
    "identity": ("platform", "Identity"),
    "security": ("platform", "Security"),
    "landing-zones": ("root", "Landing zones"),
    "corp": ("landing-zones", "Corporate"),
    "online": ("landing-zones", "Online"),
    "sandbox": ("root", "Sandbox"),
    "decommissioned": ("root", "Decommissioned"),
    "quarantine": ("root", "Quarantine"),
}
"""Each group's parent and title, parents first: the hierarchy of the Azure landing zone reference architecture."""


class ManagementGroupsArgs(TypedDict):
    """What the hierarchy needs."""

    label: naming.Label
    """Whose it is; the groups' names hold the force's code, because they are unique in a tenant."""
    display_name: str
    """What the top group is called, such as `West Midlands Police`; the others begin with it."""
    parent: NotRequired[str]
    """Name of the management group above; the tenant's root group when it is left out."""
    sandbox: NotRequired[bool]
    """Whether there is a place to experiment; true when left out."""
    quarantine: NotRequired[bool]
    """Whether there is a place for subscriptions that are not yet trusted; true when left out."""


class ManagementGroups(Component):
    """The management groups of one force."""

    ids: pulumi.Output[dict[str, str]]
    """The groups' ids by what they are for: `root`, `platform`, `corp` and so on."""
    names: pulumi.Output[dict[str, str]]
    """The groups' names by what they are for, known before they exist."""

    def __init__(self, name: str, args: ManagementGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wanted = {key for key in ("sandbox", "quarantine") if args.get(key, True)}
        groups: dict[str, management.ManagementGroup] = {}
        names: dict[str, str] = {}
        for key, (parent, title) in _HIERARCHY.items():
            if key in ("sandbox", "quarantine") and key not in wanted:
                continue
            names[key] = naming.name("management_group", key, args["label"])
            above = groups[parent].id if parent else _top(args)
            groups[key] = management.ManagementGroup(
                f"{name}-{key}",
                group_id=names[key],
                display_name=f"{args['display_name']} - {title}" if title else args["display_name"],
                details=_under(above),
                opts=self.child(),
            )
        self.ids = pulumi.Output.all(**{key: group.id for key, group in groups.items()})
        self.names = after(names, *groups.values())
        self.finish()


def _under(parent: pulumi.Input[str] | None) -> management.CreateManagementGroupDetailsArgs | None:
    if parent is None:
        return None
    return management.CreateManagementGroupDetailsArgs(parent=management.CreateParentGroupInfoArgs(id=parent))


def _top(args: ManagementGroupsArgs) -> str | None:
    parent = args.get("parent")
    return f"/providers/Microsoft.Management/managementGroups/{parent}" if parent else None
