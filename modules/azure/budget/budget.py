"""A monthly cost budget with notifications."""

from datetime import UTC, datetime
from typing import NotRequired, TypedDict

import pulumi
from pulumi_azure_native import consumption

from bluelamp.modules import naming
from bluelamp.modules.component import Component

_MOST_NOTIFICATIONS = 5  # Azure's limit for one budget


class BudgetArgs(TypedDict):
    """Arguments of a budget."""

    label: naming.Label
    """The label for the budget's name. A budget cannot be tagged."""
    workload: str
    """The purpose of the budget, such as `platform`."""
    scope: pulumi.Input[str]
    """The scope: the ARM id of a subscription, a resource group or a management group."""
    amount: float
    """The monthly budget in the subscription's currency."""
    contacts: list[str]
    """Mailboxes that receive the notifications."""
    thresholds: NotRequired[list[int]]
    """Notification thresholds in per cent of the amount, at most five; 50, 80 and 100 by default. With fewer than five,
    a further notification is sent when the forecast reaches 100."""
    start_date: NotRequired[str]
    """First day of a month, `2026-04-01T00:00:00Z`; the current month by default."""


class Budget(Component):
    """A cost budget with notifications."""

    id: pulumi.Output[str]
    """The budget's ARM id."""

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        start = args.get("start_date")
        budget = consumption.Budget(
            f"{name}-budget",
            budget_name=naming.name("budget", args["workload"], args["label"]),
            scope=args["scope"],
            amount=args["amount"],
            category="Cost",
            time_grain="Monthly",
            time_period=consumption.BudgetTimePeriodArgs(start_date=start or _this_month()),
            notifications=_notifications(args["contacts"], args.get("thresholds", [50, 80, 100])),
            # Azure refuses a start before the current month, and the start of an existing budget must not change.
            opts=self.child(ignore_changes=[] if start else ["timePeriod"]),
        )
        self.id = budget.id
        self.finish()


def _this_month() -> str:
    return datetime.now(UTC).strftime("%Y-%m-01T00:00:00Z")


def _notifications(contacts: list[str], thresholds: list[int]) -> dict[str, consumption.NotificationArgs]:
    if not thresholds or len(thresholds) > _MOST_NOTIFICATIONS:
        raise ValueError(f"a budget takes 1 to {_MOST_NOTIFICATIONS} thresholds, found {len(thresholds)}")
    wanted = [("Actual", threshold) for threshold in thresholds]
    if len(wanted) < _MOST_NOTIFICATIONS:
        wanted.append(("Forecasted", 100))
    return {
        f"{kind}-{threshold}-per-cent": consumption.NotificationArgs(
            enabled=True,
            operator="GreaterThanOrEqualTo",
            threshold=threshold,
            threshold_type=kind,
            contact_emails=contacts,
            locale="en-gb",
        )
        for kind, threshold in wanted
    }
