import pytest
from planned import Planned, plan

from bluelamp.modules.azure.dns_resolver import DnsResolver

ARGS = {
    "location": "uksouth",
    "resource_group_name": "rg",
    "virtual_network_id": "/id/hub",
    "inbound_subnet_id": "/id/in",
    "workspace_id": "/id/logs",
}
FORWARD = {"domain": "wmp.police.uk.", "servers": [{"address": "10.144.0.10"}]}


def resolver(label, **more) -> Planned:
    return plan(lambda: DnsResolver("resolver", {"label": label, **ARGS, **more}))


def test_a_resolver_has_a_fixed_address(label):
    made = resolver(label, inbound_address="10.61.0.164")
    (configuration,) = made.one("dnsresolver:InboundEndpoint")["ipConfigurations"]
    assert (configuration["privateIpAddress"], configuration["privateIpAllocationMethod"]) == ("10.61.0.164", "Static")
    assert made.of("dnsresolver:OutboundEndpoint") == []


def test_a_resolver_forwards_the_forces_domains_for_every_linked_network(label):
    more = {"outbound_subnet_id": "/id/out", "forwards": [FORWARD], "virtual_network_ids": {"west": "/id/west"}}
    made = resolver(label, **more)
    rule = made.one("dnsresolver:ForwardingRule")
    assert (rule["domainName"], rule["forwardingRuleName"]) == ("wmp.police.uk.", "wmp-police-uk")
    assert rule["targetDnsServers"] == [{"ipAddress": "10.144.0.10", "port": 53}]
    links = made.of("dnsresolver:PrivateResolverVirtualNetworkLink")
    assert {link["virtualNetwork"]["id"] for link in links} == {"/id/hub", "/id/west"}


def test_every_query_is_logged(label):
    made = resolver(label)
    assert made.one("dnsresolver:DnsResolverPolicyVirtualNetworkLink")["virtualNetwork"] == {"id": "/id/hub"}
    assert made.one("monitor:DiagnosticSetting")["workspaceId"] == "/id/logs"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"forwards": [FORWARD]}, "forwards needs outbound_subnet_id"),
        (
            {"outbound_subnet_id": "/o", "forwards": [{**FORWARD, "domain": "wmp.police.uk"}]},
            "forwards[0].domain is 'wmp.police.uk'; write a domain that ends in a dot",
        ),
        (
            {"outbound_subnet_id": "/o", "forwards": [{**FORWARD, "servers": [{"address": "dns1"}]}]},
            "forwards[0].servers[0].address is 'dns1', which is not an IPv4 address",
        ),
        ({"outbound_subnet_id": "/o", "forwards": [{**FORWARD, "servers": []}]}, "servers has 0; allowed are 1 to 6"),
        ({"outbound_subnet_id": "/o", "forwards": [FORWARD, FORWARD]}, "wmp.police.uk. is listed more than once"),
    ],
)
def test_a_wrong_argument_of_a_resolver_is_named(label, change, message):
    with pytest.raises(ValueError, match="resolver") as caught:
        resolver(label, **change)
    assert message in str(caught.value)
