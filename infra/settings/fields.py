"""The types of settings' values: each rejects what Azure, Kubernetes or policing rules would reject."""

import re
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator

from bluelamp.core.fields import (
    IPV4,
    UK_REGIONS,
    Label,
    Model,
    Network,
    Region,
    Text,
    in_schema,
    matching,
    network,
    or_number,
    refuse,
)
from bluelamp.core.source import show

__all__ = [
    "IPV4",
    "UK_REGIONS",
    "Address",
    "Cpu",
    "Domain",
    "Email",
    "FirewallPolicyId",
    "Fqdn",
    "Guid",
    "Identifier",
    "Label",
    "Memory",
    "Model",
    "Namespace",
    "Network",
    "Ports",
    "Region",
    "Text",
    "Thumbprint",
    "Tier",
    "UserIdentityId",
    "VaultSecretId",
    "in_schema",
    "matching",
    "network",
    "refuse",
]

RESERVED_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
"""Namespaces that Kubernetes makes for itself; every name that begins with `kube-` is kept for it too."""


_RESERVED = IPv4Network("240.0.0.0/4")
_PORT = r"0*(\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])"


@in_schema(type="string", pattern=f"^{IPV4}$")
def address(value: object) -> IPv4Address:
    """`value` as an IPv4 address."""
    if isinstance(value, IPv4Address):
        return value
    try:
        found = IPv4Address(value if isinstance(value, str) else "")
    except ValueError:
        raise refuse(f"{show(value)} is not an IPv4 address", "for example 10.144.0.10") from None
    if found.is_unspecified or found.is_loopback or found.is_multicast or found.is_link_local or found in _RESERVED:
        raise refuse(f"{value} is not a host address", "for example 10.144.0.10")
    return found


@or_number
def _as_text(value: object) -> object:
    """A number as text: `cpu: 4` is `cpu: "4"`."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@in_schema(**{"not": {"pattern": rf"^({'|'.join(RESERVED_NAMESPACES)}|kube-.*)$"}})
def _not_reserved(value: str) -> str:
    if value in RESERVED_NAMESPACES or value.startswith("kube-"):
        raise refuse(
            f"{show(value)} is a namespace that Kubernetes keeps for itself",
            f"reserved: {', '.join(RESERVED_NAMESPACES)} and kube-*",
            "name the tenant after its service",
        )
    return value


@in_schema(pattern=rf"^(\*|{_PORT}(-{_PORT})?)$", minimum=0, maximum=65535)
def _ports(value: str) -> str:
    if value == "*":
        return value
    ends = value.split("-")
    numbers = [int(end) for end in ends if re.fullmatch(r"\d{1,5}", end)]
    if len(numbers) != len(ends) or len(ends) > 2 or max(numbers) > 65535 or numbers != sorted(numbers):
        raise refuse(f"{show(value)} is not a port", "a port from 0 to 65535, a range such as 8000-8080, or '*'")
    return value


def _tier(value: object) -> object:
    if value in ("OFFICIAL-SENSITIVE", "OFFICIAL SENSITIVE"):
        step = "write `tier: OFFICIAL` and `handling: SENSITIVE`"
        raise refuse(f"{show(value)} is a marking inside the tier OFFICIAL, not a tier", "", step)
    return value


Address = Annotated[IPv4Address, PlainValidator(address), PlainSerializer(str), Field(examples=["10.144.0.10"])]
"""One IPv4 address."""

Email = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z0-9.!#$%&'*+/=?^_`|~-]{1,64}@(?=.{4,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
            "is not an e-mail address",
            "for example platform.owner@force.police.example",
        )
    ),
    Field(examples=["platform.owner@force.police.example"]),
]

Guid = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?!0{8}(-0{4}){3}-0{12}$)[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
            "is not a GUID",
            "an object id from Entra ID, such as 0f5c1f6e-3c0a-4f0b-9d39-6c8f6d1f2a10",
        )
    ),
]

Domain = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
            "is not a domain",
            "such as essex.police.example, in lower case",
        )
    ),
]
"""A DNS domain."""

Namespace = Annotated[Label, AfterValidator(_not_reserved)]

Identifier = Annotated[
    str,
    AfterValidator(
        matching(
            r"[A-Za-z0-9]([A-Za-z0-9._ /-]{0,62}[A-Za-z0-9])?",
            "is not an identifier",
            "1 to 64 letters, digits, spaces and . _ / -, with a letter or digit at each end",
        )
    ),
]
"""A value of a tag: short, printable, and legal as an Azure tag value."""

Cpu = Annotated[
    str,
    BeforeValidator(_as_text),
    AfterValidator(
        matching(r"(?!0+(\.0+)?m?$)\d{1,6}(\.\d{1,3}|m)?", "is not an amount of CPU", "cores such as 4, 0.5 or 500m")
    ),
]

Memory = Annotated[
    str,
    BeforeValidator(_as_text),
    AfterValidator(
        matching(r"(?!0+(\D|$))\d{1,15}(Ki|Mi|Gi|Ti|k|M|G|T)?", "is not an amount of memory", "such as 16Gi or 512Mi")
    ),
]

Ports = Annotated[str, BeforeValidator(_as_text), AfterValidator(_ports)]
"""One port, a range of ports, or `*`."""

Tier = Annotated[Literal["OFFICIAL", "SECRET", "TOP SECRET"], BeforeValidator(_tier)]
"""The tiers of the Government Security Classifications."""

Thumbprint = Annotated[
    str,
    AfterValidator(
        matching(r"([0-9A-F]{2}:){19}[0-9A-F]{2}", "is not a thumbprint", "20 pairs of capital hex digits, AB:CD:…")
    ),
]
"""SHA-1 of a certificate."""

FirewallPolicyId = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?i)/subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/resourceGroups/[\w().-]{1,90}/providers/Microsoft\.Network/firewallPolicies/[\w.-]{1,80}",
            "is not the ARM id of a firewall policy",
            "/subscriptions/…/resourceGroups/…/providers/Microsoft.Network/firewallPolicies/…",
        )
    ),
]
"""A firewall policy of Azure."""

Fqdn = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?=.{4,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
            "is not a name",
            "such as www.example.org or *.example.org, in lower case",
        )
    ),
]
"""A DNS name, or all names below one."""

VaultSecretId = Annotated[
    str,
    AfterValidator(
        matching(
            r"https://[0-9a-z-]{3,24}\.vault\.azure\.net/secrets/[0-9A-Za-z-]{1,127}(/[0-9a-f]{32})?",
            "is not the id of a secret in a key vault",
            "https://NAME.vault.azure.net/secrets/NAME, with or without a version",
        )
    ),
    Field(examples=["https://kv-ca.vault.azure.net/secrets/firewall-ca"]),
]
"""The URL of a secret, or of a certificate with its private key, in a key vault."""

UserIdentityId = Annotated[
    str,
    AfterValidator(
        matching(
            r"(?i)/subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/resourceGroups/[\w().-]{1,90}/providers/Microsoft\.ManagedIdentity/userAssignedIdentities/[\w-]{3,128}",
            "is not the ARM id of a user-assigned identity",
            "/subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…",
        )
    ),
    Field(
        examples=[
            "/subscriptions/0f5c1f6e-3c0a-4f0b-9d39-6c8f6d1f2a10/resourceGroups/rg-ca/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-firewall"
        ]
    ),
]
"""A user-assigned identity."""
