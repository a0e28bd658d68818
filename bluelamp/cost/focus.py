"""Costs as CSV in the format FOCUS 1.2 (FinOps Open Cost and Usage Specification): a forecast of the current month.

The 21 mandatory and three recommended columns are followed by Bluelamp's own, with the prefix `x_`. A null is an empty
field. Free and unpriced resources are left out, as a cost of zero would appear to be known.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Final

from bluelamp.pricing.model import HARDWARE, Costs, Kind, Line

MANDATORY: Final = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
)
"""The mandatory columns of FOCUS 1.2."""

RECOMMENDED: Final = ("ChargeFrequency", "InvoiceId", "ServiceSubcategory")
"""The recommended columns of FOCUS 1.2."""

COLUMNS: Final = tuple(sorted((*MANDATORY, *RECOMMENDED)))

OWN: Final = (
    "x_Component",
    "x_Environment",
    "x_Kind",
    "x_Milestone",
    "x_Module",
    "x_ResourceId",
    "x_ResourceName",
    "x_ResourceType",
    "x_SpendType",
    "x_UnitPrice",
)

_UNITS: Final[Mapping[str, str]] = {
    "hour": "Hours",
    "server-hour": "Server-Hours",
    "instance-hour": "Instance-Hours",
    "account-hour": "Account-Hours",
    "vault-hour": "Vault-Hours",
    "node-hour": "Node-Hours",
    "vCore-hour": "vCore-Hours",
    "subscription-hour": "Subscription-Hours",
    "activity-hour": "Activity-Hours",
    "DIU-hour": "DIU-Hours",
    "day": "Days",
    "month": "Months",
    "3-years": "36 Months",
    "GB": "GB",
    "TB": "TB",
    "GB-month": "GB-Months",
    "key-month": "Key-Months",
    "vCore-month": "vCore-Months",
    "instance-month": "Instance-Months",
    "1k": "1000 Operations",
    "10k": "10000 Operations",
    "50k": "50000 Operations",
    "1M": "1000000 Operations",
    "10M": "10000000 Samples",
    "renewal": "Renewals",
    "kWh": "kWh",
}
"""FOCUS's name of each unit of the snapshot."""

_MICROSOFT: Final = "Microsoft"


def export(costs: Iterable[Costs]) -> str:
    """The lines of the costs as CSV, with headings."""
    out = StringIO()
    writer = csv.DictWriter(out, (*COLUMNS, *OWN), lineterminator="\n")
    writer.writeheader()
    for each in costs:
        writer.writerows(_row(line, each.day) for line in each.lines if line.kind in (Kind.FIXED, Kind.USAGE))
    return out.getvalue()


def _row(line: Line, day: date) -> dict[str, str]:
    start, end = _month(day)
    amount = _decimal(line.monthly)
    owner = line.owner
    own = line.type.startswith(HARDWARE)
    provider = owner.force if own else _MICROSOFT
    service = service_of(line.type)
    return {
        "BilledCost": amount,
        "BillingAccountId": f"force/{owner.force}",
        "BillingAccountName": owner.force,
        "BillingCurrency": "GBP",
        "BillingPeriodEnd": end,
        "BillingPeriodStart": start,
        "ChargeCategory": "Usage",
        "ChargeClass": "",
        "ChargeDescription": f"{line.name}: {line.what}",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodEnd": end,
        "ChargePeriodStart": start,
        "ContractedCost": amount,
        "EffectiveCost": amount,
        # A forecast has no invoice.
        "InvoiceId": "",
        "InvoiceIssuerName": provider,
        "ListCost": amount,
        "PricingQuantity": _decimal(line.quantity),
        "PricingUnit": _UNITS.get(line.unit, "Months" if own else line.unit),
        "ProviderName": provider,
        "PublisherName": provider,
        "ServiceCategory": service.category,
        "ServiceName": service.name,
        "ServiceSubcategory": service.subcategory,
        "x_Component": owner.component,
        "x_Environment": owner.environment,
        "x_Kind": str(line.kind),
        "x_Milestone": owner.milestone,
        "x_Module": owner.module,
        "x_ResourceId": line.urn,
        "x_ResourceName": line.name,
        "x_ResourceType": line.type,
        "x_SpendType": str(owner.spend),
        "x_UnitPrice": _decimal(line.unit_price),
    }


def _month(day: date) -> tuple[str, str]:
    """The month of a day in UTC: its first moment, and that of the next month."""
    start = day.replace(day=1)
    end = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return f"{start.isoformat()}T00:00:00Z", f"{end.isoformat()}T00:00:00Z"


def _decimal(value: Decimal) -> str:
    """A decimal without an exponent, and with a point: `730.0`."""
    text = f"{value:f}"
    return text if "." in text else f"{text}.0"


@dataclass(frozen=True, slots=True)
class ServiceKind:
    """A service with its FOCUS category."""

    name: str
    category: str
    subcategory: str


_OTHER: Final = ServiceKind("Azure", "Other", "Other (Other)")


def service_of(type_: str) -> ServiceKind:
    """The service of a type, by its token or else by its module; `Azure` if neither is known."""
    named = services()
    token = type_.removeprefix("azure-native:")
    return named.get(token) or named.get(token.partition(":")[0]) or _OTHER


@cache
def services() -> Mapping[str, ServiceKind]:
    """The services by token or module."""
    text = (files("bluelamp.cost") / "services.csv").read_text(encoding="utf-8")
    return {
        row["type"]: ServiceKind(row["service"], row["category"], row["subcategory"])
        for row in csv.DictReader(StringIO(text))
    }
