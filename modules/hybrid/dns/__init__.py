"""DNS both ways: Azure asks the data centres about their domains, and they ask Azure about its own.

    HybridDns("dns", {"resource_group_name": group.name, "ruleset_name": resolver.ruleset_name,
                      "forwards": [{"domain": "essex.police.uk.", "servers": [{"address": "10.158.0.10"}]}],
                      "inbound_addresses": [resolver.inbound_address], "regions": ["uksouth"]})

The first way is rules in the resolver's forwarding ruleset. The second is for the force's own servers to take over:
`conditional_forwarders` says which names go to which addresses, and `forwarder_script` is the PowerShell that tells
Windows DNS servers so, safe to run again.
"""

from bluelamp.modules.hybrid.dns.hybrid_dns import HybridDns, HybridDnsArgs
from bluelamp.modules.hybrid.dns.script import forwarder_script

__all__ = ["HybridDns", "HybridDnsArgs", "forwarder_script"]
