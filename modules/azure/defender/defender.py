"""Defender plans of subscriptions, and the security contact."""

from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import pulumi
import yaml
from pulumi_azure_native import security

from bluelamp.core.suggestions import did_you_mean
from bluelamp.modules.component import Component


class DefenderPlan(TypedDict):
    """The difference of one plan from the default."""

    enabled: NotRequired[bool]
    """Whether the plan is enabled; true by default."""
    sub_plan: NotRequired[str]
    """The sub-plan, such as `P1`; the most complete one by default."""
    extensions: NotRequired[list[str]]
    """The enabled extensions; all of them by default."""


class DefenderArgs(TypedDict):
    """Arguments of Defender for Cloud."""

    subscription_ids: dict[str, pulumi.Input[str]]
    """The subscriptions' GUIDs, keyed by a short name."""
    contacts: list[str]
    """Mailboxes that receive alerts and attack paths; never a personal mailbox."""
    phone: NotRequired[str]
    """A telephone number that is staffed at all hours, such as `+441632960123`."""
    plans: NotRequired[dict[str, DefenderPlan]]
    """Overrides of the default, by the plan's name. By default every plan is enabled in full."""


class Defender(Component):
    """All plans of Defender for Cloud on every subscription, vulnerability assessment and a security contact."""

    plan_ids: pulumi.Output[dict[str, str]]
    """The plans' ARM ids, by `<subscription's short name>/<plan>`."""

    def __init__(self, name: str, args: DefenderArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        overrides = args.get("plans", {})
        _check(f"Defender {name!r}", args, overrides)
        made: dict[str, security.Pricing] = {}
        for short, subscription in args["subscription_ids"].items():
            before: security.Pricing | None = None
            for plan, usual in _plans().items():
                # Azure accepts one change of a subscription's plans at a time.
                options = self.child(depends_on=[before] if before else [])
                before = _pricing(f"{name}-{short}-{plan}", subscription, plan, usual, overrides.get(plan, {}), options)
                made[f"{short}/{plan}"] = before
        self._contact(name, args)
        security.AzureServersSetting(
            f"{name}-vulnerability-assessment",
            setting_kind="azureServersSetting",
            kind="AzureServersSetting",
            selected_provider="MdeTvm",
            opts=self.child(),
        )
        self.plan_ids = pulumi.Output.all(**{key: plan.id for key, plan in made.items()})
        self.finish()

    def _contact(self, name: str, args: DefenderArgs) -> None:
        """The security contact of the provider's subscription. Azure has one contact for each subscription."""
        security.SecurityContact(
            f"{name}-contact",
            security_contact_name="default",
            emails=";".join(args["contacts"]),
            phone=args.get("phone"),
            is_enabled=True,
            notifications_by_role=security.SecurityContactPropertiesNotificationsByRoleArgs(
                state="On", roles=["Owner", "ServiceAdmin"]
            ),
            notifications_sources=[
                security.NotificationsSourceAlertArgs(source_type="Alert", minimal_severity="Medium"),
                security.NotificationsSourceAttackPathArgs(source_type="AttackPath", minimal_risk_level="High"),
            ],
            opts=self.child(),
        )


@cache
def _plans() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("plans.yaml").read_text("utf-8"))
    return read


def _pricing(
    name: str,
    subscription: pulumi.Input[str],
    plan: str,
    usual: dict[str, Any],
    wanted: DefenderPlan,
    opts: pulumi.ResourceOptions,
) -> security.Pricing:
    scope = pulumi.Output.concat("subscriptions/", subscription)
    if not wanted.get("enabled", True):
        return security.Pricing(name, scope_id=scope, pricing_name=plan, pricing_tier="Free", opts=opts)
    extensions: dict[str, dict[str, str]] = usual.get("extensions", {})
    on = wanted.get("extensions", list(extensions))
    return security.Pricing(
        name,
        scope_id=scope,
        pricing_name=plan,
        pricing_tier="Standard",
        sub_plan=wanted.get("sub_plan", usual.get("sub_plan")),
        extensions=[
            security.ExtensionArgs(
                name=extension,
                is_enabled="True" if extension in on else "False",
                additional_extension_properties=(properties or None) if extension in on else None,
            )
            for extension, properties in extensions.items()
        ]
        or None,
        opts=opts,
    )


def _check(owner: str, args: DefenderArgs, overrides: dict[str, DefenderPlan]) -> None:
    """Raises `ValueError` listing every problem."""
    lists = {"subscription_ids": args["subscription_ids"], "contacts": args["contacts"]}
    wrong = [f"{key} is empty" for key, value in lists.items() if not value]
    for plan, override in overrides.items():
        if plan not in _plans():
            wrong.append(f"plans.{plan} is not a plan" + did_you_mean(plan, _plans(), before="; "))
            continue
        known = list(_plans()[plan].get("extensions", {}))
        wrong += [
            f"plans.{plan}.extensions: {each} is not one of {', '.join(known) or 'none'}"
            + did_you_mean(each, known, before="; ")
            for each in override.get("extensions", [])
            if each not in known
        ]
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
