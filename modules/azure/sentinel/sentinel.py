"""Microsoft Sentinel with its data connectors and analytics rules."""

import uuid
from functools import cache
from pathlib import Path
from typing import Any, NotRequired

import pulumi
import yaml
from pulumi_azure_native import securityinsights

from bluelamp.core.suggestions import did_you_mean
from bluelamp.modules.azure.sentinel.connectors import TENANT, defender_for_cloud
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs

_NAMESPACE = uuid.UUID("0f6dd3a2-5a4c-4b0e-9d5b-8f6a2c1e7b34")  # of the GUIDs of connectors and rules
_FUSION = "f71aba3d-28fb-450b-b192-4e76a83015c8"  # Microsoft's rule template for Fusion (multistage attack detection)


class SentinelArgs(LabelledArgs):
    """Arguments of Sentinel."""

    resource_group_name: pulumi.Input[str]
    """The workspace's resource group."""
    workspace_name: pulumi.Input[str]
    """The Log Analytics workspace's name."""
    tenant_id: pulumi.Input[str]
    """The Entra ID tenant of the connectors."""
    subscription_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """GUIDs of subscriptions whose Defender for Cloud alerts become incidents, keyed by a short name."""
    connectors: NotRequired[list[str]]
    """The tenant-wide connectors: `entra-id-protection`, `defender-for-identity`,
    `defender-for-cloud-apps`, `defender-for-endpoint`, `office-365`, `threat-intelligence`. Each needs a licence;
    `entra-id-protection`, `office-365` and `threat-intelligence` by default."""
    without_rules: NotRequired[list[str]]
    """Names of rules in `rules.yaml` to omit."""


class Sentinel(Component):
    """Sentinel in a workspace: onboarding, data connectors, scheduled rules, Fusion and anomalies."""

    onboarding_id: pulumi.Output[str]
    """ARM id of the Sentinel onboarding, on which other Sentinel resources depend."""
    rule_ids: pulumi.Output[dict[str, str]]
    """The ARM ids of the scheduled rules, by name."""

    def __init__(self, name: str, args: SentinelArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        wanted = args.get("connectors", ["entra-id-protection", "office-365", "threat-intelligence"])
        without = args.get("without_rules", [])
        _check(f"Sentinel {name!r}", wanted, without)
        here = {"resource_group_name": args["resource_group_name"], "workspace_name": args["workspace_name"]}
        onboarding = securityinsights.SentinelOnboardingState(
            f"{name}-onboarding", sentinel_onboarding_state_name="default", **here, opts=self.child()
        )
        after_it = self.child(depends_on=[onboarding])
        for key in wanted:
            place = here | {"data_connector_id": _guid(args, "connector", key)}
            TENANT[key](f"{name}-{key}", place, args["tenant_id"], after_it)
        for short, subscription in args.get("subscription_ids", {}).items():
            place = here | {"data_connector_id": _guid(args, "connector", f"defender-for-cloud/{short}")}
            defender_for_cloud(f"{name}-defender-for-cloud-{short}", place, subscription, after_it)
        securityinsights.Anomalies(
            f"{name}-anomalies", settings_name="Anomalies", kind="Anomalies", **here, opts=after_it
        )
        securityinsights.FusionAlertRule(
            f"{name}-fusion",
            rule_id=_guid(args, "rule", "fusion"),
            kind="Fusion",
            alert_rule_template_name=_FUSION,
            enabled=True,
            **here,
            opts=after_it,
        )
        rules = {
            key: _rule(f"{name}-{key}", {**here, "rule_id": _guid(args, "rule", key)}, content, after_it)
            for key, content in _rules().items()
            if key not in without
        }
        self.onboarding_id = onboarding.id
        self.rule_ids = pulumi.Output.all(**{key: rule.id for key, rule in rules.items()})
        self.finish()


def _rule(
    name: str, here: dict[str, Any], content: dict[str, Any], opts: pulumi.ResourceOptions
) -> securityinsights.ScheduledAlertRule:
    return securityinsights.ScheduledAlertRule(
        name,
        **here,
        kind="Scheduled",
        display_name=content["title"],
        description=content["description"],
        enabled=True,
        severity=content["severity"],
        tactics=content["tactics"],
        techniques=content["techniques"],
        query=content["query"],
        query_frequency=content["every"],
        query_period=content["window"],
        trigger_operator="GreaterThan",
        trigger_threshold=0,
        suppression_enabled=False,
        suppression_duration="PT5H",
        event_grouping_settings=securityinsights.EventGroupingSettingsArgs(aggregation_kind="SingleAlert"),
        incident_configuration=securityinsights.IncidentConfigurationArgs(
            create_incident=True,
            grouping_configuration=securityinsights.GroupingConfigurationArgs(
                enabled=True, reopen_closed_incident=False, lookback_duration="PT5H", matching_method="AllEntities"
            ),
        ),
        entity_mappings=[
            securityinsights.EntityMappingArgs(
                entity_type=kind,
                field_mappings=[
                    securityinsights.FieldMappingArgs(identifier=identifier, column_name=column)
                    for identifier, column in fields.items()
                ],
            )
            for kind, fields in content["entities"].items()
        ],
        opts=opts,
    )


@cache
def _rules() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text("utf-8"))
    return read


def _guid(args: SentinelArgs, kind: str, key: str) -> str:
    """A deterministic GUID for the force, environment and item."""
    return str(uuid.uuid5(_NAMESPACE, "/".join((args["label"]["force"], args["label"]["environment"], kind, key))))


def _check(owner: str, connectors: list[str], without: list[str]) -> None:
    """Raises `ValueError` listing every problem."""
    wrong = [_unknown("connectors", key, list(TENANT)) for key in connectors if key not in TENANT]
    wrong += [_unknown("without_rules", key, list(_rules())) for key in without if key not in _rules()]
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))


def _unknown(where: str, key: str, known: list[str]) -> str:
    return f"{where}: {key} is not one of {', '.join(known)}" + did_you_mean(key, known, before="; ")
