"""DNS resolvers: private names answered for the data centres, and the data centres' names for Azure.

    DnsResolver("resolver", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                             "virtual_network_id": hub.virtual_network_id, "workspace_id": logs.workspace_id,
                             "inbound_subnet_id": hub.subnet_ids["resolver"],
                             "outbound_subnet_id": hub.subnet_ids["resolver_outbound"]})

On-premises servers forward Azure's names to the inbound endpoint, whose address is fixed. What Azure is to ask on
premises stands in the forwarding ruleset, which leaves through the outbound endpoint. Every question that a linked
network asks is logged.
"""

from bluelamp.modules.azure.dns_resolver.dns_resolver import DnsResolver, DnsResolverArgs
from bluelamp.modules.azure.dns_resolver.forwarding import DnsForward, DnsServer, forwarding_rules

__all__ = ["DnsForward", "DnsResolver", "DnsResolverArgs", "DnsServer", "forwarding_rules"]
