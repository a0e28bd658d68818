"""Protection of stores of records from deletion."""

from typing import Final

from bluelamp.core.resource import UNKNOWN
from bluelamp.policies.azure._arm import NAMES
from bluelamp.policies.azure._kin import same_name
from bluelamp.policies.controls import caf, dpa, iso, mcsb, ncsc
from bluelamp.policies.estate import Estate, canonical
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Outcome, lacks, rule
from bluelamp.policies.value import Value, some

STORES: Final = (
    "azure-native:cosmosdb:DatabaseAccount",
    "azure-native:dbformysql:Server",
    "azure-native:dbforpostgresql:Server",
    "azure-native:recoveryservices:Vault",
    "azure-native:sql:ManagedInstance",
    "azure-native:sql:Server",
    "azure-native:storage:StorageAccount",
)
"""The resources with data that cannot be recreated."""
SCOPE_LOCK: Final = "azure-native:authorization:ManagementLockByScope"
GROUP_LOCK: Final = "azure-native:authorization:ManagementLockAtResourceGroupLevel"
RESOURCE_LOCK: Final = "azure-native:authorization:ManagementLockAtResourceLevel"

_HOLDING: Final = frozenset({"cannotdelete", "readonly"})


@rule(
    "BL-DAT-006",
    "Stores of records have a delete lock or deletion protection",
    failure="Store of records has no delete lock or deletion protection",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("2.5") + caf("B5.c") + dpa("40") + iso("5.33") + mcsb("AM-4"),
    at=STORES,
    estate=True,
    fix="""Add a CanNotDelete lock to the resource or its group, or set protect in its resource options. For a data lake
    set protect: a lock also prevents the removal of role assignments.""",
    example="""
storage.StorageAccount("records", ..., account_name="strecords", resource_group_name="rg-records")
authorization.ManagementLockAtResourceGroupLevel(
    "records", ..., resource_group_name="rg-records", level="CanNotDelete"
)
""",
)
def store_is_locked(store: Value, estate: Estate) -> Outcome:
    """One wrong name in a command deletes an account and its content. A lock adds a deliberate second step. While a
    resource has a CanNotDelete lock, Azure removes no role assignment at or below it, so access to a data lake could
    not be withdrawn: use `protect`, with which the engine refuses to delete it, for data lakes. Source: Microsoft,
    "Lock your resources to protect your infrastructure".
    """
    if store.resource.protect:
        return None
    locks = [lock for lock in estate.of(SCOPE_LOCK, GROUP_LOCK, RESOURCE_LOCK) if _may_hold(lock)]
    return None if some(locks, lambda lock: _locks(lock, store)) else lacks(store, "a lock, or protect")


def _may_hold(lock: Value) -> bool:
    return lock["level"].raw is UNKNOWN or lock["level"].text() in _HOLDING


def _locks(lock: Value, store: Value) -> bool:
    """Whether `lock` applies to `store`. Raises `UnknownValue` if that is not known yet."""
    _ = lock["level"].known
    kind = canonical(lock.resource.type)
    if kind == SCOPE_LOCK:
        return _within(lock["scope"], store)
    return same_name(lock["resourceGroupName"], store["resourceGroupName"]) and (
        kind == GROUP_LOCK or same_name(lock["resourceName"], store[NAMES[canonical(store.resource.type)][1]])
    )


def _within(scope: Value, store: Value) -> bool:
    if scope.raw is UNKNOWN and store.resource.urn in scope.references:
        return True
    arm_type, own_name = NAMES[canonical(store.resource.type)]
    text = scope.text().rstrip("/")
    if "/providers/" in text:
        return text.endswith(f"/{arm_type}/{store[own_name].text()}")
    group = text.partition("/resourcegroups/")[2]
    return not group or group == store["resourceGroupName"].text()
