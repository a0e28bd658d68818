"""The provenance of a report: the commit, the versions and the rules."""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from bluelamp import __version__, policies
from bluelamp.core import git
from bluelamp.policies import Rule
from bluelamp.reports.canonical import canonical, dense

PACKAGES: Final = ("pulumi", "pulumi-policy", "pulumi-azure-native", "pulumi-kubernetes")
"""The packages whose version can affect verdicts."""

JUDGED: Final = ("Pulumi.yaml", "stacks", "infra", "modules", "policies", "rules", "bluelamp")
"""The inputs of verdicts in the project's folder."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a report comes from.

    `commit` is the git commit of the project (empty outside a checkout); `dirty` is whether files differed from it or
    could not be compared. `versions` are by package. `rules_hash` is the SHA-256 of the rules' source and parameters,
    `input_hash` that of the inputs of all judged resources.
    """

    commit: str = ""
    dirty: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    rules_hash: str = ""
    input_hash: str = ""


def provenance(root: Path, rules: Iterable[Rule]) -> Provenance:
    """The current provenance of the project at `root`."""
    commit, dirty = checkout(root)
    return Provenance(commit, dirty, versions(), rules_hash(rules))


def checkout(root: Path, but: Path | None = None) -> tuple[str, bool]:
    """The commit of the project (empty outside a checkout), and whether its files differ or may differ from it.

    Untracked files in the folder `but` are ignored.
    """
    try:
        commit = git.resolve(root, "HEAD")
    except git.GitError:
        return "", False
    try:
        return commit, git.dirty(root, JUDGED, but)
    except git.GitError:
        return commit, True


@cache
def versions() -> Mapping[str, str]:
    """The versions of Bluelamp, Python and the installed `PACKAGES`."""
    from importlib import metadata

    found = {"bluelamp": __version__, "python": ".".join(map(str, sys.version_info[:3]))}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def rules_hash(rules: Iterable[Rule]) -> str:
    """SHA-256, in hex, over the source of the policies, and the ids, enforcement and parameters of the rules in use."""
    digest = _policies().copy()
    rules = tuple(rules)
    used = {rule.id: {"enforcement": rule.enforcement, "parameters": rule.parameters} for rule in rules}
    digest.update(canonical(used))
    for rule in rules:
        if rule.own:
            digest.update(rule_hash(rule).encode())
    return digest.hexdigest()


def rule_hash(rule: Rule) -> str:
    """SHA-256, in hex, over the source file of `rule`, its id, enforcement and parameters."""
    used = {"id": rule.id, "enforcement": rule.enforcement, "parameters": rule.parameters}
    return hashlib.sha256(_source(rule.module) + b"\0" + canonical(used)).hexdigest()


def input_hash(inputs: Any) -> str:
    """SHA-256, in hex, over `inputs`, which are plain JSON values, as canonical JSON."""
    return hashlib.sha256(dense(inputs)).hexdigest()


@cache
def _policies() -> "hashlib._Hash":
    """The hash of the policies' source, for copying and extending; cached, as loaded code does not change."""
    digest = hashlib.sha256()
    folder = Path(policies.__path__[0])
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest


@cache
def _source(module: str) -> bytes:
    file = getattr(sys.modules.get(module), "__file__", None)
    return Path(file).read_bytes() if file else b""
