"""DNS forwarding in both directions between Azure's resolver and a force's DNS servers."""

from typing import NotRequired, TypedDict

import pulumi

from bluelamp.modules.azure.dns_resolver import DnsForward, forwarding_rules
from bluelamp.modules.azure.private_dns import forwarders, zones
from bluelamp.modules.component import Component
from bluelamp.modules.hybrid.dns.script import forwarder_script


class HybridDnsArgs(TypedDict):
    """Arguments of DNS both ways."""

    resource_group_name: pulumi.Input[str]
    """The resolver's resource group."""
    ruleset_name: pulumi.Input[str]
    """The resolver's forwarding ruleset: `DnsResolver.ruleset_name`."""
    forwards: list[DnsForward]
    """The force's domains with their DNS servers, including the reverse lookup zone of its addresses."""
    inbound_addresses: list[pulumi.Input[str]]
    """The resolvers' addresses, the nearest first: `DnsResolver.inbound_address` of each region."""
    regions: list[str]
    """The regions of the private endpoints to resolve."""
    more_names: NotRequired[list[str]]
    """Further names to forward to Azure, such as a private zone of the force."""


class HybridDns(Component):
    """Rules for forwarding from Azure, and the forwarders that the force's servers need."""

    rule_ids: pulumi.Output[dict[str, str]]
    """The forwarding rules' ARM ids by domain."""
    conditional_forwarders: pulumi.Output[dict[str, list[str]]]
    """The addresses by name, for conditional forwarders on the force's servers."""
    forwarder_script: pulumi.Output[str]
    """PowerShell that configures these forwarders on Windows DNS servers."""

    def __init__(self, name: str, args: HybridDnsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        if wrong := _problems(args):
            raise ValueError(f"HybridDns {name!r}: " + "; ".join(wrong))
        rules = forwarding_rules(self, name, args["ruleset_name"], args["resource_group_name"], args["forwards"])
        domains = [forward["domain"] for forward in args["forwards"]]
        self.rule_ids = pulumi.Output.all(**{key: rule.id for key, rule in zip(domains, rules, strict=True)})
        names = sorted({*forwarders(zones(tuple(args["regions"]))), *args.get("more_names", [])})
        self.conditional_forwarders = pulumi.Output.all(*args["inbound_addresses"]).apply(
            lambda addresses: {key: list(addresses) for key in names}
        )
        self.forwarder_script = self.conditional_forwarders.apply(forwarder_script)
        self.finish()


def _problems(args: HybridDnsArgs) -> list[str]:
    found = []
    if not args["inbound_addresses"]:
        found.append("inbound_addresses is empty; give the address of at least one resolver")
    if not args["regions"]:
        found.append("regions is empty; give at least one region")
    public = {f"{name}." for name in forwarders(zones(tuple(args["regions"] or ["uksouth"])))}
    found += [
        f"forwards: {forward['domain']} is an Azure domain, which on-premises servers forward back to Azure; remove it"
        for forward in args["forwards"]
        if forward["domain"].lower() in public | {"."}
    ]
    return found
