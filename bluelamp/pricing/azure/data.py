"""The data platform: pipelines, queries, streams, catalogue and APIs."""

from collections.abc import Iterator, Mapping
from typing import Final

from bluelamp.core.resource import Resource
from bluelamp.pricing.context import Context, Pricing, count_at, free, text_at, unpriced
from bluelamp.pricing.model import Charge, Kind

_INCLUDED_CALLS: Final = 1
"""Millions of free calls a month on the Consumption tier, per subscription."""


def api_management(resource: Resource, context: Context) -> Iterator[Charge]:
    """API Management: units by the hour, or calls on the Consumption tier, of which the first million is free."""
    sku = text_at(resource, "sku.name")
    if sku == "Consumption":
        calls = context.usage.of("apiCalls", resource.name)
        billed = max(calls.value - _INCLUDED_CALLS, calls.value * 0) if context.first(resource) else calls.value
        yield context.charge("api-management-consumption", "Calls", billed, Kind.USAGE, calls.basis)
        return
    yield context.fixed(f"api-management-{sku.lower()}", f"API Management {sku}", count_at(resource, "sku.capacity", 1))


def event_hubs(resource: Resource, context: Context) -> Iterator[Charge]:
    """Event Hubs namespaces: throughput or processing units by the hour."""
    sku = text_at(resource, "sku.name", "Standard").lower()
    units = count_at(resource, "sku.capacity", 1)
    yield context.fixed(f"event-hubs-{sku}", f"Event Hubs {sku.capitalize()} units", units)


def factory(resource: Resource, context: Context) -> Iterator[Charge]:
    """Data factories: read and write operations; runs are charged by integration runtime."""
    yield context.used("data-factory-operations", "Read and write operations", "factoryOperations", resource)


def runtime(resource: Resource, context: Context) -> Iterator[Charge]:
    """Integration runtimes: runs and data movement, at self-hosted or Azure prices."""
    if text_at(resource, "properties.type") == "SelfHosted":
        yield context.used("data-factory-self-hosted-runs", "Runs", "factorySelfHostedRuns", resource)
        yield context.used("data-factory-self-hosted-movement", "Data movement", "factorySelfHostedMovement", resource)
    else:
        yield context.used("synapse-activity-runs", "Runs", "factoryRuns", resource)
        yield context.used("data-factory-data-movement", "Data movement", "factoryMovement", resource)


def synapse(resource: Resource, context: Context) -> Iterator[Charge]:
    """Synapse workspaces: data processed by serverless SQL."""
    yield context.used("synapse-serverless-sql", "Data that serverless SQL processes", "synapseQueries", resource)


def stream_cluster(resource: Resource, context: Context) -> Iterator[Charge]:
    """Stream Analytics clusters: streaming units by the hour."""
    units = count_at(resource, "sku.capacity", 36)
    yield context.fixed("stream-analytics-streaming-unit", "Streaming units", units)


def purview(_resource: Resource, context: Context) -> Iterator[Charge]:
    """Purview accounts: the data map by the hour."""
    yield context.fixed("purview-data-map", "Data map capacity unit")


def machine_learning(_resource: Resource, _context: Context) -> Iterator[Charge]:
    """Machine Learning workspaces: only their compute is charged."""
    yield free("the compute that it starts is charged; it has none of its own")


def fabric(resource: Resource, context: Context) -> Iterator[Charge]:
    """Fabric capacities: capacity units by the hour, from the SKU (F64 has 64)."""
    sku = text_at(resource, "sku.name")
    units = sku.removeprefix("F")
    if units.isdecimal():
        yield context.fixed("fabric-capacity-unit", f"Fabric capacity {sku}", int(units))
    else:
        yield unpriced(f"Fabric capacity {sku}", "the SKU does not name its capacity units")


def databricks(_resource: Resource, _context: Context) -> Iterator[Charge]:
    """Databricks workspaces: their clusters are charged when they run."""
    yield unpriced("Databricks units", "clusters are started by jobs; no price was found")


PRICED: Final[Mapping[str, Pricing]] = {
    "apimanagement:ApiManagementService": api_management,
    "eventhub:Namespace": event_hubs,
    "datafactory:Factory": factory,
    "datafactory:IntegrationRuntime": runtime,
    "synapse:Workspace": synapse,
    "streamanalytics:Cluster": stream_cluster,
    "purview:Account": purview,
    "machinelearningservices:Workspace": machine_learning,
    "fabric:Capacity": fabric,
    "databricks:Workspace": databricks,
}

_SERVICE: Final = "the API Management service is charged"
FREE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "apimanagement:Api",
            "apimanagement:ApiOperation",
            "apimanagement:ApiOperationPolicy",
            "apimanagement:ApiPolicy",
            "apimanagement:Diagnostic",
            "apimanagement:Logger",
            "apimanagement:NamedValue",
            "apimanagement:Policy",
            "apimanagement:Product",
            "apimanagement:ProductApi",
            "apimanagement:ProductPolicy",
            "apimanagement:Subscription",
        ),
        _SERVICE,
    ),
    "datafactory:LinkedService": "the runtime that uses it is charged",
    "datafactory:ManagedPrivateEndpoint": "a managed endpoint is charged with the runtime's activity",
    "eventhub:EventHub": "the namespace is charged",
    "eventhub:SchemaRegistry": "the namespace is charged",
    "streamanalytics:PrivateEndpoint": "the cluster is charged",
    "synapse:PrivateLinkHub": "its private endpoint is charged",
    "databricks:AccessConnector": "the workspace is charged",
}
