"""The management group hierarchy of a force."""

from typing import Final, NotRequired, TypedDict

import pulumi
from pulumi_azure_native import Provider, management

from bluelamp.core.suggestions import did_you_mean_or
from bluelamp.modules import naming
from bluelamp.modules.azure.hierarchy import hierarchy
from bluelamp.modules.component import Component, after

PREFIX: Final = "/providers/Microsoft.Management/managementGroups/"
"""The prefix of a management group's ARM id."""
_QUARANTINE: Final = "quarantine"
_OPTIONAL: Final = {"sandbox": True, "quarantine": True, "confidential": False}
"""The optional groups by argument, and whether they exist by default."""


class Placement(TypedDict):
    """The placement of a subscription."""

    workload: str
    """A short name for the subscription, unique in the hierarchy, such as `platform`."""
    group: str
    """The key of the group, such as `management` or `corp`."""
    subscription_id: pulumi.Input[str]
    """The subscription's GUID."""


class HierarchySettings(TypedDict):
    """The hierarchy settings of a tenant: creating management groups requires authorisation."""

    tenant_id: pulumi.Input[str]
    """The tenant's GUID, which is also the name of its root group."""
    new_subscriptions: NotRequired[str]
    """The group of new subscriptions; `quarantine` by default."""


class ManagementGroupsArgs(TypedDict):
    """Arguments of the hierarchy."""

    label: naming.Label
    """The label. The groups' names contain the force's code, because they are unique in a tenant."""
    display_name: str
    """The display name of the top group, such as `West Midlands Police`, and prefix of the other display names."""
    parent: NotRequired[str]
    """Name of the parent management group; the tenant root group by default."""
    sandbox: NotRequired[bool]
    """Whether there is a sandbox group; true by default."""
    quarantine: NotRequired[bool]
    """Whether there is a quarantine group for untrusted subscriptions; true by default."""
    confidential: NotRequired[bool]
    """Whether there are groups for confidential computing, corporate and online; false by default."""
    canary: NotRequired[bool]
    """Whether this is the canary hierarchy for testing changes; false by default. Its groups have
    separate names."""
    hierarchy_settings: NotRequired[HierarchySettings]
    """The hierarchy settings of the tenant; unchanged by default."""
    tenant_id: NotRequired[pulumi.Input[str]]
    """The tenant of the placed subscriptions; by default the tenant of the signed-in identity."""
    placements: NotRequired[list[Placement]]
    """The subscriptions and their groups; none by default."""


class ManagementGroups(Component):
    """The management groups of one force."""

    ids: pulumi.Output[dict[str, str]]
    """The groups' ids by purpose: `root`, `platform`, `corp` and so on."""
    names: pulumi.Output[dict[str, str]]
    """The groups' names by purpose, known before they exist."""

    def __init__(self, name: str, args: ManagementGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wanted = {**_OPTIONAL, **{key: bool(value) for key, value in args.items() if key in _OPTIONAL}}
        places = {key: each for key, each in hierarchy().items() if wanted.get(each.get("optional", ""), True)}
        placements = args.get("placements", [])
        _check(name, placements, places, args.get("hierarchy_settings"))
        canary = args.get("canary", False)
        groups: dict[str, management.ManagementGroup] = {}
        names: dict[str, str] = {}
        for key, group in places.items():
            names[key] = naming.name("management_group", f"canary-{key}" if canary else key, args["label"])
            above = groups[group["parent"]].id if "parent" in group else self._top(name, args)
            titles = [args["display_name"], "Canary" if canary else "", group.get("title", "")]
            groups[key] = management.ManagementGroup(
                f"{name}-{key}",
                group_id=names[key],
                display_name=" - ".join(title for title in titles if title),
                details=_under(above),
                opts=self.child(),
            )
        if "hierarchy_settings" in args:
            wanted_settings = args["hierarchy_settings"]
            landing = wanted_settings.get("new_subscriptions", _QUARANTINE)
            management.HierarchySetting(
                f"{name}-settings",
                group_id=wanted_settings["tenant_id"],
                default_management_group=pulumi.Output.concat(PREFIX, after(names[landing], groups[landing])),
                require_authorization_for_group_creation=True,
                opts=self.child(),
            )
        for placement in placements:
            # The SDK places the subscription of its provider, so every placement has a separate provider.
            provider = Provider(
                f"{name}-{placement['workload']}-provider",
                subscription_id=placement["subscription_id"],
                tenant_id=args.get("tenant_id"),
                disable_pulumi_partner_id=True,
                opts=self.child(),
            )
            management.ManagementGroupSubscription(
                f"{name}-{placement['workload']}-placement",
                group_id=after(names[placement["group"]], groups[placement["group"]]),
                # Deleting a placement moves the subscription to the root group, so it must precede the next placement.
                opts=self.child(provider=provider, delete_before_replace=True),
            )
        self.ids = pulumi.Output.all(**{key: group.id for key, group in groups.items()})
        self.names = after(names, *groups.values())
        self._groups = {key: after(names[key], group) for key, group in groups.items()}
        self.finish()

    def _top(self, name: str, args: ManagementGroupsArgs) -> str | None:
        """The id of the parent group, which is looked up because it must exist."""
        parent = args.get("parent")
        if not parent:
            return None
        management.ManagementGroup.get(f"{name}-above", f"{PREFIX}{parent}", opts=self.child())
        return f"{PREFIX}{parent}"

    @property
    def groups(self) -> dict[str, pulumi.Input[str]]:
        """Each group's name by purpose, known before it exists. It depends on that group only."""
        return dict(self._groups)


def _check(
    name: str, placements: list[Placement], places: dict[str, dict[str, str]], settings: HierarchySettings | None
) -> None:
    """Lists every mistake: unknown groups, and duplicate names or subscriptions."""
    wrong: list[str] = []
    landing = settings.get("new_subscriptions", _QUARANTINE) if settings else None
    if landing is not None and landing not in places:
        hint = did_you_mean_or(landing, places)
        wrong.append(f"hierarchy_settings.new_subscriptions: {landing!r} is not in the hierarchy; {hint}")
    for index, placement in enumerate(placements):
        if placement["group"] not in places:
            hint = did_you_mean_or(placement["group"], places)
            wrong.append(f"placements[{index}].group: {placement['group']!r} is not in the hierarchy; {hint}")
        for key in ("workload", "subscription_id"):
            value = placement[key]
            if isinstance(value, str) and value in [earlier[key] for earlier in placements[:index]]:
                wrong.append(f"placements[{index}].{key}: {value!r} is placed twice; remove one of them")
    if wrong:
        raise ValueError(f"ManagementGroups {name!r}: " + "; ".join(wrong))


def _under(parent: pulumi.Input[str] | None) -> management.CreateManagementGroupDetailsArgs | None:
    if parent is None:
        return None
    return management.CreateManagementGroupDetailsArgs(parent=management.CreateParentGroupInfoArgs(id=parent))
