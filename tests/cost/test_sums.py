"""The parts add up to the total, and the cost of a change is the difference of two full costs, for any estate."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.core.resource import Resource
from bluelamp.cost.difference import CostChange, difference, signed
from bluelamp.cost.preview import after_steps, cost_of_steps
from bluelamp.engine.events import Step
from bluelamp.pricing.model import By, Costs, Kind, to_penny
from bluelamp.pricing.price import Estate, price
from bluelamp.pricing.snapshot import load
from bluelamp.pricing.usage import Usage, defaults
from tests.conftest import ROOT
from tests.cost.estates import DAY, Hardware, resource
from tests.thorough import tries

PRICES = load()
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("network:AzureFirewall", {"sku": {"tier": "Standard"}, "location": "ukwest"}),
    ("network:PublicIPAddress", {"sku": {"name": "Standard"}}),
    ("network:PrivateEndpoint", {}),
    ("network:FlowLog", {"enabled": True}),
    ("network:VirtualNetworkGatewayConnection", {"connectionType": "IPsec"}),
    ("privatedns:PrivateZone", {}),
    ("keyvault:Key", {"properties": {"kty": "RSA-HSM"}}),
    ("storage:StorageAccount", {"sku": {"name": "Standard_GRS"}, "accessTier": "Cool"}),
    ("compute:VirtualMachine", {"hardwareProfile": {"vmSize": "Standard_D2s_v5"}}),
    ("compute:VirtualMachineScaleSet", {"sku": {"name": "Standard_D8s_v5", "capacity": 7}}),
    ("security:Pricing", {"pricingName": "VirtualMachines", "pricingTier": "Standard"}),
    ("operationalinsights:Workspace", {"sku": {"name": "PerGB2018"}, "retentionInDays": 365}),
    ("purview:Account", {}),
    ("network:VirtualNetwork", {}),
]
TAGS = st.fixed_dictionaries(
    {},
    optional={
        "roadmap-milestone": st.sampled_from(["first", "second"]),
        "spend-type": st.sampled_from(["strategic", "tactical"]),
    },
)


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    found = []
    for number in range(draw(st.integers(0, 12))):
        type_, properties = draw(st.sampled_from(KINDS))
        found.append(resource(type_, {**properties, "tags": draw(TAGS)}, f"r{number:02}"))
    return Estate("kent", found)


AMOUNTS = st.decimals(0, 100_000, places=3, allow_nan=False)
USES = st.builds(
    lambda stated: Usage(stated, file="stacks/kent/usage.yaml"),
    st.dictionaries(
        st.sampled_from(sorted(set(defaults()) - {"sentinelCommitment", "extraServers"})), AMOUNTS, max_size=8
    ),
)
HARDWARE = st.builds(
    lambda prices: Hardware.model_validate(
        {
            "purchases": [
                {
                    "name": f"item-{n}",
                    "what": "an item",
                    "kind": "hardware",
                    "price": p,
                    "months": m,
                    "source": "made up",
                }
                for n, (p, m) in enumerate(prices)
            ]
        }
    ),
    st.lists(st.tuples(st.floats(0.01, 1e6), st.integers(1, 90)), max_size=4),
)


def cost(estate: Estate, usage: Usage, hardware: Hardware | None = None) -> Costs:
    return price(estate, usage, hardware or Hardware(), prices=PRICES, day=DAY)


@settings(max_examples=tries(300), deadline=None, derandomize=True)
@given(estates(), USES, HARDWARE)
def test_every_grouping_sums_to_the_whole_to_the_penny(estate: Estate, usage: Usage, hardware: Hardware) -> None:
    found = cost(estate, usage, hardware)
    assert found.total == to_penny(found.total)
    for by in By:
        assert sum(found.by(by).values(), Decimal(0)) == found.total
    assert sum((found.of(kind) for kind in Kind), Decimal(0)) == found.total
    assert found.of(Kind.FREE) == found.of(Kind.UNPRICED) == 0
    assert all(line.monthly >= 0 for line in found.lines)
    # Each line is its quantity times its price, rounded once.
    assert all(
        line.monthly == to_penny(line.quantity * line.unit_price)
        for line in found.lines
        if line.meter and line.source == "retail"
    )


@settings(max_examples=tries(300), deadline=None, derandomize=True)
@given(estates(), estates(), USES)
def test_a_difference_is_that_of_two_full_costs(before: Estate, after: Estate, usage: Usage) -> None:
    old, new = cost(before, usage), cost(after, usage)
    changed = difference(old, new)
    assert changed.total == new.total - old.total
    assert sum((each.amount for each in changed.changes), Decimal(0)) == changed.total
    back = difference(new, old)
    assert back.total == -changed.total
    assert difference(old, old).changes == ()


@settings(max_examples=tries(200), deadline=None, derandomize=True)
@given(estates(), estates(), USES)
def test_steps_lead_to_the_cost_of_their_result(before: Estate, after: Estate, usage: Usage) -> None:
    old, new = ({each.urn: each for each in estate.resources} for estate in (before, after))
    steps = [Step(urn, "delete", old=one.properties) for urn, one in old.items() if urn not in new]
    for urn, one in new.items():
        if urn not in old:
            steps.append(Step(urn, "create", inputs=one.properties))
        elif one.properties != old[urn].properties:
            steps += [
                Step(urn, op, inputs=one.properties, old=old[urn].properties)
                for op in ("replace", "create-replacement")
            ]
            steps.append(Step(urn, "delete-replaced", old=old[urn].properties))
    reached = after_steps(before, steps)
    assert cost(reached, usage).total == cost(after, usage).total


def state(*resources: Resource) -> dict[str, Any]:
    records = [
        {"urn": one.urn, "type": one.type, "custom": True, "inputs": dict(one.properties), "parent": one.parent}
        for one in resources
    ]
    return {"version": 3, "deployment": {"resources": records}}


def test_a_preview_says_what_it_creates_deletes_and_resizes() -> None:
    small = {"sku": {"name": "VpnGw1AZ"}, "gatewayType": "Vpn"}
    gateway, address = (
        resource("network:VirtualNetworkGateway", small),
        resource("network:PublicIPAddress", {"sku": {"name": "Standard"}}),
    )
    bastion = resource("network:BastionHost", {"sku": {"name": "Basic"}})
    steps = [
        Step(gateway.urn, "update", inputs={**small, "sku": {"name": "VpnGw2AZ"}}, old=small),
        Step(address.urn, "delete", old=address.properties),
        Step(bastion.urn, "create", inputs=bastion.properties),
    ]
    found = cost_of_steps(state(gateway, address), steps, "kent", ROOT, prices=PRICES, day=DAY)
    assert {(each.what, signed(each.amount)) for each in found.changes} == {
        (CostChange.RESIZED, "+£181.82"),  # 730 h x 0.407563 - 730 h x 0.158497
        (CostChange.DELETED, "-£2.76"),  # 730 h x 0.003774
        (CostChange.CREATED, "+£104.68"),  # 730 h x 0.143402
    }
    assert signed(found.total) == "+£283.74"
