"""What two machines must have in common for work on a force to have identical results."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bluelamp.fleet.inputs import project_digests
from bluelamp.reports.provenance import versions

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_DIFFERENCES: Final = {
    "lock": "another lock file",
    "program": "another program (Bluelamp, infra, modules, policies, rules or workloads)",
    "stacks": "other settings (files in stacks/)",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """The versions of Bluelamp and of the packages, digests of the project's files, and the identity of its folder."""

    versions: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    def differences(self, other: "Identity", *, same_folder: bool) -> list[str]:
        """Descriptions of what differs in `other`, a worker; empty if it is suitable.

        With `same_folder` it must also use this very folder, as it contains the rehearsal.
        """
        packages = sorted({*self.versions, *other.versions})
        found = [
            f"{name} {other.versions.get(name, 'missing')}, not {self.versions.get(name, 'installed here')}"
            for name in packages
            if self.versions.get(name) != other.versions.get(name)
        ]
        found += [text for name, text in _DIFFERENCES.items() if self.digests.get(name) != other.digests.get(name)]
        if same_folder and self.folder != other.folder:
            found.append("another project folder, and the rehearsal is in this one")
        return found


def identity(root: Path, force: str = "") -> Identity:
    """The current identity of this machine and the project at `root`, with the settings that `force` uses.

    Raises `OSError` if a file cannot be read.
    """
    at = root.stat()
    boot = _BOOT.read_text(encoding="ascii").strip() if _BOOT.is_file() else ""
    return Identity(
        dict(versions()), project_digests(root, force), f"{socket.gethostname()} {boot} {at.st_dev} {at.st_ino}"
    )
