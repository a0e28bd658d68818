"""A DNS resolver in a hub: inbound and outbound endpoints, a forwarding ruleset and a query log."""

from typing import NotRequired

import pulumi
from pulumi_azure_native import dnsresolver

from bluelamp.modules.azure.dns_resolver.forwarding import DnsForward, forwarding_rules
from bluelamp.modules.azure.place import Place
from bluelamp.modules.component import Component, after
from bluelamp.modules.shared_arguments import LabelledArgs


class DnsResolverArgs(LabelledArgs):
    """Arguments of a DNS resolver."""

    location: str
    """The Azure region, `uksouth` or `ukwest`: the network's region."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the resolver."""
    virtual_network_id: pulumi.Input[str]
    """The network of the resolver: a hub, or with Virtual WAN the network beside the virtual hub."""
    inbound_subnet_id: pulumi.Input[str]
    """The subnet of the inbound endpoint, delegated to the resolver."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives the query log."""
    outbound_subnet_id: NotRequired[pulumi.Input[str]]
    """The subnet of the outbound endpoint, delegated to the resolver; no forwarding by default."""
    inbound_address: NotRequired[pulumi.Input[str]]
    """The static address of the inbound endpoint, in its subnet; Azure assigns one by default."""
    forwards: NotRequired[list[DnsForward]]
    """Forwarding rules: domains and their servers; none by default. They need `outbound_subnet_id`."""
    virtual_network_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Further networks that use the ruleset and the query log, keyed by a short name. The resolver's own always
    does."""


class DnsResolver(Component):
    """A resolver with an inbound endpoint, an outbound endpoint with its ruleset, and a query log."""

    resolver_id: pulumi.Output[str]
    """The resolver's ARM id."""
    inbound_address: pulumi.Output[str]
    """The address to which on-premises servers forward queries for Azure names."""
    ruleset_name: pulumi.Output[str]
    """The forwarding ruleset's name, known before it exists; empty without forwarding."""
    ruleset_id: pulumi.Output[str]
    """The forwarding ruleset's ARM id; empty without forwarding."""

    def __init__(self, name: str, args: DnsResolverArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if args.get("forwards") and "outbound_subnet_id" not in args:
            raise ValueError(
                f"DnsResolver {name!r}: forwards needs outbound_subnet_id, the subnet of the outbound endpoint"
            )
        place = Place(self, name, args["label"], args["location"], args["resource_group_name"], args["workspace_id"])
        resolver_name = place.name("dns_resolver", "hub")
        resolver = dnsresolver.DnsResolver(
            place.logical("resolver"),
            dns_resolver_name=resolver_name,
            **place.here,
            virtual_network=dnsresolver.SubResourceArgs(id=args["virtual_network_id"]),
            opts=self.child(),
        )
        made_name = after(resolver_name, resolver)
        self.resolver_id = resolver.id
        self.inbound_address = self._inbound(place, args, made_name)
        self.ruleset_id = self.ruleset_name = pulumi.Output.from_input("")
        networks = {"hub": args["virtual_network_id"], **args.get("virtual_network_ids", {})}
        if "outbound_subnet_id" in args:
            self._outbound(place, args["outbound_subnet_id"], made_name, networks)
            forwarding_rules(self, name, self.ruleset_name, args["resource_group_name"], args.get("forwards", []))
        self._log(place, networks)
        self.finish()

    def _inbound(self, place: Place, args: DnsResolverArgs, resolver: pulumi.Output[str]) -> pulumi.Output[str]:
        wanted = args.get("inbound_address")
        endpoint = dnsresolver.InboundEndpoint(
            place.logical("inbound"),
            inbound_endpoint_name=place.name("dns_endpoint", "inbound"),
            dns_resolver_name=resolver,
            **place.here,
            ip_configurations=[
                dnsresolver.IpConfigurationArgs(
                    subnet=dnsresolver.SubResourceArgs(id=args["inbound_subnet_id"]),
                    private_ip_address=wanted,
                    private_ip_allocation_method="Static" if wanted else "Dynamic",
                )
            ],
            opts=self.child(),
        )
        if wanted:
            return pulumi.Output.from_input(wanted)
        address: pulumi.Output[str] = endpoint.ip_configurations.apply(lambda made: str(made[0].private_ip_address))
        return address

    def _outbound(
        self,
        place: Place,
        subnet_id: pulumi.Input[str],
        resolver: pulumi.Output[str],
        networks: dict[str, pulumi.Input[str]],
    ) -> None:
        """The outbound endpoint, its ruleset, and the ruleset's network links."""
        endpoint = dnsresolver.OutboundEndpoint(
            place.logical("outbound"),
            outbound_endpoint_name=place.name("dns_endpoint", "outbound"),
            dns_resolver_name=resolver,
            **place.here,
            subnet=dnsresolver.SubResourceArgs(id=subnet_id),
            opts=self.child(),
        )
        ruleset_name = place.name("dns_forwarding_ruleset", "hub")
        ruleset = dnsresolver.DnsForwardingRuleset(
            place.logical("ruleset"),
            dns_forwarding_ruleset_name=ruleset_name,
            **place.here,
            dns_resolver_outbound_endpoints=[dnsresolver.SubResourceArgs(id=endpoint.id)],
            opts=self.child(),
        )
        self.ruleset_id, self.ruleset_name = ruleset.id, after(ruleset_name, ruleset)
        for short, network_id in networks.items():
            dnsresolver.PrivateResolverVirtualNetworkLink(
                place.logical(f"ruleset-{short}"),
                virtual_network_link_name=place.name("private_dns_link", short),
                dns_forwarding_ruleset_name=self.ruleset_name,
                resource_group_name=place.resource_group_name,
                virtual_network=dnsresolver.SubResourceArgs(id=network_id),
                opts=self.child(),
            )

    def _log(self, place: Place, networks: dict[str, pulumi.Input[str]]) -> None:
        """A DNS security policy, which logs the queries of networks."""
        policy_name = place.name("dns_resolver_policy", "hub")
        policy = dnsresolver.DnsResolverPolicy(
            place.logical("policy"), dns_resolver_policy_name=policy_name, **place.here, opts=self.child()
        )
        place.log("policy", policy, metrics=False, dedicated=True)
        for short, network_id in networks.items():
            dnsresolver.DnsResolverPolicyVirtualNetworkLink(
                place.logical(f"policy-{short}"),
                dns_resolver_policy_virtual_network_link_name=place.name("private_dns_link", short),
                dns_resolver_policy_name=after(policy_name, policy),
                **place.here,
                virtual_network=dnsresolver.SubResourceArgs(id=network_id),
                opts=self.child(),
            )
