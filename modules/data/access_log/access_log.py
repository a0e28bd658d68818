"""Diagnostic settings that send access logs to the log archive."""

from typing import Final, NotRequired, TypedDict

import pulumi
from pulumi_azure_native import aadiam, monitor

from bluelamp.modules.component import Component

_DIRECTORY: Final = (
    "AuditLogs",
    "SignInLogs",
    "NonInteractiveUserSignInLogs",
    "ServicePrincipalSignInLogs",
    "ManagedIdentitySignInLogs",
)
"""The Entra ID log categories of access package requests and sign-ins."""


class AccessLogArgs(TypedDict):
    """Arguments of the access log."""

    archive_id: pulumi.Input[str]
    """The ARM id of the log archive's storage account."""
    services: dict[str, pulumi.Input[str]]
    """The ARM ids of the resources whose logs are archived, keyed by a short name."""
    directory: NotRequired[str]
    """The name of a diagnostic setting of Entra ID, unique in the tenant; none is created by default."""


class AccessLog(Component):
    """A diagnostic setting for each service, and one for Entra ID."""

    archived: pulumi.Output[list[str]]
    """The short names of the services whose logs are archived."""

    def __init__(self, name: str, args: AccessLogArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        for short, resource_id in args["services"].items():
            monitor.DiagnosticSetting(
                f"{name}-{short}",
                name="all-logs-to-archive",
                resource_uri=resource_id,
                storage_account_id=args["archive_id"],
                logs=[monitor.DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)],
                opts=self.child(),
            )
        if "directory" in args:
            aadiam.DiagnosticSetting(
                f"{name}-directory",
                name=args["directory"],
                storage_account_id=args["archive_id"],
                logs=[aadiam.LogSettingsArgs(category=each, enabled=True) for each in _DIRECTORY],
                opts=self.child(),
            )
        self.archived = pulumi.Output.from_input(list(args["services"]))
        self.finish()
