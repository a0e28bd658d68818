"""Virtual machines: secure boot, encryption, authentication, patching and diagnostics."""

from typing import Final

from bluelamp.policies.azure._controls import IN_TRANSIT, SUPPORTED
from bluelamp.policies.azure.compute._systems import LINUX, is_attached, system_of
from bluelamp.policies.azure.network.net_core import MACHINE, SCALE_SET
from bluelamp.policies.controls import caf, iso, mcsb, ncsc, policing
from bluelamp.policies.model import Enforcement, Severity
from bluelamp.policies.rule import Fail, Must, NotApplicable, Outcome, rule
from bluelamp.policies.tighter import Allowed
from bluelamp.policies.value import UnknownValue, Value, some

EXTENSION: Final = "azure-native:compute:VirtualMachineExtension"
ARC_EXTENSION: Final = "azure-native:hybridcompute:MachineExtension"

_PROFILES: Final = {MACHINE: "", SCALE_SET: "virtualMachineProfile"}
_NO_PROFILE: Final = "it has no profile: its virtual machines are judged separately"
_ON_DISK: Final = "its operating system disk is attached and sets this"
_TRUSTED: Final = ncsc("5") + caf("B4.b") + iso("8.9") + mcsb("PV-3") + policing("secure-configuration")


@rule(
    "BL-CMP-001",
    "Virtual machines have encryption at host enabled",
    must=Must("securityProfile.encryptionAtHost", be=True, default=False),
    failure="Virtual machine has encryption at host disabled",
    severity=Severity.HIGH,
    controls=ncsc("2.3") + caf("B3.c") + iso("8.24") + mcsb("DP-4") + policing("cryptography"),
    at=_PROFILES,
    fix="""Set securityProfile.encryptionAtHost to true. Register the feature EncryptionAtHost in the subscription
    first.""",
    example="""
compute.VirtualMachine("records", ..., security_profile={"encryption_at_host": True})
""",
)
def encrypted_at_host() -> None:
    """Without encryption at host, disk caches and the temporary disk on the host are not encrypted, and memory is paged
    there.
    """


@rule(
    "BL-CMP-002",
    "Virtual machines use trusted launch or confidential computing",
    must=Must("securityProfile.securityType", among=("TrustedLaunch", "ConfidentialVM")),
    failure="Virtual machine uses neither trusted launch nor confidential computing",
    severity=Severity.MEDIUM,
    controls=_TRUSTED,
    at=_PROFILES,
    fix="Set securityProfile.securityType to TrustedLaunch, with a generation 2 image.",
    example="""
compute.VirtualMachine("records", ..., security_profile={"security_type": "TrustedLaunch"})
""",
)
def trusted_launch() -> None:
    """Without secure boot and measured boot, the boot loader and kernel are not verified, and malware below the
    operating system survives reinstallation.
    """


@rule(
    "BL-CMP-003",
    "Virtual machines have secure boot enabled",
    must=Must("securityProfile.uefiSettings.secureBootEnabled", be=True, default=False),
    failure="Virtual machine has secure boot disabled",
    severity=Severity.MEDIUM,
    controls=_TRUSTED,
    at=_PROFILES,
    fix="Set securityProfile.uefiSettings.secureBootEnabled to true.",
    example="""
compute.VirtualMachine(
    "records",
    ...,
    security_profile={"security_type": "TrustedLaunch", "uefi_settings": {"secure_boot_enabled": True}},
)
""",
)
def secure_boot() -> None:
    """Secure boot refuses boot loaders, kernels and drivers without a trusted signature, which blocks rootkits."""


@rule(
    "BL-CMP-004",
    "Virtual machines have a virtual TPM",
    must=Must("securityProfile.uefiSettings.vTpmEnabled", be=True, default=False),
    failure="Virtual machine has its virtual TPM disabled",
    severity=Severity.LOW,
    controls=_TRUSTED + caf("C1.f"),
    at=_PROFILES,
    fix="Set securityProfile.uefiSettings.vTpmEnabled to true.",
    example="""
compute.VirtualMachine(
    "records", ..., security_profile={"security_type": "TrustedLaunch", "uefi_settings": {"v_tpm_enabled": True}}
)
""",
)
def virtual_tpm() -> None:
    """A virtual TPM measures the boot process, so that Defender for Cloud can attest its integrity."""


@rule(
    "BL-CMP-005",
    "Linux virtual machines have password authentication disabled",
    failure="Linux virtual machine has password authentication enabled",
    severity=Severity.HIGH,
    controls=ncsc("10", "12")
    + caf("B2.a", "B2.c")
    + iso("5.17", "8.5")
    + mcsb("IM-6")
    + policing("password", "system-access"),
    at=_PROFILES,
    fix="Set linuxConfiguration.disablePasswordAuthentication to true, and sign in with Entra ID or an SSH key.",
    example="""
compute.VirtualMachine(
    "records", ..., os_profile={"linux_configuration": {"disable_password_authentication": True}}
)
""",
)
def no_linux_passwords(machine: Value) -> Outcome:
    """Passwords can be found by brute force, from the Internet or from one infected laptop. SSH keys cannot."""
    if _has_no_profile(machine):
        return NotApplicable(_NO_PROFILE)
    if system_of(machine) != LINUX:
        return NotApplicable("it is a Windows virtual machine")
    if is_attached(machine):
        raise UnknownValue(machine["osProfile"], _ON_DISK)
    disabled = machine.at("osProfile.linuxConfiguration.disablePasswordAuthentication")
    if disabled.get(False) is True:
        return None
    return Fail(disabled, True, "Azure's default is false" if disabled.missing else "")


@rule(
    "BL-CMP-006",
    "Virtual machines have automatic platform patching enabled",
    failure="Virtual machine has automatic platform patching disabled",
    severity=Severity.HIGH,
    controls=SUPPORTED,
    at=_PROFILES,
    fix="Set patchSettings.patchMode to AutomaticByPlatform in linuxConfiguration or windowsConfiguration.",
    example="""
compute.VirtualMachine(
    "records",
    ...,
    os_profile={"linux_configuration": {"patch_settings": {"patch_mode": "AutomaticByPlatform"}}},
)
""",
)
def automatic_patching(machine: Value, *, modes: Allowed[str] = ("AutomaticByPlatform",)) -> Outcome:
    """Attacks follow a published fix within days. Cyber Essentials requires patches within 14 days, which manual
    patching does not reliably meet.
    """
    return _patch_setting(machine, "patchMode", modes)


@rule(
    "BL-CMP-007",
    "Virtual machines have periodic patch assessment enabled",
    failure="Virtual machine has periodic patch assessment disabled",
    severity=Severity.MEDIUM,
    controls=SUPPORTED + mcsb("PV-5"),
    at=MACHINE,
    fix="Set patchSettings.assessmentMode to AutomaticByPlatform in linuxConfiguration or windowsConfiguration.",
    example="""
compute.VirtualMachine(
    "records",
    ...,
    os_profile={"windows_configuration": {"patch_settings": {"assessment_mode": "AutomaticByPlatform"}}},
)
""",
)
def patch_assessment(machine: Value, *, modes: Allowed[str] = ("AutomaticByPlatform",)) -> Outcome:
    """Without assessment, missing patches are unknown, and an empty report does not mean that none is missing."""
    return _patch_setting(machine, "assessmentMode", modes)


@rule(
    "BL-CMP-008",
    "Windows virtual machines accept remote management (WinRM) over HTTPS only",
    failure="Windows virtual machine accepts remote management (WinRM) over HTTP",
    severity=Severity.HIGH,
    controls=IN_TRANSIT + ncsc("12") + caf("B4.c"),
    at={
        MACHINE: "osProfile.windowsConfiguration.winRM.listeners[*]",
        SCALE_SET: "virtualMachineProfile.osProfile.windowsConfiguration.winRM.listeners[*]",
    },
    fix="Set the listener's protocol to Https, with certificateUrl, or remove the listener.",
    example="""
compute.VirtualMachine(
    "records",
    ...,
    os_profile={"windows_configuration": {"win_rm": {"listeners": [{"protocol": "Https"}]}}},
)
""",
)
def managed_over_https(listener: Value) -> Outcome:
    """Over plain HTTP an attacker on the network can read an administrator's commands and inject others."""
    protocol = listener["protocol"]
    return None if protocol.text("Http") == "https" else Fail(protocol, "Https")


@rule(
    "BL-CMP-009",
    "Virtual machines use managed disks",
    failure="Virtual machine uses unmanaged disks",
    severity=Severity.MEDIUM,
    controls=SUPPORTED + iso("8.9"),
    at={MACHINE: "storageProfile", SCALE_SET: "virtualMachineProfile.storageProfile"},
    fix="Use managedDisk for the operating system disk and for data disks.",
    example="""
compute.VirtualMachine(
    "records",
    ...,
    storage_profile={
        "os_disk": {"create_option": "FromImage", "managed_disk": {"storage_account_type": "Premium_ZRS"}}
    },
)
""",
)
def has_managed_disks(storage: Value) -> Outcome:
    """An unmanaged disk is a blob that anyone with the storage account's key can read. Azure has retired unmanaged
    disks and stops virtual machines that use them.
    """
    system = storage["osDisk"]
    if storage.resource.type.endswith(":VirtualMachineScaleSet"):
        files = system["vhdContainers"]
        return None if files.missing else Fail(files, "managed disks")
    disk = some((system, *storage["dataDisks"].each()), lambda each: not each["vhd"].missing)
    return Fail(disk["vhd"], "a managed disk") if disk else None


@rule(
    "BL-CMP-010",
    "Virtual machine extensions have automatic upgrades enabled",
    must=Must("enableAutomaticUpgrade", be=True, default=False),
    failure="Virtual machine extension has automatic upgrades disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=SUPPORTED,
    at={EXTENSION: "", ARC_EXTENSION: "properties"},
    fix="Set enableAutomaticUpgrade to true, where the extension's publisher supports it.",
    example='compute.VirtualMachineExtension("monitor", ..., enable_automatic_upgrade=True)',
)
def automatic_extension_upgrades() -> None:
    """An extension runs with administrator rights on every virtual machine that has it. A vulnerability in one has
    affected thousands of virtual machines before.
    """


@rule(
    "BL-CMP-011",
    "Virtual machines have boot diagnostics enabled",
    must=Must("diagnosticsProfile.bootDiagnostics.enabled", be=True, default=False),
    failure="Virtual machine has boot diagnostics disabled",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    controls=ncsc("5", "13") + caf("C1.a", "D1.b") + iso("8.15") + mcsb("LT-3"),
    at=_PROFILES,
    fix="Set diagnosticsProfile.bootDiagnostics.enabled to true. Without storageUri, Azure uses managed storage.",
    example="""
compute.VirtualMachine("records", ..., diagnostics_profile={"boot_diagnostics": {"enabled": True}})
""",
)
def boot_diagnostics() -> None:
    """Boot diagnostics are the only record of why a virtual machine does not start. Without them it is rebuilt and the
    cause stays unknown.
    """


def _has_no_profile(machine: Value) -> bool:
    """Whether it is a scale set without a profile; its virtual machines are separate resources."""
    return machine.missing and machine.resource.type.endswith(":VirtualMachineScaleSet")


def _patch_setting(machine: Value, name: str, modes: tuple[str, ...]) -> Outcome:
    """The outcome for the patch setting `name` of the machine's operating system."""
    if _has_no_profile(machine):
        return NotApplicable(_NO_PROFILE)
    if is_attached(machine):
        return NotApplicable("its operating system disk is attached, so Azure accepts no operating system settings")
    profile = machine["osProfile"]
    windows = profile["windowsConfiguration"]
    system = profile["linuxConfiguration"] if windows.missing else windows
    mode = system["patchSettings"][name]
    return None if mode.text() in {each.lower() for each in modes} else Fail(mode, list(modes))
