"""Hybrid DNS: forwarding between Azure and the data centres, in both directions.

    HybridDns("dns", {"resource_group_name": group.name, "ruleset_name": resolver.ruleset_name,
                      "forwards": [{"domain": "essex.police.uk.", "servers": [{"address": "10.158.0.10"}]}],
                      "inbound_addresses": [resolver.inbound_address], "regions": ["uksouth"]})

For queries from Azure, it creates rules in the resolver's forwarding ruleset. For queries to Azure, configure the
force's DNS servers: `conditional_forwarders` lists the names and their addresses, and `forwarder_script` is an
idempotent PowerShell script for Windows DNS servers.
"""

from bluelamp.modules.hybrid.dns.hybrid_dns import HybridDns, HybridDnsArgs
from bluelamp.modules.hybrid.dns.script import forwarder_script

__all__ = ["HybridDns", "HybridDnsArgs", "forwarder_script"]
