"""The break-glass accounts, their group and the sign-in alert."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_azuread as azuread
from pulumi_azure_native import monitor

from bluelamp.modules import naming
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs

_FEWEST = 2  # so that one account can be lost


class BreakGlassAccount(TypedDict):
    """An account to create."""

    user_principal_name: str
    """The user principal name, in the tenant's `onmicrosoft.com` domain, which does not depend on federation."""
    password: pulumi.Input[str]
    """The initial password, a secret. An administrator changes it when sealing the account; a deployment keeps the
    change."""


class BreakGlassArgs(LabelledArgs):
    """Arguments of the break-glass accounts."""

    location: str
    """The Azure region of the workspace, `uksouth` or `ukwest`."""
    resource_group_name: pulumi.Input[str]
    """The resource group of the alert."""
    workspace_id: pulumi.Input[str]
    """The Log Analytics workspace that receives Entra ID's sign-in logs."""
    action_group_id: pulumi.Input[str]
    """The action group that is notified of every sign-in, within five minutes."""
    account_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Object ids of existing accounts, keyed by a short name; at least two together with `accounts`."""
    accounts: NotRequired[dict[str, BreakGlassAccount]]
    """Accounts to create, keyed by a short name."""
    protect: NotRequired[bool]
    """Whether Pulumi refuses to delete the accounts and the group; true by default."""


class BreakGlass(Component):
    """Two or more accounts, their group, and an alert on their sign-ins."""

    group_id: pulumi.Output[str]
    """The group's object id, to exclude from conditional access policies."""
    user_ids: pulumi.Output[dict[str, str]]
    """The accounts' object ids, keyed by short name."""

    def __init__(self, name: str, args: BreakGlassArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        accounts, existing = args.get("accounts", {}), args.get("account_ids", {})
        _check(f"BreakGlass {name!r}", accounts, existing)
        protect = args.get("protect", True)
        group = azuread.Group(
            f"{name}-group",
            display_name=f"sg-break-glass-{args['label']['code']}-{args['label']['environment']}",
            description="Accounts for the day when nothing else works; excluded from conditional access",
            security_enabled=True,
            assignable_to_role=True,
            prevent_duplicate_names=True,
            opts=self.child(protect=protect, ignore_changes=["members"]),
        )
        people: dict[str, pulumi.Input[str]] = {**existing}
        for short, account in accounts.items():
            people[short] = self._account(name, short, account, protect).object_id
        for short, person in people.items():
            azuread.GroupMember(
                f"{name}-{short}-member",
                group_object_id=group.object_id,
                member_object_id=person,
                opts=self.child(),
            )
        self._sign_in_alert(name, args, people)
        self.group_id = group.object_id
        self.user_ids = pulumi.Output.all(**people)
        self.finish()

    def _account(self, name: str, short: str, account: BreakGlassAccount, protect: bool) -> azuread.User:
        return azuread.User(
            f"{name}-{short}",
            user_principal_name=account["user_principal_name"],
            display_name=f"Break glass {short}",
            password=pulumi.Output.secret(account["password"]),
            disable_password_expiration=True,
            account_enabled=True,
            show_in_address_list=False,
            opts=self.child(protect=protect, ignore_changes=["password"]),
        )

    def _sign_in_alert(self, name: str, args: BreakGlassArgs, people: dict[str, pulumi.Input[str]]) -> None:
        query = pulumi.Output.all(*people.values()).apply(_search)
        monitor.ScheduledQueryRule(
            f"{name}-sign-in",
            rule_name=naming.name("alert", "break-glass-sign-in", args["label"]),
            display_name="Somebody breaks the glass",
            description="A break-glass account signed in, or somebody tried to",
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            kind="LogAlert",
            enabled=True,
            severity=0,
            scopes=[args["workspace_id"]],
            evaluation_frequency="PT5M",
            window_size="PT5M",
            # Azure refuses a search of a table that does not exist yet. The table appears with the first sign-in.
            skip_query_validation=True,
            auto_mitigate=False,
            criteria=monitor.ScheduledQueryRuleCriteriaArgs(
                all_of=[
                    monitor.ConditionArgs(
                        query=query,
                        time_aggregation="Count",
                        operator="GreaterThan",
                        threshold=0,
                        failing_periods=monitor.ConditionFailingPeriodsArgs(
                            number_of_evaluation_periods=1, min_failing_periods_to_alert=1
                        ),
                    )
                ]
            ),
            actions=monitor.ActionsArgs(action_groups=[args["action_group_id"]]),
            tags=naming.tags(args["label"]),
            opts=self.child(),
        )


def _search(ids: list[str]) -> str:
    listed = ", ".join(f'"{each}"' for each in ids)
    return f"union isfuzzy=true SigninLogs, AADNonInteractiveUserSignInLogs\n| where UserId in ({listed})\n"


def _check(owner: str, accounts: dict[str, BreakGlassAccount], existing: dict[str, pulumi.Input[str]]) -> None:
    """Raises `ValueError` listing every problem."""
    wrong = [f"{short} is in accounts and in account_ids" for short in sorted(set(accounts) & set(existing))]
    if len(accounts) + len(existing) < _FEWEST:
        wrong.append(
            f"{len(accounts) + len(existing)} accounts in accounts and account_ids; "
            f"at least {_FEWEST} are needed, so that one can be unavailable"
        )
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
