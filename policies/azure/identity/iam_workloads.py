"""Managed identities and federated credentials."""

from typing import Final

from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Severity
from bluelamp.policies.rule import Fail, Must, Outcome, rule
from bluelamp.policies.tighter import Fixed
from bluelamp.policies.value import Value

FEDERATION: Final = "azure-native:managedidentity:FederatedIdentityCredential"

_OPEN_SUBJECTS: Final = ("*", "?")


@rule(
    "BL-IAM-010",
    "Services use a managed identity",
    must=Must(
        "identity.type",
        among=(
            "SystemAssigned",
            "UserAssigned",
            "SystemAssigned, UserAssigned",
            "SystemAssigned,UserAssigned",
            "SystemAssignedUserAssigned",
        ),
        default="None",
    ),
    failure="Service has no managed identity",
    severity=Severity.MEDIUM,
    controls=ncsc("10")
    + caf("B2.a", "B2.d")
    + iso("5.16", "5.17")
    + mcsb("IM-3")
    + policing("identity-and-access-management"),
    at=(
        "azure-native:web:WebApp",
        "azure-native:app:ContainerApp",
        "azure-native:automation:AutomationAccount",
        "azure-native:datafactory:Factory",
        "azure-native:logic:Workflow",
        "azure-native:apimanagement:ApiManagementService",
        "azure-native:machinelearningservices:Workspace",
        "azure-native:synapse:Workspace",
    ),
    fix="Set identity.type to UserAssigned or SystemAssigned and assign the identity the roles it needs.",
    example='web.WebApp("records", ..., identity={"type": "SystemAssigned"})',
)
def has_identity() -> None:
    """Without a managed identity a service authenticates with a password or key, which has to be stored, renewed and
    protected, and which identifies no one in the log.
    """


@rule(
    "BL-IAM-011",
    "Federated credentials name one specific subject",
    failure="Federated credential has a wildcard or unspecific subject",
    severity=Severity.HIGH,
    controls=ncsc("8", "10")
    + caf("B2.a", "A4.a")
    + iso("5.17")
    + mcsb("IM-3", "DS-3")
    + policing("identity-and-access-management"),
    at=FEDERATION,
    fix="Set the whole subject: repo:force/records:environment:production, or one service account.",
    example="""
managedidentity.FederatedIdentityCredential("deploy", ..., subject="repo:force/records:environment:production")
""",
)
def specific_subject(federation: Value) -> Outcome:
    """A subject that matches every pull request, or a pattern, lets anyone who can open a pull request act with the
    force's identity.
    """
    subject = federation["subject"]
    text = subject.text()
    if not text or any(sign in text for sign in _OPEN_SUBJECTS):
        return Fail(subject, "one complete subject")
    return Fail(subject, "an environment or a protected branch") if text.endswith(":pull_request") else None


@rule(
    "BL-IAM-012",
    "Federated credentials have an HTTPS issuer and the Azure audience",
    failure="Federated credential accepts an insecure issuer or a wrong audience",
    severity=Severity.MEDIUM,
    controls=ncsc("10") + caf("B2.a") + iso("8.5") + mcsb("IM-3"),
    at=FEDERATION,
    fix="Set issuer to the issuer's https address and audiences to api://AzureADTokenExchange.",
    example="""
managedidentity.FederatedIdentityCredential(
    "deploy",
    ...,
    issuer="https://token.actions.githubusercontent.com",
    audiences=["api://AzureADTokenExchange"],
)
""",
)
def https_issuer_and_azure_audience(
    federation: Value, *, audience: Fixed[str] = "api://AzureADTokenExchange"
) -> Outcome:
    """A token issued for another service must not be accepted: the operator of that service could use it."""
    issuer, audiences = federation["issuer"], federation["audiences"]
    if not issuer.text().startswith("https://"):
        return Fail(issuer, "an https address")
    found = [each.text() for each in audiences.each()]
    return None if found == [audience.lower()] else Fail(audiences, [audience])
