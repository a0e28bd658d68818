"""Bare-metal servers, by Metal3: what a cluster of a class on bare metal is made of.

    BareMetalHosts("custody", {"label": label, "namespace": "clusters", "hosts": {"custody-1": {…}}})

A server is managed by Redfish over verified TLS, starts by UEFI Secure Boot, and its disks are wiped before it is used
for something else.
"""

from bluelamp.modules.kubernetes.bare_metal_hosts.bare_metal_hosts import (
    BareMetalHost,
    BareMetalHosts,
    BareMetalHostsArgs,
)

__all__ = ["BareMetalHost", "BareMetalHosts", "BareMetalHostsArgs"]
