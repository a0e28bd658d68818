"""Arguments of the policy baseline."""

from typing import Any, NotRequired, TypedDict

import pulumi

from bluelamp.modules.shared_arguments import LabelledArgs


class Exemption(TypedDict):
    """One entry of a force's exemption register."""

    id: str
    """The entry's number in the register, such as `EX-0007`."""
    assignment: str
    """The exempted assignment, such as `Deny-Public-IP`."""
    scope: str
    """The scope: a management group by key (`corp`), or the id of a subscription, resource group or resource."""
    reason: str
    """Why the policy cannot be met."""
    expires_on: str
    """The last day of the exemption, such as `2027-03-31`. Azure ends it on that day."""
    requester: str
    """The requester, a role or mailbox."""
    approver: str
    """The approver who accepted the risk, a role or mailbox; never the requester."""
    category: NotRequired[str]
    """`Waiver` (the risk is accepted) or `Mitigated` (met by other means); `Waiver` by default."""
    assigned_at: NotRequired[str]
    """The management group of the assignment, if it is assigned at several and `scope` is not a group."""
    definitions: NotRequired[list[str]]
    """Reference ids of exempt policies in an initiative; the entire assignment by default."""
    risk_reference: NotRequired[str]
    """The risk balance case, such as `RBC-2026-014`."""
    compensating_control: NotRequired[str]
    """The compensating control."""


class Selector(TypedDict):
    """One condition of a resource selector: `include` or `exclude`."""

    kind: str
    """`resourceLocation`, `resourceType` or `resourceWithoutLocation`."""
    include: NotRequired[list[str]]
    """The values that are included."""
    exclude: NotRequired[list[str]]
    """The values that are excluded."""


class ResourceSelector(TypedDict):
    """A resource selector of an assignment."""

    name: str
    """The selector's name, unique in the assignment."""
    selectors: list[Selector]
    """Conditions that must all be met."""


class AssignmentChange(TypedDict):
    """A change to one assignment of the baseline."""

    assignment: str
    """The assignment, such as `Deny-Public-IP`."""
    at: NotRequired[list[str]]
    """The management groups of the assignment that change; all by default."""
    enforcement: NotRequired[str]
    """`Default`, `DoNotEnforce` or `Off` (not assigned); by default as in the other arguments."""
    parameters: NotRequired[dict[str, Any]]
    """Parameters that differ from the baseline's."""
    not_scopes: NotRequired[list[str]]
    """Excluded scopes: groups by key, or ids of subscriptions and their contents."""
    resource_selectors: NotRequired[list[ResourceSelector]]
    """The resources that are evaluated; all by default."""
    reason: NotRequired[str]
    """The reason for the change, recorded in the assignment's metadata."""
    expires_on: NotRequired[str]
    """The last day of the change, such as `2027-03-31`, recorded in the assignment's metadata."""


class PolicyBaselineArgs(LabelledArgs):
    """Arguments of the baseline."""

    location: str
    """The region of the assignments' identities."""
    groups: dict[str, pulumi.Input[str]]
    """Names of the management groups by key, at least `root`; assignments for other groups are omitted."""
    workspace_id: pulumi.Input[str]
    """Id of the Log Analytics workspace for activity logs, resource logs and Defender's findings."""
    locations: NotRequired[list[str]]
    """The allowed regions; every region of the United Kingdom by default."""
    ddos_plan_id: NotRequired[pulumi.Input[str]]
    """Id of the DDoS protection plan; without it, no policy adds virtual networks to a plan."""
    private_dns_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Ids of the private DNS zones by name, such as `privatelink.vaultcore.azure.net`; without them, no policy
    registers
    private endpoints."""
    private_dns_zone_scopes: NotRequired[dict[str, pulumi.Input[str]]]
    """Ids of the resource groups of these zones, or of single zones, keyed by a short name: the scopes of the role of
    the
    identity that registers private endpoints. Every single zone by default."""
    parameters: NotRequired[dict[str, dict[str, Any]]]
    """Parameters of assignments that differ from the baseline's, by the assignment's name."""
    enforcement: NotRequired[dict[str, str]]
    """`Default` or `DoNotEnforce` for single assignments, by name; all are enforced by default."""
    changes: NotRequired[list[AssignmentChange]]
    """Changes to single assignments, also at single groups; none by default."""
    audit_only: NotRequired[bool]
    """Whether all assignments only audit, as in a canary hierarchy; false by default."""
    exemptions: NotRequired[list[Exemption]]
    """The force's exemption register; none by default."""
