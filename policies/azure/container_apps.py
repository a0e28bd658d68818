"""Containers without a cluster of one's own: container apps and container instances."""

from typing import Final

from bluelamp.policies.azure._controls import CLOSED, IN_TRANSIT
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, require, rule
from bluelamp.policies.value import Value

APP: Final = "azure-native:app:ContainerApp"
ENVIRONMENT: Final = "azure-native:app:ManagedEnvironment"
GROUP: Final = "azure-native:containerinstance:ContainerGroup"

HTTPS_ONLY: Final = require(
    "BL-PAAS-050",
    "Container apps accept HTTPS only",
    Must("configuration.ingress.allowInsecure", be=False, default=False),
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=APP,
    rationale="Over plain HTTP what people enter, and the session that proves who they are, can be read on the way.",
    fix="Leave configuration.ingress.allowInsecure out, or set it to false.",
    example='app.ContainerApp("front-desk", ..., configuration={"ingress": {"allow_insecure": False}})',
)

INSIDE: Final = require(
    "BL-PAAS-051",
    "Container apps are inside the force's network",
    Must("vnetConfiguration.internal", be=True, default=False),
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=CLOSED,
    at=ENVIRONMENT,
    rationale="An environment with a public address has one for every app in it, those for the force's own use too.",
    fix="Set vnetConfiguration.internal to true, with infrastructureSubnetId, and publish through a gateway.",
    example='app.ManagedEnvironment("apps", ..., vnet_configuration={"internal": True})',
)

ENCRYPTED_BETWEEN: Final = require(
    "BL-PAAS-052",
    "Container apps encrypt what they say to each other",
    Must("peerTrafficConfiguration.encryption.enabled", be=True, default=False),
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=IN_TRANSIT,
    at=ENVIRONMENT,
    rationale="Between the apps of an environment everything is sent in the clear, unless it is asked for.",
    fix="Set peerTrafficConfiguration.encryption.enabled to true.",
    example='app.ManagedEnvironment("apps", ..., peer_traffic_configuration={"encryption": {"enabled": True}})',
)


@rule(
    "BL-PAAS-053",
    "Container instances have no public address",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=GROUP,
    fix="Set ipAddress.type to Private, with subnetIds.",
    example="""
containerinstance.ContainerGroup("import", ..., ip_address={"type": "Private", "ports": [{"port": 443}]})
""",
)
def group_is_private(group: Value) -> Outcome:
    """A container instance with a public address has no firewall before it, and mostly no TLS."""
    address = group["ipAddress"]
    if address.missing:
        return NotApplicable("it has no address")
    return None if address["type"].text() == "private" else Fail(address["type"], "Private")
