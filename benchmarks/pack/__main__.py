"""A policy pack of one rule as anybody would write it: with Pulumi's own policy SDK, and nothing of Bluelamp."""

from typing import Any

from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

_ANYWHERE = {"*", "0.0.0.0/0", "internet"}


def _no_open_rdp(args: Any, report_violation: Any) -> None:
    if args.resource_type != "azure-native:network:NetworkSecurityGroup":
        args.not_applicable()
    for rule in args.props.get("securityRules") or []:
        open_ = str(rule.get("sourceAddressPrefix")).lower() in _ANYWHERE
        if open_ and rule.get("access") == "Allow" and rule.get("destinationPortRange") in {"22", "3389"}:
            report_violation(f"{rule.get('name')} opens a management port to the Internet")


PolicyPack(
    "one-rule",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy("no-open-rdp", "No management port is open to the Internet", validate=_no_open_rdp)
    ],
)
