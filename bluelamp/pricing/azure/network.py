"""Virtual networks, addresses, gateways and data transfer."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from bluelamp.core.resource import Resource
from bluelamp.pricing.context import Context, Pricing, at, count_at, free, list_at, text_at, unpriced
from bluelamp.pricing.model import Charge, Kind

_EXPRESS_ROUTE: Final = "ExpressRoute"
_INCLUDED_TUNNELS: Final = 10
"""Tunnels included in the price of a VPN gateway."""
_INCLUDED_ADDRESSES: Final = 100
"""Addresses included in the price of a DDoS protection plan."""
_EGRESS: Final = ((("", Decimal(100))), ("egress-100", Decimal(10_335)), ("egress-10335", None))
_INCLUDED_SCALE_UNITS: Final = 2
"""Scale units included in the price of a Bastion host."""
_FREE_FLOW_LOGS: Final = Decimal(5)
"""Free GB of flow logs a month, for the first flow log."""
_INCLUDED_RULES: Final = 5


def firewall(resource: Resource, context: Context) -> Iterator[Charge]:
    """Azure Firewall: hours by tier and data processed; the first firewall also has the estate's internet egress."""
    tier = text_at(resource, "sku.tier", "Standard").lower()
    yield context.fixed(f"firewall-{tier}", f"Azure Firewall {tier.capitalize()}")
    if tier in ("standard", "premium"):
        yield context.used("firewall-data", "Data processed", "firewallData", resource)
        units = context.usage.of("firewallCapacityUnits", resource.name)
        if units.value:
            yield context.charge(
                f"firewall-{tier}-capacity-unit", "Extra capacity units", units.value, Kind.USAGE, units.basis
            )
    else:
        yield unpriced("Data processed", f"no price for the data of the tier {tier} in the snapshot")
    if context.first(resource):
        egress = context.usage.of("internetEgress")
        yield from context.tiered(_EGRESS, "Internet egress", egress.value, Kind.USAGE, egress.basis)


def bastion(resource: Resource, context: Context) -> Iterator[Charge]:
    """Azure Bastion: hours by SKU, and scale units beyond the two that are included."""
    sku = text_at(resource, "sku.name", "Basic").lower()
    if sku == "developer":
        yield free("the Developer SKU of Bastion is free")
        return
    yield context.fixed(f"bastion-{sku}", f"Azure Bastion {sku.capitalize()}")
    extra = count_at(resource, "scaleUnits", _INCLUDED_SCALE_UNITS) - _INCLUDED_SCALE_UNITS
    if extra > 0:
        yield context.fixed(f"bastion-{sku}-scale-unit", "Extra scale units", extra)


def gateway(resource: Resource, context: Context) -> Iterator[Charge]:
    """VPN and ExpressRoute gateways: hours by SKU."""
    kind = "express-route" if text_at(resource, "gatewayType") == _EXPRESS_ROUTE else "vpn-gateway"
    sku = text_at(resource, "sku.name")
    yield context.fixed(f"{kind}-{sku.lower()}", f"Gateway {sku}")


def connection(resource: Resource, context: Context) -> Iterator[Charge]:
    """Tunnels beyond the ten included in each VPN gateway, in the order of URNs. ExpressRoute gateways have none."""
    if text_at(resource, "connectionType") != "IPsec":
        yield free("the circuit and the gateway are charged")
        return
    gateways = context.inventory.of("network:VirtualNetworkGateway")
    included = _INCLUDED_TUNNELS * max(1, sum(text_at(each, "gatewayType") != _EXPRESS_ROUTE for each in gateways))
    if context.inventory.place(resource.type, resource.urn) < included:
        yield free(f"within the {_INCLUDED_TUNNELS} tunnels that each gateway includes")
    else:
        yield context.fixed("vpn-tunnel", "Tunnel beyond those included")


def circuit(resource: Resource, context: Context) -> Iterator[Charge]:
    """ExpressRoute circuits: by tier, data plan and bandwidth; outbound data of metered circuits."""
    tier = text_at(resource, "sku.tier", "Standard")
    metered = text_at(resource, "sku.family", "MeteredData") == "MeteredData"
    plan = "metered" if metered else "unlimited"
    speed = count_at(resource, "serviceProviderProperties.bandwidthInMbps", 0)
    yield context.fixed(f"express-route-{tier.lower()}-{plan}-{speed}", f"Circuit {tier} {plan} {speed} Mbps")
    if metered:
        yield context.used("express-route-data-out", "Data out", "expressRouteDataOut", resource)


def address(resource: Resource, context: Context) -> Iterator[Charge]:
    """Public IP addresses of the Standard SKU: hours."""
    sku = text_at(resource, "sku.name", "Basic").lower()
    yield context.fixed(f"public-ip-{sku}", f"Public IP address {sku.capitalize()}")


def ddos_plan(resource: Resource, context: Context) -> Iterator[Charge]:
    """DDoS protection plans: hours, and addresses beyond the hundred that are included."""
    yield context.fixed("ddos-plan", "DDoS Network Protection plan")
    extra = context.inventory.count("network:PublicIPAddress") - _INCLUDED_ADDRESSES
    if extra > 0 and context.first(resource):
        yield context.fixed("ddos-plan-overage", "Protected addresses beyond those included", extra)


def peering(resource: Resource, context: Context) -> Iterator[Charge]:
    """Virtual network peerings: data in and out, at the price within a region."""
    yield context.used("peering-regional", "Data over the peering", "peeringData", resource)


def endpoint(resource: Resource, context: Context) -> Iterator[Charge]:
    """Private endpoints: hours, and data in and out."""
    yield context.fixed("private-endpoint", "Private endpoint")
    yield context.used("private-endpoint-inbound", "Data in", "endpointDataIn", resource)
    yield context.used("private-endpoint-outbound", "Data out", "endpointDataOut", resource)


def flow_log(resource: Resource, context: Context) -> Iterator[Charge]:
    """Flow logs: GB collected beyond the free 5 GB, and GB that Traffic Analytics processes."""
    if at(resource, "enabled", default=True) is False:
        yield free("the flow log is disabled")
        return
    amount = context.usage.of("flowLogs", resource.name)
    billed = max(Decimal(0), amount.value - (_FREE_FLOW_LOGS if context.first(resource) else 0))
    yield context.charge("flow-logs-collected", "Flow logs collected", billed, Kind.USAGE, amount.basis)
    analytics = "flowAnalyticsConfiguration.networkWatcherFlowAnalyticsConfiguration"
    if at(resource, f"{analytics}.enabled", default=False) is True:
        minutes = count_at(resource, f"{analytics}.trafficAnalyticsInterval", 60)
        what = f"Traffic Analytics each {minutes} minutes"
        yield context.charge(f"traffic-analytics-{minutes}", what, amount.value, Kind.USAGE, amount.basis)


def nat_gateway(resource: Resource, context: Context) -> Iterator[Charge]:
    """NAT gateways: hours and data."""
    yield context.fixed("nat-gateway", "NAT gateway")
    yield context.used("nat-gateway-data", "Data processed", "natData", resource)


def load_balancer(resource: Resource, context: Context) -> Iterator[Charge]:
    """Standard load balancers: hours with five rules, further rules, and data."""
    if text_at(resource, "sku.name", "Basic") != "Standard":
        yield free("a Basic load balancer is free")
        return
    rules = [*list_at(resource, "loadBalancingRules"), *list_at(resource, "outboundRules")]
    if not rules:
        yield free("a load balancer without rules is free")
        return
    yield context.fixed("load-balancer-standard", "Load balancer with up to five rules")
    if len(rules) > _INCLUDED_RULES:
        yield context.fixed("load-balancer-rule", "Further rules", len(rules) - _INCLUDED_RULES)
    yield context.used("load-balancer-data", "Data processed", "loadBalancerData", resource)


def application_gateway(resource: Resource, context: Context) -> Iterator[Charge]:
    """Application gateways v2: hours, and capacity units by use."""
    tier = {"Standard_v2": "standard", "WAF_v2": "waf"}.get(text_at(resource, "sku.tier"), "")
    if not tier:
        yield unpriced("Application gateway", f"no price for the tier {text_at(resource, 'sku.tier')}")
        return
    yield context.fixed(f"application-gateway-{tier}-fixed", f"Application gateway {tier} v2")
    units = context.usage.of("gatewayCapacityUnits", resource.name)
    yield context.charge(f"application-gateway-{tier}-cu", "Capacity units", units.value, Kind.USAGE, units.basis)


def virtual_hub(resource: Resource, context: Context) -> Iterator[Charge]:
    """Virtual WAN hubs: hours and data."""
    yield context.fixed("virtual-wan-hub", "Virtual WAN hub")
    yield context.used("virtual-wan-data", "Data processed", "hubData", resource)


PRICED: Final[Mapping[str, Pricing]] = {
    "network:AzureFirewall": firewall,
    "network:BastionHost": bastion,
    "network:VirtualNetworkGateway": gateway,
    "network:VirtualNetworkGatewayConnection": connection,
    "network:ExpressRouteCircuit": circuit,
    "network:PublicIPAddress": address,
    "network:DdosProtectionPlan": ddos_plan,
    "network:VirtualNetworkPeering": peering,
    "network:PrivateEndpoint": endpoint,
    "network:FlowLog": flow_log,
    "network:NatGateway": nat_gateway,
    "network:LoadBalancer": load_balancer,
    "network:ApplicationGateway": application_gateway,
    "network:VirtualHub": virtual_hub,
}

_ALONE: Final = "it is free of itself; what it carries is charged elsewhere"
FREE: Final[Mapping[str, str]] = {
    "network:VirtualNetwork": _ALONE,
    "network:Subnet": _ALONE,
    "network:RouteTable": _ALONE,
    "network:NetworkSecurityGroup": _ALONE,
    "network:NetworkWatcher": _ALONE,
    "network:LocalNetworkGateway": "the gateway and its tunnels are charged",
    "network:PrivateDnsZoneGroup": "the endpoint and the zones are charged",
    "network:FirewallPolicyRuleCollectionGroup": "the firewall is charged",
    "network:FirewallPolicy": "a policy of one region with one firewall is free",
    "network:WebApplicationFirewallPolicy": "the gateway is charged",
    "network:ExpressRouteCircuitAuthorization": "the circuit is charged",
    "network:ExpressRouteCircuitPeering": "the circuit is charged",
    "network:NetworkInterface": _ALONE,
    "network:ApplicationSecurityGroup": _ALONE,
    "network:VirtualWan": "the hubs are charged",
    "network:IpGroup": _ALONE,
}
