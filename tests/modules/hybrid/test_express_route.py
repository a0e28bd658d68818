import pytest
from planned import Planned, plan

from bluelamp.modules.hybrid.express_route import ExpressRoute

ARGS = {
    "location": "uksouth",
    "resource_group_name": "rg",
    "workspace_id": "/id/logs",
    "workload": "headquarters",
    "provider": "BT",
    "peering_location": "London",
    "bandwidth_mbps": 1000,
}
PEERING = {"asn": 65010, "vlan": 100, "primary": "10.144.254.0/30", "secondary": "10.144.254.4/30"}


def circuit(label, **more) -> Planned:
    return plan(lambda: ExpressRoute("circuit", {"label": label, **ARGS, **more}))


def test_before_the_provider_connects_it_there_is_only_the_circuit(label):
    made = circuit(label, peering=PEERING, gateway_id="/id/gateway")
    assert made.one("network:ExpressRouteCircuit")["sku"] == {
        "family": "MeteredData",
        "name": "Standard_MeteredData",
        "tier": "Standard",
    }
    assert made.of("network:ExpressRouteCircuitPeering") == made.of("network:VirtualNetworkGatewayConnection") == []


def test_a_connected_circuit_has_its_peering_and_then_its_connection(label):
    made = circuit(label, provisioned=True, peering=PEERING, gateway_id="/id/gateway")
    peering = made.one("network:ExpressRouteCircuitPeering")
    assert (peering["peeringType"], peering["peerASN"], peering["vlanId"]) == ("AzurePrivatePeering", 65010, 100)
    connection = made.one("network:VirtualNetworkGatewayConnection")
    assert (connection["connectionType"], connection["virtualNetworkGateway1"]) == (
        "ExpressRoute",
        {"id": "/id/gateway"},
    )
    assert "circuit-peering" in made.waits_for["circuit-connection"]


def test_a_circuit_can_be_connected_to_a_virtual_hub(label):
    made = circuit(label, provisioned=True, peering=PEERING, virtual_hub_gateway_name="ergw")
    connection = made.one("network:ExpressRouteConnection")
    assert (connection["expressRouteGatewayName"], connection["enableInternetSecurity"]) == ("ergw", True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bandwidth_mbps": 300}, "bandwidth_mbps is 300; allowed are 50, 100, 200"),
        (
            {"tier": "Basic", "family": "Free"},
            "tier is 'Basic'; allowed are Local, Standard, Premium; family is 'Free'",
        ),
        ({"provisioned": True}, "peering is required once the circuit is provisioned"),
        (
            {"gateway_id": "/g", "virtual_hub_gateway_name": "e"},
            "gateway_id and virtual_hub_gateway_name are mutually exclusive",
        ),
        ({"peering": {**PEERING, "primary": "10.144.254.0/29"}}, "peering.primary is 10.144.254.0/29; a /30 is needed"),
        ({"peering": {**PEERING, "secondary": PEERING["primary"]}}, "which overlaps primary"),
        (
            {"peering": {**PEERING, "vlan": 0, "asn": 12076}},
            "peering.vlan is 0; allowed are 1 to 4094; peering.asn is 12076",
        ),
        ({"peering": {**PEERING, "primary": "ten"}}, "peering.primary: "),
        ({"peering_place": "London"}, "peering_place is not an argument; did you mean peering?"),
    ],
)
def test_a_wrong_argument_of_a_circuit_is_named(label, change, message):
    with pytest.raises(ValueError, match="ExpressRoute 'circuit'") as caught:
        circuit(label, **change)
    assert message in str(caught.value)
