"""Backups: that they cannot be deleted, that they are kept elsewhere, and that there are any."""

from typing import Final

from bluelamp.policies.azure._controls import CLOSED, RECOVERABLE
from bluelamp.policies.azure._kin import child, id_of
from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.estate import Estate
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, lacks, rule
from bluelamp.policies.tighter import Allowed, AtLeast
from bluelamp.policies.value import Value, places, some

RECOVERY_VAULT: Final = "azure-native:recoveryservices:Vault"
BACKUP_VAULT: Final = "azure-native:dataprotection:BackupVault"
VAULTS: Final = (RECOVERY_VAULT, BACKUP_VAULT)
MACHINE: Final = "azure-native:compute:VirtualMachine"
PROTECTED_ITEM: Final = "azure-native:recoveryservices:ProtectedItem"
GUARD_PROXIES: Final = {
    RECOVERY_VAULT: "azure-native:recoveryservices:ResourceGuardProxy",
    BACKUP_VAULT: "azure-native:dataprotection:DppResourceGuardProxy",
}

_DAYS: Final = {"days": 1, "weeks": 7, "months": 30, "years": 365}


@rule(
    "BL-BAK-001",
    "Backups cannot be changed or shortened",
    must=Must(
        "properties.securitySettings.immutabilitySettings.state", among=("Locked", "Unlocked"), default="Disabled"
    ),
    failure="Backup vault has immutability disabled",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=VAULTS,
    fix="Set properties.securitySettings.immutabilitySettings.state to Unlocked, and to Locked once it has settled.",
    example="""
recoveryservices.Vault(
    "records", ..., properties={"security_settings": {"immutability_settings": {"state": "Unlocked"}}}
)
""",
)
def immutable() -> None:
    """Whoever encrypts a force's files first looks for its backups. An immutable vault refuses to delete a copy before
    its time, whoever asks.
    """


@rule(
    "BL-BAK-002",
    "Immutability of backups cannot be switched off",
    must=Must("properties.securitySettings.immutabilitySettings.state", be="Locked", default="Disabled"),
    failure="Backup vault immutability is unlocked and can be disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RECOVERABLE,
    at=VAULTS,
    fix="Set properties.securitySettings.immutabilitySettings.state to Locked; it can never be taken back.",
    example="""
recoveryservices.Vault(
    "records", ..., properties={"security_settings": {"immutability_settings": {"state": "Locked"}}}
)
""",
)
def locked() -> None:
    """While it is unlocked, whoever holds the vault can switch it off first and delete afterwards."""


@rule(
    "BL-BAK-003",
    "Deleted backups can be brought back for 14 days",
    failure="Backup vault keeps deleted backups for fewer than 14 days",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=VAULTS,
    fix="Leave soft delete on, or AlwaysOn, with 14 days or more.",
    example="""
dataprotection.BackupVault(
    "records",
    ...,
    properties={
        "storage_settings": [{"datastore_type": "VaultStore", "type": "GeoRedundant"}],
        "security_settings": {"soft_delete_settings": {"state": "AlwaysOn", "retention_duration_in_days": 14}},
    },
)
""",
)
def soft_delete(vault: Value, *, minimum: AtLeast[int] = 14) -> Outcome:
    """An administrator's account is what the attacker takes, and deleting backups is what he does with it. Soft delete
    leaves time to notice.
    """
    settings = vault.at("properties.securitySettings.softDeleteSettings")
    if vault.resource.type.endswith(":BackupVault"):
        state, days = settings["state"], settings["retentionDurationInDays"]
    else:
        state, days = settings["softDeleteState"], settings["softDeleteRetentionPeriodInDays"]
    if state.text("on") not in {"on", "alwayson", "enabled"}:
        return Fail(state, "AlwaysOn")
    return None if float(days.get(14)) >= minimum else Fail(days, f"at least {minimum}")


@rule(
    "BL-BAK-004",
    "Backups can be restored in the other region",
    failure="Backup vault has cross-region restore disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.b", "B5.c") + iso("8.13", "8.14") + mcsb("BR-1") + policing("backup"),
    at=VAULTS,
    fix="Switch cross-region restore on, with geo-redundant storage; UK South's pair is UK West.",
    example="""
recoveryservices.Vault(
    "records",
    ...,
    properties={
        "redundancy_settings": {
            "standard_tier_storage_redundancy": "GeoRedundant",
            "cross_region_restore": "Enabled",
        }
    },
)
""",
)
def cross_region_restore(vault: Value) -> Outcome:
    """Copies in the pair region are of no use while the first one is down unless the force may restore from them
    itself, without waiting for Microsoft to declare a disaster.
    """
    if vault.resource.type.endswith(":BackupVault"):
        state = vault.at("properties.featureSettings.crossRegionRestoreSettings.state")
    else:
        state = vault.at("properties.redundancySettings.crossRegionRestore")
    return None if state.text("Disabled") == "enabled" else Fail(state, "Enabled")


@rule(
    "BL-BAK-005",
    "Backups are kept in more than one building",
    failure="Backups are stored in a single data centre",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.b", "B5.c") + iso("8.13", "8.14") + mcsb("BR-1") + policing("backup"),
    at={
        RECOVERY_VAULT: "properties.redundancySettings.standardTierStorageRedundancy",
        BACKUP_VAULT: "properties.storageSettings[*].type",
    },
    fix="Set the storage redundancy to GeoRedundant or ZoneRedundant before the first backup.",
    example="""
recoveryservices.Vault(
    "records", ..., properties={"redundancy_settings": {"standard_tier_storage_redundancy": "GeoRedundant"}}
)
""",
)
def copies_are_spread(redundancy: Value) -> Outcome:
    """Local copies stand in the data centre whose fire or flood is the reason for having copies."""
    if redundancy.text("GeoRedundant") in {"georedundant", "zoneredundant"}:
        return None
    return Fail(redundancy, ("GeoRedundant", "ZoneRedundant"))


@rule(
    "BL-BAK-006",
    "Recovery vaults are not reachable from the Internet",
    must=Must("properties.publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Recovery Services vault is reachable from the Internet",
    severity=Severity.MEDIUM,
    controls=CLOSED,
    at=RECOVERY_VAULT,
    fix="Set properties.publicNetworkAccess to Disabled and back up through a private endpoint.",
    example='recoveryservices.Vault("records", ..., properties={"public_network_access": "Disabled"})',
)
def vault_not_public() -> None:
    """A copy of everything is the best thing to steal; it need not answer to addresses outside the force."""


@rule(
    "BL-BAK-007",
    "Production machines are backed up",
    failure="Production virtual machine has no backup",
    severity=Severity.HIGH,
    controls=ncsc("2.5") + caf("B5.c") + iso("8.13") + mcsb("BR-1") + policing("backup"),
    at=MACHINE,
    estate=True,
    fix="Add a protected item for the machine in a recovery vault, or tag the machine with its other environment.",
    example="""
machine = compute.VirtualMachine("records", ..., vm_name="vm-records", tags={"environment": "prod"})
recoveryservices.ProtectedItem(
    "records",
    ...,
    properties=recoveryservices.AzureIaaSComputeVMProtectedItemArgs(
        protected_item_type="Microsoft.Compute/virtualMachines", source_resource_id=machine.id
    ),
)
""",
)
def machine_is_backed_up(
    machine: Value, estate: Estate, *, environments: Allowed[str] = ("dev", "test", "sandbox")
) -> Outcome:
    """What is not in a backup is gone when it is encrypted. A machine that says nothing of itself is taken for one that
    matters.
    """
    if machine["tags"]["environment"].text() in environments:
        return NotApplicable("it is not production")
    found = some(
        estate.of(PROTECTED_ITEM),
        lambda item: id_of(
            item.at("properties.sourceResourceId"), machine, "microsoft.compute/virtualmachines", "vmName"
        ),
    )
    return None if found else lacks(machine, "a protected item in a recovery vault")


@rule(
    "BL-BAK-008",
    "Two people are needed to weaken a vault",
    failure="Backup vault has no multi-user authorisation",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("9", "12") + caf("B2.c", "B5.c") + iso("5.3", "8.2") + mcsb("BR-2", "PA-7"),
    at=VAULTS,
    estate=True,
    fix="Add a resource guard that somebody else owns and a ResourceGuardProxy for the vault.",
    example="""
recoveryservices.Vault("records", ..., vault_name="rsv-records")
recoveryservices.ResourceGuardProxy("records", ..., vault_name="rsv-records")
""",
)
def needs_two_people(vault: Value, estate: Estate) -> Outcome:
    """With a resource guard, switching off soft delete or shortening retention needs the consent of a second person,
    whose account the attacker has to take as well.
    """
    proxies = estate.of(GUARD_PROXIES[vault.resource.type])
    return None if child(vault, "vaultName", proxies, "vaultName") else lacks(vault, "a resource guard")


@rule(
    "BL-BAK-009",
    "Backups of machines are kept for 30 days at least",
    failure="Virtual machine backups are kept for too few days",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.c") + iso("8.13") + mcsb("BR-1") + policing("backup"),
    at="azure-native:recoveryservices:ProtectionPolicy",
    fix="Set the daily schedule's retentionDuration to the expected number of days or more.",
    example="""
recoveryservices.ProtectionPolicy(
    "daily",
    ...,
    properties=recoveryservices.AzureIaaSVMProtectionPolicyArgs(
        backup_management_type="AzureIaasVM",
        retention_policy=recoveryservices.LongTermRetentionPolicyArgs(
            retention_policy_type="LongTermRetentionPolicy",
            daily_schedule={"retention_duration": {"count": 30, "duration_type": "Days"}},
        ),
    ),
)
""",
)
def daily_copies_are_kept(policy: Value, *, minimum: AtLeast[int] = 30) -> Outcome:
    """Intruders wait: three weeks between the way in and the encryption are usual. Copies that are younger than that
    hold the intruder too.
    """
    duration = next(places(policy, "properties.retentionPolicy.dailySchedule.retentionDuration"))
    if duration.missing:
        return NotApplicable("it makes no daily copies that are kept for a fixed time")
    days = int(duration["count"].get(0)) * _DAYS.get(duration["durationType"].text("Days"), 0)
    return None if days >= minimum else Fail(duration["count"], f"at least {minimum} days")
