"""The export follows the rules that FOCUS 1.2 publishes for its columns."""

import csv
import re
from decimal import Decimal
from io import StringIO

import pytest

from bluelamp.core.reader import parse
from bluelamp.cost.focus import COLUMNS, MANDATORY, OWN, RECOMMENDED, export, service_of, services
from bluelamp.pricing.azure import pricing
from bluelamp.pricing.hardware import hardware_of
from bluelamp.pricing.model import Costs
from tests.cost.estates import cost_of, resource
from tests.cost.test_files import HARDWARE

MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
NUMBER = re.compile(r"-?\d+\.\d+")
SERVICE_CATEGORIES = {
    "AI and Machine Learning",
    "Analytics",
    "Business Applications",
    "Compute",
    "Databases",
    "Developer Tools",
    "Multicloud",
    "Identity",
    "Integration",
    "Internet of Things",
    "Management and Governance",
    "Media",
    "Migration",
    "Mobile",
    "Networking",
    "Security",
    "Storage",
    "Web",
    "Other",
}

# The published parent of each subcategory in use; `Other (X)` belongs to X.
SUBCATEGORIES = {
    "Machine Learning": "AI and Machine Learning",
    "Analytics Platforms": "Analytics",
    "Data Processing": "Analytics",
    "Streaming Analytics": "Analytics",
    "Containers": "Compute",
    "Virtual Machines": "Compute",
    "API Management": "Integration",
    "Data Governance": "Management and Governance",
    "Observability": "Management and Governance",
    "Support": "Management and Governance",
    "Multicloud Integration": "Multicloud",
    "Application Networking": "Networking",
    "Network Connectivity": "Networking",
    "Network Infrastructure": "Networking",
    "Network Routing": "Networking",
    "Network Security": "Networking",
    "Secret Management": "Security",
    "Threat Detection and Response": "Security",
    "Backup Storage": "Storage",
    "Storage Platforms": "Storage",
}


@pytest.fixture(scope="module")
def costs() -> Costs:
    return cost_of(
        [
            resource("network:AzureFirewall", {"sku": {"tier": "Premium"}}),
            resource("network:PrivateEndpoint"),
            resource("network:VirtualNetwork"),
            resource("purview:Account"),
            resource("storage:StorageAccount", {"sku": {"name": "Standard_GRS"}, "accessTier": "Hot"}),
            resource("operationalinsights:Workspace", {"retentionInDays": 365}),
        ],
        hardware=hardware_of(parse(HARDWARE.encode(), "hardware.yaml")),
    )


@pytest.fixture(scope="module")
def rows(costs: Costs) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(export([costs]))))


def test_the_21_mandatory_columns_come_first_and_own_ones_are_marked(rows: list[dict[str, str]]) -> None:
    assert len(MANDATORY) == 21
    assert set(COLUMNS) == {*MANDATORY, *RECOMMENDED}
    assert list(rows[0]) == [*COLUMNS, *OWN]
    assert all(re.fullmatch("[A-Z][A-Za-z0-9]{0,49}", name) for name in COLUMNS)
    assert all(re.fullmatch("x_[A-Z][A-Za-z0-9]{0,49}", name) for name in OWN)


def test_only_a_charge_class_and_an_invoice_are_null(rows: list[dict[str, str]]) -> None:
    for row in rows:
        # They must be null if the row is no correction and on no invoice.
        assert [name for name, value in row.items() if not value.strip()] == ["ChargeClass", "InvoiceId"]
        assert None not in row.values()


def test_categories_are_of_the_published_values(rows: list[dict[str, str]]) -> None:
    assert {row["ChargeCategory"] for row in rows} == {"Usage"}
    assert {row["ServiceCategory"] for row in rows} <= SERVICE_CATEGORIES
    assert {row["ChargeFrequency"] for row in rows} == {"Usage-Based"}
    assert {each.category for each in services().values()} <= SERVICE_CATEGORIES
    for each in services().values():
        assert SUBCATEGORIES.get(each.subcategory, each.subcategory[7:-1]) == each.category, each


def test_a_service_has_one_category() -> None:
    named = [service_of(token) for token in pricing()]
    assert len({each.name for each in named}) == len(set(named))


def test_numbers_and_times_have_the_published_form(rows: list[dict[str, str]]) -> None:
    for row in rows:
        for name in ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost", "PricingQuantity", "x_UnitPrice"):
            assert NUMBER.fullmatch(row[name]), (name, row[name])
        for name in ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"):
            assert MOMENT.fullmatch(row[name]), (name, row[name])
        assert row["BillingCurrency"] == "GBP"


def test_the_period_is_the_month_with_an_exclusive_end(rows: list[dict[str, str]]) -> None:
    assert {(row["BillingPeriodStart"], row["BillingPeriodEnd"]) for row in rows} == {
        ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")
    }


def test_december_ends_with_the_year() -> None:
    from dataclasses import replace
    from datetime import date

    found = replace(cost_of([resource("network:PrivateEndpoint")]), day=date(2026, 12, 31))
    assert "2027-01-01T00:00:00Z,2026-12-01T00:00:00Z" in export([found])


def test_the_rows_sum_to_the_total(costs: Costs, rows: list[dict[str, str]]) -> None:
    for name in ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost"):
        assert sum(Decimal(row[name]) for row in rows) == costs.total


def test_a_cost_is_its_quantity_times_its_price(rows: list[dict[str, str]]) -> None:
    for row in rows:
        if row["ProviderName"] == "Microsoft":
            product = Decimal(row["PricingQuantity"]) * Decimal(row["x_UnitPrice"])
            assert abs(product - Decimal(row["ListCost"])) <= Decimal("0.005")


def test_free_and_unpriced_resources_are_left_out(rows: list[dict[str, str]]) -> None:
    types = {row["x_ResourceType"] for row in rows}
    assert not types & {"azure-native:network:VirtualNetwork", "azure-native:purview:Account"}


def test_own_hardware_is_not_charged_by_microsoft(rows: list[dict[str, str]]) -> None:
    own = [row for row in rows if row["x_ResourceType"].startswith("bluelamp:cost:")]
    assert {row["ProviderName"] for row in own} == {"kent"}
    assert {row["PricingUnit"] for row in own} == {"Months", "kWh"}
