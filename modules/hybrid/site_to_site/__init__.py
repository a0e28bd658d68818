"""Site-to-site VPN: encrypted connections of a data centre's devices to Azure over the Internet.

    SiteToSite("headquarters", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                                "site": "headquarters", "vpn_gateway_id": gateways.vpn_gateway_id, "asn": 65010,
                                "devices": [{"address": "198.51.100.10", "bgp_address": "10.158.255.1"}],
                                "shared_key": config.require_secret("headquartersKey")})

Each device has two tunnels, one to each instance of the gateway; a site with two devices has four. Both sides advertise
their ranges with BGP, so the settings contain none. The tunnels accept only the strongest set of algorithms that
Azure supports.

The shared key is either given as a secret or generated and stored in a key vault, where the network team reads it. It
is never in a file, plan or log. `VirtualWanSite` is the equivalent for a virtual hub.
"""

from bluelamp.modules.hybrid.site_to_site.keys import KeyVaultPlace
from bluelamp.modules.hybrid.site_to_site.site_to_site import SiteToSite, SiteToSiteArgs
from bluelamp.modules.hybrid.site_to_site.sites import SiteDevice
from bluelamp.modules.hybrid.site_to_site.virtual_wan_site import VirtualWanSite, VirtualWanSiteArgs

__all__ = ["KeyVaultPlace", "SiteDevice", "SiteToSite", "SiteToSiteArgs", "VirtualWanSite", "VirtualWanSiteArgs"]
