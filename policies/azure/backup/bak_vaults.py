"""Backup vaults and Recovery Services vaults: immutability, redundancy, retention and coverage."""

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
    "Backup vaults have immutability enabled",
    must=Must(
        "properties.securitySettings.immutabilitySettings.state", among=("Locked", "Unlocked"), default="Disabled"
    ),
    failure="Backup vault has immutability disabled",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=VAULTS,
    fix="""Set properties.securitySettings.immutabilitySettings.state to Unlocked, and to Locked once the settings are
    final.""",
    example="""
recoveryservices.Vault(
    "records", ..., properties={"security_settings": {"immutability_settings": {"state": "Unlocked"}}}
)
""",
)
def immutable() -> None:
    """Ransomware attacks target backups first. An immutable vault refuses every deletion before the retention period
    ends.
    """


@rule(
    "BL-BAK-002",
    "Backup vault immutability is locked",
    must=Must("properties.securitySettings.immutabilitySettings.state", be="Locked", default="Disabled"),
    failure="Backup vault immutability is not locked",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=RECOVERABLE,
    at=VAULTS,
    fix="Set properties.securitySettings.immutabilitySettings.state to Locked. This cannot be reversed.",
    example="""
recoveryservices.Vault(
    "records", ..., properties={"security_settings": {"immutability_settings": {"state": "Locked"}}}
)
""",
)
def locked() -> None:
    """Unlocked immutability can be disabled by anyone who administers the vault, before deleting the backups."""


@rule(
    "BL-BAK-003",
    "Backup vaults have soft delete with a retention of at least 14 days",
    failure="Backup vault has soft delete disabled or for fewer than 14 days",
    severity=Severity.HIGH,
    controls=RECOVERABLE,
    at=VAULTS,
    fix="Set soft delete to on or AlwaysOn, with 14 days or more.",
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
    """An attacker with an administrator's account deletes the backups. Soft delete leaves time to notice and to recover
    them.
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
    "Backup vaults have cross-region restore enabled",
    failure="Backup vault has cross-region restore disabled",
    severity=Severity.MEDIUM,
    controls=ncsc("2.5") + caf("B5.b", "B5.c") + iso("8.13", "8.14") + mcsb("BR-1") + policing("backup"),
    at=VAULTS,
    fix="Enable cross-region restore, with geo-redundant storage. UK South's pair is UK West.",
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
    """Without cross-region restore, the force can use the copies in the paired region only after Microsoft declares a
    disaster.
    """
    if vault.resource.type.endswith(":BackupVault"):
        state = vault.at("properties.featureSettings.crossRegionRestoreSettings.state")
    else:
        state = vault.at("properties.redundancySettings.crossRegionRestore")
    return None if state.text("Disabled") == "enabled" else Fail(state, "Enabled")


@rule(
    "BL-BAK-005",
    "Backup vaults use zone-redundant or geo-redundant storage",
    failure="Backup vault uses locally redundant storage",
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
def redundant_storage(redundancy: Value) -> Outcome:
    """Locally redundant backups are in one data centre and are lost with it."""
    if redundancy.text("GeoRedundant") in {"georedundant", "zoneredundant"}:
        return None
    return Fail(redundancy, ("GeoRedundant", "ZoneRedundant"))


@rule(
    "BL-BAK-006",
    "Recovery Services vaults have public network access disabled",
    must=Must("properties.publicNetworkAccess", be="Disabled", default="Enabled"),
    failure="Recovery Services vault has public network access enabled",
    severity=Severity.MEDIUM,
    controls=CLOSED,
    at=RECOVERY_VAULT,
    fix="Set properties.publicNetworkAccess to Disabled and back up through a private endpoint.",
    example='recoveryservices.Vault("records", ..., properties={"public_network_access": "Disabled"})',
)
def vault_not_public() -> None:
    """Backups contain all data. The vault does not need to be reachable from outside the force's network."""


@rule(
    "BL-BAK-007",
    "Production virtual machines are backed up",
    failure="Production virtual machine has no backup",
    severity=Severity.HIGH,
    controls=ncsc("2.5") + caf("B5.c") + iso("8.13") + mcsb("BR-1") + policing("backup"),
    at=MACHINE,
    estate=True,
    fix="""Add a protected item for the virtual machine in a Recovery Services vault, or set the tag of its
    non-production environment.""",
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
def production_machine_has_backup(
    machine: Value, estate: Estate, *, environments: Allowed[str] = ("dev", "test", "sandbox")
) -> Outcome:
    """Data without a backup is lost when it is encrypted by ransomware. A virtual machine without an environment tag is
    treated as production.
    """
    if machine["tags"]["environment"].text() in environments:
        return NotApplicable("it is not production")
    found = some(
        estate.of(PROTECTED_ITEM),
        lambda item: id_of(
            item.at("properties.sourceResourceId"), machine, "microsoft.compute/virtualmachines", "vmName"
        ),
    )
    return None if found else lacks(machine, "a protected item in a Recovery Services vault")


@rule(
    "BL-BAK-008",
    "Backup vaults have multi-user authorisation",
    failure="Backup vault has no multi-user authorisation",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("9", "12") + caf("B2.c", "B5.c") + iso("5.3", "8.2") + mcsb("BR-2", "PA-7"),
    at=VAULTS,
    estate=True,
    fix="Add a resource guard with a different owner, and a ResourceGuardProxy for the vault.",
    example="""
recoveryservices.Vault("records", ..., vault_name="rsv-records")
recoveryservices.ResourceGuardProxy("records", ..., vault_name="rsv-records")
""",
)
def multi_user_authorisation(vault: Value, estate: Estate) -> Outcome:
    """With a resource guard, disabling soft delete or shortening retention requires the approval of a second person,
    whose account an attacker would need too.
    """
    proxies = estate.of(GUARD_PROXIES[vault.resource.type])
    return None if child(vault, "vaultName", proxies, "vaultName") else lacks(vault, "a resource guard")


@rule(
    "BL-BAK-009",
    "Virtual machine backups are retained for at least 30 days",
    failure="Virtual machine backups are retained for too few days",
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
def backup_retention(policy: Value, *, minimum: AtLeast[int] = 30) -> Outcome:
    """Attackers are often present for about three weeks before they encrypt data. Younger backups contain the intrusion
    too.
    """
    duration = next(places(policy, "properties.retentionPolicy.dailySchedule.retentionDuration"))
    if duration.missing:
        return NotApplicable("it has no daily backups with a fixed retention")
    days = int(duration["count"].get(0)) * _DAYS.get(duration["durationType"].text("Days"), 0)
    return None if days >= minimum else Fail(duration["count"], f"at least {minimum} days")
