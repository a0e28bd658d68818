"""Private DNS: the zones in which Azure writes where private endpoints are.

    PrivateDns("private-dns", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                               "regions": ["uksouth", "ukwest"], "virtual_network_ids": {"hub": hub_id}})

One set of zones serves the whole force, whatever its regions: two zones of one name would each know half of the
endpoints. Only networks with a DNS resolver are linked; spokes ask the resolver or the firewall's DNS proxy. Azure
lets few requests through to its DNS API, so before anything is made the module warns how long that will take.
"""

from bluelamp.modules.azure.private_dns.budget import DnsBudget, dns_budget
from bluelamp.modules.azure.private_dns.private_dns import PrivateDns, PrivateDnsArgs
from bluelamp.modules.azure.private_dns.zones import Zone, forwarders, zones

__all__ = ["DnsBudget", "PrivateDns", "PrivateDnsArgs", "Zone", "dns_budget", "forwarders", "zones"]
