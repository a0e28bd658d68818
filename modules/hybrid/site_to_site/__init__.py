"""Site-to-site VPN: a data centre's devices joined to Azure over the Internet, encrypted.

    SiteToSite("headquarters", {"label": label, "location": "uksouth", "resource_group_name": group.name,
                                "site": "headquarters", "vpn_gateway_id": gateways.vpn_gateway_id, "asn": 65010,
                                "devices": [{"address": "198.51.100.10", "bgp_address": "10.158.255.1"}],
                                "shared_key": config.require_secret("headquartersKey")})

Each device has two tunnels, one to each instance of the gateway; a site with two devices has four. Both sides tell each
other their ranges by BGP, so none stands in the settings. The tunnels take one set of algorithms, the strongest that
Azure has, and nothing weaker can be agreed on.

The shared key is either given as a secret or made here and put into a key vault, whence the network team reads it; it
stands in no file, plan or log. `VirtualWanSite` does the same for a virtual hub.
"""

from bluelamp.modules.hybrid.site_to_site.keys import KeyVaultPlace
from bluelamp.modules.hybrid.site_to_site.site_to_site import SiteToSite, SiteToSiteArgs
from bluelamp.modules.hybrid.site_to_site.sites import SiteDevice
from bluelamp.modules.hybrid.site_to_site.virtual_wan_site import VirtualWanSite, VirtualWanSiteArgs

__all__ = ["KeyVaultPlace", "SiteDevice", "SiteToSite", "SiteToSiteArgs", "VirtualWanSite", "VirtualWanSiteArgs"]
