"""Alert rules, action groups and Microsoft Defender for Cloud."""

from functools import partial
from typing import Final

from bluelamp.policies.controls import caf, cyber_essentials, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import Required
from bluelamp.policies.value import Value, some

ACTIVITY_ALERT: Final = "azure-native:monitor:ActivityLogAlert"
ACTION_GROUP: Final = "azure-native:monitor:ActionGroup"
CONTACT: Final = "azure-native:security:SecurityContact"
PLAN: Final = "azure-native:security:Pricing"
ACTIVITY_LOG: Final = "azure-native:monitor:SubscriptionDiagnosticSetting"
ALERTS: Final = (
    ACTIVITY_ALERT,
    "azure-native:monitor:MetricAlert",
    "azure-native:monitor:ScheduledQueryRule",
)

_RECEIVERS: Final = (
    "armRoleReceivers",
    "automationRunbookReceivers",
    "azureAppPushReceivers",
    "azureFunctionReceivers",
    "emailReceivers",
    "eventHubReceivers",
    "incidentReceivers",
    "itsmReceivers",
    "logicAppReceivers",
    "smsReceivers",
    "voiceReceivers",
    "webhookReceivers",
)


@rule(
    "BL-LOG-020",
    "Alert rules are enabled",
    must=Must("enabled", be=True, default=True),
    failure="Alert rule is disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("5", "13") + caf("C1.c") + iso("8.16") + mcsb("LT-1") + policing("protective-monitoring"),
    at=ALERTS,
    fix="Set enabled to true, or remove the alert rule.",
    example='monitor.ActivityLogAlert("policy-changed", ..., enabled=True)',
)
def alert_rule_enabled() -> None:
    """A disabled alert rule is still listed, and looks like one that never fires."""


@rule(
    "BL-LOG-021",
    "Alert rules have an action group",
    failure="Alert rule has no action group",
    severity=Severity.MEDIUM,
    controls=ncsc("5", "13") + caf("C1.c") + iso("8.16") + mcsb("IR-2"),
    at=ALERTS,
    fix="Add at least one action group to the alert's actions.",
    example="""
monitor.ActivityLogAlert(
    "policy-changed",
    ...,
    actions={
        "action_groups": [
            {
                "action_group_id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
                "/providers/Microsoft.Insights/actionGroups/ag-security"
            }
        ]
    },
)
""",
)
def alert_has_action_group(alert: Value) -> Outcome:
    """An alert without an action group notifies no one. It is visible only in the portal."""
    actions = alert["actions"]
    groups = actions if alert.resource.type.endswith(":MetricAlert") else actions["actionGroups"]
    return None if next(groups.each(), None) else Fail(groups, "an action group")


@rule(
    "BL-LOG-022",
    "Action groups are enabled and have a receiver",
    failure="Action group is disabled or has no receiver",
    severity=Severity.MEDIUM,
    controls=ncsc("5", "13") + caf("C1.c") + iso("8.16") + mcsb("IR-2"),
    at=ACTION_GROUP,
    fix="Set enabled to true and add a receiver, such as the mailbox of the security operations centre.",
    example="""
monitor.ActionGroup(
    "security",
    ...,
    enabled=True,
    email_receivers=[{"name": "soc", "email_address": "soc@force.police.example"}],
)
""",
)
def group_has_receivers(group: Value) -> Outcome:
    """Every alert of the group depends on it. An empty or disabled group silences all of them."""
    enabled = group["enabled"]
    if enabled.get(True) is not True:
        return Fail(enabled, True)
    found = some((group[name] for name in _RECEIVERS), lambda each: next(each.each(), None) is not None)
    return None if found else Fail(group["emailReceivers"], "a receiver of any kind")


@rule(
    "BL-LOG-023",
    "Activity log alerts exist for security-relevant control plane changes",
    failure="Security-relevant control plane change has no activity log alert",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("13") + caf("C1.c", "C1.f") + iso("8.16") + mcsb("LT-3") + policing("protective-monitoring"),
    at=ACTIVITY_LOG,
    estate=True,
    fix="Add an ActivityLogAlert for each of the operations. The module `alerts` declares them.",
    example="""
monitor.SubscriptionDiagnosticSetting("activity", ...)
for_policy = "Microsoft.Authorization/policyAssignments/write"
monitor.ActivityLogAlert(
    "policy-changed", ..., condition={"all_of": [{"field": "operationName", "equals": for_policy}]}
)
""",
)
def activity_log_alerts_exist(
    activity_log: Value,
    estate: Estate,
    *,
    operations: Required[str] = ("Microsoft.Authorization/policyAssignments/write",),
) -> Outcome:
    """An attacker who wants to bypass a policy changes the policy first. Legitimate changes are rare enough to be
    confirmed by telephone.
    """
    alerts = estate.of(ACTIVITY_ALERT)
    unwatched = [each for each in operations if not some(alerts, partial(_watches, operation=each.lower()))]
    return lacks(activity_log, f"an activity log alert for {' and for '.join(unwatched)}") if unwatched else None


@rule(
    "BL-LOG-024",
    "Microsoft Defender for Cloud plans use the Standard tier",
    failure="Microsoft Defender for Cloud plan uses the Free tier",
    severity=Severity.HIGH,
    controls=ncsc("5", "13")
    + caf("C1.c", "C1.f")
    + iso("8.16")
    + cyber_essentials("malware-protection")
    + mcsb("LT-1"),
    at=PLAN,
    fix="Set pricingTier to Standard for each plan.",
    example='security.Pricing("vaults", ..., pricing_name="KeyVaults", pricing_tier="Standard")',
)
def standard_tier(
    plan: Value,
    *,
    plans: Required[str] = (
        "VirtualMachines",
        "SqlServers",
        "SqlServerVirtualMachines",
        "AppServices",
        "StorageAccounts",
        "Containers",
        "KeyVaults",
        "Arm",
        "OpenSourceRelationalDatabases",
        "CosmosDbs",
        "CloudPosture",
    ),
) -> Outcome:
    """The Free tier rates configuration only. It detects no attack on servers, databases, vaults or clusters."""
    if plan["pricingName"].text() not in {each.lower() for each in plans}:
        return NotApplicable("the baseline does not require this plan")
    tier = plan["pricingTier"]
    return None if tier.text("Free") == "standard" else Fail(tier, "Standard")


@rule(
    "BL-LOG-025",
    "Microsoft Defender for Cloud plans use the full sub-plan",
    failure="Microsoft Defender for Cloud plan uses a reduced sub-plan",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5", "13")
    + caf("C1.c", "B4.d")
    + iso("8.7")
    + cyber_essentials("malware-protection")
    + mcsb("ES-1", "ES-2")
    + policing("malware-protection"),
    at=PLAN,
    fix="Set subPlan to P2 for VirtualMachines and to DefenderForStorageV2 for StorageAccounts.",
    example="""
security.Pricing("servers", ..., pricing_name="VirtualMachines", pricing_tier="Standard", sub_plan="P2")
""",
)
def full_sub_plan(plan: Value) -> Outcome:
    """The smaller plan for servers does not scan disks or find exposed secrets. The old plan for storage does not scan
    uploads for malware.
    """
    wanted = {"virtualmachines": "P2", "storageaccounts": "DefenderForStorageV2"}.get(plan["pricingName"].text())
    if wanted is None:
        return NotApplicable("this plan has no sub-plans")
    chosen = plan["subPlan"]
    return None if chosen.text(wanted) == wanted.lower() else Fail(chosen, wanted)


@rule(
    "BL-LOG-026",
    "Microsoft Defender for Cloud has a security contact",
    failure="Microsoft Defender for Cloud security contact is disabled or incomplete",
    severity=Severity.MEDIUM,
    controls=ncsc("5", "13") + caf("C1.c") + iso("5.24") + mcsb("IR-2"),
    at=CONTACT,
    fix="Set isEnabled to true, emails to the mailbox of the security operations centre, and a minimal severity.",
    example="""
security.SecurityContact("soc", ..., emails="soc@force.police.example", is_enabled=True)
""",
)
def security_contact(contact: Value) -> Outcome:
    """Microsoft notifies the contact of compromised accounts. Without one it notifies the person who created the
    subscription.
    """
    enabled = contact["isEnabled"]
    if enabled.get(True) is not True:
        return Fail(enabled, True)
    emails = contact["emails"]
    return None if "@" in emails.text() else Fail(emails, "a mailbox that is monitored around the clock")


def _watches(alert: Value, operation: str) -> bool:
    """Whether `alert` matches `operation`. A condition lists several operations in `containsAny` or in `anyOf`."""
    for condition in alert["condition"]["allOf"].each():
        named = [condition["equals"], *condition["containsAny"].each()]
        named += [each["equals"] for each in condition["anyOf"].each()]
        if some(named, lambda each: each.text() == operation):
            return True
    return False
