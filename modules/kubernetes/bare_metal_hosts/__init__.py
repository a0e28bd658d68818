"""Bare-metal servers for clusters, with Metal3.

    BareMetalHosts("custody", {"label": label, "namespace": "clusters", "hosts": {"custody-1": {…}}})

Servers are managed with Redfish over verified TLS and boot with UEFI Secure Boot. Their disks are wiped before
reuse.
"""

from bluelamp.modules.kubernetes.bare_metal_hosts.bare_metal_hosts import (
    BareMetalHost,
    BareMetalHosts,
    BareMetalHostsArgs,
)

__all__ = ["BareMetalHost", "BareMetalHosts", "BareMetalHostsArgs"]
