"""The Python packages in `requirements.lock`: versions, hashes, what requires them, and their stated licence."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

_PROJECT = "bluelamp (pyproject.toml"
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^ ;\\]+)(?: *; *([^\\]+?))? *\\?")
_HASH = re.compile(r" +--hash=sha256:([0-9a-f]{64}) *\\?")
_VIA = re.compile(r" +# +(?:via(?: +|$))?(.*)")


@dataclass(frozen=True)
class Package:
    """One locked package.

    `required_by` names packages, or `bluelamp` for the project and `bluelamp:dev` for its group `dev`.
    """

    name: str
    version: str
    hashes: tuple[str, ...]
    marker: str = ""
    required_by: frozenset[str] = frozenset()

    @property
    def purl(self) -> str:
        """The package URL."""
        return f"pkg:pypi/{self.name}@{self.version}"


def normalised(name: str) -> str:
    """A package's name as PyPI compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(path: Path) -> tuple[Package, ...]:
    """The packages in a lock file of `uv pip compile --generate-hashes`. Raises `ValueError` for other lines."""
    found: list[Package] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if pin := _PIN.fullmatch(line):
            found.append(Package(normalised(pin[1]), pin[2], (), (pin[3] or "").strip()))
        elif found and (digest := _HASH.fullmatch(line)):
            last = found[-1]
            found[-1] = Package(last.name, last.version, (*last.hashes, digest[1]), last.marker, last.required_by)
        elif found and (via := _VIA.fullmatch(line)):
            last, who = found[-1], _requirer(via[1])
            found[-1] = Package(last.name, last.version, last.hashes, last.marker, last.required_by | who)
        else:
            raise ValueError(f"{path.name}:{number}: not a line of a lock file: {line[:80]!r}")
    return tuple(found)


def _requirer(text: str) -> frozenset[str]:
    if not text:
        return frozenset()
    if text.startswith(_PROJECT):
        group = text.removeprefix(_PROJECT).strip(":)")
        return frozenset({f"bluelamp:{group}" if group else "bluelamp"})
    return frozenset({normalised(text)})


def needed_to_run(packages: tuple[Package, ...], pyproject: Path) -> frozenset[str]:
    """The names of the packages that the installed product needs, directly or not; the others only build or test it.

    Follows the metadata of installed packages, so that optional dependencies count only on request. A package for other
    platforms counts if a needed package requires it.
    """
    content = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    waiting = [Requirement(line) for line in content["project"]["dependencies"]]
    needed: set[str] = set()
    seen: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        name = normalised(wanted.name)
        needed.add(name)
        for extra in ("", *wanted.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                waiting += _requirements(name, extra)
    while more := {one.name for one in packages if one.marker and one.name not in needed and one.required_by & needed}:
        needed |= more
    return frozenset(needed)


def _requirements(name: str, extra: str) -> list[Requirement]:
    about = _installed().get(name)
    each = [Requirement(line) for line in (about.get_all("Requires-Dist") or [] if about else [])]
    return [one for one in each if one.marker is None or one.marker.evaluate({"extra": extra})]


@cache
def _installed() -> dict[str, metadata.PackageMetadata]:
    return {normalised(one.metadata["Name"]): one.metadata for one in metadata.distributions() if one.metadata["Name"]}


def stated(package: Package) -> str:
    """The licence that the installed package states: an SPDX expression, a classifier or free text; empty for none.

    Also empty if this platform does not install the package or another version is installed.
    """
    about = _installed().get(package.name)
    if about is None or about["Version"] != package.version:
        return ""
    classifiers = [one for one in about.get_all("Classifier") or [] if one.startswith("License :: ")]
    text = _first(about, "License")
    short = text if text and "\n" not in text and text.upper() != "UNKNOWN" else ""
    return _first(about, "License-Expression") or short or (classifiers[0] if len(classifiers) == 1 else "")


def _first(about: metadata.PackageMetadata, field: str) -> str:
    return str((about.get_all(field) or [""])[0]).strip()
