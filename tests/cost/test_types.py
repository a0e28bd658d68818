"""Every azure-native type that a force plans has a pricing function.

`planned_types.txt` lists the types that the forces of this repository plan. To regenerate it, plan each force and sort
the `azure-native:` types in `plan.managed`.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.resource import UNKNOWN
from bluelamp.cost.estate import cost_of_plan
from bluelamp.cost.fleet import costs
from bluelamp.planning import Plan, plan_force
from bluelamp.pricing.azure import pricing
from bluelamp.pricing.model import By, Costs, Kind
from bluelamp.pricing.usage import Amount, Usage, defaults
from tests.conftest import ROOT
from tests.cost.estates import cost_of, resource
from tests.thorough import tries

TYPES = (Path(__file__).parent / "planned_types.txt").read_text("utf-8").split()


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_force("west-midlands", ROOT)


@pytest.fixture(scope="module")
def cost(plan: Plan) -> Costs:
    return cost_of_plan(plan, ROOT)


def test_every_planned_type_has_a_pricing_function() -> None:
    assert sorted(set(TYPES) - set(pricing())) == []


def test_the_list_is_that_of_the_largest_forces_plan(plan: Plan) -> None:
    planned = {one.type for one in plan.managed if one.type.startswith("azure-native:")}
    assert sorted(planned - set(TYPES)) == []


def test_the_largest_force_is_priced_to_95_percent(cost: Costs) -> None:
    assert cost.coverage.share >= 0.95
    assert cost.coverage.chargeable > 200
    assert not [line.type for line in cost.lines if "pricing function" in line.basis]


def test_the_parts_of_the_largest_force_sum_to_the_whole(cost: Costs) -> None:
    for by in By:
        assert sum(cost.by(by).values()) == cost.total
    assert sum(cost.of(kind) for kind in Kind) == cost.total


def test_groups_are_those_of_the_plan(cost: Costs) -> None:
    components = cost.by(By.COMPONENT)
    assert {"hub", "second-hub", "landing-zone-records", "lake", "live"} <= set(components)
    assert {"Hub", "Spoke", "Backup", "DataLake", "OnPremises"} <= set(cost.by(By.MODULE))
    assert set(cost.by(By.SPEND)) == {"strategic", "tactical"}
    assert set(cost.by(By.MILESTONE)) == {"hybrid-foundation", "data-in-shape"}
    assert set(cost.by(By.ENVIRONMENT)) == {"prod"}


@pytest.mark.parametrize("force", ["dyfed-powys"])
def test_a_force_costs_what_its_plan_costs(force: str) -> None:
    (both,) = costs([force], ROOT, None, None)
    assert both.now.total > 0
    assert both.before is None


def test_a_type_without_a_pricing_function_is_unpriced_and_named() -> None:
    found = cost_of([resource("madeup:Thing"), resource("network:VirtualNetwork")])
    assert [line.type for line in found.unpriced] == ["azure-native:madeup:Thing"]
    assert found.coverage.unpriced == 1
    assert found.coverage.share == 0


@pytest.mark.parametrize(
    ("type_", "properties", "message"),
    [
        ("network:AzureFirewall", {"sku": {"tier": "Premum"}}, "the nearest is firewall-premium"),
        ("network:VirtualNetworkGateway", {"sku": {"name": "VpnGw9AZ"}}, "the nearest is vpn-gateway-vpngw"),
        (
            "compute:VirtualMachine",
            {"hardwareProfile": {"vmSize": "Standard_D4s_v55"}},
            "the nearest is Standard_D4s_v5",
        ),
        ("eventhub:Namespace", {"sku": {"name": "Dedicated"}}, "no price for event-hubs-dedicated"),
    ],
)
def test_an_unknown_size_is_unpriced_with_the_nearest(type_: str, properties: dict[str, object], message: str) -> None:
    line, *_ = cost_of([resource(type_, properties)]).unpriced
    assert message in line.basis


def test_a_region_without_its_own_price_is_flagged() -> None:
    there = cost_of([resource("network:BastionHost", {"sku": {"name": "Basic"}, "location": "ukwest"})]).lines
    here = cost_of([resource("network:BastionHost", {"sku": {"name": "Basic"}, "location": "uksouth"})]).lines
    assert there[0].monthly == here[0].monthly
    assert [there[0].elsewhere, here[0].elsewhere] == [True, False]


def test_an_unknown_region_is_unpriced_with_the_nearest() -> None:
    place = {"location": "UK Sout"}
    found = cost_of([resource("network:PrivateEndpoint", place), resource("network:VirtualNetwork", place)])
    assert {line.basis for line in found.unpriced} == {
        "the snapshot has no prices of the region uksout; the nearest is uksouth"
    }
    assert (found.coverage.unpriced, found.coverage.free) == (1, 1)


def test_a_size_has_the_price_of_its_region() -> None:
    found = {}
    for region in ("uksouth", "ukwest"):
        properties = {"hardwareProfile": {"vmSize": "Standard_D4s_v5"}, "location": region}
        (found[region],) = cost_of([resource("compute:VirtualMachine", properties)]).lines
    # USD 0.222 and 0.232 an hour, x 0.754745
    assert [f"{each.unit_price:.6f}" for each in found.values()] == ["0.167553", "0.175101"]
    assert not any(each.elsewhere for each in found.values())


def test_unknown_properties_cause_no_failure() -> None:
    for token in pricing():
        type_ = token.removeprefix("azure-native:")
        for properties in ({}, UNKNOWN, {"sku": UNKNOWN, "properties": UNKNOWN, "location": UNKNOWN}):
            assert cost_of([resource(type_, properties)]).lines  # type: ignore[arg-type]


def test_a_charge_that_depends_on_an_unknown_property_is_unpriced() -> None:
    pool = {"vmSize": "Standard_D4s_v5", "count": UNKNOWN}
    found = cost_of(
        [
            resource("network:AzureFirewall", {"sku": {"tier": UNKNOWN}, "location": "uksouth"}, "firewall"),
            resource("network:PrivateEndpoint", {"location": UNKNOWN}, "endpoint"),
            resource("network:VirtualNetwork", {"location": UNKNOWN}, "network"),
            resource("containerservice:AgentPool", {**pool, "location": "uksouth"}, "pool"),
        ]
    )
    assert {line.name: line.basis for line in found.unpriced} == {
        "firewall": "sku.tier is not known before deployment",
        "endpoint": "location is not known before deployment",
        "pool": "count is not known before deployment",
    }
    assert found.total == 0


KEYS = sorted(
    {
        *("sku", "name", "tier", "family", "capacity", "capacityReservationLevel", "location", "properties", "kty"),
        *("enabled", "scaleUnits", "hardwareProfile", "vmSize", "storageProfile", "osDisk", "dataDisks", "managedDisk"),
        *("storageAccountType", "diskSizeGB", "virtualMachineProfile", "agentPoolProfiles", "count", "minCount"),
        *("enableAutoScaling", "loadBalancingRules", "criteria", "allOf", "criterionType", "logs", "retentionInDays"),
        *("storageSettings", "type", "serviceProviderProperties", "bandwidthInMbps", "pricingName", "pricingTier"),
        *("subPlan", "tags", "extensionType", "storageAccountId", "accessTier", "flowAnalyticsConfiguration"),
        *("networkWatcherFlowAnalyticsConfiguration", "trafficAnalyticsInterval", "osProfile", "windowsConfiguration"),
    }
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 10**6),
        st.floats(allow_nan=False, allow_infinity=False, width=16),
        st.sampled_from(["", "Standard", "Premium_LRS", "Standard_D4s_v5", "VirtualMachines", "3", "uksouth"]),
        st.just(UNKNOWN),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=tries(600), deadline=None, derandomize=True)
@given(st.sampled_from(sorted(pricing())), st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_no_value_makes_a_pricing_function_fail(token: str, properties: dict[str, object]) -> None:
    keys: set[str] = set()

    class Recorded(Usage):
        def of(self, key: str, name: str = "") -> Amount:
            keys.update((key,) if name else ())
            return super().of(key, name)

    found = cost_of([resource(token.removeprefix("azure-native:"), properties)], Recorded())
    assert found.lines
    assert all(line.monthly >= 0 for line in found.lines)
    assert all(token in defaults()[key].of for key in keys), "usage.yaml refuses a key that counts"


def test_use_of_a_resource_names_types_that_are_priced() -> None:
    for one in defaults().values():
        assert bool(one.of) == (one.per == "resource")
        assert set(one.of) <= pricing().keys()
