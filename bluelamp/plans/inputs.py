"""The inputs of a force's plan, verdicts and cost, and their key.

These are the settings of the force and of its environments, the files in `stacks` that all forces share, the project's
own program, modules, rules and lock files, Bluelamp's files, the installed packages, Python, and the date, on which
information assets, exemptions and access depend.
"""

import hashlib
import os
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import bluelamp
from bluelamp.core.dates import today
from bluelamp.core.environments import ENVIRONMENTS, join, split

SCHEMA: Final = 1
"""The version of the cached content; increase it when that changes independently of the inputs."""
_FOLDERS: Final = ("infra", "modules", "policies", "rules", "workloads")
_FILES: Final = (
    "Pulumi.yaml",
    "pyproject.toml",
    "requirements.lock",
    "requirements.txt",
    "uv.lock",
    "poetry.lock",
)
_REGIONS: Final = "regions"
"""The folder in `stacks` that several forces share; every other folder belongs to one force."""
_LINKED: Final = ("infra", "modules", "policies", "workloads")
_SKIPPED: Final = ("__pycache__", ".git", ".venv", "node_modules")
_LARGEST: Final = 256_000_000


@dataclass(frozen=True)
class Inputs:
    """The input files of a project's plans: the SHA-256 of each, by its path in the project.

    `shared` are the files of every force, `package` is the folder of the Bluelamp that plans, and `versions` a digest
    of packages, Python and the date. `stamps` detect by time and size whether a file of `shared` has changed.
    """

    root: Path
    package: Path
    shared: Mapping[str, str]
    stamps: Mapping[str, tuple[int, int]] = field(repr=False)
    versions: str
    day: date

    def of(self, force: str) -> dict[str, str]:
        """The force's own files, with the SHA-256 of each."""
        return {name: _digest(path) for name, path in _own(self.root, force)}

    def key(self, force: str) -> str:
        """The key of a force's plan. Two plans with the same key have identical inputs."""
        digest = hashlib.sha256(f"{SCHEMA}\n{force}\n{self.versions}\n".encode())
        for name, content in sorted({**self.shared, **self.of(force)}.items()):
            digest.update(f"{name}\0{content}\n".encode(errors="surrogateescape"))
        return digest.hexdigest()

    def beside(self, files: Mapping[str, Path]) -> "Inputs":
        """These inputs and further shared files, by name."""
        return replace(self, shared={**self.shared, **{name: _digest(path) for name, path in files.items()}})

    def same(self) -> bool:
        """Whether no file of `shared` has been changed, added or removed, and the date is the same."""
        return self.day == today() and self.stamps == _stamps(_shared(self.root, self.package))

    def newest(self) -> float:
        """The latest change of a source file, in seconds since 1970."""
        stacks = "stacks/"
        return max((stamp for name, (stamp, _) in self.stamps.items() if not name.startswith(stacks)), default=0) / 1e9

    def covers(self, path: Path, force: str) -> bool:
        """Whether the key covers the file or folder."""
        if path.is_relative_to(self.package) or any(path.is_relative_to(each) for each in _linked(self.package)):
            return True
        if not path.is_relative_to(self.root):
            return False
        name = path.relative_to(self.root).as_posix()
        if any(name == each or name.startswith(f"{each}/") for each in _FOLDERS):
            return True
        own = [f"stacks/{each}" for each in _stacks(force)]
        return name in self.shared or any(
            name in (each, f"stacks/Pulumi.{each[7:]}.yaml") or name.startswith(f"{each}/") for each in own
        )


def inputs(root: Path, package: Path | None = None) -> Inputs:
    """The inputs of plans of the project at `root`; `package` is the Bluelamp that plans, by default this one."""
    root = root.resolve()
    package = package or Path(bluelamp.__file__).resolve().parent
    files = dict(_shared(root, package))
    stamps = _stamps(files.items())
    return Inputs(root, package, {name: _digest(path) for name, path in files.items()}, stamps, versions(), today())


def changed_files(one: Inputs, other: Inputs, force: str) -> list[str]:
    """The names of the files that differ or that only one side has."""
    old, new = ({**each.shared, **each.of(force)} for each in (one, other))
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))


def settings_stamps(root: Path, forces: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The modification time (nanoseconds since 1970) and size (bytes) of each settings file of these forces."""
    stacks = root / "stacks"
    return _stamps([*(each for force in forces for each in _own(root, force)), *_common(stacks)])


def shared_stamps(root: Path) -> dict[str, tuple[int, int]]:
    """The same for the source files, rules and lock files of plans."""
    files = _shared(root, Path(bluelamp.__file__).resolve().parent)
    return _stamps([each for each in files if not each[0].startswith("stacks/")])


def versions() -> str:
    """A digest of the date, Python, and the installed packages with their versions."""
    about = [today().isoformat(), sys.version, platform.machine(), sys.platform, *_installed()]
    return hashlib.sha256("\n".join(about).encode()).hexdigest()


@cache
def _installed() -> tuple[str, ...]:
    """The importable packages, by their metadata folders: `name-version.dist-info`."""
    found = []
    for place in sys.path:
        try:
            names = os.listdir(place or ".")  # noqa: PTH208 - thousands of names
        except OSError:
            continue
        found += [name for name in names if name.endswith((".dist-info", ".egg-info"))]
    return tuple(sorted(set(found)))


def _shared(root: Path, package: Path) -> Iterator[tuple[str, Path]]:
    """The input files of all forces' plans: name and path."""
    own = package.parent == root  # a checkout's package links to its folders
    for name, path in files_below(package, ""):
        first, _, rest = name.partition("/")
        yield (name if own and first in _LINKED and rest else f"bluelamp/{name}"), path
    for folder in _FOLDERS:
        if (root / folder).resolve() not in _linked(package):
            yield from files_below(root / folder, f"{folder}/")
    for name in _FILES:
        if (root / name).is_file():
            yield name, root / name
    yield from _common(root / "stacks")


def _common(stacks: Path) -> Iterator[tuple[str, Path]]:
    """The settings files that forces share."""
    for path in sorted(stacks.iterdir()) if stacks.is_dir() else ():
        if path.is_file() and not path.name.startswith(("Pulumi.", ".")):
            yield f"stacks/{path.name}", path
    yield from files_below(stacks / _REGIONS, f"stacks/{_REGIONS}/")


def _own(root: Path, force: str) -> Iterator[tuple[str, Path]]:
    for stack in _stacks(force):
        file = root / "stacks" / f"Pulumi.{stack}.yaml"
        if file.is_file():
            yield f"stacks/{file.name}", file
            yield from files_below(root / "stacks" / stack, f"stacks/{stack}/")


def _stacks(force: str) -> list[str]:
    """The stacks of a force: its own and those of its environments, whose addresses must not overlap."""
    return [join(split(force)[0], environment) for environment in ("", *ENVIRONMENTS)]


@cache
def _linked(package: Path) -> tuple[Path, ...]:
    """The folders that a checkout's package links to."""
    return tuple((package / name).resolve() for name in _LINKED)


def files_below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    """The files in a folder, following links, by name; none if it does not exist."""
    start = os.fspath(folder)
    for place, folders, files in os.walk(start, followlinks=True):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED)
        inside = os.path.relpath(place, start).replace(os.sep, "/")
        inside = prefix if inside == "." else f"{prefix}{inside}/"
        for name in sorted(files):
            # A submodule's .git is a file.
            if name not in _SKIPPED and not name.endswith((".pyc", ".tmp")):
                yield f"{inside}{name}", Path(place, name)


def _stamps(files: Iterable[tuple[str, Path]]) -> dict[str, tuple[int, int]]:
    found = {}
    for name, path in files:
        try:
            state = os.stat(path)  # noqa: PTH116 - thousands of files
            found[name] = state.st_mtime_ns, state.st_size
        except OSError:
            found[name] = 0, 0
    return found


def _digest(path: Path) -> str:
    """The SHA-256 of a file; for an unreadable file, a text that equals no digest."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - thousands of files
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable: {error.errno}"
