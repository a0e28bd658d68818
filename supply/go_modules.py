"""The Go modules of the engine build: `go.mod`, with the hashes in `go.sum`."""

import re
from dataclasses import dataclass
from pathlib import Path

from packageurl import PackageURL

_REQUIRED = re.compile(r"(?:require )?\s*(\S+) (v\S+)(?: // indirect)?")
_REPLACED = re.compile(r"replace (\S+)(?: v\S+)? => (\S+) (v\S+)")


@dataclass(frozen=True)
class Module:
    """One module, after replacement. `hash` is Go's own hash of the module's files (`h1:`)."""

    path: str
    version: str
    hash: str
    replaces: str = ""

    @property
    def purl(self) -> str:
        """The package URL. Names keep their case, as the module proxy does."""
        namespace, _, name = self.path.rpartition("/")
        return PackageURL("golang", namespace=namespace or None, name=name, version=self.version).to_string()


def modules(folder: Path) -> tuple[Module, ...]:
    """The modules that `go.mod` in `folder` requires, by path. Raises `ValueError` if one has no hash."""
    text = (folder / "go.mod").read_text(encoding="utf-8")
    hashes = {}
    for line in (folder / "go.sum").read_text(encoding="utf-8").splitlines():
        path, version, digest = line.split()
        hashes[path, version] = digest
    replaced = {found[1]: (found[2], found[3]) for line in text.splitlines() if (found := _REPLACED.fullmatch(line))}
    required = [
        found for line in text.splitlines() if (found := _REQUIRED.fullmatch(line.strip())) and "=>" not in line
    ]
    made = []
    for found in required:
        path, version = replaced.get(found[1], (found[1], found[2]))
        if (path, version) not in hashes:
            raise ValueError(f"go.sum has no hash of {path} {version}")
        made.append(Module(path, version, hashes[path, version], found[1] if path != found[1] else ""))
    return tuple(sorted(made, key=lambda one: one.path))
