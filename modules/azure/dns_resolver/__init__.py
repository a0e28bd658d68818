"""DNS resolvers: name resolution between Azure and the data centres, in both directions.

    DnsResolver("resolver", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                             "virtual_network_id": hub.virtual_network_id, "workspace_id": logs.workspace_id,
                             "inbound_subnet_id": hub.subnet_ids["resolver"],
                             "outbound_subnet_id": hub.subnet_ids["resolver_outbound"]})

On-premises servers forward queries for Azure names to the inbound endpoint, which has a static address. The forwarding
ruleset forwards queries for on-premises domains through the outbound endpoint. Every query from a linked network is
logged.
"""

from bluelamp.modules.azure.dns_resolver.dns_resolver import DnsResolver, DnsResolverArgs
from bluelamp.modules.azure.dns_resolver.forwarding import DnsForward, DnsServer, forwarding_rules

__all__ = ["DnsForward", "DnsResolver", "DnsResolverArgs", "DnsServer", "forwarding_rules"]
