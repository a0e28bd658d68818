"""The operating system of a virtual machine, from its configuration, disk type or image.

The system's configuration and the disk's type are optional. Images of Microsoft and of Linux distributions are
recognised by publisher and offer.
Source: https://learn.microsoft.com/azure/virtual-machines/linux/endorsed-distros and
https://learn.microsoft.com/azure/virtual-machines/windows/cli-ps-findimage; the list is not verified.
"""

import re
from typing import Final

from bluelamp.policies.value import UnknownValue, Value

LINUX: Final = "linux"
WINDOWS: Final = "windows"
_IMAGES: Final = (
    (WINDOWS, re.compile(r"microsoftwindows(server|desktop|serverhpcpack)?:|microsoftvisualstudio:|[^:]+:windows")),
    (WINDOWS, re.compile(r"microsoftsqlserver:[^:]*-ws\d|microsoftdynamicsax:|microsoftsharepoint:|[^:]+:dsvm-win")),
    (
        LINUX,
        re.compile(
            r"(canonical|redhat|redhat-\w+|suse|openlogic|credativ|debian|coreos|kinvolk|almalinux|resf|oracle"
            r"|microsoftcblmariner|erockyenterprisesoftwarefoundationinc1653071250513|cloudlinux|ctrliqinc\w*"
            r"|microsoft-aks|clear-linux-project|tidalmediainc|perforce):"
        ),
    ),
    (LINUX, re.compile(r"[^:]*:.*(ubuntu|rhel|centos|sles|debian|linux|rocky|flatcar|mariner)")),
)
_UNDETERMINED: Final = "its operating system cannot be determined from its configuration, disk type or image"


def system_of(machine: Value) -> str:
    """`LINUX` or `WINDOWS`, for a machine or the profile of a scale set. Raises `UnknownValue` if undetermined."""
    profile = machine["osProfile"]
    for system in (LINUX, WINDOWS):
        if not profile[f"{system}Configuration"].missing:
            return system
    disk, image = machine.at("storageProfile.osDisk.osType"), machine.at("storageProfile.imageReference")
    if disk.text() in {LINUX, WINDOWS}:
        return disk.text()
    named = f"{image['publisher'].text()}:{image['offer'].text()}"
    for system, pattern in _IMAGES:
        if pattern.match(named):
            return system
    raise UnknownValue(image, _UNDETERMINED)


def is_attached(machine: Value) -> bool:
    """Whether the machine starts from an existing, configured disk, and therefore has no OS profile."""
    return (
        machine["osProfile"].missing and machine.at("storageProfile.osDisk.createOption").text("FromImage") == "attach"
    )
