"""Digests of the inputs of a force's update: equal digests mean the same program and the same rules.

found = inputs(root, ["essex"], {"essex": governance}, engine.version)
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import bluelamp
from bluelamp.core.environments import split
from bluelamp.core.files import FileRefusedError, digest
from bluelamp.core.register import read_register
from bluelamp.plans.inputs import files_below
from bluelamp.reports.canonical import canonical
from bluelamp.reports.provenance import checkout, rules_hash, versions

if TYPE_CHECKING:
    from bluelamp.policies.governance import Governance

_LOCKS: Final = ("requirements.lock", "requirements.txt", "uv.lock", "pyproject.toml")
"""The files that pin installed packages."""
_PROGRAM: Final = ("Pulumi.yaml", "infra", "modules", "policies", "rules", "workloads")
"""The project's own code."""
_SHARED: Final = ("forces.yaml", "baseline.yaml", "approvers.yaml")
"""The files below `stacks` that are inputs of every force."""
_LARGEST: Final = 1 << 30
ENGINE: Final = "engine"
"""The engine's key among the versions."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Digests (SHA-256, in hexadecimal) of the inputs of updates.

    `commit` is the git commit, empty outside a checkout, and `dirty` whether files differ from it; `settings` and
    `rules` are by stack; `program` is of the code, `lock` of the files that pin packages; `versions` are by package,
    with the engine's.
    """

    commit: str
    dirty: bool
    program: str
    lock: str
    versions: Mapping[str, str]
    settings: Mapping[str, str]
    rules: Mapping[str, str]

    def of(self, stack: str) -> str:
        """One digest of all inputs of an update of `stack`. It leaves out `dirty`, as the other digests cover the
        contents."""
        parts = (self.commit, self.program, self.lock, dict(self.versions), self.settings[stack], self.rules[stack])
        return hashlib.sha256(canonical(parts)).hexdigest()


def inputs(
    root: Path, stacks: Iterable[str], governed: Mapping[str, "Governance"], engine: str, plans: Path | None = None
) -> Inputs:
    """The current inputs of updates of `stacks` in the project at `root`; `engine` is the engine's version.

    `governed` has the rules of each stack; a folder of saved `plans` in the checkout does not make it dirty. Raises
    `OSError` if a file cannot be read.
    """
    commit, dirty = checkout(root, plans)
    listed = list(stacks)
    return Inputs(
        commit,
        dirty,
        _program(root),
        _lock(root),
        {**versions(), ENGINE: engine},
        {stack: _settings(root, stack) for stack in listed},
        {stack: rules_hash(governed[stack].rules) for stack in listed},
    )


def project_digests(root: Path, stack: str = "") -> dict[str, str]:
    """SHA-256, in hexadecimal, over the contents of the project's parts: `program`, `lock` and `stacks`.

    With `stack`, `stacks` covers only the inputs of that stack. Raises `OSError` if a file cannot be read.
    """
    stacks = _settings(root, stack) if stack else _digest([("stacks", root / "stacks")])
    return {"program": _program(root), "lock": _lock(root), "stacks": stacks}


def _program(root: Path) -> str:
    return _digest([(name, root / name) for name in _PROGRAM] + [("bluelamp", Path(bluelamp.__file__).parent)])


def _lock(root: Path) -> str:
    return _digest([(name, root / name) for name in _LOCKS])


def state_digest(state: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, over the deployment of an exported state; for a new stack, over an empty one.

    It includes the time of the last write.
    """
    return hashlib.sha256(canonical(state.get("deployment") or {})).hexdigest()


def _settings(root: Path, stack: str) -> str:
    stacks, force = root / "stacks", split(stack)[0]
    region = read_register(root).entry(stack).region
    names = [*_SHARED, f"regions/{region}.yaml"]
    for name in dict.fromkeys((force, stack)):
        names += [f"Pulumi.{name}.yaml", name]
    return _digest([(name, stacks / name) for name in names])


def _digest(places: Iterable[tuple[str, Path]]) -> str:
    """A digest over the names and contents of the files at or below `places`; missing places are skipped."""
    whole = hashlib.sha256()
    for name, path in places:
        alone = [(name, path)] if path.exists() else []
        for inside, file in sorted(files_below(path, f"{name}/") if path.is_dir() else alone):
            try:
                sha, _ = digest(file, _LARGEST)
            except (FileNotFoundError, FileRefusedError):
                sha = ""
            whole.update(f"{inside}\0{sha}\0".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()
