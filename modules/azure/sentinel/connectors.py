"""The data connectors of Microsoft Sentinel."""

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi_azure_native import securityinsights

_Make = Callable[[str, dict[str, Any], pulumi.Input[str], pulumi.ResourceOptions], pulumi.CustomResource]


def _on() -> Any:
    return securityinsights.DataConnectorDataTypeCommonArgs(state="Enabled")


def _alerts() -> Any:
    return securityinsights.AlertsDataTypeOfDataConnectorArgs(alerts=_on())


def _entra(name: str, here: dict[str, Any], tenant: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Any:
    return securityinsights.AADDataConnector(
        name, kind="AzureActiveDirectory", tenant_id=tenant, data_types=_alerts(), **here, opts=opts
    )


def _identity(name: str, here: dict[str, Any], tenant: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Any:
    return securityinsights.AATPDataConnector(
        name,
        kind="AzureAdvancedThreatProtection",
        tenant_id=tenant,
        data_types=_alerts(),
        **here,
        opts=opts,
    )


def _cloud_apps(name: str, here: dict[str, Any], tenant: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Any:
    return securityinsights.MCASDataConnector(
        name,
        kind="MicrosoftCloudAppSecurity",
        tenant_id=tenant,
        data_types=securityinsights.MCASDataConnectorDataTypesArgs(alerts=_on(), discovery_logs=_on()),
        **here,
        opts=opts,
    )


def _endpoint(name: str, here: dict[str, Any], tenant: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Any:
    return securityinsights.MDATPDataConnector(
        name,
        kind="MicrosoftDefenderAdvancedThreatProtection",
        tenant_id=tenant,
        data_types=_alerts(),
        **here,
        opts=opts,
    )


def _office(name: str, here: dict[str, Any], tenant: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Any:
    types = securityinsights.OfficeDataConnectorDataTypesArgs(
        exchange=securityinsights.OfficeDataConnectorDataTypesExchangeArgs(state="Enabled"),
        share_point=securityinsights.OfficeDataConnectorDataTypesSharePointArgs(state="Enabled"),
        teams=securityinsights.OfficeDataConnectorDataTypesTeamsArgs(state="Enabled"),
    )
    return securityinsights.OfficeDataConnector(
        name, kind="Office365", tenant_id=tenant, data_types=types, **here, opts=opts
    )


def _threats(name: str, here: dict[str, Any], tenant: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Any:
    feed = securityinsights.MSTIDataConnectorDataTypesMicrosoftEmergingThreatFeedArgs(
        state="Enabled", lookback_period="1970-01-01T00:00:00Z"
    )
    return securityinsights.MSTIDataConnector(
        name,
        kind="MicrosoftThreatIntelligence",
        tenant_id=tenant,
        data_types=securityinsights.MSTIDataConnectorDataTypesArgs(microsoft_emerging_threat_feed=feed),
        **here,
        opts=opts,
    )


TENANT: dict[str, _Make] = {
    "entra-id-protection": _entra,
    "defender-for-identity": _identity,
    "defender-for-cloud-apps": _cloud_apps,
    "defender-for-endpoint": _endpoint,
    "office-365": _office,
    "threat-intelligence": _threats,
}
"""The tenant-wide connectors, by name."""


def defender_for_cloud(
    name: str, here: dict[str, Any], subscription: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    """The connector for the Defender for Cloud alerts of one subscription."""
    connector: pulumi.CustomResource = securityinsights.ASCDataConnector(
        name, kind="AzureSecurityCenter", subscription_id=subscription, data_types=_alerts(), **here, opts=opts
    )
    return connector
