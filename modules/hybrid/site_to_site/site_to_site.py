"""A site connected to the VPN gateway of a hub network."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import network

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.hybrid.site_to_site.keys import KeyVaultPlace, shared_key
from bluelamp.modules.hybrid.site_to_site.sites import SiteDevice, ipsec_policy, problems
from bluelamp.modules.shared_arguments import LabelledArgs


class SiteToSiteArgs(LabelledArgs):
    """Arguments of a site."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: the gateway's region."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the connections."""
    site: str
    """The site's name, such as `headquarters`; part of every name."""
    vpn_gateway_id: pulumi.Input[str]
    """The VPN gateway of a hub network: `Gateways.vpn_gateway_id`."""
    asn: int
    """The site's BGP autonomous system number, private and unique to the site, such as 65010."""
    devices: list[SiteDevice]
    """The site's VPN devices, one to four; each has two tunnels."""
    shared_key: NotRequired[pulumi.Input[str]]
    """The shared key of its tunnels, a secret of at least 32 characters; not used with `key_vault`."""
    key_vault: NotRequired[KeyVaultPlace]
    """The vault for a generated key, stored as the secret `vpn-<site>`."""
    routing_weight: NotRequired[int]
    """The routing weight: the highest is preferred for a range that several connections learn; 0 by default."""


class SiteToSite(Component):
    """A local network gateway and a connection for each of the site's devices."""

    connection_ids: pulumi.Output[list[str]]
    """The connections' ARM ids, in the order of the devices."""

    def __init__(self, name: str, args: SiteToSiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if wrong := problems(args["site"], args["asn"], args["devices"]):
            raise ValueError(f"SiteToSite {name!r}: " + "; ".join(wrong))
        key = shared_key(self, name, args["site"], args.get("shared_key"), args.get("key_vault"), args["label"])
        made = [self._device(name, args, number, device, key) for number, device in enumerate(args["devices"], 1)]
        self.connection_ids = pulumi.Output.all(*(connection.id for connection in made))
        self.finish()

    def _device(
        self, name: str, args: SiteToSiteArgs, number: int, device: SiteDevice, key: pulumi.Output[str]
    ) -> network.VirtualNetworkGatewayConnection:
        where = (f"{args['site']}-{number}", args["label"], args["location"])
        here = {
            "resource_group_name": args["resource_group_name"],
            "location": args["location"],
            "tags": naming.tags(args["label"]),
        }
        local = network.LocalNetworkGateway(
            f"{name}-device-{number}",
            local_network_gateway_name=naming.name("local_network_gateway", *where),
            **here,
            gateway_ip_address=device["address"],
            bgp_settings=network.BgpSettingsArgs(asn=args["asn"], bgp_peering_address=device["bgp_address"]),
            opts=self.child(),
        )
        return network.VirtualNetworkGatewayConnection(
            f"{name}-connection-{number}",
            virtual_network_gateway_connection_name=naming.name("gateway_connection", *where),
            **here,
            connection_type="IPsec",
            connection_protocol="IKEv2",
            connection_mode="Default",
            # References only: the SDK's classes would add the defaults of new gateways.
            virtual_network_gateway1={"id": args["vpn_gateway_id"]},
            local_network_gateway2={"id": local.id},
            enable_bgp=True,
            shared_key=key,
            ipsec_policies=[ipsec_policy()],
            use_policy_based_traffic_selectors=False,
            dpd_timeout_seconds=45,
            routing_weight=args.get("routing_weight", 0),
            opts=self.child(),
        )
