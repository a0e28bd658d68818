"""Private DNS: the zones with the addresses of private endpoints.

    PrivateDns("private-dns", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                               "regions": ["uksouth", "ukwest"], "virtual_network_ids": {"hub": hub_id}})

One set of zones serves the whole force in all regions: with two zones of the same name, each would have only some of
the endpoints. Only networks with a DNS resolver are linked; spokes use the resolver or the firewall's DNS proxy. Azure
throttles its DNS API, so the module first warns how long the deployment will take.
"""

from bluelamp.modules.azure.private_dns.budget import DnsBudget, dns_budget
from bluelamp.modules.azure.private_dns.private_dns import PrivateDns, PrivateDnsArgs
from bluelamp.modules.azure.private_dns.zones import Zone, forwarders, zones

__all__ = ["DnsBudget", "PrivateDns", "PrivateDnsArgs", "Zone", "dns_budget", "forwarders", "zones"]
