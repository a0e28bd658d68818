"""Logs, metrics and alerts."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from bluelamp.core.resource import Resource
from bluelamp.pricing.context import Context, Pricing, count_at, free, known, list_at, text_at, unpriced
from bluelamp.pricing.model import Charge, Kind
from bluelamp.pricing.snapshot import HOURS

_DAYS: Final = HOURS / 24
_FREE_INGESTION: Final = Decimal(5)
"""Free GB of logs a month without Sentinel."""
_INCLUDED: Final = 31
_INCLUDED_WITH_SENTINEL: Final = 90
"""Days of retention included in the price of ingestion."""
_MINUTES: Final = {"PT1M": 1, "PT5M": 5, "PT10M": 10}


def workspace(resource: Resource, context: Context) -> Iterator[Charge]:
    """Log Analytics workspaces: ingestion, pay as you go or by a commitment tier, and retention.

    With Sentinel, its price replaces that of ingestion. Ingestion beyond a commitment is charged at the commitment's
    price per GB. All of the estate's logs are counted in the first workspace.
    """
    if not context.first(resource):
        yield free("the estate's logs are counted in its first workspace")
        return
    daily = context.usage.of("logIngestion")
    sentinel = context.inventory.count("securityinsights:SentinelOnboardingState") > 0
    yield from _ingestion(resource, context, daily.value, daily.basis, sentinel=sentinel)
    days = max(0, count_at(resource, "retentionInDays", _INCLUDED))
    beyond = max(0, days - (_INCLUDED_WITH_SENTINEL if sentinel else _INCLUDED))
    if beyond:
        what = f"Retention beyond {days - beyond} days"
        yield context.charge("log-analytics-retention", what, daily.value * beyond, Kind.USAGE, daily.basis)


def _ingestion(resource: Resource, context: Context, daily: Decimal, basis: str, *, sentinel: bool) -> Iterator[Charge]:
    committed = context.usage.of("sentinelCommitment").value if sentinel else Decimal(0)
    prefix, payg = ("sentinel-commitment", "sentinel-ingestion") if sentinel else ("", "log-analytics-ingestion")
    if text_at(resource, "sku.name") == "CapacityReservation" and not committed:
        prefix, committed = "log-analytics-commitment", Decimal(count_at(resource, "sku.capacityReservationLevel", 100))
    if committed:
        meter = f"{prefix}-{committed:f}"
        price = context.prices.find(meter)
        kind = Kind.FIXED
        yield context.charge(meter, f"Commitment of {committed:f} GB/day", Decimal(1), kind, "the commitment tier")
        if price is not None and daily > committed:
            # Azure charges overage at the commitment's price per GB.
            over = (daily - committed) * _DAYS
            yield Charge("Ingestion beyond the commitment", Kind.USAGE, meter, over, basis, price.gbp / committed, "GB")
        return
    billed = max(Decimal(0), daily * _DAYS - (0 if sentinel else _FREE_INGESTION))
    what = "Ingestion with Sentinel" if sentinel else "Ingestion beyond the free 5 GB"
    yield context.charge(payg, what, billed, Kind.USAGE, basis)


def diagnostic_setting(resource: Resource, context: Context) -> Iterator[Charge]:
    """Diagnostic settings: GB sent to storage or event hubs. Logs to a workspace are charged there."""
    own = known(resource.properties, "logs")
    if any(key in own for key in ("storageAccountId", "eventHubAuthorizationRuleId")) and list_at(resource, "logs"):
        yield context.used("monitor-platform-logs", "Platform logs exported", "platformLogs", resource)
    else:
        yield free("logs to a workspace are charged there")


def metric_alert(resource: Resource, context: Context) -> Iterator[Charge]:
    """Metric alerts: per time series, twice for a dynamic threshold."""
    criteria = [*list_at(resource, "criteria.allOf")] or [{}]
    kinds = [str(known(each.get("criterionType"), "criteria")) for each in criteria if isinstance(each, Mapping)]
    dynamic = sum("Dynamic" in kind for kind in kinds)
    yield context.fixed("monitor-metric-series", "Monitored time series", len(criteria) + dynamic)


def query_alert(resource: Resource, context: Context) -> Iterator[Charge]:
    """Log alerts: by the frequency of evaluation."""
    minutes = _MINUTES.get(text_at(resource, "evaluationFrequency"), 15)
    yield context.fixed(f"monitor-log-alert-{minutes}", f"Log alert each {minutes} minutes or less often")


def metrics_workspace(resource: Resource, context: Context) -> Iterator[Charge]:
    """Azure Monitor workspaces: metric samples ingested."""
    yield context.used("monitor-metric-samples", "Metric samples", "metricSamples", resource)


def component(_resource: Resource, _context: Context) -> Iterator[Charge]:
    """Application Insights: its data goes to a workspace."""
    yield free("its data is charged in the workspace")


def grafana(_resource: Resource, _context: Context) -> Iterator[Charge]:
    """Managed Grafana has no price in the snapshot."""
    yield unpriced("Managed Grafana", "no price was found")


PRICED: Final[Mapping[str, Pricing]] = {
    "operationalinsights:Workspace": workspace,
    "monitor:DiagnosticSetting": diagnostic_setting,
    "aadiam:DiagnosticSetting": diagnostic_setting,
    "monitor:MetricAlert": metric_alert,
    "monitor:ScheduledQueryRule": query_alert,
    "monitor:AzureMonitorWorkspace": metrics_workspace,
    "applicationinsights:Component": component,
    "dashboard:Grafana": grafana,
}

_WORKSPACE: Final = "its data is charged in the workspace"
_SENTINEL: Final = "Sentinel is charged with the ingestion of its workspace"
FREE: Final[Mapping[str, str]] = {
    "monitor:ActionGroup": "the first 1,000 emails a month are free",
    "monitor:ActivityLogAlert": "activity log alerts are free",
    "monitor:DataCollectionEndpoint": _WORKSPACE,
    "monitor:DataCollectionRule": _WORKSPACE,
    "monitor:DataCollectionRuleAssociation": _WORKSPACE,
    "monitor:PrivateLinkScope": "its private endpoint is charged",
    "monitor:PrivateLinkScopedResource": "its private endpoint is charged",
    "operationsmanagement:Solution": _WORKSPACE,
    "securityinsights:SentinelOnboardingState": _SENTINEL,
    "securityinsights:AADDataConnector": _SENTINEL,
    "securityinsights:ASCDataConnector": _SENTINEL,
    "securityinsights:Anomalies": _SENTINEL,
    "securityinsights:FusionAlertRule": _SENTINEL,
    "securityinsights:MSTIDataConnector": _SENTINEL,
    "securityinsights:OfficeDataConnector": _SENTINEL,
    "securityinsights:ScheduledAlertRule": _SENTINEL,
}
