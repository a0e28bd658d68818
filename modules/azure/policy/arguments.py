"""What the policy baseline takes."""

from typing import Any, NotRequired, TypedDict

import pulumi

from bluelamp.modules.shared_arguments import LabelledArgs


class Exemption(TypedDict):
    """One entry of a force's exemption register: who need not meet what, until when, and who accepted that."""

    id: str
    """The entry's number in the register, such as `EX-0007`."""
    assignment: str
    """Which assignment is not met, such as `Deny-Public-IP`."""
    scope: str
    """Where: a management group by what it is for (`corp`), or the id of a subscription, resource group or resource."""
    reason: str
    """Why it cannot be met."""
    expires_on: str
    """The last day on which it counts, as `2027-03-31`; Azure itself ends it then."""
    requester: str
    """Who asked for it, a role or mailbox."""
    approver: str
    """Who accepted the risk, a role or mailbox; never the requester."""
    category: NotRequired[str]
    """`Waiver` (the risk is accepted) or `Mitigated` (it is met by other means); `Waiver` by default."""
    assigned_at: NotRequired[str]
    """The management group whose assignment is meant, where it is made at several and `scope` is not a group."""
    definitions: NotRequired[list[str]]
    """Reference ids inside an initiative that are exempt; the entire assignment by default."""
    risk_reference: NotRequired[str]
    """The risk balance case, such as `RBC-2026-014`."""
    compensating_control: NotRequired[str]
    """What is done instead."""


class Selector(TypedDict):
    """One condition of a resource selector: `include` or `exclude`."""

    kind: str
    """`resourceLocation`, `resourceType` or `resourceWithoutLocation`."""
    include: NotRequired[list[str]]
    """The only values that are evaluated."""
    exclude: NotRequired[list[str]]
    """The values that are not."""


class ResourceSelector(TypedDict):
    """Which resources an assignment evaluates."""

    name: str
    """A name of its own in the assignment."""
    selectors: list[Selector]
    """Conditions that must all be met."""


class AssignmentChange(TypedDict):
    """What differs from the baseline in one assignment."""

    assignment: str
    """Which assignment, such as `Deny-Public-IP`."""
    at: NotRequired[list[str]]
    """The groups of the assignments that are meant; all of its groups by default."""
    enforcement: NotRequired[str]
    """`Default`, `DoNotEnforce` or `Off` (it is not made); as the other arguments say by default."""
    parameters: NotRequired[dict[str, Any]]
    """Parameters that differ from the baseline's."""
    not_scopes: NotRequired[list[str]]
    """Where it does not count: groups by purpose, or ids of subscriptions and what is in them."""
    resource_selectors: NotRequired[list[ResourceSelector]]
    """The resources that it evaluates; all by default."""
    reason: NotRequired[str]
    """Why it differs; kept in the assignment's metadata."""
    expires_on: NotRequired[str]
    """The last day on which it should differ, as `2027-03-31`; kept in the assignment's metadata."""


class PolicyBaselineArgs(LabelledArgs):
    """Arguments of the baseline."""

    location: str
    """The region that the assignments' identities are kept in."""
    groups: dict[str, pulumi.Input[str]]
    """Names of the management groups by purpose, `root` at least; what is meant for another is left out."""
    workspace_id: pulumi.Input[str]
    """Id of the Log Analytics workspace that receives activity logs, resource logs and Defender's findings."""
    locations: NotRequired[list[str]]
    """The regions that resources may be in; every region of the United Kingdom by default."""
    ddos_plan_id: NotRequired[pulumi.Input[str]]
    """Id of the DDoS protection plan; without it virtual networks are not put into one."""
    private_dns_zone_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Ids of the private DNS zones by name, such as `privatelink.vaultcore.azure.net`; without any, private endpoints
    are not registered by policy."""
    private_dns_zone_scopes: NotRequired[dict[str, pulumi.Input[str]]]
    """Ids of the resource groups that hold these zones, or of single zones, keyed by a short name: what the identity
    that registers private endpoints has its role on. Every single zone by default."""
    parameters: NotRequired[dict[str, dict[str, Any]]]
    """Parameters of assignments that differ from the baseline's, by the assignment's name."""
    enforcement: NotRequired[dict[str, str]]
    """`Default` or `DoNotEnforce` for single assignments, by name; all are enforced by default."""
    changes: NotRequired[list[AssignmentChange]]
    """What differs in single assignments, also at single groups; nothing by default."""
    audit_only: NotRequired[bool]
    """Whether nothing is enforced, only reported, as in a canary hierarchy; false by default."""
    exemptions: NotRequired[list[Exemption]]
    """The force's exemption register; none by default."""
