"""Names and ids with Azure's restrictions: each type rejects what Azure Resource Manager would reject or misread."""

import re
from difflib import get_close_matches
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, Field

from bluelamp.core.fields import IN_SCHEMA
from bluelamp.core.source import show
from bluelamp.core.suggestions import did_you_mean
from bluelamp.infra.settings.fields import IPV4, Label, Network, in_schema, matching, refuse
from bluelamp.modules import naming

_OWNERS = ("Owner", "User Access Administrator", "Role Based Access Control Administrator")
_ROLES = Path(naming.__file__).parent.parent / "azure" / "landing_zone" / "roles.yaml"
_TAGS = Path(__file__).with_name("service_tags.yaml")
_UK = ("UKSouth", "UKWest")
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?")


@cache
def roles() -> tuple[str, ...]:
    """The built-in roles that a landing zone may assign, by name."""
    return tuple(yaml.safe_load(_ROLES.read_text("utf-8")))


@cache
def service_tags() -> frozenset[str]:
    """The service tags of Azure's networks, without regions."""
    return frozenset(yaml.safe_load(_TAGS.read_text("utf-8")))


def _role(value: str) -> str:
    if value in roles():
        return value
    allowed = f"allowed: {', '.join(roles())}"
    if value in _OWNERS:
        step = "make it eligible for hours instead, or write Contributor"
        raise refuse(f"{value} is a role that must not be assigned permanently", allowed, step)
    raise refuse(f"{show(value)} is not a role that a landing zone may assign", allowed, did_you_mean(value, roles()))


IN_SCHEMA[_role] = lambda schema: {**schema, "enum": [*roles()]}


@in_schema(pattern=rf"^(\*|{_TAG.pattern}|{IPV4}(/(\d{{1,2}}|{IPV4}))?|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(/\d{{1,3}})?)$")
def _endpoint(value: str) -> str:
    if value == "*":
        return value
    if _TAG.fullmatch(value):
        return _service_tag(value)
    try:
        ip_network(value, strict=False)
    except ValueError:
        allowed = "a range such as 10.61.0.0/22, a service tag such as Internet or VirtualNetwork, or '*'"
        raise refuse(f"{show(value)} is not a valid source or destination", allowed) from None
    return value


def _service_tag(value: str) -> str:
    if value in service_tags():
        return value
    tag, _, region = value.partition(".")
    if region and tag in service_tags():
        near = {name.casefold(): name for name in _UK}
        close = get_close_matches(region.casefold(), near, n=1, cutoff=0.8)
        if not close or near[close[0]] == region:
            return value
        raise refuse(f"{show(region)} is not a region of a service tag", "", f"did you mean {tag}.{near[close[0]]}?")
    step = did_you_mean(value, service_tags()) or "add a new tag of Azure to infra/settings/service_tags.yaml"
    raise refuse(
        f"{show(value)} is not a service tag",
        "a service tag such as Internet or VirtualNetwork, a range such as 10.61.0.0/22, or '*'",
        step,
    )


def _line(value: object) -> object:
    prefix = getattr(value, "prefixlen", 0)
    if prefix != 30:
        raise refuse(f"{value} is a /{prefix}", "a /30: two addresses for the two routers of a line")
    return value


Role = Annotated[str, AfterValidator(_role)]
"""A built-in role of Azure that may be given permanently."""

Endpoint = Annotated[str, AfterValidator(_endpoint)]
"""The source or destination of a rule: an address range, a service tag, or `*`."""

Line = Annotated[Network, AfterValidator(_line), Field(examples=["10.144.254.0/30"])]
"""The /30 of one line of an ExpressRoute circuit."""

RuleName = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?",
            "is not a name of a security rule",
            "1 to 80 letters, digits and . _ -, beginning with a letter or digit, ending with one or with _",
        )
    ),
]
"""A name of a rule of a network security group."""

ManagementGroupId = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z0-9]([A-Za-z0-9()._-]{0,88}[A-Za-z0-9()_-])?",
            "is not the id of a management group",
            "1 to 90 letters, digits and ( ) . _ -, beginning with a letter or digit, not ending with a full stop",
        )
    ),
]
"""A management group's own id: the last part of its ARM id."""

Workload = Annotated[
    Label,
    AfterValidator(
        matching(
            r"[a-z0-9]+(-[a-z0-9]+)*",
            "cannot be part of a resource's name",
            "lower-case letters, digits and single hyphens, with a letter or digit at each end",
        )
    ),
]
"""A part of the names of resources: a label without two hyphens in a row."""

BillingScope = Annotated[
    str,
    AfterValidator(
        matching(
            r"/providers/Microsoft\.Billing/billingAccounts/[A-Za-z0-9:_-]{1,200}"
            r"/(enrollmentAccounts/[A-Za-z0-9_-]{1,100}|customers/[A-Za-z0-9_-]{1,100}"
            r"|billingProfiles/[A-Za-z0-9_-]{1,100}/invoiceSections/[A-Za-z0-9_-]{1,100})",
            "is not a billing scope",
            "/providers/Microsoft.Billing/billingAccounts/… with /enrollmentAccounts/…, /customers/… or "
            "/billingProfiles/…/invoiceSections/…",
        )
    ),
]
"""The billing scope of a new subscription."""
