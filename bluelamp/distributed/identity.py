"""What two machines must have alike, so that one does with a force exactly what the other would."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bluelamp.fleet.inputs import project_digests
from bluelamp.reports.provenance import versions

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_SAID: Final = {
    "lock": "another lock file",
    "program": "another program (Bluelamp, infra, modules, policies, rules or workloads)",
    "stacks": "other settings (files in stacks/)",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """The versions of Bluelamp and of the packages, digests of the project's files, and which folder that is."""

    versions: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    def differences(self, other: "Identity", *, same_folder: bool) -> list[str]:
        """What `other`, a worker, has otherwise, each in words; nothing where it may do the work.

        With `same_folder` it must also work in this very folder, as where a rehearsal is kept.
        """
        packages = sorted({*self.versions, *other.versions})
        found = [
            f"{name} {other.versions.get(name, 'missing')}, not {self.versions.get(name, 'installed here')}"
            for name in packages
            if self.versions.get(name) != other.versions.get(name)
        ]
        found += [said for name, said in _SAID.items() if self.digests.get(name) != other.digests.get(name)]
        if same_folder and self.folder != other.folder:
            found.append("another folder, and a rehearsal is kept in the project's own")
        return found


def identity(root: Path, force: str = "") -> Identity:
    """What is true now of this machine and the project at `root`; of its settings, those that count for `force` alone.

    Raises `OSError` where a file cannot be read.
    """
    at = root.stat()
    boot = _BOOT.read_text(encoding="ascii").strip() if _BOOT.is_file() else ""
    return Identity(
        dict(versions()), project_digests(root, force), f"{socket.gethostname()} {boot} {at.st_dev} {at.st_ino}"
    )
