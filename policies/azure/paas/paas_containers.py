"""Container Apps and Container Instances."""

from typing import Final

from bluelamp.policies.azure._controls import CLOSED, IN_TRANSIT
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.value import Value

APP: Final = "azure-native:app:ContainerApp"
ENVIRONMENT: Final = "azure-native:app:ManagedEnvironment"
GROUP: Final = "azure-native:containerinstance:ContainerGroup"


@rule(
    "BL-PAAS-050",
    "Container apps require HTTPS",
    must=Must("configuration.ingress.allowInsecure", be=False, default=False),
    failure="Container app accepts plain HTTP",
    severity=Severity.HIGH,
    controls=IN_TRANSIT,
    at=APP,
    fix="Leave configuration.ingress.allowInsecure out, or set it to false.",
    example='app.ContainerApp("front-desk", ..., configuration={"ingress": {"allow_insecure": False}})',
)
def https_only() -> None:
    """Plain HTTP exposes form data and session cookies to interception."""


@rule(
    "BL-PAAS-051",
    "Container Apps environments are internal to the virtual network",
    must=Must("vnetConfiguration.internal", be=True, default=False),
    failure="Container Apps environment is reachable from the Internet",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=CLOSED,
    at=ENVIRONMENT,
    fix="Set vnetConfiguration.internal to true, with infrastructureSubnetId, and publish through a gateway.",
    example='app.ManagedEnvironment("apps", ..., vnet_configuration={"internal": True})',
)
def internal_environment() -> None:
    """A public environment gives every app in it a public address, including internal apps."""


@rule(
    "BL-PAAS-052",
    "Container Apps environments have peer traffic encryption enabled",
    must=Must("peerTrafficConfiguration.encryption.enabled", be=True, default=False),
    failure="Container Apps environment has peer traffic encryption disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=IN_TRANSIT,
    at=ENVIRONMENT,
    fix="Set peerTrafficConfiguration.encryption.enabled to true.",
    example='app.ManagedEnvironment("apps", ..., peer_traffic_configuration={"encryption": {"enabled": True}})',
)
def peer_traffic_encryption() -> None:
    """By default, traffic between the apps of an environment is unencrypted."""


@rule(
    "BL-PAAS-053",
    "Container instances have no public IP address",
    failure="Container instance has a public IP address",
    severity=Severity.HIGH,
    controls=CLOSED,
    at=GROUP,
    fix="Set ipAddress.type to Private, with subnetIds.",
    example="""
containerinstance.ContainerGroup("import", ..., ip_address={"type": "Private", "ports": [{"port": 443}]})
""",
)
def no_public_ip_address(group: Value) -> Outcome:
    """A container instance with a public IP address has no firewall in front of it, and often no TLS."""
    address = group["ipAddress"]
    if address.missing:
        return NotApplicable("it has no IP address")
    return None if address["type"].text() == "private" else Fail(address["type"], "Private")
