"""Access to data: its end, its log and its conditions.

A program registers a component for each rule of `stacks/<force>/access.yaml`; two of these rules judge it.
"""

from datetime import date, timedelta
from typing import Final

from bluelamp.core.asset_type import ACCESS_RULE
from bluelamp.core.dates import today
from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.azure._arm import NAMES
from bluelamp.policies.azure.monitoring.log_settings import DIAGNOSTIC_SETTING
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import AtLeast
from bluelamp.policies.value import UnknownValue, Value, root, some

ACCOUNT: Final = "azure-native:storage:StorageAccount"
API_MANAGEMENT: Final = "azure-native:apimanagement:ApiManagementService"
ASSIGNMENT: Final = "azure-native:authorization:RoleAssignment"

_NO_END: Final = NotApplicable("it has no end")
_DATA_ROLES: Final = (
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
)
"""Storage Blob Data Reader, Owner and Contributor."""
_ACCESS: Final = policing("identity-and-access-management")

_RULE: Final = """
pulumi.ComponentResource(
    "bluelamp:data:AccessRule",
    "access-ambulance",
    {"id": "ambulance", "effect": "allow", "agreement": "ISA-2026-011", "ends": "2999-09-30", "open": True},
)
"""


@rule(
    "BL-ACC-001",
    "Access to data is closed after its agreement ends",
    failure="Access to data is open after its last day",
    severity=Severity.HIGH,
    controls=ncsc("9") + caf("B2.d", "B3.b") + dpa("36") + iso("5.14", "5.18") + _ACCESS,
    at={ACCESS_RULE: "ends"},
    fix="""Run `bluelamp up`, which closes expired access. Renew the agreement and its contract where access is to
    continue.""",
    example=_RULE,
)
def access_closed_after_agreement(ends: Value) -> Outcome:
    """After the last day of an agreement there is no decision that permits the partner's access, and no evidence to
    justify it.
    """
    if ends.missing:
        return _NO_END
    if root(ends.resource)["open"].get(False) is not True:
        return NotApplicable("the access is closed")
    return Fail(ends, f"a day from {today()} on") if _day(ends) < today() else None


@rule(
    "BL-ACC-002",
    "Access to data has at least 30 days until its agreement ends",
    failure="Access to data ends within 30 days, or has ended",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=caf("B2.d") + iso("5.14", "5.18"),
    at={ACCESS_RULE: "ends"},
    fix="Renew the agreement and set its new end in the contract, or delete the rule.",
    example=_RULE,
)
def agreement_expiry_notice(ends: Value, *, notice_days: AtLeast[int] = 30) -> Outcome:
    """Access that ends without notice interrupts work, and is then renewed without review."""
    if ends.missing:
        return _NO_END
    last = today() + timedelta(days=notice_days)
    return Fail(ends, f"a day after {last}") if _day(ends) <= last else None


@rule(
    "BL-ACC-003",
    "Access to data is logged to an immutable archive",
    failure="Access to data is not logged to an immutable archive",
    severity=Severity.HIGH,
    controls=ncsc("13", "2.5") + caf("C1.a", "C1.b") + dpa("62") + iso("8.15", "5.28") + mcsb("LT-6"),
    at=(ACCOUNT, API_MANAGEMENT),
    estate=True,
    fix="Add a diagnostic setting with the log archive as storageAccountId; for a data lake, on its blob service.",
    example="""
lake = storage.StorageAccount("lake", ..., account_name="stlake", is_hns_enabled=True)
archive = storage.StorageAccount(
    "archive", ..., account_name="starchive", immutable_storage_with_versioning={"enabled": True}
)
monitor.DiagnosticSetting(
    "lake",
    resource_uri="/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stlake"
    "/blobServices/default",
    storage_account_id="/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/starchive",
    logs=[{"category_group": "allLogs", "enabled": True}],
)
""",
)
def access_logged_to_immutable_archive(service: Value, estate: Estate) -> Outcome:
    """The Data Protection Act 2018 requires logs that show who consulted or disclosed what, and when. A log that an
    administrator can delete is no evidence about that administrator.
    """
    if canonical(service.resource.type) == ACCOUNT and service["isHnsEnabled"].get(False) is not True:
        return NotApplicable("it is not a data lake")
    if canonical(service.resource.type) == API_MANAGEMENT and service.at("sku.name").text("") == "consumption":
        return NotApplicable("the consumption tier has no resource logs")
    settings = [each for each in estate.of(DIAGNOSTIC_SETTING) if each["storageAccountId"].raw is not None]
    if some(
        settings,
        lambda each: _sends(each) and _is_of(each["resourceUri"], service) and _is_tamper_proof(each, estate),
    ):
        return None
    if not some(estate.of(ACCOUNT), _is_immutable):
        raise UnknownValue(Value(service.resource, None), "no immutable archive is among the resources")
    return lacks(service, "a diagnostic setting that sends its logs to an immutable storage account")


@rule(
    "BL-ACC-004",
    "Users' roles on stored data have a condition",
    failure="User's role on stored data has no condition",
    severity=Severity.HIGH,
    controls=ncsc("9") + caf("B2.d", "B3.b") + dpa("40") + iso("5.15", "8.3") + mcsb("PA-7") + _ACCESS,
    at=ASSIGNMENT,
    fix="Declare the access in stacks/FORCE/access.yaml, which sets the condition, or set condition.",
    example="""
authorization.RoleAssignment(
    "analysts",
    ...,
    principal_type="Group",
    role_definition_id="/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    condition="@Environment[isPrivateLink] BoolEquals true",
    condition_version="2.0",
)
""",
)
def reader_has_a_condition(assignment: Value) -> Outcome:
    """A role on a container gives access to every asset in it, masked or not, from every network with access. A
    condition limits it to the asset's folder and network path.
    """
    if assignment["principalType"].text("") == "serviceprincipal":
        return NotApplicable("it is assigned to a service, not to a user or group")
    if assignment["roleDefinitionId"].text().rpartition("/")[2] not in _DATA_ROLES:
        return NotApplicable("the role does not read blobs")
    condition = assignment["condition"]
    return Fail(condition, "a condition") if condition.missing or not condition.text().strip() else None


def _day(ends: Value) -> date:
    try:
        return date.fromisoformat(ends.text())
    except ValueError:
        raise UnknownValue(ends, "it is not a date") from None


def _sends(setting: Value) -> bool:
    return some(setting["logs"].each(), lambda log: log["enabled"].get(False) is True) is not None


def _is_of(id_: Value, service: Value) -> bool:
    """Whether an ARM id is that of `service` or of a child of it. Raises `UnknownValue` if it is not known."""
    if id_.raw is UNKNOWN:
        if not id_.references:
            raise UnknownValue(id_)
        return service.resource.urn in id_.references
    arm_type, name = NAMES[canonical(service.resource.type)]
    return f"/{arm_type}/{service[name].text()}/" in f"{id_.text()}/"


def _is_tamper_proof(setting: Value, estate: Estate) -> bool:
    """Whether `setting` sends its logs to an account with immutable storage."""
    target = some(estate.of(ACCOUNT), lambda each: _is_of(setting["storageAccountId"], each))
    if target is None:
        raise UnknownValue(setting["storageAccountId"], "the account is not among the resources")
    return _is_immutable(target)


def _is_immutable(account: Value) -> bool:
    return account.at("immutableStorageWithVersioning.enabled").get(False) is True
