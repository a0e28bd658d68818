"""A site connected to the VPN gateway of a virtual hub."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import network

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.hybrid.site_to_site.keys import KeyVaultPlace, shared_key
from bluelamp.modules.hybrid.site_to_site.sites import SiteDevice, ipsec_policy, problems
from bluelamp.modules.shared_arguments import LabelledArgs


class VirtualWanSiteArgs(LabelledArgs):
    """Arguments of a site of a virtual WAN."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: the virtual hub's region."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the site: the virtual hub's."""
    site: str
    """The site's name, such as `headquarters`; part of every name."""
    virtual_wan_id: pulumi.Input[str]
    """The site's virtual WAN."""
    vpn_gateway_name: pulumi.Input[str]
    """The virtual hub's VPN gateway: `VirtualHub.vpn_gateway_name`."""
    asn: int
    """The site's BGP autonomous system number, private and unique to the site, such as 65010."""
    devices: list[SiteDevice]
    """The site's VPN devices, one to four; each has two tunnels."""
    shared_key: NotRequired[pulumi.Input[str]]
    """The shared key of its tunnels, a secret of at least 32 characters; not used with `key_vault`."""
    key_vault: NotRequired[KeyVaultPlace]
    """The vault for a generated key, stored as the secret `vpn-<site>`."""


class VirtualWanSite(Component):
    """A VPN site with a link for each device, connected to a virtual hub."""

    connection_id: pulumi.Output[str]
    """The connection's ARM id."""

    def __init__(self, name: str, args: VirtualWanSiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if wrong := problems(args["site"], args["asn"], args["devices"]):
            raise ValueError(f"VirtualWanSite {name!r}: " + "; ".join(wrong))
        key = shared_key(self, name, args["site"], args.get("shared_key"), args.get("key_vault"), args["label"])
        where = (args["site"], args["label"], args["location"])
        links = [f"{args['site']}-{number}" for number in range(1, len(args["devices"]) + 1)]
        site = network.VpnSite(
            f"{name}-site",
            vpn_site_name=naming.name("vpn_site", *where),
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            virtual_wan=network.SubResourceArgs(id=args["virtual_wan_id"]),
            vpn_site_links=[
                _link(link, args["asn"], device) for link, device in zip(links, args["devices"], strict=True)
            ],
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )
        connection = network.VpnConnection(
            f"{name}-connection",
            connection_name=naming.name("gateway_connection", *where),
            gateway_name=args["vpn_gateway_name"],
            resource_group_name=args["resource_group_name"],
            remote_vpn_site=network.SubResourceArgs(id=site.id),
            enable_internet_security=True,
            vpn_link_connections=[_tunnels(link, site, key) for link in links],
            opts=self.child(),
        )
        self.connection_id = connection.id
        self.finish()


def _link(name: str, asn: int, device: SiteDevice) -> network.VpnSiteLinkArgs:
    return network.VpnSiteLinkArgs(
        name=name,
        ip_address=device["address"],
        bgp_properties=network.VpnLinkBgpSettingsArgs(asn=asn, bgp_peering_address=device["bgp_address"]),
        link_properties=network.VpnLinkProviderPropertiesArgs(
            link_provider_name=device.get("provider"), link_speed_in_mbps=device.get("speed_mbps", 100)
        ),
    )


def _tunnels(link: str, site: network.VpnSite, key: pulumi.Output[str]) -> network.VpnSiteLinkConnectionArgs:
    return network.VpnSiteLinkConnectionArgs(
        name=link,
        vpn_site_link=network.SubResourceArgs(id=pulumi.Output.concat(site.id, "/vpnSiteLinks/", link)),
        vpn_connection_protocol_type="IKEv2",
        enable_bgp=True,
        shared_key=key,
        ipsec_policies=[ipsec_policy()],
        use_policy_based_traffic_selectors=False,
        dpd_timeout_seconds=45,
    )
